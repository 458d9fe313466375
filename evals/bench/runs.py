"""Whole runs of ``imr extract``, over files on disk, to files on disk.

The letters are synthetic: a few thousand that differ, and copies of them with other case numbers,
so that no two files have the same content. They stand in a folder, but for what is named JSONL.
The output is JSONL.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from math import log
from pathlib import Path
from statistics import linear_regression
from tempfile import TemporaryDirectory

from evals.bench.corpus import (
    synthetic_pdfs,
    synthetic_texts,
    write_folder,
    write_lines,
    write_pdfs,
)
from evals.bench.measures import Measure, Target, turns
from evals.bench.processes import IMR
from evals.bench.tree import Taken, take
from evals.errors import EvalError
from extractor.source import find

DISTINCT = 5000
SIZES = (1_000, 5_000, 20_000, 200_000)
CORPUS = 1_570_000
"""How many letters the DWC has published."""
_TARGETED = 200_000
_SECONDS = Target(300, at_least=False)
_MEMORY = Target(400, at_least=False)
_TWICE = Target(1.8, at_least=True)
_FLAT = Target(1.1, at_least=False)
_JOBS = 2


@cache
def distinct_for(letters: int) -> tuple[str, ...]:
    """Return the synthetic letters that a run over so many is made of."""
    return synthetic_texts(min(letters, DISTINCT))


def extract(letters: Path, out: Path, jobs: int) -> Taken:
    """Run ``imr extract`` over *letters*, one finished before, if there was any, forgotten."""
    named = (str(letters), "--jobs", str(jobs), "--out", str(out), "--max-failed", "100%")
    return take("-c", IMR, "extract", *named, "--overwrite")


# --- more and more letters ------------------------------------------------------------------------


def memory(letters: int) -> Iterator[Measure]:
    """Measure time and memory of runs on two processes, over more and more letters.

    Args:
        letters: How many the largest run has; the smaller ones are those of ``SIZES``, or a
            twentieth where none is smaller.
    """
    sizes = sizes_up_to(letters)
    taken = {}
    for size in sizes:
        taken[size] = _one_run(size)
        yield from _of_run(size, taken[size])
    yield from _growth({size: each.seconds for size, each in taken.items()}, "time")
    peaks = {size: each.peak for size, each in taken.items() if each.peak}
    if len(peaks) == len(sizes):
        yield from _growth(peaks, "memory")
        ratio = peaks[sizes[-1]] / peaks[sizes[0]]
        of = f"{sizes[-1]} over {sizes[0]} letters"
        yield Measure.of_rounds("peak memory, growth", "times", [ratio], of, _FLAT)
    yield _corpus(sizes[-1], taken[sizes[-1]].seconds)


def sizes_up_to(letters: int) -> list[int]:
    """Return how many letters the runs have, ascending; at least two numbers.

    >>> sizes_up_to(20_000), sizes_up_to(40)
    ([1000, 5000, 20000], [2, 40])
    """
    smaller = [size for size in SIZES if size < letters]
    return [*(smaller or [max(1, letters // 20)]), letters]


def _one_run(size: int) -> Taken:
    with TemporaryDirectory() as folder:
        letters, out = Path(folder) / "letters", Path(folder) / "records.jsonl"
        write_folder(distinct_for(size), size, letters)
        taken = extract(letters, out, _JOBS)
        _require_rows(out, size)
    return taken


def _require_rows(out: Path, letters: int) -> None:
    with out.open("rb") as lines:
        rows = sum(1 for _ in lines)
    if rows != letters:
        raise EvalError(f"The run wrote {rows} rows for {letters} letters.")


def _of_run(size: int, taken: Taken) -> Iterator[Measure]:
    """Give a run's figures; only so many letters as the targets are for are held against them."""
    targeted = size == _TARGETED
    name, of = f"{size} letters", f"run, {_JOBS} processes"
    seconds = _SECONDS if targeted else None
    yield Measure.of_rounds(f"{name}: time", "s", [taken.seconds], of, seconds)
    yield Measure.of_rounds(f"{name}: rate", "letters/s", [size / taken.seconds], of)
    yield Measure.of_rounds(f"{name}: CPU time", "ms/letter", [1000 * taken.cpu / size], of)
    if taken.peak:
        peak = _MEMORY if targeted else None
        yield Measure.of_rounds(f"{name}: peak memory (PSS)", "MiB", [taken.peak], of, peak)


def _growth(values: Mapping[int, float], what: str) -> Iterator[Measure]:
    """Fit the exponent by which *values* grow with the letters, the slope of their logarithms.

    Lowest and highest are those between neighbours.
    """
    points = [(log(size), log(value)) for size, value in sorted(values.items())]
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairwise(points)]
    fitted = linear_regression(*zip(*points, strict=True)).slope
    name, of = f"growth exponent of {what}", f"steps, {min(values)} to {max(values)} letters"
    yield Measure(name, "exponent", fitted, min(slopes), max(slopes), len(slopes), of)


def _corpus(size: int, seconds: float) -> Measure:
    """Compute what all letters would take at the rate of the largest run."""
    hours = CORPUS / (size / seconds) / 3600
    of = f"the rate over {size} letters"
    return Measure(f"{CORPUS} letters", "h", hours, hours, hours, 1, of, computed=True)


# --- one process and two --------------------------------------------------------------------------


def runs(letters: int, files: int, rounds: int) -> Iterator[Measure]:
    """Measure runs on one process and on two, in turns, by the clock, their start included.

    Args:
        letters: How many text letters each run has.
        files: How many PDF files.
        rounds: How often each is run, after a round that does not count.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        texts = distinct_for(letters)
        write_folder(texts, letters, folder / "letters")
        write_lines(texts, letters, folder / "letters.jsonl")
        tasks: dict[str, Callable[[], object]] = {
            **_runs_over(folder / "letters", folder, "text"),
            "JSONL, 2 processes": partial(_run, folder / "letters.jsonl", folder, _JOBS),
            "text, without extracting": lambda: copy(folder / "letters", folder / "copied"),
        }
        yield from _compared(tasks, "text", letters, rounds)
        if pdfs := synthetic_pdfs(files):
            write_pdfs(pdfs, folder / "pdfs")
            tasks = {
                **_runs_over(folder / "pdfs", folder, "PDF"),
                "PDF, without extracting": lambda: copy(folder / "pdfs", folder / "copied"),
            }
            yield from _compared(tasks, "PDF", len(pdfs), rounds)


def _runs_over(letters: Path, folder: Path, kind: str) -> dict[str, Callable[[], object]]:
    return {
        f"{kind}, 1 process": partial(_run, letters, folder, 1),
        f"{kind}, 2 processes": partial(_run, letters, folder, _JOBS),
    }


def _run(letters: Path, folder: Path, jobs: int) -> None:
    extract(letters, folder / "records.jsonl", jobs)


def _compared(
    tasks: Mapping[str, Callable[[], object]], kind: str, letters: int, rounds: int
) -> Iterator[Measure]:
    taken = turns(tasks, rounds, time.perf_counter)
    of = f"{letters} letters"
    for name, seconds in taken.items():
        yield Measure.of_rounds(name, "letters/s", [letters / each for each in seconds], of)
    one, two = taken[f"{kind}, 1 process"], taken[f"{kind}, 2 processes"]
    bare = taken[f"{kind}, without extracting"]
    yield _ratio(f"{kind}: 1 process over 2", one, two, of, _TWICE)
    yield _ratio(f"{kind}: 1 process over reading, hashing and writing", one, bare, of)


def _ratio(
    name: str, above: Sequence[float], below: Sequence[float], of: str, target: Target | None = None
) -> Measure:
    """Compare two tasks round by round."""
    ratios = [over / under for over, under in zip(above, below, strict=True)]
    return Measure.of_rounds(name, "times", ratios, of, target)


def copy(letters: Path, out: Path) -> None:
    """Find, read and hash the files below *letters* and write them to one file."""
    with out.open("wb") as file:
        for number, given in enumerate(find(letters)):
            data = Path(given.path or "").read_bytes()
            file.write(f"{number} {hashlib.sha256(data).hexdigest()}\n".encode() + data)
