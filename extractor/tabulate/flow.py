"""The flow count: what became of the inputs, before anything is tabulated."""

from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from extractor.tabulate.letters import Letter


class Step(NamedTuple):
    """One line of the flow: letters, and the disputed items that they have."""

    name: str
    letters: int
    items: int


@dataclass(frozen=True)
class Flow:
    """From inputs to items.

    Attributes:
        inputs: All records.
        duplicates: Such with the very bytes of an earlier one; left out of everything else.
        failed: Letters that gave no text; they have no items.
        review: Letters that a person must look at.
        verified: Letters without an error.
        empty: Letters in review or verified, without an item.
        unhashed: Letters whose content is not known, so that none is known to be a duplicate.
    """

    inputs: Step
    duplicates: Step
    failed: Step
    review: Step
    verified: Step
    empty: Step
    unhashed: Step

    @property
    def counted(self) -> Step:
        """The letters that the tables count, the failed ones among them."""
        parts = (self.failed, self.review, self.verified)
        return Step("counted", sum(p.letters for p in parts), sum(p.items for p in parts))


class Flowing:
    """The flow while letters are counted; of each content 16 bytes are kept."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._letters: Counter[str] = Counter()
        self._items: Counter[str] = Counter()
        self._seen: set[bytes] = set()
        self._all = sha256()

    def is_new(self, letter: Letter) -> bool:
        """Count *letter*, and say whether its content is new."""
        new = self._first(letter.content)
        self._count("inputs", letter)
        self._count(letter.status if new else "duplicates", letter)
        if new:
            self._all.update(f"{letter.content}\n".encode("utf-8", "replace"))
            if letter.content is None:
                self._count("unhashed", letter)
            if letter.status != "failed" and not letter.items:
                self._count("empty", letter)
        return new

    def _first(self, content: str | None) -> bool:
        if content is None:
            return True
        known = len(self._seen)
        self._seen.add(sha256(content.encode("utf-8", "replace")).digest()[:16])
        return len(self._seen) > known

    def _count(self, name: str, letter: Letter) -> None:
        self._letters[name] += 1
        self._items[name] += len(letter.items)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the contents' SHA-256, a line each, in the order of the letters."""
        return self._all.hexdigest()

    def flow(self) -> Flow:
        """Return the flow as it stands."""
        names = ("inputs", "duplicates", "failed", "review", "verified", "empty", "unhashed")
        return Flow(*(Step(name, self._letters[name], self._items[name]) for name in names))
