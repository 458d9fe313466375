"""Lines that may be records, and what is wrong with those that are none."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pydantic import ValidationError

from extractor.record import Record


class Unreadable(NamedTuple):
    """A line that is no record: where the first fault of it lies, and what it is."""

    where: str
    fault: str


def parsed(lines: Iterable[bytes]) -> Iterator[tuple[int, Record | Unreadable]]:
    """Yield each line's number, from 1, and its record, or why it is none; blank lines are not."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _record(line)


def _record(line: bytes) -> Record | Unreadable:
    try:
        return Record.from_json(line.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"]))
        return Unreadable(f"{where}: " if where else "", first["msg"])
