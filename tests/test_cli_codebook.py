"""``imr codebook``: no column of any output is without its meaning, type, values and origin."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from terminal import imr
from typer.testing import CliRunner

from evals.cli import app
from extractor.findings import OBSERVATIONS, Code
from extractor.layout import load_rules
from extractor.record import Record
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS

Entry = dict[str, Any]


@pytest.fixture(scope="module")
def book() -> Entry:
    """The codebook as JSON."""
    done = imr("codebook", "--format", "json")
    assert done.exit_code == 0
    found: Entry = json.loads(done.stdout)
    return found


def names(book: Entry, table: str) -> list[str]:
    """Return the names that the codebook lists of a table."""
    return [entry["name"] for entry in book["entries"] if entry["table"] == table]


def entry(book: Entry, table: str, name: str) -> Entry:
    """Return the codebook's entry of a column."""
    (found,) = (e for e in book["entries"] if (e["table"], e["name"]) == (table, name))
    return dict(found)


# --- complete -----------------------------------------------------------------------------------


def test_every_column_of_the_database_is_documented(
    book: Entry, made: Path, tmp_path: Path
) -> None:
    """What a table or view of a real database has, the codebook has, in the same order."""
    out = tmp_path / "letters.db"
    assert imr("extract", made.parent / "letters", "--out", out).exit_code == 0
    with closing(sqlite3.connect(out)) as database:
        query = "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        tables = [name for (name,) in database.execute(query)]
        ours = [t for t in tables if not any(f"{index}_" in t for index in _INDEXES)]
        for table in ours:
            info = database.execute("SELECT name FROM pragma_table_info(?)", (table,))
            assert (table, names(book, table)) == (table, [name for (name,) in info])
    assert set(ours) == set(book["tables"])


_INDEXES = ("items_fts", "letters_fts")


@pytest.mark.parametrize(
    ("suffix", "table"), [("", "disputed_items"), (".citations", "cited")], ids=["items", "cited"]
)
def test_every_column_of_csv_and_parquet_is_documented(
    book: Entry, letters: Path, tmp_path: Path, suffix: str, table: str
) -> None:
    """The tables' keys apart, which only a database has, they hold the documented columns."""
    for kind in ("csv", "parquet"):
        assert imr("extract", letters, "--out", tmp_path / f"x{suffix}.{kind}").exit_code == 0
    with (tmp_path / f"x{suffix}.csv").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert pq.read_schema(tmp_path / f"x{suffix}.parquet").names == header
    assert names(book, table)[: len(header)] == header
    assert set(names(book, table)[len(header) :]) <= {"letter", "item", "citation"}


def test_every_field_of_the_record_is_documented(book: Entry) -> None:
    """Each object of the record's JSON Schema has an entry for each of its properties."""
    schema = json.loads(imr("schema").stdout)
    objects = {"Record": schema, **schema["$defs"]}
    for name, each in objects.items():
        if "properties" in each:
            table = "record.V" if name.startswith("V_") else f"record.{name}"
            assert (name, names(book, table)) == (name, list(each["properties"]))


def test_every_entry_says_what_type_and_whence(book: Entry) -> None:
    """Meaning and origin are sentences; no type is left open but that of a mixed column."""
    for each in book["entries"]:
        assert each["meaning"].endswith(".")
        assert each["derived"].endswith((".", ")"))
        assert each["type"]
    mixed = {(each["table"], each["name"]) for each in book["entries"] if each["type"] == "any"}
    assert mixed == {("evidence", "value"), ("quoted", "value")}


# --- closed lists -------------------------------------------------------------------------------


def test_closed_lists_are_spelled_out(book: Entry) -> None:
    """Decisions, categories, drug classes, regions, authorities, layouts and codes, all of them."""
    flat = {each["name"]: each["values"] for each in book["entries"] if each["table"] == _FLAT}
    assert flat["request_decision"] == ["upheld", "overturned"]
    assert flat["case_outcome"] == ["upheld", "overturned", "partially overturned"]
    assert flat["request_category"] == list(CATEGORIES)
    assert set(flat["request_subcategory"]) == {s for each in CATEGORIES.values() for s in each}
    assert flat["drug_class"] == list(DRUG_CLASSES)
    assert flat["layout"] == [rule.name for rule in load_rules()]
    assert set(flat["observation_codes"]) == {code.value for code in OBSERVATIONS}
    assert set(flat["error_codes"]) == {code.value for code in Code} - {
        c.value for c in OBSERVATIONS
    }
    assert entry(book, "record.BodyRegion", "region")["values"] == list(REGIONS)
    assert entry(book, "record.Citation", "authority")["values"] == ["mtus", "non_mtus"]
    assert entry(book, "record.Finding", "code")["values"] == [code.value for code in Code]
    assert book["categories"] == {name: list(several) for name, several in CATEGORIES.items()}


_FLAT = "disputed_items"


def test_values_in_use_are_in_their_lists(book: Entry, root: Path) -> None:
    """What the golden labels hold in a column with a closed list is in that list."""
    for folder in sorted(path for path in (root / "golden").iterdir() if path.is_dir()):
        record = json.loads((folder / "expected.json").read_text("utf-8"))["record"]
        for item in record.get("items") or ():
            if found := item.get("category"):
                several = book["categories"][found["name"]]
                assert found["subcategory"] in (several or [None]) or found["subcategory"] is None
            if found := item.get("drug"):
                assert found["class"] in {None, *DRUG_CLASSES}
            for region in item.get("body_regions") or ():
                assert region["region"] in REGIONS


# --- nulls --------------------------------------------------------------------------------------


def test_counts_of_nulls_are_those_of_the_golden_labels(root: Path, tmp_path: Path) -> None:
    """The kept counts are up to date; where they are not, `imr-eval nulls` writes them anew."""
    out = tmp_path / "nulls.json"
    done = CliRunner().invoke(app, ["nulls", "--golden", str(root / "golden"), "--out", str(out)])
    assert done.exit_code == 0
    kept = root / "extractor" / "write" / "nulls.json"
    assert kept.read_text("utf-8") == out.read_text("utf-8"), "run: imr-eval nulls"


def golden_case(folder: Path, **labels: object) -> None:
    """Write a reviewed golden case of a letter without items."""
    folder.mkdir(parents=True)
    (folder / "source.txt").write_text("A letter.\n", "utf-8")
    record = {
        "document": {"id": f"{folder.name}/source.txt", "layout": None},
        "status": "verified",
        **labels,
    }
    expected = {"split": "dev", "reviewed": True, "record": record}
    (folder / "expected.json").write_text(json.dumps(expected), "utf-8")


def test_only_what_is_labelled_counts(tmp_path: Path) -> None:
    """A field left out of the labels is neither null nor not; null and empty lists are null."""
    words = {"value": "A letter.", "quote": "A letter.", "start": 0, "end": 9}
    golden_case(tmp_path / "golden" / "a", clinical_summary=words, items=[])
    golden_case(tmp_path / "golden" / "b", clinical_summary=None)
    golden_case(tmp_path / "golden" / "c")
    out = tmp_path / "nulls.json"
    CliRunner().invoke(app, ["nulls", "--golden", str(tmp_path / "golden"), "--out", str(out)])
    counts = json.loads(out.read_text("utf-8"))
    assert (counts["letters"], counts["items"]) == (3, 0)
    assert counts["columns"]["clinical_summary"] == [1, 2]
    assert counts["columns"]["layout"] == [3, 3]
    assert counts["fields"]["Record.items"] == [1, 1]
    assert "request" not in counts["columns"]
    assert "Record.outcome" not in counts["fields"]


# --- the command --------------------------------------------------------------------------------


def test_the_formats_say_the_same(book: Entry) -> None:
    """Markdown, the default, and CSV have a line for each entry of the JSON."""
    table = list(csv.DictReader(io.StringIO(imr("codebook", "--format", "csv").stdout)))
    assert [(row["table"], row["name"]) for row in table] == [
        (each["table"], each["name"]) for each in book["entries"]
    ]
    done = imr("codebook")
    lines = done.stdout.splitlines()
    assert sum(line.startswith("| `") for line in lines) == len(book["entries"])
    assert [line for line in lines if line.startswith("## ")][: len(book["tables"])] == [
        f"## {name}" for name in book["tables"]
    ]
    assert done.exit_code == 0


def test_markdown_tables_are_whole(book: Entry) -> None:
    """No cell breaks its row: every row of an entry has six cells."""
    rows = [line for line in imr("codebook").stdout.splitlines() if line.startswith("| `")]
    assert {line.replace("\\|", "").count("|") for line in rows} == {7}
    assert len(rows) == len(book["entries"])


def test_one_column_is_printed_wherever_it_occurs(book: Entry) -> None:
    """All its places are named, and the same entries are there in every format."""
    asked = imr("codebook", "body_regions")
    places = [e["table"] for e in book["entries"] if e["name"] == "body_regions"]
    titles = [line for line in asked.stdout.splitlines() if line.startswith("## ")]
    assert titles == [f"## {place}.body_regions" for place in places]
    assert 'joined by "; " in CSV' in asked.stdout
    table = csv.DictReader(io.StringIO(imr("codebook", "chapter", "--format", "csv").stdout))
    assert [row["table"] for row in table] == [
        e["table"] for e in book["entries"] if e["name"] == "chapter"
    ]


def test_a_column_can_be_named_with_its_table() -> None:
    """Its table's name narrows it down."""
    found = json.loads(imr("codebook", "cited.page", "--format", "json").stdout)
    assert [(e["table"], e["name"]) for e in found["entries"]] == [("cited", "page")]


def test_an_unknown_column_is_refused_with_those_like_it() -> None:
    """A slip of the pen is answered with the names that are nearest."""
    done = imr("codebook", "drug_clas")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "drug_class" in done.stderr


def test_the_codebook_says_how_types_are_written(book: Entry) -> None:
    """Every type of a column that formats write differently is explained."""
    kinds = {e["type"] for e in book["entries"] if not e["table"].startswith("record.")}
    assert kinds - {"text", "any"} <= set(book["types"]) | {
        e["type"] for e in book["entries"] if e["table"] in ("findings", "evidence", "quoted")
    }
    assert {"list", "date", "boolean"} <= set(book["types"])


def test_an_unknown_format_is_refused() -> None:
    """There are three formats."""
    assert imr("codebook", "--format", "html").exit_code == 2


def test_a_record_can_be_looked_up_field_by_field(book: Entry) -> None:
    """The tables of the record are its objects, the record itself first."""
    of_record = [each["table"] for each in book["entries"] if each["table"].startswith("record.")]
    assert of_record[0] == f"record.{Record.__name__}"
    assert entry(book, "record.Item", "drug")["type"] == "Drug, or null"
    assert entry(book, "record.Citation", "sections")["type"] == "list of text"
