"""A real review server in a process of its own, and browsers that talk to it over a socket."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from terminal import IMR

Json = Any
REVIEW = [*IMR, "review"]


class Answer(NamedTuple):
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        """The body, which is JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Why it refused."""
        return str(self.json["code"])


class Browser:
    """One browser: it keeps its cookie and says where its requests come from."""

    def __init__(self, address: str, name: str | None = None) -> None:
        """Open *address*; *name* is who sits before it."""
        parts = urlsplit(address)
        self.port = int(parts.port or 0)
        self.own = f"http://127.0.0.1:{self.port}"
        first = self.send("GET", f"{parts.path}?{parts.query}")
        self.cookie = first.headers.get("set-cookie", "").partition(";")[0]
        self.first = first
        if name:
            assert self.post("api/reviewer", {"name": name}).status == 200

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
    ) -> Answer:
        """Send one request exactly as it is given."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            kept = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, kept, answer.read())
        finally:
            connection.close()

    @property
    def headers(self) -> dict[str, str]:
        """What this browser's page sends with a decision."""
        return {
            "Cookie": self.cookie,
            "Origin": self.own,
            "Sec-Fetch-Site": "same-origin",
            "X-IMR-Review": "1",
            "Content-Type": "application/json",
        }

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for *path*, below the server's root."""
        return self.send("GET", f"/{path}", headers={"Cookie": self.cookie, **headers})

    def post(self, path: str, body: Json = b"", headers: Mapping[str, str] = {}) -> Answer:
        """Send *body*, JSON unless bytes, to *path* as the page does; *headers* replace its own."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.send("POST", f"/{path}", data, {**self.headers, **headers})

    def letter(self, place: int = 0) -> Json:
        """Return a letter as it stands."""
        answer = self.get(f"api/letters/{place}")
        assert answer.status == 200, answer.body
        return answer.json

    def decide(self, place: int, *corrections: Json, seen: str | None = None) -> Answer:
        """Send *corrections* of a letter, as it stands if nothing else is *seen*."""
        state = self.letter(place)["content"] if seen is None else seen
        body = {"corrections": list(corrections), "seen": state}
        return self.post(f"api/letters/{place}/corrections", body)

    def rows(self) -> list[Json]:
        """Return the queue."""
        return list(self.get("api/queue").json["letters"])


class Server(NamedTuple):
    """A server that runs: its process, and the address that it printed."""

    process: subprocess.Popen[bytes]
    address: str

    def browser(self, name: str | None = "Ada") -> Browser:
        """Open the printed address in a new browser, before which *name* sits."""
        return Browser(self.address, name)

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self.process.kill()
        self.process.wait(timeout=30)


@contextmanager
def serving(*arguments: str | Path, errors: Path | None = None) -> Iterator[Server]:
    """Run ``imr review … --serve``; its standard error goes to the file *errors*."""
    said = (errors or Path("/dev/null")).open("wb")
    command = [*REVIEW, *map(str, arguments), "--serve"]
    with said, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as process:
        try:
            assert process.stdout is not None
            yield Server(process, process.stdout.readline().decode().strip())
        finally:
            process.kill()


def chosen(letter: Json, words: str, value: Json = None) -> Json:
    """Return *words* of a letter as a page sends them, once marked."""
    start = letter["text"].index(words)
    return {"start": start, "end": start + len(words), "value": value}
