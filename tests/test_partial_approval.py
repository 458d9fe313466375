"""The rules engine: partial approvals in all their wordings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import marked

from extractor.propose.partial import partial_approval
from extractor.text import Text

ASKED = "⟦Norco #60⟧ was the original request."
GIVEN = "⟦Norco #25⟧ was authorized by the Claims Administrator."
LEFT = "The remaining IMR eligible portion of the original request, ⟦Norco #35⟧"
OPEN = "leaving the original request IMR eligible. The original request, ⟦a cane⟧"


def parts(request: str) -> list[tuple[int, int]] | None:
    """Return where the original, the authorized and the remaining part of *request* stand."""
    text = Text.of(request)
    found = partial_approval(text, text.whole)
    return [(claim.scope.start, claim.scope.end) for claim in found] if found else None


def check(request: str) -> None:
    """Hold the parts of the marked *request* to its marks, in their order."""
    words, spans = marked(request)
    assert parts(words) == spans


@pytest.mark.parametrize(
    "asked",
    [
        ASKED,
        "⟦Norco #60⟧ were the original request.",
        "⟦Norco #60⟧ was originally requested.",
        "⟦Norco #60⟧ was requested.",
        "⟦Norco #60⟧ is the original request;",
        "⟦Norco #60⟧ was the original request, of which",
        "⟦Norco #60⟧ was the original request and",
        "The original request was for ⟦Norco #60⟧.",
        "The original request was ⟦Norco 10 mg. #60⟧.",
        "Original request: ⟦Norco #60⟧.",
    ],
)
def test_what_was_asked_first(asked: str) -> None:
    """The words before, or after, those that call them the original request."""
    check(f"{asked} {GIVEN} {LEFT}")


@pytest.mark.parametrize(
    "given_",
    [
        "⟦Norco #25⟧ was approved by the Claims Administrator.",
        "⟦Norco #25⟧ was certified by the UR reviewer.",
        "⟦Norco #25⟧ were authorized by the Claims Administrator,",
        "⟦Norco #25⟧ has been authorized by the insurance carrier.",
        "⟦Norco #25⟧ was conditionally certified by the Claims Administrator.",
        "⟦Norco #25⟧ authorized by utilization review.",
        "⟦Norco #25⟧ was authorized.",
        "The Claims Administrator authorized ⟦Norco #25⟧.",
        "The Claims Administrator has approved ⟦Norco #25⟧.",
        "The Claims Administrator modified the request to ⟦Norco #25⟧.",
        "The request was modified to ⟦Norco #25⟧ by the Claims Administrator.",
        "This was modified by UR to ⟦Norco #25⟧.",
    ],
)
def test_what_was_authorized(given_: str) -> None:
    """Whoever authorized it, and whether the words stand before or after that."""
    check(f"{ASKED} {given_} {LEFT}")


@pytest.mark.parametrize(
    "left",
    [
        "The remaining IMR eligible portion of the original request ⟦Norco #35⟧",
        "The remaining IMR eligible portion of the original request is ⟦Norco #35⟧",
        "The remaining IMR eligible portion of the original request is for ⟦Norco #35⟧",
        "The remaining IMR eligible portion of the original request is: ⟦Norco #35⟧",
        "The remaining IMR eligible portion of the original request: ⟦Norco #35⟧",
        "The remaining IMR-eligible portion(s) of the original request, ⟦Norco #35⟧",
        "The remaining portions of the original request are ⟦Norco #35⟧",
        "The remaining portion, ⟦Norco #35⟧",
        "The remaining ⟦Norco #35⟧",
        "IMR eligible portion of the original request, ⟦Norco #35⟧",
        "The original request, ⟦Norco #35⟧",
        "Remaining IMR\neligible portion of the\noriginal request, ⟦Norco #35⟧",
    ],
)
def test_what_remains(left: str) -> None:
    """The last words of the request; what leads to them, a final "is" too, is no part of them."""
    check(f"{ASKED} {GIVEN} {left}")


@pytest.mark.parametrize(
    "request_",
    [
        f"{ASKED} The Claims Administrator authorized ⟦Norco #25⟧, leaving ⟦Norco #35⟧ remaining",
        f"{ASKED} The Claims Administrator approved ⟦six⟧ leaving the remaining ⟦two⟧ IMR eligible",
        f"⟦A cane⟧ was the original request. The Claims Administrator authorized ⟦a visit⟧, {OPEN}",
        f"⟦A cane⟧ was the original request. ⟦A visit⟧ was authorized by the carrier, {OPEN}",
        f"⟦Norco #60⟧ was modified to ⟦Norco #25⟧ by the Claims Administrator. {LEFT}",
        f"{ASKED}{GIVEN}{LEFT}",
        f"{ASKED} {GIVEN} {LEFT}".lower(),
        f"{ASKED} {GIVEN} {LEFT}".upper(),
        f"{ASKED} {GIVEN} {LEFT}".replace("#", "5.5 mg. q.d. #"),
    ],
)
def test_sentences_of_other_shapes(request_: str) -> None:
    """What is left may close a sentence; case, lost blanks and a dose's full stops do not."""
    check(request_)


def test_what_was_authorized_may_be_told_first() -> None:
    """The parts are known by their words, not by their order."""
    words, [authorized, original, remaining] = marked(f"{GIVEN} {ASKED} {LEFT}")
    assert parts(words) == [original, authorized, remaining]


@pytest.mark.parametrize(
    "request_",
    [
        "Norco #60",
        "Repair of the original brace",
        "Excision of the remaining meniscus",
        "Norco #60 was the original request. Norco #25 was non-certified by UR. The remaining #35",
        "Norco #60 was the original request. Norco #25 was not certified by UR. The remaining #35",
        "Removal of the remaining screws, as approved by the surgeon",
        "Norco #60 was the original request. Norco #35 is left",
        "The Claims Administrator authorized Norco #25. The original request, Norco #60",
        "The original request was Norco #60. The remaining Norco #35",
        "Norco #60 was the original request. Norco #25 was authorized by the Claims Administrator.",
        "was the original request. was authorized by the Claims Administrator. The remaining",
        f"Norco {'#' * 4000} was the original request. Norco was authorized. The remaining Norco",
    ],
)
def test_a_request_that_does_not_tell_all_three_is_whole(request_: str) -> None:
    """Without an original, an authorized and a remaining part there is no partial approval."""
    assert parts(request_) is None


DOSE = st.lists(
    st.sampled_from(
        ["Norco", "10 mg.", "5.5mg", "q.d.", "p.r.n.", "(2 tabs)", "#60,", "DOS: 1/2/16"]
    ),
    min_size=1,
    max_size=6,
).map(lambda words: f"Drug {' '.join(words)} X")


@given(DOSE, DOSE, DOSE, st.sampled_from([" ", "\n", ""]))
def test_any_three_parts_are_read_back(first: str, second: str, third: str, gap: str) -> None:
    """Full stops, colons and parentheses within the parts do not part them."""
    check(
        f"⟦{first}⟧ was the original request.{gap}⟦{second}⟧ was authorized by the Claims "
        f"Administrator.{gap}The remaining IMR eligible portion of the original request, ⟦{third}⟧"
    )
