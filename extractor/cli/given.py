"""What a command is given: a letter or records, in a file or on standard input."""

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from extractor.cli import output
from extractor.errors import ImrError, InputError
from extractor.source import STDIN, Limits, Source, find, read, read_bytes

if TYPE_CHECKING:
    from extractor.pipeline import Extractor
    from extractor.record import Record

UNREAD = 1
_LETTERS = (".txt", ".pdf")


def source_of(file: Path, limits: Limits, encoding: str | None) -> Source:
    """Return the text in *file*, or on standard input where that is ``-``.

    Raises:
        typer.Exit: It gives no text; which code that is was said.
    """
    try:
        if str(file) == STDIN:
            data = sys.stdin.buffer.read(limits.max_bytes + 1)
            return read_bytes(data, STDIN, limits, encoding)
        return read(file, file.name, limits, encoding)
    except InputError as error:
        _give_up(error)


def records_of(file: Path, extractor: "Extractor") -> "list[Record]":
    """Return the records in *file*, or on standard input, or the one of the letter that is there.

    Raises:
        ImrError: A line of it is no record, or it is a table.
        typer.Exit: Standard input gives no text; which code that is was said.
    """
    if str(file) == STDIN:
        data = sys.stdin.buffer.read()
        return _records(BytesIO(data), STDIN) if _are_records(data) else [_letter(data, extractor)]
    refuse_table(file)
    if file.suffix.lower() not in _LETTERS:
        with file.open("rb") as opened:
            if _are_records(opened.read(64)):
                opened.seek(0)
                return _records(opened, str(file))
    return [extractor.extract_input(given) for given in find([file])]


def refuse_table(file: Path) -> None:
    """Raise ``ImrError`` where *file* is an output that records cannot be read back from."""
    from extractor.write import FORMATS

    if FORMATS.get(file.suffix.lower(), "jsonl") != "jsonl":
        message = (
            f"{file.name} is a table, from which no record can be read back: give records as "
            f"JSON lines instead, as `imr extract LETTERS --out {file.stem}.jsonl` writes them."
        )
        raise ImrError(message)


def _are_records(start: bytes) -> bool:
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def _records(lines: Iterable[bytes], name: str) -> "list[Record]":
    from extractor.cli.parsing import Unreadable, parsed

    records = []
    for number, record in parsed(lines):
        if isinstance(record, Unreadable):
            message = f"{name}, line {number} is no record: {record.where}{record.fault}."
            raise ImrError(message)
        records.append(record)
    return records


def _letter(data: bytes, extractor: "Extractor") -> "Record":
    try:
        source = read_bytes(data, STDIN, extractor.limits, extractor.encoding)
    except InputError as error:
        _give_up(error)
    return extractor.extract_source(source)


def _give_up(error: InputError) -> NoReturn:
    output.say(f"{error.code.value}: {error}")
    raise typer.Exit(UNREAD) from None
