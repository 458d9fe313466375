"""Where things must stand, read from the letter's text alone.

The validator's own reading of a letter's structure: which sections, which items, and between which
anchors each of their values belongs. It shares no code with the layouts; where both read the same,
two readings agree.
"""

import re
from collections.abc import Iterable

from extractor.text import Span, Text
from extractor.validate.anchored import Anchored, Anchors
from extractor.validate.families import BUILT_IN, Family
from extractor.validate.headed import headed_items
from extractor.validate.numbered import item_of_document, items_by_list, items_by_sentence

__all__ = ["Anchored", "Anchors", "scan"]

_SCANNERS = {
    "before_label": headed_items,
    "sentence": items_by_sentence,
    "list": items_by_list,
    "document": item_of_document,
}


def scan(text: Text, families: Iterable[Family] = BUILT_IN) -> Anchors:
    """Find the anchors of *text*."""
    family = next(
        (f for f in families if all(pattern.search(text.norm) for pattern in f.known_by)),
        None,
    )
    if family is None:
        return Anchors(None)
    headings = _headings(family, text)
    anchors = Anchors(
        family,
        header=_header(family, text, min((start for start, _ in headings.values()), default=0)),
        credentials=_section(text, headings, family.credentials),
        summary=_summary(text, headings, family),
        issues=_section(text, headings, family.issues),
        problems=_repeated(family, text, headings),
    )
    if family.style == "document":
        sections = {part: _section(text, headings, label) for part, label in family.labels.items()}
        anchors.parts = {part: span for part, span in sections.items() if span is not None}
    anchors.items = _SCANNERS[family.style](family, text, anchors)
    for item in anchors.items:
        item.required = family.required
        item.runs_on = family.style == "before_label"
    return anchors


def _header(family: Family, text: Text, end: int) -> Span:
    """Return the header: up to the first heading, or to a list of decisions before that."""
    listed = None
    if family.head is not None and family.style in {"sentence", "list"}:
        listed = family.head.search(text.norm, 0, end)
    return Span(0, listed.start() if listed else end)


def _headings(family: Family, text: Text) -> dict[re.Pattern[str], tuple[int, int]]:
    patterns = [family.credentials, family.summary, family.issues, *family.others]
    patterns += family.labels.values() if family.style == "document" else []
    found = {}
    for pattern in patterns:
        if pattern is not None and (match := pattern.search(text.norm)):
            found[pattern] = match.span()
    return found


def _section(
    text: Text,
    headings: dict[re.Pattern[str], tuple[int, int]],
    heading: re.Pattern[str] | None,
) -> Span | None:
    """Return what stands from *heading* to the heading that comes next."""
    if heading is None or heading not in headings:
        return None
    begin = headings[heading][1]
    end = min((start for start, _ in headings.values() if start >= begin), default=len(text.norm))
    return text.trim(begin, end)


def _summary(
    text: Text,
    headings: dict[re.Pattern[str], tuple[int, int]],
    family: Family,
) -> Span | None:
    section = _section(text, headings, family.summary)
    if section is None or family.summary_lead is None:
        return section
    lead = family.summary_lead.search(
        text.norm, section.start, min(section.end, section.start + 300)
    )
    return text.trim(lead.end(), section.end) if lead else section


def _repeated(
    family: Family, text: Text, headings: dict[re.Pattern[str], tuple[int, int]]
) -> list[str]:
    """Name the sections whose heading stands more than once: the letter's parts are in doubt."""
    named = {"credentials": family.credentials, "summary": family.summary, "issues": family.issues}
    return [
        name
        for name, pattern in named.items()
        if pattern in headings and pattern.search(text.norm, headings[pattern][1])
    ]
