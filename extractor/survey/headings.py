"""What looks like a heading in a letter, whatever layout it has.

A heading is a line in capitals, a line in title case with space around it, a label that ends in a
colon, or one that a layout names. Whether it belongs to the layout or to one letter alone only the
corpus can tell: ``extractor.survey.groups`` counts.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, NamedTuple

from extractor.layout import Layout, LayoutRule
from extractor.layout.rules import compiled
from extractor.text import Span, Text, collapse, lines_of

MOST = 60  # headings of one letter that count
HEADER_WITHIN = 3000  # characters in which the case header stands
CASE_HEADER = "Case header"

_CASE_LABELS = (
    "Case Number", "Date Assigned", "Date of Injury", "Decision Date", "UR Denial Date",
    "Priority", "Received",
)  # fmt: skip
_CASE_LABEL = re.compile(rf"\b(?P<label>{'|'.join(_CASE_LABELS)})\s*:".replace(" ", r"\s+"))
_FEWEST_LABELS = 3
_LABEL = re.compile(r"(?P<words>[A-Z][^\d:.;,()]{2,50}?)\s?:(?=\s|$)")
_LABEL_WORDS, _TITLE_WORDS = 6, 8
_LONGEST, _LONGEST_JOINED = 90, 160
_FEWEST_LETTERS, _SMALL_WORD = 4, 4
_NUMBERED = re.compile(r"^(?:\(?[0-9]{1,3}[.)]\s+|[-*•]\s+)")
_OPTIONAL = re.compile(r"\[[^\]]*\]\s*")
_DIGITS = re.compile(r"[0-9]+")
Kind = Literal["named", "capitals", "other"]


class Heading(NamedTuple):
    """A heading as printed, white space collapsed.

    ``kind`` is ``named`` where a layout names it, ``capitals`` where it stands in them; an
    ``other`` one may be a letter's own words.
    """

    words: str
    kind: Kind


class _Mark(NamedTuple):
    start: int
    end: int
    words: str
    kind: Kind


def headings_of(text: Text, layout: Layout, rules: Iterable[LayoutRule]) -> tuple[Heading, ...]:
    """Return the headings of *text*, each where it stands first.

    However many items a letter has, their labels are named once. Requests and decisions are none.
    The labels of the case header are one heading, for PDF readers put them in any order.

    Args:
        text: The letter.
        layout: Its plan.
        rules: The layouts whose headings are looked for where none fits.
    """
    own = [layout.rule] if layout.rule else list(rules)
    named = list(_named(text.norm, own))
    before = min((mark.start for mark in named), default=len(text.norm))
    header = Span(0, min(before, HEADER_WITHIN))
    decided = tuple(word.lower() for rule in own for word in rule.decisions)
    taken = [item.request for item in layout.items]
    marks = [*named, *_case_header(text.norm, header), *_lines(text, decided)]
    found: dict[str, Heading] = {}
    for mark in _apart(marks):
        in_request = any(span.start <= mark.start < span.end for span in taken)
        if mark.kind == "named" or not in_request:
            found.setdefault(mark.words, Heading(mark.words, mark.kind))
    return tuple(found.values())[:MOST]


def header_of(text: Text, layout: Layout, rules: Iterable[LayoutRule]) -> Span:
    """Return where the case header stands, or would stand: before the first named heading."""
    if "header" in layout.sections:
        return layout.sections["header"]
    before = min((mark.start for mark in _named(text.norm, rules)), default=len(text.norm))
    return Span(0, min(before, HEADER_WITHIN))


def _apart(marks: Iterable[_Mark]) -> Iterator[_Mark]:
    """Yield *marks* in order, of those that overlap the first, then the longest."""
    end = 0
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        if mark.start >= end:
            yield mark
            end = mark.end


def phrases_of(rule: LayoutRule) -> tuple[str, ...]:
    """Return the headings and labels that *rule* names."""
    heads = (section.heading for section in rule.sections)
    named = (*heads, *(rule.labels[part] for part in sorted(rule.labels)))
    return tuple(dict.fromkeys(words for words in named if words and "{" not in words))


@cache
def _is_plain_heading(words: str) -> bool:
    """Say whether *words* are known for a heading without their layout: no part of a sentence."""
    return words.endswith(":") or words.isupper()


def _named(norm: str, rules: Iterable[LayoutRule]) -> Iterator[_Mark]:
    """Yield the headings and labels that *rules* name, each once."""
    several = len(rules := list(rules)) > 1
    for words in dict.fromkeys(words for rule in rules for words in phrases_of(rule)):
        if several and not _is_plain_heading(words):
            continue
        if found := compiled(words).search(norm):
            said = _OPTIONAL.sub("", words)
            yield _Mark(found.start(), found.end(), said, "named")


def _case_header(norm: str, header: Span) -> Iterator[_Mark]:
    """Yield the case header as one heading, which says what labels it lacks."""
    found = list(_CASE_LABEL.finditer(norm, *header))
    labels = {collapse(match["label"]) for match in found}
    if len(labels) < _FEWEST_LABELS:
        return
    lacking = ", ".join(label for label in _CASE_LABELS if label not in labels)
    words = f"{CASE_HEADER} without {lacking}" if lacking else CASE_HEADER
    yield _Mark(found[0].start(), found[0].end(), words, "named")


def _lines(text: Text, decided: tuple[str, ...]) -> Iterator[_Mark]:
    """Yield the lines that look like headings, capitals that run over lines as one."""
    starts = {gap.start for gap in text.gaps}
    ends = {gap.end for gap in text.gaps} | {len(text.norm.rstrip())}
    block: list[Span] = []
    for line in lines_of(text.norm, text.whole):
        capitals = _in_capitals(text.norm[slice(*line)])
        if block and not (capitals and line.start not in starts):
            yield _capitals(text.norm, block)
            block = []
        if capitals:
            block.append(line)
            continue
        alone = (not line.start or line.start in starts) and line.end in ends
        if mark := _mixed(text.norm, line, decided, alone=alone):
            yield mark
    if block:
        yield _capitals(text.norm, block)


def _in_capitals(line: str) -> bool:
    if len(line) > _LONGEST or not line.isupper():
        return False
    return sum(map(str.isalpha, line)) >= _FEWEST_LETTERS


def _capitals(norm: str, block: list[Span]) -> _Mark:
    start, end = block[0].start, block[-1].end
    words = _DIGITS.sub("#", collapse(norm[start:end][:_LONGEST_JOINED]))
    return _Mark(start, end, words, "capitals")


def _mixed(norm: str, line: Span, decided: tuple[str, ...], *, alone: bool) -> _Mark | None:
    """Return the heading that a line not in capitals is, or begins with."""
    words = norm[slice(*line)]
    if len(words) <= _LONGEST and (numbered := _NUMBERED.match(words)):
        words = words[numbered.end() :]
    if (label := _LABEL.match(words)) and len(label["words"].split()) <= _LABEL_WORDS:
        if _CASE_LABEL.search(label[0]) or words[label.end() :].lower().strip() in decided:
            return None
        return _Mark(line.start, line.start + label.end(), f"{collapse(label['words'])}:", "other")
    if alone and _is_title(words):
        return _Mark(line.start, line.end, collapse(words), "other")
    return None


def _is_title(line: str) -> bool:
    """Say whether *line* is a few words of which all that weigh begin with a capital."""
    words = line.split()
    if len(line) > _LONGEST or not 1 <= len(words) <= _TITLE_WORDS or line[-1] in ".,;:":
        return False
    if any(char.isdigit() for char in line) or not words[0][0].isupper():
        return False
    return all(word[0].isupper() or len(word) < _SMALL_WORD for word in words)
