"""Runs on a disk that is really full, and then is not: nothing lost, nothing half there."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from disks import Disk, small_disk
from packed import jsonl
from terminal import IMR

from extractor.pipeline import Extractor
from extractor.run import run
from extractor.source import find
from extractor.write import outputs_of

SUFFIXES = (".jsonl", ".csv", ".parquet", ".db")
PAGE = 4096
AMPLE = 16 * 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Return a disk of one test's own."""
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """Return a folder of letters, three of them twice."""
    folder = tmp_path / "letters"
    folder.mkdir()
    chosen = sorted((root / "golden").glob("*/source.txt"))[:16]
    for number, letter in enumerate([*chosen, *chosen[:3]]):
        shutil.copy(letter, folder / f"{number:02}.txt")
    return folder


class Run:
    """One command, given again and again on a disk of changing size."""

    def __init__(self, disk: Disk, root: Path, out: str, *arguments: str | Path) -> None:
        """Have it write *out* on the *disk*."""
        self._disk = disk
        self._root = root
        self._out = out
        self._command = ["extract", *arguments, "--out", disk.folder / out]

    @property
    def outputs(self) -> list[bytes]:
        """What stands there under the names of outputs."""
        standing = outputs_of(self._disk.seen / self._out)
        return [each.read_bytes() for each in standing if each.exists()]

    @property
    def done(self) -> int:
        """How many records the journal holds."""
        lines = self._disk.seen / f".{self._out}.journal" / "records.jsonl"
        return lines.read_bytes().count(b"\n") if lines.exists() else 0

    def ends(self, size: int) -> None:
        """Give the command on a disk of *size* bytes; it ends well."""
        self._disk.resize(size)
        ended = self._disk.run(*IMR, *self._command, PYTHONPATH=str(self._root))
        assert ended.returncode in {0, 1}, ended.stderr  # 1: letters of another kind fail

    def is_refused(self, size: int, **environ: str) -> str:
        """Give the command on a disk of *size* bytes; return the sentence that refuses it."""
        self._disk.resize(size)
        ended = self._disk.run(*IMR, *self._command, PYTHONPATH=str(self._root), **environ)
        assert (ended.returncode, ended.stdout) == (2, "")
        *_, sentence = ended.stderr.splitlines()
        assert "make room" in sentence
        assert "Traceback" not in ended.stderr
        return sentence


def undisturbed(folder: Path, out: Path) -> list[bytes]:
    """Return what a run with room enough writes."""
    run(find([folder]), Extractor(), out)
    return [each.read_bytes() for each in outputs_of(out)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_keeps_what_is_done(
    disk: Disk, folder: Path, tmp_path: Path, root: Path, suffix: str
) -> None:
    """Full in the midst, full while the output is made; with room, the very same output."""
    (journal,) = map(len, undisturbed(folder, tmp_path / "journal.jsonl"))
    jobs = "2" if suffix == ".csv" else "1"
    command = Run(disk, root, f"letters{suffix}", folder, "--jobs", jobs)
    command.is_refused(journal // 2)
    so_far = command.done
    assert 0 < so_far < 19
    assert command.outputs == []
    if suffix != ".jsonl":  # which is its own journal
        command.is_refused(journal + 5 * PAGE)
        assert (command.done, command.outputs) == (19, [])
    command.ends(AMPLE)
    assert command.outputs == undisturbed(folder, tmp_path / f"undisturbed{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_output_that_stands_there_outlives_a_full_disk(
    disk: Disk, folder: Path, tmp_path: Path, root: Path, suffix: str
) -> None:
    """An update that finds no room leaves what it was to replace, byte for byte."""
    more = tmp_path / "more"
    more.mkdir()
    for letter in sorted(folder.glob("*"))[4:]:
        letter.rename(more / letter.name)
    command = Run(disk, root, f"letters{suffix}", folder, "--update")
    command.ends(AMPLE)
    before = command.outputs
    for letter in more.glob("*"):
        letter.rename(folder / letter.name)
    used = sum(each.stat().st_size // PAGE + 1 for each in disk.seen.rglob("*") if each.is_file())
    command.is_refused((used + 12) * PAGE)
    assert command.outputs == before
    command.ends(AMPLE)
    assert command.outputs == undisturbed(folder, tmp_path / f"undisturbed{suffix}") != before


def test_a_full_disk_of_temporary_files_is_named(disk: Disk, tmp_path: Path, root: Path) -> None:
    """The inputs' names need room in TMPDIR; without it nothing begins, with it all is done."""
    given = tmp_path / "given.jsonl"
    given.write_bytes(jsonl(*((f"letter {number}", "") for number in range(1_000))))
    command = Run(disk, root, "letters.jsonl", given)
    sentence = command.is_refused(8 * PAGE, TMPDIR=str(disk.folder))
    assert "TMPDIR" in sentence
    assert (command.done, command.outputs) == (0, [])
    command.ends(AMPLE)
    assert command.outputs == undisturbed(given, tmp_path / "undisturbed.jsonl")


INDEXING = """
import sys
from pathlib import Path
from extractor.errors import OutputError
from extractor.run.known import Known

with Known(Path(sys.argv[0])) as known:
    try:
        for number in range(int(sys.argv[1])):
            known.claim(number.to_bytes(16))
    except OutputError as error:
        sys.exit(str(error))
"""


def test_the_index_of_known_letters_may_find_its_disk_full(
    disk: Disk, tmp_path: Path, root: Path
) -> None:
    """What of it is too much for memory stands in TMPDIR; where that is full, it is named."""
    program = tmp_path / "indexing.py"
    program.write_text(INDEXING)
    room = {"TMPDIR": str(disk.folder), "PYTHONPATH": str(root)}
    ended = disk.run(sys.executable, program, "1000000", **room)
    assert ended.returncode == 1
    assert "TMPDIR" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_summary_that_finds_no_room_leaves_nothing(disk: Disk, root: Path) -> None:
    """A small file is there whole, or not at all."""
    (disk.seen / "filler").write_bytes(bytes(64 * 1024))
    given = (root / "golden", "--summary", disk.folder / "summary.json")
    ended = disk.run(*IMR, "extract", *given, PYTHONPATH=str(root))
    assert ended.returncode == 2
    assert [each.name for each in disk.seen.iterdir()] == ["filler"]
