"""Which letter it is, and where its sections and items stand.

A layout is data: a TOML file with headings, labels and decision words (see CONTRIBUTING, "Add a
layout"). This module reads such files and lays the first one that fits over a letter. What it says
is a proposal like any other: the validator looks for the items itself.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from extractor.errors import LayoutError
from extractor.record import DecisionWord
from extractor.text import Gap, Span, Text, lines_of

UNKNOWN = "unknown"
BUILT_IN = ("dwc-2016", "dwc-2014", "letter-2014", "letter-2013", "professional-review")
PARTS = ("claims_administrator", "reviewer", "rationale")
STYLES = ("heading", "sentence", "list", "single")
_LONGEST_REQUEST = 1500
_REQUEST_SLOT = rf"(?:(?:an?|the)\s+)?(?P<request>\S(?:[^\n\f]|[\n\f]){{0,{_LONGEST_REQUEST}}}?)\s*"

Style = Literal["heading", "sentence", "list", "single"]


@dataclass(frozen=True)
class SectionRule:
    """A section of a letter: its heading, and the sentence that leads into it."""

    name: str
    heading: str = ""
    lead: str = ""


@dataclass(frozen=True)
class LayoutRule:
    """A layout file as read: every phrase is matched with white space of any kind between words."""

    name: str
    description: str = ""
    detect_all: tuple[str, ...] = ()
    detect_any: tuple[str, ...] = ()
    sections: tuple[SectionRule, ...] = ()
    style: Style = "heading"
    heading: str = ""
    passage: str = ""
    decisions: dict[str, DecisionWord] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    kept_labels: frozenset[str] = frozenset()
    required: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def decided(self) -> str:
        """A pattern for the decision words, the longest first."""
        longest_first = sorted(self.decisions, key=len, reverse=True)
        return "|".join(phrase(word) for word in longest_first)

    @cached_property
    def head(self) -> re.Pattern[str]:
        """What opens an item: its decision word and first label, or its deciding sentence."""
        if self.style == "heading":
            label = phrase(self.labels["claims_administrator"])
            return re.compile(rf"\b(?P<decision>{self.decided})\s*(?P<label>{label})")
        return self._template(self.heading)

    @cached_property
    def passage_head(self) -> re.Pattern[str]:
        """What opens the passage of an item that a list decides."""
        return self._template(self.passage)

    def _template(self, words: str) -> re.Pattern[str]:
        slots = {
            "number": r"(?P<number>\d{1,3})",
            "request": _REQUEST_SLOT,
            "decision": rf"\b(?P<decision>{self.decided})",
        }
        return re.compile(phrase(words, **slots))

    @cached_property
    def section_heads(self) -> dict[str, re.Pattern[str]]:
        """The headings by section name."""
        return {
            section.name: re.compile(phrase(section.heading, decision=f"(?P<decision>{self.decided})"))
            for section in self.sections
            if section.heading
        }


@dataclass(frozen=True)
class ItemPlace:
    """Where the parts of one disputed item stand; spans of the normalized text, trimmed."""

    request: Span
    decision: Span
    verdict: DecisionWord
    claims_administrator: Span | None = None
    reviewer: Span | None = None
    rationale: Span | None = None


@dataclass(frozen=True)
class Layout:
    """A letter's plan: the rule that fits, its sections' contents, its items in order."""

    rule: LayoutRule | None
    sections: dict[str, Span]
    items: tuple[ItemPlace, ...] = ()

    @property
    def name(self) -> str:
        """The layout's name; ``unknown`` where no layout fits."""
        return self.rule.name if self.rule else UNKNOWN


# --- layout files ---------------------------------------------------------------------------


@cache
def built_in() -> tuple[LayoutRule, ...]:
    """Return the layouts that come with the package, in the order in which they are tried."""
    folder = resources.files("extractor") / "layouts"
    return tuple(
        parse_rule((folder / f"{name}.toml").read_text("utf-8"), name) for name in BUILT_IN
    )


def load_rules(folder: Path | None = None) -> tuple[LayoutRule, ...]:
    """Return the layouts of *folder* (each ``*.toml`` in it), tried first, and the built-in ones.

    Raises:
        LayoutError: *folder* is no folder, or a file in it is no layout.
    """
    if folder is None:
        return built_in()
    if not folder.is_dir():
        msg = f"--layouts {folder}: there is no such folder."
        raise LayoutError(msg)
    own = [parse_rule(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.toml"))]
    return (*own, *built_in())


def parse_rule(toml: str, source: str) -> LayoutRule:
    """Read a layout file's content; *source* names it in errors.

    Raises:
        LayoutError: it is not TOML, or a part is missing or not known.
    """
    try:
        data = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        msg = f"{source} is not TOML: {error}"
        raise LayoutError(msg) from None
    try:
        rule = _rule_of(data)
    except (KeyError, TypeError, AttributeError) as error:
        msg = f"{source} is no layout: {error!r}. See CONTRIBUTING, 'Add a layout'."
        raise LayoutError(msg) from None
    if problem := _problem_with(rule):
        msg = f"{source}: {problem}"
        raise LayoutError(msg)
    return rule


def _rule_of(data: dict[str, Any]) -> LayoutRule:
    items = data["items"]
    return LayoutRule(
        name=data["name"],
        description=data.get("description", ""),
        detect_all=tuple(data["detect"]["all"]),
        detect_any=tuple(data["detect"].get("any", ())),
        sections=tuple(SectionRule(**section) for section in data["sections"]),
        style=items["style"],
        heading=items.get("heading", ""),
        passage=items.get("passage", ""),
        decisions=dict(items["decisions"]),
        labels=dict(items.get("labels", {})),
        kept_labels=frozenset(items.get("keep", {}).get("labels", ())),
        required={name: tuple(fields) for name, fields in data.get("require", {}).items()},
    )


def _problem_with(rule: LayoutRule) -> str | None:
    """Return what is wrong with *rule*; None when nothing is."""
    if rule.style not in STYLES:
        return f"style is one of {', '.join(STYLES)}, not {rule.style!r}."
    if not rule.detect_all:
        return "detect.all names no phrase to know the letter by."
    if not set(rule.decisions.values()) <= {"upheld", "overturned"}:
        return "each of items.decisions is 'upheld' or 'overturned'."
    if rule.style != "single" and set(rule.labels) != set(PARTS):
        return f"items.labels needs {', '.join(PARTS)}."
    wanted = "request" if rule.style == "single" else "issues"
    if wanted not in {section.name for section in rule.sections}:
        return f"there is no section {wanted!r}."
    return None


# --- phrases --------------------------------------------------------------------------------


def phrase(words: str, **slots: str) -> str:
    r"""Return a pattern for *words* with any white space between them.

    ``{name}`` takes a slot; a word in square brackets may be missing.

    >>> bool(re.fullmatch(phrase("[The] MAXIMUS guideline:"), "MAXIMUS \n guideline :"))
    True
    """
    pattern = ""
    for word in words.split():
        optional = word.startswith("[") and word.endswith("]")
        parts = re.split(r"(\{\w+\}|:)", word[1:-1] if optional else word)
        piece = "".join(_piece(part, slots) for part in parts if part)
        pattern += rf"(?:{piece}\s*)?" if optional else rf"{piece}\s*"
    return pattern.removesuffix(r"\s*")


def _piece(part: str, slots: dict[str, str]) -> str:
    if part == ":":
        return r"\s*:"
    if part.startswith("{") and part.endswith("}"):
        return slots[part[1:-1]]
    return re.escape(part)


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(phrase(words))


# --- laying a layout over a letter ------------------------------------------------------------


def lay_out(text: Text, rules: Iterable[LayoutRule] | None = None) -> Layout:
    """Return the plan of *text* by the first of *rules* that fits; an empty one where none does."""
    for rule in built_in() if rules is None else rules:
        if _fits(rule, text.norm):
            sections = _sections(rule, text)
            items = _STYLES[rule.style](rule, text, sections)
            return Layout(rule, sections, tuple(items))
    return Layout(None, {})


def _fits(rule: LayoutRule, norm: str) -> bool:
    if not all(_compiled(words).search(norm) for words in rule.detect_all):
        return False
    return not rule.detect_any or any(_compiled(words).search(norm) for words in rule.detect_any)


def _sections(rule: LayoutRule, text: Text) -> dict[str, Span]:
    """Return the content of each section that occurs: after its heading and lead, to the next."""
    starts: list[tuple[str, int, int]] = []
    at = 0
    for section in rule.sections:
        if not section.heading:
            starts.append((section.name, at, at))
            continue
        heading = rule.section_heads[section.name].search(text.norm, at)
        if heading is None:
            continue
        begin = heading.end()
        if section.lead and (lead := _compiled(section.lead).search(text.norm, begin)):
            begin = lead.end()
        starts.append((section.name, heading.start(), begin))
        at = begin
    ends = [start for _, start, _ in starts[1:]] + [len(text.norm)]
    return {
        name: text.trim(begin, end) for (name, _, begin), end in zip(starts, ends, strict=True)
    }


def _items_by_heading(rule: LayoutRule, text: Text, sections: dict[str, Span]) -> list[ItemPlace]:
    """Items whose decision word stands directly before the claims administrator's label."""
    issues = sections.get("issues")
    if issues is None:
        return []
    heads = list(rule.head.finditer(text.norm, *issues))
    places = []
    floor = issues.start
    for head, following in zip(heads, [*heads[1:], None], strict=True):
        start = request_start(text, floor, head.start(), first=floor == issues.start)
        end = following.start() if following else issues.end
        parts = _parts(rule, text, head.start("label"), end)
        if following and (rationale := parts.get("rationale")):
            begin = request_start(text, rationale.start, following.start())
            parts["rationale"] = text.trim(rationale.start, begin)
        floor = parts["rationale"].start if "rationale" in parts else head.end()
        request = _without_tail(text, text.trim(start, head.start()))
        decision = Span(*head.span("decision"))
        places.append(ItemPlace(request, decision, _verdict(rule, text, decision), **parts))
    return places


def _verdict(rule: LayoutRule, text: Text, decision: Span) -> DecisionWord:
    plain = "".join(text.norm[slice(*decision)].split())
    return next(verdict for word, verdict in rule.decisions.items() if plain == "".join(word.split()))


def _parts(rule: LayoutRule, text: Text, start: int, end: int) -> dict[str, Span]:
    """Return the labelled passages of one item within the range *start:end*, in the labels' order."""
    marks = []
    at = start
    for name in PARTS:
        label = _compiled(rule.labels[name]).search(text.norm, at, end)
        if label is None:
            continue
        marks.append((name, label.start(), label.start() if name in rule.kept_labels else label.end()))
        at = label.end()
    ends = [begin for _, begin, _ in marks[1:]] + [end]
    return {
        name: text.trim(begin, stop) for (name, _, begin), stop in zip(marks, ends, strict=True)
    }


_TAIL = re.compile(r"(?:\s*,)?(?:\s+is)?\s*:?\s*$")


def _without_tail(text: Text, span: Span) -> Span:
    """Drop the colon before the decision word, and a final " is" or comma before that."""
    tail = _TAIL.search(text.norm, max(span.start, span.end - 12), span.end)
    return text.trim(span.start, tail.start() if tail else span.end)


def _items_by_sentence(rule: LayoutRule, text: Text, sections: dict[str, Span]) -> list[ItemPlace]:
    """Items that begin with a numbered sentence which holds request and decision."""
    issues = sections.get("issues")
    if issues is None:
        return []
    heads = list(rule.head.finditer(text.norm, *issues))
    ends = [head.start() for head in heads[1:]] + [issues.end]
    return [
        _place_of(rule, text, head, _parts(rule, text, head.end(), end))
        for head, end in zip(heads, ends, strict=True)
    ]


def _items_by_list(rule: LayoutRule, text: Text, sections: dict[str, Span]) -> list[ItemPlace]:
    """Items decided in a numbered list; a passage for each follows, in the list's order."""
    issues = sections.get("issues")
    if issues is None:
        return []
    heads = list(rule.head.finditer(text.norm, *issues))
    passages = list(rule.passage_head.finditer(text.norm, issues.end))
    ends = [match.start() for match in passages[1:]] + [len(text.norm)]
    bodies = [
        _parts(rule, text, match.end(), end) for match, end in zip(passages, ends, strict=True)
    ]
    bodies += [{}] * (len(heads) - len(bodies))
    return [_place_of(rule, text, head, body) for head, body in zip(heads, bodies, strict=False)]


def _place_of(
    rule: LayoutRule, text: Text, head: re.Match[str], parts: dict[str, Span],
) -> ItemPlace:
    decision = Span(*head.span("decision"))
    return ItemPlace(
        Span(*head.span("request")), decision, _verdict(rule, text, decision), **parts,
    )


def _items_by_section(rule: LayoutRule, text: Text, sections: dict[str, Span]) -> list[ItemPlace]:
    """The one item of a letter whose sections are its parts."""
    if "request" not in sections:
        return []
    for section in rule.sections:
        if "{decision}" not in section.heading:
            continue
        if head := rule.section_heads[section.name].search(text.norm):
            decision = Span(*head.span("decision"))
            parts = {name: sections[name] for name in PARTS if name in sections}
            request = sections["request"]
            return [ItemPlace(request, decision, _verdict(rule, text, decision), **parts)]
    return []


_STYLES = {
    "heading": _items_by_heading,
    "sentence": _items_by_sentence,
    "list": _items_by_list,
    "single": _items_by_section,
}


# --- where a request begins -------------------------------------------------------------------

_TERMINATED = re.compile(r"[.!?][\"')\]]*\s*$")
_PARTIAL_TAIL = re.compile(
    r"remaining\s+IMR\s+eligible\s+portion|leaving\s+the\s+original\s+request"
    r"|The\s+original\s+request,|authorized\s+by\s+the\s+Claims",
)
_PARTIAL_HEAD = re.compile(r"was\s+the\s+original\s+request")
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
    breaks = [gap for gap in text.gaps_between(floor, end) if text.norm[gap.start : end].strip(": \n")]
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


_FINAL = re.compile(r"(?:necessary|appropriate|established|denial|approval|time|guidelines?)[.!]", re.I)


def _looks_final(norm: str, line: Span) -> bool:
    return _FINAL.search(norm, max(line.start, line.end - 16), line.end) is not None


_SENTENCE_STOP = re.compile(r"(?:necessary|appropriate|established|denial|approval)[^.]{0,80}\.\s+", re.I)


def _after_last_sentence(text: Text, floor: int, end: int) -> int:
    """Fall back on the last concluding sentence where not even lines help."""
    stops = [match.end() for match in _SENTENCE_STOP.finditer(text.norm, floor, end)]
    return stops[-1] if stops else floor
