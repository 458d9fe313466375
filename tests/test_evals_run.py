"""A run: which arms options make, what each is asked for, and that no letter ends it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Barrier, get_ident
from time import sleep
from typing import Any

import pytest

from evals import Dataset, run
from evals.errors import EvalError
from evals.results import Arm, Letter, Results
from evals.running.abreast import in_order
from evals.running.arms import Setup, grid, names, options
from evals.running.examples import shown
from extractor.errors import ImrError, NotCached, SettingsError
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.prompt import DEFAULT
from extractor.record import Document, Provenance, Record
from extractor.source import Input

TEXTS = {
    "alpha": "A letter about a walking stick.",
    "beta": "A letter about two crutches.",
    "gamma": "A letter about a stair lift.",
}


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """Three golden letters that say nothing but their status."""
    return write_golden(tmp_path / "golden", TEXTS)


def write_golden(folder: Path, texts: dict[str, str], split: str = "dev") -> Path:
    """Write one golden case a text."""
    for name, text in texts.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "source.txt").write_text(text, "utf-8")
        record: dict[str, Any] = {
            "document": {"id": f"{name}/source.txt"},
            "status": "verified",
            "outcome": None,
            "findings": [],
        }
        labels = {"split": split, "reviewed": True, "note": "", "record": record}
        (folder / name / "expected.json").write_text(json.dumps(labels), "utf-8")
    return folder


def record_of(id_: str, status: str = "verified", **provenance: Any) -> Record:  # noqa: ANN401
    """Return a record that says nothing but its status and who made it."""
    made_by = Provenance(**{"proposer": "llm", "version": "1", **provenance})
    return Record.model_validate(
        {"document": Document(id=id_), "status": status, "provenance": made_by}
    )


class Model:
    """What a model proposer will be to a run: made with options, asked letter by letter."""

    def __init__(self, answer: Callable[[dict[str, Any], str], Record]) -> None:
        """Answer each letter by what *answer* returns for the options and the document's id."""
        self.answer = answer
        self.made: list[dict[str, Any]] = []

    def __call__(self, **given: Any) -> "Asked":  # noqa: ANN401
        """Note the options that a reader is made with."""
        self.made.append(given)
        return Asked(self, given)


class Asked:
    """One reader."""

    def __init__(self, model: Model, given: dict[str, Any]) -> None:
        """Keep the options."""
        self.model, self.given = model, given

    def close(self) -> None:
        """Nothing was opened."""

    def extract_input(self, found: Input, /) -> Record:
        """Answer."""
        return self.model.answer(self.given, found.id)


def right(_: dict[str, Any], id_: str) -> Record:
    """Answer every letter rightly."""
    return record_of(id_)


# --- which arms there are -------------------------------------------------------------------------


def test_options_make_a_grid_of_models_and_prompts() -> None:
    """Each proposer that asks a model is an arm with each model and each prompt; rules are one."""
    short, long = Path("prompts/short"), Path("prompts/long")

    setups = grid(["rules", "llm"], ["a", "b"], [short, long], [Path("other.jsonl")])

    assert names(setups) == [
        "rules",
        "llm a short",
        "llm a long",
        "llm b short",
        "llm b long",
        "other",
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, ["rules"]),
        ({"records": [Path("x.jsonl")]}, ["x"]),
        ({"proposers": ["rules"], "records": [Path("x.jsonl")]}, ["rules", "x"]),
        ({"models": ["m"]}, ["llm m"]),
        ({"prompts": [Path("p")]}, ["llm p"]),
        ({"cache_only": True}, ["llm"]),
        ({"proposers": ["rules", "rules"]}, ["rules"]),
    ],
)
def test_what_is_not_said_is_what_the_rest_asks_for(
    given: dict[str, Any], expected: list[str]
) -> None:
    """A model asks for ``llm``, records for themselves, nothing for the rules; twice is once."""
    assert names(grid(**given)) == expected


def test_a_model_for_the_rules_is_refused() -> None:
    """An option that nobody would heed is a mistake."""
    with pytest.raises(EvalError):
        grid(["rules"], ["m"])


def test_arms_that_would_be_called_alike_are_told_apart() -> None:
    """Two prompts or files of one name are called by their paths."""
    alike = grid(records=[Path("old/a.jsonl"), Path("new/a.jsonl")])

    assert names(alike) == ["old/a.jsonl", "new/a.jsonl"]
    assert names([Setup(), Setup(), Setup("llm", base_url="x")]) == ["rules", "rules (2)", "llm"]


def test_an_arm_is_asked_for_what_was_said_and_nothing_else() -> None:
    """The rules get no option of a model; a model gets those that were given, and its repeat.

    As many requests may be under way as letters are read at a time.
    """
    asked = Setup("auto", "m", Path("p"), "http://localhost:1/v1", cache_only=True)

    assert options(Setup(), 2, 1) == {"proposer": "rules"}
    assert options(Setup("llm"), 0, 3) == {
        "proposer": "llm",
        "repeat": 0,
        "options": ModelOptions(concurrency=3),
    }
    assert options(asked, 1, 16) == {
        "proposer": "auto",
        "model": "m",
        "prompt": Path("p"),
        "base_url": "http://localhost:1/v1",
        "repeat": 1,
        "options": ModelOptions(concurrency=16, cache_only=True),
    }


# --- how they are read ----------------------------------------------------------------------------


def test_every_letter_is_read_by_every_arm_in_every_repeat(golden: Path) -> None:
    """Letters stand arm by arm, repeat by repeat, in the order of the golden folder."""
    model = Model(right)

    results = run(
        Dataset.load(golden), grid(["rules"]) + grid(models=["m"]), repeat=2, extractor=model
    )

    assert [arm.arm.name for arm in results.arms] == ["rules", "llm m"]
    assert [(each.case, each.repeat) for each in results.arms[1].letters] == [
        (name, repeat) for repeat in (0, 1) for name in TEXTS
    ]
    assert [given.get("repeat") for given in model.made] == [None, None, 0, 1]
    prompt = results.arms[1].arm.prompt
    assert results.arms[1].arm == Arm("llm m", "llm", "m", prompt, repeats=2)


def test_results_do_not_depend_on_how_many_letters_are_read_at_a_time(golden: Path) -> None:
    """The last letter to be answered stands where it would stand if it were the first."""

    def slow_at_first(given: dict[str, Any], id_: str) -> Record:
        sleep(0.05 if id_.startswith("alpha") and not given["repeat"] else 0)
        return record_of(id_, usage={"input_tokens": len(id_)})

    dataset, setups = Dataset.load(golden), grid(models=["m"])
    one, many = (
        run(dataset, setups, repeat=3, concurrency=at_a_time, extractor=Model(slow_at_first))
        for at_a_time in (1, 8)
    )

    assert one == many
    assert without_clock(one) == without_clock(many)


def without_clock(results: Results) -> dict[str, Any]:
    """Return the JSON of results without what the clock said."""
    data = results.to_json()
    assert set(data.pop("clock")) == {"started", "finished", "seconds"}
    return data


def test_letters_are_read_abreast() -> None:
    """As many are at work at a time as were asked for, and no more."""
    together = Barrier(4, timeout=20)

    threads = set(in_order(lambda _: (together.wait(), get_ident())[1], range(8), 4))

    assert len(threads) == 4


def test_nothing_more_is_begun_once_the_consumer_stops() -> None:
    """Who stops a run pays for what is under way, not for what was waiting."""
    begun: list[int] = []

    def note(number: int) -> int:
        begun.append(number)
        sleep(0.01)
        return number

    reading = in_order(note, range(500), 2)
    assert next(reading) == 0
    reading.close()  # type: ignore[attr-defined]
    after = len(begun)
    sleep(0.1)

    assert len(begun) <= after + 2 < 100


@pytest.mark.parametrize("at_a_time", [1, 4])
def test_a_letter_that_breaks_the_extractor_ends_no_run(golden: Path, at_a_time: int) -> None:
    """It is scored as failed, its finding names the error's type and none of the letter's words."""

    def broken(_: dict[str, Any], id_: str) -> Record:
        if id_.startswith("beta"):
            raise RuntimeError(TEXTS["beta"])
        return record_of(id_)

    setups = grid(models=["m"])
    results = run(Dataset.load(golden), setups, concurrency=at_a_time, extractor=Model(broken))

    letters = results.arms[0].letters
    assert [letter.score.status for letter in letters] == ["verified", "failed", "verified"]
    assert results.arms[0].totals.perfect == 2
    (finding,) = (letters[1].record or {})["findings"]
    assert "RuntimeError" in finding["message"]
    assert "crutches" not in finding["message"]


def test_a_model_that_gives_no_reply_to_a_letter_fails_that_letter(golden: Path) -> None:
    """The record carries the code that the error has."""

    def silent(_: dict[str, Any], id_: str) -> Record:
        if id_.startswith("beta"):
            raise NotCached("There is no reply to it in the cache.")
        return record_of(id_)

    results = run(Dataset.load(golden), grid(models=["m"]), extractor=Model(silent))

    codes = [finding["code"] for finding in (results.arms[0].letters[1].record or {})["findings"]]
    assert codes == [NotCached.code.value]
    assert results.arms[0].totals.statuses == {"verified": 2, "failed": 1}


def test_what_makes_every_letter_impossible_is_refused(golden: Path) -> None:
    """An error of the house is about the configuration; a run on it would only be wrong."""

    def keyless(_: dict[str, Any], _id: str) -> Record:
        raise SettingsError("There is no key.")

    with pytest.raises(SettingsError):
        run(Dataset.load(golden), grid(models=["m"]), extractor=Model(keyless))


def test_what_cannot_be_asked_is_refused_before_any_letter_is_read(golden: Path) -> None:
    """An unknown proposer, no model's name, a folder that is no prompt: no arm is read in vain."""
    read: list[Letter] = []

    for unusable in (Setup("oracle"), Setup("llm"), Setup("llm", "m", golden)):
        with pytest.raises(ImrError):
            run(
                Dataset.load(golden),
                [Setup(), unusable],
                watch=lambda _, letter: read.append(letter),
            )

    assert read == []


STOPPING = """
import os, signal, sys, threading, time
import extractor.pipeline
once = threading.Lock()
def stop(text, layout):
    if once.acquire(blocking=False):
        os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
extractor.pipeline.propose_by_rules = stop
from evals.cli import app
app(["run", "--golden", sys.argv[1], "--out", sys.argv[2], "--concurrency", sys.argv[3]])
"""


@pytest.mark.parametrize("at_a_time", ["1", "3"])
def test_an_interrupt_ends_a_run_at_once(golden: Path, tmp_path: Path, at_a_time: str) -> None:
    """Ctrl-C waits for no letter, leaves no half a file, and says so in a line."""
    out = tmp_path / "r.json"

    done = subprocess.run(
        [sys.executable, "-c", STOPPING, golden, out, at_a_time],
        capture_output=True,
        text=True,
        check=False,
        timeout=40,
    )

    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.splitlines() == ["imr-eval: Stopped; nothing was written."]
    assert not out.exists()


def test_who_watches_is_told_of_every_letter_in_order(golden: Path) -> None:
    """Progress is told as letters are read, with the arm that read them."""
    told: list[tuple[str, str]] = []

    run(Dataset.load(golden), watch=lambda arm, letter: told.append((arm.name, letter.case)))

    assert told == [("rules", name) for name in TEXTS]


def test_results_say_what_each_letter_cost(golden: Path, tmp_path: Path) -> None:
    """Tokens, dollars and seconds by letter, and they survive the file."""

    def priced(_: dict[str, Any], id_: str) -> Record:
        return record_of(id_, usage={"input_tokens": 100, "output_tokens": 7}, cost_usd=0.25)

    results = run(Dataset.load(golden), grid(models=["m"]), extractor=Model(priced))
    results.save(tmp_path / "new" / "results.json")
    again = Results.load(tmp_path / "new" / "results.json")

    assert again == results
    first, kept = results.arms[0].letters[0], again.arms[0].letters[0]
    assert (kept.usage, kept.cost_usd) == ({"input_tokens": 100, "output_tokens": 7}, 0.25)
    assert kept.seconds == first.seconds is not None
    assert (again.started, again.finished) == (results.started, results.finished)
    assert results.to_json()["arms"][0]["costs"] == {
        "letters": 3,
        "asked": 3,
        "tokens": {"input_tokens": 300, "output_tokens": 21},
        "priced": 3,
        "usd": 0.75,
        "cached": 0,
    }


def test_a_password_in_an_address_stays_out_of_the_results(golden: Path) -> None:
    """Where a model answered is told, with which credentials is not."""
    address = "https://me:hidden@models.example:8000/v1?key=hidden"
    setup = Setup("llm", base_url=address)

    results = run(Dataset.load(golden), [setup], extractor=Model(right))

    assert results.arms[0].arm.base_url == "https://models.example:8000/v1"
    assert "hidden" not in json.dumps(results.to_json())


# --- records that someone else's tool made --------------------------------------------------------


def write_records(path: Path, statuses: dict[str, str]) -> Path:
    """Write a record for each case with the status given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (record_of(f"{name}/source.txt", status).to_json() for name, status in statuses.items())
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_each_file_of_records_is_an_arm(golden: Path, tmp_path: Path) -> None:
    """Files are scored side by side, each under its name."""
    good = write_records(tmp_path / "good.jsonl", dict.fromkeys(TEXTS, "verified"))
    bad = write_records(tmp_path / "bad.jsonl", {"alpha": "verified", "beta": "review"})

    results = run(Dataset.load(golden), grid(records=[good, bad]))

    assert {arm.arm.name: arm.totals.perfect for arm in results.arms} == {"good": 3, "bad": 1}
    assert results.arms[0].letters[0].seconds is None


def test_the_files_of_a_folder_are_repeats_of_one_arm(golden: Path, tmp_path: Path) -> None:
    """A tool that was run three times is one arm with three repeats, by the files' names."""
    for number, status in enumerate(["verified", "review", "verified"]):
        write_records(tmp_path / "tool" / f"{number}.jsonl", dict.fromkeys(TEXTS, status))

    (arm,) = run(Dataset.load(golden), grid(records=[tmp_path / "tool"]), repeat=9).arms

    assert (arm.arm.name, arm.arm.repeats) == ("tool", 3)
    assert [letter.repeat for letter in arm.letters] == [0] * 3 + [1] * 3 + [2] * 3
    assert [letter.score.perfect for letter in arm.letters] == [True] * 3 + [False] * 3 + [True] * 3


def test_a_folder_without_records_is_refused(golden: Path, tmp_path: Path) -> None:
    """Nothing is no arm."""
    with pytest.raises(EvalError):
        run(Dataset.load(golden), records=tmp_path)


# --- which letters are scored ---------------------------------------------------------------------


def example(prompt: Path, text: str) -> Path:
    """Write the house's prompt with one example more, *text*."""
    shutil.copytree(DEFAULT, prompt)
    folder = prompt / "examples" / "one"
    folder.mkdir()
    (folder / "letter.txt").write_text(text, "utf-8")
    return prompt


def test_letters_that_a_prompt_shows_are_scored_for_no_arm(golden: Path, tmp_path: Path) -> None:
    """They are left out by name, whatever their white space; every arm is scored on the same."""
    prompt = example(tmp_path / "terse", "A  letter about\r\n two crutches.\n\n")

    results = run(
        Dataset.load(golden),
        grid(["rules", "llm"], prompts=[prompt]),
        extractor=Model(right),
    )

    assert results.golden.examples == ("beta",)
    assert results.golden.letters == 2
    assert {letter.case for arm in results.arms for letter in arm.letters} == {"alpha", "gamma"}


def test_the_prompts_that_come_with_the_house_count_in_every_run(tmp_path: Path) -> None:
    """So runs with and without a prompt of one's own score the same letters."""
    house = [path.read_text("utf-8") for path in sorted(DEFAULT.glob("examples/*/letter.txt"))]
    mine = example(tmp_path / "mine", "Another letter.")

    assert len(house) > 1
    assert shown([]) == house
    assert set(shown([mine])) == {*house, "Another letter."}


def test_a_prompt_that_is_no_folder_is_refused(golden: Path, tmp_path: Path) -> None:
    """A slip in a path must not score examples."""
    with pytest.raises(EvalError):
        run(Dataset.load(golden), grid(prompts=[tmp_path / "none"]), extractor=Model(right))


def test_a_prompt_is_named_with_a_hash_of_its_files(golden: Path, tmp_path: Path) -> None:
    """A changed word in a file that a model is shown is another prompt."""
    prompt = example(tmp_path / "terse", "Some other letter.")

    def name() -> str | None:
        results = run(Dataset.load(golden), grid(prompts=[prompt]), extractor=Model(right))
        return results.arms[0].arm.prompt

    before = name()
    (prompt / "system.md").write_text("Read the letter.", "utf-8")
    after = name()

    assert before is not None
    assert after is not None
    assert before.startswith("default@")
    assert before != after
    assert name() == after


def test_a_split_is_scored_alone(golden: Path) -> None:
    """The results say which split it was; one that does not exist is refused."""
    write_golden(golden, {"delta": "A letter about a ramp."}, split="test")

    results = run(Dataset.load(golden, "test"))

    assert (results.golden.split, results.golden.letters) == ("test", 1)
    with pytest.raises(EvalError):
        Dataset.load(golden, "tests")


# --- the file of results --------------------------------------------------------------------------


def edited(path: Path, edit: Callable[[dict[str, Any]], object]) -> Path:
    """Change the JSON in *path*."""
    data = json.loads(path.read_text("utf-8"))
    edit(data)
    path.write_text(json.dumps(data), "utf-8")
    return path


@pytest.mark.parametrize(
    "edit",
    [
        lambda data: data.update(schema="imr-eval/1"),
        lambda data: data.pop("golden"),
        lambda data: data["arms"][0]["arm"].update(colour="red"),
        lambda data: data["clock"]["seconds"]["rules"].pop(),
    ],
    ids=["another schema", "no golden letters", "an unknown part", "a letter without its seconds"],
)
def test_a_file_that_holds_no_results_is_refused(
    golden: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], object]
) -> None:
    """Half a file of results is none."""
    run(Dataset.load(golden)).save(tmp_path / "r.json")

    with pytest.raises(EvalError):
        Results.load(edited(tmp_path / "r.json", edit))


def test_results_are_written_whole_or_not_at_all(golden: Path, tmp_path: Path) -> None:
    """What stands there already stays where there is no writing."""
    results = run(Dataset.load(golden))
    (tmp_path / "folder").mkdir()

    with pytest.raises(EvalError):
        results.save(tmp_path / "folder")
    with pytest.raises(EvalError):
        results.save(golden / "alpha" / "source.txt" / "r.json")
    results.save(tmp_path / "r.json")
    assert [path.name for path in tmp_path.glob("*.json*")] == ["r.json"]


def lines_of(path: Path) -> Iterator[str]:
    """Yield the lines of a file that hold a whole letter."""
    return (line for line in path.read_text("utf-8").splitlines() if '"case":' in line)


def test_each_letter_is_one_line_of_the_results(golden: Path, tmp_path: Path) -> None:
    """So a diff of two results names the letters that differ."""
    run(Dataset.load(golden)).save(tmp_path / "r.json")

    letters: Sequence[dict[str, Any]] = [
        json.loads(line.rstrip().rstrip(",")) for line in lines_of(tmp_path / "r.json")
    ]

    assert [letter["case"] for letter in letters] == list(TEXTS)
