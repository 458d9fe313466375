"""What holds of every tabulation, whatever the letters; and whatever they are read from."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tabulated import cited, failed, figures, hostile, item, record, tabulated

from extractor.errors import ImrError
from extractor.record import Record
from extractor.tabulate import letters_in_database, tabulate
from extractor.tabulate.tables import SCOPES
from extractor.write import write_records

FIELDS = st.none() | st.builds(
    lambda ids, cites: cited(*ids, cites=cites),
    st.lists(st.sampled_from(["mtus/acoem/12", "mtus/acoem/8", "odg", "unknown"]), max_size=3),
    st.sampled_from(["mtus", "non_mtus", "both", "none", "unclear"]),
)
ITEMS = st.builds(
    item,
    st.sampled_from(["upheld", "overturned"]),
    st.sampled_from([None, "Surgery", "Pharmaceuticals"]),
    st.sampled_from([None, "Spine"]),
    st.sampled_from([None, "Opioids"]),
    drug=st.booleans(),
    partial=st.booleans(),
    claims_administrator=FIELDS,
    reviewer=FIELDS,
)
RECORDS = st.builds(
    lambda items, **other: record(*items, **other),
    st.lists(ITEMS, max_size=3),
    content=st.sampled_from([None, None, "same"]),
    decided=st.sampled_from([None, "2023-01-31", "2024-06-01"]),
    specialties=st.lists(st.sampled_from(["Neurology", "Pain"]), max_size=2),
    status=st.sampled_from(["verified", "review"]),
)
CORPORA = st.lists(RECORDS, max_size=6)


@settings(max_examples=60, deadline=None)
@given(CORPORA)
def test_the_rows_of_a_table_hold_all_items(records: list[Record]) -> None:
    """Each item once, whatever is not read; where rows overlap each at least once."""
    made = tabulated(*records)
    items = {"verified": made.flow.verified.items, "all": made.flow.counted.items}
    for table in made.tables:
        for scope in SCOPES:
            for side in table.grouping.sides:
                rows = [row.of(scope, side) for row in table.rows]
                held = sum(each.items for each in rows)
                assert held >= items[scope] if table.grouping.overlapping else held == items[scope]
                assert all(each.items == each.upheld + each.overturned for each in rows)
                assert all(each.letters <= each.items for each in rows)


@settings(max_examples=30, deadline=None)
@given(CORPORA)
def test_the_order_of_letters_does_not_matter(records: list[Record]) -> None:
    """The tables are the same from behind, if no content stands twice."""
    contents = {each.document.sha256: each for each in records}.values()
    forth, back = tabulated(*contents), tabulated(*reversed(list(contents)))
    assert forth.tables == back.tables


@settings(max_examples=30, deadline=None)
@given(CORPORA)
def test_letters_given_again_change_the_flow_alone(records: list[Record]) -> None:
    """All of them are duplicates the second time."""
    once, twice = tabulated(*records), tabulated(*records, *records)
    assert twice.tables == once.tables
    assert twice.flow.inputs.letters == 2 * once.flow.inputs.letters
    assert twice.flow.counted == once.flow.counted


def test_a_database_says_what_its_records_say(tmp_path: Path) -> None:
    """Read from letters.db or from records, the tabulation is the same."""
    fields = cited("odg", "mtus/acoem/12", "odg", cites="both")
    records = [
        *hostile()[1:],
        record(item("overturned", partial=True, drug_class="NSAID", claims_administrator=fields)),
        record(),
        record(item(), content="same"),
        failed(),
        record(item(), content="same"),
    ]
    write_records(records, tmp_path / "letters.db")
    read = tabulate(letters_in_database(tmp_path / "letters.db"))
    assert read == tabulated(*records)
    assert figures(read.decisions["all"]) == (5, 4, 2, 3)


def test_observations_come_out_of_a_database_with_their_item(tmp_path: Path) -> None:
    """Code, message, item and the passages that are compared."""
    record_ = hostile()[0].model_copy(update={"document": record().document})
    write_records([record_], tmp_path / "letters.db")
    (from_database,) = letters_in_database(tmp_path / "letters.db")
    assert [each.code for each in from_database.odd] == [
        "sex_contradiction",
        "body_region_mismatch",
    ]
    assert [each.item for each in from_database.odd] == [None, 1]
    assert from_database.odd[1].quotes == ("left", "right")


@pytest.mark.parametrize("kind", ["text", "other", "spoiled"])
def test_what_is_no_database_of_letters_is_refused(tmp_path: Path, kind: str) -> None:
    """A text file, a database of something else, one of ours that somebody broke."""
    file = tmp_path / "letters.db"
    if kind == "spoiled":
        write_records([record(item())], file)
    if kind == "text":
        file.write_text("no database", "utf-8")
    else:
        with sqlite3.connect(file) as database:
            database.execute(
                "CREATE TABLE x (y)" if kind == "other" else "UPDATE letters SET specialties = '{'"
            )
    with pytest.raises(ImrError):
        list(letters_in_database(file))
