"""Whether an endpoint serves: reached, its model there, its schema kept, its context long enough.

One call says it all, a second one only where a server refuses the first way to bind a reply.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from extractor.errors import (
    BadRequest,
    ContentFiltered,
    EndpointFailed,
    MalformedReply,
    ModelError,
    PromptTruncated,
    QuotaExhausted,
    RateLimited,
    Refused,
    TruncatedReply,
    Unauthorized,
    UnknownModel,
)
from extractor.propose.llm.asking import ModelSettings, Question
from extractor.propose.llm.endpoint import Endpoint
from extractor.propose.llm.settings import host_of, model_of
from extractor.propose.llm.transport import Waits

_LINES = 420
_LINE = "Filler without a meaning, as long as an ordinary line of a letter is when it is printed."
_REPLY = 512
_SHOWN = 8
_ORDER = ("reachable", "key", "model", "schema", "context")
_FAILS: dict[type[ModelError], str] = {
    Unauthorized: "key",
    QuotaExhausted: "key",
    RateLimited: "key",
    UnknownModel: "model",
    BadRequest: "schema",
    MalformedReply: "schema",
    TruncatedReply: "schema",
    Refused: "schema",
    ContentFiltered: "schema",
    PromptTruncated: "context",
    EndpointFailed: "reachable",
}


class Point(NamedTuple):
    """One thing that was looked at: whether it is as it must be (None: not known), and why not."""

    name: str
    good: bool | None
    says: str


class Seen(BaseModel):
    """What was read of a numbered text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    last_line: int = Field(description="The number of the last line that you were shown.")


async def check(
    settings: ModelSettings, key: SecretStr | None, waits: Waits | None = None
) -> list[Point]:
    """Ask the endpoint of *settings* once, with a text as long as a long letter.

    Returns:
        The points in the order in which they can be known; what stands after one that is not
        good is not known.
    """
    settings = replace(settings, max_output_tokens=min(settings.max_output_tokens, _REPLY))
    endpoint = Endpoint(settings, key, waits=waits or Waits(attempts=1))
    try:
        return await _points(endpoint)
    finally:
        await endpoint.aclose()


async def _points(endpoint: Endpoint) -> list[Point]:
    good = _good(endpoint)
    try:
        await endpoint.ask(question(), Seen)
    except ModelError as error:
        failed = error
    else:
        return [Point(name, True, good[name]()) for name in _ORDER]
    name = next(point for kind, point in _FAILS.items() if isinstance(failed, kind))
    place = _ORDER.index(name)
    hint = await _at_hand(endpoint) if isinstance(failed, UnknownModel) else ""
    return [
        *(Point(each, True, good[each]()) for each in _ORDER[:place]),
        Point(name, False, f"{failed}{hint}"),
        *(Point(each, None, "not known yet") for each in _ORDER[place + 1 :]),
    ]


def _good(endpoint: Endpoint) -> dict[str, Callable[[], str]]:
    settings = endpoint.settings
    return {
        "reachable": lambda: f"{host_of(settings)} answers",
        "key": lambda: "it lets you in",
        "model": lambda: f"it has {model_of(settings)}",
        "schema": lambda: f"replies are bound by {endpoint.mode}",
        "context": lambda: f"a text of {_LINES} lines was read to its end",
    }


async def _at_hand(endpoint: Endpoint) -> str:
    """Return some models that the endpoint has; nothing where it does not say."""
    try:
        names = await endpoint.models()
    except EndpointFailed:
        return ""
    return f" It has: {', '.join(sorted(names)[:_SHOWN])}." if names else ""


def question() -> Question:
    """Return a question that only a model that is shown all of it can answer."""
    lines = "\n".join(f"{number}| {_LINE}" for number in range(1, _LINES + 1))
    messages = (
        {"role": "system", "content": "Reply with the number of the last line of the text."},
        {"role": "user", "content": lines},
    )
    return Question(messages, letter="check", prompt="check", last_line=_LINES)


def run(settings: ModelSettings, key: SecretStr | None) -> list[Point]:
    """Return what ``check`` finds, for those who have no event loop."""
    return asyncio.run(check(settings, key))
