"""Repair hints: what differs between a quote and the letter, named and never a value."""

import pytest

from extractor.findings import Code
from extractor.text import Text
from extractor.validate.hints import changed_words, explain, nearly

PRINTED = "The lamp of the hall was lit on 12 nights and the porter did not see who had done it."


@pytest.mark.parametrize(
    ("printed", "quoted", "kinds"),
    [
        ("he did not see the lamp", "he did see the lamp", {"negation"}),
        ("he didn't see the lamp", "he did see the lamp", {"negation"}),
        ("the denial is upheld today", "the denial is overturned today", {"decision"}),
        ("lit for 12 nights in a row", "lit for 21 nights in a row", {"number"}),
        ("lit for six nights in a row", "lit for nine nights in a row", {"number"}),
        (
            "it was not lit for 6 nights here",
            "it was lit for 9 nights here",
            {"negation", "number"},
        ),
        ("the lamp of the hall", "the lamp of the wall", set()),
        ("10/19/2016", "10/18/2016", {"number"}),
        ("Norco #60", "Norco #90", {"number"}),
        ("(not) lit in the hall at all", "(now) lit in the hall at all", {"negation"}),
    ],
)
def test_kinds_of_words_are_named(printed: str, quoted: str, kinds: set[str]) -> None:
    """Numbers, negations and decision words are called what they are, and all of them."""
    changed = changed_words(printed, quoted) or ""
    assert {kind for kind in ("negation", "decision", "number") if kind in changed} == kinds
    assert changed


@pytest.mark.parametrize(
    ("printed", "quoted"),
    [
        ("", "a lamp"),
        ("a lamp", ""),
        ("Upheld", "Overturned"),
        ("the lamp of the hall", "a cane for one knee"),
        ("ab " * 40_000, "ba " * 40_000),
    ],
)
def test_unlike_words_have_no_hint(printed: str, quoted: str) -> None:
    """Words that have little in common are another quote, not an altered one."""
    assert changed_words(printed, quoted) is None


def test_a_change_far_into_a_long_quote_is_named() -> None:
    """The one word that differs is found, however many words stand before and after it."""
    words = ["lamp", "hall", "porter"] * 10_000
    quoted = " ".join([*words[:20_000], "never", *words[20_001:]])
    assert changed_words(" ".join(words), quoted) == "a negation differs (porter / never)"


def test_what_a_hint_shows_is_short_and_visible() -> None:
    """Invisible characters are spelled out, long words and long lists cut."""
    assert "\\u200b" in (changed_words("the lit lamp of it", "the l\u200bit lamp of it") or "")
    printed = " ".join(f"{n}{'x' * 1000} and so on" for n in range(50))
    changed = changed_words(printed, printed.replace("x and", "y and"))
    assert changed is not None
    assert len(changed) < 1000


def test_words_stand_nearly_elsewhere() -> None:
    """The place is where the words of the quote begin and end."""
    near = nearly(PRINTED, "was lit on 13 nights and the porter")
    assert near is not None
    start, end, changed = near
    assert PRINTED[start:end] == "was lit on 12 nights and the porter"
    assert "number" in changed


@pytest.mark.parametrize(
    ("start", "end", "quote", "code"),
    [
        (0, 8, "the porter", Code.WRONG_PLACE),
        (0, 8, "The lump", Code.ALTERED_QUOTE),
        (0, 8, "the porter did see who had done it.", Code.ALTERED_QUOTE),
        (0, 8, "A cane for one knee", Code.UNGROUNDED),
    ],
)
def test_a_misread_quote_is_one_of_three_things(
    start: int, end: int, quote: str, code: Code
) -> None:
    """It stands elsewhere, nearly there or nearly elsewhere, or not at all."""
    assert explain(Text.of(PRINTED), start, end, quote)[0] is code


def test_a_quote_nearly_elsewhere_is_told_where() -> None:
    """The place is one of the whole letter, not of the part that was searched."""
    source = "x " * 40_000 + PRINTED
    at = source.index("the porter")
    _, message = explain(Text.of(source), 70_000, 70_001, "the porter did see who had done it.")
    assert f"from {at} to {len(source)}" in message
