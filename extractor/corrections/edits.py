"""What each kind of correction does to a record, as JSON holds it.

What follows from other values (citations from a guideline field, the drug from a request) is read
again when those change; a later correction may change it in turn.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from extractor.corrections.correction import Correction, Standing
from extractor.corrections.values import Tree, at, citation, made, standing_at
from extractor.errors import CorrectionError
from extractor.guidelines import citation_of, cited_in, read_field
from extractor.record import REASONS, Authority, Basis, Cites, Item, Words
from extractor.text import Span, Text
from extractor.treatments import read_treatment
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS

_SIDES = ("claims_administrator", "reviewer")
_ASKED = ("category", "drug", "visits", "body_regions", "retrospective", "dates_of_service")
_REQUIRED = ("request", "treatment", "decision")
# What people give: no part of a value by itself, and nothing of document or provenance.
PATH = re.compile(
    r"/(?:case|expert|patient|items|clinical_summary)(?:/[a-z_]{1,40}|/(?:0|[1-9]\d{0,4}))*",
    re.ASCII,
)
_LEVEL = re.compile(r"[CLTS]\d{1,2}(?:-[CLTS]?\d{1,2})*", re.ASCII)
_PARTIAL = ("original", "authorized", "remaining")
_NEVER_EMPTY = (
    *"value quote start end page number name source kind text evidence cites".split(),
    *_PARTIAL,
)
_PARTS_OF_A_CITATION = {"citations", "rationale_citations"}
_ITEM = 3  # steps of a path below items: "", "items", the place


def edit(tree: Tree, correction: Correction, text: Text) -> None:
    """Change *tree* as *correction* says.

    Raises:
        CorrectionError: It names no place of the record as it stands, or its words say otherwise.
    """
    if not PATH.fullmatch(correction.path):
        raise CorrectionError("What it is about is no part of a record that a person gives.")
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
        return build(correction.path, correction.new, text, tree)
    return made(correction.path, correction.new, text)


def _field_of(steps: list[str]) -> str:
    return "/".join(step for step in steps[1:] if not step.isdecimal())


def _category(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    said = _said(new, "name", "subcategory")
    parts = CATEGORIES.get(str(said["name"]))
    if parts is None or said["subcategory"] not in (None, *parts):
        raise CorrectionError("The list of the DWC has no such category.")
    return {**said, "evidence": made(f"{path}/evidence", new, text), "source": "person"}


def _region(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    said = _said(new, "region", "side", "levels")
    _listed(said["region"], REGIONS)
    evidence = made(f"{path}/evidence", new, text)
    return {**said, "levels": _levels(said["levels"], evidence["quote"]), "evidence": evidence}


def _levels(said: object, quote: str) -> list[str]:
    """Return the spinal levels that a person named, if the words say them."""
    levels: list[Any] = said if isinstance(said, list) else [] if said is None else [said]
    words = re.sub(r"\s", "", quote).upper()
    for each in levels:
        if not isinstance(each, str) or not _LEVEL.fullmatch(each):
            raise CorrectionError("A spinal level is written as L4 or L4-5.")
        if not all(part in words for part in re.findall(r"[A-Z]?\d+", each)):
            raise CorrectionError("The words do not say this spinal level: choose others.")
    return levels


def _reason(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    return {"kind": _listed(new.value, REASONS), "evidence": made(f"{path}/evidence", new, text)}


def _drug(path: str, new: Standing, text: Text, _: Tree) -> Tree:
    said = _said(new, "class")
    _listed(said["class"], (None, *DRUG_CLASSES))
    return {**said, "name": made(f"{path}/name", new, text)}


def _citation(path: str, new: Standing, text: Text, tree: Tree) -> Tree:
    return citation(path, new, text, _label(path, new.start or 0, tree))


def _label(path: str, start: int, tree: Tree) -> Authority | None:
    """Return what a side's field calls the guideline at *start*: what it calls the one before."""
    basis = at(tree, _above(_above(path)))
    if not isinstance(basis, dict) or "cites" not in basis:
        return None
    before = [each["labelled"] for each in basis["citations"] if each["start"] < start]
    called = before[-1] if before else basis["cites"]
    return called if called in get_args(Authority) else None


def _drug_class(_path: str, new: Standing, _text: Text, _: Tree) -> Tree:
    return _listed(new.value, (None, *DRUG_CLASSES))


def _cites(_path: str, new: Standing, _text: Text, _: Tree) -> Tree:
    return _listed(new.value, get_args(Cites))


def _said(new: Standing, *names: str) -> dict[str, Any]:
    """Return the choices *names* of a value that is several; None where one was not made."""
    said = new.value if isinstance(new.value, dict) else {}
    if said.keys() - {*names}:
        raise CorrectionError("The correction chooses something that is no choice.")
    return {name: said.get(name) for name in names}


def _listed(value: object, choices: Sequence[str | None]) -> object:
    if not isinstance(value, str | None) or value not in choices:
        raise CorrectionError("There is no such choice: take one of the list.")
    return value


_BUILT: Mapping[str, Callable[[str, Standing, Text, Tree], Tree]] = {
    "items/category": _category,
    "items/body_regions": _region,
    "items/reasons": _reason,
    "items/drug": _drug,
    "items/claims_administrator/citations": _citation,
    "items/reviewer/citations": _citation,
    "items/rationale_citations": _citation,
    "items/drug/class": _drug_class,
    "items/claims_administrator/cites": _cites,
    "items/reviewer/cites": _cites,
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
    if _is_in_citation(above):
        raise CorrectionError("A citation is read from its words as a whole: remove or set it.")
    _refuse_other(tree, correction)
    if isinstance(parent, list):
        del parent[int(name)]
        return
    if name in (*_REQUIRED, *_NEVER_EMPTY) or not above:
        _clear_top(tree, name, above)
        return
    parent[name] = [] if isinstance(parent[name], list) else None
    _follow(tree, correction.path, text)


def _is_in_citation(path: str) -> bool:
    """Say whether *path* leads to a citation, or into one."""
    return not _PARTS_OF_A_CITATION.isdisjoint(path.split("/")[:-1])


def _refuse_other(tree: Tree, correction: Correction) -> None:
    """Refuse to take out of a list, or to move there, what a person did not see at that place."""
    stood, old = standing_at(tree, correction.path), correction.old
    if not correction.path.rpartition("/")[2].isdecimal() or old is None or stood is None:
        return
    if (stood.start, stood.end) != (old.start, old.end):
        raise CorrectionError("Something else stands there now.")


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
    if any(_is_same(each, value) for each in parent):
        raise CorrectionError("The list has it already.")
    parent.insert(int(name), value)


def _is_same(one: Tree, other: Tree) -> bool:
    """Say whether two parts of a list are one: the same words, said to mean the same."""
    first, second = (standing_at({"part": each}, "/part") for each in (one, other))
    if "request" in one and first and second:
        return (first.start, first.end) == (second.start, second.end)
    return first == second


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
        both = first["rationale"], second["rationale"]
        whole = {"start": min(e["start"] for e in both), "end": max(e["end"] for e in both)}
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
    _refuse_other(tree, correction)
    return int(steps[2])


_EDITS: Mapping[str, Callable[[Tree, Correction, Text], None]] = {
    "set": _set,
    "clear": _clear,
    "add": _add,
    "split": _split,
    "merge": _merge,
    "move": _move,
}
