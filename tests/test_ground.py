"""Grounding: words are found verbatim where they are claimed to stand, or the claim is refused."""

from typing import Any

import pytest
from letters import marked

from extractor.errors import AmbiguousQuote, MissingQuote, QuoteError
from extractor.findings import Code
from extractor.ground import Grounder, locate
from extractor.propose import Claim
from extractor.record import Day, Decision, Number, V, Words
from extractor.text import Span, Text


def scoped(source: str) -> tuple[Text, Span]:
    """Return *source* without its mark, and what the mark encloses."""
    plain, [span] = marked(source)
    return Text.of(plain), span


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("It is ⟦upheld⟧.", "upheld"),
        ("It is ⟦not\n  medically\n \nnecessary⟧ now.", "not medically necessary"),
        ("It is ⟦not medically necessary⟧ now.", " not\nmedically  necessary "),
        ("The worker\u2019s ⟦of\ufb01ce⟧ is closed.", "office"),
        ("The ⟦worker\u2019s⟧ office is closed.", "worker's"),
        ("The ⟦worker's⟧ office is closed.", "worker\u2019s"),
        ("At ⟦L4\u2013L5⟧ it is.", "L4-L5"),
        ("The ⟦treat\u00adment⟧ is over.", "treatment"),
        ("Twice a ⟦(see p. 30)⟧ b.", "(see p. 30)"),
        ("is ⟦$5.00 [a.b]*⟧ it", "$5.00 [a.b]*"),
        ("Upheldness is ⟦upheld⟧.", "upheld"),
        ("⟦Norco #60⟧ and Norco #600", "Norco #60"),
    ],
)
def test_a_quote_is_found_verbatim(source: str, quote: str) -> None:
    """Whole words, up to white space and readers' equivalences."""
    text, span = scoped(source)
    place = text.place(locate(quote, text.whole, text))
    assert (place.start, place.end) == span


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("It is upheld.", "overturned"),
        ("It is upheld.", "Upheld"),
        ("It is upheld.", "held"),
        ("It is upheld.", "uphel"),
        ("It is upheld.", "It was upheld"),
        ("Norco #60", "Norco #6"),
        ("is not medically necessary", "is medically necessary"),
        ("It is upheld.", ""),
        ("It is upheld.", " \n"),
        ("It is upheld.", "\u200b"),
        ("", "upheld"),
    ],
)
def test_likeness_never_grounds(source: str, quote: str) -> None:
    """Part of a word, another case, a word less or none at all is no quote."""
    text = Text.of(source)
    with pytest.raises(MissingQuote):
        locate(quote, text.whole, text)


def test_words_that_stand_twice_are_ambiguous() -> None:
    """Between two places nothing is guessed."""
    text = Text.of("It is upheld. It is upheld.")
    with pytest.raises(AmbiguousQuote):
        locate("upheld", text.whole, text)


def test_a_scope_tells_two_places_apart() -> None:
    """The same sentence of two items is found in its own."""
    text, span = scoped("It is upheld. It is ⟦upheld⟧.")
    assert locate("upheld", Span(13, 27), text) == span


@pytest.mark.parametrize("scope", [(0, 5), (7, 27), (0, 11), (12, 12), (500, 600)])
def test_words_outside_their_scope_do_not_stand_there(scope: tuple[int, int]) -> None:
    """A quote that reaches over its scope's end is not in it."""
    text = Text.of("It is upheld. It stays.")
    with pytest.raises(QuoteError):
        locate("upheld", Span(*scope), text)


# --- claims --------------------------------------------------------------------------------------


def grounded(source: str, kind: type[V[Any]], claim: Claim) -> tuple[V[Any] | None, list[Code]]:
    """Return what a claim becomes, and the codes of its refusal."""
    ground = Grounder(Text.of(source))
    value = ground.value(kind, claim, "/path")
    assert all(finding.path == "/path" for finding in ground.findings)
    return value, [finding.code for finding in ground.findings]


def test_a_claim_without_a_quote_is_its_scope() -> None:
    """White space around a claimed place is not part of it; prose says what it quotes."""
    value, refused = grounded("It is  up\u00adheld\nnow. ", Words, Claim(Span(5, 18)))
    assert value is not None
    assert (value.value, value.quote, value.start, value.end) == (
        "upheld now.", "up\u00adheld now.", 7, 19,
    )  # fmt: skip
    assert refused == []


@pytest.mark.parametrize(
    ("kind", "claim", "value"),
    [
        (Decision, Claim(Span(0, 13), "upheld", "Upheld"), "upheld"),
        (Number, Claim(Span(0, 40), 48, "48 year old"), 48),
        (Day, Claim(Span(0, 60), "2014-01-05", "1/5/14"), "2014-01-05"),
    ],
)
def test_a_value_is_kept_beside_its_quote(
    kind: type[V[Any]], claim: Claim, value: str | int
) -> None:
    """A word of a closed list, a number or a date stands beside what was printed."""
    found, refused = grounded("It is: Upheld. A 48 year old fell on 1/5/14.", kind, claim)
    assert found is not None
    assert (found.value, found.quote, refused) == (value, claim.quote, [])


@pytest.mark.parametrize(
    ("kind", "claim", "code"),
    [
        (Words, Claim(Span(0, 22), None, "denied"), Code.UNGROUNDED),
        (Words, Claim(Span(0, 22), None, "is"), Code.AMBIGUOUS),
        (Words, Claim(Span(0, 0)), Code.UNGROUNDED),
        (Words, Claim(Span(2, 3)), Code.UNGROUNDED),
        (Words, Claim(Span(5, 2)), Code.UNGROUNDED),
        (Decision, Claim(Span(0, 22), "denied", "upheld"), Code.VALUE_MISMATCH),
        (Day, Claim(Span(0, 22), "yesterday", "upheld"), Code.VALUE_MISMATCH),
        (Number, Claim(Span(0, 22), "many", "upheld"), Code.VALUE_MISMATCH),
    ],
)
def test_a_claim_that_cannot_be_grounded_is_refused(
    kind: type[V[Any]], claim: Claim, code: Code
) -> None:
    """Words that stand nowhere or twice, empty places, values of another kind: by their code."""
    assert grounded("It is upheld and is so", kind, claim) == (None, [code])


def test_no_claim_is_no_refusal() -> None:
    """A field that nothing was claimed of is empty, not wrong."""
    ground = Grounder(Text.of("upheld"))
    assert ground.value(Words, None, "/path") is None
    assert ground.findings == []


def test_of_a_list_the_grounded_ones_are_kept() -> None:
    """A refused member is named by its place in the list; the others stay in order."""
    text = Text.of("California, Oregon")
    claims = [Claim(text.whole, None, name) for name in ("Oregon", "Nevada", "California")]
    ground = Grounder(text)
    found = ground.values(Words, claims, "/expert/licensed_in")
    assert [value.quote for value in found] == ["Oregon", "California"]
    assert [(f.code, f.path) for f in ground.findings] == [
        (Code.UNGROUNDED, "/expert/licensed_in/1")
    ]


def test_a_value_names_its_page() -> None:
    """The page is the one where the words begin."""
    value, _ = grounded("one\ftwo", Words, Claim(Span(0, 7), None, "two"))
    assert value is not None
    assert value.page == 2


@pytest.mark.parametrize(
    ("source", "quote"),
    [
        ("Take 2.5 mg tablets daily.", "5 mg tablets"),
        ("Take 2.5 mg daily.", "Take 2"),
        ("A dose of 1,250 mg.", "250 mg"),
        ("Norco 10/325mg is asked for.", "325mg is asked"),
        ("Visits 2-3 times a week.", "3 times a week"),
        ("Seen on 11/05/2016 again.", "05/2016 again"),
    ],
)
def test_no_quote_begins_or_ends_inside_a_number(source: str, quote: str) -> None:
    """A number is quoted whole: its last digits are another number."""
    text = Text.of(source)
    with pytest.raises(MissingQuote):
        locate(quote, text.whole, text)


def test_words_that_overlap_themselves_are_ambiguous() -> None:
    """A quote that can be laid over the words in two ways has no one place."""
    text = Text.of("no no no")
    with pytest.raises(AmbiguousQuote):
        locate("no no", text.whole, text)


def test_a_quote_of_words_parted_by_a_soft_hyphen_is_found() -> None:
    """The quote of a line that ended in a soft hyphen has its line break as a space."""
    text = Text.of("It was self\u00ad\ndirected exercise.")
    assert (
        text.place(locate("self\u00ad directed", text.whole, text)).quote == "self\u00ad directed"
    )


def test_words_cut_over_and_over_are_refused() -> None:
    """A text made to hide a quote in other words costs no time without end."""
    text = Text.of("xa " * 5000)
    with pytest.raises(QuoteError):
        locate("a", text.whole, text)
