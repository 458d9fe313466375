"""How sure a number is: intervals, paired tests, and what a sample can see.

Letters are independent of each other, the items of one letter are not: what is counted per item is
resampled by letter. All probabilities are two-sided where nothing else is said. Nothing here is a
guess that grows with its sample: equal letters are drawn together, so that 50,000 of them cost
little more than 50.
"""

from collections.abc import Sequence
from math import ceil, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from extractor.intervals import (
    LEVEL,
    SEED,
    Array,
    Interval,
    blocks,
    columns,
    influence,
    percentiles,
    quantile,
    share_of,
    sums_drawn,
)

SWAPS = 9999
ALPHA = 0.05
POWER = 0.8

_EXACT = 13
_SLACK = 1e-9
_REACH = 10

Counted = tuple[ArrayLike, ArrayLike]


def upper_bound(k: int, n: int, level: float = LEVEL) -> float:
    """Return the highest rate that *k* of *n* does not contradict (Clopper and Pearson, one-sided).

    Exact: with none of 300 wrong, at most 1 % are (the rule of three).

    >>> round(upper_bound(0, 300), 4), upper_bound(0, 0)
    (0.0099, 1.0)
    """
    if k >= n:
        return 1.0
    return float(stats.beta.ppf(level, k + 1, n - k))


def paired_difference(lost: int, gained: int, n: int, level: float = LEVEL) -> Interval:
    """Return an interval of ``(gained - lost) / n``, the change in a share of paired letters.

    Wald's with one letter added to each side (Bonett and Price 2012): one that no letter changed
    is no proof that none ever does.

    >>> [round(end, 3) for end in paired_difference(0, 0, 42)]
    [-0.063, 0.063]
    """
    total = n + 2
    change = (gained - lost) / total
    half = quantile(level) * sqrt(((gained + lost + 2) / total - change**2) / total)
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
    pairs = np.hstack([columns(before, wholes[0]), columns(after, wholes[1])])
    if not len(pairs):
        return Interval(0.0, 0.0), 1.0
    sums = sums_drawn(pairs, seed)
    drawn = percentiles(share_of(sums[:, 2:]) - share_of(sums[:, :2]), level)
    added = _with_two_added(pairs, level)
    low, high = min(drawn.low, added.low), max(drawn.high, added.high)
    interval = Interval(low, high) if of is None else Interval(max(-1.0, low), min(1.0, high))
    return interval, _exchanged(pairs[:, :2], pairs[:, 2:], seed)


def _with_two_added(pairs: Array, level: float) -> Interval:
    """Return the normal interval of a change, one letter gained and one lost added to *pairs*."""
    before, after = pairs[:, :2], pairs[:, 2:]
    total = len(pairs) + 2
    change = float(share_of(after.sum(0)) - share_of(before.sum(0))) * len(pairs) / total
    spread = float(((influence(after) - influence(before)) ** 2).sum()) + 2
    half = quantile(level) * sqrt(spread) / total
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
    changes = np.concatenate([np.abs(share_of(some) - share_of(both - some)) for some in found])
    at_least = int((changes >= abs(share_of(after.sum(0)) - share_of(base)) - _SLACK).sum())
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
        for size in blocks(SWAPS, len(counts))
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
    z_alpha, z_power = quantile(1 - alpha), float(stats.norm.ppf(wanted))
    spread = z_alpha * sqrt(discordant) + z_power * sqrt(discordant - change**2)
    low, high = 0, 2 * ceil((spread / change) ** 2) + _REACH
    while high - low > 1:
        middle = (low + high) // 2
        enough = power(middle, change, discordant, alpha) >= wanted
        low, high = (low, middle) if enough else (middle, high)
    return high
