"""What a column of the flat row is, and the kinds of column there are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeVar

from extractor.findings import Severity
from extractor.record import (
    Basis,
    BodyRegion,
    Citation,
    Drug,
    Item,
    PartialApproval,
    Record,
    V,
    Words,
)

T = TypeVar("T")
Cell = str | int | bool | tuple[str, ...] | None
Kind = Literal["text", "integer", "boolean", "date", "list"]
Level = Literal["letter", "item"]

CASE_OUTCOMES = {"mixed": "partially overturned"}
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the flat row.

    Attributes:
        name: The column's name, the same in every format.
        meaning: What it holds, a sentence for people.
        kind: What a cell is. A date is ISO text here; a list is a tuple of texts.
        level: Whether it says something of the whole letter or of one item.
        get: Returns the cell; None where the letter does not say, or the row has no item.
    """

    name: str
    meaning: str
    kind: Kind
    level: Level
    get: Callable[[Record, Item | None], Cell]


def of_letter(name: str, kind: Kind, meaning: str, get: Callable[[Record], Cell]) -> Column:
    """Return a column that holds the same for every item of a letter."""
    return Column(name, meaning, kind, "letter", lambda record, _: get(record))


def of_item(name: str, kind: Kind, meaning: str, get: Callable[[Item], Cell]) -> Column:
    """Return a column of one item; None in the row of a letter without items."""
    return Column(name, meaning, kind, "item", lambda _, item: get(item) if item else None)


def value_of(found: V[T] | None) -> T | None:
    """Return the value, without the place it was read from."""
    return found.value if found else None


def number_of(found: V[int] | None) -> int | None:
    """Return a whole number; None for one that no table's column can hold."""
    return found.value if found and abs(found.value) <= LARGEST else None


def values_of(found: tuple[V[str], ...]) -> tuple[str, ...]:
    """Return the values of several."""
    return tuple(each.value for each in found)


def outcome_of(record: Record) -> str | None:
    """Return the outcome in the words of the DWC's own search."""
    return CASE_OUTCOMES.get(record.outcome, record.outcome) if record.outcome else None


def codes_of(record: Record, severity: Severity) -> tuple[str, ...]:
    """Return each finding code of *severity* once, in order; none that a person dismissed."""
    found = (f.code.value for f in record.findings if f.severity is severity and f.stands)
    return tuple(dict.fromkeys(found))


def quotes_of(citations: tuple[Citation, ...]) -> tuple[str, ...]:
    """Return the citations as the letter prints them."""
    return tuple(citation.quote for citation in citations)


def ids_of(citations: tuple[Citation, ...]) -> tuple[str, ...]:
    """Return the stable ids of the guidelines cited, in the citations' order."""
    return tuple(citation.guideline for citation in citations)


def region_of(region: BodyRegion) -> str:
    """Return a body region in words: "left knee", "lumbar spine L4-L5"."""
    return " ".join(filter(None, (region.side, region.region, *region.levels)))


def of_partial_approval(name: str, meaning: str, get: Callable[[PartialApproval], Words]) -> Column:
    """Return a column of a partial approval."""
    return of_item(
        f"partial_{name}",
        "text",
        f"Of a partial approval: {meaning}.",
        lambda item: get(item.partial_approval).value if item.partial_approval else None,
    )


def of_drug(name: str, meaning: str, get: Callable[[Drug], Cell]) -> Column:
    """Return a column of the drug."""
    return of_item(
        f"drug_{name}", "text", meaning, lambda item: get(item.drug) if item.drug else None
    )


def of_basis(side: str, who: str, get: Callable[[Item], Basis | None]) -> tuple[Column, ...]:
    """Return the columns of one side's guideline field."""

    def of(read: Callable[[Basis], Cell]) -> Callable[[Item], Cell]:
        return lambda item: read(basis) if (basis := get(item)) else None

    kinds = "mtus, non_mtus, both, none or unclear"
    return (
        of_item(f"{side}_cites", "text", f"What {who} rests on: {kinds}.", of(lambda b: b.cites)),
        of_item(
            f"{side}_text", "text", f"The guideline field of {who}.", of(lambda b: b.text.value)
        ),
        of_item(
            f"{side}_citations",
            "list",
            f"The guidelines that {who} cites, as printed.",
            of(lambda b: quotes_of(b.citations)),
        ),
        of_item(
            f"{side}_guidelines",
            "list",
            f"The stable ids of the guidelines that {who} cites; unknown where there is none.",
            of(lambda b: ids_of(b.citations)),
        ),
    )


def of_place(name: str, get: Callable[[Item], V[T] | None]) -> tuple[Column, ...]:
    """Return the columns that say where one value of an item stands."""

    def of(read: Callable[[V[T]], Cell]) -> Callable[[Item], Cell]:
        return lambda item: read(found) if (found := get(item)) else None

    of_text = "a code point of the document's text, from 0"
    return (
        of_item(
            f"{name}_start", "integer", f"Where {name} begins: {of_text}.", of(lambda v: v.start)
        ),
        of_item(
            f"{name}_end",
            "integer",
            f"Where {name} ends, exclusive: {of_text}.",
            of(lambda v: v.end),
        ),
        of_item(
            f"{name}_page",
            "integer",
            f"The page where {name} begins, from 1.",
            of(lambda v: v.page),
        ),
    )
