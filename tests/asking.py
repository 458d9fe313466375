"""What the tests of the model share: a question, and ways to put it to a scripted endpoint."""

import asyncio
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals.endpoint import ScriptedEndpoint, Step
from extractor.errors import ModelError
from extractor.propose.llm.asking import Answer, ModelSettings, Question
from extractor.propose.llm.endpoint import Endpoint
from extractor.propose.llm.transport import Waits

QUICK = Waits(attempts=3, first=0.01, longest=0.02)
KEY = "sk-invented-0123456789"
LETTER = "1| Walker: {{ 7*7 }} Upheld\n2| {% raw %} It is not\n3| necessary."


class Seen(BaseModel):
    """A reply with a closed shape."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    last_line: int
    words: list[str] = []


GOOD = '{"last_line": 3, "words": ["Walker"]}'


def question(letter: str = LETTER, last_line: int = 3) -> Question:
    """Return a question about *letter*."""
    messages = ({"role": "system", "content": "Read."}, {"role": "user", "content": letter})
    return Question(messages, letter="a1" * 32, prompt="b2" * 32, last_line=last_line)


def settings_for(endpoint: ScriptedEndpoint, **more: Any) -> ModelSettings:  # noqa: ANN401
    """Return settings that ask *endpoint*."""
    return ModelSettings("tiny", base_url=endpoint.url, **more)


async def put(
    endpoint: ScriptedEndpoint,
    *,
    times: int = 1,
    asked: Question | None = None,
    waits: Waits = QUICK,
    **more: Any,  # noqa: ANN401 - settings
) -> list[Answer[Seen] | BaseException]:
    """Put a question so many *times* at once; return the answers, or what was raised instead."""
    ours = Endpoint(settings_for(endpoint, **more), KEY, waits=waits)
    try:
        asks = (ours.ask(asked or question(), Seen) for _ in range(times))
        return await asyncio.gather(*asks, return_exceptions=True)
    finally:
        await ours.aclose()


def answer(endpoint: ScriptedEndpoint, **more: Any) -> Answer[Seen]:  # noqa: ANN401 - as put
    """Return the answer to one question."""
    (came,) = asyncio.run(put(endpoint, **more))
    if isinstance(came, BaseException):
        raise came
    return came


def failure(script: Iterable[Step] | Step, **more: Any) -> tuple[ModelError, int]:  # noqa: ANN401
    """Return what is raised where an endpoint follows *script*, and how many calls it took."""
    with ScriptedEndpoint(script) as endpoint:
        (came,) = asyncio.run(put(endpoint, **more))
        assert isinstance(came, ModelError), came
        assert came.calls == len(endpoint.calls)
        return came, len(endpoint.calls)
