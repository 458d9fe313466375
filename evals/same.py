"""Do two runs read the same values? The same letters through two PDF readers, or two versions.

Letters are matched by the name of their file without folder and suffix. Spans, quotes and pages
count characters of different texts and are left out; what is compared are values.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from evals.errors import EvalError
from extractor.record import Record

PARTS = ("case", "expert", "patient", "clinical_summary", "items")
_OF_THE_TEXT = frozenset({"start", "end", "page", "quote"})
_EXAMPLES = 20


@dataclass
class Agreement:
    """What two runs over the same letters agree on; counts of leaf values.

    ``differing`` counts values by field, item and list numbers left out; ``examples`` name the
    first few by letter and JSON Pointer.
    """

    letters: int = 0
    only_in_one: int = 0
    values: int = 0
    differing: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    statuses: tuple[Counter[str], Counter[str]] = field(
        default_factory=lambda: (Counter(), Counter())
    )
    items: list[int] = field(default_factory=lambda: [0, 0])


def load(path: Path) -> dict[str, Record]:
    """Read a file of records (JSONL) by the stem of their ids.

    Raises:
        EvalError: the file cannot be read, a line is no record, or two letters share a stem.
    """
    records: dict[str, Record] = {}
    try:
        with path.open(encoding="utf-8") as lines_of_it:
            for number, line in enumerate(lines_of_it, start=1):
                record = _record(line, f"{path}: line {number}")
                stem = PurePosixPath(record.document.id).stem
                if stem in records:
                    msg = f"{path}: two letters are called {stem!r}."
                    raise EvalError(msg)
                records[stem] = record
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise EvalError(msg) from None
    return records


def _record(line: str, place: str) -> Record:
    try:
        return Record.from_json(line)
    except ValidationError:
        msg = f"{place} is no record."
        raise EvalError(msg) from None


def compare(first: Mapping[str, Record], second: Mapping[str, Record]) -> Agreement:
    """Compare the values of every letter that both runs hold."""
    found = Agreement(only_in_one=len(first.keys() ^ second.keys()))
    for stem in sorted(first.keys() & second.keys()):
        pair = (first[stem], second[stem])
        found.letters += 1
        for side, record in enumerate(pair):
            found.statuses[side][record.status] += 1
            found.items[side] += len(record.items)
        ours, theirs = (dict(_leaves(record)) for record in pair)
        for pointer in sorted(ours.keys() | theirs.keys()):
            found.values += 1
            if ours.get(pointer) != theirs.get(pointer):
                found.differing[_field(pointer)] += 1
                if len(found.examples) < _EXAMPLES:
                    found.examples.append(f"{stem} {pointer}")
    return found


def _leaves(record: Record) -> Iterator[tuple[str, Any]]:
    """Yield every value of *record* that is not null, with its JSON Pointer."""
    data = record.model_dump(mode="json", by_alias=True, include=set(PARTS))
    for part in PARTS:
        yield from _walk(data[part], f"/{part}")


def _walk(part: Any, pointer: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - any JSON
    if isinstance(part, dict):
        for name, member in part.items():
            if name not in _OF_THE_TEXT:
                yield from _walk(member, f"{pointer}/{name}")
    elif isinstance(part, list):
        for number, member in enumerate(part):
            yield from _walk(member, f"{pointer}/{number}")
    elif part is not None:
        yield pointer, part


def _field(pointer: str) -> str:
    """Return the field of a JSON Pointer.

    >>> _field("/items/0/reviewer/citations/1/year")
    'items.reviewer.citations.year'
    """
    return ".".join(name for name in pointer.split("/") if name and not name.isdigit())


def lines(found: Agreement) -> Iterator[str]:
    """Yield the report, a line each."""
    yield f"{found.letters} letters in both, {found.only_in_one} in one only."
    for side, name in enumerate(("first", "second")):
        counts = found.statuses[side]
        statuses = ", ".join(f"{counts[status]} {status}" for status in sorted(counts))
        yield f"{name}: {statuses or 'none'}; {found.items[side]} items."
    differing = sum(found.differing.values())
    yield f"{found.values} values compared, {differing} differ."
    for name, count in found.differing.most_common():
        yield f"  {count:6} {name}"
    for example in found.examples:
        yield f"  {example}"
