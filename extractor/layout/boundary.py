"""Where a request begins: after a paragraph break, or at a guess where the text has none."""

import re

from extractor.text import Gap, Span, Text, lines_of

_TERMINATED = re.compile(r"[.!?][\"')\]]*\s*$")
_PARTIAL_TAIL = re.compile(
    r"\bremaining\s+(?:IMR|portion|part|balance)|\bleaving\s+(?:the\s+)?(?:original|remaining)"
    r"|\bthe\s+original\s+request\s*,|\b(?:authorized|approved|certified)\s+by\s+(?:the\s+)?"
    r"(?:claims?\s+a|utilization\s+review|UR\b|(?:insurance\s+)?carrier|insurer)",
    re.IGNORECASE,
)
_PARTIAL_HEAD = re.compile(
    r"\b(?:was|were|is)\s+the\s+original\s+request\b|\b(?:originally|initially)\s+requested\b"
    r"|\boriginal\s+request(?:\s+(?:was|were|is\s+for)\b|\s*:)|\b(?:was|were)\s+requested\b"
    r"|\bmodified\s+(?:by\s[^.;]{2,40}\s)?to\b",
    re.IGNORECASE,
)
_FULL_LINE = 0.86
_LONGEST_GUESS = 4000


def request_start(text: Text, floor: int, end: int, *, first: bool = False) -> int:
    """Return where the request that ends before the decision word at *end* begins.

    After the last paragraph break that leaves it words; the first request of a letter begins where
    its section does. Without a break it is a guess from the lines: the last one that follows a
    finished sentence.
    """
    if first:
        return text.trim(floor, end).start
    breaks = [
        gap for gap in text.gaps_between(floor, end) if text.norm[gap.start : end].strip(": \n")
    ]
    proven = [gap for gap in breaks if gap.proven]
    start = proven[-1].start if proven else _guess(text, floor, end)
    edges = [gap for gap in breaks if not gap.proven and gap.start > start]
    if proven and edges:
        start = _over_page_edge(text, start, edges, end)
    return text.trim(start, end).start


def _over_page_edge(text: Text, start: int, edges: list[Gap], end: int) -> int:
    """Return *start*, or the page edge at which a rationale seems to end and a request to begin."""
    for edge in reversed(edges):
        finished = _TERMINATED.search(text.norm, max(start, edge.end - 8), edge.end)
        if finished and not _PARTIAL_TAIL.search(text.norm, edge.start, end):
            return edge.start
    return start


def _guess(text: Text, floor: int, end: int) -> int:
    """Guess where the request before *end* begins in a text without paragraph breaks."""
    lines = lines_of(text.norm, Span(max(floor, end - _LONGEST_GUESS), end))
    width = max((line.end - line.start for line in lines), default=0)
    for before, line in zip(reversed(lines[:-1]), reversed(lines[1:]), strict=True):
        if not _TERMINATED.search(text.norm, before.start, before.end):
            continue
        piece = text.norm[line.start : end]
        if _PARTIAL_TAIL.search(piece) and not _PARTIAL_HEAD.search(piece):
            continue
        if _ends_short(text.norm, before, line, width) or _looks_final(text.norm, before):
            return line.start
    return _after_last_sentence(text, floor, end)


def _ends_short(norm: str, before: Span, line: Span, width: int) -> bool:
    """Say whether the first word of *line* would still have fitted on the line before it."""
    word = norm[line.start : line.end].split(maxsplit=1)[0]
    return before.end - before.start + 1 + len(word) < width * _FULL_LINE


_FINAL = re.compile(
    r"(?:necessary|appropriate|established|denial|approval|time|guidelines?)[.!]", re.IGNORECASE
)


def _looks_final(norm: str, line: Span) -> bool:
    return _FINAL.search(norm, max(line.start, line.end - 16), line.end) is not None


_SENTENCE_STOP = re.compile(
    r"(?:necessary|appropriate|established|denial|approval)[^.]{0,80}\.\s+", re.IGNORECASE
)


def _after_last_sentence(text: Text, floor: int, end: int) -> int:
    """Fall back on the last concluding sentence where not even lines help."""
    stops = [match.end() for match in _SENTENCE_STOP.finditer(text.norm, floor, end)]
    return stops[-1] if stops else floor
