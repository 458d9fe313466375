"""Letters like one: for each item of a letter, the items of other letters that share most."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from math import inf
from pathlib import Path
from typing import NamedTuple

from extractor.errors import QueryError
from extractor.precedents.database import number, observations_of, opened, said, words
from extractor.precedents.filters import Clause, Filters
from extractor.precedents.likeness import (
    CATEGORY,
    DRUG,
    DRUG_CLASS,
    GUIDELINES,
    REGION,
    SIDE_OR_LEVEL,
    SUBCATEGORY,
    TEXT,
    Likeness,
    attainable,
    likeness,
)
from extractor.precedents.passages import Passage
from extractor.precedents.profile import Profile
from extractor.precedents.words import REQUEST_WEIGHT, expression_of, text_of, whole_of, words_of
from extractor.record import Record

LOWEST = 0.25
_ROUNDING = 1e-9
_SAME_CATEGORY = "items.request_category = :category"
_SAME_SUBCATEGORY = f"({_SAME_CATEGORY} AND items.request_subcategory IS :subcategory)"
# The most points that an item can earn: all but its body regions are counted as they are.
_BOUND = f"""
    {CATEGORY} * coalesce({_SAME_CATEGORY}, 0) + {SUBCATEGORY} * coalesce({_SAME_SUBCATEGORY}, 0)
    + CASE WHEN items.drug_name = :drug THEN {DRUG}
        WHEN items.drug_class = :drug_class THEN {DRUG_CLASS} ELSE 0 END
    + {GUIDELINES} * cited / max(1, json_array_length(:guidelines))
    + {TEXT} * min(1, -bm25 / :whole)
    + {REGION + SIDE_OR_LEVEL} * EXISTS (
        SELECT 1 FROM json_each(:regions) AS ours WHERE instr(items.regions, ours.value))"""  # noqa: S608
_TABLE = """
    DROP TABLE IF EXISTS temp.near;
    CREATE TABLE temp.near (item INTEGER PRIMARY KEY, bm25 REAL, cited INTEGER)"""
_SPOKEN = f"""
    INSERT INTO near SELECT rowid, bm25(items_fts, {REQUEST_WEIGHT}, 1.0), 0
    FROM items_fts WHERE items_fts MATCH :words"""  # noqa: S608
_CITING = """
    INSERT INTO near SELECT item, 0, count(DISTINCT guideline) FROM citations
    WHERE guideline IN (SELECT value FROM json_each(:guidelines)) GROUP BY item
    ON CONFLICT (item) DO UPDATE SET cited = excluded.cited"""
_OF_THE_KIND = f"INSERT OR IGNORE INTO near SELECT item, 0, 0 FROM items WHERE {_SAME_CATEGORY}"  # noqa: S608
_NEAR = f"""
    SELECT near.item, bm25, {_BOUND} AS bound, count(*) OVER () AS compared
    FROM near CROSS JOIN items USING (item) JOIN letters USING (letter)
    WHERE items.letter NOT IN (SELECT value FROM json_each(:same)) AND {{where}}
    ORDER BY bound DESC, near.item"""  # noqa: S608 - numbers and names of this program's own
_LETTER = "SELECT letter FROM letters WHERE id = ?1 OR case_number = ?1 ORDER BY letter LIMIT 1"
_LIKE = "SELECT id FROM letters WHERE id LIKE ? ESCAPE '\\' ORDER BY id LIMIT 3"
_SAME = """
    SELECT letter FROM letters
    WHERE sha256 = :sha256 OR text_sha256 = :text_sha256 OR case_number = :case_number"""
_COPIES = "SELECT count(*) FROM letters WHERE sha256 = ? AND letter <> ?"
_SHOWN = "SELECT * FROM items JOIN letters USING (letter) WHERE item = ?"


@dataclass(frozen=True, slots=True)
class Precedent:
    """An item of another letter, and what it shares with the one that is looked at.

    Attributes:
        id: The letter's id.
        path: The file that was read.
        case_number: The letter's case number.
        decision_date: When it was decided, ISO.
        status: ``verified``, or ``review`` where a person must look first.
        item: The item's number in its letter, from 1.
        request: The request as printed.
        decision: ``upheld`` or ``overturned``.
        likeness: What is shared, and the score.
        conclusion: The sentence that decides the item, with its exact place; None without one.
        observations: What is odd about the item or its letter: finding codes.
        copies: How many more letters with the same bytes there are.
    """

    id: str
    path: str | None
    case_number: str | None
    decision_date: str | None
    status: str
    item: int
    request: str
    decision: str
    likeness: Likeness
    conclusion: Passage | None
    observations: tuple[str, ...] = ()
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Precedents:
    """The letters most like one item, the nearest first.

    ``compared`` counts the items of other letters that share anything and pass the filters.
    """

    item: int
    request: str
    compared: int
    precedents: tuple[Precedent, ...]


def similar(  # noqa: PLR0913 - the optional ones by name
    database: str | Path,
    letter: Record | str,
    filters: Filters | None = None,
    *,
    item: int | None = None,
    limit: int = 5,
    lowest: float = LOWEST,
) -> tuple[Precedents, ...]:
    """Find letters like *letter* by category, drug, body regions, guidelines and words.

    Whatever shares its category, a guideline or a distinctive word with an item is compared with
    it; ``likeness`` says how. Of each letter the nearest item counts. The letter itself, under
    whatever name, is left out: by the same bytes, the same text or the same case number. What has
    the same score is in the order of ids.

    Args:
        database: What ``imr extract --out letters.db`` wrote.
        letter: A record, or the id or case number of a letter in the database.
        filters: What precedents must be.
        item: The number of the only item to look at; None looks at all.
        limit: The most letters for each item.
        lowest: The score that a letter must have.

    Returns:
        What was found for each item, in the letter's order.

    Raises:
        UnreadableDatabase: The database is damaged, or is none of ours.
        QueryError: There is no such letter or item, or a filter's value is none there is.
    """
    filters = filters or Filters()
    with opened(Path(database)) as connection:
        ours, same = _given(connection, letter)
        chosen = [each for each in ours if item in (None, each.number)]
        if not chosen:
            raise _without_item(ours, item)
        wanted = _Wanted(same, filters, limit, lowest)
        return tuple(_precedents(connection, one, wanted) for one in chosen)


class _Wanted(NamedTuple):
    """Which precedents are wanted; ``same`` are the keys of the letters that are none."""

    same: frozenset[int]
    filters: Filters
    limit: int
    lowest: float


def _given(
    database: sqlite3.Connection, letter: Record | str
) -> tuple[list[Profile], frozenset[int]]:
    """Return the profiles of a letter's items, and the keys of the letters that it is."""
    if isinstance(letter, Record):
        document, case = letter.document, letter.case.case_number
        identity = {
            "sha256": document.sha256,
            "text_sha256": document.text_sha256,
            "case_number": case.value if case else None,
        }
        same = database.execute(_SAME, identity)
        return [Profile.of(letter, each) for each in letter.items], frozenset(_keys(same))
    found = database.execute(_LETTER, (letter,)).fetchone()
    if found is None:
        raise _no_letter(database, letter)
    query = "SELECT sha256, text_sha256, case_number FROM letters WHERE letter = ?"
    identity = dict(database.execute(query, (found["letter"],)).fetchone())
    same = database.execute(_SAME, identity)
    rows = database.execute("SELECT * FROM items WHERE letter = ? ORDER BY item", tuple(found))
    return [Profile.of_row(row) for row in rows], frozenset(_keys(same)) | {found["letter"]}


def _keys(rows: Iterable[sqlite3.Row]) -> Iterator[int]:
    return (row[0] for row in rows)


def _no_letter(database: sqlite3.Connection, letter: str) -> QueryError:
    holding = "".join(f"\\{each}" if each in "\\%_" else each for each in letter)
    near = [words(row["id"]) for row in database.execute(_LIKE, (f"%{holding}%",))]
    message = "There is no such file, and no letter of this id or case number in the database"
    return QueryError(message, letter, near)


def _without_item(ours: list[Profile], item: int | None) -> QueryError:
    if not ours:
        return QueryError("The letter has no items to find precedents for.")
    numbers = ", ".join(str(each.number) for each in ours)
    return QueryError(f"The letter has no item {item}: it has {numbers}.")


def _precedents(database: sqlite3.Connection, one: Profile, wanted: _Wanted) -> Precedents:
    """Return the letters nearest to an item."""
    best: dict[object, _Ranked] = {}
    enough, compared = wanted.lowest, 0
    for row, text in _bounded(database, one, wanted):
        compared = row["compared"]
        if row["bound"] / attainable(one) < enough - _ROUNDING:
            break
        shown = database.execute(_SHOWN, (row["item"],)).fetchone()
        found = likeness(one, Profile.of_row(shown), text)
        content = shown["sha256"] or shown["letter"]
        ranked = _Ranked(-found.score, words(shown["id"]), row["item"], found)
        if found.score >= wanted.lowest and ranked < best.get(content, _LAST):
            best[content] = ranked
            enough = _least(best, wanted)
    first = nsmallest(wanted.limit, best.values())
    shown = tuple(_precedent(database, each.item, each.likeness) for each in first)
    return Precedents(one.number, one.request, compared, shown)


class _Ranked(NamedTuple):
    """An item by its score, highest first, its letter's id, its place."""

    points: float
    id: str
    item: int
    likeness: Likeness


_LAST = _Ranked(inf, "", 0, Likeness(0))


def _least(best: dict[object, _Ranked], wanted: _Wanted) -> float:
    """Return the score below which no more letter is wanted."""
    if len(best) < wanted.limit:
        return wanted.lowest
    return -nsmallest(wanted.limit, best.values())[-1].points


def _bounded(
    database: sqlite3.Connection, one: Profile, wanted: _Wanted
) -> Iterator[tuple[sqlite3.Row, float]]:
    """Yield items of other letters, those first that may earn most, and how alike the words are."""
    same = json.dumps(sorted(wanted.same))
    query = "SELECT 1 FROM items WHERE letter IN (SELECT value FROM json_each(?)) LIMIT 1"
    own = 1 if database.execute(query, (same,)).fetchone() else 0
    weights = words_of(database, one.request, one.rationale, own)
    where, values = filters_named(wanted.filters.where(database))
    named = {
        "words": expression_of(weights) or '"\ufdd0"',
        "whole": whole_of(weights),
        "category": one.category,
        "subcategory": one.subcategory,
        "drug": one.drug,
        "drug_class": one.drug_class,
        "regions": json.dumps([each.region for each in one.regions]),
        "guidelines": json.dumps(sorted(one.guidelines)),
        "same": same,
    }
    database.executescript(_TABLE)
    for statement in (_SPOKEN, _CITING, _OF_THE_KIND):
        database.execute(statement, named)
    for row in database.execute(_NEAR.format(where=where), {**named, **values}):
        yield row, text_of(row["bm25"], weights)


def filters_named(clause: Clause) -> tuple[str, dict[str, str | int]]:
    """Return a condition with a name for each of its question marks, and the names' values.

    >>> filters_named(("a = ? AND b < ?", ("x", 2)))
    ('a = :p0 AND b < :p1', {'p0': 'x', 'p1': 2})
    """
    first, *rest = clause[0].split("?")
    named = "".join(f":p{number}{piece}" for number, piece in enumerate(rest))
    return first + named, {f"p{number}": value for number, value in enumerate(clause[1])}


def _precedent(database: sqlite3.Connection, item: int, found: Likeness) -> Precedent:
    row = database.execute(_SHOWN, (item,)).fetchone()
    copies = database.execute(_COPIES, (row["sha256"], row["letter"])).fetchone()[0]
    return Precedent(
        id=words(row["id"]),
        path=said(row["path"]),
        case_number=said(row["case_number"]),
        decision_date=said(row["decision_date"]),
        status=words(row["status"]),
        item=number(row["item_number"]) or 0,
        request=words(row["request"]),
        decision=words(row["request_decision"]),
        likeness=found,
        conclusion=_conclusion(row),
        observations=observations_of(database, row["letter"], item),
        copies=copies,
    )


def _conclusion(row: sqlite3.Row) -> Passage | None:
    """Return the sentence that decides an item."""
    sentence = said(row["conclusion_quote"])
    if sentence is None:
        return None
    start, end, page = (number(row[f"conclusion_{part}"]) for part in ("start", "end", "page"))
    return Passage("conclusion", sentence, (), start, end, page, None not in (start, end))
