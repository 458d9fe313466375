"""The records that are audited, read one at a time: what they add up to, by stratum."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from evals.errors import EvalError
from extractor.record import Record

VERIFIED, REVIEW, FAILED = "verified", "review", "failed"
SAMPLED = (VERIFIED, REVIEW)
ALL, LETTERS = "", "letters"
"""Two domains of which an overturn rate is told; the others are the names of categories."""

Decided = Iterable[tuple[str, str | None]]


@dataclass
class Total:
    """How many items of a domain there are, how many overturned, in how many letters."""

    overturned: int = 0
    items: int = 0
    letters: int = 0


@dataclass
class Stratum:
    """What the records of one status add up to."""

    letters: int = 0
    totals: dict[str, Total] = field(default_factory=dict)

    def add(self, decided: Decided) -> None:
        """Count a letter by its items' decisions and categories."""
        self.letters += 1
        for domain, (overturned, items) in by_domain(decided).items():
            total = self.totals.setdefault(domain, Total())
            total.overturned += overturned
            total.items += items
            total.letters += items > 0


def by_domain(decided: Decided) -> dict[str, tuple[int, int]]:
    """Return a letter's overturned items and items: in all, per category, and itself as one.

    >>> by_domain([("upheld", "Surgery"), ("overturned", None)])
    {'': (1, 2), 'letters': (1, 1), 'Surgery': (0, 1)}
    """
    rows = [(decision == "overturned", category) for decision, category in decided]
    found = {ALL: (sum(won for won, _ in rows), len(rows))}
    found[LETTERS] = (int(found[ALL][0] > 0), 1)
    for name in dict.fromkeys(category for _, category in rows if category):
        of_it = [won for won, category in rows if category == name]
        found[name] = (sum(of_it), len(of_it))
    return found


def decided_of(record: Record) -> list[tuple[str, str | None]]:
    """Return the decision and the category of each item of a record."""
    return [
        (item.decision.value, item.category.name if item.category else None)
        for item in record.items
    ]


def stream(path: Path) -> Iterator[Record]:
    """Yield the records of a JSONL file one at a time.

    Raises:
        EvalError: It cannot be read, a line is no record, or two letters have one id; a record
            that failed, as the second of two inputs with one id does, may repeat it.
    """
    seen: set[bytes] = set()
    for number, line in _lines(path):
        record = _record_of(line, path, number)
        if record.status != FAILED:
            key = hashlib.sha256(_bytes(record.document.id)).digest()[:16]
            if key in seen:
                raise EvalError(f"{path}, line {number}: an earlier record has this id.")
            seen.add(key)
        yield record


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                bare = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if bare.strip():
                    yield number, bare
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}.") from None


def _record_of(line: bytes, path: Path, number: int) -> Record:
    try:
        return Record.from_json(line)
    except ValidationError as error:
        where = "/".join(map(str, error.errors(include_input=False)[0]["loc"])) or "the line"
        raise EvalError(f"{path}, line {number} is no record: {where}.") from None


def ranked(seed: int, id_: str, purpose: str = "draw") -> bytes:
    """Return the place of a letter in the random order of *seed*."""
    return hashlib.sha256(f"{purpose}\n{seed}\n".encode() + _bytes(id_)).digest()


def _bytes(id_: str) -> bytes:
    return id_.encode("utf-8", "surrogatepass")


def digest(path: Path) -> str:
    """Return the SHA-256 of a file of any size, in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}.") from None
