"""The letter's text: paragraph breaks in every shape, pages, the way back to the source."""

import pytest
from letters import SHAPES, Issue, Letter, marked, written

from extractor.text import Span, Text, collapse, lines_of

PARAGRAPHS = [
    (
        "The wrist was splinted in May. Swelling went down by the end of the month, and "
        "the grip came "
        "back to two thirds of the other side. He was told to rest."
    ),
    "Wrist splint, custom",
    (
        "The splint is worn at night. It chafes, and a second one of softer make was "
        "asked for by the "
        "therapist who made the first."
    ),
    "Massage",
    (
        "Six visits were given. The note of the last tells of no change in what he can "
        "lift, carry or "
        "push, which is the measure that counts here."
    ),
]


def paragraphs(source: str) -> list[str]:
    """Return the words between the proven paragraph breaks of *source*."""
    text = Text.of(source)
    proven = [gap for gap in text.gaps if gap.proven]
    starts = [0, *(gap.start for gap in proven)]
    ends = [*(gap.end for gap in proven), len(text.norm)]
    pieces = [collapse(text.norm[start:end]) for start, end in zip(starts, ends, strict=True)]
    return [piece for piece in pieces if piece]


# --- paragraph breaks --------------------------------------------------------------------------


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("width", [40, 70, 100])
def test_paragraphs_are_the_same_in_every_readers_shape(shape: str, width: int) -> None:
    """A line of one space, an empty line, doubled newlines and CRLF mark the same paragraphs."""
    assert paragraphs(written(PARAGRAPHS, shape, width)) == PARAGRAPHS


@pytest.mark.parametrize("shape", ["spaced", "empty", "crlf", "spaced_crlf"])
def test_a_whole_letter_has_its_paragraphs(shape: str) -> None:
    """Headings, labels and requests stand in paragraphs of their own."""
    letter = Letter(issues=(Issue(), Issue("Massage", "Overturned")))
    assert paragraphs(letter.write(shape)) == [collapse(each) for each in letter.paragraphs()]


def test_a_text_without_blank_lines_proves_nothing() -> None:
    """Line ends alone are no paragraph breaks."""
    assert paragraphs(written(PARAGRAPHS, "bare")) == [collapse(" ".join(PARAGRAPHS))]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("It hurts. \n \nHe rests. \n", ["It hurts.", "He rests."]),
        ("It hurts.\n\nHe rests.\n", ["It hurts.", "He rests."]),
        ("It hurts.\n\n\n\nHe rests.\n", ["It hurts.", "He rests."]),
        ("It hurts.\n\t\nHe rests.\n", ["It hurts.", "He rests."]),
        ("It hurts.\r\n\r\nHe rests.\r\n", ["It hurts.", "He rests."]),
        ("It hurts.\r\rHe rests.\r", ["It hurts.", "He rests."]),
        ("It hurts.\n\u00a0\nHe rests.\n", ["It hurts.", "He rests."]),
        ("It hurts.\n\u200b\nHe rests.\n", ["It hurts.", "He rests."]),
        ("It hurts.\u2028\u2028He rests.", ["It hurts.", "He rests."]),
        ("It hurts.\nHe rests.\n", ["It hurts. He rests."]),
        ("It hurts.\r\nHe rests.\r\n", ["It hurts. He rests."]),
        ("It hurts.\rHe rests.\r", ["It hurts. He rests."]),
        ("It hurts. He rests.", ["It hurts. He rests."]),
    ],
)
def test_what_is_a_blank_line(source: str, expected: list[str]) -> None:
    """White space of any kind between two line ends is a blank line; one line end is none."""
    assert paragraphs(source) == expected


def test_an_empty_line_within_doubled_newlines_is_no_break() -> None:
    """Where every newline is doubled only a line of white space ends a paragraph."""
    source = "The wrist was \n\nsplinted and \n\nrested. \n\n \n\nWrist \n\nsplint \n\n"
    assert paragraphs(source) == ["The wrist was splinted and rested.", "Wrist splint"]


def test_doubled_newlines_without_a_spaced_line_prove_nothing() -> None:
    """Empty lines inside sentences say nothing about where paragraphs end."""
    source = "The wrist was\n\nsplinted and\n\nrested.\n\nWrist splint,\n\ncustom\n\n"
    assert len(paragraphs(source)) == 1


# --- page edges --------------------------------------------------------------------------------


def edges(source: str) -> list[bool]:
    """Say of each page edge of *source* whether it proves a paragraph's end."""
    text = Text.of(source)
    return [gap.proven for gap in text.gaps if "\f" in text.norm[gap.end : gap.start]]


SPACED = written(PARAGRAPHS, "spaced")
EMPTY = written(PARAGRAPHS, "empty")


@pytest.mark.parametrize(
    ("before", "edge"),
    [
        (SPACED, "\f"),
        (SPACED, "\n\f"),
        (SPACED, "\f\n"),
        (SPACED, "\n\n\f\n"),
        (EMPTY, "\f"),
        (EMPTY, "\n\f"),
        (EMPTY, "\n\f\n"),
        ("No blank line here. \nNone there.", "  \f"),
    ],
)
def test_a_page_edge_alone_is_kept_unproven(before: str, edge: str) -> None:
    """At a page edge a paragraph may end or run on; empty lines there are the printer's."""
    assert edges(before + edge + "Wrist splint") == [False]


@pytest.mark.parametrize("edge", [" \n\f", " \n\f \n", "\f \n"])
def test_a_line_of_space_at_a_page_edge_proves(edge: str) -> None:
    """Among paragraphs marked by lines of one space, one at a page edge is a mark too."""
    assert edges(SPACED + edge + "Wrist splint") == [True]


@pytest.mark.parametrize("edge", [" \n\f", " \n\f \n", "\f \n"])
def test_a_line_of_space_at_a_page_edge_is_nothing_elsewhere(edge: str) -> None:
    """Among paragraphs marked by empty lines, a line of space at a page edge is no mark."""
    assert edges(EMPTY + edge + "Wrist splint") == [False]


def test_gaps_are_ordered_and_lie_between_words() -> None:
    """Gaps come in order; before each stands the last word, after it the next."""
    text = Text.of(SPACED + "\f" + EMPTY)
    assert list(text.gaps) == sorted(text.gaps)
    for gap in text.gaps[:-1]:
        assert not text.norm[gap.end : gap.start].strip()
        assert not text.norm[gap.start].isspace()


def test_gaps_of_a_range_lie_within_it() -> None:
    """Only gaps whose two sides lie in the range are its gaps."""
    text = Text.of("One. \n \nTwo. \n \nThree. \n \nFour.")
    two, four = text.norm.index("Two"), text.norm.index("Four")
    assert [text.norm[gap.start :][:4] for gap in text.gaps_between(two, four)] == ["Thre", "Four"]
    assert text.gaps_between(two, two) == ()


# --- pages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "words", "page"),
    [
        ("It is upheld.\fNo.", "upheld", 1),
        ("It is\fupheld.", "upheld", 2),
        ("A\fB\f\fupheld", "upheld", 4),
        ("\fupheld", "upheld", 2),
        ("It is upheld.", "upheld", None),
        ("of\ufb01ce\fupheld", "upheld", 2),
    ],
)
def test_pages_count_from_one(source: str, words: str, page: int | None) -> None:
    """A form feed ends a page; a text without one has no pages."""
    text = Text.of(source)
    at = text.norm.index(words)
    assert text.place(Span(at, at + len(words))).page == page


def test_a_pdf_of_one_page_has_a_page() -> None:
    """What is known to have pages has a first one without any form feed."""
    assert Text.of("It is upheld.", paged=True).page(3) == 1


def test_a_passage_over_a_page_edge_is_on_its_first_page() -> None:
    """A passage's page is where it begins."""
    text = Text.of("not\fnecessary")
    assert text.place(text.whole).page == 1


# --- the way back to the source ----------------------------------------------------------------

PLACES = [
    ("It is ⟦upheld⟧.", "upheld"),
    ("an ⟦of\ufb01ce⟧ visit", "office"),
    ("an ⟦e\ufb00ort⟧ made", "effort"),
    ("a ⟦di\ufb03cult⟧ case", "difficult"),
    ("a ⟦sni\ufb04e⟧ only", "sniffle"),
    ("a ⟦\ufb02are⟧ of pain", "flare"),
    ("of\ufb01ce, of\ufb01ce, ⟦of\ufb01ce⟧", "office"),
    ("the ⟦treat\u00adment⟧ asked", "treatment"),
    ("the ⟦non\u00ad\nsteroidal⟧ kind", "non- steroidal"),
    ("the ⟦non\u00ad \r\nsteroidal⟧ kind", "non- steroidal"),
    ("a ⟦step\ufffewise⟧ way", "step- wise"),
    ("a ⟦step\ufffe\nwise⟧ way", "step- wise"),
    ("a ⟦step\ufffe\r\nwise⟧ way", "step- wise"),
    ("a ⟦step\x02wise⟧ way", "step- wise"),
    ("⟦75\u00a0mg\u202fdaily⟧ now", "75 mg daily"),
    ("the ⟦worker\u2019s\u201dscan⟧", "worker's\"scan"),
    ("⟦L4\u2013L5⟧ level", "L4-L5"),
    ("⟦L4\u2212L5⟧ level", "L4-L5"),
    ("the ⟦up\u200bheld⟧ denial", "upheld"),
    ("the ⟦up\u2060\ufeffheld⟧ denial", "upheld"),
    ("\ufeffthe ⟦upheld⟧ denial", "upheld"),
    ("\U0001d54f\U0001f9b4 ⟦upheld⟧ denial", "upheld"),
    ("na\u00efve ⟦upheld⟧ denial", "upheld"),
    ("nai\u0308ve ⟦upheld⟧ denial", "upheld"),
    ("⟦Pen\u0303a test⟧ done", "Pe\u00f1a test"),
    ("was ⟦not\r\nmedically⟧ so", "not medically"),
    ("was ⟦not\fmedically⟧ so", "not medically"),
    ("was ⟦not\u2028medically⟧ so", "not medically"),
]


@pytest.mark.parametrize(("source", "words"), [case for case in PLACES if "Pen" not in case[0]])
def test_every_place_reads_its_words(source: str, words: str) -> None:
    """Whatever a reader made of a word, it is found as printed and its span is the source's own."""
    plain, [expected] = marked(source)
    text = Text.of(plain)
    found = Text.of(words).norm.split()
    start = text.norm.index(found[0], len(Text.of(plain[: expected.start]).norm.rstrip()))
    end = text.norm.index(found[-1], start) + len(found[-1])
    place = text.place(Span(start, end))
    assert (place.start, place.end) == expected
    assert place.quote == collapse(plain[slice(*expected)])


@pytest.mark.parametrize(("source", "words"), PLACES)
def test_a_span_of_the_source_leads_to_its_words(source: str, words: str) -> None:
    """The words of a source span have the readers' artefacts undone and white space collapsed."""
    plain, [marked_span] = marked(source)
    text = Text.of(plain)
    span = text.from_source(*marked_span)
    assert collapse(text.norm[slice(*span)]) == words


def test_a_value_keeps_the_letters_own_quotation_marks() -> None:
    """Words undo what a reader broke; dashes and quotation marks stay as printed."""
    text = Text.of("the worker\u2019s of\ufb01ce")
    assert text.words(text.whole) == "the worker\u2019s office"


def test_normalizing_keeps_length_unless_an_artefact_changes_it() -> None:
    """Offsets of a text without artefacts are the source's offsets."""
    source = "\u201cL4\u2013L5\u201d\u00a0is\u2028upheld \U0001f9b4"
    assert len(Text.of(source).norm) == len(source)


def test_other_letters_stay_as_they_are() -> None:
    """Only readers' artefacts are undone: signs that carry meaning are kept."""
    source = "± 5°, ½ tablet, 10 µg, ≥ 3, Müller, é, ß"
    assert Text.of(source).norm == source


def test_carriage_returns_alone_end_lines() -> None:
    """A text of carriage returns only has lines like any other."""
    text = Text.of("one\rtwo")
    assert [text.norm[slice(*line)] for line in lines_of(text.norm, text.whole)] == ["one", "two"]


@pytest.mark.parametrize(
    ("source", "inner"),
    [("  ⟦It is\n upheld.⟧ \n\f ", True), ("⟦upheld⟧", True), (" \n\t ", False), ("", False)],
)
def test_trimmed_spans_hold_no_white_space_at_their_ends(source: str, inner: bool) -> None:
    """A trimmed span begins and ends in words; of white space nothing is left."""
    plain, spans = marked(source)
    text = Text.of(plain)
    span = text.trim(*text.whole)
    assert (span.start < span.end) is inner
    assert [span] == spans or not inner


def test_lines_are_the_lines_that_hold_words() -> None:
    """Blank lines are left out, and white space around a line."""
    text = Text.of("  one \n \n\ntwo\f three\n")
    lines = [text.norm[slice(*line)] for line in lines_of(text.norm, text.whole)]
    assert lines == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        ((0, 5), (0, 5), True),
        ((0, 5), (1, 4), True),
        ((0, 5), (4, 6), False),
        ((2, 5), (1, 4), False),
    ],
)
def test_a_span_holds_what_lies_wholly_inside(
    outer: tuple[int, int],
    inner: tuple[int, int],
    holds: bool,
) -> None:
    """Ends may coincide; nothing may stand out."""
    assert Span(*outer).holds(Span(*inner)) is holds


def test_empty_text_is_text() -> None:
    """A text without characters has no gaps and no pages."""
    text = Text.of("")
    assert (text.norm, text.gaps, text.whole, text.page(0)) == ("", (), Span(0, 0), None)
