"""Databases of letters, opened to be read; what is in them is not trusted.

A database may come from anybody: nothing in its schema runs, and no cell is taken to be of the type
that its column declares.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import lru_cache
from pathlib import Path

from extractor.errors import QueryError, UnreadableDatabase
from extractor.findings import OBSERVATIONS
from extractor.write.sqlite import APPLICATION_ID, VERSION

_ANEW = "write it anew with `imr extract LETTERS --out letters.db`"
_SHADOWS = ("data", "idx", "docsize", "config")
_NEEDED: Mapping[str, str] = {
    "letters": "letter id path sha256 text_sha256 case_number decision_date status specialties",
    "items": "item letter item_number request request_decision request_category"
    " request_subcategory drug_name drug_class body_regions regions rationale conclusion_quote"
    " conclusion_start conclusion_end conclusion_page claims_administrator_guidelines"
    " reviewer_guidelines rationale_guidelines claims_administrator_cites reviewer_cites",
    "citations": "item guideline side",
    "guidelines": "id part_of",
    "findings": "letter item code",
    "evidence": "letter item field quote start end page",
    "items_fts": "request rationale",
    "letters_fts": "clinical_summary",
    **{f"{index}_{part}": "" for index in ("items_fts", "letters_fts") for part in _SHADOWS},
}


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database at *path* to read it; its rows have names.

    Raises:
        UnreadableDatabase: It is damaged, of another version, or none that was written here;
            also where that shows only within the block.
        QueryError: SQLite refuses what the block asks.
    """
    try:
        with closing(_connected(path)) as database:
            _check(database, path.name)
            with _asking(path.name):
                yield database
    except sqlite3.Error as error:
        message = f"{path.name} cannot be read ({_why(error)}): {_ANEW}."
        raise UnreadableDatabase(message) from error


@contextmanager
def _asking(name: str) -> Iterator[None]:
    """Raise ``QueryError`` where a query is wrong, and not the file."""
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            raise
        message = (
            f"SQLite refuses this search of {name} ({_why(error)}), though the file looks sound: "
            "search by other words or filters, and report it as a defect of imr-extractor."
        )
        raise QueryError(message) from error


def _connected(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    database.row_factory = sqlite3.Row
    database.text_factory = _decoded
    database.executescript("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;")
    return database


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _check(database: sqlite3.Connection, name: str) -> None:
    """Raise ``UnreadableDatabase`` where this is no database of letters that can be searched."""
    (application,) = database.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:
        message = f"{name} is no database of letters: {_ANEW}."
        raise UnreadableDatabase(message)
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != VERSION or not all(_has(database, *each) for each in _NEEDED.items()):
        message = f"{name} was written by another version of imr-extractor: {_ANEW}."
        raise UnreadableDatabase(message)


def _has(database: sqlite3.Connection, table: str, columns: str) -> bool:
    """Say whether there is such a table, no view, with such columns."""
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    if database.execute(query, (table,)).fetchone() is None:
        return False
    found = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
    return set(columns.split()) <= {str(name) for (name,) in found}


def _why(error: sqlite3.Error) -> str:
    """Return SQLite's name for what is wrong; its sentence might quote a letter."""
    name = getattr(error, "sqlite_errorname", None) or type(error).__name__
    return str(name).removeprefix("SQLITE_").lower()


def words(cell: object) -> str:
    """Return a cell as text; nothing where it is none."""
    return cell if isinstance(cell, str) else ""


def said(cell: object) -> str | None:
    """Return a cell as text; None where it is none, or empty."""
    return words(cell) or None


def number(cell: object) -> int | None:
    """Return a cell as a whole number from 0; None where it is none."""
    return cell if isinstance(cell, int) and cell >= 0 else None


@lru_cache(maxsize=1 << 14)
def listed(cell: object) -> tuple[str, ...]:
    """Return a cell, JSON or a tuple, as a list of texts; empty where it is none.

    >>> listed('["left knee", 3]'), listed("[")
    (('left knee',), ())
    """
    if isinstance(cell, tuple):
        return cell
    try:
        found = json.loads(words(cell) or "[]")
    except (ValueError, RecursionError):
        return ()
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def observations_of(database: sqlite3.Connection, letter: int, item: int) -> tuple[str, ...]:
    """Return what is odd about an item, or its whole letter: finding codes, each once."""
    query = "SELECT DISTINCT code FROM findings WHERE letter = ? AND (item = ? OR item IS NULL)"
    known = {code.value for code in OBSERVATIONS}
    codes = (words(code) for (code,) in database.execute(f"{query} ORDER BY code", (letter, item)))
    return tuple(code for code in codes if code in known)
