"""``imr check``: what it finds of an endpoint, and what it costs to find out."""

import json
import re

import pytest
from asking import KEY
from terminal import imr

from evals.endpoint import ScriptedEndpoint, Step, answers, says, status
from extractor.propose.llm.asking import ModelSettings
from extractor.propose.llm.check import Point, run
from extractor.propose.llm.settings import access

NO_SCHEMA = status(400, "json_schema is not supported")


def last_line(prompt: str) -> str:
    """Answer as a model that reads what it is shown."""
    numbers = re.findall(r"^(\d+)\|", prompt, re.MULTILINE)
    return json.dumps({"last_line": int(numbers[-1])})


def bad(points: list[Point]) -> list[str]:
    """Return the names of the points that are not good."""
    return [point.name for point in points if point.good is False]


def checked(endpoint: ScriptedEndpoint, mode: str = "auto") -> list[Point]:
    """Return what the check finds."""
    return run(*access(ModelSettings("tiny", endpoint.url, mode), {}))


def test_a_good_endpoint_takes_one_call() -> None:
    """Everything is known after one call, with a text as long as a long letter."""
    with ScriptedEndpoint([answers(last_line)]) as endpoint:
        points = checked(endpoint)
    assert [point.good for point in points] == [True] * 5
    assert len(endpoint.received) == 1
    assert 8000 <= len(endpoint.calls[0].prompt) // 4 <= 12000


def test_a_server_without_schemas_takes_two_calls() -> None:
    """The second call is the one by tools, and the point says so."""
    with ScriptedEndpoint([NO_SCHEMA, answers(last_line)]) as endpoint:
        points = checked(endpoint)
    assert not bad(points)
    assert "tools" in next(point.says for point in points if point.name == "schema")
    assert len(endpoint.received) == 2


@pytest.mark.parametrize(
    ("step", "name"),
    [
        (answers(last_line, context=2048), "context"),
        (says('{"last_line": 420}', prompt_tokens=2048), "context"),
        (status(400, "maximum context length is 4096"), "context"),
        (says("The last line is 420."), "schema"),
        (says("{", finish="length"), "schema"),
        (status(404, "model 'tiny' not found"), "model"),
        (status(401), "key"),
        (status(429, error="insufficient_quota"), "key"),
        (status(500), "reachable"),
    ],
    ids="short cut refused prose cut-reply model key quota error".split(),
)
def test_the_point_that_fails_is_named(step: Step, name: str) -> None:
    """What stands before it is good, what stands after it is not known; at most two calls."""
    with ScriptedEndpoint(step) as endpoint:
        points = checked(endpoint)
    assert bad(points) == [name]
    place = [point.name for point in points].index(name)
    assert all(point.good for point in points[:place])
    assert all(point.good is None for point in points[place + 1 :])
    assert len(endpoint.received) <= 2


def test_a_missing_model_is_answered_with_those_that_are_there() -> None:
    """The endpoint's own list says what to write instead."""
    with ScriptedEndpoint([status(404, "no such model")], models=["small", "large"]) as endpoint:
        points = checked(endpoint)
    assert "large, small" in next(point.says for point in points if point.name == "model")


def test_the_command_says_each_point_and_exits_0() -> None:
    """Points go to standard output, one line each."""
    with ScriptedEndpoint([answers(last_line)]) as endpoint:
        done = imr("check", "--model", "tiny", "--base-url", endpoint.url)
    assert done.exit_code == 0
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["ok", name] for name in ("reachable", "key", "model", "schema", "context")
    ]


def test_the_command_exits_1_where_something_is_to_be_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The line says what, and holds no key."""
    monkeypatch.setenv("IMR_API_KEY", KEY)
    with ScriptedEndpoint([status(401, f"wrong: {KEY}")]) as endpoint:
        done = imr("check", "--model", "tiny", "--base-url", endpoint.url)
        assert endpoint.calls[0].headers["authorization"] == f"Bearer {KEY}"
    assert done.exit_code == 1
    assert KEY not in done.output


@pytest.mark.parametrize("arguments", [[], ["--model", "tiny"], ["--model", "a/b"]])
def test_what_cannot_be_asked_exits_2_in_one_line(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a model, a key or an address one sentence says what to set."""
    for name in ("IMR_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "IMR_BASE_URL", "IMR_MODEL"):
        monkeypatch.delenv(name, raising=False)
    done = imr("check", *arguments)
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 1
