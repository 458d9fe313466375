"""What a report counts: planted errors, and the numbers they must come to."""

from pathlib import Path

import pytest
from reports import (
    LETTER,
    arm,
    costing,
    doubled,
    dropped,
    golden,
    letter,
    overturned,
    results,
    slipped,
    under_review,
)

from evals.pages.arms import Entry, entries
from evals.pages.board import standing
from evals.pages.decisions import confusion
from evals.pages.differences import differences
from evals.pages.failures import beside, failures, opened
from evals.pages.fields import codes, fields, side_by_side
from evals.pages.numbers import times
from evals.pages.passages import Sources, passage
from evals.pages.slices import slices
from evals.results import ArmResults, Letter
from extractor.intervals import clustered, wilson
from extractor.pages.visible import visible


def entry(*letters: Letter) -> Entry:
    """Return the one arm of a page that read *letters*."""
    return entries({"a": results(arm("model", *letters))})[0]


def mixed() -> Entry:
    """Return an arm with one perfect letter, one escaped error and one needless review."""
    return entry(letter("a"), letter("b", overturned), letter("c", under_review))


# --- leaderboard ---------------------------------------------------------------------------------


def test_the_leaderboard_counts_letters_and_gives_wilsons_interval() -> None:
    """Of three letters one is perfect; of the two verified ones one has the one escaped error."""
    row = standing(mixed())
    assert (row.perfect.part, row.perfect.whole, row.perfect.interval) == (1, 3, wilson(1, 3))
    assert (row.escaped_errors, row.escaped.part, row.escaped.whole) == (1, 1, 2)
    assert (row.needless.part, row.needless.whole) == (1, 3)


def test_readings_of_one_letter_are_no_letters_of_their_own() -> None:
    """Two letters read twice, three of four readings perfect: letters are drawn whole."""
    readings = [letter(case, repeat=repeat) for case in "ab" for repeat in (0, 1)]
    readings[3] = letter("b", overturned, repeat=1)
    row = standing(entry(*readings))
    assert (row.letters, row.perfect.part, row.perfect.whole) == (2, 3, 4)
    assert row.perfect.interval == clustered([2, 1], [2, 2]) != wilson(3, 4)


def test_a_cost_that_is_not_known_is_not_zero() -> None:
    """Two letters for 0.1 and 0.3 dollars, a third unknown: 0.4 in all, 0.2 per letter."""
    row = standing(
        entry(
            letter("a", costing(0.1, input=10, output=1)),
            letter("b", costing(0.3, input=20)),
            letter("c", costing(None)),
        )
    )
    assert row.costs.usd == pytest.approx(0.4)
    assert row.costs.priced == 2
    assert row.per_letter == pytest.approx(0.2)
    assert row.costs.tokens == {"input": 30, "output": 1}
    assert standing(entry(letter("a"))).per_letter is None


def test_a_letter_without_a_record_is_counted_as_one() -> None:
    """It is a letter that is not perfect, and named apart."""
    row = standing(entry(letter("a"), letter("b", record=None)))
    assert (row.failed, row.perfect.part, row.perfect.whole) == (1, 1, 2)


def test_of_twenty_times_the_nineteenth_is_the_95th_percentile() -> None:
    """The nearest rank: 95 of 100 letters took no longer."""
    assert times([float(second) for second in range(20, 0, -1)]) == (20, 10.5, 19.0)
    assert times([]) is None


def test_a_cached_reply_has_no_time_of_its_own() -> None:
    """It was answered at once, which says nothing of the model: 3 seconds are the median."""

    def cached(record: dict[str, dict[str, object]]) -> None:
        record["provenance"]["cached"] = True

    row = standing(entry(letter("a", seconds=3.0), letter("b", cached, seconds=0.001)))
    assert (row.costs.cached, row.times) == (1, (1, 3.0, 3.0))


def test_the_arm_with_most_perfect_letters_comes_first() -> None:
    """Then the one with fewer escaped errors, then the name."""
    good, bad = letter("a"), letter("a", overturned)
    worse = letter("a", overturned, dropped)
    arms = entries({"x": results(arm("z", good), arm("c", worse), arm("b", bad), arm("a", good))})
    assert [(each.rank, each.name) for each in arms] == [(1, "a"), (2, "z"), (3, "b"), (4, "c")]


def test_arms_of_several_files_are_told_apart_by_the_file() -> None:
    """Only those that share a name get the file's, and none is called like another."""
    one, two = results(arm("rules", letter("a"))), results(arm("rules", letter("a")))
    names = [each.name for each in entries({"monday": one, "tuesday": two})]
    assert names == ["rules (monday)", "rules (tuesday)"]


# --- fields --------------------------------------------------------------------------------------


def test_a_fields_ratios_stand_on_counts_and_intervals_on_letters() -> None:
    """Items' decisions of four letters with two each, by hand.

    One wrong, one missing (its item dropped), one extra: 6 right of 8 produced and of 8 expected;
    F1 is 12 of 16. Per letter the right of the produced are 2/2, 1/2, 1/1, 2/3.
    """
    arm_ = entry(letter("a"), letter("b", overturned), letter("c", dropped), letter("d", doubled))
    rows = {row.name: row for row in fields(arm_).rows}
    row = rows["items.decision"]
    assert (row.counts.correct, row.counts.wrong, row.counts.missing, row.counts.extra) == (
        6,
        1,
        1,
        1,
    )
    assert (row.precision.part, row.precision.whole, row.precision.value) == (6, 8, 0.75)
    assert (row.recall.part, row.recall.whole, row.f1.value) == (6, 8, 0.75)
    assert row.precision.interval == clustered([2, 1, 1, 2], [2, 2, 1, 3])
    assert row.f1.interval == clustered([4, 2, 2, 4], [4, 4, 3, 5])
    assert (row.letters, row.errors) == (4, 3)


def test_codes_are_counted_as_fields_are() -> None:
    """A finding that no label has is an extra one of its code."""
    (row,) = codes(mixed()).rows
    assert (row.name, row.counts.extra, row.precision.value) == ("ungrounded", 1, 0.0)


def test_fields_side_by_side_are_those_with_an_error_in_any_arm() -> None:
    """The wrong decision is one field; all others are named as right."""
    tables = [fields(entry(letter("a"))), fields(entry(letter("a", overturned)))]
    found = side_by_side(tables)
    ((name, rows),) = found.rows
    assert (name, [row and row.errors for row in rows]) == ("items.decision", [0, 1])
    assert "items.request" in found.right
    assert "items.decision" not in found.right


# --- decisions, slices ---------------------------------------------------------------------------


def test_decisions_are_confused_as_the_assignment_of_items_pairs_them() -> None:
    """Six items by hand: the letter's are upheld, overturned.

    One flipped, one dropped (the item after it keeps its partner), one that is not there.
    """
    found = confusion([letter("b", overturned), letter("c", dropped), letter("d", doubled)])
    assert found.cells == {
        ("upheld", "overturned"): 1,
        ("upheld", "none"): 1,
        ("upheld", "upheld"): 1,
        ("overturned", "overturned"): 3,
        ("none", "overturned"): 1,
    }
    assert found.names == ("upheld", "overturned", "none")


def test_a_letter_whose_labels_name_no_items_is_not_confused() -> None:
    """What labels leave out is unscored; a letter without a record lacks its items."""
    assert confusion([letter("a", expected={"status": "verified"})]).items == 0
    lost = confusion([letter("a", record=None)])
    assert lost.cells == {("upheld", "none"): 1, ("overturned", "none"): 1}


def test_slices_count_perfect_letters_by_layout_origin_and_items() -> None:
    """Every letter has two items; one of two published ones is perfect."""
    published = {"origin": "published"}
    arm_ = entry(letter("a"), letter("b", **published), letter("c", overturned, **published))
    by = {group.title: {row.name: row for row in group.rows} for group in slices([arm_])}
    (share,) = by["origin"]["published"].shares
    assert (share.part, share.whole, share.interval) == (1, 2, wilson(1, 2))
    assert by["origin"]["published"].escaped == [1]
    assert by["items"].keys() == {"2"}
    assert by["layout"].keys() == {"dwc-2014"}
    assert by["split"].keys() == {"dev"}


# --- failures ------------------------------------------------------------------------------------


def test_failures_come_with_escaped_errors_first() -> None:
    """Two escaped errors before one, then no record, then the reviewed, then the span."""
    both = letter("two", overturned, lambda record: record["patient"].update(age=None))
    arm_ = entry(
        letter("span", slipped),
        letter("none", record=None),
        letter("right"),
        letter("one", overturned),
        letter("review", under_review),
        both,
    )
    (found,) = failures([arm_], Sources(None))
    assert [each.letter.case for each in found.shown] == ["two", "one", "none", "review", "span"]


def test_a_dropped_item_is_one_difference_with_its_parts_counted() -> None:
    """All 32 marks of the lost item: itself and 31 values in it."""
    (found,) = differences(letter("a", dropped), LETTER)
    assert (found.pointer, found.what, found.parts) == ("/items/0", "missing", 31)
    assert found.expected is not None
    assert found.produced is None


def test_an_extra_item_does_not_hide_the_differences_of_the_one_it_pushes_aside() -> None:
    """Both have the pointer /items/1, one into the record, one into the labels."""

    def pushed(record: dict[str, list[dict[str, dict[str, object]]]]) -> None:
        doubled(record)
        record["items"].insert(1, record["items"].pop())
        record["items"][2]["decision"]["value"] = "upheld"

    found = differences(letter("a", pushed), LETTER)
    assert [(each.pointer, each.what) for each in found] == [
        ("/items/1", "extra"),
        ("/items/1/decision", "wrong"),
    ]


def test_a_span_that_is_not_exact_is_no_error_and_says_so() -> None:
    """Nobody is misled by a character less; that it does not read its quote there is said too."""
    (found,) = differences(letter("a", slipped), LETTER)
    assert (found.what, found.error) == ("right, but its span is not exact", False)
    start = LETTER.index("Wrist brace, right")
    expected, produced = found.expected, found.produced
    assert expected is not None
    assert produced is not None
    assert (expected.place, expected.astray) == (f"{start}:{start + 18}", False)
    assert (produced.place, produced.astray) == (f"{start}:{start + 17}", True)
    (unknown,) = differences(letter("a", slipped), None)
    assert unknown.produced is not None
    assert not unknown.produced.astray


def test_what_is_shown_is_capped_and_the_rest_is_counted() -> None:
    """Room for four differences in two arms: two letters of each three, and one more."""
    arms = entries({"x": results(*(_three(name) for name in "ab"))})
    assert [(len(each.shown), each.rest) for each in failures(arms, Sources(None), 4)] == [
        (2, 1),
        (2, 1),
    ]


def _three(name: str) -> ArmResults:
    return arm(name, *(letter(case, overturned) for case in "abc"))


def test_of_one_letter_the_differences_are_capped_too() -> None:
    """A letter with three differences in a room for two shows two and says that one is left."""

    def poor(record: dict[str, dict[str, object]]) -> None:
        record["patient"] |= {"age": None, "sex": None}

    (found,) = failures([entry(letter("a", overturned, poor))], Sources(None), 2)
    assert (len(found.shown[0].differences), found.shown[0].rest) == (2, 1)


def test_letters_stand_side_by_side_with_their_worst_reading() -> None:
    """A letter that one arm got right and another did not; perfect ones are left out."""
    good = arm("good", letter("a"), letter("b"))
    bad = arm("bad", letter("a"), letter("a", overturned, repeat=1), letter("b"))
    rows, more = beside(failures(entries({"x": results(good, bad)}), Sources(None)))
    assert more == 0
    ((case, cells),) = [(row.case, row.cells) for row in rows]
    assert (case, cells) == (
        "a",
        [("good", "perfect", None), ("bad", "1 escaped", "arm-2-letter-1")],
    )


def test_no_letter_of_the_test_split_is_shown_unasked() -> None:
    """The first letter to develop on is open, be it not the worst."""
    arm_ = entry(letter("a", overturned, split="test"), letter("b", slipped))
    found = failures([arm_], Sources(None))
    assert opened(found) == "arm-1-letter-2"
    assert opened(failures([entry(letter("a", overturned, split="test"))], Sources(None))) is None


# --- passages ------------------------------------------------------------------------------------


def words(quote: str) -> dict[str, object]:
    """Return where *quote* stands first in the letter."""
    start = LETTER.index(quote)
    return {"quote": quote, "start": start, "end": start + len(quote)}


def test_a_passage_marks_each_character_once() -> None:
    """What both spans cover, what only one covers, and the words around."""
    pieces = passage(LETTER, words("Left elbow arthroscopy"), words("elbow arthroscopy: Upheld"))
    assert [tuple(piece) for piece in pieces if piece.kind] == [
        ("Left ", "expected"),
        ("elbow arthroscopy", "both"),
        (": Upheld", "produced"),
    ]
    assert pieces[0].text.endswith("set forth below: ")
    assert pieces[-1].text.startswith(" Claims Administrator guideline")


def test_a_span_that_does_not_read_its_quote_is_not_drawn() -> None:
    """Offsets of another reader's text would mark other words."""
    shifted = {**words("Left elbow arthroscopy"), "start": 3}
    assert passage(LETTER, None, shifted) == []
    assert passage(LETTER, None, {"quote": "x", "start": -1, "end": 10**9}) == []
    assert passage(None, words("Upheld"), None) == []


def test_only_the_letter_that_was_scored_is_shown(tmp_path: Path) -> None:
    """A golden letter that has changed since shows quotes, not the wrong words."""
    sources = Sources(golden(tmp_path / "golden", "a"))
    assert sources.text("a", letter("a").source_sha256) == LETTER
    assert sources.text("a", "0" * 64) is None


def test_results_cannot_name_a_file_outside_the_golden_folder(tmp_path: Path) -> None:
    """A case is one of the folders that lie there, whatever results call it."""
    golden(tmp_path, "outside")
    sources = Sources(golden(tmp_path / "golden", "a"))
    assert sources.text("../outside", None) is None
    assert sources.text(str(tmp_path / "outside"), None) is None


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("a\x00b", "a⟨U+0000⟩b"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("a\ud800b", "a⟨U+D800⟩b"),
        ("a\u2028b", "a⟨U+2028⟩b"),
        ("\U000e0041", "⟨U+E0041⟩"),
        ("a\nb\tc é 中", "a\nb\tc é 中"),
    ],
)
def test_what_acts_instead_of_being_seen_is_shown_by_its_code_point(
    hostile: str, shown: str
) -> None:
    """Lines, tabs and every script's own letters stay."""
    assert visible(hostile) == shown
