"""An OpenAI-compatible endpoint that does what a script says, over a real socket.

It replies in the shape it is asked for (a JSON Schema or tools), with any status and header, late,
or not at all: it can close a connection, or break it off in the middle of a body. It records what
it received, so that a test can count calls and read their bodies. It stands on the standard
library alone.

    with ScriptedEndpoint([status(429, retry_after="1"), says('{"last_line": 3}')]) as endpoint:
        ...  # ask endpoint.url
        assert len(endpoint.calls) == 2
"""

import asyncio
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.client import responses
from types import TracebackType
from typing import Any, NamedTuple, Self

CHARACTERS_A_TOKEN = 4
Step = Callable[["Received"], "Sent"]


class Received(NamedTuple):
    """A request: its path, its headers by lower-case name, its body, and when it came."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    at: float

    @property
    def prompt(self) -> str:
        """All that the messages say."""
        return "\n".join(str(message["content"]) for message in self.body.get("messages", []))

    @property
    def wants_tools(self) -> bool:
        """Whether the reply is to be a call of a tool."""
        return "tools" in self.body


@dataclass
class Sent:
    """What goes back: after ``late`` seconds, and no more than ``only`` bytes before a reset."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    late: float = 0.0
    only: int | None = None


def says(content: str, **more: Any) -> Step:  # noqa: ANN401 - as of completion
    """Reply *content*, in the shape that is asked for; ``completion`` says what else can be set."""
    return lambda request: Sent(body=completion(request, content, **more))


def answers(answer: Callable[[str], str], context: int | None = None, **more: Any) -> Step:  # noqa: ANN401
    """Reply what *answer* makes of the prompt, of which it sees the first *context* tokens only.

    So does Ollama: it cuts what is too long without a word, and counts what is left.
    """

    def step(request: Received) -> Sent:
        seen = request.prompt
        if context is not None:
            seen = seen[: context * CHARACTERS_A_TOKEN]
        return Sent(body=completion(request, answer(seen), prompt_tokens=len(seen) // 4, **more))

    return step


def status(
    code: int,
    message: str = "",
    *,
    error: str | None = None,
    param: str | None = None,
    retry_after: str | None = None,
) -> Step:
    """Answer with an error of status *code*, its code *error* and its *message*."""
    told = {"message": message, "type": "error", "param": param, "code": error}
    headers = {"Retry-After": retry_after} if retry_after is not None else {}
    return lambda _: Sent(code, json.dumps({"error": told}).encode(), headers)


def refuses(name: str, unless: Callable[[Received], bool], then: Step) -> Step:
    """Refuse, with 400 and the parameter *name*, every request but those that pass *unless*."""
    message = f"Unsupported parameter: '{name}' is not supported with this model."
    refused = status(400, message, error="unsupported_parameter", param=name)
    return lambda request: (then if unless(request) else refused)(request)


def late(seconds: float, then: Step) -> Step:
    """Wait before *then*."""

    def step(request: Received) -> Sent:
        sent = then(request)
        sent.late = seconds
        return sent

    return step


def drops() -> Step:
    """Close the connection without a word."""
    return lambda _: Sent(only=0)


def breaks_off(then: Step, after: int = 40) -> Step:
    """Reset the connection *after* so many bytes of the body of *then*."""

    def step(request: Received) -> Sent:
        sent = then(request)
        sent.only = after
        return sent

    return step


def page(text: str, content_type: str = "text/html") -> Step:
    """Answer with a page, as servers do that are no endpoint."""
    return lambda _: Sent(body=text.encode(), headers={"Content-Type": content_type})


def completion(  # noqa: PLR0913 - one parameter per part of a completion
    request: Received,
    content: str,
    *,
    finish: str = "stop",
    refusal: str | None = None,
    prompt_tokens: int | None = None,
    completion_tokens: int | None = None,
    cached: int = 0,
    reasoning: int = 0,
    as_text: bool = False,
) -> bytes:
    """Return the body of a chat completion.

    Args:
        request: What it answers.
        content: The reply's words.
        finish: Why the model stopped.
        refusal: Its words of refusal.
        prompt_tokens: How many tokens it counts in the prompt; None counts all of it.
        completion_tokens: How many it counts in the reply; None as before.
        cached: How many of those it had cached.
        reasoning: How many tokens it thought before it spoke.
        as_text: Whether it speaks where it is asked to call a tool.
    """
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": refusal}
    if request.wants_tools and not as_text:
        name = request.body["tools"][0]["function"]["name"]
        call = {"name": name, "arguments": content}
        message |= {
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
        }
    read = len(request.prompt) // CHARACTERS_A_TOKEN if prompt_tokens is None else prompt_tokens
    said = len(content) // CHARACTERS_A_TOKEN if completion_tokens is None else completion_tokens
    usage = {
        "prompt_tokens": read,
        "completion_tokens": said,
        "total_tokens": read + said,
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return json.dumps(
        {
            "id": "chatcmpl-scripted",
            "object": "chat.completion",
            "created": 0,
            "model": request.body.get("model", ""),
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": usage,
        }
    ).encode()


class ScriptedEndpoint:
    """A server on this machine that takes the steps of a script, one for each request.

    Attributes:
        received: Every request, in the order in which they came.
    """

    def __init__(self, script: Iterable[Step] | Step, models: Iterable[str] = ()) -> None:
        """Take the steps of *script* in turn, or the same one always.

        Args:
            script: The steps; a request beyond the last one is answered with status 501.
            models: The names that ``GET /models`` lists.
        """
        self.received: list[Received] = []
        self._always = script if callable(script) else None
        self._steps = iter(()) if callable(script) else iter(script)
        self._models = [*models]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server

    def __enter__(self) -> Self:
        """Start to listen."""
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, "127.0.0.1", 0))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close every connection, and stop."""
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def host(self) -> str:
        """The address with its port."""
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{self.host}/v1"

    @property
    def calls(self) -> list[Received]:
        """The requests for a completion."""
        return [each for each in self.received if each.path.endswith("/chat/completions")]

    def _do(self, work: Any) -> Any:  # noqa: ANN401 - whatever is awaited
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _stop(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            while (request := await _read(reader)) is not None:
                self.received.append(request)
                if not await _send(writer, self._step(request)(request)):
                    break
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    def _step(self, request: Received) -> Step:
        if request.path.endswith("/models"):
            listed = [
                {"id": name, "object": "model", "created": 0, "owned_by": "us"}
                for name in self._models
            ]
            body = json.dumps({"object": "list", "data": listed}).encode()
            return lambda _: Sent(body=body)
        return self._always or next(self._steps, status(501, "the script is at its end"))


async def _read(reader: asyncio.StreamReader) -> Received | None:
    """Read a request; None where there is no further one."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    except asyncio.IncompleteReadError:
        return None
    path = head[0].split(" ")[1]
    return Received(path, headers, json.loads(body or b"{}"), time.monotonic())


async def _send(writer: asyncio.StreamWriter, sent: Sent) -> bool:
    """Send an answer, or as much of it as is to be sent; say whether the connection goes on."""
    if sent.late:
        await asyncio.sleep(sent.late)
    headers = {"Content-Type": "application/json", **sent.headers}
    lines = [f"HTTP/1.1 {sent.status} {responses.get(sent.status, '')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([*lines, f"Content-Length: {len(sent.body)}", "", ""]).encode()
    if sent.only == 0:
        return False
    writer.write(head + sent.body[: sent.only])
    await writer.drain()
    if sent.only is None:
        return True
    # The client must have read what came before the reset for it to be one within the body.
    await asyncio.sleep(0.02)
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
    return False
