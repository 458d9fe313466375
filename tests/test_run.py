"""Many letters: order, processes, journals, kills, refusals, budgets."""

import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extractor.errors import OutputError
from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.run import Done, Summary, Threshold, extract_inputs, run
from extractor.source import Input, Limits, find

SUFFIXES = (".jsonl", ".csv", ".parquet", ".db")

PROGRAM = '''
"""Extract letters as the command does, but slowly, or dying of some; say which were read."""

import json
import os
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from extractor.errors import ImrError
from extractor.pipeline import Extractor
from extractor.run import run
from extractor.source import find

OPTIONS = json.loads(os.environ["OPTIONS"])


@dataclass(frozen=True)
class Slow(Extractor):
    def extract_input(self, found):
        with open(OPTIONS["log"], "a") as log:
            log.write(f"{os.getpid()} {found.id}\\n")
        time.sleep(OPTIONS.get("pause", 0))
        if found.id in OPTIONS.get("deadly", []):
            os.kill(os.getpid(), signal.SIGKILL)
        if found.id in OPTIONS.get("breaking", []):
            raise RuntimeError(found.id)
        if found.path is None:
            return self.extract_text(sys.stdin.read(), id=found.id)
        return super().extract_input(found)


def main():
    if "room" in OPTIONS:
        resource.setrlimit(resource.RLIMIT_FSIZE, (OPTIONS["room"], OPTIONS["room"]))
    out = Path(OPTIONS["out"])
    try:
        summary = run(find(OPTIONS["paths"]), Slow(), out, jobs=OPTIONS.get("jobs", 1))
    except ImrError as error:
        sys.exit(type(error).__name__)
    print(summary.model_dump_json())


GUARD
'''
GUARDED = 'if __name__ == "__main__":\n    main()'

Options = dict[str, Any]


class Machine:
    """Starts the program in processes of its own, with options, on letters."""

    def __init__(self, folder: Path, root: Path, letters: list[str]) -> None:
        """Keep programs and logs in *folder*."""
        self.folder = folder
        self.letters = letters
        self.log = folder / "log.txt"
        self._root = root

    def start(self, out: Path, guard: str = GUARDED, **options: Any) -> subprocess.Popen[str]:  # noqa: ANN401
        """Start the program; its options stand at the top of it."""
        program = self.folder / "program.py"
        program.write_text(PROGRAM.replace("GUARD", guard))
        given = {"log": str(self.log), "paths": self.letters, "out": str(out), **options}
        return subprocess.Popen(
            [sys.executable, program],
            env={**os.environ, "PYTHONPATH": str(self._root), "OPTIONS": json.dumps(given)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def finish(self, out: Path, **options: Any) -> Summary:  # noqa: ANN401
        """Run the program to its end and return its summary."""
        with self.start(out, **options) as process:
            said, complaints = process.communicate()
        assert process.returncode == 0, complaints
        return Summary.model_validate_json(said)

    @contextmanager
    def after(self, letters: int, out: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:  # noqa: ANN401
        """Hand over the running program once so many letters are done."""

        def is_far() -> bool:
            lines = journal_of(out) / "records.jsonl"
            return lines.exists() and lines.read_bytes().count(b"\n") >= letters

        with self.start(out, pause=0.02, **options) as process:
            try:
                wait_until(lambda: is_far() or process.poll() is not None)
                assert process.poll() is None
                yield process
            finally:
                process.kill()

    def read(self) -> list[tuple[int, str]]:
        """Return which letters were read so far, and by which processes."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        pairs = (line.split(maxsplit=1) for line in lines)
        return [(int(process), letter) for process, letter in pairs]


def wait_until(ready: Callable[[], bool]) -> None:
    """Wait for something that other processes do."""
    for _ in range(3_000):
        if ready():
            return
        time.sleep(0.01)
    pytest.fail("waited for half a minute")


def is_alive(process: int) -> bool:
    """Say whether a process still runs; one that only waits to be buried does not."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def content(out: Path) -> object:
    """Return what an output holds, so that two can be compared."""
    if out.suffix == ".parquet":
        return pq.read_table(out).to_pylist()
    if out.suffix in (".db", ".sqlite"):
        with closing(sqlite3.connect(out)) as database:
            return list(database.iterdump())
    return out.read_bytes()


def journal_of(out: Path) -> Path:
    """Return the journal beside an output."""
    return out.with_name(f".{out.name}.journal")


@pytest.fixture(scope="session")
def golden(root: Path) -> list[Input]:
    """Return the golden letters."""
    return list(find([root / "golden"]))


@pytest.fixture
def machine(tmp_path: Path, root: Path) -> Machine:
    """Return a machine on the golden letters."""
    folder = tmp_path / "machine"
    folder.mkdir()
    return Machine(folder, root, [str(root / "golden")])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return where an output may come to stand."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "letters.jsonl"


# --- rows and order -----------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_there_are_as_many_rows_as_inputs(tmp_path: Path, root: Path, suffix: str) -> None:
    """A missing file, an empty one, no text, a second one of the same name: each has its row."""
    good = root / "golden" / "seed-000" / "source.txt"
    (tmp_path / "empty.txt").touch()
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 8)
    given = [tmp_path / "missing.txt", good, tmp_path / "empty.txt", tmp_path / "noise.txt", good]
    out = tmp_path / f"letters{suffix}"
    summary = run(find(given), Extractor(), out)
    assert (summary.inputs, summary.failed) == (5, 4)
    assert summary.inputs == summary.verified + summary.review + summary.failed
    assert summary.findings.keys() == {
        "missing_path", "empty_input", "not_text", "duplicate_id", *codes_of(good),
    }  # fmt: skip
    if suffix == ".jsonl":
        records = [Record.from_json(line) for line in out.read_bytes().splitlines()]
        ids = [record.document.id for record in records]
        assert ids == ["missing.txt", "source.txt", "empty.txt", "noise.txt", "source.txt"]


def codes_of(path: Path) -> set[str]:
    """Return the codes of the findings on a letter by itself."""
    return {finding.code.value for finding in Extractor().extract(path).findings}


def test_two_processes_write_what_one_writes(tmp_path: Path, golden: list[Input]) -> None:
    """Records stand in the order of the inputs, however many processes made them."""
    alone, together = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    run(golden, Extractor(), alone)
    run(golden, Extractor(), together, jobs=2)
    assert together.read_bytes() == alone.read_bytes()


def test_without_an_output_the_lines_are_handed_on(golden: list[Input]) -> None:
    """Each line is a record, in the order of the inputs; nothing else is done with it."""
    lines: list[str] = []
    summary = run(golden[:5], Extractor(), sink=lines.append)
    ids = [Record.from_json(line).document.id for line in lines]
    assert ids == [given.id for given in golden[:5]]
    assert (summary.inputs, summary.out) == (5, None)


@pytest.mark.parametrize("jobs", [1, 2])
def test_records_are_streamed(golden: list[Input], jobs: int) -> None:
    """Inputs are taken as they are needed: a consumer that stops has read few of many."""
    taken = []

    def endless() -> Iterator[Input]:
        while True:
            for given in golden:
                taken.append(given)
                yield given

    records = extract_inputs(endless(), Extractor(), jobs=jobs)
    assert next(records).document.id == golden[0].id
    assert len(taken) < 200
    del records


def test_a_watcher_is_told_of_every_letter(golden: list[Input], out: Path) -> None:
    """Progress counts each letter once, in order."""
    seen: list[Done] = []
    summary = run(golden, Extractor(), out, watch=seen.append)
    assert [done.line for done in seen] == out.read_text("utf-8").splitlines()
    assert sum(done.items for done in seen) == summary.items


def test_jobs_are_at_least_one(golden: list[Input]) -> None:
    """No processes at all is no way to run."""
    with pytest.raises(ValueError, match="jobs"):
        run(golden, Extractor(), jobs=0)


# --- letters that break things ------------------------------------------------------------------


def test_a_letter_that_kills_its_process_is_a_failed_row(
    machine: Machine, golden: list[Input], out: Path
) -> None:
    """A process that dies costs one record its content, and no other letter anything."""
    deadly = [golden[3].id, golden[-1].id]
    summary = machine.finish(out, jobs=2, deadly=deadly)
    records = [Record.from_json(line) for line in out.read_bytes().splitlines()]
    assert [record.document.id for record in records] == [given.id for given in golden]
    failed = [record.document.id for record in records if record.status == "failed"]
    assert failed == deadly
    assert summary.failed == 2


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_letter_that_breaks_the_extractor_is_a_failed_row(
    machine: Machine, golden: list[Input], out: Path, jobs: int
) -> None:
    """An exception of the extractor's own ends its letter, not the run, and is not quoted."""
    summary = machine.finish(out, jobs=jobs, breaking=[golden[5].id])
    broken = Record.from_json(out.read_bytes().splitlines()[5])
    assert (summary.inputs, summary.failed, broken.status) == (len(golden), 1, "failed")
    assert [finding.message for finding in broken.findings if golden[5].id in finding.message] == []


def test_a_name_that_is_no_utf8_keeps_its_row(tmp_path: Path, out: Path) -> None:
    """What UTF-8 cannot hold fails its letter alone."""
    strange = Input("lone\ud800.txt", str(tmp_path / "missing.txt"))
    summary = run([strange], Extractor(), out)
    assert (summary.inputs, summary.failed) == (1, 1)
    assert Record.from_json(out.read_bytes()).document.id == "lone?.txt"


def test_standard_input_is_read_by_the_first_process(machine: Machine, out: Path) -> None:
    """Other processes have no standard input, so they are not given it."""
    given = [*machine.letters, "-"]
    with machine.start(out, jobs=2, paths=given) as process:
        process.communicate("Dear Sir, your parcel has arrived.")
    last = Record.from_json(out.read_bytes().splitlines()[-1])
    assert (last.document.id, last.status, last.document.characters) == ("-", "review", 34)


def test_a_script_without_a_guard_is_told(machine: Machine, out: Path) -> None:
    """Where processes cannot start, no letter is called failed."""
    with machine.start(out, guard="main()", jobs=2) as process:
        _, complaints = process.communicate()
    assert process.returncode == 1
    assert complaints.splitlines()[-1] == "ImrError"
    assert not out.exists()


# --- killed and resumed -------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_killed_run_is_resumed(machine: Machine, tmp_path: Path, suffix: str) -> None:
    """After kill -9 the same command goes on, and ends with what an unbroken run writes."""
    out, unbroken = tmp_path / f"letters{suffix}", tmp_path / f"unbroken{suffix}"
    with machine.after(12, out) as process:
        process.kill()
        process.wait()
    assert not out.exists()
    before = len(machine.read())
    resumed = machine.finish(out).resumed
    assert resumed >= before - 1
    assert len(machine.read()) - before == machine.finish(unbroken).inputs - resumed
    assert content(out) == content(unbroken)


def test_a_killed_run_leaves_no_process_behind(machine: Machine, out: Path) -> None:
    """The processes of a run end with it, and it is resumed with any number of them."""
    with machine.after(12, out, jobs=2) as process:
        process.kill()
    wait_until(lambda: not any(is_alive(process) for process, _ in machine.read()))
    summary = machine.finish(out, jobs=3)
    assert summary.resumed > 0
    assert out.read_bytes().count(b"\n") == summary.inputs


def test_an_interrupted_run_is_resumed(machine: Machine, out: Path) -> None:
    """Ctrl-C, which all processes hear, keeps what is done and names no letter failed."""
    with machine.after(12, out, jobs=2) as process:
        os.killpg(process.pid, signal.SIGINT)
        _, complaints = process.communicate()
    assert complaints.count("Traceback") == complaints.count("KeyboardInterrupt") == 1
    summary = machine.finish(out)
    assert summary.resumed > 0
    assert (summary.inputs, summary.failed) == (len(list(find(machine.letters))), 0)


def stop_after(letter: Input) -> Callable[[Done], None]:
    """Return a watcher that interrupts the run once *letter* is done."""

    def stop(done: Done) -> None:
        if json.loads(done.line)["document"]["id"] == letter.id:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("tail", [b"", b'{"schema":"imr-rec', b"{}\n", b"\x00" * 512])
def test_what_a_kill_tore_off_is_dropped(golden: list[Input], out: Path, tail: bytes) -> None:
    """A torn last line, or one that a crash left as zeros, is extracted anew."""
    with pytest.raises(KeyboardInterrupt):
        run(golden, Extractor(), out, watch=stop_after(golden[8]))
    with (journal_of(out) / "records.jsonl").open("ab") as lines:
        lines.write(tail)
    assert run(golden, Extractor(), out).resumed == 9
    assert out.read_bytes() == lines_of(golden)


def lines_of(inputs: list[Input]) -> bytes:
    """Return the JSONL of *inputs*."""
    return "".join(f"{each.to_json()}\n" for each in extract_inputs(inputs, Extractor())).encode()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_without_room_nothing_half_appears(machine: Machine, tmp_path: Path, suffix: str) -> None:
    """A full disk is an OutputError; with room again the same command goes on."""
    out = tmp_path / f"letters{suffix}"
    with machine.start(out, room=100_000) as process:
        _, complaints = process.communicate()
    assert complaints.splitlines()[-1] == "OutputError"
    assert not out.exists()
    summary = machine.finish(out)
    assert summary.resumed > 0
    assert summary.inputs == len(list(find(machine.letters)))


@pytest.mark.parametrize("suffix", SUFFIXES[1:])
def test_without_room_for_the_output_the_journal_stays(
    golden: list[Input], tmp_path: Path, suffix: str
) -> None:
    """Where the records fit and the file made of them does not, only that is made anew."""
    out = tmp_path / f"letters{suffix}"
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def no_more_room(done: Done) -> None:
        if json.loads(done.line)["document"]["id"] == golden[9].id:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, hard))

    try:
        with pytest.raises(OutputError):
            run(golden[:10], Extractor(), out, watch=no_more_room)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert not out.exists()
    assert run(golden[:10], Extractor(), out).resumed == 10
    assert out.exists()


# --- made otherwise -----------------------------------------------------------------------------


def test_a_finished_output_is_left_alone(golden: list[Input], out: Path) -> None:
    """The same command again does nothing and says the same."""
    first = run(golden, Extractor(), out)
    stamp = out.stat()
    again = run(golden, Extractor(), out)
    assert out.stat() == stamp
    timed = {"seconds", "resumed"}
    assert again.model_dump(exclude=timed) == first.model_dump(exclude=timed)
    assert (first.resumed, again.resumed) == (0, len(golden))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_output_that_was_removed_is_made_again(
    golden: list[Input], tmp_path: Path, suffix: str
) -> None:
    """What the journal remembers of an output does not stand for it."""
    out = tmp_path / f"letters{suffix}"
    run(golden[:3], Extractor(), out)
    first = content(out)
    out.unlink()
    assert run(golden[:3], Extractor(), out).resumed == 0
    assert content(out) == first


def test_a_finished_output_is_made_anew_when_asked(golden: list[Input], out: Path) -> None:
    """Overwriting begins from the first letter, whatever stands there."""
    run(golden, Extractor(), out)
    assert run(golden, Extractor(), out, overwrite=True).resumed == 0


OTHERWISE: dict[str, Callable[[list[Input]], tuple[list[Input], Extractor]]] = {
    "fewer inputs": lambda inputs: (inputs[:-1], Extractor()),
    "another order": lambda inputs: (inputs[::-1], Extractor()),
    "another configuration": lambda inputs: (inputs, Extractor(limits=Limits(max_pages=3))),
}


@pytest.mark.parametrize("change", OTHERWISE)
def test_an_output_made_otherwise_is_refused(golden: list[Input], out: Path, change: str) -> None:
    """What other inputs or another configuration made is kept, unless it may be overwritten."""
    run(golden, Extractor(), out)
    before = out.read_bytes()
    inputs, extractor = OTHERWISE[change](golden)
    with pytest.raises(OutputError):
        run(inputs, extractor, out)
    assert out.read_bytes() == before
    assert run(inputs, extractor, out, overwrite=True).resumed == 0


@pytest.mark.parametrize("change", OTHERWISE)
def test_an_unfinished_run_made_otherwise_is_refused(
    golden: list[Input], out: Path, change: str
) -> None:
    """Work that was done is not thrown away unasked."""
    with pytest.raises(KeyboardInterrupt):
        run(golden, Extractor(), out, watch=stop_after(golden[4]))
    inputs, extractor = OTHERWISE[change](golden)
    with pytest.raises(OutputError):
        run(inputs, extractor, out)
    assert run(golden, Extractor(), out).resumed == 5


def test_a_changed_letter_is_another_input(root: Path, tmp_path: Path, out: Path) -> None:
    """A file that changed since the output was made asks for a new one."""
    letter = tmp_path / "letter.txt"
    shutil.copy(root / "golden" / "seed-000" / "source.txt", letter)
    run(find([letter]), Extractor(), out)
    letter.write_text("Dear Sir, your parcel has arrived.")
    with pytest.raises(OutputError):
        run(find([letter]), Extractor(), out)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_somebody_else_wrote_is_refused(
    golden: list[Input], tmp_path: Path, suffix: str
) -> None:
    """A file that this command did not make, or that was edited since, is not replaced unasked."""
    out = tmp_path / f"letters{suffix}"
    run(golden[:2], Extractor(), out)
    out.write_text("mine")
    with pytest.raises(OutputError):
        run(golden[:2], Extractor(), out)
    assert out.read_text() == "mine"


def test_an_output_is_kept_until_the_new_one_is_whole(golden: list[Input], out: Path) -> None:
    """A run that overwrites and is stopped leaves what was there, and is taken up again."""
    out.write_text("mine")
    with pytest.raises(KeyboardInterrupt):
        run(golden, Extractor(), out, overwrite=True, watch=stop_after(golden[4]))
    assert out.read_text() == "mine"
    assert run(golden, Extractor(), out, overwrite=True).resumed == 5


def test_two_runs_do_not_write_one_output(machine: Machine, golden: list[Input], out: Path) -> None:
    """While one process writes an output, another is refused, even if it may overwrite."""
    with machine.after(3, out), pytest.raises(OutputError):
        run(golden, Extractor(), out, overwrite=True)


# --- outputs that cannot be ---------------------------------------------------------------------


def cannot_be(tmp_path: Path) -> dict[str, Path]:
    """Return places where no output can come to stand."""
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe.jsonl")
    return {
        "missing folder": tmp_path / "missing" / "letters.db",
        "a folder": tmp_path / "folder.csv",
        "below a file": tmp_path / "file" / "letters.csv",
        "no format": tmp_path / "letters.xlsx",
        "a pipe": tmp_path / "pipe.jsonl",
        "too long a name": tmp_path / f"{'x' * 250}.jsonl",
    }


@pytest.mark.parametrize(
    "place",
    ["missing folder", "a folder", "below a file", "no format", "a pipe", "too long a name"],
)
def test_an_output_that_cannot_be_is_refused_before_any_work(
    tmp_path: Path, golden: list[Input], place: str
) -> None:
    """No letter is read for an output that cannot be written, and nothing is left behind."""
    out = cannot_be(tmp_path)[place]
    before = sorted(tmp_path.rglob("*"))
    done: list[Done] = []
    with pytest.raises(OutputError):
        run(golden, Extractor(), out, overwrite=True, watch=done.append)
    assert done == []
    assert sorted(tmp_path.rglob("*")) == before


def test_a_folder_that_may_not_be_written_to_is_refused(
    tmp_path_factory: pytest.TempPathFactory, golden: list[Input]
) -> None:
    """Rights are found out before any work."""
    folder = tmp_path_factory.mktemp("sealed")
    folder.chmod(0o555)
    done: list[Done] = []
    with without_rights(folder), pytest.raises(OutputError):
        run(golden, Extractor(), folder / "letters.jsonl", watch=done.append)
    assert done == []


@contextmanager
def without_rights(folder: Path) -> Iterator[None]:
    """Run the block as somebody without special rights who can reach *folder*."""
    if os.geteuid() != 0:
        yield
        return
    modes = {parent: parent.stat().st_mode for parent in folder.parents}
    for parent, mode in modes.items():
        parent.chmod(mode | 0o111)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)
        for parent, mode in modes.items():
            parent.chmod(mode)


def test_a_link_is_followed(tmp_path: Path, golden: list[Input]) -> None:
    """An output that is a link stays one; the file it names is written."""
    (tmp_path / "real").mkdir()
    link = tmp_path / "letters.csv"
    link.symlink_to(tmp_path / "real" / "letters.csv")
    run(golden[:2], Extractor(), link)
    assert link.is_symlink()
    assert (tmp_path / "real" / "letters.csv").is_file()


# --- budgets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("threshold", "count", "of", "exceeded"),
    [
        ("0", 0, 10, False),
        ("0", 1, 10, True),
        ("5", 5, 10, False),
        ("5", 6, 10, True),
        ("2%", 2, 100, False),
        ("2%", 3, 100, True),
        ("2%", 1, 74, False),
        ("2%", 2, 74, True),
        ("0.1%", 1, 1000, False),
        ("0%", 0, 0, False),
        ("100%", 10, 10, False),
        (" 7 ", 8, 10, True),
    ],
)
def test_a_budget_is_a_number_or_a_share(
    threshold: str, count: int, of: int, exceeded: bool
) -> None:
    """As many as allowed are allowed; one more is too many."""
    assert Threshold.parse(threshold).exceeded_by(count, of=of) is exceeded


@pytest.mark.parametrize(
    "text", ["", "-1", "1.5", "101%", "%", "5 %", "nan%", "\u0665", "1e3", "many"]
)
def test_what_is_no_budget_is_refused(text: str) -> None:
    """A budget is digits, or digits and a percent sign."""
    with pytest.raises(ValueError, match="neither"):
        Threshold.parse(text)
