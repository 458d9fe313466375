"""An observation: the deciding sentence names another treatment than the request."""

from itertools import product

import pytest
from letters import ENGINE, Issue, Letter

from extractor.findings import Code, Finding
from extractor.record import Record

NORCO = "Norco 10/325mg #60"
PARTIAL = (
    "Norco 10/325mg #60 was the original request. Norco 10/325mg #25 was authorized by the Claims "
    "Administrator. The remaining IMR eligible portion of the original request, Norco 10/325mg #35"
)


def letter(*decided: tuple[str, str]) -> tuple[Record, str]:
    """Return the record and the text of a letter: each request with its deciding sentence."""
    issues = [
        Issue(request, rationale=f"The pain has not changed. {sentence}")
        for request, sentence in decided
    ]
    source = Letter(tuple(issues)).write("empty", 100_000)
    return ENGINE.extract_text(source), source


def noticed(record: Record) -> list[Finding]:
    """Return the findings that the deciding sentence names another treatment."""
    other = Code.CONCLUSION_NAMES_OTHER_TREATMENT
    return [finding for finding in record.findings if finding.code is other]


def is_noticed(request: str, sentence: str) -> bool:
    """Say whether another treatment is noticed; the sentence must be the one that decides."""
    record, _ = letter((request, sentence))
    conclusion = record.items[0].conclusion
    assert conclusion is not None
    assert conclusion.quote == sentence
    return bool(noticed(record))


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (NORCO, "The request for Ultram 50mg is not medically necessary."),
        (NORCO, "Soma is not medically necessary."),
        (NORCO, "The requested Norco 5/325 mg #60 is not medically necessary."),
        (NORCO, "Norco 10/325mg #90 is not medically necessary."),
        (NORCO, "Therefore, the request for hydrocodone #120 is medically necessary."),
        ("Voltaren gel 1% 100gm", "The request for Voltaren gel 2% is not medically necessary."),
        ("Right knee brace", "As such, the left knee brace is not medically necessary."),
        ("MRI, left shoulder", "The request for MRI of the right shoulder is medically necessary."),
        ("Right L4-5 injection", "The left L4-5 injection is not medically necessary."),
        ("Lumbar block L4-5", "The requested block at L2-L3 is not medically necessary."),
        (PARTIAL, "The request for Norco 10/325mg #90 is not medically necessary."),
        ("Prilosec 40mg #20", "The request for omeprazole 20mg is not medically necessary."),
        ("Cymbalta 30mg, #60", "The request for duloxetine #30 is not medically necessary."),
    ],
)
def test_another_treatment_is_noticed(request_: str, sentence: str) -> None:
    """Another drug, strength, quantity, side or level than any that the request names."""
    assert is_noticed(request_, sentence)


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (NORCO, "The request for hydrocodone/acetaminophen is not medically necessary."),
        (NORCO, "The request for Vicodin 10/325 mg, sixty tablets is not medically necessary."),
        (NORCO, "The request for Norco 10-325 mg #60 is not medically necessary."),
        (NORCO, "The request for acetaminophen with hydrocodone is not medically necessary."),
        ("Norco 10mg #60", "The request for Norco 10/325mg #60 is not medically necessary."),
        ("Mobic 7.5mg #30", "The request for meloxicam is medically necessary."),
        ("Lidocaine patch 5% #30", "The request for Lidoderm is not medically necessary."),
        ("Lumbar block L4-5", "The request for a block at L4-L5 is not medically necessary."),
        ("Lumbar block L4-5", "The request for a block at L5-S1 is not medically necessary."),
        ("Left knee brace", "The request for braces, both knees, is not medically necessary."),
        ("Left knee brace", "The request for a knee brace is not medically necessary."),
        ("Left knee brace", "The request for a right wrist brace is not medically necessary."),
        ("Knee brace", "The request for a left knee brace is not medically necessary."),
        (PARTIAL, "The request for Norco 10/325mg #25 is not medically necessary."),
        (PARTIAL, "The request for Norco 10/325mg #35 is not medically necessary."),
        (PARTIAL, "The request for Norco 10/325mg #60 is not medically necessary."),
    ],
)
def test_the_same_in_other_words_is_the_same(request_: str, sentence: str) -> None:
    """Brand and generic, levels that share a vertebra, parts of a partial approval, and less."""
    assert not is_noticed(request_, sentence)


PASSING = [
    "Since naproxen has failed, {} is not medically necessary.",
    "As naproxen has failed the request is not medically necessary.",
    "The request for {} is not medically necessary since the patient continues to use Percocet.",
    "The patient takes gabapentin 300mg #90, therefore the request for {} is medically necessary.",
    "Without a trial of baclofen 10mg, the request for {} is not medically necessary.",
    "The request for {}, to be taken with naproxen 500 mg, is medically necessary.",
    "With pain of the other knee and a scan that shows L1-2, {} is not medically necessary.",
    "As the right knee, left shoulder and L2-3 are painless, the request is medically necessary.",
    "Concurrent use of ibuprofen 800mg is noted, thus {} is not medically necessary.",
]


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [*product([NORCO, "Left knee brace", "Right shoulder sling", "Lumbar block L4-5"], PASSING)],
)
def test_what_is_named_in_passing_decides_nothing(request_: str, sentence: str) -> None:
    """Other drugs, sides and levels that the sentence gives as a reason are no decision on them."""
    assert not is_noticed(request_, sentence.format(request_))


@pytest.mark.parametrize(
    "sentence",
    [
        "The request is not medically necessary.",
        "Therefore, the request is medically necessary.",
        "Based on the above, the current request is not medically necessary.",
    ],
)
def test_a_sentence_that_names_nothing_is_not_odd(sentence: str) -> None:
    """A request that is decided as "the request" is the request."""
    assert not is_noticed(NORCO, sentence)


def test_each_item_is_held_to_its_own_sentence() -> None:
    """Only the item whose sentence decides another treatment is noticed, and both are quoted."""
    said = "The request for Soma is not medically necessary."
    record, source = letter(
        ("Soma 350mg #60", said),
        (NORCO, said),
        ("Left knee brace", "The request for a left knee brace is not medically necessary."),
    )
    [finding] = noticed(record)
    assert finding.path == "/items/1/conclusion"
    assert [source[each.start : each.end] for each in finding.related] == [said, NORCO]
    assert record.status == "verified"


def test_several_drugs_may_be_decided_in_one_sentence() -> None:
    """A sentence that decides the drug among others decides it."""
    assert not is_noticed(NORCO, "The requests for Soma and Norco are not medically necessary.")


def test_other_treatments_are_not_held_to_drugs() -> None:
    """A drug named with what is no drug is no other treatment."""
    sentence = "The request for a brace and for Norco is not medically necessary."
    assert not is_noticed("Left knee brace", sentence)
