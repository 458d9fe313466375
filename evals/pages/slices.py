"""Perfect letters by what kind of letter it is: layout, origin, split, how many items it has."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.pages.arms import Entry
from evals.pages.numbers import Share, letters_share
from evals.results import Letter

_UP_TO = ((0, "0"), (1, "1"), (2, "2"), (5, "3-5"))
_MORE = "6+"
_UNKNOWN = "not said"


@dataclass(frozen=True)
class Slice:
    """One kind of letter: each arm's perfect ones, and its escaped errors."""

    name: str
    shares: Sequence[Share]
    escaped: Sequence[int]


@dataclass(frozen=True)
class Slices:
    """All kinds of letters in one respect."""

    title: str
    rows: Sequence[Slice]


def items_of(letter: Letter) -> str:
    """Return how many items a letter has, in classes."""
    return next((name for most, name in _UP_TO if letter.items <= most), _MORE)


RESPECTS: dict[str, Callable[[Letter], str]] = {
    "layout": lambda letter: letter.layout or _UNKNOWN,
    "origin": lambda letter: letter.origin or _UNKNOWN,
    "split": lambda letter: letter.split or _UNKNOWN,
    "items": items_of,
}
_ORDER = {name: place for place, name in enumerate((*(name for _, name in _UP_TO), _MORE))}


def slices(arms: Sequence[Entry]) -> list[Slices]:
    """Return the slices of all *arms*, in each respect."""
    return [Slices(title, list(_rows(arms, of))) for title, of in RESPECTS.items()]


def _rows(arms: Sequence[Entry], of: Callable[[Letter], str]) -> Iterator[Slice]:
    names = {of(letter) for arm in arms for letter in arm.letters}
    for name in sorted(names, key=lambda name: (_ORDER.get(name, 0), name)):
        inside = [[each for each in arm.letters if of(each) == name] for arm in arms]
        yield Slice(
            name,
            [letters_share((each, each.score.perfect) for each in letters) for letters in inside],
            [sum(each.score.escaped for each in letters) for letters in inside],
        )
