"""Oddities of citations: unknown, misnamed, out of force, other than the letter says."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from extractor.findings import Code, Finding, Passage
from extractor.guidelines import UNKNOWN, Guideline, catalogue
from extractor.record import Basis, Citation, Record, V
from extractor.text import Span, Text
from extractor.validate.spans import span_of

_OUTSIDE = re.compile(
    r"did\s+not\s+base\s+\S+\s+decision\s+on\s+(?:the\s+)?MTUS"
    r"|recommendation\(s\)\s+outside\s+of\s+the\s+MTUS(?:\s+Guidelines)?"
)
_NO_EVIDENCE = re.compile(r"did\s+not\s+cite\s+any\s+(?:medical\s+)?evidence")
_LABELS = {
    "mtus": re.compile(r"Decision\s+based\s+on\s+(?:the\s+)?MTUS\b(?!\s*-)"),
    "non_mtus": re.compile(r"Decision\s+based\s+on\s+Non\s*-\s*MTUS\s+Citations?"),
}
_FIRST_LETTERS = date(2013, 1, 1)
_SIDES = ("claims_administrator", "reviewer")


class _Cited(NamedTuple):
    """A citation, the field it stands in, and where in the record: item, side, number."""

    citation: Citation
    basis: Basis
    item: int
    side: str
    number: int

    @property
    def path(self) -> str:
        """The JSON Pointer of the citation."""
        return f"/items/{self.item}/{self.side}/citations/{self.number}"


def _citations(record: Record) -> list[_Cited]:
    return [
        _Cited(citation, basis, n, side, k)
        for n, item in enumerate(record.items)
        for side, basis in zip(_SIDES, (item.claims_administrator, item.reviewer), strict=True)
        if basis
        for k, citation in enumerate(basis.citations)
    ]


def _place(text: Text, value: Citation | V[str]) -> Passage:
    return text.place(span_of(text, value))


def unknown_guideline(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per citation of a field that the catalogue does not know."""
    for cited in _citations(record):
        if cited.citation.guideline == UNKNOWN:
            message = "The catalogue does not know this guideline."
            place = _place(text, cited.citation)
            yield Finding.of(Code.UNKNOWN_GUIDELINE, message, cited.path, place, (place,))


def chapter_title_mismatch(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per citation whose chapter number and chapter name are of two chapters."""
    for cited in _citations(record):
        if other := _other_chapter(cited.citation):
            entry = catalogue().entries[cited.citation.guideline]
            message = f"Chapter {entry.chapter} is {entry.title!r}; {other.title!r} is another."
            place = _place(text, cited.citation)
            yield Finding.of(Code.CHAPTER_TITLE_MISMATCH, message, cited.path, place, (place,))


def _other_chapter(citation: Citation) -> Guideline | None:
    """Return the chapter that the citation's first section names, if its number is another's."""
    entry = catalogue().entries.get(citation.guideline)
    if entry is None or entry.part_of is None or citation.chapter != entry.chapter:
        return None
    if citation.chapter is None or not citation.sections:
        return None
    named = catalogue().part_named(entry.part_of, citation.sections[0])
    if not named or entry.id in named:
        return None
    return catalogue().entries[named[0]]


def guideline_not_in_force(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per citation of a document that the MTUS did not hold on the day of decision.

    The reviewer's day is the decision's, the claims administrator's that of the denial; a letter
    without a case header gives neither.
    """
    days = {
        "reviewer": record.case.decision_date,
        "claims_administrator": record.case.ur_denial_date,
    }
    for cited in _citations(record):
        day = days[cited.side]
        if day is None or cited.citation.labelled != "mtus":
            continue
        entry = catalogue().entries.get(cited.citation.guideline)
        if entry and not _in_force(entry, date.fromisoformat(day.value)):
            places = (_place(text, cited.citation), _place(text, day))
            message = f"{entry.title!r} was not part of the MTUS on {day.value}."
            yield Finding.of(Code.GUIDELINE_NOT_IN_FORCE, message, cited.path, places[0], places)


def _in_force(entry: Guideline, day: date) -> bool:
    return _is_open(entry) or not (
        (entry.in_force_from and day < entry.in_force_from)
        or (entry.in_force_until and day > entry.in_force_until)
    )


def _is_open(entry: Guideline) -> bool:
    """Say whether a letter is right to call the guideline MTUS or not: a lawyer's question.

    The MTUS let go of some ACOEM chapters before the first letter; letters call them either.
    """
    return entry.in_force_until is not None and entry.in_force_until < _FIRST_LETTERS


def basis_contradicts_citations(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per citation that is not what its field's statement says it is."""
    for cited in _citations(record):
        if statement := _contradicted(cited.citation, cited.basis, text):
            places = (statement, _place(text, cited.citation))
            message = f"The field says otherwise: {cited.citation.guideline} is cited."
            yield Finding.of(
                Code.BASIS_CONTRADICTS_CITATIONS, message, cited.path, places[1], places
            )


def _contradicted(citation: Citation, basis: Basis, text: Text) -> Passage | None:
    """Return the statement of the field that the citation contradicts."""
    field = span_of(text, basis.text)
    if no_evidence := _no_evidence(text, field):
        return text.place(no_evidence)
    entry = catalogue().entries.get(citation.guideline)
    if entry is None or citation.labelled == entry.authority or _is_open(entry):
        return None
    said, at = _statements(text, field), span_of(text, citation).start
    if citation.authority == "mtus" and said.outside and said.outside.end <= at:
        return text.place(said.outside)
    labels = said.labels.get(citation.labelled or "", ())
    before = bisect_right(labels, at, key=attrgetter("end"))
    return text.place(labels[before - 1]) if before else None


class _Statements(NamedTuple):
    """Where a field says what it rests on, if it does; labels by kind, in order."""

    outside: Span | None
    labels: dict[str, list[Span]]


@lru_cache(maxsize=8)
def _no_evidence(text: Text, field: Span) -> Span | None:
    """Find where a field says that it rests on nothing, once for all its citations."""
    found = _NO_EVIDENCE.search(text.norm, *field)
    return text.trim(*found.span()) if found else None


@lru_cache(maxsize=8)
def _statements(text: Text, field: Span) -> _Statements:
    """Find the other statements of a field, once for all its citations."""
    found = _OUTSIDE.search(text.norm, *field)
    outside = text.trim(*found.span()) if found else None
    labels = {
        kind: [text.trim(*match.span()) for match in pattern.finditer(text.norm, *field)]
        for kind, pattern in _LABELS.items()
    }
    return _Statements(outside, labels)
