"""Regions of the body that a request names, each with its side and its spinal levels."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal, NamedTuple

from extractor.phrases import Phrases
from extractor.treatments.request import Request

Side = Literal["left", "right", "bilateral"]
_LEXICON = Path(__file__).parent / "lexicon" / "regions.toml"
_UNPAIRED = frozenset(
    "head, face, jaw, teeth, cervical spine, thoracic spine, lumbar spine, coccyx, spine, back, "
    "chest, abdomen, pelvis".split(", ")
)
_OF_THE_SPINE = frozenset({"cervical spine", "thoracic spine", "lumbar spine"})


class RegionFound(NamedTuple):
    """A region, and the half-open span of the words that say it, its side and its levels.

    ``levels`` are spinal levels in the order printed, in capitals and without blanks: "L4-5".
    """

    region: str
    side: Side | None
    levels: tuple[str, ...]
    start: int
    end: int


class _Word(NamedTuple):
    """What a phrase of the lexicon stands for: regions, a side, both, or nothing."""

    regions: tuple[str, ...]
    side: Side | None = None


class _Mention(NamedTuple):
    """A phrase or a run of levels where it stands; a side alone has no regions."""

    regions: tuple[str, ...]
    side: Side | None
    levels: tuple[str, ...]
    start: int
    end: int


@cache
def _lexicon() -> Phrases[_Word]:
    data = tomllib.loads(_LEXICON.read_text("utf-8"))
    words: list[tuple[str, _Word]] = [(phrase, _Word(())) for phrase in data["none"]["words"]]
    for table in ("regions", "several"):
        for names, phrases in data[table].items():
            words += [(phrase, _Word(tuple(names.split(", ")))) for phrase in phrases]
    for name, phrases in data["sided"].items():
        side, _, region = name.partition(" ")
        words += [(phrase, _Word((region,), side)) for phrase in phrases]
    for side, phrases in data["sides"].items():
        words += [(phrase, _Word((), side)) for phrase in phrases]
    return Phrases(words)


def body_regions_in(request: Request) -> tuple[RegionFound, ...]:
    """Return the regions that *request* names, in order, each region and side once.

    A side holds for a list of paired regions ("left hip and knee"); a spinal level gives its own
    region. Words and levels of one region and side become one, with all the levels.

    >>> [(r.region, r.side) for r in body_regions_in(Request("MRI of neck, right hand and wrist"))]
    [('cervical spine', None), ('hand', 'right'), ('wrist', 'right')]
    >>> body_regions_in(Request("Lumbar facet injection L4-5"))
    (RegionFound(region='lumbar spine', side=None, levels=('L4-5',), start=0, end=27),)
    """
    words = request.words
    hits = _lexicon().find(request.tokens)
    mentions = [
        _Mention(hit.value.regions, hit.value.side, (), hit.start, hit.end)
        for hit in hits
        if hit.value.regions or hit.value.side
    ]
    if _LEVEL_AHEAD.search(words):
        mentions = sorted([*mentions, *_levels(words)], key=_start)
    if not any(mention.regions for mention in mentions):
        return ()
    found = [
        region for mention in _with_sides(words, mentions) for region in _regions(words, mention)
    ]
    return tuple(_merged(_settled(_specific(words, found))))


def _start(mention: _Mention) -> int:
    return mention.start


# --- sides -------------------------------------------------------------------------------------

_CLOSE = 40
_NEXT = re.compile(
    r"[\s.)-]*(?:(?:sided?|the|of|total|distal|proximal)\b[\s-]*){0,3}", re.IGNORECASE
)
_JOINT = re.compile(r"[\s,;:(-]*(?:(?:on|at|the)\b\s*){0,3}", re.IGNORECASE)
_ENDS = re.compile(
    r"(?:[\s-]*sided?\b)?\s*(?:[^\w\s-]|-\s|(?:and|with|for|x)\b|\d|\Z)", re.IGNORECASE
)
_AND = re.compile(r"[\s,&/]*(?:and|or)?[\s/]*", re.IGNORECASE)
_HYPHEN = re.compile(r"\s?[-/]\s?")
_BOTH = re.compile(r"\s?[-/&]\s?|\s+and\s+(?:the\s+)?", re.IGNORECASE)
# Set off behind a noun phrase: "orthosis, right, made to measure", "brace (left)".
_BEFORE_SET_OFF = re.compile(r"[^;:.]*[,(]\s?(?:on the\s)?", re.IGNORECASE)
_AFTER_SET_OFF = re.compile(r"(?:[\s-]*sided?\b)?\s?(?:[,;)]|\.?\s*\Z)", re.IGNORECASE)
_LIST = re.compile(
    r"(?:\s*(?:joints?|area|region|muscles?|pain)\b)?[\s,&/+(-]*(?:(?:and|or|plus|as\s+well\s+as)\b)?"
    r"\s*(?:of\b\s*)?(?:the\b\s*)?",
    re.IGNORECASE,
)


def _with_sides(words: str, mentions: list[_Mention]) -> Iterator[_Mention]:
    """Yield the mentions of regions, each with the side that is said of it.

    The side stands before ("right L4-5", "left transforaminal injection at L4-5"), after ("knee,
    left") or before the first of a list of paired regions.
    """
    mentions = _sides_paired(words, mentions)
    due: _Mention | None = None
    last: _Mention | None = None
    for at, mention in enumerate(mentions):
        after = mentions[at + 1] if at + 1 < len(mentions) else None
        if mention.regions:
            last = _sided(words, mention, due, last)
            yield last
            due = None
        elif last and _is_said_after(words, last, mention, after):
            closed = "(" in words[last.end : mention.start] and words[mention.end :][:1] == ")"
            for region in _listed(words, last, mentions, at, closed=closed):
                yield region._replace(side=mention.side, end=mention.end + closed)
            last = None
        elif _is_said_before(words, mention, after):
            due = mention


def _listed(
    words: str, last: _Mention, mentions: list[_Mention], at: int, *, closed: bool
) -> list[_Mention]:
    """Return *last* and the regions before it that the side at *at* is said of as well.

    Those joined to it: "knee and ankle, left", "ankle-foot orthosis, left", not "knee, ankle (R)".
    """
    found = [last]
    joint = _BOTH if "," in words[last.end : mentions[at].start] and not closed else _HYPHEN
    for before in range(at - 2, -1, -1):
        mention = mentions[before]
        if mention.side or not (_is_paired(mention) and _joined(joint, words, mention, found[-1])):
            break
        found.append(mention)
    return found[::-1]


def _sides_paired(words: str, mentions: list[_Mention]) -> list[_Mention]:
    """Return *mentions* with "right and left" as one side, bilateral."""
    found: list[_Mention] = []
    for mention in mentions:
        before = found[-1] if found else None
        if (
            before
            and not (mention.regions or before.regions)
            and (_joined(_AND, words, before, mention))
        ):
            side = mention.side if mention.side == before.side else "bilateral"
            found[-1] = before._replace(side=side, end=mention.end)
        else:
            found.append(mention)
    return found


def _joined(joint: re.Pattern[str], words: str, before: _Mention, after: _Mention) -> bool:
    """Say whether nothing but *joint* stands between two mentions."""
    close = after.start - before.end <= _CLOSE
    return close and joint.fullmatch(words, before.end, after.start) is not None


def _sided(words: str, mention: _Mention, due: _Mention | None, last: _Mention | None) -> _Mention:
    """Return *mention* with its own side, the one that is *due*, or that of the list it is in."""
    if mention.side:
        return mention
    if due:
        return mention._replace(side=due.side, start=due.start)
    if (
        last
        and last.side
        and _is_paired(mention)
        and _is_paired(last)
        and (_joined(_LIST, words, last, mention))
    ):
        return mention._replace(side=last.side, start=last.start)
    return mention


def _is_paired(mention: _Mention) -> bool:
    return not mention.levels and not _UNPAIRED.issuperset(mention.regions)


def _is_said_after(words: str, last: _Mention, side: _Mention, after: _Mention | None) -> bool:
    if last.side:
        return False
    if after is None and side.end - side.start > len("rt") and side.start - last.end <= _CLOSE:
        return True
    if _joined(_BEFORE_SET_OFF, words, last, side) and _AFTER_SET_OFF.match(words, side.end):
        return True
    return _joined(_JOINT, words, last, side) and _stands_alone(words, last, side, after)


def _stands_alone(words: str, last: _Mention, side: _Mention, after: _Mention | None) -> bool:
    """Say whether a side right behind a region is not said of the region *after* it."""
    if after is None:
        return True
    if _joined(_NEXT, words, side, after):
        return False
    return "," not in words[last.end : side.start] or _ENDS.match(words, side.end) is not None


def _is_said_before(words: str, side: _Mention, after: _Mention | None) -> bool:
    """Say whether *side* is said of the region *after* it; a letter only right beside it."""
    if after is None or ";" in words[side.end : after.start]:
        return False
    said = words[side.start : side.end].lower()
    if said == "both":
        return _joined(_NEXT, words, side, after) and _is_paired(after)
    return len(said) > 1 or _joined(_NEXT, words, side, after)


# --- levels ------------------------------------------------------------------------------------

# "L4-5", "L4-L5", "L4/5", "L5S1", "L3 to S1"; each letter has its own highest vertebra.
_NUMBER = r"(?:1[0-2]|[1-9])(?![\d%])(?!\.\d)"
_LEVEL = re.compile(
    r"[CTLS](?<![\w.].)-?(?:(?<=C)[1-8]|(?<=C-)[1-8]|(?<=T)(?:1[0-2]|[1-9])|(?<=T-)(?:1[0-2]|[1-9])"
    r"|(?<=L)[1-6]|(?<=L-)[1-6]|(?<=S)[1-5]|(?<=S-)[1-5])(?![\d%])(?!\.\d)"
    rf"(?:\s{{0,2}}(?:[-/\u2010-\u2014]|(?:to|through|thru)\s(?=[CTLS]))\s{{0,2}}(?:[CTLS]-?)?{_NUMBER}"
    rf"|[CTLS]{_NUMBER}){{0,5}}(?![A-Za-z])",
    re.IGNORECASE,
)
_LEVEL_AHEAD = re.compile(r"[CTLScts](?<![\w.].)-?[1-9]|l(?<![\w.].)-?[1-9]")
_MORE = re.compile(
    rf"\s{{0,2}}(?:,\s?(?:and\s)?|&|and\s)\s{{0,2}}({_NUMBER}(?:[-/]S?\d)?)"
    r"(?![\w/-]|\s{0,2}(?:levels?|views?|times?|visits?|sessions?|injections?|weeks?|days?|months?|units?|x)\b)",
    re.IGNORECASE,
)
_NO_LEVEL = re.compile(
    r"[\s-]{0,2}(?:weight|splint|code|orthos|imag|sequence|signal|map|compound|tablet|modifier|complement)",
    re.IGNORECASE,
)
_NO_LEVEL_BEFORE = re.compile(
    r"(?:vitamin|hcpcs|code|free|total|type|phase|stage)s?\W{0,2}\Z", re.IGNORECASE
)
_THYROID = re.compile(r"\b(?:tsh|thyroid|free\s+t[34])", re.IGNORECASE)
_OF_BLOOD = frozenset({"T1", "T2", "T3", "T4"})
_REGION_OF = {
    "C": "cervical spine",
    "T": "thoracic spine",
    "L": "lumbar spine",
    "S": "lumbar spine",
}
_BELOW = {"cervical spine": "thoracic spine", "thoracic spine": "lumbar spine"}
_LONGEST_PLAIN = 2  # "L4"
_BLANK = re.compile(r"\s+")
_TO = re.compile(r"TO|THROUGH|THRU|[\u2010-\u2014]")
_LETTERS = re.compile(r"[A-Z]")
_DIGITS = re.compile(r"\d+")


def _levels(words: str) -> Iterator[_Mention]:
    """Yield the runs of spinal levels of one region: "L4-5, L5-S1"."""
    run: list[_Mention] = []
    for level in _single_levels(words):
        if run and not (level.regions == run[0].regions and _joined(_AND, words, run[-1], level)):
            yield _run(run)
            run = []
        run.append(level)
    if run:
        yield _run(run)


def _run(levels: list[_Mention]) -> _Mention:
    """Return a run of levels as one mention, each level once."""
    named = tuple(dict.fromkeys(level for mention in levels for level in mention.levels))
    return levels[0]._replace(levels=named, end=levels[-1].end)


def _single_levels(words: str) -> Iterator[_Mention]:
    for match in _LEVEL.finditer(words):
        start, end = match.span()
        said = match.group().upper()
        if end - start > _LONGEST_PLAIN:
            said = _TO.sub("-", _BLANK.sub("", said))
        if not _is_level(words, start, end, said):
            continue
        levels = said.split("/") if "-" in said and "/" in said else [said]
        if not all(level[0].isalpha() for level in levels):
            levels = [said]
        while more := _MORE.match(words, end):
            if int(_DIGITS.findall(more[1])[0]) - int(_DIGITS.findall(levels[-1])[-1]) not in (
                0,
                1,
            ):
                break
            levels.append(said[0] + _BLANK.sub("", more[1]).upper())
            end = more.end()
        yield _Mention((_REGION_OF[said[0]],), None, tuple(levels), start, end)


def _is_level(words: str, start: int, end: int, said: str) -> bool:
    if _NO_LEVEL.match(words, end) or _NO_LEVEL_BEFORE.search(words[max(0, start - 12) : start]):
        return False
    return said not in _OF_BLOOD or not _THYROID.search(words)


# --- one region, once --------------------------------------------------------------------------

_PROFESSION = re.compile(
    r"(?:\s+(?:and|&)\s+\w{1,20}(?:\s+\w{1,20})?)?\s+(?:surgeon|specialist|therapist|doctor|physician|clinic)s?\b",
    re.IGNORECASE,
)
_THERAPY = re.compile(r"\s+therap(?:y|ies)\b", re.IGNORECASE)


def _regions(words: str, mention: _Mention) -> Iterator[RegionFound]:
    """Yield the regions of *mention*; a hand therapist and a spine surgeon name none."""
    if mention.side is None and (
        _PROFESSION.match(words, mention.end)
        or ("hand" in mention.regions and _THERAPY.match(words, mention.end))
    ):
        return
    for region in mention.regions:
        yield RegionFound(region, mention.side, mention.levels, mention.start, mention.end)


def _specific(words: str, found: list[RegionFound]) -> list[RegionFound]:
    """Return *found* without "spine" where its part is named, nor "back" right after it."""
    named = {region.region for region in found}
    if named.isdisjoint(("spine", "back")) or not named & _OF_THE_SPINE:
        return found
    ends = {region.end for region in found if region.region in _OF_THE_SPINE}
    return [
        region
        for region in found
        if region.region != "spine"
        and not (
            region.region == "back"
            and region.start - 1 in ends
            and words[region.start - 1].isspace()
        )
    ]


def _settled(found: list[RegionFound]) -> list[RegionFound]:
    """Return *found* with a level between two regions in the one that words name: T12-L1."""
    named = {region.region for region in found if not region.levels}
    return [
        region._replace(region=below)
        if (below := _BELOW.get(region.region)) in named
        and region.region not in named
        and len(set(_LETTERS.findall("".join(region.levels)))) > 1
        else region
        for region in found
    ]


def _merged(found: list[RegionFound]) -> list[RegionFound]:
    kept: list[RegionFound] = []
    for new in found:
        for at, old in enumerate(kept):
            if old.region == new.region and (old.side == new.side or None in (old.side, new.side)):
                kept[at] = _one(old, new)
                break
        else:
            kept.append(new)
    return kept


def _one(old: RegionFound, new: RegionFound) -> RegionFound:
    """Return two mentions as one; the words of both only where each adds something."""
    levels = tuple(dict.fromkeys(old.levels + new.levels))
    side = old.side or new.side
    if levels == old.levels and side == old.side:
        return old
    if levels == new.levels and side == new.side and not (new.levels and not old.levels):
        return new
    return RegionFound(old.region, side, levels, min(old.start, new.start), max(old.end, new.end))
