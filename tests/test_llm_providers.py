"""A provider with a client of its own, over a real socket, where its package is installed."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from asking import QUICK, Seen, question

from evals.endpoint import Received, ScriptedEndpoint, Sent, Step, drops, status
from extractor.errors import MalformedReply, ModelError, Refused, TruncatedReply, Unauthorized
from extractor.propose.llm.asking import Answer, ModelSettings, Usage
from extractor.propose.llm.endpoint import Endpoint
from extractor.propose.llm.settings import access
from extractor.propose.llm.trace import Trace

KEY = "sk-ant-invented"
GOOD: dict[str, Any] = {"last_line": 3, "words": ["Walker"]}


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anthropic")
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.delenv("IMR_API_KEY", raising=False)


def calls_tool(given: dict[str, Any], stop: str = "tool_use") -> Step:
    """Reply by a call of the tool that is asked for."""

    def step(request: Received) -> Sent:
        name = request.body["tools"][0]["name"]
        block = {"type": "tool_use", "id": "t", "name": name, "input": given}
        message = {
            "id": "m",
            "type": "message",
            "role": "assistant",
            "model": "tiny",
            "content": [block] if stop != "refusal" else [],
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": {"input_tokens": 50, "output_tokens": 9, "cache_read_input_tokens": 7},
        }
        return Sent(body=json.dumps(message).encode())

    return step


def came(
    script: list[Step], monkeypatch: pytest.MonkeyPatch, trace: Path | None = None
) -> tuple[Answer[Seen] | ModelError, int]:
    """Return what a question comes to, and how many requests it took."""
    with ScriptedEndpoint(script) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url.removesuffix("/v1"))

        async def ask() -> Answer[Seen] | ModelError:
            settings, key = access(ModelSettings("anthropic/tiny"))
            kept = Trace(trace, key) if trace else None
            ours = Endpoint(settings, key, waits=QUICK, trace=kept)
            try:
                return await ours.ask(question(), Seen)
            except ModelError as error:
                return error
            finally:
                await ours.aclose()

        return asyncio.run(ask()), len(server.received)


def test_a_provider_answers_as_any_endpoint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Reply, raw words, usage, calls and trace are the same kind of thing."""
    answer, calls = came([calls_tool(GOOD)], monkeypatch, tmp_path / "trace")
    assert answer == Answer(Seen(**GOOD), json.dumps(GOOD), Usage(50, 9, 7, 0), calls=1)
    assert calls == 1
    (file,) = (tmp_path / "trace").glob("*-1.json")
    assert KEY not in file.read_text("utf-8")


@pytest.mark.parametrize("passing", [status(529), status(429, retry_after="0.05"), drops()])
def test_what_may_pass_is_asked_again(passing: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one retry layer is the house's here too."""
    answer, calls = came([passing, calls_tool(GOOD)], monkeypatch)
    assert isinstance(answer, Answer)
    assert calls == 2


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ([calls_tool({"last_line": "Gomez"})], MalformedReply),
        ([calls_tool({}, stop="refusal")], Refused),
        ([calls_tool({}, stop="max_tokens")] * 2, TruncatedReply),
        ([status(401, KEY)], Unauthorized),
    ],
    ids=["malformed", "refused", "cut", "key"],
)
def test_each_outcome_has_its_class(
    script: list[Step], kind: type[ModelError], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What asking again does not mend is not asked again, and costs what it cost."""
    error, calls = came(script, monkeypatch)
    assert type(error) is kind
    assert calls == error.calls == len(script)
    assert "Gomez" not in str(error)
    assert KEY not in str(error)
    if kind is not Unauthorized:
        assert Usage(*error.usage).input_tokens == 50 * calls
