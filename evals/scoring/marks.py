"""What one comparison comes to, and how many of each there were.

Every expected or produced value leads to exactly one mark, so the counts of a field add up to
what the golden letters hold of it plus what was produced beyond that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a value compares with the golden one."""

    CORRECT = "correct"  # both are there and equal
    WRONG = "wrong"  # both are there and differ
    MISSING = "missing"  # the golden letter has one, the record has none
    EXTRA = "extra"  # the record has one, the golden letter has none
    EMPTY = "empty"  # both have none: right, and kept out of every ratio
    UNSCORED = "unscored"  # the golden letter does not say: neither right nor wrong


class Place(StrEnum):
    """How a value's span compares with the golden span."""

    EXACT = "exact"  # same start, same end
    OVERLAP = "overlap"  # some characters in common
    APART = "apart"  # none: read from another place of the letter


class Mark(NamedTuple):
    """One comparison.

    ``field`` is the dotted name without indices (``items.decision``), ``pointer`` the JSON Pointer
    into the golden record (into the produced one for what is extra). ``place`` is None unless both
    sides have a span.
    """

    field: str
    pointer: str
    kind: Kind
    place: Place | None = None
    expected: object = None
    produced: object = None

    @property
    def is_error(self) -> bool:
        """Whether a user of the record is misled: a wrong, missing, extra or misplaced value."""
        return self.kind in _ERRORS or self.is_misplaced

    @property
    def is_misplaced(self) -> bool:
        """Whether the value is right but was read from another place than it stands in."""
        return self.kind is Kind.CORRECT and self.place is Place.APART

    @property
    def is_flawless(self) -> bool:
        """Whether nothing at all is to be said against it, its span to the character included."""
        return self.kind not in _ERRORS and self.place in {None, Place.EXACT}


_ONE_SIDED = frozenset({Kind.MISSING, Kind.EXTRA})
_ERRORS = frozenset({Kind.WRONG, *_ONE_SIDED})


@dataclass(slots=True)
class Counts:
    """How often each kind of mark occurred in one field.

    ``located`` counts the pairs with a span on both sides; of them ``exact`` those with equal
    spans, ``overlap`` those that share some characters only, ``apart`` those that share none.
    ``misplaced`` counts the right values among those apart.
    """

    correct: int = 0
    wrong: int = 0
    missing: int = 0
    extra: int = 0
    empty: int = 0
    unscored: int = 0
    located: int = 0
    exact: int = 0
    overlap: int = 0
    misplaced: int = 0

    def add(self, mark: Mark) -> None:
        """Count *mark*."""
        setattr(self, mark.kind.value, getattr(self, mark.kind.value) + 1)
        self.located += mark.place is not None
        self.exact += mark.place is Place.EXACT
        self.overlap += mark.place is Place.OVERLAP
        self.misplaced += mark.is_misplaced

    def include(self, other: "Counts") -> None:
        """Add the counts of *other* to these."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def apart(self) -> int:
        """Pairs of spans without a character in common."""
        return self.located - self.exact - self.overlap

    @property
    def produced(self) -> int:
        """Values in the records that could be scored: what precision is of."""
        return self.correct + self.wrong + self.extra

    @property
    def expected(self) -> int:
        """Values in the golden letters: what recall is of."""
        return self.correct + self.wrong + self.missing

    @property
    def scored(self) -> int:
        """Comparisons that say something, a rightly absent value among them."""
        return self.expected + self.extra + self.empty

    @property
    def precision(self) -> float | None:
        """``correct`` of all that was produced; None where nothing was."""
        return self.correct / self.produced if self.produced else None

    @property
    def recall(self) -> float | None:
        """``correct`` of all that was expected; None where nothing was."""
        return self.correct / self.expected if self.expected else None

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where nothing was expected or produced.

        >>> Counts(correct=6, wrong=1, missing=1, extra=3).f1
        0.6666666666666666
        """
        both = self.expected + self.produced
        return 2 * self.correct / both if both else None

    def to_json(self) -> dict[str, int]:
        """Return the counts that are not zero, by name."""
        return {name: count for name in self.__slots__ if (count := getattr(self, name))}


def folded(marks: Iterable[Mark]) -> Iterator[Mark]:
    """Yield *marks* without those inside an entry that is missing or extra as a whole.

    For people, who want to be told once that an item is gone. *marks* are all of a letter's, in
    the order that the scoring makes them: those of an entry's parts come after its own, and a
    golden item may have the number of an extra one before it.
    """
    gone: str | None = None
    for mark in marks:
        if gone is None or not mark.pointer.startswith(gone):
            gone = f"{mark.pointer}/" if mark.kind in _ONE_SIDED and mark.pointer else None
            yield mark


def added(several: Iterable[Counts]) -> Counts:
    """Return the sum of *several* counts."""
    counts = Counts()
    for each in several:
        counts.include(each)
    return counts


def tally(marks: Iterable[Mark]) -> dict[str, Counts]:
    """Return the counts of *marks* per field, fields in the order they first occur."""
    counts: dict[str, Counts] = {}
    for mark in marks:
        counts.setdefault(mark.field, Counts()).add(mark)
    return counts
