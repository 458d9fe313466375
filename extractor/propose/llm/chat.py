"""Instructor over an OpenAI-compatible endpoint: one request, retried only by the transport."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from instructor import Mode, OpenAISchema, patch
from instructor.core.exceptions import IncompleteOutputException
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, SecretStr, ValidationError, create_model

from extractor.errors import EndpointFailed, ImrError, MalformedReply, TruncatedReply
from extractor.propose.llm.asking import ModelSettings
from extractor.propose.llm.faults import Failed
from extractor.propose.llm.schema import strict_schema
from extractor.propose.llm.settings import OPENAI, url_of
from extractor.propose.llm.trace import Trace
from extractor.propose.llm.transport import Transport
from extractor.propose.llm.wire import (
    JSON_SCHEMA,
    TOOLS,
    Course,
    Wording,
    check_finish,
    check_shown,
    raw_of,
    received,
    usage_of,
)

NO_KEY = "none-needed"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# Instructor logs what fails with the words of the reply, and so of the letter; the house raises it.
_TALKATIVE = ("instructor", "instructor.v2", "instructor.v2.retry", "instructor.auto_client")


def openai_client(settings: ModelSettings, key: SecretStr | None) -> AsyncOpenAI:
    """Return a client of the endpoint of *settings* that never asks twice by itself.

    To another host than OpenAI's nothing goes that the environment holds for OpenAI. Servers on
    this machine are reached without a proxy.
    """
    url = url_of(settings)
    local = urlsplit(url).hostname in _LOOPBACK
    client = AsyncOpenAI(
        api_key=key.get_secret_value() if key else NO_KEY,
        base_url=url,
        timeout=settings.timeout,
        max_retries=0,
        http_client=DefaultAsyncHttpxClient(trust_env=False) if local else None,
    )
    if urlsplit(url).hostname != urlsplit(OPENAI).hostname:
        client.organization = client.project = None
        client._custom_headers = {}  # those of OPENAI_CUSTOM_HEADERS; there is no public way
    return client


def hush() -> None:
    """Keep instructor's log quiet: it repeats replies, and errors that the house raises itself."""
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        if _nothing not in logger.filters:
            logger.addFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return record.levelno < logging.WARNING


class Chat:
    """Sends a question as a chat completion, and reads the reply through instructor."""

    def __init__(
        self,
        settings: ModelSettings,
        client: AsyncOpenAI,
        transport: Transport,
        trace: Trace | None = None,
    ) -> None:
        """Ask over *client*, through *transport*, and keep what goes and comes in *trace*."""
        hush()
        self.settings = settings
        self._client = client
        self._transport = transport
        self._trace = trace
        self._asking = {JSON_SCHEMA: self._patched("JSON_SCHEMA"), TOOLS: self._patched("TOOLS")}

    def _patched(self, mode: str) -> Callable[..., Awaitable[BaseModel]]:
        asking: Any = patch(create=self._create, mode=Mode[mode])
        patched: Callable[..., Awaitable[BaseModel]] = asking
        return patched

    async def reply(self, course: Course, wording: Wording) -> BaseModel:
        """Return the reply to the question of *course*, of its kind.

        Raises:
            Failed: The endpoint gave no reply.
            ModelError: It gave one that is cut, held back, refused, or not of the schema.
        """
        messages: Any = list(course.question.messages)
        try:
            return await self._asking[wording.mode](
                response_model=bound(course.kind),
                messages=messages,
                max_retries=0,
                course=course,
                wording=wording,
            )
        except ImrError:
            raise
        except Exception as error:
            meant = meaning(error, course)
        raise meant

    async def _create(self, *, course: Course, wording: Wording, **_: Any) -> ChatCompletion:  # noqa: ANN401
        """Send the request in the strict words of the house, in place of instructor's."""
        body = wording.body(self.settings, course)
        completion = await self._transport.send(
            lambda: self._post(course, body), course.deadline, course.tell
        )
        usage = usage_of(completion)
        course.usage = course.usage.plus(usage)
        course.raw = raw_of(completion)
        choice = completion.choices[0]
        check_shown(course, usage.input_tokens)
        check_finish(choice.finish_reason, choice.message.refusal)
        return completion

    async def _post(self, course: Course, body: dict[str, Any]) -> ChatCompletion:
        course.calls += 1
        try:
            # What create() sends too, without its walk through every message and schema.
            completion = await self._client.post(
                "/chat/completions", body=body, cast_to=ChatCompletion
            )
        except Exception as error:
            self._keep(course, body, {"error": type(error).__name__, "said": _said(error)})
            raise
        self._keep(course, body, dumped(completion))
        return received(completion, self._transport.host)

    def _keep(self, course: Course, body: Mapping[str, object], came: object) -> None:
        if self._trace is not None:
            self._trace.keep(course.question.letter, body, course.calls, came)

    async def models(self) -> list[str]:
        """Return the names of the models that the endpoint says it has."""
        return [model.id async for model in self._client.models.list()]

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


@lru_cache(maxsize=16)
def bound(kind: type[BaseModel]) -> type[BaseModel]:
    """Return *kind* as instructor wants it, made once; instructor would make it for each call."""
    made: type[BaseModel] = create_model(kind.__name__, __base__=(kind, OpenAISchema))
    schema = strict_schema(kind) | {"title": kind.__name__}
    made.model_json_schema = classmethod(lambda _, **__: schema)  # type: ignore[method-assign, assignment]
    return made


def meaning(error: Exception, course: Course) -> Exception:
    """Say what instructor's *error* means: the house's own inside it, or a malformed reply."""
    cause = cause_of(error)
    if isinstance(cause, ImrError | Failed):
        return cause
    if isinstance(cause, IncompleteOutputException):
        return TruncatedReply("The reply is longer than the model may write.")
    if isinstance(cause, ValidationError):
        return malformed(course, faults_of(cause, course.kind))
    if type(cause).__name__ in ("JSONDecodeError", "ResponseParsingError"):
        return malformed(course, ("The reply must be an object of the schema.",))
    return EndpointFailed(f"The client failed ({type(cause).__name__}).")


def cause_of(error: Exception) -> Exception:
    """Return what instructor wrapped in *error*; itself where it wrapped nothing."""
    return error.__cause__ if isinstance(error.__cause__, Exception) else error


def malformed(course: Course, faults: tuple[str, ...]) -> MalformedReply:
    """Return the error of a reply that is none of the schema."""
    message = f"The model's reply is not of the schema, in {len(faults)} of its places."
    return MalformedReply(message, course.raw, faults)


def faults_of(error: ValidationError, kind: type[BaseModel]) -> tuple[str, ...]:
    """Return where a reply is not of *kind* and what must stand there, without its own words."""
    known = _names(strict_schema(kind))
    return tuple(
        ": ".join(filter(None, (".".join(_step(step, known) for step in each["loc"]), each["msg"])))
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    )


def _step(step: int | str, known: frozenset[str]) -> str:
    return str(step) if isinstance(step, int) or step in known else "?"


def _names(schema: object) -> frozenset[str]:
    """Return the names of all members in *schema*."""
    if isinstance(schema, list):
        return frozenset[str]().union(*map(_names, schema))
    if not isinstance(schema, dict):
        return frozenset()
    members = schema.get("properties")
    own = frozenset(members) if isinstance(members, dict) else frozenset[str]()
    return own.union(*map(_names, schema.values()))


def dumped(completion: object) -> object:
    """Return *completion* as a trace keeps it."""
    return completion.model_dump() if isinstance(completion, BaseModel) else str(completion)


def _said(error: Exception) -> object:
    response = getattr(error, "response", None)
    return getattr(error, "body", None) or getattr(response, "text", None)
