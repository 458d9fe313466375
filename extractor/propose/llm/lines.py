"""The letter as a model sees it: numbered lines, and the way back from a number to the letter.

Blank lines are not numbered, and shown only where they prove that a paragraph ends; a line longer
than ``LONGEST`` characters is shown as several. What could act on a terminal or hide words is shown
as a space.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property

from extractor.text import Span, Text, lines_of

LONGEST = 300
_BLANK = re.compile(r"\s+")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f]")


class NumberedLines:
    r"""A letter's lines, numbered from 1.

    >>> letter = NumberedLines(Text.of("MRI:  Upheld\n\nIt is not\nnecessary."))
    >>> print(letter.shown)
    1| MRI: Upheld
    <BLANKLINE>
    2| It is not
    3| necessary.
    >>> letter.span(2, 3)
    Span(start=14, end=34)
    """

    def __init__(self, text: Text) -> None:
        """Number the lines of *text*."""
        self.text = text
        self.lines = [part for line in lines_of(text.norm, text.whole) for part in _cut(text, line)]

    def __len__(self) -> int:
        """Return how many lines there are: the last one's number."""
        return len(self.lines)

    @cached_property
    def shown(self) -> str:
        """The lines as a prompt shows them, each behind its number and a bar."""
        norm, shown = self.text.norm, []
        after_break = {gap.start for gap in self.text.gaps if gap.proven}
        for n, line in enumerate(self.lines, 1):
            gap = "\n" if n > 1 and line.start in after_break else ""
            shown.append(f"{gap}{n}| {_visible(norm[slice(*line)])}")
        return "\n".join(shown)

    def span(self, first: int, last: int) -> Span | None:
        """Return the range of the normalized text from line *first* to line *last*, both included.

        None where there are no such lines.
        """
        if not 1 <= first <= last <= len(self.lines):
            return None
        return Span(self.lines[first - 1].start, self.lines[last - 1].end)

    def numbers(self, span: Span) -> tuple[int, int]:
        """Return the numbers of the first and the last line that *span* touches."""
        touched = self.touched(span)
        return touched[0], touched[-1]

    def touched(self, span: Span) -> range:
        """Return the numbers of the lines that *span* touches; none where it is all blank."""
        first = bisect_right(self._ends, span.start)
        last = bisect_left(self._starts, span.end)
        return range(first + 1, last + 1)

    @cached_property
    def _starts(self) -> list[int]:
        return [line.start for line in self.lines]

    @cached_property
    def _ends(self) -> list[int]:
        return [line.end for line in self.lines]


def _cut(text: Text, line: Span) -> Iterator[Span]:
    """Yield *line* in parts of at most ``LONGEST`` characters, between words where it has any."""
    start = line.start
    while line.end - start > LONGEST:
        stop = text.norm.rfind(" ", start + 1, start + LONGEST)
        stop = stop if stop > start else start + LONGEST
        yield text.trim(start, stop)
        start = text.trim(stop, line.end).start
    yield Span(start, line.end)


def _visible(words: str) -> str:
    return _BLANK.sub(" ", _UNSEEN.sub(" ", words))
