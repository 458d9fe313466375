"""Which share of a run's time its output takes, format by format, on one core."""

from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.bench.corpus import write_folder
from evals.bench.measures import Measure, Target, turns
from evals.bench.runs import distinct_for
from extractor.pipeline import Extractor
from extractor.run import run
from extractor.source import find

FORMATS = ("jsonl", "csv", "parquet", "db")
OUTPUT_TARGET = Target(25, at_least=False)
_ALONE = "extracting alone"


def output(letters: int, rounds: int) -> Iterator[Measure]:
    """Measure what a run takes beyond reading and extracting: naming, comparing, journal, output.

    Each format's run is held against extracting the same files in the same round, in CPU time of
    this process.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_folder(distinct_for(letters), letters, folder / "letters")
        formats = [each for each in FORMATS if each != "parquet" or find_spec("pyarrow")]
        tasks: dict[str, Callable[[], object]] = {_ALONE: partial(_extract, folder)}
        tasks |= {each: partial(_run, folder, each) for each in formats}
        taken = turns(tasks, rounds)
    of = f"{letters} letters"
    alone = taken.pop(_ALONE)
    rates = [letters / seconds for seconds in alone]
    yield Measure.of_rounds(f"output: {_ALONE}", "letters/s", rates, of)
    for each, whole in taken.items():
        yield Measure.of_rounds(f"output: .{each}", "letters/s", [letters / s for s in whole], of)
        shares = [100 * (1 - bare / all_) for bare, all_ in zip(alone, whole, strict=True)]
        yield Measure.of_rounds(f"output: share of .{each}", "%", shares, of, OUTPUT_TARGET)


def _extract(folder: Path) -> None:
    extractor = Extractor()
    for given in find(folder / "letters"):
        extractor.extract_input(given)


def _run(folder: Path, suffix: str) -> None:
    run(find(folder / "letters"), Extractor(), folder / f"records.{suffix}", overwrite=True)
