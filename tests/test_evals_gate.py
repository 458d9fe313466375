"""The gate of an arm without a model, on planted losses: whatever gets worse fails it."""

import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
from gated import RIGHT, SPAN, WRONG, Data, accepted, age, gate, letter, letters, record, rules, run

from evals.errors import EvalError
from evals.gate.baseline import Case, Cases, Standing, read_baseline, write_baseline
from evals.gate.losses import (
    FALLING,
    GONE,
    NEW,
    PERFECT,
    RISING,
    RISING_LETTER,
    Loss,
    gains,
    losses,
)
from evals.gate.verdict import Verdict, all_passed, judge
from evals.results import Letter
from evals.scoring.marks import Counts


def lost(verdict: Verdict) -> set[tuple[str, str]]:
    """Return which losses the gate finds, each as case and what."""
    return {(loss.case, loss.what) for loss in verdict.losses}


LOSSES: dict[str, tuple[Data, set[str]]] = {
    "a wrong value": (
        WRONG,
        {"patient.age correct", "patient.age wrong", PERFECT, "escaped"},
    ),
    "a missing value": (
        {"patient": {"age": None, "sex": None}},
        {"patient.age correct", "patient.age exact", "patient.age missing", PERFECT, "escaped"},
    ),
    "an extra value": (
        {"patient": {"age": {"value": 44, **SPAN}, "sex": {"value": "male", **SPAN}}},
        {"patient.sex extra", PERFECT, "escaped"},
    ),
    "an inexact span": (age(end=12), {"patient.age exact", PERFECT}),
    "a misplaced value": (
        age(start=90, end=101),
        {"patient.age exact", "patient.age misplaced", PERFECT, "escaped"},
    ),
    "a needless review": (
        {"status": "review"},
        {"status correct", "status wrong", PERFECT, "needless"},
    ),
    "a lost observation": (
        {"findings": []},
        {"dates_out_of_order correct", "dates_out_of_order missing", PERFECT},
    ),
    "a false observation": (
        {"findings": [*record()["findings"], {"code": "age_implausible", "path": ""}]},
        {"age_implausible extra", PERFECT},
    ),
}


@pytest.mark.parametrize(("change", "what"), LOSSES.values(), ids=LOSSES)
def test_each_loss_fails_the_gate_and_is_named(change: Data, what: set[str]) -> None:
    """One record that is worse than it was gives exactly the losses that it is."""
    verdict = gate(letters(RIGHT), letters(change))

    assert lost(verdict) == {("00", each) for each in what}
    assert rules(verdict) == [("loss", "00")] * len(what)
    assert not verdict.passed


@pytest.mark.parametrize("change", [change for change, _ in LOSSES.values()], ids=LOSSES)
def test_a_baseline_with_the_error_accepts_it_and_its_repair(change: Data) -> None:
    """What the baseline has accepted is no loss, and neither is doing better than it."""
    assert gate(letters(change), letters(change)).passed
    repaired = gate(letters(change), letters(RIGHT))
    assert repaired.passed
    assert repaired.gains


# --- every count that is watched ------------------------------------------------------------------

SOME = Counts(correct=3, wrong=3, missing=3, extra=3, unscored=3, exact=3, misplaced=3)
BEFORE = Case("test", {"verified": 3}, 2, 3, 3, 2, None, {"outcome": SOME}, {"refused": SOME})
WATCHED = [(kind, -1) for kind in FALLING] + [(kind, 1) for kind in RISING]


@pytest.mark.parametrize("rows", ["fields", "codes"])
@pytest.mark.parametrize(("kind", "step"), WATCHED, ids=[kind for kind, _ in WATCHED])
def test_each_watched_count_fails_by_itself(rows: str, kind: str, step: int) -> None:
    """Worse by one in a single count, all others equal, is that one loss; better is one gain."""
    [name] = getattr(BEFORE, rows)
    moved = {name: replace(SOME, **{kind: 3 + step})}
    worse = {"a": replace(BEFORE, **{rows: moved})}  # type: ignore[arg-type]
    before: Cases = {"a": BEFORE}

    assert losses(before, worse) == [Loss("a", name, kind, 3, 3 + step)]
    assert gains(worse, before) == [Loss("a", name, kind, 3 + step, 3)]
    assert losses(worse, before) == gains(before, worse) == []


@pytest.mark.parametrize(
    ("kind", "was", "now"), [("perfect", 2, 1), *((kind, 2, 3) for kind in RISING_LETTER)]
)
def test_each_watched_count_of_a_letter_fails_by_itself(kind: str, was: int, now: int) -> None:
    """Fewer perfect records, more escaped errors and more needless reviews each fail alone."""
    before: Cases = {"a": replace(BEFORE, **{kind: was})}  # type: ignore[arg-type]
    worse: Cases = {"a": replace(BEFORE, **{kind: now})}  # type: ignore[arg-type]
    name = PERFECT if kind == "perfect" else kind

    assert losses(before, worse) == [Loss("a", "", name, was, now)]
    assert losses(worse, before) == []


def test_no_count_is_forgotten() -> None:
    """All counts of a field are watched but absences, spans, and overlaps (exact loses them)."""
    assert {*FALLING, *RISING} == set(Counts.__slots__) - {"empty", "located", "overlap"}


# --- what cannot be compared ----------------------------------------------------------------------


def test_a_gain_in_one_letter_does_not_pay_for_a_loss_in_another() -> None:
    """Equal totals are no excuse: letters are compared one by one."""
    verdict = gate(letters(WRONG, RIGHT), letters(RIGHT, WRONG))

    assert ("01", "patient.age wrong") in lost(verdict)
    assert not verdict.passed


def test_a_gain_in_one_field_does_not_pay_for_a_loss_in_another() -> None:
    """Fields are compared one by one."""
    assert ("00", "outcome wrong") in lost(gate(letters(WRONG), letters({"outcome": "mixed"})))


def test_a_golden_case_that_is_gone_fails() -> None:
    """Deleting the letter that fails is no way through the gate."""
    verdict = gate(letters(RIGHT, RIGHT), letters(RIGHT))

    assert lost(verdict) == {("01", GONE)}
    assert rules(verdict) == [("loss", "01")]


def test_a_letter_without_a_record_fails() -> None:
    """A record that was not made loses all its values."""
    assert ("00", "patient.age missing") in lost(gate(letters(RIGHT), letters(None)))


def test_an_expectation_that_is_gone_fails() -> None:
    """Deleting the label that a record gets wrong is no way through the gate either."""
    unlabelled = deepcopy(record())
    del unlabelled["patient"]["age"]

    verdict = gate(letters(WRONG), letters(WRONG, expected=unlabelled))

    assert lost(verdict) == {("00", "patient.age unscored"), ("00", "patient.age exact")}


def test_an_expected_code_that_is_gone_fails() -> None:
    """An observation deleted from the labels together with the record's own is a loss as well."""
    now = letters({"findings": []}, expected={**record(), "findings": []})

    assert lost(gate(letters(RIGHT), now)) == {("00", "dates_out_of_order correct")}


@pytest.mark.parametrize(
    "now",
    [[], letters(RIGHT, expected={})],
    ids=["no letter", "a letter whose labels say nothing"],
)
@pytest.mark.parametrize("before", [[], letters(RIGHT)], ids=["no case", "a case"])
def test_nothing_scored_fails(before: list[Letter], now: list[Letter]) -> None:
    """Nothing to look at passes no gate, not even that of an empty baseline."""
    assert rules(gate(before, now)) == [("nothing_scored", "")]


def test_no_arm_passes_nothing() -> None:
    """Results without an arm are refused, and no verdict is not a good one."""
    with pytest.raises(EvalError):
        judge(replace(run([]), arms=()), accepted(letters(RIGHT)))
    assert not all_passed([])


def test_one_failing_arm_fails_the_run() -> None:
    """Every arm must pass."""
    good, bad = gate(letters(RIGHT), letters(RIGHT)), gate(letters(RIGHT), letters(WRONG))

    assert all_passed([good, good])
    assert not all_passed([good, bad])


def test_a_new_case_passes_only_when_perfect() -> None:
    """A case that the baseline does not know must be perfect, or accepted with what is wrong."""
    assert gate(letters(RIGHT), letters(RIGHT, RIGHT)).passed
    assert lost(gate(letters(RIGHT), letters(RIGHT, WRONG))) == {("01", NEW)}


def test_a_newly_scored_field_must_be_right_but_may_be_unlabelled() -> None:
    """A field that the baseline does not know has no errors to hide behind."""
    before = accepted(letters(WRONG, RIGHT))["rules"]
    old = {name: replace(case, fields=without(case)) for name, case in before.cases.items()}

    [verdict] = judge(run(letters(WRONG, RIGHT)), {"rules": replace(before, cases=old)})

    assert lost(verdict) == {("00", "patient.age wrong")}


def without(case: Case) -> dict[str, Counts]:
    """Return a case's fields but for the age."""
    return {name: counts for name, counts in case.fields.items() if name != "patient.age"}


# --- splits, repeats, arms ------------------------------------------------------------------------


def test_the_other_split_is_not_missed() -> None:
    """Gating one split reports neither the other's cases as gone nor their losses."""
    both = accepted([letter("a", RIGHT, split="test"), letter("b", RIGHT, split="dev")])

    for split, name in (("test", "a"), ("dev", "b")):
        [verdict] = judge(run([letter(name, RIGHT, split=split)], split=split), both)
        assert (verdict.passed, list(verdict.was.cases)) == (True, [name])


def test_a_case_that_leaves_its_split_is_missed() -> None:
    """Moving the letter that fails to the split that is not gated is no way through."""
    baseline = accepted(letters(RIGHT, RIGHT))

    [verdict] = judge(run(letters(RIGHT)), baseline)

    assert lost(verdict) == {("01", GONE)}


def test_repeats_are_added_up() -> None:
    """One wrong reading of three is a loss of one perfect record."""
    thrice = [letter("a", RIGHT, repeat=n) for n in range(3)]
    once_wrong = [*thrice[:2], letter("a", WRONG, repeat=2)]

    assert Loss("a", "", PERFECT, 3, 2) in gate(thrice, once_wrong).losses


def test_another_number_of_repeats_is_refused() -> None:
    """Three readings cannot be counted against one."""
    with pytest.raises(EvalError, match="repeats"):
        gate(letters(RIGHT), [letter("00", RIGHT, repeat=n) for n in range(3)])


def test_an_arm_that_the_baseline_lacks_is_told_to_be_accepted() -> None:
    """No baseline is no pass, and the refusal says what to do."""
    with pytest.raises(EvalError, match="imr-eval accept"):
        judge(run(letters(RIGHT)), {})


def test_an_arm_may_be_held_against_another() -> None:
    """A new arm is compared with the accepted arm that is named."""
    other = {"older": accepted(letters(RIGHT))["rules"]}

    [verdict] = judge(run(letters(WRONG)), other, "older")

    assert (verdict.arm, verdict.against, verdict.passed) == ("rules", "older", False)


# --- the file -------------------------------------------------------------------------------------


def test_a_baseline_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    """Writing and reading loses nothing, arms stand by name, each field has a line of its own."""
    found = letters(RIGHT, WRONG)
    floors = {"perfect": 0.9, "escaped": 0, "patient.age.recall": 0.5}
    cases = {name: Case("dev", {"verified": 1}, 1, labels="a1") for name in ("a", "b")}
    model = Standing("llm", cases, "a {strange}  name", "p@12", 1, floors)
    path = tmp_path / "deep" / "baseline.json"

    write_baseline(path, {**accepted(found), "llm": model})

    read = read_baseline(path)
    assert (list(read), read["llm"]) == (["llm", "rules"], model)
    [verdict] = judge(run(found), read)
    assert (verdict.losses, verdict.gains) == ([], [])
    lines = [line.strip() for line in path.read_text().splitlines()]
    assert lines.count('"patient.age": { "correct": 1, "located": 1, "exact": 1 },') == 1
    assert lines.count('"patient.age": { "wrong": 1, "located": 1, "exact": 1 },') == 1
    assert lines.count('"patient.age": { "recall": 0.5 },') == 1
    assert lines.count('"escaped": 0,') == 1
    assert "clinical_summary" not in path.read_text()  # of which nobody says anything


def content(**arm: object) -> str:
    """Return a baseline of one arm without cases, changed."""
    whole: Data = {"proposer": "rules", "model": None, "prompt": None, "repeats": 1, "floors": {}}
    data = {**whole, "cases": {}, **arm}
    return json.dumps({"schema": "imr-eval-baseline/2", "arms": {"rules": data}})


CASE: Data = {
    "split": "test",
    "statuses": {},
    "letter": {"perfect": 1, "escaped": 0, "misled": 0, "needless": 0},
    "fields": {},
    "codes": {},
}
BROKEN = {
    "empty": "",
    "a list": "[]",
    "cut off": "{",
    "an earlier schema": json.dumps({"schema": "imr-eval-baseline/1", "cases": {}}),
    "no arms": json.dumps({"schema": "imr-eval-baseline/2"}),
    "arms that are none": json.dumps({"schema": "imr-eval-baseline/2", "arms": {"rules": 7}}),
    "no counts": content(cases={"a": {**CASE, "letter": {}}}),
    "a count that is none": content(cases={"a": {**CASE, "fields": {"outcome": {"wrong": "0"}}}}),
    "a count below 0": content(cases={"a": {**CASE, "fields": {"outcome": {"wrong": -1}}}}),
    "an unknown count": content(cases={"a": {**CASE, "fields": {"outcome": {"wrnog": 1}}}}),
    "an unknown floor": content(floors={"perfekt": 0.9}),
    "a floor that nothing is under": content(floors={"perfect": 0}),
    "a floor above all": content(floors={"outcome": {"recall": 99}}),
    "a ceiling that is no number of errors": content(floors={"escaped": 0.5}),
}


def test_what_the_broken_baselines_are_made_from_is_whole(tmp_path: Path) -> None:
    """Their only fault is the one that is named."""
    (tmp_path / "baseline.json").write_text(content(cases={"a": CASE}, floors={"perfect": 1}))

    assert read_baseline(tmp_path / "baseline.json")["rules"].cases["a"].perfect == 1


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_what_is_no_baseline_is_refused(text: str, tmp_path: Path) -> None:
    """A baseline that cannot be read never counts as one that nothing is worse than."""
    path = tmp_path / "baseline.json"
    path.write_text(text)

    with pytest.raises(EvalError):
        read_baseline(path)


def test_no_baseline_is_refused(tmp_path: Path) -> None:
    """The refusal says what writes one."""
    with pytest.raises(EvalError, match="accept"):
        read_baseline(tmp_path / "none.json")
