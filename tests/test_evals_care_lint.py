"""``imr-eval lint``: every planted fault is named, in its case, and hides none of the others."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import care
import pytest

from evals.care.lint import lint

ROOT = Path(__file__).parent.parent
OTHER = "CM16-0000002"
LAYOUTS = ["dwc-2014", "dwc-2016", "letter-2013", "letter-2014", "professional-review"]
ODD = {"code": "dates_out_of_order"}
Data = dict[str, Any]


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """A folder with one faultless case, ``good``."""
    care.write(tmp_path / "golden", "good")
    return tmp_path / "golden"


def faults(golden: Path) -> list[tuple[str, str]]:
    """Return case and path of every fault."""
    return [(fault.case, fault.path) for fault in lint(golden).faults]


def notes(golden: Path) -> str:
    """Return the notes, joined."""
    return "\n".join(lint(golden).notes)


def test_the_golden_letters_of_the_project_are_clean() -> None:
    """The project's own golden folder has no fault; the command says so and exits 0."""
    result = care.imr_eval("lint", "--golden", ROOT / "golden")
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, "48 cases, 0 faults")


def test_a_faultless_case_is_clean(golden: Path) -> None:
    """Nothing is said against labels that read true."""
    assert faults(golden) == []


def injury(record: Data) -> Data:
    """Return the date of injury."""
    found: Data = record["patient"]["date_of_injury"]
    return found


def first(record: Data) -> Data:
    """Return the first item."""
    found: Data = record["items"][0]
    return found


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("/items/0/request", lambda r: first(r)["request"].update(start=0)),
        ("/items/0/request", lambda r: first(r)["request"].update(value="Brace")),
        ("/items/0/request", lambda r: first(r)["request"].update(page=1)),
        ("/items/0/decision", lambda r: first(r)["decision"].update(value="overturned")),
        ("/patient/age", lambda r: r["patient"]["age"].update(value=41)),
        ("/patient/sex", lambda r: r["patient"]["sex"].update(value="female")),
        ("/patient/date_of_injury", lambda r: injury(r).update(value="2015-04-03")),
        ("/items", lambda r: first(r).update(number=7)),
        ("/outcome", lambda r: r.update(outcome="upheld")),
        ("/status", lambda r: r.update(status="review")),
        ("/document/id", lambda r: r["document"].update(id="good/source.txt")),
        ("/items/5", lambda r: r["findings"].append(ODD | {"path": "/items/5"})),
        ("/items/0/request/end", lambda r: first(r)["request"].pop("end")),
        ("/findings/0/code", lambda r: r["findings"].append({"code": "odd"})),
        ("/findings/0/code", lambda r: r["findings"].append({"code": []})),
        ("/patient/date_of_injury/value", lambda r: injury(r).update(value="2015-02-30")),
        ("/outcom", lambda r: r.update(outcom="mixed")),
    ],
)  # fmt: skip
def test_a_planted_fault_is_named_with_its_case_and_path(
    golden: Path, path: str, change: Callable[[Data], object]
) -> None:
    """One label is spoiled: lint names its case and its JSON Pointer, and exits 1."""
    care.write(golden, "bad", OTHER, lambda content: change(content["record"]))
    assert ("bad", path) in faults(golden)
    assert {case for case, _ in faults(golden)} == {"bad"}
    assert care.imr_eval("lint", "--golden", golden).exit_code == 1


@pytest.mark.parametrize(
    ("path", "frame"), [("split", {"split": "train"}), ("origin", {"origin": "found"})]
)
def test_a_word_that_the_format_does_not_know_is_named(
    golden: Path, path: str, frame: Data
) -> None:
    """A split or an origin of one's own is a fault."""
    care.write(golden, "bad", OTHER, **frame)
    assert faults(golden) == [("bad", path)]


def test_a_key_given_twice_is_named(golden: Path) -> None:
    """JSON keeps the last of two, so a label would be lost without a word."""
    file = care.write(golden, "bad", OTHER) / "expected.json"
    file.write_text(file.read_text("utf-8").replace('"note": ""', '"note": "a", "note": ""'))
    assert faults(golden) == [("bad", "expected.json")]


@pytest.mark.parametrize("half", ["source.txt", "expected.json"])
def test_a_missing_half_is_a_fault_of_its_case(golden: Path, half: str) -> None:
    """A letter without labels, and labels without a letter."""
    (care.write(golden, "bad", OTHER) / half).unlink()
    assert faults(golden) == [("bad", "")]


def test_a_letter_that_cannot_be_read_is_a_fault_of_its_file(golden: Path) -> None:
    """An empty source is named as such, and what else is wrong with its labels as well."""
    folder = care.write(
        golden, "bad", OTHER, lambda content: content["record"].update(status="review")
    )
    (folder / "source.txt").write_bytes(b"")
    assert faults(golden) == [("bad", "/status"), ("bad", "source.txt")]


def test_one_broken_case_hides_nothing(golden: Path) -> None:
    """Labels that are no JSON, a half that is missing, a wrong span: all three are named."""
    (care.write(golden, "a", "CM16-0000011") / "expected.json").write_text("{", "utf-8")
    (care.write(golden, "b", "CM16-0000012") / "source.txt").unlink()
    care.write(
        golden, "c", "CM16-0000013", lambda content: content["record"].update(outcome="upheld")
    )
    assert faults(golden) == [("a", "expected.json"), ("b", ""), ("c", "/outcome")]


def test_a_fault_is_one_line_of_case_path_and_what(golden: Path) -> None:
    """``case: path: what``, so that an editor or a grep can use it."""
    care.write(golden, "bad", OTHER, lambda content: content["record"].update(outcome="upheld"))
    lines = care.imr_eval("lint", "--golden", golden).output.splitlines()
    assert lines[0] == "bad: /outcome: is not 'mixed', as the items make it"
    assert lines[-1] == "2 cases, 1 faults"


# --- between cases --------------------------------------------------------------------------------


def respaced(folder: Path) -> None:
    """Double the spaces of a letter; its labels' places no longer matter."""
    file = folder / "source.txt"
    file.write_text(file.read_text("utf-8").replace(" ", "  \n"), "utf-8")


def test_a_letter_in_both_splits_is_a_leak(golden: Path) -> None:
    """What is developed on must not be tested; other spaces and line breaks do not hide it."""
    respaced(care.write(golden, "twin", split="test"))
    found = [fault.what for fault in lint(golden).faults if not fault.path]
    assert [("good, which is dev" in what) for what in found] == [True]


def test_a_letter_with_other_numbers_leaks_too(golden: Path) -> None:
    """Changing a case number does not make it another letter."""
    care.write(golden, "twin", OTHER, split="test")
    assert faults(golden) == [("twin", "")]


def test_a_letter_twice_in_one_split_is_a_fault(golden: Path) -> None:
    """It would count twice."""
    care.write(golden, "twin")
    assert faults(golden) == [("twin", "")]


def test_letters_with_other_numbers_in_one_split_are_two(golden: Path) -> None:
    """Letters from one template are letters of their own where no test depends on them."""
    care.write(golden, "twin", OTHER)
    assert faults(golden) == []


def another(folder: Path, words: str) -> None:
    """Add words to a letter's end, so that it is another."""
    with (folder / "source.txt").open("a", encoding="utf-8") as file:
        file.write(words)


def test_a_case_number_in_both_splits_is_a_fault_of_test(golden: Path) -> None:
    """One dispute, told in two letters, leaks as well."""
    another(care.write(golden, "later", split="test"), "A corrected determination.\n")
    assert faults(golden) == [("later", "/case/case_number")]


def test_a_case_number_twice_in_one_split_is_noted(golden: Path) -> None:
    """A corrected letter has its first one's number; that is for a person to judge."""
    another(care.write(golden, "later"), "A corrected determination.\n")
    assert faults(golden) == []
    assert "1 case numbers stand in several letters: good, later" in notes(golden)


def test_names_that_differ_in_capitals_are_a_fault(golden: Path) -> None:
    """On some systems they are one folder."""
    care.write(golden, "GOOD", OTHER)
    assert faults(golden) == [("good", "")]


# --- notes ----------------------------------------------------------------------------------------


def test_notes_name_what_is_not_covered_and_fail_nothing(golden: Path) -> None:
    """Layouts, fields without a label or a value, observations, splits: by hand for one letter."""
    care.write(golden, "odd", OTHER, deserves, split="dev")
    said = notes(golden).splitlines()
    assert "2 reviewed: 2 dev, 0 test" in said
    assert sorted(layouts(said, "test")) == LAYOUTS
    never = next(line for line in said if line.startswith("no case labels")).split()
    assert "clinical_summary," in never
    assert "items.request," not in never
    assert any(line.startswith("dev has 1 of 12 observations") for line in said)
    assert any(line.startswith("test has 0 of 12 observations") for line in said)
    assert care.imr_eval("lint", "--golden", golden).exit_code == 0


def layouts(said: list[str], split: str) -> list[str]:
    """Return the layouts that a split is said to have no letter of."""
    head = f"{split} has no letter of layout "
    return next(line for line in said if line.startswith(head)).removeprefix(head).split(", ")


def test_a_layout_that_has_a_letter_is_not_named(golden: Path) -> None:
    """A layout is covered per split."""
    care.write(golden, "new", OTHER, lambda c: c["record"]["document"].update(layout="dwc-2016"))
    said = notes(golden).splitlines()
    assert "dwc-2016" not in layouts(said, "dev")
    assert "dwc-2016" in layouts(said, "test")


def deserves(content: Data) -> None:
    """Let the letter deserve an observation, and say that it has no states."""
    content["record"]["findings"].append(ODD | {"path": "/patient"})
    content["record"]["expert"]["licensed_in"] = []


def test_a_field_that_is_always_absent_is_noted(golden: Path) -> None:
    """Labels without one value cannot show that a value is found."""
    care.write(golden, "odd", OTHER, deserves)
    (said,) = (line for line in notes(golden).splitlines() if "absent from every letter" in line)
    assert "expert.licensed_in" in said
    assert "expert.specialties" not in said


def test_unreviewed_cases_are_named_and_cover_nothing(golden: Path) -> None:
    """A draft's labels are nobody's; its faults are named all the same."""
    care.write(golden, "draft", OTHER, deserves, reviewed=False)
    assert "1 unreviewed, which never count: draft" in notes(golden)
    assert "dev has 0 of 12 observations" in notes(golden)


# --- output ---------------------------------------------------------------------------------------


def test_json_holds_the_same(golden: Path) -> None:
    """``--json`` gives cases, faults and notes; the exit code is the same."""
    care.write(golden, "bad", OTHER, lambda content: content["record"].update(outcome="upheld"))
    result = care.imr_eval("lint", "--golden", golden, "--json")
    found = json.loads(result.output)
    assert (result.exit_code, found["cases"]) == (1, 2)
    assert [(fault["case"], fault["path"]) for fault in found["faults"]] == [("bad", "/outcome")]


def test_a_hostile_name_does_nothing_to_the_terminal(golden: Path) -> None:
    """Control characters and bytes that are no UTF-8 are shown as replaced, on one line."""
    bad = care.write(golden, "bad", OTHER)
    bad.rename(os.fsdecode(os.fsencode(golden) + b"/x\x1b[2J\n\xff"))
    command = [sys.executable, "-m", "evals", "lint", "--golden", str(golden)]
    for more in ([], ["--json"]):
        done = subprocess.run([*command, *more], capture_output=True, check=False, cwd=ROOT)
        assert (done.returncode, done.stderr) == (1, b"")
        assert b"\x1b" not in done.stdout
    assert "x\ufffd[2J \ufffd: /document/id: is not" in lint(golden).faults[0].__str__()


def test_no_folder_of_cases_is_refused(tmp_path: Path) -> None:
    """A mistaken path is no clean golden set: exit code 2."""
    assert care.imr_eval("lint", "--golden", tmp_path).exit_code == 2
