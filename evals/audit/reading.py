"""The filled sheets and the records they are of, read back into what an audit says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from evals.audit import sheets
from evals.audit.estimates import Checked, Corrected, Part, corrected
from evals.audit.plan import Plan
from evals.audit.records import (
    ALL,
    FAILED,
    LETTERS,
    SAMPLED,
    Stratum,
    Total,
    decided_of,
    digest,
    stream,
)
from evals.audit.scored import Audited, Sheets, audited
from evals.audit.sheets import Label
from evals.errors import EvalError
from evals.scoring.marks import Kind
from extractor.record import Record


@dataclass(frozen=True)
class Audit:
    """What a labelled sample says of a file of records.

    Attributes:
        plan: The draw.
        sheets: The labelled letters, and the names of those that are not.
        strata: What all records add up to, by status.
        day: When the sheets were read, ISO 8601, UTC.
    """

    plan: Plan
    sheets: Sheets
    strata: Mapping[str, Stratum]
    day: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())

    @property
    def letters(self) -> Sequence[Audited]:
        """The labelled letters."""
        return self.sheets.letters

    def of(self, status: str) -> list[Audited]:
        """Return the labelled letters of a stratum."""
        return [letter for letter in self.letters if letter.status == status]

    @property
    def fields(self) -> list[str]:
        """The fields that were checked, those of the letter first, as the sheets have them."""
        names = [check.field for letter in self.letters for check in letter.checks]
        order = {name: place for place, name in enumerate(self.plan.fields)}
        return sorted(set(names), key=lambda name: (order.get(name, -1), name))

    def checked(self, name: str, status: str) -> Checked:
        """Return how often a field was checked and wrong in a stratum, letter by letter."""
        letters = [letter for letter in self.of(status) if letter.checked[name]]
        return Checked(
            self.strata[status].letters,
            np.array([letter.wrong[name] for letter in letters], dtype=float),
            np.array([letter.checked[name] for letter in letters], dtype=float),
        )

    def valued(self, name: str) -> int:
        """Return how many checks of a field had a value at all, by the label or by the record.

        Where neither has one the record is right, but that says nothing of how values are read.
        """
        checks = (check for letter in self.letters for check in letter.checks)
        return sum(check.field == name and check.kind is not Kind.EMPTY for check in checks)

    def anything(self, status: str) -> Checked:
        """Return in how many letters of a stratum anything was wrong that was checked."""
        letters = [letter for letter in self.of(status) if letter.checks]
        return Checked(
            self.strata[status].letters,
            np.array([bool(letter.wrong) for letter in letters], dtype=float),
            np.ones(len(letters)),
        )

    def overturned(self, domain: str = ALL) -> Corrected:
        """Return an overturn rate, corrected: of all items, of letters or of a category."""
        return corrected([self._part(domain, status) for status in SAMPLED])

    def _part(self, domain: str, status: str) -> Part:
        """Return a stratum's totals, and its letters labelled as far as the domain asks."""
        whole = domain in {ALL, LETTERS}
        total = self.strata[status].totals.get(domain, Total())
        rows = [
            (*letter.labelled.get(domain, (0, 0)), *letter.said.get(domain, (0, 0)))
            for letter in self.of(status)
            if letter.labelled is not None and (whole or letter.by_category)
        ]
        return Part(
            self.strata[status].letters,
            total.overturned,
            total.items,
            total.items / total.letters if total.letters else 1.0,
            np.array(rows, dtype=float).reshape(-1, 4),
        )

    @property
    def categories(self) -> list[str]:
        """The categories of any record or label, by name."""
        names = {name for stratum in self.strata.values() for name in stratum.totals}
        names |= {name for letter in self.letters for name in letter.labelled or ()}
        return sorted(names - {ALL, LETTERS})


def read(path: Path, folder: Path) -> Audit:
    """Read the sheets in *folder* back and score the records in *path* by them.

    Raises:
        EvalError: The records are not those that the sample was drawn from, or a sheet cannot be
            read.
    """
    plan = Plan.load(folder)
    if digest(path) != plan.sha256:
        message = f"{folder} was drawn from {plan.records} (SHA-256 {plan.sha256[:12]}…), and"
        raise EvalError(f"{message} {path} is another file; name that one, or draw a new sample.")
    labels = sheets.read(plan, folder)
    strata, records = _pass(path, {letter.id for letter in plan.letters})
    return Audit(plan, _scored(plan, labels, records), strata)


def _pass(path: Path, wanted: set[str]) -> tuple[dict[str, Stratum], dict[str, Record]]:
    """Read all records once: add them up, and keep those that were drawn."""
    strata = {status: Stratum() for status in (*SAMPLED, FAILED)}
    kept: dict[str, Record] = {}
    for record in stream(path):
        strata[record.status].add(decided_of(record))
        if record.status != FAILED and record.document.id in wanted:
            kept[record.document.id] = record
    return strata, kept


def _scored(plan: Plan, labels: Mapping[str, Label], records: Mapping[str, Record]) -> Sheets:
    found = Sheets()
    for letter in plan.letters:
        label = labels[letter.letter]
        if label.done:
            record = records[letter.id]
            found.letters.append(audited(letter.letter, label, record, plan.fields))
        else:
            (found.unfinished if label.begun else found.untouched).append(letter.letter)
    return found
