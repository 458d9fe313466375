"""What a sentence decides of a request: the polarity of conclusions, by one grammar.

Pure functions of words. A proposer reads conclusions by it, the validator checks them by it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_letters
from typing import NamedTuple

from extractor.record import Polarity
from extractor.text import Span

# A deciding phrase is known by a word that hardly occurs otherwise; what stands right before and
# after that word says whether, and which way, it decides. Each pattern begins with fixed letters,
# which makes the search for it fast; the first letter's case is free.
_NECESSARY = (
    r"(?i:ly[\s-]+(?P<adjective>(?:not\s+|un)?necessary|appropriate|indicated|warranted)"
    r"|\s+(?P<noun>necessity))\b"
)
_CUES = (
    re.compile(r"edical" + _NECESSARY),
    re.compile(r"EDICAL" + _NECESSARY),
    re.compile(
        r"ecommendation\s+is\s+(?:therefore\s+|thus\s+)?"
        r"(?:for\s+(?P<for>denial|approval|(?:non-?\s?)?(?:authorization|certification))"
        r"|(?P<against>against))\b"
    ),
    re.compile(
        r"equest\s+is\s+(?:therefore\s+|thus\s+|hereby\s+)?"
        r"(?P<verdict>(?:not\s+|non-?\s?)?(?:certified|approved|authorized|denied))\b"
    ),
)
# The verb group before "medically necessary": only words that cannot carry a clause of their own.
_GROUP = frozenset(
    (
        "is are was were be been being as not cannot can't can could would should may might isn't "
        "wasn't aren't never neither no longer have has had does do did doesn't to see seen "
        "deemed considered found determined felt judged shown established seem seems appear "
        "appears remain remains believed both also still currently clearly therefore thus hereby "
        "hence thereby at this time point a an non"
    ).split()
)
_COPULAS = frozenset(
    (
        "is are was were be been being as isn't wasn't aren't seem seems appear appears remain "
        "remains"
    ).split()
)
_PARTING = str.maketrans(",;-", "   ")
# "not a medical necessity", "lacks medical necessity", "does not establish the medical necessity".
_BEFORE_NOUN = re.compile(
    r"(?:\b(?:is|was|are|were|be)\s+(?:not\s+)?(?:\w+\s+)?an?\s+"
    r"|\b(?:lacks?|lack\s+of|no)\s+"
    r"|\b(?:(?:do|does|did)\s+not\s+|fails?\s+to\s+|failed\s+to\s+|cannot\s+)?"
    r"(?:establish|support|demonstrate|substantiate|justif)(?:es|ed|s|y|ies|ied)?\s+(?:the\s+)?)\Z",
    re.IGNORECASE,
)
# "medical necessity of the request is not established".
_AFTER_NOUN = re.compile(
    r"\s[^.;]{0,200}?\b(?P<predicate>(?:is|are|was|were|has|have|had|cannot|can|could)"
    r"\s+(?:(?:not|been|be|also|clearly|therefore|thus|adequately|sufficiently)\s+){0,4})"
    r"(?:established|demonstrated|supported|documented|substantiated|met|shown|evident|clear|confirmed|justified)\b",
    re.IGNORECASE,
)
# "I find the additional visits medically necessary".
_FINDS = re.compile(
    r"\b(?:(?:not|cannot|can't|never|unable\s+to|fail\w*\s+to|n't)\s+)?(?:finds?|found|deems?|considers?|hold)\s[^.;:]*\Z",
    re.IGNORECASE,
)
# Closing notices on stopping a drug decide nothing, whatever they call necessary.
_NOTICE = re.compile(r"\b(?:wean|taper|abrupt|withdraw)", re.IGNORECASE)
_OF_THE_REQUEST = re.compile(r"\brequest|\bprescri", re.IGNORECASE)
_GROUP_WITHIN = 90
_NEGATED = re.compile(
    r"\b(?:not|cannot|never|neither|no|non|fail\w*|lack\w*|unnecessary)\b|n't\b", re.IGNORECASE
)
_CONDITION = re.compile(
    r"\b(?:if|unless|whether|in\s+order|must\s+be|should\s+be|when)\b", re.IGNORECASE
)
_MODAL = re.compile(r"\b(?:may|might|could|would|should)\b", re.IGNORECASE)
_IF_AFTER = re.compile(r"[\s,](?:if|unless|provided\s+that|as\s+long\s+as)\s")
_IF_WITHIN = 48
_SAYING = tuple("stat said says found find argu belie feel felt opine claim".split())
_CONDITIONS = ("if", "unless", "whether", "order", "must", "should", "when")
# "The provider states that it is …": nothing but that clause stands before the phrase.
_SOMEBODY_SAYS = re.compile(
    r"\b(?:provider|surgeon|doctor|physician|administrator|review|UR|guidelines?|MTUS|ODG|ACOEM)\s+"
    r"(?:\w+\s+)?(?:states?|stated|said|says|found|finds|argue[sd]?|believes?|feels?|felt|opine[sd]?"
    r"|claims?)\s[^,;]*\Z",
    re.IGNORECASE,
)
_CONSEQUENCE = re.compile(
    r"\b(?:therefore|thus|as\s+such|hence|consequently|accordingly)\b", re.IGNORECASE
)
_DENYING = re.compile(r"den(?:y|ial|ied)|non-?\s?(?:certif|author)|not\s|against", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?][.!?]*[\"')\]]*(?=\s+[\"'(\[]?[A-Z0-9]|[A-Z][a-z]|\s*\Z)")
# Words that a point abbreviates; so it does any single letter, as in "e.g." and "John Q. Public".
_ABBREVIATIONS = frozenset(
    "vs al dr mr mrs ms no pg pp ch ed fig st approx inc "
    "jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
_LONGEST_ABBREVIATION = max(map(len, _ABBREVIATIONS))
_WORD = re.compile(r"\w")
_QUOTATION_MARK = re.compile('"')
_LONGEST_QUOTATION = 2000
_USUAL_SENTENCE = 200
_EDGE = 40
_LONG_SENTENCE = 600
_LONGEST_SENTENCE = 6000


class Deciding(NamedTuple):
    """A sentence that decides a request: its span in the normalized text, and what it says."""

    sentence: Span
    polarity: Polarity


@lru_cache(maxsize=256)
def conclusions(norm: str, span: Span) -> tuple[Deciding, ...]:
    """Return the sentences within *span* that decide a request, in order.

    Quoted guideline text and conditions ("necessary if …") decide nothing.

    >>> words = "It hurts. The request is not medically necessary."
    >>> [last] = conclusions(words, Span(0, len(words)))
    >>> words[slice(*last.sentence)], last.polarity
    ('The request is not medically necessary.', 'not_necessary')
    """
    deciding = list(deciding_phrases(norm, *span))
    if not deciding:
        return ()
    quoted = quotations(norm, span)
    opened = [start for start, _ in quoted]
    found: list[Deciding] = []
    for begin, end, polarity in deciding:
        before = bisect_left(opened, begin) - 1
        if before >= 0 and begin < quoted[before][1]:
            continue
        sentence = sentence_around(norm, span, begin, end)
        if _is_conditional(norm, sentence.start, begin, end, polarity):
            continue
        if found and found[-1].sentence == sentence:
            found.pop()
        found.append(Deciding(sentence, polarity))
    while len(found) > 1 and _is_notice(norm[slice(*found[-1].sentence)]):
        found.pop()
    return tuple(found)


def _is_notice(sentence: str) -> bool:
    return bool(_NOTICE.search(sentence)) and not _OF_THE_REQUEST.search(sentence)


def deciding_phrases(norm: str, start: int, end: int) -> Iterator[tuple[int, int, Polarity]]:
    """Yield the deciding phrases of a range, in order, each with what it says."""
    cues = [cue for pattern in _CUES for cue in pattern.finditer(norm, start, end)]
    for cue in sorted(cues, key=_start):
        name = cue.lastgroup or ""
        at = max(start, cue.start() - 1)
        floor = max(start, at - _GROUP_WITHIN)
        if name in {"for", "against", "verdict"}:
            yield at, cue.end(), "not_necessary" if _DENYING.search(cue[name]) else "necessary"
        elif name == "adjective":
            begin = _verb_group(norm, floor, at)
            if begin is not None:
                yield begin, cue.end(), _polarity(f"{norm[begin:at]} {cue[name]}")
        elif before := _BEFORE_NOUN.search(norm[floor:at]):
            yield floor + before.start(), cue.end(), _polarity(before.group())
        elif after := _AFTER_NOUN.match(norm, cue.end(), end):
            yield at, after.end(), _polarity(after["predicate"])


def _start(match: re.Match[str]) -> int:
    return match.start()


def _verb_group(norm: str, floor: int, end: int) -> int | None:
    """Return where the verb group that ends at *end* begins; None where there is none.

    "cannot find the study to be": an infinitive belongs to the verb of finding before it.
    """
    begin, copula, first = end, False, ""
    rest = norm[floor:end].translate(_PARTING)
    while words := rest.rsplit(None, 1):
        word = words.pop().lower()
        if word not in _GROUP:
            break
        begin, first = floor + len(rest.rstrip()) - len(word), word
        copula = copula or word in _COPULAS
        rest = words[0] if words else ""
    if copula and first not in {"to", "as"}:
        return begin
    finds = _FINDS.search(norm, max(0, begin - _GROUP_WITHIN), begin)
    if finds:
        return finds.start()
    return begin if copula else None


def _polarity(verbs: str) -> Polarity:
    return "not_necessary" if _NEGATED.search(verbs) else "necessary"


def _is_conditional(norm: str, sentence: int, begin: int, end: int, polarity: Polarity) -> bool:
    """Say whether a phrase only says what would have to hold."""
    before = norm[sentence:begin].lower()
    if _has_any(before, _SAYING) and _SOMEBODY_SAYS.search(before):
        return True
    if _IF_AFTER.search(norm, end, end + _IF_WITHIN):
        return True
    hypothetical = polarity == "necessary" and _MODAL.search(norm, begin, end)
    conditional = _has_any(before, _CONDITIONS) and _CONDITION.search(before)
    return bool(hypothetical or conditional) and _CONSEQUENCE.search(before) is None


def _has_any(words: str, seeds: tuple[str, ...]) -> bool:
    """Say whether a pattern is worth trying: one of its *seeds* occurs."""
    return any(map(words.__contains__, seeds))


def quotations(norm: str, span: Span) -> list[tuple[int, int]]:
    """Return the ranges between quotation marks within *span*, closed ones only."""
    found: list[tuple[int, int]] = []
    opened: int | None = None
    for match in _QUOTATION_MARK.finditer(norm, *span):
        at = match.start()
        before = norm[at - 1 : at].strip()
        after = norm[at + 1 : at + 2].strip()
        opens = (not before or before in "([-/") and (bool(after) or opened is None)
        if opens or opened is None:
            opened = at if opens else opened
            continue
        if at - opened <= _LONGEST_QUOTATION:
            found.append((opened, at + 1))
        opened = None
    return found


def sentence_around(norm: str, span: Span, start: int, end: int) -> Span:
    """Return the sentence of *span* that holds the range *start:end*."""
    begin = span.start
    for length in (_USUAL_SENTENCE, _LONG_SENTENCE, _LONGEST_SENTENCE):
        floor = max(span.start, start - length)
        stops = list(_sentence_ends(norm, floor, start))
        # What stands at the first window's edge may be cut in two: the next shows it whole.
        if stops and (length > _USUAL_SENTENCE or stops[-1] > floor + _EDGE):
            begin = stops[-1]
            break
    else:
        begin = floor
    limit = min(span.end, end + _LONGEST_SENTENCE)
    finish = next(iter(_sentence_ends(norm, end, limit)), limit)
    while begin < finish and norm[begin].isspace():
        begin += 1
    while finish > begin and norm[finish - 1].isspace():
        finish -= 1
    return Span(begin, finish)


def _sentence_ends(norm: str, start: int, end: int) -> Iterator[int]:
    """Yield where sentences end within the range *start:end*, exclusive offsets."""
    for match in _SENTENCE_END.finditer(norm, start, min(len(norm), end + 2)):
        if match.end() > end:
            return
        if not _abbreviates(norm, start, match.start()):
            yield match.end()


def _abbreviates(norm: str, start: int, point: int) -> bool:
    """Say whether the mark at *point* ends an abbreviation that begins at *start* or later."""
    before = norm[max(start, point - _LONGEST_ABBREVIATION) : point]
    word = before[len(before.rstrip(ascii_letters)) :].lower()
    if norm[point] != "." or not (len(word) == 1 or word in _ABBREVIATIONS):
        return False
    begin = point - len(word)
    return begin == 0 or _WORD.match(norm, begin - 1) is None
