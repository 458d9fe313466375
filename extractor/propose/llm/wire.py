"""What goes over the wire for a question, and whether what comes back may be read at all."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from openai.types.chat import ChatCompletion
from pydantic import BaseModel

from extractor.errors import ContentFiltered, PromptTruncated, Refused, TruncatedReply, UnknownModel
from extractor.propose.llm.asking import ModelSettings, Question, Usage
from extractor.propose.llm.faults import FIX_CONTEXT, Failed, Fault, fault_of
from extractor.propose.llm.schema import strict_schema
from extractor.propose.llm.settings import model_of

JSON_SCHEMA = "json_schema"
TOOLS = "tools"
_SHORTEST_TOKEN = 10
_DISLIKED = re.compile(
    r"support|unknown|unrecogni[sz]ed|unexpected|extra|permitted|allowed|invalid|deprecated|"
    r"unmarshal|must be|not implemented",
    re.IGNORECASE,
)
_SCHEMA_MODE = re.compile(r"response_format|json_schema|json schema|structured output")


class Wording(NamedTuple):
    """How a request is worded for an endpoint: what it was found not to take is left out."""

    mode: str
    limit: str
    limit_settled: bool = False
    temperature: bool = True
    seed: bool = True
    strict: bool = True
    tool_choice: bool = True
    parallel_tool_calls: bool = True

    @classmethod
    def first(cls, settings: ModelSettings) -> "Wording":
        """Return the wording to begin with: OpenAI's own names at OpenAI, the oldest elsewhere."""
        mode = TOOLS if settings.mode == TOOLS else JSON_SCHEMA
        return cls(mode, "max_tokens" if settings.base_url else "max_completion_tokens")

    def instead(self, said: str, settings: ModelSettings) -> "Wording | None":
        """Return how to word a request that was refused with *said*; None where that names nothing.

        Each change is made once, so that asking again comes to an end.
        """
        said = said.lower()
        if not _DISLIKED.search(said):
            return None
        for name in ("temperature", "seed", "strict", "parallel_tool_calls", "tool_choice"):
            if getattr(self, name) and re.search(rf"\b{name}\b", said):
                return self._replace(**{name: False})  # type: ignore[arg-type]
        if not self.limit_settled and self.limit in said:
            other = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
            return self._replace(limit=other[self.limit], limit_settled=True)
        if settings.mode == "auto" and self.mode == JSON_SCHEMA and _SCHEMA_MODE.search(said):
            return self._replace(mode=TOOLS)
        return None

    def body(self, settings: ModelSettings, course: "Course") -> dict[str, Any]:
        """Return the body of a request."""
        body: dict[str, Any] = {
            "model": model_of(settings),
            "messages": [dict(message) for message in course.question.messages],
            self.limit: course.limit,
        }
        if self.temperature and settings.temperature is not None:
            body["temperature"] = settings.temperature
        if self.seed and settings.seed is not None:
            body["seed"] = settings.seed
        return body | self._shape(course.kind)

    def _shape(self, kind: type[BaseModel]) -> dict[str, Any]:
        """Return the part of a request that binds the reply to the schema of *kind*."""
        strict = {"strict": True} if self.strict else {}
        schema = _schema(kind)
        if self.mode == JSON_SCHEMA:
            bound = {"name": kind.__name__, "schema": schema, **strict}
            return {"response_format": {"type": "json_schema", "json_schema": bound}}
        parameters = {name: part for name, part in schema.items() if name != "description"}
        described = schema.get("description", "")
        tool = {"name": kind.__name__, "description": described, "parameters": parameters, **strict}
        choice = {"type": "function", "function": {"name": kind.__name__}}
        shape: dict[str, Any] = {"tools": [{"type": "function", "function": tool}]}
        if self.parallel_tool_calls:
            shape["parallel_tool_calls"] = False
        return shape | ({"tool_choice": choice} if self.tool_choice else {})


_schema = lru_cache(maxsize=16)(strict_schema)


@dataclass
class Course:
    """One question on its way: what was sent for it so far, and what it cost.

    ``deadline`` is the event loop's time at which all must be over, ``limit`` the longest reply.
    """

    question: Question
    kind: type[BaseModel]
    deadline: float
    limit: int
    usage: Usage = field(default_factory=Usage)
    calls: int = 0
    raw: str = ""
    said: str = ""

    def tell(self, fault: Fault) -> None:
        """Remember what the last refusal of the request said."""
        self.said = fault.named


def received(completion: ChatCompletion | str, host: str) -> ChatCompletion:
    """Return *completion* where it is one.

    Raises:
        Failed: It is a page, or an error that came with the status of a success.
    """
    if not isinstance(completion, ChatCompletion):
        no_endpoint = f"{host} answers with a page and not as an endpoint: most URLs end in /v1."
        raise Failed(Fault(UnknownModel(no_endpoint)))
    if completion.choices:
        return completion
    told = getattr(completion, "error", None)
    error = ToldLate(told if isinstance(told, dict) else {})
    raise Failed(fault_of(error, host))


class ToldLate(Exception):
    """An error that came with the status of a success, as some relays send it."""

    def __init__(self, told: dict[str, Any]) -> None:
        """Keep what was *told*; without a status of an error it is one of the endpoint's own."""
        super().__init__()
        code = told.get("code")
        self.status_code = code if isinstance(code, int) and 400 <= code < 600 else 502  # noqa: PLR2004
        self.body = {"error": told}


def raw_of(completion: ChatCompletion) -> str:
    """Return the reply as the model wrote it, in whichever shape it came."""
    message = completion.choices[0].message
    for call in message.tool_calls or []:
        if call.type == "function":
            return call.function.arguments or ""
    return message.content or ""


def usage_of(completion: ChatCompletion) -> Usage:
    """Return the tokens that the endpoint counted; zeros where it counted none."""
    if (usage := completion.usage) is None:
        return Usage()
    read, said = usage.prompt_tokens_details, usage.completion_tokens_details
    return Usage(
        usage.prompt_tokens or 0,
        usage.completion_tokens or 0,
        (read.cached_tokens if read else 0) or 0,
        (said.reasoning_tokens if said else 0) or 0,
    )


def check_finish(reason: str | None, refusal: str | None) -> None:
    """Say whether a reply is whole and the model's own.

    Raises:
        Refused: The model declines.
        ContentFiltered: The endpoint held the reply back.
        TruncatedReply: The reply reached its limit.
    """
    if refusal or reason == "refusal":
        raise Refused("The model declines to answer; another model may not.")
    if reason in ("content_filter", "safety", "SAFETY", "PROHIBITED_CONTENT"):
        raise ContentFiltered("The endpoint held the reply back by a filter of its own.")
    if reason in ("length", "max_tokens", "MAX_TOKENS", "model_length"):
        raise TruncatedReply(
            "The reply is longer than the model may write: raise --max-output-tokens, or the "
            "model's context."
        )


def check_shown(course: Course, prompt_tokens: int) -> None:
    """Compare the tokens that the endpoint read with the size of the prompt.

    No tokenizer reads more than ten characters of a letter as one token on the average. An
    endpoint that counts none, or only what it had not cached, says nothing.

    Raises:
        PromptTruncated: It read far less than it was sent.
    """
    characters = sum(len(message["content"]) for message in course.question.messages)
    if 0 < prompt_tokens < characters // _SHORTEST_TOKEN:
        raise PromptTruncated(f"The model was shown the letter only in part: {FIX_CONTEXT}.")


def check_last_line(course: Course, reply: BaseModel) -> None:
    """Compare the last line that *reply* says it was shown with the letter's last one.

    Raises:
        PromptTruncated: It is another one.
    """
    last = getattr(reply, "last_line", None)
    if last is not None and last != course.question.last_line:
        raise PromptTruncated(f"The model did not see the letter's last line: {FIX_CONTEXT}.")
