"""Treatments: how many visits a request asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import marked

from extractor.treatments.request import Request
from extractor.treatments.visits import visits_in

NAMES = "one two three four five six seven eight nine ten eleven twelve".split()


@pytest.mark.parametrize(
    ("request_", "visits"),
    [
        ("Massage, ⟦10 visits⟧", 10),
        ("⟦10 additional visits⟧ to the chiropractor", 10),
        ("⟦Ten (10) hand therapy sessions⟧", 10),
        ("⟦Twenty-four sessions⟧ of acupuncture", 24),
        ("⟦10 one-hour psychotherapy sessions⟧", 10),
        ("⟦10 weekly sessions⟧ of biofeedback", 10),
        ("Acupuncture ⟦1 visit⟧", 1),
        ("Acupuncture (⟦10 treatments⟧), neck", 10),
        ("Chiropractic ⟦visits: 10⟧", 10),
        ("Chiropractic visits ⟦x 10⟧", 10),
        ("Physical therapy ⟦x10⟧ for the wrist", 10),
        ("Physical therapy sessions, elbow ⟦#10⟧", 10),
        ("Physical therapy ⟦QTY: 10⟧", 10),
        ("Chiropractic ⟦10 times⟧", 10),
    ],
)
def test_a_count_of_visits(request_: str, visits: int) -> None:
    """The evidence is the run of words from the number to the word that counts."""
    check(request_, visits)


@pytest.mark.parametrize(
    ("request_", "visits"),
    [
        ("PT ⟦5x3⟧", 15),
        ("PT ⟦5 x 3⟧, knee", 15),
        ("PT ⟦5x3 weeks⟧", 15),
        ("Massage ⟦5 times 3⟧", 15),
        ("PT ⟦5x/week x 3 weeks⟧", 15),
        ("PT ⟦5x/wk x 3wks⟧", 15),
        ("PT ⟦5xwk x 3wks⟧", 15),
        ("PT ⟦5/wk for 3 wks⟧", 15),
        ("PT ⟦5 x week x 3 weeks⟧", 15),
        ("PT ⟦5w3⟧", 15),
        ("Acupuncture ⟦five (5) times weekly for three (3) weeks⟧", 15),
        ("Acupuncture ⟦five sessions per week times three weeks⟧", 15),
        ("Acupuncture ⟦once a week for 7 weeks⟧", 7),
        ("Acupuncture ⟦twice weekly x 7⟧", 14),
        ("Psychotherapy ⟦weekly for 7 weeks⟧", 7),
        ("Psychotherapy ⟦every other week for 8 weeks⟧", 4),
        ("Psychotherapy ⟦every 4 weeks for 8 weeks⟧", 2),
        ("Massage ⟦once a month for 7 months⟧", 7),
        ("Massage for ⟦3 weeks, 5 times a week⟧", 15),
        ("P.T. ⟦5 x 3⟧", 15),
        ("PT s/p shoulder injection ⟦5x3⟧", 15),
        ("Wound care ⟦5 times a week for 3 weeks⟧", 15),
        ("Massage ⟦5 times a week, right hip, for 3 weeks⟧", 15),
    ],
)
def test_so_many_times_a_week_for_so_many_weeks(request_: str, visits: int) -> None:
    """The evidence holds both numbers; months are multiplied by months only."""
    check(request_, visits)


@pytest.mark.parametrize(
    "request_",
    [
        "Massage 3 times a week for 5 weeks (⟦15 sessions⟧)",
        "Massage, ⟦15 sessions⟧ (3x5)",
        "⟦15 visits⟧ of PT at 3 per week",
        "⟦15 visits⟧ of PT over 5 weeks",
    ],
)
def test_a_count_is_preferred_to_what_it_follows_from(request_: str) -> None:
    """Where both are said and agree, the count is the evidence."""
    check(request_, 15)


def check(request: str, visits: int) -> None:
    """Hold the visits found in the marked *request* to *visits* and to the marks."""
    words, [span] = marked(request)
    found = visits_in(Request(words))
    assert found is not None
    assert (found.value, (found.start, found.end)) == (visits, span)


@pytest.mark.parametrize(
    "request_",
    [
        "Massage 2-3 times a week for 5 weeks",
        "Massage one to two times per week for 5 weeks",
        "Massage 2 times a week for 4-6 weeks",
        "Massage, 6 to 8 sessions",
        "-5+3 visits, massage",
        "Massage, 5+ visits",
        "Massage bi-weekly for 8 weeks",
        "Massage biweekly x 8",
        "Massage, sessions 7-12",
        "Massage 3 times a week for 5 weeks (10 sessions)",
        "Massage, six (8) visits",
    ],
)
def test_not_one_number_is_none(request_: str) -> None:
    """A range, and two numbers that disagree, say no number of visits."""
    assert visits_in(Request(request_)) is None


@pytest.mark.parametrize(
    "request_",
    [
        "Massage",
        "Massage for 5 weeks",
        "Massage 3 times a week",
        "Massage 3 times a week for 2 months",
        "Pain program, 80 hours",
        "Pain program, 20 days",
        "The third visit to the chiropractor",
        "The 3rd visit to the chiropractor",
    ],
)
def test_half_a_statement_is_none(request_: str) -> None:
    """Weeks, days and hours are no visits, nor is a frequency without its duration."""
    assert visits_in(Request(request_)) is None


@pytest.mark.parametrize(
    "request_",
    [
        "Norco #60",
        "Naproxen, one tablet 2 times a day for 4 weeks",
        "Trigger point injections x 3",
        "Knee X-ray, 2 views",
        "Elbow braces #2",
        "Massage chair x 1",
        "Physical therapy ball #2",
        "Home health aide, 3 visits a week for 4 weeks",
        "Nursing care 2 x 4",
    ],
)
def test_things_and_drugs_have_no_visits(request_: str) -> None:
    """Tablets, injections, views and devices are no visits; care at home is counted in hours."""
    assert visits_in(Request(request_)) is None


def test_a_number_counts_what_it_stands_with() -> None:
    """Of an injection and a therapy in one request, the number after the therapy is of visits."""
    check("Knee injection x 3, then physical therapy ⟦2x7⟧", 14)


@given(
    often=st.integers(1, 12),
    weeks=st.integers(1, 12),
    form=st.sampled_from(
        [
            "{} times a week for {} weeks",
            "{} times per week x {} weeks",
            "{}x/week x {} weeks",
            "{} x {}",
            "{}x{}",
            "{} visits weekly for {} weeks",
            "{} sessions per week times {} weeks",
        ]
    ),
    numbers=st.sampled_from(["digits", "words", "both"]),
)
def test_rendered_frequencies_are_read_back(
    often: int, weeks: int, form: str, numbers: str
) -> None:
    """So many times a week for so many weeks is their product, in digits, words or both."""
    if "x" in form:
        numbers = "digits"
    said = form.format(*(number(value, numbers) for value in (often, weeks)))
    check(f"Acupuncture ⟦{said}⟧, left ankle", often * weeks)


def number(value: int, how: str) -> str:
    """Return *value* in digits, in words, or as "three (3)"."""
    name = NAMES[value - 1]
    return {"digits": str(value), "words": name, "both": f"{name} ({value})"}[how]


@given(st.text(st.sampled_from("0123456789x#(),.-/ weksvitmora"), max_size=60))
def test_any_words_give_a_span_within_them(words: str) -> None:
    """Whatever is found is a positive number read from words of the request."""
    words = f"PT {words}"
    found = visits_in(Request(words))
    if found is not None:
        assert found.value > 0
        assert words[found.start : found.end].strip()
