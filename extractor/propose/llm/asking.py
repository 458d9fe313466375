"""What is asked of a model, and what it answers: the shapes that the rooms of this one share."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Generic, NamedTuple, Protocol, TypeVar

from pydantic import BaseModel

R = TypeVar("R", bound=BaseModel)
Message = Mapping[str, str]


class Usage(NamedTuple):
    """Tokens of one or more calls, as the endpoint counts them.

    ``cached_tokens`` of the input were read from the provider's own prompt cache, and
    ``reasoning_tokens`` of the output were thought and not said.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0

    def plus(self, other: "Usage") -> "Usage":
        """Return both added up.

        >>> Usage(10, 2).plus(Usage(5, 1)).total
        18
        """
        return Usage(*(ours + theirs for ours, theirs in zip(self, other, strict=True)))

    @property
    def total(self) -> int:
        """Tokens in and out."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True)
class Question:
    """One request to a model.

    Attributes:
        messages: The chat so far: the prompt's stable part first, the letter last.
        letter: SHA-256 of the letter's text, a part of the cache's key.
        prompt: The prompt's hash, another.
        last_line: The number of the letter's last line, which the reply must name.
        repeat: Which of several independent readings it is, from 0.
    """

    messages: Sequence[Message]
    letter: str
    prompt: str
    last_line: int
    repeat: int = 0


class Answer(NamedTuple, Generic[R]):
    """A reply that is of its schema.

    ``raw`` is the reply as the model wrote it, ``calls`` how many requests reached the endpoint,
    ``cached`` whether none was needed.
    """

    reply: R
    raw: str
    usage: Usage
    calls: int = 1
    cached: bool = False


class Asks(Protocol):
    """What answers questions: an endpoint, or a cache before one."""

    async def ask(self, question: Question, kind: type[R]) -> Answer[R]:
        """Return a reply of *kind*; raises ``ModelError`` where there is none."""


@dataclass(frozen=True)
class ModelSettings:
    """How a model is asked; everything here but ``concurrency`` and the waits changes replies.

    Attributes:
        model: The model's name at the endpoint, or ``provider/model`` for instructor's others.
        base_url: Where the endpoint is; None is OpenAI's own. With it no key is needed.
        mode: ``json_schema``, ``tools``, or ``auto``: the first, and the second where the endpoint
            refuses it.
        temperature: None leaves it to the endpoint.
        max_output_tokens: The longest reply; raised once where it does not suffice.
        seed: Sent along where it is set.
        timeout: Seconds for one request.
        deadline: Seconds for one question, waits between its requests included.
        concurrency: How many requests may be under way at once.
    """

    model: str
    base_url: str | None = None
    mode: str = "auto"
    temperature: float | None = 0.0
    max_output_tokens: int = 4096
    seed: int | None = None
    timeout: float = 120.0
    deadline: float = 600.0
    concurrency: int = 16

    def parameters(self) -> dict[str, object]:
        """Return what changes replies, as a part of the cache's key."""
        given = asdict(self)
        return {
            name: given[name]
            for name in ("model", "base_url", "mode", "temperature", "max_output_tokens", "seed")
        }
