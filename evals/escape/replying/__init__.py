"""Wrong replies of a language model, as its JSON: every operator that makes one, in one list.

Some spoil a reply's places or its parts; the others say what a corrupted record says. What they
make goes the way of every reply: its schema, claims, grounding, the validator. What a reply says of
citations is only compared with what the house reads, so nothing wrong can come of it.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial, wraps
from random import Random
from typing import Any

from pydantic import ValidationError

from evals.escape.letters import Letter
from evals.escape.made import Made, Replied
from evals.escape.operators import (
    Operator,
    dates,
    decisions,
    fields,
    items,
    passages,
    people,
    requests,
)
from evals.escape.operators import places as spans
from evals.escape.replying.parts import PARTS
from evals.escape.replying.places import PLACES
from evals.escape.replying.written import Written, of_reply
from evals.escape.run import run
from evals.escape.tree import Tree
from evals.replies import reply_of
from extractor.record import Record

_RECORDS: Sequence[Callable[[Letter, Random], Any]] = (
    decisions.decision_flipped,
    decisions.decision_flipped_with_quote,
    decisions.decision_from_another_item,
    decisions.decision_from_other_words,
    decisions.all_decisions_flipped,
    requests.request_shortened,
    requests.request_extended,
    requests.request_from_another_item,
    requests.request_from_elsewhere,
    requests.partial_approval_invented,
    requests.partial_approval_dropped,
    requests.partial_parts_exchanged,
    requests.partial_part_cut,
    items.item_dropped,
    items.item_doubled,
    items.items_merged,
    items.item_split,
    items.items_reordered,
    items.part_from_another_item,
    items.parts_exchanged,
    items.part_dropped,
    items.boundary_moved,
    fields.sides_swapped,
    fields.side_given_to_both,
    fields.field_from_another_item,
    fields.field_cut,
    fields.field_run_on,
    fields.field_dropped,
    passages.rationale_cut_short,
    passages.rationale_cut_at_sentence,
    passages.rationale_run_on,
    passages.rationale_from_another_item,
    passages.conclusion_turned,
    passages.conclusion_moved,
    passages.conclusion_cut,
    passages.conclusion_dropped,
    passages.summary_cut,
    passages.summary_run_on,
    spans.span_shifted,
    spans.span_shifted_and_read,
    spans.same_words_elsewhere,
    dates.header_dates_exchanged,
    dates.dates_exchanged,
    dates.date_from_elsewhere,
    dates.date_dropped,
    dates.date_invented,
    dates.header_value_changed,
    people.name_invented,
    people.name_dropped,
    people.name_doubled,
    people.name_in_other_group,
    people.name_cut,
    people.names_joined,
    people.names_reordered,
    people.credentials_dropped,
    people.age_changed,
    people.sex_changed,
    people.code_dropped,
    people.code_invented,
    people.codes_changed,
)


def as_reply(operator: Operator) -> Operator:
    """Return an operator whose reply says what the record says that *operator* makes."""

    @wraps(operator)
    def replied(letter: Letter, chance: Random) -> Made | None:
        made = operator(letter, chance)
        if not isinstance(made, dict) or letter.right.is_as_good(made):
            return None
        try:
            record = Record.from_json(json.dumps(made))
            reply = reply_of(record, letter.lines, brief=chance.random() < 0.5)  # noqa: PLR2004 - half
        except (ValidationError, IndexError, AssertionError):
            return None  # no reply can say this
        return Replied(reply.model_dump(mode="json"))

    replied.__name__ = f"said_{operator.__name__}"
    return replied


def two_at_once(letter: Letter, chance: Random) -> Replied | None:
    """Two things are wrong with a reply, each of which might vouch for the other."""
    one, other = (operator(letter, chance) for operator in chance.sample(_SPOILING, 2))
    if one is None or other is None:
        return None
    return Replied(mixed(letter.faultless, one.reply, other.reply))


def mixed(right: Any, one: Any, other: Any) -> Any:  # noqa: ANN401 - any part of a reply
    """Return *one* with what *other* has different from *right* where *one* has it as it was.

    >>> mixed({"a": [1, 2], "b": 3}, {"a": [1, 9], "b": 3}, {"a": [8, 2], "b": 4})
    {'a': [8, 9], 'b': 4}
    """
    if right in (one, other):
        return other if one == right else one
    if isinstance(right, dict) and isinstance(one, dict) and isinstance(other, dict):
        return {name: mixed(right[name], one[name], other[name]) for name in right}
    lists = isinstance(right, list) and isinstance(one, list) and isinstance(other, list)
    if lists and len(right) == len(one) == len(other):
        return [mixed(*three) for three in zip(right, one, other, strict=True)]
    return one


_SPOILING = (*PLACES, *PARTS)


def in_full(letter: Letter, chance: Random) -> Replied:
    """Copy all words out, as a model does that spares no tokens."""
    del chance
    return Replied(reply_of(letter.record, letter.lines, brief=False).model_dump(mode="json"))


def facts_in_another_order(letter: Letter, chance: Random) -> Replied:
    """Give the facts in another order, those of one name in their own."""
    facts: list[str] = list(of_reply(letter, "facts"))
    names = list({Written.read(fact).said: None for fact in facts})
    chance.shuffle(names)
    ordered = [fact for name in names for fact in facts if Written.read(fact).said == name]
    return Replied({**letter.faultless, "facts": ordered})


def numbers_repeated(letter: Letter, chance: Random) -> Replied:
    """Count the items wrongly; their order is what counts."""
    number = chance.randint(0, 3)
    items_: list[Tree] = [{**item, "number": number} for item in of_reply(letter, "items")]
    return Replied({**letter.faultless, "items": items_})


REPLIES: tuple[Operator, ...] = (*_SPOILING, two_at_once, *map(as_reply, _RECORDS))
"""Every operator that makes a wrong reply."""

HARMLESS_REPLIES: tuple[Operator, ...] = (in_full, facts_in_another_order, numbers_repeated)
"""Replies that say the same as the faultless one, said otherwise."""

of_replies = partial(run, operators=REPLIES, harmless_operators=HARMLESS_REPLIES)
"""As ``evals.escape.run.run``, with replies in place of what else is corrupted."""
