"""How far an escape run is, on the terminal behind standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

from evals.escape.run import Run


@contextmanager
def shown(total: int) -> Iterator[Callable[[Run], None]]:
    """Show a bar with the counts so far, where standard error is a terminal."""
    console = Console(stderr=True)
    with Progress(console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)

        def show(run: Run) -> None:
            done = sum(tally.tried for tally in run.tallies)
            counts = f"{run.escapes} escapes, {run.false_alarms} false alarms"
            bar.update(task, completed=done, description=counts)

        yield show
