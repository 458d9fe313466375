"""What is wrong with a folder of golden cases, and what it does not cover.

A fault is wrong whatever the folder is for: it fails. A note says what the cases cannot show: a
layout without a letter, a field that nobody labelled, an observation that no letter deserves.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from evals.dataset import labelled
from evals.scoring.equal import words
from evals.scoring.fields import score_fields
from evals.scoring.marks import tally
from extractor.cli.output import plain
from extractor.errors import InputError
from extractor.findings import OBSERVATIONS, Code
from extractor.golden import SPLITS, Case, Fault, examine, folders
from extractor.layout import load_rules
from extractor.source import read

SCHEMA = "imr-eval-lint/1"
_SHOWN = 5
_DIGIT = re.compile(r"\d")


class CaseFault(NamedTuple):
    """A fault, and the case that has it: ``case: path: what``."""

    case: str
    path: str
    what: str

    def __str__(self) -> str:
        """Return the fault on one line, nothing in it that acts on a terminal."""
        return plain(": ".join(filter(None, self)))


@dataclass(frozen=True)
class Lint:
    """What was found: faults by case, then what is wrong between cases; notes on coverage.

    ``cases`` counts folders, those that cannot be read among them.
    """

    cases: int
    faults: tuple[CaseFault, ...]
    notes: tuple[str, ...]

    def lines(self) -> Iterator[str]:
        """Yield the report: a line per fault, a line per note, the count at the end."""
        yield from map(str, self.faults)
        yield from (plain(f"note: {note}") for note in self.notes)
        yield f"{self.cases} cases, {len(self.faults)} faults"

    def to_json(self) -> dict[str, Any]:
        """Return what was found as JSON."""
        faults = [fault._asdict() for fault in self.faults]
        return {"schema": SCHEMA, "cases": self.cases, "faults": faults, "notes": [*self.notes]}


class _Read(NamedTuple):
    """A case and its letter's words, white space and readers' artefacts aside."""

    case: Case
    words: str


def lint(root: Path) -> Lint:
    """Look at every case in *root*, and at all of them together.

    A case that is broken is named with its faults and left out of what is said of the whole.

    Raises:
        GoldenError: *root* holds no folder.
    """
    found, faults, cases = folders(root), [], []
    for folder in found:
        case, own = examine(folder)
        faults += _named(folder.name, own)
        if case is not None:
            cases.append(case)
    letters = list(_letters(cases))
    between = (*same_letters(letters), *alike_names(found), *case_numbers_over_splits(letters))
    return Lint(len(found), (*faults, *between), tuple(_notes(cases, letters)))


def _named(case: str, faults: Iterable[Fault]) -> list[CaseFault]:
    return [CaseFault(case, *fault) for fault in faults]


def _letters(cases: Iterable[Case]) -> Iterator[_Read]:
    """Yield the letters that can be read; that one cannot is a fault of its case."""
    for case in cases:
        try:
            yield _Read(case, words(read(case.source, case.name).text))
        except InputError:
            continue


# --- faults between cases -------------------------------------------------------------------------


def same_letters(letters: Sequence[_Read]) -> Iterator[CaseFault]:
    """Yield where one letter is two cases.

    In both splits it leaks what is developed on into what is tested, even when only its numbers
    were changed. In one split it counts twice; as text and as PDF it does not, since that tests a
    reader.
    """
    first: dict[tuple[str, ...], str] = {}
    for case, text in letters:
        leaks = (SPLITS[case.split == SPLITS[0]], _numberless(text))
        counts_twice = (case.split, case.source.suffix, text)
        if leaks in first:
            what = f"is the letter of {first[leaks]}, which is {leaks[0]}, but for numbers at most"
            yield CaseFault(case.name, "", what)
        if counts_twice in first:
            what = f"is the letter of {first[counts_twice]}, and would count twice"
            yield CaseFault(case.name, "", what)
        first.setdefault((case.split, _numberless(text)), case.name)
        first.setdefault(counts_twice, case.name)


def _numberless(text: str) -> str:
    return _DIGIT.sub("0", text).casefold()


def alike_names(found: Iterable[Path]) -> Iterator[CaseFault]:
    """Yield names that differ in capitals only: they are one folder where capitals do not count."""
    first: dict[str, str] = {}
    for folder in found:
        other = first.setdefault(folder.name.casefold(), folder.name)
        if other != folder.name:
            yield CaseFault(folder.name, "", f"differs from {other} in capitals only")


def case_numbers_over_splits(letters: Iterable[_Read]) -> Iterator[CaseFault]:
    """Yield the letters of ``test`` whose case number one of ``dev`` has too."""
    for cases in _by_number(letters).values():
        names: dict[str, list[str]] = {
            split: [case.name for case in cases if case.split == split] for split in SPLITS
        }
        dev, test = (names[split] for split in SPLITS)
        if dev:
            what = f"is the case number of {dev[0]} in {SPLITS[0]} too"
            yield from (CaseFault(name, "/case/case_number", what) for name in test)


def _by_number(letters: Iterable[_Read]) -> dict[str, list[Case]]:
    cases: dict[str, list[Case]] = defaultdict(list)
    for case, _ in letters:
        if number := case.expected.case.case_number:
            cases[number.value].append(case)
    return cases


# --- notes on what is covered ---------------------------------------------------------------------


def _notes(cases: Sequence[Case], letters: Sequence[_Read]) -> Iterator[str]:
    reviewed = [case for case in cases if case.reviewed]
    splits = Counter(case.split for case in reviewed)
    yield f"{len(reviewed)} reviewed: " + ", ".join(f"{splits[name]} {name}" for name in SPLITS)
    if drafts := [case.name for case in cases if not case.reviewed]:
        yield f"{len(drafts)} unreviewed, which never count: {', '.join(drafts)}"
    yield from _numbers_twice(letters)
    yield from _layouts(reviewed)
    yield from _fields(reviewed)
    yield from _observations(reviewed)


def _numbers_twice(letters: Iterable[_Read]) -> Iterator[str]:
    """Say which letters share a number within a split; text and PDF of one letter may."""
    twice = [cases for cases in _by_number(letters).values() if len(cases) > 1]
    pairs = [", ".join(case.name for case in cases) for cases in twice]
    if pairs:
        yield f"{len(pairs)} case numbers stand in several letters: {_some(pairs, '; ')}"


def _layouts(cases: Iterable[Case]) -> Iterator[str]:
    """Name the built-in layouts that a split has no letter of."""
    seen = {(case.split, case.expected.document.layout) for case in cases}
    names = [rule.name for rule in load_rules()]
    for split in SPLITS:
        if lacking := [name for name in names if (split, name) not in seen]:
            yield f"{split} has no letter of layout {', '.join(lacking)}"


def _fields(cases: Iterable[Case]) -> Iterator[str]:
    """Name the fields that no case labels, and those of which no case has a value."""
    labels = [labelled(case.expected) for case in cases]
    counts = tally(mark for each in labels for mark in score_fields(each, each))
    if never := [name for name, count in counts.items() if not count.scored]:
        yield f"no case labels {', '.join(never)}"
    if absent := [name for name, count in counts.items() if count.scored and not count.expected]:
        yield f"labelled, but absent from every letter: {', '.join(absent)}"


def _observations(cases: Iterable[Case]) -> Iterator[str]:
    """Say which observations the letters of each split deserve, and which no letter does."""
    seen = {(case.split, finding.code) for case in cases for finding in case.expected.findings}
    codes = [code for code in Code if code in OBSERVATIONS]
    for split in SPLITS:
        lacking = [code.value for code in codes if (split, code) not in seen]
        covered = f"{split} has {len(codes) - len(lacking)} of {len(codes)} observations"
        yield f"{covered}, not {', '.join(lacking)}" if lacking else covered


def _some(names: Sequence[str], joint: str) -> str:
    more = [f"… {len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return joint.join([*names[:_SHOWN], *more])
