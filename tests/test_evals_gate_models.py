"""The gate of an arm that a model had its say in: significant losses, floors, escaped errors."""

from dataclasses import replace

import pytest
from gated import (
    MODEL,
    RIGHT,
    WRONG,
    Data,
    accepted,
    age,
    gate,
    letter,
    letters,
    record,
    rules,
    run,
)

from evals.errors import EvalError
from evals.gate.accepting import accept
from evals.gate.baseline import Standing, standing
from evals.gate.floors import given_floors, measured, proposed
from evals.gate.verdict import Verdict, judge
from evals.results import Arm, ArmResults, Letter

LETTERS = 20
# An error that no field's values have: the status is wrong, the rest right, nothing escapes.
REVIEW: Data = {"status": "review"}
UNSEEN = {**WRONG, **REVIEW}


def some(n: int, change: Data, of: int = LETTERS) -> list[Letter]:
    """Return letters of which the first *n* have the change."""
    return letters(*[change] * n, *[RIGHT] * (of - n))


def judged(
    now: list[Letter],
    before: list[Letter] | None = None,
    floors: dict[str, float] | None = None,
) -> Verdict:
    """Hold a model's letters against a baseline, of right ones if not of *before*, with floors."""
    [baseline] = accepted(some(0, RIGHT) if before is None else before, MODEL).values()
    [verdict] = judge(run(now, MODEL), {MODEL.name: replace(baseline, floors=floors or {})})
    return verdict


# --- significance ---------------------------------------------------------------------------------


def test_six_letters_lost_and_none_gained_fail() -> None:
    """Exact McNemar of 6 against 0: p = 2 / 2^6 = 0.03125, at most 0.05."""
    verdict = judged(some(6, REVIEW))

    assert rules(verdict) == [("perfect_letters", ""), ("field", "status")]
    assert verdict.tests is not None
    assert verdict.tests.perfect.p == 0.03125
    assert sorted(verdict.failing) == ["00", "01", "02", "03", "04", "05"]


def test_five_letters_lost_and_none_gained_pass() -> None:
    """Exact McNemar of 5 against 0: p = 2 / 2^5 = 0.0625; what moved is shown all the same."""
    verdict = judged(some(5, REVIEW))

    assert verdict.passed
    assert verdict.failing == {}
    assert verdict.tests is not None
    assert verdict.tests.perfect.p == 0.0625
    assert len({loss.case for loss in verdict.losses}) == 5


def test_six_letters_gained_pass() -> None:
    """A significant gain is no loss: the test has two sides, the gate one."""
    verdict = judged(some(0, REVIEW), before=some(6, REVIEW))

    assert verdict.passed
    assert verdict.tests is not None
    assert verdict.tests.perfect.p == 0.03125


def test_losses_that_gains_outweigh_are_not_significant() -> None:
    """Of 12 letters that changed 8 are lost and 4 gained: p = 2 P(X <= 4 of 12) = 0.388."""
    before = letters(*[REVIEW] * 4, *[RIGHT] * 16)
    now = letters(*[RIGHT] * 12, *[REVIEW] * 8)

    verdict = judged(now, before=before)

    assert verdict.passed
    assert verdict.tests is not None
    assert verdict.tests.perfect.p == pytest.approx(0.387695, abs=1e-6)


def test_a_field_fails_though_the_letters_were_never_perfect() -> None:
    """Letters imperfect before and after show nothing; six more of them with a wrong age do.

    One field moved, so Holm multiplies by 1: p = 2 / 2^6 = 0.03125.
    """
    odd = {"outcome": "mixed", **REVIEW}

    verdict = judged(
        letters(*[{**odd, **WRONG}] * 6, *[odd] * 14), before=letters(*[odd] * LETTERS)
    )

    assert rules(verdict) == [("field", "patient.age")]


def test_two_fields_that_moved_are_corrected_for_two() -> None:
    """Six letters lost in each of two fields: Holm makes 0.03125 to 0.0625 in both, and passes."""
    odd = {"findings": [], **REVIEW}
    both = {**odd, **WRONG, "outcome": "mixed"}

    verdict = judged(letters(*[both] * 6, *[odd] * 14), before=letters(*[odd] * LETTERS))

    assert verdict.passed
    assert verdict.tests is not None
    assert [
        (test.field, test.p, test.adjusted) for test in verdict.tests.fields if test.testable
    ] == [("outcome", 0.03125, 0.0625), ("patient.age", 0.03125, 0.0625)]


def test_a_finding_code_is_tested_like_a_field() -> None:
    """Seven letters lose an observation: p = 2 / 2^7."""
    verdict = judged(some(7, {"findings": []}))

    assert ("field", "dates_out_of_order") in rules(verdict)


def test_repeats_are_one_letter() -> None:
    """Five letters lost in each of three repeats are five letters, not fifteen: no significance."""

    def thrice(change: Data) -> list[Letter]:
        changes = [change] * 5 + [RIGHT] * 15
        return [
            letter(f"{n:02}", each, repeat=k) for k in range(3) for n, each in enumerate(changes)
        ]

    verdict = judged(thrice(REVIEW), before=thrice(RIGHT))

    assert verdict.passed
    assert verdict.tests is not None
    assert (verdict.tests.perfect.letters, verdict.tests.perfect.lost) == (20, 5)


def test_a_flickering_letter_counts_by_its_share() -> None:
    """Of three readings one is wrong in each of six letters: six letters are worse, p = 0.03125."""
    right = [letter(f"{n:02}", RIGHT, repeat=k) for k in range(3) for n in range(10)]
    now = [
        letter(f"{n:02}", REVIEW if k == 1 and n < 6 else RIGHT, repeat=k)
        for k in range(3)
        for n in range(10)
    ]

    verdict = judged(now, before=right)

    assert verdict.tests is not None
    assert verdict.tests.perfect.before == 10
    assert verdict.tests.perfect.after == pytest.approx(8)
    assert verdict.tests.perfect.p == pytest.approx(0.03125)
    assert ("perfect_letters", "") in rules(verdict)


# --- what cannot be paired ------------------------------------------------------------------------


def test_a_golden_case_that_is_gone_fails_a_model_too() -> None:
    """A letter that is not read is no chance event."""
    verdict = judged(some(0, RIGHT, of=19))

    assert rules(verdict) == [("case_gone", "19")]
    assert list(verdict.failing) == ["19"]


def test_a_letter_with_other_labels_must_be_accepted() -> None:
    """Deleting the label that a model gets wrong is no way through the gate."""
    fewer = {name: value for name, value in record().items() if name != "outcome"}
    now = [*some(0, RIGHT)[:-1], letter("19", RIGHT, expected=fewer)]

    assert rules(judged(now)) == [("case_relabelled", "19")]


def test_another_letter_of_the_same_name_must_be_accepted() -> None:
    """The source's hash is compared like the labels."""
    now = some(0, RIGHT)
    now[3] = replace(now[3], source_sha256="1" * 64)

    assert rules(judged(now)) == [("case_relabelled", "03")]


def test_new_letters_are_not_paired() -> None:
    """A letter that the baseline does not know neither is lost nor has to be perfect."""
    verdict = judged(letters(*[RIGHT] * 20, REVIEW))

    assert verdict.passed
    assert verdict.tests is not None
    assert verdict.tests.letters == 20


def test_nothing_in_common_fails() -> None:
    """A baseline of other letters lets nothing through: each of them is gone."""
    verdict = judged([letter("x", RIGHT)], before=[letter("y", RIGHT)])

    assert verdict.tests is None
    assert rules(verdict) == [("case_gone", "y")]


# --- floors and the ceiling -----------------------------------------------------------------------

FLOORS: dict[str, tuple[dict[str, float], Data, int, int]] = {
    # by 20 letters: the floor, an error, with how many of it the floor is kept, with how many not
    "perfect": ({"perfect": 0.9}, REVIEW, 2, 3),
    "recall": ({"patient.age.recall": 0.95}, {"patient": {"age": None, "sex": None}}, 1, 2),
    "precision": ({"patient.age.precision": 0.95}, WRONG, 1, 2),
    # of 20 letters n are missing: F1 = 2 (20 - n) / (40 - n), 38/39 and 36/38
    "f1": ({"patient.age.f1": 0.97}, {"patient": {"age": None, "sex": None}}, 1, 2),
    "a finding code": ({"dates_out_of_order.recall": 0.95}, {"findings": []}, 1, 2),
    "escaped": ({"escaped": 2}, WRONG, 2, 3),
}


@pytest.mark.parametrize(("floor", "error", "kept", "under"), FLOORS.values(), ids=FLOORS)
def test_each_floor_holds_at_its_number_and_breaks_below(
    floor: dict[str, float], error: Data, kept: int, under: int
) -> None:
    """So many errors keep the floor exactly, one more breaks it, and nothing else fails."""
    loose = {"escaped": 99, **floor}
    [name] = floor
    rule = "escaped" if name == "escaped" else "floor"

    assert judged(some(kept, error), floors=loose).passed
    assert rules(judged(some(under, error), floors=loose)) == [(rule, name)]


def test_a_floor_does_not_care_for_the_baseline() -> None:
    """A bad run that was accepted stays under its floor."""
    assert rules(judged(some(3, REVIEW), before=some(3, REVIEW), floors={"perfect": 0.9})) == [
        ("floor", "perfect")
    ]


def test_a_floor_under_which_nothing_lies_is_broken() -> None:
    """What no letter has cannot be reached, and a slip in a field's name is found."""
    verdict = judged(some(0, RIGHT), floors={"patient.sex.recall": 0.5, "patient.aeg.recall": 0.5})

    assert rules(verdict) == [("floor", "patient.aeg.recall"), ("floor", "patient.sex.recall")]


def test_floors_hold_for_the_rules_too() -> None:
    """A floor that the baseline names is kept by every arm."""
    [baseline] = accepted(letters(WRONG)).values()

    [verdict] = judge(run(letters(WRONG)), {"rules": replace(baseline, floors={"perfect": 1.0})})

    assert rules(verdict) == [("floor", "perfect")]


def test_one_more_escaped_error_than_accepted_fails() -> None:
    """Where no ceiling is named, the accepted number is it."""
    before = some(1, WRONG)

    assert judged(some(1, WRONG), before=before).passed
    assert rules(judged(some(2, WRONG), before=before)) == [("escaped", "")]
    assert judged(some(2, UNSEEN), before=before).passed


def test_a_named_ceiling_replaces_the_accepted_number() -> None:
    """A ceiling above what was accepted gives room, one below it takes it."""
    assert judged(some(2, WRONG), before=some(1, WRONG), floors={"escaped": 2}).passed
    assert rules(judged(some(1, WRONG), before=some(1, WRONG), floors={"escaped": 0})) == [
        ("escaped", "escaped")
    ]


# --- who is tested, who is held to every loss -----------------------------------------------------


@pytest.mark.parametrize(
    ("arm", "model", "by_chance"),
    [
        (Arm("a", "rules"), None, False),
        (Arm("a", "records"), None, False),
        (Arm("a", "records"), "some-model", True),
        (Arm("a", "llm"), None, True),
        (Arm("a", "auto", model="some-model"), None, True),
    ],
    ids=["rules", "records of no model", "records of a model", "llm", "auto"],
)
def test_chance_is_granted_to_models_alone(arm: Arm, model: str | None, by_chance: bool) -> None:
    """One loss fails the rules and records that name no model; a model may lose one letter."""
    made: Data = {"provenance": {"proposer": "x", "model": model}}

    verdict = gate(letters(made), letters({**made, **REVIEW}), arm)

    assert (verdict.by_chance, verdict.passed) == (by_chance, by_chance)


def test_a_model_against_the_rules_is_tested() -> None:
    """An arm held against another is by chance where either of them is."""
    baseline = accepted(some(0, RIGHT))

    [verdict] = judge(run(some(5, REVIEW), MODEL), baseline, "rules")

    assert verdict.by_chance
    assert verdict.passed


# --- setting floors -------------------------------------------------------------------------------


def stand(n: int, error: Data, of: int = LETTERS) -> Standing:
    """Return where a model with *n* errors stands."""
    return standing(ArmResults(MODEL, tuple(some(n, error, of))))


def test_measures_say_of_how_many() -> None:
    """18 of 20 letters are perfect and 18 of 20 ages right; 2 errors are in 20 verified records."""
    arm = stand(2, WRONG)

    assert measured(arm, "perfect") == (0.9, 20)
    assert measured(arm, "patient.age.recall") == (0.9, 20)
    assert measured(arm, "patient.age.f1") == (0.9, 40)
    assert measured(arm, "escaped") == (2, 20)
    assert measured(arm, "patient.sex.recall") == (None, 0)


def test_proposed_floors_are_the_lower_ends() -> None:
    """Of 20 of 20 Wilson's lower end is 20 / (20 + 1.96^2) = 0.8389, rounded down."""
    floors = proposed(stand(0, RIGHT))

    assert floors["perfect"] == floors["patient.age.recall"] == 0.838
    assert floors["escaped"] == 0
    assert "patient.sex.recall" not in floors


def test_proposed_floors_are_those_of_the_worse_split() -> None:
    """Either split may be gated: of 5 letters the lower end is 5 / (5 + 1.96^2) = 0.5655."""
    small = [letter(f"d{n}", RIGHT, split="dev") for n in range(5)]
    arm = standing(ArmResults(MODEL, (*some(0, RIGHT), *small)))

    assert proposed(arm)["perfect"] == 0.565


@pytest.mark.parametrize(
    "option",
    [
        "perfect",
        "perfect=",
        "perfect=high",
        "perfect=0",
        "perfect=1.01",
        "perfect=nan",
        "perfect=90%",
        "escaped=-1",
        "escaped=0.5",
        "recall=0.9",
        "items.decision=0.9",
        "items.decision.accuracy=0.9",
        "=0.9",
    ],
)
def test_what_is_no_floor_is_refused(option: str) -> None:
    """A floor that cannot be kept, or cannot be broken, or is of nothing."""
    with pytest.raises(EvalError):
        given_floors([option])


def test_accepting_sets_no_floor_by_itself() -> None:
    """The proposed floors are told, not set; ``propose`` sets those that are not there yet."""
    found = run(some(1, WRONG), MODEL)

    [told] = accept(found, {})
    [kept] = accept(found, {MODEL.name: replace(told.accepted, floors={"perfect": 0.5})})
    [all_set] = accept(
        found, {MODEL.name: replace(told.accepted, floors={"perfect": 0.5})}, propose=True
    )

    assert told.accepted.floors == {}
    assert told.proposed["escaped"] == 1
    assert kept.accepted.floors == {"perfect": 0.5}
    assert "perfect" not in kept.proposed
    assert all_set.accepted.floors["perfect"] == 0.5
    assert all_set.accepted.floors["escaped"] == 1
    assert all_set.proposed == {}


def test_accepting_moves_the_floors_that_are_named() -> None:
    """One is set, one moved, one taken away, one left, and each change is said."""
    old = replace(stand(0, RIGHT), floors={"perfect": 0.9, "escaped": 0, "outcome.recall": 0.8})
    asked = given_floors(["perfect=0.8", "escaped=none", "patient.age.recall=0.7"])

    [found] = accept(run(some(0, RIGHT), MODEL), {MODEL.name: old}, asked)

    wanted = {"perfect": 0.8, "outcome.recall": 0.8, "patient.age.recall": 0.7}
    assert found.accepted.floors == wanted
    assert found.floor_changes == [
        "escaped 0 → none",
        "patient.age.recall none → 0.7",
        "perfect 0.9 → 0.8",
    ]


def test_a_floor_of_a_field_that_is_not_scored_is_refused() -> None:
    """A slip of the pen is found when the floor is set."""
    with pytest.raises(EvalError, match="aeg"):
        accept(run(some(0, RIGHT), MODEL), {}, given_floors(["patient.aeg.recall=0.9"]))


def test_accepting_what_stays_under_a_floor_says_so() -> None:
    """The baseline is accepted, the floor is not lowered, and the gate will go on failing."""
    old = {MODEL.name: replace(stand(0, RIGHT), floors={"perfect": 0.9})}

    [found] = accept(run(some(3, REVIEW), MODEL), old)

    assert found.accepted.floors == {"perfect": 0.9}
    assert found.still_broken == ["test: perfect 0.850 (20), floor 0.9"]


def test_accepting_one_split_keeps_the_other() -> None:
    """A run of the test letters leaves the accepted dev letters where they are."""
    both = [letter("a", RIGHT), letter("d", WRONG, split="dev")]
    old = accepted(both, MODEL)

    [found] = accept(run([letter("a", REVIEW)], MODEL), old)
    [whole] = accept(run([letter("a", REVIEW)], MODEL, split=None), old)

    assert sorted(found.accepted.cases) == ["a", "d"]
    assert (found.kept, found.accepted.cases["a"].perfect) == (1, 0)
    assert found.accepted.cases["d"] == old[MODEL.name].cases["d"]
    assert sorted(whole.accepted.cases) == ["a"]


def test_the_other_split_must_have_as_many_repeats() -> None:
    """One reading of a split cannot stand beside three of the other."""
    old = accepted([letter("d", RIGHT, split="dev", repeat=n) for n in range(3)], MODEL)

    with pytest.raises(EvalError, match="repeats"):
        accept(run([letter("a", RIGHT)], MODEL), old)


def test_nothing_scored_is_not_accepted() -> None:
    """A baseline of nothing would let everything pass."""
    with pytest.raises(EvalError):
        accept(run([], MODEL), {})
    with pytest.raises(EvalError):
        accept(run(letters(RIGHT, expected={}), MODEL), {})


def test_an_arm_to_accept_must_be_in_the_run() -> None:
    """A name that no arm has is refused, with those that there are."""
    with pytest.raises(EvalError, match="model"):
        accept(run(some(0, RIGHT), MODEL), {}, arms=["another"])


def test_an_age_read_elsewhere_is_an_error_of_its_field() -> None:
    """Right values from the wrong place count as errors in the field's test."""
    verdict = judged(some(7, {**age(start=90, end=101), **REVIEW}), before=some(7, REVIEW))

    assert ("field", "patient.age") in rules(verdict)
