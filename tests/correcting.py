"""A letter, its record, and corrections of it as people make them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from extractor.corrections import Correction, Standing, content_of, live, revise, standing_at
from extractor.findings import Finding
from extractor.golden import spans
from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.source import Source, from_text, read
from extractor.text import Text, collapse
from extractor.validate import validate

ROOT = Path(__file__).parent.parent
TWO = """\
HOW THE IMR FINAL DETERMINATION WAS MADE

MAXIMUS Federal Services sent the complete case file to an expert reviewer. He/she is licensed to
practice in California. The physician reviewer is Board Certified in Family Practice, Pain
Management and is licensed to practice in California.

CLINICAL CASE SUMMARY

The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:

The applicant is a 41 year old man who fell from a ladder on March 3, 2014. His sister is
38 years old. A report of May 9, 2015 was on file.

IMR ISSUES, DECISIONS AND RATIONALES

The Final Determination was based on decisions for the disputed items/services set forth below:

Walker:  Upheld

Claims Administrator guideline: The Claims Administrator did not base their
decision on the MTUS.

MAXIMUS guideline: Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 30.

Decision rationale: Nothing is said of earlier aids. The ODG was looked at too. Therefore, the
request is not medically necessary.

Acupuncture, 6 visits:  Overturned

Claims Administrator guideline: The Claims Administrator did not base their
decision on the MTUS.

MAXIMUS guideline: Decision based on MTUS Acupuncture Treatment Guidelines.

Decision rationale: It helped before. Therefore, the request is medically necessary.
"""


class Letter(NamedTuple):
    """A letter as it was read, and the record that the rules make of it."""

    source: Source
    text: Text
    record: Record

    def check(self, record: Record) -> tuple[Finding, ...]:
        """Validate *record* against the letter."""
        return validate(record, self.text)

    def revised(self, *corrections: Correction) -> Record:
        """Return the record with *corrections*, those undone left out."""
        return revise(self.record, live(corrections), self.text, self.check)

    def words(self, words: str, value: Any = None, nth: int = 0) -> Standing:  # noqa: ANN401
        """Return the *nth* place of *words*, meaning *value*, as a correction holds it."""
        start = -1
        for _ in range(nth + 1):
            start = self.text.source.index(words, start + 1)
        quote = collapse(words)
        return Standing(value=value, quote=quote, start=start, end=start + len(words))

    def correct(
        self,
        action: Any,  # noqa: ANN401 - one of the actions, or a hostile one
        path: str = "",
        new: Standing | None = None,
        *,
        on: Record | None = None,
        **parts: Any,  # noqa: ANN401 - any field
    ) -> Correction:
        """Return a correction of the record, or of the one *on* which it is made."""
        record = on or self.record
        old = standing_at(record.model_dump(mode="json", by_alias=True), path)
        said: dict[str, Any] = {"path": path, "old": old, "new": new, **parts}
        return Correction.of(record, action, "Ada", **said)

    def accept(self, on: Record | None = None) -> Correction:
        """Return the verdict that a record says what the letter says."""
        record = on or self.record
        return Correction.of(record, "accept", "Ada", content=content_of(record))


def letter_of(text: str) -> Letter:
    """Return *text* as a letter."""
    source = from_text(text)
    return Letter(source, source.as_text(), Extractor().extract_text(text))


@cache
def golden(name: str) -> Letter:
    """Return the letter of a golden case."""
    (file,) = (ROOT / "golden" / name).glob("source.*")
    source = read(file, file.name)
    return Letter(source, source.as_text(), Extractor().extract_source(source))


def codes(record: Record, *, standing: bool = True) -> list[str]:
    """Return the codes of a record's findings, in order; those dismissed too if not *standing*."""
    return [each.code.value for each in record.findings if each.stands or not standing]


def misread(record: Record, text: Text) -> Iterator[str]:
    """Yield the path of each value that does not read its quote."""
    for path, span in spans(record):
        if collapse(text.source[span.start : span.end]) != span.quote:
            yield path
        if span.page != text.page(span.start):
            yield path
