"""What people correct, applied to a record: as asked, and only what the letter's words say."""

from typing import Any

import pytest
from correcting import TWO, Letter, codes, golden, letter_of, misread
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from terminal import SHOPPING

from extractor.corrections import (
    ACTIONS,
    Correction,
    Standing,
    content_of,
    is_dismissible,
    live,
    revise,
)
from extractor.findings import Code, Finding
from extractor.golden import spans
from extractor.record import Record, V

BOTH = TWO[TWO.index("Upheld") : TWO.index("Overturned") + len("Overturned")]
UNAPPLIED = Code.CORRECTION_UNAPPLIED.value
CONFLICT = Code.CORRECTION_CONFLICT.value


@pytest.fixture(scope="module")
def two() -> Letter:
    """A letter with two items that the rules read without an error."""
    return letter_of(TWO)


def whole(record: Record, letter: Letter) -> bool:
    """Say whether a corrected record is marked, applied, and reads its quotes."""
    return (
        record.provenance.reviewed
        and UNAPPLIED not in codes(record)
        and not list(misread(record, letter.text))
        and [item.number for item in record.items] == [*range(1, len(record.items) + 1)]
    )


# --- what was asked -------------------------------------------------------------------------------


def test_the_letter_needs_no_person(two: Letter) -> None:
    """What the other tests correct is a verified record of two items."""
    assert (two.record.status, len(two.record.items)) == ("verified", 2)
    assert not two.record.provenance.reviewed


def test_a_set_value_is_read_from_its_words(two: Letter) -> None:
    """The value of a date is the date that its words print, said or not."""
    made = two.correct("set", "/patient/ur_date", two.words("May 9, 2015"))
    record = two.revised(made)
    assert whole(record, two)
    assert record.patient.ur_date is not None
    assert record.patient.ur_date.value == "2015-05-09"


def test_a_cleared_value_is_null(two: Letter) -> None:
    """Clearing a value leaves null, and what the validator thinks of that."""
    record = two.revised(two.correct("clear", "/items/0/reviewer"))
    assert whole(record, two)
    assert record.items[0].reviewer is None
    assert "missing_field" in codes(record)


def test_a_cleared_list_is_empty(two: Letter) -> None:
    """A list of values can be emptied, and one of them taken out."""
    assert two.revised(two.correct("clear", "/expert/licensed_in")).expert.licensed_in == ()
    one = two.revised(two.correct("clear", "/expert/specialties/0"))
    assert [each.value for each in one.expert.specialties] == ["Pain Management"]


def test_a_value_is_added_to_its_list(two: Letter) -> None:
    """A value is added where its path says, the others after it."""
    new = two.words("Family Practice, Pain\nManagement")
    record = two.revised(two.correct("add", "/expert/subspecialties/0", new))
    assert whole(record, two)
    assert record.expert.subspecialties[0].value == "Family Practice, Pain Management"


def test_what_a_list_has_is_not_added_again(two: Letter) -> None:
    """A value that the machine reads by now is not there twice: the correction is left out."""
    record = two.revised(two.correct("add", "/expert/specialties/0", two.words("Family Practice")))
    assert codes(record) == [UNAPPLIED]
    assert record.expert == two.record.expert


def test_an_item_is_added_by_its_request_and_decision(two: Letter) -> None:
    """An added item has its words, what they ask for, and the next number."""
    only = two.revised(two.correct("clear", "/items/1"))
    parts = {
        "request": two.words("Acupuncture, 6 visits"),
        "decision": two.words("Overturned", "overturned"),
    }
    again = two.correct("add", "/items/1", parts=parts)
    record = two.revised(two.correct("clear", "/items/1"), again)
    assert [len(only.items), len(record.items)] == [1, 2]
    assert whole(record, two)
    assert record.items[1].visits is not None
    assert record.items[1].visits.value == 6
    assert record.outcome == "mixed"


def test_a_split_item_becomes_two(two: Letter) -> None:
    """What stands behind the new request goes to the second item, and nothing to both."""
    merged = two.correct("merge", "/items/0")
    one = two.revised(merged)
    parts = {
        "request": two.words("Acupuncture, 6 visits"),
        "decision": two.words("Overturned", "overturned"),
    }
    record = two.revised(merged, two.correct("split", "/items/0", on=one, parts=parts))
    assert len(one.items) == 1
    assert whole(record, two)
    first, second = record.items
    assert [first.decision.value, second.decision.value] == ["upheld", "overturned"]
    assert first.rationale is not None
    assert first.rationale.end <= second.request.start


def test_merged_items_are_one(two: Letter) -> None:
    """The first item stays, its rationale runs to the end of the second's."""
    record = two.revised(two.correct("merge", "/items/0"))
    (item,) = record.items
    (first, second) = two.record.items
    assert item.request == first.request
    assert first.rationale is not None
    assert second.rationale is not None
    assert item.rationale is not None
    assert (item.rationale.start, item.rationale.end) == (
        first.rationale.start,
        second.rationale.end,
    )


def test_items_that_were_moved_can_be_merged(two: Letter) -> None:
    """A rationale that comes from two places begins at the first and ends at the last."""
    moved = two.correct("move", "/items/0", to=1)
    record = two.revised(moved, two.correct("merge", "/items/0", on=two.revised(moved)))
    assert whole(record, two)


def test_a_moved_item_stands_at_its_new_place(two: Letter) -> None:
    """Moving changes the order and the numbers, and nothing else."""
    record = two.revised(two.correct("move", "/items/0", to=1))
    assert whole(record, two)
    assert [each.request.value for each in record.items] == [
        two.record.items[1].request.value,
        two.record.items[0].request.value,
    ]


def test_a_partial_approval_decides_what_remains(two: Letter) -> None:
    """Of a partial approval the remaining portion is the treatment."""
    parts = {
        "original": two.words("Acupuncture, 6 visits"),
        "authorized": two.words("Acupuncture"),
        "remaining": two.words("6 visits"),
    }
    record = two.revised(two.correct("set", "/items/1/partial_approval", parts=parts))
    assert whole(record, two)
    assert record.items[1].treatment.value == "6 visits"
    cleared = two.correct("clear", "/items/1/partial_approval", on=record)
    back = two.revised(two.correct("set", "/items/1/partial_approval", parts=parts), cleared)
    assert back.items[1].treatment == two.record.items[1].treatment


def test_a_choice_from_a_list_is_taken_as_it_is(two: Letter) -> None:
    """What the letter's words leave open a person chooses from the closed lists."""
    category = {"name": "DMEPOS", "subcategory": "DME"}
    record = two.revised(
        two.correct("set", "/items/0/category", two.words("Walker", category)),
        two.correct("set", "/items/0/reviewer/cites", Standing(value="both")),
    )
    assert whole(record, two)
    assert record.items[0].category is not None
    assert record.items[0].category.source == "person"
    assert record.items[0].reviewer is not None
    assert record.items[0].reviewer.cites == "both"


@pytest.mark.parametrize(
    ("path", "words", "value"),
    [
        ("/items/0/category", "Walker", {"name": "Aids", "subcategory": None}),
        ("/items/0/category", "Walker", {"name": "DMEPOS", "subcategory": "Opioids"}),
        ("/items/0/category", "Walker", {"name": "DMEPOS", "subcategory": []}),
        ("/items/0/body_regions/0", "Walker", {"region": "knee", "levels": ["<b>"]}),
        ("/items/0/body_regions/0", "Walker", {"region": "knee", "levels": ["L4-5"]}),
        ("/items/0/body_regions/0", "Walker", {"region": "knee", "levels": "L4"}),
        ("/items/0/category", "Walker", {"name": "DMEPOS", "evidence": {"value": "x"}}),
        ("/items/0/body_regions/0", "Walker", {"region": "soul"}),
        ("/items/0/reasons/0", "Walker", "a kind of mine"),
        ("/items/0/reasons/0", "Walker", ["other"]),
        ("/items/0/drug", "Walker", {"class": "Candy"}),
        ("/items/0/drug", "Walker", {"strength": {"value": "9 mg", "quote": "9 mg", "start": 0}}),
        ("/items/0/reviewer/cites", "Walker", {"mtus": 1}),
        ("/items/0/reviewer/citations/0", "ACOEM", ["mtus"]),
        ("/patient/age", "41 year old", {}),
        ("/items/0/decision", "Upheld", []),
    ],
)
def test_a_choice_of_no_list_is_refused(two: Letter, path: str, words: str, value: Any) -> None:  # noqa: ANN401
    """What is in no closed list, or would bring words of its own, is not applied."""
    action = "add" if path[-1].isdecimal() and "citations" not in path else "set"
    record = two.revised(two.correct(action, path, two.words(words, value)))
    assert UNAPPLIED in codes(record)
    assert content_of(record) == content_of(two.record)


def test_a_citation_by_hand_is_labelled_as_its_field_is(two: Letter) -> None:
    """A citation takes the label that the field gives before it, or the one that is chosen."""
    path = "/items/0/reviewer/citations/0"
    words = two.words("Low Back Complaints Page(s): 30")
    (given,) = _citations(two.revised(two.correct("set", path, words)))
    assert (given.labelled, given.pages) == ("mtus", ("30",))
    other = words.model_copy(update={"value": "non_mtus"})
    (chosen,) = _citations(two.revised(two.correct("set", path, other)))
    assert chosen.labelled == "non_mtus"


def _citations(record: Record) -> Any:  # noqa: ANN401 - citations
    reviewer = record.items[0].reviewer
    assert reviewer is not None
    return reviewer.citations


# --- what words do not say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "words", "value"),
    [
        ("/patient/age", "38 years old", 41),
        ("/patient/age", "ladder", 41),
        ("/patient/sex", "man", "female"),
        ("/patient/sex", "applicant", "male"),
        ("/patient/ur_date", "May 9, 2015", "2016-05-09"),
        ("/patient/ur_date", "on file", "2015-05-09"),
        ("/items/0/decision", "Upheld", "overturned"),
        ("/items/0/conclusion", "the\nrequest is not medically necessary", "necessary"),
        ("/items/0/conclusion", "medically necessary.\n\nAcupuncture", "necessary"),
        ("/items/0/decision", "Up", "overturned"),
        ("/items/0/decision", "pheld", "overturned"),
        (
            "/items/0/decision",
            BOTH,
            "overturned",
        ),
        ("/items/1/visits", "6", True),
        ("/items/1/visits", "6", -1),
        ("/items/1/visits", "6", 10**40),
        ("/items/0/decision", "Upheld", None),
        ("/items/0/decision", "Upheld", "granted"),
    ],
)
def test_words_that_say_otherwise_are_refused(
    two: Letter, path: str, words: str, value: object
) -> None:
    """A person may choose words, never what plain words mean."""
    record = two.revised(two.correct("set", path, two.words(words, value)))
    assert UNAPPLIED in codes(record)
    assert content_of(record) == content_of(two.record)
    assert not record.provenance.reviewed


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/status",
        "/schema",
        "/document/path",
        "/document/sha256",
        "/provenance/model",
        "/findings/0",
        "/items",
        "/items/0/number",
        "/items/0/request/page",
        "/items/0/request/value",
        "/items/0/reviewer/citations/0/labelled",
        "/items/0/reviewer/citations/0/sections/0",
        "/items/00",
        "/items/\u0661",
        "/items/-1",
        "/items/" + "9" * 5000,
        "/items/0/nothing",
        "/patient/age/value",
    ],
)
@pytest.mark.parametrize("action", ["set", "clear", "add", "merge", "move", "split"])
def test_only_values_of_the_letter_can_be_corrected(two: Letter, path: str, action: str) -> None:
    """Where a record came from, and the parts of a value by themselves, nobody changes."""
    correction = two.correct(action, "", two.words("Walker"), to=0).model_copy(
        update={"path": path, "old": None}
    )
    record = two.revised(correction)
    assert codes(record) == [UNAPPLIED]
    assert record.document == two.record.document
    assert content_of(record) == content_of(two.record)


def test_another_text_takes_no_correction(two: Letter) -> None:
    """Spans count the characters of one text: in another one they are left out, not misplaced."""
    made = two.correct("clear", "/patient/age").model_copy(update={"text_sha256": "0" * 64})
    record = two.revised(made)
    assert codes(record) == [UNAPPLIED]
    assert record.patient == two.record.patient


@pytest.mark.parametrize("moved", [(1, 1), (0, -1), (7, 7), (-2, 0)])
def test_words_that_stand_elsewhere_are_refused(two: Letter, moved: tuple[int, int]) -> None:
    """A correction whose quote is not what stands at its place, or hangs over, is left out."""
    words = two.words("Nothing is said of earlier aids.")
    assert words.start is not None
    assert words.end is not None
    place = {"start": words.start + moved[0], "end": words.end + moved[1]}
    away = two.correct("set", "/items/0/rationale", words.model_copy(update=place))
    assert codes(two.revised(away)) == [UNAPPLIED]
    assert content_of(two.revised(away)) == content_of(two.record)
    here = two.revised(two.correct("set", "/items/0/rationale", words))
    assert UNAPPLIED not in codes(here)


# --- what the machine reads otherwise -------------------------------------------------------------


def test_a_changed_machine_value_is_said_and_the_correction_stands(two: Letter) -> None:
    """A value that the machine reads otherwise than when it was corrected never takes its place."""
    made = two.correct("set", "/patient/ur_date", two.words("May 9, 2015"))
    other = made.model_copy(update={"old": two.words("March 3, 2014", "2014-03-03")})
    record = two.revised(other)
    assert record.patient.ur_date is not None
    assert record.patient.ur_date.value == "2015-05-09"
    assert CONFLICT in codes(record)
    assert record.status == "review"


@pytest.mark.parametrize("action", ["set", "clear", "split", "merge", "move"])
def test_a_correction_falls_on_no_other_item(two: Letter, action: str) -> None:
    """Where the machine reads other items by now, an item's correction is left out, and said."""
    parts = {"request": two.words("Acupuncture"), "decision": two.words("Overturned")}
    path = "/items/0/visits" if action in {"set", "clear"} else "/items/0"
    chosen: dict[str, Any] = {
        "set": {"new": two.words("Walker", 1)},
        "split": {"parts": parts},
        "move": {"to": 0},
    }
    made = two.correct(action, path, **chosen.get(action, {}))
    fewer = two.record.model_copy(update={"items": two.record.items[1:]})
    record = revise(fewer, [made], two.text, two.check)
    assert UNAPPLIED in codes(record)
    assert record.items == fewer.items


def test_a_machine_that_learned_it_is_no_conflict(two: Letter) -> None:
    """Where the machine reads by now what a person gave, there is nothing to say."""
    words = two.words("41 year old")
    made = two.correct("set", "/patient/age", words).model_copy(update={"old": None})
    assert codes(two.revised(made)) == codes(two.record)


def test_nothing_else_is_taken_out_of_a_list(two: Letter) -> None:
    """A list that holds something else at that place by now loses nothing."""
    made = two.correct("clear", "/expert/specialties/0")
    other = made.model_copy(update={"path": "/expert/specialties/1"})
    record = two.revised(other)
    assert codes(record) == [UNAPPLIED]
    assert record.expert == two.record.expert


def test_a_record_accepted_is_held_to_what_it_said(two: Letter) -> None:
    """A record that changed under its acceptance needs a person; another acceptance settles it."""
    assert two.revised(two.accept()).status == "verified"
    changed = two.accept().model_copy(update={"content": "0" * 64})
    record = two.revised(changed)
    assert (record.status, codes(record)) == ("review", [CONFLICT])
    (finding,) = (each for each in record.findings if each.code is Code.CORRECTION_CONFLICT)
    assert not is_dismissible(finding)
    assert two.revised(changed, two.accept()).status == "verified"


def test_a_rejected_record_is_not_verified(two: Letter) -> None:
    """A person's no outweighs the validator's yes, until a person says yes."""
    no = two.correct("reject", reason="The second item is another letter's.")
    assert two.revised(no).status == "review"
    assert two.revised(no, two.accept()).status == "verified"


# --- findings -------------------------------------------------------------------------------------


def dismissing(letter: Letter, finding: Finding, on: Record | None = None) -> Correction:
    """Return the correction that lets *finding* stand."""
    about = finding.model_dump(include={"code", "path", "start", "end"})
    return letter.correct("dismiss", on=on, finding=about, reason="I read it.")


def test_a_dismissed_finding_stays_and_weighs_nothing(two: Letter) -> None:
    """Who let it stand, when and why is kept with it."""
    clear = two.correct("clear", "/items/0/reviewer")
    record = two.revised(clear)
    dismissals = [dismissing(two, each, record) for each in record.findings]
    after = two.revised(clear, *dismissals)
    assert after.status == "verified"
    assert codes(after, standing=False) == codes(record)
    assert {each.dismissed.by for each in after.findings if each.dismissed} == {"Ada"}


@pytest.mark.parametrize("action", ["move", "clear", "merge"])
def test_a_dismissal_falls_on_no_other_item(two: Letter, action: str) -> None:
    """Where items change their places, what was dismissed of one is not dismissed of another."""
    odd = Finding.of(Code.MISSING_FIELD, "It lacks something, nowhere in the letter.", "/items/0")
    dismissal = dismissing(two, odd)
    change = two.correct(action, "/items/0", to=1)
    for corrections, stands in (([dismissal], False), ([dismissal, change], True)):
        record = revise(two.record, corrections, two.text, lambda _: (odd,))
        (finding,) = record.findings
        assert finding.stands is stands


def test_a_rejection_is_taken_back_by_accepting_alone(two: Letter) -> None:
    """A dismissal does not outvote a rejection."""
    made = two.correct("reject")
    (finding,) = (each for each in two.revised(made).findings if each.code is Code.REJECTED)
    assert two.revised(made, dismissing(two, finding)).status == "review"
    assert two.revised(made, two.accept()).status == "verified"


@pytest.mark.parametrize("code", [Code.UNGROUNDED, Code.ALTERED_QUOTE, Code.SOURCE_MISMATCH])
def test_what_the_letter_decides_nobody_dismisses(two: Letter, code: Code) -> None:
    """Whether words stand there is no matter of opinion."""
    finding = Finding.of(code, "It does not.", "/patient/age")
    machine = two.record.model_copy(update={"findings": (finding,)})
    made = [dismissing(two, finding), two.accept()]
    record = revise(machine, made, two.text, two.check)
    assert (record.status, codes(record)) == ("review", [code.value])


def test_findings_of_an_older_version_are_made_again_not_kept(two: Letter) -> None:
    """A finding that an older version worded otherwise is not counted twice."""
    clear = two.correct("clear", "/items/0/reviewer")
    record = two.revised(clear)
    reworded = [each.model_copy(update={"message": "Old words."}) for each in record.findings]
    machine = record.model_copy(update={"findings": tuple(reworded)})
    made = two.correct("set", "/patient/age", two.words("41 year old"))
    assert codes(revise(machine, [made], two.text, two.check)) == codes(record)


def test_an_unknown_letter_can_be_brought_to_verified() -> None:
    """A person may read what no layout covers: it is verified, and says that they did."""
    letter = letter_of(SHOPPING)
    assert codes(letter.record) == ["unknown_layout"]
    parts = {
        "request": letter.words("Two loaves of bread"),
        "decision": letter.words("six eggs", "overturned"),
    }
    add = letter.correct("add", "/items/0", parts=parts)
    (unknown,) = letter.record.findings
    record = letter.revised(add, dismissing(letter, unknown))
    rest = [dismissing(letter, each) for each in record.findings if each.stands]
    record = letter.revised(add, dismissing(letter, unknown), *rest)
    assert (record.status, record.provenance.reviewed) == ("verified", True)
    assert record.outcome == "overturned"
    assert codes(record, standing=False).count("unknown_layout") == 1


# --- undoing --------------------------------------------------------------------------------------


def test_an_undo_can_be_undone(two: Letter) -> None:
    """Undoing takes a correction back, undoing that does it again, and so on."""
    clear = two.correct("clear", "/patient/age")
    undo = two.correct("undo", undoes=clear.id)
    redo = two.correct("undo", undoes=undo.id)
    back = two.correct("undo", undoes=redo.id)
    assert live([clear]) == [clear]
    assert live([clear, undo]) == []
    assert live([clear, undo, redo]) == [clear]
    assert live([clear, undo, redo, back]) == []
    assert two.revised(clear, undo) == two.record


def test_a_line_that_stands_twice_counts_once(two: Letter) -> None:
    """Two logs that were put together hold what both had twice: it is applied once."""
    merge = two.correct("merge", "/items/0")
    assert live([merge, merge]) == [merge]
    assert codes(two.revised(merge, merge)) == codes(two.revised(merge))


# --- hostile corrections --------------------------------------------------------------------------

NAMES = ("seed-000", "pdf-two-items", "partial-approvals", "reader-artefacts", "other-state")
PARTS = (
    "case case_number date_assigned priority expert specialties patient age sex diagnosis_codes "
    "clinical_summary items request treatment decision conclusion rationale visits category drug "
    "class strength quantity body_regions reviewer claims_administrator text cites citations "
    "rationale_citations partial_approval retrospective dates_of_service reasons evidence value "
    "document path sha256 provenance status findings 0 1 2 99 -1 00"
).split()
PATHS = st.lists(st.sampled_from(PARTS), max_size=5).map(
    lambda steps: "".join(f"/{step}" for step in steps)
)
REAL = st.builds(
    lambda n, field: f"/items/{n}/{field}",
    st.integers(0, 3),
    st.sampled_from([*PARTS[8:38], "reviewer/text", "reviewer/citations/0", "category/evidence"]),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5000)
    | st.text(max_size=8)
    | st.sampled_from(["upheld", "overturned", "necessary", "male", "mtus", "Opioids"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "class", "region", "value", "strength"]), inner)
    ),
    max_leaves=4,
)


def standings(letter: Letter) -> st.SearchStrategy[Standing]:
    """Words of a letter that truly stand there, or are said to."""
    size = len(letter.text.source)

    def standing(start: int, length: int, value: object, lie: str | None) -> Standing:
        end = start + length
        quote = letter.text.quote(start, min(end, size)) if lie is None else lie
        return Standing(value=value, quote=quote, start=start, end=end)

    place = st.builds(
        standing, st.integers(0, size), st.integers(0, 60), JSON, st.none() | st.text(max_size=4)
    )
    known = [each for _, each in spans(letter.record)]
    if not known:
        return place
    real = st.builds(
        lambda each, value: Standing(value=value, quote=each.quote, start=each.start, end=each.end),
        st.sampled_from(known),
        JSON,
    )
    return place | real


def plausible(letter: Letter) -> st.SearchStrategy[Standing]:
    """Words that the machine read too, with what they mean."""
    known = [each for _, each in spans(letter.record) if isinstance(each, V)]
    values = [
        Standing(value=each.value, quote=each.quote, start=each.start, end=each.end)
        for each in known
    ]
    return st.sampled_from(values) if values else st.just(Standing())


def paths(letter: Letter) -> st.SearchStrategy[str]:
    """Places that the record has, and the next ones of its lists."""
    known = {path for path, _ in spans(letter.record)}
    above = {path.rpartition("/")[0] for path in known if path.count("/") > 2}
    items = {f"/items/{number}" for number in range(len(letter.record.items) + 1)}
    return st.sampled_from(sorted({*known, *above, *items, "/expert/licensed_in/0"}))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Letter, list[Correction]]:
    """A golden letter and a few corrections of it: some that people make, most of them nonsense."""
    letter = golden(draw(st.sampled_from(NAMES)))
    made: list[Correction] = []
    for _ in range(draw(st.integers(1, 5))):
        likely, undoing = draw(st.booleans()), draw(st.booleans())
        words = plausible(letter) if likely else standings(letter)
        names = ["request", "decision", "original", "authorized", "remaining"]
        findings = [
            each.model_dump(include={"code", "path", "start", "end"})
            for each in letter.record.findings
        ]
        made.append(
            letter.correct(
                draw(st.sampled_from(ACTIONS)),
                draw(paths(letter) if likely else PATHS | REAL),
                draw(words if likely else st.none() | words),
                parts={name: draw(words) for name in draw(st.sets(st.sampled_from(names)))},
                to=draw(st.integers(0, 1) if likely else st.none() | st.integers(0, 4)),
                finding=draw(st.sampled_from(findings)) if findings else None,
                undoes=made[-1].id if made and undoing else None,
            )
        )
    return letter, made


@pytest.mark.parametrize("part", ["original", "authorized", "remaining"])
def test_a_partial_approval_is_whole_or_none(part: str) -> None:
    """None of its parts can be emptied alone: the item would lose what is decided."""
    letter = golden("partial-approvals")
    items = letter.record.items
    place = next(at for at, item in enumerate(items) if item.partial_approval)
    record = letter.revised(letter.correct("clear", f"/items/{place}/partial_approval/{part}"))
    assert UNAPPLIED in codes(record)
    assert record.items == letter.record.items


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_no_correction_ungrounds_a_value(case: tuple[Letter, list[Correction]]) -> None:
    """Whatever a log says: values read their quotes, and what cannot be dismissed stands."""
    letter, made = case
    record = letter.revised(*made)
    assert not list(misread(record, letter.text))
    assert Record.from_json(record.to_json()) == record
    assert record.document == letter.record.document
    dismissed = [each for each in record.findings if not each.stands]
    assert all(is_dismissible(each) for each in dismissed)
    if record.status == "verified":
        assert not [each for each in record.findings if each.severity == "error" and each.stands]
        own = [each for each in letter.check(record) if not is_dismissible(each)]
        assert not [each for each in own if each.severity == "error"]
