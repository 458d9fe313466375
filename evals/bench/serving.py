"""An endpoint that gives each letter its right reply after a set time, in a process of its own.

It costs next to nothing, so that what asks it is measured and not what answers: replies are made
beforehand, and the case number that stands in a request is put into the reply that is its letter's.
It prints its port, and ends with its input.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from evals.replies import reply_of
from extractor.pipeline import Extractor
from extractor.propose.llm.lines import NumberedLines
from extractor.source import from_text

NUMBER = re.compile(rb"\bCM(\d\d)-(\d{7})\b")
_LAST_MESSAGE = b'"role":"user"'
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHARACTERS_A_TOKEN = 4
_HEAD_END = b"\r\n\r\n"
_PROGRAM = "from evals.bench.serving import main; main()"


class Served(NamedTuple):
    """A server under way: its base URL."""

    url: str


@contextmanager
def serving(texts: Sequence[str], after: float) -> Iterator[Served]:
    """Serve the right replies to what ``multiplied`` makes of *texts*, each *after* seconds.

    Args:
        texts: Letters, each with a case number.
        after: How long a reply takes, in seconds.
    """
    command = [sys.executable, "-c", _PROGRAM, str(after)]
    server = subprocess.Popen(  # noqa: S603 - our own
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with server:
        assert server.stdin, "it has its input from here"
        assert server.stdout, "it tells its port"
        try:
            server.stdin.write(json.dumps([right_reply(text) for text in texts]) + "\n")
            server.stdin.flush()
            yield Served(f"http://127.0.0.1:{int(server.stdout.readline())}/v1")
        finally:
            server.stdin.close()


def right_reply(text: str) -> str:
    """Return the reply from which the rules' record of *text* follows, as JSON."""
    source = from_text(text, "letter")
    record = Extractor().extract_source(source)
    return reply_of(record, NumberedLines(source.as_text())).model_dump_json()


def completion(reply: str) -> bytes:
    """Return an HTTP response with *reply* as a chat completion."""
    said = len(reply) // _CHARACTERS_A_TOKEN
    message = {"role": "assistant", "content": reply}
    body = json.dumps(
        {
            "id": "chatcmpl-measured",
            "object": "chat.completion",
            "created": 0,
            "model": "measured",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 0, "completion_tokens": said, "total_tokens": said},
        }
    ).encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + _HEAD_END + body


class Replying(asyncio.Protocol):
    """One connection: replies to each request, in its own time, and stays open."""

    def __init__(self, responses: Sequence[bytes], after: float) -> None:
        """Reply with *responses*, each *after* seconds."""
        self._responses, self._after = responses, after
        self._held = bytearray()
        self._transport: asyncio.WriteTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Gather a request, and see to its reply once it is whole."""
        self._held += data
        while (end := self._end()) is not None:
            response = response_to(bytes(self._held[:end]), self._responses)
            del self._held[:end]
            asyncio.get_running_loop().call_later(self._after, self._send, response)

    def _end(self) -> int | None:
        """Return where the first request that is held ends; None while it is not whole."""
        head = self._held.find(_HEAD_END)
        length = _LENGTH.search(self._held, 0, head) if head >= 0 else None
        end = head + len(_HEAD_END) + int(length[1]) if length else None
        return end if end is not None and end <= len(self._held) else None

    def _send(self, response: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(response)


def response_to(request: bytes, responses: Sequence[bytes]) -> bytes:
    """Return the reply to the letter in the last message of *request*.

    Letter n of ``multiplied`` has n in its case number and is a copy of text n modulo their count.
    """
    number = NUMBER.search(request, request.rfind(_LAST_MESSAGE))
    assert number, "every letter that is measured on has a case number"
    nth = int(number[1] + number[2])
    return NUMBER.sub(number[0], responses[nth % len(responses)])


async def _serve(replies: Sequence[str], after: float) -> None:
    responses = [completion(reply) for reply in replies]
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Replying(responses, after), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


def main() -> None:
    """Serve the replies on standard input, as JSON on a line, after the seconds given."""
    asyncio.run(_serve(json.loads(sys.stdin.readline()), float(sys.argv[1])))
