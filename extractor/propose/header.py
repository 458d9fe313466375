"""The case header: seven labels and their values, beside each other or in separate columns."""

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from extractor.propose import Claim
from extractor.text import Span, Text
from extractor.values import dates_in, parse_date, parse_priority

# "Application Received:" is torn by table cells: its first word may stand before the priority's
# value or after it, so the label is known by its last word.
_LABELS = {
    "case_number": r"Case\s*Number",
    "date_assigned": r"Date\s*Assigned",
    "date_of_injury": r"Date\s*of\s*Injury",
    "decision_date": r"Decision\s*Date|Dated",
    "ur_denial_date": r"UR\s*Denial\s*Date|Date\s*of\s*UR\s*Decision",
    "priority": r"Priority",
    "application_received": r"Application\s+Received|Received",
}
# Alternatives that each begin with a letter let the search skip to those; only then come names.
_LABEL = re.compile(rf"(?:{'|'.join(_LABELS.values())})(?=\s*:)")
_NAMES = {
    re.sub(r"\\s[*+]", "", words): name
    for name, label in _LABELS.items()
    for words in label.split("|")
}
_NUMBER_OR_WORD = re.compile(r"(?:CM\d{2}-\d{5,8}|Standard|Expedited)\b")
_KIND = {"case_number": "number", "priority": "word"}


class _Token(NamedTuple):
    name: str
    span: Span


def read_header(text: Text, header: Span) -> dict[str, Claim]:
    """Return the header's values by field; none at all where labels and values do not pair.

    Each value belongs to the label before it where every value has one, or else (columns) the
    n-th value to the n-th label, which needs as many of each, of the same kinds, and dates in the
    order in which a case passes them. Between two dates nothing is guessed.
    """
    tokens = sorted(_tokens(text, header), key=lambda token: token.span)
    labels = [token for token in tokens if token.name in _LABELS]
    if len({label.name for label in labels}) != len(labels):
        return {}
    pairs = _beside(text.norm, tokens) or _columns(text.norm, tokens)
    return {label: _claim(text, label, value) for label, value in pairs.items()}


def _tokens(text: Text, header: Span) -> Iterator[_Token]:
    """Yield the labels and the values of the header, each value named for its kind."""
    for match in _LABEL.finditer(text.norm, *header):
        yield _Token(_NAMES["".join(match.group().split())], Span(*match.span()))
    for match in _NUMBER_OR_WORD.finditer(text.norm, *header):
        kind = "number" if match.group().startswith("CM") else "word"
        yield _Token(kind, Span(*match.span()))
    for match in dates_in(text.norm, header):
        yield _Token("date", Span(*match.span()))


def _claim(text: Text, label: str, span: Span) -> Claim:
    words = text.norm[span.start : span.end]
    if label == "priority":
        return Claim(span, parse_priority(words))
    return Claim(span, words if label == "case_number" else parse_date(words))


def _kind(label: str) -> str:
    return _KIND.get(label, "date")


def _beside(norm: str, tokens: list[_Token]) -> dict[str, Span]:
    """Pair every value with the label directly before it; nothing where one has no such label.

    Where a label has no value at all, a value that stands lines below another proves nothing.
    """
    pairs: dict[str, Span] = {}
    waiting: _Token | None = None
    skipped = apart = False
    for token in tokens:
        if token.name in _LABELS:
            skipped = skipped or waiting is not None
            waiting = token
        elif waiting is None or token.name != _kind(waiting.name):
            return {}
        else:
            apart = apart or "\n" in norm[waiting.span.end : token.span.start]
            pairs[waiting.name] = token.span
            waiting = None
    return {} if skipped and apart else pairs


def _columns(norm: str, tokens: list[_Token]) -> dict[str, Span]:
    """Pair the n-th waiting label with the n-th waiting value, whichever comes first."""
    pairs: dict[str, Span] = {}
    labels: deque[str] = deque()
    values: deque[_Token] = deque()
    for token in tokens:
        if token.name in _LABELS:
            labels.append(token.name)
        else:
            values.append(token)
        if labels and values:
            label, value = labels.popleft(), values.popleft()
            if value.name != _kind(label):
                return {}
            pairs[label] = value.span
    return pairs if not labels and not values and _in_order(norm, pairs) else {}


_COURSE = (
    "date_of_injury", "ur_denial_date", "application_received", "date_assigned", "decision_date",
)  # fmt: skip


def _in_order(norm: str, pairs: dict[str, Span]) -> bool:
    """Say whether the dates follow the course of a case, as columns paired rightly do."""
    days = [parse_date(norm[slice(*pairs[name])]) or "" for name in _COURSE if name in pairs]
    return days == sorted(days)
