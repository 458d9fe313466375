"""The arms of a page: of one file of results or several, each named uniquely."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.results import ArmResults, Letter, Results
from extractor.pages.visible import shortened

_NAME = 100
Files = Mapping[str, Results]


@dataclass(frozen=True)
class Entry:
    """An arm on a page.

    Attributes:
        rank: Its number on the leaderboard, from 1.
        name: What the page calls it; no other arm of the page is called so.
        file: The label of the results that hold it.
        results: What it made.
    """

    rank: int
    name: str
    file: str
    results: ArmResults

    @property
    def letters(self) -> tuple[Letter, ...]:
        """Its readings of the letters."""
        return self.results.letters


def entries(files: Files) -> list[Entry]:
    """Return the arms of *files*, the one with most perfect letters first."""
    arms = [(label, arm) for label, results in files.items() for arm in results.arms]
    names = unique([arm.arm.name for _, arm in arms], [label for label, _ in arms])
    named = [(name, label, arm) for name, (label, arm) in zip(names, arms, strict=True)]
    ranked = sorted(named, key=lambda each: (_merit(each[2]), each[0]))
    return [Entry(rank, *each) for rank, each in enumerate(ranked, 1)]


def unique(names: Sequence[str], files: Sequence[str]) -> list[str]:
    """Return *names* told apart: by their file where two are the same, and by number at last.

    >>> unique(["rules", "rules", "gpt"], ["monday", "tuesday", "tuesday"])
    ['rules (monday)', 'rules (tuesday)', 'gpt']
    >>> unique(["rules", "rules"], ["a", "a"])
    ['rules (a)', 'rules (a) no. 2']
    """
    often = Counter(names)
    told = [
        f"{name} ({file})" if often[name] > 1 else name
        for name, file in zip(names, files, strict=True)
    ]
    taken: set[str] = set()
    return [_free(name, taken) for name in told]


def _free(name: str, taken: set[str]) -> str:
    """Return *name*, numbered where it is taken, and take it; one without an end is shortened."""
    name = shortened(name, _NAME)
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name} no. {number}"
    taken.add(free)
    return free


def _merit(arm: ArmResults) -> tuple[float, float]:
    """Return what arms are ranked by: fewest imperfect letters, then fewest escaped errors."""
    totals = arm.totals
    letters = max(1, totals.letters)
    return (1 - totals.perfect / letters, totals.escaped_errors / letters)


def labels(paths: Sequence[Path]) -> list[str]:
    """Return a name for each file of results, unique: its name without suffix, never its folder.

    >>> labels([Path("a/monday.json"), Path("b/monday.json"), Path("b/tuesday.json")])
    ['monday', 'monday no. 2', 'tuesday']
    """
    taken: set[str] = set()
    return [_free(path.stem, taken) for path in paths]
