"""Runs that build on what is there: duplicates, updates, retries, shards."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from extractor.errors import OutputError
from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.run import Done, Named, Revision, Shard, Summary, extract_inputs, run
from extractor.run.merge import merge
from extractor.source import Input, Limits, find
from extractor.write import outputs_of

SUFFIXES = (".jsonl", ".csv", ".parquet", ".db")
READ: Counter[str] = Counter()


@dataclass(frozen=True)
class Counting(Extractor):
    """An extractor that counts which letters it is given."""

    def extract_input(self, found: Input, /) -> Record:
        """Count a letter and extract it."""
        READ[found.id] += 1
        return super().extract_input(found)


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """Return a folder of letters: eight that differ, an empty one, one that is no text."""
    folder = tmp_path / "letters"
    folder.mkdir()
    for number, letter in enumerate(sorted((root / "golden").glob("*/source.txt"))[:8]):
        shutil.copy(letter, folder / f"{number}.txt")
    (folder / "empty.txt").touch()
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 8)
    READ.clear()
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return where an output may come to stand."""
    return tmp_path / "letters.jsonl"


def fresh(folder: Path) -> bytes:
    """Return the JSONL of a folder, each letter extracted by itself."""
    made = extract_inputs(find([folder]), Extractor())
    return "".join(f"{record.to_json()}\n" for record in made).encode()


def update(folder: Path, out: Path) -> Summary:
    """Update an output with what a folder holds now."""
    return run(find([folder]), Counting(), out, revision=Revision.UPDATE)


def stop_after(id: str) -> Callable[[Done], None]:  # noqa: A002 - the record's own name
    """Return a watcher that interrupts the run once a letter is done."""

    def stop(done: Done) -> None:
        if json.loads(done.line)["document"]["id"] == id:
            raise KeyboardInterrupt

    return stop


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_update_counts_the_duplicates_that_a_fresh_run_counts(
    folder: Path, out: Path, jobs: int
) -> None:
    """A copy of a letter whose record is kept is a duplicate, new or not; so is that of a new one.

    And so it is where the update was interrupted.
    """
    run(find([folder]), Extractor(), out)
    shutil.copy(folder / "3.txt", folder / "3-copy.txt")
    for other in ("new-1.txt", "new-2.txt"):
        (folder / other).write_text("Another letter.")
    with pytest.raises(KeyboardInterrupt):
        run(
            find([folder]),
            Extractor(),
            out,
            jobs=jobs,
            revision=Revision.UPDATE,
            watch=stop_after("3-copy.txt"),
        )
    for name in ("3-copy.txt", "new-2.txt"):
        summary = run(find([folder]), Extractor(), out, jobs=jobs, revision=Revision.UPDATE)
        assert out.read_bytes() == fresh(folder)
        anew = run(find([folder]), Extractor(), out.with_name("anew.jsonl"), overwrite=True)
        assert summary.duplicates == anew.duplicates > 0
        (folder / name).unlink()


def test_a_kept_record_is_counted_once(folder: Path, out: Path) -> None:
    """Every letter of an update is kept, or a duplicate, or extracted: no letter is two of them."""
    run(find([folder]), Extractor(), out)
    shutil.copy(folder / "3.txt", folder / "3-copy.txt")
    (folder / "new.txt").write_text("Another letter.")
    summary = update(folder, out)
    assert (summary.reused, summary.duplicates, sum(READ.values())) == (10, 1, 1)


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_same_bytes_are_extracted_once(folder: Path, out: Path, jobs: int) -> None:
    """Duplicates each have their row under their own id and path, wherever they stand."""
    (folder / "again").mkdir()
    for number in (0, 3, 3):
        shutil.copy(folder / f"{number}.txt", folder / "again" / f"{number}.txt")
    shutil.copy(folder / "0.txt", folder / "0b.TXT")
    shutil.copy(folder / "noise.txt", folder / "noise-too.txt")
    summary = run(find([folder]), Counting(), out, jobs=jobs)
    assert out.read_bytes() == fresh(folder)
    assert summary.duplicates == 4
    if jobs == 1:
        assert sum(READ.values()) == summary.inputs - summary.duplicates


def test_the_same_bytes_under_another_suffix_are_another_letter(folder: Path, out: Path) -> None:
    """What is text in one file is no PDF in another."""
    shutil.copy(folder / "0.txt", folder / "0.pdf")
    assert run(find([folder]), Extractor(), out).duplicates == 0
    assert out.read_bytes() == fresh(folder)


def test_duplicates_are_known_after_a_resume(folder: Path, out: Path) -> None:
    """A letter that was read before the run stopped is not read again under another name."""
    shutil.copy(folder / "1.txt", folder / "z.txt")
    with pytest.raises(KeyboardInterrupt):
        run(find([folder]), Counting(), out, watch=stop_after("4.txt"))
    summary = run(find([folder]), Counting(), out)
    assert (summary.duplicates, READ["z.txt"]) == (1, 0)
    assert out.read_bytes() == fresh(folder)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_update_reads_what_changed(folder: Path, tmp_path: Path, suffix: str) -> None:
    """Unchanged letters keep their records, failed ones too; the output is as if made anew."""
    out, anew = tmp_path / f"old{suffix}", tmp_path / f"new{suffix}"
    update(folder, out)
    READ.clear()
    (folder / "2.txt").unlink()
    (folder / "1.txt").write_bytes((folder / "5.txt").read_bytes() + b"\nThank you.")
    (folder / "0.txt").rename(folder / "moved.txt")
    (folder / "added.txt").write_text("Dear Sir, your parcel has arrived.")
    os.utime(folder / "3.txt")
    summary = update(folder, out)
    assert READ == {"1.txt": 1, "added.txt": 1}
    assert (summary.reused, summary.dropped, summary.inputs) == (8, 2, 10)
    run(find([folder]), Extractor(), anew)
    if suffix in {".jsonl", ".csv"}:
        both = [[each.read_bytes() for each in outputs_of(path)] for path in (out, anew)]
        assert both[0] == both[1]
    again = update(folder, out)
    assert again.resumed == again.inputs


def test_any_jsonl_can_be_updated(folder: Path, out: Path) -> None:
    """JSONL is its own ledger; a table that kept no records is made anew."""
    run(find([folder]), Counting(), out)
    (folder / "added.txt").write_text("Dear Sir, your parcel has arrived.")
    assert update(folder, out).reused == 10
    table = out.with_suffix(".csv")
    run(find([folder]), Counting(), table)
    (folder / "2.txt").unlink()
    assert update(folder, table).reused == 0
    (folder / "3.txt").unlink()
    assert update(folder, table).reused == 9


def test_an_update_goes_on_over_other_inputs(folder: Path, out: Path) -> None:
    """An update that was stopped keeps its work even if the folder changes before the next."""
    with pytest.raises(KeyboardInterrupt):
        run(find([folder]), Counting(), out, revision=Revision.UPDATE, watch=stop_after("4.txt"))
    READ.clear()
    (folder / "2.txt").unlink()
    (folder / "added.txt").write_text("Dear Sir, your parcel has arrived.")
    update(folder, out)
    assert sorted(READ) == ["5.txt", "6.txt", "7.txt", "added.txt", "empty.txt", "noise.txt"]
    assert out.read_bytes() == fresh(folder)
    assert [each.name for each in (out.parent / f".{out.name}.journal").glob("*.jsonl")] == []


@pytest.mark.parametrize("overwrite", [False, True])
def test_an_update_with_another_configuration_is_refused(
    folder: Path, out: Path, overwrite: bool
) -> None:
    """After such a change everything is made anew, and only when asked."""
    update(folder, out)
    other = Extractor(limits=Limits(max_pages=3))
    if not overwrite:
        with pytest.raises(OutputError):
            run(find([folder]), other, out, revision=Revision.UPDATE)
        return
    summary = run(find([folder]), other, out, revision=Revision.UPDATE, overwrite=True)
    assert (summary.reused, summary.resumed) == (0, 0)


def test_an_edited_output_is_not_updated(folder: Path, out: Path) -> None:
    """Records that somebody changed are nobody's ledger."""
    update(folder, out)
    out.write_bytes(out.read_bytes()[:-10])
    (folder / "2.txt").unlink()
    with pytest.raises(OutputError):
        update(folder, out)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("status", [Revision.FAILED, Revision.REVIEW])
def test_a_retry_takes_only_these(
    folder: Path, tmp_path: Path, suffix: str, status: Revision
) -> None:
    """Letters with the status are read with the present options; the others' records stay."""
    out = tmp_path / f"letters{suffix}"
    (folder / "added.txt").write_text("Dear Sir, your parcel has arrived.")
    update(folder, out)
    expected = {"failed": {"empty.txt", "noise.txt"}, "review": {"added.txt"}}[status]
    records = [Record.from_json(line) for line in fresh(folder).splitlines()]
    chosen = {each.document.id for each in records if each.status == status.value}
    assert expected <= chosen
    READ.clear()
    (folder / "0.txt").write_text("What is not retried is not read.")
    (folder / "empty.txt").write_text("Dear Sir, your parcel has arrived again.")
    summary = run(find([folder]), Counting(limits=Limits(max_pages=3)), out, revision=status)
    assert dict.fromkeys(chosen, 1) == READ
    assert (summary.retried, summary.reused) == (len(chosen), summary.inputs - len(chosen))
    assert summary.failed == (1 if status is Revision.FAILED else 2)


def test_a_retry_that_was_stopped_goes_on(folder: Path, out: Path) -> None:
    """The same call finishes it, and takes no letter twice."""
    run(find([folder]), Extractor(), out)
    before = out.read_bytes()
    other = Counting(limits=Limits(max_pages=3))
    with pytest.raises(KeyboardInterrupt):
        run(find([folder]), other, out, revision=Revision.FAILED, watch=stop_after("empty.txt"))
    assert out.read_bytes() == before
    summary = run(find([folder]), other, out, revision=Revision.FAILED)
    assert READ == {"empty.txt": 1, "noise.txt": 1}
    assert (summary.resumed, summary.retried) == (9, 1)
    assert out.read_bytes() == before
    with pytest.raises(OutputError):
        update(folder, out)


def test_there_must_be_something_to_retry(folder: Path, out: Path) -> None:
    """Without a finished output of the same letters, or without its records, there is nothing."""
    with pytest.raises(OutputError):
        run(find([folder]), Extractor(), out, revision=Revision.FAILED)
    run(find([folder]), Extractor(), out)
    (folder / "2.txt").unlink()
    with pytest.raises(OutputError):
        run(find([folder]), Extractor(), out, revision=Revision.FAILED)
    table = out.with_suffix(".db")
    run(find([folder]), Extractor(), table)
    with pytest.raises(OutputError):
        run(find([folder]), Extractor(), table, revision=Revision.FAILED)


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_shards_are_disjoint_and_complete(count: int) -> None:
    """Each id belongs to one shard, whatever else is given."""
    shards = [Shard(index, count) for index in range(1, count + 1)]
    ids = [f"{number}/ä\ud800.txt" for number in range(200)]
    assert all(sum(shard.holds(each) for shard in shards) == 1 for each in ids)


@pytest.mark.parametrize("text", ["", "0/2", "3/2", "1", "1/0", "a/b", "-1/2", "\u0661/2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    """A shard is one of so many, counted from 1."""
    with pytest.raises(ValueError, match="shard"):
        Shard.parse(text)


def sharded(folder: Path, place: Path, count: int = 3) -> list[Path]:
    """Extract a folder in shards and return their files."""
    files = [place / f"part-{index}.jsonl" for index in range(1, count + 1)]
    for index, file in enumerate(files, 1):
        run(Named(find([folder]), Shard(index, count)), Extractor(), file)
    return files


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_merged_shards_are_the_whole(folder: Path, tmp_path: Path, suffix: str) -> None:
    """What shards make is what one run makes, which also is known to be finished then."""
    whole, out = tmp_path / f"whole{suffix}", tmp_path / f"merged{suffix}"
    files = sharded(folder, tmp_path)
    summary = merge(files[::-1], out)
    run(find([folder]), Extractor(), whole)
    if suffix in {".jsonl", ".csv"}:
        for one, other in zip(outputs_of(whole), outputs_of(out), strict=True):
            assert one.read_bytes() == other.read_bytes()
    assert run(find([folder]), Extractor(), out).resumed == summary.inputs == 10


def test_a_merged_output_can_be_updated(folder: Path, tmp_path: Path, out: Path) -> None:
    """Its letters are known again by their content."""
    merge(sharded(folder, tmp_path), out)
    (folder / "2.txt").unlink()
    assert update(folder, out).reused == 7


def test_shards_can_be_moved_with_their_journals(folder: Path, tmp_path: Path, out: Path) -> None:
    """Copies have other times; size and places of the records tell them."""
    (tmp_path / "there").mkdir()
    sharded(folder, tmp_path / "there")
    shutil.copytree(tmp_path / "there", tmp_path / "here", copy_function=shutil.copyfile)
    merge(sorted((tmp_path / "here").glob("*.jsonl")), out)
    assert out.read_bytes() == fresh(folder)


def test_what_is_not_all_shards_is_refused(folder: Path, tmp_path: Path, out: Path) -> None:
    """Missing, doubled, cut, foreign shards, and those of another configuration."""
    files = sharded(folder, tmp_path)
    other = tmp_path / "other.jsonl"
    run(Named(find([folder]), Shard(1, 3)), Extractor(limits=Limits(max_pages=3)), other)
    four = tmp_path / "four.jsonl"
    run(Named(find([folder]), Shard(1, 4)), Extractor(), four)
    alone = tmp_path / "alone.jsonl"
    run(find([folder]), Extractor(), alone)
    wrong = [[], files[:2], [*files, files[0]], [other, *files[1:]], [four, *files[1:]], [alone]]
    for given in wrong:
        with pytest.raises(OutputError):
            merge(given, out)
    files[1].write_bytes(files[1].read_bytes()[:-10])
    with pytest.raises(OutputError):
        merge(files, out)
    assert not out.exists()
