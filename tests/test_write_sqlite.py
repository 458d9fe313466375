"""The database: its tables, that every value is in it with its place, that it can be searched."""

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from extractor.findings import Code
from extractor.pipeline import Extractor
from extractor.record import Number, Patient, Record, Words
from extractor.source import read
from extractor.text import collapse
from extractor.write import write_records

LETTER = "seed-000/source.txt"  # two items, the dates in the first do not add up
NO_LETTER = "grocery-list/source.txt"


@pytest.fixture(scope="module")
def records(root: Path) -> list[Record]:
    """Return the records of a letter, of a text that is none, and of the letter again."""
    names = (LETTER, NO_LETTER, LETTER)
    return [Extractor().extract(root / "golden" / name, id=name) for name in names]


@pytest.fixture(scope="module")
def path(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database of the three records."""
    out = tmp_path_factory.mktemp("database") / "letters.db"
    write_records(records, out)
    return out


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database so that its rows have names."""
    with closing(sqlite3.connect(path)) as database:
        database.row_factory = sqlite3.Row
        yield database


@pytest.fixture
def database(path: Path) -> Iterator[sqlite3.Connection]:
    """Return the database, open."""
    with opened(path) as database:
        yield database


def rows(database: sqlite3.Connection, query: str, *values: object) -> list[dict[str, Any]]:
    """Return what *query* finds."""
    return [dict(row) for row in database.execute(query, values)]


def column(database: sqlite3.Connection, query: str, *values: object) -> list[Any]:
    """Return the first column of what *query* finds."""
    return [value for (value, *_) in database.execute(query, values)]


def test_every_input_has_its_row_even_with_the_same_id(database: sqlite3.Connection) -> None:
    """Rows are as many as inputs; the items of two letters of one id are not mixed up."""
    assert rows(database, "SELECT letter, id FROM letters ORDER BY letter") == [
        {"letter": 1, "id": LETTER},
        {"letter": 2, "id": NO_LETTER},
        {"letter": 3, "id": LETTER},
    ]
    items = "SELECT letter, group_concat(item_number) AS numbers FROM items GROUP BY letter"
    assert rows(database, items) == [
        {"letter": 1, "numbers": "1,2"},
        {"letter": 3, "numbers": "1,2"},
    ]


def test_what_belongs_together_is_joined_by_keys(database: sqlite3.Connection) -> None:
    """Every reference leads to a row, and the file is sound."""
    assert rows(database, "PRAGMA foreign_key_check") == []
    assert column(database, "PRAGMA integrity_check") == ["ok"]
    query = 'SELECT "table" FROM pragma_foreign_key_list(?)'
    for table in ("citations", "findings", "evidence"):
        assert set(column(database, query, table)) == {"letters", "items"}


def test_every_value_of_a_record_has_a_row_that_reads_its_quote(
    database: sqlite3.Connection, records: list[Record], root: Path
) -> None:
    """Each value of the record is there with the characters it was read from."""
    text = read(str(root / "golden" / LETTER), LETTER).text
    found = rows(database, "SELECT * FROM quoted WHERE letter = 3")
    assert {row["path"]: row["value"] for row in found} == dict(values(records[2]))
    assert all(collapse(text[row["start"] : row["end"]]) == row["quote"] for row in found)


def values(record: Record) -> Iterator[tuple[str, object]]:
    """Yield every value of a record, with its JSON Pointer."""
    pending: list[tuple[str, Any]] = [("", json.loads(record.to_json()))]
    while pending:
        path, node = pending.pop()
        if isinstance(node, dict) and "value" in node:
            yield path, node["value"]
        elif isinstance(node, (dict, list)):
            children = node.items() if isinstance(node, dict) else enumerate(node)
            pending += [(f"{path}/{name}", child) for name, child in children]


def test_a_field_is_found_by_its_name(database: sqlite3.Connection, records: list[Record]) -> None:
    """One query over ``evidence`` gives one field of all letters and the item it belongs to."""
    query = "SELECT item, quote FROM evidence WHERE field = 'reviewer.text' ORDER BY item"
    quotes = [item.reviewer.text.quote for item in records[0].items if item.reviewer]
    assert rows(database, query) == [
        {"item": key, "quote": quote} for key, quote in enumerate(quotes * 2, 1)
    ]


def test_citations_say_whose_they_are(database: sqlite3.Connection, records: list[Record]) -> None:
    """A citation knows its item, its side and its place; its lists are JSON."""
    query = "SELECT * FROM citations WHERE letter = 3 AND side = 'reviewer' ORDER BY citation"
    cited = [c for item in records[2].items if item.reviewer for c in item.reviewer.citations]
    found = rows(database, query)
    assert [(row["quote"], row["start"], row["end"]) for row in found] == [
        (citation.quote, citation.start, citation.end) for citation in cited
    ]
    assert [json.loads(row["sections"]) for row in found] == [list(c.sections) for c in cited]


def test_findings_point_at_their_item(database: sqlite3.Connection) -> None:
    """A finding about an item leads to it; one about the letter has no item."""
    query = "SELECT letter, item, related FROM findings WHERE code = ? ORDER BY letter"
    odd = rows(database, query, Code.DURATION_CONTRADICTS_DATES)
    keys = column(database, "SELECT item FROM items WHERE item_number = 1 ORDER BY letter")
    assert [(row["letter"], row["item"]) for row in odd] == list(zip((1, 3), keys, strict=True))
    assert all(passage["quote"] for passage in json.loads(odd[0]["related"]))
    unknown = rows(database, query, Code.UNKNOWN_LAYOUT)
    assert [(row["letter"], row["item"]) for row in unknown] == [(2, None)]


@pytest.mark.parametrize("field", ["request", "rationale"])
def test_items_are_found_by_words_of_theirs(database: sqlite3.Connection, field: str) -> None:
    """A phrase of a request or a rationale leads to its item, in both letters that say it."""
    query = "SELECT rowid FROM items_fts WHERE items_fts MATCH ?"
    for item in rows(database, "SELECT * FROM items WHERE letter = 1"):
        phrase = " ".join(item[field].replace('"', " ").split()[:4])
        assert {item["item"], item["item"] + 2} <= set(column(database, query, f'"{phrase}"'))
    assert column(database, query, "xylophone") == []


def test_letters_are_found_by_words_of_their_summary(
    database: sqlite3.Connection, records: list[Record]
) -> None:
    """A phrase of a clinical summary leads to its letter."""
    summary = records[0].clinical_summary
    assert summary is not None
    phrase = " ".join(summary.value.split()[2:6])
    query = "SELECT rowid FROM letters_fts WHERE letters_fts MATCH ?"
    assert column(database, query, f'"{phrase}"') == [1, 3]


def test_the_view_is_the_table_that_csv_holds(
    database: sqlite3.Connection, records: list[Record], tmp_path: Path
) -> None:
    """``disputed_items`` has the columns and rows of the flat formats, and the keys to join by."""
    write_records(records, tmp_path / "letters.csv")
    with (tmp_path / "letters.csv").open(encoding="utf-8-sig", newline="") as file:
        flat = list(csv.DictReader(file))
    ours = rows(database, "SELECT * FROM disputed_items ORDER BY letter, item")
    assert [name for name in ours[0] if name not in ("letter", "item")] == list(flat[0])
    for name in ("id", "status", "request", "request_decision", "rationale_start"):
        assert [str(row[name] or "") for row in ours] == [row[name] for row in flat]


@pytest.mark.parametrize(
    "request_",
    ["'); DROP TABLE letters; --", 'x" OR 1=1', "?1 :a @b $c", "a\x00b", "[x](http://e)", "=1+1"],
)
def test_hostile_text_stays_text(records: list[Record], tmp_path: Path, request_: str) -> None:
    """What a letter says is data in the database, to its last character."""
    said = Words(value=request_, quote=request_, start=0, end=len(request_))
    item = records[0].items[0].model_copy(update={"request": said})
    write_records([records[0].model_copy(update={"items": (item,)})], tmp_path / "letters.sqlite")
    with opened(tmp_path / "letters.sqlite") as database:
        assert column(database, "SELECT request FROM items") == [request_.replace("\x00", "\ufffd")]
        assert len(rows(database, "SELECT * FROM letters")) == 1


def test_a_number_beyond_64_bits_costs_no_letter(records: list[Record], tmp_path: Path) -> None:
    """What no column can hold is kept as text beside its quote."""
    age = Number(value=10**30, quote=f"{10**30}", start=0, end=31)
    strange = records[0].model_copy(update={"patient": Patient(age=age)})
    write_records([strange], tmp_path / "letters.db")
    with opened(tmp_path / "letters.db") as database:
        assert column(database, "SELECT age FROM letters") == [None]
        query = "SELECT value FROM quoted WHERE field = 'patient.age'"
        assert column(database, query) == [str(10**30)]
