"""Records into files: what each format holds, and that a letter's text stays text there."""

import csv
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from extractor.errors import OutputError
from extractor.findings import Code, Finding, Passage
from extractor.record import (
    Basis,
    Case,
    Citation,
    Conclusion,
    Day,
    Decision,
    Document,
    Expert,
    Item,
    Number,
    PartialApproval,
    Patient,
    Provenance,
    Record,
    Words,
)
from extractor.text import collapse
from extractor.write import FORMATS, write_records, writer_for
from extractor.write.parquet import ROWS_PER_GROUP
from extractor.write.rows import COLUMNS, DWC_COLUMNS

TEXT = """Case Number: CM16-0000042
Decision Date: 12/09/2016
The reviewer is Board Certified in Occupational Medicine, Pain Management.
A 47-year-old tiler with shoulder  pain
after a fall.
Ultrasound of the shoulder:  Upheld
Claims Administrator guideline: Decision based on MTUS Shoulder Complaints 2004.
Decision rationale: Nothing in the notes is new. The scan is not medically necessary.
Naproxen #60 was the original request. Naproxen #20 was authorized. Naproxen #40 is:  Overturned
Decision rationale: The swelling persists, so naproxen is medically necessary.
"""


def at(quote: str) -> dict[str, Any]:
    """Return where *quote* stands in the letter."""
    start = TEXT.index(quote)
    return {"quote": collapse(quote), "start": start, "end": start + len(quote), "page": 1}


def words(quote: str) -> Words:
    """Return a value that is its own quote."""
    return Words(value=collapse(quote), **at(quote))


def decided(word: Literal["upheld", "overturned"]) -> Decision:
    """Return a decision."""
    return Decision(value=word, **at(word.capitalize()))


def scan(**other: Any) -> Item:  # noqa: ANN401 - any field of an item
    """Return the first item."""
    cited = Citation(
        labelled="mtus",
        authority="mtus",
        title="Shoulder Complaints",
        year=2004,
        sections=("Imaging", "Summary"),
        **at("Shoulder Complaints 2004"),
    )
    field = words("Decision based on MTUS Shoulder Complaints 2004.")
    request = words("Ultrasound of the shoulder")
    sentence = at("The scan is not medically necessary.")
    return Item(
        **{
            "number": 1,
            "request": request,
            "treatment": request,
            "decision": decided("upheld"),
            "claims_administrator": Basis(cites="mtus", text=field, citations=(cited,)),
            "rationale": words("Nothing in the notes is new. The scan is not medically necessary."),
            "conclusion": Conclusion(value="not_necessary", **sentence),
            **other,
        },
    )


def naproxen() -> Item:
    """Return the second item, of which a part was authorized."""
    return Item(
        number=2,
        request=words("Naproxen #40"),
        treatment=words("Naproxen #40"),
        decision=decided("overturned"),
        partial_approval=PartialApproval(
            original=words("Naproxen #60"),
            authorized=words("Naproxen #20"),
            remaining=words("Naproxen #40"),
        ),
        rationale=words("The swelling persists, so naproxen is medically necessary."),
    )


def letter(name: str = "a.txt", **other: Any) -> Record:  # noqa: ANN401 - any field of a record
    """Return the record of the letter, two items decided differently."""
    passage = Passage(start=0, end=11, page=1, quote="Case Number")
    odd = Finding.of(
        Code.BODY_REGION_MISMATCH,
        "Two parts of the body.",
        "/items/1/rationale",
        passage,
        (passage,),
    )
    return Record(
        **{
            "document": Document(id=name, layout="dwc-2016", sha256="5e" * 32),
            "status": "verified",
            "outcome": "mixed",
            "case": Case(
                case_number=words("CM16-0000042"),
                decision_date=Day(value="2016-12-09", **at("12/09/2016")),
            ),
            "expert": Expert(
                specialties=(words("Occupational Medicine"), words("Pain Management"))
            ),
            "patient": Patient(age=Number(value=47, **at("47-year-old"))),
            "clinical_summary": words("A 47-year-old tiler with shoulder  pain\nafter a fall."),
            "items": (scan(), naproxen()),
            "findings": (odd,),
            "provenance": Provenance(proposer="rules", version="0.1.0"),
            **other,
        },
    )


def unread(name: str = "b.pdf") -> Record:
    """Return the record of an input that gave no text."""
    return Record(
        document=Document(id=name),
        status="failed",
        findings=(Finding.of(Code.NO_TEXT_LAYER, "Only pictures."),),
        provenance=Provenance(proposer="rules", version="0.1.0"),
    )


def asking_for(request: str) -> Record:
    """Return a record with one item, of which *request* is all the letter says."""
    said = Words(value=request, quote=request, start=0, end=len(request))
    return letter(items=(scan(request=said, treatment=said),))


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file as Python's own reader has them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


# --- the columns --------------------------------------------------------------------------------


def test_the_columns_of_the_dwc_search_come_first() -> None:
    """Whoever knows the DWC's search result finds its columns where they expect them."""
    assert [column.name for column in COLUMNS[: len(DWC_COLUMNS)]] == [
        "case_number", "case_outcome", "decision_date", "date_of_injury", "application_received",
        "reviewer_specialty", "request_category", "request_subcategory", "request_decision",
    ]  # fmt: skip


def test_each_column_has_its_own_name_and_a_meaning() -> None:
    """No two columns share a name, and each says in a sentence what it holds."""
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert all(column.meaning.endswith(".") for column in COLUMNS)


# --- every format -------------------------------------------------------------------------------


def test_jsonl_holds_the_whole_records(tmp_path: Path) -> None:
    """What is read back from a line is the record that was written."""
    out = tmp_path / "letters.jsonl"
    write_records([letter(), unread()], out)
    lines = out.read_bytes().splitlines(keepends=True)
    assert [Record.from_json(line) for line in lines] == [letter(), unread()]


@pytest.mark.parametrize("name", ["letters.txt", "letters", ".jsonl"])
def test_a_name_that_tells_no_format_is_refused(name: str) -> None:
    """The format follows from the suffix, and from nothing else."""
    with pytest.raises(OutputError):
        writer_for(Path(name))


def test_parquet_without_pyarrow_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lacks the library is told what to install, before any work."""
    monkeypatch.delitem(sys.modules, "extractor.write.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(OutputError, match=r"pip install 'imr-extractor\[parquet\]'"):
        writer_for(Path("letters.parquet"))


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_file_that_stands_there_is_not_replaced_unasked(tmp_path: Path, suffix: str) -> None:
    """An existing file stays as it is unless it may be overwritten."""
    out = tmp_path / f"letters{suffix}"
    out.write_text("mine")
    with pytest.raises(OutputError):
        write_records([letter()], out)
    assert out.read_text() == "mine"
    write_records([letter()], out, overwrite=True)
    assert out.read_bytes() != b"mine"


@pytest.mark.parametrize("suffix", FORMATS)
def test_records_that_break_off_leave_no_file(tmp_path: Path, suffix: str) -> None:
    """A file appears whole or not at all, and nothing is left beside it."""

    def broken_off() -> Iterator[Record]:
        yield letter()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_records(broken_off(), tmp_path / f"letters{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """Folders are not made up."""
    with pytest.raises(OutputError):
        write_records([letter()], tmp_path / "missing" / "letters.csv")


# --- CSV ----------------------------------------------------------------------------------------


def test_csv_has_a_row_per_item_and_one_for_a_letter_without(tmp_path: Path) -> None:
    """No letter is lost: without items it keeps its row, with its status and codes."""
    write_records([letter(), unread()], tmp_path / "letters.csv")
    first, second, third = csv_rows(tmp_path / "letters.csv")
    assert [row["item_number"] for row in (first, second, third)] == ["1", "2", ""]
    assert (first["request_decision"], second["request_decision"]) == ("upheld", "overturned")
    assert (third["id"], third["status"]) == ("b.pdf", "failed")
    assert third["error_codes"] == "no_text_layer"


def test_csv_says_what_the_dwc_says(tmp_path: Path) -> None:
    """A mixed outcome is a partial overturn; several specialties share a cell."""
    write_records([letter()], tmp_path / "letters.csv")
    row = csv_rows(tmp_path / "letters.csv")[0]
    assert row["case_outcome"] == "partially overturned"
    assert row["reviewer_specialty"] == "Occupational Medicine; Pain Management"
    assert row["decision_date"] == "2016-12-09"
    assert (row["request_start"], row["request_page"]) == (str(TEXT.index("Ultrasound")), "1")


@pytest.mark.parametrize(
    "request_",
    [
        '=HYPERLINK("http://example.org","x")', "+1", "-2+3", "@SUM(A1)", "\t=1", "\tplain", "\rx",
        "  =1", "\u00a0=1", "\ufeff=1", "\u200b@x", "\n-1", "\uff1d1", "\uff0b1",
        "\uff0d1", "\uff201",
    ],
)  # fmt: skip
def test_no_csv_cell_is_a_formula(tmp_path: Path, request_: str) -> None:
    """What a spreadsheet could take for a formula has an apostrophe in front."""
    write_records([asking_for(request_)], tmp_path / "letters.csv")
    row = csv_rows(tmp_path / "letters.csv")[0]
    assert row["request"] == f"'{request_}"


def test_csv_holds_no_nul(tmp_path: Path) -> None:
    """A NUL, on which readers stumble, is replaced."""
    write_records([asking_for("a\x00b")], tmp_path / "letters.csv")
    assert csv_rows(tmp_path / "letters.csv")[0]["request"] == "a\ufffdb"


def test_no_joined_csv_cell_is_a_formula(tmp_path: Path) -> None:
    """A list is guarded as the cell that it becomes."""
    hostile = Citation(quote="=1+1", start=0, end=4)
    basis = Basis(cites="unclear", text=words("Naproxen #60"), citations=(hostile,))
    write_records([letter(items=(scan(reviewer=basis),))], tmp_path / "letters.csv")
    assert csv_rows(tmp_path / "letters.csv")[0]["reviewer_citations"] == "'=1+1"


@pytest.mark.parametrize(
    "request_",
    ["a = b", "12-18 visits", "it's", "x, y", 'the "good" knee', "two\r\nlines", "né\U0001f9b5"],
)
def test_csv_gives_other_text_back_unchanged(tmp_path: Path, request_: str) -> None:
    """Commas, quotation marks, line ends and any script are text."""
    write_records([asking_for(request_)], tmp_path / "letters.csv")
    assert csv_rows(tmp_path / "letters.csv")[0]["request"] == request_
    options = pacsv.ParseOptions(newlines_in_values=True)
    table = pacsv.read_csv(tmp_path / "letters.csv", parse_options=options)
    assert table.column("request").to_pylist() == [request_]
    assert table.column_names[0] == "case_number"


# --- Parquet ------------------------------------------------------------------------------------


def test_parquet_columns_are_typed(tmp_path: Path) -> None:
    """Dates are dates, numbers numbers, lists lists; a letter without items keeps its row."""
    write_records([letter(), unread()], tmp_path / "letters.parquet")
    table = pq.read_table(tmp_path / "letters.parquet")
    assert table.column_names == [column.name for column in COLUMNS]
    assert table.schema.field("decision_date").type == pa.date32()
    assert table.schema.field("age").type == pa.int64()
    first, _, third = table.to_pylist()
    assert first["decision_date"] == date(2016, 12, 9)
    assert (first["age"], first["reviewed"]) == (47, False)
    assert first["claims_administrator_citations"] == ["Shoulder Complaints 2004"]
    assert (third["status"], third["error_codes"], third["request"]) == (
        "failed", ["no_text_layer"], None,
    )  # fmt: skip


def test_parquet_is_written_in_row_groups(tmp_path: Path) -> None:
    """A corpus is never in memory as a whole."""
    write_records((letter() for _ in range(ROWS_PER_GROUP)), tmp_path / "letters.parquet")
    metadata = pq.ParquetFile(tmp_path / "letters.parquet").metadata
    assert (metadata.num_row_groups, metadata.num_rows) == (2, 2 * ROWS_PER_GROUP)


def test_what_a_typed_column_cannot_hold_is_null(tmp_path: Path) -> None:
    """A number beyond 64 bits costs its cell and no letter."""
    age = Number(value=10**30, quote="1" + "0" * 30, start=0, end=31)
    strange = letter(patient=Patient(age=age))
    write_records([strange], tmp_path / "letters.parquet")
    row = pq.read_table(tmp_path / "letters.parquet").to_pylist()[0]
    assert row["age"] is None
