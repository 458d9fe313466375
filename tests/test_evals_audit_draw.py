"""``imr-eval audit`` draws: which letters, how often, how blindly, and what it will not do."""

import random
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest
from auditing import Data, Desk, data_of, small, truths, write_records

from evals.audit.plan import draw


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """An empty folder."""
    return Desk(tmp_path)


def test_the_draw_depends_on_the_seed_and_not_on_the_file(tmp_path: Path) -> None:
    """The same letters in another order give the same sample, another seed another one."""
    records = [small(f"{n}", status="review" if n % 9 == 0 else "verified") for n in range(90)]
    shuffled = random.Random(5).sample(records, 90)  # noqa: S311 - no secret

    plans = []
    for name, given, seed in (("a", records, 1), ("b", shuffled, 1), ("c", records, 2)):
        (tmp_path / name).mkdir()
        plans.append(Desk(tmp_path / name).draw(given, 20, "--seed", seed)["letters"])

    assert plans[0] == plans[1]
    assert {each["id"] for each in plans[0]} != {each["id"] for each in plans[2]}


def test_a_larger_sample_of_a_seed_holds_the_smaller(tmp_path: Path) -> None:
    """A sample that proves too small is enlarged, not thrown away."""
    records = [small(f"{n}", status="review" if n % 9 == 0 else "verified") for n in range(90)]
    drawn = []
    for n in (10, 20, 40):
        (tmp_path / str(n)).mkdir()
        plan = Desk(tmp_path / str(n)).draw(records, n)
        drawn.append({each["id"] for each in plan["letters"]})

    assert drawn[0] < drawn[1] < drawn[2]


def test_the_plan_keeps_sizes_and_chances(desk: Desk) -> None:
    """Stratum sizes, inclusion probabilities and the failed letters stand in the plan.

    Of 95 letters with text 5 are for review: a fifth of 20 is 4, more than their proportion of 1.
    """
    statuses = ["verified"] * 90 + ["review"] * 5 + ["failed"] * 3
    plan = desk.draw([small(str(n), status=s) for n, s in enumerate(statuses)], 20, "--seed", 7)

    assert plan["strata"] == {
        "verified": {"letters": 90, "drawn": 16, "inclusion": 16 / 90},
        "review": {"letters": 5, "drawn": 4, "inclusion": 4 / 5},
        "failed": {"letters": 3, "drawn": 0, "inclusion": 0.0},
    }
    assert (plan["seed"], len(plan["letters"])) == (7, 20)
    assert not {str(n) for n in range(95, 98)} & {each["id"] for each in plan["letters"]}


def test_every_letter_of_a_stratum_is_drawn_as_often(tmp_path: Path) -> None:
    """Over many seeds each of ten letters is drawn in four of ten samples of four.

    150 samples: 60 expected, standard deviation 6; 36 to 84 is four of them each way.
    """
    path = write_records(tmp_path / "r.jsonl", [small(f"{n}.txt") for n in range(10)])
    drawn = [
        letter.id for seed in range(150) for letter in draw(path, 4, seed, ("decision",)).letters
    ]

    assert len(drawn) == 600
    assert all(36 <= drawn.count(f"{n}.txt") <= 84 for n in range(10))


def test_the_place_of_a_letter_says_nothing_of_its_stratum(tmp_path: Path) -> None:
    """Letters for review stand first, and last, in some samples and not in others."""
    records = [small(f"{n}", status="review" if n < 10 else "verified") for n in range(20)]
    path = write_records(tmp_path / "r.jsonl", records)
    samples = [draw(path, 10, seed, ("decision",)).letters for seed in range(30)]

    for place in (0, -1):
        assert len({int(letters[place].id) < 10 for letters in samples}) == 2


def test_sheets_are_blind(tmp_path: Path) -> None:
    """Records of the same letters that say something else altogether give the same sheets."""
    truth: list[Data] = [data_of(record) for record in truths(tmp_path / "letters", 30)]
    numbers = count()
    other = [
        small(record["document"]["id"], ["overturned"] * (next(numbers) % 4), record["status"])
        for record in truth
    ]
    files = []
    for name, records in (("a", truth), ("b", other)):
        (tmp_path / name).mkdir()
        desk = Desk(tmp_path / name)
        desk.draw(records, 20)
        files.append([(desk.sheets / f).read_bytes() for f in ("letters.csv", "items.csv")])
        for row in (*desk.letters(), *desk.items()):
            assert {key for key, said in row.items() if said} == {"letter", "id"}
        assert all(set(each) == {"letter", "id", "file"} for each in desk.plan()["letters"])

    assert files[0] == files[1]


def test_what_cannot_be_audited_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Failed letters alone, no records, no record, an id twice: one line each, exit code 2."""
    for lines, says in (
        ([small("a", [], "failed")], "nothing to audit"),
        ([], "nothing to audit"),
        ([{"schema": "other"}], "line 1 is no record"),
        ([small("a"), small("a")], "line 2"),
    ):
        write_records(desk.records, lines)
        assert says in desk.refusal("--n", 5)
        assert not desk.sheets.exists()
    desk.records = tmp_path / "absent.jsonl"
    assert "cannot be read" in desk.refusal("--n", 5)


def test_an_id_that_failed_again_is_no_second_letter(desk: Desk) -> None:
    """``imr extract`` gives the second of two inputs with one id a failed record with that id."""
    plan = desk.draw([small("a"), small("a", [], "failed")], 5)

    assert [each["id"] for each in plan["letters"]] == ["a"]


def test_drawing_and_reading_are_never_mixed_up(desk: Desk) -> None:
    """A mistyped folder draws nothing, and a drawn sample is not drawn over."""
    write_records(desk.records, [small("a"), small("b")])
    assert "--n 400" in desk.refusal()
    assert "--by" in desk.refusal("--n", 2, "--by", "category")
    desk.audit("--n", 2)
    before = (desk.sheets / "letters.csv").read_bytes()
    for option, value in (("--n", 2), ("--seed", 1), ("--fields", "age"), ("--source", ".")):
        assert option in desk.refusal(option, value)
    assert "category" in desk.refusal("--by", "layout")
    assert (desk.sheets / "letters.csv").read_bytes() == before


def test_another_folder_is_not_written_into(desk: Desk) -> None:
    """A folder with something in it is nobody's audit."""
    write_records(desk.records, [small("a")])
    desk.sheets.mkdir()
    (desk.sheets / "letters.csv").write_text("mine", encoding="utf-8")

    assert "something else" in desk.refusal("--n", 2)
    assert (desk.sheets / "letters.csv").read_text(encoding="utf-8") == "mine"


def test_the_source_folder_leads_to_each_letter(desk: Desk) -> None:
    """With --source the sheet names each letter's file; one that is not there is refused."""
    for name in "ab":
        (desk.folder / f"{name}.txt").write_text("A letter.", encoding="utf-8")
    write_records(desk.records, [small("a.txt"), small("b.txt"), small("c.txt")])
    assert "lacks 'c.txt'" in desk.refusal("--n", 3, "--source", desk.folder)

    desk.draw([small("a.txt"), small("b.txt")], 2, "--source", desk.folder)

    assert {row["file"] for row in desk.letters()} == {
        str(desk.folder / "a.txt"),
        str(desk.folder / "b.txt"),
    }


def test_the_program_runs_as_the_issue_spells_it(tmp_path: Path) -> None:
    """``imr-eval audit RECORDS --n 400 --seed S`` draws into a folder called audit."""
    write_records(tmp_path / "r.jsonl", [small("a"), small("b", status="review")])
    command = [sys.executable, "-m", "evals", "audit", "r.jsonl", "--n", "400", "--seed", "3"]

    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert "all of them were drawn" in done.stdout
    assert {path.name for path in (tmp_path / "audit").iterdir()} == {
        "plan.json",
        "letters.csv",
        "items.csv",
        "README.txt",
    }
