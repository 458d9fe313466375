"""The validator: the parts of a partial approval and known words are the whole of the request."""

import re
from itertools import chain

import pytest
from letters import ENGINE, SHAPES, Issue, Letter, changed, item, marked, refused, value

from extractor.record import Item, Record

ASKED = "⟦Soma 350mg #60⟧ was the original request."
GIVEN = "⟦Soma 350mg #20⟧ was authorized by the Claims Administrator."
LEFT = "The remaining IMR eligible portion of the original request, ⟦Soma 350mg #40⟧"
NAMES = ("original", "authorized", "remaining")
REQUESTS = [
    f"{ASKED} {GIVEN} {LEFT}",
    f"⟦Soma 350mg #60⟧ was originally requested. {GIVEN} {LEFT}",
    f"⟦Soma 350mg #60⟧ was requested. {GIVEN} {LEFT}",
    f"⟦Soma 350mg #60⟧ was the original request, of which {GIVEN} {LEFT}",
    f"The original request was for ⟦Soma 350mg #60⟧. {GIVEN} {LEFT}",
    f"Original request: ⟦Soma 350mg #60⟧. {GIVEN} {LEFT}",
    f"{ASKED} ⟦Soma 350mg #20⟧ was partially approved by the claims adjuster. {LEFT}",
    f"{ASKED} ⟦Soma 350mg #20⟧ certified by utilization review. {LEFT}",
    f"{ASKED} ⟦Soma 350mg #20⟧ has been granted. {LEFT}",
    f"{ASKED} The insurance carrier has approved ⟦Soma 350mg #20⟧. {LEFT}",
    f"{ASKED} The request was modified to ⟦Soma 350mg #20⟧ by the Claims Administrator. {LEFT}",
    f"{ASKED} The Claims Administrator modified the request to ⟦Soma 350mg #20⟧. {LEFT}",
    f"⟦Soma 350mg #60⟧ was modified to ⟦Soma 350mg #20⟧ by the Claims Administrator. {LEFT}",
    f"{ASKED} {GIVEN} The remaining portions of the original request are ⟦Soma 350mg #40⟧",
    f"{ASKED} {GIVEN} The remaining portion, ⟦Soma 350mg #40⟧",
    f"{ASKED} {GIVEN} The remaining ⟦Soma 350mg #40⟧",
    f"{ASKED} {GIVEN} The original request, ⟦Soma 350mg #40⟧",
    f"{ASKED} The Claims Administrator authorized ⟦ten tablets⟧, leaving ⟦ten others⟧ remaining",
    (
        f"{ASKED} The Claims Administrator approved ⟦ten tablets⟧, leaving the original request "
        "IMR eligible. The original request, ⟦Soma 350mg #60⟧"
    ),
]


def letter(request: str) -> str:
    """Return a letter that decides another item first, then *request*."""
    return Letter((Issue("A wedge pillow"), Issue(request, joint=" is:  "))).write()


def part(read: Item, name: str) -> tuple[int, int]:
    """Return where a part of the item's partial approval stands."""
    found = getattr(read.partial_approval, name)
    return found.start, found.end


def refusals(record: Record, source: str, name: str, start: int, end: int) -> set[tuple[str, str]]:
    """Return what the validator refuses once the part *name* of the second item has moved."""
    moved = {**value(source, source[start:end]), "start": start, "end": end}
    wrong = changed(record, f"/items/1/partial_approval/{name}", moved)
    if name == "remaining":
        wrong = changed(wrong, "/items/1/treatment", moved)
    return {(code, path) for code, path in refused(wrong, source) if "/partial" in path}


@pytest.mark.parametrize("request_", REQUESTS)
def test_every_wording_is_verified_with_its_parts(request_: str) -> None:
    """The words around the parts are known in each of their wordings."""
    plain, spans = marked(request_)
    record = ENGINE.extract_text(letter(plain))
    read = record.items[1]
    assert record.status == "verified"
    assert read.partial_approval is not None
    said = [getattr(read.partial_approval, name).quote for name in NAMES]
    assert said == [plain[slice(*span)] for span in spans]


@pytest.mark.parametrize("shape", [*SHAPES, "bare"])
def test_where_a_request_begins_does_not_hang_on_its_wording(shape: str) -> None:
    """Lines that end with a sentence of the request are within it; unproven ones stay in doubt."""
    for words in (marked(request)[0] for request in REQUESTS):
        source = Letter((Issue("A wedge pillow"), Issue(words, joint=" is:  "))).write(shape)
        record = ENGINE.extract_text(source)
        assert [each.request.quote for each in record.items] == ["A wedge pillow", words]
        assert record.status == ("review" if shape == "bare" else "verified")


@pytest.mark.parametrize("request_", REQUESTS)
def test_no_part_is_a_word_shorter_or_longer(request_: str) -> None:
    """A word cut off a part, or taken in by it, is left over beside it, or is no part's."""
    source = letter(marked(request_)[0])
    record = ENGINE.extract_text(source)
    asked = record.items[1].request
    words = [
        (found.start() + asked.start, found.end() + asked.start)
        for found in re.finditer(r"\S+", source[asked.start : asked.end])
    ]
    edges = {edge: n for n, word in enumerate(words) for edge in word}
    for name in NAMES:
        start, end = part(record.items[1], name)
        first, last = edges[start], next(n for n, (_, stop) in enumerate(words) if stop >= end)
        moves = chain(
            [(words[first + 1][0], end), (start, words[last - 1][1])] if last > first else [],
            [(words[first - 1][0], end)] if first else [],
            [(start, words[last + 1][1])] if last + 1 < len(words) else [],
        )
        for begin, stop in moves:
            found = refusals(record, source, name, begin, stop)
            assert ("wrong_place", f"/items/1/partial_approval/{name}") in found, (name, begin)


def test_two_parts_do_not_change_places() -> None:
    """What was asked is not what was authorized."""
    source = letter(marked(REQUESTS[0])[0])
    record = ENGINE.extract_text(source)
    approval = record.model_dump(mode="json", by_alias=True)["items"][1]["partial_approval"]
    swapped = {**approval, "original": approval["authorized"], "authorized": approval["original"]}
    found = refused(changed(record, "/items/1/partial_approval", swapped), source)
    assert {code for code, _ in found} == {"wrong_place"}


@pytest.mark.parametrize(
    "request_",
    [
        (
            "Soma #60 was the original request. Soma #20 was not authorized by the Claims "
            "Administrator. The remaining portion, Soma #40"
        ),
        (
            "Soma #60 was the original request. Soma #20 was non-certified by the Claims "
            "Administrator. The remaining portion, Soma #40"
        ),
        "Soma #60 was modified to Soma #20 by the Claims Administrator",
        "Soma #60. Soma #20 was approved",
        "The original brace, repair",
    ],
)
def test_a_request_that_may_be_partial_is_looked_at(request_: str) -> None:
    """Words of a partial approval whose parts cannot be told keep the letter from passing."""
    record = ENGINE.extract_text(Letter((Issue(request_),)).write())
    assert item(record).partial_approval is None
    assert record.status == "review"


def test_a_full_stop_that_may_part_elsewhere_is_in_doubt() -> None:
    """Between parts that no words part, a second full stop leaves it open where one begins."""
    words = "The original request was Soma. Two boxes. Soma was authorized by the carrier. "
    record = ENGINE.extract_text(Letter((Issue(f"{words}The remaining box"),)).write())
    assert record.status == "review"
