"""What a record says of people: names, dates and codes are the ones that the letter gives them."""

from typing import Any

import pytest
from letters import ENGINE, Letter, changed, codes, refused, value

from extractor.record import Record

ONE_LINE = 100_000
CREDENTIALS = (
    "The expert reviewer is Board Certified in {}, and is licensed to practice in California."
)


def read(summary: str, credentials: str = CREDENTIALS.format("Neurology")) -> tuple[Record, str]:
    """Return the record of a letter of 2014, whose header bears no date out, and its text."""
    source = Letter(header="", credentials=credentials, summary=summary).write("empty", ONE_LINE)
    return ENGINE.extract_text(source), source


def at(source: str, words: str, said: object = None, nth: int = 0) -> dict[str, Any]:
    """Return the value that *words* would be."""
    return value(source, words, said, nth)


WORKER = "The applicant is a 44-year-old male welder"
TWO_DATES = (
    f"{WORKER} who was injured on 02/04/2010. On 12/09/2014, the injured worker limped.",
    f"{WORKER} with an injury of 02/04/2010. He recalls no injury; films of 12/09/2014 are plain.",
)


@pytest.mark.parametrize("summary", TWO_DATES)
def test_the_date_of_injury_is_the_one_at_its_words(summary: str) -> None:
    """A date elsewhere is not the injury's where another stands right at the words for it."""
    record, source = read(summary)
    assert codes(record) == []
    other = changed(record, "/patient/date_of_injury", at(source, "12/09/2014", "2014-12-09"))
    assert [where for _, where in refused(other, source)] == ["/patient/date_of_injury"]


def test_the_date_of_the_review_is_the_one_at_its_words() -> None:
    """Dates of what a review was of are not the review's."""
    record, source = read(
        "The applicant is a 44-year-old male welder with an injury of 02/04/2010. In a utilization "
        "review report dated June 3, 2014, films taken on May 7, 2014 were denied."
    )
    assert codes(record) == []
    other = changed(record, "/patient/ur_date", at(source, "May 7, 2014", "2014-05-07"))
    assert ("wrong_place", "/patient/ur_date") in refused(other, source)


def test_two_dates_at_the_words_are_ambiguous() -> None:
    """Where the words for an injury stand at two dates and no header says which, a person looks."""
    record, _ = read(
        "The applicant is a 44-year-old male welder with an injury of 02/04/2010. The date of "
        "injury is 03/05/2011."
    )
    assert codes(record) == ["ambiguous"]


def test_the_date_of_a_mishap_is_due() -> None:
    """A mishap told of in the sentence that introduces the worker dates the injury."""
    record, source = read(
        "The applicant is a 44-year-old male welder who twisted his knee stepping down on 9/8/12."
    )
    assert codes(record) == []
    without = changed(record, "/patient/date_of_injury", None)
    assert refused(without, source) == [("missing_field", "/patient/date_of_injury")]


LISTED = (
    "The applicant is a 44-year-old male welder with an injury of 02/04/2010. An older report "
    "lists 724.4 and 722.10 and puts his weight at 180.5 pounds."
)


@pytest.mark.parametrize("n", [0, 1])
def test_codes_that_are_listed_are_due(n: int) -> None:
    """A code that a report lists is due, the second as the first; a weight is none."""
    record, source = read(LISTED)
    assert [code.value for code in record.patient.diagnosis_codes] == ["724.4", "722.10"]
    assert codes(record) == []
    data = record.model_dump(by_alias=True, mode="json")["patient"]["diagnosis_codes"]
    fewer = changed(record, "/patient/diagnosis_codes", [data[1 - n]])
    assert refused(fewer, source) == [("missing_field", "/patient/diagnosis_codes")]


def test_a_code_is_whole() -> None:
    """A code that has lost its last digit is another code."""
    record, source = read(LISTED)
    cut = changed(record, "/patient/diagnosis_codes/1", at(source, "722.1"))
    assert ("value_mismatch", "/patient/diagnosis_codes/1") in refused(cut, source)


@pytest.mark.parametrize(
    ("age", "noun"), [("YEAR OLD", "male"), ("YEAR-OLD", "MALE"), ("YRS OLD", "Man")]
)
def test_age_and_sex_in_capitals(age: str, noun: str) -> None:
    """Case does not matter to what says age and sex."""
    record, _ = read(f"The applicant is a 54 {age} {noun} with an injury of 02/04/2010.")
    assert codes(record) == []
    assert record.patient.age
    assert record.patient.age.value == 54
    assert record.patient.sex
    assert record.patient.sex.value == "male"


def test_nouns_in_capitals_are_of_a_sex_too() -> None:
    """A woman in capitals beside a man leaves the sex open."""
    record, _ = read("THE 54 YEAR OLD WORKER IS A MAN; A WOMAN FELL ON 02/04/2010.")
    assert "ambiguous" in codes(record)


@pytest.mark.parametrize(
    ("listed", "nth", "words", "code"),
    [
        ("Orthopedic Surgery and Neurology", 0, "Orthopedic Surgery and", "ambiguous"),
        ("Orthopedic Surgery and Neurology", 0, "Orthopedic Surgery and Neurology", "ambiguous"),
        ("Neurology and Pain Management", 1, "and Pain Management", "ambiguous"),
    ],
)
def test_an_and_is_no_part_of_a_name(listed: str, nth: int, words: str, code: str) -> None:
    """A name neither begins nor ends with an "and", and holds none but one of its own."""
    record, source = read(TWO_DATES[0], CREDENTIALS.format(listed))
    assert codes(record) == []
    other = changed(record, f"/expert/specialties/{nth}", at(source, words))
    assert (code, f"/expert/specialties/{nth}") in refused(other, source)


def test_a_name_with_an_and_is_one() -> None:
    """A specialty whose own name holds an "and" is not two."""
    record, source = read(
        TWO_DATES[0], CREDENTIALS.format("Physical Medicine and Rehabilitation and Neurology")
    )
    assert codes(record) == []
    names = [at(source, name) for name in ("Physical Medicine", "Rehabilitation", "Neurology")]
    split = changed(record, "/expert/specialties", names)
    assert ("wrong_place", "/expert/specialties") in refused(split, source)


@pytest.mark.parametrize("space", ["   ", " \n", "\u00a0\u2003"])
def test_wide_spaces_change_nothing(space: str) -> None:
    """However wide the spaces of a summary are, the same is read."""
    plain = (
        f"{WORKER} with an industrial injury of 02/04/2010. In a utilization review report dated "
        "06/03/2014, the request was denied."
    )
    record, source = read(plain)
    assert codes(record) == []
    wide = ENGINE.extract_text(source.replace(plain, plain.replace(" ", space)))
    assert codes(wide) == []
    said = [
        [part and part.value for part in (who.age, who.sex, who.date_of_injury, who.ur_date)]
        for who in (record.patient, wide.patient)
    ]
    assert said[0] == said[1] == [44, "male", "2010-02-04", "2014-06-03"]
