"""A model's reply as a proposal: pointers become claims, to be grounded like anyone's."""

import re
from collections.abc import Callable
from functools import cache

from extractor.layout.rules import LayoutRule, SectionRule, built_in, phrase
from extractor.propose import Claim, Proposal, ProposedItem, ProposedReason
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.reply import (
    ELLIPSIS,
    BasisPlaces,
    ItemPlaces,
    PartialApprovalPlaces,
    Place,
    Reply,
    place_of,
    said,
)
from extractor.text import Span
from extractor.values import parse_age, parse_date, parse_priority, parse_sex

NOWHERE = Span(0, 0)
_PASSAGES = frozenset({"summary", "reviewer", "rationale"})
_DOTS = re.compile(r"(?<=\s)\.\.\.(?=\s)")
_READ: dict[str, Callable[[str], str | int | None]] = {
    "case_number": str,
    "priority": parse_priority,
    "age": parse_age,
    "sex": parse_sex,
}
_EXPERT = {
    "specialty": "specialties",
    "subspecialty": "subspecialties",
    "licensed_in": "licensed_in",
}


def proposal_of(reply: Reply, lines: NumberedLines) -> Proposal:
    """Return what *reply* claims of the letter whose *lines* the model was shown.

    A value is read from the words that the model points at by the house's own readers of dates,
    ages and the like; the model says only where it stands. Two places for one fact of which a
    letter has one: the first counts.
    """
    proposal = Proposal(clinical_summary=_long(reply.clinical_summary, lines))
    for fact in reply.facts:
        _add(proposal, fact, lines)
    proposal.items = [_item(item, lines) for item in reply.items]
    return proposal


def _add(proposal: Proposal, fact: str, lines: NumberedLines) -> None:
    field, at = said(fact)
    part, _, name = field.partition(".")
    if part == "reviewer":
        proposal.expert.setdefault(_EXPERT[name], []).append(short(at, lines))
    elif name == "diagnosis_code":
        proposal.diagnosis_codes.append(short(at, lines))
    else:
        claims = proposal.case if part == "header" else proposal.patient
        claims.setdefault(name, short(at, lines, _READ.get(name, parse_date)))


def _item(item: ItemPlaces, lines: NumberedLines) -> ProposedItem:
    request = short(item.request, lines)
    parts = _parts(item.partial_approval, lines)
    return ProposedItem(
        request=request,
        treatment=parts[2] if parts else request,
        decision=_said(item.decision, lines),
        partial_approval=parts,
        claims_administrator=_field(item.claims_administrator, lines),
        claims_administrator_citations=_citations(item.claims_administrator, lines),
        reviewer=_field(item.reviewer, lines),
        reviewer_citations=_citations(item.reviewer, lines),
        rationale=_long(item.rationale, lines),
        conclusion=_said(item.conclusion, lines) if item.conclusion else None,
        reasons=[ProposedReason(kind, short(at, lines)) for kind, at in map(said, item.reasons)],
    )


def _said(given: str, lines: NumberedLines) -> Claim:
    word, at = said(given)
    return short(at, lines, value=word)


def _parts(
    partial: PartialApprovalPlaces | None, lines: NumberedLines
) -> tuple[Claim, Claim, Claim] | None:
    if partial is None:
        return None
    original, authorized = short(partial.original, lines), short(partial.authorized, lines)
    return original, authorized, short(partial.remaining, lines)


def _field(basis: BasisPlaces | None, lines: NumberedLines) -> Claim | None:
    return _long(basis.text, lines) if basis else None


def _citations(basis: BasisPlaces | None, lines: NumberedLines) -> list[Claim] | None:
    return [short(at, lines) for at in basis.citations] if basis else []


def short(
    at: str,
    lines: NumberedLines,
    read: Callable[[str], str | int | None] | None = None,
    value: str | None = None,
) -> Claim:
    """Return the claim that the words at a place stand there, as the value they are read as.

    What is read as a value has to be given in full: from the first and the last words of it nobody
    knows what stands between.
    """
    place = place_of(at)
    scope = lines.span(place.first, place.last) if place else None
    if place is None or scope is None or place.words is None:
        return Claim(NOWHERE, value)
    if read:
        return Claim(scope, read(place.words), place.words, nth=place.nth)
    return _quoted(scope, place, value)


def _quoted(scope: Span, place: Place, value: str | None = None) -> Claim:
    """Return the claim of a quote; one with an ellipsis gives its first and its last words."""
    words = place.words or ""
    first, dots, last = _DOTS.sub(ELLIPSIS, words).partition(ELLIPSIS)
    if dots and first.strip() and last.strip() and ELLIPSIS not in last:
        return Claim(scope, value, first.strip(), last.strip(), place.nth)
    return Claim(scope, value, words, nth=place.nth)


def _long(at: str | None, lines: NumberedLines) -> Claim | None:
    """Return the claim of a passage; of whole lines without the label they begin with."""
    if at is None:
        return None
    place = place_of(at)
    scope = lines.span(place.first, place.last) if place else None
    if place is None or scope is None:
        return Claim(NOWHERE)
    if place.words is not None:
        return _quoted(scope, place)
    return Claim(passage_in(scope, lines))


def passage_in(scope: Span, lines: NumberedLines) -> Span:
    """Return whole lines without the label or heading that they begin with.

    Labels are those of the layouts, as "Decision rationale:", but for those that belong to their
    passage; of a section's heading the sentence that leads into it is cut off too.
    """
    norm, start = lines.text.norm, scope.start
    for pattern in _labels():
        if (match := pattern.match(norm, start, scope.end)) and match.end() < scope.end:
            return lines.text.trim(match.end(), scope.end)
    return scope


@cache
def _labels() -> tuple[re.Pattern[str], ...]:
    """Return what may stand before a passage and belongs to none, in every layout."""
    found = [phrase(label) for rule in built_in() for label in _cut_labels(rule)]
    for rule in built_in():
        for section in rule.sections:
            if section.name in _PASSAGES:
                found += _headings(rule, section)
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in dict.fromkeys(found))


def _cut_labels(rule: LayoutRule) -> list[str]:
    return [label for part, label in rule.labels.items() if part not in rule.kept_labels]


def _headings(rule: LayoutRule, section: SectionRule) -> list[str]:
    """Return patterns for a section's heading, its lead, and both: the longest first."""
    heading = phrase(section.heading, decision=f"(?:{rule.decided})")
    if not section.lead:
        return [heading]
    lead = phrase(section.lead)
    return [rf"{heading}\s*{lead}", lead, heading]
