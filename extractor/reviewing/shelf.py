"""Records by their place in a file, and the letters that they were made of.

Of each record a line for the queue is kept and where it stands; the record is read when wanted.
"""

import json
import os
import tempfile
from array import array
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydantic import ValidationError

from extractor.errors import ImrError, InputError, ReviewError
from extractor.findings import Code, Finding
from extractor.pages.review.letter import named_by, queue_row
from extractor.record import Record
from extractor.source import DEFAULT_LIMITS, Input, Limits, Source, load, raw
from extractor.validate import mismatch

_BOM = b"\xef\xbb\xbf"
_PDF = "application/pdf"


class Row(NamedTuple):
    """A letter in the queue: its line of JSON without verdict and dealer, and its status."""

    said: str
    status: str

    @classmethod
    def of(cls, place: int, record: Record) -> "Row":
        """Return the row of *record*."""
        row = queue_row(place, record)
        rest = {name: row[name] for name in row if name not in ("verdict", "dealt")}
        return cls(json.dumps(rest, ensure_ascii=False), record.status)

    def as_json(self, verdict: str | None, dealt: str | None) -> str:
        """Return the whole row as JSON."""
        rest = json.dumps({"verdict": verdict, "dealt": dealt}, ensure_ascii=False)
        return f"{self.said[:-1]}, {rest[1:]}"


class Shelf:
    """Records in their order, each with its letter.

    Attributes:
        rows: What the queue says of each.
    """

    def __init__(
        self,
        records: BinaryIO,
        name: str,
        letters: Mapping[str, Input] | None = None,
        limits: Limits = DEFAULT_LIMITS,
        encoding: str | None = None,
    ) -> None:
        """Read through *records* once.

        Args:
            records: A line of JSON each; stays open.
            name: What they are called in messages.
            letters: The letters by their id; None where each record says which file it is of.
            limits: The largest letter that is read.
            encoding: The text files' encoding; None finds it out.

        Raises:
            ImrError: A line is no record as a machine makes it, or there is none.
        """
        self._file, self._letters = records, letters
        self._limits, self._encoding = limits, encoding
        self._places: dict[bytes, list[int]] = {}
        self._at, self.rows = array("Q"), list[Row]()
        at = 0
        for number, line in enumerate(records, start=1):
            if line.strip():
                self._take(_record(line, f"{name}, line {number}"), at)
            at += len(line)
        if not self.rows:
            raise ImrError(f"{name} holds no records: there is nothing to review.")

    @classmethod
    def of_letters(
        cls, letters: Mapping[str, Input], records: Iterable[Record], limits: Limits
    ) -> "Shelf":
        """Take *letters* with the *records* just made of them, which wait in a temporary file."""
        file = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as the shelf is
        for record in records:
            file.write(f"{record.to_json()}\n".encode())
        file.seek(0)
        return cls(file, "the letters", letters, limits)

    def _take(self, record: Record, at: int) -> None:
        place = len(self.rows)
        self._at.append(at)
        self.rows.append(Row.of(place, record))
        if record.document.sha256:
            self._places.setdefault(_key(record.document.sha256), []).append(place)

    def __len__(self) -> int:
        """Return how many records there are."""
        return len(self.rows)

    def places_of(self, digest: str) -> list[int]:
        """Return where the records of the letter with the SHA-256 *digest* stand."""
        return self._places.get(_key(digest), [])

    def record(self, place: int) -> Record:
        """Return the record at *place*, as the machine made it.

        Raises:
            ReviewError: ``no_letter``: there is no such place; ``records_changed``.
        """
        if not 0 <= place < len(self):
            raise ReviewError("no_letter", "There is no such letter in the queue.")
        self._file.seek(self._at[place])
        try:
            return Record.from_json(self._file.readline().removeprefix(_BOM))
        except ValidationError as error:
            message = "The records have changed since the server began: start it again."
            raise ReviewError("records_changed", message) from error

    def source(self, record: Record) -> Source | Finding:
        """Return the letter that *record* was made of, or why there is none to show."""
        found = self._input(record)
        if found is None:
            return Finding.of(Code.MISSING_PATH, "The letter is not among those that were given.")
        try:
            letter = load(found, self._limits, self._encoding)
        except InputError as error:
            return Finding.of(error.code, str(error))
        return mismatch(record, letter) or letter

    def data(self, record: Record) -> bytes:
        """Return the bytes of the letter that *record* was made of.

        Raises:
            ReviewError: ``no_source``: they cannot be had, or are others now.
        """
        found = self._input(record)
        try:
            data = raw(found, self._limits) if found else b""
        except InputError as error:
            raise ReviewError("no_source", str(error)) from error
        if sha256(data).hexdigest() != record.document.sha256:
            raise ReviewError("no_source", "The letter is not the file that it was.")
        return data

    def _input(self, record: Record) -> Input | None:
        if self._letters is not None:
            return self._letters.get(record.document.id)
        return named_by(record)

    def close(self) -> None:
        """Let go of the records."""
        self._file.close()


def _key(digest: str) -> bytes:
    try:
        return bytes.fromhex(digest)
    except ValueError:
        return digest.encode()


def _record(line: bytes, where: str) -> Record:
    try:
        record = Record.from_json(line.removeprefix(_BOM))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ImrError(f"{where} is no record ({place}: {first['msg']}).") from error
    if record.provenance.reviewed:
        message = (
            f"{where} was corrected already, and what the machine read is gone: give the records "
            "as `imr extract` makes them without --corrections; they are applied here."
        )
        raise ImrError(message)
    return record


def is_pdf(source: Source | Finding) -> bool:
    """Say whether a letter has pages to draw."""
    return isinstance(source, Source) and source.media_type == _PDF


def opened(path: Path) -> BinaryIO:
    """Open the records at *path*.

    Raises:
        ImrError: They cannot be read.
    """
    try:
        return path.open("rb")
    except (OSError, ValueError) as error:
        raise ImrError(f"{os.fspath(path)} cannot be read.") from error
