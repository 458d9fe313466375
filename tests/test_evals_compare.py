"""What one run gained and lost against another, with labels and without."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reports import LETTER
from typer.testing import CliRunner, Result

from evals.cli import app
from extractor import extract

Data = dict[str, Any]
Edit = Callable[[Data], object]


def value(quote: str, said: object = None) -> Data:
    """Return what *quote* gives where it stands first in the letter."""
    start = LETTER.index(quote)
    given = quote if said is None else said
    return {"value": given, "quote": quote, "start": start, "end": start + len(quote)}


def category(name: str, subcategory: str, evidence: str) -> Data:
    """Return a category."""
    words = value(evidence)
    return {"name": name, "subcategory": subcategory, "evidence": words, "source": "lexicon"}


SURGERY = category("Surgery", "Arthroscopic", "arthroscopy")
BRACE = category("DMEPOS", "Prosthetics/Orthotics", "brace")


def right() -> Data:
    """Return the record that the letter deserves, as far as the tests look at it."""
    record: Data = json.loads(extract(text=LETTER).to_json())
    record["document"]["id"] = "one/source.txt"
    record["document"]["sha256"] = None
    record |= {"findings": [], "status": "verified"}
    record["items"][0]["category"] = SURGERY
    record["items"][1]["category"] = BRACE
    return record


class Desk:
    """A folder with a golden case of the letter, and the program to run there."""

    def __init__(self, folder: Path) -> None:
        """Write the golden case."""
        self.folder = folder
        self.golden = folder / "golden"
        (self.golden / "one").mkdir(parents=True)
        (self.golden / "one" / "source.txt").write_text(LETTER, "utf-8")
        self.label(dict)

    def label(self, edit: Edit) -> None:
        """Write the labels anew: the right record after *edit*."""
        record = right()
        for name in ("provenance", "schema", "findings"):
            del record[name]
        record["document"] = {
            "id": record["document"]["id"],
            "layout": record["document"]["layout"],
        }
        edit(record)
        labels = {"split": "dev", "reviewed": True, "note": "", "record": record}
        (self.golden / "one" / "expected.json").write_text(json.dumps(labels), "utf-8")

    def records(self, name: str, *edits: Edit) -> Path:
        """Write the right record after *edits* as records."""
        record = right()
        for edit in edits:
            edit(record)
        path = self.folder / f"{name}.jsonl"
        path.write_text(json.dumps(record) + "\n", "utf-8")
        return path

    def results(self, name: str, *edits: Edit) -> Path:
        """Score the right record after *edits*; return the results."""
        out = self.folder / f"{name}.json"
        records = self.records(f"{name}-records", *edits)
        done = imr_eval("run", "--golden", self.golden, "--records", records, "--out", out)
        assert done.exit_code == 0
        return out

    def compared(self, first: Path, second: Path) -> Data:
        """Compare two runs; return the JSON that was written."""
        out = self.folder / "compared.json"
        done = imr_eval("compare", first, second, "--out", out)
        assert done.exit_code == 0
        found: Data = json.loads(out.read_text("utf-8"))
        return found


def imr_eval(*arguments: str | Path) -> Result:
    """Run the program."""
    return CliRunner().invoke(app, [str(each) for each in arguments])


def changes(compared: Data, *, parts: bool = False) -> list[tuple[Any, ...]]:
    """Return turn, pointer and both values of the letter's changes."""
    return [
        (each["turn"], each["pointer"], each["before"]["value"], each["after"]["value"])
        for each in compared["changes"].get("one/source.txt", [])
        if parts or not each["part"]
    ]


def without_category(record: Data) -> None:
    """Leave the first item's category out."""
    record["items"][0]["category"] = None


def as_injection(record: Data) -> None:
    """Give the first item another category."""
    record["items"][0]["category"] = category("Injection", "Injection", "elbow")


def without_citation(record: Data) -> None:
    """Leave the reviewer's second citation out."""
    record["items"][0]["reviewer"]["citations"].pop()


def with_another_citation(record: Data) -> None:
    """Add a citation that the rationale does not have."""
    words = value("Elbow Complaints 2007")
    place = {name: words[name] for name in ("quote", "start", "end")}
    record["items"][1]["rationale_citations"] = [{"guideline": "unknown", **place}]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A golden case of the letter."""
    return Desk(tmp_path)


# --- with labels --------------------------------------------------------------------------------


def test_a_run_changes_nothing_against_itself(desk: Desk) -> None:
    """The same run twice has gained and lost nothing."""
    results = desk.results("a")
    assert desk.compared(results, results)["changes"] == {}


def test_what_is_right_now_is_gained_and_the_reverse_is_lost(desk: Desk) -> None:
    """A category that came is gained with both values and its words; backwards it is lost."""
    before, after = desk.results("a", without_category), desk.results("b")
    there, back = desk.compared(before, after), desk.compared(after, before)
    name, subcategory = "/items/0/category/name", "/items/0/category/subcategory"
    assert changes(there)[:2] == [
        ("gained", name, None, "Surgery"),
        ("gained", subcategory, None, "Arthroscopic"),
    ]
    assert changes(back)[0] == ("lost", name, "Surgery", None)
    assert there["changes"]["one/source.txt"][0]["after"]["quote"] == "arthroscopy"
    assert there["counts"]["items.category.name"] == {"gained": 1}


def test_wrong_both_times_but_otherwise_is_changed(desk: Desk) -> None:
    """Neither gained nor lost, and what is right stands beside both."""
    compared = desk.compared(desk.results("a", without_category), desk.results("b", as_injection))
    (found,) = (
        each
        for each in compared["changes"]["one/source.txt"]
        if each["field"] == "items.category.name"
    )
    assert (found["turn"], found["after"]["value"], found["right"]["value"]) == (
        "changed",
        "Injection",
        "Surgery",
    )


def test_a_lost_citation_is_one_line_and_counts_in_each_of_its_fields(desk: Desk) -> None:
    """What lay in a lost citation is lost with it, and is no news of its own."""
    compared = desk.compared(desk.results("a"), desk.results("b", without_citation))
    pointer = "/items/0/reviewer/citations/1"
    assert changes(compared) == [("lost", pointer, "Acupuncture Treatment 2007", None)]
    assert ("lost", f"{pointer}/year", 2007, None) in changes(compared, parts=True)
    assert compared["counts"]["items.reviewer.citations.year"] == {"lost": 1}


def test_a_value_too_many_is_lost_and_its_going_is_a_gain(desk: Desk) -> None:
    """What no label has costs when it comes; the same one in both runs is no change."""
    clean, more = desk.results("a"), desk.results("b", with_another_citation)
    pointer = "/items/1/rationale_citations/0"
    said = "Elbow Complaints 2007"
    assert changes(desk.compared(clean, more)) == [("lost", pointer, None, said)]
    assert changes(desk.compared(more, clean)) == [("gained", pointer, said, None)]
    assert changes(desk.compared(more, more)) == []


def test_a_span_that_slips_is_a_loss(desk: Desk) -> None:
    """Right is to the character: the same value read from a shorter span is lost."""

    def slipped(record: Data) -> None:
        record["items"][1]["treatment"]["end"] -= 1

    said = "Wrist brace, right"
    first, second = desk.results("a"), desk.results("b", slipped)
    found = changes(desk.compared(first, second))
    assert found == [("lost", "/items/1/treatment", said, said)]
    line = f"  lost /items/1/treatment: '{said}' → '{said}', read from other characters"
    assert line in imr_eval("compare", first, second).stdout.splitlines()


def test_a_dropped_item_costs_that_item_alone(desk: Desk) -> None:
    """The items after it are still compared with themselves."""

    def dropped(record: Data) -> None:
        del record["items"][0]

    compared = desk.compared(desk.results("a"), desk.results("b", dropped))
    items = [change for change in changes(compared) if change[1].startswith("/items")]
    assert items == [("lost", "/items/0", "Left elbow arthroscopy", None)]


def test_findings_are_compared_by_code_and_item(desk: Desk) -> None:
    """An observation that came although no label has it is a loss, named by its code."""

    def odd(record: Data) -> None:
        message = {"code": "sex_contradiction", "severity": "observation", "message": "Odd."}
        record["findings"] = [{**message, "path": "/patient/sex"}]

    desk.label(lambda record: record.update(findings=[]))
    compared = desk.compared(desk.results("a"), desk.results("b", odd))
    assert compared["counts"] == {"sex_contradiction": {"lost": 1}}


def test_new_labels_judge_both_runs(desk: Desk) -> None:
    """A label that was mended between the runs makes no gain of a record that stayed the same."""
    desk.label(as_injection)
    before = desk.results("a")
    desk.label(dict)
    compared = desk.compared(before, desk.results("b"))
    assert (compared["changes"], compared["labels_differ"]) == ({}, ["one/source.txt"])


def test_records_are_held_to_the_labels_of_the_other_run(desk: Desk) -> None:
    """Records against results: the labels at hand say which of the two is right."""
    compared = desk.compared(desk.records("a"), desk.results("b", without_category))
    assert ("lost", "/items/0/category/name", "Surgery", None) in changes(compared)


# --- without labels -----------------------------------------------------------------------------


def test_without_labels_gained_is_what_only_the_second_run_has(desk: Desk) -> None:
    """Values in one run only are gained or lost, differing ones changed, whatever is right."""
    plain, without = desk.records("a"), desk.records("b", without_category)
    other = desk.records("c", as_injection)
    name = "/items/0/category/name"
    assert changes(desk.compared(without, plain))[0] == ("gained", name, None, "Surgery")
    assert changes(desk.compared(plain, without))[0] == ("lost", name, "Surgery", None)
    assert changes(desk.compared(plain, other))[0] == ("changed", name, "Surgery", "Injection")


def test_spans_in_two_texts_are_not_compared(desk: Desk) -> None:
    """Offsets of another text of the same letter differ and say nothing."""

    def reread(record: Data) -> None:
        record["document"]["text_sha256"] = "ab" * 32
        for found in (record["items"][1]["treatment"], record["items"][1]["category"]["evidence"]):
            found["start"] += 500
            found["end"] += 500

    def moved(record: Data) -> None:
        reread(record)
        record["document"]["text_sha256"] = right()["document"]["text_sha256"]

    plain = desk.records("a")
    assert changes(desk.compared(plain, desk.records("b", reread))) == []
    assert [change[0] for change in changes(desk.compared(plain, desk.records("c", moved)))] == [
        "changed",
        "changed",
    ]


def test_letters_in_one_run_only_are_named(desk: Desk) -> None:
    """A letter that the other run lacks is no loss of its values but is told."""

    def renamed(record: Data) -> None:
        record["document"]["id"] = "two/source.txt"

    compared = desk.compared(desk.records("a"), desk.records("b", renamed))
    assert (compared["letters"], compared["changes"]) == (0, {})
    assert (compared["only_in_first"], compared["only_in_second"]) == (
        ["one/source.txt"],
        ["two/source.txt"],
    )


# --- the command --------------------------------------------------------------------------------


def test_the_report_names_letter_values_and_words(desk: Desk) -> None:
    """People read under each letter what changed from what to what, and the words behind it."""
    done = imr_eval("compare", desk.results("a", as_injection), desk.results("b"))
    lines = done.stdout.splitlines()
    assert lines[0] == "one/source.txt"
    assert (
        "  gained /items/0/category/name: 'Injection' from 'elbow' → 'Surgery' from 'arthroscopy'"
    ) in lines
    assert done.exit_code == 0


def test_nothing_in_a_record_acts_on_the_terminal(desk: Desk) -> None:
    """A record is hostile input: control characters in its values and ids are not printed."""

    def hostile(record: Data) -> None:
        record["document"]["id"] = "\x1b[2Jone"
        record["items"][0]["category"]["name"] = "\x1b[31mred"

    first = desk.records("a", hostile, without_category)
    done = imr_eval("compare", first, desk.records("b", hostile))
    assert "gained" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    "content",
    [None, "", "{}\n", "[1]", "no JSON", '{"schema": "imr-eval/2"}', "\udcff"],
    ids=["absent", "empty", "no record", "a list", "no JSON", "older results", "no UTF-8"],
)
def test_unreadable_input_exits_2(desk: Desk, content: str | None) -> None:
    """A file that is no run is refused in a line, and nothing is printed as if it were compared."""
    path = desk.folder / "bad"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    done = imr_eval("compare", desk.records("a"), path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("imr-eval: ")
    assert len(done.stderr.splitlines()) == 1


def test_one_letter_twice_in_a_run_is_refused(desk: Desk) -> None:
    """Two records of one letter leave it open which of them is meant."""
    path = desk.records("a")
    path.write_text(path.read_text("utf-8") * 2, "utf-8")
    assert imr_eval("compare", path, path).exit_code == 2


def test_records_have_no_arms(desk: Desk) -> None:
    """An arm of a file that holds none is refused, not ignored."""
    path = desk.records("a")
    done = imr_eval("compare", f"{path}:rules", path)
    assert (done.exit_code, "no arm 'rules'" in done.stderr) == (2, True)
