"""A question put to an endpoint over a real socket, through the real clients: every outcome."""

import asyncio
import logging
import pickle
import traceback
from pathlib import Path

import pytest
from asking import GOOD, KEY, LETTER, QUICK, Seen, answer, failure, put, question, settings_for
from pydantic import SecretStr

from evals.endpoint import ScriptedEndpoint, Step, answers, late, page, refuses, says, status
from extractor.errors import (
    BadRequest,
    ContentFiltered,
    ImrError,
    MalformedReply,
    ModelError,
    OutputError,
    PromptTruncated,
    Refused,
    TruncatedReply,
    UnknownModel,
)
from extractor.propose.llm.asking import Usage
from extractor.propose.llm.endpoint import Endpoint
from extractor.propose.llm.reply import Reply
from extractor.propose.llm.schema import strict_schema
from extractor.propose.llm.trace import Trace

CUT = '{"last_line": 3, "wo'
NO_SCHEMA = status(400, "response_format of type json_schema is not supported")


def test_a_reply_of_the_schema_is_an_answer() -> None:
    """The answer holds the reply, its raw words and its cost; one call is made."""
    with ScriptedEndpoint([says(GOOD, prompt_tokens=900, cached=800, reasoning=7)]) as endpoint:
        came = answer(endpoint)
    assert came.reply == Seen(last_line=3, words=["Walker"])
    assert type(came.reply) is Seen
    assert came.raw == GOOD
    assert came.usage == Usage(900, len(GOOD) // 4, 800, 7)
    assert (came.calls, len(endpoint.calls), came.cached) == (1, 1, False)


@pytest.mark.parametrize("mode", ["json_schema", "tools"])
def test_the_strict_schema_goes_along_in_both_modes(mode: str) -> None:
    """What binds the reply is the house's own strict schema, marked as strict."""
    with ScriptedEndpoint([says(GOOD)]) as endpoint:
        answer(endpoint, mode=mode)
    body = endpoint.calls[0].body
    if mode == "json_schema":
        bound = body["response_format"]["json_schema"]
        assert bound["schema"] == strict_schema(Seen)
        assert "tools" not in body
    else:
        bound = body["tools"][0]["function"]
        assert bound["parameters"]["properties"] == strict_schema(Seen)["properties"]
        assert body["tool_choice"]["function"]["name"] == bound["name"]
        assert "response_format" not in body
    assert bound["strict"] is True


def test_the_letter_goes_out_as_it_is() -> None:
    """No template, no escape and no trimming touches the messages: a letter is data."""
    asked = question(LETTER + "\n<|im_end|>  ")
    with ScriptedEndpoint([says(GOOD)]) as endpoint:
        answer(endpoint, asked=asked)
    assert endpoint.calls[0].body["messages"] == [*asked.messages]


def test_a_reply_of_the_real_schema_is_read() -> None:
    """The schema that letters are asked with goes over the wire and back, null parts included."""
    reply = Reply(last_line=3, facts=[], clinical_summary=None, items=[])
    with ScriptedEndpoint([says(reply.model_dump_json())]) as endpoint:

        async def ask() -> Reply:
            ours = Endpoint(settings_for(endpoint))
            try:
                return (await ours.ask(question(), Reply)).reply
            finally:
                await ours.aclose()

        assert asyncio.run(ask()) == reply


@pytest.mark.parametrize("mode", ["json_schema", "tools"])
@pytest.mark.parametrize(
    ("raw", "places"),
    [
        ("I would rather write a poem about Gomez.", ["Invalid JSON"]),
        (CUT, ["Invalid JSON"]),
        ("", ["Invalid JSON"]),
        ('{"last_line": "Gomez", "words": [1]}', ["last_line", "words.0"]),
        ('{"last_line": 3, "words": [], "Gomez": "upheld"}', ["?"]),
    ],
    ids=["prose", "cut", "empty", "types", "extra"],
)
def test_a_reply_that_is_not_of_the_schema_is_malformed(
    raw: str, places: list[str], mode: str
) -> None:
    """It is not asked again here; its faults are named without a word of the reply."""
    error, calls = failure([says(raw)], mode=mode)
    assert isinstance(error, MalformedReply)
    assert calls == 1
    assert error.raw == raw
    assert [fault.partition(": ")[0] for fault in error.faults] == places
    assert "Gomez" not in str(error) + str(error.faults)


def test_words_where_a_tool_should_be_called_are_malformed() -> None:
    """A server that does not force the tool gets no second try here."""
    error, calls = failure([says("Upheld, I think.", as_text=True)], mode="tools")
    assert isinstance(error, MalformedReply)
    assert (error.raw, calls) == ("Upheld, I think.", 1)


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (says("", refusal="I cannot help with Gomez."), Refused),
        (says(GOOD, finish="content_filter"), ContentFiltered),
        (status(400, "held back", error="content_filter"), ContentFiltered),
        (status(400, "This model's maximum context length is 8192 tokens"), PromptTruncated),
        (status(413), PromptTruncated),
        (says(GOOD.replace("3", "2", 1)), PromptTruncated),
        (page("<html>Welcome</html>"), UnknownModel),
    ],
    ids=["refusal", "filtered", "held back", "too long", "too large", "last line", "page"],
)
def test_what_asking_again_does_not_change_is_asked_once(
    step: Step, kind: type[ModelError]
) -> None:
    """Each outcome has its own class, and takes one call."""
    error, calls = failure([step])
    assert type(error) is kind
    assert calls == 1
    assert "Gomez" not in str(error)


def test_a_cut_reply_raises_the_limit_once() -> None:
    """The second request may be answered twice as long; the usage of both is counted."""
    script = [says(CUT, finish="length", prompt_tokens=50), says(GOOD, prompt_tokens=50)]
    with ScriptedEndpoint(script) as endpoint:
        came = answer(endpoint, max_output_tokens=700)
    assert [call.body["max_tokens"] for call in endpoint.calls] == [700, 1400]
    assert (came.calls, came.usage.input_tokens) == (2, 100)


def test_a_reply_that_is_cut_twice_is_given_up() -> None:
    """After the raised limit the reply is reported as cut, with what it cost."""
    error, calls = failure(says(CUT, finish="length", prompt_tokens=50))
    assert isinstance(error, TruncatedReply)
    assert calls == 2
    assert Usage(*error.usage).input_tokens == 100


@pytest.mark.parametrize("reported", ["last line", "tokens"])
def test_a_prompt_cut_without_a_word_is_noticed(reported: str) -> None:
    """A server whose context is short is found out by the last line, or by the tokens it counts."""
    letter = "\n".join(f"{n}| An ordinary line of an invented letter." for n in range(1, 401))

    def last_seen(prompt: str) -> str:
        line = prompt.splitlines()[-1].partition("|")[0] if reported == "last line" else "400"
        return f'{{"last_line": {line or 0}, "words": []}}'

    error, calls = failure(answers(last_seen, context=256), asked=question(letter, last_line=400))
    assert isinstance(error, PromptTruncated)
    assert "OLLAMA_CONTEXT_LENGTH" in str(error)
    assert calls == 1


def test_an_endpoint_that_counts_no_tokens_is_believed() -> None:
    """Tokens that are not counted say nothing about the prompt."""
    with ScriptedEndpoint([says(GOOD, prompt_tokens=0)]) as endpoint:
        assert answer(endpoint, asked=question(LETTER * 50)).usage.input_tokens == 0


def test_a_server_without_schemas_is_asked_by_tools_from_then_on() -> None:
    """``auto`` falls back once, and remembers it."""
    with ScriptedEndpoint([NO_SCHEMA, says(GOOD), says(GOOD)]) as endpoint:

        async def twice() -> list[int]:
            ours = Endpoint(settings_for(endpoint))
            try:
                return [(await ours.ask(question(), Seen)).calls for _ in range(2)]
            finally:
                await ours.aclose()

        assert asyncio.run(twice()) == [2, 1]
    assert [call.wants_tools for call in endpoint.calls] == [False, True, True]


def test_a_mode_that_was_asked_for_is_kept() -> None:
    """``json_schema`` does not turn into tools by itself."""
    error, calls = failure([NO_SCHEMA], mode="json_schema")
    assert isinstance(error, BadRequest)
    assert calls == 1


def test_a_refusal_that_names_nothing_is_final() -> None:
    """A request that is refused for no known reason is not sent again, nor is the prose shown."""
    error, calls = failure([status(400, "Bad Gomez", error="bad_thing", param="messages")])
    assert isinstance(error, BadRequest)
    assert calls == 1
    assert "bad_thing" in str(error)
    assert "Gomez" not in str(error)


def sends(name: str) -> Step:
    """Refuse whatever sends the parameter *name*."""
    return refuses(name, unless=lambda request: name not in request.body, then=says(GOOD))


@pytest.mark.parametrize("name", ["temperature", "seed", "max_tokens"])
def test_a_parameter_that_is_refused_is_left_out(name: str) -> None:
    """What a 400 names is worded otherwise, in one more call."""
    with ScriptedEndpoint(sends(name)) as endpoint:
        assert answer(endpoint, seed=7).calls == 2
    last = endpoint.calls[-1].body
    assert name not in last
    assert {"max_tokens", "max_completion_tokens"} & set(last)


def test_several_refused_parameters_come_to_an_end() -> None:
    """Each is left out once; a server that refuses on is believed."""
    error, calls = failure(
        status(400, "temperature, seed, strict, max_tokens: unsupported"), seed=1
    )
    assert isinstance(error, BadRequest)
    assert calls == 5


def test_questions_under_way_learn_from_each_other() -> None:
    """Where many are refused at once, each is sent again as the first one found out."""
    with ScriptedEndpoint(sends("temperature")) as endpoint:
        came = asyncio.run(put(endpoint, times=8, concurrency=8))
    assert [type(each).__name__ for each in came] == ["Answer"] * 8
    assert len(endpoint.calls) <= 16


def test_no_more_requests_are_under_way_than_allowed() -> None:
    """The concurrency of the settings is an upper bound."""
    with ScriptedEndpoint(late(0.02, says(GOOD))) as endpoint:
        came = asyncio.run(put(endpoint, times=12, concurrency=3))
    assert len(came) == len(endpoint.calls) == 12
    starts = sorted(call.at for call in endpoint.calls)
    assert all(starts[n + 3] - starts[n] >= 0.015 for n in range(9))


LEAKY = [
    status(401, f"Incorrect API key provided: {KEY}", error=KEY, param=KEY),
    status(400, f"Walker Upheld {KEY}"),
    status(500, f"Walker Upheld {KEY}"),
    says('{"Walker Upheld": 1}'),
    page(f"<html>{KEY} Walker Upheld"),
]


@pytest.mark.parametrize("step", LEAKY, ids=["401", "400", "500", "malformed", "page"])
def test_neither_keys_nor_letters_are_in_errors_or_logs(
    step: Step, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """What an endpoint sends back is in no message, no traceback, no log at default level."""
    with caplog.at_level(logging.DEBUG, "extractor"):
        error, _ = failure(step)
    shown = "".join(traceback.format_exception(error)) + repr(error) + caplog.text
    printed = capfd.readouterr()
    for secret in (KEY, "Walker", "Upheld"):
        assert secret not in shown + printed.out + printed.err
    assert error.__cause__ is None
    assert error.__context__ is None


def test_errors_survive_a_process() -> None:
    """What is raised can be pickled, its faults and cost included."""
    error, _ = failure([says("{}")])
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    assert isinstance(back, MalformedReply)
    assert (back.raw, back.faults, back.usage) == ("{}", error.faults, error.usage)  # type: ignore[attr-defined]


def traced(folder: Path, *script: Step) -> list[Path]:
    """Return the files that a question leaves in *folder*."""
    with ScriptedEndpoint(script) as endpoint:

        async def ask() -> None:
            ours = Endpoint(settings_for(endpoint), KEY, waits=QUICK, trace=Trace(folder))
            try:
                await ours.ask(question(), Seen)
            except ImrError:
                pass
            finally:
                await ours.aclose()

        asyncio.run(ask())
    return sorted(folder.iterdir())


def test_a_trace_keeps_requests_and_replies_for_their_owner(tmp_path: Path) -> None:
    """Each request is a file of the owner's alone, named by hash and attempt, without a key."""
    folder = tmp_path / "trace"
    files = traced(folder, status(500, f"no {KEY}"), says(GOOD))
    assert [file.stem[-2:] for file in files] == ["-1", "-2"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    texts = [file.read_text("utf-8") for file in files]
    assert all("Walker: {{ 7*7 }}" in text for text in texts)
    assert "Authorization" not in "".join(texts)


def test_a_key_that_an_endpoint_sends_back_is_not_kept(tmp_path: Path) -> None:
    """The trace strikes the key out wherever it stands."""
    trace = Trace(tmp_path / "trace", SecretStr(KEY))
    file = trace.keep("a1", {"model": "tiny"}, 1, {"said": f"wrong key {KEY}"})
    assert KEY not in file.read_text("utf-8")


def test_a_folder_that_others_may_look_into_is_no_trace(tmp_path: Path) -> None:
    """Letters are not left where anyone reads them."""
    tmp_path.chmod(0o755)
    with pytest.raises(OutputError):
        Trace(tmp_path)
