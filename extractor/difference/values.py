"""Two records of one letter held side by side, value by value."""

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeVar

from pydantic import BaseModel

from extractor.difference.changes import Change, Made, Said, Turn, What, place
from extractor.difference.fields import PLACE
from extractor.difference.findings import compared_findings
from extractor.record import BodyRegion, Citation, Item, Reason, Record, V

T = TypeVar("T")
_PARTS = ("outcome", "case", "expert", "patient", "clinical_summary")


def compare(old: Record, new: Record) -> Iterator[Change]:
    """Yield what *new* says differently: the status first, then values, then findings.

    Items are paired by where they are decided, in another text by their request; citations and
    other lists by what they say. Where they were read from is compared only in the same text.
    """
    was, now = Made.by(old.provenance), Made.by(new.provenance)
    name = new.document.id
    for item, turn in _turns(old, new):
        what, field, before, after = turn
        yield Change(
            what=what,
            field=field,
            id=name,
            item=item,
            old=before,
            new=after,
            old_made=was,
            new_made=now,
        )


def _turns(old: Record, new: Record) -> Iterator[tuple[int | None, Turn]]:
    """Yield each change, and the number of the item that it is in."""
    same = old.document.text_sha256 == new.document.text_sha256
    walk = _Walk(same_text=same)
    by = _decided_at if same else _requested
    pairs = list(_aligned(old.items, new.items, by))
    for field, was, now in (
        ("status", old.status, new.status),
        ("document.layout", old.document.layout, new.document.layout),
    ):
        yield from ((None, turn) for turn in _leaf(field, was, now))
    for name in _PARTS:
        found = walk.node(name, getattr(old, name), getattr(new, name))
        yield from ((None, turn) for turn in found)
    for before, after in pairs:
        present = after or before
        for turn in walk.item(before, after):
            yield present.number if present else None, turn
    yield from compared_findings(old, new, pairs)


class _Walk:
    """Goes through two parts of records at once."""

    def __init__(self, *, same_text: bool) -> None:
        """Compare places only in the *same_text*."""
        self._same_text = same_text

    def item(self, old: Item | None, new: Item | None) -> Iterator[Turn]:
        """Yield the changes within an item; a whole item is one change."""
        if old is None or new is None:
            yield from _whole("items", _item_said(old), _item_said(new))
            return
        for name in type(new).model_fields:
            if name != "number":
                yield from self.node(name, getattr(old, name), getattr(new, name))

    def node(self, field: str, old: Any, new: Any, near: Any = None) -> Iterator[Turn]:  # noqa: ANN401
        """Yield the changes at and below a part; *near* is what holds a word without place."""
        if self._same_text and old == new:
            return
        model = type(old if new is None else new)
        if issubclass(model, tuple) and isinstance(next(iter(old or new or ()), None), BaseModel):
            for before, after in _aligned(old or (), new or (), _key):
                yield from self.node(field, before, after)
        elif issubclass(model, V):
            yield from self._value(field, _said(old), _said(new))
        elif issubclass(model, Citation):
            yield from self._citation(field, old, new)
        elif issubclass(model, BaseModel):
            yield from self._parts(field, old, new)
        else:
            yield from _leaf(field, old, new, *(near or (None, None)))

    def _parts(self, field: str, old: BaseModel | None, new: BaseModel | None) -> Iterator[Turn]:
        """Yield the changes in the parts of a model, whichever record has it."""
        either = old if new is None else new
        assert either is not None, "one of the records has it"
        near = _evidence(old), _evidence(new)
        for name, about in type(either).model_fields.items():
            called = f"{field}.{about.alias or name}"
            yield from self.node(called, getattr(old, name, None), getattr(new, name, None), near)

    def _citation(self, field: str, old: Citation | None, new: Citation | None) -> Iterator[Turn]:
        """Yield the change of a citation's words, and of what was read from them."""
        yield from self._value(field, _citation_said(old), _citation_said(new))
        if old is None or new is None:
            return
        for name in type(new).model_fields:
            if name not in PLACE:
                before, after = getattr(old, name), getattr(new, name)
                yield from self.node(f"{field}.{name}", before, after, (old, new))

    def _value(self, field: str, old: Said | None, new: Said | None) -> Iterator[Turn]:
        """Yield the change of a value that has a place."""
        if old is None or new is None or old.value != new.value:
            yield from _whole(field, old, new)
        elif self._same_text and (old.start, old.end) != (new.start, new.end):
            yield Turn(What.MOVED, field, old, new)


def _whole(field: str, old: Said | None, new: Said | None) -> Iterator[Turn]:
    """Yield that a value was gained, lost or changed; nothing where there is none in either."""
    if old is None and new is None:
        return
    what = What.GAINED if old is None else What.LOST if new is None else What.CHANGED
    yield Turn(what, field, old, new)


def _leaf(field: str, old: Any, new: Any, before: Any = None, after: Any = None) -> Iterator[Turn]:  # noqa: ANN401
    """Yield the change of a word without a place of its own; *before* and *after* hold it."""
    absent: tuple[object, ...] = (None, ())
    if old != new and not (old in absent and new in absent):
        was = None if old in absent else Said(value=old, **(place(before) if before else {}))
        now = None if new in absent else Said(value=new, **(place(after) if after else {}))
        yield from _whole(field, was, now)


def _said(value: V[Any] | None) -> Said | None:
    return None if value is None else Said(value=value.value, **place(value))


def _citation_said(citation: Citation | None) -> Said | None:
    return None if citation is None else Said(value=citation.quote, **place(citation))


def _item_said(item: Item | None) -> Said | None:
    if item is None:
        return None
    return Said(value=f"{item.request.value}: {item.decision.value}", **place(item.request))


def _evidence(part: BaseModel | None) -> Any:  # noqa: ANN401 - a value, or nothing
    """Return the value that grounds the words of *part* which have no place of their own."""
    for name in ("evidence", "text", "name"):
        if isinstance(found := getattr(part, name, None), V):
            return found
    return None


# --- which belongs to which ---------------------------------------------------------------------


def _aligned(
    old: Sequence[T], new: Sequence[T], key: Callable[[Any], object]
) -> Iterator[tuple[T | None, T | None]]:
    """Yield pairs of what has one *key*, and of what stands between the same neighbours."""
    matcher = SequenceMatcher(None, [key(each) for each in old], [key(each) for each in new], False)
    for _, start, end, begin, stop in matcher.get_opcodes():
        before: list[T | None] = list(old[start:end])
        after: list[T | None] = list(new[begin:stop])
        longest = max(len(before), len(after))
        before += [None] * (longest - len(before))
        after += [None] * (longest - len(after))
        yield from zip(before, after, strict=True)


def _decided_at(item: Item) -> object:
    return item.decision.start


def _requested(item: Item) -> object:
    return item.request.value


def _key(part: Any) -> object:  # noqa: ANN401 - what a list of a record holds
    """Return by what a part of a list is known again."""
    if isinstance(part, V):
        return part.value
    if isinstance(part, Citation):
        return part.quote
    if isinstance(part, BodyRegion):
        return part.region, part.side
    return part.kind if isinstance(part, Reason) else part
