"""Records that anyone made, held against the letters they claim to describe."""

import sys
from collections import Counter
from pathlib import Path
from typing import BinaryIO

from extractor.cli import output
from extractor.cli.given import refuse_table
from extractor.cli.parsing import Unreadable, parsed
from extractor.corrections import dismissed_in
from extractor.errors import ImrError, InputError
from extractor.findings import Code, Finding, Severity
from extractor.record import Case, Expert, Patient, Record
from extractor.source import STDIN, find, load
from extractor.validate import known_families, mismatch, validate

ERROR, REVIEW, DISMISSED = Severity.ERROR.value, "review", "dismissed"
# What is wrong with a letter, and no record of it could mend.
_THE_LETTERS_OWN = {
    Code.EMPTY_INPUT,
    Code.NOT_TEXT,
    Code.BAD_ENCODING,
    Code.ENCRYPTED,
    Code.NO_TEXT_LAYER,
    Code.TOO_LARGE,
    Code.TOO_MANY_PAGES,
    Code.UNKNOWN_LAYOUT,
    Code.UNCERTAIN_BOUNDARY,
}


def check(records: str, source: Path, layouts: Path | None, encoding: str | None) -> bool:
    """Print the findings about *records*, a line each; say whether one of them is an error.

    What is wrong with the letter itself, so that no record could mend it, is no error of a record
    that has the same finding: it is printed as ``review``. What a person let stand, as the record
    says, and may let stand, is printed as ``dismissed``.

    Args:
        records: A file of records, a line each; ``-`` is standard input.
        source: The letters, as they were given when the records were made.
        layouts: Layout files of your own.
        encoding: The encoding of the text files; None finds it out.

    Raises:
        ImrError: The records cannot be read at all.
    """
    checker = Checker(source, layouts, encoding)
    with _opened(records) as lines:
        for number, record in parsed(lines):
            if isinstance(record, Unreadable):
                checker.refuse(f"{records}, line {number}", record)
            else:
                checker.check(record)
    output.write_line(checker.result())
    return checker.errors > 0


def _opened(records: str) -> BinaryIO:
    if records == STDIN:
        return sys.stdin.buffer
    refuse_table(Path(records))
    try:
        return Path(records).open("rb")
    except (OSError, ValueError) as error:
        message = f"{records} cannot be read."
        raise ImrError(message) from error


class Checker:
    """Checks one record after the other and counts."""

    def __init__(self, source: Path, layouts: Path | None, encoding: str | None) -> None:
        """Find the letters under *source*; none is read yet."""
        self._letters = {given.id: given for given in find([source]) if given.error is None}
        self._families = known_families(layouts)
        self._encoding = encoding
        self._seen: set[str] = set()
        self._found: Counter[str] = Counter()
        self._lines = 0

    @property
    def errors(self) -> int:
        """How many errors there were so far."""
        return self._found[ERROR]

    def refuse(self, where: str, line: Unreadable) -> None:
        """Report a line that is no record."""
        self._lines += 1
        self._found[ERROR] += 1
        output.write_line(output.plain(f"{where}: error no record: {line.where}{line.fault}"))

    def check(self, record: Record) -> None:
        """Report what is wrong with *record*."""
        self._lines += 1
        for finding in self._findings(record):
            weight = _weight(finding, record)
            self._found[weight] += 1
            output.write_line(_line(record.document.id, weight, finding))

    def result(self) -> str:
        """Return the counts, as a sentence."""
        counts = f"{self.errors} errors, {self._found[REVIEW]} for review, "
        counts += f"{self._found[Severity.OBSERVATION.value]} observations"
        missing = len(self._letters.keys() - self._seen)
        if let := self._found[DISMISSED]:
            counts += f", {let} dismissed"
        rest = f"; {missing} letters have no record" if missing else ""
        return f"{self._lines} records: {counts}{rest}."

    def _findings(self, record: Record) -> tuple[Finding, ...]:
        name = record.document.id
        if name in self._seen:
            return (
                Finding.of(Code.DUPLICATE_ID, "An earlier record has this id.", "/document/id"),
            )
        self._seen.add(name)
        given = self._letters.get(name)
        if given is None:
            message = "There is no letter of this id."
            return (Finding.of(Code.MISSING_PATH, message, "/document/id"),)
        try:
            letter = load(given, encoding=self._encoding)
        except InputError as error:
            return _without_text(record, error)
        if (other := mismatch(record, letter)) is not None:
            return (other,)
        return (*letter.findings, *validate(record, letter.as_text(), self._families))


def _weight(finding: Finding, record: Record) -> str:
    """Return ``dismissed`` or ``review`` where the record owns up to it; else its severity."""
    if dismissed_in(record, finding):
        return DISMISSED
    listed = any(own.code is finding.code for own in record.findings)
    owned_up = listed and record.status != "verified"
    return REVIEW if owned_up and finding.code in _THE_LETTERS_OWN else finding.severity.value


def _without_text(record: Record, error: InputError) -> tuple[Finding, ...]:
    """Return the findings about a record whose letter gives no text, for *error*."""
    unread = Finding.of(error.code, str(error))
    if (record.case, record.expert, record.patient) == (Case(), Expert(), Patient()) and not (
        record.items or record.clinical_summary
    ):
        return (unread,)
    return (unread, Finding.of(Code.UNGROUNDED, "The record has values, its letter no text."))


def _line(name: str, weight: str, finding: Finding) -> str:
    page = f" p. {finding.page}" if finding.page else ""
    place = f" {finding.path}{page}" if finding.path or page else ""
    about = f"{weight} {finding.code.value}{place}"
    return output.plain(f"{name}: {about}: {finding.message}")
