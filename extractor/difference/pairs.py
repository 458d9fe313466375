"""Which record of one file belongs to which of another, without holding either in memory.

Both files are read once for their ids, which a temporary database keeps with where each line
begins; then each pair is read. Letters are paired by id, those that are left by their content.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, TypeVar

from pydantic import BaseModel, ValidationError

from extractor.difference.changes import Change, Made, Said, What
from extractor.difference.values import compare
from extractor.errors import ImrError
from extractor.record import Record

M = TypeVar("M", bound=BaseModel)
_BOM = b"\xef\xbb\xbf"
_TABLE = """
CREATE TABLE {name} (
    line INTEGER PRIMARY KEY, at INTEGER, id TEXT, nth INTEGER, sha256 TEXT, other INTEGER
)
"""
# The n-th of several records with one id belongs to the n-th of the other file.
_NUMBERED = """
UPDATE {name} SET nth = numbered.nth FROM (
    SELECT line, row_number() OVER (PARTITION BY {by} ORDER BY line) AS nth
    FROM {name} WHERE other IS NULL
) AS numbered WHERE numbered.line = {name}.line;
CREATE INDEX {name}_{by} ON {name} ({by}, nth);
"""
_PAIRED = """
UPDATE new SET other = old.line FROM old
WHERE new.other IS NULL AND old.other IS NULL AND old.{by} = new.{by} AND old.nth = new.nth;
UPDATE old SET other = new.line FROM new WHERE new.other = old.line;
"""
_IN_NEW = """
SELECT new.line, new.at, old.line, old.at FROM new LEFT JOIN old ON new.other = old.line
ORDER BY new.line
"""
_ONLY_OLD = "SELECT line, at FROM old WHERE other IS NULL ORDER BY line"


class _DocumentHead(BaseModel):
    id: str
    sha256: str | None = None


class _Head(BaseModel):
    """What of a record tells whose it is."""

    document: _DocumentHead


class Letters:
    """How many letters the two files have.

    Attributes:
        both: Letters that both have.
        moved: Of these, such as have another id.
        only_old: Letters that only the old file has.
        only_new: Letters that only the new file has.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.both = self.moved = self.only_old = self.only_new = 0


def differences(old: Path, new: Path, letters: Letters | None = None) -> Iterator[Change]:
    """Yield what the records in *new* say differently from those in *old*.

    The letters come in the order of *new*, each with its status first; then what only *old* has.

    Args:
        old: Records, a line of JSON each.
        new: The same.
        letters: Is told how many there are.

    Raises:
        ImrError: A file cannot be read, or a line of it is no record.
    """
    letters = letters or Letters()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder) / "index", isolation_level=None)) as index,
        _opened(old) as before,
        _opened(new) as after,
    ):
        index.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;")
        _enter(index, "old", before, old)
        _enter(index, "new", after, new)
        _pair(index)
        for line, at, other, other_at in index.execute(_IN_NEW):
            now = _record(after, at, new, line)
            if other is None:
                letters.only_new += 1
                yield _alone(What.GAINED, now)
                continue
            was = _record(before, other_at, old, other)
            letters.both += 1
            letters.moved += was.document.id != now.document.id
            yield from compare(was, now)
        for line, at in index.execute(_ONLY_OLD):
            letters.only_old += 1
            yield _alone(What.LOST, _record(before, at, old, line))


def _pair(index: sqlite3.Connection) -> None:
    """Enter which lines belong together: by id, those that are left by content."""
    for by in ("id", "sha256"):
        for name in ("old", "new"):
            index.executescript(_NUMBERED.format(name=name, by=by))
        index.executescript(_PAIRED.format(by=by))


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}."
        raise ImrError(message) from error


def _enter(index: sqlite3.Connection, name: str, lines: BinaryIO, path: Path) -> None:
    """Enter where each record of a file begins, and whose it is."""
    index.execute(_TABLE.format(name=name))
    insert = f"INSERT INTO {name} (line, at, id, sha256) VALUES (?, ?, ?, ?)"  # noqa: S608 - ours
    at = 0
    for number, line in enumerate(lines, start=1):
        if line.strip():
            head = _parsed(_Head, line, path, number).document
            index.execute(insert, (number, at, head.id, head.sha256))
        at += len(line)


def _record(lines: BinaryIO, at: int, path: Path, number: int) -> Record:
    lines.seek(at)
    return _parsed(Record, lines.readline(), path, number)


def _alone(what: What, record: Record) -> Change:
    """Return that a letter is in one of the files only."""
    said, made = Said(value=record.status), Made.by(record.provenance)
    if what is What.GAINED:
        return Change(what=what, field="letter", id=record.document.id, new=said, new_made=made)
    return Change(what=what, field="letter", id=record.document.id, old=said, old_made=made)


def _parsed(model: type[M], line: bytes, path: Path, number: int) -> M:
    try:
        return model.model_validate_json(line.removeprefix(_BOM))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        fault = f"{where}: {first['msg']}" if where else first["msg"]
        message = f"{path}, line {number} is no record: {fault}."
        raise ImrError(message) from None
