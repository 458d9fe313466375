"""The scoring, on planted errors: one known error in a record, and the exact numbers it costs."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from evals.scoring.align import align, item_likeness
from evals.scoring.equal import place_of
from evals.scoring.fields import CITATION, ITEM, LETTER, NOT_SCORED
from evals.scoring.letters import LetterScore, score_letter, total
from evals.scoring.marks import Counts
from extractor.findings import Code
from extractor.record import Record

Data = dict[str, Any]

LETTER_TEXT = """\
Case Number: CM16-0700001
Reviewer: Pain Medicine, Neurology; California
A 44-year-old woman strained her neck.
Cervical traction unit: Upheld
Administrator: ACOEM Chapter 8 Neck and Upper Back Complaints Page(s): 173, 181.
Reviewer: ODG Neck Chapter, Traction.
Rationale: No trial was documented. It is not medically necessary.
Gabapentin 300mg #90: Overturned
Administrator: ODG Pain Chapter.
Reviewer: ODG Pain Chapter.
Rationale: Neuropathy is documented. It is medically necessary.
Cervical pillow: Upheld
Administrator: none.
Reviewer: none.
Rationale: No trial was documented. It is not medically necessary.
"""


def words(quote: str, value: object = None, nth: int = 0) -> Data:
    """Return the value that the *nth* occurrence of *quote* in the letter gives."""
    start = -1
    for _ in range(nth + 1):
        start = LETTER_TEXT.index(quote, start + 1)
    end = start + len(quote)
    value = quote if value is None else value
    return {"value": value, "quote": quote, "start": start, "end": end, "page": None}


def citation(quote: str, nth: int = 0, **parts: object) -> Data:
    """Return a citation whose words are the *nth* occurrence of *quote*."""
    place = words(quote, nth=nth)
    del place["value"]
    lists: Data = {"sections": [], "pages": [], "tables": []}
    single = dict.fromkeys(
        ["labelled", "authority", "title", "edition", "year", "chapter", "url", "excerpt"]
    )
    return {**single, **lists, "guideline": "unknown", **place, **parts}


def basis(cites: str, quote: str, *citations: Data, nth: int = 0) -> Data:
    """Return one side's basis."""
    return {"cites": cites, "text": words(quote, nth=nth), "citations": list(citations)}


def item(number: int, request: str, decision: str, nth: int = 0) -> Data:
    """Return an item without its bases; *nth* tells repeated words apart."""
    line = f"{request}: {decision}"
    start = words(line)["start"]
    after = [words(decision, decision.lower(), nth=k) for k in range(LETTER_TEXT.count(decision))]
    polarity = "not_necessary" if decision == "Upheld" else "necessary"
    reason, conclusion = {
        "not_necessary": ("No trial was documented.", "It is not medically necessary."),
        "necessary": ("Neuropathy is documented.", "It is medically necessary."),
    }[polarity]
    return {
        "number": number,
        "request": words(request),
        "treatment": words(request),
        "decision": next(each for each in after if each["start"] > start),
        "partial_approval": None,
        "rationale": words(f"{reason} {conclusion}", nth=nth),
        "conclusion": words(conclusion, polarity, nth=nth),
        "rationale_citations": [],
    }


def golden() -> Data:
    """Return the golden record of the letter; what later fields hold is left out."""
    acoem = citation(
        "ACOEM Chapter 8 Neck and Upper Back Complaints Page(s): 173, 181",
        labelled="mtus",
        authority="mtus",
        title="ACOEM",
        chapter="8",
        sections=["Neck and Upper Back Complaints"],
        pages=["173", "181"],
    )
    odg: Data = {"labelled": "non_mtus", "authority": "non_mtus", "title": "ODG"}
    neck = citation("ODG Neck Chapter, Traction", sections=["Neck Chapter", "Traction"], **odg)
    pain = [citation("ODG Pain Chapter", nth, sections=["Pain Chapter"], **odg) for nth in (0, 1)]
    first, second, third = (
        item(1, "Cervical traction unit", "Upheld"),
        item(2, "Gabapentin 300mg #90", "Overturned"),
        item(3, "Cervical pillow", "Upheld", nth=1),
    )
    first["claims_administrator"] = basis("mtus", acoem["quote"], acoem)
    first["reviewer"] = basis("non_mtus", neck["quote"], neck)
    second["claims_administrator"] = basis("non_mtus", pain[0]["quote"], pain[0])
    second["reviewer"] = basis("non_mtus", pain[1]["quote"], pain[1], nth=1)
    third["claims_administrator"] = basis("none", "none")
    third["reviewer"] = basis("none", "none", nth=1)
    return {
        "document": {"id": "a/source.txt", "layout": "dwc-2016"},
        "status": "verified",
        "outcome": "mixed",
        "case": {"case_number": words("CM16-0700001"), "priority": None},
        "expert": {
            "specialties": [words("Pain Medicine"), words("Neurology")],
            "subspecialties": [],
            "licensed_in": [words("California")],
        },
        "patient": {
            "age": words("44-year-old", 44),
            "sex": words("woman", "female"),
            "diagnosis_codes": [],
        },
        "clinical_summary": words("A 44-year-old woman strained her neck."),
        "items": [first, second, third],
        "findings": [
            {"code": "body_region_mismatch", "path": "/items/1/rationale"},
            {"code": "header_contradicts_body", "path": "/case/date_of_injury"},
        ],
    }


def planted(error: Callable[[Data], object]) -> LetterScore:
    """Score a record that is the golden one but for *error*."""
    record = deepcopy(golden())
    error(record)
    return score_letter("a", golden(), record)


def moved(letter: LetterScore) -> dict[str, tuple[Counts, Counts]]:
    """Return the fields and codes whose counts are not those of a perfect record."""
    perfect = score_letter("a", golden(), golden())
    was, now = perfect.fields | perfect.codes, letter.fields | letter.codes
    return {
        name: (was.get(name, Counts()), now.get(name, Counts()))
        for name in was.keys() | now.keys()
        if was.get(name) != now.get(name)
    }


def delta(letter: LetterScore) -> dict[str, dict[str, int]]:
    """Return how far each field's counts moved from those of a perfect record."""
    return {
        name: {
            count: getattr(now, count) - getattr(was, count)
            for count in Counts.__dataclass_fields__
            if getattr(now, count) != getattr(was, count)
        }
        for name, (was, now) in moved(letter).items()
    }


def test_a_record_equal_to_its_golden_one_is_perfect() -> None:
    """A record that says what the golden one says, in the same places, has nothing against it."""
    letter = score_letter("a", golden(), golden())

    assert letter.perfect
    assert (letter.escaped, letter.needless, letter.differences) == (0, False, [])
    assert letter.fields["items.decision"] == Counts(correct=3, located=3, exact=3)
    assert letter.fields["items.rationale"] == Counts(correct=3, located=3, exact=3)
    assert letter.fields["expert.specialties"] == Counts(correct=2, located=2, exact=2)
    assert letter.fields["items.reviewer.citations.pages"] == Counts(empty=2)
    assert letter.codes["body_region_mismatch"] == Counts(correct=1)


def set_value(*path: str | int, value: object) -> Callable[[Data], None]:
    """Return the error that puts *value* at *path*."""

    def error(record: Data) -> None:
        part: Any = record
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value

    return error


WRONG = {"correct": -1, "wrong": 1}
PLANTED: dict[str, tuple[Callable[[Data], object], dict[str, dict[str, int]]]] = {
    "a wrong date, number or word costs one wrong value": (
        set_value("patient", "age", "value", value=45),
        {"patient.age": WRONG},
    ),
    "a number as a string is wrong": (
        set_value("patient", "age", "value", value="44"),
        {"patient.age": WRONG},
    ),
    "a flipped decision costs one decision": (
        set_value("items", 1, "decision", "value", value="upheld"),
        {"items.decision": WRONG},
    ),
    "letter case counts": (
        set_value("items", 2, "request", "value", value="cervical pillow"),
        {"items.request": WRONG},
    ),
    "a value that is not there is missing": (
        set_value("patient", "sex", value=None),
        {"patient.sex": {"correct": -1, "missing": 1, "located": -1, "exact": -1}},
    ),
    "a value where the letter has none is extra": (
        set_value("case", "priority", value=words("Upheld", "expedited")),
        {"case.priority": {"empty": -1, "extra": 1}},
    ),
    "a span one character short is right, and not exact": (
        set_value("clinical_summary", "end", value=words("strained her neck")["end"]),
        {"clinical_summary": {"exact": -1, "overlap": 1}},
    ),
    "a span on another page is not exact": (
        set_value("clinical_summary", "page", value=2),
        {"clinical_summary": {"exact": -1, "overlap": 1}},
    ),
    "a right word read from another item is misplaced": (
        set_value("items", 2, "rationale", value=golden()["items"][0]["rationale"]),
        {"items.rationale": {"exact": -1, "misplaced": 1}},
    ),
    "a specialty half read is one missing and one extra": (
        set_value("expert", "specialties", 0, value=words("Pain")),
        {
            "expert.specialties": {
                "correct": -1,
                "missing": 1,
                "extra": 1,
                "located": -1,
                "exact": -1,
            },
        },
    ),
    "a set is right in any order, and however often it names an entry": (
        lambda record: record["expert"]["specialties"].insert(0, words("Neurology")),
        {},
    ),
    "a bare value that differs is wrong": (
        set_value("items", 0, "reviewer", "cites", value="both"),
        {"items.reviewer.cites": WRONG},
    ),
    "a wrong layout is wrong": (
        set_value("document", "layout", value="dwc-2014"),
        {"document.layout": WRONG},
    ),
    "a page of a citation that is not read is missing": (
        set_value("items", 0, "claims_administrator", "citations", 0, "pages", value=["173"]),
        {"items.claims_administrator.citations.pages": {"correct": -1, "missing": 1}},
    ),
    "a citation cut short is wrong, and its parts are scored by themselves": (
        set_value("items", 0, "reviewer", "citations", 0, "quote", value="ODG Neck Chapter"),
        {"items.reviewer.citations": WRONG},
    ),
    "an unknown guideline is none": (
        set_value("items", 0, "reviewer", "citations", 0, "guideline", value="odg"),
        {"items.reviewer.citations.guideline": {"empty": -1, "extra": 1}},
    ),
    "an observation that is not made is missing": (
        lambda record: record["findings"].pop(0),
        {"body_region_mismatch": {"correct": -1, "missing": 1}},
    ),
    "an observation about another item is one missing and one extra": (
        set_value("findings", 0, "path", value="/items/0/rationale"),
        {"body_region_mismatch": {"correct": -1, "missing": 1, "extra": 1}},
    ),
    "where in its item an observation points is not scored": (
        set_value("findings", 0, "path", value="/items/1"),
        {},
    ),
    "an error finding that the letter does not deserve is extra": (
        lambda record: record["findings"].append({"code": "uncovered_text", "path": ""}),
        {"uncovered_text": {"extra": 1}},
    ),
}


@pytest.mark.parametrize(("error", "costs"), PLANTED.values(), ids=PLANTED)
def test_one_planted_error_costs_its_own_field_only(
    error: Callable[[Data], object], costs: dict[str, dict[str, int]]
) -> None:
    """One error moves the counts of its own field, by exactly what it is, and no other's."""
    letter = planted(error)

    assert delta(letter) == costs
    assert letter.perfect == (not costs)


@pytest.mark.parametrize(
    ("start", "end", "place"),
    [(4, 9, "exact"), (8, 12, "overlap"), (0, 5, "overlap"), (9, 12, "apart"), (0, 4, "apart")],
)
def test_spans_are_half_open(start: int, end: int, place: str) -> None:
    """Spans that only touch share no character."""
    assert place_of({"start": 4, "end": 9}, {"start": start, "end": end}) == place


def test_a_flag_is_no_number() -> None:
    """``true`` is not 1, in either direction."""
    for one, other in ((True, 1), (1, True)):
        sides = [{"items": [{**entry("MRI"), "retrospective": {"value": v}}]} for v in (one, other)]
        letter = score_letter("a", sides[0], {**sides[1], "status": "review", "findings": []})

        assert letter.fields["items.retrospective"] == Counts(wrong=1)


def test_a_wrong_value_from_another_place_is_one_error() -> None:
    """A wrong value is wrong, wherever it was read; only a right one can be misplaced."""
    letter = planted(set_value("patient", "age", value=words("Neurology", 45)))

    assert letter.fields["patient.age"] == Counts(wrong=1, located=1)
    assert letter.escaped == 1


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"evidence": words("Neurology")}, Counts(correct=1)),
        ({"levels": ["C6", "C5"]}, Counts(correct=1)),
        ({"region": "lumbar spine"}, Counts(missing=1, extra=1)),
        ({"side": "left"}, Counts(missing=1, extra=1)),
        ({"levels": ["C5"]}, Counts(missing=1, extra=1)),
    ],
)
def test_a_body_region_is_its_name_side_and_levels(change: Data, counts: Counts) -> None:
    """Which of the request's words are given as evidence does not make another region."""
    region = {"region": "cervical spine", "side": None, "levels": ["C5", "C6"]}
    sides = [golden(), golden()]
    for side, regions in zip(sides, ([region], [{**region, **change}]), strict=True):
        side["items"] = [{**side["items"][0], "body_regions": regions}]

    assert score_letter("a", *sides).fields["items.body_regions"] == counts


def test_of_an_entry_named_twice_the_one_at_the_golden_place_counts() -> None:
    """A set's entry that is also found elsewhere in the letter is exact all the same."""
    again = {**words("Neurology"), "start": 0, "end": 9}
    letter = planted(lambda record: record["expert"]["specialties"].insert(0, again))

    assert letter.perfect


def test_readers_artefacts_are_no_difference() -> None:
    """Typographic quotes, ligatures and line breaks are the reader's, not the letter's words."""
    expected = {"clinical_summary": {"value": "the patient's office visit"}}
    produced = {
        "clinical_summary": {"value": "the patient\u2019s of\ufb01ce\nvisit"},
        "status": "verified",
        "findings": [],
    }

    assert score_letter("a", expected, produced).fields["clinical_summary"] == Counts(correct=1)


def test_a_web_address_is_equal_whatever_line_it_broke_at() -> None:
    """White space inside a web address says nothing."""
    whole, broken = "https://guidelines.example/neck", "https://guidelines.exam ple/neck"
    sides = [golden(), golden()]
    for side, url in zip(sides, (whole, broken), strict=True):
        side["items"][0]["reviewer"]["citations"][0]["url"] = url

    assert score_letter("a", *sides).perfect


def test_a_dropped_item_costs_one_item() -> None:
    """The items after a dropped one are still matched with themselves; its fields are missing."""
    letter = planted(lambda record: record["items"].pop(0))

    assert letter.fields["items"] == Counts(correct=2, missing=1)
    assert letter.fields["items.decision"] == Counts(correct=2, missing=1, located=2, exact=2)
    assert letter.fields["items.rationale"] == Counts(correct=2, missing=1, located=2, exact=2)
    assert letter.fields["items.claims_administrator.citations.pages"] == Counts(missing=2, empty=1)
    assert sum(counts.wrong + counts.extra for counts in letter.fields.values()) == 0


def test_people_are_told_once_that_an_item_is_gone() -> None:
    """Of a dropped item its own mark is left; of the item after it everything that differs.

    The observation about the second item now points at the third: one missing, one extra.
    """

    def drop_first_and_flip_second(record: Data) -> None:
        record["items"].pop(0)
        record["items"][0]["decision"]["value"] = "upheld"

    told = planted(drop_first_and_flip_second).outer_differences

    assert [mark.pointer for mark in told] == [
        "/items/0",
        "/items/1/decision",
        "/items/1",
        "/items/2",
    ]


def test_what_is_in_an_invented_item_is_not_mistaken_for_the_one_it_displaced() -> None:
    """An extra item has the record's number, which may be a golden item's too."""

    def insert_first_and_flip_second(record: Data) -> None:
        record["items"].insert(0, {**record["items"][1], "request": words("California")})
        record["items"][1]["decision"]["value"] = "overturned"

    told = planted(insert_first_and_flip_second).outer_differences

    assert [mark.pointer for mark in told][:2] == ["/items/0", "/items/0/decision"]


def test_a_finding_about_the_letter_hides_none_about_an_item() -> None:
    """Both are told where both are missing."""
    findings = [{"code": "dates_out_of_order", "path": ""}, golden()["findings"][0]]
    letter = score_letter("a", {**golden(), "findings": findings}, {**golden(), "findings": []})

    assert [mark.pointer for mark in letter.outer_differences] == ["", "/items/1"]


def test_a_finding_follows_its_item_past_a_dropped_one() -> None:
    """An observation concerns the item that it is about, whatever number the record gives it."""

    def drop_first(record: Data) -> None:
        record["items"].pop(0)
        record["findings"][0]["path"] = "/items/0/rationale"

    assert planted(drop_first).codes["body_region_mismatch"] == Counts(correct=1)


def test_an_invented_item_costs_one_item() -> None:
    """An item that the letter does not have is extra, and so is everything in it."""
    invented = {**golden()["items"][1], "request": words("A 44-year-old woman")}
    letter = planted(lambda record: record["items"].insert(1, invented))

    assert letter.fields["items"] == Counts(correct=3, extra=1)
    assert letter.fields["items.decision"] == Counts(correct=3, extra=1, located=3, exact=3)
    assert letter.fields["items.reviewer.citations"].extra == 1
    assert sum(counts.missing + counts.wrong for counts in letter.fields.values()) == 0


def test_items_that_changed_places_cost_one_item() -> None:
    """Items are in letter order: of two that changed places one is missing and one extra."""
    letter = planted(lambda record: record["items"].reverse())

    assert letter.fields["items"] == Counts(correct=1, missing=2, extra=2)


def test_two_items_with_one_request_are_told_apart_by_their_place() -> None:
    """Where two items ask for the same in the same words, the span says which one was dropped."""
    expected = golden()
    del expected["items"][1]
    expected["items"][1]["request"]["value"] = expected["items"][0]["request"]["value"]
    produced = deepcopy(expected)
    del produced["items"][0]

    letter = score_letter("a", expected, produced)

    assert letter.fields["items.rationale"] == Counts(correct=1, missing=1, located=1, exact=1)


def entry(request: str, start: int | None = None, decision: str = "upheld") -> Data:
    """Return an item of which only the request and the decision are known."""
    place = {} if start is None else {"start": start, "end": start + len(request)}
    return {"request": {"value": request, **place}, "decision": {"value": decision}}


@pytest.mark.parametrize(
    ("expected", "produced", "pairs"),
    [
        ([entry("MRI lumbar spine")], [entry("MRI spine")], [(0, 0)]),
        ([entry("MRI lumbar spine")], [entry("MRI")], [(0, 0)]),
        ([entry("MRI of the lumbar spine")], [entry("MRI")], [(0, None), (None, 0)]),
        ([entry("MRI of the lumbar spine", 10)], [entry("MRI", 10)], [(0, 0)]),
        ([entry("MRI", 10)], [entry("MRI", 90)], [(0, 0)]),
        ([entry("MRI", 10)], [entry("cane", 11)], [(0, 0)]),
        ([entry("MRI", 10)], [entry("cane", 13)], [(0, None), (None, 0)]),
        (
            [entry("MRI", decision="upheld"), entry("MRI", decision="overturned")],
            [entry("MRI", decision="overturned")],
            [(0, None), (1, 0)],
        ),
        (
            [entry("MRI", 10), entry("MRI", 50), entry("MRI", 90)],
            [entry("MRI", 10), entry("MRI", 90)],
            [(0, 0), (1, None), (2, 1)],
        ),
        ([], [entry("MRI")], [(None, 0)]),
        ([entry("MRI")], [{"request": None}], [(0, None), (None, 0)]),
    ],
)
def test_items_are_matched_by_place_then_words_then_decision(
    expected: list[Data], produced: list[Data], pairs: list[tuple[int | None, int | None]]
) -> None:
    """Items are one dispute when their requests share characters or at least half their words."""
    assert align(expected, produced, item_likeness) == pairs


def test_an_unlike_request_is_no_match() -> None:
    """Items that share neither characters nor half their words are two, not one wrong item."""
    elsewhere = words("Neuropathy is documented")
    letter = planted(set_value("items", 2, "request", value=elsewhere))

    assert letter.fields["items"] == Counts(correct=2, missing=1, extra=1)


def test_a_dropped_citation_costs_one_citation() -> None:
    """The citations after a dropped one are matched with themselves; its parts are missing."""
    sides = [golden(), golden()]
    first = sides[0]["items"][0]["claims_administrator"]["citations"]
    first.append(citation("ODG Neck Chapter, Traction", title="ODG"))
    sides[1]["items"][0]["claims_administrator"]["citations"] = first[1:]

    fields = score_letter("a", *sides).fields

    side = "items.claims_administrator.citations"
    assert fields[side] == Counts(correct=2, missing=1, empty=1, located=2, exact=2)
    assert fields[f"{side}.pages"].missing == 2
    assert fields[f"{side}.title"] == Counts(correct=2, missing=1)


def test_what_the_golden_record_leaves_out_is_unscored() -> None:
    """A field without an expectation is neither right nor wrong, whatever was produced."""
    expected = golden()
    del expected["patient"]["age"]
    del expected["items"][0]["rationale"]
    del expected["findings"]

    letter = score_letter("a", expected, golden())

    assert letter.fields["patient.age"] == Counts(unscored=1)
    assert letter.fields["items.rationale"] == Counts(correct=2, unscored=1, located=2, exact=2)
    assert letter.codes == {}
    assert letter.perfect


def test_a_letter_without_a_record_misses_everything() -> None:
    """No record is no error that escaped, but every expected value is missing."""
    letter = score_letter("a", golden(), None)

    assert letter.fields["items"] == Counts(missing=3)
    assert letter.fields["items.decision"] == Counts(missing=3)
    assert letter.codes["body_region_mismatch"] == Counts(missing=1)
    assert (letter.perfect, letter.escaped, letter.needless) == (False, 0, False)
    blank = score_letter("b", {"status": "verified"}, None)
    assert (blank.perfect, blank.needless) == (False, False)
    assert not score_letter("c", {}, None).perfect


def test_an_error_escapes_only_in_a_verified_record() -> None:
    """The same error is an escaped one where the record calls itself verified, else none."""
    flipped = set_value("items", 1, "decision", "value", value="upheld")

    def flipped_for_review(record: Data) -> None:
        flipped(record)
        record["status"] = "review"

    assert planted(flipped).escaped == 1
    assert planted(flipped_for_review).escaped == 0
    assert not planted(flipped_for_review).needless


def test_a_value_read_from_another_item_is_an_escaped_error() -> None:
    """The right words from the wrong place mislead whoever looks them up."""
    other = golden()["items"][0]["rationale"]

    assert planted(set_value("items", 2, "rationale", value=other)).escaped == 1


def test_an_inexact_span_is_no_escaped_error() -> None:
    """A span that is a character off still leads to the words; it only costs perfection."""
    letter = planted(set_value("clinical_summary", "start", value=0))

    assert (letter.escaped, letter.perfect) == (0, False)


def test_verified_instead_of_review_is_an_escaped_error() -> None:
    """A letter that a person must look at, called verified, has escaped even with right values."""
    expected = {**golden(), "status": "review"}

    assert score_letter("a", expected, golden()).escaped == 1


def test_a_missed_observation_is_no_escaped_error() -> None:
    """An observation says that the letter is odd, not that its record is wrong."""
    assert planted(lambda record: record["findings"].clear()).escaped == 0


@pytest.mark.parametrize("status", ["review", "failed"])
def test_a_right_record_that_is_not_verified_is_a_needless_review(status: str) -> None:
    """A record with every value right, of a letter that deserves it, ought to be verified."""
    letter = planted(set_value("status", value=status))

    assert letter.needless
    assert letter.fields["status"] == Counts(wrong=1)


def test_a_review_that_the_letter_deserves_is_not_needless() -> None:
    """Where the golden record itself says review, a review is right."""
    expected = {**golden(), "status": "review"}

    assert not score_letter("a", expected, expected).needless


def test_letters_add_up() -> None:
    """Totals are sums over letters; a letter counts once however many errors it has."""
    letters = [
        score_letter("a", golden(), golden()),
        planted(set_value("items", 1, "decision", "value", value="upheld")),
        planted(lambda record: record["items"].clear()),
        planted(set_value("status", value="review")),
        score_letter("b", golden(), None),
    ]

    totals = total(letters)

    assert (totals.letters, totals.perfect, totals.needless) == (5, 1, 1)
    assert (totals.escaped_letters, totals.escaped_errors) == (2, 1 + letters[2].escaped)
    assert totals.fields["items"] == Counts(correct=9, missing=6)
    assert totals.statuses == {"verified": 3, "review": 1, "no record": 1}


def test_ratios_are_of_what_was_produced_and_expected() -> None:
    """Precision is of produced, recall of expected values; empty and unscored count for nothing."""
    counts = Counts(correct=6, wrong=2, missing=4, extra=1, empty=50, unscored=50)

    assert counts.precision == 6 / 9
    assert counts.recall == 6 / 12
    assert counts.f1 == 12 / 21
    assert (Counts(empty=3).precision, Counts(empty=3).recall, Counts().f1) == (None, None, None)


def leaves(schema: Data, node: Data, path: str = "") -> list[str]:
    """Return the dotted paths of a record's fields, values and citations taken as one each."""
    node = next((each for each in node.get("anyOf", [node]) if each.get("type") != "null"), node)
    if "items" in node:
        return leaves(schema, node["items"], path)
    name = node.get("$ref", "").rpartition("/")[2]
    if not name or name.startswith("V_") or name in {"Citation", "BodyRegion"}:
        return [path]
    parts = schema["$defs"][name]
    if "properties" not in parts:
        return [path]
    return [
        leaf
        for key, child in parts["properties"].items()
        for leaf in leaves(schema, child, f"{path}.{key}".lstrip("."))
    ]


def test_every_field_of_the_record_is_scored_or_named_as_not_scored() -> None:
    """A field added to the record cannot be forgotten by the scoring."""
    schema = Record.json_schema()
    fields = [
        leaf for key, child in schema["properties"].items() for leaf in leaves(schema, child, key)
    ]
    scored = {*LETTER, *(f"items.{path}" for path in ITEM)}
    citation_fields = set(schema["$defs"]["Citation"]["properties"])

    assert len(fields) > 40
    assert [
        path
        for path in fields
        if path not in scored and not any(path.startswith(name) for name in NOT_SCORED)
    ] == []
    assert citation_fields - set(CITATION) == {"quote", "start", "end", "page"}


def test_every_finding_code_can_be_scored() -> None:
    """Each code of the closed list is counted under its own name."""
    for code in Code:
        finding = [{"code": code.value, "path": ""}]
        letter = score_letter("a", {"findings": finding}, {"status": "review", "findings": finding})

        assert letter.codes == {code.value: Counts(correct=1)}
