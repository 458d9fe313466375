"""``imr extract`` and what every command shares: what goes where, and how it ends."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from terminal import IMR, LETTER, SHOPPING, imr, on_terminal, records

ROOT = Path(__file__).parent.parent


def test_records_go_to_standard_output_and_nothing_else_does(letters: Path) -> None:
    """Without --out, a JSON line per input, in order; standard error says only why it exits 1."""
    again = letters.parent / "again" / "b.txt"
    again.parent.mkdir()
    again.write_bytes((letters / "b.txt").read_bytes())
    done = imr("extract", again, letters)
    assert [r["document"]["id"] for r in records(done.stdout)] == [
        "b.txt",
        "a.txt",
        "b.txt",
        "sub/c.txt",
    ]
    assert done.stderr == "imr: 1 of 4 letters failed: more than allowed (duplicate_id 1).\n"


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


@pytest.mark.parametrize(
    ("options", "named", "other"),
    [
        (["--max-review", "0", "--max-failed", "1"], "unknown_layout", "not_text"),
        ([], "not_text", "unknown_layout"),
    ],
)
def test_an_exceeded_limit_names_the_codes_of_its_own_letters(
    letters: Path, tmp_path: Path, options: list[str], named: str, other: str
) -> None:
    """What is wrong with letters of another status is no reason; nor is it after a resumed run."""
    (letters / "list.txt").write_text(SHOPPING, "utf-8")
    (letters / "noise.txt").write_bytes(bytes(range(256)) * 4)
    for more in ((), ("--out", tmp_path / "r.csv"), ("--out", tmp_path / "r.csv")):
        done = imr("extract", letters, *options, *more)
        assert (done.exit_code, named in done.stderr, other in done.stderr) == (1, True, False)


def test_every_input_gets_its_row(letters: Path) -> None:
    """What a list names and is gone, and unreadable files, are rows with their code."""
    (letters / "noise.txt").write_bytes(bytes(range(256)) * 4)
    (letters / "fake.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    files = [str(letters / name) for name in ("none.txt", "noise.txt", "fake.pdf")]
    done = imr("extract", "--from", "-", stdin="\n".join(files))
    codes = [r["findings"][0]["code"] for r in records(done.stdout)]
    assert codes == ["missing_path", "not_text", "not_text"]


@pytest.mark.parametrize("typed", ["none.txt", "none", "none/*.txt", "none*"])
@pytest.mark.parametrize("more", [(), ("--out", "r.csv"), ("--estimate",)])
def test_a_mistyped_path_is_refused_before_anything_is_made(
    letters: Path, tmp_path: Path, typed: str, more: tuple[str, ...]
) -> None:
    """Exit code 2, no record, no output: nothing stands in the way of the right command."""
    options = [tmp_path / each if each.endswith(".csv") else each for each in more]
    before = sorted(tmp_path.rglob("*"))
    done = imr("extract", letters, letters / typed, *options)
    assert (done.exit_code, done.stdout) == (2, "")
    assert sorted(tmp_path.rglob("*")) == before


def test_an_empty_folder_is_no_mistyped_path(tmp_path: Path) -> None:
    """It is there; that it holds nothing is a row."""
    done = imr("extract", tmp_path)
    assert [r["findings"][0]["code"] for r in records(done.stdout)] == ["missing_path"]


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
        ["extract", "letters", "--out", "x.csv", "--summary", "x.citations.csv"],
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("command", ["extract", "text", "show"])
def test_an_output_without_room_exits_2(letters: Path, command: str) -> None:
    """Where standard output takes nothing more, one sentence says so."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*IMR, command, letters / "a.txt"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


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


def test_progress_goes_to_a_terminal(letters: Path) -> None:
    """Bar and counts stand on standard error's terminal; records go where they went before."""
    printed, shown = on_terminal("extract", letters, records_too=False)
    assert len(records(printed)) == 3
    assert re.search(r"3/3.*verified 3.*review 0.*failed 0", shown)


def test_a_finished_run_leaves_no_bar_but_says_so(letters: Path, tmp_path: Path) -> None:
    """The same command again: no bar that stands at nothing, and a line that says why."""
    run = ("extract", letters, "--out", tmp_path / "r.csv")
    assert (first := imr(*run)).exit_code == 0
    _, shown = on_terminal(*map(str, run), records_too=False)
    left = shown.rpartition("\x1b[2K")[2]
    assert ("0/3" in left, "r.csv" in left) == (False, True)
    again = imr(*run)
    assert (again.exit_code, first.stderr, again.stdout) == (0, "", "")
    assert len(again.stderr.splitlines()) == 1


def test_progress_does_not_run_into_the_records(letters: Path) -> None:
    """Where the records go to the same terminal there is no bar."""
    _, shown = on_terminal("extract", letters, records_too=True)
    assert len(records(shown)) == 3
