"""Instructor's other providers, by ``provider/model``, where their package is installed."""

import json
import re
from typing import Any

from instructor import AsyncInstructor, from_provider
from instructor.auto_client import supported_providers
from pydantic import BaseModel, SecretStr

from extractor.errors import BadRequest, MalformedReply, SettingsError, TruncatedReply
from extractor.propose.llm.asking import ModelSettings, Usage
from extractor.propose.llm.chat import bound, cause_of, dumped, hush, meaning
from extractor.propose.llm.faults import Failed, Fault
from extractor.propose.llm.trace import Trace
from extractor.propose.llm.transport import Transport
from extractor.propose.llm.wire import Course, Wording, check_finish, check_shown

# The prefixes that instructor knows, but for OpenAI's own.
PROVIDERS = tuple(sorted({*supported_providers} - {"openai"}))
_INSTALL = re.compile(r"pip install [\w\[\],-]+")
_VARIABLE = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
_COUNTS = (
    ("input_tokens", "prompt_tokens", "prompt_token_count"),
    ("output_tokens", "completion_tokens", "candidates_token_count"),
    ("cache_read_input_tokens", "cached_content_token_count"),
    ("thoughts_token_count",),
)


def provider_client(settings: ModelSettings, key: SecretStr | None) -> AsyncInstructor:
    """Return instructor's client of the provider that the model's name begins with.

    Raises:
        SettingsError: Its package is not installed, or its key is not set.
    """
    hush()
    given: dict[str, Any] = {"api_key": key.get_secret_value()} if key else {}
    try:
        client: AsyncInstructor = from_provider(settings.model, async_client=True, **given)
    except Exception as error:
        missing = _missing(str(error))
    else:
        return client
    raise SettingsError(f"{settings.model.partition('/')[0]} cannot be asked yet: {missing}.")


def _missing(said: str) -> str:
    if match := _INSTALL.search(said):
        return f"`{match[0]}`"
    if match := _VARIABLE.search(said):
        return f"set {match[0]}"
    return "its package or its key is missing"


class Foreign:
    """A provider with a client of its own: its own request, the same care for what comes back."""

    def __init__(
        self,
        settings: ModelSettings,
        asking: AsyncInstructor,
        transport: Transport,
        trace: Trace | None = None,
    ) -> None:
        """Ask by *asking*, through *transport*, and keep what goes and comes in *trace*."""
        self.settings = settings
        self._asking = asking
        self._transport = transport
        self._trace = trace
        client: Any = asking.client
        if hasattr(client, "max_retries"):
            client.max_retries = 0

    async def reply(self, course: Course, wording: Wording) -> BaseModel:
        """Return the reply to the question of *course*, of its kind; raises as ``Chat.reply``."""
        given: dict[str, Any] = {
            "messages": [dict(message) for message in course.question.messages],
            "max_tokens": course.limit,
        }
        if wording.temperature and self.settings.temperature is not None:
            given["temperature"] = self.settings.temperature
        return await self._transport.send(
            lambda: self._once(course, given), course.deadline, course.tell
        )

    async def _once(self, course: Course, given: dict[str, Any]) -> BaseModel:
        course.calls += 1
        failed: Exception | None = None
        try:
            reply, completion = await self._asking.create_with_completion(
                response_model=bound(course.kind), max_retries=0, **given
            )
        except Exception as error:
            completion = getattr(error, "last_completion", None)
            failed = _failed(error, course)
        self._keep(course, given, completion)
        if completion is not None:
            _look_at(completion, course)
        if failed is not None:
            raise failed
        return reply

    def _keep(self, course: Course, given: dict[str, Any], completion: object) -> None:
        if self._trace is not None:
            request = {"model": self.settings.model, **given}
            came = dumped(completion)
            self._trace.keep(course.question.letter, request, course.calls, came)

    async def aclose(self) -> None:
        """Close the connections, where the client has a way to."""
        close = getattr(self._asking.client, "close", None)
        if close is not None and hasattr(done := close(), "__await__"):
            await done


def _failed(error: Exception, course: Course) -> Exception:
    """Return what is told apart later: a status, a parameter not taken, a reply that is none."""
    cause = cause_of(error)
    if isinstance(cause, TypeError):
        # The client itself does not take a parameter: that is as good as the endpoint saying so.
        course.calls -= 1
        return Failed(Fault(BadRequest("The client does not take the request."), named=str(cause)))
    course.raw = raw_of_any(getattr(error, "last_completion", None))
    told = meaning(error, course)
    return told if isinstance(told, MalformedReply | TruncatedReply | Failed) else cause


def _look_at(completion: object, course: Course) -> None:
    """Count what *completion* cost, and say whether it is whole; raises as the checks do."""
    usage = _usage(completion)
    course.usage = course.usage.plus(usage)
    course.raw = raw_of_any(completion)
    check_shown(course, usage.input_tokens)
    check_finish(getattr(completion, "stop_reason", None), None)


def raw_of_any(completion: object) -> str:
    """Return the arguments of the tool that was called, else all of *completion*, as JSON."""
    for block in getattr(completion, "content", None) or []:
        if isinstance(given := getattr(block, "input", None), dict):
            return json.dumps(given, ensure_ascii=False)
    return completion.model_dump_json() if isinstance(completion, BaseModel) else ""


def _usage(completion: object) -> Usage:
    """Return the tokens of a completion, by whichever names its provider counts them."""
    counted = getattr(completion, "usage", None) or getattr(completion, "usage_metadata", None)
    return Usage(*(_first(counted, names) for names in _COUNTS))


def _first(counted: object, names: tuple[str, ...]) -> int:
    found = (getattr(counted, name, None) for name in names)
    return next((count for count in found if isinstance(count, int)), 0)
