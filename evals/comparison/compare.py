"""Two runs side by side: what changed, letter by letter, and whether that is more than chance.

Where one of the two was scored, both are scored here anew against its labels, by the same rules.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evals.comparison.changes import Change, Turn, labelled_changes, unlabelled_changes
from evals.comparison.paired import PairedTests, Power, paired
from evals.comparison.runs import Reading, Run, Source, run_of, two_arms
from evals.results import Letter
from evals.scoring.letters import LetterScore, score_letter

Labels = Mapping[str, Mapping[str, Any]]
Arms = str | tuple[str | None, str | None] | None


@dataclass(frozen=True)
class LetterPair:
    """One letter as both runs read it; ``before`` and ``after`` are None without labels.

    Attributes:
        id: The document's id.
        repeat: Which of the repeats it is, from 0; the same of both runs.
        changes: What the second run says otherwise than the first.
        before: The first run's score.
        after: The second run's score, against the same labels.
    """

    id: str
    repeat: int
    changes: Sequence[Change]
    before: LetterScore | None = None
    after: LetterScore | None = None

    @property
    def name(self) -> str:
        """The id; of a later repeat with its number behind it."""
        return f"{self.id}#{self.repeat}" if self.repeat else self.id


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    Attributes:
        first: The earlier run.
        second: The later run.
        pairs: The readings in both, in the first run's order; repeats are matched by number.
        labels_differ: Letters that the two were scored with different labels; the second's count.
    """

    first: Run
    second: Run
    pairs: Sequence[LetterPair]
    labels_differ: Sequence[str]

    @cached_property
    def letters(self) -> list[str]:
        """Letters in both runs."""
        return [id_ for id_ in self.first.ids if id_ in self.second.ids]

    @property
    def only_in_first(self) -> list[str]:
        """Letters that the second run lacks."""
        return [id_ for id_ in self.first.ids if id_ not in self.second.ids]

    @property
    def only_in_second(self) -> list[str]:
        """Letters that the first run lacks."""
        return [id_ for id_ in self.second.ids if id_ not in self.first.ids]

    @property
    def changes(self) -> dict[str, Sequence[Change]]:
        """Changes by the names of the letters that have any."""
        return {pair.name: pair.changes for pair in self.pairs if pair.changes}

    @property
    def counts(self) -> dict[str, Counter[Turn]]:
        """Changes by field, those within a gained or lost item or citation included."""
        found: dict[str, Counter[Turn]] = {}
        for change in (change for pair in self.pairs for change in pair.changes):
            found.setdefault(change.field, Counter())[change.turn] += 1
        return found

    @cached_property
    def tests(self) -> PairedTests | None:
        """Paired tests over the labelled letters in both runs, all repeats; None without any."""
        labels = _labels(self.first, self.second)
        return paired(_scores(self.first, labels), _scores(self.second, labels))

    @property
    def power(self) -> Power | None:
        """What so many letters can see; None without labels."""
        return self.tests.power if self.tests else None


def compare(first: Source, second: Source | None = None, *, arm: Arms = None) -> Comparison:
    """Compare two runs over the letters that both have.

    >>> from evals import Dataset, compare, run
    >>> results = run(Dataset.load("golden", split="dev"))
    >>> found = compare(results, results)
    >>> found.changes, found.tests.perfect.p, found.power.power < 0.8
    ({}, 1.0, True)

    Args:
        first: Results, an arm of them, or the path of a file that ``imr-eval run --out`` wrote or
            that holds records (JSONL).
        second: The same of a later run; without it two arms of *first* are compared.
        arm: The arm to take of results that hold several: one name for both, or one for each.

    Raises:
        EvalError: A file cannot be read, or it is not clear which arm is meant.
    """
    one, other = (arm, arm) if isinstance(arm, str) or arm is None else arm
    if second is None:
        if one == other:
            one, other = two_arms(first)
        second = first
    return _compared(run_of(first, one), run_of(second, other))


def _compared(first: Run, second: Run) -> Comparison:
    labels = _labels(first, second)
    both = [reading for reading in first.letters if reading in second.letters]
    pairs = [_pair(each, first.letters[each], second.letters[each], labels) for each in both]
    return Comparison(first, second, pairs, _labelled_otherwise(first, second))


def _labels(first: Run, second: Run) -> Labels:
    """Return each letter's labels: the second run's, else the first's."""
    letters = (*first.letters.values(), *second.letters.values())
    return {each.id: each.expected for each in letters if each.expected is not None}


def _labelled_otherwise(first: Run, second: Run) -> list[str]:
    ours, theirs = _labels(first, first), _labels(second, second)
    return [id_ for id_ in ours if id_ in theirs and ours[id_] != theirs[id_]]


def _pair(reading: Reading, one: Letter, other: Letter, labels: Labels) -> LetterPair:
    expected = labels.get(one.id)
    if expected is None:
        return LetterPair(*reading, unlabelled_changes(one, other))
    before, after = _scored(one, expected), _scored(other, expected)
    changes = labelled_changes(one, other, before, after)
    return LetterPair(*reading, changes, before, after)


def _scores(run: Run, labels: Labels) -> dict[str, list[LetterScore]]:
    return {
        id_: [_scored(letter, labels[id_]) for letter in letters]
        for id_, letters in run.ids.items()
        if id_ in labels
    }


def _scored(letter: Letter, expected: Mapping[str, Any]) -> LetterScore:
    """Score a letter by the labels that both runs are held to, once where they are its own."""
    if letter.expected == expected:
        return letter.score
    return score_letter(letter.case, expected, letter.record)
