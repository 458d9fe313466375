"""A record's JSON as a tree: paths into it, changed copies of it, what differs between two.

A path is a tuple of names and indices. A changed copy shares with its original what is the same.
"""

from collections.abc import Iterator
from typing import Any

Tree = dict[str, Any]
Path = tuple[str | int, ...]

_VALUE = frozenset({"value", "quote", "start", "end"})
_CITATION = frozenset({"labelled", "quote", "start", "end"})


def at(tree: Any, path: Path) -> Any:  # noqa: ANN401 - any part of a record
    """Return what stands at *path*."""
    for step in path:
        tree = tree[step]
    return tree


def put(tree: Tree, path: Path, new: Any) -> Tree:  # noqa: ANN401 - any part of a record
    """Return a copy of *tree* with *new* at *path*.

    >>> put({"a": [1, 2], "b": 3}, ("a", 0), 9)
    {'a': [9, 2], 'b': 3}
    """
    changed: Tree = _put(tree, path, new)
    return changed


def _put(tree: Any, path: Path, new: Any) -> Any:  # noqa: ANN401 - any part of a record
    if not path:
        return new
    copy = tree.copy()
    copy[path[0]] = _put(tree[path[0]], path[1:], new)
    return copy


def splice(tree: Tree, path: Path, *new: Any, taking: int = 0) -> Tree:  # noqa: ANN401 - as above
    """Return a copy with *new* in a list before the entry at *path*, and *taking* entries gone.

    >>> splice({"a": [1, 2, 3]}, ("a", 1), 8, 9, taking=1)
    {'a': [1, 8, 9, 3]}
    """
    into, place = path[:-1], int(path[-1])
    entries = at(tree, into)
    return put(tree, into, [*entries[:place], *new, *entries[place + taking :]])


def drop(tree: Tree, path: Path) -> Tree:
    """Return a copy without the list entry at *path*."""
    return splice(tree, path, taking=1)


def pointer(path: Path) -> str:
    """Return *path* as a JSON Pointer.

    >>> pointer(("items", 0, "decision"))
    '/items/0/decision'
    """
    return "".join(f"/{step}" for step in path)


def is_value(part: object) -> bool:
    """Say whether *part* is a value with its place."""
    return isinstance(part, dict) and part.keys() >= _VALUE


def is_citation(part: object) -> bool:
    """Say whether *part* is a citation."""
    return isinstance(part, dict) and part.keys() >= _CITATION


def placed(part: Any, path: Path = ()) -> Iterator[tuple[Path, Tree]]:  # noqa: ANN401 - as above
    """Yield every value and citation inside *part* with its path, findings left out."""
    if is_value(part) or is_citation(part):
        yield path, part
    if isinstance(part, dict):
        for name, member in part.items():
            if isinstance(member, dict | list) and name != "findings":
                yield from placed(member, (*path, name))
    elif isinstance(part, list):
        for n, member in enumerate(part):
            yield from placed(member, (*path, n))


def differences(before: Any, after: Any, path: Path = ()) -> Iterator[Tree]:  # noqa: ANN401 - as above
    """Yield what differs: pointer, before and after; lists of unlike length as wholes.

    >>> list(differences({"a": 1, "b": 2}, {"a": 1, "b": 3}))
    [{'pointer': '/b', 'before': 2, 'after': 3}]
    """
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        for name, part in before.items():
            yield from differences(part, after[name], (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for n, part in enumerate(before):
            yield from differences(part, after[n], (*path, n))
    elif before != after:
        yield {"pointer": pointer(path), "before": before, "after": after}
