"""The pytest helper: what it lets pass, and what it says of what it does not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from terminal import LETTER

from evals.errors import EvalError
from evals.running.arms import Setup
from evals.testing import SCREEN, GoldenCase, assert_case, assert_golden, golden_cases
from extractor import extract
from extractor.errors import GoldenError, SettingsError

LETTERS = {"first": "Massage, 4 visits", "second": "Walker", "third": "TENS unit"}


def labelled(folder: Path, name: str, request: str, **changes: Any) -> None:  # noqa: ANN401
    """Write a golden case of what the rules read in it, but for *changes*."""
    case = folder / name
    case.mkdir(parents=True)
    (case / "source.txt").write_text(LETTER.replace("{request}", request), "utf-8")
    made = json.loads(extract(case / "source.txt").to_json())
    record = {
        "document": {"id": f"{name}/source.txt", "layout": made["document"]["layout"]},
        **{key: made[key] for key in ("status", "outcome", "patient", "clinical_summary", "items")},
        "findings": [],
        **changes,
    }
    labels = {"split": "dev", "reviewed": True, "note": "", "record": record}
    (case / "expected.json").write_text(json.dumps(labels), "utf-8")


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """Three letters that the rules read as labelled, two errors planted in the second's labels."""
    folder = tmp_path / "golden"
    for name, request in LETTERS.items():
        labelled(folder, name, request)
    path = folder / "second" / "expected.json"
    labels = json.loads(path.read_text("utf-8"))
    labels["record"]["outcome"] = "overturned"
    labels["record"]["patient"]["age"]["value"] = 42
    path.write_text(json.dumps(labels), "utf-8")
    return folder


def message(golden: Path, **options: Any) -> str:  # noqa: ANN401
    """Return what the helper says when it fails."""
    with pytest.raises(AssertionError) as failure:
        assert_golden(golden, **options)
    return str(failure.value)


def test_a_difference_is_shown_with_its_letter_field_and_both_sides(golden: Path) -> None:
    """One screen: how many letters, then each difference with expected over produced."""
    start = LETTER.index("41 year old")

    assert message(golden) == "\n".join(
        [
            "1 of 3 golden letters are not as labelled.",
            "second: outcome wrong /outcome",
            "    expected  'overturned'",
            "    produced  'upheld'",
            "second: patient.age wrong, span exact /patient/age",
            f"    expected  42 at {start}:{start + 11}",
            f"    produced  41 at {start}:{start + 11}",
        ]
    )


def test_letters_read_as_labelled_pass(golden: Path) -> None:
    """Nothing is raised where nothing differs."""
    (golden / "second" / "expected.json").unlink()
    (golden / "second" / "source.txt").unlink()
    (golden / "second").rmdir()

    assert_golden(golden)


@pytest.mark.parametrize(
    "allow",
    [["second"], ["outcome", "patient"], ["outcome", "patient.age"], ["second:outcome", "patient"]],
)
def test_what_is_allowed_may_differ(golden: Path, allow: list[str]) -> None:
    """By letter, by field, by a field's parent, or by field of one letter."""
    assert_golden(golden, allow=allow)


@pytest.mark.parametrize(
    "allow", [["third"], ["outcome"], ["patient.a"], ["first:outcome", "patient"]]
)
def test_what_is_not_allowed_still_fails(golden: Path, allow: list[str]) -> None:
    """Another letter, another field, half a name, or the field of another letter."""
    assert "second" in message(golden, allow=allow)


def test_some_letters_may_be_imperfect(golden: Path) -> None:
    """Two of three are perfect: enough for 0.66, not for 0.67."""
    assert_golden(golden, min_perfect=0.66)
    assert "0.67 of them must be perfect" in message(golden, min_perfect=0.67)


def test_records_are_held_to_the_labels_too(golden: Path, tmp_path: Path) -> None:
    """A letter without a record is a difference, and said to be one."""
    records = tmp_path / "records.jsonl"
    records.write_text("", "utf-8")

    said = message(golden, records=records)

    assert said.startswith("3 of 3 ")
    assert "first: there is no record of it" in said
    assert_golden(golden, records=records, allow=list(LETTERS))


def test_a_test_of_nothing_fails(golden: Path, tmp_path: Path) -> None:
    """An empty folder, a split without a letter, and a slip in a name are no success."""
    with pytest.raises(AssertionError):
        assert_golden(golden, split="test")
    with pytest.raises(GoldenError):
        assert_golden(tmp_path / "none")
    with pytest.raises(SettingsError):
        assert_golden(golden, proposer="oracle")
    with pytest.raises(EvalError):
        assert_golden(golden, split="tests")


def test_the_message_is_one_screen(golden: Path) -> None:
    """Of many differences the first are shown, and how many more there are."""
    for number in range(20):
        labelled(golden, f"wrong-{number:02}", "Cane", outcome="overturned")

    lines = message(golden).splitlines()

    assert len(lines) == 1 + 3 * SCREEN + 1
    assert lines[-1] == f"… and {22 - SCREEN} more differences"


def test_letters_cannot_act_on_the_terminal_that_shows_them(golden: Path) -> None:
    """Control characters of a letter are shown, not obeyed."""
    path = golden / "second" / "expected.json"
    path.write_text(path.read_text("utf-8").replace('"overturned"', '"over\\u001b[2Jturned"'))
    labels = json.loads(path.read_text("utf-8"))
    del labels["record"]["outcome"]
    labels["record"]["clinical_summary"]["value"] = "over\x1b[2Jturned"
    path.write_text(json.dumps(labels), "utf-8")

    said = message(golden)

    assert "\\x1b[2J" in said
    assert "\x1b" not in said


def test_each_letter_can_be_a_test_of_its_own(golden: Path) -> None:
    """Parameters carry the cases' names, and each is asserted alone."""
    parameters = golden_cases(golden)

    assert [parameter.id for parameter in parameters] == list(LETTERS)
    first, second, third = (parameter.values[0] for parameter in parameters)
    assert_case(first)
    assert_case(third)
    with pytest.raises(AssertionError):
        assert_case(second)
    assert_case(second, allow=["outcome", "patient.age"])
    assert isinstance(second, GoldenCase)


def test_a_prompts_examples_are_no_tests(golden: Path, tmp_path: Path) -> None:
    """Who is shown a letter is not tested on it."""
    shown = tmp_path / "terse" / "examples" / "one"
    shown.mkdir(parents=True)
    (shown / "letter.txt").write_bytes((golden / "third" / "source.txt").read_bytes())

    parameters = golden_cases(golden, proposer=Setup("llm", prompt=tmp_path / "terse"))

    assert [parameter.id for parameter in parameters] == ["first", "second"]


SUITE = """
from evals.testing import assert_golden

def test_golden():
    assert_golden({golden!r})
"""


def test_three_lines_make_a_suite(golden: Path, tmp_path: Path) -> None:
    """In a real run of pytest the test fails with the message alone, none of the helper's lines."""
    suite = tmp_path / "suite" / "test_golden.py"
    suite.parent.mkdir()
    suite.write_text(SUITE.format(golden=str(golden)), "utf-8")

    call = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", suite.name]
    done = subprocess.run(
        call, cwd=suite.parent, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 1
    errors = [line for line in done.stdout.splitlines() if line.startswith("E ")]
    assert errors[0].endswith("AssertionError: 1 of 3 golden letters are not as labelled.")
    assert "1 failed" in done.stdout
    assert "testing.py" not in done.stdout
