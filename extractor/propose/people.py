"""The people of a letter: the reviewer's credentials and the injured worker."""

import re
from itertools import islice

from extractor.polarity import sentence_around
from extractor.propose import Claim
from extractor.relatives import is_of, others
from extractor.text import Span, Text
from extractor.values import (
    DATE,
    MISHAP,
    STATES,
    ages,
    dates_in,
    parse_age,
    parse_date,
    parse_sex,
)
from extractor.windows import before as words_before
from extractor.windows import reach

_STATE = re.compile(
    r"\b(?:"
    + "|".join(sorted((name.replace(" ", r"\s+") for name in STATES), key=len, reverse=True))
    + r")\b",
)

_LISTS = re.compile(
    r"Licensure\s*:\s*(?P<states>.{0,2000}?)\s*Certification\(?s?\)?\s*/\s*Specialty\s*:\s*(?P<specialties>.*)",
    re.DOTALL,
)
_PROSE = re.compile(
    r"\bBoard[\s-]+Certified\s+in\s+(?P<specialties>[^.]{0,600}?)"
    r"(?:,?\s+(?:and\s+)?(?:has|with)\s+a\s+subspecialty\s+(?:certification\s+)?in\s+(?P<subspecialties>[^.]{0,600}?))?"
    r",?\s+and\s+is\s+licensed\s+to\s+practice\s+in\s+(?P<states>[^.]{0,1200})\.",
    re.DOTALL,
)


def read_expert(text: Text, section: Span) -> dict[str, list[Claim]]:
    """Return the reviewer's specialties, subspecialties and states of licensure, in their order."""
    region = _until_paragraph(text, section)
    match = _LISTS.search(text.norm, *region) or _PROSE.search(text.norm, *section)
    if match is None:
        return {}
    groups = match.groupdict()
    expert = {
        "specialties": _names(text, Span(*match.span("specialties"))),
        "licensed_in": [
            Claim(Span(*state.span()), text.words(Span(*state.span())))
            for state in _STATE.finditer(text.norm, *match.span("states"))
        ],
    }
    if groups.get("subspecialties"):
        expert["subspecialties"] = _names(text, Span(*match.span("subspecialties")))
    return expert


def _until_paragraph(text: Text, section: Span) -> Span:
    """Return the section up to the paragraph break after the list of specialties."""
    label = re.compile(r"Specialty\s*:\s*\S").search(text.norm, *section)
    if label is None:
        return section
    gaps = [gap for gap in text.gaps_between(label.end(), section.end) if gap.proven]
    return Span(section.start, gaps[0].end if gaps else section.end)


# Source: specialties and subspecialties of the American Board of Medical Specialties whose own
# name holds an "and"; an "and" anywhere else joins two names.
_NAMES_WITH_AND = re.compile(
    r"(?:Physical\s+Medicine\s+and\s+Rehabilitation|Hospice\s+and\s+Palliative|Allergy\s+and\s+Immunology|"
    r"Obstetrics\s+and\s+Gynecology|Psychiatry\s+and\s+Neurology|Undersea\s+and\s+Hyperbaric|"
    r"Public\s+Health\s+and\s+General\s+Preventive|Endocrinology,?\s+Diabetes,?\s+and\s+Metabolism|"
    r"Colon\s+and\s+Rectal|Oral\s+and\s+Maxillofacial|Thoracic\s+and\s+Cardiac|Foot\s+and\s+Ankle|"
    r"Ear,?\s+Nose,?\s+and\s+Throat|Head\s+and\s+Neck|Child\s+and\s+Adolescent|Plastic\s+and\s+Reconstructive)",
    re.IGNORECASE,
)
_JOINT = re.compile(r"\s*[,;](?:\s*and\b)?|\s+and\s+")


def _names(text: Text, span: Span) -> list[Claim]:
    """Return the names of a list separated by commas or "and"; a name may wrap over lines."""
    has_and = "and" in text.norm[slice(*span)].lower()
    held = [m.span() for m in _NAMES_WITH_AND.finditer(text.norm, *span)] if has_and else []
    names = []
    at = span.start
    for joint in [*_JOINT.finditer(text.norm, *span), None]:
        if joint and any(start < joint.start() < end for start, end in held):
            continue
        name = text.trim(at, joint.start() if joint else span.end)
        if name.start < name.end:
            names.append(Claim(name))
        at = joint.end() if joint else at
    return names


# --- the injured worker ----------------------------------------------------------------------

_NOUN = r"male|female|man|woman|gentleman|lady|boy|girl"
_SEX = re.compile(rf"\b(?P<noun>{_NOUN})\b", re.IGNORECASE)
_WORKER = r"(?:worker|patient|applicant|claimant|employee|individual|person|IW|member|he|she|This)"
_IS_A = re.compile(
    rf"\b{_WORKER}\s+(?:\([^)]*\)\s*)?(?:is|was)\s+(?:now\s+)?an?\(?n?\)?\s+(?:[\w-]+,?\s+){{0,5}}?(?P<noun>{_NOUN})\b",
    re.IGNORECASE,
)
_KIN = re.compile(r"\b(?:his|her|their|whose)\s+(?:\w+\s+)?$", re.IGNORECASE)
_OTHER_OLD = re.compile(
    r"\W+(?:MRI|CT|x-?rays?|injury|fracture|study|studies|scan|son|daughter|child)", re.IGNORECASE
)
_AFTER_AGE = 60
_BEFORE_AGE = 30


def read_patient(
    text: Text, summary: Span, denial: str | None = None
) -> tuple[dict[str, Claim], list[Claim]]:
    """Return age, sex, injury and review date of the summary, and its diagnosis codes.

    *denial* is the header's date of the review's denial: where the summary prints that date at
    words of review or denial, it is the review's, whoever it calls it by.
    """
    patient: dict[str, Claim] = {}
    age = _age(text, summary)
    if age:
        patient["age"] = age
    if sex := _sex(text, summary, age):
        patient["sex"] = sex
    if injury := _injury_date(text, summary):
        patient["date_of_injury"] = injury
    if review := _review_date(text, summary) or _denial_date(text, summary, denial):
        patient["ur_date"] = review
    return patient, _codes(text, summary)


def _age(text: Text, summary: Span) -> Claim | None:
    people = others(text.norm, summary)
    for match in ages(text.norm, summary):
        if is_of(match.span(), people):
            continue
        before = words_before(text.norm, summary.start, match.start(), _BEFORE_AGE)
        if _KIN.search(before) or _OTHER_OLD.match(text.norm, match.end()):
            continue
        span = Span(*match.span())
        return Claim(span, parse_age(text.norm[slice(*span)]))
    return None


def _sex(text: Text, summary: Span, age: Claim | None) -> Claim | None:
    """Read the noun beside the age, or in "the patient is a … male"; pronouns do not count."""
    if age:
        start = age.scope.end
        limit = reach(text.norm, start, _AFTER_AGE)
        stop = re.compile(r"[.;]|\b(?:who|with|whose|that)\b").search(text.norm, start, limit)
        end = min(summary.end, stop.start() if stop else limit)
        if noun := _SEX.search(text.norm, start, end):
            return _noun(text, noun)
    people = others(text.norm, summary)
    for noun in _IS_A.finditer(text.norm, *summary):
        if not is_of(noun.span("noun"), people):
            return _noun(text, noun)
    return None


def _noun(text: Text, match: re.Match[str]) -> Claim:
    span = Span(*match.span("noun"))
    return Claim(span, parse_sex(text.norm[slice(*span)]))


_WORKED = r"(?:[\w/-]+\s+){0,3}?"
# One class of first letters, so that the search skips to those.
_INJURY_DATE = re.compile(
    r"[DdIiAaTtHhCc](?<!\w.)"
    r"(?i:(?:(?<=D)ate\s+of\s+(?:the\s+|an?\s+|this\s+)?(?:\w+\s+)?injury|(?<=I)njury\s+date|(?<=D)OI)\b(?:\s+is|\s+was)?"
    r"(?:\s+(?:of|on|occurring\s+on|dated|listed\s+as|reported\s+as|noted\s+as))?"
    r"|(?:(?<=I)njur(?:y|ies|ed)|(?<=A)ccident|(?<=I)ncident|(?<=T)rauma|(?<=H)urt)\b(?:\s*\(DOI\))?(?:\s+(?:of|on|dated|occurring\s+on|occurred\s+on"
    r"|that\s+occurred\s+on|which\s+occurred\s+on|sustained\s+on|occurred\s+sustained\s+on|from|in\s+a\s+\w+\s+on))"
    r"|(?<=C)(?:laim|omplaints?)\s+(?:(?:is|was|dated)\s+)?(?:from|of(?:\s+injury\s+on)?)"
    r"|(?<=I)(?:njured(?!\s+(?:worker|employee|part))|njury)\b(?:[^.;:]{0,120}?\s(?:on|of|dated))?)"
    r"\s*:?\s*(?P<date>(?i:" + DATE.pattern + "))",
)


def _injury_date(text: Text, summary: Span) -> Claim | None:
    for match in _INJURY_DATE.finditer(text.norm, *summary):
        span = Span(*match.span("date"))
        lead = words_before(text.norm, summary.start, match.start(), 25)
        between = text.norm[match.start() : span.start]
        if _OF_ANOTHER_INJURY.search(lead) or _NOT_THE_INJURY.search(between):
            continue
        if day := parse_date(text.norm[slice(*span)]):
            return Claim(span, day)
    return _event_date(text, summary)


# "February 6, 2013 as the date of injury"; and, in the sentence that introduces the worker, the
# first date, when an accident is told before it and no visit, study or report stands at it.
_AS_INJURY = re.compile(
    rf"(?P<date>{DATE.pattern})\s+as\s+(?:the\s+|his\s+|her\s+)?(?:date|day)\s+of\s+(?:the\s+)?injury"
)
_OF_A_VISIT = re.compile(
    r"\b(?:dated|reports?|notes?|presented|evaluated|evaluation|seen|visit|exam\w*|MRI|CT|x-?rays?|EMG|surgery|underwent|"
    r"hospital\w*|born|birth|treated|appointment|progress|request\w*|review)\s+(?:\w+\s+){0,3}\Z",
    re.IGNORECASE,
)


_NOT_THE_INJURY = re.compile(
    r"\b(?:seen|treated|surgery|MRI|CT|x-?rays?|EMG|underwent|progress|presented|evaluat\w+|exam\w*|visits?"
    r"|determination|denied|noted|request\w*|reported\s+pain|diagnos\w+)\b",
    re.IGNORECASE,
)
_OF_ANOTHER_INJURY = re.compile(
    r"\b(?:prior|previous|earlier|denie[sd]|non-?\s?industrial|wife's|husband's|no)\s+(?:\w+\s+)?\Z",
    re.IGNORECASE,
)


def _event_date(text: Text, summary: Span) -> Claim | None:
    named = _AS_INJURY.search(text.norm, *summary)
    if named and (day := parse_date(named["date"])):
        return Claim(Span(*named.span("date")), day)
    age = _age(text, summary)
    at = age.scope.start if age else summary.start
    sentence = sentence_around(text.norm, summary, at, at + 1)
    date = DATE.search(text.norm, *sentence)
    if date is None:
        return None
    before = text.norm[sentence.start : date.start()]
    if MISHAP.search(before) is None or _OF_A_VISIT.search(before):
        return None
    day = parse_date(date.group())
    return Claim(Span(*date.span()), day) if day else None


# The date next to the words, a few words at most between them; "On DATE, utilization review …";
# and "… DATE … by utilization review" within one sentence that holds no other date. Of what was
# "reviewed by utilization review" the date that follows is another's.
_REVIEW = re.compile(
    r"[UuCc](?<!\w.)(?:(?<=[Uu])(?:tilization|TILIZATION)\s+[Rr](?:eview(?:er)?|EVIEW)|(?<=U)R"
    r"|(?<=[Cc])laims\s+[Aa]dministrator's\s+(?:determination|decision|denial|modification))\b",
)
_SHORT = r"(?:\s*\(\s*(?:UR|[Uu]tilization\s+[Rr]eview\s*(?:board)?)\s*\))?"
_REVIEWED = re.compile(
    rf"{_SHORT}(?:\s+(?:board|report|determination|decision|denial|letter|form|documentation|"
    r"document|note|of|request|being|is|was|challenged|with|an?|the|date|dated|on|from|at|issue|in|dispute|"
    rf"performed|completed|issued)){{0,9}}[\s,:(]*(?P<date>{DATE.pattern})",
    re.IGNORECASE,
)
_REVIEWED_BY = re.compile(rf"{_SHORT}\s+on\s+(?P<date>{DATE.pattern})", re.IGNORECASE)
_BY = re.compile(r"\bby\s+(?:the\s+)?\Z", re.IGNORECASE)
_ON = re.compile(
    rf"\bOn\s+(?P<date>{DATE.pattern})\s*,?\s+(?:(?:the|an?|original)\s+)*\Z", re.IGNORECASE
)
_VERDICT = re.compile(
    r"den(?:ied|ial|ying)|non-?\s*certif\w*|modif\w*|certif\w*|approved?|determin\w*|decision"
    r"|failed\s+to\s+approve",
    re.IGNORECASE,
)
_LEAD_OF_DATE = 60
_WIDE = 4  # for white space
_MENTIONS = 40


def _review_date(text: Text, summary: Span) -> Claim | None:
    mentions = list(islice(_REVIEW.finditer(text.norm, *summary), _MENTIONS))
    for mention in mentions:
        floor = max(summary.start, mention.start() - _WIDE * _LEAD_OF_DATE)
        before = text.norm[floor : mention.start()]
        by = _BY.search(before) is not None
        date = (_REVIEWED_BY if by else _REVIEWED).match(text.norm, mention.end(), summary.end)
        if date is None and (date := _ON.search(before)):
            offset = mention.start() - len(before)
            span = Span(date.start("date") + offset, date.end("date") + offset)
        elif date:
            span = Span(*date.span("date"))
        else:
            continue
        if day := parse_date(text.norm[slice(*span)]):
            return Claim(span, day)
    return _only_date_beside(text, summary, mentions)


_OF_DENIAL = re.compile(
    r"(?:review|denied|denial|certif|determin|deemed)[^.;]{0,40}\Z", re.IGNORECASE
)


def _denial_date(text: Text, summary: Span, denial: str | None) -> Claim | None:
    if denial is None:
        return None
    for match in dates_in(text.norm, summary):
        before = words_before(text.norm, summary.start, match.start(), _LEAD_OF_DATE)
        if parse_date(match.group()) == denial and _OF_DENIAL.search(before):
            return Claim(Span(*match.span()), denial)
    return None


def _only_date_beside(
    text: Text,
    summary: Span,
    mentions: list[re.Match[str]],
) -> Claim | None:
    """Read the one date of a sentence in which the utilization review decides."""
    for mention in mentions:
        sentence = sentence_around(text.norm, summary, *mention.span())
        if _VERDICT.search(text.norm, *sentence) is None:
            continue
        dates = list(DATE.finditer(text.norm, *sentence))
        if len(dates) == 1 and (day := parse_date(dates[0].group())):
            return Claim(Span(*dates[0].span()), day)
    return None


# ICD-10-CM codes need their point here (T12 is a vertebra); ICD-9-CM codes stand in parentheses
# or after the name of the code book, or they are measurements.
_ICD10 = re.compile(r"[A-TV-Z](?<!\w.)\d[0-9A-Z]\.[0-9A-Z]{1,4}\b")
_ICD9 = re.compile(
    r"[(\[I](?:CD-?\s?9\w*\W{1,3}(?:code\w*\W{1,3})?)?(?P<code>\d{3}\.\d{1,2}|V\d{2}\.\d{1,2}|E\d{3}\.\d)(?=[),;\]])",
)


# Bare numbers of the shape count where the sentence speaks of codes and no unit follows.
_BARE_ICD9 = re.compile(
    r"\d(?<![\w.,/(\[$#-]\d)\d\d\.\d{1,2}(?![\w/%-]|\s*(?:deg|lb|pound|kg|mg|mm|cm|mcg|ml|F\b|C\b|percent|points?|over|out))",
)
_INNER_POINT = re.compile(r"\.(?<=[0-9A-Z]\.)[0-9A-Z]")
_OF_CODES = re.compile(r"\b(?:codes?|ICD|diagnos|lists?|listed)", re.IGNORECASE)


def _codes(text: Text, summary: Span) -> list[Claim]:
    if _INNER_POINT.search(text.norm, *summary) is None:
        return []
    spans = {Span(*match.span()) for match in _ICD10.finditer(text.norm, *summary)}
    spans |= {Span(*match.span("code")) for match in _ICD9.finditer(text.norm, *summary)}
    for match in _BARE_ICD9.finditer(text.norm, *summary):
        sentence = sentence_around(text.norm, summary, *match.span())
        if _OF_CODES.search(text.norm, sentence.start, match.start()):
            spans.add(Span(*match.span()))
    return [Claim(span) for span in sorted(spans)]
