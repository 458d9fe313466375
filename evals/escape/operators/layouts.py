"""The layout that proposer and validator might share: items and sections in wrong places."""

import re
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

from evals.escape.letters import Letter, pick
from extractor.layout import ItemPlace, Layout
from extractor.record import DecisionWord
from extractor.text import Span, Text

_PARTS = ("request", "claims_administrator", "reviewer", "rationale")
_WORD = re.compile(r"\S+")
_VERDICTS: dict[DecisionWord, DecisionWord] = {"upheld": "overturned", "overturned": "upheld"}


def _with_items(letter: Letter, items: list[ItemPlace]) -> Layout:
    return replace(letter.layout, items=tuple(items))


def _with_part(item: ItemPlace, name: str, span: Span | None) -> ItemPlace:
    parts: dict[str, Any] = {name: span}
    return replace(item, **parts)


def layout_item_dropped(letter: Letter, chance: Random) -> Layout | None:
    """The layout lacks an item; the one before it runs on over it, or does not."""
    items = list(letter.layout.items)
    if not items:
        return None
    n = chance.randrange(len(items))
    gone = items.pop(n).rationale
    before = items[n - 1].rationale if n else None
    if before and gone and chance.random() < 0.5:  # noqa: PLR2004 - half
        items[n - 1] = replace(items[n - 1], rationale=Span(before.start, gone.end))
    return _with_items(letter, items)


def layout_items_merged(letter: Letter, chance: Random) -> Layout | None:
    """The layout makes one item of two, with the first one's heading or the second's."""
    pairs = list(enumerate(pairwise(letter.layout.items)))
    if (chosen := pick(chance, pairs)) is None:
        return None
    n, (one, other) = chosen
    joined = replace(other, request=Span(one.request.start, other.request.end))
    if one.rationale and other.rationale and chance.random() < 0.5:  # noqa: PLR2004 - half
        joined = replace(one, rationale=Span(one.rationale.start, other.rationale.end))
    items = letter.layout.items
    return _with_items(letter, [*items[:n], joined, *items[n + 2 :]])


def layout_item_split(letter: Letter, chance: Random) -> Layout | None:
    """The layout makes two items of one, cut inside its request or its rationale."""
    if not letter.layout.items:
        return None
    n = chance.randrange(len(letter.layout.items))
    item = letter.layout.items[n]
    name = chance.choice(("request", "rationale"))
    whole: Span | None = getattr(item, name)
    if whole is None or (cut := _between_words(letter.text, whole, chance)) is None:
        return None
    halves = [
        _with_part(item, name, letter.text.trim(*place))
        for place in ((whole.start, cut), (cut, whole.end))
    ]
    items = letter.layout.items
    return _with_items(letter, [*items[:n], *halves, *items[n + 1 :]])


def _between_words(text: Text, span: Span, chance: Random) -> int | None:
    return pick(chance, [match.start() for match in _WORD.finditer(text.norm, *span)][1:])


def layout_item_doubled(letter: Letter, chance: Random) -> Layout | None:
    """The layout has an item twice."""
    items = list(letter.layout.items)
    return _with_items(letter, [*items, chance.choice(items)]) if items else None


def layout_items_reordered(letter: Letter, chance: Random) -> Layout | None:
    """The layout has the items in another order."""
    items = list(letter.layout.items)
    chance.shuffle(items)
    return _with_items(letter, items)


def layout_boundary_shifted(letter: Letter, chance: Random) -> Layout | None:
    """The layout lets a part begin or end some words too early or too late."""
    if not letter.layout.items:
        return None
    n = chance.randrange(len(letter.layout.items))
    item = letter.layout.items[n]
    name = chance.choice(_PARTS)
    span: Span | None = getattr(item, name)
    if span is None or (moved := _moved(letter.text, span, chance)) is None:
        return None
    items = letter.layout.items
    return _with_items(letter, [*items[:n], _with_part(item, name, moved), *items[n + 1 :]])


def _moved(text: Text, span: Span, chance: Random) -> Span | None:
    """Return *span* with another beginning or end, between words nearby."""
    near = Span(max(0, span.start - 80), min(len(text.norm), span.end + 80))
    edges = [match.start() for match in _WORD.finditer(text.norm, *near)]
    if (edge := pick(chance, edges[1:])) is None:
        return None
    starts = (edge, span.end) if edge < span.end else (span.start, edge)
    ends = (span.start, edge) if edge > span.start else (edge, span.end)
    return text.trim(*chance.choice([starts, ends]))


def layout_next_boundary_shifted(letter: Letter, chance: Random) -> Layout | None:
    """The layout lets one item end, and the next begin, some words too early or too late."""
    pairs = [
        (n, one, other)
        for n, (one, other) in enumerate(pairwise(letter.layout.items))
        if one.rationale
    ]
    if (chosen := pick(chance, pairs)) is None:
        return None
    n, one, other = chosen
    if one.rationale is None:
        return None
    around = Span(max(one.rationale.start + 1, one.rationale.end - 200), other.request.end)
    if (cut := _between_words(letter.text, around, chance)) is None:
        return None
    shorter = replace(one, rationale=letter.text.trim(one.rationale.start, cut))
    moved = replace(other, request=letter.text.trim(cut, other.request.end))
    items = letter.layout.items
    return _with_items(letter, [*items[:n], shorter, moved, *items[n + 2 :]])


def layout_parts_exchanged(letter: Letter, chance: Random) -> Layout | None:
    """The layout takes one part of an item for another, or another item's for its own."""
    if not letter.layout.items:
        return None
    n = chance.randrange(len(letter.layout.items))
    item, other = letter.layout.items[n], chance.choice(letter.layout.items)
    one, two = chance.choice(_PARTS), chance.choice(_PARTS)
    if getattr(other, two) is None:
        return None
    items = letter.layout.items
    changed = _with_part(item, one, getattr(other, two))
    return _with_items(letter, [*items[:n], changed, *items[n + 1 :]])


def layout_verdict_turned(letter: Letter, chance: Random) -> Layout | None:
    """The layout takes a decision word for the other decision, or another item's for this one's."""
    if not letter.layout.items:
        return None
    n = chance.randrange(len(letter.layout.items))
    item, other = letter.layout.items[n], chance.choice(letter.layout.items)
    turned = replace(item, verdict=_VERDICTS[item.verdict])
    changed = chance.choice([turned, replace(item, decision=other.decision, verdict=other.verdict)])
    items = letter.layout.items
    return _with_items(letter, [*items[:n], changed, *items[n + 1 :]])


def layout_section_shifted(letter: Letter, chance: Random) -> Layout | None:
    """The layout lets a section begin or end some words too early or too late, or has it not."""
    sections = letter.layout.sections
    if (name := pick(chance, sorted(sections))) is None:
        return None
    rest = {other: span for other, span in sections.items() if other != name}
    moved = _moved(letter.text, sections[name], chance)
    if moved is None or chance.random() < 0.1:  # noqa: PLR2004 - seldom
        return replace(letter.layout, sections=rest)
    return replace(letter.layout, sections={**rest, name: moved})


def layout_sections_exchanged(letter: Letter, chance: Random) -> Layout | None:
    """The layout takes one section for another."""
    sections = letter.layout.sections
    if len(sections) < 2:  # noqa: PLR2004 - two sections
        return None
    one, other = chance.sample(sorted(sections), 2)
    return replace(letter.layout, sections={**sections, one: sections[other]})
