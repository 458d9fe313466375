"""Replies of a batch, read as an endpoint's are: by the same code, with the same errors."""

import contextlib
import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from openai.types.chat import ChatCompletion
from pydantic import BaseModel

from extractor.errors import EndpointFailed, ImrError, ModelError, SourceChanged
from extractor.propose.llm.asking import Answer, Asks, ModelSettings, Question, Usage
from extractor.propose.llm.chat import Chat, openai_client
from extractor.propose.llm.faults import Failed, Fault, fault_of
from extractor.propose.llm.job import Job, JobFolder, request_id
from extractor.propose.llm.model import Model
from extractor.propose.llm.reader import Reader
from extractor.propose.llm.settings import host_of
from extractor.propose.llm.transport import Transport, Waits
from extractor.propose.llm.wire import Course, Wording, check_last_line, received

R = TypeVar("R", bound=BaseModel)
T = TypeVar("T")
_OK = 200
_AGAIN = "`imr batch collect --retry` asks again"
_UNANSWERED = {
    None: "The batch is not done with the letter yet.",
    "failed": f"The endpoint refused the batch before it began: {_AGAIN}.",
    "expired": f"The batch expired before it came to the letter: {_AGAIN}.",
    "cancelled": f"The batch was cancelled before it came to the letter: {_AGAIN}.",
    "completed": f"The batch ended without a word on the letter: {_AGAIN}.",
}
_TOLD = {"batch_expired": "expired", "batch_cancelled": "cancelled"}


@dataclass
class _Place:
    """Where a request's reply stands, how the request was worded, and how its batch ended."""

    wording: Wording
    limit: int
    status: str | None
    codes: tuple[str, ...] = ()
    file: Path | None = None
    offset: int = 0


class Line(NamedTuple):
    """What came back for one request: a status and a body, or else the code of an error."""

    status: int
    body: object
    code: str | None


class Replies:
    """What is in a job's folder of replies; of several rounds the last that asked counts."""

    def __init__(self, job: Job, folder: JobFolder) -> None:
        """Find every request's reply; the replies stay on the disk."""
        self._places: dict[str, _Place] = {}
        for each in job.rounds:
            for part in each.parts:
                place = _Place(each.wording, each.limit, part.status, tuple(part.codes))
                self._places |= dict.fromkeys(part.asked, place)
                for file in folder.replies(part):
                    self._find(file, set(part.asked))

    def _find(self, file: Path, asked: set[str]) -> None:
        for offset, name in _lines(file):
            if isinstance(name, str) and name in asked:
                self._places[name] = replace(self._places[name], file=file, offset=offset)

    def __contains__(self, name: str) -> bool:
        """Say whether a request of that id was sent."""
        return name in self._places

    def wording(self, name: str) -> Wording:
        """Return how a request was worded."""
        return self._places[name].wording

    def limit(self, name: str) -> int:
        """Return the longest reply that a request allowed."""
        return self._places[name].limit

    def line(self, name: str) -> Line:
        """Return what came back for a request.

        Raises:
            EndpointFailed: Nothing did.
        """
        place = self._places[name]
        if place.file is None:
            raise _unanswered(place.status, place.codes)
        with place.file.open("rb") as opened:
            opened.seek(place.offset)
            return _line(json.loads(opened.readline()))


def _lines(file: Path) -> Iterator[tuple[int, object]]:
    """Yield where each line of *file* begins, and the id that it bears."""
    if not file.exists():
        return
    offset = 0
    with file.open("rb") as opened:
        for raw in opened:
            with contextlib.suppress(ValueError, AttributeError):
                yield offset, json.loads(raw).get("custom_id")
            offset += len(raw)


def _line(line: Mapping[str, Any]) -> Line:
    response, error = line.get("response"), line.get("error")
    code = str(error.get("code")) if isinstance(error, dict) else None
    if not isinstance(response, dict):
        return Line(0, None, code or "unknown")
    status = response.get("status_code")
    return Line(status if isinstance(status, int) else 0, response.get("body"), code)


def _unanswered(status: str | None, codes: tuple[str, ...] = ()) -> EndpointFailed:
    sentence = _UNANSWERED.get(status, _UNANSWERED["completed"])
    told = f" ({', '.join(code for code in codes if code.isidentifier())})" if codes else ""
    return EndpointFailed(f"{sentence[:-1]}{told}.")


class _Told(Exception):
    """An error that came as a reply, as clients raise those that come at once."""

    def __init__(self, status: int, body: object) -> None:
        super().__init__()
        self.status_code = status
        self.body = body


class _Once(Transport):
    """Takes what came as it is: a reply that is there does not change by asking again."""

    async def send(
        self, once: Callable[[], Awaitable[T]], deadline: float, tell: Callable[[Fault], None]
    ) -> T:
        """Return what *once* returns; raises ``Failed`` where it fails."""
        del deadline
        try:
            return await once()
        except (ImrError, Failed):
            raise
        except Exception as error:
            fault = fault_of(error, self.host)
        tell(fault)
        raise Failed(fault)


class _Kept(Chat):
    """A chat whose replies were written down."""

    def __init__(self, settings: ModelSettings, replies: Replies) -> None:
        transport = _Once(host_of(settings), settings.timeout, Waits())
        super().__init__(settings, openai_client(settings, None), transport)
        self._replies = replies

    async def _post(self, course: Course, body: dict[str, Any]) -> ChatCompletion:
        del body
        course.calls += 1
        line = self._replies.line(request_id(course.question))
        if line.status == _OK:
            came: Any = line.body
            read = ChatCompletion.construct(**came) if isinstance(came, dict) else str(came)
            return received(read, self._transport.host)
        if line.status:
            raise _Told(line.status, line.body)
        raise _unanswered(_TOLD.get(line.code or ""), (line.code or "",))


class Collected:
    """Answers questions from the replies of a batch, and those that none is to from elsewhere."""

    def __init__(self, settings: ModelSettings, replies: Replies, live: Asks | None = None) -> None:
        """Read *replies* to questions asked with *settings*.

        Args:
            settings: With which they were asked.
            replies: What came back.
            live: What is asked where something is sent back to the model.
        """
        self.replies = replies
        self._live = live
        self._chat = _Kept(settings, replies)

    async def ask(self, question: Question, kind: type[R]) -> Answer[R]:
        """Return the reply of *kind* to *question*.

        Raises:
            SourceChanged: It was not asked.
            ModelError: There is none, or none that counts, as an endpoint's would not.
        """
        name = request_id(question)
        if name not in self.replies:
            return await self._elsewhere(question, kind)
        course = Course(question, kind, float("inf"), self.replies.limit(name))
        came = await self.attempt(course)
        if isinstance(came, ModelError):
            came.calls, came.usage = course.calls, course.usage
            raise came
        reply = kind.model_construct(**came.__dict__)
        return Answer(reply, course.raw, course.usage, course.calls)

    async def attempt(self, course: Course) -> BaseModel | ModelError:
        """Return the reply to the question of *course*, or why there is none."""
        try:
            wording = self.replies.wording(request_id(course.question))
            reply = await self._chat.reply(course, wording)
            check_last_line(course, reply)
        except Failed as failed:
            return failed.fault.error
        except ModelError as error:
            return error
        return reply

    async def _elsewhere(self, question: Question, kind: type[R]) -> Answer[R]:
        if self._live is not None and self._follows(question):
            return await self._live.ask(question, kind)
        message = f"The letter is not as it was when the batch was submitted: {_AGAIN}."
        raise SourceChanged(message)

    def _follows(self, question: Question) -> bool:
        """Say whether *question* sends something back of a reply that was collected."""
        asked = question.messages
        before = (replace(question, messages=asked[:n]) for n in range(len(asked) - 2, 0, -2))
        return any(request_id(each) in self.replies for each in before)


class CollectedModel(Model):
    """A model whose first reply to each letter comes from a batch; the repairs are asked live."""

    def __init__(self, *given: Any, replies: Replies) -> None:  # noqa: ANN401 - as Model takes them
        """Read *replies*; the rest is as ``Model`` takes it."""
        super().__init__(*given)
        self._replies = replies

    @cached_property
    def _reader(self) -> Reader:
        live = self._asks if self.options.repairs else None
        asks = Collected(self.settings, self._replies, live)
        return Reader(asks, self.prompt, self.options.repairs)

    def _cost(self, usage: Usage) -> float | None:
        """Return None: a batch is charged otherwise than a call, and endpoints differ in how."""
        del usage
        return None
