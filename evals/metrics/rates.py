"""Proportions with their counts and intervals; letters are drawn whole, with all their repeats."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from evals.results import Letter
from evals.scoring.letters import VERIFIED, LetterScore
from evals.scoring.marks import Counts

Part = Callable[[LetterScore], tuple[int, int]]


class Rate(NamedTuple):
    """A part of a whole, and the interval that its letters leave the proportion (95 %).

    ``interval`` is None where nothing was counted.
    """

    part: float
    whole: int
    interval: tuple[float, float] | None = None

    @property
    def value(self) -> float | None:
        """The proportion; None where nothing was counted."""
        return self.part / self.whole if self.whole else None

    def to_json(self) -> dict[str, Any]:
        """Return the proportion beside its counts."""
        return {**self._asdict(), "value": self.value}


def rate(parts: Sequence[float], wholes: Sequence[int]) -> Rate:
    """Return ``sum(parts) / sum(wholes)``, one part and one whole per letter.

    Where no letter counts more than once it is a proportion of letters, and the interval is
    Wilson's; else what is counted hangs together within a letter, and letters are resampled.
    """
    from extractor import intervals  # noqa: PLC0415 - scipy takes longer to import than letters to score

    part, whole = sum(parts), sum(wholes)
    if max(wholes, default=0) <= 1 and set(parts) <= {0, 1}:
        found = intervals.wilson(int(part), whole)
    else:
        found = intervals.clustered(parts, wholes)
    return Rate(part, whole, None if found is None else (found.low, found.high))


def by_case(letters: Iterable[Letter]) -> dict[str, list[LetterScore]]:
    """Return the scores of each golden case, its repeats together."""
    cases: dict[str, list[LetterScore]] = {}
    for letter in letters:
        cases.setdefault(letter.case, []).append(letter.score)
    return cases


def letter_rates(cases: Mapping[str, Sequence[LetterScore]]) -> dict[str, Rate]:
    """Return the proportions of letters: perfect, escaped of the verified, needless reviews."""
    return {name: _over(cases, part) for name, part in _OF_LETTERS.items()}


_OF_LETTERS: dict[str, Part] = {
    "perfect": lambda score: (score.perfect, 1),
    "escaped": lambda score: (score.escaped > 0, score.status == VERIFIED),
    "needless": lambda score: (score.needless, 1),
}


def _over(cases: Mapping[str, Sequence[LetterScore]], part: Part) -> Rate:
    pairs = [[part(score) for score in scores] for scores in cases.values()]
    return rate(
        [sum(part for part, _ in each) for each in pairs],
        [sum(whole for _, whole in each) for each in pairs],
    )


def count_rates(counts: Sequence[Counts]) -> dict[str, Rate]:
    """Return precision, recall and F1 of *counts*, which are one field's, case by case.

    F1 is counted as ``2 * correct`` of what was expected and what was produced, together.
    """
    right = [each.correct for each in counts]
    produced = [each.produced for each in counts]
    expected = [each.expected for each in counts]
    both = [one + other for one, other in zip(produced, expected, strict=True)]
    return {
        "precision": rate(right, produced),
        "recall": rate(right, expected),
        "f1": rate([2 * each for each in right], both),
    }
