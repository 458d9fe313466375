"""A row per citation: which guideline, which chapter, which section, by treatment category."""

import csv
import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from extractor.guidelines import catalogue
from extractor.pipeline import Extractor
from extractor.record import Basis, Category, Citation, Drug, Item, Record
from extractor.run import run
from extractor.source import find
from extractor.write import write_records
from extractor.write.cited import CITED_COLUMNS

LETTER = "seed-001/source.txt"  # two items, the first cites on both sides


@pytest.fixture(scope="module")
def records(root: Path) -> list[Record]:
    """Records of a letter whose first request has a category, a drug, a whole citation."""
    plain = Extractor().extract(root / "golden" / LETTER, id=LETTER)
    first, *rest = plain.items
    text = first.request
    category = Category(
        name="Pharmaceuticals", subcategory="NSAID", evidence=text, source="lexicon"
    )
    drug = Drug.model_validate({"name": text, "class": "NSAID"})
    changed = first.model_copy(
        update={
            "category": category,
            "drug": drug,
            "reviewer": Basis(cites="both", text=text, citations=(whole(),)),
            "rationale_citations": (Citation(quote="=ODG", start=3, end=7),),
        }
    )
    return [plain.model_copy(update={"items": (changed, *rest)})]


def whole() -> Citation:
    """Return a citation that has every component."""
    return Citation(
        labelled="non_mtus",
        authority="mtus",
        guideline="mtus/acoem/12",
        title="ACOEM",
        edition="2nd Edition",
        year=2004,
        chapter="12",
        sections=("Imaging, plain", "Summary"),
        pages=("30", "177-178"),
        tables=("12-8",),
        url="https://example.org/a",
        quote="ACOEM 2nd Edition ...",
        start=10,
        end=31,
        page=2,
    )


def cited(item: Item) -> int:
    """Return how many citations an item has."""
    sides = (item.claims_administrator, item.reviewer)
    return sum(len(side.citations) for side in sides if side) + len(item.rationale_citations)


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def test_csv_has_a_row_per_citation(records: list[Record], tmp_path: Path) -> None:
    """Both sides' and the rationale's, in the letter's order, each with its item."""
    write_records(records, tmp_path / "letters.citations.csv")
    rows = csv_rows(tmp_path / "letters.citations.csv")
    assert len(rows) == sum(map(cited, records[0].items))
    assert [row["side"] for row in rows if row["item_number"] == "1"][-2:] == [
        "reviewer",
        "rationale",
    ]
    (row,) = (row for row in rows if row["edition"] == "2nd Edition")
    assert (row["request_category"], row["request_subcategory"], row["drug_class"]) == (
        "Pharmaceuticals",
        "NSAID",
        "NSAID",
    )
    assert (row["chapter"], row["sections"], row["pages"], row["tables"]) == (
        "12",
        "Imaging, plain; Summary",
        "30; 177-178",
        "12-8",
    )
    assert (row["guideline"], row["labelled"], row["authority"], row["year"], row["url"]) == (
        "mtus/acoem/12",
        "non_mtus",
        "mtus",
        "2004",
        "https://example.org/a",
    )


def test_a_citation_has_what_the_catalogue_says_of_it(
    records: list[Record], tmp_path: Path
) -> None:
    """Which chapter, by the publisher's title and number, whatever the letter prints."""
    write_records(records, tmp_path / "letters.citations.csv")
    rows = csv_rows(tmp_path / "letters.citations.csv")
    entry = catalogue().entries["mtus/acoem/12"]
    (row,) = (row for row in rows if row["edition"] == "2nd Edition")
    assert (row["guideline_title"], row["guideline_chapter"], row["part_of"]) == (
        "Low Back Complaints",
        "12",
        "mtus/acoem",
    )
    assert row["regulation"] == entry.regulation != ""
    (unknown,) = (row for row in rows if row["guideline"] == "unknown")
    assert (unknown["guideline_title"], unknown["part_of"]) == ("", "")


def test_the_database_holds_the_catalogue(records: list[Record], tmp_path: Path) -> None:
    """Every guideline has its row, cited or not; those of the view are found there."""
    write_records(records, tmp_path / "letters.db")
    with closing(sqlite3.connect(tmp_path / "letters.db")) as database:
        ids = [name for (name,) in database.execute("SELECT id FROM guidelines")]
        days = database.execute(
            "SELECT in_force_from, in_force_until, source FROM guidelines WHERE id = ?",
            ("mtus/acoem/12",),
        ).fetchone()
    entry = catalogue().entries["mtus/acoem/12"]
    assert sorted(ids) == sorted(catalogue().entries)
    assert days == (str(entry.in_force_from), str(entry.in_force_until), entry.source)


def test_no_cell_of_a_citation_is_a_formula(records: list[Record], tmp_path: Path) -> None:
    """What a letter prints stays text here too."""
    write_records(records, tmp_path / "letters.citations.csv")
    quotes = {row["quote"] for row in csv_rows(tmp_path / "letters.citations.csv")}
    assert "'=ODG" in quotes


def test_parquet_has_the_same_rows_typed(records: list[Record], tmp_path: Path) -> None:
    """Lists are lists, years and pages numbers."""
    write_records(records, tmp_path / "letters.citations.parquet")
    table = pq.read_table(tmp_path / "letters.citations.parquet")
    assert table.column_names == [column.name for column in CITED_COLUMNS]
    (row,) = (row for row in table.to_pylist() if row["edition"] == "2nd Edition")
    assert (row["sections"], row["year"], row["page"]) == (["Imaging, plain", "Summary"], 2004, 2)


def test_the_database_counts_sections_by_category(records: list[Record], tmp_path: Path) -> None:
    """The researcher's question is one query over the view of the citations."""
    write_records(records, tmp_path / "letters.db")
    query = """
        SELECT request_category, guideline, chapter, section.value AS section, count(*) AS times
        FROM cited, json_each(sections) AS section WHERE side = 'reviewer' AND item_number = 1
        GROUP BY 1, 2, 3, 4 ORDER BY 4"""
    with closing(sqlite3.connect(tmp_path / "letters.db")) as database:
        assert database.execute(query).fetchall() == [
            ("Pharmaceuticals", "mtus/acoem/12", "12", "Imaging, plain", 1),
            ("Pharmaceuticals", "mtus/acoem/12", "12", "Summary", 1),
        ]


def test_every_format_has_the_same_citations(records: list[Record], tmp_path: Path) -> None:
    """CSV, Parquet and the database's view agree on every cell."""
    for name in ("x.citations.csv", "x.citations.parquet", "x.db"):
        write_records(records, tmp_path / name)
    names = [column.name for column in CITED_COLUMNS]
    with closing(sqlite3.connect(tmp_path / "x.db")) as database:
        database.row_factory = sqlite3.Row
        view = database.execute("SELECT * FROM cited ORDER BY citation")
        rows = [dict(row) for row in view]
    parquet = pq.read_table(tmp_path / "x.citations.parquet").to_pylist()
    assert [set(row) - set(names) for row in rows] == [{"letter", "item", "citation"}] * len(rows)
    kinds = {column.name: column.kind for column in CITED_COLUMNS}
    assert [{name: typed(kinds[name], row[name]) for name in names} for row in rows] == parquet
    assert [shown(row) for row in parquet] == csv_rows(tmp_path / "x.citations.csv")


def typed(kind: str, cell: Any) -> Any:  # noqa: ANN401 - a cell
    """Return a cell of the database as Parquet types it."""
    if kind == "list":
        return json.loads(cell)
    return date.fromisoformat(cell) if kind == "date" and cell else cell


def shown(row: dict[str, Any]) -> dict[str, str]:
    """Return a typed row as a CSV file shows it."""
    cells = {
        name: "; ".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell)
        for name, cell in row.items()
    }
    return {name: f"'{cell}" if cell.startswith("=") else cell for name, cell in cells.items()}


def test_a_letter_without_citations_has_no_row(tmp_path: Path, records: list[Record]) -> None:
    """Rows are citations, not letters; the header is there all the same."""
    bare = records[0].model_copy(update={"items": ()})
    write_records([bare], tmp_path / "x.citations.csv")
    write_records([bare], tmp_path / "x.citations.parquet")
    assert csv_rows(tmp_path / "x.citations.csv") == []
    assert pq.read_table(tmp_path / "x.citations.parquet").num_rows == 0


@pytest.mark.parametrize("name", ["citations.csv", "2016.citations.v2.csv", "x.citations.jsonl"])
def test_other_names_hold_what_their_suffix_says(
    records: list[Record], tmp_path: Path, name: str
) -> None:
    """Only a name that ends in .citations.csv or .citations.parquet asks for citations."""
    write_records(records, tmp_path / name)
    first = (tmp_path / name).read_text("utf-8-sig").splitlines()[0]
    assert first.startswith(("case_number,case_outcome", '{"schema"'))


def test_a_run_writes_them_and_is_not_done_twice(root: Path, tmp_path: Path) -> None:
    """The journal of a run serves this output as any other."""
    out = tmp_path / "x.citations.csv"
    inputs = list(find([root / "golden" / "seed-000" / "source.txt"]))
    run(inputs, Extractor(), out)
    before = out.stat().st_mtime_ns
    run(inputs, Extractor(), out)
    assert (csv_rows(out)[0]["side"], out.stat().st_mtime_ns) == ("claims_administrator", before)
