"""Letters read several times by one arm: how often right, and which fields flicker."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import comb
from typing import NamedTuple

from evals.metrics.rates import Rate, rate
from evals.results import Letter
from evals.scoring.letters import LetterScore, score_letter
from evals.scoring.marks import folded


class Flicker(NamedTuple):
    """A field or finding code of which repeats of one letter say different things.

    Attributes:
        field: Its dotted name, or the code.
        letters: The golden cases in which it does.
        values: How many of its values do, over all of them.
    """

    field: str
    letters: tuple[str, ...]
    values: int


def at_least_one(right: int, of: int, k: int) -> float:
    """Return the chance that *k* of *of* repeats, *right* of them perfect, hold a perfect one.

    Pass@k, unbiased (Chen et al. 2021): the draws of *k* that miss all the right ones are counted,
    not estimated from the share of right ones.

    >>> at_least_one(1, 3, 1), at_least_one(1, 3, 2), at_least_one(0, 3, 3)
    (0.3333333333333333, 0.6666666666666666, 0.0)
    """
    return (comb(of, k) - comb(of - right, k)) / comb(of, k)


def all_of(right: int, of: int, k: int) -> float:
    """Return the chance that *k* of *of* repeats, *right* of them perfect, are perfect all.

    Pass^k, unbiased in the same way.

    >>> all_of(2, 3, 1), all_of(2, 3, 2), all_of(2, 3, 3)
    (0.6666666666666666, 0.3333333333333333, 0.0)
    """
    return comb(right, k) / comb(of, k)


def passes(cases: Mapping[str, Sequence[LetterScore]]) -> dict[int, tuple[Rate, Rate]]:
    """Return pass@k and pass^k over letters, for each k up to the number of repeats.

    Both are means over letters, each letter's own estimate counting once, and letters are resampled
    for their intervals. Empty where letters were read once, or not equally often.
    """
    repeats = {len(scores) for scores in cases.values()}
    if len(repeats) != 1 or (of := repeats.pop()) == 1:
        return {}
    right = [sum(score.perfect for score in scores) for scores in cases.values()]
    ones = [1] * len(right)
    return {
        k: (
            rate([at_least_one(each, of, k) for each in right], ones),
            rate([all_of(each, of, k) for each in right], ones),
        )
        for k in range(1, of + 1)
    }


def flickers(letters: Sequence[Letter]) -> list[Flicker]:
    """Return the fields of which repeats say different things, those in most letters first.

    Repeats are compared by the rules of scoring, the first standing for the labels: what they call
    equal does not flicker, nor does a span that is a character off; a value that stands in one
    repeat only does, and an item or citation that does so counts once, not with all that is in it.
    Right and wrong play no part.
    """
    found: dict[str, dict[str, int]] = {}
    ordered = sorted(letters, key=lambda letter: (letter.case, letter.repeat))
    for case, repeats in groupby(ordered, key=lambda letter: letter.case):
        for field, values in _differing([each.record for each in repeats]).items():
            found.setdefault(field, {})[case] = values
    rows = [Flicker(field, tuple(at), sum(at.values())) for field, at in found.items()]
    return sorted(rows, key=lambda row: (-len(row.letters), -row.values, row.field))


def _differing(records: Sequence[Mapping[str, object] | None]) -> dict[str, int]:
    """Return by field how many values of one letter differ in some repeat from the first."""
    first = next((record for record in records if record is not None), None)
    if first is None:
        return {}
    places: dict[str, set[str]] = {}
    for record in records:
        score = score_letter("", first, record)
        for mark in folded((*score.marks, *score.code_marks)):
            if mark.is_error:
                places.setdefault(mark.field, set()).add(mark.pointer)
    return {field: len(pointers) for field, pointers in places.items()}
