"""The case header: labels and values in every shape, and no guess where they do not pair."""

import pytest
from letters import (
    ENGINE,
    HEADER,
    Letter,
    codes,
)

SAID = {
    "case_number": "CM16-0291846",
    "date_assigned": "2016-11-09",
    "date_of_injury": "2015-02-20",
    "decision_date": "2016-12-07",
    "ur_denial_date": "2016-10-19",
    "priority": "standard",
    "application_received": "2016-10-31",
}
COLUMNS = (
    "Case Number:\nDate Assigned:\nDecision Date:\nPriority:\n\n"
    "CM16-0291846\n11/09/2016\n12/07/2016\nStandard\n\n"
    "Date of Injury:\nUR Denial Date:\nApplication\nReceived:\n\n"
    "02/20/2015\n10/19/2016\n10/31/2016"
)
TORN = COLUMNS.partition("Date of Injury")[0] + (
    "Date of Injury:  \n02/20/2015\nUR Denial Date:  10/19/2016\nApplication\n10/31/2016\nReceived:"
)
ROWS = (
    "Case Number:\nCM16-0291846\nDate Assigned:\n11/09/2016\nDate of Injury:\n02/20/2015\n"
    "Decision Date:\n12/07/2016\nUR Denial Date:\n10/19/2016\nPriority:\nStandard\n"
    "Application Received:\n10/31/2016"
)
LABELS_FIRST = (
    "Case Number:\nDate Assigned:\nDate of Injury:\nDecision Date:\nUR Denial Date:\nPriority:\n"
    "Application "
    "Received:\nCM16-0291846\n11/09/2016\n02/20/2015\n12/07/2016\n10/19/2016\nStandard\n"
    "10/31/2016"
)


def case(header: str, shape: str = "spaced") -> tuple[dict[str, object], list[str]]:
    """Return what is read from a letter's header, and the codes about it."""
    record = ENGINE.extract_text(Letter(header=header).write(shape))
    found = {name: value.value for name, value in record.case.__dict__.items() if value}
    return found, codes(record)


@pytest.mark.parametrize("shape", ["spaced", "empty", "doubled", "crlf", "bare"])
@pytest.mark.parametrize(
    "header", [HEADER, COLUMNS, TORN, ROWS, LABELS_FIRST, HEADER.replace("\n", " ")]
)
def test_a_header_in_every_shape(header: str, shape: str) -> None:
    """Labels beside their values, above them, or all labels before all values say the same."""
    assert case(header, shape) == (SAID, [])


def test_the_header_may_be_expedited() -> None:
    """Expedited is the other priority."""
    assert case(HEADER.replace("Standard", "Expedited"))[0]["priority"] == "expedited"


def test_a_letter_may_have_no_header() -> None:
    """The letters of 2014 are published without theirs."""
    assert case("")[0] == {}


@pytest.mark.parametrize(
    "header",
    [
        COLUMNS.replace("11/09/2016\n", ""),
        COLUMNS.replace("02/20/2015\n", ""),
        COLUMNS.replace("CM16-0291846\n", ""),
        COLUMNS.replace("Standard\n", ""),
        LABELS_FIRST.replace("02/20/2015\n", ""),
        LABELS_FIRST.replace("Date of Injury:\n", ""),
        ROWS.replace("02/20/2015\n", ""),
        HEADER.replace("02/20/2015", ""),
    ],
)  # fmt: skip
def test_with_a_value_missing_none_is_guessed(header: str) -> None:
    """Where labels and values do not pair, no value is given to another label."""
    found, refusals = case(header)
    assert found == {}
    assert set(refusals) == {"missing_field"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("02/20/2015", "10/19/2016"),
        ("10/19/2016", "10/31/2016"),
        ("11/09/2016", "12/07/2016"),
        ("CM16-0291846", "11/09/2016"),
        ("12/07/2016", "Standard"),
    ],
)
def test_shuffled_columns_are_refused(one: str, other: str) -> None:
    """Columns whose dates break the course of a case, or whose kinds differ, pair no label."""
    shuffled = COLUMNS.replace(one, "*").replace(other, one).replace("*", other)
    found, refusals = case(shuffled)
    assert found == {}
    assert "missing_field" in refusals


@pytest.mark.parametrize(
    "header",
    [
        HEADER.replace("02/20/2015", "02/20/2015 02/21/2015"),
        HEADER.replace("02/20/2015", "02/20/2014 - 02/20/2015"),
        f"{HEADER}\nDate of Injury: 01/01/2014",
    ],
)
def test_between_two_dates_nothing_is_guessed(header: str) -> None:
    """A label with two values, or printed twice, has none that is sure."""
    found, refusals = case(header)
    assert "date_of_injury" not in found
    assert "missing_field" in refusals


@pytest.mark.parametrize("gone", ["10/31/2016"])
def test_values_beside_their_labels_stay_when_the_last_is_missing(gone: str) -> None:
    """A label at the end without a value takes none from the others."""
    found, refusals = case(HEADER.replace(gone, ""))
    assert found == {name: value for name, value in SAID.items() if name != "application_received"}
    assert refusals == ["missing_field"]


def test_a_date_that_no_calendar_holds_is_no_value() -> None:
    """An impossible date in the header is refused and looked at."""
    found, refusals = case(HEADER.replace("02/20/2015", "02/30/2015"))
    assert "date_of_injury" not in found
    assert "missing_field" in refusals


def test_dates_out_of_order_beside_their_labels_are_read() -> None:
    """What stands beside its label is read as printed, however odd."""
    found, refusals = case(HEADER.replace("10/19/2016", "12/19/2016"))
    assert (found["ur_denial_date"], refusals) == ("2016-12-19", [])
