"""The validator: findings about a record, from the letter's raw text alone.

It never repairs and never guesses, and it trusts no layout: it looks for the letter's anchors by
itself and demands that every value stands between those where its field belongs.
"""

from collections.abc import Iterable

from extractor.findings import Finding
from extractor.record import Record
from extractor.text import Text
from extractor.validate.anchors import scan
from extractor.validate.citations import check_citations
from extractor.validate.expert import check_expert
from extractor.validate.families import BUILT_IN, Family, known_families
from extractor.validate.frame import check_document, check_furniture, check_unchecked
from extractor.validate.header import check_header
from extractor.validate.observations import observe
from extractor.validate.patient import check_patient
from extractor.validate.spans import check_spans
from extractor.validate.structure import check_items, check_layout
from extractor.validate.treatments import check_treatments

__all__ = ["known_families", "validate"]

CHECKS_OF_PLACE = (
    check_document,
    check_unchecked,
    check_furniture,
    check_layout,
    check_items,
    check_header,
    check_expert,
    check_patient,
)


def validate(
    record: Record,
    text: Text,
    known: Iterable[Family] = BUILT_IN,
) -> tuple[Finding, ...]:
    """Return what is wrong with *record*, and what is odd about the letter it was read from.

    Args:
        record: The record, by whichever proposer; its own status and findings are ignored.
        text: The letter that it says it was read from.
        known: The families of letters whose anchors are looked for.
    """
    misread = tuple(check_spans(record, text))
    if misread:
        return misread
    anchors = scan(text, known)
    findings: list[Finding] = []
    for check in CHECKS_OF_PLACE:
        findings += check(record, text, anchors)
    findings += check_citations(record, text)
    findings += check_treatments(record, text)
    return (*findings, *observe(record, text))
