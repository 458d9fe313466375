"""Letters like one: for each item of a letter, the items of other letters that share most."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from extractor.errors import QueryError
from extractor.precedents.database import number, opened, said, words
from extractor.precedents.filters import Filters
from extractor.precedents.likeness import Likeness, likeness
from extractor.precedents.passages import Passage
from extractor.precedents.profile import Profile
from extractor.precedents.words import REQUEST_WEIGHT, expression_of, text_of, words_of
from extractor.record import Record

LOWEST = 0.25
_NEAR = f"""
    WITH spoken AS (
        SELECT rowid AS item, bm25(items_fts, {REQUEST_WEIGHT}, 1.0) AS bm25
        FROM items_fts WHERE items_fts MATCH :words),
    near AS (
        SELECT item FROM spoken
        UNION SELECT item FROM items WHERE request_category = :category
        UNION SELECT item FROM citations WHERE guideline IN (SELECT value FROM json_each(:ids)))
    SELECT items.*, letters.id, letters.sha256, bm25
    FROM near CROSS JOIN items USING (item) JOIN letters USING (letter)
        LEFT JOIN spoken USING (item)
    WHERE {{where}}"""  # noqa: S608 - a number of this program's own
_LETTER = "SELECT letter FROM letters WHERE id = ?1 OR case_number = ?1 ORDER BY letter LIMIT 1"
_LIKE = "SELECT id FROM letters WHERE id LIKE ? ESCAPE '\\' ORDER BY id LIMIT 3"
_SAME = """
    SELECT letter FROM letters
    WHERE sha256 = :sha256 OR text_sha256 = :text_sha256 OR case_number = :case_number"""
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
    copies: int = 0


@dataclass(frozen=True, slots=True)
class Precedents:
    """The letters most like one item, the nearest first.

    ``compared`` counts the items of other letters that share anything and pass the filters;
    ``near`` the letters of at least the lowest score.
    """

    item: int
    request: str
    compared: int
    near: int
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
    ranked: dict[object, tuple[float, str, int, Likeness]] = {}
    copies: dict[object, set[int]] = {}
    compared = 0
    for row, found in _compared(database, one, wanted.same, wanted.filters):
        compared += 1
        if found.score < wanted.lowest:
            continue
        content = row["sha256"] or row["letter"]
        copies.setdefault(content, set()).add(row["letter"])
        rank = (-found.score, words(row["id"]), row["item"], found)
        if content not in ranked or rank[:3] < ranked[content][:3]:
            ranked[content] = rank
    best = sorted(ranked, key=lambda content: ranked[content][:3])[: wanted.limit]
    shown = tuple(
        _precedent(database, *ranked[content][2:], len(copies[content]) - 1) for content in best
    )
    return Precedents(one.number, one.request, compared, len(ranked), shown)


def _compared(
    database: sqlite3.Connection, one: Profile, same: frozenset[int], filters: Filters
) -> Iterator[tuple[sqlite3.Row, Likeness]]:
    """Yield every item of another letter that may be like *one*, and how far it is."""
    marks = ", ".join("?" * len(same))
    query = f"SELECT count(*) FROM items WHERE letter IN ({marks})"  # noqa: S608 - question marks
    own = 1 if database.execute(query, tuple(same)).fetchone()[0] else 0
    weights = words_of(database, one.request, one.rationale, own)
    where, values = filters.where(database)
    named = {
        "words": expression_of(weights) or '"\ufdd0"',
        "category": one.category,
        "ids": json.dumps(sorted(one.guidelines)),
    }
    for row in database.execute(*_bound(where, values, named)):
        if row["letter"] not in same:
            yield row, likeness(one, Profile.of_row(row), text_of(row["bm25"], weights))


def _bound(
    where: str, values: tuple[str | int, ...], named: dict[str, str | None]
) -> tuple[str, dict[str, str | int | None]]:
    """Return the query with the condition *where* in it, whose parameters get names too."""
    pieces = where.split("?")
    names = [f":p{number}" for number in range(len(values))]
    condition = "".join(part for pair in zip(pieces, [*names, ""], strict=True) for part in pair)
    return _NEAR.format(where=condition), {**named, **{f"p{n}": v for n, v in enumerate(values)}}


def _precedent(database: sqlite3.Connection, item: int, found: Likeness, copies: int) -> Precedent:
    row = database.execute(_SHOWN, (item,)).fetchone()
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
        copies=copies,
    )


def _conclusion(row: sqlite3.Row) -> Passage | None:
    """Return the sentence that decides an item."""
    sentence = said(row["conclusion_quote"])
    if sentence is None:
        return None
    start, end, page = (number(row[f"conclusion_{part}"]) for part in ("start", "end", "page"))
    return Passage("conclusion", sentence, (), start, end, page, None not in (start, end))
