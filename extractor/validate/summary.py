"""Are the summary's dates and diagnosis codes what the record says, and all there are?"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from extractor.findings import Code, Finding
from extractor.record import Record, V
from extractor.text import Span, Text, collapse
from extractor.validate.spans import passage, span_of
from extractor.values import MISHAP, dates_in, parse_date
from extractor.windows import before as words_before

_REVIEW = re.compile(
    r"\butilization\s+review|\bUR\b|\bclaims\s+administrator's\b|\b(?:previous|prior)(?:ly)?\b",
    re.IGNORECASE,
)
_SENTENCE_BREAK = re.compile(r"[.;!?](?=\s|[A-Z][a-z])")
# Sentences that tell of an accident, or of the review, and so should have given their date.
_TOLD = re.compile(
    r"\b(?:injur(?:y|ies|ed)\b(?!\s+(?:worker|employee))|accident|fell|slipped|tripped|struck|robbed"
    r"|assaulted|crash|collision)",
    re.IGNORECASE,
)
_REVIEWED = re.compile(r"utilization\s+review|\bUR\b", re.IGNORECASE)
_OTHER_INJURY = re.compile(
    r"\b(?:prior|previous|earlier|denie[sd]|non-?\s?industrial|wife's|husband's|born|hired|operated|last\s+worked"
    r"|no|error|seen|treated|surgery|MRI|CT|x-?rays?|EMG|underwent|progress|presented|evaluat\w+|exam\w*"
    r"|visits?|determination|denied|noted|request\w*|reported\s+pain|diagnos\w+"
    r"|imaging|scans?|films?|healed|resolved|improved|repaired)\b[^.;]*\Z",
    re.IGNORECASE,
)
_AT_DENIAL = re.compile(
    r"(?:review|denied|denial|certif|determin|deemed)[^.;]{0,40}\Z", re.IGNORECASE
)
_OTHER_EVENT = re.compile(
    r"\b(?:request(?:ed)?|RFA|received|sent|submitted|appeal|MRI|approved|(?<!non-)(?<!non\s)certified"
    r"|noted)\b[^.;]*\Z",
    re.IGNORECASE,
)
# "The request was denied by utilization review on": the date is the denial's, not the request's.
_DENIED_ON = re.compile(
    r"\b(?:denied|non-?\s?certified|modified|denial|determined|decided)"
    r"(?P<by>(?:[\s,(]+(?:by|in|at|an?|the|its|this|utilization|review(?:er)?|UR|report|letter|decision"
    r"|determination|dated|on|of)\b\)?){2,9})[\s,:]*\Z",
    re.IGNORECASE,
)
_OF_ITSELF = re.compile(r"\b(?:received|sent|submitted|approved|noted)\b", re.IGNORECASE)
_LOOK_BACK = 60
# The words at a date that make it the field's: before it, up to it, or on both of its sides.
_AT_INJURY = re.compile(
    r"\b(?:injur(?:y|ies|ed)(?!\s+(?:worker|employee))|accident|DOI)\b(?:\s*\((?:DOI)?\))?"
    r"(?:\s+(?:is|was|of|on|that|which|occurr(?:ed|ing)|sustained|dated|from|date|listed|reported"
    r"|noted|as)){0,5}[\s:,]*\Z"
    r"|\b(?:injured|injury)\b(?!\s+(?:worker|employee))[^.;:()\d]{0,50}\s(?:on|of|dated)\s+\Z",
    re.IGNORECASE,
)
_AT_REVIEW = re.compile(
    r"\b(?:utilization\s+review(?:er)?|UR|claims\s+administrator's\s+\w+)\b(?:\s*\([^()]{0,40}\))?"
    r"(?:[\s,:(]+(?:board|report|determination|decision|denial|letter|form|document(?:ation)?|note"
    r"|of|was|dated?|on|from|at|performed|completed|issued|an?|the|with)\b){0,9}[\s,:(]*\Z",
    re.IGNORECASE,
)
_BEGINS_WITH_REVIEW = re.compile(
    r"[\s,]+(?:(?:the|an?|original)\s+)?(?:utilization\s+review|UR\b|claims\s+administrator's)",
    re.IGNORECASE,
)
_ON = re.compile(r"\b(?:on|dated)\s+\Z", re.IGNORECASE)
_SENTENCE_WITHIN = 600
_LEAD = 120


class _Dated(NamedTuple):
    """A date field of the summary, and the words that place a date in it or keep one out."""

    name: str
    usual: str
    keyword: re.Pattern[str]
    at: re.Pattern[str]
    after: re.Pattern[str] | None
    due_in: re.Pattern[str]
    header: str
    header_due_at: re.Pattern[str] | None
    kept_out: re.Pattern[str]

    def is_named_in(self, words: str) -> bool:
        """Say whether *words* have the keyword; its usual form is looked for first, for speed."""
        return self.usual in words or self.keyword.search(words) is not None


_FIELDS = (
    _Dated(
        "date_of_injury",
        " injury",
        MISHAP,
        _AT_INJURY,
        None,
        _TOLD,
        "date_of_injury",
        None,
        _OTHER_INJURY,
    ),
    _Dated(
        "ur_date",
        " utilization review",
        _REVIEW,
        _AT_REVIEW,
        _BEGINS_WITH_REVIEW,
        _REVIEWED,
        "ur_denial_date",
        _AT_DENIAL,
        _OTHER_EVENT,
    ),
)


def check_days(record: Record, text: Text, summary: Span) -> Iterator[Finding]:
    """Hold the summary's two dates to the sentences that say whose dates they are."""
    for field in _FIELDS:
        value: V[str] | None = getattr(record.patient, field.name)
        header: V[str] | None = getattr(record.case, field.header)
        path = f"/patient/{field.name}"
        if value is None:
            yield from _check_absence(field, record, text, summary, path)
            continue
        span = span_of(text, value)
        if value.value != parse_date(collapse(text.norm[slice(*span)])):
            message = "The quote says another date."
            yield Finding.of(Code.VALUE_MISMATCH, message, path, passage(text, value))
        elif not summary.holds(span) or not field.is_named_in(
            text.norm[slice(*_sentence(text, summary, span))]
        ):
            message = "The summary does not say so of this date."
            yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))
        elif (given := _given(field, text, summary)) and value.value not in given:
            message = "The summary says so of another date."
            yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))
        elif not (header and header.value == value.value) and (
            len(given) > 1 or _is_another(field, header, text, summary, span)
        ):
            message = "The summary may give this date to something else."
            yield Finding.of(Code.AMBIGUOUS, message, path, passage(text, value))


def _given(field: _Dated, text: Text, summary: Span) -> set[str | None]:
    """Return the dates that stand right at the words that name the field, none between them."""
    given = set()
    for match, own in _led(text, summary):
        opens = field.after and field.after.match(text.norm, match.end()) and _ON.search(own)
        if opens or field.at.search(own):
            before = words_before(text.norm, summary.start, match.start(), _LOOK_BACK + 20)
            if not _is_kept_out(field, before):
                given.add(parse_date(match.group()))
    return given


@lru_cache(maxsize=2)
def _led(text: Text, summary: Span) -> tuple[tuple[re.Match[str], str], ...]:
    """Return each date, and what its sentence says between the date before and it."""
    led = []
    end = summary.start
    for match in dates_in(text.norm, summary):
        lead = words_before(text.norm, end, match.start(), _LEAD)
        led.append((match, _SENTENCE_BREAK.split(lead)[-1]))
        end = match.end()
    return tuple(led)


def _check_absence(
    field: _Dated, record: Record, text: Text, summary: Span, path: str
) -> Iterator[Finding]:
    """Demand the date where the summary prints one at the words that name it."""
    header: V[str] | None = getattr(record.case, field.header)
    for match in dates_in(text.norm, summary):
        span = Span(*match.span())
        is_headers = header is not None and parse_date(match.group()) == header.value
        sentence = _sentence(text, summary, span)
        due = field.due_in.search(text.norm, *sentence) is not None
        due = due or (field.keyword is MISHAP and _tells_mishap(record, text, sentence, span))
        if not due and not is_headers:
            continue
        before = words_before(text.norm, summary.start, span.start, _LOOK_BACK + 20)
        if is_headers:
            due = due or field.header_due_at is None or bool(field.header_due_at.search(before))
        if due and (is_headers or not _is_kept_out(field, before)):
            message = "The summary gives this date; none was read."
            yield Finding.of(Code.MISSING_FIELD, message, path, text.place(span))
            return


def _is_kept_out(field: _Dated, before: str) -> bool:
    """Say whether the words *before* a date give it to another event than the field's."""
    if field.kept_out.search(before) is None:
        return False
    denied = _DENIED_ON.search(before) if field.name == "ur_date" else None
    by_review = denied is not None and _REVIEWED.search(denied["by"]) is not None
    return not by_review or _OF_ITSELF.search(before) is not None


def _is_another(
    field: _Dated, header: V[str] | None, text: Text, summary: Span, span: Span
) -> bool:
    """Say whether a date that the header does not bear out may be something else's."""
    before = words_before(text.norm, summary.start, span.start, _LOOK_BACK)
    if _is_kept_out(field, before):
        return True
    dates = dates_in(text.norm, summary)
    return header is not None and any(parse_date(m.group()) == header.value for m in dates)


def _tells_mishap(record: Record, text: Text, sentence: Span, date: Span) -> bool:
    """Say whether the sentence that gives the worker's age tells of a mishap before *date*."""
    age = record.patient.age
    introduces = age is not None and sentence.holds(span_of(text, age))
    return introduces and MISHAP.search(text.norm, sentence.start, date.start) is not None


def _sentence(text: Text, summary: Span, span: Span) -> Span:
    """Return the sentence that holds *span*, or its surroundings."""
    begin = floor = max(summary.start, span.start - _SENTENCE_WITHIN)
    ceiling = min(summary.end, span.end + _SENTENCE_WITHIN)
    for stop in _SENTENCE_BREAK.finditer(text.norm, floor, span.start):
        begin = stop.end()
    after = _SENTENCE_BREAK.search(text.norm, span.end, ceiling)
    return Span(begin, after.start() if after else ceiling)


# --- diagnosis codes ----------------------------------------------------------------------------

_ICD10 = re.compile(r"[A-TV-Z](?<!\w.)\d[0-9A-Z]\.[0-9A-Z]{1,4}\b")
_INNER_POINT = re.compile(r"\.(?<=\w\.)\w")
_ICD9 = re.compile(r"[(\[](?P<code>\d{3}\.\d{1,2}|V\d{2}\.\d{1,2}|E\d{3}\.\d)(?=[),;\]])")
# A unit after it makes a number of the shape a measurement.
_BARE_ICD9 = re.compile(
    r"\d(?<![\w.,/([$#-].)\d\d\.\d{1,2}(?![\w/%-]|\s*(?:deg|lb|pound|kg|mg|mm|cm|mcg|ml|F\b|C\b"
    r"|percent|points?\b|over\b|out\b|feet\b|inch))"
)
_OF_CODES = re.compile(
    r"\b(?:codes?|ICD|diagnos|lists?|listed)(?:[^.;]|\.(?=\d)){0,200}\Z", re.IGNORECASE
)
_SHAPE = re.compile(
    r"(?!A1C)[A-TV-Z]\d[0-9A-Z]\.[0-9A-Z]{1,4}|\d{3}\.\d{1,2}|V\d{2}\.\d{1,2}|E\d{3}\.\d"
)


def check_codes(record: Record, text: Text, summary: Span) -> Iterator[Finding]:
    """Demand the summary's diagnosis codes, all of them, each once and in order."""
    codes = record.patient.diagnosis_codes
    due = _due_codes(text, summary) if _INNER_POINT.search(text.norm, *summary) else set()
    last = summary.start
    for n, value in enumerate(codes):
        span, path = span_of(text, value), f"/patient/diagnosis_codes/{n}"
        if not summary.holds(span) or span.start < last:
            message = "It does not stand in the summary, or not in this order."
            yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))
        elif (
            value.value != text.words(span)
            or not _SHAPE.fullmatch(value.value)
            or _is_cut(text.norm, span)
        ):
            message = "The quote is another code, or none."
            yield Finding.of(Code.VALUE_MISMATCH, message, path, passage(text, value))
        due.discard(span)
        last = span.end
    for span in sorted(due):
        message = "A diagnosis code of the summary is not in the record."
        yield Finding.of(Code.MISSING_FIELD, message, "/patient/diagnosis_codes", text.place(span))


def _is_cut(norm: str, span: Span) -> bool:
    """Say whether a letter or a digit stands beside *span*: it is a part of another code."""
    before, after = norm[max(0, span.start - 1) : span.start], norm[span.end : span.end + 1]
    return before.isalnum() or after.isalnum()


def _due_codes(text: Text, summary: Span) -> set[Span]:
    due = {Span(*match.span()) for match in _ICD10.finditer(text.norm, *summary)}
    due |= {Span(*match.span("code")) for match in _ICD9.finditer(text.norm, *summary)}
    for match in _BARE_ICD9.finditer(text.norm, *summary):
        before = words_before(text.norm, summary.start, match.start(), 220)
        if _OF_CODES.search(before):
            due.add(Span(*match.span()))
    return {span for span in due if _SHAPE.fullmatch(text.norm, *span)}
