"""Findings that only one of two records has, by code and item."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from extractor.difference.changes import Said, Turn, What
from extractor.findings import Finding
from extractor.record import Item, Record

_Key: TypeAlias = tuple[str, int | None]


def compared_findings(
    old: Record, new: Record, pairs: Sequence[tuple[Item | None, Item | None]]
) -> Iterator[tuple[int | None, Turn]]:
    """Yield the findings gained and lost, each with the number of its item.

    A finding is known by its code and its item, whatever its message says; *pairs* tells which
    items are the same.
    """
    # An item that was gained has a place of its own, which none of the old ones has.
    known = {id(after): id(before) for before, after in pairs if before and after}
    was = _by_key(old, {at: id(item) for at, item in enumerate(old.items)})
    now = _by_key(new, {at: known.get(id(item), id(item)) for at, item in enumerate(new.items)})
    for key, found in now.items():
        for finding in found[len(was.get(key, ())) :]:
            code = f"findings.{finding.code.value}"
            yield _number(new, finding), Turn(What.GAINED, code, None, _said(finding))
    for key, found in was.items():
        for finding in found[len(now.get(key, ())) :]:
            code = f"findings.{finding.code.value}"
            yield _number(old, finding), Turn(What.LOST, code, _said(finding), None)


def _by_key(record: Record, items: Mapping[int, int]) -> dict[_Key, list[Finding]]:
    """Return the findings by code and item; *items* tells by what an item is known."""
    found: dict[_Key, list[Finding]] = {}
    for finding in record.findings:
        at = _index(finding)
        found.setdefault((finding.code.value, items.get(at, at)), []).append(finding)
    return found


def _index(finding: Finding) -> int:
    """Return the index of the item that a finding's path points into; -1 outside items."""
    _, _, rest = finding.path.partition("/items/")
    number = rest.partition("/")[0]
    return int(number) if number.isdecimal() else -1


def _number(record: Record, finding: Finding) -> int | None:
    at = _index(finding)
    return record.items[at].number if 0 <= at < len(record.items) else None


def _said(finding: Finding) -> Said:
    where = {"start": finding.start, "end": finding.end, "page": finding.page}
    return Said(value=finding.path, quote=finding.message, **where)
