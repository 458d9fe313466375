"""How sure a number is: intervals, paired tests, and what a sample can see.

Letters are independent of each other, the items of one letter are not: what is counted per item is
resampled by letter. All probabilities are two-sided where nothing else is said. Nothing here is a
guess that grows with its sample: equal letters are drawn together, so that 50,000 of them cost
little more than 50.
"""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
RESAMPLES = 2000
SWAPS = 9999
SEED = 1
ALPHA = 0.05
POWER = 0.8

_EXACT = 13
_CELLS = 2_000_000
_SLACK = 1e-9
_REACH = 10

Array = NDArray[np.float64]
Counted = tuple[ArrayLike, ArrayLike]


class Interval(NamedTuple):
    """A confidence interval, both ends included."""

    low: float
    high: float


def wilson(k: float, n: float, level: float = LEVEL) -> Interval | None:
    """Return Wilson's interval for *k* of *n* letters; None where *n* is 0.

    Neither need be whole: *n* may be the number of letters that a clustered sample is worth.

    >>> [round(end, 3) for end in wilson(42, 42)]
    [0.916, 1.0]
    """
    if n <= 0:
        return None
    rate, square = k / n, _z(level) ** 2
    middle = (rate + square / (2 * n)) / (1 + square / n)
    half = sqrt(square * (rate * (1 - rate) / n + square / (4 * n**2))) / (1 + square / n)
    return Interval(0.0 if k <= 0 else middle - half, 1.0 if k >= n else middle + half)


def upper_bound(k: int, n: int, level: float = LEVEL) -> float:
    """Return the highest rate that *k* of *n* does not contradict (Clopper and Pearson, one-sided).

    Exact: with none of 300 wrong, at most 1 % are (the rule of three).

    >>> round(upper_bound(0, 300), 4), upper_bound(0, 0)
    (0.0099, 1.0)
    """
    if k >= n:
        return 1.0
    return float(stats.beta.ppf(level, k + 1, n - k))


def clustered(
    parts: ArrayLike, wholes: ArrayLike, level: float = LEVEL, seed: int = SEED
) -> Interval | None:
    """Return an interval of ``sum(parts) / sum(wholes)``, letters drawn whole.

    The percentiles of *RESAMPLES* bootstrap draws, widened to Wilson's interval for the number of
    independent values that the letters are worth (Korn and Graubard 1998): near 0 and 1, where
    few letters differ from the rest, drawing these letters again shows too little. Where all have
    one ratio it shows nothing, and each letter is worth one value.

    Args:
        parts: Per letter, how many are right (or otherwise counted).
        wholes: Per letter, of how many.
        level: The confidence.
        seed: The same seed gives the same interval.

    Returns:
        None where there is nothing to count.
    """
    rows = _rows(parts, wholes)
    rows = rows[rows[:, 1] > 0]
    if not len(rows):
        return None
    low, high = _percentiles(_share(_drawn(rows, seed)), level)
    worth = _worth(rows)
    by_worth = wilson(float(_share(rows.sum(0))) * worth, worth, level)
    return Interval(min(low, by_worth.low), max(high, by_worth.high)) if by_worth else None


def _worth(rows: Array) -> float:
    """Return how many independent values letters are worth: as many as vary as their share does."""
    share = float(_share(rows.sum(0)))
    spread = float((_influence(rows) ** 2).sum()) / max(1, len(rows) - 1)
    if spread < _SLACK or not 0 < share < 1:
        return float(len(rows))
    return min(len(rows) * share * (1 - share) / spread, float(rows[:, 1].sum()))


def paired_difference(lost: int, gained: int, n: int, level: float = LEVEL) -> Interval:
    """Return an interval of ``(gained - lost) / n``, the change in a share of paired letters.

    Wald's with one letter added to each side (Bonett and Price 2012): one that no letter changed
    is no proof that none ever does.

    >>> [round(end, 3) for end in paired_difference(0, 0, 42)]
    [-0.063, 0.063]
    """
    total = n + 2
    change = (gained - lost) / total
    half = _z(level) * sqrt(((gained + lost + 2) / total - change**2) / total)
    return Interval(max(-1.0, change - half), min(1.0, change + half))


def clustered_difference(
    before: ArrayLike,
    after: ArrayLike,
    level: float = LEVEL,
    seed: int = SEED,
    of: Counted | None = None,
) -> tuple[Interval, float]:
    """Return an interval of the change in a mean or a share, and the p-value of no change.

    The interval holds the percentiles of *RESAMPLES* draws of whole letters, and the normal one
    with a letter added that was gained wholly and one that was lost wholly, as
    ``paired_difference`` has it: a few letters drawn again vary too little.

    The p-value is that of the paired permutation test: each letter's two sides may be exchanged,
    whatever is inside a letter stays together. All exchanges are counted where they are few,
    else *SWAPS* random ones. Of letters that are right or wrong it is McNemar's.

    Args:
        before: Per letter, a rate from 0 to 1, or a small count: the letters added change by 1.
        after: The same letters, in the same order.
        level: The confidence.
        seed: The same seed gives the same result.
        of: Per letter what *before* and *after* are of: then shares of the sums are compared, where
            without it means over the letters are. A share of nothing is 1: nothing is wrong.
    """
    wholes = of or (np.ones_like(before), np.ones_like(after))
    pairs = np.hstack([_rows(before, wholes[0]), _rows(after, wholes[1])])
    if not len(pairs):
        return Interval(0.0, 0.0), 1.0
    sums = _drawn(pairs, seed)
    drawn = _percentiles(_share(sums[:, 2:]) - _share(sums[:, :2]), level)
    added = _with_two_added(pairs, level)
    low, high = min(drawn.low, added.low), max(drawn.high, added.high)
    interval = Interval(low, high) if of is None else Interval(max(-1.0, low), min(1.0, high))
    return interval, _exchanged(pairs[:, :2], pairs[:, 2:], seed)


def _with_two_added(pairs: Array, level: float) -> Interval:
    """Return the normal interval of a change, one letter gained and one lost added to *pairs*."""
    before, after = pairs[:, :2], pairs[:, 2:]
    total = len(pairs) + 2
    change = float(_share(after.sum(0)) - _share(before.sum(0))) * len(pairs) / total
    spread = float(((_influence(after) - _influence(before)) ** 2).sum()) + 2
    half = _z(level) * sqrt(spread) / total
    return Interval(change - half, change + half)


def _exchanged(before: Array, after: Array, seed: int) -> float:
    """Return the p-value of the change in shares when the sides of each letter may be exchanged.

    Letters that are equal on both sides change nothing by it and are left out.
    """
    moves = after - before
    moves = moves[np.any(moves != 0, axis=1)]
    if not len(moves):
        return 1.0
    base, both = before.sum(0), before.sum(0) + after.sum(0)
    found = [base + some for some in _exchanges(moves, seed)]
    changes = np.concatenate([np.abs(_share(some) - _share(both - some)) for some in found])
    at_least = int((changes >= abs(_share(after.sum(0)) - _share(base)) - _SLACK).sum())
    if len(moves) <= _EXACT:
        return at_least / len(changes)
    return (at_least + 1) / (len(changes) + 1)


def _exchanges(moves: Array, seed: int) -> list[Array]:
    """Return the sums of *moves* over subsets of letters: over all, or over random ones."""
    if len(moves) <= _EXACT:
        subsets = np.arange(2 ** len(moves))[:, None] >> np.arange(len(moves)) & 1
        return [subsets @ moves]
    rng = np.random.default_rng(seed)
    unique, counts = np.unique(moves, axis=0, return_counts=True)
    return [
        rng.binomial(counts, 0.5, (size, len(counts))) @ unique
        for size in _blocks(SWAPS, len(counts))
    ]


def mcnemar(lost: int, gained: int) -> float:
    """Return the exact p-value of *lost* letters against *gained* ones (McNemar).

    >>> mcnemar(0, 0), mcnemar(6, 0)
    (1.0, 0.03125)
    """
    return min(1.0, 2 * float(stats.binom.cdf(min(lost, gained), lost + gained, 0.5)))


def holm(pvalues: Sequence[float]) -> list[float]:
    """Return *pvalues* adjusted for their number (Holm), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    count, worst = len(pvalues), 0.0
    adjusted = [0.0] * count
    for rank, index in enumerate(sorted(range(count), key=lambda i: pvalues[i])):
        worst = max(worst, min(1.0, (count - rank) * pvalues[index]))
        adjusted[index] = worst
    return adjusted


def power(n: int, change: float, discordant: float, alpha: float = ALPHA) -> float:
    """Return the chance that McNemar's exact test on *n* letters sees a true *change*.

    Args:
        n: How many letters both runs read.
        change: The true difference in the share of perfect letters, 0.01 for one point.
        discordant: The share of letters that change sides at all, at least *change*.
        alpha: The significance asked for.

    Returns:
        A probability: the sum over how many letters change sides, and of these how many are lost.
    """
    discordant = min(1.0, max(abs(change), discordant))
    if n == 0 or discordant == 0:
        return 0.0
    share = (discordant + abs(change)) / (2 * discordant)
    spread = _REACH * sqrt(n * discordant * (1 - discordant)) + _REACH
    lowest, highest = max(1, int(n * discordant - spread)), min(n, ceil(n * discordant + spread))
    moved = np.arange(lowest, highest + 1)
    most = _fewest(moved, alpha)
    seen = stats.binom.cdf(most, moved, share) + stats.binom.sf(moved - most - 1, moved, share)
    seen = np.where(most >= 0, seen, 0.0)
    return float(np.clip(stats.binom.pmf(moved, n, discordant) @ seen, 0.0, 1.0))


def _fewest(moved: NDArray[np.int64], alpha: float) -> NDArray[np.int64]:
    """Return how many of *moved* letters may go the other way and be significant; -1 for none."""
    most = stats.binom.ppf(alpha / 2, moved, 0.5)
    reached = 2 * stats.binom.cdf(most, moved, 0.5) <= alpha * (1 + _SLACK)
    return np.asarray(np.where(reached, most, most - 1), dtype=np.int64)


def letters_needed(
    change: float, discordant: float, alpha: float = ALPHA, wanted: float = POWER
) -> int:
    """Return about how many letters see a true *change* with the power *wanted*.

    By ``power``, bisected from twice the number of the normal approximation (Connor 1987).

    >>> letters_needed(0.01, 0.02)
    1686

    Raises:
        ValueError: *change* is 0, which no number of letters sees.
    """
    if change == 0:
        raise ValueError("No number of letters sees a change of 0.")
    discordant = max(abs(change), discordant)
    z_alpha, z_power = _z(1 - alpha), float(stats.norm.ppf(wanted))
    spread = z_alpha * sqrt(discordant) + z_power * sqrt(discordant - change**2)
    low, high = 0, 2 * ceil((spread / change) ** 2) + _REACH
    while high - low > 1:
        middle = (low + high) // 2
        enough = power(middle, change, discordant, alpha) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return high


def _z(level: float) -> float:
    return float(stats.norm.ppf((1 + level) / 2))


def _rows(parts: ArrayLike, wholes: ArrayLike) -> Array:
    return np.column_stack([np.asarray(each, dtype=np.float64) for each in (parts, wholes)])


def _share(counted: Array) -> Array:
    """Return part by whole along the last axis; 1 where the whole is 0, as nothing is wrong."""
    part, whole = counted[..., 0], counted[..., 1]
    return np.divide(part, whole, out=np.ones_like(part, dtype=np.float64), where=whole != 0)


def _influence(rows: Array) -> Array:
    """Return how far each letter pulls the share of all, by linearization."""
    part, whole = rows[:, 0], rows[:, 1]
    if not whole.sum():
        return np.zeros(len(rows))
    return np.asarray((part - _share(rows.sum(0)) * whole) / whole.mean())


def _drawn(rows: Array, seed: int) -> Array:
    """Return the sums of *rows* over *RESAMPLES* draws of as many letters as there are.

    Equal letters are drawn together: how many of each kind are drawn is multinomial.
    """
    rng = np.random.default_rng(seed)
    unique, counts = np.unique(rows, axis=0, return_counts=True)
    share = counts / counts.sum()
    sizes = _blocks(RESAMPLES, len(counts))
    return np.vstack([rng.multinomial(len(rows), share, size) @ unique for size in sizes])


def _blocks(rows: int, width: int) -> list[int]:
    """Split *rows* so that no block of *width* columns holds much more than _CELLS numbers."""
    size = max(1, _CELLS // max(1, width))
    return [min(size, rows - start) for start in range(0, rows, size)]


def _percentiles(values: Array, level: float) -> Interval:
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))
