"""``imr show``, ``text`` and ``schema``: what a person gets to see of letters and records."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from terminal import IMR, LETTER, imr, on_terminal, records

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("as_records", [False, True])
def test_show_names_items_decisions_citations_and_findings(
    tmp_path: Path, as_records: bool
) -> None:
    """A letter and its record are shown alike, each part of them in words."""
    file = ROOT / "golden" / "seed-003" / "source.txt"
    if as_records:
        imr("extract", file, "--out", tmp_path / "records.jsonl")
        file = tmp_path / "records.jsonl"
    done = imr("show", file)
    for words in ("overturned", "Neck and Upper Back Complaints", "body_region_mismatch"):
        assert words in done.stdout
    assert done.exit_code == 0


@pytest.mark.parametrize(
    ("request_", "facts"),
    [
        (
            "Retrospective Norco 10/325mg #60 for left knee pain (DOS: 11/18/2016)",
            ["Pharmaceuticals / Opioids", "hydrocodone", "10/325mg", "left knee", "2016-11-18"],
        ),
        (
            "Physical therapy 3 times a week for 2 weeks, lumbar spine",
            ["Rehabilitation / Physical Therapy/Occupational Therapy", "lumbar spine"],
        ),
    ],
)
def test_show_tells_what_was_read_of_a_treatment(
    tmp_path: Path, request_: str, facts: list[str]
) -> None:
    """Category, drug, visits, regions, days of service and guideline ids are in a letter's view."""
    (tmp_path / "a.txt").write_text(LETTER.replace("{request}", request_), "utf-8")
    shown = " ".join(imr("show", tmp_path / "a.txt").stdout.split())
    for words in (*facts, "mtus/acoem/12"):
        assert words in shown
    item = records(imr("extract", tmp_path / "a.txt").stdout)[0]["items"][0]
    assert ("Visits 6" in shown) == (item["visits"] is not None)
    assert ("Retrospective yes" in shown) == bool(item["retrospective"])


@pytest.mark.parametrize("as_records", [False, True])
def test_show_reads_standard_input(made: Path, as_records: bool) -> None:
    """Records or a letter, known by what they begin with."""
    letter = LETTER.replace("{request}", "Walker")
    piped = imr("show", "-", stdin=made.read_text("utf-8") if as_records else letter)
    assert piped.exit_code == 0
    assert "Walker" in piped.stdout
    assert ("3 letters" in piped.stdout) == as_records


def test_show_says_why_standard_input_is_no_letter() -> None:
    """Without text the finding's code is named; exit code 1."""
    done = imr("show", "-", stdin=" \n")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "empty_input" in done.stderr


@pytest.mark.parametrize("name", ["letters.db", "letters.csv", "letters.parquet"])
def test_a_table_is_no_record(letters: Path, tmp_path: Path, name: str) -> None:
    """What records cannot be read back from is refused, with what to give instead."""
    out = tmp_path / name
    assert imr("extract", letters, "--out", out).exit_code == 0
    shown = imr("show", out)
    checked = imr("validate", out, "--source", letters)
    for done in (shown, checked):
        assert (done.exit_code, done.stdout) == (2, "")
        assert "letters.jsonl" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_an_id_that_is_none_is_answered_with_those_like_it(made: Path) -> None:
    """Part of an id, or a slip of the pen, leads to the id."""
    for asked in ("sub/c", "sub/d.txt"):
        done = imr("show", made, "--id", asked)
        assert done.exit_code == 2
        assert "sub/c.txt" in done.stderr


def test_show_lists_many_letters_and_one_of_them(made: Path) -> None:
    """Several records are a table with counts; --id shows one of them."""
    everything, one = imr("show", made), imr("show", made, "--id", "sub/c.txt")
    assert "3 letters: 3 verified, 0 review, 0 failed." in everything.stdout
    assert "TENS unit" in one.stdout
    assert "Walker" not in one.stdout
    assert imr("show", made, "--id", "none").exit_code == 2


HOSTILE = "Cane \x1b[2J\x07\x9b31m [red]not red[/red] \u202egnp.exe :smile:"


@pytest.mark.parametrize("terminal", [False, True])
def test_letters_cannot_act_on_the_terminal(tmp_path: Path, terminal: bool) -> None:
    """Control characters are shown as U+FFFD and markup as the characters it is made of."""
    letter = tmp_path / "a.txt"
    letter.write_text(LETTER.replace("{request}", HOSTILE), "utf-8")
    for command in ("show", "text"):
        if terminal:
            _, shown = on_terminal(command, letter, records_too=True)
        else:
            shown = imr(command, letter).stdout
        if terminal or command == "show":
            assert not re.search(r"\x1b\[2J|[\x07\x9b\u202e]", shown)
        assert "[red]not red[/red]" in shown
        assert ":smile:" in shown


def test_names_in_records_cannot_act_on_the_terminal(made: Path) -> None:
    """A record's own words, its id among them, are no more trusted than a letter's."""
    record = records(made.read_text("utf-8"))[0]
    record["document"] |= {"id": HOSTILE, "layout": HOSTILE, "reader": HOSTILE}
    record["provenance"] |= {"proposer": HOSTILE}
    record[HOSTILE] = 1
    made.write_text(json.dumps(record) + "\n", "utf-8")
    refused = imr("show", made)
    del record[HOSTILE]
    made.write_text(f"{json.dumps(record)}\n" * 2, "utf-8")
    shown = imr("show", made).stdout + imr("show", made, "--id", HOSTILE).stdout
    checked = imr("validate", made, "--source", made.parent).stdout
    for printed in (refused.stderr, shown, checked):
        assert printed
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", printed)


def test_text_is_what_the_offsets_count(letters: Path) -> None:
    """``imr text`` prints the text untouched: every span of the record reads its quote there."""
    letter = letters / "a.txt"
    letter.write_bytes(
        LETTER.replace("{request}", "Study\u00a0of \ufb01bres").replace("\n", "\r\n").encode()
    )
    with subprocess.Popen([*IMR, "text", letter], stdout=subprocess.PIPE) as process:
        assert process.stdout
        text = process.stdout.read().decode()
    assert text.encode() == letter.read_bytes()
    request = records(imr("extract", letter).stdout)[0]["items"][0]["request"]
    assert text[request["start"] : request["end"]] == "Study\u00a0of \ufb01bres"


def test_text_says_why_there_is_none(letters: Path) -> None:
    """A letter without text exits 1 and names the finding's code."""
    (letters / "a.txt").write_text(" \n", "utf-8")
    done = imr("text", letters / "a.txt")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "empty_input" in done.stderr


def test_schema_describes_the_records(made: Path) -> None:
    """``imr schema`` is JSON and names every part that a record has."""
    schema = json.loads(imr("schema").stdout)
    assert set(records(made.read_text("utf-8"))[0]) == set(schema["properties"])
