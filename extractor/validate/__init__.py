"""The validator: findings about a record, from the letter's raw text alone.

It never repairs and never guesses, and it trusts no layout: it looks for the letter's anchors by
itself and demands that every value stands between those where its field belongs.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType

from extractor.findings import Finding
from extractor.record import Record
from extractor.text import Text
from extractor.validate.anchors import Anchors, scan
from extractor.validate.citations import check_citations
from extractor.validate.expert import check_expert
from extractor.validate.families import BUILT_IN, Family, known_families
from extractor.validate.frame import check_document, check_furniture
from extractor.validate.header import check_header
from extractor.validate.identity import mismatch
from extractor.validate.observations import observe
from extractor.validate.patient import check_patient
from extractor.validate.reasons import check_reasons
from extractor.validate.spans import check_spans
from extractor.validate.structure import check_items, check_layout
from extractor.validate.treatments import check_treatments

__all__ = ["CHECKS", "known_families", "mismatch", "validate"]

SPANS = "spans"
CHECKS: Mapping[str, Callable[[Record, Text, Anchors], Iterable[Finding]]] = MappingProxyType(
    {
        SPANS: lambda record, text, _: check_spans(record, text),
        "document": check_document,
        "furniture": check_furniture,
        "layout": check_layout,
        "items": check_items,
        "header": check_header,
        "expert": check_expert,
        "patient": check_patient,
        "citations": lambda record, text, _: check_citations(record, text),
        "reasons": check_reasons,
        "treatments": lambda record, text, _: check_treatments(record, text),
    }
)
"""Every check by its name. Where spans are misread, the others would read nothing of sense."""


def validate(
    record: Record,
    text: Text,
    known: Iterable[Family] = BUILT_IN,
    without: Collection[str] = (),
) -> tuple[Finding, ...]:
    """Return what is wrong with *record*, and what is odd about the letter it was read from.

    Args:
        record: The record, by whichever proposer; its own status and findings are ignored.
        text: The letter that it says it was read from.
        known: The families of letters whose anchors are looked for.
        without: Names of ``CHECKS`` to leave out, to see what each of them is good for.
    """
    if SPANS not in without and (misread := tuple(check_spans(record, text))):
        return misread
    anchors = scan(text, known)
    findings: list[Finding] = []
    for name, check in CHECKS.items():
        if name != SPANS and name not in without:
            findings += check(record, text, anchors)
    return (*findings, *observe(record, text))
