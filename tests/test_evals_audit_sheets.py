"""The labelling sheets: what a spreadsheet or a person does to them, and what letters may try."""

import csv
import io
from pathlib import Path

import pytest
from auditing import Data, Desk, cell, rows_of, small

from evals.audit import cells, sheets
from evals.audit.columns import OF_ITEMS, OF_LETTERS
from evals.audit.instructions import instructions
from evals.audit.plan import Plan
from evals.errors import EvalError


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Sheets of three letters, filled as their records say."""
    desk = Desk(tmp_path)
    records = [small(name, ["upheld", "overturned"]) for name in "abc"]
    desk.draw(records, 3)
    desk.fill(records)
    return desk


def rewrite(path: Path, encoding: str, delimiter: str, *, shuffled: bool = False) -> None:
    """Save a sheet anew, as some spreadsheet does."""
    rows = rows_of(path)
    names = sorted(rows[0], reverse=True) if shuffled else list(rows[0])
    out = io.StringIO()
    table = csv.DictWriter(out, names, delimiter=delimiter)
    table.writeheader()
    table.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "delimiter", "shuffled"),
    [
        ("utf-8-sig", ";", False),
        ("utf-8", ",", True),
        ("cp1252", ";", False),
        ("utf-16", "\t", False),
    ],
)
def test_sheets_are_read_as_spreadsheets_save_them(
    desk: Desk, encoding: str, delimiter: str, *, shuffled: bool
) -> None:
    """Byte order mark or none, commas, semicolons or tabs, columns moved: the same labels."""
    path = desk.sheets / "letters.csv"
    noted = path.read_text(encoding="utf-8-sig").replace(",2,\n", ",2,caf\u00e9\n")
    path.write_text(noted, encoding="utf-8-sig")
    before = desk.read()
    for name in ("letters.csv", "items.csv"):
        rewrite(desk.sheets / name, encoding, delimiter, shuffled=shuffled)

    assert "caf\u00e9" in noted
    assert desk.read() == before
    assert before["strata"]["verified"]["right_throughout"] == 3


def put(path: Path, row: int, column: str, said: str) -> None:
    """Write one cell; rows count as in a spreadsheet, the heading is row 1."""
    rows = rows_of(path)
    rows[row - 2][column] = said
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)


SAID = [
    ("letters.csv", "priority", " STANDARD ", {"value": "standard"}),
    ("letters.csv", "date_assigned", "11/18/2016", {"value": "2016-11-18"}),
    ("letters.csv", "date_assigned", "November 8, 2016", {"value": "2016-11-08"}),
    ("letters.csv", "date_assigned", "2016-11-18", {"value": "2016-11-18"}),
    ("letters.csv", "date_assigned", "2016-11-18 00:00:00", {"value": "2016-11-18"}),
    ("letters.csv", "age", "34.0", {"value": 34}),
    ("letters.csv", "sex", "None", None),
    ("letters.csv", "licensed_in", "Ohio;Iowa ;", [{"value": "Ohio"}, {"value": "Iowa"}]),
    ("items.csv", "request", "a  long\n request", {"value": "a long request"}),
    ("items.csv", "request", "'=1+1", {"value": "=1+1"}),
    ("items.csv", "conclusion", "Not  Necessary", {"value": "not_necessary"}),
    ("items.csv", "retrospective", "Prospective", {"value": False}),
    ("items.csv", "category", "evaluation & management", "Evaluation & Management"),
    ("items.csv", "claims_administrator_cites", "Non-MTUS", "non_mtus"),
    ("items.csv", "claims_administrator_cites", "no evidence", "none"),
    ("items.csv", "claims_administrator_cites", "absent", None),
    ("items.csv", "drug_name", "Naproxen", {"value": "naproxen"}),
    ("items.csv", "drug_name", "none", None),
    (
        "items.csv",
        "body_regions",
        "Left Knee; lumbar spine l4-5, L5-S1",
        [
            {"region": "knee", "side": "left", "levels": []},
            {"region": "lumbar spine", "side": None, "levels": ["L4-5", "L5-S1"]},
        ],
    ),
]


@pytest.mark.parametrize(("file", "column", "said", "meant"), SAID)
def test_a_cell_is_read_as_it_was_meant(
    desk: Desk, file: str, column: str, said: str, meant: object
) -> None:
    """Spaces, the case of closed words and the form of dates are forgiven; none is an absence."""
    put(desk.sheets / file, 2, column, said)
    letter = rows_of(desk.sheets / file)[0]["letter"]

    label = sheets.read(Plan.load(desk.sheets), desk.sheets)[letter]

    part: Data = label.expected if file == "letters.csv" else label.expected["items"][0]
    paths = {each.name: each.path for each in (*OF_LETTERS, *OF_ITEMS)}
    *way, last = paths[column].split(".")
    for step in way:
        part = part[step]
    assert part[last] == meant


@pytest.mark.parametrize(
    ("file", "column", "said"),
    [
        ("letters.csv", "date_assigned", "18.11.2016"),
        ("letters.csv", "date_assigned", "2016-13-01"),
        ("letters.csv", "age", "about 40"),
        ("letters.csv", "sex", "he"),
        ("letters.csv", "priority", "urgent"),
        ("letters.csv", "items", "two"),
        ("letters.csv", "letter", "L9"),
        ("items.csv", "item", "first"),
        ("items.csv", "decision", "denied"),
        ("items.csv", "conclusion", "no"),
        ("items.csv", "visits", "2-3"),
        ("items.csv", "category", "Drugs"),
        ("items.csv", "body_regions", "left spleen"),
        ("items.csv", "reviewer_cites", "none"),
        ("items.csv", "letter", "=L1"),
    ],
)
def test_an_unreadable_cell_is_named(desk: Desk, file: str, column: str, said: str) -> None:
    """The refusal names file, row and column as the spreadsheet shows them, and says what to do."""
    put(desk.sheets / file, 3, column, said)

    line = desk.refusal()

    assert f"{file}, row 3, column {column}" in line
    assert "Correct the sheet" in line


def test_all_unreadable_cells_are_counted(desk: Desk) -> None:
    """One line, the first cell named, the others counted."""
    for row in (2, 3, 4):
        put(desk.sheets / "letters.csv", row, "age", "?")

    assert "2 more" in desk.refusal()


def test_items_that_do_not_add_up_are_refused(desk: Desk) -> None:
    """A forgotten row, a forgotten letter's name, a doubled number: never a silent wrong item."""
    put(desk.sheets / "letters.csv", 2, "items", "3")
    assert "has 2 rows, letters.csv counts 3 items" in desk.refusal()
    put(desk.sheets / "letters.csv", 2, "items", "2")
    put(desk.sheets / "items.csv", 2, "letter", "")
    assert "items.csv, row 2, column letter" in desk.refusal()


def test_items_may_be_numbered_and_stand_anywhere(desk: Desk) -> None:
    """Item numbers, where given, order the items whatever their rows; one may stand once only."""
    path = desk.sheets / "items.csv"
    rows = rows_of(path)
    for row, number in zip(rows, (1, 2) * 3, strict=True):
        row["item"] = str(number)
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(reversed(rows))

    assert desk.read()["differences"] == []
    put(path, 2, "item", "1")
    assert "has such an item already" in desk.refusal()


def test_a_letter_has_one_row(desk: Desk) -> None:
    """A doubled row of letters.csv is refused: which of the two would count?"""
    letter = rows_of(desk.sheets / "letters.csv")[0]["letter"]
    put(desk.sheets / "letters.csv", 3, "letter", letter)

    assert "has a row already" in desk.refusal()


def test_a_lost_heading_or_sheet_is_named(desk: Desk) -> None:
    """A column that was renamed would silently count as not checked; it is refused instead."""
    path = desk.sheets / "letters.csv"
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("priority", "urgency", 1), encoding="utf-8")
    assert "lacks the column 'priority'" in desk.refusal()
    path.write_text(text.replace("sex", "age", 1), encoding="utf-8")
    assert "more than one column 'age'" in desk.refusal()
    path.unlink()
    assert "cannot be read" in desk.refusal()


def test_same_stands_for_the_request(desk: Desk) -> None:
    """The treatment need not be copied where it is the request; of a blank one it is nothing."""
    for row in range(2, 8):
        put(desk.sheets / "items.csv", row, "treatment", "Same")
    assert desk.read()["differences"] == []

    put(desk.sheets / "items.csv", 2, "request", "")

    assert "row 2, column treatment" in desk.refusal()


def test_prose_is_compared_by_its_ends() -> None:
    """A passage is right where it begins and ends as the labeller says; whole words only."""
    said = "No, the request was \u201cnot\u201d necessary."
    assert cells.same_ends("No, the ... necessary.", said)
    assert cells.same_ends('No, the \u2026 "not" necessary.', said)
    assert not cells.same_ends("No, the re ... necessary.", said)
    assert not cells.same_ends("the request ... necessary.", said)
    assert not cells.same_ends("No, the ... not", said)
    assert not cells.same_ends("No, the request", said)


HOSTILE = [
    "=HYPERLINK(A1).txt",
    "+1.txt",
    "@SUM(1).txt",
    "-2.txt",
    "two\nlines.txt",
    'a,b;c\t"d".txt',
    "\u202etxt.exe",
    "\x1b[2Jgone.txt",
    " =1.txt",
]


def test_a_hostile_id_stays_a_word(tmp_path: Path) -> None:
    """No cell is a formula, breaks its row, turns its direction or acts on a terminal."""
    desk = Desk(tmp_path)
    plan = desk.draw([small(name) for name in HOSTILE], 20)

    assert {each["id"] for each in plan["letters"]} == set(HOSTILE)
    text = (desk.sheets / "letters.csv").read_text(encoding="utf-8-sig")
    assert len(text.splitlines()) == len(HOSTILE) + 1
    assert not {"\u202e", "\x1b"} & set(text)
    for row in (*desk.letters(), *desk.items()):
        assert not row["id"].lstrip().startswith(("=", "+", "-", "@"))


def test_letters_of_hostile_ids_are_read_back_by_their_names(tmp_path: Path) -> None:
    """Sheets hold ids only for people; the plan knows which letter is which."""
    desk = Desk(tmp_path)
    records = [small(name) for name in HOSTILE]
    plan = desk.draw(records, 20, "--fields", "decision")
    names = [each["letter"] for each in plan["letters"]]
    (desk.sheets / "letters.csv").write_text(
        "letter,items\n" + "".join(f"{name},1\n" for name in names), encoding="utf-8"
    )
    (desk.sheets / "items.csv").write_text(
        "letter,item,decision\n" + "".join(f"{name},,overturned\n" for name in names),
        encoding="utf-8",
    )

    found = desk.read()
    shown = desk.audit().output

    assert {each["id"] for each in found["differences"]} == set(HOSTILE)
    assert not {"\u202e", "\x1b"} & set(shown)


def test_fewer_fields_make_smaller_sheets(tmp_path: Path) -> None:
    """--fields keeps what is asked, in the sheets' order; without items there is one sheet."""
    desk = Desk(tmp_path)
    desk.draw([small("a"), small("b")], 2, "--fields", "age, case_number")

    assert list(desk.letters()[0]) == [
        "letter", "id", "file", "case_number", "age", "done", "note",
    ]  # fmt: skip
    assert not (desk.sheets / "items.csv").exists()
    put(desk.sheets / "letters.csv", 2, "age", "none")
    put(desk.sheets / "letters.csv", 2, "done", "yes")
    found = desk.read()
    assert found["fields"]["age"]["verified"]["checked"] == 1
    assert len(found["not_labelled"]) == 1
    assert found["overturn_rates"][0]["corrected"] is None


def test_an_unknown_field_is_refused(tmp_path: Path) -> None:
    """What cannot be labelled is not silently left out."""
    desk = Desk(tmp_path)
    desk.records.write_text("", encoding="utf-8")

    assert "'colour'" in desk.refusal("--n", 2, "--fields", "age,colour")


def test_the_labeller_is_told_of_every_column(tmp_path: Path) -> None:
    """README.txt explains each column that is asked for, and none that is not."""
    desk = Desk(tmp_path)
    desk.draw([small("a"), small("b")], 2, "--fields", "age,decision")
    text = (desk.sheets / "README.txt").read_text(encoding="utf-8")

    assert "\n- age: " in text
    assert "\n- decision: upheld or overturned" in text
    assert "\n- sex: " not in text
    assert instructions(Plan.load(desk.sheets)).splitlines() == text.splitlines()


def test_a_spoiled_plan_is_refused(desk: Desk) -> None:
    """A plan that is no plan says so."""
    path = desk.sheets / "plan.json"
    path.write_text('{"schema": "imr-audit/1", "seed": 1}', encoding="utf-8")
    assert "lacks a part" in desk.refusal()
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(EvalError):
        Plan.load(desk.sheets)


def test_a_careful_labeller_is_what_the_tests_take_one_for() -> None:
    """The helper that fills sheets writes absences and lists as README.txt asks for them."""
    assert cell(None, "age") == "none"
    assert cell("none", "reviewer_cites") == "no evidence"
    assert cell(None, "reviewer_cites") == "absent"
