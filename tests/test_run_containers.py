"""Runs over what holds many letters: order, kills, and memory."""

import gzip
import subprocess
import tracemalloc
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from packed import LETTERS, jsonl, letter, tarred, zipped
from terminal import IMR, imr, records

from extractor.api import extract_many
from extractor.batch.letters import given_of
from extractor.errors import ImrError, SettingsError
from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.run import run
from extractor.source import find, load


@pytest.fixture
def everything(tmp_path: Path) -> list[str]:
    """The same letters in every kind of file."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "z.zip").write_bytes(zipped(*LETTERS, ("../x.txt", b"x")))
    (folder / "t.tar.gz").write_bytes(gzip.compress(tarred(*LETTERS)))
    (folder / "l.jsonl").write_bytes(jsonl(*((f"l{n}", letter(str(n))) for n in range(20))))
    rows = [{"id": f"p{n}", "text": letter(str(n))} for n in range(20)]
    pq.write_table(pa.Table.from_pylist(rows), folder / "p.parquet")
    return [str(folder / name) for name in ("z.zip", "t.tar.gz", "l.jsonl", "p.parquet")]


def test_runs_over_containers_do_not_depend_on_jobs(everything: list[str], tmp_path: Path) -> None:
    """One record an input, in order, byte for byte the same from one process and from two."""
    for jobs in (1, 2):
        done = imr("extract", *everything, "--out", tmp_path / f"{jobs}.jsonl", "--jobs", str(jobs))
        assert done.exit_code == 1  # one member is refused
    lines = (tmp_path / "1.jsonl").read_bytes()
    assert lines == (tmp_path / "2.jsonl").read_bytes()
    made = [Record.from_json(line) for line in lines.splitlines()]
    assert [record.document.id for record in made] == [each.id for each in find(everything)]
    assert [record.status for record in made].count("verified") == len(made) - 1 == 46


def test_the_library_takes_what_the_command_takes(everything: list[str], tmp_path: Path) -> None:
    """``extract_many`` and the command give the same records."""
    (tmp_path / "list").write_text("\n".join(everything))
    told = records(imr("extract", "--from", tmp_path / "list").stdout)
    made = list(extract_many(files_from=tmp_path / "list"))
    assert [record.document.id for record in made] == [each["document"]["id"] for each in told]
    assert imr("extract").exit_code == 2


def test_a_list_comes_from_standard_input(letters: Path) -> None:
    """``--from -`` reads what another command found."""
    done = subprocess.run(
        [*IMR, "extract", "--from", "-"],
        input=f"{letters}/a.txt\0",
        capture_output=True,
        text=True,
        check=True,
    )
    assert [each["document"]["id"] for each in records(done.stdout)] == [f"{letters}/a.txt"]


def test_the_records_of_an_archive_can_be_checked(everything: list[str], tmp_path: Path) -> None:
    """``imr validate`` finds each letter in its archive again."""
    for given in everything[1:]:
        imr("extract", given, "--out", tmp_path / "a.jsonl", "--overwrite")
        assert imr("validate", tmp_path / "a.jsonl", "--source", given).exit_code == 0


def test_a_run_over_an_archive_is_resumed_unless_it_changed(tmp_path: Path) -> None:
    """Its size and time, and where each member stands, belong to what a run is made of."""
    path, out = tmp_path / "a.zip", tmp_path / "out.jsonl"
    path.write_bytes(zipped(*LETTERS))
    assert run(find(path), Extractor(), out).resumed == 0
    assert run(find(path), Extractor(), out).resumed == 3
    path.write_bytes(zipped(*LETTERS, ("d.txt", b"more")))
    with pytest.raises(ImrError):
        run(find(path), Extractor(), out)


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_a_killed_run_over_an_archive_goes_on(tmp_path: Path, name: str) -> None:
    """After kill -9 the same command ends with what an unbroken run writes."""
    members = [(f"{n}.txt", letter(str(n)).encode()) for n in range(80)]
    path, out = tmp_path / name, tmp_path / "out.jsonl"
    path.write_bytes(zipped(*members) if name == "a.zip" else gzip.compress(tarred(*members)))
    command = [*IMR, "extract", str(path), "--out", str(out), "--jobs", "2"]
    lines = tmp_path / ".out.jsonl.journal" / "records.jsonl"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (lines.exists() and lines.stat().st_size > 8_000):
            pass
        process.kill()
    summary = run(find(path), Extractor(), out)
    assert (summary.inputs, summary.failed) == (80, 0)
    assert summary.resumed > 0
    run(find(path), Extractor(), tmp_path / "unbroken.jsonl")
    assert out.read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()


@pytest.mark.parametrize("kind", ["jsonl", "tar", "zip", "parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    """Of 30 MB of letters, finding and reading them holds a few at a time."""
    text = "The request is not medically necessary. " * 750
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        rows = {"id": [str(n) for n in range(1000)], "text": [f"{n} {text}" for n in range(1000)]}
        pq.write_table(pa.table(rows), path)
    elif kind == "jsonl":
        path.write_bytes(jsonl(*((str(n), text) for n in range(1000))))
    else:
        pack = tarred if kind == "tar" else zipped
        path.write_bytes(pack(*((f"{n}.txt", text.encode()) for n in range(1000))))
    tracemalloc.start()
    characters = sum(len(load(each).text) for each in find(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert characters >= 30_000_000
    assert peak < 6_000_000


def test_a_batch_refuses_what_its_job_cannot_name(everything: list[str]) -> None:
    """A job keeps paths, so a letter within a file is refused before anything is asked."""
    for given in everything:
        with pytest.raises(SettingsError):
            given_of(next(find(given)))
