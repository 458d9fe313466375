"""What each kind of correction does to a record, as JSON holds it.

What follows from other values (citations from a guideline field, the drug from a request) is read
again when those change; a later correction may change it in turn.
"""

from collections.abc import Callable, Mapping
from typing import Any

from extractor.corrections.correction import Correction, Standing
from extractor.corrections.values import Tree, at, made
from extractor.errors import CorrectionError
from extractor.guidelines import citation_of, cited_in, read_field
from extractor.record import Basis, Item, Words
from extractor.text import Span, Text
from extractor.treatments import read_treatment

_SIDES = ("claims_administrator", "reviewer")
_ASKED = ("category", "drug", "visits", "body_regions", "retrospective", "dates_of_service")
_REQUIRED = ("request", "treatment", "decision")
_PARTIAL = ("original", "authorized", "remaining")
_ITEM = 3  # steps of a path below items: "", "items", the place


def edit(tree: Tree, correction: Correction, text: Text) -> None:
    """Change *tree* as *correction* says.

    Raises:
        CorrectionError: It names no place of the record as it stands, or its words say otherwise.
    """
    _EDITS[correction.action](tree, correction, text)
    for number, item in enumerate(tree["items"], start=1):
        item["number"] = number


def _set(tree: Tree, correction: Correction, text: Text) -> None:
    path = correction.path
    _put(tree, path, _made(tree, correction, text))
    _follow(tree, path, text)


def _made(tree: Tree, correction: Correction, text: Text) -> Tree:
    """Return what stands at the correction's path from now on."""
    steps = correction.path.split("/")
    if steps[-1] == "partial_approval":
        return _parts(correction, _PARTIAL, text)
    if correction.new is None:
        raise CorrectionError("The correction says no new value.")
    build = _BUILT.get(_field_of(steps))
    if build is not None:
        return build(correction.path, correction.new, text, at(tree, correction.path))
    return made(correction.path, correction.new, text)


def _field_of(steps: list[str]) -> str:
    return "/".join(step for step in steps[1:] if not step.isdecimal())


def _category(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    return {**_said(new), "evidence": made(f"{path}/evidence", new, text), "source": "person"}


def _region(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    return {**_said(new), "evidence": made(f"{path}/evidence", new, text)}


def _reason(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    return {"kind": new.value, "evidence": made(f"{path}/evidence", new, text)}


def _drug(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    return {**_said(new), "name": made(f"{path}/name", new, text)}


def _choice(_path: str, new: Standing, _text: Text, _: Tree) -> Tree:
    return new.value


def _said(new: Standing) -> dict[str, Any]:
    return new.value if isinstance(new.value, dict) else {}


_BUILT: Mapping[str, Callable[[str, Standing, Text, Tree], Tree]] = {
    "items/category": _category,
    "items/body_regions": _region,
    "items/reasons": _reason,
    "items/drug": _drug,
    "items/drug/class": _choice,
    "items/claims_administrator/cites": _choice,
    "items/reviewer/cites": _choice,
}


def _put(tree: Tree, path: str, value: Tree) -> None:
    """Have *value* stand at *path*; one past a list's end it is added."""
    above, _, name = path.rpartition("/")
    parent = at(tree, above)
    if isinstance(parent, list) and name.isdecimal() and int(name) <= len(parent):
        parent[int(name) : int(name) + 1] = [value]
    elif isinstance(parent, dict):
        parent[name] = value
    elif parent is None and name == "text" and isinstance(at(tree, _above(above)), dict):
        _put(tree, above, {"cites": "unclear", "text": value, "citations": []})
    else:
        raise CorrectionError(f"The record has no place {path}.")


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _follow(tree: Tree, path: str, text: Text) -> None:
    """Read again what follows from the value at *path*."""
    steps = path.split("/")
    if len(steps) <= _ITEM or steps[1] != "items":
        return
    item, name = at(tree, "/".join(steps[:_ITEM])), steps[_ITEM]
    if name in _SIDES and steps[-1] == "text":
        item[name] = _basis(item[name]["text"], text)
    elif name == "rationale":
        item["rationale_citations"] = _cited(item["rationale"], text)
    elif name == "request":
        item["treatment"] = item["request"]
        item["partial_approval"] = None
        item.update(_asked(item, text))
    elif name == "partial_approval":
        partial = item["partial_approval"]
        item["treatment"] = partial["remaining"] if partial else item["request"]
        item.update(_asked(item, text))
    elif name == "treatment":
        item.update(_asked(item, text))


def _basis(words: Tree, text: Text) -> Tree:
    reading = read_field(text, _span(words, text))
    citations = tuple(citation_of(cited, text) for cited in reading.citations)
    basis = Basis(cites=reading.cites, text=Words.model_validate(words), citations=citations)
    return basis.model_dump(mode="json", by_alias=True)


def _cited(words: Tree, text: Text) -> Tree:
    if words is None:
        return []
    cited = (citation_of(each, text) for each in cited_in(text, _span(words, text)))
    return [each.model_dump(mode="json", by_alias=True) for each in cited]


def _asked(item: Tree, text: Text) -> dict[str, Tree]:
    """Return what the request says, read again."""
    spans = (_span(item[name], text) for name in ("request", "treatment"))
    own = {name: item[name] for name in _REQUIRED}
    read = Item.model_validate({**own, "number": 1, **read_treatment(text, *spans)._asdict()})
    return read.model_dump(mode="json", by_alias=True, include=set(_ASKED))


def _span(words: Tree, text: Text) -> Span:
    return text.from_source(words["start"], words["end"])


def _parts(correction: Correction, names: tuple[str, ...], text: Text) -> dict[str, Tree]:
    """Return the values of a part of the record that has several."""
    if missing := [name for name in names if name not in correction.parts]:
        raise CorrectionError(f"The correction lacks the words of {', '.join(missing)}.")
    path = correction.path
    return {name: made(f"{path}/{name}", correction.parts[name], text) for name in names}


def _clear(tree: Tree, correction: Correction, text: Text) -> None:
    above, _, name = correction.path.rpartition("/")
    parent = at(tree, above)
    if at(tree, correction.path) is None:
        raise CorrectionError(f"The record has nothing at {correction.path}.")
    if isinstance(parent, list):
        del parent[int(name)]
        return
    if name in (*_REQUIRED, "number", "text", "evidence", "name", "cites") or not above:
        _clear_top(tree, name, above)
        return
    parent[name] = None
    _follow(tree, correction.path, text)


def _clear_top(tree: Tree, name: str, above: str) -> None:
    if above or name != "clinical_summary":
        raise CorrectionError(f"{above}/{name} cannot be empty: correct it, or remove the whole.")
    tree[name] = None


def _add(tree: Tree, correction: Correction, text: Text) -> None:
    above, _, name = correction.path.rpartition("/")
    parent = at(tree, above)
    if not isinstance(parent, list) or not name.isdecimal() or int(name) > len(parent):
        raise CorrectionError(f"The record has no list with a place {correction.path}.")
    made_item = above == "/items"
    value = _item(correction, text) if made_item else _made(tree, correction, text)
    parent.insert(int(name), value)


def _item(correction: Correction, text: Text) -> Tree:
    """Return a new item, of its request and its decision."""
    parts = _parts(correction, ("request", "decision"), text)
    item = Item.model_validate({"number": 1, "treatment": parts["request"], **parts})
    tree: Tree = item.model_dump(mode="json", by_alias=True)
    return {**tree, **_asked(tree, text)}


def _split(tree: Tree, correction: Correction, text: Text) -> None:
    items, place = tree["items"], _place(tree, correction)
    first, second = items[place], _item(correction, text)
    cut = second["request"]["start"]
    if first["decision"]["start"] >= cut:
        raise CorrectionError("The first item would lose its decision: split it behind that.")
    for name in (*_SIDES, "conclusion", "partial_approval", "rationale"):
        _part_at(cut, name, first, second, text)
    for name in ("rationale_citations", "reasons"):
        second[name] = [each for each in first[name] if _begins(each) >= cut]
        first[name] = [each for each in first[name] if _begins(each) < cut]
    items.insert(place + 1, second)


def _part_at(cut: int, name: str, first: Tree, second: Tree, text: Text) -> None:
    """Give the second of two items what begins behind *cut*; what runs over it ends there."""
    value = first[name]
    if value is None:
        return
    words = value["text"] if name in _SIDES else value
    if _begins(value) >= cut:
        first[name], second[name] = None, value
    elif words.get("end", 0) > cut:
        shorter = _up_to(words, cut, text)
        first[name] = _basis(shorter, text) if name in _SIDES else shorter


def _begins(part: Tree) -> int:
    """Return where a part of a record begins."""
    if "start" in part:
        return int(part["start"])
    inner = [_begins(each) for each in part.values() if isinstance(each, dict)]
    return min(inner, default=0)


def _up_to(words: Tree, cut: int, text: Text) -> Tree:
    span = text.trim(*text.from_source(words["start"], cut))
    return text.value(Words, span).model_dump(mode="json", by_alias=True)


def _merge(tree: Tree, correction: Correction, text: Text) -> None:
    items, place = tree["items"], _place(tree, correction)
    if place + 1 >= len(items):
        raise CorrectionError("There is no item after it to merge with.")
    first, second = items[place], items.pop(place + 1)
    for name in (*_SIDES, "partial_approval", "conclusion"):
        first[name] = first[name] or second[name]
    first["conclusion"] = second["conclusion"] or first["conclusion"]
    if first["rationale"] and second["rationale"]:
        whole = {"start": first["rationale"]["start"], "end": second["rationale"]["end"]}
        span = text.trim(*_span(whole, text))
        first["rationale"] = text.value(Words, span).model_dump(mode="json", by_alias=True)
    first["rationale"] = first["rationale"] or second["rationale"]
    first["rationale_citations"] = _cited(first["rationale"], text)
    first["reasons"] += second["reasons"]


def _move(tree: Tree, correction: Correction, _: Text) -> None:
    items, place = tree["items"], _place(tree, correction)
    if correction.to is None or correction.to >= len(items):
        raise CorrectionError("The record has no such place for an item.")
    items.insert(correction.to, items.pop(place))


def _place(tree: Tree, correction: Correction) -> int:
    """Return the place of the item that a correction is about."""
    steps = correction.path.split("/")
    known = len(steps) == _ITEM and steps[1] == "items" and steps[2].isdecimal()
    if not known or int(steps[2]) >= len(tree["items"]):
        raise CorrectionError(f"The record has no item {correction.path}.")
    return int(steps[2])


_EDITS: Mapping[str, Callable[[Tree, Correction, Text], None]] = {
    "set": _set,
    "clear": _clear,
    "add": _add,
    "split": _split,
    "merge": _merge,
    "move": _move,
}
