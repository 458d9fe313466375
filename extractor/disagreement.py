"""Two proposers' records of one letter: where they read different things.

Both sides' values are kept in the finding: the passages that they were read from.
"""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from extractor.findings import Code, Finding, Passage
from extractor.record import Basis, Item, Model, Record, V

_LISTS = (
    ("expert", ("specialties", "subspecialties", "licensed_in")),
    ("patient", ("diagnosis_codes",)),
)
_ITEM = ("request", "treatment", "decision", "rationale", "conclusion")
_SIDES = ("claims_administrator", "reviewer")
_PARTS = ("original", "authorized", "remaining")
Pair = tuple[str, V[Any] | None, V[Any] | None]


def disagreements(ours: Record, theirs: Record) -> list[Finding]:
    """Return a ``disagreement`` for each value that two records of one letter read differently.

    Values are compared, and that they were read from the same place; fields that follow from others
    (category, drug, citations) are left out.

    Args:
        ours: The record whose paths the findings name.
        theirs: The other one.
    """
    found = [_finding(*pair) for pair in _pairs(ours, theirs) if _differ(*pair[1:])]
    if len(ours.items) != len(theirs.items):
        message = f"One reads {len(ours.items)} items, the other {len(theirs.items)}."
        found.append(Finding.of(Code.DISAGREEMENT, message, "/items"))
    return found


def _pairs(ours: Record, theirs: Record) -> Iterator[Pair]:
    yield from _named(ours.case, theirs.case, tuple(type(ours.case).model_fields), "/case")
    patient = ("age", "sex", "date_of_injury", "ur_date")
    yield from _named(ours.patient, theirs.patient, patient, "/patient")
    for part, names in _LISTS:
        for name in names:
            lists = (getattr(getattr(each, part), name) for each in (ours, theirs))
            for n, (one, other) in enumerate(zip_longest(*lists)):
                yield f"/{part}/{name}/{n}", one, other
    yield "/clinical_summary", ours.clinical_summary, theirs.clinical_summary
    for n, (item, other) in enumerate(zip(ours.items, theirs.items, strict=False)):
        yield from _in_item(item, other, f"/items/{n}")


def _in_item(ours: Item, theirs: Item, path: str) -> Iterator[Pair]:
    yield from _named(ours, theirs, _ITEM, path)
    partial = f"{path}/partial_approval"
    yield from _named(ours.partial_approval, theirs.partial_approval, _PARTS, partial)
    for side in _SIDES:
        one, other = (_text(getattr(item, side)) for item in (ours, theirs))
        yield f"{path}/{side}/text", one, other


def _named(
    ours: Model | None, theirs: Model | None, names: tuple[str, ...], path: str
) -> Iterator[Pair]:
    for name in names:
        yield f"{path}/{name}", getattr(ours, name, None), getattr(theirs, name, None)


def _text(basis: Basis | None) -> V[Any] | None:
    return basis.text if basis else None


def _differ(one: V[Any] | None, other: V[Any] | None) -> bool:
    if one is None or other is None:
        return one is not other
    return one.value != other.value or one.start >= other.end or other.start >= one.end


def _finding(path: str, one: V[Any] | None, other: V[Any] | None) -> Finding:
    related = tuple(_passage(value) for value in (one, other) if value is not None)
    only = "One proposer reads a value here, the other none."
    message = "The proposers read different values here." if one and other else only
    return Finding.of(Code.DISAGREEMENT, message, path, related[0], related)


def _passage(value: V[Any]) -> Passage:
    return Passage(start=value.start, end=value.end, page=value.page, quote=value.quote)
