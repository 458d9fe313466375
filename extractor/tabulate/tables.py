"""Tables that grow by a letter at a time, whatever the number of letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from extractor.tabulate.counted import Counted
from extractor.tabulate.groups import FURTHER, UNREAD, Grouping, Key
from extractor.tabulate.letters import Disputed, Letter

Scope = Literal["verified", "all"]
SCOPES: tuple[Scope, ...] = ("verified", "all")
MOST_ROWS = 3000
_LONGEST = 200  # characters of a part of a key
Cell = tuple[Scope, str]
NOTHING = Counted()


@dataclass(frozen=True)
class Row:
    """One row: a group of items.

    Attributes:
        key: Its key, as the columns of the grouping; ``UNREAD`` or ``FURTHER``.
        cells: What is counted, by the letters that count and the side of the dispute.
    """

    key: Key
    cells: Mapping[Cell, Counted]

    def of(self, scope: Scope, side: str = "") -> Counted:
        """Return what is counted of *scope* and *side*."""
        return self.cells.get((scope, side), NOTHING)


@dataclass(frozen=True)
class Table:
    """A table that is done.

    Attributes:
        grouping: What it is.
        rows: Its rows, in their order; those of ``FURTHER`` and ``UNREAD`` last.
        totals: All items, each once, by the letters that count.
    """

    grouping: Grouping
    rows: Sequence[Row]
    totals: Mapping[Scope, Counted]

    def lacking(self, scope: Scope, side: str = "") -> Counted:
        """Return the items that have no key."""
        found = (row.of(scope, side) for row in self.rows if row.key == UNREAD)
        return next(found, NOTHING)


class Growing:
    """One table while letters are counted."""

    def __init__(self, grouping: Grouping) -> None:
        """Begin without rows."""
        self.grouping = grouping
        self._rows: dict[Key, dict[Cell, Counted]] = {}

    def add(self, letter: Letter, scopes: Iterable[Scope]) -> None:
        """Count the items of *letter* for *scopes*."""
        for side in self.grouping.sides:
            for key, items in self._grouped(letter, side).items():
                cells = self._rows.setdefault(key, {})
                for scope in scopes:
                    cells.setdefault((scope, side), Counted()).add(items)

    def _grouped(self, letter: Letter, side: str) -> dict[Key, list[Disputed]]:
        """Return the letter's items by their keys, each once in a key."""
        groups: dict[Key, list[Disputed]] = {}
        for item in letter.items:
            keys = (self._kept(key) for key in self.grouping.keys(letter, item, side))
            for key in dict.fromkeys(keys):
                groups.setdefault(key, []).append(item)
        return groups

    def _kept(self, key: Key) -> Key:
        """Return *key*, or what stands for it where there are too many already."""
        short = tuple(part[:_LONGEST] for part in key)
        return short if short in self._rows or len(self._rows) < MOST_ROWS else FURTHER

    def table(self, totals: Mapping[Scope, Counted]) -> Table:
        """Return the table as it stands."""
        rows = [Row(key, cells) for key, cells in self._rows.items()]
        return Table(self.grouping, sorted(rows, key=self._place), totals)

    def _place(self, row: Row) -> tuple[object, ...]:
        """Return where a row stands."""
        last = (row.key == FURTHER, row.key == UNREAD)
        if self.grouping.by_key:
            return (*last, [(len(part), part) for part in row.key])
        counted = [row.of("all", side).items for side in self.grouping.sides]
        return (*last, -sum(counted), row.key)
