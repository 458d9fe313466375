"""A PDF's lines to its text: where paragraphs end, by the gaps between lines and by font weights.

Geometry is read in points, along the text's own direction: ``down`` grows towards the next line,
``left`` and ``right`` towards a line's end, on rotated pages too.
"""

import math
import re
from bisect import bisect_right
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

SAME_LINE = 0.6  # baselines closer than so many font sizes are one line's
OUTER = 3  # the lines at a page's edge: running heads, then the first of the body

_PARAGRAPH = 1.4  # a gap of so many usual line gaps ends a paragraph; raised marks stay below
_SINGLE = 1.2  # usual line gap of single-spaced text, in font sizes
_ALIKE = 1.15  # gaps within this factor are one line spacing
_COMMON = 0.2  # the share of all gaps that a usual one has, at least
_ENOUGH = 3  # gaps, to tell a usual one
_SURE = 8  # gaps, to tell that a page is spaced otherwise than its document
_PLAUSIBLE = (0.8, 4.0)  # where a median gap lies, in font sizes
_TIGHTEST = 0.85  # of the spacing assumed otherwise: smaller gaps are marks and cells
_PARALLEL = 0.99  # the cosine of two lines' angle
_FULL = 0.75  # a line that reaches so far across the page was wrapped, not ended
_HEAVIER = 1.25  # 700 against 400 is bold against regular
_THREE_PAGES = 3

_SENTENCE_END = re.compile(r"[.:?!][\"')\]\u2019\u201d]*$")
_LABEL = re.compile(r"[A-Z][^.:;?!]{0,60}:")
_DIGITS = re.compile(r"\d+")

_Mark = tuple[str, str]  # the words of a line, numbers apart, and its height


class Line(NamedTuple):
    """A line of a page: its words and where they stand.

    ``down`` and ``lowest`` are the baselines of its first and last character (they differ where
    PDFium joined two lines), ``starts`` and ``ends`` their font weights, 0 inside a page. ``first``
    is PDFium's index of the first character.
    """

    words: str
    first: int
    left: float
    right: float
    down: float
    lowest: float
    size: float
    direction: tuple[float, float]
    starts: int = 0
    ends: int = 0


class Step(NamedTuple):
    """The way from one line down to the next, in font sizes; *full* if the upper was wrapped."""

    gap: float
    full: bool


def write_pages(pages: list[list[Line]]) -> str:
    """Write out the lines, with the paragraph breaks that their gaps and weights prove."""
    bodies = _bodies(pages)
    steps = [_steps(lines) for lines in pages]
    usual = _usual([step for page in steps for step in page])
    written = [
        _write_page(lines, body, page_steps, _PARAGRAPH * _usual(page_steps, usual))
        for lines, body, page_steps in zip(pages, bodies, steps, strict=True)
    ]
    for number, ((upper, body), (lower, next_body)) in enumerate(
        pairwise(zip(pages, bodies, strict=True)),
    ):
        if body and next_body and _is_break(upper, upper[body[-1]], lower[next_body[0]]):
            written[number] += " \n"
    return "\f".join(written)


def _write_page(lines: list[Line], body: range, steps: list[Step], limit: float) -> str:
    pieces = []
    for index, line in enumerate(lines):
        pieces.append(_whole(line.words) + "\n")
        if index in body and index + 1 in body and steps[index].gap > limit:
            pieces.append(" \n")
    return "".join(pieces)


def _whole(words: str) -> str:
    """Join the halves of characters beyond the first plane; a half alone becomes U+FFFD."""
    if words.isascii():
        return words
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _steps(lines: list[Line]) -> list[Step]:
    """Measure the gap above each line but the first.

    A line below all others of its page is measured from the lowest of them, so that a row of
    table cells is one row; a line further up (the next cell, the next column) from the line
    before it. Between lines that run in different directions there is no gap.
    """
    if not lines:
        return []
    margin = max(line.right for line in lines)
    page_low = lines[0].lowest
    steps = []
    for upper, lower in pairwise(lines):
        if _turned(upper.direction, lower.direction):
            steps.append(Step(0, full=False))
            page_low = lower.lowest
            continue
        above = page_low if lower.down > page_low else upper.lowest
        size = max(upper.size, lower.size) or math.inf
        full = upper.right - lower.left >= _FULL * (margin - lower.left)
        steps.append(Step((lower.down - above) / size, full))
        page_low = max(page_low, lower.lowest)
    return steps


def _turned(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Say whether two directions are not the same, give or take eight degrees."""
    return one[0] * other[0] + one[1] * other[1] < _PARALLEL


def _usual(steps: list[Step], fallback: float | None = None) -> float:
    """Return the line spacing of *steps*, in font sizes: the smallest gap that is common.

    Where the common gap is wide, it is the spacing only if the lines above it were wrapped: else
    every line is a paragraph of its own. Without *fallback*, single spacing is assumed then, or
    the median gap where the fonts' sizes are no measure of it. A page whose document has another
    spacing (*fallback*) is held to that where it has such gaps too, or few gaps at all.
    """
    gaps = sorted(step.gap for step in steps if 0 < step.gap < math.inf)
    sure = _ENOUGH
    if fallback is None:
        median = gaps[len(gaps) // 2] if gaps else _SINGLE
        fallback = _SINGLE if _PLAUSIBLE[0] < median < _PLAUSIBLE[1] else median
    elif _alike(gaps, fallback) >= max(1, _COMMON * len(gaps)):
        sure = len(gaps) + 1
    else:
        sure = _SURE
    gaps = gaps[bisect_right(gaps, SAME_LINE * fallback) :]
    needed = max(_ENOUGH, _COMMON * len(gaps))
    for low, gap in enumerate(gaps):
        high = bisect_right(gaps, gap * _ALIKE)
        if high - low >= needed:
            usual = max(gaps[(low + high) // 2], _TIGHTEST * fallback)
            wide = usual > _PARAGRAPH * fallback
            believed = high - low >= sure and _is_wrapped(steps, usual)
            return fallback if wide and not believed else usual
    return fallback


def _alike(gaps: list[float], usual: float) -> int:
    """Return how many of the sorted *gaps* are like *usual*."""
    return bisect_right(gaps, usual * _ALIKE) - bisect_right(gaps, usual / _ALIKE)


def _is_wrapped(steps: list[Step], usual: float) -> bool:
    """Say whether most lines above a gap like *usual* reach across the page."""
    alike = [step.full for step in steps if usual / _ALIKE <= step.gap <= usual * _ALIKE]
    return sum(alike) * 2 > len(alike)


def _bodies(pages: list[list[Line]]) -> list[range]:
    """Return which lines of each page are no running head or foot; two lines deep.

    A running line has the same words, numbers apart, at the same height on every page, or on
    every page but one. If that leaves two pages, what stands on the third must not stand where
    the running line would: else the two only happen to begin or end alike.
    """
    bodies = [range(len(lines)) for lines in pages]
    often = max(2, len(pages) - 1)
    for edge, rest in ((0, slice(1, None)), (-1, slice(-1))) * (OUTER - 1):
        edges = [
            lines[body[edge]] if body else None for lines, body in zip(pages, bodies, strict=True)
        ]
        marks = [_mark(line) if line else None for line in edges]
        counts = Counter(marks)
        bodies = [
            body[rest]
            if line and counts[mark] >= often and not _is_by_chance(line, mark, marks, edges)
            else body
            for line, mark, body in zip(edges, marks, bodies, strict=True)
        ]
    return bodies


def _mark(line: Line) -> _Mark:
    """Return what a running line has in common with those of other pages."""
    return _DIGITS.sub("#", line.words), f"{line.down:.0f}"


def _is_by_chance(
    line: Line, mark: _Mark | None, marks: list[_Mark | None], edges: list[Line | None]
) -> bool:
    """Say whether a *line* of two pages out of three has another in its place on the third."""
    if len(edges) != _THREE_PAGES:
        return False
    others = [each for other, each in zip(marks, edges, strict=True) if each and other != mark]
    return any(abs(other.down - line.down) < line.size for other in others)


def _is_break(page: list[Line], last: Line, first: Line) -> bool:
    """Say whether the weights prove that a paragraph starts with *first*, on the next page.

    Bold after regular is no proof by itself, as a word may be bold: it must be a label with its
    colon, or follow a sentence's end or a line that ended early.
    """
    if first.starts < _HEAVIER * last.ends:
        return False
    if _SENTENCE_END.search(last.words) or _LABEL.match(first.words):
        return True
    room = max(line.right for line in page) - last.right
    word = len(first.words.split(maxsplit=1)[0]) + 1
    return (first.right - first.left) * word < room * len(first.words)
