"""Regions of the body by the words that letters use for them, spinal levels included.

The table says for each region which others may be spoken of in its stead: nerves of the neck
are felt in the hand, those of the low back in the foot. It is this project's own, made by reading
determination letters, and coarse on purpose: it serves to tell a neck from a low back, not to code.
"""

import re
from collections.abc import Iterator
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
    "neck": r"c-?[1-8](?:\s?[-/]\s?[ct]?-?[1-8])?",
    "mid_back": r"t-?(?:1[0-2]|[1-9])\s?[-/]\s?[tl]?-?\d{1,2}|t-?1[0-2]",
    "low_back": r"l-?[1-6](?:\s?[-/]\s?[ls]?-?[1-6])?|s-?1",
}
_GENERAL = frozenset(row.name for row in _TABLE if not row.near)
_NEAR = {row.name: frozenset((row.name, *row.near.split())) for row in _TABLE}


def _pattern(row: _Row) -> str:
    """Return the pattern of a row's words and levels, as a group of the row's name."""
    words = row.words.replace("*", r"\w*").split(", ")
    any_word = "|".join(r"[\s-]+".join(word.split()) for word in words)
    levels = f"|{_LEVELS[row.name]}" if row.name in _LEVELS else ""
    return f"(?P<{row.name}>(?:{any_word})s?{levels})"


# Lower case only, and a look at the first letter: together they make the search five times faster.
_NAMED = re.compile(
    rf"\b(?=[a-z])(?:{'|'.join(map(_pattern, _TABLE))})(?:\s+spine)?\b"
    r"(?![\s-]+(?:surgeons?|specialists?|walkers?|scooters?|rests?|controls?|held|written|outlet"
    r"|on\b|to[\s-]+(?:face|toe)))"
)
# "on the other hand"; "fell six feet"; "internal rotation to L5" measures a shoulder.
_NO_REGION = re.compile(
    r"(?:\bother\s+hands?|\bshower[\s-]+heads?|\bto[\s-]+(?:face|toe)"
    r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|few|several)[\s-]+(?:foot|feet)"
    r"|\brotation\b[^.;]{0,25}\b(?:[tl]-?\d+|sacrum))\Z"
)
_FAR_ENOUGH = 40
# A device works at one place for another: leads at T8-9 treat a low back.
_DEVICE = re.compile(r"stimulat|intrathecal|\bpumps?\b|\bscs\b", re.IGNORECASE)


def named_regions(norm: str, span: Span) -> Iterator[Named]:
    """Yield the regions that *span* of the normalized text names, in order.

    >>> [named.region for named in named_regions("Lumbar MRI, L4-5 and neck", Span(0, 25))]
    ['low_back', 'low_back', 'neck']
    """
    words = _lower(norm[span.start : span.end])
    for match in _NAMED.finditer(words):
        start, end = match.span()
        if not _NO_REGION.search(words, max(0, start - _FAR_ENOUGH), end):
            yield Named(str(match.lastgroup), Span(span.start + start, span.start + end))


def _lower(words: str) -> str:
    """Return *words* in lower case; unchanged where that would change their length."""
    lowered = words.lower()
    return lowered if len(lowered) == len(words) else words


def requested_regions(norm: str, span: Span) -> frozenset[str]:
    """Return the regions that the request at *span* names; empty where it leaves them open.

    A general word ("back", "spine", "extremity") and an implanted device leave them open.

    >>> sorted(requested_regions("Knee walker after ankle surgery", Span(0, 31)))
    ['foot']
    """
    regions = frozenset(named.region for named in named_regions(norm, span))
    if not regions or regions & _GENERAL or _DEVICE.search(norm, *span):
        return frozenset()
    return regions


def standing_for(regions: frozenset[str]) -> frozenset[str]:
    """Return the regions of which a text on *regions* may speak: themselves and what is near.

    >>> "hand" in standing_for(frozenset({"neck"})), "foot" in standing_for(frozenset({"neck"}))
    (True, False)
    """
    return frozenset().union(*(_NEAR[region] for region in regions))
