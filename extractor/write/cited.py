"""The citation row: one per guideline cited, with the item that it is cited for.

CSV and Parquet hold these rows where the output's name ends in ``.citations.csv`` or
``.citations.parquet``, and a run writes that file beside a table of items; SQLite has the same
columns as the view ``cited``. What the catalogue says of each guideline is in the row, and in a
table of its own in SQLite.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from extractor.guidelines import Guideline, catalogue
from extractor.record import Citation, Item, Record
from extractor.write.columns import Cell, Column, Kind, value_of
from extractor.write.rows import COLUMNS

Side = Literal["claims_administrator", "reviewer", "rationale"]
_OF_THE_LETTER_AND_ITEM = (
    "id",
    "case_number",
    "decision_date",
    "item_number",
    "request",
    "request_category",
    "request_subcategory",
    "request_decision",
    "drug_name",
    "drug_class",
)


@dataclass(frozen=True, slots=True)
class CitedColumn:
    """A column of the citation's own, or of the guideline that it names.

    Attributes:
        name: The column's name, the same in every format.
        meaning: What it holds, a sentence for people.
        kind: What a cell is, as of a ``Column``.
        get: Returns the cell.
        entry: Where the catalogue says it, the catalogue's name for it; else None.
    """

    name: str
    meaning: str
    kind: Kind
    get: Callable[[Side, Citation], Cell]
    entry: str | None = None


@dataclass(frozen=True, slots=True)
class GuidelineColumn:
    """A column of the catalogue's table; the attributes are those of a ``Column``."""

    name: str
    kind: Kind
    get: Callable[[Guideline], Cell]


def _of(name: str, kind: Kind, meaning: str, get: Callable[[Citation], Cell]) -> CitedColumn:
    return CitedColumn(name, meaning, kind, lambda _, citation: get(citation))


def _of_catalogue(
    name: str, entry: str, meaning: str, get: Callable[[Guideline], Cell]
) -> CitedColumn:
    """Return a column that says what the catalogue holds of the citation's guideline."""

    def cell(_: Side, citation: Citation) -> Cell:
        found = catalogue().entries.get(citation.guideline)
        return get(found) if found else None

    return CitedColumn(name, meaning, "text", cell, entry)


GUIDELINE_COLUMNS: tuple[GuidelineColumn, ...] = (
    GuidelineColumn("id", "text", lambda g: g.id),
    GuidelineColumn("title", "text", lambda g: g.title),
    GuidelineColumn("authority", "text", lambda g: g.authority),
    GuidelineColumn("chapter", "text", lambda g: g.chapter),
    GuidelineColumn("part_of", "text", lambda g: g.part_of),
    GuidelineColumn("regulation", "text", lambda g: g.regulation),
    GuidelineColumn("in_force_from", "date", lambda g: _iso(g.in_force_from)),
    GuidelineColumn("in_force_until", "date", lambda g: _iso(g.in_force_until)),
    GuidelineColumn("source", "text", lambda g: g.source),
)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


SHARED_COLUMNS: tuple[Column, ...] = tuple(
    column for name in _OF_THE_LETTER_AND_ITEM for column in COLUMNS if column.name == name
)
_CITATION_COLUMNS: tuple[CitedColumn, ...] = (
    CitedColumn(
        "side",
        "Who cites it: claims_administrator, reviewer, or rationale for one within the rationale.",
        "text",
        lambda side, _: side,
    ),
    _of("labelled", "text", "What the letter calls it: mtus or non_mtus.", lambda c: c.labelled),
    _of("authority", "text", "What it is: mtus or non_mtus.", lambda c: c.authority),
    _of("guideline", "text", "The guideline's stable id, or unknown.", lambda c: c.guideline),
    _of_catalogue(
        "guideline_title", "title", "The guideline's title in the catalogue.", lambda g: g.title
    ),
    _of_catalogue(
        "guideline_chapter",
        "chapter",
        "Its chapter's number in the document it is a part of.",
        lambda g: g.chapter,
    ),
    _of_catalogue("part_of", "part_of", "The id of that document.", lambda g: g.part_of),
    _of_catalogue(
        "regulation",
        "regulation",
        "The section of the regulation that adopted it; MTUS only.",
        lambda g: g.regulation,
    ),
    _of("title", "text", "The document's title as printed.", lambda c: c.title),
    _of("edition", "text", "Its edition as printed.", lambda c: c.edition),
    _of("year", "integer", "Its year as printed.", lambda c: c.year),
    _of("chapter", "text", "The chapter as printed, a number or a name.", lambda c: c.chapter),
    _of("sections", "list", "The sections as printed.", lambda c: c.sections),
    _of("pages", "list", "The pages and page ranges as printed.", lambda c: c.pages),
    _of("tables", "list", "The tables as printed.", lambda c: c.tables),
    _of("url", "text", "The web address, put back together where it was broken.", lambda c: c.url),
    _of("quote", "text", "The citation as printed.", lambda c: c.quote),
    _of(
        "start", "integer", "Where it begins: a code point of the text, from 0.", lambda c: c.start
    ),
    _of("end", "integer", "Where it ends, exclusive: a code point of the text.", lambda c: c.end),
    _of("page", "integer", "The page where it begins, from 1.", lambda c: c.page),
    _of("excerpt", "text", "Guideline text quoted after it.", lambda c: value_of(c.excerpt)),
)
OWN_COLUMNS = tuple(column for column in _CITATION_COLUMNS if column.entry is None)
CITED_COLUMNS: tuple[Column | CitedColumn, ...] = (*SHARED_COLUMNS, *_CITATION_COLUMNS)


def citations_of(item: Item) -> Iterator[tuple[Side, Citation]]:
    """Yield what an item cites, and who cites it, in the letter's order."""
    if item.claims_administrator:
        yield from (("claims_administrator", each) for each in item.claims_administrator.citations)
    if item.reviewer:
        yield from (("reviewer", each) for each in item.reviewer.citations)
    yield from (("rationale", each) for each in item.rationale_citations)


def cited_rows_of(record: Record) -> Iterator[list[Cell]]:
    """Yield one row of ``CITED_COLUMNS`` per citation of *record*."""
    for item in record.items:
        shared = [column.get(record, item) for column in SHARED_COLUMNS]
        for side, citation in citations_of(item):
            yield [*shared, *(column.get(side, citation) for column in _CITATION_COLUMNS)]
