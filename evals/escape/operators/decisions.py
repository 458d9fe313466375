"""Decisions: the other one, another item's, or one read from words that decide nothing."""

import re
from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.operators.items import settled
from evals.escape.tree import Tree

OTHER = {"upheld": "overturned", "overturned": "upheld"}
_VERDICTS = re.compile(
    r"\b(?:upheld|overturned|(?:is|are)\s+(?:not\s+)?medically\s+necessary(?:\s+and\s+appropriate)?"
    r"|denied|approved)\b",
    re.IGNORECASE,
)
_OUTCOMES = ("upheld", "overturned", "mixed", None)


def decision_flipped(letter: Letter, chance: Random) -> Tree | None:
    """A decision's value is the other one, under its true quote; the outcome follows."""
    n = chance.randrange(len(letter.items))
    decision = letter.items[n]["decision"]
    return _decided(letter, n, {**decision, "value": OTHER[decision["value"]]})


def decision_flipped_with_quote(letter: Letter, chance: Random) -> Tree | None:
    """A decision is the other one, and the quote invented for it says so."""
    n = chance.randrange(len(letter.items))
    decision = letter.items[n]["decision"]
    other = OTHER[decision["value"]]
    return _decided(letter, n, {**decision, "value": other, "quote": other.capitalize()})


def decision_from_another_item(letter: Letter, chance: Random) -> Tree | None:
    """A decision is quoted from another item, with that item's value or its own."""
    if (pair := letter.two_items(chance)) is None:
        return None
    one, other = (letter.items[n]["decision"] for n in pair)
    value = chance.choice([one["value"], other["value"]])
    return _decided(letter, pair[0], {**other, "value": value})


def decision_from_other_words(letter: Letter, chance: Random) -> Tree | None:
    """A decision is quoted from words of the letter that only sound like one."""
    n = chance.randrange(len(letter.items))
    own = letter.items[n]["decision"]
    place = pick(chance, [p for p in letter.found(_VERDICTS) if p[0] != own["start"]])
    value = chance.choice(sorted(OTHER))
    return _decided(letter, n, letter.read(*place, value)) if place else None


def outcome_changed(letter: Letter, chance: Random) -> Tree | None:
    """The outcome is not the one that the items make."""
    return letter.put(("outcome",), chance.choice(_OUTCOMES))


def all_decisions_flipped(letter: Letter, chance: Random) -> Tree | None:
    """Every decision of the letter is the same other one; the outcome follows."""
    value = chance.choice(sorted(OTHER))
    items = [{**it, "decision": {**it["decision"], "value": value}} for it in letter.items]
    return settled({**letter.tree, "items": items})


def _decided(letter: Letter, n: int, decision: Tree | None) -> Tree | None:
    return settled(letter.with_item(n, decision=decision)) if decision else None
