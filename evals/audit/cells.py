"""What a labeller's cell says, as the record's JSON has it.

A blank cell says nothing and ``none`` that the letter has no such thing; both are told apart before
a reader of this file is asked. Readers forgive spaces, letter case of closed words, and every way
to print a date with the month first; what else they cannot read they name.
"""

import re
from collections.abc import Callable
from typing import Any

from evals.scoring.equal import words as as_read
from extractor.text import collapse
from extractor.treatments.vocabulary import REGIONS
from extractor.values import parse_date
from extractor.write.csv import cell_of

ABSENT = frozenset({"none", "absent"})
NOTHING_CITED = "none"
_ELLIPSIS = re.compile(r"\s+(?:\.\.\.|\u2026)\s+")
_MIDNIGHT = re.compile(r"[T ]00:00(?::00(?:\.0+)?)?$")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WHOLE = re.compile(r"(\d{1,6})(?:\.0+)?")
_SIDES = ("left", "right", "bilateral")
_CITES = ("mtus", "non_mtus", "both", "unclear")


class Unreadable(ValueError):
    """A cell says what its column cannot hold; the message says what it can."""


def unguarded(cell: str) -> str:
    """Return what a cell holds, the apostrophe that kept it from being a formula taken off.

    >>> unguarded("'=1+1"), unguarded("'tis"), unguarded(" Upheld ")
    ('=1+1', "'tis", 'Upheld')
    """
    bare = cell.strip().removeprefix("\ufeff")
    if bare.startswith("'") and cell_of(bare[1:]) != bare[1:]:
        return bare[1:].strip()
    return bare


def words(cell: str) -> dict[str, Any]:
    """Read words as printed."""
    return {"value": collapse(cell)}


def lower(cell: str) -> dict[str, Any]:
    """Read words of which the case says nothing."""
    return {"value": collapse(cell).lower()}


def day(cell: str) -> dict[str, Any]:
    """Read a date.

    >>> day("11/18/2016"), day("Nov 18, 2016"), day("2016-11-18 00:00:00")
    ({'value': '2016-11-18'}, {'value': '2016-11-18'}, {'value': '2016-11-18'})
    """
    bare = _MIDNIGHT.sub("", collapse(cell))
    iso = _ISO.fullmatch(bare)
    found = parse_date("{1}/{2}/{0}".format(*iso.groups()) if iso else bare)
    if found is None:
        raise Unreadable("a date with its month first, or as 2016-11-18")
    return {"value": found}


def number(cell: str) -> dict[str, Any]:
    """Read a whole number."""
    found = _WHOLE.fullmatch(cell)
    if found is None:
        raise Unreadable("a whole number")
    return {"value": int(found[1])}


def when(cell: str) -> dict[str, Any]:
    """Read which of two words a request has: retrospective is true, prospective false."""
    return {"value": closed_bare("retrospective", "prospective")(cell) == "retrospective"}


def names(cell: str) -> list[dict[str, Any]]:
    """Read a list of words."""
    return [words(each) for each in _listed(cell, ";")]


def days(cell: str) -> list[dict[str, Any]]:
    """Read a list of dates."""
    return [day(each) for each in _listed(cell, ";")]


def citations(cell: str) -> list[dict[str, Any]]:
    """Read a list of citations by their quotes."""
    return [{"quote": collapse(each)} for each in _listed(cell, "|")]


def regions(cell: str) -> list[dict[str, Any]]:
    """Read body regions with their sides and spinal levels.

    >>> regions("Left knee; lumbar spine L4-5, L5-S1")[1]
    {'region': 'lumbar spine', 'side': None, 'levels': ['L4-5', 'L5-S1']}
    """
    return [_region(each) for each in _listed(cell, ";")]


def closed(*allowed: str) -> Callable[[str], dict[str, Any]]:
    """Make the reader of a value of a closed list."""
    bare = closed_bare(*allowed)
    return lambda cell: {"value": bare(cell)}


def closed_bare(*allowed: str) -> Callable[[str], str]:
    """Make the reader of a word of a closed list, whatever its case, blanks and underscores."""
    known = {_plain(word): word for word in allowed}

    def read(cell: str) -> str:
        if _plain(cell) not in known:
            raise Unreadable("one of " + ", ".join(allowed))
        return known[_plain(cell)]

    return read


def cites(cell: str) -> str | None:
    """Read what a guideline field rests on; a bare ``none`` could mean either of two things."""
    says = _plain(cell)
    if says == "absent":
        return None
    if says in {"no evidence", "nothing", "no evidence cited"}:
        return NOTHING_CITED
    if says == "none":
        raise Unreadable("no evidence (the field cites none) or absent (there is no field)")
    return closed_bare(*_CITES)(cell)


def same_ends(label: str, said: str) -> bool:
    """Say whether *said* begins and ends as *label*, "first words ... last words", does.

    >>> same_ends("No, the request ... medically necessary.", "No, the requested MRI is not")
    False
    >>> same_ends("No, the ... is not", "No, the requested MRI is not")
    True
    """
    first, *last = (as_read(part) for part in _ELLIPSIS.split(label, maxsplit=1))
    whole = as_read(said)
    if not last:
        return whole == first
    return f"{whole} ".startswith(f"{first} ") and f" {whole}".endswith(f" {last[0]}")


def _plain(cell: str) -> str:
    return collapse(re.sub(r"[\s_]+|(?<=\w)-(?=\w)", " ", cell)).lower()


def _listed(cell: str, mark: str) -> list[str]:
    return [each.strip() for each in cell.split(mark) if each.strip()]


def _region(said: str) -> dict[str, Any]:
    side, _, rest = collapse(said).partition(" ")
    is_sided = side.lower() in _SIDES
    bare = rest if is_sided else collapse(said)
    named = [name for name in REGIONS if f"{bare.lower()} ".startswith(f"{name} ")]
    if not named:
        raise Unreadable("[left | right | bilateral] region [levels], the region of the list")
    region = max(named, key=len)
    levels = re.split(r"[\s,]+", bare[len(region) :].strip())
    return {
        "region": region,
        "side": side.lower() if is_sided else None,
        "levels": [level.upper() for level in levels if level],
    }
