"""An observation: how long ago something was, against the date that the letter gives it.

"The most recent MRI is more than a year old", and the same letter dates that MRI ten months back.
A claim is held against the day it was written: the decision date, or else the latest date of the
letter; "less than" against the day of the denial, when it was younger still. What is quoted, told
of a report of another day, negated, or a rule, is no claim.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from extractor.findings import Code, Finding
from extractor.record import Day, Item, Record
from extractor.text import Span, Text
from extractor.validate.regions import named_regions, requested_regions
from extractor.validate.spans import span_of
from extractor.values import DATE, parse_date, quotations, sentence_around

_COUNTS = "a one two three four five six seven eight nine ten eleven twelve".split()
_NUMBERS = {word: max(1, number) for number, word in enumerate(_COUNTS)} | {"an": 1}
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
_CLAIM = re.compile(
    r"\b(?:(?P<more>more\s+than|over|greater\s+than|at\s+least|in\s+excess\s+of)"
    r"|less\s+than|under)\s+"
    rf"(?P<count>\d{{1,2}}|{'|'.join(_NUMBERS)})[\s-]+(?P<unit>{'|'.join(_DAYS)})s?[\s-]+(?:old|ago)\b",
    re.IGNORECASE,
)
_THING = re.compile(
    r"\b(?:(?P<mri>mris?|magnetic\s+resonance\s+imag\w+)"
    r"|(?P<ct>ct(?:\s+scans?)?|computed\s+tomograph\w+)"
    r"|(?P<xray>x-?\s?rays?|radiographs?|plain\s+films?)"
    r"|(?P<emg>emg|ncs|ncv|electromyogra\w+|electrodiagnostic\s+stud\w+)"
    r"|(?P<surgery>surgery|operation)"
    r"|(?P<injection>injections?|esis?)"
    r"|(?P<therapy>physical\s+therapy|acupuncture|chiropractic))\b",
    re.IGNORECASE,
)
_LATEST = re.compile(r"\b(?:most\s+recent|latest|last)\s+(?:\S+\s+){0,3}\Z", re.IGNORECASE)
_DEFINITE = re.compile(r"(?:\b(?:the|this|his|her)|'s)\s+(?:\S+\s+){0,2}\Z", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:prior|previous|earlier|older|first|initial|original|other|another|repeat)\s+(?:\S+\s+){0,3}\Z",
    re.IGNORECASE,
)
_NO_CLAIM = re.compile(
    r"\b(?:no|not|never|without|if|unless|should|must|when|until|per|according|patients|guidelines?"
    r"|mtus|acoem|odg|recommend\w*|criteria|stat(?:es?|ed)|not(?:es?|ed)|report(?:s|ed)?|indicat\w+)\b",
    re.IGNORECASE,
)
# Between a thing and a date or an age: words that make these another thing's.
_RIVAL = re.compile(
    r"\b(?:injur\w+|pain|symptoms?|onset|accident|complain\w*|reports?|notes?|visit|after|before"
    r"|since|following|follow-up|prior|stat(?:es?|ed)|but|while|no|not)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:request|order|ask|authoriz|recommend|schedul|seek|sought|deny|denied|denial|certif"
    r"|approv|review|pending|plan|prescri|consider|propos|appeal)\w*",
    re.IGNORECASE,
)
_MONTH_OR_YEAR = r"[A-Z][a-z]{2,8}\.?\s+(?:of\s+)?20\d\d\b|\b\d{1,2}/20\d\d\b|\b20\d\d\b"
_WHEN = re.compile(rf"{DATE.pattern}|{_MONTH_OR_YEAR}")
_DONE_ON = re.compile(r"[^.;:]{0,60}?(?:\b(?:dated|on|from|of|in|taken|performed|done|obtained|completed)|[\s,]\()\s*")
_ON_DONE = re.compile(r",?\s[^.;:]{0,50}\b(?:received|underwent|had|obtained|completed)\b[^.;:]{0,30}")
_REACH = 90
_TOLERANCE = 0.05
_REQUEST_TO_DENIAL = 30


class _Claim(NamedTuple):
    """What a sentence says of the age of a thing: at least, or at most, so many days."""

    kind: str
    sentence: Span
    regions: frozenset[str]
    days: float
    at_least: bool
    latest: bool


class _Event(NamedTuple):
    """A date in a sentence on a thing: the first and the last day it names; whether it was done then."""

    sentence: Span
    regions: frozenset[str]
    first: date
    last: date
    done: bool


def duration_contradicts_dates(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per age in a rationale that the letter's dates for the thing rule out."""
    for index, item in enumerate(record.items):
        for claim in _claims(item, text):
            if (event := _contradicted_by(claim, record, item, text)) is None:
                continue
            said, dated = text.place(claim.sentence), text.place(event.sentence)
            yield Finding.of(
                Code.DURATION_CONTRADICTS_DATES,
                "The rationale gives an age that the letter's own dates rule out.",
                f"/items/{index}/rationale",
                said,
                (said, dated),
            )


def _claims(item: Item, text: Text) -> Iterator[_Claim]:
    """Yield the ages that *item*'s rationale claims in its own words."""
    if item.rationale is None:
        return
    norm, scope = text.norm, span_of(text, item.rationale)
    if norm.find("old", *scope) < 0 and norm.find("ago", *scope) < 0:
        return
    for match in _CLAIM.finditer(norm, *scope):
        quoted = any(start < match.start() < end for start, end in quotations(norm, scope))
        if not quoted and (claim := _claim(match, item, text, scope)) is not None:
            yield claim


def _claim(match: re.Match[str], item: Item, text: Text, scope: Span) -> _Claim | None:
    """Read the claim at *match*: of which thing, where named before it; None in any doubt."""
    norm = text.norm
    sentence = sentence_around(norm, scope, *match.span())
    things = list(_THING.finditer(norm, sentence.start, match.start()))
    if not things or _NO_CLAIM.search(norm, sentence.start, match.start()):
        return None
    if DATE.search(norm, *sentence) or _ASKED.search(norm, sentence.start, match.start()):
        return None
    if _RIVAL.search(norm, things[-1].end(), match.start()):
        return None
    before = norm[sentence.start : things[-1].start()]
    latest = _LATEST.search(before) is not None
    if not latest and (_OTHER.search(before) or (before and not _DEFINITE.search(before))):
        return None
    count = match["count"].lower()
    return _Claim(
        kind=str(things[-1].lastgroup),
        sentence=sentence,
        regions=_regions(norm, Span(sentence.start, match.start()))
        or requested_regions(norm, span_of(text, item.request)),
        days=(_NUMBERS.get(count) or int(count)) * _DAYS[match["unit"].lower()],
        at_least=match["more"] is not None,
        latest=latest,
    )


def _regions(norm: str, span: Span) -> frozenset[str]:
    """Return the regions of the body that *span* names."""
    return frozenset(named.region for named in named_regions(norm, span))


def _contradicted_by(claim: _Claim, record: Record, item: Item, text: Text) -> _Event | None:
    """Return the last event known to be done, where the letter's dates rule *claim* out.

    Of the latest thing its own date must do so, of any other every date in a sentence on it.
    """
    written = _written(record, text, at_least=claim.at_least)
    if written is None:
        return None
    events = [
        event
        for value in (record.clinical_summary, item.rationale)
        if value is not None
        for event in _events(claim.kind, text.norm, span_of(text, value))
        if not claim.regions or claim.regions & event.regions
    ]
    last = max((event for event in events if event.done), key=_last_day, default=None)
    judged = [last] if claim.latest else events
    ruled_out = all(event and _rules_out(event, claim, written) for event in judged)
    return last if ruled_out else None


def _last_day(event: _Event) -> date:
    """Return the day to sort events by."""
    return event.last


def _rules_out(event: _Event, claim: _Claim, written: date) -> bool:
    """Say whether the thing cannot be as old as claimed, by more than a rounding."""
    if claim.at_least:
        return (written - event.first).days < claim.days * (1 - _TOLERANCE)
    return (written - event.last).days - _REQUEST_TO_DENIAL > claim.days * (1 + _TOLERANCE)


def _written(record: Record, text: Text, *, at_least: bool) -> date | None:
    """Return the day against which ages are counted; None where the letter does not tell."""
    day: Day | None
    if not at_least:
        day = record.case.ur_denial_date or record.patient.ur_date
        return date.fromisoformat(day.value) if day else None
    if (day := record.case.decision_date) is not None:
        return date.fromisoformat(day.value)
    dates = [parse_date(match.group()) for match in DATE.finditer(text.norm)]
    return max((date.fromisoformat(value) for value in dates if value), default=None)


def _events(kind: str, norm: str, scope: Span) -> Iterator[_Event]:
    """Yield every date in the sentences of *scope* that name a thing of *kind*."""
    for thing in _THING.finditer(norm, *scope):
        if thing.lastgroup != kind:
            continue
        sentence = sentence_around(norm, scope, *thing.span())
        regions = _regions(norm, sentence)
        for when in _WHEN.finditer(norm, *sentence):
            if (days := _days(when.group())) is not None:
                done = _is_done(norm, sentence, Span(*thing.span()), Span(*when.span()))
                yield _Event(sentence, regions, *days, done)


def _is_done(norm: str, sentence: Span, thing: Span, when: Span) -> bool:
    """Say whether *sentence* says that *thing* was done at *when*: "MRI of 3/8/13"."""
    if _ASKED.search(norm, sentence.start, max(thing.end, when.end)):
        return False
    if thing.end <= when.start:
        return _links(_DONE_ON, norm, thing.end, when.start)
    return _links(_ON_DONE, norm, when.end, thing.start)


def _links(pattern: re.Pattern[str], norm: str, start: int, end: int) -> bool:
    """Say whether the words from *start* to *end* tie a date to a thing that was done."""
    return pattern.fullmatch(norm, start, end) is not None and not _RIVAL.search(norm, start, end)


def _days(words: str) -> tuple[date, date] | None:
    """Return the first and the last day of a date, a month with its year, or a year.

    >>> _days("January of 2013")
    (datetime.date(2013, 1, 1), datetime.date(2013, 1, 31))
    """
    if (day := parse_date(words)) is not None:
        return date.fromisoformat(day), date.fromisoformat(day)
    *month, year = re.findall(r"[A-Za-z]+\.?|\d+", words.replace(" of ", " "))
    if not month:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    spelled = f"{month[0]} %d, {year}" if month[0][0].isalpha() else f"{month[0]}/%d/{year}"
    days = [parse_date(spelled % number) for number in (1, 28, 29, 30, 31)]
    known = [date.fromisoformat(value) for value in days if value]
    return (known[0], known[-1]) if known else None
