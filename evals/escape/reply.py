"""A right record as a language model's reply would propose it, and changed replies.

Long text is a pointer at its characters; a short value names its lines and quotes its words.
Where the words stand in those lines more than once, it points at its characters too.
"""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from extractor.errors import AmbiguousQuote, MissingQuote
from extractor.ground import locate
from extractor.propose import Claim, Proposal, ProposedItem
from extractor.record import Basis, Item, Record, V
from extractor.text import Span, Text

ClaimPath = tuple[str | int, ...]


def reply_of(record: Record, text: Text) -> Proposal:
    """Return the proposal that a faultless reply would be."""
    patient = {name: value for name, value in record.patient if name != "diagnosis_codes"}
    return Proposal(
        case=_claims(dict(record.case), text),
        expert={name: [_short(each, text) for each in group] for name, group in record.expert},
        patient=_claims(patient, text),
        diagnosis_codes=[_short(code, text) for code in record.patient.diagnosis_codes],
        clinical_summary=_long(record.clinical_summary, text),
        items=[_item(item, text) for item in record.items],
    )


def _claims(values: dict[str, V[Any] | None], text: Text) -> dict[str, Claim]:
    return {name: _short(value, text) for name, value in values.items() if value is not None}


def _item(item: Item, text: Text) -> ProposedItem:
    request, treatment = _pointer(item.request, text), _pointer(item.treatment, text)
    partial = item.partial_approval
    parts = (partial.original, partial.authorized, partial.remaining) if partial else None
    return ProposedItem(
        request=request,
        treatment=treatment,
        decision=_short(item.decision, text),
        partial_approval=tuple(_pointer(part, text) for part in parts) if parts else None,  # type: ignore[arg-type]
        claims_administrator=_long(_field(item.claims_administrator), text),
        reviewer=_long(_field(item.reviewer), text),
        rationale=_long(item.rationale, text),
        conclusion=_short(item.conclusion, text) if item.conclusion else None,
    )


def _field(basis: Basis | None) -> V[Any] | None:
    return basis.text if basis else None


def _long(value: V[Any] | None, text: Text) -> Claim | None:
    return _pointer(value, text) if value else None


def _pointer(value: V[Any], text: Text) -> Claim:
    return Claim(text.from_source(value.start, value.end))


def _short(value: V[Any], text: Text) -> Claim:
    span = text.from_source(value.start, value.end)
    said = None if isinstance(value.value, str) and value.value == text.words(span) else value.value
    lines = lines_around(text, span)
    try:
        found = locate(value.quote, lines, text)
    except (MissingQuote, AmbiguousQuote):
        found = None
    return Claim(lines, said, value.quote) if found == span else Claim(span, said)


def lines_around(text: Text, span: Span) -> Span:
    """Return the whole lines that hold *span*."""
    end = text.norm.find("\n", span.end)
    return Span(text.norm.rfind("\n", 0, span.start) + 1, len(text.norm) if end < 0 else end)


def claims(part: object, path: ClaimPath = ()) -> Iterator[tuple[ClaimPath, Claim]]:
    """Yield every claim of a proposal with its path."""
    if isinstance(part, Claim):
        yield path, part
    elif is_dataclass(part):
        for each in fields(part):
            yield from claims(getattr(part, each.name), (*path, each.name))
    elif isinstance(part, dict):
        for name, member in part.items():
            yield from claims(member, (*path, name))
    elif isinstance(part, list | tuple):
        for n, member in enumerate(part):
            yield from claims(member, (*path, n))


def changed_reply(reply: Proposal, path: ClaimPath, claim: Claim) -> Proposal:
    """Return a copy of *reply* with *claim* at *path*."""
    changed: Proposal = _with_claim(reply, path, claim)
    return changed


def _with_claim(part: Any, path: ClaimPath, claim: Claim) -> Any:  # noqa: ANN401 - any part of it
    if not path:
        return claim
    step, rest = path[0], path[1:]
    if isinstance(part, dict):
        return {**part, step: _with_claim(part[step], rest, claim)}
    if isinstance(part, list | tuple):
        n = int(step)
        return type(part)([*part[:n], _with_claim(part[n], rest, claim), *part[n + 1 :]])
    name = str(step)
    return replace(part, **{name: _with_claim(getattr(part, name), rest, claim)})
