"""What a person types to find letters, as an expression of SQLite's FTS5."""

import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from extractor.errors import QueryError

MOST_TERMS = 64
_TERM = re.compile(r'"(?P<phrase>[^"]*)(?:"|\Z)(?P<open>\*?)|(?P<word>[^\s"]+)')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"') | {0: " "})
_MINUS = re.compile(r"(?<!\S)[-\u2212\u2013\u2014](?=[\"\w])")
_OPERATORS = {"AND", "OR", "NOT"}


class Alternative(NamedTuple):
    """What finds items by itself: FTS5 expressions that always parse.

    Attributes:
        wanted: The words to find.
        unwanted: The words that must stand nowhere; empty where none is excluded.
    """

    wanted: str
    unwanted: str = ""


def alternatives_of(query: str) -> tuple[Alternative, ...]:
    """Return what *query* asks for, those alternatives as one that exclude nothing.

    Words are all wanted, ``"words in quotes"`` one after the other, ``word*`` begins one, ``OR``
    parts alternatives, ``NOT`` excludes the word or phrase after it. Anything else between words
    is no syntax: ``L4-L5`` is the phrase of its two words, and an open quotation ends at the end.

    >>> alternatives_of('acupunct* "low back" OR L4-L5')
    (Alternative(wanted='("acupunct" * AND "low back") OR ("L4-L5")', unwanted=''),)
    >>> alternatives_of("knee NOT pain")
    (Alternative(wanted='("knee")', unwanted='"pain"'),)

    Raises:
        QueryError: There is no word in it, or more than ``MOST_TERMS``, or only excluded ones, or
            a minus before a word.
    """
    groups = [_Group()]
    for operator, term in _terms(query):
        if operator == "OR":
            groups.append(_Group())
        elif term:
            (groups[-1].unwanted if operator == "NOT" else groups[-1].wanted).append(term)
    groups = [group for group in groups if group.wanted or group.unwanted]
    _check(groups)
    plain = wanted_of(group.alternative for group in groups if not group.unwanted)
    excluding = (group.alternative for group in groups if group.unwanted)
    return (*((Alternative(plain),) if plain else ()), *excluding)


def wanted_of(alternatives: Iterable[Alternative]) -> str:
    """Return the expression that finds whatever any of *alternatives* wants."""
    return " OR ".join(each.wanted for each in alternatives)


class _Group:
    """Terms between two ``OR``."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self.unwanted: list[str] = []

    @property
    def alternative(self) -> Alternative:
        return Alternative(f"({' AND '.join(self.wanted)})", " OR ".join(self.unwanted))


def _check(groups: list[_Group]) -> None:
    if not groups:
        message = "The query has no word in it: give words to find, such as 'acupuncture'."
        raise QueryError(message)
    if not all(group.wanted for group in groups):
        message = "NOT needs a word to be wanted before it: give one, as in 'acupuncture NOT neck'."
        raise QueryError(message)
    if sum(len(group.wanted) + len(group.unwanted) for group in groups) > MOST_TERMS:
        message = f"The query has more than {MOST_TERMS} words: leave some out."
        raise QueryError(message)


def _terms(query: str) -> list[tuple[str, str]]:
    """Return each term with the operator before it; ``OR`` comes alone."""
    terms: list[tuple[str, str]] = []
    operator, query = "", query.translate(_QUOTES)
    for match in _TERM.finditer(query):
        word = match["word"]
        if word and _MINUS.match(query, match.start()):
            message = "A minus excludes no word here: write NOT, as in 'pain NOT knee'."
            raise QueryError(message)
        if word == "OR":
            terms.append(("OR", ""))
        elif word == "NOT":
            operator = word
        if word in _OPERATORS:
            continue
        terms.append((operator, _term(match)))
        operator = ""
    return terms


def _term(match: re.Match[str]) -> str:
    """Return a word or phrase as FTS5 takes it; nothing where no letter or digit is in it."""
    phrase = match["word"] if match["word"] is not None else match["phrase"]
    prefix = bool(match["open"]) or (match["word"] or "").endswith("*")
    phrase = phrase.rstrip("*").encode("utf-8", "replace").decode()
    if not any(unicodedata.category(character)[0] in "LN" for character in phrase):
        return ""
    return f'"{phrase}" *' if prefix else f'"{phrase}"'
