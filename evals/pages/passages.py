"""The words of the letter around what was expected and what was produced."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.golden import SOURCES
from extractor.pages.visible import Piece, head, shortened, tail
from extractor.source import read
from extractor.text import Span, collapse

CONTEXT = 90
MARKED = 260
BETWEEN = 120
_SPACE = re.compile(r"\s+")
_MARKS = {
    (True, True): "both",
    (True, False): "expected",
    (False, True): "produced",
    (False, False): "",
}

Words = Mapping[str, Any]


class Sources:
    """The texts of golden letters, read when they are asked for."""

    def __init__(self, golden: Path | None) -> None:
        """Remember which cases lie in the folder; only what lies there is ever read."""
        folders = golden.iterdir() if golden is not None and golden.is_dir() else ()
        self._folders = {folder.name: folder for folder in folders if folder.is_dir()}

    @property
    def known(self) -> bool:
        """Whether there is any case at all."""
        return bool(self._folders)

    def text(self, case: str, sha256: str | None) -> str | None:
        """Return a letter's text; None where it is not there or not the letter that was scored."""
        folder = self._folders.get(case)
        files = [folder / name for name in SOURCES] if folder else []
        for file in files:
            if file.is_file():
                return _text(file, sha256)
        return None


def _text(file: Path, sha256: str | None) -> str | None:
    try:
        source = read(file, file.name)
    except InputError:
        return None
    return source.text if sha256 in {None, source.sha256} else None


def passage(text: str | None, expected: Words | None, produced: Words | None) -> list[Piece]:
    """Return the letter's words around both spans, each character under its mark.

    Long runs have their middle left out. A span that does not read its quote (a record made from
    another reader's text, say) is not drawn.

    Returns:
        Pieces of kind ``expected``, ``produced``, ``both`` or "", white space collapsed; none
        where there is no text or no span to show.
    """
    spans = [span_in(text, each) for each in (expected, produced)]
    drawn = [span for span in spans if span is not None]
    if text is None or not drawn:
        return []
    first, last = min(span.start for span in drawn), max(span.end for span in drawn)
    edges = sorted({end for span in drawn for end in span})
    inner = [_between(text, Span(*pair), spans) for pair in pairwise(edges)]
    before = tail(_flat(text[max(0, first - 4 * CONTEXT) : first]), CONTEXT)
    after = head(_flat(text[last : last + 4 * CONTEXT]), CONTEXT)
    return [piece for piece in (Piece(before), *inner, Piece(after)) if piece.text]


def span_in(text: str | None, words: Words | None) -> Span | None:
    """Return the span of *words* in *text*; None where it does not read its quote there."""
    if text is None or words is None:
        return None
    start, end = words.get("start"), words.get("end")
    if not isinstance(start, int) or not isinstance(end, int):
        return None
    if not 0 <= start < end <= len(text) or collapse(text[start:end]) != words.get("quote"):
        return None
    return Span(start, end)


def _between(text: str, run: Span, spans: Sequence[Span | None]) -> Piece:
    """Return one run of words that the same spans cover."""
    inside = tuple(
        span is not None and span.start <= run.start and run.end <= span.end for span in spans
    )
    kind = _MARKS[inside[0], inside[1]]
    words = _flat(text[run.start : run.end])
    return Piece(shortened(words, MARKED if kind else BETWEEN), kind)


def _flat(text: str) -> str:
    """Return *text* on one line; a space at its ends is kept."""
    return _SPACE.sub(" ", text)


def differing(expected: str, produced: str, most: int = MARKED) -> tuple[list[Piece], list[Piece]]:
    """Return two wordings with the words between their common beginning and end marked.

    >>> [piece.text for piece in differing("it is not so", "it is so")[0]]
    ['it is ', 'not ', 'so']
    """
    ours, theirs = _words(expected), _words(produced)
    start = _common(ours, theirs)
    end = _common(ours[start:][::-1], theirs[start:][::-1])
    return _pieces(ours, start, end, most), _pieces(theirs, start, end, most)


def _words(text: str) -> list[str]:
    return re.findall(r"\S+\s*|\s+", text)


def _common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Count the words that both begin with, the white space after them aside."""
    length = 0
    for one, other in zip(ours, theirs, strict=False):
        if one.rstrip() != other.rstrip():
            break
        length += 1
    return length


def _pieces(words: Sequence[str], start: int, end: int, most: int) -> list[Piece]:
    middle = "".join(words[start : len(words) - end])
    if not middle:
        return [Piece(shortened("".join(words), most))]
    parts = (
        Piece(tail("".join(words[:start]), CONTEXT)),
        Piece(shortened(middle, most), "differs"),
        Piece(head("".join(words[len(words) - end :]), CONTEXT)),
    )
    return [piece for piece in parts if piece.text]
