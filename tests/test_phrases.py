"""Known phrases in running words: what folds together, which phrase wins, where it stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractor.phrases import Phrases, fold, tokens_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Crutches", "crutch"),
        ("BODIES", "body"),
        ("injections", "injection"),
        ("worker's", "Workers"),
        ("worker\u2019s", "worker's"),
        ("&", "and"),
        ("masses", "mass"),
    ],
)
def test_case_number_and_genitive_fold_together(one: str, other: str) -> None:
    """Upper case, a plural ending and a genitive do not make another word."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize("word", ["pelvis", "its", "plexus", "mass", "arthritis", "us"])
def test_an_s_of_the_word_itself_stays(word: str) -> None:
    """An s that is no plural's is part of the word."""
    assert fold(word) == word


@pytest.mark.parametrize(
    "words",
    [
        "physical therapy",
        "Physical-Therapy",
        "PHYSICAL\nTHERAPIES",
        "physical / therapy",
        "physical\u00a0therapy",
        "physical' therapy",
    ],
)
def test_hyphens_slashes_apostrophes_and_line_breaks_only_part_words(words: str) -> None:
    """A phrase is its words, whatever white space and small marks stand between them."""
    assert [hit.value for hit in Phrases([("physical therapy", 1)]).find(tokens_of(words))] == [1]


@pytest.mark.parametrize("mark", [",", ".", ";", ":", "(", ")", "[", "#", "%"])
def test_other_marks_part_phrases(mark: str) -> None:
    """A comma, a full stop, a parenthesis ends a phrase."""
    assert not Phrases([("low back", 1)]).find(tokens_of(f"low{mark} back"))


def test_the_longest_phrase_wins_and_none_overlap() -> None:
    """Of phrases that begin at one word the longest is found, and the next begins after it."""
    lexicon = Phrases([("low", 1), ("low back", 2), ("back pain", 3), ("pain", 4)])
    words = "Low back pain, low"
    found = [(hit.value, words[hit.start : hit.end]) for hit in lexicon.find(tokens_of(words))]
    assert found == [(2, "Low back"), (4, "pain"), (1, "low")]


def test_a_star_stands_for_any_ending() -> None:
    """A word with a star stands for all words that begin so, from four letters on."""
    lexicon = Phrases([("arthroscop* repair", 1)])
    for words in ("arthroscopic repair", "Arthroscopically-repairs", "arthroscop repair"):
        assert len(lexicon.find(tokens_of(words))) == 1
    assert not lexicon.find(tokens_of("arthrosis repair"))


def test_of_phrases_that_fold_together_the_first_counts() -> None:
    """A lexicon's order decides between spellings of one phrase."""
    [hit] = Phrases([("X-ray", "first"), ("x rays", "second")]).find(tokens_of("x-rays"))
    assert hit.value == "first"


def test_values_may_be_nothing() -> None:
    """What a phrase stands for may be false or none; it is found all the same."""
    assert [hit.value for hit in Phrases([("none", None)]).find(tokens_of("none"))] == [None]


def test_longest_says_where_to_go_on() -> None:
    """Beside the value stands the token after the phrase; None where no phrase begins."""
    lexicon = Phrases([("knee brace", "brace")])
    tokens = tokens_of("a knee brace, new")
    assert lexicon.longest(tokens, 1) == ("brace", 3)
    assert lexicon.longest(tokens, 0) is None
    assert lexicon.longest(tokens, len(tokens)) is None


@settings(max_examples=100, deadline=None, database=None, derandomize=True)
@given(st.text(max_size=120))
def test_tokens_are_cut_from_the_words_in_order(words: str) -> None:
    """Every token is a folded run of the words; nothing but space, hyphen, slash is between."""
    at = 0
    for token in tokens_of(words):
        assert token.start >= at
        assert token.word == fold(words[token.start : token.end])
        at = token.end
