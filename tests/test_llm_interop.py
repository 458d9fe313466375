"""A server that others wrote takes what is sent, and what it sends back is understood.

These tests need one: name it by ``IMR_INTEROP_URL`` (its base URL, with ``/v1``) and
``IMR_INTEROP_MODEL``; or have llama.cpp's ``llama-server`` on the path, or its Python package
``xllamacpp`` installed: a tiny model is written here for it (``IMR_INTEROP_GGUF`` names another).
Any reply of the schema will do: a tiny model need not be right.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Literal, NamedTuple, TypeVar
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import pytest
from asking import KEY, question
from pydantic import BaseModel, ConfigDict
from terminal import imr
from tiny_model import CONTEXT, write

from extractor import Extractor
from extractor.errors import PromptTruncated
from extractor.findings import Code
from extractor.propose.llm.asking import Answer, ModelSettings
from extractor.propose.llm.endpoint import Endpoint
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.reply import BasisPlaces, Reply

K = TypeVar("K", bound=BaseModel)
SERVER = "llama-server"
PACKAGE = "xllamacpp"
SECONDS = 60
LONGEST = 400
ABSENT = (
    "No third-party server is here: set IMR_INTEROP_URL and IMR_INTEROP_MODEL to one that runs, "
    f"put llama.cpp's {SERVER} on the path, or install {PACKAGE}."
)
# What llama-server does on its command line, for the same server inside a Python package.
SERVES = f"""
import sys, {PACKAGE} as llama
given = llama.CommonParams()
given.model.path, given.port, given.n_ctx = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
given.use_jinja, given.n_parallel, given.warmup = True, 1, False
server = llama.Server(given)
sys.stdin.read()
"""
MODES = ("json_schema", "tools")


class Theirs(NamedTuple):
    """A server that runs: its base URL, and the name of its model."""

    url: str
    model: str


class Decided(BaseModel):
    """Any words, a choice, and a part of the reply's own schema."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str
    decision: Literal["upheld", "overturned"]
    number: int | None
    basis: BasisPlaces | None


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theirs]:
    """The server that was named, or one that is started for these tests."""
    url, model = os.environ.get("IMR_INTEROP_URL"), os.environ.get("IMR_INTEROP_MODEL")
    if url and model:
        yield Theirs(url, model)
        return
    port = free_port()
    given = os.environ.get("IMR_INTEROP_GGUF")
    command = starting(Path(given) if given else None, port, tmp_path_factory)
    if command is None:
        pytest.skip(ABSENT)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server)
            yield Theirs(f"http://127.0.0.1:{port}/v1", "tiny")
        finally:
            server.kill()


def starting(
    model: Path | None, port: int, folders: pytest.TempPathFactory
) -> list[str | Path] | None:
    """Return the command that starts a server; None where there is none to start."""
    program = shutil.which(SERVER)
    if program is None and find_spec(PACKAGE) is None:
        return None
    model = model or write(folders.mktemp("model") / "tiny.gguf")
    if program is None:
        return [sys.executable, "-c", SERVES, model, str(port), str(CONTEXT)]
    sizes = ["--port", str(port), "-c", str(CONTEXT), "-np", "1"]
    return [program, "-m", model, "--host", "127.0.0.1", "--jinja", *sizes]


def free_port() -> int:
    """Return a port of this machine that nothing listens to."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until *server* answers at *url*."""
    opener, until = build_opener(ProxyHandler({})), time.monotonic() + SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, f"the server ended with {server.returncode}"
        try:
            with opener.open(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The server does not answer at {url}.")


def ask(theirs: Theirs, mode: str, kind: type[K]) -> Answer[K]:
    """Put a question to the server."""

    async def put() -> Answer[K]:
        settings = ModelSettings(
            theirs.model, theirs.url, mode, max_output_tokens=LONGEST, deadline=SECONDS
        )
        endpoint = Endpoint(settings, os.environ.get("IMR_API_KEY", KEY))
        try:
            return await endpoint.ask(question(), kind)
        finally:
            await endpoint.aclose()

    return asyncio.run(put())


@pytest.mark.parametrize("mode", MODES)
def test_a_reply_is_of_the_schema_in_one_call(theirs: Theirs, mode: str) -> None:
    """The server takes the request as it is worded, and binds its reply to the schema."""
    answer = ask(theirs, mode, Decided)
    assert Decided.model_validate_json(answer.raw) == answer.reply
    assert answer.calls == 1
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0


@pytest.mark.parametrize("mode", MODES)
def test_the_whole_schema_of_a_reply_is_taken(theirs: Theirs, mode: str) -> None:
    """Patterns, enums and nesting of the real schema are taken; a wrong last line is seen."""
    try:
        answer = ask(theirs, mode, Reply)
    except PromptTruncated:
        return  # of the schema, or its last line could not have been read
    assert answer.calls == 1


def test_a_letter_has_a_record_whatever_the_model_says(theirs: Theirs) -> None:
    """The rendered prompt is read whole, and no value of a model that knows nothing stands."""
    options = ModelOptions(no_cache=True, repairs=0, deadline=SECONDS)
    with Extractor("llm", model=theirs.model, base_url=theirs.url, options=options) as extractor:
        record = extractor.extract(text="Walker: Upheld\n\nIt is not necessary.\n")
    assert record.status == "review"
    assert Code.ENDPOINT_FAILED not in {finding.code for finding in record.findings}


def test_the_check_finds_the_endpoint_usable(theirs: Theirs) -> None:
    """``imr check`` reaches the server and says in which mode it answers."""
    done = imr("check", "--model", theirs.model, "--base-url", theirs.url)
    assert "json_schema" in done.stdout
