"""What two records of one letter say differently: gained, lost and changed values.

With labels *gained* is right now and was not, *lost* was right and is not, *changed* is wrong both
times and not the same. Without labels *gained* is what only the second record has, *lost* what only
the first has, *changed* what they say differently. Right means flawless: the value, and its span to
the character.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from evals.results import Letter
from evals.scoring.fields import look
from evals.scoring.letters import LetterScore, score_letter
from evals.scoring.marks import Kind, Mark
from extractor.findings import Code

CODES = frozenset(code.value for code in Code)
_SOURCES = ("evidence", "text", "name", "request")
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


def labelled_changes(
    one: Letter, other: Letter, before: LetterScore, after: LetterScore
) -> list[Change]:
    """Return what two readings of a letter say differently, both scored by the same labels."""
    return _folded(_labelled(before, after, places=_same_text(one.record, other.record)))


def unlabelled_changes(one: Letter, other: Letter) -> list[Change]:
    """Return what two readings of a letter say differently, whatever is right."""
    score = score_letter(one.case, one.record or {}, other.record)
    return _folded(_unlabelled(score, places=_same_text(one.record, other.record)))


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
        if mark.field in CODES:
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
