"""The traps that letters set, by name, and which of them a letter gets."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from evals.errors import EvalError
from evals.synth.vocabulary import load

LAYOUTS = ("dwc-2014", "dwc-2016", "letter-2013", "letter-2014", "professional-review")
FORMATS = ("text", "pdf")
_SHARES = (25, 45, 10, 10, 10)
_MOST = 6


@dataclass(frozen=True)
class Trap:
    """A way in which letters mislead their readers.

    Attributes:
        name: What it is called on the command line and in a case's note.
        says: What a letter does that sets it.
        layouts: Where it can be set.
        formats: In which formats it shows.
        items: How many items a letter needs for it.
        group: Of the traps of one group a letter sets one at most.
        slot: The part of an item it is set in; "" for one of the whole letter.
        own_request: Whether it needs a request that is made for it.
        without: The traps that it cannot be set with.
    """

    name: str
    says: str
    layouts: tuple[str, ...] = LAYOUTS
    formats: tuple[str, ...] = FORMATS
    items: int = 1
    group: str = ""
    slot: str = ""
    own_request: bool = False
    without: tuple[str, ...] = ()


@cache
def all_traps() -> dict[str, Trap]:
    """Return every trap by its name."""
    return {name: Trap(name, **_frozen(entry)) for name, entry in load("traps").items()}


def _frozen(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}


def chosen(names: Iterable[str]) -> tuple[Trap, ...]:
    """Return the traps of these *names*; all of them where there is none.

    Raises:
        EvalError: There is no trap of a name.
    """
    known, names = all_traps(), list(names)
    if unknown := sorted(set(names) - known.keys()):
        raise EvalError(f"There is no trap {unknown[0]!r}; `--list-traps` names them.")
    return tuple(known[name] for name in names) or tuple(known.values())


def draw(
    number: int, pool: Sequence[Trap], layouts: Sequence[str], formats: Sequence[str], rng: Random
) -> tuple[str, tuple[Trap, ...]]:
    """Return the layout of letter *number*, and its traps.

    Each trap of the *pool* has its turn to be set; others join it by chance.
    """
    turn = pool[number % len(pool)]
    possible = [name for name in layouts if name in turn.layouts] or list(layouts)
    shares = [_SHARES[LAYOUTS.index(name)] for name in possible]
    [layout] = rng.choices(possible, shares)
    wanted = [turn, *rng.sample(pool, min(len(pool), rng.randrange(_MOST)))]
    return layout, tuple(_agreeing(wanted, layout, formats))


def _agreeing(wanted: Sequence[Trap], layout: str, formats: Sequence[str]) -> list[Trap]:
    """Return those of *wanted* that can be set together in a letter of *layout*."""
    kept: list[Trap] = []
    for trap in wanted:
        fits = layout in trap.layouts and not set(trap.formats).isdisjoint(formats)
        if fits and trap not in kept and not any(_excludes(trap, other) for other in kept):
            kept.append(trap)
    return kept


def _excludes(one: Trap, other: Trap) -> bool:
    same_kind = bool(one.group) and one.group == other.group
    return same_kind or other.name in one.without or one.name in other.without
