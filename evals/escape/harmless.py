"""Harmless changes of a letter's text: verified as before, and the same values, is what they ask.

Paragraph breaks stay as they are: without them nobody could say where a request begins. Words that
are printed otherwise are compared as a reader sees them (``evals.escape.same.same_words``).
"""

import re
import unicodedata
from collections.abc import Iterable
from random import Random
from typing import Literal

from evals.escape.letters import Letter, pick
from evals.escape.made import Rewritten
from evals.escape.same import passages

_SPACE = re.compile(r"(?<=\S) (?=\S)")
_BETWEEN_WORDS = re.compile(r"(?<=[a-z,]) (?=[a-z])")
_BREAK = re.compile(r"(?<=[a-z,])[ ]?\r?\n(?=[a-z])")
_QUOTE = re.compile(r"['\"]")
_HYPHEN = re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])")
_ADDRESS = re.compile(r"(?:https?:|www\.)\S+(?:\s*\n\s*\S*[/.]\S*)*")
_LIGATURE = re.compile(r"ffi|ffl|ff|fi|fl")
_LIGATURES = {"ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02", "ffi": "\ufb03", "ffl": "\ufb04"}
_INSIDE = re.compile(r"(?<=[a-z])(?=[a-z])")
_LINE_END = re.compile(r"(?<=\S)(?=\r?\n)")
_NOUN = re.compile(r"\b(?:male|female|man|woman|gentleman|lady)\b|(?<=\d)[ -]years?[ -]old\b")
_SPACES = "\u00a0\u2002\u2003\u2007\u2009\u202f\u3000\t"
_UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_QUOTES = {"'": "\u2018\u2019\u201b\u2032", '"': "\u201c\u201d\u201f\u2033"}

Place = tuple[int, int]


def _prose(letter: Letter, pattern: re.Pattern[str]) -> list[Place]:
    """Return where *pattern* stands in the letter's prose, but not in a request.

    In a request a line that ends early may be a heading's: a person must look.
    """
    asked = {(item["request"]["start"], item["request"]["end"]) for item in letter.items}
    homes = [home for home in passages(letter.tree) if home not in asked]
    return [m.span() for home in homes for m in pattern.finditer(letter.source, *home)]


def _anywhere(letter: Letter, pattern: re.Pattern[str]) -> list[Place]:
    return [match.span() for match in pattern.finditer(letter.source)]


def _some(chance: Random, places: list[Place]) -> list[Place]:
    """Return some of *places*, or all of them, in order."""
    if not places:
        return []
    count = chance.choice([1, 2, 5, len(places) // 2, len(places)])
    return sorted(chance.sample(places, max(1, min(count, len(places)))))


def rewritten(source: str, changes: Iterable[tuple[Place, str]]) -> str:
    """Return *source* with each place, in order, replaced by the words given for it."""
    pieces: list[str] = []
    at = 0
    for (start, end), new in changes:
        pieces += source[at:start], new
        at = end
    return "".join([*pieces, source[at:]])


def _with(letter: Letter, chance: Random, places: list[Place], new: str) -> Rewritten | None:
    changes = [(place, new) for place in _some(chance, places)]
    return Rewritten(rewritten(letter.source, changes)) if changes else None


def spaces_widened(letter: Letter, chance: Random) -> Rewritten | None:
    """Two or three spaces stand for one."""
    return _with(letter, chance, _anywhere(letter, _SPACE), chance.choice(["  ", "   "]))


def spaces_of_other_kinds(letter: Letter, chance: Random) -> Rewritten | None:
    """A no-break space, a thin one or a tabulator stands for a space."""
    return _with(letter, chance, _anywhere(letter, _SPACE), chance.choice(_SPACES))


def lines_joined(letter: Letter, chance: Random) -> Rewritten | None:
    """A line break inside a sentence is a space."""
    return _with(letter, chance, _prose(letter, _BREAK), " ")


def lines_broken(letter: Letter, chance: Random) -> Rewritten | None:
    """A space inside a sentence is a line break."""
    return _with(letter, chance, _prose(letter, _BETWEEN_WORDS), chance.choice(["\n", " \n"]))


def line_ends_of_other_kinds(letter: Letter, chance: Random) -> Rewritten | None:
    """Every line ends as on another system."""
    plain = letter.source.replace("\r\n", "\n")
    return Rewritten(plain.replace("\n", chance.choice(["\r\n", "\n"])))


def spaces_at_line_ends(letter: Letter, chance: Random) -> Rewritten | None:
    """Lines that hold words end in white space."""
    return _with(letter, chance, _anywhere(letter, _LINE_END), chance.choice([" ", "  ", "\t"]))


def typographic_quotes(letter: Letter, chance: Random) -> Rewritten | None:
    """Quotation marks and apostrophes are typographic."""
    changes = [
        (place, chance.choice(_QUOTES[letter.source[slice(*place)]]))
        for place in _some(chance, _anywhere(letter, _QUOTE))
    ]
    return Rewritten(rewritten(letter.source, changes)) if changes else None


def typographic_dashes(letter: Letter, chance: Random) -> Rewritten | None:
    """Hyphens and dashes are of other kinds, but for those of web addresses."""
    addresses = _anywhere(letter, _ADDRESS)
    places = [
        (start, end)
        for start, end in _anywhere(letter, re.compile("-"))
        if not any(first <= start < last for first, last in addresses)
    ]
    return _with(letter, chance, places, chance.choice(_DASHES))


def ligatures(letter: Letter, chance: Random) -> Rewritten | None:
    """Two or three letters are one ligature."""
    places = _some(chance, _anywhere(letter, _LIGATURE))
    changes = [(place, _LIGATURES[letter.source[slice(*place)]]) for place in places]
    return Rewritten(rewritten(letter.source, changes)) if changes else None


def hyphens_at_line_ends(letter: Letter, chance: Random) -> Rewritten | None:
    """A compound word is broken after its hyphen, which the reader may have lost."""
    new = chance.choice(["-\n", "\u00ad\n", "\ufffe\n", "\ufffe", "\x02\n"])
    return _with(letter, chance, _prose(letter, _HYPHEN), new)


def unseen_characters(letter: Letter, chance: Random) -> Rewritten | None:
    """Characters of no width stand inside words."""
    return _with(letter, chance, _anywhere(letter, _INSIDE), chance.choice(_UNSEEN))


def composed_or_decomposed(letter: Letter, chance: Random) -> Rewritten | None:
    """Letters with accents are one character each, or two."""
    form: Literal["NFC", "NFD"] = chance.choice(["NFC", "NFD"])
    words = letter.words(0, len(letter.source))
    places = [place for place in words if not letter.source[slice(*place)].isascii()]
    changes = [
        (place, unicodedata.normalize(form, letter.source[slice(*place)]))
        for place in _some(chance, places)
    ]
    return Rewritten(rewritten(letter.source, changes))


def page_broken(letter: Letter, chance: Random) -> Rewritten | None:
    """A page ends inside a sentence of the summary or of a rationale."""
    parts = [letter.tree["clinical_summary"], *(item["rationale"] for item in letter.items)]
    places = [
        match.span()
        for part in parts
        if part
        for match in _BREAK.finditer(letter.source, part["start"], part["end"])
    ]
    place = pick(chance, places)
    if place is None:
        return None
    return Rewritten(rewritten(letter.source, [(place, chance.choice([" \n\f", "\n\f", "\f"]))]))


def case_of_nouns(letter: Letter, chance: Random) -> Rewritten | None:
    """What says age and sex is in capitals."""
    summary = letter.tree["clinical_summary"]
    if summary is None:
        return None
    found = _NOUN.finditer(letter.source, summary["start"], summary["end"])
    places = _some(chance, [match.span() for match in found])
    changes = [(place, letter.source[slice(*place)].upper()) for place in places]
    return Rewritten(rewritten(letter.source, changes)) if changes else None


def byte_order_mark(letter: Letter, chance: Random) -> Rewritten | None:
    """The text begins with a byte order mark or with white space."""
    return Rewritten(chance.choice(["\ufeff", "\n", " ", "\n\n"]) + letter.source)


HARMLESS = (
    spaces_widened,
    spaces_of_other_kinds,
    lines_joined,
    lines_broken,
    line_ends_of_other_kinds,
    spaces_at_line_ends,
    typographic_quotes,
    typographic_dashes,
    ligatures,
    hyphens_at_line_ends,
    unseen_characters,
    composed_or_decomposed,
    page_broken,
    case_of_nouns,
    byte_order_mark,
)
"""Every harmless operator; what each makes must stay verified, with the values that were there."""
