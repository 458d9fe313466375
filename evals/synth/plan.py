"""What a letter will be: its layout, its traps and where they are set, its dates, its worker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from evals.synth.marks import Mark, Passage
from evals.synth.traps import Trap
from evals.synth.vocabulary import load

MISSING = "missing_field"
_MANY = 20
_SHARED = "same-sentences"
_REASONS = frozenset({"rationale", "conclusion", "after"})
_COUNTS = (1, 1, 1, 2, 2, 2, 3, 3, 4)
# The days between which the letters of a layout are decided.
_DECIDED = {
    "dwc-2014": (date(2013, 12, 2), date(2015, 7, 31)),
    "dwc-2016": (date(2016, 12, 1), date(2017, 11, 20)),
    "letter-2013": (date(2013, 8, 5), date(2013, 12, 20)),
    "letter-2014": (date(2013, 11, 4), date(2014, 5, 30)),
    "professional-review": (date(2013, 3, 1), date(2013, 10, 31)),
}


@dataclass(frozen=True)
class Frame:
    """The dates of a dispute, in the order in which they came about."""

    injury: date
    denied: date
    received: date
    assigned: date
    decided: date


@dataclass
class Plan:
    """What a letter will be.

    Attributes:
        rng: Where every choice of the letter comes from.
        layout: Its layout.
        traps: The names of the traps that it sets.
        items: For each item the names of the traps that it sets.
        frame: Its dates.
        region: The region of the body that the injury is of, a name of ``regions.toml``.
        findings: The findings that the letter deserves, added as it is written.
    """

    rng: Random
    layout: str
    traps: frozenset[str]
    items: tuple[frozenset[str], ...]
    frame: Frame
    region: str
    findings: list[dict[str, object]] = field(default_factory=list)

    def deserves(self, code: str, path: str, *passages: Mark) -> None:
        """Note that the letter deserves the finding *code*, which compares *passages*."""
        related = [Passage(mark) for mark in passages]
        self.findings.append({"code": code, "path": path, "related": related})

    @property
    def is_dwc(self) -> bool:
        """Whether it is one of the two layouts with a decision word."""
        return self.layout.startswith("dwc")


def plan(layout: str, traps: Sequence[Trap], rng: Random) -> Plan:
    """Return the plan of a letter of *layout* with as many of these *traps* as go together."""
    count = _count(layout, traps, rng)
    items = _deal(traps, count, rng)
    dealt = frozenset().union(*items)
    kept = frozenset(trap.name for trap in traps if not trap.slot or trap.name in dealt)
    region = rng.choice(list(load("regions")))
    return Plan(rng, layout, kept, items, _frame(layout, rng), region)


def _deal(traps: Sequence[Trap], count: int, rng: Random) -> tuple[frozenset[str], ...]:
    """Deal the traps of items out to *count* items, where each finds its place."""
    hands: list[list[Trap]] = [[] for _ in range(count)]
    shares_reasons = any(trap.name == _SHARED for trap in traps)
    for trap in traps:
        if not trap.slot or (shares_reasons and trap.slot in _REASONS):
            continue
        free = [hand for hand in hands if not any(_collide(trap, other) for other in hand)]
        if free:
            rng.choice(free).append(trap)
    return tuple(frozenset(trap.name for trap in hand) for hand in hands)


def _collide(one: Trap, other: Trap) -> bool:
    return one.slot == other.slot or (one.own_request and other.own_request)


def _count(layout: str, traps: Sequence[Trap], rng: Random) -> int:
    if layout == "professional-review":
        return 1
    if any(trap.name == "twenty-items" for trap in traps):
        return _MANY
    return max(rng.choice(_COUNTS), *(trap.items for trap in traps))


def _frame(layout: str, rng: Random) -> Frame:
    first, last = _DECIDED[layout]
    decided = first + timedelta(rng.randrange((last - first).days))
    assigned = decided - timedelta(rng.randrange(20, 41))
    received = assigned - timedelta(rng.randrange(5, 20))
    denied = received - timedelta(rng.randrange(5, 30))
    injury = denied - timedelta(rng.randrange(150, 3500))
    return Frame(injury, denied, received, assigned, decided)


_MONTHS = (
    "January February March April May June July August September October November December"
).split()


def printed_date(day: date, rng: Random) -> str:
    """Return *day* as one of the ways in which letters print dates."""
    ways = (
        f"{day.month:02d}/{day.day:02d}/{day.year}",
        f"{day.month}/{day.day}/{day.year}",
        f"{day.month:02d}-{day.day:02d}-{day.year}",
        f"{day.month}/{day.day}/{day.year % 100:02d}",
        f"{_MONTHS[day.month - 1]} {day.day}, {day.year}",
        f"{_MONTHS[day.month - 1][:3]} {day.day}, {day.year}",
    )
    return rng.choice(ways)


def form_date(day: date) -> str:
    """Return *day* as the form's header prints it."""
    return f"{day.month:02d}/{day.day:02d}/{day.year}"
