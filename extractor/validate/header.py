"""Does the header say so? Each value must be the one that its label introduces, beyond doubt."""

import re
from collections.abc import Iterator
from itertools import pairwise
from string import ascii_letters
from typing import NamedTuple

from extractor.findings import Code, Finding
from extractor.record import Record
from extractor.text import Span, Text
from extractor.validate.anchors import Anchors
from extractor.validate.spans import passage, span_of
from extractor.values import dates_in, parse_date, parse_priority

_LABELS = {
    "Case Number": "case_number",
    "Date Assigned": "date_assigned",
    "Date of Injury": "date_of_injury",
    "Decision Date": "decision_date",
    "Dated": "decision_date",
    "UR Denial Date": "ur_denial_date",
    "Date of UR Decision": "ur_denial_date",
    "Priority": "priority",
    "Received": "application_received",
}
_LABEL = re.compile(
    "(?:" + "|".join(label.replace(" ", r"\s*") for label in _LABELS) + r")(?=\s*:)",
)
_NAME_OF = {label.replace(" ", ""): name for label, name in _LABELS.items()}
_CASE_OR_PRIORITY = re.compile(r"(?:CM\d\d-\d+(?![\w-])|Standard\b|Expedited\b)")
# A label however it is written: what looks like one needs a value too.
_MENTION = re.compile(
    r"(?:case\s+number|date\s+assigned|date\s+of\s+injury|decision\s+date|ur\s+denial\s+date|priority"
    r"|application\s+received)\b",
)
_MAY_PRECEDE_A_LABEL = {"Standard", "Expedited", "Application", "MAXIMUS", "IMR"}
_BEFORE_A_WORD = re.compile(r"(?:[:\n\f\d]|\A)[ \t]*\Z")
_ENDS_LINE = re.compile(r"[ \t\r]*(?:[\n\f]|\Z)")
_COURSE = (
    "date_of_injury",
    "ur_denial_date",
    "application_received",
    "date_assigned",
    "decision_date",
)


class _Mark(NamedTuple):
    name: str
    span: Span


def check_header(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Hold each header value to the one that its label introduces, beyond doubt."""
    if anchors.family is None:
        return
    labels = _labels(text, anchors.header)
    due = _paired(labels, _values(text, anchors.header), text)
    named = {label.name for label in labels}
    for mention in _MENTION.finditer(text.norm[slice(*anchors.header)].lower()):
        named.add("_".join(mention.group().split()))
    required = named | anchors.family.required_of_header if named else named
    for name, value in record.case.__dict__.items():
        if value is None:
            if name in required:
                message = "The header has, or should have, this value; none was read."
                yield Finding.of(Code.MISSING_FIELD, message, f"/case/{name}")
        elif name not in due:
            code = Code.AMBIGUOUS if name in named else Code.WRONG_PLACE
            message = "The header does not prove which value belongs to this label."
            yield Finding.of(code, message, f"/case/{name}", passage(text, value))
        elif (span := span_of(text, value)) != due[name]:
            message = "Another value stands at this label."
            yield Finding.of(Code.WRONG_PLACE, message, f"/case/{name}", passage(text, value))
        elif value.value != _header_value(name, text.norm[slice(*span)]):
            message = "The quote says another value."
            yield Finding.of(Code.VALUE_MISMATCH, message, f"/case/{name}", passage(text, value))
    held = record.case.__dict__
    if all(held[name] is not None for name in required):
        yield from _check_unread(record, text, anchors.header)


def _check_unread(record: Record, text: Text, region: Span) -> Iterator[Finding]:
    """Refuse a header that prints a date, at the end of a line, which no value covers.

    Its label may be lost, or misprinted.
    """
    held = {span_of(text, value) for value in record.case.__dict__.values() if value is not None}
    for match in dates_in(text.norm, region):
        span = Span(*match.span())
        if span not in held and _ENDS_LINE.match(text.norm, span.end):
            message = "A date of the header is in no field."
            yield Finding.of(Code.UNCOVERED_TEXT, message, "/case", text.place(span))


def _header_value(name: str, words: str) -> str | None:
    if name == "case_number":
        return words
    return parse_priority(words) if name == "priority" else parse_date(words)


def _labels(text: Text, region: Span) -> list[_Mark]:
    return [
        _Mark(_NAME_OF["".join(match.group().split())], Span(*match.span()))
        for match in _LABEL.finditer(text.norm, *region)
    ]


def _values(text: Text, region: Span) -> list[_Mark]:
    """Return the values that a header may hold, each named for its kind."""
    values = [_Mark("date", Span(*match.span())) for match in dates_in(text.norm, region)]
    for match in _CASE_OR_PRIORITY.finditer(text.norm, *region):
        before = text.norm[max(region.start, match.start() - 20) : match.start()]
        if match.group().startswith("CM"):
            values.append(_Mark("case_number", Span(*match.span())))
        elif _BEFORE_A_WORD.search(before):
            values.append(_Mark("priority", Span(*match.span())))
    return sorted(values, key=lambda mark: mark.span)


def _is_qualified(text: Text, label: _Mark) -> bool:
    """Say whether a word before the label makes it another one: "Amended Decision Date"."""
    line = text.norm.rfind("\n", 0, label.span.start) + 1
    before = text.norm[max(line, label.span.start - 40) : label.span.start].rstrip(" \t")
    word = before[len(before.rstrip(ascii_letters)) :]
    return bool(word) and word not in _MAY_PRECEDE_A_LABEL


def _kind(label: str) -> str:
    return label if label in {"case_number", "priority"} else "date"


def _paired(labels: list[_Mark], values: list[_Mark], text: Text) -> dict[str, Span]:
    """Pair the n-th label with the n-th value; {} where that is not proven.

    Proven where the kinds agree and either every value stands right after its label or the dates
    follow a case's course. With labels that lack a value, only values on their label's line count.
    """
    doubled = len({label.name for label in labels}) != len(labels)
    if doubled or any(_is_qualified(text, label) for label in labels):
        return {}
    if len(labels) != len(values):
        return _on_one_line(labels, values, text)
    pairs = {label.name: value for label, value in zip(labels, values, strict=True)}
    if any(_kind(name) != value.name for name, value in pairs.items()):
        return {}
    proven = _beside(labels, values) or _in_course(pairs, text)
    if not proven or _is_late(pairs, labels, text):
        return {}
    return {name: value.span for name, value in pairs.items()}


def _beside(labels: list[_Mark], values: list[_Mark]) -> bool:
    """Say whether labels and values alternate, a label first."""
    starts = [mark.span.start for pair in zip(labels, values, strict=True) for mark in pair]
    return starts == sorted(starts)


def _in_course(pairs: dict[str, _Mark], text: Text) -> bool:
    """Say whether the dates follow the course of a case."""
    spans = (pairs[name].span for name in _COURSE if name in pairs)
    days = [parse_date(text.norm[slice(*span)]) or "" for span in spans]
    return days == sorted(days)


def _is_late(pairs: dict[str, _Mark], labels: list[_Mark], text: Text) -> bool:
    """Say whether a date below an empty last label is the letter's own, not the application's."""
    label = next((mark for mark in labels if mark.name == "application_received"), None)
    if label is None or "decision_date" not in pairs:
        return False
    received, decided = pairs[label.name].span, pairs["decision_date"].span
    below = "\n" in text.norm[label.span.end : received.start]
    days = [parse_date(text.norm[slice(*span)]) or "" for span in (received, decided)]
    return below and days != sorted(days)


def _on_one_line(labels: list[_Mark], values: list[_Mark], text: Text) -> dict[str, Span]:
    marks = sorted([*labels, *values], key=lambda mark: mark.span)
    pairs = {}
    for before, after in pairwise(marks):
        between = text.norm[before.span.end : after.span.start]
        if (
            before in labels
            and after in values
            and "\n" not in between
            and _kind(before.name) == after.name
        ):
            pairs[before.name] = after.span
    return pairs if len(pairs) == len(values) else {}
