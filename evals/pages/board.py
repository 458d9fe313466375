"""The leaderboard: one row per arm, and the chart's points."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import NamedTuple

from evals.pages.arms import Entry
from evals.pages.numbers import Share, Times, letters_share, times
from evals.results import Letter
from evals.scoring.letters import VERIFIED


class Cost(NamedTuple):
    """US dollars, of the letters whose cost is known."""

    total: float
    letters: int

    @property
    def per_letter(self) -> float:
        """US dollars per letter."""
        return self.total / self.letters


@dataclass(frozen=True)
class Standing:
    """What the leaderboard says of an arm.

    Attributes:
        entry: The arm.
        letters: How many letters it read.
        perfect: Readings in which everything scored is right, of all.
        escaped_errors: Errors in records that call themselves verified.
        escaped: Verified records with such an error, of the verified ones.
        needless: Right records that ask for a person all the same, of all.
        failed: Readings that gave no record.
        cost: None where no letter's cost is known.
        tokens: By kind.
        cached: Readings answered from the cache; their time says nothing of the model.
        times: Of the others; None where no letter was timed.
    """

    entry: Entry
    letters: int
    perfect: Share
    escaped_errors: int
    escaped: Share
    needless: Share
    failed: int
    cost: Cost | None
    tokens: dict[str, int]
    cached: int
    times: Times | None


def standing(entry: Entry) -> Standing:
    """Return what the leaderboard says of *entry*."""
    letters = entry.letters
    verified = [letter for letter in letters if letter.score.status == VERIFIED]
    asked = [letter for letter in letters if letter.provenance.get("cached") is not True]
    return Standing(
        entry,
        len({letter.id for letter in letters}),
        letters_share((letter, letter.score.perfect) for letter in letters),
        entry.results.totals.escaped_errors,
        letters_share((letter, letter.score.escaped > 0) for letter in verified),
        letters_share((letter, letter.score.needless) for letter in letters),
        sum(letter.record is None for letter in letters),
        cost(letters),
        tokens(letters),
        len(letters) - len(asked),
        times([letter.seconds for letter in asked if letter.seconds is not None]),
    )


def cost(letters: Sequence[Letter]) -> Cost | None:
    """Add up what *letters* cost; a letter whose cost is not known is not taken for free."""
    known = [letter.cost_usd for letter in letters if letter.cost_usd is not None]
    return Cost(float(sum(known)), len(known)) if known else None


def tokens(letters: Sequence[Letter]) -> dict[str, int]:
    """Add up the tokens of *letters* by kind."""
    sums: Counter[str] = Counter()
    for letter in letters:
        sums.update(letter.usage)
    return dict(sums)


def floor_of(shares: Sequence[Share]) -> float:
    """Return where the bars begin, a whole tenth, so that all intervals fit and differ visibly.

    >>> from evals.stats import wilson
    >>> floor_of([Share(42, 42, wilson(42, 42)), Share(41, 42, wilson(41, 42))])
    0.8
    """
    lows = [share.interval.low for share in shares if share.interval]
    return floor(min(lows) * 10) / 10 if lows else 0.0


class Bar(NamedTuple):
    """An interval and its point on a scale from 0 to 100."""

    low: float
    width: float
    point: float


def bar(share: Share, floor_: float) -> Bar | None:
    """Return *share* drawn on a scale that begins at *floor_*; None without an interval."""
    if share.interval is None or share.ratio is None:
        return None

    def place(ratio: float) -> float:
        return round(100 * (ratio - floor_) / (1 - floor_), 2)

    low, high = map(place, share.interval)
    return Bar(low, round(high - low, 2), place(share.ratio))
