"""Do header, credentials and patient say what the letter says, in the part where it must stand?"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from extractor.findings import Code, Finding
from extractor.record import Record, V
from extractor.text import Span, Text, collapse
from extractor.validate.anchors import Anchors
from extractor.validate.spans import passage, span_of
from extractor.values import AGE, DATE, MISHAP, parse_age, parse_date, parse_priority, parse_sex

# --- the case header ---------------------------------------------------------------------------

_LABELS = {
    "Case Number": "case_number",
    "Date Assigned": "date_assigned",
    "Date of Injury": "date_of_injury",
    "Decision Date": "decision_date",
    "Dated": "decision_date",
    "UR Denial Date": "ur_denial_date",
    "Date of UR Decision": "ur_denial_date",
    "Priority": "priority",
    "Received": "application_received",
}
_LABEL = re.compile(
    "(?:" + "|".join(label.replace(" ", r"\s*") for label in _LABELS) + r")(?=\s*:)",
)
_NAME_OF = {label.replace(" ", ""): name for label, name in _LABELS.items()}
_CASE_OR_PRIORITY = re.compile(r"(?:CM\d\d-\d+|Standard\b|Expedited\b)")
_COURSE = (
    "date_of_injury",
    "ur_denial_date",
    "application_received",
    "date_assigned",
    "decision_date",
)


class _Mark(NamedTuple):
    name: str
    span: Span


def check_header(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Hold each header value to the one that its label introduces, beyond doubt."""
    if anchors.family is None:
        return
    labels = _labels(text, anchors.header)
    due = _paired(labels, _values(text, anchors.header), text)
    named = {label.name for label in labels}
    required = named | anchors.family.required_of_header if named else named
    for name, value in record.case.__dict__.items():
        path = f"/case/{name}"
        if value is None:
            if name in required:
                message = "The header has, or should have, this value; none was read."
                yield Finding.of(Code.MISSING_FIELD, message, path)
        elif name not in due:
            code = Code.AMBIGUOUS if name in named else Code.WRONG_PLACE
            message = "The header does not prove which value belongs to this label."
            yield Finding.of(code, message, path, passage(text, value))
        elif span_of(text, value) != due[name]:
            yield Finding.of(
                Code.WRONG_PLACE, "Another value stands at this label.", path, passage(text, value)
            )
        elif value.value != _header_value(name, value.quote):
            yield Finding.of(
                Code.VALUE_MISMATCH, "The quote says another value.", path, passage(text, value)
            )


def _header_value(name: str, quote: str) -> str | None:
    if name == "case_number":
        return quote
    return parse_priority(quote) if name == "priority" else parse_date(quote)


def _labels(text: Text, region: Span) -> list[_Mark]:
    return [
        _Mark(_NAME_OF["".join(match.group().split())], Span(*match.span()))
        for match in _LABEL.finditer(text.norm, *region)
    ]


def _values(text: Text, region: Span) -> list[_Mark]:
    """Return the values that a header may hold, each named for its kind."""
    values = [_Mark("date", Span(*match.span())) for match in DATE.finditer(text.norm, *region)]
    for match in _CASE_OR_PRIORITY.finditer(text.norm, *region):
        kind = "case_number" if match.group().startswith("CM") else "priority"
        values.append(_Mark(kind, Span(*match.span())))
    return sorted(values, key=lambda mark: mark.span)


def _kind(label: str) -> str:
    return label if label in {"case_number", "priority"} else "date"


def _paired(labels: list[_Mark], values: list[_Mark], text: Text) -> dict[str, Span]:
    """Pair the n-th label with the n-th value; {} where that is not proven.

    Proven where the kinds agree and either every value stands right after its label or the dates
    follow a case's course. With labels that lack a value, only values on their label's line count.
    """
    if len({label.name for label in labels}) != len(labels):
        return {}
    if len(labels) != len(values):
        return _on_one_line(labels, values, text)
    pairs = {label.name: value for label, value in zip(labels, values, strict=True)}
    if any(_kind(name) != value.name for name, value in pairs.items()):
        return {}
    marks = sorted([*labels, *values], key=lambda mark: mark.span)
    beside = all(mark in values for mark in marks[1::2]) and all(
        mark in labels for mark in marks[::2]
    )
    days = [
        parse_date(text.norm[slice(*pairs[name].span)]) or "" for name in _COURSE if name in pairs
    ]
    if not beside and days != sorted(days):
        return {}
    return {name: value.span for name, value in pairs.items()}


def _on_one_line(labels: list[_Mark], values: list[_Mark], text: Text) -> dict[str, Span]:
    marks = sorted([*labels, *values], key=lambda mark: mark.span)
    pairs = {}
    for before, after in pairwise(marks):
        between = text.norm[before.span.end : after.span.start]
        if (
            before in labels
            and after in values
            and "\n" not in between
            and _kind(before.name) == after.name
        ):
            pairs[before.name] = after.span
    return pairs if len(pairs) == len(values) else {}


# --- the reviewer's credentials ------------------------------------------------------------------

_STATES_LABEL = re.compile(r"State\(s\)\s*of\s*Licensure\s*:|Licensure\s*:")
_SPECIALTY_LABEL = re.compile(
    r"Certification\(s\)\s*/\s*Specialty\s*:|Certifications?\s*/\s*Specialty\s*:"
)
_PROSE = re.compile(
    r"\bBoard[\s-]+Certified\s+in\b[^.]{0,1200}?\blicensed\s+to\s+practice\s+in\b[^.]{0,1200}\."
)
_PROSE_LEFT = re.compile(
    r"Board[\s-]+Certified\s+in|has\s+an?|with\s+an?|subspecialty(?:\s+certification)?(?:\s+in)?|and|is|licensed\s+to\s+practice\s+in|[\s,.]",
)
_LISTS = ("specialties", "subspecialties", "licensed_in")


def check_expert(record: Record, text: Text, anchors: Anchors) -> Iterator[Finding]:
    """Hold the credentials to their passage: every name in it, nothing of it left over."""
    values = [
        (f"/expert/{name}/{n}", v)
        for name in _LISTS
        for n, v in enumerate(getattr(record.expert, name))
    ]
    region = anchors.credentials
    due = _due_lists(text, region) if region else {}
    for path, value in values:
        name = path.split("/")[2]
        place = due.get(name)
        if place is None or not place.holds(span_of(text, value)):
            message = "It does not stand in the reviewer's credentials."
            yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))
        elif value.value != text.words(span_of(text, value)):
            yield Finding.of(
                Code.VALUE_MISMATCH, "The quote says another name.", path, passage(text, value)
            )
    for place in {*due.values()}:
        if left := _left_over(text, place, [value for _, value in values]):
            message = "Words of the reviewer's credentials are not in the record."
            yield Finding.of(Code.UNCOVERED_TEXT, message, "/expert", text.place(left))


def _due_lists(text: Text, region: Span) -> dict[str, Span]:
    """Return where each list of names must stand; the prose holds all three."""
    states = _STATES_LABEL.search(text.norm, *region)
    special = _SPECIALTY_LABEL.search(text.norm, *region)
    if states and special:
        first, second = sorted((states, special), key=lambda match: match.start())
        places = {
            first: text.trim(first.end(), second.start()),
            second: text.trim(second.end(), region.end),
        }
        return {"licensed_in": places[states], "specialties": places[special]}
    if prose := _PROSE.search(text.norm, *region):
        return dict.fromkeys(_LISTS, Span(*prose.span()))
    return {}


def _left_over(text: Text, place: Span, values: list[V[Any]]) -> Span | None:
    """Return the first words of *place* that are neither a value nor a joint between two."""
    at = place.start
    spans = sorted(span for value in values if place.holds(span := span_of(text, value)))
    for span in [*spans, Span(place.end, place.end)]:
        if span.start < at:
            return span
        if _PROSE_LEFT.sub("", text.norm[at : span.start]):
            return text.trim(at, span.start)
        at = span.end
    return None


# --- the injured worker ------------------------------------------------------------------------

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
