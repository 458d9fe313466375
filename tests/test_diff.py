"""What changed from one file of records to another: planted differences, counted exactly."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from letters import ENGINE, Issue, Letter
from terminal import imr

from extractor.difference import (
    FIELDS,
    Change,
    Differences,
    Letters,
    Tally,
    differences,
    fields_under,
)
from extractor.write.evidence import evidence_of

ISSUES = tuple(Issue(request=words) for words in ("Walker", "TENS unit", "Norco 10/325mg #60"))


def letter(number: int, version: str = "1.0.0") -> dict[str, Any]:
    """Return the record of a letter with three items, as JSON holds it."""
    found = Letter(issues=ISSUES, after=(f"Letter {number}.",)).write()
    data = json.loads(ENGINE.extract_text(found, id=f"{number}.txt").to_json())
    data["document"]["sha256"] = f"{number:064}"
    data["provenance"]["version"] = version
    return dict(data)


class Files:
    """Two files of the same six letters, by versions 1.0.0 and 2.0.0, to plant differences in."""

    def __init__(self, folder: Path) -> None:
        """Make the records; nothing is written yet."""
        self.old, self.new = folder / "old.jsonl", folder / "new.jsonl"
        self.was = [letter(number) for number in range(6)]
        self.now = [letter(number, "2.0.0") for number in range(6)]

    def write(self) -> None:
        """Write both files."""
        for file, letters in ((self.old, self.was), (self.new, self.now)):
            file.write_text("".join(json.dumps(each) + "\n" for each in letters), "utf-8")

    def changes(self) -> list[Change]:
        """Write both files and return their differences."""
        self.write()
        return list(differences(self.old, self.new))

    def counted(self) -> Differences:
        """Write both files and return what their differences come to."""
        self.write()
        letters, tally = Letters(), Tally(2)
        for change in differences(self.old, self.new, letters):
            tally.add(change)
        return tally.differences(letters)

    def diff(self, *options: str) -> Any:  # noqa: ANN401 - what the runner returns
        """Write both files and run ``imr diff`` on them."""
        self.write()
        return imr("diff", self.old, self.new, *options)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Two files that differ in their version only."""
    return Files(tmp_path)


def told(changes: list[Change]) -> list[tuple[str, str, str, int | None]]:
    """Return what became of which field, in which letter and item."""
    return [(each.what.value, each.field, each.id, each.item) for each in changes]


def test_another_version_alone_is_no_difference(files: Files) -> None:
    """The same values by another version are the same."""
    assert files.changes() == []
    done = files.diff("--exit-code")
    assert (done.exit_code, "Differences: none." in done.stdout) == (0, True)


def test_a_changed_value_names_both_with_words_place_and_versions(files: Files) -> None:
    """Old and new value, the words they were read from, and who made them."""
    files.now[2]["items"][1]["decision"]["value"] = "overturned"
    [change] = files.changes()
    assert told([change]) == [("changed", "decision", "2.txt", 2)]
    assert change.old
    assert change.new
    assert (change.old.value, change.new.value) == ("upheld", "overturned")
    was = files.was[2]["items"][1]["decision"]
    assert (change.new.quote, change.new.start, change.new.end) == (
        "Upheld",
        was["start"],
        was["end"],
    )
    assert [str(change.old_made), str(change.new_made)] == ["rules 1.0.0", "rules 2.0.0"]


def test_gained_and_lost_values_and_parts(files: Files) -> None:
    """A value, a part of an item, a citation, a member of a list; each by its field."""
    files.now[0]["case"]["decision_date"] = None
    files.was[1]["items"][2]["drug"] = None
    files.now[3]["items"][0]["reviewer"]["citations"] = []
    files.now[4]["expert"]["specialties"].pop(0)
    found = told(files.changes())
    assert ("lost", "case.decision_date", "0.txt", None) in found
    assert {field for what, field, name, _ in found if (what, name) == ("gained", "1.txt")} == {
        "drug.name",
        "drug.class",
        "drug.strength",
        "drug.quantity",
    }
    assert [each for each in found if each[2] in {"3.txt", "4.txt"}] == [
        ("lost", "reviewer.citations", "3.txt", 1),
        ("lost", "expert.specialties", "4.txt", None),
    ]


@pytest.mark.parametrize("side", ["was", "now"])
def test_a_part_whose_lists_are_empty_comes_and_goes(files: Files, side: str) -> None:
    """A part that holds an empty list is lost, or gained, by what else it says."""
    assert files.was[0]["items"][0]["claims_administrator"]["citations"] == []
    getattr(files, side)[0]["items"][0]["claims_administrator"] = None
    what = "lost" if side == "now" else "gained"
    assert {(each[0], each[2]) for each in told(files.changes())} == {(what, "0.txt")}


def test_what_is_read_from_a_citation_is_a_field_of_its_own(files: Files) -> None:
    """A citation of the same words that means another guideline changes in that."""
    files.now[5]["items"][2]["reviewer"]["citations"][0]["guideline"] = "unknown"
    [change] = files.changes()
    assert told([change]) == [("changed", "reviewer.citations.guideline", "5.txt", 3)]
    assert change.new
    assert change.new.quote == files.was[5]["items"][2]["reviewer"]["citations"][0]["quote"]


def test_items_keep_their_fellows_when_one_goes(files: Files) -> None:
    """A lost first item is one difference; the others are held against their own."""
    files.now[0]["items"].pop(0)
    files.now[0]["items"][1]["decision"]["value"] = "overturned"
    assert told(files.changes()) == [
        ("lost", "items", "0.txt", 1),
        ("changed", "decision", "0.txt", 3),
    ]


def test_a_place_counts_in_the_same_text_only(files: Files) -> None:
    """A value read elsewhere in the same text moved; in another text nothing is said of places."""
    for at in (0, 1):
        date = files.now[at]["case"]["decision_date"]
        date["start"], date["end"] = 0, 10
    files.now[1]["document"]["text_sha256"] = "0" * 64
    assert told(files.changes()) == [("moved", "case.decision_date", "0.txt", None)]


def test_findings_are_known_by_code_and_item(files: Files) -> None:
    """Another message is no difference; the same code on another item is one lost, one gained."""
    finding = {"code": "missing_field", "severity": "error", "message": "Nothing is there."}
    files.was[0]["findings"] = [{**finding, "path": "/items/0/rationale"}]
    files.now[0]["findings"] = [{**finding, "path": "/items/0/rationale", "message": "Gone."}]
    files.was[1]["findings"] = [{**finding, "path": "/items/0"}]
    files.now[1]["findings"] = [{**finding, "path": "/items/2"}]
    files.was[2]["findings"] = [{**finding, "path": "/items/1"}]
    files.now[2]["findings"] = [{**finding, "path": "/items/0"}]
    files.now[2]["items"].pop(0)
    assert told(files.changes()) == [
        ("gained", "findings.missing_field", "1.txt", 3),
        ("lost", "findings.missing_field", "1.txt", 1),
        ("lost", "items", "2.txt", 1),
    ]


def test_letters_are_matched_by_id_then_by_content(files: Files) -> None:
    """A moved file is the same letter; of several with one id the n-th is the n-th."""
    files.now[0]["document"]["id"] = "archive/zero.txt"
    files.now[1]["document"]["id"] = "0.txt"
    files.now[1]["document"]["sha256"] = "f" * 64
    files.was[2]["document"]["id"] = files.was[3]["document"]["id"] = "twice.txt"
    files.now[2]["document"]["id"] = files.now[3]["document"]["id"] = "twice.txt"
    files.now.pop(5)
    files.now.append(letter(9))
    counted = files.counted()
    # 0.txt is matched by its id, so that zero.txt, whose content it was, is new.
    assert (counted.both, counted.moved, counted.only_old, counted.only_new) == (4, 0, 2, 2)
    files.now.pop(1)
    counted = files.counted()
    assert (counted.both, counted.moved, counted.only_old, counted.only_new) == (4, 1, 2, 1)


@pytest.mark.parametrize("options", [(), ("--json",), ("--summary",), ("--json", "--summary")])
def test_files_that_share_no_letter_are_said_to(files: Files, options: tuple[str, ...]) -> None:
    """On standard error, whatever is asked for; not where a letter is in both, or a file empty."""
    files.write()
    assert files.diff(*options).stderr == ""
    for each in files.now[1:]:
        each["document"].update(id=each["document"]["id"] + ".pdf", sha256=None)
    assert files.diff(*options).stderr == ""
    files.now.pop(0)
    done = files.diff(*options)
    assert (done.exit_code, "imr-eval same" in done.stderr) == (0, True)
    files.now.clear()
    assert files.diff(*options).stderr == ""


def test_failed_inputs_of_other_names_are_not_matched(files: Files) -> None:
    """Two inputs without content have nothing in common but that."""
    for side, name in ((files.was, "a.txt"), (files.now, "b.txt")):
        side[0]["document"].update(id=name, sha256=None)
    assert [(each.what.value, each.id) for each in files.changes()] == [
        ("gained", "b.txt"),
        ("lost", "a.txt"),
    ]


def test_differences_are_counted_by_field_and_version(files: Files) -> None:
    """Statuses first, then items and values; each pair of versions apart, with examples."""
    files.now[0]["status"] = files.now[1]["status"] = "review"
    files.now[4]["provenance"]["version"] = "1.9.0"
    for at in (1, 2, 3, 4):
        files.now[at]["case"]["priority"]["value"] = "expedited"
    files.now[5]["items"].pop()
    counted = files.counted()
    assert counted.statuses == {"verified > review": 2}
    assert counted.counts == {"changed": 6, "lost": 1}
    assert (counted.both, counted.different) == (6, 6)
    assert [
        (each.field, str(each.new), each.counts, each.letters, len(each.examples))
        for each in counted.fields
    ] == [
        ("status", "rules 2.0.0", {"changed": 2}, 2, 2),
        ("items", "rules 2.0.0", {"lost": 1}, 1, 1),
        ("case.priority", "rules 2.0.0", {"changed": 3}, 3, 2),
        ("case.priority", "rules 1.9.0", {"changed": 1}, 1, 1),
    ]


def test_every_value_of_a_record_has_a_field() -> None:
    """``--field`` takes the name of whatever can differ, and of what stands above it."""
    whole = {found.field for found in evidence_of(ENGINE.extract_text(Letter().write()))}
    assert whole <= set(FIELDS)
    assert len(set(FIELDS)) == len(FIELDS)
    assert set(fields_under("drug")) == {
        "drug.name",
        "drug.class",
        "drug.strength",
        "drug.quantity",
    }
    assert fields_under("drugs") == ()


def _leaves(node: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the way to each value of a record that has a place."""
    if isinstance(node, dict):
        if {"value", "start"} <= node.keys():
            yield path
        for name, child in node.items():
            yield from _leaves(child, (*path, name))
    elif isinstance(node, list):
        for at, child in enumerate(node):
            yield from _leaves(child, (*path, at))


WHOLE = letter(1)
PLACES = [path for path in _leaves(WHOLE) if path[0] != "findings"]


@given(st.sampled_from(PLACES))
def test_no_changed_place_escapes(path: tuple[str | int, ...]) -> None:
    """Whichever value of a record is read elsewhere, it is a difference of a known field."""
    from extractor.difference.values import compare  # noqa: PLC0415 - the walk alone
    from extractor.record import Record  # noqa: PLC0415

    data = json.loads(json.dumps(WHOLE))
    part = data
    for step in path:
        part = part[step]
    part["end"] += 1
    old, new = (Record.from_json(json.dumps(each)) for each in (WHOLE, data))
    found = list(compare(old, new))
    assert found
    assert {each.field for each in found} <= set(FIELDS)


@pytest.mark.parametrize(
    ("field", "number"),
    [("case", 2), ("case.priority", 1), ("status", 1), ("findings", 0), ("reviewer", 0)],
)
def test_one_field_alone(files: Files, field: str, number: int) -> None:
    """``--field`` takes a field or the group above it; the exit code is of that alone."""
    files.now[0]["status"] = "review"
    files.now[1]["case"]["priority"]["value"] = "expedited"
    files.now[2]["case"]["decision_date"] = None
    done = files.diff("--field", field, "--json", "--exit-code")
    assert (len(done.stdout.splitlines()), done.exit_code) == (number, int(number > 0))


def test_a_field_that_there_is_none_of_is_refused(files: Files) -> None:
    """A misspelt field must not look like no difference."""
    done = files.diff("--field", "decison")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "decision" in done.stderr


def test_json_has_every_difference_and_its_summary_the_counts(files: Files) -> None:
    """One line each; with ``--summary`` one document, which holds no letter's words."""
    for each in files.now:
        each["items"][0]["decision"]["value"] = "overturned"
    lines = [json.loads(line) for line in files.diff("--json").stdout.splitlines()]
    assert [line["id"] for line in lines] == [f"{n}.txt" for n in range(6)]
    whole = json.loads(files.diff("--json", "--summary").stdout)
    assert (whole["schema"], whole["counts"]) == ("imr-diff/1", {"changed": 6})
    assert whole["fields"][0]["examples"] == []
    assert "Upheld" not in files.diff("--summary").stdout


def test_a_terminal_shows_old_and_new_harmlessly(files: Files) -> None:
    """So many examples as asked for; nothing of a letter acts on the terminal."""
    for each in files.now:
        each["items"][1]["request"]["value"] = "TENS\x1b[2J unit"
    done = files.diff("--examples", "1")
    assert (done.exit_code, done.stdout.count("+ TENS\ufffd[2J unit")) == (0, 1)
    assert "\x1b" not in done.stdout
    assert "from rules 1.0.0 to rules 2.0.0" in done.stdout


@pytest.mark.parametrize("name", ["letters.db", "letters.csv", "letters.parquet"])
def test_a_table_is_refused(files: Files, tmp_path: Path, name: str) -> None:
    """Records cannot be read back from a table; exit code 2 says so."""
    files.write()
    (tmp_path / name).write_bytes(b"")
    assert imr("diff", files.old, tmp_path / name).exit_code == 2


@pytest.mark.parametrize("line", ["{}", '{"document": {"id": "x"}}', "nonsense"])
def test_a_line_that_is_no_record_is_named(files: Files, line: str) -> None:
    """The file and the line; exit code 2."""
    files.write()
    with files.new.open("a", encoding="utf-8") as lines:
        lines.write(f"\n{line}\n")
    done = imr("diff", files.old, files.new)
    assert done.exit_code == 2
    assert "new.jsonl, line 8 is no record" in done.stderr
