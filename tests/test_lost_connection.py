"""Runs over letters behind addresses whose server dies, and comes back."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from packed import letter, zipped
from terminal import IMR

from extractor.source import find

LETTERS = 24

# Serves a folder and counts; the reply to the GET that is to be the last breaks off in the middle.
SERVER = """
import os
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

left, lock = int(sys.argv[2]), threading.Lock()


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        global left
        with lock, open(sys.argv[3], "a") as log:
            print(self.path, file=log)
            left -= 1
            if left:
                return super().do_GET()
            self.send_response(200)
            self.send_header("Content-Length", "100000")
            self.end_headers()
            self.wfile.write(b"HOW THE IMR FINAL DETERMINATION")
            self.wfile.flush()
            os._exit(1)


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""


class Server:
    """A server of a folder, in a process of its own, that is stopped and started."""

    def __init__(self, folder: Path, program: Path) -> None:
        """Serve *folder*, on a port that stays; *program* is where the program is put."""
        self._folder = folder
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        self._log = program.with_suffix(".log")
        self.port = 0
        program.write_text(SERVER)

    def start(self, dies_after: int = 0) -> None:
        """Start it anew; it dies within the answer to so many GETs, or not at all."""
        self.stop()
        self._log.write_text("")
        options = (str(self.port), str(dies_after), str(self._log))
        command = [sys.executable, str(self._program), *options]
        process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        self.port, self._process = int(process.stdout.readline()), process

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    @property
    def gets(self) -> int:
        """How many GETs it was sent since it was started."""
        return self._log.read_text().count("\n")

    def address(self, name: str) -> str:
        """Return where a file of the folder is fetched."""
        return f"http://127.0.0.1:{self.port}/{name}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Return a server, started, of letters and an archive of them that is fetched in parts."""
    folder = tmp_path / "served"
    folder.mkdir()
    contents = {f"{n:02}.txt": letter("x" * n).encode() for n in range(LETTERS)}
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    (folder / "all.zip").write_bytes(zipped(*contents.items()))
    server = Server(folder, tmp_path / "server.py")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def given(server: Server, tmp_path: Path) -> list[str]:
    """Return how the command is told of the letters: a list of their addresses."""
    addresses = (server.address(f"{n:02}.txt") for n in range(LETTERS))
    (tmp_path / "list").write_text("\n".join(addresses))
    return ["--from", str(tmp_path / "list")]


Extract = Callable[..., tuple[list[dict[str, Any]], bytes]]


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """Return what runs the command in a process of its own, and returns records and output."""

    def run(*given: str, name: str = "out", exits: int = 0) -> tuple[list[dict[str, Any]], bytes]:
        out = tmp_path / f"{name}.jsonl"
        command = [*IMR, "extract", *given, "--out", str(out)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ended.returncode == exits, ended.stderr
        assert "Traceback" not in ended.stderr
        content = out.read_bytes()
        return [json.loads(line) for line in content.splitlines()], content

    return run


def lost(records: list[dict[str, Any]]) -> list[str]:
    """Return the ids of letters that were not fetched; each says so, and what to do."""
    failed = [record for record in records if record["status"] == "failed"]
    for record in failed:
        (finding,) = record["findings"]
        assert finding["code"] == "missing_path"
        assert "--retry failed" in finding["message"]
    return [record["document"]["id"] for record in failed]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_letters_that_could_not_be_fetched_are_retried(
    server: Server, given: list[str], extract: Extract, jobs: str
) -> None:
    """A server that dies costs the letters not yet fetched; a retry takes these alone."""
    names = [f"{n:02}.txt" for n in range(LETTERS)]
    assert len(list(find(files_from=given[1]))) == LETTERS
    server.start(dies_after=server.gets + 10)
    records, _ = extract(*given, "--jobs", jobs, exits=1)
    assert [record["document"]["id"] for record in records] == names
    assert 10 < len(lost(records)) < LETTERS
    server.start()
    retried, content = extract(*given, "--jobs", jobs, "--retry", "failed")
    assert lost(retried) == []
    assert content == extract(*given, name="undisturbed")[1]


def test_letters_of_a_server_that_is_down_are_retried(
    server: Server, given: list[str], extract: Extract
) -> None:
    """A letter keeps its id where not even its size can be asked for."""
    server.stop()
    records, _ = extract(*given, exits=1)
    assert lost(records) == [f"{n:02}.txt" for n in range(LETTERS)]
    server.start()
    retried, content = extract(*given, "--retry", "failed")
    assert lost(retried) == []
    assert content == extract(*given, name="undisturbed")[1]


def test_members_of_an_archive_that_could_not_be_fetched_are_retried(
    server: Server, extract: Extract
) -> None:
    """So it is with letters in a file behind an address."""
    address = server.address("all.zip")
    assert len(list(find(address))) == LETTERS
    server.start(dies_after=server.gets + 1)
    records, _ = extract(address, exits=1)
    assert lost(records) == [f"all.zip/{n:02}.txt" for n in range(LETTERS)]
    server.start()
    retried, content = extract(address, "--retry", "failed")
    assert lost(retried) == []
    assert content == extract(address, name="undisturbed")[1]
