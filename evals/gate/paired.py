"""What an arm that a model had its say in lost significantly, on the letters that both runs read.

The tests are those of ``imr-eval compare``; here they are given the baseline's counts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from evals.comparison.paired import FieldTest, LetterTest, PairedTests, paired
from evals.gate.baseline import Case, Cases, Rows

_LEAST = 0.0001


@dataclass(frozen=True)
class Reading:
    """One reading of a letter, as far as the tests look at it."""

    perfect: bool
    escaped: int
    fields: Rows = field(default_factory=dict)
    codes: Rows = field(default_factory=dict)


def readings(case: Case) -> list[Reading]:
    """Return a case's readings; the tests average over them, so the first has all the counts."""
    first = Reading(case.perfect > 0, case.escaped, case.fields, case.codes)
    rest = [Reading(number < case.perfect, 0) for number in range(1, case.records)]
    return [first, *rest]


def tests(before: Cases, now: Cases) -> PairedTests | None:
    """Test *now* against *before*; None where they have no letter in common."""
    return paired(_scores(before), _scores(now))


def _scores(cases: Cases) -> Mapping[str, Any]:
    return {name: cast("Any", readings(case)) for name, case in cases.items()}


def letters_lost(test: LetterTest) -> bool:
    """Whether significantly fewer letters are perfect: McNemar, or permutation of repeats."""
    return test.significant and test.difference < 0


def say_letters(test: LetterTest) -> str:
    """Say what became of the perfect letters."""
    return f"perfect letters: {_moved(test)} of {test.letters}; {_p(test.p)}"


def say_field(test: FieldTest) -> str:
    """Say what became of a field; its p-value is corrected for the number of fields (Holm)."""
    return f"{test.field}: {_moved(test)} of {test.letters} letters; {_p(test.adjusted)}"


def _moved(test: LetterTest | FieldTest) -> str:
    return f"{test.lost} lost, {test.gained} gained"


def _p(value: float) -> str:
    """Say a p-value.

    >>> _p(0.03125), _p(1e-9)
    ('p = 0.0312', 'p < 0.0001')
    """
    return f"p = {value:.4f}" if value >= _LEAST else f"p < {_LEAST}"


def relabelled(before: Cases, now: Cases) -> Iterator[str]:
    """Yield the cases whose letter or labels are others than the baseline's, where both know."""
    for name in sorted(before.keys() & now.keys()):
        if len({before[name].labels, now[name].labels} - {None}) > 1:
            yield name
