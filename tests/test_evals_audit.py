"""``imr-eval audit`` from records to estimates, on letters whose truth is known."""

import json
from pathlib import Path

import pytest
from auditing import Data, Desk, data_of, small, truths


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty folder."""
    return Desk(tmp_path)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> list[Data]:
    """Thirty invented letters' true records, every fifth of them left for review."""
    records = truths(tmp_path_factory.mktemp("letters"), 30)
    return [
        data_of(record, "review" if number % 5 == 0 else "verified")
        for number, record in enumerate(records)
    ]


def copy(records: list[Data]) -> list[Data]:
    """Return records that can be spoiled."""
    return [json.loads(json.dumps(record)) for record in records]


def test_true_records_have_no_error_in_any_field(desk: Desk, truth: list[Data]) -> None:
    """Sheets filled as the records say find nothing, in every field that can be asked for."""
    desk.draw(truth, 30, "--fields", "all")
    desk.fill(truth)

    found = desk.read()

    assert found["differences"] == []
    assert len(found["fields"]) == 37 + 2
    checked = {name for name, each in found["fields"].items() if each["with_value"]}
    assert checked > {"age", "body_regions", "drug_name", "visits", "rationale", "outcome"}
    assert found["strata"]["verified"]["right_throughout"] == 24
    assert found["strata"]["review"]["right_throughout"] == 6


def first(records: list[Data], status: str, items: int) -> Data:
    """Return the first record of a status with so many items, all decided alike."""
    return next(
        record
        for record in records
        if record["status"] == status
        and len(record["items"]) == items
        and record["outcome"] != "mixed"
        and record["patient"]["age"]
        and record["case"]["case_number"]
    )


OTHER = {"upheld": "overturned", "overturned": "upheld"}


def test_planted_errors_are_counted_exactly(desk: Desk, truth: list[Data]) -> None:
    """Each planted error is one wrong check of its field, in its stratum, and no other is.

    Planted in verified letters: a flipped decision in a letter of one item (decision and outcome
    wrong), the last of two items dropped where both are decided alike (the item, its request and
    its decision missing; the outcome stays). In a letter for review: an age and a case number.
    """
    records = copy(truth)
    flipped, dropped = first(records, "verified", 1), first(records, "verified", 2)
    reviewed = first(records, "review", 1)
    decision = flipped["items"][0]["decision"]
    decision["value"] = OTHER[decision["value"]]
    flipped["outcome"] = decision["value"]
    dropped["items"].pop()
    reviewed["patient"]["age"]["value"] += 1
    reviewed["case"]["case_number"]["value"] = "CM00-0000000"
    desk.draw(records, 30, "--fields", "request,decision,age,case_number")
    desk.fill(truth)

    found = desk.read()

    wrong = {
        name: (each["verified"]["wrong"], each["review"]["wrong"])
        for name, each in found["fields"].items()
    }
    assert wrong == {
        "case_number": (0, 1),
        "age": (0, 1),
        "items": (1, 0),
        "request": (1, 0),
        "decision": (2, 0),
        "outcome": (1, 0),
    }
    items = sum(len(each["items"]) for each in truth if each["status"] == "verified")
    assert found["fields"]["decision"]["verified"]["checked"] == items
    assert found["fields"]["age"]["verified"]["checked"] == 24
    assert found["strata"]["verified"]["wrong_letters"] == 2
    assert found["strata"]["verified"]["errors"] == 5
    assert found["strata"]["review"]["right_throughout"] == 5
    assert {(each["id"], each["field"], each["kind"]) for each in found["differences"]} == {
        (flipped["document"]["id"], "decision", "wrong"),
        (flipped["document"]["id"], "outcome", "wrong"),
        (dropped["document"]["id"], "items", "missing"),
        (dropped["document"]["id"], "request", "missing"),
        (dropped["document"]["id"], "decision", "missing"),
        (reviewed["document"]["id"], "age", "wrong"),
        (reviewed["document"]["id"], "case_number", "wrong"),
    }


def test_an_item_that_the_letter_lacks_is_extra(desk: Desk) -> None:
    """A record's extra item is one extra item, request and decision; what it lacks is no check."""
    desk.draw([small("a", ["upheld", "upheld"])], 2, "--fields", "request,decision,visits")
    desk.fill([small("a", ["upheld"]) | {"items": [with_visits(small("a")["items"][0])]}])

    fields = desk.read()["fields"]

    counts = {
        name: (f["verified"]["wrong"], f["verified"]["checked"]) for name, f in fields.items()
    }
    assert counts["items"] == counts["request"] == counts["decision"] == (1, 2)
    assert counts["visits"] == (0, 1)


def with_visits(item: Data) -> Data:
    """Return an item whose visits were looked for and are not there."""
    return item | {"visits": None}


def test_a_list_is_wrong_once(desk: Desk) -> None:
    """A field of several entries is one check, however many of them differ."""

    def licensed(*states: str) -> Data:
        values = [{"value": s, "quote": s, "start": 0, "end": len(s)} for s in states]
        expert = {"specialties": [], "subspecialties": [], "licensed_in": values}
        return small("a", expert=expert)

    desk.draw([licensed("Ohio", "Iowa")], 2, "--fields", "licensed_in,decision")
    desk.fill([licensed("Utah", "Guam")])

    states = desk.read()["fields"]["licensed_in"]["verified"]

    assert (states["wrong"], states["checked"]) == (1, 1)


def test_items_without_labelled_requests_are_paired_in_order(desk: Desk) -> None:
    """With decisions alone a dropped first item is one missing item, not a chain of wrong ones."""
    desk.draw([small("a", ["upheld", "upheld"])], 2, "--fields", "decision")
    desk.fill([small("a", ["overturned", "upheld", "upheld"])])

    kinds = [(each["field"], each["item"], each["kind"]) for each in desk.read()["differences"]]

    assert kinds == [
        ("outcome", None, "wrong"),
        ("items", 1, "missing"),
        ("decision", 1, "missing"),
    ]


def test_a_census_gives_the_true_rate_and_no_width(desk: Desk, truth: list[Data]) -> None:
    """Where every letter is labelled the corrected rate is the labels' own and exact."""
    records = copy(truth)
    for record in records[::3]:
        for item in record["items"]:
            item["decision"]["value"] = OTHER[item["decision"]["value"]]
    records[1]["items"].pop()
    desk.draw(records, 500)
    desk.fill(truth)

    of_items, of_letters, *categories = desk.read("--by", "category")["overturn_rates"]

    decided = [[item["decision"]["value"] for item in record["items"]] for record in truth]
    won = [words.count("overturned") for words in decided]
    assert of_items["corrected"] == pytest.approx(sum(won) / sum(map(len, decided)))
    assert of_letters["corrected"] == pytest.approx(sum(map(bool, won)) / 30)
    assert of_items["corrected"] != pytest.approx(of_items["records"])
    for rate in (of_items, of_letters):
        assert rate["interval"] == [rate["corrected"], rate["corrected"]]
    asked = [item for record in truth for item in record["items"] if item["category"]]
    for rate in categories:
        of_it = [i for i in asked if i["category"]["name"] == rate["category"]]
        mean = sum(i["decision"]["value"] == "overturned" for i in of_it) / len(of_it)
        assert rate["corrected"] == pytest.approx(mean)
    assert len(categories) == len({item["category"]["name"] for item in asked})


def test_a_sample_moves_the_rate_by_what_the_records_are_off_by(desk: Desk) -> None:
    """The corrected rate is the records' own plus the mean difference in the sample.

    100 letters of one item, 20 of them overturned by the records. All letters that the records
    call overturned are, and of the 50 drawn letters two more: 20 % + 2/50 = 24 %.
    """
    records = [small(f"{n:03}", ["overturned" if n < 20 else "upheld"]) for n in range(100)]
    plan = desk.draw(records, 50, "--fields", "decision")
    drawn = sorted(each["id"] for each in plan["letters"])
    truth = [
        small(r["document"]["id"], ["overturned"]) if r["document"]["id"] in drawn[-2:] else r
        for r in records
    ]
    desk.fill(truth)

    rate = desk.read()["overturn_rates"][0]

    assert rate["records"] == pytest.approx(0.20)
    assert rate["corrected"] == pytest.approx(0.24)
    assert (rate["letters_labelled"], rate["letters_changed"]) == (50, 2)
    low, high = rate["interval"]
    assert low < 0.22
    assert high > 0.26


def test_other_records_are_refused(desk: Desk) -> None:
    """Sheets are read with the file they were drawn from and no other, though one byte differs."""
    desk.draw([small("a"), small("b")], 2)
    with desk.records.open("a", encoding="utf-8") as file:
        file.write("\n")

    assert "is another file" in desk.refusal()


def test_letters_not_labelled_are_left_out_and_named(desk: Desk) -> None:
    """A letter without its count of items is no right letter; the output says which it is."""
    records = [small(name) for name in "abcdef"]
    desk.draw(records, 6)
    desk.fill(records, leave=["b", "e"])
    names = {each["id"]: each["letter"] for each in desk.plan()["letters"]}
    rows = desk.letters()
    text = (desk.sheets / "letters.csv").read_text(encoding="utf-8-sig")
    row = next(row for row in rows if row["id"] == "e")
    begun = text.replace(f"{row['letter']},e,,", f"{row['letter']},e,,none")
    (desk.sheets / "letters.csv").write_text(begun, encoding="utf-8")

    found, shown = desk.read(), desk.audit().output

    assert found["not_labelled"] == [names["b"]]
    assert found["unfinished"] == [names["e"]]
    assert found["strata"]["verified"]["labelled"] == 4
    assert "hard" in shown


def test_a_blank_cell_is_not_checked(desk: Desk) -> None:
    """Blank says that nobody looked: neither right nor wrong; none says that there is nothing."""
    desk.draw([small("a"), small("b")], 2, "--fields", "age,sex,decision")
    desk.fill([small("a"), small("b")])
    text = (desk.sheets / "letters.csv").read_text(encoding="utf-8-sig")
    text = text.replace("none,none,1", ",none,1", 1)
    (desk.sheets / "letters.csv").write_text(text, encoding="utf-8")

    fields = desk.read()["fields"]

    assert fields["age"]["verified"]["checked"] == 1
    assert fields["sex"]["verified"]["checked"] == 2
    assert fields["sex"]["with_value"] == 0


def test_a_blank_decision_keeps_its_letter_out_of_the_rate(desk: Desk) -> None:
    """A letter of which one decision is not labelled cannot say what its items came to."""
    records = [small(f"{n}", ["upheld", "upheld"]) for n in range(8)]
    desk.draw(records, 8)
    desk.fill(records)
    path = desk.sheets / "items.csv"
    text = path.read_text(encoding="utf-8-sig").replace("treatment 1,upheld", "treatment 1,", 1)
    path.write_text(text, encoding="utf-8")

    found = desk.read()

    assert found["overturn_rates"][0]["letters_labelled"] == 7
    assert found["fields"]["outcome"]["verified"]["checked"] == 7
    assert found["fields"]["decision"]["verified"]["checked"] == 15


def test_a_blank_category_keeps_its_letter_out_of_the_categories(desk: Desk) -> None:
    """Its decisions still count for all items; of which category they are nobody has said."""
    evidence = {"value": "MRI", "quote": "MRI", "start": 0, "end": 3}
    category = {"name": "Surgery", "evidence": evidence, "source": "lexicon"}
    records = [small(f"{n}") for n in range(8)]
    for record in records:
        record["items"][0]["category"] = category
    desk.draw(records, 8, "--fields", "decision,category")
    desk.fill(records)
    path = desk.sheets / "items.csv"
    text = path.read_text(encoding="utf-8-sig").replace("upheld,Surgery", "upheld,", 1)
    path.write_text(text, encoding="utf-8")

    of_items, _, surgery = desk.read("--by", "category")["overturn_rates"]

    assert (of_items["letters_labelled"], surgery["letters_labelled"]) == (8, 7)
    assert (surgery["category"], surgery["records"]) == ("Surgery", 0)


def test_without_reviews_the_verified_letters_are_the_sample(desk: Desk) -> None:
    """No letter for review: all of the sample is verified, and the estimates say all they can.

    None of 20 of 40 is wrong: with 4 wrong 20x19x18x17/(40x39x38x37) = 5.3 % of the samples see
    none, with 5 2.4 %; so at most 4 of 40 are.
    """
    records = [small(f"{n}") for n in range(40)]
    plan = desk.draw(records, 20)
    desk.fill(records)

    found = desk.read()

    assert plan["strata"]["review"]["drawn"] == 0
    assert found["fields"]["decision"]["letters_wrong"] == 0
    assert found["fields"]["decision"]["upper_bound_letters"] == 4 / 40
    assert found["overturn_rates"][0]["corrected"] == 0


def test_the_paragraph_holds_every_number(desk: Desk) -> None:
    """Methods: sizes, sample, seed, hash, versions, dates, bounds, rates and references.

    20 letters drawn of 30, all labelled, one of them wrong: 5.00 %. With 4 wrong of 30, one or none
    is seen in 9.5 % of the samples ((210 + 20 x 120) / 27405 of 4 places), with 5 in 3.1 %: at most
    4, 13.3 %.
    """
    records = [small(f"{n:02}") for n in range(30)] + [small("x", [], "failed")]
    plan = desk.draw(records, 20, "--seed", 11, "--fields", "decision")
    wrong = plan["letters"][0]["id"]
    desk.fill(
        [small(wrong, ["overturned"]) if r["document"]["id"] == wrong else r for r in records]
    )

    text = desk.read()["methods"]

    for told in (
        "31 letters",
        plan["sha256"],
        "rules 1 (31)",
        plan["day"],
        "sample of 20 letters",
        "seed 11",
        "20 of the 30 letters",
        "letters without legible text: 1",
        "labelled 20 letters",
        "outcome, decision 5.00% (at most 13.3%; 1 of 20 letters)",
        "(0 of 30)",
        "Cochran",
        "Clopper",
        "Agresti",
    ):
        assert told in text
    assert text in " ".join(desk.audit().output.split())


def test_hostile_words_of_records_are_only_shown(desk: Desk) -> None:
    """A category, a model's name or a request that a terminal would act on is disarmed."""
    evil = "[/]\x1b[2J\u202e[red]"
    word = {"value": evil, "quote": evil, "start": 0, "end": 9}
    records = [small(f"{n}") for n in range(6)]
    for record in records:
        record["provenance"] = {"proposer": "llm", "version": "1", "model": evil}
        record["items"][0]["request"] = word
        record["items"][0]["category"] = {"name": evil, "evidence": word, "source": "model"}
    desk.draw(records, 6, "--fields", "request,decision")
    desk.fill([small(f"{n}") for n in range(6)])

    result = desk.audit("--by", "category")

    assert result.exit_code == 0
    assert not {"\x1b", "\u202e"} & set(result.output)
    assert "[red]" in result.output
