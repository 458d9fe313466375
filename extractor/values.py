"""What a quote says: dates, ages, sexes, priorities and the polarity of a conclusion.

Pure functions of words. A proposer uses them to read a value, the validator to check that a value
is what its quote says; neither takes the other's word for it.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from extractor.record import DecisionWord, Polarity
from extractor.text import Span

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january", "feb february", "mar march", "apr april", "may", "jun june",
            "jul july", "aug august", "sep sept september", "oct october", "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted((name.title() for name in _MONTHS), key=len, reverse=True))
# A date may wrap after a separator: "11-21-\n2016".
_NUMERIC = r"\d{1,2}[/-]\s{0,3}\d{1,2}[/-]\s{0,3}(?:\d{4}|\d{2})(?![\d/-])"
_SPELLED = rf"(?:{_MONTH})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?\s*,?\s+\d{{4}}(?!\d)"
DATE = re.compile(rf"(?<![\d/.-])(?:{_NUMERIC}|(?<![A-Za-z]){_SPELLED})")
_PARTS = re.compile(r"[A-Za-z]+|\d+")
# "89" is 1989 and "14" is 2014: no letter is older than 2013, no injury older than a working life.
_LAST_TWO_DIGIT_YEAR = 40
_DATE_PARTS = 3

AGE = re.compile(r"\b(\d{1,3})\s*-?\s*(?:year|yr)s?\.?\s*-?\s*old\b|\b(\d{1,3})\s*-?\s*y\.?/?o\b\.?", re.I)
_SEXES = {
    "male": "male", "man": "male", "gentleman": "male", "boy": "male",
    "female": "female", "woman": "female", "lady": "female", "girl": "female",
}  # fmt: skip
_DECISIONS: dict[str, DecisionWord] = {"upheld": "upheld", "overturned": "overturned"}
_PRIORITIES = {"standard": "standard", "expedited": "expedited"}


@lru_cache(maxsize=4096)
def parse_date(words: str) -> str | None:
    """Return the ISO date that *words* print, month before day; None where they print none.

    >>> parse_date("10-16-16"), parse_date("August 27, 2007"), parse_date("2/30/2014")
    ('2016-10-16', '2007-08-27', None)
    """
    if DATE.fullmatch(words.strip()) is None:
        return None
    parts = [part for part in _PARTS.findall(words) if part not in {"st", "nd", "rd", "th"}]
    month, day, year = parts[:_DATE_PARTS]
    number = _MONTHS[month.lower()] if month.isalpha() else int(month)
    full = int(year)
    if len(year) == 2:  # noqa: PLR2004 - two digits are two digits
        full += 2000 if full <= _LAST_TWO_DIGIT_YEAR else 1900
    try:
        return date(full, number, int(day)).isoformat()
    except ValueError:
        return None


def parse_age(words: str) -> int | None:
    """Return the age in whole years that *words* give.

    >>> parse_age("48-year-old"), parse_age("a year")
    (48, None)
    """
    match = AGE.search(words)
    return int(match[1] or match[2]) if match else None


def parse_sex(noun: str) -> str | None:
    """Return ``male`` or ``female`` for a noun of a person; pronouns give none.

    >>> parse_sex("Woman"), parse_sex("she")
    ('female', None)
    """
    return _SEXES.get(noun.strip().lower())


def parse_decision(words: str) -> DecisionWord | None:
    """Return what a decision word or a deciding phrase decides.

    >>> parse_decision("Upheld"), parse_decision("is medically necessary and appropriate")
    ('upheld', 'overturned')
    """
    plain = " ".join(words.split()).lower()
    if plain in _DECISIONS:
        return _DECISIONS[plain]
    if match := _NECESSITY_WORDS.fullmatch(plain):
        return "upheld" if match[1] else "overturned"
    return None


_NECESSITY_WORDS = re.compile(
    r"(?:is|are|was|were)\s*(not\s*)?medically\s+necessary(?:\s+and\s+appropriate)?",
    re.IGNORECASE,
)


def parse_priority(word: str) -> str | None:
    """Return ``standard`` or ``expedited``."""
    return _PRIORITIES.get(word.strip().lower())


# --- the polarity of a conclusion -------------------------------------------------------------

# The verb group before "medically necessary": only words that cannot carry a clause of their own.
_GROUP = (
    r"(?:(?:is|are|was|were|be|been|being|as|not|cannot|can't|can|could|would|should|may|might|"
    r"isn't|wasn't|aren't|never|neither|no|longer|have|has|had|does|do|did|doesn't|to|seen?|deemed|"
    r"considered|found|determined|felt|judged|shown|established|seems?|appears?|remains?|believed|"
    r"both|also|still|currently|clearly|therefore|thus|hereby|hence|thereby|at|this|time|point|an?|"
    r"non|[;,])[\s,]*)+"
)
_DECIDING = re.compile(
    rf"\b(?P<group>{_GROUP})medically[\s-]+(?:necessary|appropriate|indicated|warranted)"
    r"|(?:\b(?P<article>(?:is|was|are|were|be)\s+(?:not\s+)?(?:\w+\s+)?)an?\s+|\b(?P<lacks>lacks?\s+|lack\s+of\s+))"
    r"medical\s+necessity"
    r"|\b(?P<verb>(?:do|does|did)\s+not\s+|fails?\s+to\s+|failed\s+to\s+|cannot\s+)?"
    r"(?:establish|support|demonstrate|substantiate|justif)(?:es|ed|s|y|ies|ied)?\s+"
    r"(?:the\s+)?medical\s+necessity"
    r"|\bmedical\s+necessity\s[^.;]{0,200}?\b(?P<predicate>(?:is|are|was|were|has|have|had|cannot|can|could)"
    r"\s+(?:(?:not|been|be|also|clearly|therefore|thus|adequately|sufficiently)\s+){0,4})"
    r"(?:established|demonstrated|supported|documented|substantiated|met|shown|evident|clear|confirmed|justified)"
    r"|\brecommendation\s+is\s+(?:therefore\s+|thus\s+)?for\s+(?P<for>\w+(?:-\s?\w+)?)"
    r"|\brequest\s+is\s+(?:therefore\s+|thus\s+|hereby\s+)?(?P<verdict>(?:not\s+|non-?\s?)?"
    r"(?:certified|approved|authorized|denied))\b",
    re.IGNORECASE,
)
_DECIDING_SEEDS = ("medical", "ecommendation is", "request is", "Medical", "RECOMMENDATION", "MEDICAL")
_NEGATED = re.compile(r"\b(?:not|cannot|never|neither|no|non|fail\w*|lack\w*)\b|n't\b|\bnot$", re.I)
_COPULA = re.compile(r"\b(?:is|are|was|were|be|been|being|as|isn't|wasn't|aren't|seems?|appears?|remains?)\b", re.I)
_CONDITION = re.compile(r"\b(?:if|unless|whether|in\s+order|must\s+be|should\s+be|when)\b", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:may|might|could|would|should)\b", re.IGNORECASE)
_CONSEQUENCE = re.compile(r"\b(?:therefore|thus|as\s+such|hence|consequently|accordingly)\b", re.I)
_DENYING = re.compile(r"den(?:y|ial|ied)|non-?\s?(?:certif|author)|not\s|upheld|reject", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?]+[\"')\]]*(?=\s+[\"'(\[]?[A-Z0-9]|[A-Z][a-z]|\s*\Z)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|dr|mr|mrs|ms|no|pg|pp|p|ch|ed|fig|st|approx|inc|u\.s)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_QUOTATION_MARK = re.compile('"')
_LONGEST_QUOTATION = 2000


class Deciding(NamedTuple):
    """A sentence that decides a request: its span in the normalized text, and what it says."""

    sentence: Span
    polarity: Polarity


def conclusions(norm: str, span: Span) -> list[Deciding]:
    """Return the sentences within *span* that decide a request, in order.

    Quoted guideline text and conditions ("necessary if …") decide nothing.

    >>> [last] = conclusions(words := "It hurts. The request is not medically necessary.", Span(0, 49))
    >>> words[slice(*last.sentence)], last.polarity
    ('The request is not medically necessary.', 'not_necessary')
    """
    if not any(seed in norm[span.start : span.end] for seed in _DECIDING_SEEDS):
        return []
    quoted = quotations(norm, span)
    found: list[Deciding] = []
    for match in _DECIDING.finditer(norm, *span):
        if (polarity := _polarity(match)) is None:
            continue
        if any(start < match.start() < end for start, end in quoted):
            continue
        sentence = sentence_around(norm, span, match.start(), match.end())
        before = norm[sentence.start : match.start()]
        hypothetical = polarity == "necessary" and _MODAL.search(match.group())
        conditional = hypothetical or _CONDITION.search(before)
        if conditional and not _CONSEQUENCE.search(before):
            continue
        if found and found[-1].sentence == sentence:
            found.pop()
        found.append(Deciding(sentence, polarity))
    return found


def polarity_of(words: str) -> Polarity | None:
    """Return what the last deciding phrase of *words* says; None where nothing decides.

    >>> polarity_of("the MRI cannot be considered medically necessary")
    'not_necessary'
    >>> polarity_of("Recommendation is for denial.")
    'not_necessary'
    """
    found = [p for match in _DECIDING.finditer(words) if (p := _polarity(match))]
    return found[-1] if found else None


def _polarity(match: re.Match[str]) -> Polarity | None:
    """Say which way a deciding phrase points; None where it is no statement."""
    part = match.lastgroup
    if part in {"for", "verdict"}:
        return "not_necessary" if _DENYING.search(match[part]) else "necessary"
    if part == "group" and not _COPULA.search(match["group"]):
        return None
    negated = part is not None and _NEGATED.search(match[part]) is not None
    return "not_necessary" if negated else "necessary"


def quotations(norm: str, span: Span) -> list[tuple[int, int]]:
    """Return the ranges between quotation marks within *span*, closed ones only."""
    found: list[tuple[int, int]] = []
    opened: int | None = None
    for match in _QUOTATION_MARK.finditer(norm, *span):
        at = match.start()
        before = norm[at - 1 : at].strip()
        after = norm[at + 1 : at + 2].strip()
        opens = (not before or before in "([-/") and (bool(after) or opened is None)
        if opens or opened is None:
            opened = at if opens else opened
            continue
        if at - opened <= _LONGEST_QUOTATION:
            found.append((opened, at + 1))
        opened = None
    return found


def sentence_around(norm: str, span: Span, start: int, end: int) -> Span:
    """Return the sentence of *span* that holds the range *start:end*."""
    begin = span.start
    for stop in _sentence_ends(norm, span.start, start):
        begin = stop
    finish = next(iter(_sentence_ends(norm, end, span.end)), span.end)
    while begin < finish and norm[begin].isspace():
        begin += 1
    while finish > begin and norm[finish - 1].isspace():
        finish -= 1
    return Span(begin, finish)


def _sentence_ends(norm: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences end within the range *start:end*, exclusive offsets."""
    for match in _SENTENCE_END.finditer(norm, start, min(len(norm), end + 2)):
        if match.end() > end:
            return
        if _ABBREVIATION.search(norm, max(start, match.start() - 6), match.start() + 1) is None:
            yield match.end()
