"""The gate, on planted losses: whatever gets worse fails it, and only what gets worse."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from evals.errors import EvalError
from evals.gate.baseline import Loss, gains, losses, read_baseline, snapshot, write_baseline
from evals.scoring.letters import LetterScore, score_letter

Data = dict[str, Any]

SPAN = {"quote": "44-year-old", "start": 2, "end": 13, "page": None}


def record() -> Data:
    """Return a small golden record with one value, one absent value, one set, one code."""
    return {
        "status": "verified",
        "outcome": "upheld",
        "patient": {"age": {"value": 44, **SPAN}, "sex": None},
        "expert": {"licensed_in": [{"value": "Oregon", "quote": "Oregon", "start": 40, "end": 46}]},
        "findings": [{"code": "dates_out_of_order", "path": ""}],
    }


def letters(*changes: Data, expected: Data | None = None) -> list[LetterScore]:
    """Score letters a, b, … whose records are the golden one with some top-level keys changed."""
    return [
        score_letter(name, expected or record(), {**record(), **change})
        for name, change in zip("abcdef", changes, strict=False)
    ]


def losses_from(before: list[LetterScore], now: list[LetterScore]) -> set[tuple[str, str]]:
    """Return which losses the gate finds, each as case and what."""
    return {(loss.case, loss.what) for loss in losses(snapshot(before, "rules"), now)}


def age(**change: object) -> Data:
    """Return a record's patient with the age changed."""
    return {"patient": {"age": {"value": 44, **SPAN, **change}, "sex": None}}


GATE_RULES: dict[str, tuple[Data, set[str]]] = {
    "a wrong value": (
        age(value=45),
        {"patient.age correct", "patient.age wrong", "perfect letters", "escaped"},
    ),
    "a missing value": (
        {"patient": {"age": None, "sex": None}},
        {
            "patient.age correct",
            "patient.age exact",
            "patient.age missing",
            "perfect letters",
            "escaped",
        },
    ),
    "an extra value": (
        {"patient": {"age": {"value": 44, **SPAN}, "sex": {"value": "male", **SPAN}}},
        {"patient.sex extra", "perfect letters", "escaped"},
    ),
    "an inexact span": (age(end=12), {"patient.age exact", "perfect letters"}),
    "a misplaced value": (
        age(start=90, end=101),
        {"patient.age exact", "patient.age misplaced", "perfect letters", "escaped"},
    ),
    "a needless review": (
        {"status": "review"},
        {"status correct", "status wrong", "perfect letters", "needless"},
    ),
    "a lost observation": (
        {"findings": []},
        {"dates_out_of_order correct", "dates_out_of_order missing", "perfect letters"},
    ),
    "a false observation": (
        {"findings": [*record()["findings"], {"code": "age_implausible", "path": ""}]},
        {"age_implausible extra", "perfect letters"},
    ),
}


@pytest.mark.parametrize(("change", "lost"), GATE_RULES.values(), ids=GATE_RULES)
def test_each_loss_fails_the_gate_and_is_named(change: Data, lost: set[str]) -> None:
    """One record that is worse than it was gives exactly the losses that it is."""
    assert losses_from(letters({}), letters(change)) == {("a", what) for what in lost}


@pytest.mark.parametrize("change", [change for change, _ in GATE_RULES.values()], ids=GATE_RULES)
def test_a_baseline_with_the_error_accepts_it_and_its_repair(change: Data) -> None:
    """What the baseline has accepted is no loss, and neither is doing better than it."""
    assert losses_from(letters(change), letters(change)) == set()
    assert losses_from(letters(change), letters({})) == set()
    assert gains(snapshot(letters(change), "rules"), letters({}))


def test_a_gain_in_one_letter_does_not_pay_for_a_loss_in_another() -> None:
    """Equal totals are no excuse: letters are compared one by one."""
    before, now = letters(age(value=45), {}), letters({}, age(value=45))

    assert ("b", "patient.age wrong") in losses_from(before, now)


def test_a_gain_in_one_field_does_not_pay_for_a_loss_in_another() -> None:
    """Fields are compared one by one."""
    before, now = letters(age(value=45)), letters({"outcome": "mixed"})

    assert ("a", "outcome wrong") in losses_from(before, now)


def test_a_golden_case_that_is_gone_fails() -> None:
    """Deleting the letter that fails is no way through the gate."""
    assert losses_from(letters({}, {}), letters({})) == {("b", "golden case scored")}


def test_a_letter_without_a_record_fails() -> None:
    """A record that was not made loses all its values."""
    now = [score_letter("a", record(), None)]

    assert ("a", "patient.age missing") in losses_from(letters({}), now)


def test_an_expectation_that_is_gone_fails() -> None:
    """Deleting the label that a record gets wrong is no way through the gate either."""
    unlabelled = deepcopy(record())
    del unlabelled["patient"]["age"]

    now = letters(age(value=45), expected=unlabelled)

    assert losses_from(letters(age(value=45)), now) == {
        ("a", "patient.age unscored"),
        ("a", "patient.age exact"),
    }


def test_an_expected_code_that_is_gone_fails() -> None:
    """An observation deleted from the labels together with the record's own is a loss as well."""
    unlabelled = {**record(), "findings": []}

    now = letters({"findings": []}, expected=unlabelled)

    assert losses_from(letters({}), now) == {("a", "dates_out_of_order correct")}


def test_nothing_scored_fails() -> None:
    """An empty golden folder passes no gate, not even that of an empty baseline."""
    assert losses(snapshot([], "rules"), [])
    assert losses(snapshot(letters({}), "rules"), [])


def test_a_new_case_passes_only_when_perfect() -> None:
    """A case that the baseline does not know must be perfect, or accepted with what is wrong."""
    assert losses_from(letters({}), letters({}, {})) == set()
    assert losses_from(letters({}), letters({}, age(value=45))) == {
        ("b", "new case, perfect letters")
    }


def test_a_newly_scored_field_must_be_right_but_may_be_unlabelled() -> None:
    """A field that the baseline does not know has no errors to hide behind."""
    old = snapshot(letters(age(value=45), {}), "rules")
    for case in old["cases"].values():
        del case["fields"]["patient.age"]

    found = {(loss.case, loss.what) for loss in losses(old, letters(age(value=45), {}))}

    assert found == {("a", "patient.age wrong")}


def test_losses_say_both_numbers() -> None:
    """A loss names the baseline's number and the present one."""
    assert Loss("a", "outcome wrong", 0, 1) in losses(
        snapshot(letters({}), "rules"), letters({"outcome": "mixed"})
    )


def test_a_baseline_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Writing and reading a baseline loses nothing, and each field has a line of its own."""
    baseline = snapshot(letters({}, age(value=45)), "rules")
    path = tmp_path / "deep" / "baseline.json"

    write_baseline(path, baseline)

    assert read_baseline(path) == baseline
    assert losses(read_baseline(path), letters({}, age(value=45))) == []
    assert sum('"patient.age"' in line for line in path.read_text().splitlines()) == 2


@pytest.mark.parametrize(
    "content", ["", "[]", "{", json.dumps({"schema": "imr-eval-baseline/0", "cases": {}})]
)
def test_what_is_no_baseline_is_refused(content: str, tmp_path: Path) -> None:
    """A baseline that cannot be read never counts as one that nothing is worse than."""
    path = tmp_path / "baseline.json"
    path.write_text(content)

    with pytest.raises(EvalError):
        read_baseline(path)
    with pytest.raises(EvalError):
        read_baseline(tmp_path / "none.json")
