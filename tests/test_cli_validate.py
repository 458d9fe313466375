"""``imr validate``: records that anyone made, held against their letters."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terminal import LETTER, SHOPPING, imr, records
from typer.testing import Result

ROOT = Path(__file__).parent.parent
Change = Callable[[dict[str, Any]], object]


def checked(made: Path, letters: Path, change: Change) -> Result:
    """Validate the records with *change* made to the first."""
    first, *rest = records(made.read_text("utf-8"))
    change(first)
    lines = [json.dumps(record) for record in (first, *rest)]
    return imr("validate", "-", "--source", letters, stdin="\n".join(lines))


def test_right_records_pass(made: Path, letters: Path) -> None:
    """Records as extracted have no error, and all letters theirs."""
    done = imr("validate", made, "--source", letters)
    assert (done.exit_code, done.stdout) == (
        0,
        "3 records: 0 errors, 0 for review, 0 observations.\n",
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda r: r["document"].update(sha256="0" * 64), "source_mismatch"),
        (lambda r: r["document"].update(text_sha256="0" * 64), "source_mismatch"),
        (lambda r: r["document"].update(id="c.txt"), "missing_path"),
        (lambda r: r["document"].update(id="../records.jsonl"), "missing_path"),
        (lambda r: r["document"].update(id="b.txt", sha256=None, text_sha256=None), "ungrounded"),
        (lambda r: r["items"][0]["decision"].update(value="overturned"), "value_mismatch"),
        (lambda r: r["items"].clear(), "missing_item"),
    ],
)
def test_wrong_records_are_found_out(made: Path, letters: Path, change: Change, code: str) -> None:
    """Another file, letter or value, or a lost item: each is an error, and the exit code 1."""
    done = checked(made, letters, change)
    assert f"error {code}" in done.stdout
    assert done.exit_code == 1


RUN_ON = (ROOT / "golden" / "no-blank-lines" / "source.txt").read_text("utf-8")


@pytest.mark.parametrize("letter", ["", SHOPPING, "\0", RUN_ON], ids=["", "list", "nul", "run-on"])
def test_a_letters_own_faults_are_no_error_of_an_honest_record(tmp_path: Path, letter: str) -> None:
    """What no record can mend is for review where the record says so, else an error."""
    (tmp_path / "letter.txt").write_text(letter, "utf-8")
    printed = imr("extract", tmp_path / "letter.txt").stdout
    (record,) = records(printed)
    assert record["status"] != "verified"
    honest = imr("validate", "-", "--source", tmp_path, stdin=printed)
    assert re.search(r" 0 errors, [1-9] for review", honest.stdout)
    assert honest.exit_code == 0
    hiding = json.dumps(record | {"findings": []})
    assert imr("validate", "-", "--source", tmp_path, stdin=hiding).exit_code == 1


def test_a_letter_without_text_has_no_values(made: Path, letters: Path) -> None:
    """A record with values, of a letter that gives no text, is wrong whatever it owns up to."""
    (letters / "a.txt").write_text("", "utf-8")
    (empty, *_) = records(imr("extract", letters).stdout)
    done = checked(made, letters, lambda r: r.update(findings=empty["findings"]))
    assert "error ungrounded" in done.stdout
    assert done.exit_code == 1


@pytest.mark.parametrize("status", ["verified", "review", "failed"])
def test_a_record_does_not_vouch_for_itself(made: Path, letters: Path, status: str) -> None:
    """What a record says of its own status changes nothing."""
    assert checked(made, letters, lambda r: r.update(status=status)).exit_code == 0
    wrong = checked(made, letters, lambda r: r.update(status=status, items=[]))
    assert wrong.exit_code == 1


def test_hashes_may_be_left_out(made: Path, letters: Path) -> None:
    """A record by a tool that keeps no hashes is checked against the letter of its id."""
    done = checked(made, letters, lambda r: r["document"].update(sha256=None, text_sha256=None))
    assert done.exit_code == 0


def test_one_letter_has_one_record(made: Path, letters: Path) -> None:
    """A second record of one letter is an error."""
    made.write_text(made.read_text("utf-8") * 2, "utf-8")
    done = imr("validate", made, "--source", letters)
    assert done.stdout.count("error duplicate_id") == 3
    assert done.exit_code == 1


def test_letters_without_a_record_are_counted(made: Path, letters: Path) -> None:
    """What the records leave out is said."""
    (letters / "new.txt").write_text(LETTER, "utf-8")
    assert "1 letters have no record" in imr("validate", made, "--source", letters).stdout


@pytest.mark.parametrize(
    "line",
    ["{", "[]", '{"schema": "imr-record/1"}', '"\\ud800"', "[" * 100_000, "\udcff", "no", "1e999"],
)
def test_lines_that_are_no_records_are_reported(made: Path, letters: Path, line: str) -> None:
    """A line that is no record is an error with its number; the others are checked all the same."""
    data = made.read_bytes().splitlines(keepends=True)
    data[1:1] = [b"\n", line.encode("utf-8", "surrogateescape"), b"\n"]
    made.write_bytes(b"".join(data))
    done = imr("validate", made, "--source", letters)
    assert "line 3: error" in done.stdout
    assert "4 records: 1 errors" in done.stdout
    assert done.exit_code == 1


def test_a_refused_line_is_not_quoted(made: Path, letters: Path) -> None:
    """What is wrong with a line is said without the words of the letter."""
    done = checked(
        made, letters, lambda r: r["items"][0].update(rationale="The applicant's secret")
    )
    assert "secret" not in done.stdout
    assert done.exit_code == 1


def test_other_citations_are_named_by_id_and_place(made: Path, letters: Path) -> None:
    """Which guidelines the grammar reads there is said, in no words of the letter."""
    record = records(made.read_text("utf-8"))[0]
    (cited,) = record["items"][0]["reviewer"]["citations"]
    done = checked(made, letters, lambda r: r["items"][0]["reviewer"].update(citations=[]))
    (line,) = (line for line in done.stdout.splitlines() if "disagreement" in line)
    assert f"mtus/acoem/12 at {cited['start']}-{cited['end']}" in line
    assert "Low Back" not in line
