"""Whether the difference of two runs is more than chance: planted changes, worked out by hand."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from evals import Results, compare, stats
from evals.cli import app
from evals.comparison.compare import Comparison
from evals.comparison.paired import FieldTest, LetterTest, PairedTests, paired
from evals.comparison.report import lines
from evals.results import Arm, ArmResults, Golden, Letter
from evals.scoring.letters import LetterScore
from evals.scoring.marks import Kind, Mark
from extractor import intervals

Says = Mapping[str, Any]
VERIFIED, REVIEW = "verified", "review"
RIGHT: Says = {"outcome": "upheld"}
WRONG: Says = {"outcome": "overturned"}
LABELS: Says = {"outcome": "upheld", "case": {"priority": None}}
EXPEDITED: Says = {"value": "expedited", "quote": "Expedited", "start": 10, "end": 19}


def record(said: Says, status: str = VERIFIED) -> dict[str, Any]:
    """Return a record that says *said* and nothing else."""
    document = {"text_sha256": None}
    return {"status": status, "document": document, "findings": [], **said}


def letter(
    number: int,
    said: Says,
    repeat: int = 0,
    status: str = VERIFIED,
    labels: Says | None = LABELS,
) -> Letter:
    """Return a letter as an arm read it."""
    name = f"letter-{number}"
    return Letter(name, f"{name}/source.txt", labels, record(said, status), repeat)


def arm(says: Iterable[Says], name: str = "rules", labels: Says | None = LABELS) -> ArmResults:
    """Return an arm that says of each letter what is given, in this order."""
    letters = (letter(number, said, labels=labels) for number, said in enumerate(says))
    return ArmResults(Arm(name, name), tuple(letters))


def results(*arms: ArmResults) -> Results:
    """Return the results of a run of *arms*."""
    return Results(Golden(len(arms[0].letters)), arms, {})


def compared(before: ArmResults, after: ArmResults) -> PairedTests:
    """Compare two arms of which the letters have labels; return the tests."""
    found = compare(before, after).tests
    assert found is not None
    return found


def field(tests: PairedTests, name: str) -> FieldTest:
    """Return the test of one field."""
    return next(each for each in tests.fields if each.field == name)


def sides(test: LetterTest | FieldTest) -> tuple[float, float, int, int]:
    """Return before, after, lost and gained."""
    return test.before, test.after, test.lost, test.gained


def imr_eval(*arguments: str | Path) -> Result:
    """Run the program."""
    return CliRunner().invoke(app, [str(each) for each in arguments])


# --- letters ------------------------------------------------------------------------------------


def test_perfect_letters_are_tested_by_mcnemar() -> None:
    """42 letters, 10 lost and 2 gained: 2 x (1 + 12 + 66) / 4096 = 0.0386.

    Before 42 - 2 = 40 were perfect, after 32: -8/42.
    """
    before = arm([WRONG] * 2 + [RIGHT] * 40)
    after = arm([RIGHT] * 32 + [WRONG] * 10)
    test = compared(before, after).perfect
    assert sides(test) == (40, 32, 10, 2)
    assert (test.letters, test.method) == (42, "exact McNemar")
    assert test.p == pytest.approx(158 / 4096)
    assert test.difference == pytest.approx(-8 / 42)
    assert test.before_interval == intervals.wilson(40, 42)
    assert test.after_interval == intervals.wilson(32, 42)
    assert test.interval == stats.paired_difference(10, 2, 42)
    assert test.significant


def test_only_verified_errors_escape() -> None:
    """9 letters turn wrong, 3 of them marked for review: 6 errors escape, p = 2/64."""
    before = arm([RIGHT] * 12)
    caught = arm([RIGHT] * 3 + [WRONG] * 9).letters
    review = tuple(letter(n, WRONG, status=REVIEW) for n in (9, 10, 11))
    tests = compared(before, ArmResults(before.arm, (*caught[:9], *review)))
    assert sides(tests.escaped) == (0, 6, 0, 6)
    assert tests.escaped_errors == (0.0, 6.0)
    assert tests.escaped.p == pytest.approx(2 / 64)


def test_a_letter_read_often_counts_once() -> None:
    """Three equal readings of each letter say what one says: same shares, p and intervals."""
    before, after = [RIGHT] * 12, [WRONG] * 8 + [RIGHT] * 4
    often = [
        ArmResults(
            Arm("model", "llm"),
            tuple(letter(n, said, repeat) for repeat in range(3) for n, said in enumerate(says)),
        )
        for says in (before, after)
    ]
    once = compared(arm(before), arm(after))
    assert compared(*often) == once
    assert compared(arm(before), often[1]) == once


def test_repeats_are_averaged() -> None:
    """Of 8 letters, all right once, 7 are wrong in 1 of 2 readings: 4.5 perfect, p = 2/2^7.

    Each changes by half a letter, so they move the difference as 7 x 1/4 letters do.
    """
    twice = [letter(n, RIGHT) for n in range(8)]
    twice += [letter(n, WRONG, repeat=1) for n in range(7)] + [letter(7, RIGHT, repeat=1)]
    tests = compared(arm([RIGHT] * 8), ArmResults(Arm("model", "llm"), tuple(twice)))
    assert sides(tests.perfect) == (8, 4.5, 7, 0)
    assert tests.perfect.method == "permutation"
    assert tests.perfect.p == pytest.approx(2 / 2**7)
    assert tests.perfect.moved == pytest.approx(7 / 4)
    assert tests.escaped_errors == (0.0, 3.5)
    outcome = field(tests, "outcome")
    assert (*sides(outcome), outcome.before_of, outcome.after_of) == (8, 4.5, 7, 0, 8, 8)


def test_averages_over_three_readings_leave_no_dust() -> None:
    """Two values too many in three readings, then the same two and one right: no error more."""

    def read(*kinds: Kind) -> list[LetterScore]:
        marks = [Mark("outcome", "/outcome", kind) for kind in kinds]
        return [LetterScore("a", None, REVIEW, some, ()) for some in (marks, [], [])]

    before, after = read(Kind.EXTRA, Kind.EXTRA), read(Kind.EXTRA, Kind.EXTRA, Kind.CORRECT)
    found = paired({"a": before}, {"a": after})
    assert found is not None
    assert (found.fields[0].lost, found.fields[0].gained, found.fields[0].changed) == (0, 0, 1)


def test_only_letters_in_both_are_tested() -> None:
    """A letter that one run lacks is neither lost nor gained; without a common one is no test."""
    found = compare(arm([RIGHT] * 5), arm([RIGHT] * 3))
    assert found.tests is not None
    assert (found.tests.letters, len(found.only_in_first)) == (3, 2)
    assert paired({"a": [letter(1, RIGHT).score]}, {"b": [letter(1, RIGHT).score]}) is None


def test_without_labels_nothing_is_tested() -> None:
    """Two records may differ, but none is known to be right."""
    found = compare(arm([RIGHT], labels=None), arm([WRONG], labels=None))
    assert (len(found.changes), found.tests, found.power) == (1, None, None)


# --- fields -------------------------------------------------------------------------------------


def test_fields_are_corrected_for_their_number() -> None:
    """The outcome is lost in 8 of 10 letters, a priority invented in 6 of them: Holm doubles.

    p is 2/2^8 and 2/2^6; of two fields the smaller is doubled. What labels and record both lack
    is in no ratio: of the priorities 0 of 0 are right, then 0 of 6. What no letter changed in
    (the status) is no test.
    """
    both = {**WRONG, "case": {"priority": EXPEDITED}}
    after = arm([both] * 6 + [WRONG] * 2 + [RIGHT] * 2)
    tests = compared(arm([{**RIGHT, "case": {"priority": None}}] * 10), after)
    outcome, priority = (field(tests, name) for name in ("outcome", "case.priority"))
    assert (sides(outcome), outcome.before_of, outcome.letters) == ((10, 2, 8, 0), 10, 10)
    assert (sides(priority), priority.before_of, priority.after_of) == ((0, 0, 6, 0), 0, 6)
    assert (outcome.p, outcome.adjusted) == pytest.approx((2 / 2**8, 4 / 2**8))
    assert (priority.p, priority.adjusted) == pytest.approx((2 / 2**6, 2 / 2**6))
    assert outcome.difference == pytest.approx(-0.8)
    assert priority.difference is None
    assert (tests.family, [each.worse for each in (outcome, priority)]) == (2, [True, True])


def test_what_too_few_letters_changed_is_not_tested() -> None:
    """Five letters make 2/32 at best: no significance to be had, and no place in the family."""
    tests = compared(arm([RIGHT] * 30), arm([WRONG] * 5 + [RIGHT] * 25))
    outcome = field(tests, "outcome")
    assert outcome.p == pytest.approx(2 / 32)
    assert (outcome.testable, outcome.adjusted, tests.family) == (False, 1, 0)
    assert tests.significant == []


def test_what_is_not_tested_costs_the_others_nothing() -> None:
    """Eight letters lose the outcome, one gets a priority: 2/2^8 stands as the only test."""
    odd = {**RIGHT, "case": {"priority": EXPEDITED}}
    tests = compared(arm([RIGHT] * 9), arm([WRONG] * 8 + [odd]))
    assert field(tests, "case.priority").changed == 1
    assert field(tests, "outcome").adjusted == pytest.approx(2 / 2**8)


def test_gains_are_significant_and_not_worse() -> None:
    """Seven letters gained: p = 2/128, a change by more than chance and for the better."""
    tests = compared(arm([WRONG] * 7 + [RIGHT]), arm([RIGHT] * 8))
    (found,) = tests.significant
    assert (found.field, found.worse, found.difference) == ("outcome", False, 7 / 8)


def test_a_value_read_from_elsewhere_is_not_right() -> None:
    """The word is the label's and stands where another field's value stands: an error."""
    elsewhere = {**EXPEDITED, "start": 90, "end": 99}
    labels = {"case": {"priority": EXPEDITED}}
    says = [{"case": {"priority": value}} for value in (EXPEDITED, elsewhere)]
    tests = compared(*(arm([each] * 6, labels=labels) for each in says))
    assert sides(field(tests, "case.priority")) == (6, 0, 6, 0)


def test_items_of_one_letter_change_together() -> None:
    """One letter that loses twenty codes is one letter: p = 1, and far from significant."""
    codes = [{"value": str(n), "quote": str(n), "start": n, "end": n + 1} for n in range(20)]
    labels = {"patient": {"diagnosis_codes": codes}}
    says = [{"patient": {"diagnosis_codes": some}} for some in (codes, [])]
    before = arm([says[0]] * 5, labels=labels)
    after = arm([says[1]] + [says[0]] * 4, labels=labels)
    found = field(compared(before, after), "patient.diagnosis_codes")
    assert (found.before, found.after, found.changed, found.p) == (100, 80, 1, 1)


def test_power_is_that_of_the_letters_at_hand() -> None:
    """100 letters of which 4 changed sides: 5 of 102 are assumed to, by the rule of succession."""
    power = compared(arm([RIGHT] * 100), arm([WRONG] * 4 + [RIGHT] * 96)).power
    assert (power.letters, power.discordant) == pytest.approx((100, 5 / 102))
    assert power.power == pytest.approx(stats.power(100, 0.01, 5 / 102))
    assert power.letters_needed == stats.letters_needed(0.01, 5 / 102)


def test_no_difference_is_not_read_into_a_small_sample() -> None:
    """The report ends with what so many letters can see, whatever the comparison says."""
    found = compare(arm([RIGHT] * 42), arm([RIGHT] * 42))
    last = list(lines(found))[-1]
    assert last.startswith(
        "With 42 letters a true change of 1 point would be seen in less than 1 %"
    )
    assert "about 1,900 letters would be needed" in last


# --- report -------------------------------------------------------------------------------------


def planted() -> Comparison:
    """Compare 20 letters of which 9 were lost and 1 gained."""
    return compare(arm([WRONG] + [RIGHT] * 19), arm([RIGHT] * 11 + [WRONG] * 9, name="other"))


def test_the_report_says_both_shares_their_difference_and_p() -> None:
    """19 of 20, then 11: -40 points, 1 gained and 9 lost, p = 2 x (1 + 10) / 1024 = 0.021.

    With a letter added to each side 2 against 10 of 22: -0.3636 ± 1.96 x 0.1371.
    """
    text = "\n".join(lines(planted()))
    assert "Perfect letters: 19 of 20 (95.0 %, 76.4 to 99.1) → 11 of 20 (55.0 %, " in text
    assert "  -40.0 points (-63.2 to -9.5) in 20 letters; newly so 1, no longer 9; " in text
    assert "p = 0.021 (exact McNemar)" in text
    assert "Escaped errors in 20 letters: 1 → 9" in text
    assert "more than chance: 1 of 1 tested (Holm)" in text
    assert "  outcome: 19 of 20 right → 11 of 20 in 20 letters; -40.0 points" in text


def test_no_percentage_stands_without_its_number() -> None:
    """Whoever quotes a line of the report quotes n with it."""
    said = [line for line in lines(planted()) if re.search(r"%|points?\b", line)]
    assert len(said) > 4
    assert all(re.search(r"\bof \d|\d letters\b", line) for line in said)


def test_the_json_carries_all_of_it(tmp_path: Path) -> None:
    """Runs, counts, tests and power, each share beside what it is of."""
    path, out = tmp_path / "results.json", tmp_path / "compared.json"
    results(arm([RIGHT] * 8), arm([WRONG] * 7 + [RIGHT], name="other")).save(path)
    done = imr_eval("compare", path, "--arm", "rules", "--arm", "other", "--out", out)
    data = json.loads(out.read_text("utf-8"))
    assert (done.exit_code, data["schema"]) == (0, "imr-compare/2")
    assert [run["letters"] for run in data["runs"]] == [8, 8]
    tests = data["tests"]
    assert (tests["letters"], tests["perfect"]["before"], tests["perfect"]["after"]) == (8, 8, 1)
    assert tests["fields"]["outcome"]["p"] == pytest.approx(2 / 2**7)
    assert tests["holm"] == {"fields": 1, "alpha": 0.05}
    assert tests["power"]["letters"] == 8


# --- which run ----------------------------------------------------------------------------------


@pytest.fixture
def arms(tmp_path: Path) -> Path:
    """Results of three arms; colons are in the file's name and in an arm's."""
    path = tmp_path / "run:1.json"
    second = arm([WRONG] * 6, name="maker/model:8b")
    results(arm([RIGHT] * 6), second, arm([WRONG] * 3 + [RIGHT] * 3, name="third")).save(path)
    return path


@pytest.mark.parametrize(
    "given",
    [
        ("{}:rules", "{}:maker/model:8b"),
        ("{}", "--arm", "rules", "--arm", "maker/model:8b"),
        ("{}", "{}", "--arm", "rules", "--arm", "maker/model:8b"),
    ],
    ids=["behind the file", "two of one file", "one of each"],
)
def test_arms_are_chosen_by_name(arms: Path, given: Sequence[str]) -> None:
    """Behind the file or as an option: six letters of rules against six of the model."""
    done = imr_eval("compare", *(each.format(arms) for each in given))
    assert done.exit_code == 0
    assert "Perfect letters: 6 of 6" in done.stdout
    assert "→ 0 of 6" in done.stdout


def test_one_name_is_for_both_runs(arms: Path) -> None:
    """The same arm of two files: nothing changed."""
    assert compare(arms, arms, arm="third").changes == {}


@pytest.mark.parametrize(
    "given",
    [
        ("{}",),
        ("{}", "{}"),
        ("{}:rules",),
        ("{}", "--arm", "rules"),
        ("{}", "--arm", "rules", "--arm", "rules"),
        ("{}", "--arm", "rules", "--arm", "fourth"),
        ("{}:rules", "{}", "--arm", "rules"),
        ("{}:fourth", "{}:rules"),
        ("{}", "{}", "--arm", "rules", "--arm", "third", "--arm", "rules"),
    ],
)
def test_an_unclear_arm_is_refused(arms: Path, given: Sequence[str]) -> None:
    """No arm is guessed: several and none named, one alone, unknown, named twice, too many."""
    done = imr_eval("compare", *(each.format(arms) for each in given))
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_python_takes_results_arms_and_paths(arms: Path) -> None:
    """Three ways to name the same two runs give the same comparison."""
    loaded = Results.load(arms)
    rules, _, third = loaded.arms
    found = compare(rules, third)
    assert [change.turn for changes in found.changes.values() for change in changes] == ["lost"] * 3
    names = ("rules", "third")
    for other in (
        compare(loaded, arm=names),
        compare(arms, arms, arm=names),
        compare(arms, arm=names),
    ):
        assert (other.changes, other.tests, other.power) == (
            found.changes,
            found.tests,
            found.power,
        )


def test_changes_are_of_the_same_repeat() -> None:
    """The second reading is compared with the second; a third that one run lacks with none."""
    before = [letter(0, RIGHT), letter(0, WRONG, repeat=1)]
    after = [letter(0, RIGHT), letter(0, RIGHT, repeat=1), letter(0, WRONG, repeat=2)]
    ours, theirs = (ArmResults(Arm("model", "llm"), tuple(each)) for each in (before, after))
    found = compare(ours, theirs)
    assert {name: [each.turn for each in changes] for name, changes in found.changes.items()} == {
        "letter-0/source.txt#1": ["gained"]
    }
    assert (found.only_in_first, found.only_in_second) == ([], [])


def test_the_later_labels_judge_every_reading() -> None:
    """A label mended since turns the earlier run's letters right too: nothing is gained."""
    before = arm([WRONG] * 6)
    after = arm([WRONG] * 6, labels={"outcome": "overturned"})
    found = compare(before, after)
    assert found.tests is not None
    assert (sides(found.tests.perfect), len(found.labels_differ)) == ((6, 6, 0, 0), 6)


def test_an_arms_name_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    """Names come from a file, and control characters of it are not printed."""
    path = tmp_path / "results.json"
    results(arm([RIGHT], name="red\x07"), arm([RIGHT], name="b")).save(path)
    done = imr_eval("compare", path, path)
    assert (done.exit_code, "\x07" in done.stderr, "red" in done.stderr) == (2, False, True)
