"""The reasons of an item: of a closed list, and told by that item's rationale.

Whether the words mean that reason is a reading; no check can hold it to the letter, so a reason
never makes a record verified.
"""

from collections.abc import Iterator

from extractor.findings import Code, Finding
from extractor.record import REASONS, Item, Reason, Record
from extractor.text import Text
from extractor.validate.anchors import Anchors


def check_reasons(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Refuse a reason that is of no known kind or stands outside its item's rationale."""
    del anchors
    for i, item in enumerate(record.items):
        for n, reason in enumerate(item.reasons):
            path = f"/items/{i}/reasons/{n}"
            where = text.place(text.from_source(reason.evidence.start, reason.evidence.end))
            if reason.kind not in REASONS:
                message = f"A reason is one of {', '.join(REASONS)}."
                yield Finding.of(Code.VALUE_MISMATCH, message, f"{path}/kind", where)
            if not _is_told(item, reason):
                message = "A reason is told by the rationale of its own item."
                yield Finding.of(Code.WRONG_PLACE, message, f"{path}/evidence", where)


def _is_told(item: Item, reason: Reason) -> bool:
    told, words = item.rationale, reason.evidence
    return told is not None and told.start <= words.start and words.end <= told.end
