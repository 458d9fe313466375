"""The comparison with other libraries: our own side of it, and the refusal without them.

The tests do not need the peers; what these do is what the comparison reports.
"""

import sys
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from terminal import LETTER

from evals.errors import EvalError
from evals.peers.compare import (
    ONE_IN,
    Reply,
    Tally,
    compare,
    corrupted_replies,
    repeated,
    true_reply,
    wilson,
)
from evals.peers.corruptions import OPERATORS
from evals.peers.letters import (
    FEWEST_WORDS,
    MOST_WORDS,
    Letter,
    Quote,
    folder_letters,
    golden_letters,
    letter_of,
)
from evals.peers.tools import PEERS, Grounding, GroundingInLines, Said, Tool, Validation
from extractor import Extractor
from extractor.text import Text, collapse

OURS = (GroundingInLines(), Grounding(), Validation())
OTHERS = "Ice from the kitchen does the same.".split()


def chance(seed: int) -> Random:
    """Return the chances of *seed*."""
    return Random(seed)  # noqa: S311 - nothing secret is made


def whole_reply(letter: Letter) -> Reply:
    """Return the reply of a model that is shown *letter* in one piece."""
    return true_reply(letter, [range(len(letter.text.source))])


def invented(request: str) -> Letter:
    """Return a letter with *request* as its only item."""
    text = LETTER.replace("{request}", request)
    return letter_of(Text.of(text), Extractor().extract_text(text))


@pytest.fixture(scope="module")
def golden(root: Path) -> list[Reply]:
    """The true quotes of the golden letters, each letter in one piece."""
    return [whole_reply(letter) for letter in golden_letters(root / "golden")]


@pytest.mark.parametrize(
    ("name", "quote", "edited"),
    [
        ("a negation added or removed", "It is not necessary.", {"It is necessary."}),
        ("a negation added or removed", "It cannot be tried.", {"It can be tried."}),
        ("a negation added or removed", "It is necessary.", {"It is not necessary."}),
        ("a decision word exchanged", "It is Upheld.", {"It is Overturned."}),
        ("a word dropped", "It is necessary.", {"It necessary."}),
        ("two words exchanged", "a b c", {"b a c", "a c b"}),
        ("two places' words joined", "Two visits to a gym", {"Two visits kitchen does the same."}),
        ("cut inside a number", "take 2.5 mg", {"5 mg", "take 2"}),
        ("a word changed", "Gym 4x", None),
        ("a digit changed", "No number here", None),
        ("a negation added or removed", "Ice pack, reusable", None),
        ("a decision word exchanged", "Ice pack, reusable", None),
        ("two words exchanged", "pain Pain pain", None),
        ("cut inside a number", "12 visits, 3 weeks", None),
    ],
)  # fmt: skip
def test_an_operator_makes_its_one_edit_or_none(
    name: str, quote: str, edited: set[str] | None
) -> None:
    """What an operator makes of a quote is its edit at a place where it fits, or nothing."""
    made = [OPERATORS[name](quote.split(), OTHERS, chance(seed)) for seed in range(20)]
    assert {" ".join(words) for words in made if words} == (edited or set())


@pytest.mark.parametrize("seed", range(5))
def test_one_digit_is_changed_into_another(seed: int) -> None:
    """The numbers stay as long as they were, and one digit differs."""
    quote = "Norco 10/325mg #60".split()
    made = OPERATORS["a digit changed"](quote, [], chance(seed))
    assert made is not None
    pairs = list(zip(" ".join(quote), " ".join(made), strict=True))
    assert [b.isdigit() for a, b in pairs if a != b] == [True]


def test_quotes_read_their_span_in_order_and_apart(golden: list[Reply]) -> None:
    """A true quote is the letter's own words, neither too short nor too long, and read once."""
    for letter, said, _ in golden:
        quotes = [each.quote for each in said]
        assert quotes == sorted(quotes)
        assert all(a.end <= b.start for a, b in pairwise(quotes))
        for quote in quotes:
            assert collapse(letter.text.source[quote.start : quote.end]) == quote.words
            assert FEWEST_WORDS <= len(quote.words.split()) <= MOST_WORDS


def test_what_crosses_the_end_of_a_chunk_is_left_out() -> None:
    """A model that reads one chunk at a time cannot quote words of two."""
    letter = invented("Massage, 4 visits")
    first, second, *_ = letter.quotes
    ends = [0, second.start + 1, len(letter.text.source)]

    reply = true_reply(letter, [range(ends[0], ends[1]), range(ends[1], ends[2])])

    assert [each.quote for each in reply.said] == [first, *letter.quotes[2:]]
    assert reply.said[0].chunk == range(ends[1])


@pytest.mark.parametrize(
    ("words", "stands"),
    [("2.5 mg", True), ("5 mg", False), ("2", False), ("mg, or 10 mg.", True), ("OR 10", False)],
)
def test_words_stand_whole(words: str, stands: bool) -> None:
    """White space may differ; case may not, and no word or number is cut."""
    letter = Letter(Text.of("2.5 mg, or\n10 mg. Or 20 mg."), ())
    assert any(letter.stands(words)) is stands


def test_the_same_seed_gives_the_same_corruptions(golden: list[Reply]) -> None:
    """Seed and letters decide every corruption; another seed gives others."""
    first, again, other = (list(corrupted_replies(golden, 60, chance(s))) for s in (1, 1, 2))
    assert first == again
    assert first != other


def test_corruptions_are_distinct_false_and_as_many_as_asked(golden: list[Reply]) -> None:
    """No corruption is made twice, none stands in its letter, and every operator has its turn."""
    replies = list(corrupted_replies(golden, 200, chance(3)))
    made = [
        (id(reply.letter), said.words)
        for reply in replies
        for said, edit in zip(reply.said, reply.edits, strict=True)
        if edit
    ]
    assert len(made) == len(set(made)) == 200
    assert not any(
        any(reply.letter.stands(said.words))
        for reply in replies
        for said, edit in zip(reply.said, reply.edits, strict=True)
        if edit
    )
    assert {edit for reply in replies for edit in reply.edits if edit} == set(OPERATORS)


def test_of_a_reply_one_quote_in_five_is_corrupted(golden: list[Reply]) -> None:
    """The others are true, as in the reply of a model that errs now and then."""
    for reply in corrupted_replies(golden, 100, chance(4)):
        corrupted = [n for n, edit in enumerate(reply.edits) if edit]
        assert len({n % ONE_IN for n in corrupted}) == 1
        true = [said for said, edit in zip(reply.said, reply.edits, strict=True) if not edit]
        assert all(said.words == said.quote.words for said in true)


def test_corrupting_ends_where_nothing_is_left() -> None:
    """More corruptions than a letter gives are not waited for."""
    replies = list(corrupted_replies([whole_reply(invented("Walker"))], 10_000, chance(5)))
    assert 0 < sum(edit is not None for reply in replies for edit in reply.edits) < 10_000


@pytest.mark.parametrize("tool", OURS, ids=lambda tool: tool.name)
def test_ours_lets_no_corrupted_quote_through(tool: Tool, golden: list[Reply]) -> None:
    """What the letter does not print is refused, by grounding and by the validator each."""
    for reply in corrupted_replies(golden, 300, chance(6)):
        kept = tool.kept(reply.letter, reply.said)
        edits = zip(reply.edits, kept, strict=True)
        assert not [edit for edit, through in edits if edit and through]


@pytest.mark.parametrize("tool", OURS, ids=lambda tool: tool.name)
def test_ours_keeps_the_quotes_of_a_letter(tool: Tool) -> None:
    """True quotes that stand once are grounded."""
    reply = whole_reply(invented("Massage, 4 visits"))
    assert reply.said
    assert all(tool.kept(reply.letter, reply.said))


def test_what_a_chunk_holds_twice_is_grounded_by_its_lines() -> None:
    """Words that stand twice in what we are told are refused; told their lines they are not."""
    source = "Try ice packs first.\nThen rest.\nTry ice packs first.\n"
    letter = Letter(Text.of(source), ())
    start = source.rindex("Try")
    quote = Quote(start, start + 20, "Try ice packs first.")
    said = [Said(quote.words, quote, range(len(source)))]

    assert Grounding().kept(letter, said) == [False]
    assert GroundingInLines().kept(letter, said) == [True]


def test_quotes_of_two_items_are_found_with_the_items_that_hold_them(root: Path) -> None:
    """Of words of several items a later one's quote is asked for, and its item comes last."""
    letters = golden_letters(root / "golden")
    found = [
        (letter, said, items)
        for letter in letters
        for letter, said, items in repeated([whole_reply(letter)])
    ]
    assert found
    for letter, said, items in found:
        assert said.quote.start in items[-1]
        assert items[-1] == letter.items[said.quote.item or 0]
        for item in items:
            assert said.words in collapse(letter.text.source[item.start : item.stop])


def test_corrupted_and_true_quotes_are_counted_apart() -> None:
    """A true quote beside a corrupted one is no false alarm: each is counted in its own reply."""
    reply = whole_reply(invented("Massage, 4 visits"))
    kept = [False, *[True] * (len(reply.said) - 1)]
    edits = (None, "a word dropped", *[None] * (len(reply.said) - 2))
    tally = Tally()
    tally.add(reply, kept, 0.002)
    tally.add(reply._replace(edits=edits), kept, 0.003)

    assert (tally.refused, dict(tally.through)) == (1, {"a word dropped": 1})
    assert (tally.true_ms, tally.corrupted_ms) == ([2.0], [3.0])


def test_an_interval_is_wilsons() -> None:
    """Ten of a hundred: the published bounds."""
    assert wilson(10, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)


@pytest.mark.parametrize("missing", PEERS)
def test_without_a_peer_nothing_is_compared(
    missing: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusal names what is missing and the extra that brings it."""
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(EvalError, match=rf"{missing}.*imr-extractor\[peers\]"):
        compare(root / "golden", None, 10, 1)


def test_a_folder_without_letters_is_refused(tmp_path: Path) -> None:
    """There is nothing to compare on."""
    with pytest.raises(EvalError):
        list(folder_letters(tmp_path / "none"))
