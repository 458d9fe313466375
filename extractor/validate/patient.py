"""Is what the record says of the injured worker what the clinical summary says of them?"""

import re
from collections.abc import Iterator

from extractor.findings import Code, Finding
from extractor.record import Record
from extractor.relatives import is_of, others
from extractor.text import Span, Text, found_by
from extractor.validate.anchors import Anchors
from extractor.validate.spans import passage, span_of
from extractor.validate.summary import check_codes, check_days
from extractor.values import ages, parse_age, parse_sex
from extractor.windows import before as words_before

_POSSESSIVE = re.compile(r"\b(?:his|her|their|whose)\s+(?:\w+\s+)?\Z", re.IGNORECASE)
_NOT_A_PERSON = re.compile(
    r"\W+(?:MRI|CT|x-?ray|injury|fracture|stud|scan|son\b|daughter|child)", re.IGNORECASE
)
# One character class first, then what it may go on with: the search skips to likely letters.
_PERSON = re.compile(
    r"[MFWGLBmfwglb](?<!\w.)(?i:(?<=m)(?:ale|an)|(?<=f)emale|(?<=w)oman|(?<=g)(?:entleman|irl)"
    r"|(?<=l)ady|(?<=b)oy)\b",
)


# The nouns of each sex by their last letters: fixed ones, which makes the search for them fast.
_NOUNS = {
    "male": (
        re.compile(r"ale\b(?<=\b[Mm]ale)"),
        re.compile(r"man\b(?:(?<=\bman)|(?<=\b[Gg]entleman))"),
        re.compile(r"Man\b(?<=\bMan)"),
        re.compile(r"oy\b(?<=\b[Bb]oy)"),
        re.compile(r"ALE\b(?<=\bMALE)"),
        re.compile(r"MAN\b(?:(?<=\bMAN)|(?<=\bGENTLEMAN))"),
        re.compile(r"OY\b(?<=\bBOY)"),
    ),
    "female": (
        re.compile(r"emale\b(?<=\b[Ff]emale)"),
        re.compile(r"oman\b(?<=\b[Ww]oman)"),
        re.compile(r"ady\b(?<=\b[Ll]ady)"),
        re.compile(r"irl\b(?<=\b[Gg]irl)"),
        re.compile(r"EMALE\b(?<=\bFEMALE)"),
        re.compile(r"OMAN\b(?<=\bWOMAN)"),
        re.compile(r"ADY\b(?<=\bLADY)"),
        re.compile(r"IRL\b(?<=\bGIRL)"),
    ),
}


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
    yield from check_days(record, text, summary)
    yield from check_codes(record, text, summary)


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


def _first_age(text: Text, summary: Span, given: list[re.Match[str]]) -> Span | None:
    for match in given:
        before = words_before(text.norm, summary.start, match.start(), 30)
        if not _POSSESSIVE.search(before) and not _NOT_A_PERSON.match(text.norm, match.end()):
            return Span(*match.span())
    return None


def _check_age(record: Record, text: Text, summary: Span) -> Iterator[Finding]:
    value, path = record.patient.age, "/patient/age"
    people = others(text.norm, summary)
    given = [match for match in ages(text.norm, summary) if not is_of(match.span(), people)]
    age = _first_age(text, summary, given)
    if value is None:
        if age:
            yield Finding.of(Code.MISSING_FIELD, "The summary gives an age.", path, text.place(age))
    elif age is None or span_of(text, value) != age:
        yield Finding.of(
            Code.WRONG_PLACE,
            "This is not the age that the summary gives first.",
            path,
            passage(text, value),
        )
    elif value.value != parse_age(text.norm[slice(*age)]):
        yield Finding.of(
            Code.VALUE_MISMATCH, "The quote says another age.", path, passage(text, value)
        )
    elif _is_another_age(text, summary, given, age, value.value):
        message = "The age may be somebody else's, or of another time."
        yield Finding.of(Code.AMBIGUOUS, message, path, passage(text, value))


_WORKING_AGES = range(14, 96)
_NOT_THE_WORKER = re.compile(
    r"\b(?:wife|husband|spouse|mother|father|son|daughter|child|brother|sister|friend|coworker|partner"
    r"|his|her|aged?)\b|years?\s+old|[\d-]\s*\Z",
    re.IGNORECASE,
)
_STOP = re.compile(r"[.;!?][\"')]*\s")
_WORKER_BEFORE = re.compile(
    r"\b(?:worker|patient|applicant|claimant|employee|individual|member|IW|[Tt]his)\b[^.;]*\Z",
    re.IGNORECASE,
)
_WORKER_AFTER = re.compile(
    r"[\s,-]*(?:(?!with\b|by\b|the\b|saw\b|lives\b|injury|claim|prosth)[\w()-]+[\s,]+){0,4}?"
    r"(?:male|female|man|woman|gentleman|lady|boy|girl|employee|patient|worker|applicant|claimant"
    r"|individual)\b",
    re.IGNORECASE,
)


def _is_another_age(
    text: Text, summary: Span, given: list[re.Match[str]], age: Span, years: int
) -> bool:
    """Say whether the age may not be the worker's own of today."""
    said = {parse_age(match.group()) for match in given}
    before = words_before(text.norm, summary.start, age.start, 40)
    own_sentence = _STOP.split(before)[-1]
    if len(said) > 1 or years not in _WORKING_AGES or _NOT_THE_WORKER.search(own_sentence):
        return True
    if _WORKER_BEFORE.search(words_before(text.norm, summary.start, age.start, 80)):
        return False
    # The sentence before spoke of somebody else, and this one does not name the worker.
    somebody_else = _NOT_THE_WORKER.search(before) is not None
    return somebody_else or not _WORKER_AFTER.match(text.norm, age.end, summary.end)


def _check_sex(record: Record, text: Text, summary: Span) -> Iterator[Finding]:
    value, path = record.patient.sex, "/patient/sex"
    if value is None:
        people = others(text.norm, summary)
        nouns = (match.span() for match in _PERSON.finditer(text.norm, *summary))
        if noun := next((noun for noun in nouns if not is_of(noun, people)), None):
            message = "The summary has a noun of a man's or a woman's; none was read."
            yield Finding.of(Code.MISSING_FIELD, message, path, text.place(Span(*noun)))
        return
    span = span_of(text, value)
    if not summary.holds(span) or _PERSON.fullmatch(text.norm, *span) is None:
        message = "It is no noun of the clinical summary."
        yield Finding.of(Code.WRONG_PLACE, message, path, passage(text, value))
    elif value.value != parse_sex(text.norm[slice(*span)]):
        message = "The noun says otherwise."
        yield Finding.of(Code.VALUE_MISMATCH, message, path, passage(text, value))
    elif _names_both_sexes(text, summary, span) or _is_another_person(record, text, span):
        message = "The noun may be of another person, or the summary names both sexes."
        yield Finding.of(Code.AMBIGUOUS, message, path, passage(text, value))


def _names_both_sexes(text: Text, summary: Span, noun: Span) -> bool:
    """Say whether nouns of both sexes leave it open whose *noun* is.

    Those that describe others do not count where *noun* is plainly the worker's.
    """
    found = [found_by(nouns, text.norm, summary) for nouns in _NOUNS.values()]
    if not all(found):
        return False
    people = others(text.norm, summary)
    of_one_sex = any(all(is_of(each.span(), people) for each in nouns) for nouns in found)
    before = words_before(text.norm, summary.start, noun.start, 80)
    return not of_one_sex or _WORKER_IS.search(before) is None


_WORKER_IS = re.compile(
    r"(?:\b(?:worker|patient|applicant|claimant|employee|individual|member|IW|he|she)\b"
    r"(?:\s*\([^)]{0,30}\))?(?:\s*,|\s+(?:is|was)(?:\s+now)?)\s+an?\(?n?\)?|\bthis)\s+"
    r"(?:(?!by\b|with\b|of\b|and\b|who|the\b|his\b|her\b)[\w-]+[,\s]+){0,7}?\Z",
    re.IGNORECASE,
)


_OF_ANOTHER = re.compile(r"\b(?:with|by|an?|the|saw|lives|formerly|hit)\b", re.IGNORECASE)
_NOT_A_SEX = re.compile(
    r"\s*/|\s+(?:to|physician|doctor|catheter|partner|coworker|friend)\b", re.IGNORECASE
)


def _is_another_person(record: Record, text: Text, noun: Span) -> bool:
    """Say whether words between age and noun, or after it, make it somebody else's."""
    if _NOT_A_SEX.match(text.norm, noun.end):
        return True
    if record.patient.age is None:
        return False
    age = span_of(text, record.patient.age)
    return age.end < noun.start and _OF_ANOTHER.search(text.norm, age.end, noun.start) is not None
