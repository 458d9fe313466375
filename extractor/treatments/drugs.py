"""Drugs that a request names: generic name, class, strength and quantity."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from extractor.treatments.category_terms import OWN_SHOTS
from extractor.treatments.doses import (
    FILLER,
    counts_shots,
    leading_quantity,
    leading_strength,
    percents_in,
)
from extractor.treatments.drug_lexicon import (
    COMPOUND,
    TOPICAL,
    Entry,
    drug_lexicon,
    with_acetaminophen,
)
from extractor.treatments.drug_mentions import CREAMS, LEAD, Mention, is_tight, lead, mentions_in
from extractor.treatments.found import Found
from extractor.treatments.request import Request

# Of these classes, what is rubbed in or stuck on is a topical analgesic.
_RUBBED_IN = frozenset(
    {"NSAID", "Misc Analgesics", "Muscle Relaxant", "Anti-epilepsy drugs", "Antidepressant"}
)
_COMPOUNDED = _RUBBED_IN | {"Opioids", TOPICAL}
# Mixed with what is injected: "lidocaine and Kenalog".
_INJECTED_TOO = frozenset({"Adrenal Cortical Steroids", TOPICAL})
_JOIN = re.compile(
    rf"(?:[\s/&+,(:-]|and\b|with\b|w(?=/)|{FILLER}\b|containing\b|in\b|base\b|micro(?:nized)?\b)*",
    re.IGNORECASE,
)
_CREAM_BEFORE = 3  # "cream (", "cream containing"
_ON_SKIN = CREAMS | {"patch"}
_COMPOUND_WORDS = frozenset(
    (
        "compound compounded compounding cmpd cpd npc1 npc2 hnpc1 mphcc1 mphcc2 hmphcc2 cm1 cm2 "
        "cm3 cm4"
    ).split()
)
_SHOTS = frozenset(
    (
        "injection injectable injected inj shot im intramuscular intramuscularly iv intravenous "
        "intravenously infusion intraarticular"
    ).split()
)
_COUNTED_SHOTS = frozenset({"injection", "shot", "inj", "series"})
_BETWEEN_SHOT_AND_NAME = frozenset("of with using : , % . cc ml mg".split())


class DrugFound(NamedTuple):
    """A drug that a request names.

    ``name`` stands where the drug is named first, its value is the generic name in lower case.
    ``strength`` has the value ``10/325mg`` for "10-325 mg"; ``quantity`` is a bare count (``60``)
    or an amount with its unit (``120gm``). ``drug_class`` is one of the DWC's; None where none
    fits.
    """

    name: Found[str]
    drug_class: str | None
    strength: Found[str] | None
    quantity: Found[str] | None


def drugs_in(request: Request) -> tuple[DrugFound, ...]:
    """Return the drugs that *request* names, in order.

    Brand and generic name of one drug side by side are one drug. Strength and quantity belong to
    the drug they follow, or else directly precede; those of a compound's list to its members, and
    its quantity to each of them.

    >>> [norco] = drugs_in(Request("Norco 10/325mg #60"))
    >>> norco.name.value, norco.drug_class, norco.strength.value, norco.quantity.value
    ('hydrocodone/acetaminophen', 'Opioids', '10/325mg', '60')
    """
    mentions = mentions_in(request)
    if not mentions:
        return ()
    if len(mentions) == 1:
        return (_one(request, mentions, mentions[0].entry, 0),)
    found: list[DrugFound] = []
    previous = 0
    for run in _runs(request.words, mentions):
        found += _drugs(request, run, previous)
        previous = run[-1].tail.until
    return tuple(found)


def _runs(words: str, mentions: list[Mention]) -> Iterator[list[Mention]]:
    """Yield the mentions that stand side by side: of one drug, of a combination, of a compound."""
    run = [mentions[0]]
    for left, right in pairwise(mentions):
        if not _goes_on(words, left, right):
            yield run
            run = []
        run.append(right)
    yield run


def _goes_on(words: str, left: Mention, right: Mention) -> bool:
    strength = left.dose.strength
    if left.dose.quantity or right.start - left.end > 2 * LEAD:
        return False
    gap = words[left.end : right.start]
    if strength:
        gap = words[left.end : strength.start] + words[strength.end : right.start]
    if _JOIN.fullmatch(gap) is None:
        return False
    if strength and "(" not in gap and not _ON_SKIN.isdisjoint(left.tail.said):
        return False
    if strength is None or strength.value.endswith("%"):
        return True
    return "(" in gap or is_tight(words, strength.end, right.start)


def _drugs(request: Request, run: list[Mention], previous: int) -> list[DrugFound]:
    """Return the drugs of a run: one, those of a compound, or several on their own."""
    words = request.words
    whole = frozenset().union(*(mention.entry.ingredients for mention in run))
    largest = max(run, key=lambda mention: len(mention.entry.ingredients))
    if whole == largest.entry.ingredients and (len(run) == 1 or _is_alias(words, run)):
        return [_one(request, run, largest.entry, previous)]
    if _is_compound(request, run, previous):
        return _compound(words, run[_is_spelled_out(words, run) :])
    known = drug_lexicon().combinations.get(whole)
    if known and is_tight(words, _last_end(run[0]), run[1].start):
        return [_one(request, run, known, previous)]
    found: list[DrugFound] = []
    for group in _by_drug(words, run):
        entry = max(group, key=lambda mention: len(mention.entry.ingredients)).entry
        known = drug_lexicon().combinations.get(
            frozenset().union(*(mention.entry.ingredients for mention in group))
        )
        drug = _one(request, group, known or entry, previous)
        if found and found[-1].drug_class == "Injection" and drug.drug_class in _INJECTED_TOO:
            drug = drug._replace(drug_class="Injection")
        found.append(drug)
        previous = group[-1].tail.until
    return found


def _last_end(mention: Mention) -> int:
    return mention.dose.strength.end if mention.dose.strength else mention.end


def _is_alias(words: str, run: list[Mention]) -> bool:
    """Say whether each name goes on with the drug of the name before it."""
    if len(run[0].entry.ingredients) > 1 and "(" in words[run[0].end : run[1].start]:
        return True
    return all("," not in words[left.end : right.start] for left, right in pairwise(run))


def _by_drug(words: str, run: list[Mention]) -> Iterator[list[Mention]]:
    """Yield the names of each drug of a list: ``Norco (hydrocodone/acetaminophen), Soma``."""
    group = [run[0]]
    held = run[0].entry.ingredients
    for left, right in pairwise(run):
        parts = right.entry.ingredients
        joined = "," not in words[left.end : right.start] and (
            parts <= held
            or parts >= held
            or (
                held | parts in drug_lexicon().combinations
                and is_tight(words, left.end, right.start)
            )
        )
        if not joined:
            yield group
            group, held = [], parts
        group.append(right)
        held |= parts
    yield group


def _one(request: Request, group: list[Mention], entry: Entry, previous: int) -> DrugFound:
    words, first = request.words, group[0]
    strength = next((each.dose.strength for each in group if each.dose.strength), None)
    quantity = next((each.dose.quantity for each in group if each.dose.quantity), None)
    if first.start > previous:
        strength = strength or leading_strength(words, previous, first.start)
        quantity = quantity or leading_quantity(words, previous, first.start)
    if quantity and _is_of_shots(request, first, quantity, previous):
        quantity = None
    printed = strength.value if strength else ""
    entry = with_acetaminophen(entry, printed)
    drug_class = _class(request, group, entry, printed, previous)
    return DrugFound(
        Found(entry.generic, first.start, _name_end(words, group)), drug_class, strength, quantity
    )


def _is_of_shots(request: Request, mention: Mention, quantity: Found[str], previous: int) -> bool:
    """Say whether a number counts injections, which are not dispensed: "three X injections"."""
    if not counts_shots(request.words[quantity.start : quantity.end]):
        return False
    if not _COUNTED_SHOTS.isdisjoint(mention.tail.own):
        return True
    return not _COUNTED_SHOTS.isdisjoint(lead(request, mention, previous))


def _name_end(words: str, group: list[Mention]) -> int:
    """Return the end of the first name; the parts of a combination are one name."""
    for left, right in pairwise(group):
        if left.dose.strength or not is_tight(words, left.end, right.start):
            return left.end
    return group[-1].end


def _class(
    request: Request, group: list[Mention], entry: Entry, strength: str, previous: int
) -> str | None:
    drug_class = entry.drug_class
    first, tail = group[0], group[-1].tail
    before = lead(request, first, previous)
    if drug_class in _COMPOUNDED and not _COMPOUND_WORDS.isdisjoint([*before, *tail.said]):
        return COMPOUND
    if drug_class not in OWN_SHOTS and (_is_before_shot(before) or not _SHOTS.isdisjoint(tail.own)):
        return "Injection"
    if drug_class in _RUBBED_IN or drug_class == "Opioids":
        on_skin = CREAMS - {"transdermal"} if drug_class == "Opioids" else _ON_SKIN
        rubbed_in = not (on_skin.isdisjoint(tail.near) and on_skin.isdisjoint(before[-2:]))
        if strength.endswith("%") or (rubbed_in and _SWALLOWED.search(strength) is None):
            return TOPICAL
    return drug_class


_SWALLOWED = re.compile(r"\dmg\Z")


def _is_before_shot(before: list[str]) -> bool:
    for word in reversed(before):
        if word not in _BETWEEN_SHOT_AND_NAME and not word[0].isdigit():
            return word in _SHOTS
    return False


def _is_compound(request: Request, run: list[Mention], previous: int) -> bool:
    if len(run) < 2 or not all(  # noqa: PLR2004 - two make a compound
        mention.dose.strength is None or mention.dose.strength.value.endswith("%")
        for mention in run
    ):
        return False
    words = request.words
    percents = sum(mention.dose.strength is not None for mention in run)
    listed = _listed(words, run[-1])
    if percents > 1 or len(listed) == len(run):
        known = frozenset().union(*(mention.entry.ingredients for mention in run))
        return percents > 1 or known not in drug_lexicon().combinations
    before = lead(request, run[0], previous)
    around = {*before, *run[-1].tail.said}
    if len(run) > 2 and not CREAMS.isdisjoint(before[-_CREAM_BEFORE:]):  # noqa: PLR2004
        return True
    if not _COMPOUND_WORDS.isdisjoint(around):
        return True
    tight = all(is_tight(words, _last_end(left), right.start) for left, right in pairwise(run))
    return tight and not CREAMS.isdisjoint(around) and not _is_known(run)


def _is_spelled_out(words: str, run: list[Mention]) -> bool:
    """Say whether a compound's own name only announces the list of what is in it."""
    first = run[0].entry
    announces = first.drug_class == COMPOUND and len(first.ingredients) > 1
    return announces and any(mark in words[run[0].end : run[1].start] for mark in "(:")


def _listed(words: str, last: Mention) -> list[Found[str]]:
    """Return the strengths printed as a list after the last name, ``20%/10%/4%``."""
    strength = last.dose.strength
    if strength is None or "/" not in strength.value:
        return []
    return percents_in(words, strength.start, strength.end)


def _is_known(run: list[Mention]) -> bool:
    whole = frozenset().union(*(mention.entry.ingredients for mention in run))
    return whole in drug_lexicon().combinations


def _compound(words: str, run: list[Mention]) -> list[DrugFound]:
    listed = _listed(words, run[-1])
    strengths = [mention.dose.strength for mention in run]
    if len(listed) == len(run):
        strengths = list(listed)
    quantity = run[-1].dose.quantity
    return [
        DrugFound(
            Found(mention.entry.generic, mention.start, mention.end), COMPOUND, strength, quantity
        )
        for mention, strength in zip(run, strengths, strict=True)
    ]
