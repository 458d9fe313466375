"""Is what the record says of the injured worker what the clinical summary says of them?"""

import re
from collections.abc import Iterator

from extractor.findings import Code, Finding
from extractor.record import Record, V
from extractor.text import Span, Text, collapse
from extractor.validate.anchors import Anchors
from extractor.validate.spans import passage, span_of
from extractor.values import AGE, MISHAP, parse_age, parse_date, parse_sex

_POSSESSIVE = re.compile(r"\b(?:his|her|their|whose)\s+(?:\w+\s+)?\Z", re.IGNORECASE)
_NOT_A_PERSON = re.compile(
    r"\W+(?:MRI|CT|x-?ray|injury|fracture|stud|scan|son\b|daughter|child)", re.IGNORECASE
)
# One character class first, then what it may go on with: the search skips to likely letters.
_PERSON = re.compile(
    r"[MFWGLBmfwglb](?<!\w.)(?:(?<=[Mm])(?:ale|an)|(?<=[Ff])emale|(?<=[Ww])oman|(?<=[Gg])(?:entleman|irl)"
    r"|(?<=[Ll])ady|(?<=[Bb])oy)\b",
)
_OLD_PERSON = re.compile(
    r"(?:old|OLD|Old|yo|y/o)\b[\s,-]+(?:[\w-]+[\s,]+){0,4}?(?P<noun>(?i:male|female|man|woman|gentleman|lady))\b",
)
_REVIEW = re.compile(r"\butilization\s+review|\bUR\b|\bclaims\s+administrator's\b", re.IGNORECASE)
_SENTENCE_BREAK = re.compile(r"[.;!?](?=\s|[A-Z][a-z])")
_ICD10 = re.compile(r"[A-TV-Z](?<!\w.)\d[0-9A-Z]\.[0-9A-Z]{1,4}\b")
_INNER_POINT = re.compile(r"\.(?<=\w\.)\w")
_ICD9 = re.compile(r"[(\[](?P<code>\d{3}\.\d{1,2}|V\d{2}\.\d{1,2}|E\d{3}\.\d)(?=[\s),;\]])")


def check_patient(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Hold what is said of the patient to the clinical summary."""
    summary = anchors.summary
    if anchors.family is None:
        return
    yield from _check_summary(record, text, summary)
    if summary is None:
        if "clinical_summary" in anchors.family.required_of_record:
            message = "The letter should have a clinical summary."
            yield Finding.of(Code.MISSING_FIELD, message, "/clinical_summary")
        return
    yield from _check_age(record, text, summary)
    yield from _check_sex(record, text, summary)
    patient = record.patient
    yield from _check_day(patient.date_of_injury, MISHAP, text, summary, "/patient/date_of_injury")
    yield from _check_day(patient.ur_date, _REVIEW, text, summary, "/patient/ur_date")
    yield from _check_codes(record, text, summary)


def _check_summary(record: Record, text: Text, summary: Span | None) -> Iterator[Finding]:
    value, path = record.clinical_summary, "/clinical_summary"
    if summary is None or summary.start >= summary.end:
        if value is not None:
            yield Finding.of(
                Code.WRONG_PLACE, "The letter has no clinical summary.", path, passage(text, value)
            )
    elif value is None:
        yield Finding.of(
            Code.MISSING_FIELD,
            "The clinical summary is not in the record.",
            path,
            text.place(summary),
        )
    elif span_of(text, value) != summary:
        code = Code.UNCOVERED_TEXT if summary.holds(span_of(text, value)) else Code.WRONG_PLACE
        yield Finding.of(
            code, "This is not the whole clinical summary, and only it.", path, passage(text, value)
        )


def _first_age(text: Text, summary: Span) -> Span | None:
    for match in AGE.finditer(text.norm, *summary):
        before = text.norm[max(summary.start, match.start() - 30) : match.start()]
        if not _POSSESSIVE.search(before) and not _NOT_A_PERSON.match(text.norm, match.end()):
            return Span(*match.span())
    return None


def _check_age(record: Record, text: Text, summary: Span) -> Iterator[Finding]:
    value, path = record.patient.age, "/patient/age"
    age = _first_age(text, summary)
    if value is None:
        if age:
            yield Finding.of(Code.MISSING_FIELD, "The summary gives an age.", path, text.place(age))
    elif span_of(text, value) != age:
        yield Finding.of(
            Code.WRONG_PLACE,
            "This is not the age that the summary gives first.",
            path,
            passage(text, value),
        )
    elif value.value != parse_age(value.quote):
        yield Finding.of(
            Code.VALUE_MISMATCH, "The quote says another age.", path, passage(text, value)
        )


def _check_sex(record: Record, text: Text, summary: Span) -> Iterator[Finding]:
    value, path = record.patient.sex, "/patient/sex"
    beside_age = _OLD_PERSON.search(text.norm, *summary)
    if value is None:
        if beside_age:
            place = text.place(Span(*beside_age.span("noun")))
            yield Finding.of(
                Code.MISSING_FIELD, "The summary gives the sex beside the age.", path, place
            )
        return
    span, where = span_of(text, value), passage(text, value)
    nouns = {parse_sex(match.group()) for match in _PERSON.finditer(text.norm, *summary)}
    if not summary.holds(span) or _PERSON.fullmatch(text.norm, *span) is None:
        yield Finding.of(Code.WRONG_PLACE, "It is no noun of the clinical summary.", path, where)
    elif value.value != parse_sex(value.quote):
        yield Finding.of(Code.VALUE_MISMATCH, "The noun says otherwise.", path, where)
    elif len(nouns) > 1 and not (beside_age and span == Span(*beside_age.span("noun"))):
        yield Finding.of(Code.AMBIGUOUS, "The summary names persons of both sexes.", path, where)


def _check_day(
    value: V[str] | None,
    keyword: re.Pattern[str],
    text: Text,
    summary: Span,
    path: str,
) -> Iterator[Finding]:
    """Hold a date to its quote and to the sentence that says whose date it is."""
    if value is None:
        return
    span, where = span_of(text, value), passage(text, value)
    if value.value != parse_date(collapse(text.norm[slice(*span)])):
        yield Finding.of(Code.VALUE_MISMATCH, "The quote says another date.", path, where)
    elif not summary.holds(span) or keyword.search(_sentence(text, summary, span)) is None:
        yield Finding.of(Code.WRONG_PLACE, "The summary does not say so of this date.", path, where)


def _sentence(text: Text, summary: Span, span: Span) -> str:
    begin = summary.start
    for stop in _SENTENCE_BREAK.finditer(
        text.norm, max(summary.start, span.start - 600), span.start
    ):
        begin = stop.end()
    after = _SENTENCE_BREAK.search(text.norm, span.end, summary.end)
    return text.norm[begin : after.start() if after else summary.end]


def _check_codes(record: Record, text: Text, summary: Span) -> Iterator[Finding]:
    due = set()
    if _INNER_POINT.search(text.norm, *summary):
        due |= {Span(*match.span()) for match in _ICD10.finditer(text.norm, *summary)}
        due |= {Span(*match.span("code")) for match in _ICD9.finditer(text.norm, *summary)}
    for n, value in enumerate(record.patient.diagnosis_codes):
        span = span_of(text, value)
        path = f"/patient/diagnosis_codes/{n}"
        if not summary.holds(span):
            yield Finding.of(
                Code.WRONG_PLACE, "It does not stand in the summary.", path, passage(text, value)
            )
        elif value.value != text.words(span):
            yield Finding.of(
                Code.VALUE_MISMATCH, "The quote is another code.", path, passage(text, value)
            )
        due.discard(span)
    for span in sorted(due):
        message = "A diagnosis code of the summary is not in the record."
        yield Finding.of(Code.MISSING_FIELD, message, "/patient/diagnosis_codes", text.place(span))
