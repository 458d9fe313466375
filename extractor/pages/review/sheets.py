"""A PDF's pages as pictures, and where on them the words of its text stand.

Text is what ``extractor.pdf`` makes of the file: the same lines, walked again with PDFium's index
of every character. Boxes are fractions of the page as it is shown, turned and cropped, from its
top left corner.
"""

import ctypes
import math
import struct
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from extractor.paragraphs import Line
from extractor.pdf import lines_of, opened

Box = tuple[int, float, float, float, float]
"""Page from 1, left, top, right, bottom."""

SCALE = 1.6  # pixels to a point
_LONGEST = 1800  # pixels
_FINE = 1 << 20  # steps of a page, of which PDFium gives whole ones
_EVEN = bytes(value & 0xF0 for value in range(256))
_ODD = bytes(value >> 4 for value in range(256))
_SAME_RUN = 0.3  # of the lower one's height: boxes that overlap by so much are one line's


class Sheets(NamedTuple):
    """A PDF's pages: width and height in points as shown, and where each span stands."""

    sizes: tuple[tuple[float, float], ...]
    boxes: dict[tuple[int, int], list[Box]]


class _Run(NamedTuple):
    """A line of the text: where it begins there, its page from 0, and the line there."""

    start: int
    page: int
    line: Line

    @property
    def indices(self) -> list[int]:
        """PDFium's index of each of its characters: a pair of halves is one of the text."""
        words, first = self.line.words, self.line.first
        second = [_is_pair(words, at - 1) for at in range(len(words))]
        return [first + at for at, half in enumerate(second) if not half]


def _is_pair(words: str, at: int) -> bool:
    if not 0 <= at < len(words) - 1:
        return False
    return "\ud800" <= words[at] <= "\udbff" and "\udc00" <= words[at + 1] <= "\udfff"


def sheets(data: bytes, text: str, spans: Iterable[tuple[int, int]]) -> Sheets:
    """Return how large the pages of the PDF *data* are, and where *spans* of its *text* stand.

    Args:
        data: The file.
        text: What ``extractor.pdf.read_pdf`` reads in it.
        spans: Half-open, in code points of *text*.

    Raises:
        InputError: The file cannot be opened.
    """
    with opened(data) as document:
        sizes, runs, places = [], [], []
        at = 0
        for number in range(len(document)):
            with closing(document[number]) as page, closing(page.get_textpage()) as textpage:
                sizes.append(page.get_size())
                here, at = _runs(lines_of(textpage.raw), number, text, at)
                runs += here
                places.append(_Places(page.raw, textpage.raw).of(here))
        known = [each for page_places in places for each in page_places]
        wanted = sorted(set(spans))
        return Sheets(tuple(sizes), {span: list(_boxes(span, runs, known)) for span in wanted})


def _runs(lines: list[Line], page: int, text: str, at: int) -> tuple[list[_Run], int]:
    """Return the lines of a page by where they begin in *text*, from *at*; and where they end."""
    runs = []
    for line in lines:
        run = _Run(at, page, line)
        runs.append(run)
        at += len(run.indices) + 1
        at += 2 * text.startswith(" \n", at)
    return runs, at + text.startswith("\f", at)


class _Place(NamedTuple):
    """Where a character stands on its page: fractions, left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float


class _Places:
    """Finds where the characters of a page stand, as the page is shown."""

    def __init__(self, page: Any, textpage: Any) -> None:  # noqa: ANN401 - PDFium handles
        self._page, self._textpage = page, textpage
        self._rect = pdfium.FS_RECTF()
        self._x, self._y = ctypes.c_int(), ctypes.c_int()

    def of(self, runs: list[_Run]) -> list[list[_Place | None]]:
        """Return a place for each character of each line; None where nothing is drawn."""
        return [[self._place(index) for index in run.indices] for run in runs]

    def _place(self, index: int) -> _Place | None:
        if not pdfium.FPDFText_GetLooseCharBox(self._textpage, index, self._rect):
            return None
        rect = self._rect
        if rect.left == rect.right or rect.top == rect.bottom:
            return None
        one, other = self._shown(rect.left, rect.top), self._shown(rect.right, rect.bottom)
        (left, right), (top, bottom) = map(sorted, zip(one, other, strict=True))
        return _Place(left, top, right, bottom) if left < 1 and top < 1 else None

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        """Return a point of the page's own space as it is shown, turned and cropped."""
        pdfium.FPDF_PageToDevice(self._page, 0, 0, _FINE, _FINE, 0, x, y, self._x, self._y)
        return _on_page(self._x.value / _FINE), _on_page(self._y.value / _FINE)


def _on_page(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))


def _boxes(
    span: tuple[int, int], runs: list[_Run], places: list[list[_Place | None]]
) -> Iterator[Box]:
    """Yield the boxes of a span, one for each line that it runs over."""
    for run, known in zip(runs, places, strict=True):
        low, high = max(0, span[0] - run.start), span[1] - run.start
        if high <= 0 or low >= len(known):
            continue
        within = [each for each in known[low:high] if each is not None]
        for box in _joined(within):
            left, top, right, bottom = (round(edge, 5) for edge in box)
            yield run.page + 1, left, top, right, bottom


def _joined(places: list[_Place]) -> Iterator[_Place]:
    """Join what stands in a row, or in a column on a page whose text is turned."""
    box: _Place | None = None
    for each in places:
        if box is not None and _in_line(box, each):
            box = _around(box, each)
            continue
        if box is not None:
            yield box
        box = each
    if box is not None:
        yield box


def _around(one: _Place, other: _Place) -> _Place:
    left, top = min(one.left, other.left), min(one.top, other.top)
    return _Place(left, top, max(one.right, other.right), max(one.bottom, other.bottom))


def _in_line(box: _Place, each: _Place) -> bool:
    """Say whether a character goes on in the line that *box* holds so far."""
    across = min(box.bottom, each.bottom) - max(box.top, each.top)
    along = min(box.right, each.right) - max(box.left, each.left)
    return across > _SAME_RUN * min(box.bottom - box.top, each.bottom - each.top) or (
        along > _SAME_RUN * min(box.right - box.left, each.right - each.left)
        and each.bottom - each.top < box.right - box.left
    )


def picture(data: bytes, number: int, scale: float = SCALE) -> bytes:
    """Return page *number*, from 1, of the PDF *data* as a PNG in sixteen greys.

    Args:
        data: The file.
        number: Which page.
        scale: Pixels to a point; a huge page gets fewer.

    Raises:
        InputError: The file cannot be opened.
        IndexError: It has no such page.
    """
    with opened(data) as document:
        if not 1 <= number <= len(document):
            raise IndexError(number)
        with closing(document[number - 1]) as page:
            fit = min(scale, _LONGEST / max(page.get_size()))
            with closing(page.render(scale=fit, grayscale=True)) as bitmap:
                return _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride)


def data_uri(png: bytes) -> str:
    """Return a picture as an address that holds it."""
    return f"data:image/png;base64,{b64encode(png).decode()}"


def _png(pixels: bytes, width: int, height: int, stride: int) -> bytes:
    """Return grey pixels, a byte each and rows *stride* apart, as a PNG of four bits each."""
    rows = (pixels[at : at + width] for at in range(0, height * stride, stride))
    packed = zlib.compress(b"".join(b"\0" + _halved(row) for row in rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    parts = (_chunk(b"IHDR", head), _chunk(b"IDAT", packed), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _halved(row: bytes) -> bytes:
    """Return two pixels to a byte, the first in the upper half."""
    size = math.ceil(len(row) / 2)
    upper = int.from_bytes(row[0::2].translate(_EVEN))
    lower = int.from_bytes(row[1::2].translate(_ODD).ljust(size, b"\0"))
    return (upper | lower).to_bytes(size)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checked = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checked)
