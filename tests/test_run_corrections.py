"""Runs over letters that people corrected: applied on every run, and to no other letter."""

import json
from pathlib import Path

import pytest
from letters import Issue, Letter
from terminal import imr

from extractor import Extractor
from extractor.corrections import Correction, append, standing_at
from extractor.record import Record

FIRST, SECOND = "first.txt", "second.txt"
SUBFOLDER = "again/second.txt"


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Return a folder of three letters, two of them with one content."""
    folder = tmp_path / "letters"
    (folder / "again").mkdir(parents=True)
    other = Letter((Issue(request="Massage therapy, 4 visits"),)).write()
    (folder / FIRST).write_text(Letter().write())
    (folder / SECOND).write_text(other)
    (folder / SUBFOLDER).write_text(other)
    return folder


def corrected(letter: Path, log: Path) -> Correction:
    """Have a person clear the visits of the first item; return the correction."""
    record = Extractor().extract(letter)
    tree = record.model_dump(mode="json", by_alias=True)
    path = "/items/0/visits"
    old = standing_at(tree, path)
    made = Correction.of(record, "clear", "a reader", path=path, old=old)
    append(log, [made])
    return made


def extract(folder: Path, out: Path, *options: str) -> dict[str, Record]:
    """Run ``imr extract`` and return the records by their ids."""
    done = imr("extract", str(folder), "--out", str(out), *options)
    assert done.exit_code == 0, done.stderr
    return {r.document.id: r for r in map(Record.from_json, out.read_bytes().splitlines())}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_correction_is_applied_under_every_name_of_its_letter(
    letters: Path, tmp_path: Path, jobs: str
) -> None:
    """Records of the corrected content say so and have no visits; another letter's do not."""
    log = tmp_path / "corrections.jsonl"
    corrected(letters / SECOND, log)
    options = ("--corrections", str(log), "--jobs", jobs)
    records = extract(letters, tmp_path / "records.jsonl", *options)
    reviewed = {name: record.provenance.reviewed for name, record in records.items()}
    assert reviewed == {FIRST: False, SECOND: True, SUBFOLDER: True}
    assert [records[name].items[0].visits for name in (SECOND, SUBFOLDER)] == [None, None]


def test_an_update_redoes_only_what_was_corrected_since(letters: Path, tmp_path: Path) -> None:
    """With --update, letters whose corrections did not change keep their record."""
    log, out, summary = (tmp_path / name for name in ("log.jsonl", "records.jsonl", "summary.json"))
    log.touch()
    options = ("--corrections", str(log), "--update", "--summary", str(summary))
    extract(letters, out, *options)
    made = corrected(letters / SECOND, log)
    records = extract(letters, out, *options)
    assert json.loads(summary.read_text())["reused"] == 1
    assert records[SECOND].provenance.reviewed
    append(log, [Correction.of(records[SECOND], "undo", "a reader", undoes=made.id)])
    undone = extract(letters, out, *options)
    assert undone[SECOND] == Extractor().extract(letters / SECOND, id=SECOND)


def test_a_finished_run_is_not_taken_for_one_with_other_corrections(
    letters: Path, tmp_path: Path
) -> None:
    """The same command after a further correction is refused without --update, and says why."""
    log, out = tmp_path / "log.jsonl", tmp_path / "records.jsonl"
    log.touch()
    extract(letters, out, "--corrections", str(log))
    corrected(letters / SECOND, log)
    done = imr("extract", str(letters), "--out", str(out), "--corrections", str(log))
    assert done.exit_code == 2
    assert "corrections" in done.stderr


def test_a_log_that_cannot_be_read_ends_the_run_before_it_begins(
    letters: Path, tmp_path: Path
) -> None:
    """A line that is no correction is named, and no output is made."""
    log, out = tmp_path / "log.jsonl", tmp_path / "records.jsonl"
    log.write_text('{"id": 1}\n')
    done = imr("extract", str(letters), "--out", str(out), "--corrections", str(log))
    assert done.exit_code == 2
    assert "line 1" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize("content", [None, b'{"id": 1}\n'])
def test_a_log_that_is_not_there_or_broken_ends_a_stream_before_it_begins(
    letters: Path, tmp_path: Path, content: bytes | None
) -> None:
    """Without --out, too, nothing is printed: a mistyped name must not undo what people did."""
    log = tmp_path / "log.jsonl"
    if content is not None:
        log.write_bytes(content)
    done = imr("extract", letters, "--corrections", log)
    assert (done.exit_code, done.stdout) == (2, "")
    assert log.name in done.stderr


def test_a_log_that_is_not_there_makes_no_output(letters: Path, tmp_path: Path) -> None:
    """With --out nothing comes to stand there."""
    out = tmp_path / "records.jsonl"
    done = imr("extract", letters, "--out", out, "--corrections", tmp_path / "nosuch.jsonl")
    assert done.exit_code == 2
    assert list(tmp_path.iterdir()) == [letters]


def test_a_torn_last_line_is_said_and_the_others_are_applied(letters: Path, tmp_path: Path) -> None:
    """A line without its newline is told of, whether it is the last or the only one."""
    log, out = tmp_path / "log.jsonl", tmp_path / "records.jsonl"
    corrected(letters / SECOND, log)
    assert imr("extract", letters, "--corrections", log).stderr.count(log.name) == 0
    whole = log.read_bytes()
    log.write_bytes(whole + whole[:-1])
    torn = imr("extract", letters, "--out", out, "--corrections", log)
    assert (torn.exit_code, torn.stderr.count(log.name)) == (0, 1)
    by_name = {r.document.id: r for r in map(Record.from_json, out.read_bytes().splitlines())}
    assert by_name[SECOND].provenance.reviewed
    log.write_bytes(whole[:-1])
    torn = imr("extract", letters, "--out", out, "--overwrite", "--corrections", log)
    assert (torn.exit_code, torn.stderr.count(log.name)) == (0, 1)


@pytest.mark.parametrize("revision", [("--update",), ("--retry", "review")])
@pytest.mark.parametrize("suffix", [".jsonl", ".csv"])
def test_a_revision_without_the_corrections_is_refused(
    letters: Path, tmp_path: Path, suffix: str, revision: tuple[str, ...]
) -> None:
    """What people corrected stays until --overwrite says otherwise."""
    log, out = tmp_path / "log.jsonl", tmp_path / f"records{suffix}"
    corrected(letters / SECOND, log)
    run = ("extract", letters, "--out", out)
    assert imr(*run, "--update", "--corrections", log).exit_code == 0
    before = out.read_bytes()
    (letters / "new.txt").write_text(Letter().write())
    assert imr(*run, "--update", "--corrections", log).exit_code == 0
    (letters / "new.txt").unlink()
    assert imr(*run, "--update", "--corrections", log).exit_code == 0
    for _ in range(2):
        assert imr(*run, *revision).exit_code == 2
        assert out.read_bytes() == before
    assert imr(*run, "--update", "--overwrite").exit_code == 0
    assert out.read_bytes() != before


def test_more_letters_or_corrections_are_taken_in_by_what_the_refusal_names(
    letters: Path, tmp_path: Path
) -> None:
    """A folder or a log that grew: the refusal names --update, and with it the command works."""
    log, out = tmp_path / "log.jsonl", tmp_path / "records.jsonl"
    corrected(letters / FIRST, log)
    run = ("extract", letters, "--out", out, "--corrections", log)
    assert imr(*run).exit_code == 0

    def grown() -> None:
        refused = imr(*run)
        assert (refused.exit_code, "--update" in refused.stderr) == (2, True)
        assert imr(*run, "--update").exit_code == 0

    (letters / "third.txt").write_text(Letter().write())
    grown()
    corrected(letters / SECOND, log)
    grown()
    assert len(out.read_bytes().splitlines()) == 4


def test_what_an_update_cannot_mend_does_not_name_it(letters: Path, tmp_path: Path) -> None:
    """Another configuration, a file of somebody else's, corrections left out: no --update."""
    log, out = tmp_path / "log.jsonl", tmp_path / "records.jsonl"
    corrected(letters / FIRST, log)
    run = ("extract", letters, "--out", out)
    assert imr(*run, "--corrections", log).exit_code == 0
    for options in ((), ("--corrections", log, "--max-pages", "7")):
        refused = imr(*run, *options)
        assert (refused.exit_code, "--update" in refused.stderr) == (2, False)
    out.write_text("{}\n")
    refused = imr(*run, "--corrections", log)
    assert (refused.exit_code, "--update" in refused.stderr) == (2, False)


def test_the_summary_says_what_corrections_met(letters: Path, tmp_path: Path) -> None:
    """Letters that were corrected, under each name; live corrections whose letter is not there."""
    log, out, summary = (tmp_path / name for name in ("log.jsonl", "records.jsonl", "summary.json"))
    corrected(letters / SECOND, log)
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text(Letter((Issue(request="Cane, 1 visit"),)).write())
    undone = corrected(elsewhere, log)
    corrected(elsewhere, log)
    record = Extractor().extract(elsewhere)
    append(log, [Correction.of(record, "undo", "a reader", undoes=undone.id)])

    def counts(*options: str | Path) -> tuple[object, object]:
        done = imr("extract", letters, "--summary", summary, *options)
        assert done.exit_code == 0, done.stderr
        said = json.loads(summary.read_text())
        return said["corrected"], said["unmatched"]

    assert counts() == (None, None)
    assert counts("--corrections", log) == (2, 1)
    for _ in range(2):  # the second is finished already
        assert counts("--corrections", log, "--out", out) == (2, 1)
    (letters / SECOND).unlink()
    assert counts("--corrections", log, "--out", out, "--update") == (1, 1)
    (letters / SUBFOLDER).unlink()
    assert counts("--corrections", log, "--out", out, "--update") == (0, 2)
    part = tmp_path / "part.jsonl"
    assert counts("--corrections", log, "--out", part, "--shard", "1/1") == (0, None)
