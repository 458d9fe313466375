"""``imr-eval agree``: two labellers compared, each count and each kappa worked out by hand."""

import json
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import care
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.care.agreement import CATEGORICAL, Agreement, Field, agreement, read_labels
from evals.care.agreement_report import disagreements, kappa_words
from evals.care.kappa import Kappa, clustered_kappa, kappa
from evals.scoring.fields import CITATION, ITEM, LETTER
from evals.scoring.marks import Place

Data = dict[str, Any]
NAMES = ("one", "two", "three", "four")


def pairs(table: list[list[int]]) -> list[tuple[int, int]]:
    """Return the pairs that a table of counts adds up, its rows being the first rater's."""
    return [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]


@pytest.mark.parametrize(
    ("table", "exact"),
    [
        # Cohen 1960, table 1: (140 - 82) / (200 - 82), printed as .492.
        ([[88, 14, 18], [10, 40, 10], [2, 6, 12]], Fraction(58, 118)),
        # Fleiss, Levin and Paik 2003, section 18.1: (.89 - .66) / (1 - .66), printed as .68.
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], Fraction(23, 34)),
        # The grants of textbooks: 20 and 15 agreed of 50; (.7 - .5) / (1 - .5).
        ([[20, 5], [10, 15]], Fraction(2, 5)),
        # The same agreement, 60 of 100, with other habits: printed as 0.1304 and 0.2593.
        ([[45, 15], [25, 15]], Fraction(3, 23)),
        ([[25, 35], [5, 35]], Fraction(7, 27)),
        # Never agreed, each category half of the time: as bad as can be.
        ([[0, 5], [5, 0]], Fraction(-1)),
        # One rater has one habit only: chance explains everything, and kappa is 0.
        ([[3, 2], [0, 0]], Fraction(0)),
    ],
)
def test_kappa_is_what_its_publishers_print(table: list[list[int]], exact: Fraction) -> None:
    """Published worked examples, as exact fractions."""
    assert kappa(pairs(table)) == pytest.approx(float(exact), abs=1e-12)


def test_kappa_of_one_category_is_undefined() -> None:
    """Where both use one word only, chance alone agrees in full: neither 0 nor 1."""
    assert kappa(pairs([[9]])) is None
    assert kappa([]) is None
    assert kappa_words(clustered_kappa([pairs([[9]])])) == "undefined: one category (9)"
    assert kappa_words(clustered_kappa([])) == "undefined: no pair (0)"


raters = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30)


@given(raters)
def test_kappa_depends_neither_on_order_nor_on_who_is_first(found: list[tuple[str, str]]) -> None:
    """Kappa is symmetric, and 1 at most."""
    value = kappa(found)
    assert value == kappa([(other, one) for one, other in reversed(found)])
    assert value is None or value <= 1


def test_the_interval_of_kappa_holds_it_and_draws_letters_whole() -> None:
    """Forty letters that repeat one pair ten times say no more than forty pairs do."""
    alone = [[pair] for pair in pairs([[15, 5], [5, 15]])]
    tenfold = [letter * 10 for letter in alone]
    once, again = clustered_kappa(alone), clustered_kappa(tenfold)
    assert (once.n, again.n) == (40, 400)
    assert once.value == again.value == pytest.approx(0.5)
    assert once.interval == again.interval
    assert once.interval is not None
    assert 0.15 < once.interval.low < 0.35
    assert 0.65 < once.interval.high < 0.85


def test_the_interval_is_the_same_every_time() -> None:
    """A seed makes a report that can be repeated."""
    letters = [pairs([[3, 1], [1, 2]])] * 3 + [pairs([[1, 1], [0, 4]])] * 3
    assert clustered_kappa(letters) == clustered_kappa(letters)


def test_no_interval_is_claimed_where_drawing_shows_nothing() -> None:
    """Full agreement in every draw is no proof of a kappa between 1 and 1."""
    found = clustered_kappa([[(1, 1)], [(0, 0)]] * 5)
    assert (found.value, found.interval) == (1, None)


def test_a_kappa_that_is_the_same_in_every_draw_has_no_interval() -> None:
    """One rater of one habit: kappa is 0 in whatever draw it is defined."""
    assert clustered_kappa([[(1, 1)], [(0, 1)]]) == Kappa(2, 0.0, None, 2)


def test_draws_without_a_rare_category_are_left_out() -> None:
    """Of one odd letter in three, some draws have none: kappa has an interval all the same."""
    found = clustered_kappa([[(1, 1)], [(0, 0)], [(0, 1)]])
    assert found.value == pytest.approx(0.4)
    assert found.interval is not None
    assert found.interval.low <= 0.0
    assert found.interval.high == 1.0


# --- labellers ------------------------------------------------------------------------------------


class Desk:
    """Two labellers' folders of the same four letters."""

    def __init__(self, folder: Path) -> None:
        """Write the same labels for both."""
        self.first, self.second = folder / "a", folder / "b"
        for n, name in enumerate(NAMES):
            for side in (self.first, self.second):
                care.write(side, name, f"CM16-000000{n}")

    def differ(self, name: str, change: Callable[[Data], object], side: str = "second") -> None:
        """Change what one labeller says of a letter."""
        folder: Path = getattr(self, side) / name
        content = care.read(folder)
        change(content["record"])
        care.save(folder, content)

    def compare(self) -> Agreement:
        """Compare the two."""
        return agreement(read_labels(self.first), read_labels(self.second))

    def field(self, name: str) -> Field:
        """Return what is found of one field."""
        found = self.compare()
        (field,) = (each for each in (*found.fields, *found.observations) if each.name == name)
        return field

    def agree(self, *more: object) -> Any:  # noqa: ANN401 - a result
        """Run the command."""
        return care.imr_eval("agree", self.first, self.second, *more)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two labellers who agree in everything."""
    return Desk(tmp_path)


def put(name: str, label: object, record: Data) -> None:
    """Label a field of the first item."""
    record["items"][0][name] = label


def counts(field: Field) -> tuple[int, int, int, int, int]:
    """Return agree, differ, only the first, only the second, absent."""
    return field.agree, field.differ, field.only_first, field.only_second, field.absent


def test_the_same_labels_agree(desk: Desk) -> None:
    """Four letters of two items: eight decisions agree, and nothing is listed."""
    found = desk.compare()
    assert found.disagreements == ()
    assert counts(desk.field("items.decision")) == (8, 0, 0, 0, 0)
    assert desk.field("items.decision").kappa == Kappa(8, 1.0, None, 2)
    assert desk.field("items.request").places == {Place.EXACT: 8}


def test_a_decision_that_differs_costs_kappa(desk: Desk) -> None:
    """7 of 8 agree; habits are 4 and 4 against 5 and 3: (8 * 7 - 32) / (64 - 32) is 0.75."""
    desk.differ("two", lambda r: r["items"][1]["decision"].update(value="upheld"))
    field = desk.field("items.decision")
    assert counts(field) == (7, 1, 0, 0, 0)
    assert field.kappa is not None
    assert (field.kappa.n, field.kappa.value) == (8, 0.75)
    assert field.interval is not None
    assert field.interval.low < 7 / 8 < field.interval.high <= 1


def test_an_absent_value_is_a_category_of_its_own(desk: Desk) -> None:
    """Sex is said 4 times by one and 3 times by the other: kappa over 4 letters is 0."""
    desk.differ("one", lambda r: r["patient"].update(sex=None))
    field = desk.field("patient.sex")
    assert counts(field) == (3, 0, 1, 0, 0)
    assert field.compared == 4
    assert field.kappa == Kappa(4, 0.0, None, 2)


def test_what_both_call_absent_counts_for_kappa_alone(desk: Desk) -> None:
    """Both say that one letter has no sex: 3 values agree; kappa is of 4 letters and is 1."""
    for side in ("first", "second"):
        desk.differ("one", lambda r: r["patient"].update(sex=None), side)
    field = desk.field("patient.sex")
    assert counts(field) == (3, 0, 0, 0, 1)
    assert field.kappa == Kappa(4, 1.0, None, 2)


def test_what_either_leaves_out_is_not_compared(desk: Desk) -> None:
    """A label that one of them never gave is no disagreement, whoever that is."""
    desk.differ("one", lambda r: r["patient"].pop("sex"), "first")
    desk.differ("two", lambda r: r["patient"].pop("sex"), "second")
    assert counts(desk.field("patient.sex")) == (2, 0, 0, 0, 0)
    assert desk.compare().disagreements == ()


def test_one_category_is_said_and_not_printed_as_a_number(desk: Desk) -> None:
    """All are men to both: kappa is undefined, in words."""
    line = next(row for row in desk.agree().output.splitlines() if row.startswith("patient.sex"))
    assert "undefined: one category (4)" in line


def test_an_item_of_one_labeller_is_counted_once(desk: Desk) -> None:
    """The first of two items is left out: one item found by one, the other compared as ever."""
    desk.differ("three", lambda r: r["items"].pop(0))
    assert counts(desk.field("items")) == (7, 0, 1, 0, 0)
    assert counts(desk.field("items.decision")) == (7, 0, 0, 0, 0)
    (said,) = (line for line in disagreements(desk.compare()) if "/items/0 items" in line)
    start = care.LETTER.format(number=care.NUMBER).index("Lumbar brace")
    assert (
        said == f"three/source.txt /items/0 items: only A; A 'Lumbar brace' [{start}:{start + 12}]"
    )


def test_spans_are_compared_apart_from_values(desk: Desk) -> None:
    """The same date read at another place: the value agrees, its span is listed."""

    def moved(record: Data) -> None:
        record["patient"]["date_of_injury"].update(start=0, end=8)

    desk.differ("one", moved)
    field = desk.field("patient.date_of_injury")
    assert counts(field) == (4, 0, 0, 0, 0)
    assert field.places == {Place.EXACT: 3, Place.APART: 1}
    assert any("spans apart" in line for line in disagreements(desk.compare()))


def test_a_partial_approval_is_there_or_not(desk: Desk) -> None:
    """One of 8 has one, to A alone; no pair agrees on "there", so kappa is 0 of 8."""
    text = care.LETTER.format(number="CM16-0000000")
    words = {name: care.value(text, "brace") for name in ("original", "authorized", "remaining")}
    for side, said in (("first", words), ("second", None)):
        for name in NAMES:
            desk.differ(name, lambda r: [i.update(partial_approval=None) for i in r["items"]], side)
        desk.differ("one", partial(put, "partial_approval", said), side)
    field = desk.field("items.partial_approval")
    assert counts(field) == (0, 0, 1, 0, 7)
    assert field.kappa is not None
    assert (field.kappa.n, field.kappa.value) == (8, 0.0)


def test_observations_are_compared_by_letter(desk: Desk) -> None:
    """Two letters have it to A, one of them to B: (4 * 3 - 8) / (16 - 8) is 0.5."""
    odd = {"code": "dates_out_of_order", "path": "/items/1"}
    desk.differ("one", lambda r: r["findings"].append(odd), "first")
    desk.differ("two", lambda r: r["findings"].append(odd), "first")
    desk.differ("two", lambda r: r["findings"].append(odd), "second")
    field = desk.field("dates_out_of_order")
    assert counts(field) == (1, 0, 1, 0, 0)
    assert field.kappa is not None
    assert (field.kappa.n, field.kappa.value) == (4, 0.5)


def test_an_observation_on_an_item_that_one_lacks_is_listed(desk: Desk) -> None:
    """No words of another item are given for it."""
    odd = {"code": "dates_out_of_order", "path": "/items/1"}
    desk.differ("one", lambda r: r["items"].pop(1), "first")
    desk.differ("one", lambda r: r["findings"].append(odd))
    (said,) = (line for line in disagreements(desk.compare()) if "dates_out" in line)
    assert said == "one/source.txt /items/1 dates_out_of_order: only B"


def test_a_bare_value_is_listed_with_its_words(desk: Desk) -> None:
    """A category has no quote of its own: the request tells what it is of."""
    text = care.LETTER.format(number="CM16-0000000")
    for side, name in (("first", "Surgery"), ("second", "DME")):
        category = {
            "name": name, "subcategory": None, "source": "lexicon",
            "evidence": care.value(text, "brace", nth=1),
        }  # fmt: skip
        desk.differ("one", partial(put, "category", category), side)
    (said,) = disagreements(desk.compare())
    assert said.endswith("category.name: differ; A 'Surgery'; B 'DME'; of «Lumbar brace»")


def test_letters_of_one_labeller_are_named(desk: Desk) -> None:
    """A letter that one of them alone labelled is compared with nothing."""
    care.write(desk.first, "five", "CM16-0000009")
    found = desk.compare()
    assert (found.only_first, found.only_second) == (("five/source.txt",), ())
    assert "1 by A alone: five/source.txt" in desk.agree().output


def test_unreviewed_labels_never_count(desk: Desk) -> None:
    """A draft says what the rules say, not what its labeller does."""
    content = care.read(desk.second / "one")
    care.save(desk.second / "one", content | {"reviewed": False})
    found = desk.compare()
    assert (len(found.letters), found.unreviewed) == (3, ((), ("one",)))


def test_labels_of_other_files_are_refused(desk: Desk) -> None:
    """Places in two versions of a letter cannot be compared: exit code 2."""
    (desk.second / "one" / "source.txt").write_text("Another letter.", encoding="utf-8")
    assert desk.agree().exit_code == 2


def test_labellers_without_a_letter_in_common_are_refused(desk: Desk, tmp_path: Path) -> None:
    """Nothing compared is no agreement."""
    care.write(tmp_path / "c", "other")
    assert care.imr_eval("agree", desk.first, tmp_path / "c").exit_code == 2


def test_records_are_labels_too(desk: Desk, tmp_path: Path) -> None:
    """JSONL of records by the same ids: a labeller may be a program."""
    lines = []
    for name in NAMES:
        record = care.read(desk.first / name)["record"]
        record |= {"provenance": {"proposer": "by hand", "version": "1"}}
        lines.append(json.dumps(record))
    file = tmp_path / "records.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    found = agreement(read_labels(file), read_labels(desk.second))
    assert len(found.letters) == 4
    assert found.disagreements == ()


def test_the_report_and_the_json_say_the_same(desk: Desk, tmp_path: Path) -> None:
    """Counts, n, intervals and kappa; the command is a report and exits 0."""
    desk.differ("two", lambda r: r["items"][1]["decision"].update(value="upheld"))
    result = desk.agree("--out", tmp_path / "agree.json")
    assert result.exit_code == 0
    (line,) = (row for row in result.output.splitlines() if row.startswith("items.decision"))
    assert "0.875 (8)" in line
    assert "0.750 (8)" in line
    found = json.loads((tmp_path / "agree.json").read_text("utf-8"))
    field = found["fields"]["items.decision"]
    assert (field["agree"], field["compared"], field["kappa"]["value"]) == (7, 8, 0.75)
    assert found["disagreements"][0]["words"] == "Overturned"


def test_a_hostile_letter_does_nothing_to_the_terminal(desk: Desk) -> None:
    """Control characters of labels are shown as replaced."""
    spoiled = {"value": "\x1b[3J", "quote": "\x1b[2J\nx"}
    desk.differ("one", lambda r: r["expert"]["specialties"][0].update(spoiled))
    output = desk.agree().output
    assert "\x1b" not in output
    assert "«\ufffd[2J x»" in output


def test_kappa_is_for_fields_that_are_scored() -> None:
    """Every categorical field is one of the record's, so that none is misspelt and never shown."""
    cited = (
        "items.claims_administrator.citations",
        "items.reviewer.citations",
        "items.rationale_citations",
    )
    known = {*LETTER, *(f"items.{path}" for path in ITEM), "items.partial_approval"}
    known |= {f"{name}.{part}" for name in cited for part in CITATION}
    assert set(CATEGORICAL) - known == set()
