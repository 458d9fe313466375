"""Which letter it is, and where its sections and items stand.

A layout is data: a TOML file with headings, labels and decision words (see CONTRIBUTING, "Add a
layout"). This module lays the first one that fits over a letter. What it says is a proposal like
any other: the validator looks for the items itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest

from extractor.layout.boundary import request_start
from extractor.layout.rules import PARTS, LayoutRule, built_in, compiled, load_rules, parse_rule
from extractor.record import DecisionWord
from extractor.text import Span, Text, found_by

__all__ = ["ItemPlace", "Layout", "LayoutRule", "lay_out", "load_rules", "parse_rule"]

UNKNOWN = "unknown"
_BLANKS = 200


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
    if not all(compiled(words).search(norm) for words in rule.detect_all):
        return False
    return not rule.detect_any or any(compiled(words).search(norm) for words in rule.detect_any)


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
        if section.lead and (lead := compiled(section.lead).search(text.norm, begin)):
            begin = lead.end()
        starts.append((section.name, heading.start(), begin))
        at = begin
    ends = [start for _, start, _ in starts[1:]] + [len(text.norm)]
    spans = {name: Span(begin, end) for (name, _, begin), end in zip(starts, ends, strict=True)}
    if "header" in spans and rule.style in {"sentence", "list"}:
        # A notice lists what was decided right below its header.
        begin, end = spans["header"]
        listed = rule.head.search(text.norm, begin, end)
        spans["header"] = Span(begin, listed.start() if listed else end)
    return {name: text.trim(*span) for name, span in spans.items()}


def _items_by_heading(rule: LayoutRule, text: Text, sections: dict[str, Span]) -> list[ItemPlace]:
    """Items whose decision word stands directly before the claims administrator's label."""
    issues = sections.get("issues")
    if issues is None:
        return []
    heads = found_by(rule.decided_heads, text.norm, issues)
    places = []
    floor = issues.start
    for head, following in zip_longest(heads, heads[1:]):
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
    return next(
        verdict for word, verdict in rule.decisions.items() if plain == "".join(word.split())
    )


def _parts(rule: LayoutRule, text: Text, start: int, end: int) -> dict[str, Span]:
    """Return the labelled passages of one item within *start:end*, in their order."""
    marks = []
    at = start
    for name in PARTS:
        label = compiled(rule.labels[name]).search(text.norm, at, end)
        if label is None:
            continue
        marks.append(
            (name, label.start(), label.start() if name in rule.kept_labels else label.end())
        )
        at = label.end()
    ends = [*(begin for _, begin, _ in marks[1:]), end][: len(marks)]
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
    heads = _heads(rule, text, issues)
    ends = [*(head.start() for head in heads[1:]), issues.end][: len(heads)]
    return [
        _place_of(rule, text, head, _parts(rule, text, head.end(), end))
        for head, end in zip(heads, ends, strict=True)
    ]


def _items_by_list(rule: LayoutRule, text: Text, sections: dict[str, Span]) -> list[ItemPlace]:
    """Items decided in a numbered list; a passage for each follows, in the list's order."""
    issues = sections.get("issues")
    if issues is None:
        return []
    heads = _heads(rule, text, issues)
    passages = _passages(rule.passage_head, text, issues.end, heads)
    ends = [*(match.start() for match in passages[1:]), len(text.norm)][: len(passages)]
    bodies = [
        _parts(rule, text, match.end(), end) for match, end in zip(passages, ends, strict=True)
    ]
    bodies += [{}] * (len(heads) - len(bodies))
    return [_place_of(rule, text, head, body) for head, body in zip(heads, bodies, strict=False)]


def _passages(
    opening: re.Pattern[str], text: Text, start: int, heads: list[re.Match[str]]
) -> list[re.Match[str]]:
    """Return the passages that name the requests of *heads* again, in their order."""
    found = list(opening.finditer(text.norm, start))
    kept: list[re.Match[str]] = []
    for match in found:
        if len(kept) < len(heads) and _names(match, heads[len(kept)]["request"]):
            kept.append(match)
    return kept if len(kept) == len(heads) else found


def _names(passage: re.Match[str], request: str) -> bool:
    """Say whether *passage* begins with the words of *request*, which may hold colons."""
    start = passage.start("request")
    ahead = passage.string[start : start + 2 * len(request) + _BLANKS]
    return "".join(ahead.split()).lower().startswith("".join(request.split()).lower())


def _heads(rule: LayoutRule, text: Text, issues: Span) -> list[re.Match[str]]:
    """Return what opens an item: a head out of number only where a paragraph begins."""
    kept: list[re.Match[str]] = []
    at = issues.start
    while head := rule.head.search(text.norm, at, issues.end):
        numbered = "number" in head.re.groupindex
        if not numbered or int(head["number"]) == len(kept) + 1 or _is_apart(text, head):
            kept.append(head)
            at = head.end()
        else:
            at = head.end("number")
    return kept


def _is_apart(text: Text, head: re.Match[str]) -> bool:
    """Say whether a paragraph ends before *head*."""
    at = head.start("number")
    return any(gap.proven and gap.start == at for gap in text.gaps_between(at - 1, at))


def _place_of(
    rule: LayoutRule,
    text: Text,
    head: re.Match[str],
    parts: dict[str, Span],
) -> ItemPlace:
    decision = Span(*head.span("decision"))
    return ItemPlace(
        Span(*head.span("request")),
        decision,
        _verdict(rule, text, decision),
        **parts,
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
