"""Numbered lines: what a model is shown of a letter, and the way back from a number."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.propose.llm.lines import LONGEST, NumberedLines
from extractor.text import Span, Text, collapse

HOSTILE = {
    "no newline": "Wrist brace: Upheld",
    "carriage returns": "Wrist brace:\r\nUpheld\r\n\r\nIt is\rnot.",
    "only carriage returns": "Wrist brace:\rUpheld\r",
    "form feeds": "Wrist\fbrace:\f\fUpheld",
    "line separators": "Wrist\u2028brace\x0b:\x85Upheld\u2029",
    "nulls": "Wrist\x00brace: Up\x00held\n\x00\n",
    "escapes": "Wrist \x1b[2Jbrace\x9b1m: \x08Upheld\x7f",
    "bidi controls": "Wrist \u202ebrace\u202c: \u2066Upheld\u2069 \u061c\u200f",
    "separators": "Wrist\x1cbrace\x1d:\x1eUpheld\x1f",
    "fake numbers": "1| Wrist brace: Upheld\n99| Overturned\n  3| no",
    "one long line": "Upheld " * 30_000,
    "one long word": "x" * 200_000,
    "nothing": "",
    "blanks": " \n\t\n\f\u3000\n",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_every_line_shown_has_its_own_number(source: str) -> None:
    """Nothing in a letter begins a line of its own: the lines are 1, 2, 3, each behind a bar."""
    lines = NumberedLines(Text.of(source))
    shown = [line for line in lines.shown.split("\n") if line]
    assert [line.partition("| ")[0] for line in shown] == [str(n) for n in range(1, len(lines) + 1)]


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_nothing_shown_can_act_or_hide(source: str) -> None:
    """Controls and characters that turn or hide words are blanks; no line is endless."""
    shown = NumberedLines(Text.of(source)).shown
    assert all(c.isprintable() for c in shown.replace("\n", ""))
    assert max(map(len, shown.splitlines()), default=0) <= LONGEST + len("1000000| ")


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("a\n\nB\nc", "1| a\n\n2| B\n3| c"),
        ("a\n \nb\f\f\n\n\nc\n\n", "1| a\n\n2| b\n3| c"),
        ("A wide\n\nmouth is\n\nshut.\n \nB", "1| A wide\n2| mouth is\n3| shut.\n\n4| B"),
        ("\n\n \na", "1| a"),
    ],
)
def test_empty_lines_are_shown_where_a_paragraph_ends(source: str, shown: str) -> None:
    """An empty line shown is proof of a paragraph's end: not a printer's, at a page's end."""
    assert NumberedLines(Text.of(source)).shown == shown


@given(st.text(alphabet="ab \n\r\f\t\x00|1-\u2028\u202e\ufb01\u00ad", max_size=200))
def test_lines_hold_every_word_once_and_in_order(source: str) -> None:
    """What is not blank stands in exactly one line, and lines follow each other."""
    text = Text.of(source)
    lines = NumberedLines(text)
    assert all(one.end <= other.start for one, other in pairwise(lines.lines))
    whole = "".join(text.norm[slice(*line)] for line in lines.lines)
    assert re.sub(r"\s", "", whole) == re.sub(r"\s", "", text.norm)


@given(st.text(alphabet="ab \n", max_size=80), st.data())
def test_a_span_lies_in_the_lines_that_it_touches(source: str, data: st.DataObject) -> None:
    """From a span to its lines and back nothing is lost, and no line too many is named."""
    text = Text.of(source)
    lines = NumberedLines(text)
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    touched = lines.touched(Span(start, end))
    by_hand = [n for n, (a, b) in enumerate(lines.lines, 1) if a < end and start < b]
    if start < end:
        assert list(touched) == by_hand
    for first, last in [(touched[0], touched[-1])] if touched else []:
        named = lines.span(first, last)
        assert named is not None
        assert collapse(source[start:end]) in collapse(source[slice(*named)])


@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 4), (3, 2), (-1, 2), (4, 4)])
def test_lines_that_are_not_there_have_no_span(first: int, last: int) -> None:
    """A number beside the letter points at nothing."""
    assert NumberedLines(Text.of("a\nb\nc")).span(first, last) is None


def test_a_long_line_is_cut_between_words() -> None:
    """The parts of a long line hold whole words, so that each can be quoted."""
    lines = NumberedLines(Text.of("Upheld " * 200))
    assert {word for line in lines.shown.splitlines() for word in line.split()[1:]} == {"Upheld"}
    assert len(lines) > 1
