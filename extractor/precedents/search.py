"""Letters that say something: requests, rationales and summaries with words in them."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from extractor.errors import QueryError
from extractor.precedents.database import number, observations_of, opened, said, words
from extractor.precedents.filters import Clause, Filters
from extractor.precedents.passages import Letters, Passage, field_of, passage_of
from extractor.precedents.query import Alternative, alternatives_of, wanted_of

FIELDS = ("request", "rationale", "clinical_summary")
REQUEST_WEIGHT = 5.0
# OFFSET: bm25 is reckoned within; SQLite would move it into a query that cannot have it.
_BY_ITEM = f"""
    SELECT item, 0 AS tier, rank FROM (
        SELECT rowid AS item, bm25(items_fts, {REQUEST_WEIGHT}, 1.0) AS rank
        FROM items_fts WHERE items_fts MATCH ? LIMIT -1 OFFSET 0)"""  # noqa: S608 - a number of this program's own
_BY_LETTER = """
    SELECT item, 1 AS tier, rank FROM items JOIN (
        SELECT rowid AS letter, bm25(letters_fts) AS rank
        FROM letters_fts WHERE letters_fts MATCH ? LIMIT -1 OFFSET 0) USING (letter)"""
_OF_ITEMS = "SELECT rowid FROM items_fts WHERE items_fts MATCH ?"
_OF_LETTERS = """
    SELECT item FROM items WHERE letter IN (
        SELECT rowid FROM letters_fts WHERE letters_fts MATCH ?)"""
_ALL = "SELECT item, 2 AS tier, 0.0 AS rank FROM items"
# Of several letters with the same bytes the first is shown; of a minimum SQLite takes its own row.
_FOUND = """
    WITH parts AS (SELECT item, tier, sum(rank) AS rank FROM ({parts}) GROUP BY item, tier),
    found AS (SELECT item, min(tier) AS tier, rank FROM parts GROUP BY item),
    shown AS (
        SELECT min(items.item) AS item, tier, rank, count(*) AS copies FROM found
        JOIN items USING (item) JOIN letters USING (letter) WHERE {where}
        GROUP BY coalesce(letters.sha256, letters.letter), items.item_number)
    SELECT item, tier, copies, count(*) OVER () AS total FROM shown
    JOIN items USING (item) JOIN letters USING (letter)
    ORDER BY tier, rank, CASE tier WHEN 2 THEN letters.decision_date END DESC,
        letters.id, items.item LIMIT ?"""
_SHOWN = "SELECT * FROM items JOIN letters USING (letter) WHERE item = ?"


@dataclass(frozen=True, slots=True)
class Hit:
    """One disputed item that was found.

    Attributes:
        id: The letter's id.
        path: The file that was read.
        case_number: The letter's case number.
        decision_date: When it was decided, ISO.
        status: ``verified``, or ``review`` where a person must look first.
        item: The item's number in its letter, from 1.
        request: The request as printed.
        decision: ``upheld`` or ``overturned``.
        category: The treatment's category.
        subcategory: Its subcategory.
        passage: The words that were found, in their context.
        observations: What is odd about the item or its letter: finding codes.
        copies: How many more letters with the same bytes have the item.
    """

    id: str
    path: str | None
    case_number: str | None
    decision_date: str | None
    status: str
    item: int
    request: str
    decision: str
    category: str | None
    subcategory: str | None
    passage: Passage
    observations: tuple[str, ...] = ()
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found: the first ``hits`` of ``total`` items."""

    total: int
    hits: tuple[Hit, ...]


def search(  # noqa: PLR0913 - the optional ones by name
    database: str | Path,
    query: str | None = None,
    filters: Filters | None = None,
    *,
    fields: tuple[str, ...] = FIELDS,
    limit: int = 20,
    source: str | Path | None = None,
) -> Hits:
    """Find items by words of their request, rationale or their letter's summary.

    All words of an alternative stand in the item's request and rationale, or all in the summary;
    a word that it excludes stands in none of the three. Items come first that are found by words of
    their own, a word of the request counting for five (FTS5's bm25); then those of letters whose
    summary has the words. Without a query the latest decisions come first. What is still equal is
    in the order of ids.

    Args:
        database: What ``imr extract --out letters.db`` wrote.
        query: Words, as ``expression_of`` takes them; None finds whatever the filters let through.
        filters: What items and letters must be.
        fields: Where the words are looked for, the excluded ones too: of ``FIELDS``.
        limit: The most hits to return; all are counted.
        source: The folder of the letters, to say exactly where the words stand.

    Raises:
        UnreadableDatabase: The database is damaged, or is none of ours.
        QueryError: The query has no words, a filter's value is none there is, or neither is given.
    """
    filters = filters or Filters()
    if query is None and not filters.given:
        message = "Nothing is searched for: give words, or a filter such as --category."
        raise QueryError(message)
    alternatives = () if query is None else alternatives_of(query)
    letters = Letters(Path(source) if source is not None else None)
    with opened(Path(database)) as connection:
        parts, parameters = _parts(alternatives, fields)
        where, values = filters.where(connection)
        statement = _FOUND.format(parts=parts, where=where)
        found = connection.execute(statement, (*parameters, *values, limit)).fetchall()
        wanted = wanted_of(alternatives)
        hits = tuple(_hit(connection, row, wanted, fields, letters) for row in found)
        return Hits(found[0]["total"] if found else 0, hits)


def _parts(alternatives: tuple[Alternative, ...], fields: tuple[str, ...]) -> Clause:
    """Return the SELECT that finds items, and its parameters."""
    parts = [part for each in alternatives for part in _finding(each, fields)] or [(_ALL, ())]
    return _together(parts)


def _finding(alternative: Alternative, fields: tuple[str, ...]) -> Iterator[Clause]:
    """Yield a SELECT for each index that has a field of *fields*, without what is excluded."""
    excluded, unwanted = "", tuple[str | int, ...]()
    if alternative.unwanted:
        several = _matching(_OF_ITEMS, _OF_LETTERS, alternative.unwanted, fields)
        excluded, unwanted = _together(several)
        excluded = f" WHERE item NOT IN ({excluded})"
    for part, values in _matching(_BY_ITEM, _BY_LETTER, alternative.wanted, fields):
        yield f"{part}{excluded}", (*values, *unwanted)


def _matching(
    by_item: str, by_letter: str, expression: str, fields: tuple[str, ...]
) -> Iterator[Clause]:
    """Yield what asks the index of items and that of letters, each if it has a field."""
    if own := _own(expression, fields):
        yield by_item, (own,)
    if "clinical_summary" in fields:
        yield by_letter, (expression,)


def _together(parts: Iterable[Clause]) -> Clause:
    several = list(parts)
    parameters = tuple(each for _, values in several for each in values)
    return " UNION ALL ".join(part for part, _ in several), parameters


def _own(expression: str, fields: tuple[str, ...]) -> str | None:
    """Return the expression for those of an item's own columns that are searched; None if none."""
    columns = [name for name in ("request", "rationale") if name in fields]
    return f"{{{' '.join(columns)}}} : ({expression})" if columns else None


def _hit(
    database: sqlite3.Connection,
    found: sqlite3.Row,
    expression: str,
    fields: tuple[str, ...],
    letters: Letters,
) -> Hit:
    row = database.execute(_SHOWN, (found["item"],)).fetchone()
    letter = letters.text(words(row["id"]), said(row["text_sha256"]))
    name, marked = "request", list[tuple[int, int]]()
    if found["tier"] == 0:
        name, marked = _best(database, row, _own(expression, fields) or "")
    elif found["tier"] == 1:
        name = "clinical_summary"
        cell = _Cell("letters_fts", 0, row["letter"], words(row[name]))
        marked = _marks(database, cell, expression)
    key = None if name == "clinical_summary" else row["item"]
    field = field_of(database, name, words(row[name]), item=key, letter=row["letter"])
    return Hit(
        id=words(row["id"]),
        path=said(row["path"]),
        case_number=said(row["case_number"]),
        decision_date=said(row["decision_date"]),
        status=words(row["status"]),
        item=number(row["item_number"]) or 0,
        request=words(row["request"]),
        decision=words(row["request_decision"]),
        category=said(row["request_category"]),
        subcategory=said(row["request_subcategory"]),
        passage=passage_of(field, marked, letter),
        observations=observations_of(database, row["letter"], row["item"]),
        copies=found["copies"] - 1,
    )


class _Cell(NamedTuple):
    """A column of a row, in one of the two indexes."""

    table: str
    column: int
    rowid: int
    value: str


def _best(
    database: sqlite3.Connection, row: sqlite3.Row, expression: str
) -> tuple[str, list[tuple[int, int]]]:
    """Return which of an item's own fields to show, and what is marked in it.

    The request stands in every hit, so that the rationale is shown where it has the words too.
    """
    for column, name in ((1, "rationale"), (0, "request")):
        cell = _Cell("items_fts", column, row["item"], words(row[name]))
        if found := _marks(database, cell, expression):
            return name, found
    return "request", []


def _marks(database: sqlite3.Connection, cell: _Cell, expression: str) -> list[tuple[int, int]]:
    """Return where FTS5 sees words of *expression* in a cell."""
    table, column, rowid, value = cell
    before, after = _unused(value)
    query = f"SELECT highlight({table}, ?, ?, ?) FROM {table} WHERE {table} MATCH ? AND rowid = ?"  # noqa: S608 - a name of this program's own
    found = database.execute(query, (column, before, after, expression, rowid)).fetchone()
    marked = words(found[0]) if found else ""
    if marked.replace(before, "").replace(after, "") != value:
        return []
    return list(_ranges(marked, before, after))


def _ranges(marked: str, before: str, after: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges between two marks, counted without the marks."""
    length = 0
    for piece in marked.split(before):
        inside, mark, outside = piece.partition(after)
        if mark:
            yield length, length + len(inside)
        length += len(inside) + len(outside)


def _unused(value: str) -> tuple[str, str]:
    """Return two characters that *value* has not: noncharacters of Unicode if it can be."""
    free = (chr(code) for code in (*range(0xFDD0, 0xFDF0), *range(0xE000, 0xF8FF)))
    free = (each for each in free if each not in value)
    return next(free), next(free)
