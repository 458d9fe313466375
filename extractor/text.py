"""The letter's text as the rest of the house reads it: normalized, with a way back to the source.

The one table of equivalences lives here. Most of it maps one character to one character, so that
offsets of the normalized text *are* offsets of the source; the few readers' artefacts that do not
(ligatures, hyphens lost at line ends, invisible characters) cost a map, built where they occur.

Paragraph breaks are facts of the text too: which of its gaps prove that a paragraph ended.
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

from extractor.findings import Passage
from extractor.record import V

M = TypeVar("M", bound=V[Any])

# One character for one character: spaces, quotation marks, dashes, line separators.
_EQUIVALENTS = {
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u202f\u205f\u3000",
    "'": "\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4`",
    '"': "\u201c\u201d\u201e\u201f\u2033",
    "-": "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d",
    "\n": "\u000b\u0085\u2028\u2029",
}
_SAME_LENGTH = [(other, plain) for plain, others in _EQUIVALENTS.items() for other in others]
_SAME_IN_ASCII = [(other, plain) for other, plain in _SAME_LENGTH if other.isascii()]
_LIGATURES = {
    "\ufb00": "ff",
    "\ufb01": "fi",
    "\ufb02": "fl",
    "\ufb03": "ffi",
    "\ufb04": "ffl",
    "\ufb05": "st",
    "\ufb06": "st",
}
_LOST_HYPHENS = "\ufffe\u0002"
_INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
# What changes the text's length. A lost hyphen or a soft one at a line's end was a printed hyphen.
_UNEVEN = re.compile(
    rf"[{''.join(_LIGATURES)}]"
    rf"|[{_LOST_HYPHENS}](?:[ \t]*\r?\n)?"
    rf"|\u00ad(?:[ \t]*\r?\n)?"
    rf"|[{_INVISIBLE}]+"
    r"|[^\u0000-\u02ff\u2000-\u206f][\u0300-\u036f]*|[^\s\u0300-\u036f][\u0300-\u036f]+",
)
_MAY_BE_UNEVEN = re.compile(
    rf"[{''.join(_LIGATURES)}{_LOST_HYPHENS}\u00ad{_INVISIBLE}\u0300-\u036f]",
)

# Two patterns that each begin with a fixed character are searched for many times faster than one.
_BLANK_LINE = re.compile(r"\n[^\S\n\f]*[\n\f]\s*")
_PAGE_EDGE = re.compile(r"\f\s*")
_SPACED = re.compile(r"\n[^\S\n\f\r]+\r?(?=[\n\f])|\f[^\S\n\f\r]+\r?\n")
_MID_SENTENCE_SHARE = 0.25
_SHORT = 120


def collapse(text: str) -> str:
    r"""Return *text* with every run of white space as one space, none at its ends.

    >>> collapse(" not\n medically  necessary ")
    'not medically necessary'
    """
    if len(text) > _SHORT:  # line by line is faster than word by word, where that suffices
        text = " ".join(filter(None, map(str.strip, text.splitlines())))
        if text.isascii() and not ("  " in text or "\t" in text or "\x1f" in text):
            return text
    return " ".join(text.split())


class Span(NamedTuple):
    """A half-open range of the normalized text."""

    start: int
    end: int

    def holds(self, other: "Span") -> bool:
        """Say whether *other* lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


_span = partial(tuple.__new__, Span)  # twice as fast as Span(...), for what is called most


class Gap(NamedTuple):
    """White space between two lines: where the text before it ends and the text after it starts.

    ``proven`` says that a paragraph ends here. A page edge that proves nothing is kept, unproven:
    a paragraph may end there or run on.
    """

    end: int
    start: int
    proven: bool


@dataclass(frozen=True, eq=False)
class Text:
    r"""A document's text, normalized, with the way back to the source's characters.

    ``clean`` is the source with readers' artefacts undone, ``norm`` the same with the equivalences
    of the table: they are equally long. Spans inside the house are spans of ``norm``; ``place``
    turns one into source offsets.

    >>> text = Text.of("Non\u00admedical of\ufb01ce \u201cvisit\u201d")
    >>> text.norm
    'Nonmedical office "visit"'
    >>> text.place(Span(11, 17)).quote
    'of\ufb01ce'
    """

    source: str
    clean: str
    norm: str
    paged: bool
    _origin: "array[int] | None" = None
    _ends: "array[int]" = field(default_factory=lambda: array("I"), repr=False)
    _read: dict[tuple[int, int], tuple[str, int | None]] = field(
        default_factory=dict, compare=False, repr=False
    )

    @classmethod
    def of(cls, source: str, *, paged: bool | None = None) -> "Text":
        r"""Normalize *source*; *paged* says whether it has pages (else: a ``\f`` does)."""
        if paged is None:
            paged = "\f" in source
        clean, origin, ends = source, None, array("I")
        if not (source.isascii() and "\x02" not in source) and _MAY_BE_UNEVEN.search(source):
            clean, origin, ends = _undo_artefacts(source)
        norm = clean
        for other, same in _SAME_IN_ASCII if clean.isascii() else _SAME_LENGTH:
            if other in norm:
                norm = norm.replace(other, same)
        if "\r" in norm and "\n" not in norm:
            norm = norm.replace("\r", "\n")
        return cls(source, clean, norm, paged, origin, ends)

    @property
    def is_plain(self) -> bool:
        """Whether no artefact had to be undone: the source's offsets are the text's own."""
        return self._origin is None

    @cached_property
    def whole(self) -> Span:
        """The span of everything."""
        return Span(0, len(self.norm))

    @cached_property
    def sha256(self) -> str:
        """The hex digest of the source's UTF-8 bytes."""
        return sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()

    def place(self, span: Span) -> Passage:
        """Return the source passage of *span*: offsets in code points, page, collapsed words."""
        start, end = self.to_source(span)
        quote, page = self.read(start, end)
        return Passage(start=start, end=end, page=page, quote=quote)

    def to_source(self, span: Span) -> tuple[int, int]:
        """Return *span* as a half-open range of the source."""
        if self._origin is None:
            return span.start, span.end
        start = self._origin[span.start]
        return start, self._ends[span.end - 1] if span.end > span.start else start

    def from_source(self, start: int, end: int) -> Span:
        """Return the range of the normalized text that the source range *start:end* became."""
        if self._origin is None:
            return _span((start, end))
        low = bisect_right(self._origin, start - 1)
        return Span(low, max(low, bisect_right(self._origin, end - 1)))

    def page(self, offset: int) -> int | None:
        """Return the page, from 1, of a source offset; None where the text has no pages."""
        return bisect_right(self._page_ends, offset) + 1 if self.paged else None

    def words(self, span: Span) -> str:
        """Return the words of *span* as a value: artefacts undone, white space collapsed."""
        if self._origin is None:
            return self.quote(span.start, span.end)
        return collapse(self.clean[span.start : span.end])

    def quote(self, start: int, end: int) -> str:
        """Return the source range *start:end* with white space collapsed."""
        return self.read(start, end)[0]

    def read(self, start: int, end: int) -> tuple[str, int | None]:
        """Return the quote of the source range *start:end*, and its page; remembered."""
        key = (start, end)
        found = self._read.get(key)
        if found is None:
            found = self._read[key] = collapse(self.source[start:end]), self.page(start)
        return found

    def value(self, kind: type[M], span: Span, value: object = None) -> M:
        """Return *value*, or else the words of *span*, as a value of *kind* that is read there.

        Raises:
            ValidationError: the value is not of that kind.
        """
        start, end = self.to_source(span)
        quote, page = self.read(start, end)
        if value is None:
            value = quote if self._origin is None else self.words(span)
        parts = {"value": value, "quote": quote, "start": start, "end": end, "page": page}
        made: M = kind.__pydantic_validator__.validate_python(parts)  # kind(**parts), faster
        return made

    def trim(self, start: int, end: int) -> Span:
        """Return the range *start:end* of the normalized text without white space at its ends."""
        words = self.norm[start:end].rstrip()
        inner = words.lstrip()
        if not inner:
            return Span(max(start, end), end)
        end = start + len(words)
        return _span((end - len(inner), end))

    @cached_property
    def _page_ends(self) -> list[int]:
        return [match.end() for match in re.finditer("\f", self.source)]

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Every paragraph break and page edge of the normalized text, in order."""
        return tuple(_gaps(self.norm))

    def gaps_between(self, start: int, end: int) -> tuple[Gap, ...]:
        """Return the gaps that lie within the range *start:end*, in order."""
        low = bisect_right(self._gap_starts, start)
        return self.gaps[low : bisect_right(self._gap_starts, end, lo=low)]

    @cached_property
    def _gap_starts(self) -> list[int]:
        return [gap.start for gap in self.gaps]


def _undo_artefacts(source: str) -> "tuple[str, array[int], array[int]]":
    """Undo what changes the length; the arrays give where each character began and ended."""
    pieces: list[str] = []
    origin, ends = array("I"), array("I")
    done = 0
    for match in _UNEVEN.finditer(source):
        start, end = match.span()
        became = _became(match.group())
        if became == match.group():
            continue
        pieces += source[done:start], became
        origin.extend(range(done, start))
        ends.extend(range(done + 1, start + 1))
        # White space that stays keeps its own offset; anything else points at the artefact.
        kept = end - start == len(became) > 1
        origin.extend(range(start, end) if kept else [start] * len(became))
        ends.extend(range(start + 1, end + 1) if kept else [end] * len(became))
        done = end
    pieces.append(source[done:])
    origin.extend(range(done, len(source)))
    ends.extend(range(done + 1, len(source) + 1))
    return "".join(pieces), origin, ends


def _became(artefact: str) -> str:
    """Return what *artefact* stands for."""
    first = artefact[0]
    if first in _LIGATURES:
        return _LIGATURES[first]
    if first in _LOST_HYPHENS:
        return "-" + (artefact[1:] or "\n")
    if first == "\u00ad":
        return "-" + artefact[1:] if len(artefact) > 1 else ""
    if re.fullmatch(rf"[{_INVISIBLE}]+", artefact):
        return ""
    return unicodedata.normalize("NFC", artefact)


def _gaps(norm: str) -> list[Gap]:
    """Find the gaps and say which of them prove a paragraph's end.

    A text that doubles every newline has empty lines inside its paragraphs: there only a line of
    white space counts. At a page edge a blank line counts only where the text marks its paragraphs
    by lines of white space: empty lines at a page's end are the printer's.
    """
    breaks = blanks(norm, Span(0, len(norm)))
    found = [(match, _has_space(gap), "\f" in gap) for match in breaks if (gap := match.group())]
    inside = [match for match, _, at_edge in found if not at_edge]
    empty = [match for match, has_space, at_edge in found if not has_space and not at_edge]
    spaced = len(inside) - len(empty)
    by_space = spaced * 2 > len(inside) or (
        not inside and any(has_space for _, has_space, _ in found)
    )
    doubled = _is_doubled(norm, empty)
    gaps = []
    for match, has_space, at_edge in found:
        proven = has_space and (by_space or doubled) if at_edge else has_space or not doubled
        if proven or at_edge:
            gaps.append(Gap(match.start(), match.end(), proven))
    return gaps


def _has_space(gap: str) -> bool:
    return bool(gap.strip("\n\r\f")) and _SPACED.search(gap) is not None


def _is_doubled(norm: str, empty: list[re.Match[str]]) -> bool:
    """Say whether empty lines stand between the lines of one paragraph, not only around it."""
    running_on = sum(1 for match in empty if norm[match.end() : match.end() + 1].islower())
    return running_on > len(empty) * _MID_SENTENCE_SHARE


def blanks(norm: str, span: Span) -> list[re.Match[str]]:
    """Return the blank lines and page edges of *span*, each with all white space after it."""
    return found_by((_BLANK_LINE, _PAGE_EDGE), norm, span)


def found_by(patterns: Iterable[re.Pattern[str]], norm: str, span: Span) -> list[re.Match[str]]:
    """Return what the *patterns*, as alternatives of one, would find in *span*: none overlap.

    Each may begin with fixed letters of its own: so they are found many times faster.
    """
    found = [match for pattern in patterns for match in pattern.finditer(norm, *span)]
    if len(found) <= 1:
        return found
    found.sort(key=re.Match.start)
    apart: list[re.Match[str]] = []
    for match in found:
        if not apart or match.start() >= apart[-1].end():
            apart.append(match)
    return apart


def lines_of(norm: str, span: Span) -> list[Span]:
    """Return the lines of *span* that are not blank, trimmed, in order."""
    bounds = [span.start, *(m.end() for m in re.compile(r"[\n\f]").finditer(norm, *span)), span.end]
    lines = []
    for start, end in pairwise(bounds):
        piece = norm[start:end]
        if inner := piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            lines.append(Span(begin, begin + len(inner)))
    return lines
