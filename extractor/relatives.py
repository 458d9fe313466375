"""Which words of a clinical summary describe a relative or a companion, not the injured worker.

Only what can be read in no other way counts: the description opens its sentence ("The son is 9
years old"), or follows its age ("a 9-year-old son"), or gives an age at which nobody works.
"""

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache

from extractor.text import Span
from extractor.values import ages, parse_age

_YOUNGER = (
    r"son|daughter|child|children|brother|sister|sibling|niece|nephew|cousin|uncle|aunt|friend"
    r"|girlfriend|boyfriend|neighbou?r|co-?worker|roommate"
)
# A worker may be called "a mother" or "a husband"; nobody calls one "a nephew".
_ROLES = r"wife|husband|spouse|mother|father|parent|fianc[e\u00e9]e?"
_RELATION = re.compile(
    rf"\b(?P<kin>(?:step|grand)?-?(?:(?P<role>{_ROLES})|{_YOUNGER})s?(?:-in-law)?)\b(?!-)",
    re.IGNORECASE,
)
# One of these stands in whatever _RELATION finds.
_SEEDS = (
    " son", "\nson", "\tson", "pson", "dson", "-son", "daughter", "child", "mother", "brother",
    "sister", "sibling", "niece", "nephew", "cousin", "uncle", "aunt", "friend", "neighb",
    "coworker", "co-worker", "roommate", "wife", "husband", "spouse", "father", "parent", "fianc",
)  # fmt: skip
_OPENS = re.compile(
    r"(?:\A|[.;!?][\"')]*(?:\s+|(?=(?-i:[A-Z]))))(?:(?P<article>an?)|the|his|her|their|one|two|three|(?:the\s+)?(?:\w+\s+)?\w+'s)"
    r"\s+(?:[\w-]+\s+)?\Z",
    re.IGNORECASE,
)
_DETERMINED = re.compile(
    r"\b(?:an?|the|his|her|their|one|two|three|\w+'s)\s+(?:[\w-]+\s+)?\Z", re.IGNORECASE
)
_LINK = re.compile(
    r"(?P<verb>\s+(?:is|was|are|were)\s+(?:now\s+|currently\s+)?|\s*[,(]\s*(?:who\s+(?:is|was)\s+)?)"
    r"(?P<article>an?\s+|aged\s+)?",
    re.IGNORECASE,
)
_NOUN = re.compile(
    r"(?:[\s,]*\b(?!who|with|and|is|was|has|the|his|her|by\b)[\w-]+){0,2}?"
    r"[\s,]*\b(?:male|female|man|woman|gentleman|lady|boy|girl)s?\b",
    re.IGNORECASE,
)
_QUALIFIED = re.compile(
    r"[\s-]+(?:(?:male|female|twin|adopted|minor|disabled|younger|older|eldest|youngest)\s+)?",
    re.IGNORECASE,
)
_IS_THE_WORKER = re.compile(
    r"\b(?:(?<!there\s)(?:is|was)\s+(?:now\s+)?|(?:worker|patient|applicant|claimant|employee)\s*,\s*)an?\s*\Z",
    re.IGNORECASE,
)
_OF = re.compile(r"\s+of\b", re.IGNORECASE)
_NO_WORKER = 14
_BEFORE = 60


@lru_cache(maxsize=8)
def others(norm: str, span: Span) -> tuple[Span, ...]:
    """Return where *span* describes somebody beside the worker, with an age or a noun of a sex.

    >>> words = "The worker is a 50-year-old man. The son is 9 years old."
    >>> [words[slice(*other)] for other in others(words, Span(0, len(words)))]
    ['son is 9 years old']
    """
    plain = norm[slice(*span)].lower()
    if not any(seed in plain for seed in _SEEDS):
        return ()
    apart: list[Span] = []
    for person in sorted([*_described(norm, span), *_named_after(norm, span)]):
        if apart and person.start < apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(person.end, apart[-1].end))
        else:
            apart.append(person)
    return tuple(apart)


def is_of(span: tuple[int, int], people: tuple[Span, ...]) -> bool:
    """Say whether *span* lies within the description of one of *people*, as ``others`` gives it."""
    before = bisect_right(people, (span[0], sys.maxsize)) - 1
    return before >= 0 and span[1] <= people[before].end


def _described(norm: str, span: Span) -> Iterator[Span]:
    """Yield "son, 9 years old", "brother, a tall man", and the like."""
    for kin in _RELATION.finditer(norm, *span):
        link = _LINK.match(norm, kin.end(), span.end)
        if link is None:
            continue
        before = norm[max(span.start, kin.start() - _BEFORE) : kin.start()]
        whole = kin.start() - span.start <= _BEFORE
        opens = _OPENS.search(before if whole else " " + before)
        own = opens and not (opens["article"] and kin["role"])
        age = next(ages(norm, Span(link.end(), min(span.end, link.end() + _BEFORE))), None)
        if age is None or age.start() != link.end():
            noun = _NOUN.match(norm, link.end(), span.end) if own and link["article"] else None
            if noun:
                yield Span(kin.start(), noun.end())
        elif own or (_is_no_worker(age) and _DETERMINED.search(before)):
            noun = _NOUN.match(norm, age.end(), span.end)
            yield Span(kin.start(), noun.end() if noun else age.end())


def _named_after(norm: str, span: Span) -> Iterator[Span]:
    """Yield "9-year-old son", not "is a 45-year-old father" or "45-year-old mother of two"."""
    for age in ages(norm, span):
        qualified = _QUALIFIED.match(norm, age.end(), span.end)
        kin = _RELATION.match(norm, qualified.end(), span.end) if qualified else None
        if kin is None or _OF.match(norm, kin.end()):
            continue
        before = norm[max(span.start, age.start() - _BEFORE) : age.start()]
        if _is_no_worker(age) or not _IS_THE_WORKER.search(before):
            yield Span(age.start(), kin.end())


def _is_no_worker(age: re.Match[str]) -> bool:
    years = parse_age(age.group())
    return years is not None and years < _NO_WORKER
