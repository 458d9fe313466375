"""Differences counted by field and version, with a few examples of each."""

from collections import Counter
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from extractor.difference.changes import Change, Made, What
from extractor.difference.pairs import Letters


class FieldDifferences(BaseModel):
    """What became of one field from one version to another.

    Attributes:
        field: The field's name, as a change has it.
        old: Who made the old values; None for letters that only the new file has.
        new: Who made the new values; None for letters that only the old file has.
        counts: How many values changed, were gained, lost or only moved.
        letters: In how many letters.
        examples: The first of them.
    """

    model_config = ConfigDict(frozen=True)

    field: str
    old: Made | None
    new: Made | None
    counts: dict[str, int]
    letters: int
    examples: tuple[Change, ...]


class Differences(BaseModel):
    """What two files of records say differently.

    Attributes:
        both: Letters that both files have.
        moved: Of these, such as have another id.
        only_old: Letters that only the old file has.
        only_new: Letters that only the new file has.
        different: Letters of both with a difference.
        counts: All differences, by what became of the value.
        statuses: Letters by old and new status where these differ, as ``verified > review``.
        fields: The differences by field and version: letters, statuses, items, the other fields by
            frequency, findings.
    """

    model_config = ConfigDict(frozen=True)

    schema_: Literal["imr-diff/1"] = Field(default="imr-diff/1", serialization_alias="schema")
    both: int
    moved: int
    only_old: int
    only_new: int
    different: int
    counts: dict[str, int]
    statuses: dict[str, int]
    fields: tuple[FieldDifferences, ...]


_FIRST = ("status", "letter", "document.layout", "outcome", "items")


class Tally:
    """Counts changes as they come; the letters' one after the other."""

    def __init__(self, examples: int) -> None:
        """Keep so many *examples* of each field."""
        self._most = examples
        self._counts: dict[tuple[str, Made | None, Made | None], Counter[What]] = {}
        self._letters: Counter[tuple[str, Made | None, Made | None]] = Counter()
        self._last: dict[tuple[str, Made | None, Made | None], str] = {}
        self._examples: dict[tuple[str, Made | None, Made | None], list[Change]] = {}
        self._statuses: Counter[str] = Counter()
        self._different = 0
        self._letter: str | None = None

    def add(self, change: Change) -> None:
        """Count one."""
        key = change.field, change.old_made, change.new_made
        self._counts.setdefault(key, Counter())[change.what] += 1
        if self._last.get(key) != change.id:
            self._last[key] = change.id
            self._letters[key] += 1
        examples = self._examples.setdefault(key, [])
        if len(examples) < self._most:
            examples.append(change)
        if change.field == "status" and change.old and change.new:
            self._statuses[f"{change.old.value} > {change.new.value}"] += 1
        if change.field != "letter" and self._letter != change.id:
            self._letter = change.id
            self._different += 1

    def differences(self, letters: Letters) -> Differences:
        """Return what was counted."""
        counts: Counter[What] = Counter()
        for each in self._counts.values():
            counts += each
        fields = [
            FieldDifferences(
                field=key[0],
                old=key[1],
                new=key[2],
                counts={what.value: n[what] for what in What if n[what]},
                letters=self._letters[key],
                examples=tuple(self._examples[key]),
            )
            for key, n in self._counts.items()
        ]
        return Differences(
            both=letters.both,
            moved=letters.moved,
            only_old=letters.only_old,
            only_new=letters.only_new,
            different=self._different,
            counts={what.value: counts[what] for what in What if counts[what]},
            statuses=dict(self._statuses.most_common()),
            fields=tuple(sorted(fields, key=_rank)),
        )


def _rank(found: FieldDifferences) -> tuple[int, int, str]:
    """Return where a field stands: the status and whole letters first, the findings last."""
    first = _FIRST.index(found.field) if found.field in _FIRST else len(_FIRST)
    last = found.field.startswith("findings.")
    return first + last, -sum(found.counts.values()), found.field
