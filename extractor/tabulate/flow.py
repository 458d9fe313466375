"""The flow count: what became of the inputs, before anything is tabulated."""

from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from extractor.tabulate.letters import Letter

_STEPS = (
    *("inputs", "duplicates", "failed", "review", "verified"),
    *("empty", "unhashed", "repeated"),
)


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
        repeated: Letters that count, though an earlier one of other bytes has their case number.
        cases: How many case numbers occur in more than one letter that counts.
    """

    inputs: Step
    duplicates: Step
    failed: Step
    review: Step
    verified: Step
    empty: Step
    unhashed: Step
    repeated: Step
    cases: int = field(kw_only=True)

    @property
    def counted(self) -> Step:
        """The letters that the tables count, the failed ones among them."""
        parts = (self.failed, self.review, self.verified)
        return Step("counted", sum(p.letters for p in parts), sum(p.items for p in parts))


class Flowing:
    """The flow while letters are counted; of each content and case number 16 bytes are kept."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._letters: Counter[str] = Counter()
        self._items: Counter[str] = Counter()
        self._seen: set[bytes] = set()
        self._cases: set[bytes] = set()
        self._repeated: set[bytes] = set()
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
            if self._is_repeated(letter.case_number):
                self._count("repeated", letter)
        return new

    def _first(self, content: str | None) -> bool:
        if content is None:
            return True
        known = len(self._seen)
        self._seen.add(_short(content))
        return len(self._seen) > known

    def _is_repeated(self, case_number: str | None) -> bool:
        if not case_number:
            return False
        case = _short(f"{case_number}".upper())
        known = case in self._cases
        (self._repeated if known else self._cases).add(case)
        return known

    def _count(self, name: str, letter: Letter) -> None:
        self._letters[name] += 1
        self._items[name] += len(letter.items)

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the contents' SHA-256, a line each, in the order of the letters."""
        return self._all.hexdigest()

    def flow(self) -> Flow:
        """Return the flow as it stands."""
        steps = (Step(name, self._letters[name], self._items[name]) for name in _STEPS)
        return Flow(*steps, cases=len(self._repeated))


def _short(words: str) -> bytes:
    return sha256(words.encode("utf-8", "replace")).digest()[:16]
