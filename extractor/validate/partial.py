"""Partial approvals: are the three parts, and the known words between them, the whole request?

A part counts only beside words that name it ("was the original request", "leaving"), and whatever
stands before, between and after the parts must be such words and nothing more: a word cut off a
part, or shifted to another, is left over and refused.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from extractor.findings import Code, Finding
from extractor.record import Item, PartialApproval, Words
from extractor.text import Span, Text
from extractor.validate.spans import passage, span_of

# Words of a partial approval's beginning and of its end: a request holds both or neither.
BEGINS = re.compile(
    r"\b(?:was|were|is)\s+the\s+original\s+request\b|\b(?:originally|initially)\s+requested\b"
    r"|\boriginal\s+request(?:\s+(?:was|were|is\s+for)\b|\s*:)|\b(?:was|were)\s+requested\b"
    r"|\bmodified\s+(?:by\s[^.;]{2,40}\s)?to\b",
    re.IGNORECASE,
)
ENDS = re.compile(
    r"\bremaining\b|\bleaving\s+(?:the|an?|original|remaining)\b|\bthe\s+original\s+request\b"
    r"|\b(?:authorized|approved|certified)\s+by\b",
    re.IGNORECASE,
)
# Every request is searched for these: one class of letters first makes it many times faster.
_PARTIAL_WORDS = re.compile(
    r"[OoRrMm](?<!\w.)(?i:(?<=o)riginal(?:ly)?|(?<=r)emain(?:ing|der)"
    r"|(?<=m)odified\s+(?:by\s[^.;]{2,40}\s)?to)\b",
)
_GRANTED_WORDS = re.compile(
    r"[CcAa](?<!\w.)(?i:(?<=c)ertified|(?<=a)pproved|(?<=a)uthorized)\b",
)
_SENTENCE_ENDS = re.compile(r"[.;]\s")
_FAR_ENOUGH = 300


def check_partial(item: Item, text: Text, path: str) -> Iterator[Finding]:
    """Hold a partial approval's parts to the words around them, the treatment to what remains."""
    request = span_of(text, item.request)
    partial = item.partial_approval
    if partial is None:
        if item.treatment.start != item.request.start or item.treatment.end != item.request.end:
            message = "Without a partial approval the treatment is the request."
            yield Finding.of(
                Code.WRONG_PLACE, message, f"{path}/treatment", passage(text, item.treatment)
            )
        if _may_be_partial(text.norm, request):
            message = "The request names an original request, but no partial approval was read."
            yield Finding.of(
                Code.MISSING_FIELD, message, f"{path}/partial_approval", passage(text, item.request)
            )
        return
    remaining = partial.remaining
    if (item.treatment.start, item.treatment.end) != (remaining.start, remaining.end):
        message = "The treatment is not the remaining portion."
        yield Finding.of(
            Code.WRONG_PLACE, message, f"{path}/treatment", passage(text, item.treatment)
        )
    for name in _misplaced_parts(partial, request, text):
        message = f"The {name} part does not stand in its place within the request."
        where = passage(text, getattr(partial, name))
        yield Finding.of(Code.WRONG_PLACE, message, f"{path}/partial_approval/{name}", where)


def _may_be_partial(norm: str, request: Span) -> bool:
    """Say whether a request speaks of an original, or grants something in a second sentence."""
    return _PARTIAL_WORDS.search(norm, *request) is not None or any(
        _SENTENCE_ENDS.search(norm, max(request.start, at.start() - _FAR_ENOUGH), at.start())
        for at in _GRANTED_WORDS.finditer(norm, *request)
    )


def _misplaced_parts(partial: PartialApproval, request: Span, text: Text) -> tuple[str, ...]:
    parts: dict[str, Words] = {name: getattr(partial, name) for name in _NAMES}
    spans = {name: span_of(text, part) for name, part in parts.items()}
    ill = tuple(
        name
        for name, part in parts.items()
        if _is_no_part(name, part.quote.lower(), at_start=spans[name].start == request.start)
    )
    return ill or next(_unframed_parts(spans, request, text), ())


# --- the words of a part -------------------------------------------------------------------------

_NAMES = ("original", "authorized", "remaining")
_PAYER = (
    r"(?:the )?(?:claims? (?:administrator|adjuster|examiner)|utilization review(?:er)?"
    r"|ur(?: physician| reviewer)?|(?:insurance )?carrier|insurer)"
)
_GRANTED = (
    r"(?:(?:partially|conditionally|previously|only|also|already|then) ){0,2}"
    r"(?:authorized|approved|certified|granted|allowed)"
)
_BE = r"(?:was|were|is|are|ha(?:s|ve|d) been)"
_ELIGIBLE = r"imr[ -]{1,3}eligible"
_OF_THE_FORM = re.compile(
    rf"original(?:ly)? request|claims? administrator|\bimr[ -]{{1,3}}eligible"
    rf"|\b{_BE} (?:{_GRANTED}|requested)\b"
)
_NO_BEGINNING = re.compile(
    r"\W*(?:for|is|are|was|were|be|by|to|and|but|however|of|which|leaving|while|whereas"
    r"|only|(?:the )?remaining|(?:portion|part|balance)(?:\(s\)|s)?(?!\w|-))\b|[:,;.]"
)
_NO_ENDING = re.compile(
    rf"\b(?:{_BE}|has|have|had|then|the|partially|conditionally|previously|by|per|remaining|leaving"
    rf"|not|(?:in|under) dispute|(?:by|per) {_PAYER}|non-?)\Z"
)
_NOT_AUTHORIZED = re.compile(r"(?:none|no|not|on appeal)\b")


def _is_no_part(name: str, words: str, *, at_start: bool) -> bool:
    """Say whether *words* hold words that stand around a part: "None", ": Norco", "Norco was"."""
    if name == "authorized" and _NOT_AUTHORIZED.match(words):
        return True
    if not at_start and _NO_BEGINNING.match(words):
        return True
    return bool(_OF_THE_FORM.search(words) or _NO_ENDING.search(words))


# --- the words between the parts -----------------------------------------------------------------

_CUT = rf"{_BE} (?:then )?modified (?:by {_PAYER} )?to(?: be)?"
_PORTION = r"(?:portion|part|balance)(?:\(s\)|s)?"
_BEFORE = {
    "original": r"(?:the )?original request(?: (?:was|were|is)(?: for)?| ?:)",
    "authorized": rf"{_CUT}|{_PAYER} (?:ha[sd] )?{_GRANTED}(?: for)?"
    rf"|{_PAYER} (?:has )?modified (?:the (?:original )?request |this |it )?to",
    "remaining": rf"(?:leaving (?:the )?original request (?:as )?{_ELIGIBLE}[.,;: ]*)?"
    rf"(?:the )?(?:remaining(?: {_ELIGIBLE})?"
    rf"(?: {_PORTION}(?: of (?:the |this )?original request)?)?"
    rf"|{_ELIGIBLE} {_PORTION} of the original request|original request(?= ?,| is\b))"
    r"(?: ?,)?(?: ?(?:is ?)?:| (?:is|are)(?: for)?| for)?"
    r"|leaving (?:(?:a|the) )?(?:remaining)?",
}
_AFTER = {
    "original": rf" {_BE} (?:the original request|(?:originally |initially )?requested)",
    "authorized": rf" (?:{_BE} {_GRANTED}(?: (?:by|per) {_PAYER})?|{_GRANTED} (?:by|per) {_PAYER}"
    rf"|(?:by|per) {_PAYER})",
    "remaining": rf",? (?:remaining|(?:as )?{_ELIGIBLE}|(?:in|under) dispute)"
    rf"(?: (?:and|for) {_ELIGIBLE}| for (?:imr|review))?",
}
_JOINT = (
    r"[ .,;:]*(?:(?:and|but|however|of which|while|whereas|only|th(?:e|is) (?:original )?request"
    r"|this|it)\b[ ,]*){0,2}?"
)
_BLANK = re.compile(r"\s+")
_CUT_OFF = re.compile(_CUT)
_STOP = re.compile(r"[.;]\s+(?=[A-Z0-9])")
_FINAL_STOPS = frozenset(".,;:")


def _between(before: str, after: str) -> re.Pattern[str]:
    """Return the pattern of what may stand between two parts, or before the first, after the last.

    ``closes`` names the part before, ``opens`` the part after.
    """
    closes = f"(?P<closes>(?:{_AFTER[before]})?)" if before else "(?P<closes>)"
    opens = f"(?P<opens>(?:{_BEFORE[after]})?)" if after else "(?P<opens>)"
    return re.compile(f"{closes}{_JOINT}{opens} ?" if after else f"{closes}[ .,;]*{opens}")


_BETWEEN = {
    pair: _between(*pair)
    for pair in (
        ("", "original"), ("", "authorized"), ("original", "authorized"),
        ("authorized", "original"), ("original", "remaining"), ("authorized", "remaining"),
        ("remaining", ""),
    )
}  # fmt: skip


def _unframed_parts(spans: dict[str, Span], request: Span, text: Text) -> Iterator[tuple[str, ...]]:
    """Yield the parts beside words left over, and those that no words name."""
    parts = sorted((span, name) for name, span in spans.items())
    edges = [(Span(request.start, request.start), ""), *parts, (Span(request.end, request.end), "")]
    named = {""}
    for (left, before), (right, after) in pairwise(edges):
        gap = _BLANK.sub(" ", text.norm[left.end : right.start]).lower()
        found = _joined(gap, before, after) if left.end <= right.start else None
        if found is None:
            blamed = dict.fromkeys((before or "original", after or "remaining"))
            yield tuple(blamed)
            return
        if _CUT_OFF.search(gap) or found["closes"].lstrip()[:2] not in {"", "by", "pe"}:
            named.add(before)
        if found["opens"]:
            named.add(after)
        is_open = before and not found["closes"]
        if before not in named or (is_open and text.norm[left.end - 1] in _FINAL_STOPS):
            yield (before,)
        if is_open and after and not found["opens"] and _is_doubtful(gap, left, right, text):
            yield (before, after)


def _joined(gap: str, before: str, after: str) -> re.Match[str] | None:
    """Match the whole of what stands between two parts; None where words are left over."""
    pattern = _BETWEEN.get((before, after))
    found = pattern.fullmatch(gap) if pattern else None
    cut = (before and gap[:1].isalnum()) or (after and gap[-1:].isalnum())
    if found is None or cut or (gap and not before and not found["opens"]):
        return None
    return found


def _is_doubtful(gap: str, left: Span, right: Span, text: Text) -> bool:
    """Say whether a bare full stop may not be the one that parts two parts."""
    has_stop = "." in gap or ";" in gap
    return not has_stop or any(_STOP.search(text.norm, *part) for part in (left, right))
