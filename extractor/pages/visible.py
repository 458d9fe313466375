r"""Words of letters as a page may show them: nothing invisible, nothing longer than needed.

Escaping markup is the template's work; what it cannot do is here.
"""

import unicodedata
from typing import NamedTuple

_ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_HARMLESS = "\n\t"


class Piece(NamedTuple):
    """A run of words, and what it is: "" for plain words, else the name of a mark."""

    text: str
    kind: str = ""


def visible(text: str) -> str:
    r"""Return *text* with every character that acts instead of being seen as its code point.

    Controls, null bytes, characters that turn the direction of writing or have no width, lone
    surrogates: a reader sees that they are there, and a browser does nothing for them.

    >>> visible("Norco\u202e05# \x00")
    'Norco⟨U+202E⟩05# ⟨U+0000⟩'
    """
    if text.isprintable():
        return text
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    acts = unicodedata.category(character) in _ACTING and character not in _HARMLESS
    return f"⟨U+{ord(character):04X}⟩" if acts else character


def shortened(text: str, most: int) -> str:
    """Return *text*, its middle left out where it is longer than *most* characters, and says so.

    >>> shortened("one two three four five", 12)
    'one […] five'
    """
    if len(text) <= most + len(" […] "):
        return text
    half = most // 2
    return f"{_begin(text, half)} […] {_end(text, half)}"


def tail(text: str, most: int) -> str:
    """Return the end of *text*, at most *most* characters of it.

    >>> tail("one two three", 5)
    '[…] three'
    """
    return text if len(text) <= most else f"[…] {_end(text, most)}"


def head(text: str, most: int) -> str:
    """Return the beginning of *text*, at most *most* characters of it.

    >>> head("one two three", 5)
    'one […]'
    """
    return text if len(text) <= most else f"{_begin(text, most)} […]"


def _begin(text: str, most: int) -> str:
    """Return the first whole words of *text*; a word longer than all of it is cut."""
    cut = text[:most]
    whole = cut if text[most].isspace() else cut.rpartition(" ")[0]
    return (whole or cut).rstrip()


def _end(text: str, most: int) -> str:
    """Return the last whole words of *text*; a word longer than all of it is cut."""
    cut = text[-most:]
    whole = cut if text[-most - 1].isspace() else cut.partition(" ")[2]
    return (whole or cut).lstrip()
