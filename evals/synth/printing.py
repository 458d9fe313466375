"""Letters to text: lines wrapped, paragraphs parted, pages turned, and every mark placed.

What is written is what a reader of the letter gives back, so that the golden offsets count it: for
a text file its content; for a PDF the text that its reader is bound to write (each line ends in a
newline, each page but the last in a form feed; a line of one space stands where a paragraph ends
inside a page, and at a page's end only where bold letters after regular ones prove it).
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from evals.synth.marks import Piece

PageTurn = Literal["", "before", "inside"]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph.

    Attributes:
        piece: Its words; a newline in them ends a line.
        bold: How many of its first characters are printed bold.
        turn: Where a page is turned for its sake: before it, or after its first line.
        whole: Whether no page may be turned inside it otherwise.
        prose: Whether a reader's artefacts may befall it.
    """

    piece: Piece
    bold: int = 0
    turn: PageTurn = ""
    whole: bool = False
    prose: bool = False


@dataclass(frozen=True, slots=True)
class Paper:
    """How a text file is written, or a PDF read.

    Attributes:
        first: What stands before the first line.
        line: What ends a line.
        gap: What stands after that where a paragraph ends.
        last: What stands after the last line's words.
        width: The longest line, in characters.
        rows: Lines on a page; 0 for a text without pages.
        glued: Whether a label may follow a page's end without a newline.
        hyphens: Whether a line may end in a word's hyphen.
        weighs: Whether at a page's end the weight of letters proves a paragraph's (a PDF).
    """

    first: str = " \n"
    line: str = " \n"
    gap: str = " \n"
    last: str = "\n"
    width: int = 92
    rows: int = 0
    glued: bool = False
    hyphens: bool = False
    weighs: bool = False


PDF = Paper(first="", line="\n", gap=" \n", last="\n", width=92, rows=46, weighs=True)


class Row(NamedTuple):
    """A printed line: its words, how many of them are bold, whether a paragraph begins with it."""

    words: str
    bold: int
    begins: bool


@dataclass(slots=True)
class Printed:
    """A letter as text.

    Attributes:
        text: The letter; marks hold offsets of it.
        clean: The same with readers' artefacts undone, which values are cut from.
        pages: Where each page after the first begins, in ``text``.
        rows: The lines of each page, for a PDF.
        paged: Whether the text has pages.
        changed: Where ``text`` departs from ``clean``: offsets of ``clean``, ascending.
        shifts: By how much the offsets after each of them have moved.
    """

    text: str
    clean: str
    paged: bool
    pages: list[int] = field(default_factory=list)
    rows: list[list[Row]] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    shifts: list[int] = field(default_factory=list)

    def page(self, offset: int) -> int | None:
        """Return the page, from 1, of an offset of ``text``; None where there are no pages."""
        return bisect_right(self.pages, offset) + 1 if self.paged else None

    def spot(self, offset: int) -> int:
        """Return where an offset of ``clean`` stands in ``text``."""
        before = bisect_left(self.changed, offset)
        return offset + (self.shifts[before - 1] if before else 0)


def wrap(text: str, width: int, *, hyphens: bool = False) -> Iterator[tuple[int, int]]:
    r"""Yield the lines of *text* as half-open ranges, none longer than *width* if it can be.

    >>> ["a long line-up\nof"[start:end] for start, end in wrap("a long line-up\nof", 12)]
    ['a long', 'line-up', 'of']
    """
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        while end - at > width:
            cut, after = _cut(text, at, end, width, hyphens=hyphens)
            yield at, cut
            at = after
        if at < end:
            yield at, end
        at = end + 1


def _cut(text: str, at: int, end: int, width: int, *, hyphens: bool) -> tuple[int, int]:
    """Return where the line that begins at *at* ends, and where the next one begins."""
    space = text.rfind(" ", at + 1, at + width + 1)
    hyphen = _hyphen(text, at, at + width) if hyphens else -1
    if hyphen > space:
        return hyphen + 1, hyphen + 1
    if space < 0:
        space = text.find(" ", at + width, end)
    if space < 0:
        return end, end
    after = space
    while after < end and text[after] == " ":
        after += 1
    return space, after


def _hyphen(text: str, at: int, end: int) -> int:
    """Return the last hyphen between two letters within the range; -1 for none."""
    found = text.rfind("-", at + 1, end)
    while found > 0 and not (text[found - 1].isalpha() and text[found + 1 : found + 2].isalpha()):
        found = text.rfind("-", at + 1, found)
    return found


_EXTRA = re.compile(r"(?<= ) +")


def narrowed(block: Block) -> Block:
    """Return *block* with one space for each run of them, as a PDF's reader gives it.

    >>> said = narrowed(Block(Piece("Priority:  Standard"), bold=9))
    >>> said.piece.text, said.bold
    ('Priority: Standard', 9)
    """
    text, marks = block.piece.text, block.piece.marks
    if "  " not in text:
        return block
    dropped = [at for match in _EXTRA.finditer(text) for at in range(*match.span())]
    moved = tuple(
        (mark, start - bisect_left(dropped, start), end - bisect_left(dropped, end))
        for mark, start, end in marks
    )
    piece = Piece(_EXTRA.sub("", text), moved)
    return replace(block, piece=piece, bold=block.bold - bisect_left(dropped, block.bold))


class _Press:
    """Prints blocks one after the other, and remembers where everything came to stand."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.out: list[str] = []
        self.at = 0
        self.row = 0
        self.pages: list[int] = []
        self.rows: list[list[Row]] = [[]]
        self.prose: list[tuple[int, int]] = []
        self.before: Block | None = None

    def write(self, words: str) -> None:
        self.out.append(words)
        self.at += len(words)

    def print(self, block: Block) -> None:
        """Print *block*, and place its marks."""
        text = block.piece.text
        hyphens = self.paper.hyphens and block.prose
        lines = list(wrap(text, self.paper.width, hyphens=hyphens))
        starts = self._print_lines(block, text, lines)
        if block.prose:
            self.prose.append((starts[0], self.at))
        begins = [start for start, _ in lines]
        for mark, start, end in block.piece.marks:
            first, last = bisect_right(begins, start) - 1, bisect_right(begins, end - 1) - 1
            mark.start = starts[first] + start - begins[first]
            mark.end = starts[last] + end - begins[last]
        self.before = block

    def _print_lines(self, block: Block, text: str, lines: Sequence[tuple[int, int]]) -> list[int]:
        starts = []
        for number, (start, end) in enumerate(lines):
            turned = self._turns(block, number, text[start:end], len(lines))
            fresh = number > 0 and text[start - 2 : start] == "\n\n"
            self._part(block, number, turned=turned, fresh=fresh)
            starts.append(self.at)
            self.write(text[start:end])
            bold = max(0, min(block.bold, end) - start)
            self.rows[-1].append(Row(text[start:end], bold, begins=fresh or not number))
        return starts

    def _turns(self, block: Block, number: int, words: str, count: int) -> bool:
        """Say whether a page is turned before line *number* of *block*."""
        if not self.paper.rows or self.before is None:
            return False
        if number:
            forced = block.turn == "inside" and number == 1 and words[0].islower()
            return forced or (self.row >= self.paper.rows and not block.whole)
        room = self.paper.rows - self.row - (2 if block.whole is False else count + 1)
        wanted = (block.turn == "before" and self.paper.glued) or room < 0
        return wanted and (not self.paper.weighs or _is_sure(self.before, block))

    def _part(self, block: Block, number: int, *, turned: bool, fresh: bool) -> None:
        """Write what stands between the line before and line *number* of *block*."""
        paper = self.paper
        ends = fresh or not number  # a paragraph ends before the line
        self.row += 2 if ends else 1
        if self.before is None and not number:
            self.write(paper.first)
        elif not turned:
            self.write(paper.line + paper.gap if ends else paper.line)
        elif paper.weighs:
            proven = not number and bool(block.bold) and not _ends_bold(self.before)
            self._turn(paper.line + (paper.gap if proven else ""))
        elif not ends:
            self._turn(" ")
        else:
            self._turn("  " if block.turn == "before" else paper.line + paper.gap)

    def _turn(self, words: str) -> None:
        self.write(words + "\f")
        self.pages.append(self.at)
        self.rows.append([])
        self.row = 1


def _ends_bold(block: Block | None) -> bool:
    return block is not None and block.bold >= len(block.piece.text)


_SURE_END = re.compile(r"[.:?!][\"')\]]*\Z")
_LABEL = re.compile(r"[A-Z][^.:;?!]{0,60}:")


def _is_sure(before: Block, block: Block) -> bool:
    """Say whether it is beyond doubt what a PDF's reader makes of a page turned between two."""
    if not block.bold or _ends_bold(before):
        return True
    return bool(_SURE_END.search(before.piece.text) or _LABEL.match(block.piece.text))


def print_letter(blocks: Sequence[Block], paper: Paper) -> tuple[Printed, list[tuple[int, int]]]:
    """Print *blocks*; return the letter's text, and the ranges of it that are prose."""
    press = _Press(paper)
    for block in blocks:
        press.print(narrowed(block) if paper.weighs else block)
    press.write(paper.last)
    text = "".join(press.out)
    paged = paper.weighs or "\f" in text
    return Printed(text, text, paged, press.pages, press.rows), press.prose
