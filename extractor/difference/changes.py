"""One difference between two records of one letter."""

from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from extractor.record import Provenance, Record

Scalar = str | int | bool | tuple[str, ...] | None


class What(StrEnum):
    """What became of it from the old file to the new one."""

    CHANGED = "changed"
    GAINED = "gained"
    LOST = "lost"
    MOVED = "moved"


class Made(BaseModel):
    """Who made a record."""

    model_config = ConfigDict(frozen=True)

    proposer: str
    version: str
    model: str | None = None

    @classmethod
    def by(cls, made: Provenance) -> "Made":
        """Return what of *made* tells two runs apart."""
        return cls(proposer=made.proposer, version=made.version, model=made.model)

    def __str__(self) -> str:
        """Return it in words."""
        return " ".join(filter(None, (self.proposer, self.version, self.model)))


class Said(BaseModel):
    """A value, the words it was read from, and where they stand; the place may be unknown."""

    model_config = ConfigDict(frozen=True)

    value: Scalar = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    page: int | None = None


class Turn(NamedTuple):
    """A change before it is told whose it is."""

    what: What
    field: str
    old: Said | None
    new: Said | None


class Change(BaseModel):
    """One thing that two records say differently.

    Attributes:
        what: Changed, gained, lost; moved where only the place in the same text is another.
        field: The value's field without numbers, as ``reviewer.citations``; ``items`` is a whole
            item, ``letter`` a whole record, ``status`` the status, ``findings.CODE`` a finding.
        id: The letter, as the new file calls it; where only the old one has it, as that does.
        item: The number of the item, in the file that ``id`` is of; None outside items.
        old: What the old file says; None where it says nothing.
        new: What the new file says; None where it says nothing.
        old_made: Who made the old record.
        new_made: Who made the new record.
    """

    model_config = ConfigDict(frozen=True)

    what: What
    field: str
    id: str
    item: int | None = None
    old: Said | None = None
    new: Said | None = None
    old_made: Made | None = None
    new_made: Made | None = None


def place(node: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever has a place
    """Return the words of *node* and where they stand, as ``Said`` takes them."""
    return {"quote": node.quote, "start": node.start, "end": node.end, "page": node.page}


def letter_said(record: Record) -> Said:
    """Return a whole record as a value: its status."""
    return Said(value=record.status)
