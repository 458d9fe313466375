"""Two runs over the same letters: which values they agree on."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from evals.cli import app
from extractor.pipeline import Extractor

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
    return of_ids(path, {f"{path.stem}/a.txt": text})


def of_ids(path: Path, texts: dict[str, str]) -> Path:
    """Write the records of letters by id to *path*."""
    lines = [Extractor().extract_text(text, id=name).to_json() for name, text in texts.items()]
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
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


def test_letters_of_one_name_in_many_folders_are_matched_by_folder(tmp_path: Path) -> None:
    """The path is part of a letter's name; the suffix is not: one run may read PDFs."""
    texts = {"x/source.txt": LETTER.format(age=40), "y/source.txt": LETTER.format(age=41)}
    first = of_ids(tmp_path / "one.jsonl", texts)
    pdfs = {name.replace(".txt", ".pdf"): text for name, text in reversed(texts.items())}
    code, output = same(first, of_ids(tmp_path / "two.jsonl", pdfs))
    assert code == 0
    assert "2 letters in both, 0 in one only." in output
    assert ", 0 differ." in output


def test_what_could_be_several_letters_is_matched_with_none(tmp_path: Path) -> None:
    """A name alone is enough across folders only where one letter of each run bears it."""
    text = LETTER.format(age=40)
    first = of_ids(tmp_path / "one.jsonl", {"x/source.txt": text, "y/source.txt": text})
    second = of_ids(tmp_path / "two.jsonl", {"z/source.txt": text})
    code, output = same(first, second)
    assert code == 1
    assert "0 letters in both, 3 in one only." in output


def test_two_letters_of_one_id_are_refused(tmp_path: Path) -> None:
    """Which of them the other run means, nobody can say."""
    twice = of_ids(tmp_path / "one.jsonl", {"a.txt": LETTER.format(age=40)})
    twice.write_text(twice.read_text("utf-8") * 2, "utf-8")
    assert same(twice, twice)[0] == 2


@pytest.mark.parametrize("content", ["{}\n", None])
def test_what_is_no_file_of_records_is_refused(tmp_path: Path, content: str | None) -> None:
    """A file that is missing, or whose line is no record, ends with exit code 2."""
    first = written(tmp_path / "one.jsonl", LETTER.format(age=40))
    other = tmp_path / "other.jsonl"
    if content is not None:
        other.write_text(content, "utf-8")
    assert same(first, other)[0] == 2
