"""Observations on dates: the header against the body, and the header against the calendar."""

from collections.abc import Iterator
from itertools import pairwise

from extractor.findings import Code, Finding
from extractor.record import Day, Record
from extractor.text import Text
from extractor.validate.spans import span_of
from extractor.values import dates_in, parse_date

# What happens in a dispute, in order, and the fields that date it, the header's before the body's.
_EVENTS: tuple[tuple[str, *tuple[tuple[str, str], ...]], ...] = (
    ("injury", ("case", "date_of_injury"), ("patient", "date_of_injury")),
    ("utilization review", ("case", "ur_denial_date"), ("patient", "ur_date")),
    ("application", ("case", "application_received")),
    ("assignment", ("case", "date_assigned")),
    ("decision", ("case", "decision_date")),
)


def header_contradicts_body(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding where the summary gives another date than the header.

    The date of injury must be the same, unless the summary names the header's date as well: it
    may tell of several injuries. Utilization review dates differ by days as a rule, since one
    is the request's, one the report's and one the denial's; only a date at which this review
    cannot have been made is a contradiction.
    """
    header, body = record.case.date_of_injury, record.patient.date_of_injury
    if header and body and header.value != body.value and not _in_summary(header, record, text):
        yield _contradiction("date_of_injury", header, body, text)
    header, body = record.case.ur_denial_date, record.patient.ur_date
    if header and body and header.value != body.value and _is_impossible(body, record):
        yield _contradiction("ur_date", header, body, text)


def _contradiction(field: str, header: Day, body: Day, text: Text) -> Finding:
    """Return the finding that *header* and *body* give two dates for one event."""
    printed, told = (text.place(span_of(text, day)) for day in (header, body))
    return Finding.of(
        Code.HEADER_CONTRADICTS_BODY,
        f"The header says {header.value}, the clinical summary {body.value}.",
        f"/patient/{field}",
        told,
        (printed, told),
    )


def _in_summary(day: Day, record: Record, text: Text) -> bool:
    """Say whether the clinical summary prints the date of *day*, however spelled."""
    if record.clinical_summary is None:
        return False
    dates = dates_in(text.norm, span_of(text, record.clinical_summary))
    return any(parse_date(match.group()) == day.value for match in dates)


def _is_impossible(review: Day, record: Record) -> bool:
    """Say whether the review is dated before the injury or after the application against it."""
    injury, application = record.case.date_of_injury, record.case.application_received
    too_early = injury is not None and review.value < injury.value
    return too_early or (application is not None and review.value > application.value)


def dates_out_of_order(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per two dates of which the earlier event has the later date.

    A dispute runs: injury, denial, application, assignment, decision. Where the header lacks a
    date, the summary's takes its place; two events may fall on one day.
    """
    for (first, path, earlier), (second, _, later) in pairwise(_events(record)):
        if earlier.value > later.value:
            places = (text.place(span_of(text, earlier)), text.place(span_of(text, later)))
            message = f"The {first} is dated after the {second}."
            yield Finding.of(Code.DATES_OUT_OF_ORDER, message, path, places[0], places)


def _events(record: Record) -> Iterator[tuple[str, str, Day]]:
    """Yield the dated events of a dispute in the order they happen: name, JSON Pointer, date."""
    for name, *fields in _EVENTS:
        for part, field in fields:
            day: Day | None = getattr(getattr(record, part), field)
            if day is not None:
                yield name, f"/{part}/{field}", day
                break
