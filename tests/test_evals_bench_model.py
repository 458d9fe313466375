"""The model's part of the benchmark: what it runs and counts; how fast it is stays out of here."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from letters import Issue, Letter

from evals.bench import MODEL, measure
from evals.bench.corpus import multiplied
from evals.bench.model import ASKED, BARE, WHOLE, Load, asking, model, model_memory
from evals.bench.serving import right_reply, serving
from evals.errors import EvalError
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.prompt import Prompt
from extractor.text import Text

LITTLE = Load(letters=5, concurrency=2, after=0.0, rounds=1)
TEXTS = [Letter((Issue(name),)).write() for name in ("Walker", "Grab bar", "Cane")]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where the right replies to ``TEXTS`` are served, at once."""
    with serving(TEXTS, 0) as served:
        yield served.url


def replied(url: str, texts: list[str]) -> list[str]:
    """Return the content of the replies to *texts*, asked one after the other."""
    return [_replied(url, Prompt.load().messages(NumberedLines(Text.of(text)))) for text in texts]


def _replied(url: str, messages: object) -> str:
    data = json.dumps({"messages": messages}, separators=(",", ":")).encode()
    with urlopen(Request(f"{url}/chat/completions", data), timeout=10) as answer:  # noqa: S310 - ours
        content: str = json.load(answer)["choices"][0]["message"]["content"]
    return content


def test_each_letter_gets_the_reply_that_is_right_for_it(url: str) -> None:
    """A copy of a letter gets its original's reply with its own case number."""
    copies = list(multiplied(TEXTS, 7))

    assert replied(url, copies) == [right_reply(copy) for copy in copies]


def test_three_ways_to_ask_are_compared_over_as_many_letters() -> None:
    """Each has a rate and a CPU time; what has a target is a ratio to the bare client."""
    measures = {each.name: each for each in asking(TEXTS, LITTLE)}

    for name in (BARE, ASKED, WHOLE):
        assert measures[f"model: {name}"].unit == "letters/s"
        assert measures[f"model: CPU, {name}"].unit == "ms/letter"
    with_target = [name for name, each in measures.items() if each.target]
    assert len(with_target) == 3
    assert all(measures[name].unit == "times" for name in with_target)
    assert {each.rounds for each in measures.values()} == {1}


def test_letters_that_are_not_verified_are_not_measured() -> None:
    """A run that is fast because it fails is no measure."""
    with pytest.raises(EvalError):
        list(asking([TEXTS[0].replace("Upheld", "")], LITTLE))


def test_a_letter_without_a_case_number_cannot_be_told_from_others() -> None:
    """The endpoint knows letters by it."""
    with pytest.raises(EvalError):
        list(model(["No number here."], 20, LITTLE))


def test_memory_is_that_of_two_runs_of_the_command() -> None:
    """The larger has twenty times the letters; their peaks are of processes of their own."""
    small, large, growth = model_memory(20, concurrency=2)

    assert (small.unit, large.unit, growth.unit) == ("MiB", "MiB", "times")
    assert all(each.name.startswith("model: ") for each in (small, large, growth))
    assert growth.value == pytest.approx(large.value / small.value)


def test_the_part_is_named_where_parts_are_listed(root: Path) -> None:
    """Who asks for a part that there is none of is told of this one too."""
    with pytest.raises(EvalError, match=MODEL):
        measure(root / "golden", None, 20, "everything")
