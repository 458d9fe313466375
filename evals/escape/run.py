"""Corrupt letters by the thousand and count what escapes.

Attempt *k* of an operator takes the *k*-th letter of that operator's own order and a source of
chance seeded by both, so that a run is the same for the same seed and letters, however many
processes share it. A corruption counts once: another that is the same, by hash, is not tried.
"""

import multiprocessing
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from evals.escape.harmless import HARMLESS
from evals.escape.letters import Letter
from evals.escape.made import Judged, Made, Rewritten, digest, judge, shown
from evals.escape.operators import OPERATORS, Operator
from evals.escape.rules import rule, sole_check

READ_RIGHT = "read_right"
"""Stands for a code where a spoiled letter was read right all the same."""
_UNIT = 200
_BARREN = 1000
"""An operator is exhausted after this many attempts that made next to nothing new."""


class Tried(NamedTuple):
    """One corruption, or one harmless change, and what came of it.

    Attributes:
        digest: Tells it from every other.
        passed: Whether it was verified.
        codes: The codes that caught it.
        rules: The rules that caught it: a check's code and path.
        sole: The check without which it would have escaped; None where several caught it.
        example: Where it is an escape or a false alarm: how to make it again.
    """

    digest: str
    passed: bool
    codes: tuple[str, ...]
    rules: tuple[str, ...]
    sole: str | None = None
    example: dict[str, Any] | None = None


@dataclass
class Tally:
    """What an operator did: counts, and the examples of what it should not have."""

    name: str
    says: str
    harmless: bool
    attempts: int = 0
    tried: int = 0
    failed: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, Any]] = field(default_factory=list)
    exhausted: bool = False
    _barren: int = 0

    @property
    def right(self) -> int:
        """How many came out as they should: caught, or let pass where harmless."""
        return self.tried - self.failed

    def add(self, tried: Tried) -> None:
        """Count one."""
        self.tried += 1
        self.codes.update(tried.codes)
        if tried.example is not None:
            self.failed += 1
            self.examples.append({"operator": self.name, **tried.example})

    def close_unit(self, attempts: int, new: int, letters: int) -> None:
        """Note a unit of work, and whether the operator has more to give."""
        self.attempts += attempts
        self._barren = self._barren + attempts if new * 100 < attempts else 0
        self.exhausted = self._barren >= max(_BARREN, 2 * letters)


@dataclass
class Run:
    """A whole run: tallies by operator, and which check and which rule caught what."""

    seed: int
    letters: int
    tallies: list[Tally]
    ablated: bool = False
    rules: Counter[str] = field(default_factory=Counter)
    sole_rules: Counter[str] = field(default_factory=Counter)
    sole_checks: Counter[str] = field(default_factory=Counter)

    @property
    def escapes(self) -> int:
        """How many corruptions were verified."""
        return sum(tally.failed for tally in self.tallies if not tally.harmless)

    @property
    def false_alarms(self) -> int:
        """How many harmless changes were not verified, or changed a value."""
        return sum(tally.failed for tally in self.tallies if tally.harmless)

    def note(self, tried: Tried) -> None:
        """Count what caught a corruption."""
        self.rules.update(tried.rules)
        if len(tried.rules) == 1:
            self.sole_rules.update(tried.rules)
        if tried.sole:
            self.sole_checks[tried.sole] += 1


class Job(NamedTuple):
    """What every process needs: letters, operators, the seed, and how to judge."""

    letters: Sequence[Letter]
    operators: Sequence[Operator]
    harmless: frozenset[int]
    seed: int
    without: Collection[str] = ()
    ablate: bool = False


class Unit(NamedTuple):
    """A stretch of one operator's attempts, and how many new corruptions of it are wanted."""

    operator: int
    start: int
    attempts: int
    due: int


def run(  # noqa: PLR0913 - one parameter per part of the plan
    letters: Sequence[Letter],
    count: int,
    harmless: int,
    seed: int = 1,
    *,
    operators: Sequence[Operator] = OPERATORS,
    harmless_operators: Sequence[Operator] = HARMLESS,
    without: Collection[str] = (),
    ablate: bool = False,
    processes: int = 1,
    progress: Callable[[Run], None] = lambda _: None,
) -> Run:
    """Corrupt *letters* until *count* distinct corruptions and *harmless* changes are judged.

    Each operator makes its share, as far as the letters give it; the rest is shared out among the
    others. What escapes is counted, never raised.

    Args:
        letters: The letters, with their right records.
        count: How many corruptions.
        harmless: How many harmless changes.
        seed: The same seed and letters give the same run.
        operators: What makes something wrong.
        harmless_operators: What changes nothing that matters.
        without: The validator's checks to leave out.
        ablate: Also find the check without which each corruption would have escaped.
        processes: How many share the work.
        progress: Called with the run so far, from time to time.
    """
    every = [*operators, *harmless_operators]
    marked = frozenset(range(len(operators), len(every)))
    job = Job(letters, every, marked, seed, without, ablate)
    tallies = [
        Tally(operator.__name__, _says(operator), n in marked) for n, operator in enumerate(every)
    ]
    result = Run(seed, len(letters), tallies, ablate)
    seen: set[str] = set()
    with _workers(job, processes) as work:
        for wanted, which in ((count, set(range(len(operators)))), (harmless, set(marked))):
            while units := _units(tallies, which, wanted):
                for unit, found in zip(units, work(units), strict=True):
                    _take(result, unit, found, seen)
                    progress(result)
    return result


def _says(operator: Operator) -> str:
    return (operator.__doc__ or "").strip().split("\n")[0]


def _units(tallies: Sequence[Tally], which: set[int], wanted: int) -> list[Unit]:
    """Return the next stretch of every operator that owes its share, or else of all that can."""
    missing = wanted - sum(tallies[n].tried for n in which)
    able = [n for n in sorted(which) if not tallies[n].exhausted]
    if missing <= 0 or not able:
        return []
    share = -(-wanted // len(which))
    due = {n: share - tallies[n].tried for n in able if tallies[n].tried < share}
    due = due or dict.fromkeys(able, -(-missing // len(able)))
    return [
        Unit(n, tallies[n].attempts, _attempts(tallies[n], owed), owed) for n, owed in due.items()
    ]


def _attempts(tally: Tally, due: int) -> int:
    """Return how many attempts ought to give *due* more, as far as one unit goes."""
    yielded = max(0.02, tally.tried / tally.attempts) if tally.attempts else 1.0
    return min(_UNIT, int(due / yielded) + 1)


def _take(result: Run, unit: Unit, found: Sequence[Tried], seen: set[str]) -> None:
    """Count what is new of a unit's work, as far as it is due."""
    tally = result.tallies[unit.operator]
    new = [tried for tried in found if tried.digest not in seen][: unit.due]
    seen.update(tried.digest for tried in new)
    for tried in new:
        tally.add(tried)
        if not tally.harmless:
            result.note(tried)
    tally.close_unit(unit.attempts, len(new), result.letters)


# --- the work, in this process or in others -----------------------------------------------------

_JOB: list[Job] = []


class _workers:  # noqa: N801 - used as a context manager
    """Does units of work, in order, in one process or in several."""

    def __init__(self, job: Job, processes: int) -> None:
        self._job = job
        self._pool = (
            multiprocessing.get_context("fork").Pool(processes, _begin, (job,))
            if processes > 1
            else None
        )

    def __enter__(self) -> "Callable[[Sequence[Unit]], Iterator[list[Tried]]]":
        return self._work

    def __exit__(self, *error: object) -> None:
        if self._pool:
            self._pool.terminate()

    def _work(self, units: Sequence[Unit]) -> Iterator[list[Tried]]:
        if self._pool:
            return self._pool.imap(_done, units)
        return (attempt(self._job, unit) for unit in units)


def _begin(job: Job) -> None:
    _JOB[:] = [job]


def _done(unit: Unit) -> list[Tried]:
    return attempt(_JOB[0], unit)


def attempt(job: Job, unit: Unit) -> list[Tried]:
    """Make the attempts of *unit* and return what was tried, each once."""
    operator = job.operators[unit.operator]
    order = list(range(len(job.letters)))
    Random(f"{job.seed}:{operator.__name__}").shuffle(order)  # noqa: S311 - a benchmark's chance
    harmless = unit.operator in job.harmless
    found: dict[str, Tried | None] = {}
    for k in range(unit.start, unit.start + unit.attempts):
        chance = Random(f"{job.seed}:{operator.__name__}:{k}")  # noqa: S311 - as above
        letter = job.letters[order[k % len(order)]]
        made = operator(letter, chance)
        if made is None or (isinstance(made, Rewritten) and made.text == letter.source):
            continue
        mark = digest(letter, made)
        if mark not in found:
            found[mark] = _tried(job, letter, made, mark, harmless=harmless)
    return [tried for tried in found.values() if tried]


def _tried(job: Job, letter: Letter, made: Made, mark: str, *, harmless: bool) -> Tried | None:
    """Return what came of what was made; None where it is no corruption."""
    judged = judge(letter, made, job.without)
    resisted = judged.is_right and isinstance(made, Rewritten) and not harmless
    if judged.is_right and not (harmless or resisted):
        return None
    failed = not (judged.passes and judged.is_right) if harmless else _escaped(judged)
    return Tried(
        mark,
        judged.passes,
        (READ_RIGHT,) if resisted else judged.codes,
        tuple(sorted({rule(error) for error in judged.errors})),
        sole_check(letter, made) if job.ablate and not (harmless or judged.passes) else None,
        _example(letter, made, judged) if failed else None,
    )


def _example(letter: Letter, made: Made, judged: Judged) -> dict[str, Any]:
    """Return what is needed to make it again."""
    return {
        "letter": letter.id,
        "digest": digest(letter, made),
        "codes": list(judged.codes),
        "raised": judged.raised,
        "rules": sorted({rule(error) for error in judged.errors}),
        "changes": shown(letter, made, judged),
    }


def _escaped(judged: Judged) -> bool:
    """Say whether something wrong was verified, or made the validator raise."""
    return bool(judged.raised) or (judged.passes and not judged.is_right)
