"""Many letters: as many rows as inputs, in order, streamed, counted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.run import Done, Threshold, extract_inputs, run
from extractor.source import Input, find

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


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_there_are_as_many_rows_as_inputs(tmp_path: Path, root: Path, suffix: str) -> None:
    """A missing file, an empty one, no text, a second one of the same name: each has its row."""
    good = root / "golden" / "seed-000" / "source.txt"
    (tmp_path / "empty.txt").touch()
    (tmp_path / "noise.txt").write_bytes(bytes(range(256)) * 8)
    other = root / "golden" / "seed-001" / "source.txt"
    given = [tmp_path / "missing.txt", good, tmp_path / "empty.txt", tmp_path / "noise.txt", other]
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


def test_a_name_that_is_no_utf8_keeps_its_row(tmp_path: Path, out: Path) -> None:
    """What UTF-8 cannot hold fails its letter alone."""
    strange = Input("lone\ud800.txt", str(tmp_path / "missing.txt"))
    summary = run([strange], Extractor(), out)
    assert (summary.inputs, summary.failed) == (1, 1)
    assert Record.from_json(out.read_bytes()).document.id == "lone?.txt"


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
