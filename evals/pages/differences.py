"""What is wrong in one letter, as a page shows it: expected beside produced, and their words."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from evals.pages.passages import Words, differing, passage, span_in
from evals.results import Letter
from evals.scoring.fields import look
from evals.scoring.marks import Kind, Mark, Place
from extractor.pages.visible import Piece, shortened
from extractor.text import collapse

_SOURCES = ("evidence", "text", "name", "request")
_UNPAIRED = frozenset({Kind.MISSING, Kind.EXTRA})
_PLACES = {
    Place.APART: "right, but read from another place",
    Place.OVERLAP: "right, but its span is not exact",
}
_SEEN = 400


@dataclass(frozen=True)
class Side:
    """What one side says, and where it read it.

    Attributes:
        value: Its words, with what differs marked.
        printed: How the letter prints them, where that is not the same.
        place: Its span of the letter's characters, half-open.
        astray: Whether the letter's text is at hand and reads otherwise there.
    """

    value: Sequence[Piece]
    printed: str | None = None
    place: str | None = None
    astray: bool = False


@dataclass(frozen=True)
class Difference:
    """One value that is not as the labels have it.

    Attributes:
        name: The field, or the finding code.
        pointer: Where in the labels' record; of what is extra in the produced one.
        what: How they differ, in words.
        error: Whether a user of the record is misled; a span that is not exact misleads nobody.
        expected: None where the letter has no such value.
        produced: None where the record has none.
        passage: The letter's words around both; empty without the letter's text.
        parts: How many values more went with it.
        note: What else is to be said, a finding's message for one.
    """

    name: str
    pointer: str
    what: str
    error: bool
    expected: Side | None
    produced: Side | None
    passage: Sequence[Piece]
    parts: int = 0
    note: str = ""


class _Folded(NamedTuple):
    """A mark that is shown, the entry around it, and how many marks are left out for it."""

    mark: Mark
    around: Mark | None
    parts: int


def differences(letter: Letter, text: str | None) -> list[Difference]:
    """Return a letter's differences, errors before spans that are not exact.

    The parts of a missing or extra item or citation are counted with it, not shown.
    """
    if letter.record is None:
        return []
    fields = [_of_field(each, text) for each in _folded(letter.score.marks)]
    found = [*fields, *_of_codes(letter)]
    return _once(sorted(found, key=lambda difference: not difference.error))


def _once(found: Sequence[Difference]) -> list[Difference]:
    """Show a passage once where differences that follow each other have the same one."""
    before = (None, *(each.passage for each in found))
    return [
        replace(each, passage=()) if each.passage == last else each
        for each, last in zip(found, before, strict=False)
    ]


def _folded(marks: Iterable[Mark]) -> list[_Folded]:
    """Return the marks that say something, each with the entry that holds it."""
    entries: dict[str, Mark] = {}
    shown: dict[int, tuple[Mark, Mark | None]] = {}
    parts: dict[int, int] = {}
    for mark in marks:
        around = list(_entries_above(entries, mark.pointer))
        if mark.pointer.rpartition("/")[2].isdigit():
            entries[mark.pointer] = mark
        lost = [entry for entry in around if entry.kind in _UNPAIRED]
        if mark.is_flawless:
            continue
        if lost:
            parts[id(lost[-1])] = parts.get(id(lost[-1]), 0) + 1
        else:
            shown[id(mark)] = mark, around[0] if around else None
    return [_Folded(mark, around, parts.get(key, 0)) for key, (mark, around) in shown.items()]


def _entries_above(entries: Mapping[str, Mark], pointer: str) -> Iterator[Mark]:
    """Yield the entries that hold what *pointer* names, the innermost first."""
    upper = pointer.rpartition("/")[0]
    while upper:
        if upper in entries:
            yield entries[upper]
        upper = upper.rpartition("/")[0]


def _of_field(folded: _Folded, text: str | None) -> Difference:
    mark, around, parts = folded
    words = [_read_from(mark, around, side) for side in ("expected", "produced")]
    expected, produced = _sides(mark, words, text)
    return Difference(
        name=mark.field,
        pointer=mark.pointer,
        what=_what(mark),
        error=mark.is_error,
        expected=expected,
        produced=produced,
        passage=passage(text, *words),
        parts=parts,
    )


def _what(mark: Mark) -> str:
    if mark.kind is Kind.CORRECT and mark.place in _PLACES:
        return _PLACES[mark.place]
    return mark.kind.value


def _read_from(mark: Mark, around: Mark | None, side: str) -> Words | None:
    """Return the quote and span that one side's value was read from, or that its entry has."""
    value = getattr(mark, side)
    if value is None:
        return None
    if isinstance(value, Mapping):
        return _words_in(value)
    if around is None:
        return None
    below = mark.pointer.removeprefix(around.pointer).strip("/").split("/")[:-1]
    entry = getattr(around, side)
    return _words_in(look(entry, ".".join(below))[1] if below else entry)


def _words_in(part: Any) -> Words | None:  # noqa: ANN401 - any JSON
    """Return the quote and span of a part of a record: its own, or that of what decides it."""
    if not isinstance(part, Mapping):
        return None
    if "quote" in part:
        return part
    inner = (part[name] for name in _SOURCES if isinstance(part.get(name), Mapping))
    return next((each for each in inner if "quote" in each), None)


def _sides(
    mark: Mark, words: Sequence[Words | None], text: str | None
) -> tuple[Side | None, Side | None]:
    """Return both sides, the words in which they differ marked where both are there."""
    expected, produced = (said(value) for value in (mark.expected, mark.produced))
    if expected is not None and produced is not None:
        ours, theirs = differing(expected, produced)
        return _side(expected, ours, words[0], text), _side(produced, theirs, words[1], text)
    return _alone(expected, words[0], text), _alone(produced, words[1], text)


def _alone(value: str | None, words: Words | None, text: str | None) -> Side | None:
    return None if value is None else _side(value, [Piece(shortened(value, _SEEN))], words, text)


def _side(value: str, pieces: Sequence[Piece], words: Words | None, text: str | None) -> Side:
    if words is None:
        return Side(pieces)
    quote, start, end = str(words["quote"]), words.get("start"), words.get("end")
    return Side(
        pieces,
        None if quote == value else shortened(quote, _SEEN),
        None if start is None else f"{start}:{end}",
        astray=text is not None and start is not None and span_in(text, words) is None,
    )


def said(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return a value as people say it; None for none.

    >>> said({"region": "wrist", "side": "left", "levels": []}), said(False), said({"quote": "x"})
    ('left wrist', 'false', 'x')
    """
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    if "region" in value:
        parts = (value.get("side"), value["region"], *(value.get("levels") or ()))
        return " ".join(str(part) for part in parts if part)
    if "value" in value:
        return said(value["value"])
    words = _words_in(value)
    return str(words["quote"]) if words is not None else ""


def _of_codes(letter: Letter) -> Iterator[Difference]:
    findings = (letter.record or {}).get("findings") or ()
    for mark in letter.score.code_marks:
        if mark.is_flawless:
            continue
        told = [each for each in findings if each.get("code") == mark.field]
        note = " ".join(dict.fromkeys(collapse(str(each.get("message", ""))) for each in told))
        yield Difference(
            name=mark.field,
            pointer=mark.pointer,
            what=f"finding {mark.kind.value}",
            error=True,
            expected=_found(mark.kind is Kind.MISSING),
            produced=_found(mark.kind is Kind.EXTRA),
            passage=(),
            note=shortened(note, _SEEN) if mark.kind is Kind.EXTRA else "",
        )


def _found(there: bool) -> Side | None:
    return Side([Piece("found")]) if there else None
