"""The rules engine: requests and partial approvals."""

import pytest
from letters import (
    ENGINE,
    Issue,
    Letter,
    codes,
    marked,
    places,
    read,
)

from extractor.record import Record
from extractor.text import collapse

LONG = (
    "Physical therapy for the lumbar spine and both hips, two visits in each week over a course of "
    "six weeks, with an evaluation before and after, exercises for home, heat, ice, and a report "
    "to the primary treating physician at the end of each three weeks of the course"
)


# --- the request ---------------------------------------------------------------------------------


def second_request(request: str, joint: str = ":  ", shape: str = "spaced") -> tuple[Record, str]:
    """Return the record of a letter whose second item's request is *request*, and its quote."""
    issues = (Issue(), Issue(f"⟦{request}⟧", joint=joint), Issue("Cane"))
    source, [span] = marked(Letter(issues=issues).write(shape))
    record = ENGINE.extract_text(source)
    assert places(record.items[1].request) == [span]
    return record, record.items[1].request.value


@pytest.mark.parametrize("shape", ["spaced", "empty", "crlf"])
@pytest.mark.parametrize(
    "request_",
    [
        "MRI",
        "Second opinion: Orthopedic Consult - lumbar spine",
        "Pre-op labs: CBC",
        "Ibuprofen 600mg, day supply: 30",
        "Massage, DOS: 11/11/2016",
        "Retro: TENS: pads: four packs",
        "Tramadol 50mg (1 tab p.o. b.i.d.) #60",
        "1. MRI of the knee",
        "(2) Walkers",
        "Is it a walker",
        LONG,
    ],
)
def test_a_request_is_the_heading_as_printed(request_: str, shape: str) -> None:
    """Up to the colon before the decision word; colons of its own, and lines, belong to it."""
    record, value = second_request(request_, shape=shape)
    assert (value, record.status) == (request_, "verified")


@pytest.mark.parametrize(
    "joint",
    [
        ":  ", ": ", ":", " : ", ":\n", ": \n", " is: ", " is:  ", " is:\n", " is ",
        ", is: ", ", is:  ", ", is:\n", ", ", ",  ",
    ],
)  # fmt: skip
def test_what_joins_request_and_decision_is_no_part_of_either(joint: str) -> None:
    """A final "is", a comma and the colon are dropped; the decision may have its own line."""
    record, value = second_request("Norco #35", joint)
    assert (value, record.items[1].decision.quote) == ("Norco #35", "Upheld")
    assert record.status == "verified"


@pytest.mark.parametrize(("word", "value"), [("Upheld", "upheld"), ("Overturned", "overturned")])
def test_the_decision_is_its_word(word: str, value: str) -> None:
    """The quote of a decision is the word alone."""
    record, [quote] = read(Letter((Issue(decision=f"⟦{word}⟧"),)).write())
    assert [(item.decision.value, item.decision.quote) for item in record.items] == [(value, quote)]


def test_the_first_request_begins_where_its_section_does() -> None:
    """The first request needs no break before it: the lead ends there."""
    record, [quote] = read(Letter((Issue("⟦Lumbar brace, custom⟧"),)).write("bare"))
    assert (record.items[0].request.quote, record.status) == (quote, "verified")


def test_without_breaks_a_request_is_doubtful() -> None:
    """Where no blank line stands a guess is made from the lines, and a person must look."""
    record, [quote] = read(Letter((Issue(), Issue("⟦Cane⟧"))).write("bare"))
    assert record.items[1].request.quote == quote
    assert codes(record) == ["uncertain_boundary"]


@pytest.mark.parametrize("edge", ["\f", " \f", "\n\f", "\n\n\f\n"])
def test_a_request_may_cross_a_page(edge: str) -> None:
    """After a proven break, a line that goes on in lower case on the next page belongs to it."""
    letter = Letter((Issue(), Issue("Physical therapy for the hip and|lumbar spine, six visits")))
    record = ENGINE.extract_text(letter.write().replace("|", edge))
    request = record.items[1].request
    assert request.value == "Physical therapy for the hip and lumbar spine, six visits"
    assert (request.page, record.items[1].decision.page, record.status) == (1, 2, "verified")


@pytest.mark.parametrize("edge", ["\f", " \n\f", "\n\n\f"])
def test_a_request_at_the_head_of_a_page_is_doubtful(edge: str) -> None:
    """At a page edge nothing proves that the rationale before it is over."""
    [head, _, tail] = Letter((Issue(), Issue("Cane"))).write("empty").partition("Cane")
    record = ENGINE.extract_text(f"{head.rstrip()}{edge}Cane{tail}")
    assert record.items[1].request.value == "Cane"
    assert codes(record) == ["uncertain_boundary"]


def test_a_label_may_follow_a_page_edge_directly() -> None:
    """A label after a page edge without a line end is a label."""
    source = Letter().write().replace("MAXIMUS guideline", "\fMAXIMUS guideline")
    record = ENGINE.extract_text(source)
    assert record.status == "verified"
    assert record.items[0].reviewer is not None
    assert (record.items[0].request.page, record.items[0].reviewer.text.page) == (1, 2)


# --- partial approvals ---------------------------------------------------------------------------

ASKED = "⟦Norco #60⟧ was the original request."
GIVEN = "⟦Norco #25⟧ was authorized by the Claims Administrator."
LEFT = "The remaining IMR eligible portion of the original request, ⟦Norco #35⟧"


@pytest.mark.parametrize("joint", [":  ", " is:  ", ", is: "])
@pytest.mark.parametrize(
    "request_",
    [
        f"{ASKED} {GIVEN} {LEFT}",
        f"{ASKED} {GIVEN} {LEFT.replace('request,', 'request')}",
        f"{ASKED} {GIVEN} {LEFT.replace('IMR eligible', 'IMR-eligible')}",
        f"{ASKED} {GIVEN.replace('authorized', 'approved')} {LEFT}",
        f"{ASKED} {GIVEN.replace('authorized', 'certified')} {LEFT}",
        ("⟦Twelve visits⟧ were the original request. ⟦Six visits⟧ were authorized by the Claims "
        "Administrator. The remaining IMR eligible portion of the original request, ⟦six visits⟧"),
        ("⟦A pain program, 80 hours⟧ was the original request. The Claims Administrator authorized "
        "⟦an evaluation⟧, leaving the original request IMR eligible. The original request, ⟦a pain "
        "program, 80 hours⟧"),
        ("⟦Norco 10/325 mg. #60, p.r.n.⟧ was the original request. ⟦Norco 10/325 mg. #25⟧ was "
        "authorized by the Claims Administrator. The remaining IMR eligible portion of the "
        "original "
        "request, ⟦Norco 10/325 mg. #35⟧"),
    ],
)  # fmt: skip
def test_a_partial_approval_in_every_wording(request_: str, joint: str) -> None:
    """What was asked, what was authorized and what remains; what remains is decided."""
    source, spans = marked(Letter((Issue(), Issue(request_, joint=joint), Issue("Cane"))).write())
    record = ENGINE.extract_text(source)
    item = record.items[1]
    partial = item.partial_approval
    assert partial is not None
    assert places((partial.original, partial.authorized, partial.remaining)) == spans
    assert places(item.treatment) == spans[2:]
    assert item.request.value == collapse(marked(request_)[0])
    assert record.status == "verified"


@pytest.mark.parametrize(
    "request_",
    [
        "Norco #60",
        "A second original of the X-ray film, on request",
        "Repair of the original brace",
    ],
)
def test_a_whole_request_is_its_own_treatment(request_: str) -> None:
    """Without the words of a partial approval the treatment is the request."""
    record, _ = second_request(request_)
    item = record.items[1]
    assert item.partial_approval is None
    assert places(item.treatment) == places(item.request)


@pytest.mark.parametrize(
    "request_",
    [
        "Norco #60 was the original request. Norco #35 is left",
        "The Claims Administrator authorized Norco #25. The original request, Norco #60",
        "The original request was Norco #60. The remaining Norco #35",
    ],
)
def test_a_partial_approval_not_understood_is_looked_at(request_: str) -> None:
    """A request that names an original request is verified only when its parts were read."""
    record = ENGINE.extract_text(Letter((Issue(), Issue(request_))).write())
    assert record.items[1].partial_approval is None
    assert "missing_field" in codes(record)
