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
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium
from pypdfium2.version import PYPDFIUM_INFO

from extractor.errors import InputError
from extractor.findings import Code
from extractor.paragraphs import OUTER, SAME_LINE, Line, write_pages

READER = f"pypdfium2 {PYPDFIUM_INFO}"

_ONE_AT_A_TIME = Lock()  # PDFium is not thread-safe

_BOLD, _REGULAR = 700, 400
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)

# What a hostile PDF could pass for a line's or a page's end.
_ODD = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_LOST_HYPHEN = "\ufffe"  # or a glyph that stands for no character: PDFium writes both so
_NO_CHARACTER = "\ufffd"
_HYPHEN_CODE = 2
_UNSAID = {0, _HYPHEN_CODE}
_VISIBLE = re.compile(r"\S")


class PdfText(NamedTuple):
    """What a PDF says: its text, how many pages, and which (from 1) are pictures without text."""

    text: str
    pages: int
    pictures: tuple[int, ...]


def read_pdf(data: bytes, max_pages: int) -> PdfText:
    """Return the text of the PDF file *data*; a "no copying" flag is not heeded.

    Raises:
        InputError: ``encrypted``, ``not_text`` (broken), ``too_many_pages``, ``no_text_layer``.
    """
    with opened(data) as document:
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
    return PdfText(write_pages(pages), len(pages), pictures)


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Hold the PDF file *data* open; nobody else reads a PDF in the meantime.

    Raises:
        InputError: ``encrypted`` or ``not_text`` (broken).
    """
    with _ONE_AT_A_TIME, _document(data) as document:
        yield document


def _document(data: bytes) -> pypdfium2.PdfDocument:
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
                pages.append(lines_of(textpage.raw))
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
        return abs(along * (other_x - x) - across * (other_y - y)) >= SAME_LINE * size

    def is_hyphen(self, index: int) -> bool:
        """Say whether a U+FFFE stands for a hyphen, not for a glyph without a character."""
        return bool(pdfium.FPDFText_GetUnicode(self._page, index) == _HYPHEN_CODE)


def lines_of(textpage: Any) -> list[Line]:  # noqa: ANN401 - a PDFium handle
    """Return the lines of a page in the order of its text, an empty page's none."""
    glyphs = _Glyphs(textpage)
    lines: list[Line] = []
    start = 0
    for piece in _characters(textpage).split("\r\n"):
        for words, offset in _visual_lines(piece, start, glyphs):
            if stripped := words.strip():
                first = offset + len(words) - len(words.lstrip())
                lines.append(_line(stripped, first, glyphs))
        start += len(piece) + 2
    for edge in (slice(OUTER), slice(-OUTER, None)):
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
    if abs(lowest - down) < SAME_LINE * size:
        down = lowest = max(down, lowest)
    left, right = across * x + along * y, across * end_x + along * end_y
    return Line(words, first, left, right, down, lowest, size, (across, along))


def _weigh(line: Line, glyphs: _Glyphs) -> Line:
    """Add what only the lines at a page's edges need."""
    last = line.first + len(line.words) - 1
    return line._replace(starts=glyphs.weight(line.first), ends=glyphs.weight(last))
