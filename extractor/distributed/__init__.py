"""Many letters on many machines, with Ray: the records of the local engine, in a folder of shards.

Each shard is a task of Ray's own, or for models a call of an actor: where a worker is lost one
shard is made again. In Ray Data, which can be told to go on without what a lost worker was at,
the blocks beside it are lost too, and a letter that kills its worker is tried without end or ends
the job; besides, a pass over twenty rows takes it nine seconds. It reads the shards
(``ray.data.read_parquet``) as anything does that reads Parquet.

The driver names the inputs and divides them, by their contents where they are files, so that
duplicates share a shard (``plan``); workers write the shards (``work``), handed out as they become
free (``hands``). So all machines need the inputs and the output under the same paths.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from extractor.distributed.cluster import cluster
from extractor.distributed.hands import Asking, Stateless
from extractor.distributed.plan import Plan
from extractor.distributed.work import Job, Task
from extractor.errors import SettingsError
from extractor.pipeline import Extractor
from extractor.run.made import made_of
from extractor.run.making import Done
from extractor.run.named import Named
from extractor.run.shards import Manifest, Shards, counted
from extractor.run.summary import Summary, Tally
from extractor.source import Input

__all__ = ["LETTERS", "distribute"]

LETTERS = 1000  # to a shard


def distribute(  # noqa: PLR0913 - each is an option of its own
    inputs: Iterable[Input],
    extract: Extractor,
    out: Path,
    *,
    address: str | None = None,
    size: int = LETTERS,
    overwrite: bool = False,
    watch: Callable[[Done], object] | None = None,
) -> Summary:
    """Extract *inputs* on all workers of a Ray cluster into shards, and say what it came to.

    A run that was killed is resumed by the same call, which makes the shards that are missing.
    ``extractor.run.merge`` makes one output of them.

    Args:
        inputs: What to read; ``Named`` inputs may be a shard of them.
        extract: What makes records of them. A model's ``concurrency`` is that of all workers.
        out: The folder of the shards.
        address: The cluster's; None is that of ``RAY_ADDRESS``, else one is started here.
        size: How many different letters a shard has; a run that is resumed keeps its own.
        overwrite: Whether a folder of shards made otherwise may be replaced.
        watch: Is told of each letter, without its record, as its shard is done.

    Raises:
        OutputError: *out* cannot be written, or holds something else.
        SettingsError: The run's costs are limited, which no worker knows of the others.
        ImrError: Ray is not installed, or does not answer; the inputs hold standard input.
    """
    _refuse_budget(extract)
    tally = Tally(watch)
    named = inputs if isinstance(inputs, Named) else Named(inputs)
    made = made_of(named, extract.configuration)
    with Shards(out, made, size, overwrite=overwrite) as shards:
        if shards.finished is not None:
            return tally.repeated(shards.finished)
        with Plan(named, shards.size, extract.corrected) as plan:
            _make(plan, shards, Job(extract, str(Path.cwd())), tally, address)
            summary = tally.summary(out)
            shards.publish(summary.model_dump(), plan.count)
    return summary


def _make(plan: Plan, shards: Shards, job: Job, tally: Tally, address: str | None) -> None:
    """Make the shards that are missing, and count all of them."""
    missing = []
    for number in range(plan.count):
        if shards.holds(number, _manifest(plan, shards, number)):
            _count(shards, number, tally)
        else:
            missing.append(number)
    tally.resumed = tally.inputs
    if not missing:
        return

    def task(number: int, careful: bool) -> Task:
        manifest = _manifest(plan, shards, number)
        return Task(str(shards.file(number)), plan.letters(number), manifest, careful)

    with cluster(address) as ray:
        hands = Asking(ray, job) if job.extract.concurrency else Stateless(ray, job)
        for number in hands.work(missing, task):
            _count(shards, number, tally)


def _manifest(plan: Plan, shards: Shards, number: int) -> Manifest:
    return Manifest(made_of=shards.made_of, letters=plan.digest(number))


def _count(shards: Shards, number: int, tally: Tally) -> None:
    for done, shared in counted(shards.file(number)):
        tally.duplicates += shared
        tally.add(done._replace(provenance=None) if shared else done)


def _refuse_budget(extract: Extractor) -> None:
    options = extract.options
    if extract.concurrency and (options.max_cost, options.max_run_tokens) != (None, None):
        message = (
            "A budget is held by one process: leave out --max-cost and --max-run-tokens, "
            "or --engine ray."
        )
        raise SettingsError(message)
