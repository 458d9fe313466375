"""Lists of section titles: titles hold commas of their own, so the catalogue tells them apart."""

import re
from collections.abc import Callable

from extractor.text import collapse

_EMPTY = re.compile(r"\([\s,]*\)")
_LOOSE = re.compile(r"(?:\s?,)+(?=\s?[,)])")
# A line's end after a hyphen, not "pre- and postoperative".
_BROKEN = re.compile(r"(?<=[a-z]-) (?!(?:and|or|to)\b)(?=[a-z])")
_WRAPPED = re.compile(r"\([^()]*\)")
_EDGES = " ,.:;-/\u2013\u2014"
# More commas than any list of titles has: prose, which is not taken apart.
_MANY = 60


def split_sections(words: str, is_title: Callable[[str], bool]) -> tuple[str, ...]:
    """Split a list of section titles at its commas and semicolons.

    A title that *is_title* knows is one section, its own commas included. What is not known stays
    together up to the next known title: an unknown list cannot be told from one long title.

    >>> known = {"TENS, chronic pain (transcutaneous)", "Special Studies"}.__contains__
    >>> split_sections("TENS, chronic pain (transcutaneous), Special Studies", known)
    ('TENS, chronic pain (transcutaneous)', 'Special Studies')
    >>> split_sections("Special Studies, Heat, Cold packs", known)
    ('Special Studies', 'Heat, Cold packs')
    """
    whole = _LOOSE.sub("", collapse(_EMPTY.sub(" ", words) if "(" in words else words))
    pieces = [piece for piece in _outside_parentheses(whole) if piece.strip(_EDGES)]
    sections: list[str] = []
    pending: list[str] = []
    at = 0
    while at < len(pieces):
        length = _known(pieces, at, is_title)
        if length:
            sections += [*_joined(pending), _BROKEN.sub("", _title(pieces[at : at + length]))]
            pending = []
        else:
            pending.append(pieces[at])
        at += length or 1
    return tuple(section for section in (*sections, *_joined(pending)) if section)


def _known(pieces: list[str], at: int, is_title: Callable[[str], bool]) -> int:
    """Return how many pieces from *at* on make the longest known title; 0 for none."""
    if len(pieces) > _MANY:
        return 0
    longest = min(len(pieces) - at, 4)
    return next((n for n in range(longest, 0, -1) if is_title(_title(pieces[at : at + n]))), 0)


def _joined(pieces: list[str]) -> list[str]:
    return [_title(pieces)] if pieces else []


def _title(pieces: list[str]) -> str:
    words = "".join(pieces).strip(_EDGES)
    uneven = words.count("(") != words.count(")")
    return words.strip(_EDGES + "()") if uneven or _WRAPPED.fullmatch(words) else words


def _outside_parentheses(words: str) -> list[str]:
    """Split after each comma and semicolon that stands in no parentheses; nothing is lost."""
    pieces, depth, at = [], 0, 0
    for index, character in enumerate(words):
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character in ",;" and not depth:
            pieces.append(words[at : index + 1])
            at = index + 1
    return [*pieces, words[at:]]
