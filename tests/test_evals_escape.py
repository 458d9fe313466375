"""The escape benchmark: what is counted, what is not, and that every operator corrupts."""

import inspect
import json
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from terminal import imr
from typer.testing import CliRunner, Result

import evals.escape.operators as registry
from evals.cli import app
from evals.escape.harmless import HARMLESS
from evals.escape.letters import Letter
from evals.escape.made import Made, Rewritten, judge
from evals.escape.operators import OPERATORS, Operator
from evals.escape.operators.decisions import decision_flipped, outcome_changed
from evals.escape.operators.passages import conclusion_dropped
from evals.escape.operators.people import name_dropped
from evals.escape.pool import Pool, gather
from evals.escape.report import to_json, totals
from evals.escape.run import Run, run
from evals.escape.same import Right, same_values, same_words
from evals.escape.tree import Tree, put
from extractor.propose import Proposal
from extractor.text import Text
from extractor.validate import CHECKS

ROOT = Path(__file__).parent.parent
BLIND = frozenset(CHECKS)


@pytest.fixture(scope="module")
def pool() -> Pool:
    """The golden letters that are to be verified, with their variants."""
    return gather(ROOT / "golden", 0, (), 1)


@pytest.fixture(scope="module")
def letter(pool: Pool) -> Letter:
    """A letter of two items."""
    return next(each for each in pool.letters if each.id == "request-colons/source.txt")


def tried(pool: Pool, *operators: Operator, count: int = 40, **options: object) -> Run:
    """Run *operators* alone."""
    chosen: dict[str, Any] = {"operators": operators, "harmless_operators": (), **options}
    return run(pool.letters, count, 0, **chosen)


def harmless(pool: Pool, *operators: Operator, count: int = 40) -> Run:
    """Run *operators* alone, as harmless ones."""
    return run(pool.letters, 0, count, operators=(), harmless_operators=operators)


def unchanged(letter: Letter, chance: Random) -> Tree:
    """Change nothing."""
    del chance
    return letter.tree


def always_the_same(letter: Letter, chance: Random) -> Tree:
    """Turn the first decision of whichever letter."""
    del chance
    other = {"upheld": "overturned", "overturned": "upheld"}
    decision = letter.at("items", 0, "decision")
    changed = {**decision, "value": other[decision["value"]]}
    return letter.put(("items", 0, "decision"), changed)


def without_decisions(letter: Letter, chance: Random) -> Rewritten:
    """Take the decision words out of the letter."""
    del chance
    return Rewritten(letter.source.replace("Upheld", "").replace("Overturned", ""))


def broken_reply(letter: Letter, chance: Random) -> Proposal:
    """Reply with what is no item."""
    del chance
    nothing: Any = None
    return replace(letter.reply, items=[nothing])


def test_right_records_pass_every_way(pool: Pool) -> None:
    """Uncorrupted, the record, the reply and the layout of a letter are right and verified."""
    for letter in pool.letters:
        ways: tuple[Made, ...] = (letter.tree, letter.reply, letter.layout)
        judged = [judge(letter, way) for way in ways]
        assert all(each.passes and each.is_right for each in judged), letter


def test_letters_that_need_a_person_take_no_part(pool: Pool) -> None:
    """A golden letter whose record is not verified is left out, and counted as such."""
    names = {letter.id for letter in pool.letters}
    assert "grocery-list/source.txt" not in names
    assert pool.left_out["golden"] > 0


def test_what_changes_nothing_is_no_corruption(pool: Pool) -> None:
    """An operator that does nothing has tried nothing, however often it was asked."""
    [tally] = tried(pool, unchanged).tallies
    assert (tally.tried, tally.failed, tally.exhausted) == (0, 0, True)


def test_a_blind_validator_lets_everything_escape(pool: Pool) -> None:
    """Without its checks, every corruption is an escape; with them, none of these is."""
    assert tried(pool, decision_flipped, count=25).escapes == 0
    assert tried(pool, decision_flipped, count=25, without=BLIND).escapes == 25


def test_an_escape_can_be_made_again(pool: Pool) -> None:
    """What is reported of an escape, done to the right record, escapes again."""
    [tally] = tried(pool, decision_flipped, count=5, without=BLIND).tallies
    for example in tally.examples:
        letter = next(each for each in pool.letters if each.id == example["letter"])
        again = letter.tree
        for change in example["changes"]:
            steps = change["pointer"].strip("/").split("/")
            path = tuple(int(step) if step.isdigit() else step for step in steps)
            again = put(again, path, change["after"])
        judged = judge(letter, again, BLIND)
        assert judged.passes
        assert not judged.is_right


def test_an_exception_is_an_escape(pool: Pool) -> None:
    """Whatever makes grounding or the validator raise is counted, and the run goes on."""
    found = tried(pool, broken_reply, count=3)
    assert found.escapes == 3
    assert found.tallies[0].examples[0]["raised"] == "AttributeError"


def test_false_alarms_are_counted(pool: Pool) -> None:
    """A change that is called harmless and is not verified any more is a false alarm."""
    found = harmless(pool, without_decisions, count=10)
    assert (found.false_alarms, found.escapes) == (10, 0)
    assert found.tallies[0].codes["missing_item"] > 0


def test_a_harmless_change_that_changes_a_value_is_a_false_alarm(pool: Pool) -> None:
    """Verified is not enough: the values must be those that were there."""

    def another_age(letter: Letter, chance: Random) -> Rewritten | None:
        """Make everybody a year older."""
        del chance
        age = letter.at("patient", "age")
        if age is None:
            return None
        years, rest = str(age["value"]), letter.source[age["start"] : age["end"]]
        older = rest.replace(years, str(int(years) + 1))
        return Rewritten(letter.source[: age["start"]] + older + letter.source[age["end"] :])

    assert harmless(pool, another_age, count=5).false_alarms == 5


def test_corruptions_are_distinct(pool: Pool) -> None:
    """What was made before is not tried again: a letter gives one corruption of its only kind."""
    few = pool._replace(letters=pool.letters[:5])
    [tally] = tried(few, always_the_same, count=100).tallies
    assert (tally.tried, tally.exhausted) == (5, True)


def test_two_operators_share_no_corruption(pool: Pool) -> None:
    """What one operator has made is not another's too."""

    def again(letter: Letter, chance: Random) -> Tree:
        """Turn the first decision too."""
        return always_the_same(letter, chance)

    few = pool._replace(letters=pool.letters[:5])
    first, second = tried(few, always_the_same, again, count=100).tallies
    assert (first.tried, second.tried) == (5, 0)


def outline(found: Run) -> list[tuple[str, int, list[str]]]:
    """Return what a run has made."""
    return [
        (tally.name, tally.tried, [example["digest"] for example in tally.examples])
        for tally in found.tallies
    ]


def test_a_seed_gives_one_run(pool: Pool) -> None:
    """The same seed gives the same corruptions, in one process or in two; another gives others."""
    operators = (decision_flipped, conclusion_dropped, name_dropped)
    first, again, shared, other = (
        outline(tried(pool, *operators, without=BLIND, **options))
        for options in ({}, {}, {"processes": 2}, {"seed": 2})
    )
    assert first == again == shared
    assert first != other


def test_each_operator_gets_its_share(pool: Pool) -> None:
    """An operator that has no more to give leaves its share to the others."""
    poor, rich = tried(pool, outcome_changed, decision_flipped, count=60).tallies
    assert (poor.tried, rich.tried) == (30, 30)
    barren, rest = tried(pool, unchanged, decision_flipped, count=60).tallies
    assert (barren.tried, rest.tried) == (0, 60)


def test_the_report_says_what_was_planted(pool: Pool) -> None:
    """Tried, caught, escaped and the totals are exact."""
    found = run(
        pool.letters,
        6,
        4,
        operators=(decision_flipped, broken_reply),
        harmless_operators=(without_decisions,),
    )
    said = to_json(found, pool)
    assert [(each["tried"], each["wrong"]) for each in said["operators"]] == [
        (3, 0),
        (3, 3),
        (4, 4),
    ]
    assert (said["escapes"], said["false_alarms"], said["checks"]) == (3, 4, None)
    assert totals(found, pool).endswith(
        "3 escapes of 6 corruptions. 4 false alarms of 4 harmless changes."
    )
    json.dumps(said)


def test_ablation_names_the_check_that_is_needed(pool: Pool) -> None:
    """Where only one check catches a corruption, it is named; without that check it escapes."""
    found = tried(pool, name_dropped, count=10, ablate=True)
    assert found.sole_checks == {"expert": 10}
    assert tried(pool, name_dropped, count=10, without={"expert"}).escapes == 10
    assert tried(pool, name_dropped, count=10, without=BLIND - {"expert"}).escapes == 0


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.__name__)
def test_every_operator_corrupts_a_golden_letter(pool: Pool, operator: Operator) -> None:
    """Each makes something of at least one golden letter that is not what was there."""
    [tally] = tried(pool, operator, count=1, without=BLIND).tallies
    assert tally.tried == 1


@pytest.mark.parametrize("operator", HARMLESS, ids=lambda operator: operator.__name__)
def test_every_harmless_operator_changes_a_golden_letter(pool: Pool, operator: Operator) -> None:
    """Each changes the text of at least one golden letter."""
    [tally] = harmless(pool, operator, count=1).tallies
    assert tally.tried == 1


def test_every_operator_is_in_the_list_once() -> None:
    """What an operator module defines in public with a letter and chance is listed, and named."""
    modules = [part for part in vars(registry).values() if inspect.ismodule(part)]
    made = [
        function
        for module in modules
        for function in vars(module).values()
        if inspect.isfunction(function)
        and function.__module__ == module.__name__
        and not function.__name__.startswith("_")
        and [*inspect.signature(function).parameters] == ["letter", "chance"]
    ]
    assert set(made) == set(OPERATORS)
    names = [operator.__name__ for operator in (*OPERATORS, *HARMLESS)]
    assert len(set(names)) == len(names)
    assert all(operator.__doc__ for operator in (*OPERATORS, *HARMLESS))


# --- what counts as wrong -----------------------------------------------------------------------


def test_another_word_for_the_same_is_as_good(pool: Pool) -> None:
    """A sex read from another noun of the summary is right; from outside the summary it is not."""
    story = "The patient is a 30 year old man who fell. This man is in pain. "
    right = next(each for each in pool.letters if each.at("patient", "sex", "value") == "male")
    said = {"summary": story, "rationale": "A man who fell."}
    text = Text.of("".join(said.values()))
    place = {"quote": "man", "start": 25, "end": 28, "page": None}
    sex = {"value": "male", **place}
    summary = {"value": story.strip(), "quote": story.strip(), "start": 0, "end": len(story) - 1}
    tree = {**right.tree, "items": [], "clinical_summary": {**summary, "page": None}}
    tree = put(tree, ("patient", "sex"), sex)
    held = Right(tree, text)
    again, later = (text.source.index("man", start) for start in (29, len(story)))
    for start, as_good in ((again, True), (later, False), (again - 1, False)):
        moved = {**sex, "start": start, "end": start + 3}
        assert held.is_as_good(put(tree, ("patient", "sex"), moved)) is as_good


def test_the_same_words_of_another_item_are_wrong(letter: Letter) -> None:
    """A decision quoted from another item is wrong, even where both say the same."""
    one, other = letter.items[0]["decision"], letter.items[1]["decision"]
    moved = {**other, "value": one["value"]}
    assert not letter.right.is_as_good(letter.put(("items", 0, "decision"), moved))


def test_findings_and_provenance_do_not_count(letter: Letter) -> None:
    """A record is as good whatever it says of itself."""
    tree = {**letter.tree, "status": "review", "findings": []}
    assert letter.right.is_as_good(tree)


def test_words_are_compared_as_they_are_seen() -> None:
    """Type, spaces and what cannot be seen do not count; letters and digits do."""
    assert same_words("\u201cof\ufb01ce\u201d  follow\u00ad\nup\u200b") == same_words(
        '"office" follow-up'
    )
    assert same_words("10 mg") != same_words("100 mg")
    assert same_values({"value": "a b", "start": 3}, {"value": "a\u00a0b", "start": 9})
    assert not same_values({"value": 3}, {"value": None})


# --- the command, and the other way in ----------------------------------------------------------


def test_corrupt_records_are_refused_by_imr_validate(pool: Pool, tmp_path: Path) -> None:
    """What is caught here is an error of ``imr validate`` too, record by record."""
    chance = Random(5)  # noqa: S311 - a test's chance
    made = [decision_flipped(letter, chance) for letter in pool.letters if "#" not in letter.id]
    lines = [json.dumps(tree) for tree in made if tree]
    (tmp_path / "records.jsonl").write_text("\n".join(lines), "utf-8")
    done = imr("validate", tmp_path / "records.jsonl", "--source", ROOT / "golden")
    refused = {line.split(":")[0] for line in done.stdout.splitlines() if ": error " in line}
    assert done.exit_code == 1
    assert len(refused) == len(lines) > 10


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two golden cases."""
    folder = tmp_path_factory.mktemp("golden")
    for name in ("request-colons", "credentials-lists"):
        shutil.copytree(ROOT / "golden" / name, folder / name)
    return folder


def escape(golden: Path, *arguments: str) -> Result:
    """Run the command on golden letters alone."""
    few = ["--golden", str(golden), "--synthetic", "0", "--harmless", "0", "--n", "10"]
    return CliRunner().invoke(app, ["escape", *few, *arguments])


def test_the_command_writes_what_it_found(
    monkeypatch: pytest.MonkeyPatch, golden: Path, tmp_path: Path
) -> None:
    """A run ends with its totals and exit code 0, and its results are JSON."""
    monkeypatch.setattr(run, "__kwdefaults__", only(decision_flipped, conclusion_dropped))
    out = tmp_path / "escape.json"
    done = escape(golden, "--ablate", "--out", str(out))
    assert done.exit_code == 0, done.output
    assert "0 escapes of 10 corruptions" in done.output
    said = json.loads(out.read_text("utf-8"))
    assert said["schema"] == "imr-escape/1"
    assert [each["tried"] for each in said["operators"]] == [5, 5]
    assert said["checks"]["items"] == 10
    assert set(said["checks"]) == set(CHECKS)


def test_the_gate_decides_the_exit_code(monkeypatch: pytest.MonkeyPatch, golden: Path) -> None:
    """With ``--gate`` it says whether anything got through; without, a run exits 0."""
    for operator, code in ((decision_flipped, 0), (broken_reply, 1)):
        monkeypatch.setattr(run, "__kwdefaults__", only(operator))
        assert escape(golden, "--gate").exit_code == code
        assert escape(golden).exit_code == 0


def only(*operators: Operator) -> dict[str, Any]:
    """Return how a run is started by default, but with *operators* alone."""
    return {**(run.__kwdefaults__ or {}), "operators": operators, "harmless_operators": ()}
