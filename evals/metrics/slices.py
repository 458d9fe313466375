"""The same letters cut by what they are: layout, origin, split, number of items."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from evals.results import Letter

UNKNOWN = "not said"
_SIZES = ((0, "0"), (1, "1"), (2, "2"), (5, "3-5"))
_LARGEST = "6+"


class Slice(NamedTuple):
    """The letters that have *name* in common; ``by`` says in what."""

    by: str
    name: str
    letters: tuple[Letter, ...]


def sliced(letters: Sequence[Letter]) -> list[Slice]:
    """Return the slices of *letters*, each cut's own letters adding up to all of them."""
    found = []
    for by, name_of in CUTS.items():
        groups: dict[str, list[Letter]] = {}
        for letter in letters:
            groups.setdefault(name_of(letter), []).append(letter)
        found += [Slice(by, name, tuple(groups[name])) for name in sorted(groups)]
    return found


def size(items: int) -> str:
    """Say how many items a letter has, large letters together.

    >>> [size(items) for items in (1, 2, 3, 5, 6, 40)]
    ['1', '2', '3-5', '3-5', '6+', '6+']
    """
    return next((name for most, name in _SIZES if items <= most), _LARGEST)


CUTS: dict[str, Callable[[Letter], str]] = {
    "layout": lambda letter: letter.layout or UNKNOWN,
    "origin": lambda letter: letter.origin or UNKNOWN,
    "split": lambda letter: letter.split or UNKNOWN,
    "items": lambda letter: size(letter.items),
}
