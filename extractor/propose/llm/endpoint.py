"""One endpoint that answers questions: everything between a ``Question`` and its ``Answer``."""

import asyncio
from typing import TypeVar, cast

from openai import AsyncOpenAI
from pydantic import BaseModel, SecretStr

from extractor.errors import BadRequest, EndpointFailed, ModelError, TruncatedReply
from extractor.propose.llm.asking import Answer, ModelSettings, Question
from extractor.propose.llm.chat import Chat, openai_client
from extractor.propose.llm.faults import Failed
from extractor.propose.llm.providers import Foreign, provider_client
from extractor.propose.llm.settings import host_of, provider_of
from extractor.propose.llm.trace import Trace
from extractor.propose.llm.transport import Transport, Waits
from extractor.propose.llm.wire import Course, Wording, check_last_line

R = TypeVar("R", bound=BaseModel)
_RAISE = 2


class Endpoint:
    """An endpoint, asked with the same settings throughout, from one event loop.

    It learns how the endpoint wants its requests worded, and slows down as one when it is told to.
    """

    def __init__(
        self,
        settings: ModelSettings,
        key: SecretStr | str | None = None,
        *,
        waits: Waits | None = None,
        trace: Trace | None = None,
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        Args:
            settings: Which model, where, and how; ``access`` settles the address.
            key: What the endpoint takes as a key; servers of one's own need none.
            waits: How failures are waited out.
            trace: Where requests and replies are kept.

        Raises:
            SettingsError: The model's provider needs a package or a key.
        """
        self.settings = settings
        self._wording = Wording.first(settings)
        self._gate = asyncio.Semaphore(settings.concurrency)
        secret = SecretStr(key) if isinstance(key, str) else key
        self._line = _line(settings, secret, waits or Waits(), trace)

    async def ask(self, question: Question, kind: type[R]) -> Answer[R]:
        """Return a reply of *kind* to *question*.

        The question's deadline runs from when it is its turn.

        Raises:
            ModelError: There is none; the error says how many calls it took and what they cost.
        """
        async with self._gate:
            deadline = asyncio.get_running_loop().time() + self.settings.deadline
            course = Course(question, kind, deadline, self.settings.max_output_tokens)
            failed: ModelError
            try:
                reply = await self._reply(course)
                return Answer(cast("R", reply), course.raw, course.usage, course.calls)
            except ModelError as error:
                failed = error
            failed.calls, failed.usage = course.calls, course.usage
            raise failed

    async def _reply(self, course: Course) -> BaseModel:
        """Return the reply, with a higher limit where the first does not suffice."""
        try:
            reply = await self._worded(course)
        except TruncatedReply:
            course.limit *= _RAISE
        else:
            return reply
        return await self._worded(course)

    async def _worded(self, course: Course) -> BaseModel:
        """Return the reply to a request worded as the endpoint wants it."""
        while True:
            wording = self._wording
            try:
                reply = await self._line.reply(course, wording)
            except Failed as failed:
                error = failed.fault.error
            else:
                check_last_line(course, reply)
                return course.kind.model_construct(**reply.__dict__)
            if not (isinstance(error, BadRequest) and self._learns(wording, course)):
                raise error

    def _learns(self, wording: Wording, course: Course) -> bool:
        """Say whether there is another way to word what was refused: found now, or meanwhile."""
        other = wording.instead(course.said, self.settings)
        if other is None:
            return False
        if wording == self._wording:
            self._wording = other
        return wording != self._wording

    @property
    def mode(self) -> str:
        """How replies are bound to their schema, as far as the endpoint was found to take it."""
        return self._wording.mode

    async def models(self) -> list[str]:
        """Return the names of the models that the endpoint says it has; none where it does not say.

        Raises:
            EndpointFailed: It cannot be asked.
        """
        if not isinstance(self._line, Chat):
            return []
        try:
            async with asyncio.timeout(self.settings.timeout):
                return await self._line.models()
        except Exception as error:
            name = type(error).__name__
        raise EndpointFailed(f"The models cannot be listed ({name}).")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._line.aclose()


def _line(
    settings: ModelSettings, key: SecretStr | None, waits: Waits, trace: Trace | None
) -> Chat | Foreign:
    """Return what asks: a chat with any OpenAI-compatible server, or another provider's client."""
    provider = provider_of(settings)
    transport = Transport(provider or host_of(settings), settings.timeout, waits)
    if provider is None:
        return Chat(settings, openai_client(settings, key), transport, trace)
    asking = provider_client(settings, key)
    if isinstance(asking.client, AsyncOpenAI):
        client = asking.client.with_options(max_retries=0, timeout=settings.timeout)
        return Chat(settings, client, transport, trace)
    return Foreign(settings, asking, transport, trace)
