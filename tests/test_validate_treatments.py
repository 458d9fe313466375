"""The validator: what a record says of a treatment is what the words of its request say."""

from typing import Any

import pytest
from letters import ENGINE, Issue, Letter, changed, codes, item, refused, value

REQUESTS = (
    "Soma 350mg #60",
    "MRI of the left ankle and right elbow",
    "Acupuncture 2 times a week for 4 weeks, low back",
    "Retrospective urine drug screen (DOS 3/14/16)",
    "Facet injection L3-4, L4-5",
    "Ambien 10mg #30",
)
SOURCE = Letter(tuple(Issue(words) for words in REQUESTS)).write("empty", 100_000)
RECORD = ENGINE.extract_text(SOURCE)
DATA = RECORD.model_dump(by_alias=True, mode="json")["items"]
DISAGREES = "disagreement"
LEFT_OUT = "uncovered_text"
MISMATCH = "value_mismatch"
OUTSIDE = "wrong_place"


def found(path: str, to: object) -> set[tuple[str, str]]:
    """Return codes and paths of what is refused once the part at *path* of an item is *to*."""
    return set(refused(changed(RECORD, f"/items/{path}", to), SOURCE))


def words(printed: str, said: object = None, nth: int = 0) -> dict[str, Any]:
    """Return the value of some words of the letter."""
    return value(SOURCE, printed, said, nth)


def codes_of(request: str) -> list[str]:
    """Return the codes of what is refused in a letter with one request."""
    return codes(ENGINE.extract_text(Letter((Issue(request),)).write()))


def test_the_correct_record_is_correct() -> None:
    """What the requests say, and nothing else, has no error."""
    assert refused(RECORD, SOURCE) == []
    assert [it["category"]["name"] for it in DATA] == [
        "Pharmaceuticals",
        "Diagnostic Testing",
        "Rehabilitation",
        "Diagnostic Testing",
        "Injection",
        "Pharmaceuticals",
    ]


@pytest.mark.parametrize("shape", ["spaced", "doubled", "spaced_crlf"])
@pytest.mark.parametrize(
    ("request_", "read"),
    [
        ("Norco 10/325\nmg 60\ntablets", ["norco", "10/325mg", "60"]),
        ("Synthroid 50\nmcg, 30\ntablets", ["synthroid", "50mcg", "30"]),
        ("Fentanyl patch 25\nmcg/hr\nten\n(10)\npatches", ["fentanyl", "25mcg/hr", "10"]),
    ],
)
def test_a_dose_may_run_over_lines(request_: str, read: list[str], shape: str) -> None:
    """White space of any width within a dose is one space; the spans are those of the letter."""
    source = Letter((Issue(request_),)).write(shape)
    drug = ENGINE.extract_text(source).items[0].drug
    assert drug is not None
    parts = [part for part in (drug.name, drug.strength, drug.quantity) if part]
    assert [parts[0].quote.lower(), *(part.value for part in parts[1:])] == read
    assert [" ".join(source[p.start : p.end].split()) for p in parts] == [p.quote for p in parts]


# --- another value than the words read -----------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("0/category", None),
        ("0/category/subcategory", "Opioids"),
        ("2/category/subcategory", "Chiropractic"),
        ("1/category/name", "Programs"),
        ("1/category/evidence", words("ankle")),
        ("0/drug", None),
        ("0/drug", DATA[5]["drug"]),
        ("0/drug/name/value", "baclofen"),
        ("0/drug/class", "Opioids"),
        ("0/drug/strength", None),
        ("0/drug/strength", DATA[5]["drug"]["strength"]),
        ("0/drug/quantity", None),
        ("2/visits", None),
        ("2/visits/value", 6),
        ("0/visits", words("60", 60)),
        ("1/body_regions", []),
        ("1/body_regions", DATA[4]["body_regions"]),
        ("1/body_regions/0/side", "right"),
        ("1/body_regions/1/side", None),
        ("1/body_regions/1/region", "knee"),
        ("1/body_regions", DATA[1]["body_regions"][::-1]),
        ("4/body_regions/0/levels", ["L3-4"]),
        ("3/retrospective", None),
        ("3/dates_of_service", []),
        ("0/dates_of_service", DATA[3]["dates_of_service"]),
    ],
)
def test_the_request_is_read_again(path: str, to: object) -> None:
    """A field that says another thing than its request, or nothing, disagrees with it."""
    number, field = path.split("/")[:2]
    assert (DISAGREES, f"/items/{number}/{field}") in found(path, to)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("0/drug/name", words("Ambien", "zolpidem")),
        ("0/drug/quantity", words("#30", "30")),
        ("1/category/evidence", words("winter")),
        ("2/visits", words("4-5", 8)),
        ("3/dates_of_service/0", words("02/20/2015", "2015-02-20")),
        ("1/body_regions/0/evidence", words("low back")),
    ],
)
def test_values_stand_in_their_own_request(path: str, to: dict[str, Any]) -> None:
    """Words of another item or passage are no words of this request."""
    assert (OUTSIDE, f"/items/{path}") in found(path, to)


# --- a value that its own words deny -------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "to", "at"),
    [
        ("0/category/name", "Medicines", "0/category"),
        ("2/category/subcategory", "Spine", "2/category"),
        ("0/category/name", "Opioids", "0/category"),
        ("0/category/source", "model", "0/category/source"),
        ("0/drug/class", "Painkillers", "0/drug/class"),
        ("0/drug/strength/value", "250mg", "0/drug/strength"),
        ("0/drug/quantity/value", "90", "0/drug/quantity"),
        ("2/visits/value", 9, "2/visits"),
        ("3/retrospective/value", False, "3/retrospective"),
        ("1/body_regions/0/side", "right", "1/body_regions/0"),
        ("1/body_regions/0/side", "bilateral", "1/body_regions/0"),
        ("1/body_regions/0/region", "leg", "1/body_regions/0"),
        ("1/body_regions/0/levels", ["L5-S1"], "1/body_regions/0"),
        ("3/dates_of_service/0/value", "2016-03-15", "3/dates_of_service/0"),
    ],
)
def test_a_value_is_what_its_words_say(path: str, to: object, at: str) -> None:
    """A number, side, level, day or name of no list that the quote does not hold is refused."""
    assert (MISMATCH, f"/items/{at}") in found(path, to)


@pytest.mark.parametrize(
    "request_",
    [
        "Soma 350mg, forty-five tablets",
        "Soma 350mg, thirty (30) tablets",
        "Hand therapy 2x6",
        "Physical therapy 5x/wk x 3wks",
        "Twenty-four sessions of acupuncture",
        "Acupuncture every other week for 8 weeks",
        "Chiropractic twice a week for 3 weeks",
        "L3 to S1 fusion",
        "L3, 4 and 5 blocks",
        "Braces for the right and left wrists",
        "Lumbar injection at T12-L1",
        "Retro-patellar pad",
        "Referral to a hand therapist",
        "Naproxen 500mg #60, physical therapy x 12",
        "Lidocaine 5%/ketamine 10% cream, 60gm",
        "Cervical MRI, 1.5 Tesla",
    ],
)
def test_numbers_may_be_written_in_many_ways(request_: str) -> None:
    """Spelled numbers, products, ranges of levels and both sides are no fault of a record."""
    assert codes_of(request_) == []


# --- plain words of the request that a field passes over -----------------------------------------


@pytest.mark.parametrize(
    ("path", "to", "at"),
    [
        ("1/body_regions/0/side", None, "1/body_regions"),
        ("1/body_regions/1/side", "left", "1/body_regions"),
        ("1/body_regions", DATA[1]["body_regions"][:1], "1/body_regions"),
        ("2/body_regions", [], "2/body_regions"),
        ("1/body_regions/0/region", "shoulder", "1/body_regions"),
        ("4/body_regions/0/levels", [], "4/body_regions"),
        ("4/body_regions/0/levels", ["L4-5"], "4/body_regions"),
        ("0/drug/strength", None, "0/drug/strength"),
        ("0/drug", None, "0/drug"),
        ("0/drug/quantity", words("350", "350"), "0/drug/quantity"),
        ("0/drug/strength", words("#60", "60"), "0/drug/strength"),
        ("0/drug/strength", words("50mg", "50mg"), "0/drug/strength"),
        ("0/drug/quantity", words("#6", "6"), "0/drug/quantity"),
        ("0/category/subcategory", "Opioids", "0/category/subcategory"),
        ("1/category", None, "1/category"),
        ("1/category/name", "Surgery", "1/category"),
        ("2/category/subcategory", "Other Therapies", "2/category"),
        ("0/visits", words("60", 60), "0/visits"),
        ("2/visits", words("4 weeks", 4), "2/visits"),
        ("3/retrospective", None, "3/retrospective"),
        ("3/dates_of_service", [], "3/dates_of_service"),
    ],
)
def test_plain_words_are_in_their_field(path: str, to: object, at: str) -> None:
    """A side, level, region, dose, opening word or day that no field carries is noticed."""
    assert (LEFT_OUT, f"/items/{at}") in found(path, to)


def test_two_counts_are_no_count() -> None:
    """A number of visits beside another number of visits is refused."""
    source = Letter((Issue("Acupuncture, 6 sessions, then 4 sessions"),)).write()
    record = ENGINE.extract_text(source)
    assert item(record).visits is None
    wrong = changed(record, "/items/0/visits", value(source, "6 sessions", 6))
    assert (LEFT_OUT, "/items/0/visits") in refused(wrong, source)


def test_a_day_of_something_else_is_no_day_of_service() -> None:
    """The date of a report is refused as a date of service."""
    source = Letter((Issue("Retrospective cane, report 3/14/2016"),)).write()
    record = ENGINE.extract_text(source)
    assert item(record).dates_of_service == ()
    wrong = changed(record, "/items/0/dates_of_service", [value(source, "3/14/2016", "2016-03-14")])
    assert (LEFT_OUT, "/items/0/dates_of_service") in refused(wrong, source)


def test_what_remains_is_read_first() -> None:
    """Of a partial approval the doses of the remaining portion count, not those authorized."""
    request = (
        "Soma 350mg #60 was the original request. Soma 350mg #20 was authorized by the Claims "
        "Administrator. The remaining IMR eligible portion of the original request, Soma 350mg #40"
    )
    source = Letter((Issue(request),)).write()
    record = ENGINE.extract_text(source)
    drug = item(record).drug
    assert record.status == "verified"
    assert drug is not None
    assert drug.quantity is not None
    assert drug.quantity.value == "40"
    for other in ("#60", "#20"):
        wrong = changed(record, "/items/0/drug/quantity", value(source, other, other[1:]))
        assert (DISAGREES, "/items/0/drug") in refused(wrong, source)


@pytest.mark.parametrize(
    "request_",
    [
        "Chiropr\u00adactic tw\u200bice a we\u2060ek for 3 weeks",
        "Le\u200bft kn\u00adee brace",
        "Retro\u00adspective Soma 350mg #6\u200b0, DOS: 02\u201308\u20132014",
        "Retrospective office visit, dates of service 2\u20118\u20112014 and 03\u221209\u22122014",
    ],
)
def test_how_words_are_printed_is_no_fault(request_: str) -> None:
    """Characters of no width and dashes of other kinds change nothing that the words say."""
    assert codes_of(request_) == []
