"""Which fields of a record are scored, and by which rule: three tables and the rules' shapes.

A later field is one line here. Every part of the record is in a table or in ``NOT_SCORED``; a
test holds that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from evals.scoring.align import Likeness, align, citation_likeness, item_likeness
from evals.scoring.equal import (
    Entry,
    matched,
    name_key,
    place_of,
    region_key,
    same_address,
    same_bare,
    same_guideline,
    same_place,
    same_quote,
    same_value,
)
from evals.scoring.marks import Kind, Mark, Place

Equal = Callable[[Any, Any], bool]
_UNKNOWN = "unknown"
_NEARNESS = {Place.EXACT: 0, Place.OVERLAP: 1, Place.APART: 2, None: 3}


class At(NamedTuple):
    """Where in the record a rule is at work: dotted field name and JSON Pointer."""

    field: str
    pointer: str

    def down(self, path: str) -> "At":
        """Return the place of the dotted *path* below this one."""
        dot = "." if self.field else ""
        return At(f"{self.field}{dot}{path}", f"{self.pointer}/{path.replace('.', '/')}")

    def entry(self, index: int | None) -> "At":
        """Return the place of the list's entry *index*."""
        return At(self.field, f"{self.pointer}/{index}")


Rule = Callable[[At, Any, Any], Iterator[Mark]]


def compare(at: At, expected: object, produced: object, equal: Equal) -> Mark:
    """Compare two values of which either may be absent (None)."""
    if expected is None or produced is None:
        return Mark(at.field, at.pointer, _presence(expected, produced), None, expected, produced)
    kind = Kind.CORRECT if equal(expected, produced) else Kind.WRONG
    place = place_of(expected, produced)
    return Mark(at.field, at.pointer, kind, place, expected, produced)


def _presence(expected: object, produced: object) -> Kind:
    if expected is None:
        return Kind.EMPTY if produced is None else Kind.EXTRA
    return Kind.MISSING


def one(equal: Equal) -> Rule:
    """Make the rule for a field of one value."""

    def rule(at: At, expected: Any, produced: Any) -> Iterator[Mark]:  # noqa: ANN401 - JSON
        yield compare(at, expected, produced, equal)

    return rule


def evidence(at: At, expected: Any, produced: Any) -> Iterator[Mark]:  # noqa: ANN401 - JSON
    """Compare the words that decide; which of them are quoted is a matter of taste, not a fault."""
    mark = compare(at, expected, produced, same_place)
    yield mark if mark.kind is not Kind.CORRECT else mark._replace(place=None)


def guideline_id(at: At, expected: str | None, produced: str | None) -> Iterator[Mark]:
    """Compare guideline ids; ``unknown`` says that none was found, so it counts as absent."""
    ours, theirs = (None if name == _UNKNOWN else name for name in (expected, produced))
    yield compare(at, ours, theirs, same_guideline)


def several(key: Callable[[Any], object]) -> Rule:
    """Make the rule for a set: entries with one key are the same, order and repeats are nothing.

    An entry that is half read is one missing and one extra. Of several produced entries with the
    same key, the one nearest to the golden span is compared.
    """

    def rule(
        at: At, expected: Sequence[Any] | None, produced: Sequence[Any] | None
    ) -> Iterator[Mark]:
        wanted, given = _grouped(expected, key), _grouped(produced, key)
        if not wanted and not given:
            yield Mark(at.field, at.pointer, Kind.EMPTY)
        for name, entries in wanted.items():
            yield compare(at, entries[0], _nearest(entries[0], given.get(name)), matched)
        for name, entries in given.items():
            if name not in wanted:
                yield compare(at, None, entries[0], matched)

    return rule


def _grouped(
    entries: Sequence[Any] | None, key: Callable[[Any], object]
) -> dict[object, list[Any]]:
    groups: dict[object, list[Any]] = {}
    for entry in entries or ():
        groups.setdefault(key(entry), []).append(entry)
    return groups


def _nearest(expected: object, entries: list[Any] | None) -> object:
    if not entries:
        return None
    return min(entries, key=lambda entry: _NEARNESS[place_of(expected, entry)])


def listed(like: Likeness, equal: Equal, parts: Mapping[str, Rule]) -> Rule:
    """Make the rule for an ordered list of entries that have *parts* of their own.

    The parts of a missing entry are missing and those of an extra one extra: what a letter says
    and a record lacks is lacking, however it got lost.
    """

    def rule(at: At, expected: list[Entry] | None, produced: list[Entry] | None) -> Iterator[Mark]:
        ours, theirs = expected or [], produced or []
        if not ours and not theirs:
            yield Mark(at.field, at.pointer, Kind.EMPTY)
        for i, j in align(ours, theirs, like):
            here = at.entry(j if i is None else i)
            one_side = None if i is None else ours[i]
            other_side = None if j is None else theirs[j]
            yield compare(here, one_side, other_side, equal)
            yield from walk(parts, here, one_side, other_side)

    return rule


def walk(
    rules: Mapping[str, Rule], at: At, expected: Entry | None, produced: Entry | None
) -> Iterator[Mark]:
    """Apply *rules*, by dotted path, to a golden entry and a produced one; None is no entry."""
    for path, rule in rules.items():
        here = at.down(path)
        found, ours = look(expected, path)
        if not found:
            yield Mark(here.field, here.pointer, Kind.UNSCORED)
            continue
        yield from rule(here, ours, look(produced, path)[1])


def look(entry: Entry | None, path: str) -> tuple[bool, Any]:
    """Return what stands at a dotted *path*, and whether the entry says anything about it.

    ``null`` on the way says that there is nothing below; a key that is not there says nothing.

    >>> look({"case": None}, "case.priority"), look({}, "case.priority")
    ((True, None), (False, None))
    """
    value: Any = entry
    for key in path.split("."):
        if value is None:
            return True, None
        if key not in value:
            return False, None
        value = value[key]
    return True, value


_value = one(same_value)
_bare = one(same_bare)
_names = several(name_key)

CITATION: dict[str, Rule] = {
    "labelled": _bare,
    "authority": _bare,
    "guideline": guideline_id,
    "title": _bare,
    "edition": _bare,
    "year": _bare,
    "chapter": _bare,
    "sections": _names,
    "pages": _names,
    "tables": _names,
    "url": one(same_address),
    "excerpt": _value,
}
_citations = listed(citation_likeness, same_quote, CITATION)

ITEM: dict[str, Rule] = {
    "request": _value,
    "treatment": _value,
    "decision": _value,
    "partial_approval.original": _value,
    "partial_approval.authorized": _value,
    "partial_approval.remaining": _value,
    "retrospective": _value,
    "dates_of_service": _names,
    "category.name": _bare,
    "category.subcategory": _bare,
    "category.evidence": evidence,
    "drug.name": _value,
    "drug.class": _bare,
    "drug.strength": _value,
    "drug.quantity": _value,
    "visits": _value,
    "body_regions": several(region_key),
    "claims_administrator.cites": _bare,
    "claims_administrator.text": _value,
    "claims_administrator.citations": _citations,
    "reviewer.cites": _bare,
    "reviewer.text": _value,
    "reviewer.citations": _citations,
    "rationale": _value,
    "conclusion": _value,
    "rationale_citations": _citations,
}

LETTER: dict[str, Rule] = {
    "status": _bare,
    "outcome": _bare,
    "document.layout": _bare,
    "case.case_number": _value,
    "case.date_assigned": _value,
    "case.date_of_injury": _value,
    "case.decision_date": _value,
    "case.ur_denial_date": _value,
    "case.priority": _value,
    "case.application_received": _value,
    "expert.specialties": _names,
    "expert.subspecialties": _names,
    "expert.licensed_in": _names,
    "patient.age": _value,
    "patient.sex": _value,
    "patient.date_of_injury": _value,
    "patient.ur_date": _value,
    "patient.diagnosis_codes": _names,
    "clinical_summary": _value,
    "items": listed(item_likeness, matched, ITEM),
}

NOT_SCORED: dict[str, str] = {
    "schema": "the same in every record",
    "document": "describes the file, all but its layout",
    "findings": "scored per code, beside the fields",
    "provenance": "says who made the record, not what the letter says",
    "items.number": "follows from the order, which the assignment of items keeps",
    "items.category.source": "says who found the category",
    "items.reasons": "a model's reading, not counted in the status either",
}

score_fields = partial(walk, LETTER, At("", ""))
