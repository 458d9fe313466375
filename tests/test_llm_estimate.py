"""What a run would cost, without a call; and the commands that show what is kept."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from cached import SETTINGS, Recording, ask, question
from terminal import LETTER, SHOPPING, imr

from evals.replies import reply_of
from extractor.golden import load_all
from extractor.propose.llm.asking import Question
from extractor.propose.llm.cache import Entry, key_of
from extractor.propose.llm.estimate import estimate
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.model import Model
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.prices import Price, Prices
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.reply import Reply
from extractor.propose.llm.store import Store
from extractor.propose.llm.tokens import counter
from extractor.source import read
from extractor.text import Text

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own."""
    monkeypatch.setenv("IMR_CACHE_DIR", str(tmp_path / "kept"))
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    return tmp_path / "kept"


def about(text: str) -> Question:
    """Return what would be asked about a letter."""
    letter, prompt = Text.of(text), Prompt.load()
    lines = NumberedLines(letter)
    return Question(tuple(prompt.messages(lines)), letter.sha256, prompt.hash, len(lines))


def told(printed: str) -> dict[str, str]:
    """Read the estimate's table."""
    rows = [row for row in printed.partition("\n\n")[0].splitlines() if row.strip()]
    parts = (re.split(r"\s{2,}", row.strip(), maxsplit=1) for row in rows)
    return {name: value.strip() for name, value in parts}


def test_replies_are_about_as_long_as_they_are_reckoned() -> None:
    """Over all golden letters together, against replies without a fault, within a tenth."""
    prompt, count = Prompt.load(), counter().count
    reckoned = spent = 0
    for case in load_all(GOLDEN):
        lines = NumberedLines(read(case.source, case.name).as_text())
        reply = reply_of(case.expected, lines).model_dump_json()
        asked = Question(tuple(prompt.messages(lines)), "", prompt.hash, len(lines))
        reckoned += estimate([asked], "m", None, Prices()).usage.output_tokens
        spent += count(reply)
    assert spent == pytest.approx(reckoned, rel=0.1)


def test_an_estimate_adds_up() -> None:
    """Twice the letters are twice the tokens and twice the price."""
    prices = Prices({"m": Price(input=1, output=1)})
    one, two = (estimate([about(LETTER)] * n, "m", None, prices) for n in (1, 2))
    assert (two.letters, two.usage) == (2, one.usage.plus(one.usage))
    assert two.cost == pytest.approx(2 * (one.cost or 0))
    assert one.cost == pytest.approx(one.usage.total / 1_000_000)


def test_an_estimate_says_which_letters_it_counts(letters: Path, tmp_path: Path) -> None:
    """``auto`` asks about what the rules do not verify; nothing is asked and nothing written."""
    (letters / "odd.txt").write_text(SHOPPING)
    (letters / "empty.txt").touch()
    out = tmp_path / "out.jsonl"
    given = ("extract", letters, "--model", "gpt-4o-mini", "--estimate", "--out", out)
    auto = told(imr(*given, "--proposer", "auto").stdout)
    assert (auto["letters"], auto["that fail"], auto["verified by the rules"]) == (
        "5",
        "1",
        "3",
    )
    assert auto["to be asked about"] == "1"
    alone = told(imr(*given, "--proposer", "llm").stdout)
    assert ("verified by the rules" in alone, alone["to be asked about"]) == (False, "4")
    assert float(alone["US dollars"]) > 0
    assert not out.exists()


def test_letters_in_the_cache_cost_nothing(letters: Path, kept: Path) -> None:
    """A reply that is kept is counted apart; --no-cache counts it in."""
    asked = about((letters / "a.txt").read_text())
    settings = Model("m", "http://127.0.0.1:9/v1", None, ModelOptions(), "0").settings
    entry = Entry(
        raw=Reply(last_line=1, facts=[], clinical_summary=None, items=[]).model_dump_json(),
        usage=(1, 1, 0, 0),
        model="m",
        made="2026-01-01T00:00:00Z",  # type: ignore[arg-type]
        versions={},
    )
    store = Store(kept)
    store.put(key_of(asked, Reply, settings), entry.model_dump_json())
    store.close()
    given: list[str | Path] = [
        "extract",
        letters,
        "--proposer",
        "llm",
        "--model",
        "m",
        "--estimate",
    ]
    given += ["--model", "m", "--base-url", "http://127.0.0.1:9/v1"]
    known = told(imr(*given).stdout)
    assert (known["in the cache"], known["to be asked about"]) == ("1", "2")
    assert known["US dollars"].startswith("not known")
    assert told(imr(*given, "--no-cache").stdout)["to be asked about"] == "3"


def test_an_estimate_needs_a_model(letters: Path) -> None:
    """Else there is nothing to reckon with."""
    assert imr("extract", letters, "--proposer", "llm", "--estimate").exit_code == 2


def fill(kept: Path, *names: str) -> None:
    """Keep a reply to each of some letters."""
    asyncio.run(ask(kept, Recording(), *map(question, names)))


def cache_info() -> dict[str, object]:
    """Return what ``imr cache info`` says."""
    found: dict[str, object] = json.loads(imr("cache", "info", "--json").stdout)
    return found


def test_info_of_a_cache_that_is_not_there(kept: Path) -> None:
    """Is nothing, and makes none."""
    info = cache_info()
    assert (info["replies"], info["bytes"], info["oldest"]) == (0, 0, None)
    assert not kept.exists()


def test_info_says_what_is_kept(kept: Path) -> None:
    """How many replies, of which models."""
    fill(kept, "a", "b")
    info = cache_info()
    assert (info["folder"], info["replies"]) == (str(kept), 2)
    assert info["models"] == {SETTINGS.model: 2}
    assert str(info["oldest"]) <= str(info["newest"])


@pytest.mark.parametrize(
    ("options", "left"),
    [
        ((), 0),
        (("--model", SETTINGS.model), 0),
        (("--model", "other"), 2),
        (("--older-than", "1h"), 2),
        (("--older-than", "0d"), 0),
    ],
)
def test_clear_removes_what_is_asked_for(kept: Path, options: tuple[str, ...], left: int) -> None:
    """Everything, or one model's replies, or old ones."""
    fill(kept, "a", "b")
    assert imr("cache", "clear", "--yes", *options).exit_code == 0
    assert cache_info()["replies"] == left


def test_clear_asks_first(kept: Path) -> None:
    """Where nobody can be asked, nothing is removed without --yes."""
    fill(kept, "a")
    assert imr("cache", "clear").exit_code == 2
    assert cache_info()["replies"] == 1


def test_clear_removes_what_was_set_aside(kept: Path) -> None:
    """A damaged cache is kept to look at until then."""
    fill(kept, "a")
    (kept / "db" / "cache.db").write_bytes(b"no database" * 999)
    fill(kept, "b")
    assert len(cache_info()["damaged"]) == 1  # type: ignore[arg-type]
    assert imr("cache", "clear", "--yes").exit_code == 0
    assert list(kept.iterdir()) == []


@pytest.mark.parametrize("age", ["", "30", "d", "-1d", "1y", "1000000d"])
def test_an_age_that_is_none_is_refused(age: str) -> None:
    """Rather than guessed at."""
    assert imr("cache", "clear", "--yes", "--older-than", age).exit_code == 2
