"""Metrics on planted errors: records with known errors, and the numbers worked out by hand."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

import pytest

from evals.metrics.costs import costs
from evals.metrics.numbers import arm_numbers
from evals.metrics.rates import Rate, by_case, count_rates, letter_rates, rate
from evals.metrics.repeats import Flicker, all_of, at_least_one, flickers, passes
from evals.metrics.slices import sliced
from evals.results import Arm, ArmResults, Letter
from evals.scoring.marks import Counts
from extractor import intervals

Data = dict[str, Any]

Z2 = 1.959964**2


def value(given: object, start: int = 10) -> Data:
    """Return a value of four characters."""
    return {"value": given, "quote": "word", "start": start, "end": start + 4, "page": None}


def item(number: int, visits: int | None = None) -> Data:
    """Return an item that is told from others by its place."""
    return {
        "number": number,
        "request": value(f"request {number}", 100 * number),
        "visits": None if visits is None else value(visits, 100 * number + 10),
    }


def record(*visits: int, **changes: object) -> Data:
    """Return a letter's record: its age, and an item for each number of visits."""
    return {
        "document": {"id": "a", "layout": "dwc-2016"},
        "status": "verified",
        "patient": {"age": value(44)},
        "items": [item(number, count) for number, count in enumerate(visits, 1)],
        "findings": [],
        **changes,
    }


def letter(
    case: str,
    expected: Data,
    produced: Data | None,
    repeat: int = 0,
    **more: Any,  # noqa: ANN401
) -> Letter:
    """Return a letter as an arm read it."""
    return Letter(case, f"{case}/source.txt", expected, produced, repeat, **more)


def numbers(*letters: Letter, repeats: int = 1) -> Data:
    """Return every number of an arm that read *letters*."""
    return arm_numbers(ArmResults(Arm("a", "rules", repeats=repeats), letters))


def interval(part: int, whole: int) -> list[float]:
    """Return Wilson's interval by its formula."""
    share, spread = part / whole, Z2 / whole
    middle = share + spread / 2
    half = sqrt(spread * share * (1 - share) + spread**2 / 4)
    return [(middle - half) / (1 + spread), (middle + half) / (1 + spread)]


# --- proportions ----------------------------------------------------------------------------------


def test_a_proportion_of_letters_has_wilsons_interval() -> None:
    """Where no letter counts more than once; letters that do not count are not among them."""
    found = rate([1, 0, 1, 0], [1, 1, 1, 0])

    assert (found.part, found.whole) == (2, 3)
    assert found.interval == pytest.approx(interval(2, 3), abs=1e-6)


def test_what_is_counted_per_item_is_resampled_by_letter() -> None:
    """Four of six items of two letters are no six independent ones."""
    found, by_letter = rate([4, 0], [4, 2]), intervals.clustered([4, 0], [4, 2])

    assert found == Rate(4, 6, by_letter)
    assert list(found.interval or ()) != pytest.approx(interval(4, 6), abs=0.01)


def test_nothing_counted_is_no_proportion() -> None:
    """Zero of zero is neither 0 nor 1."""
    assert rate([], []) == Rate(0, 0, None)
    assert rate([0, 0], [0, 0]).value is None


def test_proportions_of_letters_are_of_what_they_can_be_of() -> None:
    """Of four letters one is perfect, one escaped of two verified, one a needless review.

    a: right. b: age wrong and verified, so it escaped. c: right but for review, so needless.
    d: no record.
    """
    right = record(6)
    letters = [
        letter("a", right, record(6)),
        letter("b", right, record(6, patient={"age": value(45)})),
        letter("c", right, record(6, status="review")),
        letter("d", right, None),
    ]

    rates = letter_rates(by_case(letters))

    assert {name: (each.part, each.whole) for name, each in rates.items()} == {
        "perfect": (1, 4),
        "escaped": (1, 2),
        "needless": (1, 4),
    }


def test_precision_recall_and_f1_are_counted_by_letter() -> None:
    """A letter with 2 of 3 produced right of 2 expected, and one with 0 of 1 of 2.

    Precision 2 of 4, recall 2 of 4, F1 2·2 of 8.
    """
    counts = [Counts(correct=2, extra=1), Counts(wrong=1, missing=1)]

    rates = count_rates(counts)

    assert rates["precision"] == Rate(2, 4, intervals.clustered([2, 0], [3, 1]))
    assert rates["recall"] == Rate(2, 4, intervals.clustered([2, 0], [2, 2]))
    assert rates["f1"] == Rate(4, 8, intervals.clustered([4, 0], [5, 3]))


def test_repeats_of_a_letter_are_drawn_together() -> None:
    """Three readings of two letters are two letters' worth: 3 and 1 of 3 perfect, 4 of 6."""
    right, wrong = record(6), record(7)
    letters = [letter("a", right, right, repeat) for repeat in range(3)]
    letters += [letter("b", right, each, n) for n, each in enumerate([right, wrong, wrong])]

    perfect = letter_rates(by_case(letters))["perfect"]

    assert perfect == Rate(4, 6, intervals.clustered([3, 1], [3, 3]))


# --- spans and finding codes ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "counts"),
    [
        (10, {"exact": 1}),
        (9, {"overlap": 1}),
        (13, {"overlap": 1}),
        (14, {"misplaced": 1}),
    ],
)
def test_spans_are_exact_overlapping_or_apart(start: int, counts: dict[str, int]) -> None:
    """Of 10:14, 13:17 shares a character and 14:18 none; the value is right in all."""
    produced = record(patient={"age": value(44, start)})

    found = numbers(letter("a", record(), produced))["totals"]["fields"]["patient.age"]

    places = {name: found[name] for name in ("exact", "overlap", "misplaced") if name in found}
    assert (places, found["correct"], found["located"]) == (counts, 1, 1)


def test_spans_apart_are_what_is_left() -> None:
    """Located pairs are exact, overlapping or apart."""
    assert Counts(located=9, exact=4, overlap=3).apart == 2


def test_observations_are_counted_apart_from_error_codes() -> None:
    """What is odd in a letter is one thing, what sends it to a person another.

    Observations: one of two expected is made, one is made besides. Error codes: one, rightly.
    """
    expected = [
        {"code": "dates_out_of_order", "path": ""},
        {"code": "sex_contradiction", "path": ""},
        {"code": "unknown_layout", "path": ""},
    ]
    made = [expected[0], expected[2], {"code": "age_implausible", "path": ""}]

    totals = numbers(letter("a", record(findings=expected), record(findings=made)))["totals"]

    observations, error_codes = totals["observations"], totals["error_codes"]
    assert (observations["correct"], observations["missing"], observations["extra"]) == (1, 1, 1)
    assert (observations["precision"], observations["recall"]) == (0.5, 0.5)
    assert (error_codes["expected"], error_codes["precision"]) == (1, 1.0)


def test_all_fields_add_up_to_the_values() -> None:
    """One item of two dropped: its request, number of visits and itself are missing.

    Expected are status, layout, age, two items, two requests, two numbers of visits: 9.
    """
    found = numbers(letter("a", record(6, 8), record(6)))["totals"]["values"]

    assert (found["expected"], found["correct"], found["missing"]) == (9, 6, 3)
    assert (found["precision"], found["recall"]) == (1.0, 6 / 9)


# --- slices ---------------------------------------------------------------------------------------


def test_slices_cut_the_letters_by_what_they_are() -> None:
    """Every cut holds every letter once; what labels do not say is a slice of its own.

    a, b: one item, of which b is wrong and escaped. c: seven items, another layout.
    """
    older = {"document": {"id": "c", "layout": "letter-2013"}}
    letters = [
        letter("a", record(6), record(6), split="dev", origin="invented"),
        letter("b", record(6), record(7), split="test", origin="invented"),
        letter("c", record(*[1] * 7, **older), record(*[1] * 7, **older), split="dev"),
    ]

    rows = {(row["by"], row["name"]): row for row in numbers(*letters)["slices"]}

    assert {key: (row["perfect"], row["letters"]) for key, row in rows.items()} == {
        ("layout", "dwc-2016"): (1, 2),
        ("layout", "letter-2013"): (1, 1),
        ("origin", "invented"): (1, 2),
        ("origin", "not said"): (1, 1),
        ("split", "dev"): (2, 2),
        ("split", "test"): (0, 1),
        ("items", "1"): (1, 2),
        ("items", "6+"): (1, 1),
    }
    assert rows["items", "1"]["escaped_errors"] == 1
    assert rows["items", "1"]["rates"]["perfect"]["interval"] == pytest.approx(interval(1, 2))
    assert rows["split", "test"]["values"]["wrong"] == 1


@pytest.mark.parametrize(
    ("items", "name"), [(0, "0"), (1, "1"), (2, "2"), (3, "3-5"), (5, "3-5"), (6, "6+")]
)
def test_letters_are_cut_by_how_many_items_their_labels_have(items: int, name: str) -> None:
    """The labels' number, not the record's, which may lack some."""
    cut = [
        part.name
        for part in sliced([letter("a", record(*[1] * items), record())])
        if part.by == "items"
    ]

    assert cut == [name]


# --- repeats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "k", "one", "every"),
    [(0, 1, 0, 0), (2, 1, 0.5, 0.5), (2, 2, 5 / 6, 1 / 6), (2, 3, 1, 0), (4, 4, 1, 1)],
)
def test_repeats_are_drawn_without_putting_them_back(
    right: int, k: int, one: float, every: float
) -> None:
    """Of 4 repeats, 2 of them perfect, 6 pairs can be drawn: 5 hold a perfect one, 1 two."""
    assert at_least_one(right, 4, k) == pytest.approx(one)
    assert all_of(right, 4, k) == pytest.approx(every)


def repeated(*right: tuple[bool, ...]) -> list[Letter]:
    """Return letters read several times, right or wrong in each."""
    return [
        letter(f"letter {name}", record(6), record(6 if each else 7), repeat)
        for name, repeats in enumerate(right)
        for repeat, each in enumerate(repeats)
    ]


def test_passes_are_means_over_letters() -> None:
    """One letter is right in 3 of 3 repeats, one in 1 of 3.

    pass@1 and pass^1: (1 + 1/3) / 2 = 2/3. pass@2: (1 + 2/3) / 2 = 5/6; pass^2: (1 + 0) / 2.
    pass@3: both have a right one; pass^3: one has none wrong.
    """
    found = passes(by_case(repeated((True, True, True), (False, True, False))))

    assert [one.value for one, _ in found.values()] == pytest.approx([2 / 3, 5 / 6, 1])
    assert [every.value for _, every in found.values()] == pytest.approx([2 / 3, 1 / 2, 1 / 2])
    assert {rate.whole for pair in found.values() for rate in pair} == {2}


def test_letters_read_once_have_no_passes() -> None:
    """Nor have letters that were not read equally often: an estimate would favour some."""
    assert passes(by_case(repeated((True,), (False,)))) == {}
    assert passes(by_case(repeated((True, True), (False,)))) == {}
    assert numbers(*repeated((True,)))["repeats"] is None


def test_fields_flicker_where_repeats_say_different_things() -> None:
    """By field: in which letters, and how many values.

    a: visits of one item differ in two of three repeats, the other item's never: one value.
    b: both items' visits differ, and the age is there once only: two values and one.
    c: wrong, but always the same.
    """
    ageless = {"patient": {"age": None}}
    made = {
        "a": [record(6, 8), record(7, 8), record(5, 8)],
        "b": [record(1, 2, **ageless), record(1, 3, **ageless), record(4, 2)],
        "c": [record(9, 9)] * 3,
    }
    letters = [
        letter(case, record(6, 8), each, repeat)
        for case, repeats in made.items()
        for repeat, each in enumerate(repeats)
    ]

    assert flickers(letters) == [
        Flicker("items.visits", ("a", "b"), 3),
        Flicker("patient.age", ("b",), 1),
    ]
    assert numbers(*letters, repeats=3)["repeats"]["flickers"][0]["letters"] == ("a", "b")


def test_an_item_that_is_gone_in_some_repeats_flickers_once() -> None:
    """Its parts are gone with it; nothing is said of them."""
    letters = [letter("a", record(), each, n) for n, each in enumerate([record(6, 8), record(6)])]

    assert flickers(letters) == [Flicker("items", ("a",), 1)]


def test_what_scoring_calls_equal_does_not_flicker() -> None:
    """A span that is a character off, or a printer's quotation mark, is no other value."""
    sides = [value("the patient's", 10), value("the patient\u2019s", 11)]
    letters = [
        letter("a", record(), record(clinical_summary=side), repeat)
        for repeat, side in enumerate(sides)
    ]

    assert flickers(letters) == []


def test_a_finding_that_is_made_in_some_repeats_flickers() -> None:
    """Finding codes are among what may flicker, under their own names."""
    odd = record(findings=[{"code": "sex_contradiction", "path": "/patient/sex"}])
    letters = [letter("a", record(), each, repeat) for repeat, each in enumerate([record(), odd])]

    assert flickers(letters) == [Flicker("sex_contradiction", ("a",), 1)]


def test_a_letter_without_any_record_does_not_flicker() -> None:
    """Nothing said nothing each time."""
    assert flickers([letter("a", record(), None, repeat) for repeat in (0, 1)]) == []


# --- costs ----------------------------------------------------------------------------------------


def priced(seconds: float | None, **provenance: object) -> Letter:
    """Return a letter with what its record says of its making."""
    return letter("a", record(), record(provenance=provenance), seconds=seconds)


def test_costs_say_of_how_many_letters_they_are_known() -> None:
    """Tokens of two letters, a price of one, the time of the two that no cache answered.

    The cached letter's hundredth of a second says nothing of the model: median of 2 and 4 is 3.
    """
    used: Mapping[str, int] = {"input_tokens": 10, "output_tokens": 2}
    spent = costs(
        [
            priced(2.0, usage=used, cost_usd=0.5),
            priced(4.0, usage=used),
            priced(0.01, cached=True),
            priced(None),
        ]
    )

    assert (spent.letters, spent.asked, spent.priced, spent.cached, spent.timed) == (4, 2, 1, 1, 2)
    assert spent.tokens == {"input_tokens": 20, "output_tokens": 4}
    assert (spent.usd, spent.seconds) == (0.5, 3.0)


def test_nothing_known_costs_nothing_and_says_so() -> None:
    """Rules have no tokens and no price; a file of records has no time either."""
    spent = costs([priced(None)])

    assert (spent.asked, spent.priced, spent.timed, spent.seconds) == (0, 0, 0, None)


def test_every_ratio_stands_beside_its_counts() -> None:
    """Wherever the JSON has a precision it has what it is of, and an interval or None."""
    data = numbers(letter("a", record(6), record(7)), letter("b", record(6), record(6)))
    rows = [
        *data["totals"]["fields"].values(),
        *(data["totals"][name] for name in ("values", "observations", "error_codes")),
        *(row["values"] for row in data["slices"]),
    ]

    assert len(rows) > 20
    assert all(
        {"precision", "recall", "f1", "expected", "produced", "intervals"} <= row.keys()
        for row in rows
    )
    assert all((row["precision"] is None) == (row["produced"] == 0) for row in rows)
