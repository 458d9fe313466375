"""Decisions confused: what an item was decided as, and what its record says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from evals.results import Letter
from evals.scoring.align import align, item_likeness

DECISIONS = ("upheld", "overturned")
NONE, OTHER = "none", "other"

Item = Mapping[str, Any]


class Confusion(NamedTuple):
    """How often each expected decision (rows) was produced as each (columns)."""

    names: tuple[str, ...]
    cells: Mapping[tuple[str, str], int]
    items: int

    def at(self, expected: str, produced: str) -> int:
        """Return one cell."""
        return self.cells.get((expected, produced), 0)


def confusion(letters: Iterable[Letter]) -> Confusion:
    """Count the decisions of items as the assignment of items pairs them.

    An item that the record lacks, or gives no decision, is produced as ``none``; one that the
    letter does not have is expected as ``none``. Letters whose labels say nothing of items, and
    items whose labels say nothing of the decision, do not count.
    """
    cells = Counter(pair for letter in letters for pair in pairs(letter))
    given = {name for pair in cells for name in pair}
    names = (*DECISIONS, *([OTHER] if OTHER in given else []), NONE)
    return Confusion(names, cells, cells.total())


def pairs(letter: Letter) -> Iterator[tuple[str, str]]:
    """Yield the expected and the produced decision of each item."""
    if letter.expected is None or letter.expected.get("items") is None:
        return
    ours: list[Item] = letter.expected["items"]
    theirs: list[Item] = (letter.record or {}).get("items") or []
    for i, j in align(ours, theirs, item_likeness):
        if i is None or "decision" in ours[i]:
            expected = NONE if i is None else _said(ours[i])
            yield expected, NONE if j is None else _said(theirs[j])


def _said(item: Item) -> str:
    decision = item.get("decision")
    if decision is None:
        return NONE
    return decision["value"] if decision["value"] in DECISIONS else OTHER
