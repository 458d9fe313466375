"""The audit's statistics, on numbers worked out by hand and on populations that are known."""

from itertools import combinations, product

import numpy as np
import pytest

from evals.audit.estimates import Checked, Counts, Part, corrected, most, per_item, weighted
from evals.audit.plan import allocation
from evals.audit.records import ALL, LETTERS, Stratum, Total
from evals.stats import upper_bound

NOTHING = np.zeros((0, 4))


def checked(size: int, letters: int, wrong: int) -> Checked:
    """Return a field that is checked once a letter and wrong in the first few."""
    return Checked(size, (np.arange(letters) < wrong).astype(float), np.ones(letters))


def part(population: Counts, chosen: list[int]) -> Part:
    """Return a stratum of which the letters *chosen* are labelled."""
    machine = population[:, 2:]
    some = np.count_nonzero(machine[:, 1])
    total = machine.sum(0)
    return Part(len(population), int(total[0]), int(total[1]), total[1] / some, population[chosen])


def test_a_large_stratum_is_bounded_as_clopper_and_pearson_do() -> None:
    """None of 300 wrong is at most 1 - 0.05^(1/300) = 0.994 %, three of 300 at most 2.567 %."""
    assert checked(10**7, 300, 0).bound() == pytest.approx(1 - 0.05 ** (1 / 300), rel=1e-3)
    assert checked(10**7, 300, 3).bound() == pytest.approx(upper_bound(3, 300), rel=1e-3)


@pytest.mark.parametrize(
    ("k", "n", "size", "expected"),
    [(0, 5, 10, 3), (1, 24, 25, 2), (0, 24, 25, 0), (2, 40, 40, 2), (5, 5, 10, 10), (0, 1, 4, 3)],
)
def test_a_small_stratum_is_bounded_exactly(k: int, n: int, size: int, expected: int) -> None:
    """The largest number of wrong letters under which so few are seen in over 5 % of samples.

    None of 5 of 10: with 3 wrong, 21/252 of the samples see none (8.3 %), with 4 6/252 (2.4 %).
    One of 24 of 25: with 2 wrong, the one left is one of them in 2 of 25 samples (8 %). None of 24
    of 25: the one left is the only wrong one in 1 of 25 samples (4 %). None of 1 of 4: with 3
    wrong, one of four samples.
    """
    assert most(k, n, size) == expected
    assert checked(size, n, k).bound() == expected / size


def test_strata_are_weighted_by_their_sizes() -> None:
    """Nine million letters, 0 of 300 wrong, and one with 10 of 50: 0.9 x 0 + 0.1 x 0.2 = 2 %.

    The bounds are taken at 97.5 % each: 1 - 0.025^(1/300) = 1.2221 % and, the upper end of the
    two-sided exact interval of 10 of 50, 33.718 %; together 0.9 x 1.2221 + 3.3718 = 4.4717 %.
    """
    found = weighted([checked(9_000_000, 300, 0), checked(1_000_000, 50, 10)])

    assert found is not None
    assert found.rate == pytest.approx(0.02)
    assert found.bound == pytest.approx(0.044717, abs=1e-4)


def test_one_sampled_stratum_is_bounded_at_the_whole_level() -> None:
    """A stratum labelled whole takes nothing from the level of the other one."""
    found = weighted([checked(900, 300, 0), checked(100, 100, 10), checked(0, 0, 0)])

    assert found is not None
    assert found.bound == pytest.approx((most(0, 300, 900, 0.95) + 10) / 1000)


def test_an_unlabelled_stratum_leaves_the_whole_unknown() -> None:
    """Where a stratum has letters and no label, nothing is said of all letters."""
    assert weighted([checked(900, 300, 0), checked(100, 0, 0)]) is None
    assert per_item([checked(900, 300, 1), checked(100, 0, 0)]) is None
    assert weighted([checked(0, 0, 0)]) is None


def test_an_item_rate_is_the_ratio_of_weighted_totals() -> None:
    """Two letters stand for ten each, one for five: (10 x 1 + 5 x 2) / (10 x 4 + 5 x 4) = 1/3."""
    strata = [
        Checked(20, np.array([1.0, 0.0]), np.array([1.0, 3.0])),
        Checked(5, np.array([2.0]), np.array([4.0])),
    ]

    found = per_item(strata)

    assert found is not None
    assert found.rate == pytest.approx(1 / 3)
    assert found.interval is not None
    assert found.interval.low < 1 / 3 < found.interval.high


def test_items_are_drawn_by_the_letter() -> None:
    """Fifty wrong items in five letters of ten are less sure than fifty in fifty letters."""
    few = Checked(10_000, np.repeat([10.0, 0.0], [5, 45]), np.full(50, 10.0))
    many = Checked(10_000, np.full(50, 1.0), np.full(50, 10.0))
    spread = Checked(10_000, np.tile([0.0, 2.0], 25), np.full(50, 10.0))

    widths = [found.interval for each in (few, spread) if (found := per_item([each]))]

    assert widths[0] is not None
    assert widths[1] is not None
    assert widths[0].high - widths[0].low > 2.5 * (widths[1].high - widths[1].low)
    assert per_item([many]) is not None


def test_items_without_an_error_have_no_bootstrap_interval() -> None:
    """Drawing right letters again shows only right letters; the bound over letters is kept."""
    found = per_item([checked(100, 10, 0)])

    assert found is not None
    assert (found.rate, found.interval) == (0.0, None)


def test_the_corrected_rate_worked_by_hand() -> None:
    """100 letters, 20 overturned by the records; of 10 labelled, one more is: 0.20 + 1/10 = 0.30.

    Residuals: nine 0 and one 1, sum of squares 0.9; four made-up letters of size 1 add 4; over
    10 + 4 - 1 it is 4.9/13. Times 100^2 x (1 - 10/100) / 10 the variance is 339.23, its root
    18.418; Student's t with 9 degrees is 2.2622, so the half width is 41.665 letters.
    """
    sample = np.array([[1, 1, 0, 1]] + [[0, 1, 0, 1]] * 9, dtype=float)

    found = corrected([Part(100, 20, 100, 1.0, sample)])

    assert found.machine == pytest.approx(0.20)
    assert found.rate == pytest.approx(0.30)
    assert found.interval is not None
    assert found.interval.high == pytest.approx(0.30 + 0.41665, abs=1e-4)
    assert found.interval.low == 0
    assert (found.letters, found.seen, found.changed) == (10, 10, 1)


def test_the_interval_of_a_ratio_worked_by_hand() -> None:
    """A lost upheld item moves the rate, though no overturned item is off.

    100 letters with 200 items, 50 overturned; of 10 labelled, one has two upheld items more: 50 of
    200 + 100 x 0.2 = 220. Its residual is -2 x 50/220 = -0.4545, the sum of squares 0.9 x 0.2066 =
    0.1860; made-up letters of two items add 16; over 13 it is 1.24507. The variance is 1120.57, its
    root 33.475, times 2.2622 over 220 makes 0.34421.
    """
    sample = np.array([[0, 3, 0, 1]] + [[0, 1, 0, 1]] * 9, dtype=float)

    found = corrected([Part(100, 50, 200, 2.0, sample)])

    assert found.rate == pytest.approx(50 / 220)
    assert found.interval is not None
    assert found.interval.high == pytest.approx(50 / 220 + 0.34421, abs=1e-4)


def test_a_domain_counts_the_letters_that_have_it() -> None:
    """How many items a letter has of a category is told of letters that have one at all."""
    stratum = Stratum()
    stratum.add([("upheld", "Surgery"), ("overturned", "Surgery"), ("upheld", None)])
    stratum.add([("upheld", None)])
    stratum.add([])

    assert stratum.totals["Surgery"] == Total(overturned=1, items=2, letters=1)
    assert stratum.totals[ALL] == Total(overturned=1, items=4, letters=2)
    assert stratum.totals[LETTERS] == Total(overturned=1, items=3, letters=3)


def letters_of_one_item(labels: list[int], records: list[int]) -> Counts:
    """Return letters of one item each, overturned (1) or not by labels and records."""
    ones = [1] * len(labels)
    return np.array([labels, ones, records, ones], dtype=float).T


def test_the_estimate_is_unbiased() -> None:
    """Over every sample there is, the mean of the corrected share of letters is the true share.

    Strata of 6 and 4 letters, all 20 x 6 samples of 3 and 2; records and labels disagree in both.
    """
    first = letters_of_one_item([1, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 1])
    second = letters_of_one_item([1, 1, 0, 0], [1, 0, 0, 0])
    samples = product(combinations(range(6), 3), combinations(range(4), 2))

    rates = [corrected([part(first, list(a)), part(second, list(b))]).rate for a, b in samples]

    assert len(rates) == 120
    truth = (first[:, 0].sum() + second[:, 0].sum()) / 10
    assert first[:, 2].sum() + second[:, 2].sum() != truth * 10
    assert np.mean([rate for rate in rates if rate is not None]) == pytest.approx(truth)


def population(rng: np.random.Generator, size: int, off: float) -> Counts:
    """Return letters of one to four items, of which the records get some decisions wrong.

    In a share *off* of the letters one decision is the other one, or an item was lost.
    """
    items = rng.integers(1, 5, size)
    won = rng.binomial(items, 0.15)
    machine_items, machine_won = items.copy(), won.copy()
    for letter in np.flatnonzero(rng.random(size) < off):
        if items[letter] > 1 and rng.random() < 0.5:
            machine_items[letter] -= 1
            machine_won[letter] = min(machine_won[letter], machine_items[letter])
        else:
            machine_won[letter] += 1 if machine_won[letter] == 0 else -1
    return np.column_stack([won, items, machine_won, machine_items]).astype(float)


@pytest.mark.parametrize("off", [0.005, 0.03, 0.15])
def test_the_interval_covers_the_truth(off: float) -> None:
    """Of 400 samples at least 94 % have the true rate in their interval, rare errors included.

    With errors in half a per cent of the letters most samples of 150 hold none at all: an interval
    of what the sample shows alone would then be a point, and wrong.
    """
    rng = np.random.default_rng(7)
    verified, review = population(rng, 1500, off), population(rng, 150, 4 * off)
    both = np.vstack([verified, review])
    truth = both[:, 0].sum() / both[:, 1].sum()
    covered = 0
    for _ in range(400):
        parts = [
            part(stratum, list(rng.choice(len(stratum), n, replace=False)))
            for stratum, n in ((verified, 120), (review, 30))
        ]
        interval = corrected(parts).interval
        assert interval is not None
        covered += interval.low <= truth <= interval.high

    assert covered >= 376


def test_the_interval_covers_one_sided_errors() -> None:
    """Coverage holds where it is hardest: rare letters of which every item was lost to one side.

    40 of 4,000 records call all of their letter's items upheld that are overturned. A sample of 320
    holds about three of them, and none at all in one sample of 25.
    """
    rng = np.random.default_rng(5)
    items = rng.integers(1, 5, 4000).astype(float)
    wrong = np.where(np.arange(4000) % 100 == 0, items, 0.0)
    letters = np.column_stack([wrong, items, np.zeros(4000), items])
    truth = wrong.sum() / items.sum()
    covered = 0
    for _ in range(400):
        interval = corrected([part(letters, list(rng.choice(4000, 320, replace=False)))]).interval
        assert interval is not None
        covered += interval.low <= truth <= interval.high

    assert covered >= 376


def test_more_letters_make_a_narrower_interval() -> None:
    """Four times the letters, about half the width, where errors are not rare."""
    rng = np.random.default_rng(3)
    letters = population(rng, 4000, 0.6)
    widths = []
    for n in (100, 400):
        interval = corrected([part(letters, list(range(n)))]).interval
        assert interval is not None
        widths.append(interval.high - interval.low)

    assert 0.35 < widths[1] / widths[0] < 0.65


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [Part(100, 10, 100, 1.0, NOTHING)],
        [Part(100, 10, 100, 1.0, np.ones((1, 4)))],
        [Part(100, 10, 100, 1.0, np.ones((50, 4))), Part(5, 0, 5, 1.0, NOTHING)],
        [Part(100, 0, 4, 1.0, np.vstack([np.ones((4, 4)), np.zeros((40, 4))]))],
    ],
    ids=["no letters", "no label", "one label", "a stratum without", "hardly any such item"],
)
def test_the_sample_says_when_it_cannot_say(parts: list[Part]) -> None:
    """Too few labelled letters, or too few with such an item: a reason and no rate."""
    found = corrected(parts)

    assert (found.rate, found.interval) == (None, None)
    assert found.why


@pytest.mark.parametrize(
    ("verified", "review", "n", "expected"),
    [
        (47_500, 2_500, 400, (320, 80)),
        (25_000, 25_000, 400, (200, 200)),
        (2_500, 47_500, 400, (80, 320)),
        (50_000, 30, 400, (370, 30)),
        (10, 50_000, 400, (10, 390)),
        (100, 0, 40, (40, 0)),
        (0, 100, 40, (0, 40)),
        (30, 4, 400, (30, 4)),
        (100, 100, 2, (1, 1)),
    ],
)
def test_a_sample_is_shared_out(
    verified: int, review: int, n: int, expected: tuple[int, int]
) -> None:
    """In proportion, no stratum under a fifth of the sample, none over its size, *n* in all."""
    shares = allocation({"verified": verified, "review": review}, n)

    assert (shares["verified"], shares["review"]) == expected
