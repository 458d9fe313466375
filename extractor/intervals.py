"""How sure a rate is: intervals of what is counted per letter and per item.

Letters are independent of each other, the items of one letter are not: what is counted per item is
resampled by letter. Equal letters are drawn together, so that 50,000 of them cost little more
than 50.
"""

from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

LEVEL = 0.95
RESAMPLES = 2000
SEED = 1

_CELLS = 2_000_000
_SLACK = 1e-9

Array = NDArray[np.float64]


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
    rate, square = k / n, quantile(level) ** 2
    middle = (rate + square / (2 * n)) / (1 + square / n)
    half = sqrt(square * (rate * (1 - rate) / n + square / (4 * n**2))) / (1 + square / n)
    return Interval(0.0 if k <= 0 else middle - half, 1.0 if k >= n else middle + half)


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
    rows = columns(parts, wholes)
    rows = rows[rows[:, 1] > 0]
    if not len(rows):
        return None
    low, high = percentiles(share_of(sums_drawn(rows, seed)), level)
    worth = _worth(rows)
    by_worth = wilson(float(share_of(rows.sum(0))) * worth, worth, level)
    return Interval(min(low, by_worth.low), max(high, by_worth.high)) if by_worth else None


def _worth(rows: Array) -> float:
    """Return how many independent values letters are worth: as many as vary as their share does."""
    share = float(share_of(rows.sum(0)))
    spread = float((influence(rows) ** 2).sum()) / max(1, len(rows) - 1)
    if spread < _SLACK or not 0 < share < 1:
        return float(len(rows))
    return min(len(rows) * share * (1 - share) / spread, float(rows[:, 1].sum()))


def quantile(level: float) -> float:
    """Return the normal quantile that a two-sided interval of *level* reaches to."""
    return float(stats.norm.ppf((1 + level) / 2))


def columns(parts: ArrayLike, wholes: ArrayLike) -> Array:
    """Return two counts per letter as rows of two numbers."""
    return np.column_stack([np.asarray(each, dtype=np.float64) for each in (parts, wholes)])


def share_of(counted: Array) -> Array:
    """Return part by whole along the last axis; 1 where the whole is 0, as nothing is wrong."""
    part, whole = counted[..., 0], counted[..., 1]
    return np.divide(part, whole, out=np.ones_like(part, dtype=np.float64), where=whole != 0)


def influence(rows: Array) -> Array:
    """Return how far each letter pulls the share of all, by linearization."""
    part, whole = rows[:, 0], rows[:, 1]
    if not whole.sum():
        return np.zeros(len(rows))
    return np.asarray((part - share_of(rows.sum(0)) * whole) / whole.mean())


def sums_drawn(rows: Array, seed: int) -> Array:
    """Return the sums of *rows* over *RESAMPLES* draws of as many letters as there are.

    Equal letters are drawn together: how many of each kind are drawn is multinomial.
    """
    rng = np.random.default_rng(seed)
    unique, counts = np.unique(rows, axis=0, return_counts=True)
    share = counts / counts.sum()
    sizes = blocks(RESAMPLES, len(counts))
    return np.vstack([rng.multinomial(len(rows), share, size) @ unique for size in sizes])


def blocks(rows: int, width: int) -> list[int]:
    """Split *rows* so that no block of *width* columns holds much more than _CELLS numbers."""
    size = max(1, _CELLS // max(1, width))
    return [min(size, rows - start) for start in range(0, rows, size)]


def percentiles(values: Array, level: float) -> Interval:
    """Return the interval that holds the middle *level* of *values*."""
    tail = (1 - level) / 2
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(float(low), float(high))
