"""Letters that decide in numbered sentences or lists: what opens an item, and where they stand."""

import pytest
from letters import ENGINE, ISSUES_LEAD, PROSE_CREDENTIALS, STORY, SUMMARY_LEAD, codes, written

from extractor.record import Record

MTUS = "the ACOEM Practice Guidelines, Chapter 12, which is part of the MTUS."
NO = "is not medically necessary and appropriate"


def sentences(*items: tuple[str, str]) -> list[str]:
    """Return a letter of 2014 whose items are each an opening and a rationale."""
    letter = [
        "MAXIMUS FEDERAL SERVICES, INC.\nIndependent Medical Review",
        f"HOW THE IMR FINAL DETERMINATION WAS MADE\n{PROSE_CREDENTIALS}",
        "DOCUMENTS REVIEWED\nThe records of the provider.",
        f"CLINICAL CASE SUMMARY\n{SUMMARY_LEAD}",
        STORY,
        f"IMR DECISION(S) AND RATIONALE(S)\n{ISSUES_LEAD}",
    ]
    for opening, rationale in items:
        letter += [
            f"{opening} {NO}.",
            f"The Claims Administrator based its decision on {MTUS}",
            f"The Physician Reviewer based his/her decision on {MTUS}",
            f"The Physician Reviewer's decision rationale:\n{rationale}",
        ]
    return letter


def notice(*requests: str, dated: str = "Dated: 9/26/2013") -> list[str]:
    """Return a notice of 2013 that lists *requests* twice and then has a passage for each."""
    decided = [
        f"{n}) MAXIMUS Federal Services, Inc. has determined the request for {request} {NO}."
        for n, request in enumerate(requests, 1)
    ]
    passages = [
        paragraph
        for n, request in enumerate(requests, 1)
        for paragraph in (
            f"{n}) Regarding the request for {request}:",
            f"The Claims Administrator based its decision on {MTUS}",
            f"The Expert Reviewer relied on {MTUS}",
            "Rationale for the Decision:\nHe sleeps well. It is not medically necessary.",
        )
    ]
    return [
        f"Notice of Independent Medical Review Determination\n{dated}",
        *decided,
        "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE",
        *decided,
        f"Medical Qualifications of the Expert Reviewer:\n{PROSE_CREDENTIALS}",
        f"Case Summary:\n{STORY}",
        "Documents Reviewed for Determination:\nThe records of the provider.",
        *passages,
    ]


def read(paragraphs: list[str], width: int = 92) -> tuple[Record, list[str]]:
    """Return the record of a letter, and its requests."""
    record = ENGINE.extract_text(written(paragraphs, width=width))
    return record, [item.request.quote for item in record.items]


@pytest.mark.parametrize(
    "rationale",
    [
        "It is in Chapter 11, page 2. The request for the walker is not medically necessary.",
        "So says Chapter 11, page\n266. The request for the walker is not medically necessary.",
        "So says Chapter 11,\n9. The request for the walker is not medically necessary.",
    ],
)
def test_a_number_within_a_sentence_opens_no_item(rationale: str) -> None:
    """An item's number begins its line and follows the one before; a page's number does not."""
    record, requests = read(
        sentences(("1. The request for a walker", rationale), ("2. The request for a cane", "No."))
    )
    assert requests == ["walker", "cane"]
    assert record.items[0].rationale is not None
    assert record.items[0].rationale.quote == " ".join(rationale.split())
    assert codes(record) == []


def test_items_out_of_number_are_looked_at() -> None:
    """What opens an item counts whatever its number; the gap is told."""
    why = "It is not medically necessary."
    record, requests = read(
        sentences(("1. The request for a walker", why), ("3. The request for a cane", why))
    )
    assert requests == ["walker", "cane"]
    assert "missing_item" in codes(record)


@pytest.mark.parametrize("comma", [",", ",\n", " ,"])
def test_a_comma_before_the_decision_is_not_of_the_request(comma: str) -> None:
    """A request ends before the comma that parts it from the deciding words."""
    why = "It is not medically necessary."
    wanted = "walker, for use at home"
    for plain in (sentences((f"1. The request for a {wanted}", why)), notice(f"a {wanted}")):
        letter = [paragraph.replace(f" {NO}.", f"{comma} {NO}.") for paragraph in plain]
        record, requests = read(letter)
        assert (requests, codes(record)) == ([wanted], [])


@pytest.mark.parametrize("request_", ["Bed rental, DOS 9/1/2013", "Bed rental, DOS: 9/1/2013"])
def test_a_header_ends_where_decisions_are_listed(request_: str) -> None:
    """A date of a request below the header is none of the header's."""
    record, requests = read(notice(request_))
    assert record.case.decision_date is not None
    assert record.case.decision_date.quote == "9/26/2013"
    assert requests == [request_]
    assert codes(record) == []


def test_a_date_below_the_header_is_not_the_letters() -> None:
    """A label without a date takes none from the list below it."""
    record, _ = read(notice("Bed rental, DOS: 9/1/2013", dated="Dated:"))
    assert record.case.decision_date is None
    assert "missing_field" in codes(record)


@pytest.mark.parametrize("width", [70, 79, 84, 92, 110])
@pytest.mark.parametrize(
    "request_", ["Norco 5/325mg qty: 90", "Bed, type: soft, days: 30, as of 4/14/2013", "X: y: z"]
)
def test_a_request_may_hold_colons_wherever_lines_end(request_: str, width: int) -> None:
    """The passage names its request again, whatever colons and line ends that has."""
    record, requests = read(notice(request_, "Walker"), width)
    assert requests == [request_, "Walker"]
    assert [item.rationale is not None for item in record.items] == [True, True]
    assert codes(record) == []


def test_a_passage_on_another_request_is_a_missing_item() -> None:
    """Passages must name the decided requests, all of them, in their order."""
    letter = [each.replace("Regarding the request for Cane", "Regarding the request for Chair")
              for each in notice("Walker", "Cane")]  # fmt: skip
    assert "missing_item" in codes(read(letter)[0])


def test_a_request_named_again_in_prose_opens_no_passage() -> None:
    """Only the passage of the next request opens one."""
    letter = [each.replace("He sleeps well.", "Regarding the request for rest: he sleeps well.")
              for each in notice("Walker", "Cane")]  # fmt: skip
    record, requests = read(letter)
    assert (requests, codes(record)) == (["Walker", "Cane"], [])
