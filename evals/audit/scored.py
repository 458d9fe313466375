"""A person's labels against the record: what is right, letter by letter, and what was decided.

The rules of equality and the assignment of items are those of ``evals.scoring``. What is counted
is coarser: a field of a letter, or of one of its items, is right or wrong once, however many
entries of its list differ.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from evals.audit.columns import Column, of_items, of_letters, rule_of
from evals.audit.records import VERIFIED, by_domain, decided_of
from evals.audit.sheets import Label
from evals.dataset import dumped
from evals.scoring.align import Pair, align, item_likeness
from evals.scoring.fields import At, look, walk
from evals.scoring.marks import Kind, Mark
from extractor.record import Record

ITEMS, OUTCOME = "items", "outcome"
_HALF = 0.5
_KINDS = frozenset({Kind.MISSING, Kind.EXTRA})

Entry = Mapping[str, Any]


class Check(NamedTuple):
    """One field of a letter or of one of its items, checked.

    Attributes:
        field: The sheet's column, ``items`` for the item itself, ``outcome`` for the letter's.
        item: The item's number in the labels, in the record where the letter has no such item;
            None for a field of the letter.
        kind: Correct, wrong, missing or extra; empty where both say that there is none.
        label: What the person says, as the record's JSON has it.
        record: What the record says.
    """

    field: str
    item: int | None
    kind: Kind
    label: object = None
    record: object = None

    @property
    def is_wrong(self) -> bool:
        """Whether the record misleads."""
        return self.kind not in {Kind.CORRECT, Kind.EMPTY}


@dataclass(frozen=True)
class Audited:
    """One labelled letter.

    Attributes:
        letter: What the sheets call it.
        id: Its record's id.
        status: Its record's status: its stratum.
        checks: What was checked.
        said: The overturned items and the items that the record has, by domain.
        labelled: The same by the labels; None where a decision was left blank.
        by_category: Whether the labels give every item's category too.
    """

    letter: str
    id: str
    status: str
    checks: tuple[Check, ...]
    said: Mapping[str, tuple[int, int]]
    labelled: Mapping[str, tuple[int, int]] | None = None
    by_category: bool = False

    @cached_property
    def checked(self) -> Counter[str]:
        """How often each field was checked."""
        return Counter(check.field for check in self.checks)

    @cached_property
    def wrong(self) -> Counter[str]:
        """How often each field was wrong."""
        return Counter(check.field for check in self.checks if check.is_wrong)

    @property
    def escaped(self) -> bool:
        """Whether its record is wrong somewhere and yet calls itself verified."""
        return self.status == VERIFIED and bool(self.wrong)

    @property
    def needless(self) -> bool:
        """Whether a person must look at its record though all that was checked is right."""
        return self.status != VERIFIED and not self.wrong


@dataclass
class Sheets:
    """The labelled letters, and how many are not."""

    letters: list[Audited] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)


def audited(name: str, label: Label, record: Record, fields: Sequence[str]) -> Audited:
    """Score the *record* of letter *name* against its *label*."""
    produced = dumped(record)
    checks = tuple(_checks(label.expected, produced, fields))
    items = label.expected.get("items", ())
    decided = [look(item, "decision.value")[1] for item in items]
    is_whole = "decision" in fields and all(decided)
    categories = [look(item, "category.name") for item in items]
    rows = zip(decided, (name for _, name in categories), strict=True)
    return Audited(
        letter=name,
        id=record.document.id,
        status=record.status,
        checks=checks,
        said=by_domain(decided_of(record)),
        labelled=by_domain(rows) if is_whole else None,
        by_category="category" in fields and all(found for found, _ in categories),
    )


def _checks(expected: Entry, produced: Entry, fields: Sequence[str]) -> Iterator[Check]:
    for column in of_letters(fields):
        yield from _check(column, At("", ""), None, expected, produced)
    asked = of_items(fields)
    if not asked:
        return
    ours, theirs = expected.get("items", []), produced["items"]
    if "decision" in fields:
        yield from _outcome(ours, produced)
    for i, j in _pairs(ours, theirs):
        one, other = (None if i is None else ours[i]), (None if j is None else theirs[j])
        number = 1 + (j if i is None else i)  # type: ignore[operator]
        kind = Kind.EXTRA if i is None else Kind.MISSING if j is None else Kind.CORRECT
        yield Check(ITEMS, number, kind, _request(one), _request(other))
        for column in asked:
            yield from _check(column, At("items", "/items"), number, one, other)


def _check(
    column: Column, at: At, item: int | None, expected: Entry | None, produced: Entry | None
) -> Iterator[Check]:
    """Yield what a column comes to; nothing where it was not checked.

    Of an item that only one side has, what neither gives is no right answer of the record's.
    """
    marks = list(walk({column.path: rule_of(column)}, at, expected, produced))
    if not marks or any(mark.kind is Kind.UNSCORED for mark in marks):
        return
    kind = _kind(marks)
    if kind is Kind.EMPTY and (expected is None or produced is None):
        return
    yield Check(
        column.name, item, kind, look(expected, column.path)[1], look(produced, column.path)[1]
    )


def _kind(marks: Sequence[Mark]) -> Kind:
    """Return what several marks of one field come to: all missing is missing, mixed is wrong."""
    errors = {mark.kind for mark in marks if mark.is_error}
    if not errors:
        return Kind.CORRECT if any(mark.kind is Kind.CORRECT for mark in marks) else Kind.EMPTY
    alone = len(errors) == 1 and errors <= _KINDS and all(mark.is_error for mark in marks)
    return errors.pop() if alone else Kind.WRONG


def _outcome(items: Sequence[Entry], produced: Entry) -> Iterator[Check]:
    """Yield the outcome that the labelled decisions make, where all are labelled."""
    decisions = [look(item, "decision.value")[1] for item in items]
    if not all(decisions):
        return
    words = set(decisions)
    expected = None if not words else words.pop() if len(words) == 1 else "mixed"
    said = produced["outcome"]
    kind = Kind.WRONG
    if expected == said:
        kind = Kind.EMPTY if said is None else Kind.CORRECT
    yield Check(OUTCOME, None, kind, expected, said)


def _pairs(ours: Sequence[Entry], theirs: Sequence[Entry]) -> list[Pair]:
    """Pair labelled items with the record's: by their requests, else by their decisions in order.

    Where requests were not labelled, the pairs are those in letter order with the most decisions
    alike, so that one dropped item is one error; which one it was cannot be told.
    """
    if all(look(item, "request.value")[1] for item in ours):
        return align(ours, theirs, item_likeness)
    return align(ours, theirs, _decision_likeness)


def _decision_likeness(expected: Entry, produced: Entry) -> float:
    said = look(expected, "decision.value")[1]
    return _HALF + (said is not None and said == produced["decision"]["value"])


def _request(item: Entry | None) -> object:
    return look(item, "request.value")[1]
