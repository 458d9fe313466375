"""Are the reviewer's credentials all of their passage, each name in its own list?"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from extractor.findings import Code, Finding
from extractor.record import Record
from extractor.text import Span, Text, found_by
from extractor.validate.anchors import Anchors
from extractor.validate.spans import passage, span_of
from extractor.values import STATES
from extractor.windows import before

_STATES = frozenset(STATES)

_STATES_LABEL = re.compile(r"State\(s\)\s*of\s*Licensure\s*:|Licensure\s*:")
_SPECIALTY_LABEL = re.compile(
    r"Certification\(s\)\s*/\s*Specialty\s*:|Certifications?\s*/\s*Specialty\s*:"
)
_PROSE = re.compile(
    r"B(?<!\wB)oard[\s-]+Certified\s+in\b[^.]{0,1200}?\blicensed\s+to\s+practice\s+in\b[^.]{0,1200}\."
)
_PROSE_LEFT = re.compile(
    r"Board[\s-]+Certified\s+in|has\s+an?|with\s+an?|subspecialty(?:\s+certification)?(?:\s+in)?|and|is|licensed\s+to\s+practice\s+in|[\s,.]",
)
_LISTS = ("specialties", "subspecialties", "licensed_in")


def check_expert(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Hold the credentials to their passage: every name of it, in order, nothing left over."""
    values = [
        (name, f"/expert/{name}/{n}", v, span_of(text, v))
        for name in _LISTS
        for n, v in enumerate(getattr(record.expert, name))
    ]
    region = anchors.credentials
    due = _due_lists(text, region) if region else {}
    for name, path, value, span in values:
        place = due.get(name)
        if place is None or not place.holds(span):
            message = "It does not stand in the reviewer's credentials."
            yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))
        elif value.value != text.words(span):
            message = "The quote says another name."
            yield Finding.of(Code.VALUE_MISMATCH, message, path, passage(text, value))
        elif _is_no_name(value.value, name):
            message = "These words are no name of this list."
            yield Finding.of(Code.AMBIGUOUS, message, path, passage(text, value))
    for place in {*due.values()}:
        if left := _left_over(text, place, [span for *_, span in values]):
            message = "Words of the reviewer's credentials are not in the record."
            yield Finding.of(Code.UNCOVERED_TEXT, message, "/expert", text.place(left))
    if region:
        spans = {name: [span for n, *_, span in values if n == name] for name in _LISTS}
        yield from _check_lists(spans, text, region)


# A statement of the letter's form that has no credentials at all is not seen; so a section that
# speaks of licences and specialties must give both.
_SPEAKS_OF = re.compile(r"licens|certif|special", re.IGNORECASE)
# Patterns of fixed letters: each is found many times faster than one pattern of them all.
_AGAIN = tuple(map(re.compile, (r"Specialty\s*:", r"SPECIALTY\s*:", r"Board[\s-]+[Cc]ertified")))
_SUBSPECIALTY = tuple(
    map(
        re.compile,
        (r"subspecialty(?!\s*/)", r"Subspecialty(?!\s*/)", "fellowship", "Fellowship"),
    )
)
_NOT_IN_A_NAME = re.compile(
    r"\b(?:has|is|in|not|the|none|board|with|certified|subspecialty|eligible|formerly)\b|[.:;,]"
    r"|\A(?:&|(?:and|or)\b)|(?:&|\b(?:and|or))\Z"
    r"|\A(?:occupational|environmental|public\s+health)\Z",
    re.IGNORECASE,
)
# The words beside the "and" of a name that holds one; every other "and" joins two names.
# Source: the certificates of the American Board of Medical Specialties and of the osteopathic,
# podiatric, dental and psychological boards.
_HELD_AND = frozenset(
    (
        "medicine and rehabilitation, hospice and palliative, allergy and immunology, "
        "obstetrics and gynecology, psychiatry and neurology, neurology and psychiatry, "
        "undersea and hyperbaric, health and general, diabetes and metabolism, colon and rectal, "
        "oral and maxillofacial, thoracic and cardiac, thoracic and cardiovascular, "
        "foot and ankle, nose and throat, head and neck, child and adolescent, "
        "plastic and reconstructive, spine and pain, hand and upper, hip and knee, "
        "brain and spinal, clinical and laboratory, anatomic and clinical"
    ).split(", ")
)
_AND = re.compile(r"(?P<before>\w+),?\s+and\s+(?P<after>\w+)", re.IGNORECASE)
_WORD_WITHIN = 20
_JOINT = re.compile(r"[,;\n]|\band\b")
_JOINT_IN_PROSE = re.compile(r"[,;]|\band\b")


@lru_cache(maxsize=4096)
def _is_no_name(name: str, kind: str) -> bool:
    """Say whether *name* cannot be a specialty, or a state, of its list; the same names recur."""
    is_state = " ".join(name.split()) in _STATES
    if is_state is not (kind == "licensed_in") or _NOT_IN_A_NAME.search(name):
        return True
    return any(not _is_held(joint) for joint in _AND.finditer(name))


def _is_held(joint: re.Match[str]) -> bool:
    """Say whether the "and" between two words belongs to the name of one specialty."""
    return f"{joint['before']} and {joint['after']}".lower() in _HELD_AND


def _check_lists(listed: dict[str, list[Span]], text: Text, region: Span) -> Iterator[Finding]:
    """Refuse lists that are empty, out of order or glued, and credentials given twice."""
    complete = bool(listed["specialties"] and listed["licensed_in"])
    empty = not complete and _SPEAKS_OF.search(text.norm[slice(*region)])
    said = found_by(_SUBSPECIALTY, text.norm, region)
    again = found_by(_AGAIN, text.norm, region)
    if empty or len(again) > 1 or len(said) > bool(listed["subspecialties"]):
        message = "The section gives credentials that the record does not hold."
        yield Finding.of(Code.MISSING_FIELD, message, "/expert", text.place(region))
    # In lists a name may end with its line; in prose a line's end joins nothing.
    joint = _JOINT if _SPECIALTY_LABEL.search(text.norm, *region) else _JOINT_IN_PROSE
    for name, spans in listed.items():
        glued = any(_is_one(text, joint, a, b) for a, b in pairwise(spans))
        if spans != sorted(spans) or glued:
            message = "The names are out of order, or two are one."
            yield Finding.of(Code.WRONG_PLACE, message, f"/expert/{name}")
    yield from _check_rank(listed, text, said[0].start() if said else len(text.norm))


def _is_one(text: Text, joint: re.Pattern[str], one: Span, other: Span) -> bool:
    """Say whether nothing parts two names, or an "and" that stands in the name of one specialty."""
    if joint.search(text.norm, one.end, other.start) is None:
        return True
    between = _AND.search(text.norm, max(one.start, one.end - _WORD_WITHIN), other.end)
    joins = between is not None and between.start("after") == other.start
    return joins and between is not None and _is_held(between)


def _check_rank(listed: dict[str, list[Span]], text: Text, said: int) -> Iterator[Finding]:
    """Demand the word "subspecialty" before the first subspecialty, and after every specialty.

    *said* is where the section says it first; the end of the text where it never does.
    """
    if listed["subspecialties"]:
        first = listed["subspecialties"][0].start
        if not any(p.search(before(text.norm, 0, first, 60)) for p in _SUBSPECIALTY):
            message = "Nothing calls it a subspecialty."
            yield Finding.of(Code.WRONG_PLACE, message, "/expert/subspecialties/0")
    for n, span in enumerate(listed["specialties"]):
        if span.start > said:
            message = "The section calls it a subspecialty."
            yield Finding.of(Code.WRONG_PLACE, message, f"/expert/specialties/{n}")


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


def _left_over(text: Text, place: Span, values: list[Span]) -> Span | None:
    """Return the first words of *place* that are neither a value nor a joint between two."""
    at = place.start
    spans = sorted(span for span in values if place.holds(span))
    for span in [*spans, Span(place.end, place.end)]:
        if span.start < at:
            return span
        if _PROSE_LEFT.sub("", text.norm[at : span.start]):
            return text.trim(at, span.start)
        at = span.end
    return None
