"""Where things must stand, read from the letter's text alone.

The validator's own reading of a letter's structure: which sections, which items, and between which
anchors each of their values belongs. It shares no code with the layouts; where both read the same,
two readings agree.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise, zip_longest

from extractor.record import DecisionWord
from extractor.text import Gap, Span, Text
from extractor.validate.families import BUILT_IN, PARTS, Family

NOWHERE = Span(0, 0)


@dataclass
class Anchored:
    """One item as its anchors frame it; spans of the normalized text, trimmed.

    ``request_start`` is None where no paragraph break proves it: then ``floor`` is the earliest
    place it may begin. ``problems`` are what the anchors themselves lack, ``required`` the parts
    that the family's items have, and ``runs_on`` says that the next request follows the last part
    directly.
    """

    floor: int
    request_start: int | None
    request_end: int
    decision: Span
    verdict: DecisionWord | None
    parts: dict[str, Span] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    required: frozenset[str] = frozenset()
    runs_on: bool = False

    @property
    def rationale_start(self) -> int | None:
        """Where the rationale must begin; None without its label."""
        return self.parts["rationale"].start if "rationale" in self.parts else None


@dataclass
class Anchors:
    """A letter's anchors; without a family it is none that the validator knows."""

    family: Family | None
    header: Span = NOWHERE
    credentials: Span | None = None
    summary: Span | None = None
    issues: Span | None = None
    items: list[Anchored] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def scan(text: Text, families: Iterable[Family] = BUILT_IN) -> Anchors:
    """Find the anchors of *text*."""
    family = next(
        (f for f in families if all(pattern.search(text.norm) for pattern in f.known_by)),
        None,
    )
    if family is None:
        return Anchors(None)
    headings = _headings(family, text)
    anchors = Anchors(
        family,
        header=Span(0, min((start for start, _ in headings.values()), default=0)),
        credentials=_section(text, headings, family.credentials),
        summary=_summary(text, headings, family),
        issues=_section(text, headings, family.issues),
        problems=_repeated(family, text),
    )
    anchors.items = _SCANNERS[family.style](family, text, anchors)
    for item in anchors.items:
        item.required = family.required
        item.runs_on = family.style == "before_label"
    return anchors


def _headings(family: Family, text: Text) -> dict[re.Pattern[str], tuple[int, int]]:
    patterns = [family.credentials, family.summary, family.issues, *family.others]
    patterns += family.labels.values() if family.style == "document" else []
    found = {}
    for pattern in patterns:
        if pattern is not None and (match := pattern.search(text.norm)):
            found[pattern] = match.span()
    return found


def _section(
    text: Text,
    headings: dict[re.Pattern[str], tuple[int, int]],
    heading: re.Pattern[str] | None,
) -> Span | None:
    """Return what stands from *heading* to the heading that comes next."""
    if heading is None or heading not in headings:
        return None
    begin = headings[heading][1]
    end = min((start for start, _ in headings.values() if start >= begin), default=len(text.norm))
    return text.trim(begin, end)


def _summary(
    text: Text,
    headings: dict[re.Pattern[str], tuple[int, int]],
    family: Family,
) -> Span | None:
    section = _section(text, headings, family.summary)
    if section is None or family.summary_lead is None:
        return section
    lead = family.summary_lead.search(
        text.norm, section.start, min(section.end, section.start + 300)
    )
    return text.trim(lead.end(), section.end) if lead else section


def _repeated(family: Family, text: Text) -> list[str]:
    """Name the sections whose heading stands more than once: the letter's parts are in doubt."""
    named = {"credentials": family.credentials, "summary": family.summary, "issues": family.issues}
    return [
        name
        for name, pattern in named.items()
        if pattern is not None
        and (first := pattern.search(text.norm))
        and pattern.search(text.norm, first.end())
    ]


# --- items whose decision word stands before the first label -----------------------------------

_BARE_DECISION = re.compile(r"(?:Upheld|Overturned|UPHELD|OVERTURNED)\b(?=\s*(?:[\n\f]|\Z))")
_TAIL = re.compile(r"(?:\s*,)?(?:\s+is)?[\s,:]*\Z")


def _before_label(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    if anchors.issues is None:
        return []
    begin, end = anchors.issues
    if family.lead and (lead := family.lead.search(text.norm, begin, min(end, begin + 400))):
        begin = text.trim(lead.end(), end).start
    labels = _labels(family, text, Span(begin, end))
    firsts = [n for n, (part, _) in enumerate(labels) if part == PARTS[0]]
    groups = [labels[n:m] for n, m in zip_longest(firsts, firsts[1:])]
    if labels and (not firsts or firsts[0]):
        anchors.problems.append("labels")
    items: list[Anchored] = []
    floor = begin
    for group in groups:
        item = _framed(family, text, group, floor, first=not items)
        items.append(item)
        floor = item.rationale_start if item.rationale_start is not None else group[-1][1].end
    _end_parts(text, items, end)
    if family.name == "dwc":
        bare = _BARE_DECISION.finditer(text.norm, begin, end)
        after_colon = sum(
            1 for word in bare if text.norm[word.start() - 9 : word.start()].rstrip()[-1:] in ":,"
        )
        anchors.problems += ["decisions"] if after_colon > len(items) else []
    return items


def _labels(family: Family, text: Text, region: Span) -> list[tuple[str, Span]]:
    """Return every label in *region*, with its name, in order."""
    found = [
        (part, Span(*match.span()))
        for part, pattern in family.labels.items()
        for match in pattern.finditer(text.norm, *region)
    ]
    return sorted(found, key=lambda label: label[1])


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
    start = (
        text.trim(floor, request_end).start if first else _proven_start(text, floor, request_end)
    )
    parts = {part: Span(span.end, span.end) for part, span in group}
    for (part, span), (_, following) in pairwise(group):
        parts[part] = text.trim(_opening(family, part, span), following.start)
    last_part, last = group[-1]
    parts[last_part] = Span(_opening(family, last_part, last), len(text.norm))
    verdict = family.verdict(decision.group())
    return Anchored(floor, start, request_end, Span(*decision.span()), verdict, parts, problems)


def _opening(family: Family, part: str, label: Span) -> int:
    return label.start if part in family.label_is_text else label.end


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
_PARTIAL_END = re.compile(
    r"remaining\s+IMR|leaving\s+the\s+original\s+request|[Tt]he\s+original\s+request\b"
    r"|(?:authorized|approved|certified)\s+by\s+the\s+Claims",
)
_PARTIAL_BEGIN = re.compile(r"(?:was|were|is)\s+the\s+original\s+request", re.IGNORECASE)
_LONGEST_REQUEST = 1500


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
    partial_begins = _PARTIAL_BEGIN.search(words) is not None
    if (_PARTIAL_END.search(words) is not None) is not partial_begins:
        return False
    if _FINISHED.search(text.norm[max(floor, start.end - 20) : start.end].rstrip()) is None:
        return False
    if len(words) > _LONGEST_REQUEST or _CONCLUDES.search(words):
        return False
    if _ONE_SENTENCE_MORE.search(words) and not partial_begins:
        return False
    return partial_begins or all(text.norm[edge.start : edge.start + 1].islower() for edge in edges)


# --- items decided in sentences, in a list, in a heading ----------------------------------------


def _sentences(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    if anchors.issues is None or family.head is None:
        return []
    heads = list(family.head.finditer(text.norm, *anchors.issues))
    ends = [*(head.start() for head in heads[1:]), anchors.issues.end][: len(heads)]
    return [
        _decided(family, text, head, Span(head.end(), end))
        for head, end in zip(heads, ends, strict=True)
    ]


def _list(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    if anchors.issues is None or family.head is None or family.passage is None:
        return []
    heads = list(family.head.finditer(text.norm, *anchors.issues))
    passages = list(family.passage.finditer(text.norm, anchors.issues.end))
    if len(passages) != len(heads):
        anchors.problems.append("passages")
    ends = [*(match.start() for match in passages[1:]), len(text.norm)][: len(passages)]
    bodies = [Span(match.end(), end) for match, end in zip(passages, ends, strict=True)]
    bodies += [Span(len(text.norm), len(text.norm))] * (len(heads) - len(bodies))
    return [_decided(family, text, head, body) for head, body in zip(heads, bodies, strict=False)]


def _decided(family: Family, text: Text, head: re.Match[str], body: Span) -> Anchored:
    """Frame the item that a sentence decides and whose labelled parts stand in *body*."""
    labels = _labels(family, text, body)
    firsts = [
        label for n, label in enumerate(labels) if label[0] not in {part for part, _ in labels[:n]}
    ]
    problems = [] if [part for part, _ in firsts] == list(PARTS) else ["labels"]
    parts = {}
    for (part, span), following in zip_longest(firsts, firsts[1:]):
        stop = following[1].start if following else body.end
        parts[part] = text.trim(_opening(family, part, span), stop)
    start, end = head.span("request")
    decision = Span(*head.span("decision"))
    verdict = family.verdict(head["decision"])
    return Anchored(start, start, end, decision, verdict, parts, problems)


def _document(family: Family, text: Text, anchors: Anchors) -> list[Anchored]:
    request = anchors.issues
    head = family.head.search(text.norm) if family.head else None
    if request is None or head is None:
        return []
    headings = _headings(family, text)
    parts = {
        part: span
        for part, pattern in family.labels.items()
        if (span := _section(text, headings, pattern)) is not None
    }
    decision = Span(*head.span("decision"))
    verdict = family.verdict(head["decision"])
    return [Anchored(request.start, request.start, request.end, decision, verdict, parts)]


_SCANNERS = {
    "before_label": _before_label,
    "sentence": _sentences,
    "list": _list,
    "document": _document,
}
