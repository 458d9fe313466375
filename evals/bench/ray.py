"""What Ray costs beside the local engine: milliseconds a letter more, and what the start takes."""

import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.bench.corpus import write_folder
from evals.bench.measures import Measure
from evals.errors import EvalError
from extractor.distributed import distribute
from extractor.distributed.cluster import cluster
from extractor.pipeline import Extractor
from extractor.run import Summary, run
from extractor.source import find

_WARM = 200  # letters; after them every worker has imported what it needs


def ray(texts: Sequence[str], count: int, rounds: int = 3) -> Iterator[Measure]:
    """Measure runs of both engines in turns, from files to whole outputs, on all processors.

    Args:
        texts: Letters to make them of.
        count: Letters of a run.
        rounds: How often each engine is measured.

    Raises:
        ImrError: Ray is not installed.
        EvalError: The engines did not make as many records.
    """
    begins = time.perf_counter()
    with cluster() as connected, TemporaryDirectory() as place:
        started = time.perf_counter() - begins
        yield Measure.of_rounds("ray: start of a local cluster", "s", [started], "1 start")
        workers = max(1, int(connected.cluster_resources().get("CPU", 1)))
        folder = Path(place)
        write_folder(texts, count, folder / "letters")
        write_folder(texts, _WARM, folder / "warm")
        distribute(find([folder / "warm"]), Extractor(), folder / "warmed", size=_WARM // workers)
        yield from _compared(folder, count, rounds, workers)


def _compared(folder: Path, count: int, rounds: int, workers: int) -> Iterator[Measure]:
    local, ours = [], []
    for number in range(rounds):
        given = [folder / "letters"]
        here = partial(run, find(given), Extractor(), folder / f"{number}.jsonl", jobs=workers)
        local.append(_timed(here, count))
        out = folder / f"shards-{number}"
        ours.append(_timed(partial(distribute, find(given), Extractor(), out), count))
    of = f"{count} letters, {workers} processes"
    yield Measure.of_rounds("ray: local engine", "ms/letter", local, of)
    yield Measure.of_rounds("ray: ray engine", "ms/letter", ours, of)
    more = [one - other for one, other in zip(ours, local, strict=True)]
    yield Measure.of_rounds("ray: overhead", "ms/letter", more, of)


def _timed(task: "partial[Summary]", count: int) -> float:
    """Return how many milliseconds a letter took, by the wall clock."""
    begins = time.perf_counter()
    if task().inputs != count:
        raise EvalError("An engine made more or fewer records than there were letters.")
    return 1000 * (time.perf_counter() - begins) / count
