"""What two runs read differently: gained, lost and changed values, letter by letter.

A run is what ``imr-eval run --out`` wrote, or records (JSONL). Where one of the two was scored,
both are scored here anew against its labels, by the same rules: *gained* is right now and was not,
*lost* was right and is not, *changed* is wrong both times and not the same. Without labels
*gained* is what only the second run has, *lost* what only the first has, *changed* what they say
differently. Right means flawless: the value, and its span to the character.

A ``LetterPair`` keeps both scores, from which paired statistics can be made.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from evals.errors import EvalError
from evals.results import Letter, Results
from evals.running import letters_without_labels
from evals.scoring.fields import look
from evals.scoring.letters import LetterScore, score_letter
from evals.scoring.marks import Kind, Mark
from extractor.cli.output import plain
from extractor.findings import Code
from extractor.text import collapse

SCHEMA = "imr-compare/1"
_WORDS = 60
_SOURCES = ("evidence", "text", "name", "request")
_CODES = frozenset(code.value for code in Code)
_FOUND = "found"
_ABSENT = (Kind.EXTRA, Kind.MISSING)
_SILENT = frozenset({Kind.EMPTY, Kind.UNSCORED})


class Turn(StrEnum):
    """What became of a value from the first run to the second."""

    GAINED = "gained"
    LOST = "lost"
    CHANGED = "changed"


class Said(NamedTuple):
    """A value and the words of the letter that it was read from; both None where there is none."""

    value: object = None
    quote: str | None = None


class Change(NamedTuple):
    """One value that two runs read differently.

    ``pointer`` is as a mark's: into the labels, of what is extra into the record that has it;
    without labels the first run's record stands for them. ``right`` is what the labels say, None
    where there are none. ``part`` is true where the whole item or citation that holds the value
    was gained or lost, and is a change of its own.
    """

    turn: Turn
    field: str
    pointer: str
    before: Said
    after: Said
    right: Said | None = None
    part: bool = False


@dataclass(frozen=True)
class Run:
    """A run's letters by document id; of a repeated letter the repeat stands behind it."""

    name: str
    letters: Mapping[str, Letter]


def load(path: Path) -> Run:
    """Read a run to compare: results of ``imr-eval run --out``, or records as JSONL.

    Raises:
        EvalError: The file cannot be read or is neither, or holds several arms.
    """
    if not _is_results(path):
        return Run(str(path), {each.id: each for each in letters_without_labels(path)})
    arms = Results.load(path).arms
    if len(arms) != 1:
        raise EvalError(f"{path} holds {len(arms)} arms; one is wanted.")
    return Run(str(path), {_name(each): each for each in arms[0].letters})


def _is_results(path: Path) -> bool:
    """Say whether a file holds one JSON object over several lines, which JSONL never does."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            return next(lines, "").strip() == "{"
    except (OSError, UnicodeDecodeError):
        return False


def _name(letter: Letter) -> str:
    return f"{letter.id}#{letter.repeat}" if letter.repeat else letter.id


@dataclass(frozen=True)
class LetterPair:
    """One letter in both runs; ``before`` and ``after`` are None where there are no labels."""

    id: str
    changes: Sequence[Change]
    before: LetterScore | None = None
    after: LetterScore | None = None


@dataclass(frozen=True)
class Comparison:
    """Two runs side by side.

    ``pairs`` are the letters in both, in the first run's order; ``labels_differ`` names those that
    the runs were scored with different labels, of which the second run's are used.
    """

    first: Run
    second: Run
    pairs: Sequence[LetterPair]
    labels_differ: Sequence[str]

    @property
    def only_in_first(self) -> list[str]:
        """Letters that the second run lacks."""
        return [id_ for id_ in self.first.letters if id_ not in self.second.letters]

    @property
    def only_in_second(self) -> list[str]:
        """Letters that the first run lacks."""
        return [id_ for id_ in self.second.letters if id_ not in self.first.letters]

    @property
    def counts(self) -> dict[str, Counter[Turn]]:
        """Changes by field, those within a gained or lost item or citation included."""
        found: dict[str, Counter[Turn]] = {}
        for change in (change for pair in self.pairs for change in pair.changes):
            found.setdefault(change.field, Counter())[change.turn] += 1
        return found


def compare(first: Run, second: Run) -> Comparison:
    """Compare two runs over the letters that both have."""
    both = [id_ for id_ in first.letters if id_ in second.letters]
    pairs = [_pair(id_, first.letters[id_], second.letters[id_]) for id_ in both]
    differ = [id_ for id_ in both if _labels_differ(first.letters[id_], second.letters[id_])]
    return Comparison(first, second, pairs, differ)


def _labels_differ(one: Letter, other: Letter) -> bool:
    return None not in (one.expected, other.expected) and one.expected != other.expected


def _pair(id_: str, one: Letter, other: Letter) -> LetterPair:
    expected = one.expected if other.expected is None else other.expected
    places = _same_text(one.record, other.record)
    if expected is None:
        score = score_letter(id_, one.record or {}, other.record)
        return LetterPair(id_, _folded(_unlabelled(score, places=places)))
    before = score_letter(id_, expected, one.record)
    after = score_letter(id_, expected, other.record)
    return LetterPair(id_, _folded(_labelled(before, after, places=places)), before, after)


def _same_text(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> bool:
    """Say whether two records' offsets may count one text."""
    hashes = {each["document"]["text_sha256"] for each in (one, other) if each is not None}
    return len(hashes - {None}) < 2  # noqa: PLR2004 - two texts


class _Placed(NamedTuple):
    """A mark with what both sides say, the words of the letter included."""

    mark: Mark
    expected: Said
    produced: Said


def _placed(score: LetterScore) -> Iterator[_Placed]:
    """Yield the marks that say something; an entry's mark comes before those of its parts."""
    entries: dict[str, Mark] = {}
    for mark in (*score.marks, *score.code_marks):
        if mark.kind in _SILENT:
            continue
        if mark.pointer.rpartition("/")[2].isdigit():
            entries[mark.pointer] = mark
        if mark.field in _CODES:
            expected, produced = (Said(None if mark.kind is kind else _FOUND) for kind in _ABSENT)
            yield _Placed(mark, expected, produced)
            continue
        around, path = _around(entries, mark.pointer)
        yield _Placed(
            mark,
            _said(mark.expected, around.expected if around else None, path),
            _said(mark.produced, around.produced if around else None, path),
        )


def _around(entries: Mapping[str, Mark], pointer: str) -> tuple[Mark | None, str]:
    """Return the entry that holds what *pointer* names, and the dotted path of its parent in it."""
    upper, rest = pointer, list[str]()
    while upper and upper not in entries:
        upper, _, name = upper.rpartition("/")
        rest.insert(0, name)
    return entries.get(upper), ".".join(rest[:-1])


def _said(value: Any, entry: Any, path: str) -> Said:  # noqa: ANN401 - any JSON
    """Return a value as people say it, with the words it was read from."""
    if value is None:
        return Said()
    if not isinstance(value, Mapping):
        return Said(value, _quote_in(look(entry, path)[1] if path else entry))
    if "region" in value:
        words = (value.get("side"), value["region"], *(value.get("levels") or ()))
        return Said(" ".join(filter(None, words)), _quote_in(value))
    quote = _quote_in(value)
    return Said(value.get("value", quote), quote)


def _quote_in(part: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return the words that a part of a record was read from."""
    if not isinstance(part, Mapping):
        return None
    if "quote" in part:
        return str(part["quote"])
    inner = (part[name] for name in _SOURCES if isinstance(part.get(name), Mapping))
    return next((str(each["quote"]) for each in inner if "quote" in each), None)


def _unlabelled(score: LetterScore, *, places: bool) -> Iterator[Change]:
    """Read the score of the second run against the first one as changes."""
    turns = {Kind.MISSING: Turn.LOST, Kind.EXTRA: Turn.GAINED}
    for placed in _placed(score):
        if not _right(placed, places=places):
            mark, before, after = placed
            turn = turns.get(mark.kind, Turn.CHANGED)
            yield Change(turn, mark.field, mark.pointer, before, after)


def _right(placed: _Placed, *, places: bool) -> bool:
    """Say whether a value is right; where offsets count two texts, to the words it says."""
    if places:
        return placed.mark.is_flawless
    return placed.mark.kind is Kind.CORRECT or placed.expected == placed.produced


def _labelled(before: LetterScore, after: LetterScore, *, places: bool) -> Iterator[Change]:
    """Compare two scores of one letter against the same labels."""
    for one, other in _partners(list(_placed(before)), list(_placed(after))):
        turn = _turn(one, other, places=places)
        at = other or one
        if turn and at:
            was, now = (each.produced if each else Said() for each in (one, other))
            yield Change(turn, at.mark.field, at.mark.pointer, was, now, at.expected)


def _turn(one: _Placed | None, other: _Placed | None, *, places: bool) -> Turn | None:
    """Say what became of a value; a side without mark is rightly silent."""
    was, now = (each is None or _right(each, places=places) for each in (one, other))
    if was != now:
        return Turn.GAINED if now else Turn.LOST
    if was or one is None or other is None:
        return None
    same = one.produced == other.produced and (not places or one.mark.place == other.mark.place)
    return None if same else Turn.CHANGED


def _partners(
    ours: Sequence[_Placed], theirs: Sequence[_Placed]
) -> Iterator[tuple[_Placed | None, _Placed | None]]:
    """Pair the marks of one label; then the extras that are equal, then those in one place."""
    for key in (_label_key, _value_key, _place_key):
        pairs, ours, theirs = _matched(ours, theirs, key)
        yield from pairs
    yield from ((one, None) for one in ours)
    yield from ((None, other) for other in theirs)


def _label_key(placed: _Placed) -> tuple[str, ...] | None:
    mark = placed.mark
    if mark.kind is Kind.EXTRA:
        return None
    return mark.field, mark.pointer, str(placed.expected.value)


def _value_key(placed: _Placed) -> tuple[str, ...] | None:
    mark, item = placed.mark, "/".join(placed.mark.pointer.split("/")[:3])
    return (mark.field, item, str(placed.produced)) if mark.kind is Kind.EXTRA else None


def _place_key(placed: _Placed) -> tuple[str, ...] | None:
    mark = placed.mark
    return (mark.field, mark.pointer) if mark.kind is Kind.EXTRA else None


def _matched(
    ours: Sequence[_Placed],
    theirs: Sequence[_Placed],
    key: Callable[[_Placed], tuple[str, ...] | None],
) -> tuple[list[tuple[_Placed, _Placed]], list[_Placed], list[_Placed]]:
    """Return the pairs that share a key, each mark in one, and what is left of both sides."""
    waiting: dict[tuple[str, ...] | None, list[_Placed]] = {}
    for each in theirs:
        waiting.setdefault(key(each), []).append(each)
    left = waiting.pop(None, [])
    pairs, alone = [], []
    for one in ours:
        if found := waiting.get(key(one)):
            pairs.append((one, found.pop(0)))
        else:
            alone.append(one)
    return pairs, alone, [*left, *(each for some in waiting.values() for each in some)]


def _folded(changes: Iterable[Change]) -> list[Change]:
    """Mark what lies in an item or a citation that was itself gained or lost."""
    listed = list(changes)
    whole = {
        (change.turn, change.pointer)
        for change in listed
        if change.pointer.rpartition("/")[2].isdigit() and Said() in (change.before, change.after)
    }
    return [change._replace(part=_within(change, whole)) for change in listed]


def _within(change: Change, whole: Collection[tuple[Turn, str]]) -> bool:
    upper = change.pointer.rpartition("/")[0]
    while upper:
        if (change.turn, upper) in whole:
            return True
        upper = upper.rpartition("/")[0]
    return False


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as JSON: counts by field, then every change by letter."""
    runs = (comparison.first, comparison.second)
    return {
        "schema": SCHEMA,
        "runs": [{"name": run.name, "letters": len(run.letters)} for run in runs],
        "letters": len(comparison.pairs),
        "only_in_first": comparison.only_in_first,
        "only_in_second": comparison.only_in_second,
        "labels_differ": list(comparison.labels_differ),
        "counts": {name: dict(turns) for name, turns in comparison.counts.items()},
        "changes": {
            pair.id: [_change_json(change) for change in pair.changes]
            for pair in comparison.pairs
            if pair.changes
        },
    }


def _change_json(change: Change) -> dict[str, Any]:
    sides = {name: getattr(change, name) for name in ("before", "after", "right")}
    said = {name: None if side is None else side._asdict() for name, side in sides.items()}
    return {**change._asdict(), **said}


def lines(comparison: Comparison) -> Iterator[str]:
    """Yield the report, a line each: letter by letter, then the counts by field."""
    for pair in comparison.pairs:
        shown = [change for change in pair.changes if not change.part]
        if shown:
            yield plain(pair.id)
            yield from (f"  {plain(describe(change))}" for change in shown)
    for where, ids in (
        (comparison.first.name, comparison.only_in_first),
        (comparison.second.name, comparison.only_in_second),
    ):
        yield from (plain(f"{id_}: only in {where}") for id_ in ids)
    yield from _counted(comparison)
    yield plain(_summary(comparison))


def _counted(comparison: Comparison) -> Iterator[str]:
    """Yield a table of the changes by field."""
    counts = comparison.counts
    if counts:
        yield "".join(f"{name:>9}" for name in (*Turn, "")) + "field"
    for name, turns in counts.items():
        yield "".join(f"{turns[turn] or '·':>9}" for turn in Turn) + f"{'':9}{name}"


def _summary(comparison: Comparison) -> str:
    changed = sum(bool(pair.changes) for pair in comparison.pairs)
    turns = sum(comparison.counts.values(), Counter())
    counts = ", ".join(f"{turns[turn]} {turn}" for turn in Turn)
    scored = sum(pair.after is not None for pair in comparison.pairs)
    parts = [
        f"{len(comparison.pairs)} letters in both runs, {scored} of them with labels",
        f"{changed} read differently: {counts}",
    ]
    if comparison.labels_differ:
        parts.append(f"{len(comparison.labels_differ)} labelled otherwise since: new labels used")
    return "; ".join(parts) + "."


def describe(change: Change) -> str:
    """Say one change in a line: what both runs say, and what is right where neither is.

    >>> before, after = Said("Surgery", "arthroscopy"), Said()
    >>> describe(Change(Turn.LOST, "items.category.name", "/items/0/category/name", before, after))
    "lost /items/0/category/name: 'Surgery' from 'arthroscopy' → nothing"
    """
    is_code = "." not in change.field and change.field in _CODES
    head = " ".join(filter(None, [change.turn, change.pointer, change.field if is_code else ""]))
    right = change.right if change.turn is Turn.CHANGED else None
    told = f"; right is {_told(right)}" if right is not None else ""
    moved = ", read from other characters" if change.before == change.after else ""
    return f"{head}: {_told(change.before)} → {_told(change.after)}{moved}{told}"


def _told(said: Said) -> str:
    if said == Said():
        return "nothing"
    value, quote = (collapse(str(each)) for each in said)
    return _cut(value) + (f" from {_cut(quote)}" if said.quote and quote != value else "")


def _cut(words: str) -> str:
    return repr(words if len(words) <= _WORDS else words[:_WORDS] + "…")
