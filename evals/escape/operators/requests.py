"""Requests: cut, extended, taken from elsewhere; what was approved in part."""

from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.tree import Tree

_PARTS = ("original", "authorized", "remaining")
_WITHIN = 200


def _asked(letter: Letter, n: int, request: Tree | None) -> Tree | None:
    """Return the record with another request of item *n*, and the treatment that follows it."""
    if request is None:
        return None
    item = letter.items[n]
    same = item["treatment"] == item["request"]
    return letter.with_item(n, request=request, treatment=request if same else item["treatment"])


def request_shortened(letter: Letter, chance: Random) -> Tree | None:
    """A request has lost words at its beginning or its end; the treatment follows."""
    n = chance.randrange(len(letter.items))
    request = letter.items[n]["request"]
    return _asked(letter, n, shortened(letter, chance, request))


def shortened(letter: Letter, chance: Random, value: Tree) -> Tree | None:
    """Return *value* without some of its words, cut at one end."""
    cut = pick(chance, letter.words(value["start"], value["end"])[1:])
    if cut is None:
        return None
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        return letter.read(cut[0], value["end"])
    return letter.read(value["start"], cut[0])


def request_extended(letter: Letter, chance: Random) -> Tree | None:
    """A request reaches over some words before it or after it; the treatment follows."""
    n = chance.randrange(len(letter.items))
    return _asked(letter, n, extended(letter, chance, letter.items[n]["request"]))


def extended(letter: Letter, chance: Random, value: Tree) -> Tree | None:
    """Return *value* with some of the words before it, or after it."""
    before = letter.words(value["start"] - _WITHIN, value["start"])[1:]
    after = letter.words(value["end"], min(len(letter.source), value["end"] + _WITHIN))[:-1]
    options = [(start, value["end"]) for start, _ in before[-12:]]
    options += [(value["start"], end) for _, end in after[:12]]
    place = pick(chance, options)
    return letter.read(*place) if place else None


def request_from_another_item(letter: Letter, chance: Random) -> Tree | None:
    """A request is another item's; the treatment too."""
    pair = letter.two_items(chance)
    return _asked(letter, pair[0], letter.items[pair[1]]["request"]) if pair else None


def request_from_elsewhere(letter: Letter, chance: Random) -> Tree | None:
    """A request is a run of words from anywhere in the letter."""
    n = chance.randrange(len(letter.items))
    words = letter.words(0, len(letter.source))
    first = chance.randrange(len(words))
    last = min(len(words) - 1, first + chance.randrange(12))
    return _asked(letter, n, letter.read(words[first][0], words[last][1]))


def treatment_changed(letter: Letter, chance: Random) -> Tree | None:
    """The treatment is another part of the request, or the whole where only a part is decided."""
    n = chance.randrange(len(letter.items))
    item = letter.items[n]
    partial = item["partial_approval"] or {}
    parts = [item["request"], *(partial[name] for name in _PARTS[: len(partial)])]
    parts += filter(None, [shortened(letter, chance, item["request"])])
    return letter.with_item(n, treatment=chance.choice(parts))


def partial_approval_invented(letter: Letter, chance: Random) -> Tree | None:
    """A request that was denied whole is said to have been approved in part."""
    whole = [n for n, item in enumerate(letter.items) if not item["partial_approval"]]
    n = pick(chance, whole)
    if n is None:
        return None
    request = letter.items[n]["request"]
    names = {name: shortened(letter, chance, request) or request for name in _PARTS}
    treatment = chance.choice([request, names["remaining"]])
    return letter.with_item(n, partial_approval=names, treatment=treatment)


def partial_approval_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A partial approval is left out; the whole request is the treatment, or what it was."""
    if (chosen := letter.any_item(chance, "partial_approval")) is None:
        return None
    n, item = chosen
    treatment = chance.choice([item["request"], item["treatment"]])
    return letter.with_item(n, partial_approval=None, treatment=treatment)


def partial_parts_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """Two parts of a partial approval are exchanged, or one is put for another."""
    if (chosen := letter.any_item(chance, "partial_approval")) is None:
        return None
    n, item = chosen
    parts = dict(item["partial_approval"])
    one, other = chance.sample(_PARTS, 2)
    parts[one] = item["partial_approval"][other]
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        parts[other] = item["partial_approval"][one]
    return letter.with_item(n, partial_approval=parts, treatment=parts["remaining"])


def partial_part_cut(letter: Letter, chance: Random) -> Tree | None:
    """A part of a partial approval has lost words, or reaches too far; the treatment follows."""
    if (chosen := letter.any_item(chance, "partial_approval")) is None:
        return None
    n, item = chosen
    name = chance.choice(_PARTS)
    change = chance.choice([shortened, extended])
    part = change(letter, chance, item["partial_approval"][name])
    if part is None:
        return None
    parts = {**item["partial_approval"], name: part}
    treatment = part if name == "remaining" else item["treatment"]
    return letter.with_item(n, partial_approval=parts, treatment=treatment)
