"""Is a changed record wrong, or does it say the same, at places as good?

A letter has one right record, but some of its values may be quoted from several places. So a
record is *as good* as the right one where every value is the same and each place that moved is
another place that says so: in the same passage of the letter (the same request, guideline field,
rationale or summary), at whole words, and, read again, with the same result. Whatever differs
otherwise is wrong. Nothing of the validator is asked.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from evals.escape.tree import Path, Tree, is_citation, is_value
from extractor.text import Text
from extractor.values import parse_age, parse_date, parse_sex

_NOT_COMPARED = frozenset({"findings", "status", "provenance", "document"})
_PLACE = frozenset({"quote", "start", "end", "page"})
_READ_AGAIN: dict[str, Callable[[str], object]] = {
    "age": parse_age,
    "sex": parse_sex,
    "date_of_injury": parse_date,
    "ur_date": parse_date,
    "dates_of_service": parse_date,
}
_PROSE_OF_ITEM = (
    ("request",),
    ("claims_administrator", "text"),
    ("reviewer", "text"),
    ("rationale",),
)
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe63\uff0d]")
_SINGLE = re.compile("[\u2018-\u201b\u02bc\u2032\u00b4`]")
_DOUBLE = re.compile("[\u201c-\u201f\u2033]")
_LOST = re.compile("[\ufffe\x02\u00ad](?=\\s)|[\ufffe\x02]")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def passages(tree: Tree) -> list[tuple[int, int]]:
    """Return the ranges of a record's prose; a place in one of them has its home there."""
    parts = [tree["clinical_summary"]]
    for item in tree["items"]:
        for path in _PROSE_OF_ITEM:
            part = item
            for name in path:
                part = part and part[name]
            parts.append(part)
    return [(part["start"], part["end"]) for part in parts if part]


class Right:
    """The right record of a letter, to hold others against."""

    def __init__(self, tree: Tree, text: Text) -> None:
        """Compare with *tree*, read from *text*."""
        self._tree, self._text = tree, text
        self._homes = passages(tree)

    def is_as_good(self, other: Tree) -> bool:
        """Say whether *other* says the same, at places as good."""
        left, right = (
            {name: part for name, part in tree.items() if name not in _NOT_COMPARED}
            for tree in (self._tree, other)
        )
        return self._document(other) and self._same(left, right, ())

    def _document(self, other: Tree) -> bool:
        return bool(self._tree["document"] == other["document"])

    def _same(self, one: Any, other: Any, path: Path) -> bool:  # noqa: ANN401 - any part of a record
        if one is other or one == other:
            return True
        if is_value(one) and is_value(other):
            return bool(one["value"] == other["value"]) and self._equal_places(one, other, path)
        if isinstance(one, dict) and isinstance(other, dict):
            return self._same_parts(one, other, path)
        if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs = zip(one, other, strict=True)
            return all(self._same(a, b, path) for a, b in pairs)
        return False

    def _same_parts(self, one: Tree, other: Tree, path: Path) -> bool:
        if one.keys() != other.keys():
            return False
        names = set(one)
        if is_citation(one):
            if not self._equal_places(one, other, path):
                return False
            names -= _PLACE
        return all(self._same(one[name], other[name], (*path, name)) for name in names)

    def _equal_places(self, one: Tree, other: Tree, path: Path) -> bool:
        start, end = other["start"], other["end"]
        if (one["start"], one["end"]) == (start, end):
            return bool(one["quote"] == other["quote"] and one["page"] == other["page"])
        if not self._is_printed(other) or self._home(one) != self._home(other):
            return False
        read = _READ_AGAIN.get(str(path[-1])) if path else None
        if read is not None:
            return bool(read(other["quote"]) == other["value"])
        return bool(one["quote"] == other["quote"])

    def _home(self, part: Tree) -> tuple[int, int] | None:
        place = part["start"], part["end"]
        homes = (home for home in self._homes if home[0] <= place[0] and place[1] <= home[1])
        return next(homes, place)

    def _is_printed(self, part: Tree) -> bool:
        start, end, source = part["start"], part["end"], self._text.source
        if not 0 <= start < end <= len(source) or self._text.quote(start, end) != part["quote"]:
            return False
        return part["page"] == self._text.page(start) and is_whole(source, start, end)


def is_whole(source: str, start: int, end: int) -> bool:
    """Say whether the range neither begins nor ends inside a word."""
    before, after = source[max(0, start - 1) : start + 1], source[end - 1 : end + 1]
    return not (len(before) > 1 and before.isalnum()) and not (len(after) > 1 and after.isalnum())


def same_words(words: str, undo: Sequence[tuple[str, str]] = ()) -> str:
    r"""Return *words* as a reader sees them: type, case, spaces and hyphenation undone.

    >>> same_words("Of\ufb01ce \u201cvisit\u201d:  follow-\nup")
    'office"visit":follow-up'
    """
    for new, old in undo:
        words = words.replace(new, old)
    words = _DASHES.sub("-", _UNSEEN.sub("", _LOST.sub("-", words)))
    words = _DOUBLE.sub('"', _SINGLE.sub("'", words))
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def same_values(one: Any, other: Any, undo: Sequence[tuple[str, str]] = ()) -> bool:  # noqa: ANN401 - as above
    """Say whether two records have the same values, wherever they stand and however printed.

    Args:
        one: The right record, or a part of it.
        other: The record of the changed letter.
        undo: What the change put into the letter, with what stood there.
    """
    if isinstance(one, dict) and isinstance(other, dict):
        names = (one.keys() | other.keys()) - _NOT_COMPARED - _PLACE
        return all(same_values(one.get(name), other.get(name), undo) for name in names)
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=False)
        return len(one) == len(other) and all(same_values(a, b, undo) for a, b in pairs)
    if isinstance(one, str) and isinstance(other, str):
        return same_words(one) == same_words(other, undo)
    return bool(one == other)
