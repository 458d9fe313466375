"""Every value of a record with the characters it was read from, one after the other."""

from typing import Any, Literal, NamedTuple, cast

from pydantic import BaseModel

from extractor.record import Citation, Record, V

_Kind = Literal["value", "citation", "part", "list", "leaf"]
_KINDS: dict[type, _Kind] = {}
_PARTS = ("case", "expert", "patient", "clinical_summary", "items")


class Found(NamedTuple):
    """A value or a citation, and where the record keeps it.

    ``path`` is a JSON Pointer into the record; ``field`` the same without numbers and without
    ``items``: ``/items/1/reviewer/text`` is ``reviewer.text``.
    """

    path: str
    field: str
    value: V[Any] | Citation


def evidence_of(record: Record) -> list[Found]:
    """Return every value and every citation of *record*, in the record's order.

    A citation comes before the excerpt it holds; its components are words of its quote and are
    not given alone.
    """
    found: list[Found] = []
    for part in _PARTS:
        _collect(getattr(record, part), f"/{part}", "" if part == "items" else part, found)
    return found


def _collect(node: object, path: str, field: str, found: list[Found]) -> None:
    """Add to *found* what stands at *node* and below it."""
    kind = _kind(node)
    if kind == "list":
        for index, child in enumerate(cast("tuple[object, ...]", node)):
            _collect(child, f"{path}/{index}", field, found)
        return
    if kind in ("value", "citation"):
        found.append(Found(path, field, cast("V[Any] | Citation", node)))
    if kind in ("part", "citation"):
        for name, child in vars(node).items():
            if _kind(child) != "leaf":
                below = f"{field}.{name}" if field else name
                _collect(child, f"{path}/{name}", below, found)


def _kind(node: object) -> _Kind:
    """Return what *node* is to the walk; found out once per type, for speed."""
    kind = _KINDS.get(type(node))
    if kind is None:
        kind = _KINDS[type(node)] = _kind_of(type(node))
    return kind


def _kind_of(of: type) -> _Kind:
    """Return what the objects of a type are to the walk."""
    if issubclass(of, V):
        return "value"
    if issubclass(of, Citation):
        return "citation"
    if issubclass(of, BaseModel):
        return "part"
    return "list" if issubclass(of, tuple) else "leaf"
