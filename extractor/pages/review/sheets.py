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
_FAR = 1000  # points
_EVEN = bytes(value & 0xF0 for value in range(256))
_ODD = bytes(value >> 4 for value in range(256))
_SAME_RUN = 0.3  # of the lower one's height: boxes that overlap by so much are one line's


class Sheets(NamedTuple):
    """A PDF's pages: width and height in points as shown, and where each span stands."""

    sizes: tuple[tuple[float, float], ...]
    boxes: dict[tuple[int, int], list[Box]]


class _Place(NamedTuple):
    """Where something stands on its page, in the page's own points, y growing upwards."""

    left: float
    low: float
    right: float
    high: float


def sheets(data: bytes, text: str, spans: Iterable[tuple[int, int]]) -> Sheets:
    """Return how large the pages of the PDF *data* are, and where *spans* of its *text* stand.

    Args:
        data: The file.
        text: What ``extractor.pdf.read_pdf`` reads in it.
        spans: Half-open, in code points of *text*.

    Raises:
        InputError: The file cannot be opened.
    """
    sizes, runs, at = [], [], 0
    with opened(data) as document:
        for number in range(len(document)):
            with closing(document[number]) as page, closing(page.get_textpage()) as textpage:
                sizes.append(page.get_size())
                shown = _Shown.of(page.raw)
                for line in lines_of(textpage.raw):
                    runs.append(_run(at, number + 1, line, shown, textpage.raw))
                    at += len(runs[-1].places) + 1
                    at += 2 * text.startswith(" \n", at)
                at += text.startswith("\f", at)
    return Sheets(tuple(sizes), {span: list(_boxes(span, runs)) for span in sorted(set(spans))})


class _Shown(NamedTuple):
    """How the page's own points become fractions of the page as shown, turned and cropped."""

    origin: tuple[float, float]
    right: tuple[float, float]
    up: tuple[float, float]

    @classmethod
    def of(cls, page: Any) -> "_Shown":  # noqa: ANN401 - a PDFium handle
        x, y = ctypes.c_int(), ctypes.c_int()
        found = []
        for point in ((0, 0), (_FAR, 0), (0, _FAR)):
            pdfium.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, *point, x, y)
            found.append((x.value / _FINE, y.value / _FINE))
        origin, right, up = found
        steps = (
            ((each[0] - origin[0]) / _FAR, (each[1] - origin[1]) / _FAR) for each in (right, up)
        )
        return cls(origin, *steps)

    def box(self, place: _Place) -> tuple[float, float, float, float]:
        """Return where *place* is shown: left, top, right, bottom, within the page."""
        corners = [self._point(place.left, place.low), self._point(place.right, place.high)]
        (left, right), (top, bottom) = map(sorted, zip(*corners, strict=True))
        return _on_page(left), _on_page(top), _on_page(right), _on_page(bottom)

    def _point(self, x: float, y: float) -> tuple[float, float]:
        across = self.origin[0] + x * self.right[0] + y * self.up[0]
        return across, self.origin[1] + x * self.right[1] + y * self.up[1]


def _on_page(fraction: float) -> float:
    return round(min(1.0, max(0.0, fraction)), 5)


class _Run(NamedTuple):
    """A line of the text: where it begins there, its page from 1, and where its characters stand.

    ``upright`` says that it runs up or down the page's own space.
    """

    start: int
    page: int
    places: list[_Place | None]
    upright: bool
    shown: _Shown


def _run(at: int, page: int, line: Line, shown: _Shown, textpage: Any) -> _Run:  # noqa: ANN401
    rect = pdfium.FS_RECTF()
    places = [_place(textpage, index, rect) for index in _indices(line)]
    across, along = line.direction
    return _Run(at, page, places, abs(along) > abs(across), shown)


def _indices(line: Line) -> list[int]:
    """Return PDFium's index of each character of a line: a pair of halves is one of the text."""
    words = line.words
    return [line.first + at for at in range(len(words)) if not _is_second(words, at)]


def _is_second(words: str, at: int) -> bool:
    """Say whether a half of a character follows its other half."""
    if not (at and "\udc00" <= words[at] <= "\udfff"):
        return False
    return "\ud800" <= words[at - 1] <= "\udbff"


def _place(textpage: Any, index: int, rect: Any) -> _Place | None:  # noqa: ANN401 - handles
    """Return where a character stands in the page's own points; None where nothing is drawn."""
    if not pdfium.FPDFText_GetLooseCharBox(textpage, index, rect):
        return None
    (left, right), (low, high) = sorted((rect.left, rect.right)), sorted((rect.bottom, rect.top))
    return _Place(left, low, right, high) if left < right and low < high else None


def _boxes(span: tuple[int, int], runs: list[_Run]) -> Iterator[Box]:
    """Yield the boxes of a span, one for each line that it runs over."""
    for run in runs:
        low, high = max(0, span[0] - run.start), span[1] - run.start
        if high <= 0 or low >= len(run.places):
            continue
        within = [each for each in run.places[low:high] if each is not None]
        for place in _joined(within, upright=run.upright):
            yield run.page, *run.shown.box(place)


def _joined(places: list[_Place], *, upright: bool) -> Iterator[_Place]:
    """Join what stands side by side along a line; PDFium's line may be two of the page."""
    box: _Place | None = None
    for each in places:
        if box is None or _beside(box, each, upright=upright):
            box = each if box is None else _around(box, each)
            continue
        yield box
        box = each
    if box is not None:
        yield box


def _around(one: _Place, other: _Place) -> _Place:
    left, low = min(one.left, other.left), min(one.low, other.low)
    return _Place(left, low, max(one.right, other.right), max(one.high, other.high))


def _beside(box: _Place, each: _Place, *, upright: bool) -> bool:
    """Say whether a character goes on in the line that *box* holds so far."""
    if upright:
        common = min(box.right, each.right) - max(box.left, each.left)
        return common > _SAME_RUN * min(box.right - box.left, each.right - each.left)
    common = min(box.high, each.high) - max(box.low, each.low)
    return common > _SAME_RUN * min(box.high - box.low, each.high - each.low)


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
