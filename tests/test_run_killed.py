"""Runs in processes of their own: letters that kill them, kills, Ctrl-C, full disks."""

import json
import os
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
from extractor.run import Summary, run
from extractor.source import Input, find
from extractor.write import outputs_of

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
        if found.id == OPTIONS.get("slow") and found.error is None:
            time.sleep(1)
        if found.id in OPTIONS.get("deadly", []):
            os.kill(os.getpid(), signal.SIGKILL)
        if found.id in OPTIONS.get("breaking", []):
            raise RuntimeError(found.id)
        if found.path is None:
            return self.extract_text(sys.stdin.read(), id=found.id)
        return super().extract_input(found)


def dying(event, arguments):
    if event == "os.rename" and str(arguments[1]) == OPTIONS["dies_renaming_to"]:
        os.kill(os.getpid(), signal.SIGKILL)


def main():
    if "dies_renaming_to" in OPTIONS:
        sys.addaudithook(dying)
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
def out(tmp_path: Path) -> Path:
    """Return where an output may come to stand."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "letters.jsonl"


@pytest.fixture
def machine(tmp_path: Path, root: Path) -> Machine:
    """Return a machine on the golden letters."""
    folder = tmp_path / "machine"
    folder.mkdir()
    return Machine(folder, root, [str(root / "golden")])


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


def test_the_others_do_not_run_far_ahead_of_a_slow_letter(
    machine: Machine, golden: list[Input], out: Path
) -> None:
    """While one process is slow, what the others have done waits, so it must not become much."""
    machine.finish(out, jobs=2, slow=golden[0].id, paths=machine.letters * 6)
    readers, letters = zip(*machine.read(), strict=True)
    slow = letters.index(golden[0].id)
    assert readers.index(readers[slow], slow + 1) < 100


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_letter_that_breaks_the_extractor_is_a_failed_row(
    machine: Machine, golden: list[Input], out: Path, jobs: int
) -> None:
    """An exception of the extractor's own ends its letter, not the run, and is not quoted."""
    summary = machine.finish(out, jobs=jobs, breaking=[golden[5].id])
    broken = Record.from_json(out.read_bytes().splitlines()[5])
    assert (summary.inputs, summary.failed, broken.status) == (len(golden), 1, "failed")
    assert [finding.message for finding in broken.findings if golden[5].id in finding.message] == []


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


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_killed_run_is_resumed(machine: Machine, tmp_path: Path, suffix: str) -> None:
    """After kill -9 the same command goes on, and ends with what an unbroken run writes."""
    out, unbroken = tmp_path / f"letters{suffix}", tmp_path / f"unbroken{suffix}"
    with machine.after(12, out) as process:
        process.kill()
        process.wait()
    assert not any(each.exists() for each in outputs_of(out))
    before = len(machine.read())
    resumed = machine.finish(out).resumed
    assert resumed >= before - 1
    assert len(machine.read()) - before == machine.finish(unbroken).inputs - resumed
    assert [*map(content, outputs_of(out))] == [*map(content, outputs_of(unbroken))]


@pytest.mark.parametrize("killed_at", [0, 1], ids=["the first", "the last"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_run_killed_between_its_files_is_resumed(
    machine: Machine, tmp_path: Path, suffix: str, killed_at: int
) -> None:
    """Citations appear before the items beside them, each whole; the same command ends the rest."""
    out, unbroken = tmp_path / f"letters{suffix}", tmp_path / f"unbroken{suffix}"
    names = outputs_of(out)
    assert names[-1] == out
    with machine.start(out, dies_renaming_to=str(names[killed_at])) as process:
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert [each.exists() for each in names] == [each in names[:killed_at] for each in names]
    summary = machine.finish(out)
    assert summary.resumed == summary.inputs == machine.finish(unbroken).inputs
    assert [*map(content, names)] == [*map(content, outputs_of(unbroken))]
    assert machine.finish(out).resumed == summary.inputs


def test_a_killed_run_leaves_no_process_behind(machine: Machine, out: Path) -> None:
    """The processes of a run end with it, and it is resumed with any number of them."""
    with machine.after(12, out, jobs=2) as process:
        process.kill()
    wait_until(lambda: not any(is_alive(process) for process, _ in machine.read()))
    summary = machine.finish(out, jobs=3)
    assert summary.resumed > 0
    assert out.read_bytes().count(b"\n") == summary.inputs


def test_processes_leave_interrupts_to_the_first(
    machine: Machine, golden: list[Input], out: Path
) -> None:
    """A process that hears Ctrl-C goes on with its letters until the first one ends it."""
    with machine.after(12, out, jobs=2) as process:
        for reader in {reader for reader, _ in machine.read()}:
            os.kill(reader, signal.SIGINT)
        process.communicate()
    assert len(machine.read()) == len(golden)


def test_an_interrupted_run_is_resumed(machine: Machine, out: Path) -> None:
    """Ctrl-C, which all processes hear, keeps what is done and names no letter failed."""
    with machine.after(12, out, jobs=2) as process:
        os.killpg(process.pid, signal.SIGINT)
        _, complaints = process.communicate()
    assert complaints.count("Traceback") == complaints.count("KeyboardInterrupt") == 1
    summary = machine.finish(out)
    assert summary.resumed > 0
    assert (summary.inputs, summary.failed) == (len(list(find(machine.letters))), 0)


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


def test_two_runs_do_not_write_one_output(machine: Machine, golden: list[Input], out: Path) -> None:
    """While one process writes an output, another is refused, even if it may overwrite."""
    with machine.after(3, out), pytest.raises(OutputError):
        run(golden, Extractor(), out, overwrite=True)
