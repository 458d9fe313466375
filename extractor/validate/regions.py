"""Regions of the body by the words that letters use for them, spinal levels included.

The table says for each region which others may be spoken of in its stead: nerves of the neck
are felt in the hand, those of the low back in the foot. It is this project's own, made by reading
determination letters, and coarse on purpose: it serves to tell a neck from a low back, not to code.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from string import digits
from typing import NamedTuple

from extractor.text import Span


class Named(NamedTuple):
    """A region that the text names, and where: a range of the normalized text."""

    region: str
    span: Span


class _Row(NamedTuple):
    """A region: its name, the words for it, and the regions that may stand for it.

    A blank in ``words`` is white space or a hyphen, ``*`` any ending; plurals are understood.
    """

    name: str
    words: str
    near: str


_TABLE = (
    _Row(
        "head",
        "head, headache, skull, scalp, brain, cranial, face, facial, jaw, tmj, temporomandibular, "
        "concussion, postconcuss*, post concuss*, migraine, occipital, cephalgia",
        "neck",
    ),
    _Row(
        "neck",
        "neck, cervic*, c spine, whiplash, trapezi*",
        "head upper_back shoulder arm elbow hand back spine limb",
    ),
    _Row("upper_back", "upper back", "neck mid_back shoulder back spine"),
    _Row(
        "mid_back",
        "mid back, middle back, thoracic, dorsal spine, t spine",
        "upper_back neck back spine",
    ),
    _Row(
        "low_back",
        "low back, lower back, lumb*, sacr*, l spine, ls spine, l/s spine, lbp, sciatic*, "
        "coccy*, tailbone",
        "hip leg foot back spine limb",
    ),
    _Row(
        "shoulder",
        "shoulder, rotator cuff, acromi*, subacromi*, glenohumeral, supraspinatus, infraspinatus, "
        "subscapularis, scapul*, parascapular, clavic*, biceps, deltoid",
        "neck upper_back arm limb",
    ),
    _Row("elbow", "elbow, epicondyl*, cubital, olecranon, ulnar", "arm hand neck limb"),
    _Row(
        "hand",
        "hand, wrist, finger, thumb, forearm, carpal, carpel, metacarp*, phalan*, interphalang*, "
        "digit, radius, de quervain*, dequervain*, tfcc, cts",
        "arm elbow neck limb",
    ),
    _Row(
        "arm",
        "upper extremit*, upper limb, upper arm, arm, ue, bue, lue, rue",
        "shoulder elbow hand neck spine limb",
    ),
    _Row(
        "hip",
        "hip, pelv*, groin, inguinal, acetabul*, trochanter*, buttock, gluteal, piriformis",
        "low_back leg back limb",
    ),
    _Row(
        "knee",
        "knee, menisc*, patell*, acl, pcl, cruciate, chondromalacia, tibial plateau",
        "leg limb",
    ),
    _Row(
        "foot",
        "ankle, foot, feet, heel, toe, plantar, achilles, calcane*, metatars*, tars*, hallux, "
        "bunion, hammertoe, talus, talar, malleol*",
        "leg low_back limb",
    ),
    _Row(
        "leg",
        "lower extremit*, lower limb, lower leg, leg, thigh, calf, calves, ble, lle, rle",
        "hip knee foot low_back back spine limb",
    ),
    _Row("back", "back", ""),
    _Row("spine", "spine, spinal, thoracolumbar", ""),
    _Row("limb", "extremit*, limb", ""),
)
_LEVELS = {
    "neck": (r"c-?[1-8](?:\s?[-/]\s?[ct]?-?[1-8])?",),
    "mid_back": (r"t-?(?:1[0-2]|[1-9])\s?[-/]\s?[tl]?-?\d{1,2}", r"t-?1[0-2]"),
    "low_back": (r"l-?[1-6](?:\s?[-/]\s?[ls]?-?[1-6])?", r"s-?1"),
}
_GENERAL = frozenset(row.name for row in _TABLE if not row.near)
_NEAR = {row.name: frozenset((row.name, *row.near.split())) for row in _TABLE}


def _any_region() -> str:
    """Return the pattern of every row's words and levels, by their first letters.

    The group that matched is named for the row, after the first letter: ``k_knee``.
    """
    words: dict[str, dict[str, list[str]]] = {}
    for row in _TABLE:
        for word in row.words.replace("*", r"\w*").split(", "):
            of_letter = words.setdefault(word[0], {}).setdefault(row.name, [])
            of_letter.append(r"[\s-]+".join(word.split())[1:] + "s?")
        for level in _LEVELS.get(row.name, ()):
            words.setdefault(level[0], {}).setdefault(row.name, []).append(level[1:])
    return "|".join(
        letter
        + "(?:"
        + "|".join(f"(?P<{letter}_{name}>{'|'.join(rest)})" for name, rest in rows.items())
        + ")"
        for letter, rows in words.items()
    )


# Lower case only, after whatever is no part of a word (a blank stands before the first one), and
# by first letters: together they make the search many times faster.
_NAMED = re.compile(
    rf"\W(?:{_any_region()})(?:\s+spine)?\b"
    r"(?![\s-]+(?:surgeons?|specialists?|walkers?|scooters?|rests?|controls?|held|written|outlet"
    r"|on\b|to[\s-]+(?:face|toe)))"
)
# "on the other hand"; "fell six feet"; "internal rotation to L5" measures a shoulder.
_NO_REGION = re.compile(
    r"(?:\bother\s+hands?|\bshower[\s-]+heads?|\bto[\s-]+(?:face|toe)"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|few|several)[\s-]+(?:foot|feet)"
    r"|\brotation\b[^.;]{0,25}\b(?:[tl]-?\d+|sacrum))\Z"
)
_MAY_BE_NO_REGION = (
    "hand",
    "hands",
    "head",
    "heads",
    "face",
    "toe",
    "foot",
    "feet",
    "sacrum",
    *digits,
)
_FAR_ENOUGH = 40
# A device works at one place for another: leads at T8-9 treat a low back.
_DEVICE = re.compile(r"s(?:timulat|(?<!\ws)cs\b)|intrathecal|p(?<!\wp)umps?\b")


def named_regions(norm: str, span: Span) -> Iterator[Named]:
    """Yield the regions that *span* of the normalized text names, in order.

    >>> [named.region for named in named_regions("Lumbar MRI, L4-5 and neck", Span(0, 25))]
    ['low_back', 'low_back', 'neck']
    """
    words = " " + _lower(norm[span.start : span.end])
    before = span.start - 1
    for match in _NAMED.finditer(words):
        start, end = match.start() + 1, match.end()
        if not _is_no_region(words, start, end):
            yield Named(str(match.lastgroup)[2:], Span(before + start, before + end))


def _is_no_region(words: str, start: int, end: int) -> bool:
    may_be = words.endswith(_MAY_BE_NO_REGION, start, end)
    return may_be and _NO_REGION.search(words, max(1, start - _FAR_ENOUGH), end) is not None


def _lower(words: str) -> str:
    """Return *words* in lower case; unchanged where that would change their length."""
    lowered = words.lower()
    return lowered if len(lowered) == len(words) else words


@lru_cache(maxsize=64)
def regions_in(words: str) -> tuple[Named, ...]:
    """Return the regions that *words* name, in order; remembered: two checks ask of a request."""
    return tuple(named_regions(words, Span(0, len(words))))


def requested_regions(norm: str, span: Span) -> frozenset[str]:
    """Return the regions that the request at *span* names; empty where it leaves them open.

    A general word ("back", "spine", "extremity") and an implanted device leave them open.

    >>> sorted(requested_regions("Knee walker after ankle surgery", Span(0, 31)))
    ['foot']
    """
    words = norm[span.start : span.end]
    regions = frozenset([named.region for named in regions_in(words)])
    if not regions or regions & _GENERAL or _DEVICE.search(words.lower()):
        return frozenset()
    return regions


def standing_for(regions: frozenset[str]) -> frozenset[str]:
    """Return the regions of which a text on *regions* may speak: themselves and what is near.

    >>> "hand" in standing_for(frozenset({"neck"})), "foot" in standing_for(frozenset({"neck"}))
    (True, False)
    """
    return frozenset().union(*(_NEAR[region] for region in regions))
