"""Measurements taken in turns, and what each comes to."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple, Self


class Target(NamedTuple):
    """What a measure ought to reach: at least ``value``, or at most."""

    value: float
    at_least: bool

    def __str__(self) -> str:
        """Say it with its direction."""
        return f"{'≥' if self.at_least else '≤'} {self.value:g}"


@dataclass(frozen=True)
class Measure:
    """The median of some rounds, with the lowest and the highest of them.

    ``of`` says how many what one round was taken over. What was ``computed`` from other measures
    was not measured itself.
    """

    name: str
    unit: str
    value: float
    low: float
    high: float
    rounds: int
    of: str
    target: Target | None = None
    computed: bool = False

    @classmethod
    def of_rounds(
        cls, name: str, unit: str, rounds: Sequence[float], of: str, target: Target | None = None
    ) -> Self:
        """Sum up *rounds*, one number each."""
        middle, low, high = median(rounds), min(rounds), max(rounds)
        return cls(name, unit, middle, low, high, len(rounds), of, target)

    @property
    def reached(self) -> bool | None:
        """Whether the median reaches the target; None without one."""
        if self.target is None:
            return None
        over = self.value >= self.target.value
        return over if self.target.at_least else self.value <= self.target.value


def turns(
    tasks: Mapping[str, Callable[[], object]],
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, list[float]]:
    """Run the *tasks* in turns and return what each took in each round.

    Args:
        tasks: What to time, by name.
        rounds: How often each is run; a first round that is not counted goes before.
        clock: Seconds; by default of this process's own CPU time.
    """
    taken: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds + 1):
        for name, task in tasks.items():
            start = clock()
            task()
            taken[name].append(clock() - start)
    return {name: seconds[1:] for name, seconds in taken.items()}
