r"""A PDF's text with the paragraph breaks that only its geometry knows.

Every line of the text ends in "\n" and every page but the last in "\f". Where a paragraph ends, a
line of one space follows: ``"line\n \nline"`` inside a page, ``"line\n \n\fline"`` at a page's end
(there only a change of font weight can prove it). A page edge without proof is ``"line\n\fline"``.

Geometry is read in points, along the text's own direction: ``down`` grows towards the next line,
``left`` and ``right`` towards a line's end, on rotated pages too.
"""

import ctypes
import math
import re
import sys
from bisect import bisect_right
from collections import Counter
from contextlib import closing
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2.version import PYPDFIUM_INFO

from extractor.errors import InputError
from extractor.findings import Code

READER = f"pypdfium2 {PYPDFIUM_INFO}"

_ONE_AT_A_TIME = Lock()  # PDFium is not thread-safe

_PARAGRAPH = 1.4  # a gap of so many usual line gaps ends a paragraph; raised marks stay below
_SINGLE = 1.2  # usual line gap of single-spaced text, in font sizes
_ALIKE = 1.15  # gaps within this factor are one line spacing
_COMMON = 0.2  # the share of all gaps that a usual one has, at least
_ENOUGH = 3  # gaps, to tell a usual one
_PLAUSIBLE = (0.8, 4.0)  # where a median gap lies, in font sizes
_TIGHTEST = 0.85  # of the spacing assumed otherwise: smaller gaps are marks and cells
_SAME_LINE = 0.6  # baselines closer than so many font sizes are one line's
_PARALLEL = 0.99  # the cosine of two lines' angle
_FULL = 0.75  # a line that reaches so far across the page was wrapped, not ended
_HEAVIER = 1.25  # 700 against 400 is bold against regular
_OUTER = 3  # the lines at a page's edge: running heads, then the first of the body
_BOLD, _REGULAR = 700, 400
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)

# What a hostile PDF could pass for a line's or a page's end.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LOST_HYPHEN = "\ufffe"  # or a glyph that stands for no character: PDFium writes both so
_NO_CHARACTER = "\ufffd"
_HYPHEN_CODE = 2
_UNSAID = {0, _HYPHEN_CODE}
_SENTENCE_END = re.compile(r"[.:?!][\"')\]\u2019\u201d]*$")
_LABEL = re.compile(r"[A-Z][^.:;?!]{0,60}:")
_VISIBLE = re.compile(r"\S")
_DIGITS = re.compile(r"\d+")


class PdfText(NamedTuple):
    """What a PDF says: its text, how many pages, and which (from 1) are pictures without text."""

    text: str
    pages: int
    pictures: tuple[int, ...]


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


def read_pdf(data: bytes, max_pages: int) -> PdfText:
    """Return the text of the PDF file *data*; a "no copying" flag is not heeded.

    Raises:
        InputError: ``encrypted``, ``not_text`` (broken), ``too_many_pages``, ``no_text_layer``.
    """
    with _ONE_AT_A_TIME, _opened(data) as document:
        if len(document) > max_pages:
            message = f"The PDF has {len(document)} pages; the limit is {max_pages}."
            raise InputError(Code.TOO_MANY_PAGES, message)
        try:
            pages, pictures = _read_pages(document)
        except pypdfium2.PdfiumError as error:
            raise InputError(Code.NOT_TEXT, "A page of the PDF is broken.") from error
    if not any(pages):
        message = "The PDF has no text layer (scanned pages?); run OCR on it first."
        raise InputError(Code.NO_TEXT_LAYER, message)
    return PdfText(_write(pages), len(pages), pictures)


def _opened(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY}:
            message = "The PDF is password-protected; save it without a password first."
            raise InputError(Code.ENCRYPTED, message) from error
        raise InputError(Code.NOT_TEXT, "The PDF is broken: it cannot be opened.") from error


def _read_pages(document: pypdfium2.PdfDocument) -> tuple[list[list[Line]], tuple[int, ...]]:
    """Return the lines of each page, and the numbers of the pages that only show a picture."""
    pages = []
    pictures = []
    for number in range(len(document)):
        with closing(document[number]) as page:
            with closing(page.get_textpage()) as textpage:
                pages.append(_lines(textpage.raw))
            if not pages[-1] and _shows_picture(page.raw):
                pictures.append(number + 1)
    return pages, tuple(pictures)


def _shows_picture(page: Any) -> bool:  # noqa: ANN401 - a PDFium handle
    drawn = {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_FORM}
    count = pdfium.FPDFPage_CountObjects(page)
    objects = (pdfium.FPDFPage_GetObject(page, index) for index in range(count))
    return any(pdfium.FPDFPageObj_GetType(each) in drawn for each in objects)


# --- characters to lines ------------------------------------------------------------------------


class _Glyphs:
    """Where the characters of one text page stand, and in which font."""

    def __init__(self, textpage: Any) -> None:  # noqa: ANN401 - a PDFium handle
        self._page = textpage
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._matrix = pdfium.FS_MATRIX()

    def origin(self, index: int) -> tuple[float, float]:
        """Return where the character's baseline begins, in page coordinates."""
        pdfium.FPDFText_GetCharOrigin(self._page, index, self._x, self._y)
        return self._x.value, self._y.value

    def font(self, index: int) -> tuple[float, float, float]:
        """Return the writing direction (a unit vector) and the font size."""
        matrix = self._matrix
        pdfium.FPDFText_GetMatrix(self._page, index, matrix)
        length = math.hypot(matrix.a, matrix.b)
        size = pdfium.FPDFText_GetFontSize(self._page, index) * math.hypot(matrix.c, matrix.d)
        return (matrix.a / length, matrix.b / length, size) if length else (1.0, 0.0, size)

    def weight(self, index: int) -> int:
        """Return the font's weight, 400 or 700 by its name where the font does not say."""
        weight: int = pdfium.FPDFText_GetFontWeight(self._page, index)
        if weight > 0:
            return weight
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        pdfium.FPDFText_GetFontInfo(self._page, index, name, len(name), flags)
        return _BOLD if _BOLD_NAME.search(name.value) else _REGULAR

    def apart(self, one: int, other: int) -> bool:
        """Say whether two characters stand on different lines."""
        across, along, size = self.font(one)
        (x, y), (other_x, other_y) = self.origin(one), self.origin(other)
        return abs(along * (other_x - x) - across * (other_y - y)) >= _SAME_LINE * size

    def is_hyphen(self, index: int) -> bool:
        """Say whether a U+FFFE stands for a hyphen, not for a glyph without a character."""
        return bool(pdfium.FPDFText_GetUnicode(self._page, index) == _HYPHEN_CODE)


def _lines(textpage: Any) -> list[Line]:  # noqa: ANN401 - a PDFium handle
    glyphs = _Glyphs(textpage)
    lines: list[Line] = []
    start = 0
    for piece in _characters(textpage).split("\r\n"):
        for words, offset in _visual_lines(piece, start, glyphs):
            if stripped := words.strip():
                first = offset + len(words) - len(words.lstrip())
                lines.append(_line(stripped, first, glyphs))
        start += len(piece) + 2
    for edge in (slice(_OUTER), slice(-_OUTER, None)):
        lines[edge] = [_weigh(line, glyphs) for line in lines[edge]]
    return lines


def _characters(textpage: Any) -> str:  # noqa: ANN401 - a PDFium handle
    """Return the page's text, a character for each that PDFium counts (half a pair is one)."""
    count = pdfium.FPDFText_CountChars(textpage)
    if count <= 0:
        return ""
    # Room for twice as many: a character beyond the first plane takes two units.
    units = (ctypes.c_ushort * (2 * count + 2))()
    written = pdfium.FPDFText_GetText(textpage, 0, count, units)
    text = bytes(units)[: 2 * max(0, written - 1)].decode("utf-16-le", "surrogatepass")
    if len(text) == count:
        return text
    codes = (pdfium.FPDFText_GetUnicode(textpage, index) for index in range(count))
    return "".join(_LOST_HYPHEN if code in _UNSAID else _character(code) for code in codes)


def _character(code: int) -> str:
    return chr(code) if code <= sys.maxunicode else _NO_CHARACTER


def _visual_lines(piece: str, start: int, glyphs: _Glyphs) -> list[tuple[str, int]]:
    """Return the lines that *piece*, from index *start*, holds: words and index of the first.

    They are several where PDFium took a line's end together with its hyphen.
    """
    if piece.isprintable():
        return [(piece, start)]
    piece = _ODD.sub(" ", piece)
    shown = list(piece)
    cuts = [0]
    for at, character in enumerate(piece):
        if character == _LOST_HYPHEN:
            is_hyphen = glyphs.is_hyphen(start + at)
            shown[at] = "-" if is_hyphen else _NO_CHARACTER
            after = _VISIBLE.search(piece, at + 1) if is_hyphen else None
            if after and glyphs.apart(start + at, start + after.start()):
                cuts.append(at + 1)
    return [("".join(shown[low:high]), start + low) for low, high in pairwise([*cuts, len(piece)])]


def _line(words: str, first: int, glyphs: _Glyphs) -> Line:
    """Measure the line of *words*, whose first character has the index *first*."""
    across, along, size = glyphs.font(first)
    (x, y), (end_x, end_y) = glyphs.origin(first), glyphs.origin(first + len(words) - 1)
    down, lowest = along * x - across * y, along * end_x - across * end_y
    if abs(lowest - down) < _SAME_LINE * size:
        down = lowest = max(down, lowest)
    left, right = across * x + along * y, across * end_x + along * end_y
    return Line(words, first, left, right, down, lowest, size, (across, along))


def _weigh(line: Line, glyphs: _Glyphs) -> Line:
    """Add what only the lines at a page's edges need."""
    last = line.first + len(line.words) - 1
    return line._replace(starts=glyphs.weight(line.first), ends=glyphs.weight(last))


# --- lines to paragraphs ------------------------------------------------------------------------


def _write(pages: list[list[Line]]) -> str:
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
    the median gap where the fonts' sizes are no measure of it.
    """
    gaps = sorted(step.gap for step in steps if 0 < step.gap < math.inf)
    if fallback is None:
        median = gaps[len(gaps) // 2] if gaps else _SINGLE
        fallback = _SINGLE if _PLAUSIBLE[0] < median < _PLAUSIBLE[1] else median
    gaps = gaps[bisect_right(gaps, _SAME_LINE * fallback) :]
    needed = max(_ENOUGH, _COMMON * len(gaps))
    for low, gap in enumerate(gaps):
        high = bisect_right(gaps, gap * _ALIKE)
        if high - low >= needed:
            usual = max(gaps[(low + high) // 2], _TIGHTEST * fallback)
            wide = usual > _PARAGRAPH * fallback
            return fallback if wide and not _is_wrapped(steps, usual) else usual
    return fallback


def _is_wrapped(steps: list[Step], usual: float) -> bool:
    """Say whether most lines above a gap like *usual* reach across the page."""
    alike = [step.full for step in steps if usual / _ALIKE <= step.gap <= usual * _ALIKE]
    return sum(alike) * 2 > len(alike)


def _bodies(pages: list[list[Line]]) -> list[range]:
    """Return which lines of each page are no running head or foot; two lines deep.

    A running line has the same words, numbers apart, at the same height on every page, or on
    every page but one.
    """
    bodies = [range(len(lines)) for lines in pages]
    often = max(2, len(pages) - 1)
    for edge, rest in ((0, slice(1, None)), (-1, slice(-1))) * (_OUTER - 1):
        marks = [_mark(lines, body, edge) for lines, body in zip(pages, bodies, strict=True)]
        counts = Counter(marks)
        bodies = [
            body[rest] if mark is not None and counts[mark] >= often else body
            for mark, body in zip(marks, bodies, strict=True)
        ]
    return bodies


def _mark(lines: list[Line], body: range, edge: int) -> tuple[str, str] | None:
    """Return what a running line has in common with those of other pages."""
    if not body:
        return None
    line = lines[body[edge]]
    return _DIGITS.sub("#", line.words), f"{line.down:.0f}"


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
