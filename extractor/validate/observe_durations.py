"""An observation: how long ago something was, against the date that the letter gives it.

"The most recent MRI is more than a year old", and the same letter dates that MRI ten months back.
A claim is held against the day it was written: the decision date, or else the latest date of the
letter; "less than" against the day of the denial, when it was younger still. What is quoted, told
of a report of another day, negated, or a rule, is no claim.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import NamedTuple

from extractor.findings import Code, Finding
from extractor.polarity import quotations
from extractor.record import Item, Record
from extractor.text import Span, Text
from extractor.validate.regions import named_regions, requested_regions, standing_for
from extractor.validate.sentences import sentences
from extractor.validate.spans import span_of
from extractor.values import DATE, parse_date

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
_CLAIM = re.compile(
    r"\b(?:(?P<more>more\s+than|over|greater\s+than|at\s+least|in\s+excess\s+of)"
    rf"|less\s+than|under)\s+(?P<count>\d{{1,2}}|{'|'.join(_NUMBERS)})[\s-]+"
    rf"(?P<unit>{'|'.join(_DAYS)})s?[\s-]+(?:old|ago)\b",
    re.IGNORECASE,
)
_THING = re.compile(
    r"\b(?:(?P<mri>mris?|magnetic\s+resonance\s+imag\w+)"
    r"|(?P<ct>ct(?:\s+scans?)?|computed\s+tomograph\w+)"
    r"|(?P<xray>x-?\s?rays?|radiographs?|plain\s+films?)"
    r"|(?P<emg>emg|ncs|ncv|electromyogra\w+|electrodiagnostic\s+stud\w+"
    r"|nerve\s+conduction\s+(?:stud\w+|velocit\w+))"
    r"|(?P<surgery>surgery|operation)"
    r"|(?P<injection>injections?|esis?)"
    r"|(?P<therapy>physical\s+therapy|acupuncture|chiropractic)"
    r"|(?P<again>stud(?:y|ies)|images|films))\b",
    re.IGNORECASE,
)
_LATEST = re.compile(r"\b(?:most\s+recent|latest|last)\s+(?:\S+\s+){0,3}\Z", re.IGNORECASE)
_DEFINITE = re.compile(r"(?:\b(?:the|this|his|her)|'s)\s+(?:\S+\s+){0,2}\Z|\A\Z", re.IGNORECASE)
_ANOTHER = re.compile(
    r"\b(?:prior|previous|earlier|older|first|initial|original|other|another|repeat)\b",
    re.IGNORECASE,
)
_NO_CLAIM = re.compile(
    r"\b(?:no|not|never|without|if|unless|should|must|when|until|per|according|patients"
    r"|guidelines?|mtus|acoem|odg|criteria|stat(?:es?|ed)|not(?:es?|ed)|report(?:s|ed)?"
    r"|indicat\w+)\b",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:request|order|ask|authoriz|recommend|schedul|seek|sought|deny|denied|denial|certif"
    r"|approv|review|pending|plan|prescri|consider|propos|appeal)\w*",
    re.IGNORECASE,
)
# Between a thing and a date or an age: words that make these another thing's.
_RIVAL = re.compile(
    r"\b(?:injur\w+|pain|symptoms?|onset|accident|complain\w*|reports?|notes?|visit|after|before"
    r"|since|following|follow-up|prior|stat(?:es?|ed)|but|while|no|not)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(rf"{DATE.pattern}|\b(?:[A-Z][a-z]{{2,8}}\.?\s+(?:of\s+)?|\d{{1,2}}/)?20\d\d\b")
_DONE_ON = re.compile(
    r"[^.;:]{0,60}?(?:\b(?:dated|on|from|of|in|taken|performed|done|obtained|completed)|[\s,]\()\s*"
)
_ON_DONE = re.compile(
    r",?\s[^.;:]{0,50}\b(?:received|underwent|had|obtained|completed)\b[^.;:]{0,30}"
)
_REACH = 200  # characters from a thing to its age or date
_LONGEST = 50_000  # characters of a summary or a rationale; the longest seen has 6,000
_ROUNDING = 0.05
_REQUEST_TO_DENIAL = 30  # days


class _Claim(NamedTuple):
    """What a sentence says of the age of a thing: at least, or at most, so many days."""

    kind: str
    sentence: Span
    regions: frozenset[str]
    days: float
    at_least: bool
    latest: bool


class _Event(NamedTuple):
    """A date in a sentence on a thing: its first and last day, and whether it was done then."""

    sentence: Span
    regions: frozenset[str]
    first: date
    last: date
    done: bool


def duration_contradicts_dates(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per item: the first age in its rationale that the letter's dates rule out."""
    for index, item in enumerate(record.items):
        if (pair := next(_contradictions(item, record, text), None)) is not None:
            said, dated = (text.place(sentence) for sentence in pair)
            yield Finding.of(
                Code.DURATION_CONTRADICTS_DATES,
                "The rationale gives an age that the letter's own dates rule out.",
                f"/items/{index}/rationale",
                said,
                (said, dated),
            )


def _contradictions(item: Item, record: Record, text: Text) -> Iterator[tuple[Span, Span]]:
    """Yield the sentences that claim an age, each with the one whose date rules it out."""
    if item.rationale is None:
        return
    norm, rationale = text.norm, span_of(text, item.rationale)
    if norm.find("old", *rationale) < 0 and norm.find("ago", *rationale) < 0:
        return
    scopes = [rationale]
    if record.clinical_summary is not None:
        scopes.insert(0, span_of(text, record.clinical_summary))
    if max(end - start for start, end in scopes) > _LONGEST:
        return
    asked = requested_regions(norm, span_of(text, item.request))
    events_of = cache(lambda kind: list(_events(kind, norm, scopes)))
    written_on = cache(lambda at_least: _written(record, text, at_least=at_least))
    for claim in _claims(norm, rationale):
        regions, written = claim.regions or asked, written_on(claim.at_least)
        if claim.kind == "emg":  # it tests a limb, and is told of by a joint of it
            regions = standing_for(regions)
        events = [e for e in events_of(claim.kind) if not regions or regions & e.regions]
        event = None if written is None else _contradicted_by(claim, events, written)
        if event is not None:
            yield claim.sentence, event.sentence


def _claims(norm: str, rationale: Span) -> Iterator[_Claim]:
    """Yield the ages that *rationale* claims in its own words."""
    matches = list(_CLAIM.finditer(norm, *rationale))
    quoted = quotations(norm, rationale) if matches else []
    found = sentences(norm, rationale, [Span(*match.span()) for match in matches])
    for match, sentence in zip(matches, found, strict=True):
        before = Span(max(sentence.start, match.start() - _REACH), match.start())
        if any(start < match.start() < end for start, end in quoted):
            continue
        if DATE.search(norm, *sentence) or (thing := _claimed_thing(norm, before)) is None:
            continue
        count = match["count"].lower()
        if (kind := _kind_of(thing, norm, rationale)) is None:
            continue
        yield _Claim(
            kind=kind,
            sentence=sentence,
            regions=_regions(norm, before),
            days=(_NUMBERS.get(count) or int(count)) * _DAYS[match["unit"].lower()],
            at_least=match["more"] is not None,
            latest=_LATEST.search(norm[before.start : thing.start()]) is not None,
        )


def _claimed_thing(norm: str, before: Span) -> re.Match[str] | None:
    """Return the thing whose age follows upon *before*; None in any doubt."""
    things = list(_THING.finditer(norm, *before))
    if not things or _RIVAL.search(norm, things[-1].end(), before.end):
        return None
    if _NO_CLAIM.search(norm, *before) or _ASKED.search(norm, *before):
        return None
    named = norm[before.start : things[-1].start()]
    definite = _DEFINITE.search(named) and not _ANOTHER.search(named)
    return things[-1] if definite or _LATEST.search(named) else None


def _kind_of(thing: re.Match[str], norm: str, rationale: Span) -> str | None:
    """Return the kind of *thing*; "the studies" are of the one kind named before, if it is one."""
    if thing.lastgroup != "again":
        return thing.lastgroup
    before = _THING.finditer(norm, rationale.start, thing.start())
    kinds = {match.lastgroup for match in before} - {"again"}
    return kinds.pop() if len(kinds) == 1 else None


def _regions(norm: str, span: Span) -> frozenset[str]:
    """Return the regions of the body that *span* names."""
    return frozenset(named.region for named in named_regions(norm, span))


def _contradicted_by(claim: _Claim, events: list[_Event], written: date) -> _Event | None:
    """Return the last event known to be done, where the dates of *events* rule *claim* out.

    Of the latest thing its own date must do so, of any other every date near the thing.
    """
    done = [event for event in events if event.done]
    last = max(done, key=lambda event: event.last, default=None)
    judged = [last] if claim.latest and last else events
    return last if all(_rules_out(event, claim, written) for event in judged) else None


def _rules_out(event: _Event, claim: _Claim, written: date) -> bool:
    """Say whether the thing cannot be as old as claimed, by more than a rounding."""
    if claim.at_least:
        return (written - event.first).days < claim.days * (1 - _ROUNDING)
    return (written - event.last).days - _REQUEST_TO_DENIAL > claim.days * (1 + _ROUNDING)


def _written(record: Record, text: Text, *, at_least: bool) -> date | None:
    """Return the day against which ages are counted; None where the letter does not tell."""
    case = record.case
    day = case.decision_date if at_least else case.ur_denial_date or record.patient.ur_date
    if day is not None:
        return _date(day.value)
    if not at_least:
        return None
    dates = (_date(parse_date(match.group())) for match in DATE.finditer(text.norm))
    return max((day for day in dates if day is not None), default=None)


def _date(value: str | None) -> date | None:
    """Return the date of an ISO *value*; None for none, or for a day that no month has."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def _events(kind: str, norm: str, scopes: list[Span]) -> Iterator[_Event]:
    """Yield every date that stands near a thing of *kind* within *scopes*."""
    for scope in scopes:
        for thing, sentence in _things(kind, norm, scope):
            yield from _dates_of(thing, norm, sentence)


def _things(kind: str, norm: str, scope: Span) -> Iterator[tuple[Span, Span]]:
    """Yield the things of *kind* within *scope*, each with its sentence."""
    matches = (match for match in _THING.finditer(norm, *scope) if match.lastgroup == kind)
    things = [Span(*match.span()) for match in matches]
    return zip(things, sentences(norm, scope, things), strict=True)


def _dates_of(thing: Span, norm: str, sentence: Span) -> Iterator[_Event]:
    """Yield the dates that stand near *thing* in its sentence."""
    near = Span(max(sentence.start, thing.start - _REACH), min(sentence.end, thing.end + _REACH))
    regions = _regions(norm, near)
    for match in _WHEN.finditer(norm, *near):
        if days := _days(match.group()):
            done = _is_done(norm, near, thing, Span(*match.span()))
            yield _Event(sentence, regions, days[0], days[-1], done)


def _is_done(norm: str, near: Span, thing: Span, when: Span) -> bool:
    """Say whether the words *near* say that *thing* was done at *when*: "MRI of 3/8/13"."""
    after = thing.end <= when.start
    pattern = _DONE_ON if after else _ON_DONE
    gap = Span(thing.end, when.start) if after else Span(when.end, thing.start)
    if _ASKED.search(norm, near.start, max(thing.end, when.end)):
        return False
    return pattern.fullmatch(norm, *gap) is not None and not _RIVAL.search(norm, *gap)


def _days(words: str) -> list[date]:
    """Return the days that a date, a month with its year, or a year may mean, in order.

    >>> _days("January of 2013")[0], len(_days("1/2013")), len(_days("3/8/13"))
    (datetime.date(2013, 1, 1), 5, 1)
    """
    if DATE.fullmatch(words):
        day = _date(parse_date(words))
        return [day] if day else []
    *parts, year = re.findall(r"[A-Za-z]+|\d+", words)
    if parts:
        month = "{} {}, {}" if parts[0].isalpha() else "{}/{}/{}"
        days = (_date(parse_date(month.format(parts[0], day, year))) for day in (1, 28, 29, 30, 31))
        if known := [day for day in days if day]:
            return known
    return [date(int(year), 1, 1), date(int(year), 12, 31)]
