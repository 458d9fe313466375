"""What other processes cost: the start of a command, the memory of a whole run."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.bench.corpus import write_folder
from evals.bench.measures import Measure, Target, turns
from evals.errors import EvalError

IMR = "from extractor.cli import main; main()"
IMR_EVAL = "from evals.cli import app; app()"
_SMALLER = 20
_FLAT = 1.1

# A process starts with the size of the one that made it, so a small one stands between.
_LAUNCHER = """\
import os, sys
child = os.posix_spawn(sys.executable, [sys.executable, *sys.argv[1:]], os.environ)
_, status, usage = os.wait4(child, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def startup(rounds: int) -> Iterator[Measure]:
    """Measure ``--help`` by the wall clock, beside a Python that does nothing."""
    tasks = {
        "python -c pass": _command("-c", "pass"),
        "imr --help": _command("-c", IMR, "--help"),
        "imr-eval --help": _command("-c", IMR_EVAL, "--help"),
    }
    taken = turns(tasks, rounds, time.perf_counter)
    idle = taken["python -c pass"]
    for name, seconds in taken.items():
        target = None if seconds is idle else Target(0.4, at_least=False)
        yield Measure.of_rounds(name, "s", seconds, "1 start", target)
    ratios = [help_ / nothing for help_, nothing in zip(taken["imr --help"], idle, strict=True)]
    yield Measure.of_rounds("imr --help over python -c pass", "times", ratios, "1 start")


def _command(*arguments: str) -> Callable[[], None]:
    """Return a task that runs this Python with *arguments*."""

    def task() -> None:
        command = [sys.executable, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own

    return task


def memory(texts: Sequence[str], count: int, *options: str) -> Iterator[Measure]:
    """Measure the most memory that ``imr extract FOLDER --out FILE.jsonl`` ever holds.

    Two runs of one process each, the larger with *count* letters, the smaller with a twentieth.

    Args:
        texts: Letters to make them of.
        count: Letters of the larger run.
        *options: More of the command's options.
    """
    small = max(1, count // _SMALLER)
    peaks = []
    for number in (small, count):
        peak, seconds = _run(texts, number, options)
        of = f"1 run, {number / seconds:.0f} letters/s"
        peaks.append(peak)
        yield Measure.of_rounds(f"peak memory, {number} letters", "MiB", [peak], of)
    ratio = peaks[1] / peaks[0]
    of, target = f"{count} over {small} letters", Target(_FLAT, at_least=False)
    yield Measure.of_rounds("peak memory, growth", "times", [ratio], of, target)


def _run(texts: Sequence[str], count: int, options: Sequence[str]) -> tuple[float, float]:
    """Return the peak, in MiB, and the seconds of a run over *count* letters."""
    with TemporaryDirectory() as folder:
        letters, out = Path(folder) / "letters", Path(folder) / "records.jsonl"
        write_folder(texts, count, letters)
        start = time.perf_counter()
        peak = peak_memory("-c", IMR, "extract", str(letters), "--out", str(out), *options)
        seconds = time.perf_counter() - start
        with out.open("rb") as lines:
            rows = sum(1 for _ in lines)
    if rows != count:
        raise EvalError(f"The run wrote {rows} rows for {count} letters.")
    return peak, seconds


def peak_memory(*arguments: str) -> float:
    """Run this Python with *arguments* and return the most memory it held, in MiB.

    Raises:
        EvalError: It ended with an exit code other than 0.
    """
    command = [sys.executable, "-S", "-E", "-c", _LAUNCHER, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - own
    code, peak = map(int, done.stdout.split())
    if code != 0:
        raise EvalError(f"The measured run ended with exit code {code}: {done.stderr.strip()}")
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return peak * unit / 2**20
