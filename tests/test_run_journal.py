"""The journal: what is resumed, left alone, made anew, refused."""

import json
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from extractor.errors import OutputError
from extractor.pipeline import Extractor
from extractor.run import Done, extract_inputs, run
from extractor.source import Input, Limits, find

SUFFIXES = (".jsonl", ".csv", ".parquet", ".db")


@pytest.fixture(scope="session")
def golden(root: Path) -> list[Input]:
    """Return the golden letters."""
    return list(find([root / "golden"]))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return where an output may come to stand."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "letters.jsonl"


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
    with (out.with_name(f".{out.name}.journal") / "records.jsonl").open("ab") as lines:
        lines.write(tail)
    assert run(golden, Extractor(), out).resumed == 9
    assert out.read_bytes() == lines_of(golden)


def lines_of(inputs: list[Input]) -> bytes:
    """Return the JSONL of *inputs*."""
    return "".join(f"{each.to_json()}\n" for each in extract_inputs(inputs, Extractor())).encode()


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
    out.unlink()
    assert run(golden[:3], Extractor(), out).resumed == 0
    assert out.is_file()


def test_citations_stand_beside_a_table(golden: list[Input], tmp_path: Path) -> None:
    """Of CSV and Parquet one run writes both files; other outputs stand alone."""
    for name in ("a.csv", "b.parquet", "c.db", "d.jsonl", "e.citations.csv"):
        run(golden[:2], Extractor(), tmp_path / name)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        *("a.csv", "a.citations.csv", "b.parquet", "b.citations.parquet"),
        *("c.db", "d.jsonl", "e.citations.csv"),
    }
    rows = (tmp_path / "a.citations.csv").read_bytes()
    assert rows == (tmp_path / "e.citations.csv").read_bytes()


def test_citations_that_were_removed_are_made_again(golden: list[Input], tmp_path: Path) -> None:
    """A run is finished where both files stand; what is left of it is no hindrance."""
    out, beside = tmp_path / "x.csv", tmp_path / "x.citations.csv"
    run(golden[:3], Extractor(), out)
    both = out.read_bytes(), beside.read_bytes()
    beside.unlink()
    with pytest.raises(KeyboardInterrupt):
        run(golden[:3], Extractor(), out, watch=stop_after(golden[1]))
    assert run(golden[:3], Extractor(), out).resumed == 2
    assert (out.read_bytes(), beside.read_bytes()) == both


def test_somebody_elses_citations_are_refused(golden: list[Input], tmp_path: Path) -> None:
    """A file where the citations belong is kept, unless it may be overwritten."""
    out, beside = tmp_path / "x.csv", tmp_path / "x.citations.csv"
    beside.write_text("mine")
    with pytest.raises(OutputError):
        run(golden[:2], Extractor(), out)
    assert (beside.read_text(), out.exists()) == ("mine", False)
    run(golden[:2], Extractor(), out, overwrite=True)
    assert beside.read_text() != "mine"
    beside.write_text("edited")
    with pytest.raises(OutputError):
        run(golden[:2], Extractor(), out)


def test_citations_that_cannot_be_are_refused_before_any_work(
    golden: list[Input], tmp_path: Path
) -> None:
    """Where the second file cannot come to stand, no letter is read for the first."""
    (tmp_path / "x.citations.csv").mkdir()
    done: list[Done] = []
    with pytest.raises(OutputError):
        run(golden[:2], Extractor(), tmp_path / "x.csv", overwrite=True, watch=done.append)
    assert done == []


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
