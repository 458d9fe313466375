"""The record's own kinds of values."""

import pytest
from pydantic import ValidationError

from extractor.record import Day


@pytest.mark.parametrize(
    "value", ["2016-02-31", "2017-42-17", "0000-01-01", "2016-2-3", "2/3/2016"]
)
def test_a_date_is_a_day_of_the_calendar(value: str) -> None:
    """A record made elsewhere cannot hold a day that there was not."""
    with pytest.raises(ValidationError):
        Day(value=value, quote="2/31/2016", start=0, end=9)
