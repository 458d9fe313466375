"""Letters as they are counted, out of the SQLite database that ``imr extract --out`` writes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from extractor.errors import ImrError
from extractor.tabulate.letters import Cited, Disputed, Letter, Odd, item_at
from extractor.write.sqlite import APPLICATION_ID

_LETTERS = """
SELECT letter, id, status, sha256, case_number, decision_date, specialties, version
FROM letters ORDER BY letter
"""
_ITEMS = """
SELECT letter, request_decision, request_category, request_subcategory, drug_name, drug_class,
    partial_original, claims_administrator_cites, claims_administrator_guidelines,
    reviewer_cites, reviewer_guidelines
FROM items ORDER BY letter, item
"""
_FINDINGS = """
SELECT letter, code, message, path, page, related
FROM findings WHERE severity = 'observation' ORDER BY letter, finding
"""
_Rows = Iterator[tuple[Any, ...]]


def letters_in_database(path: Path) -> Iterator[Letter]:
    """Yield the letters of the database at *path*, in the order of its run.

    It is read only, and no more of it is held than one letter.

    Raises:
        ImrError: It is none, or not one of ours.
    """
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.text_factory = _text
            _check(database, path)
            yield from _letters(database)
    except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
        raise _refusal(path) from error


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _check(database: sqlite3.Connection, path: Path) -> None:
    if database.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        raise _refusal(path)


def _refusal(path: Path) -> ImrError:
    return ImrError(
        f"{path} is no database of letters; `imr extract LETTERS --out letters.db` writes one."
    )


def _letters(database: sqlite3.Connection) -> Iterator[Letter]:
    """Merge the three tables, all in the order of the letters."""
    items, findings = _Beside(database.execute(_ITEMS)), _Beside(database.execute(_FINDINGS))
    for key, *cells in database.execute(_LETTERS):
        id_, status, content, case_number, decided_on, specialties, version = cells
        yield Letter(
            id=id_,
            status=status,
            content=content,
            case_number=case_number,
            decided_on=decided_on,
            specialties=_list(specialties),
            items=tuple(map(_disputed, items.of(key))),
            odd=tuple(map(_odd, findings.of(key))),
            version=version,
        )


class _Beside:
    """Rows in the order of their letters, taken letter by letter."""

    def __init__(self, rows: _Rows) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._next = next(self._groups, None)

    def of(self, letter: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of *letter*; letters are asked for in order."""
        if self._next is not None and self._next[0] == letter:
            yield from self._next[1]
            self._next = next(self._groups, None)


def _disputed(row: tuple[Any, ...]) -> Disputed:
    _, decision, category, subcategory, drug, drug_class, partial, *sides = row
    return Disputed(
        decision=decision,
        category=category,
        subcategory=subcategory,
        drug=drug is not None,
        drug_class=drug_class,
        partial=partial is not None,
        claims_administrator=Cited(sides[0], _list(sides[1])),
        reviewer=Cited(sides[2], _list(sides[3])),
    )


def _odd(row: tuple[Any, ...]) -> Odd:
    _, code, message, path, page, related = row
    quotes = tuple(dict.fromkeys(passage["quote"] for passage in json.loads(related)))
    return Odd(code, message, item_at(path), page, quotes)


def _list(cell: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(json.loads(cell))) if cell else ()
