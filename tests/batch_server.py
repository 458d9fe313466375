"""OpenAI's Files and Batches API over a real socket, as far as a job of requests sees it.

A batch is checked when it is created, as the endpoint does it (one line per request, an id each of
its own, strict schemas), and stays where it is until ``run`` is called: then each request is
answered by a step of ``endpoint``, a status of 200 in the output file and any other in the errors.
``upload`` and ``create`` may be told to take long, to break off, or to answer with a status once
they have done their work.
"""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from evals.endpoint import Received, Step, says

Reply = tuple[int, bytes]
_PAGE = 2
_MOST = 50_000


class BatchServer:
    """The API, with what it was sent and what it has made.

    Attributes:
        files: Uploaded and made files by id: name, purpose, content.
        batches: Batches by id, the oldest first.
        requests: Method and path of every request, in the order they came.
        keys: The keys that came along.
        after: Called with "upload", "create" and the like once that is done, before the answer
            goes out; what it returns, if anything, is answered instead.
        cut: What is broken off in the middle of the answer, each once: "upload", "content", ….
    """

    def __init__(self, answer: Callable[[Received], Step] | None = None) -> None:
        """Answer each request of a batch, and each that comes by itself, as *answer* says."""
        self.answer = answer or (lambda _: says("{}"))
        self.files: dict[str, dict[str, Any]] = {}
        self.batches: dict[str, dict[str, Any]] = {}
        self.requests: list[tuple[str, str]] = []
        self.keys: set[str] = set()
        self.live: list[Received] = []
        self.after: Callable[[str], Reply | None] = lambda _: None
        handler = type("_Ours", (_Handler,), {"api": self})
        self.cut: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        """Start to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"http://{self.host}/v1"

    @property
    def host(self) -> str:
        """The address with its port."""
        return f"127.0.0.1:{self._server.server_port}"

    def count(self, method: str, path: str) -> int:
        """Return how many requests there were of a method for a path."""
        return self.requests.count((method, path))

    def asked(self, batch: str | None = None) -> list[dict[str, Any]]:
        """Return the requests of a batch, or of all."""
        these = [self.batches[batch]] if batch else [*self.batches.values()]
        lines = [self.files[each["input_file_id"]]["content"] for each in these]
        return [json.loads(line) for content in lines for line in content.splitlines()]

    def run(self, *, status: str = "completed", only: int | None = None) -> None:
        """Let every batch that was taken come to its end: of each the *only* first requests.

        The rest is expired or cancelled as *status* says; of a completed batch it is left out.
        """
        for batch in self.batches.values():
            if batch["status"] != "in_progress":
                continue
            good: list[dict[str, Any]] = []
            bad: list[dict[str, Any]] = []
            for place, line in enumerate(self.asked(batch["id"])):
                if only is not None and place >= only:
                    if status != "completed":
                        bad.append(_unanswered(line["custom_id"], f"batch_{status}"))
                    continue
                made = self._answered(line)
                (good if made["response"]["status_code"] == 200 else bad).append(made)
            batch["output_file_id"] = self._keep("output", good)
            batch["error_file_id"] = self._keep("errors", bad)
            batch["status"] = status
            batch["request_counts"] |= {"completed": len(good), "failed": len(bad)}

    def _answered(self, line: Mapping[str, Any]) -> dict[str, Any]:
        request = Received("/v1/chat/completions", {}, line["body"], 0.0)
        sent = self.answer(request)(request)
        response = {"status_code": sent.status, "request_id": "r", "body": json.loads(sent.body)}
        return {
            "id": "batch_req_1",
            "custom_id": line["custom_id"],
            "response": response,
            "error": None,
        }

    def _keep(self, purpose: str, lines: list[dict[str, Any]]) -> str | None:
        """Keep a file of *lines*, the last one first: order is not promised; None where empty."""
        content = "".join(f"{json.dumps(line)}\n" for line in reversed(lines)).encode()
        return self.add(f"{purpose}.jsonl", purpose, content)["id"] if lines else None

    def add(self, name: str, purpose: str, content: bytes) -> dict[str, Any]:
        """Keep a file and return what is told of it."""
        file = {
            "id": f"file-{len(self.files) + 1}",
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self.files[f"file-{len(self.files) + 1}"] = file | {"content": content}
        return file

    def create(self, given: Mapping[str, Any]) -> Reply:
        """Make a batch; one whose file is not right fails at once."""
        if given["input_file_id"] not in self.files:
            return _error(404, "No such file object.")
        if given["endpoint"] != "/v1/chat/completions" or given["completion_window"] != "24h":
            return _error(400, "Not an endpoint or a window that there is.")
        if any(len(k) > 64 or len(v) > 512 for k, v in given["metadata"].items()):
            return _error(400, "The metadata is too long.")
        faults = [*_faults(self.files[given["input_file_id"]]["content"])]
        batch = {
            "id": f"batch_{len(self.batches) + 1}",
            "object": "batch",
            **given,
            "created_at": int(time.time()),
            "status": "failed" if faults else "in_progress",
            "errors": {"object": "list", "data": faults} if faults else None,
            "output_file_id": None,
            "error_file_id": None,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
        }
        self.batches[batch["id"]] = batch
        if not faults:
            batch["request_counts"]["total"] = len(self.asked(batch["id"]))
        return _told(batch)

    def get(self, path: str, query: Mapping[str, list[str]]) -> Reply:
        """Answer a request for what there is."""
        kind, _, rest = path.partition("/")
        known = self.files if kind == "files" else self.batches
        if not rest:
            purpose = query.get("purpose", [None])[0]
            newest = [
                each for each in reversed(known.values()) if purpose in (None, each.get("purpose"))
            ]
            return _page(newest, query.get("after", [None])[0])
        name, _, part = rest.partition("/")
        if name not in known:
            return _error(404, "No such object.")
        return (200, known[name]["content"]) if part == "content" else _told(known[name])


def _faults(content: bytes) -> Iterator[dict[str, Any]]:
    """Yield what is wrong with a file of requests."""
    seen: set[str] = set()
    lines = content.splitlines()
    if len(lines) > _MOST:
        yield {"code": "too_many_requests", "message": "Too many.", "line": None}
    for number, raw in enumerate(lines, 1):
        line = json.loads(raw)
        if set(line) != {"custom_id", "method", "url", "body"} or len(line["custom_id"]) > 64:
            yield {"code": "invalid_request", "message": "Not a request.", "line": number}
        if line["custom_id"] in seen:
            yield {"code": "duplicate_custom_id", "message": "Twice.", "line": number}
        if line["body"]["model"] == "unheard-of":
            yield {"code": "model_not_found", "message": "No such model.", "line": number}
        if not _is_strict(line["body"]):
            yield {"code": "invalid_json_schema", "message": "Not strict.", "line": number}
        seen.add(line["custom_id"])


def _is_strict(body: Mapping[str, Any]) -> bool:
    """Say whether a request binds its reply to a schema that strict mode takes."""
    if "tools" in body:
        function = body["tools"][0]["function"]
        strict, schema = function["strict"], function["parameters"]
    else:
        bound = body["response_format"]["json_schema"]
        strict, schema = bound["strict"], bound["schema"]
    return strict is True and all(_is_closed(part) for part in _objects(schema))


def _is_closed(part: Mapping[str, Any]) -> bool:
    return part["additionalProperties"] is False and part["required"] == [*part["properties"]]


def _objects(schema: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from _objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _objects(each)


def _page(newest: list[dict[str, Any]], after: str | None) -> Reply:
    """Return a page of a list, the newest first; pages are small so that there are several."""
    names = [each["id"] for each in newest]
    start = names.index(after) + 1 if after else 0
    shown = [_bare(each) for each in newest[start : start + _PAGE]]
    more = start + _PAGE < len(newest)
    ends = {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]} if shown else {}
    return _told({"object": "list", "data": shown, "has_more": more, **ends})


def _bare(known: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part for name, part in known.items() if name != "content"}


def _told(known: Mapping[str, Any]) -> Reply:
    return 200, json.dumps(_bare(known)).encode()


def _error(status: int, message: str) -> Reply:
    return status, json.dumps({"error": {"message": message, "code": None}}).encode()


def _unanswered(name: str, code: str) -> dict[str, Any]:
    error = {"code": code, "message": "This request could not be executed in time."}
    return {"id": "batch_req_1", "custom_id": name, "response": None, "error": error}


class _Handler(BaseHTTPRequestHandler):
    api: BatchServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path, query = self._path()
        self._answer("content" if path.endswith("/content") else "get", self.api.get(path, query))

    def do_POST(self) -> None:
        path, _ = self._path()
        body = self._body()
        if path == "files":
            self._answer("upload", self._upload(body))
        elif path == "batches":
            self._answer("create", self.api.create(json.loads(body)))
        else:
            request = Received(f"/v1/{path}", {}, json.loads(body), time.monotonic())
            self.api.live.append(request)
            sent = self.api.answer(request)(request)
            self._answer("ask", (sent.status, sent.body))

    def _path(self) -> tuple[str, Mapping[str, list[str]]]:
        parts = urlsplit(self.path)
        self.api.requests.append((self.command, parts.path))
        self.api.keys.add(self.headers.get("Authorization", "").removeprefix("Bearer "))
        return parts.path.removeprefix("/v1/"), parse_qs(parts.query)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            return b"".join(self._chunks())
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline(), 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()

    def _upload(self, body: bytes) -> Reply:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        fields: dict[str, Any] = {}
        for part in message_from_bytes(head + body, policy=HTTP).iter_parts():
            told = str(part["Content-Disposition"])
            name = re.search(r'\bname="([^"]+)"', told)
            fields[name[1] if name else ""] = part
        file = fields["file"]
        content = file.get_payload(decode=True)
        purpose = fields["purpose"].get_payload(decode=True).decode().strip()
        if purpose != "batch" or not file.get_filename().endswith(".jsonl"):
            return _error(400, "Not a file of a batch.")
        return _told(self.api.add(file.get_filename(), purpose, content))

    def _answer(self, what: str, reply: Reply) -> None:
        status, body = self.api.after(what) or reply
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if what in self.api.cut:
            self.api.cut.remove(what)
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
