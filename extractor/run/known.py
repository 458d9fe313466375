"""Letters known by their content: which records are already there, found again on disk."""

import hashlib
import sqlite3
from collections.abc import Iterator
from json import JSONDecoder
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

from pydantic_core import from_json

from extractor.record import Document
from extractor.run.content import Content
from extractor.run.making import Copy, Done
from extractor.source import Input
from extractor.write.journal import KEY
from extractor.write.places import needing_room

_START = '{"schema":"imr-record/1","document":'
_PAGES = -16_384  # KiB of the index in memory; the rest of it is on disk
_TABLES = (
    "CREATE TABLE letter (key BLOB PRIMARY KEY, file INTEGER, begins INTEGER) WITHOUT ROWID",
    "CREATE TABLE name (key BLOB PRIMARY KEY) WITHOUT ROWID",
)


class _Place(NamedTuple):
    """Where a record stands: in which file, at which byte; None while it is being made."""

    file: int
    begins: int | None


class Known:
    """An index of letters by their content; on disk, so that any number fits.

    The first file of records is the one that is being written. Whatever adds to it raises
    ``OutputError`` where there is no room for temporary files.
    """

    def __init__(self, lines: Path) -> None:
        """Begin with none; *lines* is where this run's records go."""
        self._files: list[BinaryIO] = [lines.open("rb")]
        self._index = sqlite3.connect("", isolation_level=None)
        for statement in (f"PRAGMA cache_size = {_PAGES}", "PRAGMA journal_mode = OFF", *_TABLES):
            self._execute(statement)
        self._execute("BEGIN")

    def __enter__(self) -> Self:
        """Return the index, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Forget everything."""
        self._index.close()
        for file in self._files:
            file.close()

    def take(self, lines: Path, keys: Path, *, names: bool) -> None:
        """Know the records of an earlier run; with *names*, their ids too."""
        self._files.append(lines.open("rb"))
        number, begins = len(self._files) - 1, 0
        with lines.open("rb") as records, keys.open("rb") as found:
            for line in records:
                key = found.read(KEY)
                if len(key) == KEY and any(key):
                    self._put(key, number, begins)
                begins += len(line)
                if names and (document := _document(line)):
                    self._name(document[0].id)

    def claim(self, key: bytes) -> bool:
        """Say whether *key* is new; from now on it is not."""
        return self._put(key, 0, None)

    def is_own(self, key: bytes) -> bool:
        """Say whether this run has made, or is making, the record that *key* stands for."""
        place = self._place(key)
        return place is not None and place.file == 0

    def made(self, key: bytes, begins: int) -> None:
        """Say where the record of a letter with this content stands."""
        self._execute("REPLACE INTO letter VALUES (?, 0, ?)", (key, begins))

    def copy(self, asked: Copy) -> Done | None:
        """Return the record of the letter that *asked* is a copy of, under its own name.

        None where there is none after all, or it cannot bear the name.
        """
        if asked.line is not None:
            found = _document(asked.line)
            return _done(*found) if found else None
        line = self._line(asked.content)
        return renamed(line, asked) if line else None

    def dropped(self, names: Iterator[str]) -> int:
        """Return how many of the earlier records' ids are none of *names*."""
        for name in names:
            self._execute("DELETE FROM name WHERE key = ?", (_short(name),))
        (count,) = self._execute("SELECT count(*) FROM name").fetchone()
        return int(count)

    def _line(self, content: Content | None) -> bytes | None:
        place = self._place(content.key) if content else None
        if place is None or place.begins is None:
            return None
        file = self._files[place.file]
        file.seek(place.begins)
        return file.readline()

    def _place(self, key: bytes) -> _Place | None:
        row = self._execute("SELECT file, begins FROM letter WHERE key = ?", (key,))
        found = row.fetchone()
        return _Place(*found) if found else None

    def _put(self, key: bytes, file: int, begins: int | None) -> bool:
        values = (key, file, begins)
        put = self._execute("INSERT OR IGNORE INTO letter VALUES (?, ?, ?)", values)
        return put.rowcount > 0

    def _execute(self, statement: str, values: tuple[object, ...] = ()) -> sqlite3.Cursor:
        with needing_room():
            return self._index.execute(statement, values)

    def _name(self, name: str) -> None:
        self._execute("INSERT OR IGNORE INTO name VALUES (?)", (_short(name),))


def renamed(line: bytes, asked: Copy) -> Done | None:
    """Return the record in *line*, which a newline ends, under the name of its copy *asked*.

    None where it is not of the same content after all, or cannot bear the name.
    """
    if (found := _document(line)) is None:
        return None
    document, rest = found
    content = asked.content
    if content is None or not (content.is_of(document) and _is_path(asked.given)):
        return None
    own = {"id": asked.given.id, "path": asked.given.path}
    return _done(document.model_copy(update=own), rest)


def status_of(line: bytes) -> str:
    """Return the status of a record; empty where the line is none."""
    try:
        return str(from_json(line)["status"])
    except (ValueError, KeyError, TypeError):
        return ""


def _is_path(given: Input) -> bool:
    """Say whether a record writes the path as it is given: a file's own is made plain."""
    return given.place is not None or str(Path(given.path or "")) == given.path


def _short(name: str) -> bytes:
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=KEY).digest()


def _document(line: bytes) -> tuple[Document, str] | None:
    """Return the document of a record, and what follows it in the line."""
    try:
        text = line.decode()
        fields, end = JSONDecoder().raw_decode(text, len(_START))
        document = Document.model_validate(fields)
    except ValueError:
        return None
    if not (text.startswith(_START) and text.endswith("}\n")):
        return None
    return document, text[end:-1]


def _done(document: Document, rest: str) -> Done | None:
    try:
        line = f"{_START}{document.model_dump_json()}{rest}"
        record = from_json(line)
    except ValueError:
        return None
    codes = tuple(finding["code"] for finding in record["findings"])
    return Done(line, record["status"], len(record["items"]), codes)
