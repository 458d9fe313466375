"""Sketches by layout and heading sequence, counted.

Which headings belong to a layout is known at the end, when each has been counted over the corpus.
Until then the sketches wait in a temporary file, so that memory does not grow with the letters.
"""

import gzip
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from math import ceil
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from extractor.run.making import Done
from extractor.survey.headings import Heading, Kind
from extractor.survey.near import Near
from extractor.survey.sketch import Sketch

# Letters of a layout in which a heading of each kind recurs: so many, and such a share of them.
RECURRING: dict[Kind, tuple[int, float]] = {
    "named": (1, 0.0),
    "capitals": (2, 0.01),
    "other": (2, 0.05),
}
MOST_GROUPS = 5000
MOST_NEAR = 20
_BUCKET = 1000  # letters of a layout between two clearings of its headings
UNKNOWN_YEAR = "unknown"


class Example(BaseModel):
    """A letter of a group: its id, and the file that ``imr show`` takes."""

    model_config = ConfigDict(frozen=True)

    id: str
    path: str | None


class NearLetters(Near):
    """The layout that comes nearest to so many ``letters``."""

    letters: int


class Group(BaseModel):
    """Letters of one layout whose recurring headings are the same, in the same order.

    Attributes:
        layout: The layout's name, or ``unknown``.
        headings: The headings, each where it stands first.
        letters: How many letters.
        share: Of the letters that could be read.
        years: Letters by year of decision; ``unknown`` last.
        dated_by_header: Letters whose year is the decision date's in the header; of the others it
            is their latest plausible date's.
        pages: The least and the most pages; None where no letter has any.
        characters: The least and the most characters of text.
        examples: The first letters of the group.
        near: Of an unknown layout, the layouts that came nearest, the most frequent first.
    """

    model_config = ConfigDict(frozen=True)

    layout: str
    headings: tuple[str, ...]
    letters: int
    share: float
    years: dict[str, int]
    dated_by_header: int
    pages: tuple[int, int] | None
    characters: tuple[int, int] | None
    examples: tuple[Example, ...]
    near: tuple[NearLetters, ...] = ()


class Survey(BaseModel):
    """What a corpus holds.

    Attributes:
        letters: Inputs given.
        read: Those that gave text.
        failed: Those that did not, by finding code.
        layouts: Letters read, by layout, the most frequent first.
        groups: The groups, unknown layouts first, then the largest first.
        ungrouped: Letters of further groups than are kept apart.
        version: The version of imr-extractor.
    """

    model_config = ConfigDict(frozen=True)

    schema_: Literal["imr-survey/1"] = Field(default="imr-survey/1", serialization_alias="schema")
    letters: int
    read: int
    failed: dict[str, int]
    layouts: dict[str, int]
    groups: tuple[Group, ...]
    ungrouped: int
    version: str


class _Kept(NamedTuple):
    """What is kept of a sketch until the headings are counted."""

    layout: str
    headings: list[tuple[str, Kind]]
    year: int | None
    dated: bool
    pages: int | None
    characters: int | None
    id: str
    path: str | None
    near: dict[str, Any] | None


class Recurring:
    """Counts in how many letters each heading stands, in bounded memory.

    Every thousand letters what may have stood in one letter of a thousand is forgotten (lossy
    counting): no count is too low by more than that, and of the first thousand all are exact.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.letters = 0
        self._counts: dict[Heading, tuple[int, int]] = {}

    def __len__(self) -> int:
        """Return how many headings are held."""
        return len(self._counts)

    def add(self, headings: Iterable[Heading]) -> None:
        """Count a letter's *headings*."""
        cleared = self.letters // _BUCKET
        self.letters += 1
        for heading in headings:
            count, missed = self._counts.get(heading, (0, cleared))
            self._counts[heading] = count + 1, missed
        if self.letters % _BUCKET == 0:
            kept = self._counts.items()
            self._counts = {
                each: (n, missed) for each, (n, missed) in kept if n + missed > cleared + 1
            }

    def recur(self, heading: Heading) -> bool:
        """Say whether *heading* stands in enough of the letters to be the layout's."""
        letters, share = RECURRING[heading.kind]
        count, missed = self._counts.get(heading, (0, self.letters // _BUCKET))
        return count + missed >= max(letters, ceil(share * self.letters))


@dataclass
class _Tally:
    """A group as it is counted."""

    letters: int = 0
    dated: int = 0
    years: Counter[int | None] = field(default_factory=Counter)
    near: Counter[str] = field(default_factory=Counter)
    pages: tuple[int, int] | None = None
    characters: tuple[int, int] | None = None
    examples: list[Example] = field(default_factory=list)

    def add(self, kept: _Kept, examples: int) -> None:
        """Count a letter; keep it as an example if there are fewer."""
        self.letters += 1
        self.dated += kept.dated
        self.years[kept.year] += 1
        self.pages = _wider(self.pages, kept.pages)
        self.characters = _wider(self.characters, kept.characters)
        if len(self.examples) < examples:
            self.examples.append(Example(id=kept.id, path=kept.path))
        if kept.near:
            self.near[json.dumps(kept.near)] += 1

    def group(self, layout: str, headings: tuple[str, ...], read: int) -> Group:
        """Return what was counted, of *read* letters."""
        known = sorted((year, n) for year, n in self.years.items() if year is not None)
        years = {str(year): n for year, n in known}
        if None in self.years:
            years[UNKNOWN_YEAR] = self.years[None]
        near = self.near.most_common(MOST_NEAR)
        return Group(
            layout=layout,
            headings=headings,
            letters=self.letters,
            share=round(self.letters / read, 6),
            years=years,
            dated_by_header=self.dated,
            pages=self.pages,
            characters=self.characters,
            examples=tuple(self.examples),
            near=tuple(NearLetters(**json.loads(words), letters=n) for words, n in near),
        )


def _wider(reach: tuple[int, int] | None, number: int | None) -> tuple[int, int] | None:
    """Return *reach*, the least and the most, with *number* in it."""
    if number is None:
        return reach
    least, most = reach or (number, number)
    return min(least, number), max(most, number)


def surveyed(sketches: Iterable[Done], examples: int, version: str) -> Survey:
    """Group *sketches*, lines that hold a ``Sketch`` or a failed record, and count.

    Args:
        sketches: Read once.
        examples: How many letters of each group are named.
        version: The version of imr-extractor.
    """
    failed: Counter[str] = Counter()
    counted: dict[str, Recurring] = {}
    letters = 0
    with tempfile.TemporaryFile() as file:
        with gzip.open(file, "wt", compresslevel=1, encoding="utf-8") as lines:
            for letters, done in enumerate(sketches, start=1):  # noqa: B007 - the last is wanted
                if done.status == "failed":
                    failed.update(done.codes[:1])
                    continue
                sketch = Sketch.model_validate_json(done.line)
                kept = _keep(sketch)
                counted.setdefault(kept.layout, Recurring()).add(sketch.headings)
                lines.write(json.dumps(kept) + "\n")
        file.seek(0)
        with closing(gzip.open(file, "rt", encoding="utf-8")) as again:
            groups, ungrouped = _groups(map(_read, again), counted, examples)
    read = letters - failed.total()
    shown = [tally.group(layout, heads, read) for (layout, heads), tally in groups.items()]
    shown.sort(key=lambda group: (group.layout != "unknown", -group.letters))
    by_layout = Counter({layout: recurring.letters for layout, recurring in counted.items()})
    return Survey(
        letters=letters,
        read=read,
        failed=dict(failed.most_common()),
        layouts=dict(by_layout.most_common()),
        groups=tuple(shown),
        ungrouped=ungrouped,
        version=version,
    )


def _keep(sketch: Sketch) -> _Kept:
    document = sketch.document
    return _Kept(
        layout=document.layout or "unknown",
        headings=[(words, kind) for words, kind in sketch.headings],
        year=sketch.year,
        dated=sketch.dated,
        pages=document.pages,
        characters=document.characters,
        id=document.id,
        path=document.path,
        near=sketch.near.model_dump() if sketch.near else None,
    )


def _read(line: str) -> _Kept:
    return _Kept(*json.loads(line))


def _groups(
    sketches: Iterator[_Kept], counted: dict[str, Recurring], examples: int
) -> tuple[dict[tuple[str, tuple[str, ...]], _Tally], int]:
    """Return the groups by layout and recurring headings, and how many letters are in none."""
    groups: dict[tuple[str, tuple[str, ...]], _Tally] = {}
    ungrouped = 0
    for kept in sketches:
        recur = counted[kept.layout].recur
        key = kept.layout, tuple(each[0] for each in kept.headings if recur(Heading(*each)))
        if key not in groups and len(groups) >= MOST_GROUPS:
            ungrouped += 1
            continue
        groups.setdefault(key, _Tally()).add(kept, examples)
    return groups, ungrouped
