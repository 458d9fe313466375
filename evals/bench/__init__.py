"""How fast, and in how much memory: ratios and rates measured in one run.

What is compared is measured in turns, round by round; the median over the rounds is given with the
lowest and the highest. Work in this process is timed in seconds of its own CPU time, so that
neighbours on the machine count little; other processes by the wall clock.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdfium2
from rich.table import Table

from evals.bench.corpus import multiplied, synthetic_pdfs, synthetic_texts
from evals.bench.fields import field_times
from evals.bench.growth import growth, validation_times
from evals.bench.measures import Measure, Target, turns
from evals.bench.model import model
from evals.bench.output import output
from evals.bench.processes import startup
from evals.bench.ray import ray
from evals.bench.replies import reply_tokens
from evals.bench.runs import memory, runs
from evals.bench.scoring import scoring
from evals.dataset import Dataset
from evals.errors import EvalError
from evals.results import versions
from evals.running.arms import RULES
from extractor.assemble import assemble
from extractor.layout import lay_out, load_rules
from extractor.pipeline import Extractor
from extractor.propose.rules import propose
from extractor.record import Document, Provenance
from extractor.source import find, read, read_bytes
from extractor.text import Text
from extractor.validate import known_families, validate

SCHEMA = "imr-bench/1"
TEXT_TARGET = Target(1000, at_least=True)
PDF_TARGET = Target(1.5, at_least=False)
PARTS = (
    *("text", "steps", "fields", "validation", "scoring"),
    *("growth", "pdf", "start", "runs", "output", "memory", "replies"),
)
MODEL, RAY = "model", "ray"
ASKED_FOR = (MODEL, RAY)
"""Parts that are only measured where they are asked for: they take minutes, or need an extra."""
STEPS = ("normalize", "lay out", "propose", "ground", "validate")


@dataclass(frozen=True)
class Effort:
    """How much is measured: rounds, and letters and PDF files in each.

    Those with ``run`` are of whole runs, from disk to disk.
    """

    rounds: int = 7
    letters: int = 300
    files: int = 60
    run_rounds: int = 3
    run_letters: int = 4000
    run_files: int = 400


@dataclass(frozen=True)
class Letters:
    """Letters to measure on, in memory: texts, and PDF files' bytes."""

    name: str
    texts: tuple[str, ...]
    pdfs: tuple[bytes, ...]


def measure(
    golden: Path,
    corpus: Path | None,
    count: int,
    part: str | None = None,
    effort: Effort = Effort(),
) -> Iterator[Measure]:
    """Measure everything, or one of the ``PARTS``; a few minutes for 20,000 letters.

    Args:
        golden: Folder of golden cases; those that are to be verified are measured on.
        corpus: Folder of more letters (``.txt`` and ``.pdf``), or None.
        count: Letters of the largest run that time and memory are measured over.
        part: The only part to measure, as a profiler wants it; those of ``ASKED_FOR`` are else
            left out.
        effort: How much everything but memory is measured.

    Raises:
        EvalError: There is no such part, or no golden letter is a text that is to be verified.
    """
    known = (*PARTS, *ASKED_FOR)
    if part not in {None, *known}:
        raise EvalError(f"There is no part {part!r}; there is {', '.join(known)}.")
    sets = [_golden(golden), _synthetic(effort), *([_folder(corpus)] if corpus else [])]
    if not sets[0].texts:
        raise EvalError(f"{golden} has no text letter that is to be verified.")
    return _measures(sets, golden, count, [part] if part else PARTS, effort)


def _measures(
    sets: Sequence[Letters], golden: Path, count: int, parts: Sequence[str], effort: Effort
) -> Iterator[Measure]:
    for letters in sets:
        of_letters = _of_letters(letters, effort)
        for part in parts:
            if part in of_letters:
                yield from of_letters[part]()
    once: dict[str, Callable[[], Iterator[Measure]]] = {
        "scoring": lambda: scoring(golden, effort.rounds),
        "growth": lambda: growth(effort.rounds),
        "start": lambda: startup(effort.rounds),
        "runs": lambda: runs(effort.run_letters, effort.run_files, effort.run_rounds),
        "output": lambda: output(effort.run_letters, effort.run_rounds),
        "memory": lambda: memory(count),
        "replies": lambda: reply_tokens(golden),
        MODEL: lambda: model(sets[0].texts, count),
        RAY: lambda: ray(sets[0].texts, effort.run_letters, effort.run_rounds),
    }
    for part, measured in once.items():
        if part in parts:
            yield from measured()


def _of_letters(letters: Letters, effort: Effort) -> dict[str, Callable[[], Iterator[Measure]]]:
    name, texts, rounds = letters.name, letters.texts, effort.rounds
    return {
        "text": lambda: text_speed(letters, effort),
        "steps": lambda: step_times(letters, effort),
        "pdf": lambda: pdf_speed(letters, effort),
        "fields": lambda: field_times(name, texts, rounds),
        "validation": lambda: validation_times(name, texts, rounds),
    }


def _golden(folder: Path) -> Letters:
    cases = Dataset.load(folder).cases
    return _letters("golden", [c.source for c in cases if c.expected.status == "verified"])


def _synthetic(effort: Effort) -> Letters:
    return Letters("synthetic", synthetic_texts(effort.letters), synthetic_pdfs(effort.files))


def _folder(folder: Path) -> Letters:
    found = [Path(each.path) for each in find(folder) if each.path and each.error is None]
    return _letters("corpus", found)


def _letters(name: str, paths: Sequence[Path]) -> Letters:
    pdfs = tuple(path.read_bytes() for path in paths if path.suffix.lower() == ".pdf")
    texts = (read(path, path.name).text for path in paths if path.suffix.lower() != ".pdf")
    return Letters(name, tuple(texts), pdfs)


def text_speed(letters: Letters, effort: Effort) -> Iterator[Measure]:
    """Measure letters a second, from text in memory to verified record, on one core."""
    if not letters.texts:
        return
    batch = list(multiplied(letters.texts, effort.letters))
    extractor = Extractor(RULES)
    verified = sum(extractor.extract_text(text).status == "verified" for text in batch)
    seconds = turns({"": _over(batch, extractor.extract_text)}, effort.rounds)[""]
    rates = [len(batch) / each for each in seconds]
    of = f"{len(batch)} letters, {verified} verified"
    yield Measure.of_rounds(f"{letters.name}: text to record", "letters/s", rates, of, TEXT_TARGET)


def pdf_speed(letters: Letters, effort: Effort) -> Iterator[Measure]:
    """Measure PDF to text, and PDF to record, over the time that pypdfium2's own text takes."""
    if not letters.pdfs:
        return
    files = letters.pdfs * -(-effort.files // len(letters.pdfs))
    extractor = Extractor(RULES)
    tasks: Mapping[str, Callable[[bytes], object]] = {
        "alone": pdfium_text,
        "text": lambda data: read_bytes(data, "letter.pdf"),
        "record": lambda data: extractor.extract_source(read_bytes(data, "letter.pdf")),
    }
    taken = turns({name: _over(files, task) for name, task in tasks.items()}, effort.rounds)
    of = f"{len(files)} files"
    alone = [1000 * seconds / len(files) for seconds in taken["alone"]]
    yield Measure.of_rounds(f"{letters.name}: pypdfium2's own text", "ms/file", alone, of)
    for name, target in (("text", PDF_TARGET), ("record", None)):
        ratios = [ours / own for ours, own in zip(taken[name], taken["alone"], strict=True)]
        yield Measure.of_rounds(
            f"{letters.name}: PDF to {name} over it", "times", ratios, of, target
        )


def pdfium_text(data: bytes) -> list[str]:
    """Return the text of each page as pypdfium2 by itself gives it."""
    document = pypdfium2.PdfDocument(data)
    texts = []
    for page in document:
        textpage = page.get_textpage()
        texts.append(textpage.get_text_range())
        textpage.close()
        page.close()
    document.close()
    return texts


def _over(entries: Sequence[Any], task: Callable[[Any], object]) -> Callable[[], None]:
    def all_of_them() -> None:
        for entry in entries:
            task(entry)

    return all_of_them


def step_times(letters: Letters, effort: Effort) -> Iterator[Measure]:
    """Measure each step from text to findings, in milliseconds a letter."""
    if not letters.texts:
        return
    batch = list(multiplied(letters.texts, effort.letters))
    rounds = [_one_pass(batch) for _ in range(effort.rounds + 1)][1:]
    for step, seconds in zip(STEPS, zip(*rounds, strict=True), strict=True):
        times = [1000 * each / len(batch) for each in seconds]
        yield Measure.of_rounds(
            f"{letters.name}: {step}", "ms/letter", times, f"{len(batch)} letters"
        )


def _one_pass(texts: Sequence[str]) -> list[float]:
    """Return the seconds that each step took over all *texts*."""
    clocks = [list(_clocked(text)) for text in texts]
    steps = ([after - before for before, after in pairwise(each)] for each in clocks)
    return [sum(step) for step in zip(*steps, strict=True)]


def _clocked(text: str) -> Iterator[float]:
    """Take one letter through the steps, giving the clock before, between and after them."""
    rules, known, made_by = (
        load_rules(None),
        known_families(None),
        Provenance(proposer=RULES, version=""),
    )
    yield time.process_time()
    normal = Text.of(text)
    yield time.process_time()
    layout = lay_out(normal, rules)
    yield time.process_time()
    proposal = propose(normal, layout)
    yield time.process_time()
    record, _ = assemble(proposal, normal, Document(id=""), made_by)
    yield time.process_time()
    validate(record, normal, known)
    yield time.process_time()


def load() -> list[float] | None:
    """Return how many processes were running or waiting of late: 1, 5, 15 minutes; None unknown.

    Asked before measuring it is others' load, by which the clock's times are longer.
    """
    return list(os.getloadavg()) if hasattr(os, "getloadavg") else None


def to_json(measures: Sequence[Measure], load_before: list[float] | None = None) -> dict[str, Any]:
    """Return the measures with what they were taken on, and its load before they were."""
    return {
        "schema": SCHEMA,
        "versions": versions(),
        "machine": {
            "system": platform.platform(),
            "cores": os.cpu_count(),
            "load_before": load_before,
        },
        "measures": [_measure_json(each) for each in measures],
    }


def _measure_json(measure: Measure) -> dict[str, Any]:
    target = None if measure.target is None else measure.target._asdict()
    return {**asdict(measure), "target": target, "reached": measure.reached}


def table(measures: Sequence[Measure]) -> Table:
    """Return the measures as a table: median, lowest to highest, over what, and the target."""
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("measure", "median", "unit", "lowest - highest", "rounds", "target"):
        shown.add_column(name, justify="right" if name == "median" else "left", no_wrap=True)
    for each in measures:
        spread = f"{each.low:.4g} - {each.high:.4g}" if each.rounds > 1 else "·"
        over = f"computed: {each.of}" if each.computed else f"{each.rounds} of {each.of}"
        shown.add_row(each.name, f"{each.value:.4g}", each.unit, spread, over, _verdict(each))
    return shown


def _verdict(measure: Measure) -> str:
    if measure.target is None:
        return ""
    return f"{measure.target} {'reached' if measure.reached else 'missed'}"
