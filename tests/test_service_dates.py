"""Treatments: requests for what was already given, and the days on which it was given."""

import pytest
from letters import marked

from extractor.treatments.dates import retrospective_in, service_dates_in
from extractor.treatments.request import Request


@pytest.mark.parametrize(
    ("request_", "value"),
    [
        ("⟦Retrospective⟧ request for a walker", True),
        ("⟦RETRO⟧: nerve block, left foot", True),
        ("Cane (⟦retrospectively⟧)", True),
        ("⟦Prospective⟧ request for six visits", False),
    ],
)
def test_a_request_says_whether_it_is_retrospective(request_: str, value: bool) -> None:
    """The word itself is the evidence; "prospective" is a no."""
    words, [span] = marked(request_)
    found = retrospective_in(Request(words))
    assert found is not None
    assert (found.value, (found.start, found.end)) == (value, span)


@pytest.mark.parametrize(
    "request_",
    [
        "MRI of the knee",
        "Retropatellar brace",
        "Retro-patellar pad",
        "Retrospective/prospective cane",
    ],
)
def test_a_request_may_not_say_when(request_: str) -> None:
    """Nothing is found without the word, inside another word, or where both are said."""
    assert retrospective_in(Request(request_)) is None


@pytest.mark.parametrize(
    ("request_", "days"),
    [
        ("Walker, DOS: ⟦3/7/2015⟧", "2015-03-07"),
        ("Walker (DOS ⟦3/7/15⟧)", "2015-03-07"),
        ("Walker, date of service ⟦March 7, 2015⟧", "2015-03-07"),
        ("Walker, ⟦3/7/2015⟧ (date of service)", "2015-03-07"),
        ("Date(s) of service ⟦3/7/2015⟧ - ⟦3/9/2015⟧: massage", "2015-03-07 2015-03-09"),
        ("Massage, dates of service ⟦3/7/2015⟧-⟦3/9/2015⟧", "2015-03-07 2015-03-09"),
        ("Massage, DOS ⟦3/7/2015⟧, ⟦3/8/2015⟧ and ⟦3/9/2015⟧", "2015-03-07 2015-03-08 2015-03-09"),
        ("Drug screen performed on ⟦3/7/2015⟧", "2015-03-07"),
        ("Naproxen #60 dispensed ⟦3/7/2015⟧", "2015-03-07"),
        ("Massage provided from ⟦3/7/2015⟧ through ⟦3/9/2015⟧", "2015-03-07 2015-03-09"),
    ],
)
def test_dates_said_to_be_of_the_service(request_: str, days: str) -> None:
    """Each end of a range and each date of a list counts, in the order printed."""
    words, spans = marked(request_)
    found = service_dates_in(Request(words))
    assert [day.value for day in found] == days.split()
    assert [(day.start, day.end) for day in found] == spans


def test_a_date_of_a_retrospective_request() -> None:
    """What is asked for afterwards was given on the date that the request names."""
    words, [span] = marked("Retrospective knee X-ray ⟦3/7/2015⟧")
    assert [(day.start, day.end) for day in service_dates_in(Request(words))] == [span]


@pytest.mark.parametrize(
    "request_",
    [
        "Six visits between 3/7/2015 and 6/7/2015",
        "Norco #60, prescribed 3/7/2015",
        "Retrospective drug screen, per report dated 3/7/2015",
        "Retrospective drug screen, RFA of 3/7/2015",
        "Retrospective cane, date of injury 3/7/2015",
        "Cane, DOS: 13/45/2015",
        "Retrospective cane",
    ],
)
def test_other_dates_are_no_dates_of_service(request_: str) -> None:
    """Dates of prescriptions, reports, injuries and the time allowed are not; nor are non-dates."""
    assert service_dates_in(Request(request_)) == ()
