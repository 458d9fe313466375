"""Two runs over the same letters: which values they agree on."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.cli import app
from extractor import extract

LETTER = """\
HOW THE IMR FINAL DETERMINATION WAS MADE
State(s) of Licensure: Nevada
Certification(s)/Specialty: Neurology

CLINICAL CASE SUMMARY
The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:

The worker is a {age} year old woman.

IMR ISSUES, DECISIONS AND RATIONALES
The Final Determination was based on decisions for the disputed items/services set forth below:

A wrist brace: Upheld

Claims Administrator guideline: Decision based on MTUS Elbow Complaints 2007.

MAXIMUS guideline: Decision based on MTUS Elbow Complaints 2007.

Decision rationale: The brace is not medically necessary.
"""


def written(path: Path, text: str) -> Path:
    """Write the record of one letter, named a.txt, to *path*."""
    record = extract(text=text)
    document = record.document.model_copy(update={"id": f"{path.stem}/a.txt"})
    path.write_text(record.model_copy(update={"document": document}).to_json() + "\n", "utf-8")
    return path


def same(*paths: Path) -> tuple[int, str]:
    """Run the command; return its exit code and what it prints."""
    done = CliRunner().invoke(app, ["same", *map(str, paths)])
    return done.exit_code, done.output


def test_equal_values_in_different_texts_agree(tmp_path: Path) -> None:
    """White space, spans and pages belong to a text, not to what it says."""
    plain = LETTER.format(age=40)
    first = written(tmp_path / "one.jsonl", plain)
    second = written(tmp_path / "two.jsonl", plain.replace("\n", "  \r\n") + "\f")
    code, output = same(first, second)
    assert code == 0
    assert ", 0 differ." in output


def test_a_differing_value_is_counted_once_and_named(tmp_path: Path) -> None:
    """A value that differs is named by its field, its letter and its pointer; prose counts too."""
    first = written(tmp_path / "one.jsonl", LETTER.format(age=40))
    second = written(tmp_path / "two.jsonl", LETTER.format(age=41))
    code, output = same(first, second)
    assert code == 1
    assert ", 2 differ." in output
    assert "a /patient/age/value" in output
    assert "a /clinical_summary/value" in output


def test_a_letter_that_only_one_run_has_is_a_difference(tmp_path: Path) -> None:
    """Nothing compared is not agreement."""
    first = written(tmp_path / "one.jsonl", LETTER.format(age=40))
    empty = tmp_path / "two.jsonl"
    empty.write_text("", "utf-8")
    code, output = same(first, empty)
    assert code == 1
    assert "0 letters in both, 1 in one only." in output


@pytest.mark.parametrize("content", ["{}\n", None])
def test_what_is_no_file_of_records_is_refused(tmp_path: Path, content: str | None) -> None:
    """A file that is missing, or whose line is no record, ends with exit code 2."""
    first = written(tmp_path / "one.jsonl", LETTER.format(age=40))
    other = tmp_path / "other.jsonl"
    if content is not None:
        other.write_text(content, "utf-8")
    assert same(first, other)[0] == 2
