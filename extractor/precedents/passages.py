"""Words of a letter in their context, and where they stand in the letter.

A database holds the words of a field with every run of white space as one space, and the span of
the whole field. Where that lost nothing, or the letter itself is at hand, the place of the words
shown is exact; else it is the field's.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from extractor.errors import InputError
from extractor.precedents.database import number, words
from extractor.source import find, load
from extractor.text import Span, Text, collapse

WIDTH = 240
_WORD = re.compile(r"\S+")
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a letter.

    Attributes:
        field: ``request``, ``rationale`` or ``clinical_summary``.
        words: What the letter says there, every run of white space as one space.
        marks: Half-open ranges of ``words`` that were searched for, in order.
        start: First character in the document's text, from 0; None where it is not known.
        end: One past the last.
        page: The page of ``start``, from 1; None where the text has no pages.
        exact: Whether the place is that of ``words``; else it is that of the whole field, in
            which they stand.
    """

    field: str
    words: str
    marks: tuple[tuple[int, int], ...] = ()
    start: int | None = None
    end: int | None = None
    page: int | None = None
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A prose field of a letter: its value, and what ``evidence`` says of its place."""

    name: str
    value: str
    quote: str
    start: int | None
    end: int | None
    page: int | None


class Letters:
    """The letters themselves, to say exactly where words stand; each is read when it is needed."""

    def __init__(self, folder: Path | None = None) -> None:
        """Find the letters under *folder*, as they were given when the database was made."""
        inputs = find([folder]) if folder is not None else ()
        self._inputs = {given.id: given for given in inputs if given.error is None}

    def text(self, id: str, text_sha256: str | None) -> Text | None:  # noqa: A002
        """Return the text of the letter of this id; None where it is not here or is another."""
        given = self._inputs.get(id)
        if given is None or text_sha256 is None:
            return None
        try:
            source = load(given)
        except InputError:
            return None
        same = sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest() == text_sha256
        return source.as_text() if same else None


def field_of(
    database: sqlite3.Connection, name: str, value: str, *, item: int | None, letter: int
) -> Field:
    """Return a field with its place, as the database's ``evidence`` has it."""
    query = "SELECT quote, start, end, page FROM evidence WHERE letter = ? AND field = ? AND item "
    keys = (letter, name) if item is None else (letter, name, item)
    query += "IS NULL" if item is None else "= ?"
    row = database.execute(query, keys).fetchone()
    if row is None:
        return Field(name, value, value, None, None, None)
    quote, start, end, page = row
    return Field(name, value, words(quote), number(start), number(end), number(page))


def passage_of(
    field: Field, marks: Sequence[tuple[int, int]], letter: Text | None = None, width: int = WIDTH
) -> Passage:
    """Return the words of *field* about *marks*, which are ranges of its value.

    Args:
        field: The field.
        marks: What was found in it; none is as good as its beginning.
        letter: The letter's text, where it is at hand.
        width: About how many characters to return.
    """
    window = _window(field.value, marks, width)
    if field.start is not None and field.end is not None:
        if letter is not None and letter.quote(field.start, field.end) == field.quote:
            span = letter.from_source(field.start, field.end)
            if found := _cut(field, letter, span, window, marks):
                return _placed(found, 0, letter)
        # A soft hyphen was printed where a line ended after it, which a quote no longer shows.
        quote = Text.of(field.quote.replace("\u00ad ", "\u00ad\n"), paged=False)
        if found := _cut(field, quote, quote.whole, window, marks):
            kept = field.page is None and len(field.quote) == field.end - field.start
            if kept:
                return _placed(found, field.start)
            whole = window == (0, len(field.value))
            return replace(_within(found, field), exact=whole)
    inside = [(a - window[0], b - window[0]) for a, b in marks if window[0] <= a and b <= window[1]]
    return _within(Passage(field.name, field.value[slice(*window)], tuple(inside)), field)


def _window(value: str, marks: Sequence[tuple[int, int]], width: int) -> tuple[int, int]:
    """Return the range of whole words, of about *width* characters, that holds the most marks."""
    first = max(
        marks or [(0, 0)],
        key=lambda mark: (sum(mark[0] <= a < mark[0] + width * 2 // 3 for a, _ in marks), -mark[0]),
    )
    start = max(0, min(first[0] - width // 3, len(value) - width))
    end = max(start + width, first[1])
    start = 0 if start == 0 else value.rfind(" ", 0, start) + 1
    after = value.find(" ", end)
    return start, len(value) if after < 0 else after


def _cut(
    field: Field, text: Text, span: Span, window: tuple[int, int], marks: Sequence[tuple[int, int]]
) -> Passage | None:
    """Return the passage as it stands in *text*, placed there; None where it reads otherwise."""
    found = [(m.start(), m.end()) for m in _WORD.finditer(text.clean, *span)]
    if collapse(text.clean[slice(*span)]).replace("\x00", "\ufffd") != field.value or not found:
        return None
    at: list[int] = []
    for start, end in found:
        at += [start - 1, *range(start, end)] if at else range(start, end)

    def placed(bounds: tuple[int, int]) -> tuple[int, int]:
        return text.to_source(Span(at[bounds[0]], at[bounds[1] - 1] + 1))

    start, end = placed(window)
    inside = [placed(mark) for mark in marks if window[0] <= mark[0] and mark[1] <= window[1]]
    cuts = [start, *(edge for mark in inside for edge in mark), end]
    pieces = [_SPACE.sub(" ", text.source[a:b]) for a, b in pairwise(cuts)]
    edges = [sum(map(len, pieces[:n])) for n in range(1, len(pieces))]
    pairs = tuple(zip(edges[::2], edges[1::2], strict=True))
    return Passage(field.name, "".join(pieces), pairs, start, end)


def _placed(found: Passage, offset: int, letter: Text | None = None) -> Passage:
    """Return a passage whose place is exact, moved by *offset*."""
    start, end = (found.start or 0) + offset, (found.end or 0) + offset
    page = letter.page(start) if letter else None
    return Passage(found.field, found.words, found.marks, start, end, page, exact=True)


def _within(found: Passage, field: Field) -> Passage:
    """Return a passage that stands somewhere in its field."""
    return Passage(found.field, found.words, found.marks, field.start, field.end, field.page)
