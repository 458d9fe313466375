"""What may have happened to a quote that its span does not read: a hint, never a value.

Every hint is bounded in words and in time, however long the letter and the quote are.
"""

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias

from extractor.findings import Code
from extractor.numbers import number_of
from extractor.text import Text, collapse

if TYPE_CHECKING:
    from rapidfuzz.distance import MatchingBlock

_DIGIT = re.compile(r"\d")
_NEGATION = re.compile(
    r"(?i)(?:not?|non(?:-.*)?|never|cannot|without|nor|neither|none|nothing|\w+n['\u2019]t"
    r"|unnecessary|unwarranted|unsupported|inappropriate|insufficient|inadequate)\Z"
)
_DECISION = re.compile(
    r"(?i)(?:(?:un)?necessary|necessity|(?:in)?appropriate|upheld|uphold|overturn(?:ed)?"
    r"|(?:dis)?approv(?:ed|al)|den(?:y|ied|ies|ial)|(?:non-?)?certif(?:y|ied|ication)"
    r"|authoriz(?:ed|ation)|modified|granted)\Z"
)
_MARKS = ".,;:!?()[]\"'\u201c\u201d\u2018\u2019"
_ALIKE = 0.6
_ALIKE_IN_LETTERS = 0.8
_SHORT = 200
_WORDS_COMPARED = 1000
_FEWEST_WORDS_ELSEWHERE = 3
_OFTEN = 8
_SLACK = 5
_NEIGHBOURHOOD = 20_000
_CHANGES_NAMED = 3
_WORDS_NAMED = 6
_LETTERS_NAMED = 40
_WORD = re.compile(r"\S+")

_Change: TypeAlias = tuple[list[str], list[str]]


def explain(text: Text, start: int, end: int, quote: str) -> tuple[Code, str]:
    """Say what is wrong with a *quote* that the source range *start:end* does not read.

    Looks at the range itself and at the 20,000 characters on either side of it.

    Returns:
        ``wrong_place`` where the quote stands elsewhere, ``altered_quote`` where nearly the same
        words stand there or elsewhere, ``ungrounded`` otherwise; and a sentence for people.
    """
    low = max(0, start - _NEIGHBOURHOOD)
    around = text.source[low : start + len(quote) + _NEIGHBOURHOOD]
    if quote in collapse(around):
        return Code.WRONG_PLACE, "The quote stands elsewhere in the letter."
    there = collapse(text.source[start : min(end, start + 2 * len(quote) + _SHORT)])
    if changed := changed_words(there, quote):
        return Code.ALTERED_QUOTE, f"Nearly a quote: {changed}."
    if near := nearly(around[: 2 * _NEIGHBOURHOOD], quote):
        begin, stop, changed = near
        where = f"the characters from {low + begin} to {low + stop}"
        return Code.ALTERED_QUOTE, f"Nearly a quote of {where}: {changed}."
    return Code.UNGROUNDED, "The quote does not stand in the letter."


def changed_words(printed: str, quoted: str) -> str | None:
    """Name the words in which a quote differs from the letter's; None where it is no likeness.

    >>> changed_words("is not medically necessary", "is medically necessary")
    'a negation differs (not / -)'
    >>> changed_words("A bed for 6 weeks is upheld", "A bed for 9 weeks is overturned")
    'a number and a decision word differ (6 / 9; upheld / overturned)'
    """
    ours, theirs = printed.split(), quoted.split()
    if not ours or not theirs:
        return None
    if ours == theirs:
        return "only its white space differs"
    if len(printed) <= _SHORT >= len(quoted) and _likeness(printed, quoted) >= _ALIKE_IN_LETTERS:
        return _named(_changes(ours, theirs))
    head = _same_at_start(ours, theirs)
    tail = _same_at_start(ours[head:][::-1], theirs[head:][::-1])
    ours, theirs = (words[head : len(words) - tail][:_WORDS_COMPARED] for words in (ours, theirs))
    same = 2 * (head + tail)
    total = len(ours) + len(theirs)
    if same + _likeness(ours, theirs) * total < _ALIKE * (same + total):
        return None
    return _named(_changes(ours, theirs))


def nearly(printed: str, quoted: str) -> tuple[int, int, str] | None:
    """Find where words much like a quote's stand in *printed*; None where none do.

    The words that both have, and that *printed* has seldom, vote for where the quote would begin.

    >>> nearly("He has had six visits. The tall lamp is lit.", "had nine visits. The tall")
    (7, 31, 'a number differs (six / nine)')

    Returns:
        The half-open range of *printed*, and how its words differ.
    """
    words = quoted.split()[:_WORDS_COMPARED]
    if len(words) < _FEWEST_WORDS_ELSEWHERE:
        return None
    found = list(_WORD.finditer(printed))
    places: dict[str, list[int]] = defaultdict(list)
    for n, word in enumerate(found):
        places[word.group()].append(n)
    votes = Counter(
        n - m
        for m, word in enumerate(words)
        if len(seen := places.get(word, ())) <= _OFTEN
        for n in seen
        if n >= m
    )
    if not votes:
        return None
    first = max(votes, key=lambda place: (votes[place], -place))
    low, high = max(0, first - _SLACK), first + len(words) + _SLACK
    begin, stop = _aligned([word.group() for word in found[low:high]], words)
    start, end = found[low + begin].start(), found[low + stop - 1].end()
    changed = changed_words(printed[start:end], " ".join(words))
    return (start, end, changed) if changed else None


def _aligned(printed: list[str], quoted: list[str]) -> tuple[int, int]:
    """Return the range of *printed* on which the words of a quote lie, some of which it has."""
    blocks = [block for block in _matching(printed, quoted) if block.size]
    before = blocks[0].b
    after = len(quoted) - blocks[-1].b - blocks[-1].size
    stop = blocks[-1].a + blocks[-1].size + after
    return max(0, blocks[0].a - before), min(stop, len(printed))


def _same_at_start(ours: list[str], theirs: list[str]) -> int:
    pairs = enumerate(zip(ours, theirs, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(ours), len(theirs)))


def _likeness(one: str | list[str], other: str | list[str]) -> float:
    """Return the share of both that a longest common subsequence makes up, from 0 to 1."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - slow to load, and seldom needed

    return Indel.normalized_similarity(one, other)


def _matching(ours: list[str], theirs: list[str]) -> "list[MatchingBlock]":
    """Return where both have the same words, in order; the last block is empty, at their ends."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415 - as above

    return Indel.opcodes(ours, theirs).as_matching_blocks()


def _changes(ours: list[str], theirs: list[str]) -> list[_Change]:
    """Pair the words that differ, each pair between words that are the same."""
    changes: list[_Change] = []
    i = m = 0
    for block in _matching(ours, theirs):
        if block.a > i or block.b > m:
            changes.append((ours[i : block.a], theirs[m : block.b]))
        i, m = block.a + block.size, block.b + block.size
    return changes


def _named(changes: list[_Change]) -> str:
    kinds = _kinds({word for change in changes for side in change for word in side})
    verb = "differs" if len(kinds) == 1 and kinds != ["words"] else "differ"
    pairs = [" / ".join(map(_shown, change)) for change in changes[:_CHANGES_NAMED]]
    more = [f"{left} more"] if (left := len(changes) - _CHANGES_NAMED) > 0 else []
    return f"{' and '.join(kinds)} {verb} ({'; '.join([*pairs, *more])})"


def _kinds(differing: set[str]) -> list[str]:
    """Name the kinds of words among *differing* that turn what a quote says."""
    words = [word.strip(_MARKS) for word in differing]
    kinds = {
        "a number": any(_DIGIT.search(word) or number_of(word) is not None for word in words),
        "a negation": any(map(_NEGATION.match, words)),
        "a decision word": any(map(_DECISION.match, words)),
    }
    return [kind for kind, is_there in kinds.items() if is_there] or ["words"]


def _shown(words: list[str]) -> str:
    """Return the first of *words*, short, with every character visible; "-" for none."""
    shown = " ".join(word[:_LETTERS_NAMED] for word in words[:_WORDS_NAMED])
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) or "-"
