"""Score one letter's record against its golden one, and add letters up.

>>> golden = {"outcome": "upheld", "status": "verified", "findings": []}
>>> letter = score_letter("a", golden, {"outcome": "mixed", "status": "verified", "findings": []})
>>> letter.escaped, letter.fields["outcome"].to_json()
(1, {'wrong': 1})
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from evals.scoring.align import align, item_likeness
from evals.scoring.fields import score_fields
from evals.scoring.marks import Counts, Kind, Mark, added, folded, tally
from extractor.findings import Code, Severity

VERIFIED = "verified"
OBSERVATIONS = frozenset(code.value for code in Code if code.severity is Severity.OBSERVATION)
_IN_ITEM = re.compile(r"/items/\d+")


@dataclass(frozen=True)
class LetterScore:
    """One letter's marks and what follows from them.

    ``marks`` are of the fields, ``code_marks`` of the finding codes; ``status`` is the produced
    record's, None where there is no record.
    """

    name: str
    expected_status: str | None
    status: str | None
    marks: Sequence[Mark]
    code_marks: Sequence[Mark]

    @cached_property
    def fields(self) -> dict[str, Counts]:
        """Counts per field."""
        return tally(self.marks)

    @cached_property
    def codes(self) -> dict[str, Counts]:
        """Counts per finding code."""
        return tally(self.code_marks)

    @cached_property
    def differences(self) -> list[Mark]:
        """Every mark that has something to be said against it, inexact spans included."""
        return [mark for mark in (*self.marks, *self.code_marks) if not mark.is_flawless]

    @cached_property
    def outer_differences(self) -> list[Mark]:
        """The differences but for those inside an item or citation that is missing or extra."""
        marks = folded((*self.marks, *self.code_marks))
        return [mark for mark in marks if not mark.is_flawless]

    @cached_property
    def values(self) -> Counts:
        """All fields in one; the parts of an item or citation count beside it."""
        return added(self.fields.values())

    @cached_property
    def observations(self) -> Counts:
        """The observations in one: what is odd in the letter."""
        return _observations(self.codes)

    @cached_property
    def error_codes(self) -> Counts:
        """The other finding codes in one: what sends the letter to a person."""
        return _error_codes(self.codes)

    @property
    def perfect(self) -> bool:
        """Whether everything scored is right: values, spans, status and finding codes."""
        return self.status is not None and not self.differences

    @cached_property
    def escaped(self) -> int:
        """How many errors stand in a record that calls itself verified.

        A status that ought not to be ``verified`` is one of them. Observations are none: they
        say that the letter is odd, not that its record is wrong.
        """
        if self.status != VERIFIED:
            return 0
        return sum(mark.is_error for mark in self.marks)

    @cached_property
    def needless(self) -> bool:
        """Whether a person must look at a record that is right and ought to be verified."""
        if self.expected_status != VERIFIED or self.status in {VERIFIED, None}:
            return False
        return not any(mark.is_error for mark in self.marks if mark.field != "status")


@dataclass
class Totals:
    """Letters added up; a letter that has no record counts among the letters."""

    letters: int = 0
    perfect: int = 0
    escaped_letters: int = 0
    escaped_errors: int = 0
    needless: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    fields: dict[str, Counts] = field(default_factory=dict)
    codes: dict[str, Counts] = field(default_factory=dict)

    def add(self, letter: LetterScore) -> None:
        """Add one letter."""
        self.letters += 1
        self.perfect += letter.perfect
        self.escaped_letters += letter.escaped > 0
        self.escaped_errors += letter.escaped
        self.needless += letter.needless
        self.statuses[letter.status or "no record"] += 1
        _add(self.fields, letter.fields)
        _add(self.codes, letter.codes)

    @property
    def values(self) -> Counts:
        """All fields in one; the parts of an item or citation count beside it."""
        return added(self.fields.values())

    @property
    def observations(self) -> Counts:
        """The observations in one: what is odd in the letters."""
        return _observations(self.codes)

    @property
    def error_codes(self) -> Counts:
        """The other finding codes in one: what sends letters to a person."""
        return _error_codes(self.codes)


def _observations(codes: Mapping[str, Counts]) -> Counts:
    return added(counts for name, counts in codes.items() if name in OBSERVATIONS)


def _error_codes(codes: Mapping[str, Counts]) -> Counts:
    return added(counts for name, counts in codes.items() if name not in OBSERVATIONS)


def _add(totals: dict[str, Counts], more: Mapping[str, Counts]) -> None:
    for name, counts in more.items():
        totals.setdefault(name, Counts()).include(counts)


def total(letters: Iterable[LetterScore]) -> Totals:
    """Add *letters* up."""
    totals = Totals()
    for letter in letters:
        totals.add(letter)
    return totals


def score_letter(
    name: str, expected: Mapping[str, Any], produced: Mapping[str, Any] | None
) -> LetterScore:
    """Score the record *produced* of a letter against the golden one.

    Args:
        name: The golden case.
        expected: The golden record's JSON; what it leaves out is unscored, what it gives as null
            or as an empty list is expected to be absent.
        produced: A whole record's JSON, or None where there is no record: then everything that
            the golden record holds is missing.
    """
    return LetterScore(
        name,
        expected.get("status"),
        produced["status"] if produced else None,
        tuple(score_fields(expected, produced)),
        tuple(score_codes(expected, produced)),
    )


def score_codes(expected: Mapping[str, Any], produced: Mapping[str, Any] | None) -> Iterator[Mark]:
    """Compare findings by code and by the item that they concern, each pair counted once.

    An observation about another item than the one it belongs to is wrong twice: one missing, one
    extra. Items are the same when the assignment of items says so, whatever their numbers. Where
    in an item a finding points, and how often it is repeated there, is not scored. Nothing is
    scored where the golden record says nothing of findings.
    """
    if expected.get("findings") is None:
        return
    wanted = dict.fromkeys(_concern(finding, {}) for finding in expected["findings"])
    given = _given(expected, produced) if produced else {}
    for code, pointer in wanted:
        kind = Kind.CORRECT if (code, pointer) in given else Kind.MISSING
        yield Mark(code, pointer, kind)
    for code, pointer in given:
        if (code, pointer) not in wanted:
            yield Mark(code, pointer, Kind.EXTRA)


def _given(expected: Mapping[str, Any], produced: Mapping[str, Any]) -> dict[tuple[str, str], None]:
    """Return what the produced findings concern, their items named as the golden ones."""
    pairs = align(expected.get("items") or [], produced.get("items") or [], item_likeness)
    names = {f"/items/{j}": f"/items/{i}" for i, j in pairs if i is not None}
    return dict.fromkeys(_concern(finding, names) for finding in produced["findings"])


def _concern(finding: Mapping[str, Any], names: Mapping[str, str]) -> tuple[str, str]:
    """Return a finding's code and the pointer of the item it concerns, "" for the letter."""
    in_item = _IN_ITEM.match(finding.get("path") or "")
    pointer = in_item.group() if in_item else ""
    return str(finding["code"]), names.get(pointer, pointer)
