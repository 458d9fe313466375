"""Shards handed out to Ray's workers, and again where a worker is lost."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from extractor.distributed.work import Job, Refusal, Task, make
from extractor.errors import ImrError

_AHEAD = 2  # shards per worker that are under way or wait for it
_PATIENCE = 2  # lost workers after which a shard's letters are read in a process apart
_GIVE_UP = 6  # lost workers after which nothing in the shard can be to blame


class _Shard(NamedTuple):
    """A shard under way: its number, and who is at it."""

    number: int
    slot: int


class Hands(ABC):
    """Workers that make shards; each slot is at one at a time."""

    def __init__(self, ray: Any) -> None:  # noqa: ANN401 - as in cluster
        """Take the workers of the cluster that *ray* is connected to."""
        self.ray = ray
        self.workers = max(1, int(ray.cluster_resources().get("CPU", 1)))
        self._lost: Counter[int] = Counter()

    @property
    @abstractmethod
    def slots(self) -> int:
        """How many shards may be under way."""

    @abstractmethod
    def give(self, task: Task, slot: int) -> Any:  # noqa: ANN401 - a reference of Ray's
        """Begin to make a shard."""

    def lost(self, slot: int) -> None:  # noqa: B027 - a task leaves nothing to replace
        """Replace what was lost behind a *slot*."""

    def work(self, numbers: Iterable[int], task: Callable[[int, bool], Task]) -> Iterator[int]:
        """Make the shards of these *numbers*; yield each when it is done.

        Args:
            numbers: Taken as there is room for them.
            task: Makes the task of a number; the second argument says whether with care.

        Raises:
            ImrError: A shard cannot be made; those that were made stay.
        """
        free = deque(range(self.slots))
        under_way: dict[Any, _Shard] = {}
        again: deque[int] = deque()
        rest = iter(numbers)
        while True:
            while free and (number := again.popleft() if again else next(rest, None)) is not None:
                slot = free.popleft()
                careful = self._lost[number] >= _PATIENCE
                under_way[self.give(task(number, careful), slot)] = _Shard(number, slot)
            if not under_way:
                return
            (ready, *_), _ = self.ray.wait(list(under_way), num_returns=1)
            shard = under_way.pop(ready)
            free.append(shard.slot)
            if self._came(ready, shard):
                yield shard.number
            else:
                again.append(shard.number)

    def _came(self, ready: Any, shard: _Shard) -> bool:  # noqa: ANN401 - as above
        """Say whether a shard was made; False where its worker was lost."""
        try:
            told: Refusal | None = self.ray.get(ready)
        except (self.ray.exceptions.RayTaskError, self.ray.exceptions.RuntimeEnvSetupError) as no:
            message = (
                f"A worker cannot do its work ({type(no).__name__}): install the same "
                "imr-extractor on every machine of the cluster."
            )
            raise ImrError(message) from None
        except self.ray.exceptions.RayError as error:
            self.lost(shard.slot)
            self._lost[shard.number] += 1
            if self._lost[shard.number] >= _GIVE_UP:
                message = (
                    f"Ray lost {_GIVE_UP} workers on one shard ({type(error).__name__}): see "
                    "whether its machines have memory enough; the same command goes on."
                )
                raise ImrError(message) from None
            return False
        if told is not None:
            raise told.kind(told.message)
        return True


class Stateless(Hands):
    """Rules: each shard is a task that any worker takes."""

    def __init__(self, ray: Any, job: Job) -> None:  # noqa: ANN401 - as above
        """Send *job* once."""
        super().__init__(ray)
        self._make = ray.remote(make).options(num_cpus=1, max_retries=0)
        self._job = ray.put(job)

    @property
    def slots(self) -> int:
        """A few for each processor."""
        return _AHEAD * self.workers

    def give(self, task: Task, slot: int) -> Any:  # noqa: ANN401, ARG002 - as above; all are alike
        """Begin to make a shard."""
        return self._make.remote(self._job, task)


class Asker:
    """A worker that asks a model about the letters of a few shards at once."""

    def __init__(self, job: Job) -> None:
        """Take a job whose share of the model is this worker's alone."""
        self._job = job

    async def make(self, task: Task) -> Refusal | None:
        """Make a shard; while its last letters wait for the model the next one begins."""
        return await asyncio.to_thread(make, self._job, task)


class Asking(Hands):
    """Models: each worker is an actor, and has its share of what may be asked at once."""

    def __init__(self, ray: Any, job: Job) -> None:  # noqa: ANN401 - as above
        """Start the actors."""
        super().__init__(ray)
        self._jobs = shares(job, self.workers)
        options = {"num_cpus": 1, "max_restarts": 0, "max_concurrency": _AHEAD}
        self._asker = ray.remote(Asker).options(**options)
        self._actors = [self._asker.remote(job) for job in self._jobs]

    @property
    def slots(self) -> int:
        """A few for each actor."""
        return _AHEAD * len(self._actors)

    def give(self, task: Task, slot: int) -> Any:  # noqa: ANN401 - as above
        """Begin to make a shard."""
        return self._actors[slot % len(self._actors)].make.remote(task)

    def lost(self, slot: int) -> None:
        """Start another actor, with the share of the one that was lost."""
        number = slot % len(self._actors)
        self.ray.kill(self._actors[number])
        self._actors[number] = self._asker.remote(self._jobs[number])


def shares(job: Job, workers: int) -> list[Job]:
    """Divide what may be asked of a model among *workers*; together they never ask more.

    Returns:
        The job of each; fewer than *workers* where there would be nothing to ask for some.
    """
    options = job.extract.options
    count = max(1, min(workers, options.concurrency))
    each, more = divmod(options.concurrency, count)
    return [
        job._replace(
            extract=replace(
                job.extract,
                options=replace(options, concurrency=each + (number < more)),
            )
        )
        for number in range(count)
    ]
