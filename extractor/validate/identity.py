"""Whether a record was made of the letter that it is held against."""

from hashlib import sha256

from extractor.findings import Code, Finding
from extractor.record import Record
from extractor.source import Source


def mismatch(record: Record, letter: Source) -> Finding | None:
    """Return ``source_mismatch`` where *record* was made of another file, or of another text."""
    document = record.document
    if document.sha256 not in (None, letter.sha256):
        message = "The letter is not the file that this record was made of."
        return Finding.of(Code.SOURCE_MISMATCH, message, "/document/sha256")
    if document.text_sha256 not in (None, sha256(letter.text.encode()).hexdigest()):
        message = "The letter reads otherwise than when this record was made."
        return Finding.of(Code.SOURCE_MISMATCH, message, "/document/text_sha256")
    return None
