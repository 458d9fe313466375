"""What a command and all processes that it starts take: seconds, CPU time, memory."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import NamedTuple

from evals.errors import EvalError

if sys.platform != "win32":
    import resource

_INTERVAL = 0.1  # seconds; looking takes the processors from what is looked at, so longer runs
_OF_RUN = 0.005  # are looked at less often: each this share of their time so far
_PROC = Path("/proc")


class Taken(NamedTuple):
    """What a command took.

    Attributes:
        seconds: By the clock, its start included.
        cpu: Seconds of CPU time, of all its processes that have ended by themselves or were ended.
        peak: The most memory that its processes held together, in MiB: their proportional set
            sizes summed, looked at ten times a second, and less often as it lasts longer; None
            where the system has no such thing.
    """

    seconds: float
    cpu: float
    peak: float | None


def take(*arguments: str) -> Taken:
    """Run this Python with *arguments* and say what it took.

    Raises:
        EvalError: It ended with an exit code other than 0.
    """
    cpu, start, peak = _cpu(), time.perf_counter(), 0.0
    with TemporaryFile() as said:
        command = [sys.executable, *arguments]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said) as process:  # noqa: S603 - our own
            while _goes_on(process, time.perf_counter() - start):
                peak = max(peak, held(process.pid))
        seconds = time.perf_counter() - start
        said.seek(0)
        told = said.read().decode(errors="replace").strip()
    if process.returncode != 0:
        message = f"The measured run ended with exit code {process.returncode}: {told}"
        raise EvalError(message)
    return Taken(seconds, _cpu() - cpu, peak or None)


def _goes_on(process: subprocess.Popen[bytes], lasted: float) -> bool:
    """Wait a moment; say whether *process*, which *lasted* so long, still runs."""
    try:
        process.wait(max(_INTERVAL, _OF_RUN * lasted))
    except subprocess.TimeoutExpired:
        return True
    return False


def _cpu() -> float:
    """Return the CPU time of all processes started here that have ended."""
    if sys.platform == "win32":
        return float("nan")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def held(pid: int) -> float:
    """Return the memory that a process and its descendants hold now, in MiB; 0 where unknown.

    Pages that several of them share are counted once.
    """
    return sum(map(_share, _family(pid))) / 1024


def _family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants."""
    yield pid
    for file in (_PROC / str(pid) / "task").glob("*/children"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            for child in file.read_text().split():
                yield from _family(int(child))


def _share(pid: int) -> int:
    """Return a process's proportional set size, in KiB."""
    with contextlib.suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0
