"""The log of corrections: it only grows, whatever happens to who writes it."""

import hashlib
import json
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from correcting import TWO, letter_of
from hypothesis import given
from hypothesis import strategies as st
from terminal import IMR

from extractor.corrections import Correction, Corrections, Log, Standing, append
from extractor.errors import CorrectionError
from extractor.findings import Code

LETTER = letter_of(TWO)


def correction(reason: str = "So it is.") -> Correction:
    """Return a correction that only its id and reason tell from others."""
    return LETTER.correct("reject", reason=reason)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where a log is not begun yet."""
    return tmp_path / "corrections.jsonl"


def ids(log: Path) -> list[str]:
    """Return the ids of all that is in the log, in order."""
    known = Corrections.load(log).of_letters
    return [each.id for made in known.values() for each in made]


# --- writing --------------------------------------------------------------------------------------


@given(
    st.text(max_size=40),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=4,
    ),
)
def test_a_line_reads_back_as_what_was_written(reason: str, value: object) -> None:
    r"""Any words and values, U+2028 and "\n" among them, make one line and come back."""
    made = LETTER.correct("set", "/items/0/category", Standing(value=value), reason=reason)
    line = made.to_json()
    assert "\n" not in line
    assert Correction.model_validate_json(line) == made


def test_the_log_only_grows(log: Path) -> None:
    """What was written stays as it was, byte for byte, in front of what is added."""
    append(log, [correction(), correction("Zwölf\u2028Wörter")])
    before = log.read_bytes()
    append(log, [correction()])
    after = log.read_bytes()
    assert after.startswith(before)
    assert len(after.splitlines()) == len(ids(log)) == 3


def test_a_log_is_its_owners_alone(log: Path) -> None:
    """Words of letters stand in it: nobody else reads it."""
    append(log, [correction()])
    assert log.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cut", [1, 2, 40])
def test_a_last_line_that_was_cut_is_not_there(log: Path, cut: int) -> None:
    """A write that was never finished is no correction, and the next one takes its place."""
    first, second, third = (correction() for _ in range(3))
    append(log, [first, second])
    log.write_bytes(log.read_bytes()[:-cut])
    assert ids(log) == [first.id]
    append(log, [third])
    assert ids(log) == [first.id, third.id]
    assert log.read_bytes().endswith(b"\n")


def test_a_line_that_is_none_is_said(log: Path) -> None:
    """A whole line that cannot be read ends everything that needs the log, and is named."""
    append(log, [correction()])
    with log.open("ab") as file:
        file.write(b'{"id": "x"}\n')
    with pytest.raises(CorrectionError, match="line 2"):
        Corrections.load(log)
    with pytest.raises(CorrectionError, match="line 2"):
        Log(log).look()


def test_a_full_disk_leaves_the_log_as_it_was(log: Path) -> None:
    """Where there is no room for all lines none is written, and whoever asked is told."""
    append(log, [correction()])
    before = log.read_bytes()
    program = (
        "import resource, sys\n"
        "sys.path.insert(0, 'tests')\n"
        "from test_corrections_log import *\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + 500},) * 2)\n"
        "try:\n"
        f"    append(Path({str(log)!r}), [correction('x' * 300), correction('y' * 300)])\n"
        "except CorrectionError as error:\n"
        "    print('refused')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parent.parent,
    )
    assert done.stdout.strip() == "refused", done.stderr
    assert log.read_bytes() == before


def _add_many(log: Path, name: str) -> None:
    for number in range(40):
        append(log, [correction(f"{name} {number} {'x' * 3000}"), correction(f"{name} {number}")])


def test_two_programs_add_at_once(log: Path) -> None:
    """Every line of both is there, whole, and what was added together stands together."""
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_add_many, args=(log, name)) for name in "ab"]
    for each in both:
        each.start()
    for each in both:
        each.join(timeout=120)
    (made,) = Corrections.load(log).of_letters.values()
    said = [(each.reason or "").rstrip("x ") for each in made]
    assert len(said) == 160
    assert said[::2] == said[1::2]
    for name in "ab":
        assert [each for each in said[::2] if each[0] == name] == [f"{name} {n}" for n in range(40)]


def _count_on(log: Path) -> None:
    following = Log(log)
    for _ in range(150):
        following.look()
        following.add([correction(str(len(following.of(LETTER.source.sha256))))])


def test_programs_decide_by_the_latest_log(log: Path) -> None:
    """What each adds was decided when all before it was known: no count is said twice."""
    append(log, [correction("0")])
    context = multiprocessing.get_context("spawn")
    both = [context.Process(target=_count_on, args=(log,)) for _ in range(4)]
    for each in both:
        each.start()
    for each in both:
        each.join(timeout=120)
    (made,) = Corrections.load(log).of_letters.values()
    assert [each.reason for each in made] == [str(number) for number in range(len(made))]
    assert len(made) > 150


def test_nothing_is_added_to_a_log_that_grew(log: Path) -> None:
    """Who decided by an older state of the log adds nothing to it."""
    one, other = Log(log), Log(log)
    one.look()
    other.look()
    assert one.add([correction()])
    assert not other.add([correction()])
    assert other.look() == {LETTER.source.sha256}
    assert other.add([correction()])
    assert len(ids(log)) == 2


# --- following ------------------------------------------------------------------------------------


def test_a_log_is_read_on_from_where_it_was(log: Path) -> None:
    """What is added is seen at the next look, and only once; a torn line when it is whole."""
    following = Log(log)
    assert following.look() == set()
    first, second = correction(), correction()
    append(log, [first])
    assert following.look() == {LETTER.source.sha256}
    assert following.look() == set()
    line = f"{second.to_json()}\n".encode()
    with log.open("ab") as file:
        file.write(line[:50])
    assert following.look() == set()
    with log.open("ab") as file:
        file.write(line[50:])
    assert following.look() == {LETTER.source.sha256}
    assert [each.id for each in following.of(LETTER.source.sha256)] == [first.id, second.id]


def test_a_log_that_was_replaced_is_read_anew(log: Path) -> None:
    """A log of other lines, a shorter one, or none: what it held before is forgotten."""
    following = Log(log)
    append(log, [correction(), correction()])
    following.look()
    only = correction()
    other = log.with_name("other.jsonl")
    append(other, [only])
    other.replace(log)
    assert following.look() == {LETTER.source.sha256}
    assert [each.id for each in following.of(LETTER.source.sha256)] == [only.id]
    log.unlink()
    assert following.look() == {LETTER.source.sha256}
    assert following.of(LETTER.source.sha256) == ()


# --- runs -----------------------------------------------------------------------------------------


def extracted(letters: Path, out: Path, *options: str | Path) -> list[dict[str, object]]:
    """Run ``imr extract`` in a process of its own; return the records."""
    command = [*IMR, "extract", str(letters), "--out", str(out), *map(str, options)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in out.read_text("utf-8").splitlines()]


def test_a_run_applies_corrections_with_any_number_of_jobs(log: Path, tmp_path: Path) -> None:
    """The same bytes with one process and with two; other letters are as they were."""
    letters = tmp_path / "letters"
    letters.mkdir()
    for name in "abcdef":
        (letters / f"{name}.txt").write_text(TWO.replace("Walker", f"Walker {name}"), "utf-8")
    plain = extracted(letters, tmp_path / "plain.jsonl")
    digest = hashlib.sha256((letters / "c.txt").read_bytes()).hexdigest()
    made = LETTER.correct("clear", "/patient/age").model_copy(
        update={"sha256": digest, "text_sha256": digest}
    )
    append(log, [made])
    runs = [tmp_path / f"{jobs}.jsonl" for jobs in ("1", "2")]
    for out in runs:
        extracted(letters, out, "--corrections", log, "--jobs", out.stem)
    assert runs[0].read_bytes() == runs[1].read_bytes()
    corrected = [json.loads(line) for line in runs[0].read_text("utf-8").splitlines()]
    changed = [
        n for n, (one, other) in enumerate(zip(plain, corrected, strict=True)) if one != other
    ]
    assert changed == [2]
    assert corrected[2]["patient"]["age"] is None


def test_a_run_with_a_longer_log_is_another_run(log: Path, tmp_path: Path) -> None:
    """What was corrected since is applied, not taken for done."""
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "a.txt").write_text(TWO, "utf-8")
    out = tmp_path / "out.jsonl"
    append(log, [LETTER.correct("clear", "/patient/age")])
    (first,) = extracted(letters, out, "--corrections", log)
    append(log, [LETTER.correct("clear", "/patient/sex")])
    (second,) = extracted(letters, out, "--corrections", log, "--overwrite")
    assert first["patient"] != second["patient"]


def test_a_broken_log_ends_a_run_before_it_begins(log: Path, tmp_path: Path) -> None:
    """Half of a log's corrections are none: exit 2, the line named, nothing written."""
    (tmp_path / "a.txt").write_text(TWO, "utf-8")
    log.write_bytes(b'{"id": 1}\n')
    out = tmp_path / "out.jsonl"
    done = run("extract", tmp_path / "a.txt", "--out", out, "--corrections", log)
    assert done.returncode == 2
    assert "line 1" in done.stderr
    assert "Traceback" not in done.stderr
    assert not out.exists()


# --- dismissed findings elsewhere -----------------------------------------------------------------


@pytest.fixture
def dismissed(tmp_path: Path) -> tuple[Path, Path]:
    """Records, one of them with dismissed findings, and the folder of their letters."""
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "a.txt").write_text(TWO, "utf-8")
    clear = LETTER.correct("clear", "/items/0/reviewer")
    about = [
        LETTER.correct(
            "dismiss",
            finding=each.model_dump(include={"code", "path", "start", "end"}),
            reason="It names none.",
        )
        for each in LETTER.revised(clear).findings
    ]
    log = tmp_path / "corrections.jsonl"
    append(log, [clear, *about])
    extracted(letters, tmp_path / "records.jsonl", "--corrections", log)
    return tmp_path / "records.jsonl", letters


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``imr`` in a process of its own."""
    command = [*IMR, *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=environment
    )


def test_what_a_person_let_stand_is_no_error_of_a_record(dismissed: tuple[Path, Path]) -> None:
    """`imr validate` prints it as dismissed, and does not fail for it."""
    records, letters = dismissed
    done = run("validate", records, "--source", letters)
    assert done.returncode == 0, done.stdout
    assert "dismissed missing_field /items/0/reviewer" in done.stdout
    assert "0 errors" in done.stdout


def test_a_dismissal_that_nobody_may_make_counts_for_nothing(
    dismissed: tuple[Path, Path],
) -> None:
    """A record that says its misread value was dismissed is as wrong as any."""
    records, letters = dismissed
    record = json.loads(records.read_text("utf-8"))
    record["patient"]["age"]["quote"] = "14 year old"
    checked = run("validate", _saved(records, record), "--source", letters)
    (line,) = [each for each in checked.stdout.splitlines() if ": error " in each]
    code = line.split()[2]
    assert Code(code) in {Code.UNGROUNDED, Code.ALTERED_QUOTE}
    let = {"by": "Eve", "at": "2026-01-01T00:00:00+00:00", "reason": "So."}
    age = record["patient"]["age"]
    for start, end in ((None, None), (age["start"], age["end"])):
        about = {"code": code, "severity": "error", "path": "/patient/age", "message": ""}
        record["findings"].append({**about, "start": start, "end": end, "dismissed": let})
    assert run("validate", _saved(records, record), "--source", letters).returncode == 1


def _saved(records: Path, record: object) -> Path:
    records.write_text(json.dumps(record) + "\n", "utf-8")
    return records


def test_dismissed_findings_are_shown_as_such(dismissed: tuple[Path, Path]) -> None:
    """`imr show` says who let them stand, and why."""
    shown = run("show", dismissed[0]).stdout
    assert "dismissed" in shown
    assert "Ada" in shown
    assert "It names none." in shown


@pytest.mark.parametrize(("line", "place"), [(b"nonsense", ""), (b'{"id": 1}', "id: ")])
def test_what_is_wrong_with_a_line_is_said_after_its_place(
    log: Path, line: bytes, place: str
) -> None:
    """Where no part of a line is to blame, no colon stands before what is wrong."""
    log.write_bytes(line + b"\n")
    with pytest.raises(CorrectionError, match=rf"\({place}[A-Z]"):
        Corrections.load(log)
