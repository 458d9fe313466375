"""Replies are asked for once: looked up where they were kept, shared where they are under way."""

import asyncio
import copy
import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from extractor.errors import MalformedReply, ModelError, NotCached
from extractor.propose.llm.asking import Answer, Asks, ModelSettings, Question, Usage
from extractor.propose.llm.schema import schema_hash
from extractor.propose.llm.store import Store

R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")
_LIBRARIES = ("imr-extractor", "instructor", "openai")


class Entry(BaseModel):
    """A reply as it is kept.

    ``raw`` is what the model wrote, ``reply`` the reply as JSON where it is not plainly that, and
    ``faults`` what was wrong with one that is none of its schema; ``said`` puts that in a sentence.
    """

    raw: str
    usage: Annotated[tuple[int, ...], Field(min_length=4, max_length=4)]
    model: str
    made: datetime
    versions: dict[str, str]
    reply: str | None = None
    said: str | None = None
    faults: tuple[str, ...] = ()


@dataclass
class _UnderWay:
    """A question being answered: how many wait for it, and whether one has taken its usage."""

    task: asyncio.Task[Answer[Any]]
    waiting: int = 0
    taken: bool = False


class CachedReplies:
    """Answers from the cache what it holds, and asks the rest once.

    A reply is known again by the model and its parameters, the prompt, the reply's schema, the
    letter, every message, and which of several readings it is. A reply that was none of its schema
    is kept too, so that a letter that needed a second try is read again without a call.
    """

    def __init__(
        self,
        asks: Asks | None,
        settings: ModelSettings,
        folder: Path | None = None,
        *,
        only: bool = False,
    ) -> None:
        """Put a cache before *asks*.

        Args:
            asks: What is asked for the replies that are not there; None with *only*.
            settings: How it is asked.
            folder: Where replies are kept; None is ``$IMR_CACHE_DIR``, or the user's cache.
            only: Whether nothing but the cache may be asked.

        Raises:
            SettingsError: Others than the user could put replies into the folder.
        """
        self.asks = None if only else asks
        self.settings = settings
        self.store = Store(folder)
        self._under_way: dict[str, _UnderWay] = {}
        # One thread: the disk's waits are not the event loop's, and the store is not shared.
        self._disk = ThreadPoolExecutor(1, "imr-cache")

    async def ask(self, question: Question, kind: type[R]) -> Answer[R]:
        """Return a reply of *kind*, ``cached`` where no call was made for this question.

        The same question asked while it is under way gets the same answer, or error, without usage.

        Raises:
            NotCached: Only the cache may be asked, and it lacks the reply.
            ModelError: There is no reply.
        """
        key = key_of(question, kind, self.settings)
        shared = self._under_way.get(key) or self._begin(key, question, kind)
        try:
            answer = await self._awaited(key, shared)
        except ModelError as error:
            if shared.taken:
                raise _without_usage(error) from error
            shared.taken = True
            raise
        if shared.taken:
            return answer._replace(calls=0, cached=True)
        shared.taken = True
        return answer

    def holds(self, question: Question, kind: type[BaseModel]) -> bool:
        """Say whether the reply to *question* is kept; for use without an event loop."""
        return self._looked_up(key_of(question, kind, self.settings), kind) is not None

    async def aclose(self) -> None:
        """Close the database."""
        await self._on_disk(self.store.close)
        self._disk.shutdown(wait=False)

    def _begin(self, key: str, question: Question, kind: type[R]) -> _UnderWay:
        task = asyncio.create_task(self._answer(key, question, kind))
        self._under_way[key] = begun = _UnderWay(task)
        task.add_done_callback(lambda _: self._forget(key, begun))
        return begun

    def _forget(self, key: str, shared: _UnderWay) -> None:
        if self._under_way.get(key) is shared:
            del self._under_way[key]
        if shared.task.done() and not shared.task.cancelled():
            shared.task.exception()  # seen, even where nobody waits any more

    async def _awaited(self, key: str, shared: _UnderWay) -> Answer[Any]:
        """Wait with others; the last one who stops waiting ends the call."""
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if not shared.waiting:
                shared.task.cancel()
                self._forget(key, shared)

    async def _answer(self, key: str, question: Question, kind: type[R]) -> Answer[R]:
        found = await self._on_disk(lambda: self._looked_up(key, kind))
        if isinstance(found, MalformedReply):
            raise found
        if found is not None:
            return found
        if self.asks is None:
            message = "The cache lacks this reply: run once without --cache-only to have it asked."
            raise NotCached(message)
        try:
            answer = await self.asks.ask(question, kind)
        except MalformedReply as error:
            await self._keep(key, _of_error(error, self.settings.model))
            raise
        await self._keep(key, self._entry_of(answer, kind))
        return answer

    def _looked_up(self, key: str, kind: type[R]) -> Answer[R] | MalformedReply | None:
        text = self.store.get(key)
        if text is None:
            return None
        try:
            return _read(Entry.model_validate_json(text), kind)
        except ValidationError:
            return None

    async def _keep(self, key: str, entry: Entry | None) -> None:
        if entry is None:
            return
        try:
            text = entry.model_dump_json(exclude_defaults=True)
        except ValueError:  # half a character, which no text can hold
            return
        await self._on_disk(lambda: self.store.put(key, text))

    def _entry_of(self, answer: Answer[R], kind: type[R]) -> Entry | None:
        """Return the entry of an answer; None where half a character is in it."""
        entry = _entry(answer.raw, answer.usage, self.settings.model)
        try:
            plain = kind.model_validate_json(answer.raw) == answer.reply
        except ValidationError:
            plain = False
        try:
            entry.reply = None if plain else answer.reply.model_dump_json()
        except ValueError:
            return None
        return entry

    async def _on_disk(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._disk, work)


def key_of(question: Question, kind: type[BaseModel], settings: ModelSettings) -> str:
    """Return what a reply is kept under: a SHA-256 of all that it depends on, in hexadecimal."""
    parts = {
        "parameters": settings.parameters(),
        "prompt": question.prompt,
        "schema": _schema_hash(kind),
        "letter": question.letter,
        "messages": [dict(message) for message in question.messages],
        "repeat": question.repeat,
    }
    text = json.dumps(parts, sort_keys=True, default=str)  # ASCII: a lone surrogate has a form too
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _schema_hash(kind: type[BaseModel]) -> str:
    return schema_hash(kind)


@cache
def _versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _read(entry: Entry, kind: type[R]) -> Answer[R] | MalformedReply:
    """Return what an entry stands for; raises ``ValidationError`` where it is nothing any more."""
    usage = Usage(*entry.usage)
    try:
        reply = kind.model_validate_json(entry.reply or entry.raw)
    except ValidationError:
        if entry.said is None:
            raise
        error = MalformedReply(entry.said, entry.raw, entry.faults)
        error.usage, error.cached = usage, True
        return error
    return Answer(reply, entry.raw, usage, calls=0, cached=True)


def _without_usage(error: ModelError) -> ModelError:
    """Return the error as it is for those who waited for another's call."""
    again = copy.copy(error)
    again.usage, again.calls = (), 0
    return again


def _of_error(error: MalformedReply, model: str) -> Entry | None:
    if not error.raw:
        return None
    entry = _entry(error.raw, Usage(*error.usage), model)
    entry.said, entry.faults = str(error), error.faults
    return entry


def _entry(raw: str, usage: Usage, model: str) -> Entry:
    return Entry(
        raw=raw, usage=tuple(usage), model=model, made=datetime.now(UTC), versions=_versions()
    )
