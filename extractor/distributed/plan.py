"""Which letters each shard has: the same for the same inputs, whatever works on them."""

import contextlib
import pickle
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple, Self

from extractor.corrections import Corrections
from extractor.errors import ImrError
from extractor.run.content import Content, Contents
from extractor.run.named import Digest, Named
from extractor.source import Input

_TABLES = (
    "PRAGMA journal_mode = OFF",
    "CREATE TABLE letter (shard INTEGER, position INTEGER, letter BLOB)",
    "CREATE INDEX place ON letter (shard, position)",
    "CREATE TABLE content (key BLOB PRIMARY KEY, shard INTEGER) WITHOUT ROWID",
    "BEGIN",
)


class Letter(NamedTuple):
    """A letter of a shard.

    Attributes:
        position: Its place among all inputs, from 0.
        given: Where it is.
        content: What it holds; None where it is not compared.
        duplicate: Whether an earlier letter of the shard has the same bytes.
    """

    position: int
    given: Input
    content: Content | None = None
    duplicate: bool = False


class Plan:
    """The letters of each shard, kept on disk; duplicates go to the shard of their first.

    Attributes:
        count: How many shards there are.
    """

    def __init__(self, named: Named, size: int, corrected: Corrections) -> None:
        """Divide *named* inputs into shards of *size* different letters each.

        Args:
            named: The inputs.
            size: How many different letters a shard has.
            corrected: What people corrected: letters of one content may differ in it.

        Raises:
            ImrError: One of them is standard input, which other machines do not have.
        """
        self._stack = contextlib.ExitStack()
        self._disk = self._stack.enter_context(
            contextlib.closing(sqlite3.connect("", isolation_level=None))
        )
        for statement in _TABLES:
            self._disk.execute(statement)
        self._contents = self._stack.enter_context(Contents(corrected))
        different = 0
        for position, given in zip(named.positions(), named, strict=True):
            different += self._put(position, given, different // size)
        self.count = -(-different // size)

    def __enter__(self) -> Self:
        """Return the plan, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget everything."""
        self._stack.close()

    def letters(self, number: int) -> tuple[Letter, ...]:
        """Return the letters of the shard of this *number*, from 0, in the inputs' order."""
        query = "SELECT letter FROM letter WHERE shard = ? ORDER BY position"
        return tuple(
            pickle.loads(stored)  # noqa: S301 - written below
            for (stored,) in self._disk.execute(query, (number,))
        )

    def digest(self, number: int) -> str:
        """Return a digest of the places of a shard's letters."""
        digest = Digest()
        for position in self._positions(number):
            digest.add(str(position))
        return str(digest)

    def _positions(self, number: int) -> Iterator[int]:
        query = "SELECT position FROM letter WHERE shard = ? ORDER BY position"
        return (position for (position,) in self._disk.execute(query, (number,)))

    def _put(self, position: int, given: Input, shard: int) -> bool:
        """Put a letter into *shard*, or that of its first; say whether it is the first."""
        if given.path is None:
            message = "Standard input is on this machine alone: leave out --engine ray for it."
            raise ImrError(message)
        content = self._contents.of(given)
        first = self._first(content.key, shard) if content else None
        letter = Letter(position, given, content, duplicate=first is not None)
        row = (shard if first is None else first, position, pickle.dumps(letter))
        self._disk.execute("INSERT INTO letter VALUES (?, ?, ?)", row)
        return first is None

    def _first(self, key: bytes, shard: int) -> int | None:
        """Return where a letter of this content is already; None, and keep *shard*, if nowhere."""
        found = self._disk.execute("SELECT shard FROM content WHERE key = ?", (key,)).fetchone()
        if found is None:
            self._disk.execute("INSERT INTO content VALUES (?, ?)", (key, shard))
            return None
        return int(found[0])
