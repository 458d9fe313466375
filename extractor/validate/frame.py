"""The record as a whole: is it of this text, and does it hold only what has been checked?"""

import re
from collections.abc import Iterator

from extractor.findings import Code, Finding
from extractor.record import Record
from extractor.text import Span, Text
from extractor.validate.anchors import Anchors

_DWC_LAYOUTS = {"dwc-2014", "dwc-2016"}
# A line that is only a page number, or short with a case number: the page's, not the letter's.
_PAGE_NUMBER = re.compile(
    r"\n[ \t]*(?:[Pp]age[ \t]+)?\d{1,3}(?:[ \t]+of[ \t]+\d{1,3})?[ \t\r]*(?=\n)"
)
_CASE_NUMBER = re.compile(r"CM\d\d-\d{5,8}")
_SHORT_LINE = 100


def check_document(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Refuse a record of another text, or that names another layout than the text has."""
    document = record.document
    if document.text_sha256 not in {None, text.sha256}:
        message = "The record was read from another text."
        yield Finding.of(Code.SOURCE_MISMATCH, message, "/document/text_sha256")
    if document.characters not in {None, len(text.source)}:
        message = f"The text has {len(text.source)} characters."
        yield Finding.of(Code.SOURCE_MISMATCH, message, "/document/characters")
    if anchors.family is None or document.layout in {None, "unknown"}:
        return
    family = "dwc" if document.layout in _DWC_LAYOUTS else document.layout
    if family != anchors.family.name:
        message = f"The letter's anchors are those of {anchors.family.name}."
        yield Finding.of(Code.VALUE_MISMATCH, message, "/document/layout")


def check_furniture(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Refuse a letter whose pages' headers or footers stand within its sections."""
    del record
    ends = [part.end for item in anchors.items for part in item.parts.values()]
    issues = anchors.issues
    if issues and ends:
        issues = Span(issues.start, max(issues.end, *ends))
    for name, section in (("clinical_summary", anchors.summary), ("items", issues)):
        if section and (line := _furniture(text.norm, section)):
            message = "A line of the page stands within the letter's words."
            where = text.place(text.trim(*line))
            yield Finding.of(Code.UNCOVERED_TEXT, message, f"/{name}", where)


def _furniture(norm: str, section: Span) -> Span | None:
    # One character more: a footer may end the section.
    lines = norm.replace("\f", "\n")
    if number := _PAGE_NUMBER.search(lines, max(0, section.start - 1), section.end + 1):
        return Span(*number.span())
    if norm.find("CM", *section) < 0:  # many times faster than the pattern
        return None
    for match in _CASE_NUMBER.finditer(norm, *section):
        start = norm.rfind("\n", section.start, match.start()) + 1 or section.start
        end = norm.find("\n", match.end(), section.end)
        line = Span(start, section.end if end < 0 else end)
        if line.end - line.start <= _SHORT_LINE:
            return line
    return None
