"""Known phrases in running words: whole words, the longest first, nothing by likeness.

Lexicons (guidelines, drugs, treatments, regions of the body) are lists of phrases. Case, plural
endings, apostrophes, hyphens, slashes and line breaks do not tell two phrases apart; commas, full
stops, semicolons, colons and parentheses do.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
_TOKEN = re.compile(r"[^\W_]+(?:['\u2019][^\W\d_]+)?|&|[^\w\s/&'\u2019-]")
_PREFIX = 4
_NO_PLURALS = frozenset({"tens"})  # transcutaneous electrical nerve stimulation


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
    make = tuple.__new__
    return [
        make(Token, (fold(match[0]), match.start(), match.end()))
        for match in _TOKEN.finditer(words)
    ]


def first_word(words: str) -> str:
    """Return the first word or mark of *words*, folded; nothing where there is none.

    >>> first_word(" (MRIs of the knee")
    '('
    """
    first = _TOKEN.search(words)
    return fold(first[0]) if first else ""


@lru_cache(maxsize=1 << 15)
def fold(word: str) -> str:
    """Return the form of *word* that is compared: lower case, without a plural's or a genitive's s.

    >>> fold("Crutches"), fold("Biopsies"), fold("worker's"), fold("pelvis"), fold("MRIs")
    ('crutch', 'biopsy', 'worker', 'pelvis', 'mri')
    >>> fold("TENS"), fold("Ten")
    ('tens', 'ten')
    """
    if word.lower() in _NO_PLURALS:
        return word.lower()
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
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]


_NOTHING: dict[str, Any] = {}


class _Node(Generic[T]):
    """What may come next after some words of a phrase; a dictionary only where there is any."""

    __slots__ = ("ends", "prefixes", "value", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node[T]] = _NOTHING
        self.prefixes: dict[str, list[tuple[str, _Node[T]]]] = _NOTHING
        self.value: Any = None
        self.ends = False


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
            if part.isalnum():
                node = _child(node, fold(part))
                continue
            for word in _TOKEN.findall(part.removesuffix("*")):
                node = (_stem if part[-1] == "*" else _child)(node, fold(word))
        if not node.ends:
            node.value, node.ends = value, True

    def find(self, tokens: Sequence[Token]) -> list[Hit[T]]:
        """Return the phrases among *tokens*, in order, none over another."""
        hits: list[Hit[T]] = []
        after = 0
        words, prefixes = self._root.words, self._root.prefixes
        for at, (word, start, _) in enumerate(tokens):
            if at < after or (word not in words and word[:_PREFIX] not in prefixes):
                continue
            if found := self.longest(tokens, at):
                value, after = found
                hits.append(Hit(value, start, tokens[after - 1].end))
        return hits

    def may_begin(self, word: str) -> bool:
        """Say whether a phrase may begin with *word*, folded."""
        return word in self._root.words or word[:_PREFIX] in self._root.prefixes

    def longest(self, tokens: Sequence[Token], at: int) -> tuple[T, int] | None:
        """Return what the longest phrase from token *at* on stands for, and the token after it."""
        best: tuple[T, int] | None = None
        node = self._root
        while at < len(tokens):
            word = tokens[at].word
            at += 1
            if node.prefixes and word[:_PREFIX] in node.prefixes:
                if len(nodes := _after(node, word)) != 1:
                    return _longest_of(nodes, tokens, at, best)
                node = nodes[0]
            elif word in node.words:
                node = node.words[word]
            else:
                break
            if node.ends:
                best = (node.value, at)
        return best


def _longest_of(
    nodes: list[_Node[T]], tokens: Sequence[Token], at: int, best: tuple[T, int] | None
) -> tuple[T, int] | None:
    """Return the longest phrase that goes on at any of *nodes*, or else *best*."""
    while nodes:
        best = next(((node.value, at) for node in nodes if node.ends), best)
        if at == len(tokens):
            break
        nodes = [after for node in nodes for after in _after(node, tokens[at].word)]
        at += 1
    return best


def _child(node: "_Node[T]", word: str) -> "_Node[T]":
    child = node.words.get(word)
    if child is None:
        if node.words is _NOTHING:
            node.words = {}
        child = node.words[word] = _Node()
    return child


def _stem(node: "_Node[T]", word: str) -> "_Node[T]":
    if node.prefixes is _NOTHING:
        node.prefixes = {}
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
