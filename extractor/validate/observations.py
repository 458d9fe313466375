"""Observations: the extraction is right, the letter is odd.

Each observer compares two passages of a letter and quotes both; none repairs anything. One that
is right less than 95 times in 100 on letters read by hand is off by default.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from extractor.findings import Code, Finding
from extractor.record import Record
from extractor.text import Text
from extractor.validate.observe_citations import (
    basis_contradicts_citations,
    chapter_title_mismatch,
    guideline_not_in_force,
    unknown_guideline,
)
from extractor.validate.observe_dates import dates_out_of_order, header_contradicts_body
from extractor.validate.observe_durations import duration_contradicts_dates
from extractor.validate.observe_regions import body_region_mismatch
from extractor.validate.observe_treatment import conclusion_names_other_treatment
from extractor.validate.spans import span_of

_AGREES = {"upheld": "not_necessary", "overturned": "necessary"}
_NEGATED_NECESSITY = re.compile(
    r"\b(?:not|cannot|never|neither|nor|no|lack\w*|without)\b[^.;,]{0,200}?necess\w*", re.IGNORECASE
)


class Observer(NamedTuple):
    """A way to notice an oddity: its code, the callable, and whether it runs unasked."""

    code: Code
    look: Callable[[Record, Text], Iterator[Finding]]
    default: bool = True


def conclusion_contradicts_decision(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per item that is decided one way and concluded the other.

    A conclusion that calls one thing necessary and another not contradicts nothing.
    """
    for index, item in enumerate(record.items):
        conclusion, decision = item.conclusion, item.decision
        if conclusion is None or _AGREES[decision.value] == conclusion.value:
            continue
        if not _says_both(conclusion.quote):
            said, decided = (text.place(span_of(text, value)) for value in (conclusion, decision))
            yield Finding.of(
                Code.CONCLUSION_CONTRADICTS_DECISION,
                f"Concluded {conclusion.value.replace('_', ' ')}, and {decision.value}.",
                f"/items/{index}/conclusion",
                said,
                (said, decided),
            )


def _says_both(words: str) -> bool:
    """Say whether *words* call something necessary and something not."""
    rest, negated = _NEGATED_NECESSITY.subn("", words)
    return negated > 0 and "necess" in rest.lower()


OBSERVERS = [
    Observer(Code.CONCLUSION_CONTRADICTS_DECISION, conclusion_contradicts_decision),
    Observer(Code.CONCLUSION_NAMES_OTHER_TREATMENT, conclusion_names_other_treatment),
    Observer(Code.BODY_REGION_MISMATCH, body_region_mismatch),
    Observer(Code.HEADER_CONTRADICTS_BODY, header_contradicts_body),
    Observer(Code.DATES_OUT_OF_ORDER, dates_out_of_order),
    Observer(Code.DURATION_CONTRADICTS_DATES, duration_contradicts_dates),
    Observer(Code.UNKNOWN_GUIDELINE, unknown_guideline),
    Observer(Code.CHAPTER_TITLE_MISMATCH, chapter_title_mismatch),
    Observer(Code.GUIDELINE_NOT_IN_FORCE, guideline_not_in_force),
    Observer(Code.BASIS_CONTRADICTS_CITATIONS, basis_contradicts_citations),
]


def observe(record: Record, text: Text) -> list[Finding]:
    """Return what is odd about a letter, in the order of the observers that run by default.

    Args:
        record: The letter's record; its spans are offsets of ``text.source``.
        text: The document the record was read from.

    Returns:
        Findings of severity *observation*; each quotes the passages it compares in ``related``.
    """
    return [
        finding
        for observer in OBSERVERS
        if observer.default
        for finding in observer.look(record, text)
    ]
