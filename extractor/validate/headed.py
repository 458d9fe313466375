"""Items whose decision word stands before their first label, as the DWC's letters print them."""

import re
from functools import lru_cache
from itertools import pairwise, zip_longest

from extractor.polarity import conclusions
from extractor.text import Gap, Span, Text
from extractor.validate.anchored import Anchored, Anchors, labels_in, opening
from extractor.validate.families import PARTS, Family
from extractor.validate.partial import BEGINS, ENDS

_VERDICTS = ("Upheld", "Overturned", "UPHELD", "OVERTURNED")
_BARE_DECISION = re.compile(rf"(?:{'|'.join(_VERDICTS)})\b")
_TAIL = re.compile(r"(?:\s*,)?(?:\s+is)?[\s,:]*\Z")
_JOINTS = {":", "is:", ",is:", ",is", "is", ","}
_UNDECIDED = re.compile(r"\b(?:not|partially|partly|in\s+part|modified)\W*\Z", re.IGNORECASE)
_UNDECIDING = ("not", "part", "modified", "upheld", "overturned")
_OPEN_ENDS = (":", "/", "(", "-")
_HARD_BREAK = 0.7
_ANOTHER_DECISION = re.compile(r"\b(?:upheld|overturned)\b", re.IGNORECASE)


def headed_items(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    """Return the items of the issues section; what is doubtful goes to *anchors*."""
    if anchors.issues is None:
        return []
    begin, end = anchors.issues
    lead = family.lead.search(text.norm, begin, min(end, begin + 400)) if family.lead else None
    if lead:
        begin = text.trim(lead.end(), end).start
    elif family.lead:
        anchors.problems.append("lead")
    everywhere = labels_in(family, text, text.whole)
    labels = [label for label in everywhere if label[1].start >= begin and label[1].end <= end]
    firsts = [n for n, (part, _) in enumerate(labels) if part == PARTS[0]]
    if len(labels) < len(everywhere) or (labels and (not firsts or firsts[0])):
        anchors.problems.append("labels")
    items: list[Anchored] = []
    floor = begin
    for group in (labels[n:m] for n, m in zip_longest(firsts, firsts[1:])):
        item = _framed(family, text, group, floor, first=not items)
        items.append(item)
        floor = item.rationale_start if item.rationale_start is not None else group[-1][1].end
    _end_parts(text, items, end)
    if family.name == "dwc" and _decides_more_than(len(items), text.norm, begin, end):
        anchors.problems.append("decisions")
    return items


def _decides_more_than(items: int, norm: str, begin: int, end: int) -> bool:
    """Say whether a colon or a comma introduces more decision words than there are *items*."""
    if sum(norm.count(word, begin, end) for word in _VERDICTS) <= items:
        return False
    found = _BARE_DECISION.finditer(norm, begin, end)
    introduced = (norm[word.start() - 9 : word.start()].rstrip()[-1:] in ":," for word in found)
    return sum(introduced) > items


def _framed(
    family: Family,
    text: Text,
    group: list[tuple[str, Span]],
    floor: int,
    *,
    first: bool,
) -> Anchored:
    """Frame the item whose labels are *group*, between *floor* and the first of them."""
    label = group[0][1]
    before = text.trim(floor, label.start)
    decision = None
    for decision in family.decision.finditer(
        text.norm, max(before.start, before.end - 80), before.end
    ):
        if decision.end() == before.end:
            break
    problems = [] if [part for part, _ in group] == list(PARTS) else ["labels"]
    if decision is None or decision.end() != before.end:
        return Anchored(
            floor, None, before.end, Span(before.end, before.end), None, {}, [*problems, "decision"]
        )
    tail = _TAIL.search(text.norm, max(floor, decision.start() - 12), decision.start())
    request_end = tail.start() if tail else decision.start()
    start = (_first_start if first else _proven_start)(text, floor, request_end)
    if family.name == "dwc" and start is not None:
        problems += _heading_problems(text.norm, Span(start, request_end), decision)
    parts = {part: Span(span.end, span.end) for part, span in group}
    for (part, span), (_, following) in pairwise(group):
        parts[part] = text.trim(opening(family, part, span), following.start)
    last_part, last = group[-1]
    parts[last_part] = Span(opening(family, last_part, last), len(text.norm))
    verdict = family.verdict(decision.group())
    return Anchored(floor, start, request_end, Span(*decision.span()), verdict, parts, problems)


def _has_hard_break(norm: str, request: Span) -> bool:
    """Say whether a line of the request ends where its next word would still have fitted.

    Such a line is a heading or a note above the request, not a part of it.
    """
    lines = norm[slice(*request)].split("\n")
    if len(lines) == 1:
        return False
    full = _usual_width(norm)
    return any(
        len(line.strip()) + 1 + len((after.split() or [""])[0]) < full * _HARD_BREAK
        for line, after in pairwise(lines)
        if line.strip() and after.strip()
    )


@lru_cache(maxsize=8)
def _usual_width(norm: str) -> int:
    """Return the median length of the lines that another line follows."""
    lines = [line.strip() for line in norm.split("\n")]
    widths = sorted(len(line) for line, after in pairwise(lines) if line and after)
    return widths[len(widths) // 2] if widths else 0


def _heading_problems(norm: str, request: Span, decision: re.Match[str]) -> list[str]:
    """Say whether the words before the decision word leave it in doubt: "Not Overturned"."""
    if _has_hard_break(norm, request):
        return ["heading"]
    words = norm[slice(*request)]
    joint = "".join(norm[request.end : decision.start()].split())
    doubtful = joint not in _JOINTS or words.rstrip().endswith(_OPEN_ENDS)
    return ["heading"] if doubtful or _is_undecided(words) else []


def _is_undecided(words: str) -> bool:
    plain = words.lower()
    if not any(map(plain.__contains__, _UNDECIDING)):
        return False
    return bool(_UNDECIDED.search(words) or _ANOTHER_DECISION.search(words))


def _end_parts(text: Text, items: list[Anchored], end: int) -> None:
    """End each item's last part where the next item begins: at its request where that is proven."""
    for item, following in zip_longest(items, items[1:]):
        if not item.parts:
            continue
        last = max(item.parts, key=lambda part: item.parts[part].start)
        stop = end
        if following is not None:
            proven = following.request_start
            stop = following.request_end if proven is None else proven
        item.parts[last] = text.trim(item.parts[last].start, stop)


# --- where a request begins: only what proves it ------------------------------------------------

_FINISHED = re.compile(r"(?:[.!?][\"')\]]*|(?:necessary|appropriate)[\"')\]]*)\Z")
_ONE_SENTENCE_MORE = re.compile(r"[.!?][\"')]*\s*\n\s*\S")
_CONCLUDES = re.compile(r"medically\s+necessary|medical\s+necessity", re.IGNORECASE)
_LONGEST_REQUEST = 1500


def _first_start(text: Text, floor: int, end: int) -> int | None:
    """Return where the letter's first request must begin; None where more than it stands there."""
    start = text.trim(floor, end).start
    words = text.norm[start:end]
    if any(gap.proven for gap in text.gaps_between(start, end) if gap.start < end):
        return None
    return start if _can_be_request(words) else None


def _can_be_request(words: str) -> bool:
    """Say whether *words* can be one request: no conclusion, no prose, a whole partial approval."""
    is_partial = ENDS.search(words) is not None
    if is_partial and BEGINS.search(words) is None:
        return False
    if len(words) > _LONGEST_REQUEST or _CONCLUDES.search(words):
        return False
    if conclusions(words, Span(0, len(words))):
        return False
    return is_partial or _ONE_SENTENCE_MORE.search(words) is None


def _proven_start(text: Text, floor: int, end: int) -> int | None:
    """Return where the request ending at *end* must begin; None where no break proves it."""
    breaks = [gap for gap in text.gaps_between(floor, end) if gap.start < end]
    proven = [gap for gap in breaks if gap.proven]
    if not proven:
        return None
    start = proven[-1]
    edges = [gap for gap in breaks if not gap.proven and gap.start > start.start]
    return start.start if _is_whole_request(text, floor, start, end, edges) else None


def _is_whole_request(text: Text, floor: int, start: Gap, end: int, edges: list[Gap]) -> bool:
    """Say whether the words from a paragraph break to *end* can only be one whole request."""
    words = text.norm[start.start : end]
    if not _can_be_request(words):
        return False
    if _FINISHED.search(text.norm[max(floor, start.end - 20) : start.end].rstrip()) is None:
        return False
    partial = BEGINS.search(words)
    if partial and ENDS.search(words):
        # After the form has begun a page may end a sentence of it; before that it ends another's.
        begun = start.start + partial.start()
        return not any(
            edge.start <= begun and _FINISHED.search(text.norm[start.start : edge.end].rstrip())
            for edge in edges
        )
    return all(text.norm[edge.start : edge.start + 1].islower() for edge in edges)
