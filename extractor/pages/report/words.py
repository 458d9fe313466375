"""How keys and numbers are said to people."""

from collections.abc import Mapping
from typing import NamedTuple

from extractor.intervals import Interval
from extractor.tabulate import FURTHER, UNREAD, Flow, Grouping, Key, Scope

SCOPES: Mapping[Scope, str] = {"verified": "Verified letters", "all": "All letters"}
SIDES = {"claims_administrator": "Claims administrator", "reviewer": "Reviewer"}
OUTCOMES = {
    "upheld": "upheld: every denial stands",
    "mixed": "partially overturned",
    "overturned": "overturned: no denial stands",
    "": "not known",
}
_CITES = {
    "mtus": "the MTUS",
    "non_mtus": "outside the MTUS",
    "both": "both",
    "none": "no medical evidence cited",
    "unclear": "unclear",
    "": "no such field read",
}
_SHARED = {
    "same": "the same guidelines",
    "some_shared": "some the same, some not",
    "none_shared": "none the same",
    "only_claims_administrator": "only the claims administrator cites one",
    "only_reviewer": "only the reviewer cites one",
}
_PARTIAL = {
    "whole_request_denied": "no part authorized before",
    "part_authorized": "a part authorized before, the rest decided",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "cites": _CITES,
    "shared": _SHARED,
    "partial": _PARTIAL,
}
_HEADINGS = {
    "cites": "rests on",
    "cites_of_both": "claims administrator → reviewer",
    "document": "document",
    "guideline": "guideline",
    "partial": "approval by the claims administrator",
    "shared": "both sides cite",
}
_FURTHER = "all that came after the table was full"


class Label(NamedTuple):
    """What a row is called: a name, and what makes it precise."""

    name: str
    more: str = ""


def label(grouping: Grouping, key: Key) -> Label:
    """Return what the row of *key* is called."""
    if key == UNREAD:
        return Label(grouping.unread)
    if key == FURTHER:
        return Label(_FURTHER)
    if grouping.name == "cites_of_both":
        return Label(f"{_side(key[0])} → {_side(key[1])}")
    if grouping.name in {"document", "guideline"}:
        return _guideline(*key)
    if grouping.name == "subcategory":
        return Label(key[1] or "no subcategory", key[0])
    return Label(_WORDS.get(grouping.name, {}).get(key[0], key[0]))


def heading(grouping: Grouping) -> str:
    """Return what the rows of a table are."""
    return _HEADINGS.get(grouping.name, grouping.columns[-1].replace("_", " "))


def _side(cites: str) -> str:
    return _CITES.get(cites, cites)


def _guideline(id_: str, title: str) -> Label:
    if id_ == "unknown":
        return Label("one that the catalogue does not know", id_)
    return Label(title or id_, id_ if title else "")


def repeated(flow: Flow) -> str:
    """Return a warning that letters may be counted twice; nothing where none is."""
    if not flow.cases:
        return ""
    said = f"{many(flow.cases, 'case number')} occur{'s' if flow.cases == 1 else ''}"
    return (
        f"{said} more than once. A letter that is there as text and as PDF, or printed again, has "
        "other bytes and is counted each time: report on one of them."
    )


def count(number: int) -> str:
    """Return a whole number, its thousands apart.

    >>> count(141621)
    '141,621'
    """
    return f"{number:,}"


def percent(share: float | None) -> str:
    """Return a share in per cent; n/a where there is none.

    >>> percent(0.127), percent(None)
    ('12.7 %', 'n/a')
    """
    return "n/a" if share is None else f"{100 * share:.1f} %"


def ends(interval: Interval | None) -> str:
    """Return the ends of an interval, in per cent.

    >>> ends(Interval(0.053, 0.1799))
    '5.3 to 18.0'
    """
    return f"{100 * interval.low:.1f} to {100 * interval.high:.1f}" if interval else ""


def many(number: int, thing: str) -> str:
    """Return how many things, in words.

    >>> many(1, "letter"), many(1200, "item")
    ('1 letter', '1,200 items')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
