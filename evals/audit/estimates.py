"""The statistics of a stratified audit; letters are independent, their items are not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from extractor.intervals import LEVEL, RESAMPLES, SEED, Interval

Counts = NDArray[np.float64]
FEW = 5
_MADE_UP = 2


@dataclass(frozen=True)
class Checked:
    """One field in one stratum.

    Attributes:
        size: How many letters the stratum has.
        wrong: Per labelled letter in which the field was checked, how often it was wrong.
        checked: The same letters: how often it was checked.
    """

    size: int
    wrong: Counts
    checked: Counts

    @property
    def letters(self) -> int:
        """In how many letters the field was checked."""
        return len(self.checked)

    @property
    def wrong_letters(self) -> int:
        """In how many of them it was wrong at least once."""
        return int(np.count_nonzero(self.wrong))

    @property
    def rate(self) -> float:
        """The share of letters with an error in the field; 0 where none was checked."""
        return self.wrong_letters / self.letters if self.letters else 0.0

    def bound(self, level: float = LEVEL) -> float:
        """Return the highest share of wrong letters that the sample does not contradict."""
        return most(self.wrong_letters, self.letters, self.size, level) / self.size


def most(k: int, n: int, size: int, level: float = LEVEL) -> int:
    """Return how many of *size* letters are wrong at most, *k* of *n* drawn ones being so.

    The exact one-sided bound for a finite population: the largest number under which as few as *k*
    would be seen with more than ``1 - level`` probability (hypergeometric; Wright 1991). In a large
    stratum it is Clopper and Pearson's, in one that was labelled whole *k* itself.

    >>> most(0, 300, 50_000) / 50_000, most(0, 5, 10), most(2, 40, 40)
    (0.0099, 3, 2)
    """
    low, high = k, size - (n - k)
    while low < high:
        middle = (low + high + 1) // 2
        if stats.hypergeom.cdf(k, size, middle, n) > 1 - level:
            low = middle
        else:
            high = middle - 1
    return low


@dataclass(frozen=True)
class Weighted:
    """A share of letters over all strata, with its one-sided upper bound."""

    rate: float
    bound: float


def weighted(strata: Sequence[Checked], level: float = LEVEL) -> Weighted | None:
    """Add the shares of wrong letters up by the strata's sizes.

    Each stratum's bound is taken at ``1 - (1 - level) / strata``, so that all of them hold at once
    with probability *level* and so does their sum: conservative, exact in no other way.

    Returns:
        None where a stratum that has letters was not labelled at all.
    """
    strata = [each for each in strata if each.size]
    if not strata or any(not each.letters for each in strata):
        return None
    sampled = sum(each.letters < each.size for each in strata)
    each_level = 1 - (1 - level) / max(1, sampled)
    total = sum(each.size for each in strata)
    return Weighted(
        sum(each.size * each.rate for each in strata) / total,
        sum(each.size * each.bound(each_level) for each in strata) / total,
    )


@dataclass(frozen=True)
class PerItem:
    """A share of items over all strata, and its bootstrap interval."""

    rate: float
    interval: Interval | None


def per_item(strata: Sequence[Checked], level: float = LEVEL, seed: int = SEED) -> PerItem | None:
    """Return the share of wrong items: the ratio of the strata's estimated totals.

    The interval holds percentiles of draws of whole letters within each stratum. It is None where
    no letter or every letter is wrong throughout: drawing them again shows nothing, and the bound
    over letters says what can be said.
    """
    strata = [each for each in strata if each.size]
    if not strata or any(not each.letters for each in strata):
        return None
    weights = [each.size / each.letters for each in strata]
    wrong = sum(w * each.wrong.sum() for w, each in zip(weights, strata, strict=True))
    checked = sum(w * each.checked.sum() for w, each in zip(weights, strata, strict=True))
    rate = float(wrong / checked)
    if rate in {0.0, 1.0}:
        return PerItem(rate, None)
    parts, wholes = np.zeros(RESAMPLES), np.zeros(RESAMPLES)
    rng = np.random.default_rng(seed)
    for weight, each in zip(weights, strata, strict=True):
        drawn = _drawn(each, rng)
        parts += weight * each.wrong[drawn].sum(1)
        wholes += weight * each.checked[drawn].sum(1)
    tail = (1 - level) / 2
    low, high = np.quantile(parts / wholes, [tail, 1 - tail])
    return PerItem(rate, Interval(float(low), float(high)))


def _drawn(each: Checked, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw letters with replacement; those of a stratum labelled whole are what they are."""
    if each.letters == each.size:
        return np.tile(np.arange(each.letters), (RESAMPLES, 1))
    return rng.integers(0, each.letters, (RESAMPLES, each.letters))


@dataclass(frozen=True)
class Part:
    """One stratum, for an overturn rate.

    Attributes:
        size: How many letters it has.
        overturned: How many items of the records of all of them are overturned.
        items: How many items these records have.
        typical: How many items a letter has that has any: what a wholly wrong letter is off by.
        sample: A row per labelled letter: overturned and items of the labels, then of the record.
    """

    size: int
    overturned: int
    items: int
    typical: float
    sample: Counts

    @property
    def letters(self) -> int:
        """How many letters are labelled."""
        return len(self.sample)

    @property
    def seen(self) -> int:
        """How many of them have an item by the label or by the record."""
        return int(np.count_nonzero(self.sample[:, 1] + self.sample[:, 3]))

    @property
    def changed(self) -> int:
        """How many of them have other counts by the label than by the record."""
        return int(np.count_nonzero((self.sample[:, :2] != self.sample[:, 2:]).any(axis=1)))


@dataclass(frozen=True)
class Corrected:
    """An overturn rate as the records have it and as the audit corrects it.

    Attributes:
        overturned: Overturned items of all records.
        items: Items of all records.
        letters: Labelled letters that the correction rests on.
        seen: Those of them with an item of the kind.
        changed: Those of them where the labels count otherwise than the record.
        rate: The corrected rate; None where the sample cannot say.
        interval: Its interval.
        why: Why the sample cannot say.
    """

    overturned: int
    items: int
    letters: int
    seen: int
    changed: int
    rate: float | None = None
    interval: Interval | None = None
    why: str = ""

    @property
    def machine(self) -> float | None:
        """The records' own rate; None where they have no item."""
        return self.overturned / self.items if self.items else None


def corrected(parts: Sequence[Part], level: float = LEVEL) -> Corrected:
    """Correct an overturn rate by what a stratified sample says the records are off by.

    The difference estimator of each total (overturned items, items): the records' own total over
    all letters plus the stratum's size times the mean difference in its sample. Unbiased for both,
    and the rate is their ratio.

    Args:
        parts: The strata.
        level: Of the interval, two-sided, from Student's t with Satterthwaite's degrees of freedom
            (Cochran 1977, 5.4).

    Returns:
        Without a rate where the sample cannot say: a stratum that is hardly labelled, or fewer than
        ``FEW`` letters that bear on it.
    """
    parts = [part for part in parts if part.size]
    counted = Corrected(
        sum(part.overturned for part in parts),
        sum(part.items for part in parts),
        sum(part.letters for part in parts),
        sum(part.seen for part in parts),
        sum(part.changed for part in parts),
    )
    if why := _cannot_say(parts, counted.seen):
        return replace(counted, why=why)
    overturned = sum(part.overturned + part.size * _off(part, 0) for part in parts)
    items = sum(part.items + part.size * _off(part, 1) for part in parts)
    if items <= 0:
        return replace(counted, why="the letters have no such item")
    rate = overturned / items
    half = _half(parts, rate, level) / items
    interval = Interval(max(0.0, rate - half), min(1.0, rate + half))
    return replace(counted, rate=min(1.0, max(0.0, rate)), interval=interval)


def _cannot_say(parts: Sequence[Part], seen: int) -> str:
    if not parts:
        return "there is no letter"
    partly = [part for part in parts if part.letters < part.size]
    if any(part.letters < 2 for part in partly):  # noqa: PLR2004 - a variance wants two
        return "a stratum has fewer than two labelled letters"
    if partly and seen < FEW:
        return f"fewer than {FEW} labelled letters have such an item"
    return ""


def _off(part: Part, column: int) -> float:
    """Return the mean difference of label and record per letter."""
    return float((part.sample[:, column] - part.sample[:, column + 2]).mean())


def _half(parts: Sequence[Part], rate: float, level: float) -> float:
    """Return half the width of the interval of the estimated overturned items."""
    variances = [(_variance(part, rate), part.letters) for part in parts]
    variance = sum(v for v, _ in variances)
    if variance == 0:
        return 0.0
    freedom = variance**2 / sum(v**2 / (n - 1) for v, n in variances if v)
    return float(stats.t.ppf(1 - (1 - level) / 2, freedom)) * sqrt(variance)


def _variance(part: Part, rate: float) -> float:
    """Return the variance of a stratum's estimated total of linearised residuals.

    A letter's residual is what its overturned items are off by, less *rate* times what its items
    are. Rare errors that a sample happens to miss would leave no variance at all; two made-up
    letters each way, off by all of a typical letter's items, stand for them. They widen the
    interval and leave the rate alone.
    """
    if part.letters == part.size:
        return 0.0
    human, machine = part.sample[:, :2], part.sample[:, 2:]
    residual = (human - machine) @ np.array([1.0, -rate])
    spread = float(((residual - residual.mean()) ** 2).sum())
    spread += 2 * _MADE_UP * part.typical**2
    square = spread / (part.letters + 2 * _MADE_UP - 1)
    return part.size**2 * (1 - part.letters / part.size) * square / part.letters
