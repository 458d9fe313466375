"""Words with marks: the pieces a letter is written from, each value marked where it stands."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any


class Mark:
    """Words that the record quotes.

    Attributes:
        value: What they say; None where they say themselves (prose).
        start: Their first character in the printed text, set when it is printed; -1 before.
        end: One past their last character.
    """

    __slots__ = ("end", "start", "value")

    def __init__(self, value: object = None) -> None:
        """Make a mark that no words carry yet."""
        self.value = value
        self.start = self.end = -1


class Cited(Mark):
    """The words of a citation; *parts* are the fields of the record beside its span."""

    __slots__ = ("parts",)

    def __init__(self, parts: dict[str, Any]) -> None:
        """Make the mark of a citation with these fields."""
        super().__init__()
        self.parts = parts


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage that a finding compares: the words that *mark* marks."""

    mark: Mark


Placed = tuple[Mark, int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words and the marks on them, half-open spans of ``text``.

    >>> when = Mark("2016-05-03")
    >>> whole = joined("on ", marked(when, "May 3, 2016"), ".")
    >>> whole.text, [whole.text[start:end] for _, start, end in whole.marks]
    ('on May 3, 2016.', ['May 3, 2016'])
    """

    text: str
    marks: tuple[Placed, ...] = ()


Part = Piece | str


def joined(*parts: Part) -> Piece:
    """Return *parts* one after the other."""
    texts: list[str] = []
    marks: list[Placed] = []
    at = 0
    for part in parts:
        text = part if isinstance(part, str) else part.text
        if not isinstance(part, str) and part.marks:
            marks += [(mark, start + at, end + at) for mark, start, end in part.marks]
        texts.append(text)
        at += len(text)
    return Piece("".join(texts), tuple(marks))


def marked(mark: Mark, *parts: Part) -> Piece:
    """Return *parts* one after the other, with *mark* on all of them."""
    whole = joined(*parts)
    return Piece(whole.text, (*whole.marks, (mark, 0, len(whole.text))))


def listed(parts: Sequence[Part], joint: str = ", ") -> Piece:
    """Return *parts* with *joint* between them."""
    return joined(*[piece for part in parts for piece in (joint, part)][1:])


def words_of(part: Part) -> str:
    """Return the words of *part* without its marks."""
    return part if isinstance(part, str) else part.text


_TOKEN = re.compile(r"(\{\w+\}|[<>\[\]])")
_CLOSES = {">": "<", "]": "["}


@cache
def _tokens(template: str) -> tuple[str, ...]:
    return tuple(token for token in _TOKEN.split(template) if token)


def filled(
    template: str, slots: Mapping[str, Part], marks: Mapping[str, Mark] | None = None
) -> Piece:
    """Return *template* with ``{slots}`` filled in and marks on what stands in brackets.

    Args:
        template: Words with ``{name}`` slots and, if *marks* are given, ``<…>`` and ``[…]``.
        slots: What fills each slot; what no slot asks for is left out.
        marks: The mark of each kind of bracket, by its opening one.

    >>> verdict = Mark()
    >>> said = filled("<Brace> for the {part}", {"part": "knee"}, {"<": verdict})
    >>> said.text, said.marks[0][1:]
    ('Brace for the knee', (0, 5))
    """
    texts: list[str] = []
    placed: list[Placed] = []
    opened: dict[str, int] = {}
    at = 0
    for token in _tokens(template):
        if marks and token in marks:
            opened[token] = at
            continue
        if marks and (opening := _CLOSES.get(token)) in opened:
            placed.append((marks[opening], opened.pop(opening), at))
            continue
        part = slots[token[1:-1]] if token[0] == "{" and len(token) > 1 else token
        if isinstance(part, Piece):
            placed += [(mark, start + at, end + at) for mark, start, end in part.marks]
            part = part.text
        texts.append(part)
        at += len(part)
    return Piece("".join(texts), tuple(placed))


def capitalized(part: Part) -> Piece:
    """Return *part* with a capital first letter."""
    piece = part if isinstance(part, Piece) else Piece(part)
    return Piece(piece.text[:1].upper() + piece.text[1:], piece.marks)


def shouted(piece: Piece) -> Piece:
    """Return *piece* in capitals; the marks stay where they are."""
    return Piece(piece.text.upper(), piece.marks)
