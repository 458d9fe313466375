"""What counts as equal: one small function per rule, and why.

A rule compares a golden entry with a produced one, both as the record's JSON has them, and both
there: what one side lacks is missing or extra, never unequal.
"""

from collections.abc import Hashable, Mapping
from typing import Any

from evals.scoring.marks import Place
from extractor.text import Text, collapse

Entry = Mapping[str, Any]

_PLACE = ("start", "end", "page")


def words(text: str) -> str:
    r"""Return *text* as its readers see it: readers' artefacts undone, white space collapsed.

    The house's own table of equivalences decides what an artefact is, so that a record made from
    the same letter by another tool is not wrong for its quotation marks or line breaks.

    >>> words("the patient\u2019s of\ufb01ce\n  visit")
    "the patient's office visit"
    """
    return collapse(Text.of(text).norm)


def same_words(expected: str, produced: str) -> bool:
    """Equal when every word and mark is, letter case included.

    Case and punctuation count because a value is what the letter says, not what it means: a
    dropped "not" or a changed digit must never pass for likeness.
    """
    return expected == produced or words(expected) == words(produced)


def same_bare(expected: object, produced: object) -> bool:
    """Equal bare values: words as words; numbers and flags of the same type and size.

    The type counts: ``1`` is not ``"1"`` and not ``true``, since a program branches on it.
    """
    if isinstance(expected, str) and isinstance(produced, str):
        return same_words(expected, produced)
    return type(expected) is type(produced) and expected == produced


def same_value(expected: Entry, produced: Entry) -> bool:
    """Equal when their ``value`` is; where it was read is counted apart, as its place.

    So a date is right however it is printed, and a right word read from another item is seen.
    """
    return same_bare(expected["value"], produced["value"])


def same_quote(expected: Entry, produced: Entry) -> bool:
    """Citations are equal when their words are; each component is then scored by itself."""
    return same_words(expected["quote"], produced["quote"])


def same_address(expected: str, produced: str) -> bool:
    """Web addresses are equal without white space: a line break inside one is the printer's."""
    return "".join(expected.split()) == "".join(produced.split())


def same_guideline(expected: str, produced: str) -> bool:
    """Guideline ids are equal letter by letter; they are ours, not the letter's words."""
    return expected == produced


def matched(expected: Entry, produced: Entry) -> bool:  # noqa: ARG001 - the signature of a rule
    """Items are right once matched; what is in them is scored field by field."""
    return True


def name_key(entry: Entry | str) -> Hashable:
    """Return what makes two entries of a set the same: their words.

    Specialties, states, codes, pages and sections are sets: the order in which a letter lists
    them says nothing, and naming one twice says it once.
    """
    return words(entry if isinstance(entry, str) else str(entry["value"]))


def region_key(entry: Entry) -> Hashable:
    """Return what makes two body regions the same: region, side and levels; not the evidence.

    Several words of a request may name one region, and each is evidence enough.
    """
    return entry.get("region"), entry.get("side"), tuple(sorted(entry.get("levels") or ()))


def same_place(expected: Entry, produced: Entry) -> bool:
    """Evidence is right where it overlaps the golden words.

    Shorter or longer words may decide as well ("MRI", "MRI scan"); other words do not.
    """
    return place_of(expected, produced) in {Place.EXACT, Place.OVERLAP}


def place_of(expected: object, produced: object) -> Place | None:
    """Compare two spans: exact, overlapping by a character at least, or apart.

    Exact means the same start and end, and the same page where the golden span names one. None
    where a side has no span. An empty span overlaps nothing.

    >>> place_of({"start": 4, "end": 9}, {"start": 8, "end": 12}).value
    'overlap'
    """
    if not (isinstance(expected, Mapping) and isinstance(produced, Mapping)):
        return None
    if expected.get("start") is None or produced.get("start") is None:
        return None
    if all(expected[key] == produced.get(key) for key in _PLACE if key in expected):
        return Place.EXACT
    start = max(expected["start"], produced["start"])
    meet = start < min(expected["end"], produced["end"])
    return Place.OVERLAP if meet else Place.APART
