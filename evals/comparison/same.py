"""Do two runs read the same values? The same letters through two PDF readers, or two versions.

Letters are matched by their ids; where only one run has an id, by the id without suffix (the same
letter as PDF and as text), at last by the name of the file alone (the same letters in another
folder), as long as one letter only bears it. Spans, quotes and pages count characters of different
texts and are left out; what is compared are values.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    """Read a file of records (JSONL) by their ids.

    Raises:
        EvalError: the file cannot be read, a line is no record, or two letters share an id.
    """
    records: dict[str, Record] = {}
    try:
        with path.open(encoding="utf-8") as lines_of_it:
            for number, line in enumerate(lines_of_it, start=1):
                record = _record(line, f"{path}: line {number}")
                name = record.document.id
                if name in records:
                    msg = f"{path}: two letters are called {name!r}."
                    raise EvalError(msg)
                records[name] = record
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
    pairs = matched(first, second)
    found = Agreement(only_in_one=len(first) + len(second) - 2 * len(pairs))
    for ours_id, theirs_id in sorted(pairs.items()):
        name = without_suffix(ours_id)
        pair = (first[ours_id], second[theirs_id])
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
                    found.examples.append(f"{name} {pointer}")
    return found


def matched(first: Iterable[str], second: Iterable[str]) -> dict[str, str]:
    """Return for ids of the *first* run those of the *second* that name the same letters.

    >>> matched(["a/one.pdf", "b/one.pdf"], ["a/one.txt", "b/one.txt"])
    {'a/one.pdf': 'a/one.txt', 'b/one.pdf': 'b/one.txt'}
    >>> matched(["x/one.pdf", "x/two.pdf"], ["one.txt"])
    {'x/one.pdf': 'one.txt'}
    """
    ours, theirs = dict.fromkeys(first), dict.fromkeys(second)
    pairs: dict[str, str] = {}
    for key in (str, without_suffix, _stem):
        known, given = _unique(theirs, key), _unique(ours, key)
        for name in sorted(known.keys() & given.keys()):
            pairs[given[name]] = known[name]
            del ours[given[name]], theirs[known[name]]
    return pairs


def without_suffix(name: str) -> str:
    """Return an id without its file's suffix.

    >>> without_suffix("a/one.pdf"), without_suffix("")
    ('a/one', '')
    """
    path = PurePosixPath(name)
    return str(path.with_suffix("")) if path.name else name


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _unique(ids: Iterable[str], key: Callable[[str], str]) -> dict[str, str]:
    """Return *ids* by *key*, without those that share theirs."""
    several: dict[str, list[str]] = {}
    for each in ids:
        several.setdefault(key(each), []).append(each)
    return {name: found[0] for name, found in several.items() if len(found) == 1}


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
