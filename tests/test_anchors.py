"""The validator's own reading of a letter: what its anchors lack, and values without one."""

from typing import Any

import pytest
from letters import (
    ENGINE,
    HEADER,
    PROSE_CREDENTIALS,
    Issue,
    Letter,
    changed,
    refused,
    value,
)

from extractor.text import Text, collapse
from extractor.validate import validate

ONE_LINE = 100_000
SOURCE = Letter().write("empty", ONE_LINE)
RECORD = ENGINE.extract_text(SOURCE)


def about(source: str) -> list[tuple[str, str]]:
    """Return what the validator refuses in what is extracted from *source*."""
    return refused(ENGINE.extract_text(source), source)


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ("Claims Administrator guideline:", ("missing_item", "/items")),
        ("MAXIMUS guideline:", ("missing_field", "/items/0")),
        ("Decision rationale:", ("missing_field", "/items/0")),
    ],
)
def test_a_label_that_is_missing_is_missed(gone: str, expected: tuple[str, str]) -> None:
    """Each item has its three labels; the lack of one is never passed over."""
    source = Letter((Issue(), Issue("Cane"))).write("empty").replace(gone, "Note:", 1)
    found = about(source)
    assert found != []
    if gone != "Claims Administrator guideline:":
        assert expected in found


@pytest.mark.parametrize("label", ["MAXIMUS guideline:", "Decision rationale:"])
def test_a_label_printed_twice_is_doubtful(label: str) -> None:
    """A label within a value would end it too early, so that no one knows where it ends."""
    rationale = f"He wrote {label} and stopped. The cane is not medically necessary."
    assert ("missing_field", "/items/0") in about(
        Letter((Issue(rationale=rationale),)).write("empty")
    )


def test_a_heading_printed_twice_is_ambiguous() -> None:
    """Where a section's heading stands again in the letter, its parts are in doubt."""
    story = "He read CLINICAL CASE SUMMARY and was well."
    assert ("ambiguous", "/items") in about(Letter(summary=story).write("empty"))


def test_a_decision_without_labels_is_a_missing_item() -> None:
    """A request and its decision word without the labels behind them are an item that was lost."""
    letter = Letter(
        (Issue(rationale="It is not medically necessary.\nA cane:  Upheld\nIt rains."),)
    )
    assert ("missing_item", "/items") in about(letter.write("empty"))


def test_a_letter_of_another_kind_is_unknown() -> None:
    """A letter of no known family is looked at, whatever was read from it."""
    source = "An ordinance on dogs.\n\nA cane: Upheld\n"
    assert about(source) == [("unknown_layout", "")]


def test_a_record_that_knows_no_layout_is_refused() -> None:
    """A letter the validator knows, and no layout fits, is looked at too."""
    wrong = changed(RECORD, "/document/layout", "unknown")
    assert refused(wrong, SOURCE) == [("unknown_layout", "/document/layout")]


def test_items_without_a_family_are_extra() -> None:
    """In a letter that holds no anchor no item has a place."""
    source = "A cane: Upheld"
    item: dict[str, Any] = {
        "number": 1,
        "request": value(source, "A cane"),
        "treatment": value(source, "A cane"),
        "decision": value(source, "Upheld", "upheld"),
    }
    wrong = changed(ENGINE.extract_text(source), "/items", [item])
    assert refused(wrong, source) == [
        ("unknown_layout", ""),
        ("extra_item", "/items/0"),
        ("disagreement", "/items/0/category"),
    ]


@pytest.mark.parametrize("decision", ["", "Pending", "UPHOLD"])
def test_an_issues_section_without_an_item(decision: str) -> None:
    """Where the heading of the decisions is followed by none, the items were lost."""
    source = Letter((Issue(decision=decision),)).write("empty")
    assert ("missing_item", "/items") in about(source)


def test_without_a_break_where_the_request_begins_is_uncertain() -> None:
    """A request that nothing proves is uncertain, however likely the guess."""
    source = Letter((Issue(), Issue("Cane"))).write("bare")
    assert about(source) == [("uncertain_boundary", "/items/1/request")]


@pytest.mark.parametrize(
    "rationale",
    [
        "It is not medically necessary. It may be so again, as was told on the first of",
        "It is not medically necessary, and",
    ],
)
def test_a_break_within_a_sentence_proves_nothing(rationale: str) -> None:
    """A paragraph break after an unfinished sentence is no proof that a request begins."""
    letter = Letter((Issue(rationale=rationale), Issue("Cane")))
    assert ("uncertain_boundary", "/items/1/request") in about(letter.write("empty"))


# --- credentials in prose, persons of both sexes -------------------------------------------------


def test_credentials_in_prose_leave_nothing_over() -> None:
    """In the sentence of the credentials, every word is a name or a joint."""
    source = Letter(credentials=PROSE_CREDENTIALS).write("empty", ONE_LINE)
    record = ENGINE.extract_text(source)
    assert refused(record, source) == []
    wrong = changed(record, "/expert/subspecialties", [])
    assert ("uncovered_text", "/expert") in refused(wrong, source)


def test_a_noun_of_another_person_is_ambiguous() -> None:
    """Where both sexes are named, only the noun beside the age is sure."""
    story = "He was hit by a man. The wife, a woman of the village, drove."
    source = Letter(summary=story).write("empty", ONE_LINE)
    record = ENGINE.extract_text(source)
    wrong = changed(record, "/patient/sex", value(source, "man", "male"))
    assert ("ambiguous", "/patient/sex") in refused(wrong, source)


def test_a_header_that_does_not_pair_proves_no_value() -> None:
    """A value that a proposer guessed between two labels is not accepted."""
    source = Letter(header=HEADER.replace("02/20/2015", "")).write("empty", ONE_LINE)
    record = ENGINE.extract_text(source)
    guess = value(source, "11/09/2016", "2016-11-09")
    wrong = changed(record, "/case/date_of_injury", guess)
    assert ("ambiguous", "/case/date_of_injury") in refused(wrong, source)


def test_a_value_without_its_label_is_out_of_place() -> None:
    """A header value is introduced by its label."""
    source = Letter(header=HEADER.replace("Date of Injury:", "Date:")).write("empty", ONE_LINE)
    record = ENGINE.extract_text(source)
    wrong = changed(record, "/case/date_of_injury", value(source, "02/20/2015", "2015-02-20"))
    assert ("wrong_place", "/case/date_of_injury") in refused(wrong, source)


def test_a_summary_that_the_letter_lacks() -> None:
    """Without the section no text is its summary."""
    source = Letter().write("empty", ONE_LINE).replace("CLINICAL CASE SUMMARY", "A tale")
    record = ENGINE.extract_text(source)
    wrong = changed(record, "/clinical_summary", value(source, "A tale"))
    assert ("wrong_place", "/clinical_summary") in refused(wrong, source)


def test_findings_carry_their_place() -> None:
    """What is wrong with words of the letter says where they stand."""
    wrong = changed(RECORD, "/case/decision_date", value(SOURCE, "11/09/2016", "2016-11-09"))
    [finding] = [f for f in validate(wrong, Text.of(SOURCE)) if f.path == "/case/decision_date"]
    assert finding.start is not None
    assert finding.end is not None
    assert collapse(SOURCE[finding.start : finding.end]) == "11/09/2016"
