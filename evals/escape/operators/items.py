"""Items: dropped, doubled, merged, split, reordered, or with parts of one another."""

from itertools import pairwise
from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.tree import Tree

_PARTS = (
    "request", "treatment", "claims_administrator", "reviewer", "rationale", "conclusion",
)  # fmt: skip
_WHAT_IS_ASKED = (
    "request", "treatment", "partial_approval", "category", "drug", "visits", "body_regions",
    "retrospective", "dates_of_service",
)  # fmt: skip


def settled(tree: Tree) -> Tree:
    """Return *tree* with its items numbered from 1 and the outcome that they make."""
    items = [{**item, "number": n} for n, item in enumerate(tree["items"], 1)]
    words = {item["decision"]["value"] for item in items}
    outcome = "mixed" if len(words) > 1 else next(iter(words), None)
    return {**tree, "items": items, "outcome": outcome}


def _with(letter: Letter, items: list[Tree]) -> Tree:
    return settled({**letter.tree, "items": items})


def item_dropped(letter: Letter, chance: Random) -> Tree | None:
    """An item is left out, the rest numbered anew."""
    n = chance.randrange(len(letter.items))
    return _with(letter, [*letter.items[:n], *letter.items[n + 1 :]])


def item_doubled(letter: Letter, chance: Random) -> Tree | None:
    """An item stands twice, beside itself or at the end."""
    items = list(letter.items)
    n = chance.randrange(len(items))
    items.insert(chance.choice([n, len(items)]), items[n])
    return _with(letter, items)


def items_merged(letter: Letter, chance: Random) -> Tree | None:
    """An item swallows the next: its rationale, or its request, runs on to that one's end."""
    if len(letter.items) < 2:  # noqa: PLR2004 - two items
        return None
    n = chance.randrange(len(letter.items) - 1)
    one, other = letter.items[n], letter.items[n + 1]
    merged = dict(one)
    if chance.random() < 0.5 and one["rationale"] and other["rationale"]:  # noqa: PLR2004 - half
        merged["rationale"] = letter.read(one["rationale"]["start"], other["rationale"]["end"])
        merged["conclusion"] = other["conclusion"] and chance.choice(
            [one["conclusion"], other["conclusion"]]
        )
    else:
        request = letter.read(one["request"]["start"], other["request"]["end"])
        merged |= {**other, "request": request, "treatment": request}
    return _with(letter, [*letter.items[:n], merged, *letter.items[n + 2 :]])


def item_split(letter: Letter, chance: Random) -> Tree | None:
    """An item becomes two: each with half of the request, or of the rationale."""
    n = chance.randrange(len(letter.items))
    part = chance.choice(("request", "rationale"))
    whole = letter.items[n][part]
    places = letter.words(whole["start"], whole["end"]) if whole else []
    cut = pick(chance, places[1:])
    if cut is None:
        return None
    halves = [letter.read(whole["start"], cut[0]), letter.read(cut[0], whole["end"])]
    made = [{**letter.items[n], part: half} for half in halves]
    if part == "request":
        made = [{**item, "treatment": item["request"]} for item in made]
    return _with(letter, [*letter.items[:n], *made, *letter.items[n + 1 :]])


def items_reordered(letter: Letter, chance: Random) -> Tree | None:
    """Two items stand in each other's place, numbered by where they stand or by what they were."""
    if (pair := letter.two_items(chance)) is None:
        return None
    items = list(letter.items)
    items[pair[0]], items[pair[1]] = items[pair[1]], items[pair[0]]
    tree = {**letter.tree, "items": items}
    return chance.choice([settled(tree), tree])


def item_misnumbered(letter: Letter, chance: Random) -> Tree | None:
    """An item carries another number."""
    n = chance.randrange(len(letter.items))
    return letter.with_item(n, number=n + 1 + chance.choice([1, 2, 10]))


def part_from_another_item(letter: Letter, chance: Random) -> Tree | None:
    """A part of an item is another item's."""
    name = chance.choice(_PARTS)
    pair = letter.two_items(chance, name)
    return letter.with_item(pair[0], **{name: letter.items[pair[1]][name]}) if pair else None


def parts_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """Two items have each other's part, or all that is read from the request."""
    names: tuple[str, ...] = chance.choice([*((name,) for name in _PARTS), _WHAT_IS_ASKED])
    if (pair := letter.two_items(chance, names[0])) is None:
        return None
    items = list(letter.items)
    for n, other in (pair, pair[::-1]):
        items[n] = {**items[n], **{name: letter.items[other][name] for name in names}}
    return _with(letter, items)


def part_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A part that an item has is null."""
    name = chance.choice(_PARTS[2:])
    chosen = letter.any_item(chance, name)
    return letter.with_item(chosen[0], **{name: None}) if chosen else None


def boundary_moved(letter: Letter, chance: Random) -> Tree | None:
    """A rationale ends, and the next request begins, a few words too early or too late."""
    pairs = [
        (n, one, other) for n, (one, other) in enumerate(pairwise(letter.items)) if one["rationale"]
    ]
    if (chosen := pick(chance, pairs)) is None:
        return None
    n, one, other = chosen
    asked = other["request"]
    places = letter.words(one["rationale"]["end"] - 150, one["rationale"]["end"])[1:]
    places += letter.words(asked["start"], asked["end"])[1:]
    if not places:
        return None
    start, _ = chance.choice(places)
    moved = {**other, "request": letter.read(start, asked["end"])}
    if other["treatment"] == asked:
        moved["treatment"] = moved["request"]
    shorter = {**one, "rationale": letter.read(one["rationale"]["start"], start)}
    return _with(letter, [*letter.items[:n], shorter, moved, *letter.items[n + 2 :]])
