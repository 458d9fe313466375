"""Where a request names drugs, and what stands before and after each name."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from extractor.phrases import Token
from extractor.treatments.doses import (
    FILLER,
    Dose,
    begins_number,
    dose_in,
    is_dosed,
    leading_quantity,
)
from extractor.treatments.drug_lexicon import COMPOUND, NO_DRUG, TOPICAL, Entry, drug_lexicon
from extractor.treatments.request import Request

_READS_ON = 160
LEAD = 40
_TIGHT = re.compile(rf"\)?\s?(?:[/+-]|with\b|w/|(?:{FILLER}\b\s?){{1,2}}[/-])", re.IGNORECASE)
CREAMS = frozenset(
    "cream gel ointment lotion topical topically transdermal liniment balm salve".split()
)
_ANOTHER = frozenset({",", "and", "plus", "with", "followed"})
_SIDE_BY_SIDE = frozenset({"and", "plus"})
# From these words on, something else than the drug is asked for.
_STOPS = frozenset(
    (
        "; therapy visit session mri acupuncture chiropractic consult consultation evaluation "
        "follow urine tens ray surgery was"
    ).split()
)
_MEASURED = re.compile(
    r"[\s,(]{0,2}(?:free\b|total\b|serum\b|25[\s-]?(?:oh|hydroxy)\w*)?[\s,)]{0,2}"
    r"(?:levels?|tests?|testing|screens?|screening|assay|panel|metabolites?|antibod\w{1,3}|titers?"
    r"|25[\s-]?(?:oh|hydroxy))\b",
    re.IGNORECASE,
)
_MEASURES = re.compile(
    r"\b(?:serum|urine|levels?\sof|screen(?:ing)?\sfor|test(?:ing)?\sfor|allerg\w{1,4}\sto)\s\Z",
    re.IGNORECASE,
)


class _Tail(NamedTuple):
    """What follows a name, up to *until*: where numbers begin; all words, those before others."""

    until: int
    numbers: list[int]
    said: set[str]
    own: set[str]
    near: set[str]


class Mention(NamedTuple):
    """A name where it stands: its first token, its half-open span, and what is said after it."""

    entry: Entry
    at: int
    start: int
    end: int
    dose: Dose
    tail: _Tail


def mentions_in(request: Request) -> list[Mention]:
    """Return the names of drugs in *request*; those of tests and of things are none.

    >>> [mention.entry.generic for mention in mentions_in(Request("Norco, testosterone level"))]
    ['hydrocodone/acetaminophen']
    """
    words = request.words
    named = drug_lexicon().phrases.find(request.tokens)
    if not named:
        return []
    hits = [
        hit
        for hit in named
        if hit.value is not NO_DRUG
        and not _MEASURED.match(words, hit.end)
        and not _MEASURES.search(words[max(0, hit.start - LEAD) : hit.start])
    ]
    sure = [not hit.value.needs_dose or is_dosed(words, hit.end) for hit in hits]
    beside = [is_tight(words, left.end, right.start) for left, right in pairwise(hits)]
    for order in (range(1, len(hits)), range(len(hits) - 1, 0, -1)):
        for at in order:
            if beside[at - 1]:
                sure[at - 1] = sure[at] = sure[at - 1] or sure[at]
    kept = [hit for hit, is_sure in zip(hits, sure, strict=True) if is_sure]
    ends = [hit.start for hit in kept[1:]] + [len(words)] * bool(kept)
    return [
        _mention(request, hit.value, hit.start, hit.end, end)
        for hit, end in zip(kept, ends, strict=True)
    ]


def is_tight(words: str, start: int, end: int) -> bool:
    """Say whether *start:end* joins two names to one drug: a slash, a hyphen, "with"."""
    return end - start < LEAD and _TIGHT.match(words, start, end) is not None


def _mention(request: Request, entry: Entry, start: int, end: int, following: int) -> Mention:
    words, tokens = request.words, request.tokens
    until = min(following, end + _READS_ON)
    if following < len(words) and (lead := leading_quantity(words, end, following)):
        held = words[lead.end : following].split()
        until = min(until, lead.start) if held and held[0].lower() in {"of", "for"} else until
    at = bisect_left(tokens, start, key=_start)
    tail = _tail(tokens, bisect_left(tokens, end, at, key=_start), until)
    topical = entry.drug_class in {TOPICAL, COMPOUND} or not CREAMS.isdisjoint(tail.said)
    dose = dose_in(words, end, tail.until, tail.numbers, topical=topical)
    return Mention(entry, at, start, end, dose, tail)


def _start(token: Token) -> int:
    return token.start


def _tail(tokens: Sequence[Token], at: int, until: int) -> _Tail:
    said: list[str] = []
    numbers: list[int] = []
    own = near = None
    while at < len(tokens) and tokens[at].start < until:
        word = tokens[at].word
        if word in _STOPS:
            until = tokens[at].start
            break
        if word in _ANOTHER:
            own = len(said) if own is None else own
            near = len(said) if near is None and word in _SIDE_BY_SIDE else near
        elif begins_number(word):
            numbers.append(tokens[at].start)
        said.append(word)
        at += 1
    return _Tail(until, numbers, set(said), set(said[:own]), set(said[:near]))


def lead(request: Request, first: Mention, previous: int) -> list[str]:
    """Return the words right before a name, back to where the drug before it ends."""
    floor = max(previous, first.start - LEAD)
    lead: list[str] = []
    for token in reversed(request.tokens[max(0, first.at - LEAD) : first.at]):
        if token.start < floor:
            break
        lead.append(token.word)
    return lead[::-1]
