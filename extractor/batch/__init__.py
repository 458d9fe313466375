"""Letters read by a model in batches: submitted, waited for, collected; each step can be killed.

A reply that is collected goes the way of one that comes at once: the same reading, grounding and
validation, the same findings where there is none.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TypeVar

from extractor.batch.letters import (
    Submission,
    given_of,
    inputs_of,
    questions,
    requests,
    unchanged,
)
from extractor.errors import (
    BadRequest,
    BatchRunning,
    ModelError,
    OutputError,
    SettingsError,
    TruncatedReply,
)
from extractor.pipeline import Extractor, version
from extractor.propose.llm.asking import Question
from extractor.propose.llm.batch import Batches, State
from extractor.propose.llm.collected import Collected, CollectedModel, Replies
from extractor.propose.llm.job import (
    FileLimits,
    Job,
    JobFolder,
    Part,
    Round,
    request_id,
)
from extractor.propose.llm.model import Model
from extractor.propose.llm.reply import Reply
from extractor.propose.llm.settings import access, url_of
from extractor.propose.llm.transport import Waits
from extractor.propose.llm.wire import Course, Wording
from extractor.run import Done, Summary, run
from extractor.source import find

__all__ = ["FileLimits", "Job", "State", "Submission", "collect", "retry", "states", "submit"]

T = TypeVar("T")
_FILES = FileLimits()
_RAISE = 2


def submit(
    paths: Sequence[str],
    asked: Submission,
    folder: Path,
    *,
    limits: FileLimits = _FILES,
    waits: Waits | None = None,
) -> Job:
    """Submit the letters at *paths*, or go on where an earlier call was killed.

    Args:
        paths: Files, folders and globs.
        asked: How they are asked about.
        folder: The job's folder.
        limits: What one file of requests may hold.
        waits: How failures are waited out.

    Raises:
        SettingsError: There is no key, or standard input is among the *paths*.
        OutputError: *folder* holds another job.
        ModelError: The endpoint does not take it; the same call goes on.
    """
    kept = JobFolder(folder)
    model = asked.opened()
    settings, _ = access(model.settings)
    made_of = {"paths": [*paths], "url": url_of(settings), **asked.as_kept(model)}
    kept.make()
    with kept.locked():
        job = kept.load()
        if job is None:
            job = _prepared(paths, asked, made_of, kept, limits)
        elif job.settings != made_of:
            message = f"{folder} holds a job of other letters or settings: give another --job."
            raise OutputError(message)
        _send(job, kept, waits)
    return job


def states(folder: Path, *, waits: Waits | None = None) -> list[State]:
    """Return where each batch of the job stands, those of earlier rounds included.

    Raises:
        OutputError: There is no job.
        ModelError: The endpoint does not say, or not all batches are submitted.
    """
    job = JobFolder(folder).existing()
    _refuse_unsent(job)

    async def ask(batches: Batches) -> list[State]:
        return [await batches.state(part.batch or "") for part in job.parts]

    return _asked(job, ask, waits)


def collect(  # noqa: PLR0913 - each is an option of its own
    folder: Path,
    out: Path,
    *,
    repairs: int = 0,
    layouts: Path | None = None,
    partial: bool = False,
    overwrite: bool = False,
    watch: Callable[[Done], object] | None = None,
    waits: Waits | None = None,
) -> Summary:
    """Write the record of every letter of the job to *out*, in input order.

    Args:
        folder: The job's folder.
        out: The output; its suffix names the format.
        repairs: How often what was refused is sent back, in calls of their own.
        layouts: A folder of layout files of your own.
        partial: Whether replies may be missing because a batch is not done.
        overwrite: Whether an output made otherwise may be replaced.
        watch: Is told of each letter that is done.
        waits: How failures are waited out.

    Raises:
        BatchRunning: A batch is not done yet.
        OutputError: There is no job, or *out* cannot be written.
        SettingsError: The prompt or the letters' folder are not those of the job.
        ModelError: The replies cannot be had.
    """
    kept = JobFolder(folder)
    job = kept.existing()
    with kept.locked():
        model = unchanged(job)
        _fetch(job, kept, waits, partial=partial)
        asked = Submission.of(job)
        extractor = _Collecting(
            proposer="llm",
            layouts=layouts,
            encoding=asked.encoding,
            limits=asked.limits,
            model=asked.model,
            base_url=asked.base_url,
            prompt=asked.prompt,
            options=replace(model.options, repairs=repairs),
            job=job,
            folder=kept,
        )
        with extractor:
            return run(inputs_of(job), extractor, out, overwrite=overwrite, watch=watch)


def retry(folder: Path, *, limits: FileLimits = _FILES, waits: Waits | None = None) -> int:
    """Submit again what has no reply that counts, and letters that have changed.

    What a refusal of the requests names is left out of them, and the longest reply is doubled where
    one did not suffice. Malformed replies count as none.

    Returns:
        How many requests were submitted; 0 where every letter has its reply.

    Raises:
        ImrError: As of ``submit`` and ``collect``.
    """
    kept = JobFolder(folder)
    job = kept.existing()
    with kept.locked():
        model = unchanged(job)
        if unsent := job.unsent:
            _send(job, kept, waits)
            return sum(len(part.asked) for part in unsent)
        _fetch(job, kept, waits, partial=False)
        letters = questions(job.inputs, Submission.of(job), model.prompt)
        fresh, names = asyncio.run(_again(job, kept, model, letters))
        wanted = requests(job.inputs, Submission.of(job), model, fresh)
        again = ((name, line) for name, line in wanted if name in names)
        fresh.parts = kept.write_parts(len(job.rounds), again, limits)
        if fresh.parts:
            job.rounds.append(fresh)
            kept.save(job)
            _send(job, kept, waits)
    return sum(len(part.asked) for part in fresh.parts)


@dataclass(frozen=True)
class _Collecting(Extractor):
    """An extractor whose model's replies were collected."""

    job: Job | None = None
    folder: JobFolder | None = None

    @property
    def configuration(self) -> dict[str, object]:
        """Everything that changes what is extracted, the replies among it."""
        assert self.job is not None, "made without a job"
        assert self.folder is not None, "made without a folder"
        digest = sha256()
        for file in (file for part in self.job.parts for file in self.folder.replies(part)):
            if file.exists():
                with file.open("rb") as opened:
                    digest.update(file_digest(opened, "sha256").digest())
        return {**super().configuration, "job": self.job.id, "replies": digest.hexdigest()}

    @cached_property
    def _consulted(self) -> Model:
        assert self.job is not None, "made without a job"
        assert self.folder is not None, "made without a folder"
        replies = Replies(self.job, self.folder)
        given = (self.model, self.base_url, self.prompt, self.options, version())
        return CollectedModel(*given, replies=replies)


def _prepared(
    paths: Sequence[str],
    asked: Submission,
    made_of: dict[str, object],
    kept: JobFolder,
    limits: FileLimits,
) -> Job:
    """Write the requests of a new job, and then the job."""
    inputs = [given_of(each) for each in find(paths)]
    model = asked.opened()
    fresh = Round(Wording.first(model.settings), asked.max_output_tokens, [])
    fresh.parts = kept.write_parts(0, requests(inputs, asked, model, fresh), limits)
    if not fresh.parts:
        raise OutputError("There is no letter that can be read among these.")
    job = Job(made_of, inputs, [fresh])
    kept.save(job)
    return job


async def _again(
    job: Job, kept: JobFolder, model: Model, letters: Iterable[Question]
) -> tuple[Round, set[str]]:
    """Return how to ask again, and what: the ids of the requests whose replies do not count."""
    replies, last, names = Replies(job, kept), job.rounds[-1], set[str]()
    collected = Collected(model.settings, replies)
    fresh = Round(last.wording, last.limit, [])
    for question in letters:
        name = request_id(question)
        if name not in replies:
            names.add(name)
            continue
        course = Course(question, Reply, float("inf"), replies.limit(name))
        came = await collected.attempt(course)
        if not isinstance(came, ModelError):
            continue
        names.add(name)
        if isinstance(came, TruncatedReply):
            fresh.limit = max(fresh.limit, _RAISE * course.limit)
        if isinstance(came, BadRequest):
            fresh.wording = fresh.wording.instead(course.said, model.settings) or fresh.wording
    return fresh, names


def _fetch(job: Job, kept: JobFolder, waits: Waits | None, *, partial: bool) -> None:
    """Bring in what came back and is not here yet.

    Raises:
        BatchRunning: A batch is not done, and replies must be there *partial* or not.
    """
    _refuse_unsent(job)
    left = [part for part in job.parts if part.status is None]
    if left:
        _asked(job, lambda batches: _fetched(batches, job, kept, left, partial=partial), waits)


async def _fetched(
    batches: Batches, job: Job, kept: JobFolder, left: list[Part], *, partial: bool
) -> None:
    now = [await batches.state(part.batch or "") for part in left]
    running = sum(state.running for state in now)
    if running and not partial:
        message = (
            f"{running} of {len(job.parts)} batches are not done: wait (`imr batch status` says "
            "how far they are), or take what is there with --partial."
        )
        raise BatchRunning(message)
    for part, state in zip(left, now, strict=True):
        for file, target in zip((state.output, state.errors), kept.replies(part), strict=True):
            if file is not None:
                await batches.download(file, kept, target)
        if not state.running:
            part.status, part.codes = state.status, [*state.codes]
            kept.save(job)


def _send(job: Job, kept: JobFolder, waits: Waits | None) -> None:
    """Submit what is not submitted yet."""

    async def submit_each(batches: Batches) -> None:
        for part in job.unsent:
            await batches.submit(job, part, kept)

    if job.unsent:
        _asked(job, submit_each, waits)


def _refuse_unsent(job: Job) -> None:
    if job.unsent:
        message = "The job is not submitted to its end: the same `imr batch submit` goes on."
        raise OutputError(message)


def _asked(job: Job, work: Callable[[Batches], Awaitable[T]], waits: Waits | None) -> T:
    """Return what *work* makes of the job's endpoint."""
    settings, key = access(Submission.of(job).opened().settings)
    if url_of(settings) != job.settings["url"]:
        message = "OPENAI_BASE_URL names another endpoint than the job was submitted to."
        raise SettingsError(message)

    async def working() -> T:
        batches = Batches(settings, key, waits)
        try:
            return await work(batches)
        finally:
            await batches.aclose()

    return asyncio.run(working())
