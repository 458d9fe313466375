"""The leaderboard: one row per arm, and the chart's points."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import NamedTuple

from evals.metrics.costs import Costs, costs
from evals.metrics.rates import Rate, by_case, letter_rates
from evals.pages.arms import Entry
from evals.pages.numbers import Times, times


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
        costs: Dollars and tokens, and of how many letters they are known.
        times: Of readings not answered from the cache; None where no letter was timed.
    """

    entry: Entry
    letters: int
    perfect: Rate
    escaped_errors: int
    escaped: Rate
    needless: Rate
    failed: int
    costs: Costs
    times: Times | None

    @property
    def per_letter(self) -> float | None:
        """US dollars per letter, of those whose cost is known; None where none is."""
        return self.costs.usd / self.costs.priced if self.costs.priced else None


def standing(entry: Entry) -> Standing:
    """Return what the leaderboard says of *entry*."""
    letters, cases = entry.letters, by_case(entry.letters)
    rates = letter_rates(cases)
    asked = [letter for letter in letters if letter.provenance.get("cached") is not True]
    return Standing(
        entry=entry,
        letters=len(cases),
        perfect=rates["perfect"],
        escaped_errors=entry.results.totals.escaped_errors,
        escaped=rates["escaped"],
        needless=rates["needless"],
        failed=sum(letter.record is None for letter in letters),
        costs=costs(letters),
        times=times([letter.seconds for letter in asked if letter.seconds is not None]),
    )


def floor_of(shares: Sequence[Rate]) -> float:
    """Return where the bars begin, a whole tenth, so that all intervals fit and differ visibly.

    >>> floor_of([Rate(42, 42, (0.916, 1.0)), Rate(41, 42, (0.877, 0.996))])
    0.8
    """
    lows = [share.interval[0] for share in shares if share.interval]
    return floor(min(lows) * 10) / 10 if lows else 0.0


class Bar(NamedTuple):
    """An interval and its point on a scale from 0 to 100."""

    low: float
    width: float
    point: float


def bar(share: Rate, floor_: float) -> Bar | None:
    """Return *share* drawn on a scale that begins at *floor_*; None without an interval."""
    if share.interval is None or share.value is None:
        return None

    def place(ratio: float) -> float:
        return round(100 * (ratio - floor_) / (1 - floor_), 2)

    low, high = map(place, share.interval)
    return Bar(low, round(high - low, 2), place(share.value))
