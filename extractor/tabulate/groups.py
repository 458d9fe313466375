"""The tables: by what items are grouped, and what a row of each counts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from extractor.guidelines.catalogue import UNKNOWN, Guideline, catalogue
from extractor.tabulate.letters import SIDES, Disputed, Letter

Key = tuple[str, ...]
UNREAD: Key = ()
"""The key of the row of what the letters do not say, or the extraction did not read."""
FURTHER: Key = ("", "", "", "")
"""The key of the row of what came after a table had as many rows as it may have."""
_MTUS = "mtus"
Keys = Callable[[Letter, Disputed, str], Iterator[Key]]


@dataclass(frozen=True)
class Grouping:
    """One table.

    Attributes:
        name: Its name, the same in every format; also of its CSV file.
        title: Its name for people.
        columns: What the parts of a row's key are.
        counts: What a row counts, and what an item without a key is, for people.
        unread: What the row of the items without a key is called.
        keys: The keys of an item, of one side of the dispute.
        sides: Whose keys these are: both sides of the dispute, or one table of neither.
        overlapping: Whether an item can stand in several rows.
        by_key: Whether rows come in the order of their keys; else those of most items first.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    counts: str
    unread: str
    keys: Keys
    sides: tuple[str, ...] = ("",)
    overlapping: bool = False
    by_key: bool = False


def _each(*key: str | None) -> Iterator[Key]:
    """Yield the one key, empty where its first part is not known."""
    yield tuple(part or "" for part in key) if key[0] else UNREAD


def _category(_: Letter, item: Disputed, __: str) -> Iterator[Key]:
    return _each(item.category)


def _subcategory(_: Letter, item: Disputed, __: str) -> Iterator[Key]:
    return _each(item.category, item.subcategory)


def _drug_class(_: Letter, item: Disputed, __: str) -> Iterator[Key]:
    return _each((item.drug_class or "unclassified") if item.drug else None)


def _cites(_: Letter, item: Disputed, side: str) -> Iterator[Key]:
    return _each(item.cited("reviewer" if side == "reviewer" else "claims_administrator").cites)


def _cites_of_both(_: Letter, item: Disputed, __: str) -> Iterator[Key]:
    both = item.claims_administrator.cites, item.reviewer.cites
    yield tuple(cites or "" for cites in both) if any(both) else UNREAD


def _shared(_: Letter, item: Disputed, __: str) -> Iterator[Key]:
    """Say how much of what the two sides cite is the same, of known guidelines."""
    one, other = (set(item.cited(side).guidelines) - {UNKNOWN} for side in SIDES)
    if not one and not other:
        yield UNREAD
    elif not one or not other:
        yield ("only_claims_administrator" if one else "only_reviewer",)
    elif one == other:
        yield ("same",)
    else:
        yield ("some_shared" if one & other else "none_shared",)


def _guidelines(_: Letter, item: Disputed, side: str) -> Iterator[Key]:
    yield from map(_named, _ids(item, side)) if _ids(item, side) else [UNREAD]


def _documents(_: Letter, item: Disputed, side: str) -> Iterator[Key]:
    whole = dict.fromkeys(document_of(each) for each in _ids(item, side))
    yield from map(_named, whole) if whole else [UNREAD]


def _ids(item: Disputed, side: str) -> tuple[str, ...]:
    return item.cited("reviewer" if side == "reviewer" else "claims_administrator").guidelines


def _named(guideline: str) -> Key:
    found = catalogue().entries.get(guideline)
    return (guideline, found.title if found else "")


@cache
def document_of(guideline: str) -> str:
    """Return the id of the document that a guideline is a part of; its own where it is none.

    The MTUS adopts documents; each of them is one.

    >>> document_of("mtus/acoem/12"), document_of("odg/low-back"), document_of("unknown")
    ('mtus/acoem', 'odg', 'unknown')
    """
    entries, seen = catalogue().entries, {guideline, _MTUS}
    found: Guideline | None = entries.get(guideline)
    while found and found.part_of and found.part_of not in seen:
        seen.add(found.part_of)
        guideline, found = found.part_of, entries.get(found.part_of)
    return guideline


def _specialty(letter: Letter, _: Disputed, __: str) -> Iterator[Key]:
    yield from ((name,) for name in letter.specialties) if letter.specialties else [UNREAD]


def _year(letter: Letter, _: Disputed, __: str) -> Iterator[Key]:
    return _each(day[:4] if (day := letter.decided_on) else None)


def _month(letter: Letter, _: Disputed, __: str) -> Iterator[Key]:
    return _each(day[:7] if (day := letter.decided_on) else None)


def _how_many(letter: Letter, _: Disputed, __: str) -> Iterator[Key]:
    return _each(f"{len(letter.items)}")


def _partial(_: Letter, item: Disputed, __: str) -> Iterator[Key]:
    return _each("part_authorized" if item.partial else "whole_request_denied")


GROUPINGS: tuple[Grouping, ...] = (
    Grouping(
        "category",
        "Treatment category",
        ("category",),
        "Items by the DWC's treatment category; an item has one.",
        "no category read",
        _category,
    ),
    Grouping(
        "subcategory",
        "Treatment subcategory",
        ("category", "subcategory"),
        "Items by category and subcategory; an item has one, some categories have none.",
        "no category read",
        _subcategory,
    ),
    Grouping(
        "drug_class",
        "Drug class",
        ("drug_class",),
        "Items by the class of the drug that the request names first.",
        "no drug read",
        _drug_class,
    ),
    Grouping(
        "document",
        "Documents cited",
        ("document", "title"),
        "Items by the work that a side cites: the MTUS's ACOEM chapters are one. An item counts "
        "once in each work that the side cites for it; what a rationale cites is not counted.",
        "nothing cited, or no such field",
        _documents,
        SIDES,
        overlapping=True,
    ),
    Grouping(
        "guideline",
        "Guidelines cited",
        ("guideline", "title"),
        "The same by chapter or part, as precisely as it is cited.",
        "nothing cited, or no such field",
        _guidelines,
        SIDES,
        overlapping=True,
    ),
    Grouping(
        "cites",
        "MTUS, outside the MTUS, or nothing",
        ("cites",),
        "Items by what a side rests on; an item has one of these per side.",
        "no such field read",
        _cites,
        SIDES,
    ),
    Grouping(
        "cites_of_both",
        "What the claims administrator and the reviewer rest on",
        ("claims_administrator", "reviewer"),
        "Items by what both sides rest on together; an item has one such pair.",
        "neither field read",
        _cites_of_both,
    ),
    Grouping(
        "shared",
        "Whether both sides cite the same guidelines",
        ("guidelines",),
        "Items by how the guidelines of the two sides compare, to the chapter: a "
        "document and a chapter of it are not the same. What the catalogue does not know is left "
        "out of the comparison.",
        "neither side cites one that is known",
        _shared,
    ),
    Grouping(
        "specialty",
        "Reviewer's specialty",
        ("specialty",),
        "Items by the reviewer's specialties, as the letter prints them. A reviewer may have "
        "several; an item counts once in each.",
        "no specialty read",
        _specialty,
        overlapping=True,
    ),
    Grouping(
        "year",
        "Year",
        ("year",),
        "Items by the year of the letter's decision date.",
        "no decision date read",
        _year,
        by_key=True,
    ),
    Grouping(
        "month",
        "Month",
        ("month",),
        "Items by the month of the letter's decision date.",
        "no decision date read",
        _month,
        by_key=True,
    ),
    Grouping(
        "items_per_letter",
        "Items per letter",
        ("items_in_letter",),
        "Letters by how many disputed items they have, and these items. Letters without an item "
        "are in the flow count.",
        "not known",
        _how_many,
        by_key=True,
    ),
    Grouping(
        "partial",
        "Partial approvals",
        ("approval",),
        "Items of which the claims administrator had authorized a part before, so that only the "
        "rest is decided, and the others.",
        "not known",
        _partial,
    ),
)
