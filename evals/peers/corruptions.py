"""One edit that makes a quote say what the letter does not."""

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

Words: TypeAlias = list[str]
Operator: TypeAlias = Callable[[Words, Words, Random], Words | None]

_DIGITS = "0123456789"
_NEGATIONS = {"not", "no", "without", "never"}
_AUXILIARIES = {"is", "was", "are", "were", "has", "have", "be", "can", "should", "may", "does"}
_PAIRS = [
    ("upheld", "overturned"),
    ("approved", "denied"),
    ("approval", "denial"),
    ("certified", "non-certified"),
    ("authorized", "refused"),
    ("necessary", "unnecessary"),
    ("recommended", "contraindicated"),
    ("appropriate", "inappropriate"),
    ("supported", "refuted"),
]
_OPPOSITE = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
_CORE = re.compile(r"[^\W\d_](?:[\w-]*\w)?")
_INSIDE_NUMBER = re.compile(r"(?<=\d)[.,/](?=\d)")
_SHORTEST_CHANGED = 4


def digit(words: Words, _: Words, rng: Random) -> Words | None:
    """Change one digit."""
    places = [(n, k) for n, word in enumerate(words) for k, c in enumerate(word) if c in _DIGITS]
    if not places:
        return None
    n, k = rng.choice(places)
    other = rng.choice([c for c in _DIGITS if c != words[n][k]])
    return _with(words, n, words[n][:k] + other + words[n][k + 1 :])


def negation(words: Words, _: Words, rng: Random) -> Words | None:
    """Remove a negation, or add one where there is none."""
    negations = [n for n, word in enumerate(words) if word.lower() in _NEGATIONS | {"cannot"}]
    if negations:
        n = rng.choice(negations)
        return [*words[:n], *(["can"] if words[n].lower() == "cannot" else []), *words[n + 1 :]]
    verbs = [n for n, word in enumerate(words) if word.lower() in _AUXILIARIES]
    if not verbs:
        return None
    n = rng.choice(verbs) + 1
    return [*words[:n], "not", *words[n:]]


def decision(words: Words, _: Words, rng: Random) -> Words | None:
    """Exchange a word that decides for its opposite."""
    found = [
        (n, match)
        for n, word in enumerate(words)
        if (match := _CORE.search(word)) and match.group().lower() in _OPPOSITE
    ]
    if not found:
        return None
    n, match = rng.choice(found)
    other = _OPPOSITE[match.group().lower()]
    if match.group()[0].isupper():
        other = other.capitalize()
    return _with(words, n, words[n][: match.start()] + other + words[n][match.end() :])


def changed(words: Words, others: Words, rng: Random) -> Words | None:
    """Put another word of the letter's quotes in a word's place."""
    places = [n for n, word in enumerate(words) if _is_word(word)]
    if not places:
        return None
    n = rng.choice(places)
    instead = [word for word in others if _is_word(word) and word.lower() != words[n].lower()]
    return _with(words, n, rng.choice(instead)) if instead else None


def dropped(words: Words, _: Words, rng: Random) -> Words | None:
    """Drop a word from the middle."""
    n = rng.randrange(1, len(words) - 1)
    return [*words[:n], *words[n + 1 :]]


def swapped(words: Words, _: Words, rng: Random) -> Words | None:
    """Exchange two neighbouring words."""
    places = [n for n in range(len(words) - 1) if words[n].lower() != words[n + 1].lower()]
    if not places:
        return None
    n = rng.choice(places)
    return [*words[:n], words[n + 1], words[n], *words[n + 2 :]]


def joined(words: Words, others: Words, _: Random) -> Words | None:
    """Join the quote's first half to the second half of another quote."""
    if len(others) < 2:  # noqa: PLR2004 - one word has no half
        return None
    return [*words[: len(words) // 2], *others[len(others) // 2 :]]


def cut(words: Words, _: Words, rng: Random) -> Words | None:
    """Begin or end the quote inside a number: "2.5 mg tablets" becomes "5 mg tablets"."""
    places = [(n, m) for n, word in enumerate(words) for m in _INSIDE_NUMBER.finditer(word)]
    made = [
        *([words[n][m.end() :], *words[n + 1 :]] for n, m in places if n < len(words) - 1),
        *([*words[:n], words[n][: m.start()]] for n, m in places if n),
    ]
    return rng.choice(made) if made else None


OPERATORS: dict[str, Operator] = {
    "a digit changed": digit,
    "a negation added or removed": negation,
    "a decision word exchanged": decision,
    "a word changed": changed,
    "a word dropped": dropped,
    "two words exchanged": swapped,
    "two places' words joined": joined,
    "cut inside a number": cut,
}


def _with(words: Sequence[str], n: int, word: str) -> Words:
    return [*words[:n], word, *words[n + 1 :]]


def _is_word(word: str) -> bool:
    return word.isalpha() and len(word) >= _SHORTEST_CHANGED
