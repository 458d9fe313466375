"""Known phrases in running words: whole words, the longest first, nothing by likeness.

Lexicons (guidelines, drugs, treatments, regions of the body) are lists of phrases. Case, plural
endings, apostrophes, hyphens, slashes and line breaks do not tell two phrases apart; commas, full
stops, semicolons, colons and parentheses do.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?|&|[^\w\s/&'\u2019-]")
_PREFIX = 4


class Token(NamedTuple):
    """A word, folded for comparison, or a mark; offsets count the string it was read from."""

    word: str
    start: int
    end: int


class Hit(NamedTuple, Generic[T]):
    """A phrase that was found: what it stands for, and its half-open span."""

    value: T
    start: int
    end: int


def tokens_of(words: str) -> list[Token]:
    """Return the words and marks of *words* in order; hyphens and slashes only part words.

    >>> [token.word for token in tokens_of("X-Rays of both knees, 2 views")]
    ['x', 'ray', 'of', 'both', 'knee', ',', '2', 'view']
    """
    return [Token(fold(match[0]), match.start(), match.end()) for match in _TOKEN.finditer(words)]


@lru_cache(maxsize=1 << 15)
def fold(word: str) -> str:
    """Return the form of *word* that is compared: lower case, without a plural's or a genitive's s.

    >>> fold("Crutches"), fold("Biopsies"), fold("worker's"), fold("pelvis"), fold("MRIs")
    ('crutch', 'biopsy', 'worker', 'pelvis', 'mri')
    """
    if word[-1] == "s" and word[:-1].isupper():
        return word[:-1].lower()
    word = word.lower().replace("\u2019", "'")
    if word == "&":
        return "and"
    word = word.partition("'")[0] or word
    if len(word) <= 3 or word[-1] != "s" or word.endswith(("ss", "us", "is")):  # noqa: PLR2004
        return word
    if word.endswith("ies") and len(word) > 5:  # noqa: PLR2004 - ties, dies
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1]


@dataclass(slots=True)
class _Node(Generic[T]):
    words: dict[str, "_Node[T]"] = field(default_factory=dict)
    prefixes: dict[str, list[tuple[str, "_Node[T]"]]] = field(default_factory=dict)
    value: Any = None
    ends: bool = False


class Phrases(Generic[T]):
    """A set of phrases and what each stands for.

    A phrase is words, in any case; a word that ends in ``*`` stands for all that begin so (at
    least four letters before it). Of two phrases that are the same when folded the first counts.

    >>> lexicon = Phrases([("physical therapy", "PT"), ("arthroscop*", "scope")])
    >>> lexicon.find(tokens_of("Physical-Therapy after arthroscopic repair"))
    [Hit(value='PT', start=0, end=16), Hit(value='scope', start=23, end=35)]
    """

    def __init__(self, entries: Iterable[tuple[str, T]]) -> None:
        """Take the phrases, each with what it stands for."""
        self._root: _Node[T] = _Node()
        for phrase, value in entries:
            self._add(phrase, value)

    def _add(self, phrase: str, value: T) -> None:
        node = self._root
        for part in phrase.split():
            for token in tokens_of(part.removesuffix("*")):
                node = _child(node, token.word, is_prefix=part.endswith("*"))
        if not node.ends:
            node.value, node.ends = value, True

    def find(self, tokens: Sequence[Token]) -> list[Hit[T]]:
        """Return the phrases among *tokens*, in order, none over another."""
        hits: list[Hit[T]] = []
        at = 0
        words, prefixes = self._root.words, self._root.prefixes
        while at < len(tokens):
            word = tokens[at].word
            may_begin = word in words or (prefixes and word[:_PREFIX] in prefixes)
            if not may_begin or (found := self.longest(tokens, at)) is None:
                at += 1
                continue
            value, after = found
            hits.append(Hit(value, tokens[at].start, tokens[after - 1].end))
            at = after
        return hits

    def longest(self, tokens: Sequence[Token], at: int) -> tuple[T, int] | None:
        """Return what the longest phrase from token *at* on stands for, and the token after it."""
        best: tuple[T, int] | None = None
        nodes = [self._root]
        while nodes and at < len(tokens):
            nodes = [after for node in nodes for after in _after(node, tokens[at].word)]
            at += 1
            for node in nodes:
                if node.ends:
                    best = (node.value, at)
                    break
        return best


def _child(node: "_Node[T]", word: str, *, is_prefix: bool) -> "_Node[T]":
    if not is_prefix:
        return node.words.setdefault(word, _Node())
    known = node.prefixes.setdefault(word[:_PREFIX], [])
    for prefix, child in known:
        if prefix == word:
            return child
    known.append((word, _Node()))
    return known[-1][1]


def _after(node: "_Node[T]", word: str) -> list["_Node[T]"]:
    found = [node.words[word]] if word in node.words else []
    if node.prefixes and (known := node.prefixes.get(word[:_PREFIX])):
        found += [child for prefix, child in known if word.startswith(prefix)]
    return found
