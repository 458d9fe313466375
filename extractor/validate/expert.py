"""Are the reviewer's credentials all of their passage, each name in its own list?"""

import re
from collections.abc import Iterator
from typing import Any

from extractor.findings import Code, Finding
from extractor.record import Record, V
from extractor.text import Span, Text
from extractor.validate.anchors import Anchors
from extractor.validate.spans import passage, span_of

_STATES_LABEL = re.compile(r"State\(s\)\s*of\s*Licensure\s*:|Licensure\s*:")
_SPECIALTY_LABEL = re.compile(
    r"Certification\(s\)\s*/\s*Specialty\s*:|Certifications?\s*/\s*Specialty\s*:"
)
_PROSE = re.compile(
    r"\bBoard[\s-]+Certified\s+in\b[^.]{0,1200}?\blicensed\s+to\s+practice\s+in\b[^.]{0,1200}\."
)
_PROSE_LEFT = re.compile(
    r"Board[\s-]+Certified\s+in|has\s+an?|with\s+an?|subspecialty(?:\s+certification)?(?:\s+in)?|and|is|licensed\s+to\s+practice\s+in|[\s,.]",
)
_LISTS = ("specialties", "subspecialties", "licensed_in")


def check_expert(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Hold the credentials to their passage: every name in it, nothing of it left over."""
    values = [
        (f"/expert/{name}/{n}", v)
        for name in _LISTS
        for n, v in enumerate(getattr(record.expert, name))
    ]
    region = anchors.credentials
    due = _due_lists(text, region) if region else {}
    for path, value in values:
        name = path.split("/")[2]
        place = due.get(name)
        if place is None or not place.holds(span_of(text, value)):
            message = "It does not stand in the reviewer's credentials."
            yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))
        elif value.value != text.words(span_of(text, value)):
            yield Finding.of(
                Code.VALUE_MISMATCH, "The quote says another name.", path, passage(text, value)
            )
    for place in {*due.values()}:
        if left := _left_over(text, place, [value for _, value in values]):
            message = "Words of the reviewer's credentials are not in the record."
            yield Finding.of(Code.UNCOVERED_TEXT, message, "/expert", text.place(left))


def _due_lists(text: Text, region: Span) -> dict[str, Span]:
    """Return where each list of names must stand; the prose holds all three."""
    states = _STATES_LABEL.search(text.norm, *region)
    special = _SPECIALTY_LABEL.search(text.norm, *region)
    if states and special:
        first, second = sorted((states, special), key=lambda match: match.start())
        places = {
            first: text.trim(first.end(), second.start()),
            second: text.trim(second.end(), region.end),
        }
        return {"licensed_in": places[states], "specialties": places[special]}
    if prose := _PROSE.search(text.norm, *region):
        return dict.fromkeys(_LISTS, Span(*prose.span()))
    return {}


def _left_over(text: Text, place: Span, values: list[V[Any]]) -> Span | None:
    """Return the first words of *place* that are neither a value nor a joint between two."""
    at = place.start
    spans = sorted(span for value in values if place.holds(span := span_of(text, value)))
    for span in [*spans, Span(place.end, place.end)]:
        if span.start < at:
            return span
        if _PROSE_LEFT.sub("", text.norm[at : span.start]):
            return text.trim(at, span.start)
        at = span.end
    return None
