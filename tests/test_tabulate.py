"""What is counted: every number here is counted by hand."""

import pytest
from tabulated import cited, counts_of, failed, figures, item, odd, record, tabulated, words

from extractor.findings import Code
from extractor.intervals import clustered
from extractor.record import Case
from extractor.tabulate import FURTHER, UNREAD
from extractor.tabulate.tables import MOST_ROWS

UP, OVER = "upheld", "overturned"


def test_the_flow_says_where_each_input_went() -> None:
    """Inputs are duplicates, failed, in review or verified; nothing is left over."""
    flow = tabulated(
        record(item(), item(), content="same"),
        record(item(), item(), content="same"),
        record(item(), status="review"),
        record(),
        failed(),
    ).flow
    assert [step[1:] for step in (flow.inputs, flow.duplicates, flow.counted)] == [
        (5, 5),
        (1, 2),
        (4, 3),
    ]
    assert [step[1:] for step in (flow.failed, flow.review, flow.verified)] == [
        (1, 0),
        (1, 1),
        (2, 2),
    ]
    assert flow.empty.letters == 1


def test_a_content_is_counted_once() -> None:
    """A duplicate is in no table, whatever its name; letters of unknown content all count."""
    made = tabulated(
        record(item(OVER), name="a.txt", content="same"),
        record(item(OVER), name="b.txt", content="same"),
    )
    assert figures(made.decisions["all"]) == (1, 1, 0, 1)
    nameless = record(item()).document.model_copy(update={"sha256": None})
    made = tabulated(*(record(item(), document=nameless) for _ in range(2)))
    assert figures(made.decisions["all"]) == (2, 2, 2, 0)
    assert made.flow.unhashed.letters == 2


def case(number: str | None) -> Case:
    """Return a header with that case number."""
    return Case(case_number=words(number) if number else None)


def test_a_case_in_letters_of_other_bytes_is_seen() -> None:
    """Such letters count, and the flow says how many; copies and letters without a number do not.

    Case 1 is there three times and once more as a copy, case 2 twice, case 3 once.
    """
    flow = tabulated(
        record(item(), case=case("CM16-0000001"), content="text"),
        record(item(), item(), case=case("CM16-0000001"), content="pdf"),
        record(item(), item(), case=case("CM16-0000001"), content="pdf"),
        record(item(), case=case("cm16-0000001"), status="review"),
        record(case=case("CM16-0000002")),
        record(item(), case=case("CM16-0000002")),
        record(item(), case=case("CM16-0000003")),
        *(record(item(), case=case(None)) for _ in range(2)),
        *(failed(case=case(None)) for _ in range(2)),
    ).flow
    assert (flow.cases, flow.repeated[1:]) == (2, (3, 4))


def test_verified_letters_are_counted_apart() -> None:
    """A letter in review counts among all letters only."""
    made = tabulated(
        record(item(OVER, "Surgery"), item(UP, "Surgery")),
        record(item(OVER, "Surgery"), item(OVER, "Injection"), status="review"),
    )
    assert counts_of(made, "category", "verified") == {
        ("Surgery",): (2, 1, 1, 1),
        ("Injection",): (0, 0, 0, 0),
    }
    assert counts_of(made, "category") == {
        ("Surgery",): (3, 2, 1, 2),
        ("Injection",): (1, 1, 0, 1),
    }
    assert not made.same
    assert tabulated(record(item()), failed()).same


def test_what_was_not_read_has_a_row_of_its_own() -> None:
    """It stands last, however many items it has, and the table says how many lack the field."""
    made = tabulated(record(item(UP, None), item(OVER, None)), record(item(UP, "Surgery")))
    assert list(counts_of(made, "category")) == [("Surgery",), UNREAD]
    lacking = made.table("category").lacking("all")
    assert figures(lacking) == (2, 1, 1, 1)


def test_groups_of_most_items_come_first() -> None:
    """Ties stand in the order of their names."""
    made = tabulated(
        record(item(category="B"), item(category="A"), item(category="C"), item(category="C"))
    )
    assert list(counts_of(made, "category")) == [("C",), ("A",), ("B",)]


def test_the_interval_draws_letters_whole() -> None:
    """Items of one letter are added together before the rate's interval is made."""
    made = tabulated(
        record(item(OVER), item(OVER), item(UP)), record(item(UP)), record(item(UP), item(OVER))
    )
    (row,) = made.table("category").rows
    assert row.of("all").rate == 3 / 6
    assert row.of("all").interval == clustered([2, 0, 1], [3, 1, 2])
    assert row.of("all").interval != clustered([1, 1, 0, 0, 0, 1], [1] * 6)


def test_a_drug_without_a_class_is_no_item_without_a_drug() -> None:
    """Both have a row."""
    made = tabulated(record(item(drug=True), item(drug_class="Opioids"), item()))
    assert counts_of(made, "drug_class") == {
        ("Opioids",): (1, 1, 1, 0),
        ("unclassified",): (1, 1, 1, 0),
        UNREAD: (1, 1, 1, 0),
    }


def test_a_category_without_a_subcategory_keeps_its_name() -> None:
    """Only an item without a category is unread."""
    made = tabulated(record(item(category="Surgery", subcategory="Spine"), item(category="Home")))
    assert list(counts_of(made, "subcategory")) == [("Home", ""), ("Surgery", "Spine")]


def test_guidelines_are_counted_for_each_side() -> None:
    """An item counts once in each guideline that the side cites, however often it does."""
    low_back, neck = "mtus/acoem/12", "mtus/acoem/8"
    made = tabulated(
        record(
            item(
                OVER,
                claims_administrator=cited(low_back, neck, low_back),
                reviewer=cited("odg/low-back"),
            ),
            item(UP, claims_administrator=cited(low_back)),
        )
    )
    sides = [
        counts_of(made, "guideline", "all", side) for side in made.table("guideline").grouping.sides
    ]
    administrator, reviewer = ({key[:1]: counts for key, counts in each.items()} for each in sides)
    assert administrator == {
        (low_back,): (2, 1, 1, 1),
        (neck,): (1, 1, 0, 1),
        ("odg/low-back",): (0, 0, 0, 0),
        (): (0, 0, 0, 0),
    }
    assert reviewer[("odg/low-back",)] == (1, 1, 0, 1)
    assert reviewer[()] == (1, 1, 1, 0)


def test_chapters_of_one_document_are_one_document() -> None:
    """An item that cites two chapters counts once in their document."""
    both = cited("mtus/acoem/12", "mtus/acoem/8", "unknown")
    made = tabulated(record(item(reviewer=both)))
    counts = {key[0]: n for key, n in counts_of(made, "document", "all", "reviewer").items() if key}
    assert counts == {"mtus/acoem": (1, 1, 1, 0), "unknown": (1, 1, 1, 0)}


def test_what_a_side_rests_on_is_counted_with_its_lack() -> None:
    """MTUS, outside it, both, none and unclear are kinds; no field at all is a row."""
    made = tabulated(
        record(
            item(claims_administrator=cited(), reviewer=cited(cites="both")),
            item(OVER, claims_administrator=cited(cites="none")),
            item(),
        )
    )
    assert counts_of(made, "cites", "all", "reviewer") == {
        ("both",): (1, 1, 1, 0),
        ("mtus",): (0, 0, 0, 0),
        ("none",): (0, 0, 0, 0),
        UNREAD: (2, 1, 1, 1),
    }
    assert counts_of(made, "cites_of_both") == {
        ("mtus", "both"): (1, 1, 1, 0),
        ("none", ""): (1, 1, 0, 1),
        UNREAD: (1, 1, 1, 0),
    }


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (("odg", "mtus/acoem/8"), ("mtus/acoem/8", "odg"), ("same",)),
        (("odg", "mtus/acoem/8"), ("odg",), ("some_shared",)),
        (("mtus/acoem/12",), ("mtus/acoem/8",), ("none_shared",)),
        (("odg", "unknown"), ("unknown",), ("only_claims_administrator",)),
        ((), ("odg",), ("only_reviewer",)),
        (("unknown",), ("unknown",), UNREAD),
    ],
)
def test_guidelines_of_the_sides_are_compared(
    one: tuple[str, ...], other: tuple[str, ...], said: tuple[str, ...]
) -> None:
    """As sets of what the catalogue knows; two unknown ones are not the same."""
    made = tabulated(record(item(claims_administrator=cited(*one), reviewer=cited(*other))))
    assert list(counts_of(made, "shared")) == [said]


def test_an_item_counts_in_each_specialty_of_its_reviewer() -> None:
    """Once in each, though it be printed twice."""
    made = tabulated(
        record(item(), specialties=["Neurology", "Pain", "Pain"]), record(item(), specialties=[])
    )
    assert counts_of(made, "specialty") == {
        ("Neurology",): (1, 1, 1, 0),
        ("Pain",): (1, 1, 1, 0),
        UNREAD: (1, 1, 1, 0),
    }


def test_time_is_that_of_the_decision_and_in_order() -> None:
    """However many items a month has."""
    made = tabulated(
        record(item(), item(), decided="2024-11-02"),
        record(item(OVER), decided="2024-02-29"),
        record(item(), decided="2023-12-31"),
        record(item(), decided=None),
    )
    assert counts_of(made, "year") == {
        ("2023",): (1, 1, 1, 0),
        ("2024",): (3, 2, 2, 1),
        UNREAD: (1, 1, 1, 0),
    }
    assert list(counts_of(made, "month")) == [("2023-12",), ("2024-02",), ("2024-11",), UNREAD]


def test_letters_are_counted_by_how_many_items_they_have() -> None:
    """In the order of the number: ten comes after two."""
    made = tabulated(record(*[item()] * 10), record(item(OVER), item()), record(item(), item()))
    assert list(counts_of(made, "items_per_letter").items()) == [
        (("2",), (4, 2, 3, 1)),
        (("10",), (10, 1, 10, 0)),
    ]


@pytest.mark.parametrize(
    ("numbers", "median"), [([], None), ([3], 3), ([1, 1, 9], 1), ([1, 2, 9], 2), ([1, 2, 8, 9], 2)]
)
def test_the_median_is_a_number_of_items_that_a_letter_has(
    numbers: list[int], median: int | None
) -> None:
    """Half of the letters do not exceed it; the lower one where two are in the middle."""
    made = tabulated(*(record(*[item()] * n) for n in numbers))
    assert made.median_items("all") == median


def test_partial_approvals_stand_apart() -> None:
    """The rest is decided like any item, and the rows say of how many a part was authorized."""
    made = tabulated(record(item(OVER, partial=True), item(UP), item(UP)))
    assert counts_of(made, "partial") == {
        ("whole_request_denied",): (2, 1, 2, 0),
        ("part_authorized",): (1, 1, 0, 1),
    }
    assert made.decisions["all"].partial == 1


def test_letters_have_an_outcome_over_all_items() -> None:
    """Mixed where items are decided differently; letters without an item have none."""
    made = tabulated(
        record(item(UP), item(OVER)), record(item(OVER)), record(item(UP)), record(), failed()
    )
    assert made.outcomes["all"] == {"mixed": 1, "overturned": 1, "upheld": 1}


def test_observations_are_counted_by_letter_and_the_first_kept() -> None:
    """A letter with two of a code is one letter; examples end where they were told to."""
    made = tabulated(
        record(item(), name="a.txt", findings=(odd(), odd(said="Three."))),
        record(item(), name="b.txt", findings=(odd(), odd(Code.AGE_IMPLAUSIBLE, "/patient/age"))),
        record(item(), name="c.txt", status="review", findings=(odd(),)),
        examples=3,
    )
    first, second = made.observed
    assert (first.code, first.letters, first.verified, first.findings) == (
        "body_region_mismatch",
        3,
        2,
        4,
    )
    assert [(each.id, each.odd.item) for each in first.examples] == [
        ("a.txt", 1),
        ("a.txt", 1),
        ("b.txt", 1),
    ]
    assert second.examples[0].odd.item is None
    assert made.odd == {"verified": 2, "all": 3}


@pytest.mark.parametrize("path", ["/items/x/rationale", f"/items/{'9' * 9000}", "/case", ""])
def test_a_path_that_names_no_item_names_none(path: str) -> None:
    """An observation may be about the whole letter, or a record made by anyone."""
    made = tabulated(record(item(), findings=(odd(path=path),)))
    assert made.observed[0].examples[0].odd.item is None


def test_an_error_is_no_observation() -> None:
    """What keeps a letter in review says nothing odd about the letter."""
    assert not tabulated(failed()).observed


def test_published_figures_stand_beside_those_of_their_year_alone() -> None:
    """The same share of the letters decided in that year; letters where it counts letters."""
    opioid = item(OVER, "Pharmaceuticals", "Opioids", "Opioids")
    made = tabulated(
        record(opioid, item(UP, "Pharmaceuticals"), item(UP, "Surgery"), decided="2024-01-02"),
        record(opioid, decided="2023-12-30", status="review"),
        record(opioid, decided=None),
    )
    found = {
        (beside.figure.year, beside.figure.says): beside.counted["all"] for beside in made.beside
    }
    assert found[2024, "Treatment denials overturned"] == (1, 3)
    assert found[2024, "Pharmaceutical requests that are opioids"] == (1, 2)
    assert found[2024, "Final determination letters"].part == 1
    assert found[2023, "Requests that are pharmaceuticals"] == (1, 1)
    assert found[2019, "Treatment denials overturned"] == (0, 0)
    assert all(
        beside.counted["verified"].part == 0 for beside in made.beside if beside.figure.year == 2023
    )


def test_a_table_does_not_grow_without_end() -> None:
    """Names that letters print freely are counted together once there are too many of them."""
    made = tabulated(
        *(record(item(), specialties=[f"Specialty {n}"]) for n in range(MOST_ROWS)),
        *(record(item(), specialties=[f"More {n}", "Yet more"]) for n in range(3)),
    )
    counts = counts_of(made, "specialty")
    assert len(counts) == MOST_ROWS + 1
    assert list(counts)[-1] == FURTHER
    assert counts[FURTHER] == (3, 3, 3, 0)


def test_a_name_without_end_is_cut() -> None:
    """A key is no longer than anything meant to be read."""
    made = tabulated(record(item(), specialties=["w" * 100_000]))
    (key,) = counts_of(made, "specialty")
    assert len(key[0]) <= 200


def test_the_fingerprint_tells_other_letters_apart() -> None:
    """The same letters have one, duplicates or not; others have another."""
    one, other = record(item(), content="one"), record(item(), content="other")
    assert tabulated(one, one).fingerprint == tabulated(one).fingerprint
    assert tabulated(one).fingerprint != tabulated(other).fingerprint
