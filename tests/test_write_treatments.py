"""What a request asks for, in the columns of the flat row."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extractor.record import (
    BodyRegion,
    Category,
    Day,
    Decision,
    Document,
    Drug,
    Item,
    Number,
    Provenance,
    Record,
    V,
    Words,
)
from extractor.write import write_records

REQUEST = "Retro L4-5 and bilateral knee rub, Voltaren gel 1%, 100gm, 6 visits, DOS 11/01/2016"


def at(quote: str) -> dict[str, Any]:
    """Return where *quote* stands in the request."""
    start = REQUEST.index(quote)
    return {"quote": quote, "start": start, "end": start + len(quote)}


def words(quote: str, value: str | None = None) -> Words:
    """Return a value; by itself the quote."""
    return Words(value=value or quote, **at(quote))


def item(number: int, **fields: Any) -> Item:  # noqa: ANN401 - any field of an item
    """Return an item."""
    decided = Decision(value="upheld", quote="Upheld", start=90, end=96)
    asked = words(REQUEST)
    return Item(number=number, request=asked, treatment=asked, decision=decided, **fields)


@pytest.fixture(scope="module")
def record() -> Record:
    """A record whose first item has all that a request can name, whose second has nothing."""
    category = Category(
        name="Pharmaceuticals",
        subcategory="Topical Analgesics",
        evidence=words("Voltaren gel"),
        source="lexicon",
    )
    drug = Drug(
        name=words("Voltaren", "diclofenac"),
        drug_class="Topical Analgesics",
        strength=words("1%"),
        quantity=words("100gm"),
    )  # type: ignore[call-arg]  # the alias is not its only name
    full = item(
        1,
        retrospective=V[bool](value=True, **at("Retro")),
        dates_of_service=(Day(value="2016-11-01", **at("11/01/2016")),),
        category=category,
        drug=drug,
        visits=Number(value=6, **at("6 visits")),
        body_regions=(
            BodyRegion(region="lumbar spine", levels=("L4-5",), evidence=words("L4-5")),
            BodyRegion(region="knee", side="bilateral", evidence=words("bilateral knee")),
        ),
    )
    return Record(
        document=Document(id="a.txt"),
        status="verified",
        items=(full, item(2)),
        provenance=Provenance(proposer="rules", version="0"),
    )


EXPECTED: dict[str, Any] = {
    "request_category": "Pharmaceuticals",
    "request_subcategory": "Topical Analgesics",
    "category_evidence": "Voltaren gel",
    "drug_name": "diclofenac",
    "drug_as_printed": "Voltaren",
    "drug_class": "Topical Analgesics",
    "drug_strength": "1%",
    "drug_quantity": "100gm",
    "visits": 6,
    "retrospective": True,
    "dates_of_service": ["2016-11-01"],
    "body_regions": ["lumbar spine L4-5", "bilateral knee"],
    "regions": ["lumbar spine", "knee"],
}
NOTHING: dict[str, Any] = {
    name: [] if isinstance(cell, list) else None for name, cell in EXPECTED.items()
}


def test_parquet_has_what_the_request_asks_for(record: Record, tmp_path: Path) -> None:
    """Each field has its column, typed; an item without it has null, or an empty list."""
    write_records([record], tmp_path / "x.parquet")
    rows = pq.read_table(tmp_path / "x.parquet", columns=list(EXPECTED)).to_pylist()
    assert rows == [EXPECTED, NOTHING]


def test_the_database_has_what_the_request_asks_for(record: Record, tmp_path: Path) -> None:
    """The same in the table of items; lists are JSON, truth is 1."""
    write_records([record], tmp_path / "x.db")
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        database.row_factory = sqlite3.Row
        rows = [dict(row) for row in database.execute("SELECT * FROM items ORDER BY item")]
    for row, expected in zip(rows, (EXPECTED, NOTHING), strict=True):
        cells = {
            name: json.loads(row[name]) if isinstance(cell, list) else row[name]
            for name, cell in expected.items()
        }
        assert cells == expected


def test_csv_has_what_the_request_asks_for(record: Record, tmp_path: Path) -> None:
    """The same as text; an item without it has empty cells."""
    write_records([record], tmp_path / "x.csv")
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["visits"], first["retrospective"], first["drug_as_printed"]) == (
        "6", "true", "Voltaren",
    )  # fmt: skip
    assert first["body_regions"] == "lumbar spine L4-5; bilateral knee"
    assert {second[name] for name in EXPECTED} == {""}
    assert first["dates_of_service"] == "2016-11-01"
