"""A reply's parts: items and their parts exchanged, joined, cut in two, invented, left out."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from evals.escape.letters import Letter, pick
from evals.escape.made import Replied
from evals.escape.replying.written import (
    Placed,
    Written,
    of_reply,
    places,
    replaced,
    span_of,
    with_items,
    without,
    words_in,
)

_PARTS = (
    "request",
    "decision",
    "partial_approval",
    "claims_administrator",
    "reviewer",
    "rationale",
    "conclusion",
)
_MAY_LACK = ("partial_approval", "claims_administrator", "reviewer", "rationale", "conclusion")
_AFTER = 3
Item = dict[str, Any]


def _items(letter: Letter) -> list[Item]:
    items: list[Item] = list(of_reply(letter, "items"))
    return items


def items_in_another_order(letter: Letter, chance: Random) -> Replied | None:
    """Items stand in another order, with the numbers of the letter or counted anew."""
    items = _items(letter)
    chance.shuffle(items)
    return with_items(letter, items, renumber=chance.random() < 0.5)  # noqa: PLR2004 - half


def item_left_out(letter: Letter, chance: Random) -> Replied | None:
    """An item is left out, or all of them."""
    items = _items(letter)
    del items[chance.randrange(len(items))]
    return with_items(letter, items if chance.random() < 0.9 else ())  # noqa: PLR2004 - mostly


def item_twice(letter: Letter, chance: Random) -> Replied | None:
    """An item is given twice, its number too or not."""
    items = _items(letter)
    items.insert(chance.randrange(len(items) + 1), chance.choice(items))
    return with_items(letter, items, renumber=chance.random() < 0.5)  # noqa: PLR2004 - half


def part_of_another_item(letter: Letter, chance: Random) -> Replied | None:
    """A part of an item is another item's, or two items have exchanged it."""
    items = _items(letter)
    if len(items) < 2:  # noqa: PLR2004 - two items
        return None
    one, other = chance.sample(range(len(items)), 2)
    names = chance.sample(_PARTS, chance.randint(1, _AFTER))
    taken = {name: items[other][name] for name in names}
    given = {name: items[one][name] for name in names}
    items[one] = {**items[one], **taken}
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        items[other] = {**items[other], **given}
    return with_items(letter, items)


def items_joined(letter: Letter, chance: Random) -> Replied | None:
    """Two items are one: its passages run on to the end of the next one's."""
    items = _items(letter)
    if (n := pick(chance, range(len(items) - 1))) is None:
        return None
    one, other = items[n], items[n + 1]
    joined = dict(chance.choice([one, other]))
    for name in chance.sample(("request", "rationale"), chance.randint(1, 2)):
        joined[name] = _joined(one[name], other[name], letter)
    return with_items(letter, [*items[:n], joined, *items[n + 2 :]])


def _joined(one: str | None, other: str | None, letter: Letter) -> str | None:
    if one is None or other is None:
        return one or other
    first, last = Written.read(one), Written.read(other)
    if first.words is None:
        return str(first._replace(last=last.last))
    begin = words_in(letter, first.first, first.first)[:_AFTER]
    begin = first.words.split()[:_AFTER] or begin
    end = (last.words or "").split()[-_AFTER:] or words_in(letter, last.last, last.last)[-_AFTER:]
    words = f"{' '.join(begin)} … {' '.join(end)}"
    return str(first._replace(last=last.last, words=words, nth=None))


def item_in_two(letter: Letter, chance: Random) -> Replied | None:
    """One item is two, with a part each of its request or of its rationale."""
    items = _items(letter)
    n = chance.randrange(len(items))
    name = chance.choice(("request", "rationale"))
    if items[n][name] is None:
        return None
    place = Written.read(items[n][name])
    halves = [{**items[n], name: str(half)} for half in _halves(place, letter, chance)]
    return with_items(letter, [*items[:n], *halves, *items[n + 1 :]]) if halves else None


def _halves(place: Written, letter: Letter, chance: Random) -> list[Written]:
    if place.words is None:
        if place.first == place.last:
            return []
        cut = chance.randrange(place.first, place.last)
        return [place._replace(last=cut), place._replace(first=cut + 1)]
    words = words_in(letter, place.first, place.last) if place.edges else place.words.split()
    if len(words) < 2:  # noqa: PLR2004 - two halves
        return []
    at = chance.randrange(1, len(words))
    return [place._replace(words=" ".join(half)) for half in (words[:at], words[at:])]


def part_left_out(letter: Letter, chance: Random) -> Replied | None:
    """A fact, a field, a rationale, a conclusion or the summary is left out."""
    options: list[tuple[str | int, ...]] = [
        ("facts", n) for n in range(len(of_reply(letter, "facts")))
    ]
    for n, item in enumerate(_items(letter)):
        options += [("items", n, name) for name in _MAY_LACK if item[name] is not None]
        for side in ("claims_administrator", "reviewer"):
            cited = item[side]["citations"] if item[side] else ()
            options += [("items", n, side, "citations", m) for m in range(len(cited))]
    if of_reply(letter, "clinical_summary") is not None:
        options.append(("clinical_summary",))
    path = pick(chance, options)
    return without(letter, path) if path else None


def sides_exchanged(letter: Letter, chance: Random) -> Replied | None:
    """The two sides' fields are exchanged, or one is given to both."""
    items = _items(letter)
    n = chance.randrange(len(items))
    sides = items[n]["claims_administrator"], items[n]["reviewer"]
    one, other = chance.choice([(sides[1], sides[0]), (sides[0], sides[0]), (sides[1], sides[1])])
    items[n] = {**items[n], "claims_administrator": one, "reviewer": other}
    return with_items(letter, items)


def partial_approval_invented(letter: Letter, chance: Random) -> Replied | None:
    """A partial approval of a request's words that nobody approved in part."""
    n = chance.randrange(len(letter.items))
    given = of_reply(letter, "items", n, "request")
    place = Written.read(given)
    words = (place.words or "").split()
    if place.edges or len(words) < 2:  # noqa: PLR2004 - parts of it
        words = words_in(letter, place.first, place.last)
    parts = [str(place._replace(words=" ".join(_some(words, chance)))) for _ in range(_AFTER)]
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        parts[chance.randrange(_AFTER)] = given
    names = ("original", "authorized", "remaining")
    return replaced(letter, ("items", n, "partial_approval"), dict(zip(names, parts, strict=True)))


def _some(words: Sequence[str], chance: Random) -> Sequence[str]:
    if len(words) < 2:  # noqa: PLR2004 - there are some
        return words
    start, end = sorted(chance.sample(range(len(words) + 1), 2))
    return words[start:end]


def partial_parts_exchanged(letter: Letter, chance: Random) -> Replied | None:
    """The parts of a partial approval are exchanged, or one stands for another."""
    able = [n for n, item in enumerate(_items(letter)) if item["partial_approval"]]
    if (n := pick(chance, able)) is None:
        return None
    parts: dict[str, str] = of_reply(letter, "items", n, "partial_approval")
    pool = [*parts.values(), of_reply(letter, "items", n, "request")]
    changed = {name: chance.choice(pool) for name in parts}
    return replaced(letter, ("items", n, "partial_approval"), changed)


def conclusion_from_elsewhere(letter: Letter, chance: Random) -> Replied | None:
    """A conclusion is another sentence: of its rationale, of another item's, of a field."""
    able = [each for each in places(letter) if each.name in {"rationale", "text"}]
    targets = [each for each in places(letter) if each.name == "conclusion"]
    home, target = pick(chance, able), pick(chance, targets)
    if home is None or target is None:
        return None
    start, end = span_of(letter, home.place)
    part = dict(
        zip(("start", "end"), letter.text.to_source(span_of(letter, home.place)), strict=True)
    )
    if start >= end or (chosen := pick(chance, letter.sentences(part))) is None:
        return None
    return replaced(letter, target.path, _sentence(letter, target, chosen, chance))


def _sentence(letter: Letter, target: Placed, chosen: tuple[int, int], chance: Random) -> Written:
    span = letter.text.from_source(*chosen)
    first, last = letter.lines.numbers(span)
    said = chance.choice(["necessary", "not_necessary", target.place.said])
    return Written(said, first, last, letter.text.words(span))


def letter_seen_in_part(letter: Letter, chance: Random) -> Replied | None:
    """The reply is about the letter's first lines only, and says so or not."""
    end = chance.randrange(1, len(letter.lines) + 1)
    reply = letter.faultless
    facts = [fact for fact in reply["facts"] if Written.read(fact).last <= end]
    items = [item for item in reply["items"] if Written.read(item["decision"]).last <= end]
    last_line = chance.choice([end, len(letter.lines)])
    items = [_within(item, end) for item in items]
    return Replied({**reply, "facts": facts, "items": items, "last_line": last_line})


def _within(item: Item, end: int) -> Item:
    """Return an item without those of its parts that stand after line *end*."""
    kept = dict(item)
    for name in ("rationale", "conclusion"):
        if item[name] and Written.read(item[name]).last > end:
            kept[name] = None
    for side in ("claims_administrator", "reviewer"):
        if item[side] and Written.read(item[side]["text"]).last > end:
            kept[side] = None
    return kept


def no_reply_at_all(letter: Letter, chance: Random) -> Replied | None:
    """The reply is empty, or of another letter."""
    if (other := letter.another(chance)) is None:
        return None
    reply = other.faultless
    if chance.random() < 0.1:  # noqa: PLR2004 - seldom
        reply = {**reply, "facts": [], "items": [], "clinical_summary": None}
    return Replied({**reply, "last_line": len(letter.lines)})


def part_of_another_letter(letter: Letter, chance: Random) -> Replied | None:
    """A part of the reply is that of another letter: what a prompt's example says, say."""
    other = letter.another(chance)
    if other is None:
        return None
    theirs = places(other)
    chosen = pick(chance, places(letter))
    alike = [each for each in theirs if chosen and each.name == chosen.name]
    taken = pick(chance, alike)
    return replaced(letter, chosen.path, taken.place) if chosen and taken else None


PARTS: Sequence[Callable[[Letter, Random], Replied | None]] = (
    items_in_another_order,
    item_left_out,
    item_twice,
    part_of_another_item,
    items_joined,
    item_in_two,
    part_left_out,
    sides_exchanged,
    partial_approval_invented,
    partial_parts_exchanged,
    conclusion_from_elsewhere,
    letter_seen_in_part,
    no_reply_at_all,
    part_of_another_letter,
)
