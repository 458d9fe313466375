"""Letters, items, citations, findings and every value's place, as one SQLite database.

- ``letters``: one row per input; its columns are those of the flat row that are the letter's.
- ``items``: one row per disputed treatment, with the columns that are the item's.
- ``citations``: one row per guideline cited; ``side`` says by whom.
- ``guidelines``: the catalogue, a row per guideline, found by the citations' ``guideline``.
- ``cited``: a view of citations and guidelines with the columns of letter and item that one counts
  by.
- ``findings``: what is wrong or odd; ``related`` holds the passages that are compared, as JSON,
  ``dismissed`` who dismissed it, if a person did.
- ``evidence``: one row per value: ``field``, ``value``, ``quote``, ``start``, ``end``, ``page``;
  where a value is its own quote, ``value`` is NULL; the view ``quoted`` puts it back.
- ``disputed_items``: a view, the same table that CSV and Parquet hold.
- ``items_fts`` (request, rationale) and ``letters_fts`` (clinical_summary): FTS5 indexes, found by
  Datasette as the search of the two tables. By hand::

      select id, request, request_decision from disputed_items
      where item in (select rowid from items_fts where items_fts match 'epidural')

Lists are JSON arrays, dates ISO text, truth 0 or 1, offsets code points of the document's text.
``letter`` is the input's place in the run, from 1: two inputs may share an id.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from itertools import count
from pathlib import Path

from extractor.errors import OutputError
from extractor.findings import Finding
from extractor.guidelines import Guideline, catalogue
from extractor.record import Citation, Item, Record
from extractor.write import MAKE_ROOM
from extractor.write.cited import (
    CITED_COLUMNS,
    GUIDELINE_COLUMNS,
    OWN_COLUMNS,
    CitedColumn,
    GuidelineColumn,
    Side,
)
from extractor.write.columns import LARGEST, Cell, Column
from extractor.write.evidence import Found, evidence_of
from extractor.write.rows import COLUMNS, ITEM_COLUMNS, LETTER_COLUMNS

_JSON = json.JSONEncoder(ensure_ascii=False).encode
APPLICATION_ID = 0x494D5231
VERSION = 1
Value = str | int | float | None

_AFFINITY = {
    "text": "TEXT",
    "date": "TEXT",
    "list": "TEXT",
    "integer": "INTEGER",
    "boolean": "INTEGER",
}
_SIDES: Mapping[str, Side] = {
    "claims_administrator.citations": "claims_administrator",
    "reviewer.citations": "reviewer",
    "rationale_citations": "rationale",
}


def _declare(columns: Iterable[Column | CitedColumn | GuidelineColumn]) -> str:
    """Return the declarations of *columns*."""
    return ", ".join(f"{column.name} {_AFFINITY[column.kind]}" for column in columns)


def _of_cited(column: Column | CitedColumn) -> str:
    """Return from which table the view of the citations has a column."""
    if isinstance(column, Column):
        return f"{_OWNERS[column.level]}.{column.name}"
    if column.entry:
        return f"guidelines.{column.entry} AS {column.name}"
    return f"citations.{column.name}"


_TABLES = f"""
CREATE TABLE letters (letter INTEGER PRIMARY KEY, {_declare(LETTER_COLUMNS)});
CREATE TABLE items (
    item INTEGER PRIMARY KEY,
    letter INTEGER NOT NULL REFERENCES letters (letter),
    {_declare(ITEM_COLUMNS)}
);
CREATE TABLE citations (
    citation INTEGER PRIMARY KEY,
    letter INTEGER NOT NULL REFERENCES letters (letter),
    item INTEGER NOT NULL REFERENCES items (item),
    path TEXT NOT NULL,
    {_declare(OWN_COLUMNS)}
);
CREATE TABLE guidelines ({_declare(GUIDELINE_COLUMNS)}, PRIMARY KEY (id)) WITHOUT ROWID;
CREATE TABLE findings (
    finding INTEGER PRIMARY KEY,
    letter INTEGER NOT NULL REFERENCES letters (letter),
    item INTEGER REFERENCES items (item),
    code TEXT NOT NULL, severity TEXT NOT NULL, path TEXT NOT NULL, message TEXT NOT NULL,
    start INTEGER, end INTEGER, page INTEGER, related TEXT NOT NULL,
    dismissed TEXT
);
CREATE TABLE evidence (
    evidence INTEGER PRIMARY KEY,
    letter INTEGER NOT NULL REFERENCES letters (letter),
    item INTEGER REFERENCES items (item),
    field TEXT NOT NULL, path TEXT NOT NULL, value, quote TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, page INTEGER
);
"""
_OWNERS = {"letter": "letters", "item": "items"}
_VIEWS = f"""
CREATE VIEW disputed_items AS
    SELECT {", ".join(column.name for column in COLUMNS)}, letter, item
    FROM letters LEFT JOIN items USING (letter);
CREATE VIEW cited AS
    SELECT {", ".join(map(_of_cited, CITED_COLUMNS))}, citations.letter, citations.item, citation
    FROM citations JOIN items USING (item) JOIN letters ON letters.letter = citations.letter
    LEFT JOIN guidelines ON guidelines.id = citations.guideline;
CREATE VIEW quoted AS
    SELECT evidence, letter, item, field, path, coalesce(value, quote) AS value,
        quote, start, end, page
    FROM evidence;
"""  # noqa: S608 - the names are this program's own
_INDEXES = """
CREATE INDEX letters_id ON letters (id);
CREATE INDEX letters_case_number ON letters (case_number);
CREATE INDEX letters_sha256 ON letters (sha256);
CREATE INDEX letters_text_sha256 ON letters (text_sha256);
CREATE INDEX letters_status ON letters (status);
CREATE INDEX letters_decision_date ON letters (decision_date);
CREATE INDEX items_letter ON items (letter);
CREATE INDEX items_request_decision ON items (request_decision);
CREATE INDEX items_request_category ON items (request_category, request_subcategory);
CREATE INDEX citations_letter ON citations (letter);
CREATE INDEX citations_item ON citations (item);
CREATE INDEX citations_guideline ON citations (guideline, item);
CREATE INDEX findings_letter ON findings (letter);
CREATE INDEX findings_item ON findings (item);
CREATE INDEX findings_code ON findings (code);
CREATE INDEX evidence_letter ON evidence (letter, field);
CREATE INDEX evidence_item ON evidence (item, field);
"""
_SEARCH = """
CREATE VIRTUAL TABLE items_fts USING fts5(
    request, rationale, content="items", content_rowid="item");
CREATE VIRTUAL TABLE letters_fts USING fts5(
    clinical_summary, content="letters", content_rowid="letter");
INSERT INTO items_fts (items_fts) VALUES ('rebuild');
INSERT INTO letters_fts (letters_fts) VALUES ('rebuild');
"""


def require_search() -> None:
    """Raise ``OutputError`` where this Python's SQLite cannot build the search index."""
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.execute("CREATE VIRTUAL TABLE words USING fts5(word)")
        except sqlite3.OperationalError as error:
            message = "A database needs SQLite with FTS5, which this Python's lacks."
            raise OutputError(message) from error


def write(records: Iterable[Record], target: Path) -> None:
    """Write *records* to a new database at *target*.

    Raises:
        OutputError: The database cannot be written, for want of room for example.
    """
    try:
        with closing(sqlite3.connect(target, isolation_level=None)) as database:
            _fill(database, records)
    except sqlite3.OperationalError as error:
        raise OutputError(_refusal(error, target)) from error


def _refusal(error: sqlite3.OperationalError, target: Path) -> str:
    """Return why the database is not written, and what to do."""
    if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
        return f"The database cannot be written: {error}."
    places = f"in {target.absolute().parent}, or where its temporary files stand (TMPDIR)"
    return f"The database cannot be written, the disk is full {places}: {MAKE_ROOM}."


def _fill(database: sqlite3.Connection, records: Iterable[Record]) -> None:
    """Make tables, rows, indexes; no journal of SQLite's own, for nobody sees a half database."""
    database.executescript(
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
        f"BEGIN; {_TABLES} {_VIEWS}",
    )
    _insert(database, "guidelines", [tuple(_guideline(g)) for g in catalogue().entries.values()])
    items = count(1)
    for letter, record in enumerate(records, 1):
        _add(database, record, letter, [next(items) for _ in record.items])
    database.executescript(f"BEGIN; {_INDEXES} {_SEARCH} COMMIT;")


def _add(database: sqlite3.Connection, record: Record, letter: int, items: list[int]) -> None:
    """Add one letter; *items* are the primary keys of its items."""
    found = evidence_of(record)
    for table, rows in (
        ("letters", [(letter, *_cells(LETTER_COLUMNS, record, None))]),
        ("items", _items(record, letter, items)),
        ("citations", _citations(found, letter, items)),
        ("findings", [_finding(finding, letter, items) for finding in record.findings]),
        ("evidence", _evidence(found, letter, items)),
    ):
        _insert(database, table, rows)


def _insert(database: sqlite3.Connection, table: str, rows: list[tuple[Value, ...]]) -> None:
    if rows:
        places = ", ".join("?" * len(rows[0]))
        database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608


def _guideline(guideline: Guideline) -> Iterator[Value]:
    """Yield the cells of a row of the catalogue."""
    return (_plain(column.get(guideline)) for column in GUIDELINE_COLUMNS)


def _items(record: Record, letter: int, items: list[int]) -> list[tuple[Value, ...]]:
    """Return the rows of the record's items."""
    return [
        (key, letter, *_cells(ITEM_COLUMNS, record, item))
        for key, item in zip(items, record.items, strict=True)
    ]


def _cells(columns: Iterable[Column], record: Record, item: Item | None) -> Iterator[Value]:
    """Yield the cells of one row."""
    return (_plain(column.get(record, item)) for column in columns)


def _plain(value: Cell | float) -> Value:
    """Return *value* as SQLite holds it: a list as JSON, a NUL as U+FFFD, truth as 0 or 1."""
    if value is None:
        return None
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, tuple):
        return _plain(_JSON(value)) if value else "[]"
    return value if abs(value) <= LARGEST else str(value)


def _citations(found: list[Found], letter: int, items: list[int]) -> list[tuple[Value, ...]]:
    """Return the rows of the citations among *found*."""
    return [
        (None, letter, _item_at(each.path, items), each.path, *_cited(_SIDES[each.field], citation))
        for each in found
        if isinstance(citation := each.value, Citation)
    ]


def _cited(side: Side, citation: Citation) -> Iterator[Value]:
    """Yield a citation's own columns."""
    return (_plain(column.get(side, citation)) for column in OWN_COLUMNS)


def _finding(finding: Finding, letter: int, items: list[int]) -> tuple[Value, ...]:
    """Return the row of a finding."""
    related = [passage.model_dump() for passage in finding.related]
    return (
        None,
        letter,
        _item_at(finding.path, items),
        finding.code.value,
        finding.severity.value,
        _plain(finding.path),
        _plain(finding.message),
        finding.start,
        finding.end,
        finding.page,
        _plain(_JSON(related)),
        _plain(_JSON(finding.dismissed.model_dump())) if finding.dismissed else None,
    )


def _evidence(found: list[Found], letter: int, items: list[int]) -> list[tuple[Value, ...]]:
    """Return the rows of the values among *found*."""
    rows: list[tuple[Value, ...]] = []
    for path, field, value in found:
        if not isinstance(value, Citation):
            said = None if value.value == value.quote else _plain(value.value)
            place = (_plain(value.quote), value.start, value.end, value.page)
            rows.append((None, letter, _item_at(path, items), field, path, said, *place))
    return rows


def _item_at(path: str, items: list[int]) -> int | None:
    """Return the primary key of the item that a JSON Pointer points into; None outside items."""
    _, _, rest = path.partition("/items/")
    number = rest.partition("/")[0]
    return items[int(number)] if number.isdecimal() and int(number) < len(items) else None
