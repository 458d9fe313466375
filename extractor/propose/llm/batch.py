"""The Files and Batches API: requests up, replies down, each file of requests submitted once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeVar

from openai.types import Batch
from pydantic import SecretStr

from extractor.errors import BadRequest, ModelError, SettingsError, UnknownModel
from extractor.propose.llm.asking import ModelSettings
from extractor.propose.llm.chat import openai_client
from extractor.propose.llm.faults import Failed
from extractor.propose.llm.job import Job, JobFolder, Part
from extractor.propose.llm.settings import host_of, provider_of
from extractor.propose.llm.transport import Transport, Waits

T = TypeVar("T")
RUNNING = frozenset({"validating", "in_progress", "finalizing", "cancelling"})
_TIMEOUT = 900.0
_DEADLINE = 3600.0
_PAGE = 100
_CLOCKS = 24 * 3600
_CODES = 5


class State(NamedTuple):
    """Where a batch stands, as the endpoint says.

    ``output`` and ``errors`` are the ids of files with replies, ``codes`` why it was refused.
    """

    status: str
    total: int = 0
    completed: int = 0
    failed: int = 0
    output: str | None = None
    errors: str | None = None
    codes: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether replies may still come."""
        return self.status in RUNNING

    @classmethod
    def of(cls, batch: Batch) -> "State":
        """Return where *batch* stands."""
        counts, told = batch.request_counts, batch.errors.data if batch.errors else None
        codes = dict.fromkeys(each.code or "unknown" for each in told or [])
        return cls(
            batch.status,
            counts.total if counts else 0,
            counts.completed if counts else 0,
            counts.failed if counts else 0,
            batch.output_file_id,
            batch.error_file_id,
            tuple(codes)[:_CODES],
        )


class Batches:
    """The Files and Batches API of one endpoint."""

    def __init__(
        self, settings: ModelSettings, key: SecretStr | None, waits: Waits | None = None
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        Raises:
            SettingsError: The model is another provider's.
        """
        if (provider := provider_of(settings)) is not None:
            message = f"Batches are OpenAI's: {provider} is asked by `imr extract` alone."
            raise SettingsError(message)
        self.host = host_of(settings)
        self._client = openai_client(replace(settings, timeout=_TIMEOUT), key)
        self._transport = Transport(self.host, _TIMEOUT, waits or Waits())

    async def submit(self, job: Job, part: Part, folder: JobFolder) -> None:
        """Have a batch made of *part*, if there is none yet.

        What may be under way is written down before it is begun; what an earlier process began is
        looked up at the endpoint, by the job's id and the part's name, before it is done again.

        Raises:
            ModelError: The endpoint does not take it.
        """
        if part.begun:
            await self._take_up(job, part)
        part.begun = True
        folder.save(job)
        if part.batch is None and part.file is None:
            part.file = await self._upload(_name(job, part), folder.requests(part))
            folder.save(job)
        if part.batch is None:
            part.batch = await self._create(job, part)
        folder.save(job)

    async def state(self, batch: str) -> State:
        """Return where a batch stands."""
        return State.of(await self._send(lambda: self._client.batches.retrieve(batch)))

    async def download(self, file: str, folder: JobFolder, target: Path) -> None:
        """Write the content of a *file* of the endpoint's to *target*, whole or not at all."""

        async def once() -> None:
            content = self._client.files.with_streaming_response.content(file)
            async with content as response:
                with folder.fresh(target.name) as opened:
                    async for some in response.iter_bytes():
                        opened.write(some)

        await self._send(once)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _take_up(self, job: Job, part: Part) -> None:
        """Find what an earlier process made of *part*."""
        part.batch = part.batch or await self._send(lambda: self._batch_of(job, part))
        if part.batch is None and part.file is None:
            part.file = await self._send(lambda: self._file_of(job, part))

    async def _batch_of(self, job: Job, part: Part) -> str | None:
        """Return the id of the batch that was made of *part*; None where there is none."""
        async for batch in self._client.batches.list(limit=_PAGE):
            if batch.created_at < job.created - _CLOCKS:
                return None  # the newest come first, and this one is older than the job
            if batch.metadata == _metadata(job, part):
                return batch.id
        return None

    async def _file_of(self, job: Job, part: Part) -> str | None:
        """Return the id of the file that was uploaded of *part*; None where there is none."""
        name = _name(job, part)
        async for file in self._client.files.list(purpose="batch", order="desc"):
            if file.filename == name and file.status != "error":
                return file.id
        return None

    async def _upload(self, name: str, path: Path) -> str:
        async def once() -> str:
            with path.open("rb") as opened:
                file = await self._client.files.create(file=(name, opened), purpose="batch")
            return file.id

        return await self._send(once)

    async def _create(self, job: Job, part: Part) -> str:
        """Make a batch; before a second try it is looked up whether the first one did."""
        tried = False

        async def once() -> str:
            nonlocal tried
            if tried and (found := await self._batch_of(job, part)) is not None:
                return found
            tried = True
            batch = await self._client.batches.create(
                input_file_id=part.file or "",
                endpoint="/v1/chat/completions",
                completion_window="24h",
                metadata=_metadata(job, part),
            )
            return batch.id

        return await self._send(once)

    async def _send(self, once: Callable[[], Awaitable[T]]) -> T:
        deadline = asyncio.get_running_loop().time() + _DEADLINE
        failed: ModelError
        try:
            return await self._transport.send(once, deadline, lambda _: None)
        except Failed as error:
            failed = error.fault.error
        if isinstance(failed, UnknownModel):
            message = (
                f"{self.host} has no such file or batch, or no Files and Batches API at all: ask "
                "its model with `imr extract --proposer llm` instead."
            )
            raise BadRequest(message)
        raise failed


def _name(job: Job, part: Part) -> str:
    return f"imr-{job.id}-{part.name}.jsonl"


def _metadata(job: Job, part: Part) -> dict[str, str]:
    return {"imr_job": job.id, "imr_part": part.name}
