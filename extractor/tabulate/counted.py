"""What is counted of a group of items, and how sure its overturn rate is."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from extractor.intervals import Interval, clustered
from extractor.tabulate.letters import Disputed

UPHELD, OVERTURNED = "upheld", "overturned"
Kinds = Counter[tuple[int, int]]


@dataclass(slots=True)
class Counted:
    """Counts of one group; items of one letter are added together.

    Attributes:
        letters: Letters that have such an item.
        items: Items.
        upheld: Of these, such whose denial stands.
        overturned: Such whose denial does not.
        partial: Items of which the claims administrator had authorized a part before; the
            decision is about the rest, and they are among the upheld and the overturned.
        kinds: How many letters have so many overturned of so many decided items.
    """

    letters: int = 0
    items: int = 0
    upheld: int = 0
    overturned: int = 0
    partial: int = 0
    kinds: Kinds = field(default_factory=Counter)

    def add(self, items: Sequence[Disputed]) -> None:
        """Count a letter's *items* in this group; a letter is added once, all of it."""
        self.letters += 1
        self.items += len(items)
        upheld = sum(item.decision == UPHELD for item in items)
        overturned = sum(item.decision == OVERTURNED for item in items)
        self.upheld += upheld
        self.overturned += overturned
        self.partial += sum(item.partial for item in items)
        if upheld + overturned:
            self.kinds[overturned, upheld + overturned] += 1

    @property
    def decided(self) -> int:
        """Items with a decision: what an overturn rate is a share of."""
        return self.upheld + self.overturned

    @property
    def rate(self) -> float | None:
        """Overturned by decided items; None where there is none."""
        return self.overturned / self.decided if self.decided else None

    @property
    def interval(self) -> Interval | None:
        """The 95 % interval of the rate, letters drawn whole; None where nothing is decided."""
        return _interval(tuple(sorted(self.kinds.items())))


@lru_cache(maxsize=20_000)
def _interval(kinds: tuple[tuple[tuple[int, int], int], ...]) -> Interval | None:
    """Return the interval of letters told as (overturned, decided) and how many have these."""
    letters = [pair for pair, often in kinds for _ in range(often)]
    return clustered([part for part, _ in letters], [whole for _, whole in letters])
