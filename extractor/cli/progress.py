"""How far a run is, on the terminal behind standard error."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from extractor.run import Done


class _Rate(ProgressColumn):
    """Letters a second."""

    def render(self, task: Task) -> Text:
        """Return the rate so far; nothing before there is one."""
        return Text(f"{task.speed:,.0f}/s" if task.speed else "", style="progress.data.speed")


@contextmanager
def watching(
    total: int | None, *, beside_records: bool
) -> Iterator[Callable[[Done], object] | None]:
    """Show a bar, the rate and the statuses while the block runs, and yield what is to be told.

    Without a *total* the bar says how many are done, and in the end of how many. Nothing is shown,
    and None is yielded, where standard error is no terminal, or where the records themselves go to
    the same one; no bar stays where there was no letter to wait for.
    """
    if not _is_terminal(sys.stderr) or (beside_records and _is_terminal(sys.stdout)):
        yield None
        return
    statuses = Counter[str]()
    with _bar() as bar:
        task = bar.add_task(_counts(statuses), total=total)

        def watch(done: Done) -> None:
            statuses[done.status] += 1
            bar.update(task, advance=1, description=_counts(statuses))

        yield watch
        bar.update(task, total=total or statuses.total(), visible=statuses.total() > 0)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def _counts(statuses: Counter[str]) -> str:
    return "  ".join(f"{name} {statuses[name]}" for name in ("verified", "review", "failed"))


def _bar() -> Progress:
    return Progress(
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TextColumn("{task.description}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
