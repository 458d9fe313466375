"""The command ``imr``: what goes where, and how it ends."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from extractor.cli import app

ROOT = Path(__file__).parent.parent
IMR = [sys.executable, "-m", "extractor.cli"]
LETTER = """\
HOW THE IMR FINAL DETERMINATION WAS MADE

MAXIMUS Federal Services sent the complete case file to an expert reviewer.

CLINICAL CASE SUMMARY

The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:

The applicant is a 41 year old man who fell from a ladder on March 3, 2014.

IMR ISSUES, DECISIONS AND RATIONALES

The Final Determination was based on decisions for the disputed items/services set forth below:

{request}:  Upheld

Claims Administrator guideline: The Claims Administrator did not base their
decision on the MTUS.

MAXIMUS guideline: Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 30.

Decision rationale: Nothing is said of earlier visits. Therefore, the request is not medically
necessary.
"""
SHOPPING = "Two loaves of bread, six eggs, and the small tin of paint.\n"


def imr(*arguments: str | Path, stdin: str | None = None) -> Result:
    """Run ``imr`` in this process."""
    return CliRunner().invoke(app, [str(each) for each in arguments], input=stdin)


def records(jsonl: str) -> list[dict[str, Any]]:
    """Read what ``imr extract`` printed."""
    return [json.loads(line) for line in jsonl.splitlines()]


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A folder with two letters that can be verified, in a subfolder one more."""
    folder = tmp_path / "letters"
    (folder / "sub").mkdir(parents=True)
    for name, request in (("b", "Massage, 4 visits"), ("a", "Walker"), ("sub/c", "TENS unit")):
        (folder / f"{name}.txt").write_text(LETTER.replace("{request}", request), "utf-8")
    return folder


@pytest.fixture
def made(letters: Path, tmp_path: Path) -> Path:
    """The records of the letters."""
    out = tmp_path / "records.jsonl"
    assert imr("extract", letters, "--out", out).exit_code == 0
    return out


# --- extract --------------------------------------------------------------------------------------


def test_records_go_to_standard_output_and_nothing_else_does(letters: Path) -> None:
    """Without --out, a JSON line per input in input order; standard error stays empty."""
    done = imr("extract", letters / "b.txt", letters)
    assert [r["document"]["id"] for r in records(done.stdout)] == [
        "b.txt",
        "a.txt",
        "b.txt",
        "sub/c.txt",
    ]
    assert done.stderr == "imr: 1 of 4 letters failed: more than allowed.\n"


def test_verified_letters_exit_0(letters: Path) -> None:
    """A run in which nothing failed ends with 0 and says nothing more."""
    done = imr("extract", letters)
    assert {r["status"] for r in records(done.stdout)} == {"verified"}
    assert (done.exit_code, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1),
        (["--max-failed", "0"], 1),
        (["--max-failed", "1"], 0),
        (["--max-failed", "20%"], 1),
        (["--max-failed", "25%"], 0),
        (["--max-failed", "100%"], 0),
    ],
)
def test_failed_letters_are_written_and_counted(
    letters: Path, options: list[str], code: int
) -> None:
    """An input that gives no text keeps its row; more of them than --max-failed exit 1."""
    (letters / "empty.txt").touch()
    done = imr("extract", letters, *options)
    assert [r["status"] for r in records(done.stdout)].count("failed") == 1
    assert done.exit_code == code


@pytest.mark.parametrize(
    ("options", "code"),
    [([], 0), (["--max-review", "0"], 1), (["--max-review", "1"], 0), (["--max-review", "10%"], 1)],
)
def test_letters_for_review_are_allowed_by_default(
    letters: Path, options: list[str], code: int
) -> None:
    """Letters that need a person end a run with 1 only where --max-review says so."""
    (letters / "list.txt").write_text(SHOPPING, "utf-8")
    assert imr("extract", letters, *options).exit_code == code


def test_every_input_gets_its_row(letters: Path) -> None:
    """Missing paths, empty folders and unreadable files are rows with their code."""
    (letters / "noise.txt").write_bytes(bytes(range(256)) * 4)
    (letters / "fake.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    done = imr("extract", letters / "none.txt", letters / "noise.txt", letters / "fake.pdf")
    codes = [r["findings"][0]["code"] for r in records(done.stdout)]
    assert codes == ["missing_path", "not_text", "not_text"]


def test_standard_input_is_a_letter() -> None:
    """``-`` reads a letter from standard input."""
    done = imr("extract", "-", stdin=LETTER.replace("{request}", "Cane"))
    (record,) = records(done.stdout)
    assert (record["document"]["id"], record["status"]) == ("-", "verified")


@pytest.mark.parametrize(
    ("option", "value", "code"),
    [("--max-bytes", "100", "too_large"), ("--max-pages", "1", "too_many_pages")],
)
def test_limits_are_options(letters: Path, option: str, value: str, code: str) -> None:
    """A letter beyond a limit is not read."""
    letter = letters / "a.txt"
    letter.write_text("\f".join([LETTER] * 2), "utf-8")
    (record,) = records(imr("extract", letter, option, value).stdout)
    assert [finding["code"] for finding in record["findings"]] == [code]


def test_the_encoding_is_an_option(letters: Path) -> None:
    """Text files are decoded as --encoding says, and the record says so."""
    letter = letters / "a.txt"
    letter.write_bytes(LETTER.replace("{request}", "Étude").encode("utf-16-le"))
    (record,) = records(imr("extract", letter, "--encoding", "utf-16-le").stdout)
    assert record["items"][0]["request"]["quote"] == "Étude"
    assert record["document"]["encoding"] == "utf-16-le"


def test_the_summary_says_what_the_run_came_to(letters: Path, tmp_path: Path) -> None:
    """--summary counts inputs, statuses, items and codes as the records have them."""
    (letters / "empty.txt").touch()
    summary = tmp_path / "summary.json"
    imr("extract", letters, "--out", tmp_path / "r.db", "--summary", summary)
    counts = json.loads(summary.read_text("utf-8"))
    assert {name: counts[name] for name in ("inputs", "verified", "review", "failed", "items")} == {
        "inputs": 4,
        "verified": 3,
        "review": 0,
        "failed": 1,
        "items": 3,
    }
    assert counts["findings"] == {"empty_input": 1}


def test_processes_do_not_change_the_records(letters: Path, tmp_path: Path) -> None:
    """--jobs changes how long a run takes and nothing else."""
    for number in range(20):
        (letters / f"more-{number}.txt").write_text(LETTER.replace("{request}", f"Visit {number}"))
    alone, shared = tmp_path / "alone.jsonl", tmp_path / "shared.jsonl"
    for out, jobs in ((alone, "1"), (shared, "2")):
        done = subprocess.run(
            [*IMR, "extract", letters, "--out", out, "--jobs", jobs], check=True, timeout=120
        )
        assert done.returncode == 0
    assert alone.read_bytes() == shared.read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract"],
        ["extract", "letters", "--max-failed", "some"],
        ["extract", "letters", "--max-failed", "-1"],
        ["extract", "letters", "--max-review", "101%"],
        ["extract", "letters", "--jobs", "0"],
        ["extract", "letters", "--encoding", "morse"],
        ["extract", "letters", "--encoding", "zlib"],
        ["extract", "letters", "--layouts", "nowhere"],
        ["extract", "letters", "--layouts", "bad-layouts"],
        ["extract", "letters", "--layouts", "bad-bytes"],
        ["extract", "letters", "--out", "records.docx"],
        ["extract", "letters", "--out", "nowhere/records.jsonl"],
        ["extract", "letters", "--out", "letters"],
        ["extract", "letters", "--summary", "nowhere/summary.json"],
        ["extract", "letters", "--out", "same.jsonl", "--summary", "same.jsonl"],
        ["show", "nowhere.txt"],
        ["show", "letters"],
        ["show", "torn.jsonl"],
        ["show", "none.jsonl"],
        ["text", "nowhere.txt"],
        ["text", "letters/a.txt", "--encoding", "morse"],
        ["validate", "nowhere.jsonl", "--source", "letters"],
        ["validate", "letters", "--source", "letters"],
        ["validate", "torn.jsonl"],
        ["validate", "torn.jsonl", "--source", "nowhere"],
        ["validate", "torn.jsonl", "--source", "letters", "--layouts", "bad-layouts"],
        ["unknown"],
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_as_given_exits_2(
    letters: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    """A usage error is said on standard error before any work; no file is left behind."""
    monkeypatch.chdir(letters.parent)
    for name, layout in (("bad-layouts", b"name = 'x'"), ("bad-bytes", b"name = '\xe9'")):
        Path(name).mkdir()
        (Path(name) / "own.toml").write_bytes(layout)
    Path("torn.jsonl").write_text('{"schema": ', "utf-8")
    Path("none.jsonl").write_text("{", "utf-8")
    before = sorted(letters.parent.rglob("*"))
    done = imr(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr
    assert sorted(letters.parent.rglob("*")) == before


def test_an_output_made_otherwise_is_refused(letters: Path, made: Path) -> None:
    """The same command finds its work done; another one needs --overwrite."""
    before = made.read_bytes()
    assert imr("extract", letters, "--out", made).exit_code == 0
    assert imr("extract", letters / "a.txt", "--out", made).exit_code == 2
    assert made.read_bytes() == before
    assert imr("extract", letters / "a.txt", "--out", made, "--overwrite").exit_code == 0
    assert len(made.read_text("utf-8").splitlines()) == 1


def test_a_reader_that_has_enough_ends_the_run_quietly() -> None:
    """A closed pipe is no error: nothing is said and the exit code is 0."""
    with subprocess.Popen(
        [*IMR, "extract", ROOT / "golden", ROOT / "golden" / "*" / "source.*", "--max-failed=100%"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        json.loads(process.stdout.readline())
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_an_interrupt_exits_130(letters: Path) -> None:
    """Ctrl-C ends a command with 130 and without a traceback."""
    with subprocess.Popen(
        [*IMR, "validate", "-", "--source", letters],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(b"no record\n")
        process.stdin.flush()
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 130


def on_terminal(*arguments: str | Path, records_too: bool) -> tuple[str, str]:
    """Run ``imr`` with standard error, or both outputs, on a terminal; return what each got."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*IMR, *arguments],
        stdout=theirs if records_too else subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "160"},
    ) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        printed = process.stdout.read() if process.stdout else b""
    os.close(ours)
    return printed.decode(), shown.decode()


def _read(terminal: int) -> bytes:
    """Read from a terminal; nothing where the other side has closed it."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


def test_progress_goes_to_a_terminal(letters: Path) -> None:
    """Bar and counts stand on standard error's terminal; records go where they went before."""
    printed, shown = on_terminal("extract", letters, records_too=False)
    assert len(records(printed)) == 3
    assert re.search(r"3/3.*verified 3.*review 0.*failed 0", shown)


def test_progress_does_not_run_into_the_records(letters: Path) -> None:
    """Where the records go to the same terminal there is no bar."""
    _, shown = on_terminal("extract", letters, records_too=True)
    assert len(records(shown)) == 3


# --- show, text, schema ---------------------------------------------------------------------------


@pytest.mark.parametrize("as_records", [False, True])
def test_show_names_items_decisions_citations_and_findings(
    tmp_path: Path, as_records: bool
) -> None:
    """A letter and its record are shown alike, each part of them in words."""
    file = ROOT / "golden" / "seed-003" / "source.txt"
    if as_records:
        imr("extract", file, "--out", tmp_path / "records.jsonl")
        file = tmp_path / "records.jsonl"
    done = imr("show", file)
    for words in ("overturned", "Neck and Upper Back Complaints", "body_region_mismatch"):
        assert words in done.stdout
    assert done.exit_code == 0


def test_show_lists_many_letters_and_one_of_them(made: Path) -> None:
    """Several records are a table with counts; --id shows one of them."""
    everything, one = imr("show", made), imr("show", made, "--id", "sub/c.txt")
    assert "3 letters: 3 verified, 0 review, 0 failed." in everything.stdout
    assert "TENS unit" in one.stdout
    assert "Walker" not in one.stdout
    assert imr("show", made, "--id", "none").exit_code == 2


HOSTILE = "Cane \x1b[2J\x07\x9b31m [red]not red[/red] \u202egnp.exe :smile:"


@pytest.mark.parametrize("terminal", [False, True])
def test_letters_cannot_act_on_the_terminal(tmp_path: Path, terminal: bool) -> None:
    """Control characters are shown as U+FFFD and markup as the characters it is made of."""
    letter = tmp_path / "a.txt"
    letter.write_text(LETTER.replace("{request}", HOSTILE), "utf-8")
    for command in ("show", "text"):
        if terminal:
            _, shown = on_terminal(command, letter, records_too=True)
        else:
            shown = imr(command, letter).stdout
        if terminal or command == "show":
            assert not re.search(r"\x1b\[2J|[\x07\x9b\u202e]", shown)
        assert "[red]not red[/red]" in shown
        assert ":smile:" in shown


def test_names_in_records_cannot_act_on_the_terminal(made: Path) -> None:
    """A record's own words, its id among them, are no more trusted than a letter's."""
    record = records(made.read_text("utf-8"))[0]
    record["document"] |= {"id": HOSTILE, "layout": HOSTILE, "reader": HOSTILE}
    record["provenance"] |= {"proposer": HOSTILE}
    record[HOSTILE] = 1
    made.write_text(json.dumps(record) + "\n", "utf-8")
    refused = imr("show", made)
    del record[HOSTILE]
    made.write_text(f"{json.dumps(record)}\n" * 2, "utf-8")
    shown = imr("show", made).stdout + imr("show", made, "--id", HOSTILE).stdout
    checked = imr("validate", made, "--source", made.parent).stdout
    for printed in (refused.stderr, shown, checked):
        assert printed
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", printed)


def test_text_is_what_the_offsets_count(letters: Path) -> None:
    """``imr text`` prints the text untouched: every span of the record reads its quote there."""
    letter = letters / "a.txt"
    letter.write_bytes(
        LETTER.replace("{request}", "Study\u00a0of \ufb01bres").replace("\n", "\r\n").encode()
    )
    with subprocess.Popen([*IMR, "text", letter], stdout=subprocess.PIPE) as process:
        assert process.stdout
        text = process.stdout.read().decode()
    assert text.encode() == letter.read_bytes()
    request = records(imr("extract", letter).stdout)[0]["items"][0]["request"]
    assert text[request["start"] : request["end"]] == "Study\u00a0of \ufb01bres"


def test_text_says_why_there_is_none(letters: Path) -> None:
    """A letter without text exits 1 and names the finding's code."""
    (letters / "a.txt").write_text(" \n", "utf-8")
    done = imr("text", letters / "a.txt")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "empty_input" in done.stderr


def test_schema_describes_the_records(made: Path) -> None:
    """``imr schema`` is JSON and names every part that a record has."""
    schema = json.loads(imr("schema").stdout)
    assert set(records(made.read_text("utf-8"))[0]) == set(schema["properties"])


# --- validate -------------------------------------------------------------------------------------

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
