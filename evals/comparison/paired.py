"""Paired tests: is the difference between two runs over the same letters more than chance?

The unit is the letter. What is counted per item stays together in its letter, and a letter that
was read several times counts once, with the average of its readings.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from evals import stats
from evals.scoring.marks import Counts
from evals.stats import ALPHA
from extractor import intervals
from extractor.intervals import Interval

POINT = 0.01
MCNEMAR, PERMUTATION = "exact McNemar", "permutation"
_ZERO = Counts()
_DIGITS = 9  # averages of thirds leave dust


class Scored(Protocol):
    """What is looked at of one reading of a letter, as a ``LetterScore`` has it."""

    @property
    def perfect(self) -> bool:
        """Whether everything scored is right."""

    @property
    def escaped(self) -> int:
        """How many errors stand in a record that calls itself verified."""

    @property
    def fields(self) -> Mapping[str, Counts]:
        """Counts per field."""

    @property
    def codes(self) -> Mapping[str, Counts]:
        """Counts per finding code."""


Scores = Mapping[str, Sequence[Scored]]
Rows = list[tuple[float, float]]


@dataclass(frozen=True)
class LetterTest:
    """In how many letters something holds before and after: perfect, or with escaped errors.

    Attributes:
        letters: Letters in both runs.
        before: In how many of them it held; with repeats the sum of each letter's average.
        after: The same of the second run.
        lost: Letters in which it held more often before.
        gained: Letters in which it holds more often after.
        moved: How many letters changed sides, for the power: with repeats the sum of the squared
            changes of their averages.
        before_interval: Of the share before, Wilson's; with repeats clustered by letter.
        after_interval: Of the share after.
        interval: Of the difference of the shares.
        p: By the *method*.
        method: ``exact McNemar``, with repeats ``permutation`` (of the sides of each letter).
    """

    letters: int
    before: float
    after: float
    lost: int
    gained: int
    moved: float
    before_interval: Interval
    after_interval: Interval
    interval: Interval
    p: float
    method: str = MCNEMAR

    @property
    def difference(self) -> float:
        """The share after less the share before, from -1 to 1."""
        return (self.after - self.before) / self.letters

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance, one test by itself."""
        return self.p <= ALPHA


@dataclass(frozen=True)
class FieldTest:
    """How much of one field is right before and after.

    *Right* is what misleads nobody: equal to the label and not read from another place. *Of* are
    the values that the labels or the record have; what both lack is in no ratio. With repeats
    both are averages over a letter's readings.

    Attributes:
        field: The field's dotted name, or a finding code.
        letters: Letters with such a value before or after.
        before: Right before.
        before_of: Of how many.
        after: Right after.
        after_of: Of how many.
        lost: Letters with more of it wrong, missing, extra or misplaced after.
        gained: Letters with less.
        changed: Letters with other counts after, those that lost or gained among them.
        interval: Of the difference of the shares, clustered by letter.
        p: Of the paired permutation test.
        adjusted: *p* corrected for the number of fields (Holm); 1 where so few letters changed
            that no outcome could have been significant, which leaves the field out of that number.
    """

    field: str
    letters: int
    before: float
    before_of: float
    after: float
    after_of: float
    lost: int
    gained: int
    changed: int
    interval: Interval
    p: float
    adjusted: float = 1.0

    @property
    def difference(self) -> float | None:
        """The share after less the share before; None where one of them is of nothing."""
        if not self.before_of or not self.after_of:
            return None
        return self.after / self.after_of - self.before / self.before_of

    @property
    def testable(self) -> bool:
        """Whether enough letters changed for the test to reach significance at all."""
        return stats.mcnemar(0, self.changed) <= ALPHA

    @property
    def significant(self) -> bool:
        """Whether the change is more than chance, all fields considered."""
        return self.adjusted <= ALPHA

    @property
    def worse(self) -> bool:
        """Whether the change is significant and a loss."""
        return self.significant and self.lost > self.gained


@dataclass(frozen=True)
class Power:
    """What a comparison of so many letters can see.

    Attributes:
        letters: Letters in both runs.
        discordant: The share of letters that is assumed to change sides at all: as here, by the
            rule of succession, at least the *change* itself.
        power: The chance to see a true *change* in the share of perfect letters.
        letters_needed: About how many letters see it four times of five.
        change: The true change, 0.01 for one point.
    """

    letters: int
    discordant: float
    power: float
    letters_needed: int
    change: float = POINT

    def __str__(self) -> str:
        """Say it, so that "no difference" is not read into a small sample."""
        seen = f"{self.power * 100:.0f} %" if self.power >= POINT else "less than 1 %"
        points = f"{self.change * 100:g} point{'' if self.change == POINT else 's'}"
        return (
            f"With {self.letters:,} letters a true change of {points} would be seen in {seen} of "
            f"such comparisons; about {_about(self.letters_needed)} letters would be needed to see "
            "it in 80 %, if letters change sides as often as here."
        )


def _about(count: int) -> str:
    """Round to two digits, which is what a guess at the letters that change sides is worth.

    >>> _about(1891), _about(73345), _about(16)
    ('1,900', '73,000', '16')
    """
    return f"{int(float(f'{count:.1e}')):,}"


@dataclass(frozen=True)
class PairedTests:
    """Two runs over the same labelled letters, tested.

    Attributes:
        perfect: Letters that are perfect.
        escaped: Letters with an escaped error.
        escaped_errors: Escaped errors themselves, before and after; averages over repeats.
        fields: Every field and finding code that occurs, in the order of the scores.
        power: What this many letters can see.
    """

    perfect: LetterTest
    escaped: LetterTest
    escaped_errors: tuple[float, float]
    fields: Sequence[FieldTest]
    power: Power

    @property
    def letters(self) -> int:
        """Letters in both runs."""
        return self.perfect.letters

    @property
    def significant(self) -> list[FieldTest]:
        """The fields whose change is more than chance after Holm's correction."""
        return [field for field in self.fields if field.significant]

    @property
    def family(self) -> int:
        """How many fields Holm's correction is for."""
        return sum(field.testable for field in self.fields)

    def to_json(self) -> dict[str, Any]:
        """Return the tests as JSON; every ratio stands beside the counts that it is of."""
        return {
            "letters": self.letters,
            "level": intervals.LEVEL,
            "perfect": _letters_json(self.perfect),
            "escaped": _letters_json(self.escaped),
            "escaped_errors": list(self.escaped_errors),
            "holm": {"fields": self.family, "alpha": ALPHA},
            "fields": {field.field: _field_json(field) for field in self.fields},
            "power": asdict(self.power),
        }


def paired(before: Scores, after: Scores) -> PairedTests | None:
    """Test two runs over the letters that both have.

    Args:
        before: Each letter's scores by its id, one per repeat.
        after: The same letters, scored against the same labels; they need not have as many repeats.

    Returns:
        None where the two have no letter in common.
    """
    both = [id_ for id_ in before if before[id_] and after.get(id_)]
    if not both:
        return None
    ours, theirs = ([side[id_] for id_ in both] for side in (before, after))
    perfect = letter_test(ours, theirs, lambda score: score.perfect)
    return PairedTests(
        perfect,
        letter_test(ours, theirs, lambda score: score.escaped > 0),
        (_errors(ours), _errors(theirs)),
        _corrected(field_tests(ours, theirs)),
        power_of(perfect),
    )


def letter_test(
    before: Sequence[Sequence[Scored]],
    after: Sequence[Sequence[Scored]],
    holds: Callable[[Scored], bool],
) -> LetterTest:
    """Test in how many letters something *holds*; both sides are the same letters in one order."""
    was, now = ([_mean(map(holds, scores)) for scores in side] for side in (before, after))
    changes = [other - one for one, other in zip(was, now, strict=True)]
    lost, gained = sum(change < 0 for change in changes), sum(change > 0 for change in changes)
    whole = {*was, *now} <= {0.0, 1.0}
    if whole:
        interval, p = stats.paired_difference(lost, gained, len(was)), stats.mcnemar(lost, gained)
    else:
        interval, p = stats.clustered_difference(was, now)
    return LetterTest(
        letters=len(was),
        before=sum(was),
        after=sum(now),
        lost=lost,
        gained=gained,
        moved=sum(change**2 for change in changes),
        before_interval=_interval(was),
        after_interval=_interval(now),
        interval=interval,
        p=p,
        method=MCNEMAR if whole else PERMUTATION,
    )


def _interval(rates: Sequence[float]) -> Interval:
    """Return the interval of a share of letters, of which there is one at least."""
    if {*rates} <= {0.0, 1.0}:
        found = intervals.wilson(sum(rates), len(rates))
    else:
        found = intervals.clustered(rates, [1.0] * len(rates))
    return found or Interval(0.0, 1.0)


def _errors(letters: Sequence[Sequence[Scored]]) -> float:
    return sum(_mean(score.escaped for score in scores) for scores in letters)


def _mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def field_tests(
    before: Sequence[Sequence[Scored]], after: Sequence[Sequence[Scored]]
) -> list[FieldTest]:
    """Test each field and finding code by itself; the p-values are not corrected yet."""
    was, now = ([_averages(scores) for scores in side] for side in (before, after))
    names = dict.fromkeys(name for letter in (*was, *now) for name in letter)
    tests = (_field_test(name, _rows(was, name), _rows(now, name)) for name in names)
    return [test for test in tests if test is not None]


def _rows(letters: Sequence[Mapping[str, tuple[float, float]]], name: str) -> Rows:
    return [letter.get(name, (0.0, 0.0)) for letter in letters]


def _averages(scores: Sequence[Scored]) -> dict[str, tuple[float, float]]:
    """Return what is right of how many in each field of one letter, averaged over its readings."""
    counts = [{**score.fields, **score.codes} for score in scores]
    names = dict.fromkeys(name for each in counts for name in each)
    found = {}
    for name in names:
        rows = [_right(each.get(name, _ZERO)) for each in counts]
        found[name] = (_mean(right for right, _ in rows), _mean(of for _, of in rows))
    return found


def _right(counts: Counts) -> tuple[int, int]:
    """Return how many values mislead nobody, and of how many that the label or the record has."""
    return counts.correct - counts.misplaced, counts.scored - counts.empty


def _field_test(name: str, was: Rows, now: Rows) -> FieldTest | None:
    """Test one field; both sides are right values and of how many, letter by letter."""
    kept = [(*one, *other) for one, other in zip(was, now, strict=True) if one[1] or other[1]]
    if not kept:
        return None
    before, before_of, after, after_of = zip(*kept, strict=True)
    more = [round((row[3] - row[2]) - (row[1] - row[0]), _DIGITS) for row in kept]
    interval, p = stats.clustered_difference(before, after, of=(before_of, after_of))
    return FieldTest(
        field=name,
        letters=len(kept),
        before=sum(before),
        before_of=sum(before_of),
        after=sum(after),
        after_of=sum(after_of),
        lost=sum(errors > 0 for errors in more),
        gained=sum(errors < 0 for errors in more),
        changed=sum(row[:2] != row[2:] for row in kept),
        interval=interval,
        p=p,
    )


def _corrected(fields: Sequence[FieldTest]) -> list[FieldTest]:
    """Correct the p-values for their number (Holm).

    Fields that could not have reached significance whatever the direction of their changes are no
    chance to err, and are not counted (Tarone 1990).
    """
    adjusted = iter(stats.holm([field.p for field in fields if field.testable]))
    return [
        replace(field, adjusted=next(adjusted)) if field.testable else field for field in fields
    ]


def power_of(perfect: LetterTest, change: float = POINT) -> Power:
    """Return what as many letters, of which as many change sides, can see of a true *change*."""
    discordant = max(change, (perfect.moved + 1) / (perfect.letters + 2))
    return Power(
        perfect.letters,
        discordant,
        stats.power(perfect.letters, change, discordant),
        stats.letters_needed(change, discordant),
        change,
    )


def _letters_json(test: LetterTest) -> dict[str, Any]:
    return {**asdict(test), "difference": test.difference}


def _field_json(test: FieldTest) -> dict[str, Any]:
    told = {name: value for name, value in asdict(test).items() if name != "field"}
    if test.difference is None:
        told["interval"] = None
    return told | {"difference": test.difference, "significant": test.significant}
