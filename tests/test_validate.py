"""The validator: a correct record has no error, and one thing wrong has its code at its path."""

from collections.abc import Callable
from typing import Any

import pytest
from letters import (
    ENGINE,
    LOW_BACK,
    NO_EVIDENCE,
    Issue,
    Letter,
    changed,
    refused,
    value,
    values,
)

from extractor.findings import Code
from extractor.record import Record
from extractor.text import Text
from extractor.validate import validate

ONE_LINE = 100_000
PARTIAL = (
    "Norco #60 was the original request. Norco #25 was authorized by the Claims Administrator. "
    "The remaining IMR eligible portion of the original request, Norco #35"
)
BOTH = (
    "Decision based on MTUS Opioid Treatment 2016, Section(s): Weaning. Decision based on Non-MTUS "
    "Citation Official Disability Guidelines (ODG) Pain Chapter has the following: Not "
    "recommended. "
    "Doses are to be reduced."
)
WHY = (
    "The first note tells of a fall. The cane is medically necessary.",
    "No gain was shown. The remaining tablets are not medically necessary.",
    "He sleeps well. The pillow is not medically necessary.",
)
LETTER = Letter(
    (
        Issue("A cane", "Overturned", rationale=WHY[0]),
        Issue(PARTIAL, "Upheld", LOW_BACK, BOTH, WHY[1], joint=" is:  "),
        Issue("A pillow", "Upheld", rationale=WHY[2]),
    )
)
SOURCE = LETTER.write("empty", ONE_LINE)
RECORD = ENGINE.extract_text(SOURCE)


def test_the_correct_record_is_correct() -> None:
    """What the letter says, and nothing else, has no error."""
    assert refused(RECORD, SOURCE) == []
    assert [item.request.value for item in RECORD.items] == ["A cane", PARTIAL, "A pillow"]
    assert [item.decision.value for item in RECORD.items] == ["overturned", "upheld", "upheld"]
    assert [item.rationale and item.rationale.value for item in RECORD.items] == list(WHY)


def test_every_value_of_the_correct_record_was_looked_at() -> None:
    """A shifted span is refused at every single value: none escapes the check."""
    assert len(values(RECORD)) > 40
    data = RECORD.model_dump(by_alias=True, mode="json")
    for path in _paths(data):
        part = _at(data, path)
        wrong = changed(RECORD, path, {**part, "start": part["start"] + 1})
        assert [at for _, at in refused(wrong, SOURCE)] == [path]


def _paths(part: Any, path: str = "") -> list[str]:  # noqa: ANN401 - any part of a JSON document
    """Return the JSON Pointers of all values and citations."""
    if isinstance(part, list):
        return [found for n, each in enumerate(part) for found in _paths(each, f"{path}/{n}")]
    if not isinstance(part, dict) or path.startswith("/findings"):
        return []
    own = [path] if "quote" in part else []
    return own + [found for name, each in part.items() for found in _paths(each, f"{path}/{name}")]


def _at(data: Any, path: str) -> Any:  # noqa: ANN401 - any part of a JSON document
    for step in path.strip("/").split("/"):
        data = data[int(step)] if isinstance(data, list) else data[step]
    return data


# --- spans ---------------------------------------------------------------------------------------


def altered(path: str, **parts: object) -> Record:
    """Return the correct record with parts of one value replaced."""
    data = RECORD.model_dump(by_alias=True, mode="json")
    return changed(RECORD, path, {**_at(data, path), **parts})


@pytest.mark.parametrize(
    ("path", "parts", "code"),
    [
        ("/items/0/request", {"quote": ""}, Code.UNGROUNDED),
        ("/items/0/request", {"start": 900_000, "end": 900_006}, Code.UNGROUNDED),
        ("/items/0/request", {"end": 0}, Code.UNGROUNDED),
        ("/items/0/request", {"quote": "Sausages of Nuremberg"}, Code.UNGROUNDED),
        ("/items/0/request", {"quote": "A pillow"}, Code.WRONG_PLACE),
        ("/items/0/request", {"page": 1}, Code.WRONG_PLACE),
        ("/case/decision_date", {"quote": "11/09/2016"}, Code.WRONG_PLACE),
        ("/items/1/rationale", {"quote": WHY[1].replace(" not", "")}, Code.ALTERED_QUOTE),
        ("/items/1/rationale", {"quote": WHY[1].replace("gain", "loss")}, Code.ALTERED_QUOTE),
        ("/items/1/request", {"quote": PARTIAL.replace("#60", "#90")}, Code.ALTERED_QUOTE),
        ("/items/0/request", {"value": "A crutch"}, Code.VALUE_MISMATCH),
        ("/items/1/rationale", {"value": WHY[0]}, Code.VALUE_MISMATCH),
        ("/clinical_summary", {"value": "He is well."}, Code.VALUE_MISMATCH),
        ("/items/1/reviewer/text", {"value": "The MTUS."}, Code.VALUE_MISMATCH),
        ("/items/1/partial_approval/original", {"value": "Norco #90"}, Code.VALUE_MISMATCH),
        ("/items/1/reviewer/citations/1/excerpt", {"value": "Recommended."}, Code.VALUE_MISMATCH),
        ("/items/1/reviewer/citations/0", {"quote": "Knee Complaints"}, Code.UNGROUNDED),
    ],
)
def test_a_value_that_its_span_does_not_read(
    path: str, parts: dict[str, object], code: Code
) -> None:
    """Words that stand nowhere, elsewhere, or nearly so, and prose that says something else."""
    assert refused(altered(path, **parts), SOURCE) == [(code.value, path)]


@pytest.mark.parametrize(
    ("printed", "quoted", "kind"),
    [
        ("The cane is not necessary now", "The cane is necessary now", "negation"),
        ("It costs 20 dollars a day here", "It costs 30 dollars a day here", "number"),
        ("The denial of it is upheld today", "The denial of it is overturned today", "decision"),
    ],
)
def test_a_changed_word_that_matters_is_named(printed: str, quoted: str, kind: str) -> None:
    """An altered number, negation or decision word is called what it is."""
    source = Letter(summary=f"{printed}.").write("empty", ONE_LINE)
    record = ENGINE.extract_text(source)
    data = record.model_dump(mode="json")["clinical_summary"]
    wrong = changed(record, "/clinical_summary", {**data, "quote": f"{quoted}."})
    [finding] = [f for f in validate(wrong, Text.of(source)) if f.path == "/clinical_summary"]
    assert finding.code is Code.ALTERED_QUOTE
    assert kind in finding.message


def test_a_span_of_white_space_is_no_value() -> None:
    """A span begins and ends in words."""
    start = RECORD.items[0].request.start
    wrong = altered("/items/0/request", start=start - 1)
    assert [at for _, at in refused(wrong, SOURCE)] == ["/items/0/request"]


# --- one thing wrong -----------------------------------------------------------------------------

Corrected = tuple[str, Callable[[], object], list[tuple[str, str]]]


def v(words: str, said: object = None, nth: int = 0) -> Callable[[], object]:
    """Return a maker of the value that *words* of the letter give."""
    return lambda: value(SOURCE, words, said, nth)


def it(part: object) -> Callable[[], object]:
    """Return a maker of *part* itself."""
    return lambda: part


HEADER_CASES: list[Corrected] = [
    (
        "/case/decision_date",
        v("11/09/2016", "2016-11-09"),
        [("wrong_place", "/case/decision_date")],
    ),
    (
        "/case/decision_date",
        v("12/07/2016", "2016-12-08"),
        [("value_mismatch", "/case/decision_date")],
    ),
    ("/case/priority", v("Standard", "expedited"), [("value_mismatch", "/case/priority")]),
    ("/case/ur_denial_date", it(None), [("missing_field", "/case/ur_denial_date")]),
    ("/case/case_number", it(None), [("missing_field", "/case/case_number")]),
    (
        "/case/date_of_injury",
        v("02/20/2015", "2015-02-20", 1),
        [("wrong_place", "/case/date_of_injury")],
    ),
]
EXPERT_CASES: list[Corrected] = [
    ("/expert/licensed_in", it([]), [("uncovered_text", "/expert")]),
    ("/expert/specialties", it([]), [("uncovered_text", "/expert")]),
    (
        "/expert/specialties/1",
        v("A cane"),
        [("wrong_place", "/expert/specialties/1"), ("uncovered_text", "/expert")],
    ),
    (
        "/expert/specialties/1",
        v("Neurology", "Psychiatry"),
        [("value_mismatch", "/expert/specialties/1")],
    ),
    (
        "/expert/licensed_in/0",
        v("California", "Nevada"),
        [("value_mismatch", "/expert/licensed_in/0")],
    ),
    (
        "/expert/subspecialties",
        lambda: [value(SOURCE, "Neurology")],
        [("wrong_place", "/expert/subspecialties/0"), ("uncovered_text", "/expert")],
    ),
]
PATIENT_CASES: list[Corrected] = [
    ("/patient/age", it(None), [("missing_field", "/patient/age")]),
    ("/patient/age", v("52-year-old", 25), [("value_mismatch", "/patient/age")]),
    ("/patient/age", v("847", 847), [("wrong_place", "/patient/age")]),
    ("/patient/sex", it(None), [("missing_field", "/patient/sex")]),
    ("/patient/sex", v("female", "male"), [("value_mismatch", "/patient/sex")]),
    ("/patient/sex", v("baker", "female"), [("wrong_place", "/patient/sex")]),
    (
        "/patient/date_of_injury",
        v("02/20/2015", "2015-02-21", 1),
        [("value_mismatch", "/patient/date_of_injury")],
    ),
    (
        "/patient/date_of_injury",
        v("02/20/2015", "2015-02-20"),
        [("wrong_place", "/patient/date_of_injury")],
    ),
    (
        "/patient/date_of_injury",
        v("10/19/2016", "2016-10-19", 1),
        [("wrong_place", "/patient/date_of_injury")],
    ),
    ("/patient/ur_date", v("10/19/2016", "2016-10-19"), [("wrong_place", "/patient/ur_date")]),
    ("/patient/ur_date", v("02/20/2015", "2015-02-20", 1), [("wrong_place", "/patient/ur_date")]),
    (
        "/patient/ur_date",
        v("10/19/2016", "2016-10-18", 1),
        [("value_mismatch", "/patient/ur_date")],
    ),
    ("/patient/diagnosis_codes", it([]), [("missing_field", "/patient/diagnosis_codes")]),
    (
        "/patient/diagnosis_codes/0",
        v("847.2", "847.3"),
        [("value_mismatch", "/patient/diagnosis_codes/0")],
    ),
    ("/clinical_summary", it(None), [("missing_field", "/clinical_summary")]),
    (
        "/clinical_summary",
        v("The injured worker is a 52-year-old female baker"),
        [("uncovered_text", "/clinical_summary")],
    ),
    ("/clinical_summary", v("CLINICAL CASE SUMMARY"), [("wrong_place", "/clinical_summary")]),
]
ITEM_CASES: list[Corrected] = [
    (
        "/items/0/decision",
        v("Overturned", "upheld"),
        [("value_mismatch", "/items/0/decision"), ("value_mismatch", "/outcome")],
    ),
    ("/outcome", it("upheld"), [("value_mismatch", "/outcome")]),
    ("/outcome", it(None), [("value_mismatch", "/outcome")]),
    ("/items/0/rationale", it(None), [("missing_field", "/items/0/rationale")]),
    ("/items/0/reviewer", it(None), [("missing_field", "/items/0/reviewer/text")]),
    (
        "/items/0/claims_administrator",
        it(None),
        [("missing_field", "/items/0/claims_administrator/text")],
    ),
    ("/items/2/number", it(7), [("wrong_place", "/items/2/number")]),
    ("/items/0/conclusion", it(None), [("missing_field", "/items/0/conclusion")]),
    (
        "/items/0/conclusion",
        v("The cane is medically necessary.", "not_necessary"),
        [("value_mismatch", "/items/0/conclusion")],
    ),
    (
        "/items/0/conclusion",
        v("The first note tells of a fall.", "necessary"),
        [("wrong_place", "/items/0/conclusion")],
    ),
    (
        "/items/0/conclusion",
        v("The pillow is not medically necessary.", "not_necessary"),
        [("wrong_place", "/items/0/conclusion")],
    ),
    ("/items/0/treatment", v("cane"), [("wrong_place", "/items/0/treatment")]),
    ("/items/1/treatment", v("Norco #25"), [("wrong_place", "/items/1/treatment")]),
    ("/items/1/treatment", v(PARTIAL), [("wrong_place", "/items/1/treatment")]),
    (
        "/items/1/partial_approval/original",
        v("Norco #25"),
        [("wrong_place", "/items/1/partial_approval/original")],
    ),
    (
        "/items/1/partial_approval/authorized",
        v("Norco #60"),
        [("wrong_place", "/items/1/partial_approval/authorized")],
    ),
]
CITATION = "/items/1/reviewer/citations"
CITATION_CASES: list[Corrected] = [
    (
        "/items/0/claims_administrator/cites",
        it("mtus"),
        [("value_mismatch", "/items/0/claims_administrator/cites")],
    ),
    ("/items/1/reviewer/cites", it("mtus"), [("value_mismatch", "/items/1/reviewer/cites")]),
    ("/items/1/reviewer/cites", it("unclear"), [("value_mismatch", "/items/1/reviewer/cites")]),
    (f"{CITATION}/0/labelled", it("non_mtus"), [("value_mismatch", f"{CITATION}/0/labelled")]),
    (f"{CITATION}/0/labelled", it(None), [("value_mismatch", f"{CITATION}/0/labelled")]),
    (f"{CITATION}/0/title", it("Opium Treatment"), [("value_mismatch", f"{CITATION}/0")]),
    (f"{CITATION}/0/title", it(None), [("value_mismatch", f"{CITATION}/0")]),
    (f"{CITATION}/0/year", it(2017), [("value_mismatch", f"{CITATION}/0")]),
    (f"{CITATION}/0/sections", it([]), [("value_mismatch", f"{CITATION}/0")]),
    (f"{CITATION}/0/sections", it(["Weaning", "Weaning"]), [("value_mismatch", f"{CITATION}/0")]),
    (f"{CITATION}/0/pages", it(["12"]), [("value_mismatch", f"{CITATION}/0")]),
    (f"{CITATION}/0/url", it("http://www.odg.example"), [("value_mismatch", f"{CITATION}/0")]),
    (f"{CITATION}/1/excerpt", it(None), [("uncited_text", "/items/1/reviewer")]),
    (f"{CITATION}/1/excerpt", v("Not recommended."), [("uncited_text", "/items/1/reviewer")]),
]
ALL_CASES = [*HEADER_CASES, *EXPERT_CASES, *PATIENT_CASES, *ITEM_CASES, *CITATION_CASES]


@pytest.mark.parametrize(("path", "made", "expected"), ALL_CASES)
def test_one_thing_wrong(
    path: str, made: Callable[[], object], expected: list[tuple[str, str]]
) -> None:
    """A value of another place, another value, or none: its code at its path, in no other part."""
    found = refused(changed(RECORD, path, made()), SOURCE)
    assert set(expected) <= set(found)
    assert {part_of(at) for _, at in found} <= {part_of(at) for _, at in expected}


def part_of(path: str) -> str:
    """Return the part of the record that a path is in: an item, or one of the others."""
    return "/".join(path.split("/")[: 3 if path.startswith("/items/") else 2])


@pytest.mark.parametrize(
    ("path", "words", "code"),
    [
        ("request", "cane", "uncovered_text"),
        ("request", "A ca", "wrong_place"),
        ("rationale", "The first note tells of a fall.", "uncovered_text"),
        ("rationale", "The cane is medically necessary.", "uncovered_text"),
        ("rationale", WHY[2], "wrong_place"),
        ("rationale", f"Decision rationale: {WHY[0]}", "wrong_place"),
        ("reviewer/text", NO_EVIDENCE, "wrong_place"),
        ("claims_administrator/text", LOW_BACK, "wrong_place"),
    ],
)
def test_a_part_reaches_from_its_label_to_the_next_anchor(path: str, words: str, code: str) -> None:
    """No less and no more than what stands between the anchors; a label is no part of a value."""
    nth = 1 if words == LOW_BACK else 0
    made = value(SOURCE, words, nth=nth)
    wrong = changed(RECORD, f"/items/0/{path}", made)
    assert (code, f"/items/0/{path}") in refused(wrong, SOURCE)


def test_a_request_that_reaches_back_over_a_break() -> None:
    """The last words of the rationale before it are no part of a request."""
    text = SOURCE[SOURCE.index("The remaining tablets are") : SOURCE.index("A pillow") + 8]
    wrong = changed(RECORD, "/items/2/request", value(SOURCE, text))
    assert ("wrong_place", "/items/2/request") in refused(wrong, SOURCE)


def test_a_request_that_takes_its_decision_along() -> None:
    """The decision word is no part of the request."""
    wrong = changed(RECORD, "/items/2/request", value(SOURCE, "A pillow:  Upheld"))
    assert ("wrong_place", "/items/2/request") in refused(wrong, SOURCE)


# --- items ---------------------------------------------------------------------------------------


def items(*numbers: int) -> Record:
    """Return the record with the items of these numbers, in this order, counted anew."""
    data = RECORD.model_dump(by_alias=True, mode="json")["items"]
    kept = [{**data[number], "number": n} for n, number in enumerate(numbers, 1)]
    return changed(RECORD, "/items", kept)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0, 1), ("missing_item", "/items")),
        ((1, 2), ("missing_item", "/items")),
        ((), ("missing_item", "/items")),
        ((0, 1, 2, 2), ("duplicate_item", "/items/3")),
        ((1, 0, 2), ("wrong_place", "/items")),
    ],
)
def test_one_item_for_each_anchor_in_order(
    numbers: tuple[int, ...], expected: tuple[str, str]
) -> None:
    """An item left out, listed twice or out of its order is found from the letter's own anchors."""
    assert expected in refused(items(*numbers), SOURCE)


def test_an_item_that_no_anchor_carries() -> None:
    """A decision word in a rationale decides nothing."""
    letter = Letter(
        (Issue(rationale="The judge said: Upheld it is. It is not medically necessary."),)
    )
    source = letter.write("empty", ONE_LINE)
    record = ENGINE.extract_text(source)
    wrong = changed(record, "/items/0/decision", value(source, "Upheld", "upheld", 1))
    found = refused(wrong, source)
    assert ("extra_item", "/items/0") in found
    assert ("missing_item", "/items") in found


def test_a_citation_left_out_is_uncited_text() -> None:
    """What is left of a guideline field after its citations must be boilerplate."""
    citations = RECORD.model_dump(by_alias=True, mode="json")["items"][1]["reviewer"]["citations"]
    wrong = changed(RECORD, "/items/1/reviewer/citations", citations[:1])
    found = refused(wrong, SOURCE)
    assert ("uncited_text", "/items/1/reviewer") in found
    wrong = changed(RECORD, "/items/1/reviewer/citations", citations[1:])
    assert ("uncited_text", "/items/1/reviewer") in refused(wrong, SOURCE)


def test_citations_stand_in_their_field_and_in_order() -> None:
    """A citation of another field, or before the one before it, is out of its place."""
    data = RECORD.model_dump(by_alias=True, mode="json")["items"]
    swapped = changed(RECORD, CITATION, data[1]["reviewer"]["citations"][::-1])
    assert ("wrong_place", f"{CITATION}/1") in refused(swapped, SOURCE)
    foreign = changed(RECORD, CITATION, data[0]["reviewer"]["citations"])
    assert ("wrong_place", f"{CITATION}/0") in refused(foreign, SOURCE)


def test_an_excerpt_follows_its_citation() -> None:
    """An excerpt from outside the field is out of its place."""
    wrong = changed(RECORD, f"{CITATION}/1/excerpt", value(SOURCE, WHY[1]))
    assert ("wrong_place", f"{CITATION}/1/excerpt") in refused(wrong, SOURCE)


def test_a_citation_does_not_run_over_the_next_statement() -> None:
    """Two citations taken for one are refused."""
    words = BOTH.removeprefix("Decision based on MTUS ").partition(" has the")[0]
    data = RECORD.model_dump(by_alias=True, mode="json")["items"][1]["reviewer"]["citations"]
    whole = value(SOURCE, words)
    merged = {**data[0], **{name: whole[name] for name in ("quote", "start", "end")}}
    wrong = changed(RECORD, CITATION, [{**merged, "excerpt": data[1]["excerpt"]}])
    assert ("wrong_place", f"{CITATION}/0") in refused(wrong, SOURCE)


def test_a_partial_approval_left_out_is_missed() -> None:
    """A request that names an original request has three parts."""
    wrong = changed(RECORD, "/items/1/partial_approval", None)
    found = refused(wrong, SOURCE)
    assert ("missing_field", "/items/1/partial_approval") in found
    assert ("wrong_place", "/items/1/treatment") in found


def test_a_remaining_part_that_is_cut() -> None:
    """What remains goes on to the request's last word."""
    cut = value(SOURCE, "Norco #35")
    cut = {**cut, "quote": "Norco", "value": "Norco", "end": cut["start"] + 5}
    wrong = changed(
        changed(RECORD, "/items/1/partial_approval/remaining", cut), "/items/1/treatment", cut
    )
    assert refused(wrong, SOURCE) == [
        ("wrong_place", "/items/1/partial_approval/remaining"),
        ("disagreement", "/items/1/drug"),
    ]


def test_a_span_far_longer_than_its_quote_is_refused() -> None:
    """A span is not read, and kept in memory, whose quote it cannot be."""
    padded = SOURCE + " " * 500_000
    wide = {**value(SOURCE, "Norco #35"), "end": len(padded)}
    wrong = changed(ENGINE.extract_text(padded), "/items/1/treatment", wide)
    assert ("ungrounded", "/items/1/treatment") in refused(wrong, padded)


@pytest.mark.parametrize(
    "sentence",
    [
        "There is a fracture of the heel, healed by 9/3/13.",
        "An imaging report of 9/3/13 describes no fracture.",
        "The fracture was repaired on 9/3/13.",
    ],
)
def test_what_came_of_an_injury_is_not_its_date(sentence: str) -> None:
    """A day of healing, of an image or of a repair is no date of injury, whatever it is of."""
    letter = Letter((Issue(),), header="", summary=f"The worker is a 31 year old man. {sentence}")
    source = letter.write("spaced")
    day = value(source, "9/3/13", "2013-09-03")
    wrong = changed(ENGINE.extract_text(source), "/patient/date_of_injury", day)
    assert {path for _, path in refused(wrong, source)} == {"/patient/date_of_injury"}
