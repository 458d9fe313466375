"""Perfect letters by what kind of letter it is, the arms side by side."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from evals.metrics.rates import Rate, by_case, letter_rates
from evals.metrics.slices import CUTS
from evals.pages.arms import Entry
from evals.results import Letter


@dataclass(frozen=True)
class Slice:
    """One kind of letter: each arm's perfect ones, and its escaped errors."""

    name: str
    shares: Sequence[Rate]
    escaped: Sequence[int]


@dataclass(frozen=True)
class Slices:
    """All kinds of letters in one respect."""

    title: str
    rows: Sequence[Slice]


def slices(arms: Sequence[Entry]) -> list[Slices]:
    """Return the slices of all *arms*, in each respect."""
    return [Slices(title, list(_rows(arms, of))) for title, of in CUTS.items()]


def _rows(arms: Sequence[Entry], of: Callable[[Letter], str]) -> Iterator[Slice]:
    for name in sorted({of(letter) for arm in arms for letter in arm.letters}):
        inside = [[each for each in arm.letters if of(each) == name] for arm in arms]
        yield Slice(
            name,
            [letter_rates(by_case(letters))["perfect"] for letters in inside],
            [sum(each.score.escaped for each in letters) for letters in inside],
        )
