"""``imr-eval`` on golden folders and record files: what it prints, writes and exits with."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from evals.cli import app

Data = dict[str, Any]

RATIOS = ("precision", "recall", "f1")
BRACE = "a lumbar brace for night use"
TEXT = f"The reviewer, board certified in Neurology, looked at {BRACE}.\n"


def words(quote: str, value: object = None) -> Data:
    """Return the value that *quote* gives in the letter."""
    start = TEXT.index(quote)
    return {
        "value": quote if value is None else value,
        "quote": quote,
        "start": start,
        "end": start + len(quote),
    }


def content() -> Data:
    """Return what there is to say of the letter."""
    return {
        "document": {"id": "one/source.txt", "layout": None},
        "status": "verified",
        "outcome": None,
        "expert": {"specialties": [words("Neurology")]},
        "clinical_summary": words(BRACE),
        "items": [],
        "findings": [],
    }


def case(golden: Path, name: str, *, reviewed: bool = True) -> Path:
    """Write a golden case of the letter and return its labels' path."""
    folder = golden / name
    folder.mkdir(parents=True)
    (folder / "source.txt").write_text(TEXT, encoding="utf-8")
    record = content()
    record["document"]["id"] = f"{name}/source.txt"
    labels = {"split": "test", "reviewed": reviewed, "note": "", "record": record}
    (folder / "expected.json").write_text(json.dumps(labels), encoding="utf-8")
    return folder / "expected.json"


def a_record(name: str, **changes: object) -> str:
    """Return a line of JSON: a right record of the letter but for *changes*."""
    record = {
        **content(),
        "document": {
            "id": f"{name}/source.txt",
            "sha256": hashlib.sha256(TEXT.encode()).hexdigest(),
        },
        "provenance": {"proposer": "by hand", "version": "1"},
        **changes,
    }
    return json.dumps(record) + "\n"


WRONG: Data = {"clinical_summary": words("Neurology")}


class Desk:
    """A folder with golden cases, records and a baseline, and the program to run there."""

    def __init__(self, folder: Path) -> None:
        """Write two golden cases and their right records."""
        self.golden = folder / "golden"
        self.records = folder / "records.jsonl"
        self.baseline = folder / "baseline.json"
        self.out = folder / "out.json"
        case(self.golden, "one")
        case(self.golden, "two")
        self.write(a_record("one"), a_record("two"))

    def write(self, *lines: str) -> None:
        """Write the records."""
        self.records.write_text("".join(lines), encoding="utf-8")

    def imr_eval(self, command: str, *more: str) -> Result:
        """Run a command on the folder."""
        paths = ["--golden", self.golden, "--records", self.records, "--baseline", self.baseline]
        return CliRunner().invoke(app, [command, *map(str, paths), *more])

    def results(self) -> Any:  # noqa: ANN401 - JSON
        """Run without a gate and return the JSON that was written."""
        result = self.imr_eval("run", "--out", str(self.out))
        assert result.exit_code == 0
        return json.loads(self.out.read_text(encoding="utf-8"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Two golden cases with right records."""
    return Desk(tmp_path)


def test_right_records_are_perfect_letters(desk: Desk) -> None:
    """Records that equal the golden ones are perfect, and the counts say of how many.

    Wilson's interval of 2 of 2 starts at 2 / (2 + z²) = 2 / (2 + 1.96²) = 0.342.
    """
    totals = desk.results()["arms"][0]["totals"]

    assert (totals["letters"], totals["perfect"], totals["escaped_errors"]) == (2, 2, 0)
    assert totals["fields"]["clinical_summary"] == {
        "correct": 2,
        "located": 2,
        "exact": 2,
        "expected": 2,
        "produced": 2,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
        "intervals": {name: [pytest.approx(0.342, abs=5e-4), 1] for name in RATIOS},
    }


def test_an_error_is_reported_with_both_values_and_their_places(desk: Desk) -> None:
    """The JSON holds each difference: field, pointer, kind, and what both sides say."""
    desk.write(a_record("one"), a_record("two", **WRONG))

    one, two = desk.results()["arms"][0]["letters"]

    assert (one["differences"], one["perfect"]) == ([], True)
    assert (two["escaped"], two["perfect"]) == (1, False)
    (difference,) = two["differences"]
    assert difference["field"] == "clinical_summary"
    assert difference["pointer"] == "/clinical_summary"
    assert (difference["kind"], difference["place"]) == ("wrong", "apart")
    assert difference["expected"]["value"] == BRACE
    assert difference["produced"]["value"] == "Neurology"


def test_results_name_what_they_were_made_of(desk: Desk) -> None:
    """Versions, and hashes of letters, labels and records, so that a result can be repeated."""
    first = desk.results()
    again = desk.results()
    desk.write(a_record("one"), a_record("two", **WRONG))
    other = desk.results()

    assert first == again
    assert first["arms"][0]["arm"]["records"] != other["arms"][0]["arm"]["records"]
    assert first["golden"]["sha256"] == other["golden"]["sha256"]
    assert set(first["versions"]) == {"python", "imr-extractor", "pydantic", "pypdfium2"}


def test_unreviewed_cases_never_count(desk: Desk) -> None:
    """A case that no person has read is named and left out."""
    case(desk.golden, "draft", reviewed=False)

    results = desk.results()

    assert results["golden"]["unreviewed"] == ["draft"]
    assert [letter["case"] for letter in results["arms"][0]["letters"]] == ["one", "two"]


def test_a_letter_without_a_record_misses_its_values(desk: Desk) -> None:
    """A letter dropped from the records is scored as missing, not left out."""
    desk.write(a_record("one"))

    totals = desk.results()["arms"][0]["totals"]

    assert totals["letters"] == 2
    assert totals["fields"]["clinical_summary"]["missing"] == 1
    assert totals["statuses"] == {"verified": 1, "no record": 1}


def test_what_was_accepted_passes_the_gate(desk: Desk) -> None:
    """After ``accept`` the same records pass, whatever their errors."""
    desk.write(a_record("one"), a_record("two", **WRONG))

    assert desk.imr_eval("accept").exit_code == 0
    assert desk.imr_eval("run", "--gate").exit_code == 0


@pytest.mark.parametrize(
    "worse",
    [
        (a_record("one"), a_record("two", **WRONG)),
        (a_record("one"), a_record("two", status="review")),
        (a_record("one"),),
        (),
    ],
    ids=["a wrong value", "a needless review", "a record gone", "no records"],
)
def test_worse_records_fail_the_gate_by_name(desk: Desk, worse: tuple[str, ...]) -> None:
    """Exit code 1, and the golden case that lost is named; without ``--gate`` it is 0."""
    desk.imr_eval("accept")
    desk.write(*worse)

    failed = desk.imr_eval("run", "--gate")

    assert failed.exit_code == 1
    assert "two" in failed.stdout.rpartition("Gate:")[2]
    assert desk.imr_eval("run").exit_code == 0


def test_a_golden_case_that_is_deleted_fails_the_gate(desk: Desk) -> None:
    """The gate misses a case that its baseline has."""
    desk.imr_eval("accept")
    for path in [*(desk.golden / "two").iterdir(), desk.golden / "two"]:
        path.rmdir() if path.is_dir() else path.unlink()

    assert desk.imr_eval("run", "--gate").exit_code == 1


def test_the_results_are_written_even_when_the_gate_fails(desk: Desk) -> None:
    """Whoever looks for the reason finds it in ``--out``."""
    desk.imr_eval("accept")
    desk.write(a_record("one"), a_record("two", **WRONG))

    desk.imr_eval("run", "--gate", "--out", str(desk.out))

    assert json.loads(desk.out.read_text())["arms"][0]["totals"]["escaped_errors"] == 1


def test_accepting_shows_gains_and_losses(desk: Desk) -> None:
    """``accept`` names the letters that get better and worse by it, and writes the baseline."""
    desk.write(a_record("one"), a_record("two", **WRONG))
    desk.imr_eval("accept")
    desk.write(a_record("one", **WRONG), a_record("two"))

    shown = desk.imr_eval("accept").stdout

    gained, _, lost = shown.partition("losses")
    assert ("two" in gained, "one" in gained) == (True, False)
    assert ("two" in lost, "one" in lost) == (False, True)
    assert desk.imr_eval("run", "--gate").exit_code == 0


@pytest.mark.parametrize(
    "lines",
    [
        ("no JSON\n",),
        (a_record("one", clinical_summary=BRACE),),
        (a_record("one"), a_record("one")),
        (a_record("one", document={"id": "one/source.txt", "sha256": "0" * 64}),),
    ],
    ids=["not JSON", "not a record", "two of one id", "of another file"],
)
def test_records_that_cannot_be_scored_are_refused(desk: Desk, lines: tuple[str, ...]) -> None:
    """Exit code 2, a sentence on standard error, and none of the letter's words in it."""
    desk.write(*lines)

    refused = desk.imr_eval("run")

    assert refused.exit_code == 2
    assert refused.stderr.startswith("imr-eval: ")
    assert BRACE not in refused.output


def test_a_gate_without_a_baseline_is_refused(desk: Desk) -> None:
    """A gate that has nothing to compare with does not pass."""
    assert desk.imr_eval("run", "--gate").exit_code == 2


def test_no_golden_case_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Neither a run nor a gate nor a baseline comes of an empty folder."""
    desk.imr_eval("accept")
    desk.golden = tmp_path / "empty"
    desk.golden.mkdir()

    assert desk.imr_eval("run", "--gate").exit_code == 2
    assert desk.imr_eval("accept").exit_code == 2


def test_only_unreviewed_cases_fail_the_gate_and_are_not_accepted(tmp_path: Path) -> None:
    """Where nothing counts, nothing passes."""
    desk = Desk(tmp_path)
    desk.imr_eval("accept")
    desk.golden = tmp_path / "drafts"
    case(desk.golden, "one", reviewed=False)

    assert desk.imr_eval("run", "--gate").exit_code == 1
    assert desk.imr_eval("accept").exit_code == 2


def test_an_unknown_proposer_is_refused(desk: Desk) -> None:
    """Exit code 2 for a proposer that does not exist."""
    result = CliRunner().invoke(app, ["run", "--golden", str(desk.golden), "--proposer", "oracle"])

    assert result.exit_code == 2


def test_the_rules_are_scored_and_gated_like_any_records(desk: Desk) -> None:
    """A run of the rules is accepted, passes, and fails once a label asks for more."""
    paths = ["--golden", str(desk.golden), "--baseline", str(desk.baseline)]
    runner = CliRunner()
    accepted = runner.invoke(app, ["accept", "--proposer", "rules", *paths])
    passed = runner.invoke(app, ["run", "--gate", *paths])
    labels = desk.golden / "two" / "expected.json"
    labels.write_text(labels.read_text().replace('"outcome": null', '"outcome": "upheld"'))
    failed = runner.invoke(app, ["run", "--gate", *paths])

    assert (accepted.exit_code, passed.exit_code, failed.exit_code) == (0, 0, 1)


def shown(desk: Desk, *more: str, columns: int = 132) -> list[str]:
    """Return the lines that a run prints on so many columns."""
    environment = {"COLUMNS": str(columns), "FORCE_COLOR": "1", "NO_COLOR": "1", "TERM": "xterm"}
    arguments = ["run", "--golden", str(desk.golden), *more]
    done = CliRunner(env=environment).invoke(app, arguments)
    assert done.exit_code == 0
    return [line.rstrip() for line in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout).splitlines()]


def cells(lines: list[str], name: str) -> list[str]:
    """Return the cells of the line that begins with *name*."""
    (line,) = (line for line in lines if line.split()[:1] == [name])
    return line.split()[1:]


def test_one_arm_is_printed_with_its_fields_and_differences(desk: Desk) -> None:
    """Counts, ratios with their n, an interval, and where it differs.

    Of two summaries one is right: 0.500 of 2, F1 2·1 of 4, and one span apart. The letter with the
    wrong one calls itself verified: one escaped error in one of two verified letters.
    """
    desk.write(a_record("one"), a_record("two", **WRONG))

    lines = shown(desk, "--records", str(desk.records))

    assert lines[0] == "2 golden letters."
    row = cells(lines, "clinical_summary")
    assert row[:8] == ["1", "1", "·", "·", "·", "0.500", "(2)", "0.500"]
    assert (row[9], row[-1]) == ("0.500", "1/0/1")
    said = "\n".join(lines)
    assert "perfect letters   1 of 2 [0.095, 0.905]" in said
    assert "escaped errors    1, in verified letters: 1 of 2 [0.095, 0.905]" in said
    assert "two /clinical_summary: wrong, span apart" in said


def test_several_arms_are_a_leaderboard_first(desk: Desk, tmp_path: Path) -> None:
    """The best first; the fields of each only with ``--full``."""
    bad = tmp_path / "bad.jsonl"
    bad.write_text(a_record("one", **WRONG) + a_record("two"), "utf-8")
    files = ["--records", str(bad), "--records", str(desk.records)]

    short, full = shown(desk, *files), shown(desk, *files, "--full")

    arms = [line.split()[0] for line in short if line.split()[1:3] in (["1", "of"], ["2", "of"])]
    assert arms == ["records", "bad"]
    assert cells(short, "bad")[:5] == ["1", "of", "2", "[0.095,", "0.905]"]
    assert not any("clinical_summary" in line for line in short)
    assert sum(line.startswith("clinical_summary") for line in full) == 2


def test_slices_and_repeats_are_printed_where_they_are_asked_for(desk: Desk) -> None:
    """Each slice with its letters; pass@k and pass^k for each k, and that nothing flickers."""
    plainly, cut = shown(desk, "--repeat", "2"), shown(desk, "--slices", "--proposer", "rules")

    assert not any(line.startswith("slice") for line in plainly)
    assert any(line.startswith("split") and "0 of 2" in line for line in cut)
    (twice,) = (line for line in plainly if line.startswith("2  "))
    assert twice.split() == ["2", *["0.000", "[0.000,", "0.658]", "(n", "2)"] * 2]
    assert "No field flickers." in plainly
    assert "pass@k" not in " ".join(cut)


@pytest.mark.parametrize("columns", [80, 132])
def test_tables_fit_their_terminal(desk: Desk, root: Path, columns: int) -> None:
    """No line is longer, no field's name is broken, and no number is cut off."""
    desk.golden = root / "golden"

    lines = shown(desk, "--slices", "--split", "dev", columns=columns)

    assert max(map(len, lines)) <= columns
    assert cells(lines, "claims_administrator.citations")
    assert not any("…" in line for line in lines)


def test_no_proportion_is_printed_without_what_it_is_of(desk: Desk) -> None:
    """Every number with a decimal point is an interval's end, or has its n beside it."""
    desk.write(a_record("one"), a_record("two", **WRONG))

    printed = "\n".join(shown(desk, "--records", str(desk.records), "--slices"))
    bare = re.sub(r"\d\.\d{3} \(\d+\)|(\d\.\d{3} )?\[\d\.\d{3}, \d\.\d{3}\]", "", printed)

    assert re.findall(r"\d+\.\d+|%", bare.replace("[95 %]", "")) == []


def test_who_cannot_write_the_results_learns_it_first(desk: Desk) -> None:
    """No letter is read, and nothing paid for, in vain."""
    refused = desk.imr_eval("run", "--out", str(desk.golden))

    assert (refused.exit_code, refused.stdout) == (2, "")


def test_help_waits_for_nothing_heavy(root: Path) -> None:
    """The command line is read before the extractor, pydantic or PDFium are imported."""
    heavy = ("extractor", "pydantic", "pypdfium2", "rich.table")
    code = f"import sys, evals.cli; print(sorted(set({heavy!r}) & set(sys.modules)))"

    call = [sys.executable, "-c", code]
    done = subprocess.run(call, cwd=root, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


@pytest.mark.parametrize("command", ["run", "accept", "bench"])
def test_every_command_says_what_it_does(command: str, root: Path) -> None:
    """``python -m evals COMMAND --help`` is a real command of its own."""
    call = [sys.executable, "-m", "evals", command, "--help"]

    done = subprocess.run(call, cwd=root, capture_output=True, text=True, check=True)

    assert "--golden" in done.stdout
