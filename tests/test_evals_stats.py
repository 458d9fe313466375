"""How sure a number is: against scipy, published examples and sums done by hand."""

import tracemalloc
from itertools import pairwise
from math import comb

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from evals import stats
from extractor import intervals
from extractor.intervals import Interval

quick = settings(max_examples=60, deadline=None, database=None, derandomize=True)
Letters = tuple[NDArray[np.int64], NDArray[np.int64]]

probabilities = st.floats(0, 1)
counted = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
letter = st.integers(0, 6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
sides = st.tuples(st.booleans(), st.booleans())


def letters_of(n: int, right: float, alike: float, rng: np.random.Generator) -> Letters:
    """Return right values and all values of *n* letters whose values resemble each other.

    *right* of all values are, and *alike* is the correlation within a letter (beta-binomial).
    """
    spread = 1 / alike - 1
    wholes = rng.integers(1, 7, n)
    return rng.binomial(wholes, rng.beta(right * spread, (1 - right) * spread, n)), wholes


def approx(low: float, high: float, within: float) -> object:
    """Return what an interval is equal to within a distance."""
    return pytest.approx((low, high), abs=within)


# --- proportions of letters ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_is_as_published(k: int, n: int, low: float, high: float) -> None:
    """The four examples of Newcombe (1998, table I, method 3)."""
    assert intervals.wilson(k, n) == approx(low, high, 5e-5)


@quick
@given(counted, st.floats(0.5, 0.999))
def test_wilson_is_scipys(case: tuple[int, int], level: float) -> None:
    """The same ends as scipy's, whatever the level; the share lies inside."""
    k, n = case
    found = intervals.wilson(k, n, level)
    expected = scipy.stats.binomtest(k, n).proportion_ci(level, method="wilson")
    assert found == approx(expected.low, expected.high, 1e-9)
    assert found is not None
    assert 0 <= found.low <= k / n <= found.high <= 1


def test_nothing_has_no_interval() -> None:
    """Of no letters nothing is known: no interval, and any rate is possible."""
    assert intervals.wilson(0, 0) is None
    assert stats.upper_bound(0, 0) == 1


@quick
@given(counted)
def test_the_upper_bound_is_scipys(case: tuple[int, int]) -> None:
    """The one-sided bound of Clopper and Pearson."""
    k, n = case
    test = scipy.stats.binomtest(k, n, alternative="less")
    assert stats.upper_bound(k, n) == pytest.approx(test.proportion_ci(0.95, "exact").high)


# --- what is counted per item -------------------------------------------------------------------


def test_the_clustered_interval_holds_scipys_bootstrap() -> None:
    """In the middle, with many letters, it is the percentile bootstrap of paired sums."""
    parts, wholes = letters_of(200, 0.6, 0.3, np.random.default_rng(3))
    expected = scipy.stats.bootstrap(
        (parts, wholes),
        lambda part, whole, axis: part.sum(axis) / whole.sum(axis),
        paired=True,
        vectorized=True,
        method="percentile",
        rng=1,
    ).confidence_interval
    assert intervals.clustered(parts, wholes) == approx(expected.low, expected.high, 0.006)


def test_items_of_one_letter_are_no_letters_of_their_own() -> None:
    """Ten items that stand and fall together say as much as one: 20 of 40, not 200 of 400."""
    parts, wholes = [10] * 20 + [0] * 20, [10] * 40
    of_letters = intervals.wilson(20, 40)
    assert of_letters is not None
    assert intervals.clustered(parts, wholes) == approx(*of_letters, 0.015)


def test_values_are_worth_no_more_than_themselves() -> None:
    """Where letters differ less than chance has it: 41 of 80, and not of ever so many."""
    expected = intervals.wilson(41, 80)
    assert expected is not None
    assert intervals.clustered([1] * 39 + [2], [2] * 40) == approx(*expected, 1e-9)


@pytest.mark.parametrize("right", [0, 5], ids=["none", "all"])
def test_letters_that_are_all_alike_count_as_letters(right: int) -> None:
    """All of 42 letters perfect in 5 items: the interval is that of 42 of 42, not 210 of 210."""
    expected = intervals.wilson(42 * right / 5, 42)
    assert intervals.clustered([right] * 42, [5] * 42) == expected


def test_letters_with_nothing_to_count_are_no_letters() -> None:
    """A letter without such a value adds nothing to the sample; without any there is no sample."""
    some = intervals.clustered([1, 2, 0, 3], [2, 2, 1, 3])
    assert intervals.clustered([1, 0, 2, 0, 3, 0], [2, 0, 2, 1, 3, 0]) == some
    assert intervals.clustered([0, 0], [0, 0]) is None
    assert intervals.clustered([], []) is None


def test_one_letter_says_next_to_nothing() -> None:
    """However many items it has."""
    found = intervals.clustered([99], [100])
    assert found is not None
    assert found.high - found.low > 0.7


@quick
@given(st.lists(letter, min_size=1, max_size=20))
def test_the_order_of_letters_is_nothing(letters: list[tuple[int, int]]) -> None:
    """Sorted letters give the same interval; it lies in [0, 1] around the share."""
    parts, wholes = zip(*letters, strict=True)
    found = intervals.clustered(parts, wholes)
    if found is None:
        assert not any(wholes)
        return
    parts, wholes = zip(*sorted(letters), strict=True)
    assert intervals.clustered(parts, wholes) == approx(*found, 1e-9)
    share = sum(parts) / sum(wholes)
    assert 0 <= found.low <= share + 1e-12
    assert share - 1e-12 <= found.high <= 1


@pytest.mark.parametrize("right", [0.9, 0.97, 0.99])
def test_nineteen_of_twenty_clustered_intervals_hold_the_truth(right: float) -> None:
    """Simulated near 1, where the percentiles of 40 letters alone hold it 88 times of 100."""
    rng = np.random.default_rng(11)
    found = [intervals.clustered(*letters_of(40, right, 0.3, rng)) for _ in range(300)]
    assert sum(each.low <= right <= each.high for each in found if each) >= 0.93 * 300


# --- the same letters twice ---------------------------------------------------------------------


def test_a_paired_difference_worked_by_hand() -> None:
    """7 gained and 1 lost of 21: two letters added, 8 and 2 of 23 (Bonett and Price 2012).

    The change is 6/23 = 0.26087, its variance (10/23 - 0.26087²)/23 = 0.015945, its deviation
    0.12627; 1.95996 of these are 0.24749.
    """
    assert stats.paired_difference(1, 7, 21) == approx(0.01338, 0.50836, 1e-5)
    assert stats.paired_difference(7, 1, 21) == approx(-0.50836, -0.01338, 1e-5)


@pytest.mark.parametrize(("lost", "gained", "p"), [(12, 2, 0.0129), (1, 7, 0.0703), (0, 5, 0.0625)])
def test_mcnemar_is_as_published(lost: int, gained: int, p: float) -> None:
    """Culture media (Armitage and Berry), airways (Fagerland 2013), and 2/32 by hand."""
    assert stats.mcnemar(lost, gained) == pytest.approx(p, abs=5e-5)


@quick
@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_the_binomial_test(lost: int, gained: int) -> None:
    """The sign test of the letters that changed sides; which side is first is nothing."""
    expected = scipy.stats.binomtest(lost, lost + gained).pvalue if lost + gained else 1
    assert stats.mcnemar(lost, gained) == pytest.approx(expected)
    assert stats.mcnemar(gained, lost) == stats.mcnemar(lost, gained)


@quick
@given(st.lists(sides, min_size=1, max_size=13))
def test_of_right_or_wrong_letters_exchanging_is_mcnemar(pairs: list[tuple[bool, bool]]) -> None:
    """The permutation test and McNemar's agree to the digit where all exchanges are counted."""
    before, after = zip(*pairs, strict=True)
    lost, gained = (pairs.count(pair) for pair in ((True, False), (False, True)))
    p = stats.clustered_difference(before, after)[1]
    assert p == pytest.approx(stats.mcnemar(lost, gained))


@quick
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=11))
def test_exchanges_are_scipys(pairs: list[tuple[int, int]]) -> None:
    """The exact p-value of scipy's paired permutation test, for counts per letter."""
    before, after = np.array(pairs).T
    expected = scipy.stats.permutation_test(
        (after, before),
        lambda one, other, axis: (one - other).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=np.inf,
    ).pvalue
    assert stats.clustered_difference(before, after)[1] == pytest.approx(expected)


def test_random_exchanges_come_near_all_of_them() -> None:
    """20 letters gained, 8 lost: too many to count, and near McNemar's 0.0357 (by scipy)."""
    before, after = [0] * 20 + [1] * 8 + [1] * 12, [1] * 20 + [0] * 8 + [1] * 12
    assert scipy.stats.binomtest(8, 28).pvalue == pytest.approx(0.0357, abs=5e-5)
    assert stats.clustered_difference(before, after)[1] == pytest.approx(0.0357, abs=0.006)


def test_a_change_of_shares_worked_by_hand() -> None:
    """2 of 2 and 1 of 2 right, then 0 of 2 and 1 of 4: p is 2 of 4 exchanges.

    3/4 before and 1/6 after differ by 7/12, and so with both letters exchanged. With the first
    alone it is 1/4 and 3/6, with the second alone 3/6 and 1/4: nearer.
    """
    interval, p = stats.clustered_difference([2, 1], [0, 1], of=([2, 2], [2, 4]))
    assert p == 0.5
    assert interval.low == -1
    assert interval.high < 1


def test_the_interval_of_a_difference_holds_scipys_bootstrap() -> None:
    """With many letters that change it is the percentile bootstrap of the difference of shares."""
    rng = np.random.default_rng(5)
    before, wholes = letters_of(300, 0.7, 0.2, rng)
    after = rng.binomial(wholes, 0.6)
    expected = scipy.stats.bootstrap(
        (before, after, wholes),
        lambda one, other, of, axis: other.sum(axis) / of.sum(axis) - one.sum(axis) / of.sum(axis),
        paired=True,
        vectorized=True,
        method="percentile",
        rng=1,
    ).confidence_interval
    found, p = stats.clustered_difference(before, after, of=(wholes, wholes))
    assert found == approx(expected.low, expected.high, 0.008)
    assert p < 0.01


def test_one_letter_that_holds_most_of_the_values_is_drawn_as_one() -> None:
    """It alone is lost, 5 of 105 values beside it: the draws without it show no change at all."""
    before, after = [100] + [1] * 5, [0] + [1] * 5
    interval, _ = stats.clustered_difference(before, after, of=(before, before))
    assert interval.high >= 0
    assert interval.low == pytest.approx(-1, abs=0.01)


def test_no_change_is_no_proof_of_none() -> None:
    """Equal runs have p = 1, and an interval as wide as that of letters none of which changed."""
    right, of = [3, 2, 4] * 14, [4, 2, 4] * 14
    interval, p = stats.clustered_difference(right, right, of=(of, of))
    assert p == 1
    assert interval == approx(*stats.paired_difference(0, 0, 42), 1e-9)


def test_letters_without_such_a_value_do_no_harm() -> None:
    """A share of nothing is right: a value too many where none was is a loss, and no error."""
    nothing, some = [0] * 8, [1] * 8
    interval, p = stats.clustered_difference(nothing, nothing, of=(nothing, some))
    assert interval.low == -1
    assert interval.high < 0
    assert p == pytest.approx(2 / 2**8)
    assert stats.clustered_difference([], []) == (Interval(0, 0), 1)


@quick
@given(st.lists(st.tuples(letter, letter), min_size=1, max_size=20))
def test_the_other_way_round_is_the_same_with_the_sign_turned(
    pairs: list[tuple[tuple[int, int], tuple[int, int]]],
) -> None:
    """Which run is called the first turns the sign and no more; p is a probability above 0."""
    (before, before_of), (after, after_of) = (
        zip(*side, strict=True) for side in zip(*pairs, strict=True)
    )
    there, p = stats.clustered_difference(before, after, of=(before_of, after_of))
    back, p_back = stats.clustered_difference(after, before, of=(after_of, before_of))
    assert 0 < p <= 1
    assert p == pytest.approx(p_back, abs=0.02)
    assert there == approx(-back.high, -back.low, 0.1)


def test_nineteen_of_twenty_intervals_of_a_difference_hold_the_truth() -> None:
    """Simulated where 1 of 20 letters changes: the percentiles alone hold it 3 times of 10."""
    rng, held = np.random.default_rng(7), 0
    for _ in range(200):
        wholes = rng.integers(1, 7, 42)
        before = rng.binomial(wholes, 0.5)
        moved, worse = rng.random(42) < 0.05, rng.random(42) < 0.8
        after = np.where(moved, np.where(worse, 0, wholes), before)
        low, high = stats.clustered_difference(before, after, of=(wholes, wholes))[0]
        held += low <= 0.05 * (0.2 - 0.5) <= high
    assert held >= 0.93 * 200


def test_fifty_thousand_letters_fit() -> None:
    """2,000 draws of 50,000 letters at once were 800 MB; drawn by kind and in blocks, few are."""
    rng = np.random.default_rng(2)
    wholes = rng.integers(1, 60, 50_000)
    before, after = rng.binomial(wholes, 0.9), rng.binomial(wholes, 0.9)
    assert len({*zip(before, after, wholes, strict=True)}) > 3000
    tracemalloc.start()
    try:
        stats.clustered_difference(before, after, of=(wholes, wholes))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50_000_000


# --- many tests ---------------------------------------------------------------------------------


def test_holm_is_as_published() -> None:
    """The textbook example of four: 4 x .005, 3 x .01, 2 x .03, and .04 no less than before it."""
    assert stats.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert stats.holm([]) == []


@quick
@given(st.lists(probabilities, max_size=12))
def test_holm_only_raises_and_keeps_the_order(pvalues: list[float]) -> None:
    """Between the value itself and Bonferroni's, in the same order, and no more than 1."""
    adjusted = stats.holm(pvalues)
    for p, held in zip(pvalues, adjusted, strict=True):
        assert p <= held <= min(1, p * len(pvalues)) or held == p
    ordered = [held for _, held in sorted(zip(pvalues, adjusted, strict=True))]
    assert all(one <= other for one, other in pairwise(ordered))


# --- power --------------------------------------------------------------------------------------


def by_hand(n: int, change: float, discordant: float) -> float:
    """Sum the power over every outcome: letters lost, gained, and the rest."""
    lost, gained = (discordant - change) / 2, (discordant + change) / 2
    return sum(
        comb(n, i) * comb(n - i, j) * lost**i * gained**j * (1 - discordant) ** (n - i - j)
        for i in range(n + 1)
        for j in range(n + 1 - i)
        if stats.mcnemar(i, j) <= 0.05
    )


@pytest.mark.parametrize(
    ("n", "change", "discordant"),
    [(12, 0.3, 0.5), (30, 0.1, 0.25), (40, 0.05, 0.05), (25, -0.2, 0.6), (20, 0, 0.4)],
)
def test_power_is_the_sum_over_all_outcomes(n: int, change: float, discordant: float) -> None:
    """Every table of lost and gained letters, with its probability, if McNemar calls it."""
    assert stats.power(n, change, discordant) == pytest.approx(by_hand(n, change, discordant))


@pytest.mark.parametrize(
    ("n", "change", "discordant", "expected"),
    [(6, 1, 1, 1), (5, 1, 1, 0), (6, 0.5, 0.5, 1 / 64), (0, 0.5, 0.5, 0), (9, 0, 0, 0)],
)
def test_power_of_few_letters(n: int, change: float, discordant: float, expected: float) -> None:
    """Six letters on one side are the fewest that are seen (2/64), and five never (2/32)."""
    assert stats.power(n, change, discordant) == pytest.approx(expected)
    assert stats.power(n, change, discordant, alpha=2 / 2**6) == pytest.approx(expected)


@quick
@given(st.integers(1, 3000), st.floats(0.001, 1))
def test_where_nothing_changed_the_test_is_seldom_wrong(n: int, discordant: float) -> None:
    """Without a true change it is seen five times of a hundred at most."""
    assert stats.power(n, 0, discordant) <= 0.05 + 1e-9


def test_the_letters_needed_are_enough_and_fewer_are_not() -> None:
    """By the power itself; normally (1.95996 x √.02 + .84162 x √.0199)² / .0001 = 1568 (Connor)."""
    needed = stats.letters_needed(0.01, 0.02)
    assert stats.power(needed, 0.01, 0.02) >= 0.8 > stats.power(needed - 20, 0.01, 0.02)
    assert 1568 <= needed <= 1.2 * 1568
    assert stats.letters_needed(-0.01, 0.02) == needed


def test_more_letters_are_needed_for_less() -> None:
    """For a smaller change, for more letters that change sides anyhow, for more power."""
    needed = stats.letters_needed(0.05, 0.1)
    assert stats.letters_needed(0.04, 0.1) > needed
    assert stats.letters_needed(0.05, 0.2) > needed
    assert stats.letters_needed(0.05, 0.1, wanted=0.9) > needed
    with pytest.raises(ValueError, match="0"):
        stats.letters_needed(0, 0.1)
