"""What did not come of a batch: waited for, listed, and asked again."""

import shutil
from pathlib import Path

import pytest
from batch_server import BatchServer
from batching import RUNNING, TEXTS, at, codes_of, collect, faultless, good, here, number_of, submit
from terminal import imr

from evals.endpoint import Received, Step, says, status


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with six letters, below the one that we are in."""
    return here(monkeypatch, tmp_path)


def test_what_runs_is_waited_for_or_taken_in_part() -> None:
    """A job that runs has exit code 3; with --partial every letter still has its row."""
    with BatchServer(good) as server:
        submit(server)
        running = imr("batch", "status", "--job", "job")
        assert (running.exit_code, running.stdout.split(":")[0]) == (RUNNING, "in_progress")
        refused = imr("batch", "collect", "--job", "job", "--out", "out.jsonl")
        assert (refused.exit_code, Path("out.jsonl").exists()) == (RUNNING, False)
        assert codes_of(collect("--partial", code=1)) == [{"endpoint_failed"}] * 6
        server.run()
        done = imr("batch", "status", "--job", "job")
        assert (done.exit_code, done.stdout) == (
            0,
            "completed: 1 batches, 6 requests, 6 done, 0 failed\n",
        )
        assert codes_of(collect()) == [set()] * 6


@pytest.mark.parametrize("ending", ["expired", "cancelled", "completed"])
def test_only_what_has_no_reply_is_asked_again(ending: str) -> None:
    """Expired, cancelled and lost requests are listed, and --retry submits those alone."""
    with BatchServer(good) as server:
        submit(server)
        server.run(status=ending, only=4)
        assert imr("batch", "status", "--job", "job").exit_code == 0
        assert codes_of(collect(code=1)) == [*[set()] * 4, *[{"endpoint_failed"}] * 2]
        listed = imr("batch", "collect", "--job", "job", "--out", "new.jsonl").stderr
        assert "4.txt: endpoint_failed\n" in listed
        retried = imr("batch", "collect", "--job", "job", "--retry")
        assert (retried.exit_code, retried.stdout[0]) == (0, "2")
        assert len(server.asked("batch_2")) == 2
        assert imr("batch", "collect", "--job", "job", "--retry").exit_code == RUNNING
        server.run()
        assert codes_of(collect()) == [set()] * 6
        assert "Nothing" in imr("batch", "collect", "--job", "job", "--retry").stdout
        assert len(server.batches) == 2


def test_a_batch_that_is_refused_says_why() -> None:
    """A file that fails the endpoint's check leaves every letter a row with its code."""
    with BatchServer(good) as server:
        made = imr("batch", "submit", "letters", "--model", "unheard-of", *at(server))
        assert made.exit_code == 0
        told = imr("batch", "status", "--job", "job")
        assert (told.exit_code, "model_not_found" in told.stdout) == (0, True)
        collected = collect(code=1)
    assert codes_of(collected) == [{"endpoint_failed"}] * 6
    assert "model_not_found" in collected[0]["findings"][0]["message"]


def test_what_is_asked_again_is_asked_as_the_endpoint_wants_it() -> None:
    """A parameter that is refused is left out, and a reply that was cut may be twice as long."""

    def answer(request: Received) -> Step:
        right = faultless(TEXTS[number_of(request)])
        if number_of(request) == 0 and request.body["max_tokens"] < 16000:
            return says(right[:40], finish="length")
        if number_of(request) == 1 and "temperature" in request.body:
            message = "Unsupported value: 'temperature' is not supported with this model."
            return status(400, message, param="temperature")
        return says(right)

    with BatchServer(answer) as server:
        submit(server)
        server.run()
        imr("batch", "collect", "--job", "job", "--retry")
        again = [each["body"] for each in server.asked("batch_2")]
        assert [("temperature" in each, each["max_tokens"]) for each in again] == [
            (False, 8192)
        ] * 2
        server.run()
        imr("batch", "collect", "--job", "job", "--retry")
        assert [each["body"]["max_tokens"] for each in server.asked("batch_3")] == [16384]
        server.run()
        assert codes_of(collect()) == [set()] * 6


def test_a_letter_that_has_changed_is_no_record_of_the_old_one(folder: Path) -> None:
    """Its record says that it is another; asked again, it has its own reply."""
    with BatchServer(good) as server:
        (folder / "5.txt").unlink()
        submit(server)
        (folder / "2.txt").write_text(TEXTS[5], "utf-8")
        server.run()
        collected = collect(code=1)
        assert codes_of(collected) == [set(), set(), {"source_mismatch"}, set(), set()]
        assert collected[2]["items"] == []
        imr("batch", "collect", "--job", "job", "--retry")
        server.run()
        collected = collect()
    assert codes_of(collected) == [set()] * 5
    assert collected[2]["items"][0]["request"]["value"].startswith("Massage therapy, 7")


def test_a_reply_to_another_prompt_is_not_taken(root: Path) -> None:
    """Where the prompt has changed since, nothing is collected."""
    own = Path("own")
    shutil.copytree(root / "prompts" / "default", own)
    with BatchServer(good) as server:
        submit(server, "--prompt", own)
        server.run()
        manifest = own / "prompt.toml"
        manifest.write_text(f"{manifest.read_text('utf-8')}\n", "utf-8")
        made = imr("batch", "collect", "--job", "job", "--out", "out.jsonl")
        assert (made.exit_code, made.stderr.count("\n")) == (2, 1)
