"""Which produced item or citation is which golden one.

Both lists are in letter order, so the best assignment keeps that order: one dropped entry costs
one entry, not all that follow, and an entry out of its order costs that entry.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evals.scoring.equal import words

Entry = Mapping[str, Any]
Pair = tuple[int | None, int | None]
Likeness = Callable[[Entry, Entry], float]

_HALF = 0.5
_SAME_DECISION = 0.1


def align(expected: Sequence[Entry], produced: Sequence[Entry], like: Likeness) -> list[Pair]:
    """Pair two ordered lists so that the pairs' likeness adds up to the most.

    Args:
        expected: The golden entries, in letter order.
        produced: The record's entries, in the order it gives them.
        like: Likeness of two entries; 0 or less forbids the pair.

    Returns:
        Pairs of indices in letter order; None stands for the side that has no partner.
    """
    if len(expected) == len(produced) and all(map(_same_span, expected, produced)):
        return [(index, index) for index in range(len(expected))]
    likes = [[like(one, other) for other in produced] for one in expected]
    return _trace(_best(likes, len(produced)), likes)


def _best(likes: list[list[float]], width: int) -> list[list[float]]:
    """Fill the table of the most likeness that the two lists' tails can reach."""
    table = [[0.0] * (width + 1) for _ in range(len(likes) + 1)]
    for i in range(len(likes) - 1, -1, -1):
        for j in range(width - 1, -1, -1):
            skip = max(table[i + 1][j], table[i][j + 1])
            both = likes[i][j] + table[i + 1][j + 1] if likes[i][j] > 0 else 0.0
            table[i][j] = max(skip, both)
    return table


def _trace(table: list[list[float]], likes: list[list[float]]) -> list[Pair]:
    """Read the pairs off the table."""
    height, width = len(table) - 1, len(table[0]) - 1
    pairs: list[Pair] = []
    i = j = 0
    while i < height and j < width:
        if likes[i][j] > 0 and table[i][j] == likes[i][j] + table[i + 1][j + 1]:
            pairs.append((i, j))
            i, j = i + 1, j + 1
        elif table[i][j] == table[i + 1][j]:
            pairs.append((i, None))
            i += 1
        else:
            pairs.append((None, j))
            j += 1
    return [*pairs, *((k, None) for k in range(i, height)), *((None, k) for k in range(j, width))]


def item_likeness(expected: Entry, produced: Entry) -> float:
    """Say how like two items are: by place, then by words, then by decision.

    Items are the same dispute when their requests share characters of the letter, or at least
    half of their words; the decision only tells two alike requests apart.
    """
    one, other = expected.get("request"), produced.get("request")
    if one is None or other is None:
        return 0.0
    place, wording = shared_span(one, other), shared_words(one["value"], other["value"])
    if not place and wording < _HALF:
        return 0.0
    return place + wording + _SAME_DECISION * _same_decision(expected, produced)


def citation_likeness(expected: Entry, produced: Entry) -> float:
    """Say how like two citations are: by place, then by words.

    As for items: some characters in common, or half of the words.
    """
    place, wording = (
        shared_span(expected, produced),
        shared_words(expected["quote"], produced["quote"]),
    )
    return place + wording if place or wording >= _HALF else 0.0


def shared_span(one: Entry, other: Entry) -> float:
    """Return the share of two half-open spans that both cover, 0 to 1; 0 where one has none.

    >>> shared_span({"start": 0, "end": 4}, {"start": 2, "end": 6})
    0.3333333333333333
    """
    if one.get("start") is None or other.get("start") is None:
        return 0.0
    both = min(one["end"], other["end"]) - max(one["start"], other["start"])
    either = max(one["end"], other["end"]) - min(one["start"], other["start"])
    return max(0, both) / either if either else 0.0


def shared_words(one: str, other: str) -> float:
    """Return the share of words that two quotes have in common, 0 to 1, case aside.

    >>> shared_words("MRI of the lumbar spine", "MRI lumbar spine")
    0.75
    """
    ours, theirs = (Counter(words(quote).lower().split()) for quote in (one, other))
    total = ours.total() + theirs.total()
    return 2 * (ours & theirs).total() / total if total else 0.0


def _same_span(one: Entry, other: Entry) -> bool:
    """Say whether two entries stand in the very same place."""
    ours, theirs = one.get("request", one), other.get("request", other)
    return shared_span(ours or {}, theirs or {}) == 1.0


def _same_decision(one: Entry, other: Entry) -> bool:
    ours, theirs = one.get("decision"), other.get("decision")
    return bool(ours and theirs and ours["value"] == theirs["value"])
