"""What the tests of the cache share: a small reply, and an endpoint that counts its questions."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from extractor.errors import ModelError
from extractor.propose.llm.asking import Answer, ModelSettings, Question, R, Usage
from extractor.propose.llm.cache import CachedReplies

SETTINGS = ModelSettings("small-model", "http://127.0.0.1:9/v1")
USAGE = Usage(100, 20, 60, 5)


class Verdict(BaseModel):
    """A reply."""

    decision: str
    last_line: int = 9


class Recording:
    """Answers every question alike, or raises, and keeps what it was asked."""

    def __init__(
        self, raw: str = '{"decision": "upheld"}', error: ModelError | None = None
    ) -> None:
        """Answer *raw*, or raise *error*."""
        self.raw, self.error = raw, error
        self.asked: list[Question] = []
        self.go = asyncio.Event()
        self.go.set()

    async def ask(self, question: Question, kind: type[R]) -> Answer[R]:
        """Return the answer when it may go."""
        self.asked.append(question)
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return Answer(kind.model_validate_json(self.raw), self.raw, USAGE)


def question(letter: str = "a", **other: Any) -> Question:  # noqa: ANN401 - as Question has it
    """Return a question about a letter."""
    shown = {"role": "user", "content": f"1| The secret request of letter {letter}."}
    given: dict[str, Any] = {
        "messages": (shown,),
        "letter": letter,
        "prompt": "p",
        "last_line": 9,
    } | other
    return Question(**given)


async def ask(
    folder: Path, inner: Recording | None, *asked: Question, **options: bool
) -> list[Answer[Verdict]]:
    """Ask a new cache in *folder*, one question after the other."""
    replies = CachedReplies(inner, SETTINGS, folder, **options)
    try:
        return [await replies.ask(each, Verdict) for each in asked]
    finally:
        await replies.aclose()


def run(folder: Path, inner: Recording | None, *asked: Question, **options: bool) -> list[object]:
    """Ask in an event loop of its own; return whether each answer came from the cache."""
    return [answer.cached for answer in asyncio.run(ask(folder, inner, *asked, **options))]


def rows(folder: Path, query: str, *values: object) -> list[tuple[object, ...]]:
    """Run one statement on the database itself."""
    with closing(sqlite3.connect(folder / "db" / "cache.db")) as database, database:
        return database.execute(query, values).fetchall()
