"""Partial approvals: what was asked for first, what of it was authorized, what is left to decide.

A request that was approved in part is told in sentences: "X was the original request. Y was
authorized by the Claims Administrator. The remaining IMR eligible portion of the original request,
Z is". The words between X, Y and Z vary; they are the marks that part the request. No full stop
is needed between the parts: a dose has full stops of its own.
"""

import re
from collections.abc import Iterator

from extractor.propose import Claim
from extractor.text import Span, Text

_LONGEST = 3000
_MAY_BE_PARTIAL = re.compile(r"riginal|emaining|RIGINAL|EMAINING")
_PAYER = (
    r"(?:the\s+)?(?:claims?\s+(?:administrator|adjuster|examiner)|utilization\s+review(?:er)?"
    r"|UR(?:\s+physician|\s+reviewer)?|(?:insurance\s+)?carrier|insurer)\b"
)
_GRANTED = (
    r"(?:(?:partially|conditionally|previously|only|also|already|then)\s+){0,2}"
    r"(?<!non-)(?<!non\s)(?<!not\s)(?:authorized|approved|certified|granted|allowed)\b"
)
_BE = r"(?:was|were|is|are|ha(?:s|ve|d)\s+been)"
_FIRST = r"(?:originally|initially)"
_ELIGIBLE = r"IMR[\s-]{1,3}eligible"
# The marks, by what they say of the words around them. "asked" and "given" stand after their
# words, "asking", "giving" and "rest" before them; "cut" between the two.
_MARKS = re.compile(
    rf"\b(?:(?P<cut>{_BE}\s+(?:then\s+)?modified\s+(?:by\s+{_PAYER}\s+)?to(?:\s+be)?\s"
    rf"|{_PAYER}\s+(?:has\s+)?modified\s+(?:the\s+(?:original\s+)?request\s+|this\s+|it\s+)?to\s)"
    rf"|(?P<asked>{_BE}\s+(?:the\s+original\s+request\b|{_FIRST}\s+requested\b|requested\b))"
    rf"|(?P<given>(?:{_BE}\s+{_GRANTED}(?:\s+(?:by|per)\s+{_PAYER})?"
    rf"|{_GRANTED}\s+(?:by|per)\s+{_PAYER}))"
    rf"|(?P<giving>{_PAYER}\s+(?:ha[sd]\s+)?{_GRANTED}(?:\s+for\b)?)"
    rf"|(?P<open>leaving\s+(?:the\s+)?original\s+request\s+(?:as\s+)?{_ELIGIBLE})"
    rf"|(?P<left>leaving\s+(?:(?:a|the)\s+)?(?:remaining\s+)?)"
    rf"|(?P<rest>(?:the\s+)?(?:remaining\s+(?:{_ELIGIBLE}\s+)?"
    rf"(?:(?:portion|part|balance)(?:\(s\)|s)?(?:\s+of\s+(?:the\s+|this\s+)?original\s+request)?)?"
    rf"|{_ELIGIBLE}\s+(?:portion|part)(?:\(s\)|s)?\s+of\s+the\s+original\s+request"
    rf"|original\s+request(?=\s*,|\s+is\b))"
    rf"(?:\s*,)?(?:(?:\s+is)?\s*:(?=\s)|\s+(?:is|are)\s+for\b|\s+(?:is|are|for)\b)?)"
    rf"|(?P<asking>(?:the\s+)?original\s+request(?:\s+(?:was|were|is)(?:\s+for)?\b|\s*:)))",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"[\s.,;:]*(?:(?:and|but|however|of\s+which|while|whereas|only|th(?:e|is)\s+(?:original\s+)?"
    r"request|it)\b[\s,]*(?=\S|\Z)){0,2}",
    re.IGNORECASE,
)
_BY_PAYER = re.compile(rf"\s+(?:by|per)\s+{_PAYER}[\s.,;]*\Z", re.IGNORECASE)
_LEFT_OVER = re.compile(
    rf"[\s,]+(?:remaining|(?:as\s+)?{_ELIGIBLE}|(?:in|under)\s+dispute)"
    rf"(?:\s+(?:and|for)\s+{_ELIGIBLE}|\s+for\s+(?:IMR|review))?[\s.,;]*\Z",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.;](?<!\bmg.)(?<!\bml.)(?<!\btab.)(?<!\bcap.)\s+(?=[A-Z0-9])")
_PARTS = ("original", "authorized", "remaining")


def partial_approval(text: Text, request: Span) -> tuple[Claim, Claim, Claim] | None:
    """Return what *request* says was asked, was authorized and remains; None where it does not.

    All three must be told. In "X was the original request. The Claims Administrator authorized Y,
    leaving the original request IMR eligible. The original request, X" nothing was taken off.
    """
    if request.end - request.start > _LONGEST:
        return None
    words = text.norm[request.start : request.end]
    if _MAY_BE_PARTIAL.search(words) is None:
        return None
    parts = dict(_parts(words))
    if not all(parts.get(name) for name in _PARTS):
        return None
    original, authorized, remaining = (
        Claim(text.trim(request.start + parts[name][0], request.start + parts[name][1]))
        for name in _PARTS
    )
    return original, authorized, remaining


def _parts(words: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each part that the marks part off, by its name; the remaining one is the last."""
    at, opened, seen = 0, "", set[str]()
    for mark in _MARKS.finditer(words):
        name = str(mark.lastgroup)
        if name == "asking" and (words[at : mark.start()].strip() or "original" in seen):
            continue
        if name == "rest" and not (seen | {opened}) >= {"original", "authorized"}:
            continue
        for part, span in _closed(words, (at, mark.start()), name, opened, seen):
            seen.add(part)
            yield part, span
        at, opened = mark.end(), _OPENS.get(name, "")
        if name == "rest":
            break
    if opened == "remaining":
        yield opened, _trimmed(words, at, len(words), _LEFT_OVER)


_OPENS = {
    "asking": "original",
    "giving": "authorized",
    "cut": "authorized",
    "left": "remaining",
    "rest": "remaining",
}
_CLOSES = {"asked": "original", "given": "authorized"}


def _closed(
    words: str, between: tuple[int, int], mark: str, opened: str, seen: set[str]
) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the parts between two marks: what the first opened, what the second closes."""
    start, end = between
    closes = _CLOSES.get(mark, "original" if mark == "cut" and "original" not in seen else "")
    if opened and closes and opened != closes:
        if (stop := _SENTENCE.search(words, start, end)) is None:
            return
        yield opened, _trimmed(words, start, stop.start(), _BY_PAYER)
        yield closes, _trimmed(words, stop.end(), end)
    elif part := opened or closes:
        yield part, _trimmed(words, start, end, _BY_PAYER if opened else None)


def _trimmed(
    words: str, start: int, end: int, tail: re.Pattern[str] | None = None
) -> tuple[int, int]:
    """Return the range without what joins it to its marks; where it is opened, without *tail*."""
    if lead := _BEFORE.match(words, start, end):
        start = lead.end()
    if tail:
        end = start + len(words[start:end].rstrip(" \r\n\t\f.,;"))
        if found := tail.search(words, max(start, end - 120), end):
            end = found.start()
    return (start, end) if words[start:end].strip() else (end, end)
