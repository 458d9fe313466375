"""How sure a number is: intervals, paired tests, and what a sample can see.

Letters are independent of each other, the items of one letter are not: what is counted per item is
resampled by letter. All probabilities are two-sided where nothing else is said; scipy does the
counting.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
RESAMPLES = 2000
SEED = 1


class Interval(NamedTuple):
    """A confidence interval, both ends included."""

    low: float
    high: float


def wilson(k: int, n: int, level: float = LEVEL) -> Interval | None:
    """Return Wilson's interval for *k* of *n* letters; None where *n* is 0.

    >>> [round(end, 3) for end in wilson(42, 42)]
    [0.916, 1.0]
    """
    if n == 0:
        return None
    found = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return Interval(float(found.low), float(found.high))


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
    """Return the bootstrap interval of ``sum(parts) / sum(wholes)``, letters drawn whole.

    Percentiles of *RESAMPLES* draws. Where all letters have one ratio, drawing them again shows
    nothing: the interval is then Wilson's, of the letters themselves.

    Args:
        parts: Per letter, how many are right (or otherwise counted).
        wholes: Per letter, of how many.
        level: The confidence.
        seed: The same seed gives the same interval.

    Returns:
        None where there is nothing to count.
    """
    part, whole = _counted(parts, wholes)
    if not len(whole):
        return None
    ratios = part / whole
    if np.all(ratios == ratios[0]):
        return wilson(round(float(ratios[0]) * len(ratios)), len(ratios), level)
    drawn = _draws(len(part), seed)
    tail = (1 - level) / 2
    low, high = np.quantile(part[drawn].sum(1) / whole[drawn].sum(1), [tail, 1 - tail])
    return Interval(float(low), float(high))


def clustered_difference(
    before: ArrayLike, after: ArrayLike, level: float = LEVEL, seed: int = SEED
) -> tuple[Interval, float]:
    """Return the interval of ``mean(after - before)`` over letters, and the p-value of no change.

    The p-value is that of scipy's paired permutation test: each letter's two sides may be
    exchanged, whatever is inside a letter stays together.

    Args:
        before: Per letter, a count or a rate.
        after: The same letters, in the same order.
        level: The confidence.
        seed: The same seed gives the same result.
    """
    change = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    if not np.any(change):
        return Interval(0.0, 0.0), 1.0
    means = change[_draws(len(change), seed)].mean(1)
    tail = (1 - level) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    test = stats.permutation_test(
        (change,),
        lambda values, axis: values.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=RESAMPLES * 5,
        rng=np.random.default_rng(seed),
    )
    return Interval(float(low), float(high)), float(test.pvalue)


def mcnemar(lost: int, gained: int) -> float:
    """Return the exact p-value of *lost* letters against *gained* ones (McNemar).

    >>> mcnemar(0, 0), mcnemar(6, 0)
    (1.0, 0.03125)
    """
    if lost + gained == 0:
        return 1.0
    return float(stats.binomtest(lost, lost + gained).pvalue)


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


def power(n: int, change: float, discordant: float, alpha: float = 0.05) -> float:
    """Return the chance that McNemar's exact test on *n* letters sees a true *change*.

    Args:
        n: How many letters both runs read.
        change: The true difference in the share of perfect letters, 0.01 for one point.
        discordant: The share of letters that change sides at all, at least *change*.
        alpha: The significance asked for.

    Returns:
        A probability: the sum over how many letters change sides, and of these how many are lost.
    """
    discordant = max(abs(change), discordant)
    if n == 0 or discordant == 0:
        return 0.0
    share = (discordant + abs(change)) / (2 * discordant)
    total = 0.0
    for moved in range(1, n + 1):
        weight = float(stats.binom.pmf(moved, n, discordant))
        if weight > 1e-12:  # noqa: PLR2004 - beyond what a percentage shows
            lost = np.arange(moved + 1)
            seen = np.array([mcnemar(int(k), moved - int(k)) for k in lost]) <= alpha
            total += weight * float(stats.binom.pmf(lost, moved, share)[seen].sum())
    return total


def letters_needed(change: float, discordant: float, alpha: float = 0.05) -> int:
    """Return about how many letters see a true *change* four times of five.

    By the normal approximation (Connor 1987); for the order of magnitude, not for a protocol.

    >>> letters_needed(0.01, 0.02)
    1568
    """
    discordant = max(abs(change), discordant)
    z_alpha, z_power = stats.norm.ppf(1 - alpha / 2), stats.norm.ppf(0.8)
    spread = z_alpha * sqrt(discordant) + z_power * sqrt(discordant - change**2)
    return int(np.ceil((spread / change) ** 2))


def _counted(parts: ArrayLike, wholes: ArrayLike) -> tuple[NDArray[np.float64], ...]:
    part, whole = (np.asarray(each, dtype=np.float64) for each in (parts, wholes))
    return part[whole > 0], whole[whole > 0]


def _draws(letters: int, seed: int) -> NDArray[np.int64]:
    return np.random.default_rng(seed).integers(0, letters, (RESAMPLES, letters))
