"""Letters read in batches: submitted once, collected as replies that come at once."""

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asking import KEY, QUICK
from batch_server import BatchServer
from batching import (
    TEXTS,
    at,
    codes_of,
    collect,
    faultless,
    good,
    here,
    job,
    number_of,
    submit,
)
from terminal import IMR, imr, records

from evals.endpoint import Received, ScriptedEndpoint, Step, says, status
from extractor import batch
from extractor.errors import EndpointFailed
from extractor.propose.llm.job import FileLimits
from extractor.propose.llm.lines import NumberedLines
from extractor.text import Text


def mixed(request: Received) -> Step:
    """Answer each letter otherwise: good, malformed, refused, cut, held back, with an error."""
    right = faultless(TEXTS[number_of(request)])
    return (
        says(right),
        says(right[:-20]),
        says("", refusal="I cannot help with that."),
        says(right[:40], finish="length"),
        says("", finish="content_filter"),
        status(400, "The request is not right.", error="invalid_request"),
    )[number_of(request)]


CODES = [
    set(),
    {"endpoint_failed"},
    {"refused"},
    {"truncated_reply"},
    {"content_filtered"},
    {"endpoint_failed"},
]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with six letters, below the one that we are in."""
    return here(monkeypatch, tmp_path)


# --- results --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["json_schema", "tools"])
def test_replies_of_a_batch_give_the_records_of_replies_that_come_at_once(mode: str) -> None:
    """Good, malformed, refused, cut and held back replies: the same record but for its cost."""

    def answer(request: Received) -> Any:  # noqa: ANN401 - what is sent
        return mixed(request)(request)

    with ScriptedEndpoint(answer) as endpoint, BatchServer(mixed) as server:
        made = imr(
            "extract", "letters", "--proposer", "llm", "--model", "m", "--mode", mode,
            "--base-url", endpoint.url, "--repairs", "0", "--no-cache", "--out", "live.jsonl",
        )  # fmt: skip
        assert made.exit_code == 0, made.stderr
        submit(server, "--mode", mode)
        server.run()
        collected = collect(code=1)
        live = records(Path("live.jsonl").read_text("utf-8").replace(endpoint.host, server.host))
    assert codes_of(collected) == CODES
    assert [stripped(each) for each in collected] == [stripped(each) for each in live]
    assert [each["provenance"]["usage"] for each in collected[:3]] == [
        each["provenance"]["usage"] for each in live[:3]
    ]


def stripped(record: dict[str, Any]) -> str:
    """Return a record as it was written, without what its reading took."""
    made = record["provenance"] | dict.fromkeys(("usage", "attempts", "cost_usd"))
    return json.dumps(record | {"provenance": made})


def test_letters_of_one_text_are_asked_once_and_listed_each(folder: Path) -> None:
    """Every id gets its record, in input order, whatever order the replies come in."""
    (folder / "0 again.txt").write_text(TEXTS[0], "utf-8")
    (folder / "empty.txt").write_text("", "utf-8")
    with BatchServer(good) as server:
        submit(server)
        assert len(server.asked()) == len(TEXTS)
        server.run()
        collected = collect(code=1)
    ids = [each["document"]["id"] for each in collected]
    assert ids == ["0 again.txt", *(f"{n}.txt" for n in range(6)), "empty.txt"]
    assert [each["status"] for each in collected] == [*["verified"] * 7, "failed"]


def test_what_is_refused_is_sent_back_live_where_repairs_are_asked_for() -> None:
    """The batch's reply comes first; only what it has wrong takes a call of its own."""

    def answer(request: Received) -> Step:
        right = json.loads(faultless(TEXTS[number_of_first(request)]))
        if number_of_first(request) == 1 and not sent_back(request):
            right["items"][0]["request"] = "3: Something that nobody wrote"
        return says(json.dumps(right))

    with BatchServer(answer) as server:
        submit(server)
        server.run()
        assert [each["status"] for each in collect()].count("review") == 1
        assert server.live == []
        collected = collect("--repairs", "2")
    assert [each["status"] for each in collected] == ["verified"] * 6
    assert [sent_back(each) for each in server.live] == [True]
    assert collected[1]["provenance"]["attempts"] == 2


def number_of_first(request: Received) -> int:
    """Return which letter a chat is about, repairs or not."""
    return next(
        n for n, text in enumerate(TEXTS) if NumberedLines(Text.of(text)).shown in request.prompt
    )


def sent_back(request: Received) -> bool:
    """Say whether a request sends something back."""
    return "lines" not in request.body["messages"][-1] and "3: Something" in request.prompt


def test_every_output_format_is_written() -> None:
    """The suffix names the format, as of ``imr extract``."""
    with BatchServer(good) as server:
        submit(server)
        server.run()
        for name in ("out.csv", "out.parquet", "out.db"):
            made = imr("batch", "collect", "--job", "job", "--out", name)
            assert made.exit_code == 0, made.stderr
            assert Path(name).stat().st_size > 0
        assert Path("out.citations.csv").exists()
        assert server.count("GET", "/v1/batches/batch_1") == 1


def test_a_reply_to_a_part_of_the_letter_is_not_taken() -> None:
    """A model that did not see the last line has not read the letter, in a batch as at once."""

    def answer(request: Received) -> Step:
        reply = json.loads(faultless(TEXTS[number_of(request)]))
        return says(json.dumps(reply | {"last_line": reply["last_line"] - 1}))

    with BatchServer(answer) as server:
        submit(server)
        server.run()
        assert codes_of(collect(code=1)) == [{"prompt_truncated"}] * 6


def test_connections_that_break_off_are_tried_again() -> None:
    """Half an upload's answer, or half a file of replies, is not the end of it."""
    with BatchServer(good) as server:
        server.cut = ["upload", "create", "get", "content"]
        submit(server)
        server.run()
        assert codes_of(collect()) == [set()] * 6
        assert server.cut == []
        assert len(server.batches) == 1


# --- submitting once ------------------------------------------------------------------------------


def test_requests_are_split_by_number_and_by_size() -> None:
    """No file holds more than the endpoint takes, and no letter is left out."""
    asked = Path("letters")
    with BatchServer(good) as server:
        given = batch.Submission("m", server.url)
        batch.submit([str(asked)], given, Path("job"), limits=FileLimits(4, 10**9), waits=QUICK)
        assert [len(part.asked) for part in job().parts] == [4, 2]
        size = max(map(len, server.files["file-1"]["content"].splitlines())) + 1
        small = FileLimits(100, 2 * size)
        batch.submit([str(asked)], given, Path("job2"), limits=small, waits=QUICK)
        contents = [file["content"] for file in server.files.values()]
        assert [len(each.splitlines()) for each in contents[2:]] == [2, 2, 2]
        assert all(len(each) <= small.size for each in contents[2:])
        server.run()
        assert [each["status"] for each in collect()] == ["verified"] * 6


@pytest.mark.parametrize("moment", ["upload", "create"])
def test_a_submission_that_was_killed_goes_on(moment: str) -> None:
    """SIGKILL when the endpoint has done its part and we do not know yet: nothing is done twice."""
    with BatchServer(good) as server:
        for n in range(5):  # what the account has besides, more than one page of it
            other = server.add(f"other-{n}.jsonl", "batch", b"")
            server.create(other_batch(other["id"]))
        before = len(server.batches)
        command = [*IMR, "batch", "submit", "letters", "--model", "m", *at(server)]
        started = subprocess.Popen(command, stderr=subprocess.PIPE)

        def kill(what: str) -> None:
            if what == moment:
                server.after = lambda _: None
                os.kill(started.pid, signal.SIGKILL)
                started.wait()

        server.after = kill
        started.communicate(timeout=60)
        assert started.returncode == -signal.SIGKILL
        for n in range(5):
            server.create(other_batch(server.add(f"later-{n}.jsonl", "batch", b"")["id"]))
        submit(server)
        submit(server)
        assert server.count("POST", "/v1/files") == 1
        assert server.count("POST", "/v1/batches") == 1
        assert len(server.batches) == before + 6
        server.run()
        assert [each["status"] for each in collect()] == ["verified"] * 6


def other_batch(file: str) -> dict[str, Any]:
    """Return what makes a batch that is not ours."""
    return {
        "input_file_id": file,
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"theirs": "yes"},
    }


def test_a_batch_whose_making_was_not_confirmed_is_not_made_again() -> None:
    """An error that comes after the work was done leads to a look, not to a second batch."""
    with BatchServer(good) as server:

        def fail(what: str) -> tuple[int, bytes] | None:
            if what != "create":
                return None
            server.after = lambda _: None
            return 500, b"{}"

        server.after = fail
        batch.submit(["letters"], batch.Submission("m", server.url), Path("job"), waits=QUICK)
        assert server.count("POST", "/v1/batches") == 1
        assert job().parts[0].batch == "batch_1"


def test_a_job_is_not_mixed_with_another() -> None:
    """The same folder takes the same letters with the same settings, and nothing else."""
    with BatchServer(good) as server:
        submit(server)
        for other in (["letters/0.txt", "--model", "m"], ["letters", "--model", "other"]):
            made = imr("batch", "submit", *other, *at(server))
            assert (made.exit_code, made.stderr.count("\n")) == (2, 1)
        assert server.count("POST", "/v1/batches") == 1
    Path("strange").mkdir(mode=0o700)
    Path("strange", "thesis.doc").touch()
    Path("open").mkdir(mode=0o755)
    for name in ("strange", "open"):
        made = imr("batch", "submit", "letters", "--model", "m", "--job", name)
        assert (made.exit_code, made.stderr.count("\n")) == (2, 1)
        assert not (Path(name) / "job.json").exists()


# --- keys, errors ---------------------------------------------------------------------------------


def test_without_a_key_it_says_in_one_line_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written or sent before there is one."""
    monkeypatch.delenv("IMR_API_KEY")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    made = imr("batch", "submit", "letters", "--model", "m", "--job", "job")
    assert (made.exit_code, made.stderr.count("\n")) == (2, 1)
    assert "OPENAI_API_KEY" in made.stderr
    assert not Path("job").exists()


def test_the_folder_is_its_owners_and_holds_no_key() -> None:
    """The key goes to the endpoint and nowhere else."""
    with BatchServer(good) as server:
        submit(server)
        server.run()
        collect()
        assert server.keys == {KEY}
    assert Path("job").stat().st_mode & 0o777 == 0o700
    kept = [*Path("job").iterdir()]
    assert {each.stat().st_mode & 0o777 for each in kept} == {0o600}
    assert [each.name for each in kept if KEY in each.read_text("utf-8")] == []


def broken(code: int) -> Callable[[str], tuple[int, bytes] | None]:
    """Answer every upload with an error."""
    return lambda what: (code, b'{"error": {"message": "no"}}') if what == "upload" else None


@pytest.mark.parametrize("code", [401, 404, 500])
def test_an_endpoint_that_takes_no_batches_is_one_error(code: int) -> None:
    """The class of the error is that of a question's; the same call goes on later."""
    given = "letters", "m"
    with BatchServer(good) as server:
        server.after = broken(code)
        asked = batch.Submission(given[1], server.url)
        with pytest.raises(EndpointFailed):
            batch.submit([given[0]], asked, Path("job"), waits=QUICK)
        assert server.count("POST", "/v1/files") == (QUICK.attempts if code == 500 else 1)
        assert imr("batch", "status", "--job", "job").exit_code == 2
        server.after = lambda _: None
        submit(server)
        assert len(server.batches) == 1


def test_no_command_takes_a_folder_without_a_job() -> None:
    """Each says what makes one."""
    for command in (["status"], ["collect", "--out", "x.jsonl"], ["collect", "--retry"]):
        made = imr("batch", *command, "--job", "nowhere")
        assert (made.exit_code, made.stderr.count("\n")) == (2, 1)
