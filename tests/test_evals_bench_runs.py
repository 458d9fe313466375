"""The benchmark's whole runs: that they are run, and compared within the round they belong to."""

import json
from pathlib import Path

import pytest

from evals.bench.corpus import (
    CASE_NUMBER,
    multiplied,
    synthetic_pdfs,
    synthetic_texts,
    write_folder,
    write_lines,
)
from evals.bench.measures import Measure
from evals.bench.output import output
from evals.bench.runs import copy, distinct_for, extract, memory, runs, sizes_up_to
from evals.bench.tree import take
from evals.errors import EvalError

FEW = 20


def named(measures: list[Measure]) -> dict[str, Measure]:
    """Return the measures by their names, each of which is there once."""
    found = {each.name: each for each in measures}
    assert len(found) == len(measures)
    return found


def test_synthetic_letters_are_told_apart_by_their_numbers() -> None:
    """Each has a case number, so that no copy of any is the same letter."""
    texts = synthetic_texts(FEW)
    assert all(CASE_NUMBER.search(text) for text in texts)
    assert len(set(multiplied(texts, 3 * FEW))) == 3 * FEW
    assert texts == synthetic_texts(FEW)


def test_synthetic_pdfs_are_files_of_their_own() -> None:
    """As many PDF files as asked for, none twice."""
    pytest.importorskip("reportlab")
    pdfs = synthetic_pdfs(3)
    assert [data[:5] for data in pdfs] == [b"%PDF-"] * 3
    assert len(set(pdfs)) == 3


def test_json_lines_hold_the_letters_of_the_folder(tmp_path: Path) -> None:
    """Folder and file are the same letters in the same order."""
    texts = synthetic_texts(2)
    write_folder(texts, 5, tmp_path / "letters")
    write_lines(texts, 5, tmp_path / "letters.jsonl")

    files = [path.read_bytes().decode() for path in sorted(tmp_path.rglob("*.txt"))]
    lines = (tmp_path / "letters.jsonl").read_text("utf-8").splitlines()

    assert [json.loads(line)["text"] for line in lines] == files


def test_the_largest_run_has_as_many_letters_as_asked_for() -> None:
    """Smaller ones go before it, and no size is above it."""
    assert sizes_up_to(200_000) == [1_000, 5_000, 20_000, 200_000]
    assert sizes_up_to(1_000) == [50, 1_000]
    assert sizes_up_to(1_001) == [1_000, 1_001]


def test_a_run_extracts_each_letter_though_they_are_copies(tmp_path: Path) -> None:
    """A measured run makes a record of every letter by itself, anew each time."""
    write_folder(synthetic_texts(3), FEW, tmp_path / "letters")
    out = tmp_path / "records.jsonl"

    for _ in range(2):
        taken = extract(tmp_path / "letters", out, 2)
        records = [json.loads(line) for line in out.read_text("utf-8").splitlines()]

    numbers = {record["case"]["case_number"]["value"] for record in records}
    assert len(numbers) == FEW
    assert taken.cpu > 0
    assert taken.seconds > 0


def test_memory_is_that_of_all_processes() -> None:
    """What a child of the measured command holds is counted; the measurer's own is not."""
    ballast = bytearray(200 * 2**20)
    child = f"import time; held = bytearray({80 * 2**20}); time.sleep(1)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"

    alone = take("-c", child).peak
    both = take("-c", f"held = bytearray({80 * 2**20}); {parent}").peak

    if alone is None or both is None:
        pytest.skip("this system does not say what a process holds")
    assert 80 < alone < 150
    assert 160 < both < 260
    assert len(ballast) == 200 * 2**20


def test_a_command_that_fails_is_no_measure() -> None:
    """A run that ends with an error has taken no time worth telling."""
    with pytest.raises(EvalError):
        take("-c", "raise SystemExit(3)")


def test_a_run_without_extracting_reads_and_writes_every_letter(tmp_path: Path) -> None:
    """What extraction is compared with leaves no letter out."""
    texts = synthetic_texts(3)
    write_folder(texts, 3, tmp_path / "letters")

    copy(tmp_path / "letters", tmp_path / "copied")

    copied = (tmp_path / "copied").read_bytes().decode()
    assert all(text in copied for text in multiplied(texts, 3))


def test_one_process_is_compared_with_two_of_the_same_rounds() -> None:
    """Each ratio is of rates of the same rounds, over the same letters."""
    found = named(list(runs(FEW, 0, 1)))

    one, two = found["text, 1 process"], found["text, 2 processes"]
    ratio = found["text: 1 process over 2"]
    assert ratio.value == pytest.approx(two.value / one.value)
    bare = found["text, without extracting"]
    over = found["text: 1 process over reading, hashing and writing"]
    assert over.value == pytest.approx(bare.value / one.value)
    assert {each.of for each in found.values()} == {f"{FEW} letters"}


def test_growth_is_fitted_over_the_runs_and_what_is_computed_says_so() -> None:
    """With two runs the exponent is the slope between them; targets are for 200,000 letters."""
    found = named(list(memory(FEW)))

    exponent = found["growth exponent of time"]
    assert exponent.value == pytest.approx(exponent.low) == pytest.approx(exponent.high)
    assert found[f"{FEW} letters: time"].target is None
    rate = found[f"{FEW} letters: rate"].value
    [computed] = [each for each in found.values() if each.computed]
    assert computed.value * 3600 * rate == pytest.approx(1_570_000)


def test_each_format_has_its_share_of_the_same_rounds() -> None:
    """A format's share is what its run took beyond extracting alone in the same round."""
    found = named(list(output(FEW, 1)))

    alone = found["output: extracting alone"].value
    for each in ("jsonl", "csv", "db"):
        whole, share = found[f"output: .{each}"], found[f"output: share of .{each}"]
        assert share.value == pytest.approx(100 * (1 - whole.value / alone))


def test_letters_are_made_once() -> None:
    """The letters of several runs are the same, and not made again for each."""
    assert distinct_for(FEW) is distinct_for(FEW)
