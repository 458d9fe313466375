"""How far a run is, on the terminal behind standard error."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from evals.results import Arm, Letter

Watch = Callable[[Arm, Letter], object]


@contextmanager
def shown(total: int) -> Iterator[Watch]:
    """Show a bar, the arm at work and its statuses, where standard error is a terminal.

    Args:
        total: How many letters are read in all, every arm and repeat counted.
    """
    statuses: dict[str, Counter[str]] = {}
    with _bar() as bar:
        task = bar.add_task("", total=total)

        def watch(arm: Arm, letter: Letter) -> None:
            of_arm = statuses.setdefault(arm.name, Counter())
            of_arm[str((letter.record or {}).get("status", "no record"))] += 1
            bar.update(task, advance=1, description=_line(arm, of_arm))

        yield watch


def _line(arm: Arm, statuses: Counter[str]) -> str:
    return "  ".join([arm.name, *(f"{name} {count}" for name, count in sorted(statuses.items()))])


def _bar() -> Progress:
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not sys.stderr.isatty(),
        transient=True,
    )
