"""Cohen's kappa: how far two labellers agree beyond what their habits alone would give.

Source: J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
Measurement 20 (1960) 37-46. The interval is ours: letters are drawn whole, since the items of one
letter are not independent of each other.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from extractor.intervals import LEVEL, RESAMPLES, SEED, Interval

Pair: TypeAlias = tuple[Hashable, Hashable]
_AT_ONCE = 200


class Kappa(NamedTuple):
    """Kappa over pairs of categories.

    Attributes:
        n: How many pairs.
        value: From -1 to 1; None where it is not defined: no pair, or one category only.
        interval: None where drawing letters again shows nothing: kappa is not defined, or the same
            in every draw, as it is (1) without a disagreement.
        categories: How many categories either labeller used.
    """

    n: int
    value: float | None
    interval: Interval | None
    categories: int


def kappa(pairs: Sequence[Pair]) -> float | None:
    """Return Cohen's kappa of *pairs*; None where both used one and the same category only.

    Then chance alone would give full agreement, and there is nothing beyond chance to measure.

    >>> kappa([(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15)
    0.4
    """
    rows, columns = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    agreed = sum(one == other for one, other in pairs)
    chance = sum(count * columns[category] for category, count in rows.items())
    possible = len(pairs) ** 2 - chance
    return (len(pairs) * agreed - chance) / possible if possible else None


def clustered_kappa(letters: Sequence[Sequence[Pair]], seed: int = SEED) -> Kappa:
    """Return kappa over the pairs of all *letters*, with its bootstrap interval.

    Percentiles of the draws in which kappa is defined: a category that one letter alone has is
    missing from a third of them.

    Args:
        letters: Per letter, its pairs.
        seed: The same seed gives the same interval.
    """
    counted = [pairs for pairs in letters if pairs]
    flat = [pair for pairs in counted for pair in pairs]
    names = list(dict.fromkeys(category for pair in flat for category in pair))
    value = kappa(flat)
    interval = None if value in {None, 1.0} else _interval(_tables(counted, names), seed)
    return Kappa(len(flat), value, interval, len(names))


def _tables(letters: Sequence[Sequence[Pair]], names: Sequence[Hashable]) -> NDArray[np.float64]:
    """Return per letter: pairs, agreements, and how often each side used each category."""
    place = {name: index for index, name in enumerate(names)}
    table = np.zeros((len(letters), 2 + 2 * len(names)))
    for row, pairs in zip(table, letters, strict=True):
        for one, other in pairs:
            row[0] += 1
            row[1] += one == other
            row[2 + place[one]] += 1
            row[2 + len(names) + place[other]] += 1
    return table


def _interval(table: NDArray[np.float64], seed: int) -> Interval | None:
    values = _drawn(table, np.random.default_rng(seed))
    defined = values[~np.isnan(values)]
    if np.all(defined == defined[0]):
        return None
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return Interval(float(low), float(high))


def _drawn(table: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return kappa of *RESAMPLES* draws of as many letters, nan where it is not defined."""
    count = len(table)
    width = (table.shape[1] - 2) // 2
    found = []
    for _ in range(0, RESAMPLES, _AT_ONCE):
        sums = rng.multinomial(count, np.full(count, 1 / count), _AT_ONCE) @ table
        pairs, agreed = sums[:, 0], sums[:, 1]
        chance = (sums[:, 2 : 2 + width] * sums[:, 2 + width :]).sum(1)
        possible = pairs**2 - chance
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append(np.where(possible > 0, (pairs * agreed - chance) / possible, np.nan))
    return np.concatenate(found)
