"""A model's reply: pointers at other lines, quotes with other words, items mixed up."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

from evals.escape.letters import Letter, pick
from evals.escape.operators.decisions import OTHER
from evals.escape.operators.digits import another_digit
from evals.escape.operators.passages import POLARITIES
from evals.escape.reply import ClaimPath, changed_reply, claims, lines_around
from extractor.propose import Claim, Proposal, ProposedItem
from extractor.text import Span

_LINE = re.compile(r"[^\n\f]*\S[^\n\f]*")
_LONG = (
    "rationale",
    "reviewer",
    "claims_administrator",
    "clinical_summary",
    "request",
    "treatment",
)
_NOT = re.compile(r"\bnot\s+")


def _long_claim(letter: Letter, chance: Random) -> tuple[ClaimPath, Claim] | None:
    return pick(chance, [each for each in claims(letter.reply) if each[0][-1] in _LONG])


def _quoted(letter: Letter, chance: Random) -> tuple[ClaimPath, Claim] | None:
    return pick(chance, [each for each in claims(letter.reply) if each[1].quote])


def pointer_off_by_one(letter: Letter, chance: Random) -> Proposal | None:
    """A passage begins or ends a line, or a word, too early or too late."""
    if (chosen := _long_claim(letter, chance)) is None:
        return None
    path, claim = chosen
    scope = claim.scope
    near = Span(max(0, scope.start - 300), min(len(letter.text.norm), scope.end + 300))
    pattern = chance.choice([_LINE, re.compile(r"\S+")])
    pieces = [match.span() for match in pattern.finditer(letter.text.norm, *near)]
    starts, ends = (
        _nearest([s for s, _ in pieces], scope.start),
        _nearest([e for _, e in pieces], scope.end),
    )
    options = [(s, scope.end) for s in starts] + [(scope.start, e) for e in ends]
    options += list(zip(starts, ends, strict=False))
    place = pick(chance, options)
    return changed_reply(letter.reply, path, Claim(Span(*place), claim.value)) if place else None


def _nearest(places: list[int], at: int) -> list[int]:
    """Return the places right before and right after *at*."""
    before = [place for place in places if place < at][-1:]
    return before + [place for place in places if place > at][:1]


def pointer_reversed(letter: Letter, chance: Random) -> Proposal | None:
    """A pointer's end stands before its beginning."""
    path, claim = chance.choice(list(claims(letter.reply)))
    return changed_reply(
        letter.reply, path, claim._replace(scope=Span(claim.scope[1], claim.scope[0]))
    )


def pointer_out_of_range(letter: Letter, chance: Random) -> Proposal | None:
    """A pointer leads past the letter's end, or before its beginning."""
    path, claim = chance.choice(list(claims(letter.reply)))
    size = len(letter.text.norm)
    start, end = claim.scope
    scope = chance.choice([(start, size + 5), (size + 1, size + 9), (-7, end), (start - size, end)])
    return changed_reply(letter.reply, path, claim._replace(scope=Span(*scope)))


def pointer_at_another_line(letter: Letter, chance: Random) -> Proposal | None:
    """A quote is claimed to stand in another line than it does."""
    if (chosen := _quoted(letter, chance)) is None:
        return None
    path, claim = chosen
    lines = [Span(*match.span()) for match in _LINE.finditer(letter.text.norm)]
    return changed_reply(letter.reply, path, claim._replace(scope=chance.choice(lines)))


def pointer_at_everything(letter: Letter, chance: Random) -> Proposal | None:
    """A quote is to be found anywhere in the letter."""
    if (chosen := _quoted(letter, chance)) is None:
        return None
    path, claim = chosen
    return changed_reply(letter.reply, path, claim._replace(scope=letter.text.whole))


def _requoted(
    letter: Letter, chance: Random, change: Callable[[str, Random], str | None]
) -> Proposal | None:
    if (chosen := _quoted(letter, chance)) is None:
        return None
    path, claim = chosen
    quote = change(claim.quote or "", chance)
    return changed_reply(letter.reply, path, claim._replace(quote=quote)) if quote else None


def quoted_digit(letter: Letter, chance: Random) -> Proposal | None:
    """A digit of a quote is another."""
    return _requoted(letter, chance, another_digit)


def quoted_negation(letter: Letter, chance: Random) -> Proposal | None:
    """A quote has lost its negation, or has one more."""
    return _requoted(letter, chance, _negated)


def _negated(quote: str, chance: Random) -> str | None:
    if _NOT.search(quote) and chance.random() < 0.7:  # noqa: PLR2004 - mostly
        return _NOT.sub("", quote, count=1)
    words = quote.split()
    words.insert(chance.randrange(len(words) + 1), "not")
    return " ".join(words)


def quoted_in_part(letter: Letter, chance: Random) -> Proposal | None:
    """A quote is cut to some of its words, or of its characters."""
    return _requoted(letter, chance, _cut)


def _cut(quote: str, chance: Random) -> str | None:
    if len(quote) < 2:  # noqa: PLR2004 - a character is left
        return None
    at = chance.randrange(1, len(quote))
    return chance.choice([quote[:at], quote[at:]]).strip()


def said_otherwise(letter: Letter, chance: Random) -> Proposal | None:
    """A value says something else than its quote: the other decision, another day or number."""
    valued = [each for each in claims(letter.reply) if each[1].value is not None]
    if (chosen := pick(chance, valued)) is None:
        return None
    path, claim = chosen
    value = claim.value
    others = {**OTHER, **POLARITIES, "male": "female", "female": "male", "standard": "expedited"}
    new = others.get(str(value)) or another_digit(str(value), chance)
    if new is None:
        return None
    changed = claim._replace(value=int(new) if isinstance(value, int) else new)
    return changed_reply(letter.reply, path, changed)


def claims_exchanged(letter: Letter, chance: Random) -> Proposal | None:
    """Two claims of one kind are exchanged: two dates, two passages, two items' parts."""
    every = [each for each in claims(letter.reply) if each[1].quote is None or each[1].value]
    if (one := pick(chance, every)) is None:
        return None
    alike = [each for each in every if _kind(each) == _kind(one) and each[0] != one[0]]
    if (other := pick(chance, alike)) is None:
        return None
    changed = changed_reply(letter.reply, one[0], other[1])
    return changed_reply(changed, other[0], one[1]) if chance.random() < 0.7 else changed  # noqa: PLR2004 - mostly


def _kind(claim: tuple[ClaimPath, Claim]) -> object:
    path, said = claim
    if said.value is None:
        return None
    return "day" if re.fullmatch(r"\d{4}-\d\d-\d\d", str(said.value)) else path[-1]


def _with_items(letter: Letter, items: list[ProposedItem]) -> Proposal:
    return replace(letter.reply, items=items)


def proposed_item_dropped(letter: Letter, chance: Random) -> Proposal | None:
    """A reply leaves out an item."""
    items = list(letter.reply.items)
    del items[chance.randrange(len(items))]
    return _with_items(letter, items)


def proposed_item_doubled(letter: Letter, chance: Random) -> Proposal | None:
    """A reply lists an item twice."""
    items = list(letter.reply.items)
    items.insert(chance.randrange(len(items) + 1), chance.choice(items))
    return _with_items(letter, items)


def proposed_items_reordered(letter: Letter, chance: Random) -> Proposal | None:
    """A reply lists the items in another order."""
    items = list(letter.reply.items)
    chance.shuffle(items)
    return _with_items(letter, items)


def proposed_items_merged(letter: Letter, chance: Random) -> Proposal | None:
    """A reply joins two items: one's parts run on to the end of the next one's."""
    pairs = list(enumerate(pairwise(letter.reply.items)))
    if (chosen := pick(chance, pairs)) is None:
        return None
    n, (one, other) = chosen
    joined = replace(
        one, rationale=_to(one.rationale, other.rationale), conclusion=other.conclusion
    )
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        request = Claim(Span(one.request.scope.start, other.request.scope.end))
        joined = replace(other, request=request, treatment=request)
    items = letter.reply.items
    return _with_items(letter, [*items[:n], joined, *items[n + 2 :]])


def _to(one: Claim | None, other: Claim | None) -> Claim | None:
    return Claim(Span(one.scope.start, other.scope.end)) if one and other else one or other


def proposed_item_split(letter: Letter, chance: Random) -> Proposal | None:
    """A reply makes two items of one, each with a part of its request or of its rationale."""
    n = chance.randrange(len(letter.reply.items))
    item = letter.reply.items[n]
    name = chance.choice(("request", "rationale"))
    whole: Claim | None = getattr(item, name)
    if whole is None:
        return None
    places = [m.start() for m in re.finditer(r"\S+", letter.text.norm[slice(*whole.scope)])][1:]
    if (cut := pick(chance, places)) is None:
        return None
    middle = whole.scope.start + cut
    spans = Span(whole.scope.start, middle), Span(middle, whole.scope.end)
    halves = [_with_claim(item, name, Claim(span)) for span in spans]
    items = letter.reply.items
    return _with_items(letter, [*items[:n], *halves, *items[n + 1 :]])


def proposed_sides_swapped(letter: Letter, chance: Random) -> Proposal | None:
    """A reply takes the claims administrator's field for the reviewer's."""
    items = list(letter.reply.items)
    n = chance.randrange(len(items))
    one, other = items[n].claims_administrator, items[n].reviewer
    items[n] = replace(items[n], claims_administrator=other, reviewer=one)
    return _with_items(letter, items)


def _with_claim(item: ProposedItem, name: str, claim: Claim | None) -> ProposedItem:
    parts: dict[str, Any] = {name: claim}
    return replace(item, **parts)


def _with_group(reply: Proposal, name: str, group: dict[str, Claim]) -> Proposal:
    parts: dict[str, Any] = {name: group}
    return replace(reply, **parts)


def claim_left_out(letter: Letter, chance: Random) -> Proposal | None:
    """A reply leaves out a value that the letter gives."""
    reply = letter.reply
    options: list[Proposal] = []
    for part in ("case", "patient"):
        given: dict[str, Claim] = getattr(reply, part)
        for name in given:
            rest = {other: claim for other, claim in given.items() if other != name}
            options.append(_with_group(reply, part, rest))
    for n, item in enumerate(reply.items):
        for name in ("claims_administrator", "reviewer", "rationale", "conclusion"):
            if getattr(item, name):
                items = [*reply.items[:n], _with_claim(item, name, None), *reply.items[n + 1 :]]
                options.append(replace(reply, items=items))
    options += [replace(reply, diagnosis_codes=reply.diagnosis_codes[:-1])]
    return pick(chance, options)


def decision_from_anywhere(letter: Letter, chance: Random) -> Proposal | None:
    """A reply takes a decision from other words, with the line in which they stand."""
    n = chance.randrange(len(letter.reply.items))
    word = chance.choice(
        ["Upheld", "Overturned", "upheld", "overturned", "not medically necessary"]
    )
    places = [m.span() for m in re.finditer(re.escape(word), letter.text.norm)]
    if (place := pick(chance, places)) is None:
        return None
    scope = lines_around(letter.text, Span(*place))
    value = "overturned" if word.lower() == "overturned" else "upheld"
    return changed_reply(letter.reply, ("items", n, "decision"), Claim(scope, value, word))
