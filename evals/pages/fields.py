"""Fields and finding codes of an arm: counts, ratios with intervals, and arms side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.metrics.rates import Rate, count_rates
from evals.pages.arms import Entry
from evals.results import Letter
from evals.scoring.letters import LetterScore
from evals.scoring.marks import Counts, added

Tallies = Callable[[LetterScore], Mapping[str, Counts]]


@dataclass(frozen=True)
class FieldRow:
    """One field of one arm; ``letters`` is how many have it, ``exact`` of ``located`` its spans."""

    name: str
    shown: str
    part: bool
    counts: Counts
    letters: int
    precision: Rate
    recall: Rate
    f1: Rate

    @property
    def errors(self) -> int:
        """Wrong, missing, extra and misplaced values."""
        return errors(self.counts)


@dataclass(frozen=True)
class FieldTable:
    """The fields of an arm that occur, and the names of those that no letter labels."""

    rows: Sequence[FieldRow]
    never: Sequence[str]


def errors(counts: Counts) -> int:
    """Return how many values of a field mislead the user of a record."""
    return counts.wrong + counts.missing + counts.extra + counts.misplaced


def fields(entry: Entry) -> FieldTable:
    """Return the table of an arm's fields."""
    return _table(entry, lambda score: score.fields)


def codes(entry: Entry) -> FieldTable:
    """Return the table of an arm's finding codes."""
    return _table(entry, lambda score: score.codes)


def _table(entry: Entry, tallies: Tallies) -> FieldTable:
    by_field = _by_field(entry.letters, tallies)
    totals = {name: added(letters.values()) for name, letters in by_field.items()}
    rows = [
        _row(name, totals, list(by_field[name].values()))
        for name, counts in totals.items()
        if counts.expected or counts.produced
    ]
    return FieldTable(
        rows, [name for name, each in totals.items() if each.unscored and not each.scored]
    )


def _by_field(letters: Iterable[Letter], tallies: Tallies) -> dict[str, dict[str, Counts]]:
    """Return the counts by field and letter, the readings of one letter together."""
    found: dict[str, dict[str, Counts]] = {}
    for letter in letters:
        for name, counts in tallies(letter.score).items():
            found.setdefault(name, {}).setdefault(letter.case, Counts()).include(counts)
    return found


def _row(name: str, totals: Mapping[str, Counts], letters: Sequence[Counts]) -> FieldRow:
    parent, _, last = name.rpartition(".")
    part = parent in totals and "." in parent
    having = [each for each in letters if each.expected or each.produced]
    rates = count_rates(having)
    return FieldRow(
        name=name,
        shown=f".{last}" if part else name,
        part=part,
        counts=totals[name],
        letters=len(having),
        precision=rates["precision"],
        recall=rates["recall"],
        f1=rates["f1"],
    )


@dataclass(frozen=True)
class SideBySide:
    """Fields that any arm has an error in, each arm's row beside the others', and the rest."""

    rows: Sequence[tuple[str, Sequence[FieldRow | None]]]
    right: Sequence[str]


def side_by_side(tables: Sequence[FieldTable]) -> SideBySide:
    """Return the fields of several arms beside each other."""
    named = [{row.name: row for row in table.rows} for table in tables]
    names = list(dict.fromkeys(name for rows in named for name in rows))
    beside = {name: [rows.get(name) for rows in named] for name in names}
    failing = {name for name, rows in beside.items() if any(row and row.errors for row in rows)}
    return SideBySide(
        [(name, rows) for name, rows in beside.items() if name in failing],
        [name for name in names if name not in failing],
    )
