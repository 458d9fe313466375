"""Guideline fields: the other side's, another item's, cut or run on; what they rest on."""

from random import Random
from typing import NamedTuple

from evals.escape.letters import Letter, pick
from evals.escape.operators.requests import extended, shortened
from evals.escape.tree import Tree

SIDES = ("claims_administrator", "reviewer")
_CITES = ("mtus", "non_mtus", "both", "none", "unclear")


class Field(NamedTuple):
    """One side's field: the item's index, the side's name, the basis."""

    item: int
    side: str
    basis: Tree


def _any_field(letter: Letter, chance: Random) -> Field | None:
    """Return one of the letter's guideline fields."""
    return pick(
        chance,
        [
            Field(n, side, item[side])
            for n, item in enumerate(letter.items)
            for side in SIDES
            if item[side]
        ],
    )


def sides_swapped(letter: Letter, chance: Random) -> Tree | None:
    """The claims administrator's field and the reviewer's are exchanged."""
    if (chosen := letter.any_item(chance)) is None:
        return None
    n, item = chosen
    return letter.with_item(n, claims_administrator=item["reviewer"], reviewer=item[SIDES[0]])


def side_given_to_both(letter: Letter, chance: Random) -> Tree | None:
    """Both sides have the field of one."""
    chosen = _any_field(letter, chance)
    return letter.with_item(chosen.item, **dict.fromkeys(SIDES, chosen.basis)) if chosen else None


def field_from_another_item(letter: Letter, chance: Random) -> Tree | None:
    """A guideline field is another item's, of the same side or of the other."""
    if (pair := letter.two_items(chance)) is None:
        return None
    side, other = chance.choice(SIDES), chance.choice(SIDES)
    return letter.with_item(pair[0], **{side: letter.items[pair[1]][other]})


def field_cut(letter: Letter, chance: Random) -> Tree | None:
    """A guideline field has lost words at an end; citations that stood there are gone with them."""
    if (chosen := _any_field(letter, chance)) is None:
        return None
    text = shortened(letter, chance, chosen.basis["text"])
    if text is None:
        return None
    inside = [c for c in chosen.basis["citations"] if _holds(text, c)]
    return _with_field(letter, chosen, text=text, citations=inside)


def _holds(text: Tree, part: Tree) -> bool:
    return bool(text["start"] <= part["start"] and part["end"] <= text["end"])


def field_run_on(letter: Letter, chance: Random) -> Tree | None:
    """A guideline field reaches over its label or into what follows it."""
    if (chosen := _any_field(letter, chance)) is None:
        return None
    text = extended(letter, chance, chosen.basis["text"])
    return _with_field(letter, chosen, text=text) if text else None


def field_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A guideline field is null."""
    chosen = _any_field(letter, chance)
    return letter.with_item(chosen.item, **{chosen.side: None}) if chosen else None


def cites_changed(letter: Letter, chance: Random) -> Tree | None:
    """A field is said to rest on something else."""
    chosen = _any_field(letter, chance)
    return _with_field(letter, chosen, cites=chance.choice(_CITES)) if chosen else None


def _with_field(letter: Letter, chosen: Field, **parts: object) -> Tree:
    return letter.with_item(chosen.item, **{chosen.side: {**chosen.basis, **parts}})
