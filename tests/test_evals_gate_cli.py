"""``imr-eval run --gate`` and ``accept`` on golden folders: splits, arms, floors, files."""

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner, Result

from evals.cli import app
from evals.dataset import Dataset
from evals.gate.baseline import Standing, read_baseline

Data = dict[str, Any]

TEXT = "The reviewer, board certified in Neurology, looked at a knee brace.\n"
START = TEXT.index("a knee brace")
BRACE: Data = {
    "value": "a knee brace",
    "quote": "a knee brace",
    "start": START,
    "end": START + 12,
}
CONTENT: Data = {"status": "verified", "clinical_summary": BRACE, "items": [], "findings": []}
WRONG: Data = {"clinical_summary": {**BRACE, "value": "a brace", "quote": "a brace"}}


class Desk:
    """A folder with golden letters of both splits, records of them, and a baseline."""

    def __init__(self, folder: Path) -> None:
        """Write the golden letters ``test`` and ``dev``, and right records."""
        self.golden, self.baseline = folder / "golden", folder / "baseline.json"
        self.records, self.out = folder / "mine.jsonl", folder / "out.json"
        self.junit, self.markdown = folder / "build/junit.xml", folder / "build/gate.md"
        for split in ("test", "dev"):
            case = self.golden / split
            case.mkdir(parents=True)
            (case / "source.txt").write_text(TEXT)
            record = {**CONTENT, "document": {"id": f"{split}/source.txt"}}
            labels = {"split": split, "reviewed": True, "record": record}
            (case / "expected.json").write_text(json.dumps(labels))
        self.write()

    def write(
        self, model: str | None = None, test: Data | None = None, dev: Data | None = None
    ) -> None:
        """Write the records of both letters with these changes."""
        made = {"proposer": "by hand", "version": "1", "model": model}
        lines = []
        for name, change in (("test", test), ("dev", dev)):
            of = {"id": f"{name}/source.txt", "sha256": hashlib.sha256(TEXT.encode()).hexdigest()}
            record = {**CONTENT, "document": of, "provenance": made, **(change or {})}
            lines.append(json.dumps(record))
        self.records.write_text("\n".join(lines))

    def run(self, *more: str | Path) -> Result:
        """Score the records."""
        return self._invoke("run", *more)

    def accept(self, *more: str | Path) -> Result:
        """Accept the records; it works."""
        result = self._invoke("accept", *more)
        assert result.exit_code == 0, result.output
        return result

    def refused(self, command: str, *more: str | Path) -> str:
        """Run a command that is refused, and return its one line."""
        result = self._invoke(command, *more)
        assert result.exit_code == 2
        [line] = result.stderr.splitlines()
        return line

    def _invoke(self, command: str, *more: str | Path) -> Result:
        paths = ["--golden", self.golden, "--records", self.records, "--baseline", self.baseline]
        return CliRunner().invoke(app, [command, *map(str, paths), *map(str, more)])

    def arms(self) -> dict[str, Standing]:
        """Return the baseline's arms."""
        return read_baseline(self.baseline)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A golden letter of each split, with right records."""
    return Desk(tmp_path)


# --- splits ---------------------------------------------------------------------------------------


def test_accept_takes_both_splits_and_the_gate_reads_one(desk: Desk) -> None:
    """Each split passes by itself, and the other's case is not gone."""
    desk.accept()

    assert {case.split for case in desk.arms()["mine"].cases.values()} == {"dev", "test"}
    assert desk.run("--gate").exit_code == 0
    assert desk.run("--gate", "--split", "test").exit_code == 0
    assert desk.run("--gate", "--split", "dev").exit_code == 0


@pytest.mark.parametrize("split", ["test", "dev"])
def test_the_gate_means_the_test_split_unless_one_is_named(desk: Desk, split: str) -> None:
    """A loss fails the gate of its own split only."""
    desk.accept()
    desk.write(test=WRONG if split == "test" else None, dev=WRONG if split == "dev" else None)

    assert desk.run("--gate").exit_code == (split == "test")
    assert desk.run("--gate", "--split", "test").exit_code == (split == "test")
    assert desk.run("--gate", "--split", "dev").exit_code == (split == "dev")


def test_without_a_gate_both_splits_are_scored(desk: Desk) -> None:
    """A plain run leaves nothing out."""
    assert desk.run("--out", desk.out).exit_code == 0

    [arm] = json.loads(desk.out.read_text())["arms"]
    assert [letter["case"] for letter in arm["letters"]] == ["dev", "test"]


def test_a_split_without_letters_fails(desk: Desk) -> None:
    """A gate over nothing passes nothing."""
    desk.accept()
    labels = desk.golden / "test" / "expected.json"
    labels.write_text(labels.read_text().replace('"split": "test"', '"split": "dev"'))

    assert desk.run("--gate").exit_code == 1


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "failures"), [({}, 0), (WRONG, 1)], ids=["right", "wrong"])
def test_files_are_written_whatever_the_verdict(desk: Desk, change: Data, failures: int) -> None:
    """The exit code, the JUnit file and the comment say the same."""
    desk.accept()
    desk.write(test=change)

    result = desk.run("--gate", "--junit", desk.junit, "--markdown", desk.markdown)

    assert result.exit_code == failures
    [suite] = ET.parse(desk.junit).getroot()  # noqa: S314 - our own file
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("2", str(failures))
    verdict = "failed" if failures else "passed"
    assert f"### imr-eval: gate {verdict}\n" in desk.markdown.read_text()


def test_files_without_a_gate_are_written_and_fail_nothing(desk: Desk) -> None:
    """Both splits are held against the baseline, and the exit code stays 0."""
    desk.accept()
    desk.write(dev=WRONG)

    assert desk.run("--junit", desk.junit).exit_code == 0
    [suite] = ET.parse(desk.junit).getroot()  # noqa: S314 - our own file
    assert (suite.attrib["tests"], suite.attrib["failures"]) == ("3", "1")


@pytest.mark.parametrize("option", ["--junit", "--markdown"])
def test_a_file_that_cannot_be_written_is_refused(desk: Desk, option: str) -> None:
    """One line says which; the exit code is neither a pass nor a loss."""
    desk.accept()

    assert str(desk.golden) in desk.refused("run", "--gate", option, desk.golden)


# --- arms -----------------------------------------------------------------------------------------


def test_an_arm_that_was_never_accepted_is_refused(desk: Desk) -> None:
    """The refusal names the arm, those that there are, and the command."""
    desk.accept()
    desk.records = desk.records.rename(desk.records.with_name("yours.jsonl"))

    refusal = desk.refused("run", "--gate")

    assert "'yours'" in refusal
    assert "it has mine" in refusal
    assert "imr-eval accept" in refusal
    assert desk.run("--gate", "--against", "mine").exit_code == 0


def test_accepting_an_arm_leaves_the_others(desk: Desk) -> None:
    """The baseline holds several arms by name, and each is gated by its own."""
    desk.accept()
    desk.write(test=WRONG)
    desk.records = desk.records.rename(desk.records.with_name("yours.jsonl"))
    desk.accept()

    assert sorted(desk.arms()) == ["mine", "yours"]
    assert desk.run("--gate").exit_code == 0
    assert desk.run("--gate", "--against", "mine").exit_code == 1


def test_records_that_name_a_model_are_tested(desk: Desk) -> None:
    """One letter that a model lost is not significant; its escaped error fails the gate."""
    desk.write(model="some-model")
    desk.accept()
    desk.write(model="some-model", test={"status": "review"})
    unseen = desk.run("--gate")
    desk.write(model="some-model", test=WRONG)
    escaped = desk.run("--gate")

    assert (unseen.exit_code, escaped.exit_code) == (0, 1)
    assert "escaped errors 0 → 1" in escaped.stdout


# --- accept ---------------------------------------------------------------------------------------


def test_a_dry_run_shows_everything_and_writes_nothing(desk: Desk) -> None:
    """Gains and losses are printed as they would be; the file is not made, nor changed."""
    shown = desk.accept("--dry-run")
    made = desk.baseline.exists()
    desk.accept()
    before = desk.baseline.read_bytes()
    desk.write(test=WRONG)
    dry = desk.accept("--dry-run", "--floor", "perfect=0.1").stdout
    unchanged = desk.baseline.read_bytes() == before
    wet = desk.accept("--floor", "perfect=0.1").stdout

    assert "gains: 2" in shown.stdout
    assert (made, unchanged, desk.baseline.read_bytes() == before) == (False, True, False)
    assert dry.splitlines()[:-1] == wet.splitlines()[:-1]
    assert "test: clinical_summary wrong 0 → 1" in dry
    assert "perfect none → 0.1" in dry


def test_results_of_an_earlier_run_are_accepted(desk: Desk) -> None:
    """What a model said is accepted without asking it again."""
    desk.write(test=WRONG)
    desk.run("--out", desk.out)
    desk.write()

    desk.accept(str(desk.out), "--arm", "mine")

    assert desk.arms()["mine"].cases["test"].escaped == 1


def test_floors_stay_until_they_are_moved(desk: Desk) -> None:
    """A floor outlives the next ``accept``, is moved by name, and taken away by ``none``."""
    desk.accept("--floor", "perfect=0.9", "--floor", "clinical_summary.recall=0.5")
    desk.accept()
    kept = desk.arms()["mine"].floors
    desk.accept("--floor", "perfect=none", "--floor", "clinical_summary.recall=0.75")

    assert kept == {"perfect": 0.9, "clinical_summary.recall": 0.5}
    assert desk.arms()["mine"].floors == {"clinical_summary.recall": 0.75}


def test_an_accepted_loss_still_breaks_its_floor(desk: Desk) -> None:
    """``accept`` says that the gate will fail on, and so it does."""
    desk.accept("--floor", "clinical_summary.recall=0.9")
    desk.write(test=WRONG)

    assert "clinical_summary.recall 0.000 (1), floor 0.9" in desk.accept().stdout
    failed = desk.run("--gate")
    assert failed.exit_code == 1
    assert "clinical_summary.recall 0.000 (1), floor 0.9" in failed.stdout


def test_floors_are_proposed_for_models_alone(desk: Desk) -> None:
    """The rules lose nothing at all, so a floor is not what guards them; ``--floors`` sets them."""
    by_hand = desk.accept("--dry-run").stdout
    desk.write(model="some-model")
    by_model = desk.accept().stdout
    none = desk.arms()["mine"].floors
    desk.accept("--floors")

    assert "--floor perfect=" not in by_hand
    assert "--floor perfect=0.206" in by_model  # 1 of 1: 1 / (1 + 1.96^2) = 0.2065
    assert none == {}
    assert desk.arms()["mine"].floors["perfect"] == 0.206


@pytest.mark.parametrize(
    "options",
    [
        ["--floor", "perfect=2"],
        ["--floor", "clinical_sumary.recall=0.5"],
        ["--arm", "another"],
        ["no-results.json"],
    ],
    ids=["no floor", "a floor of no field", "no arm", "no results"],
)
def test_what_cannot_be_accepted_is_refused(desk: Desk, options: list[str]) -> None:
    """One line, exit code 2, and the baseline stays."""
    desk.accept()
    before = desk.baseline.read_bytes()

    assert desk.refused("accept", *options).startswith("imr-eval: ")
    assert desk.baseline.read_bytes() == before


def test_a_broken_baseline_is_not_written_over(desk: Desk) -> None:
    """Its floors would be lost without a word."""
    desk.baseline.write_text("{")

    desk.refused("accept")

    assert desk.baseline.read_text() == "{"


# --- this repository's own ------------------------------------------------------------------------


def test_the_committed_baseline_knows_every_golden_letter(root: Path) -> None:
    """Each reviewed case with its split, so that none can be dropped from the gate unseen."""
    arm = read_baseline(root / "evals" / "baseline.json")["rules"]

    cases = Dataset.load(root / "golden").cases
    assert {name: case.split for name, case in arm.cases.items()} == {
        case.name: case.split for case in cases
    }
    assert arm.repeats == 1


def test_the_gate_is_part_of_every_check(root: Path, tmp_path: Path) -> None:
    """``make test`` runs the gate and leaves both files, even where the baseline is gone."""
    shutil.copy(root / "Makefile", tmp_path)
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    planned = subprocess.run(
        ["make", "-n", "test"],  # noqa: S607 - the make that a reader would use
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    gate = "imr-eval run --proposer rules --gate --junit build/junit.xml --markdown build/gate.md"
    assert [line.partition("/bin/")[2] for line in planned.stdout.splitlines()].count(gate) == 1
    assert "make test" in (root / ".ci" / "run").read_text("utf-8").splitlines()
