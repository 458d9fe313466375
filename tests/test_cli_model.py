"""``imr extract`` with a model: what it says and exits with when the model gives no reply."""

import json
from pathlib import Path

from terminal import imr

from evals.endpoint import ScriptedEndpoint, says, status
from evals.replies import reply_of
from extractor import Extractor
from extractor.propose.llm.lines import NumberedLines
from extractor.text import Text


def test_a_run_that_no_reply_came_to_says_so_and_exits_1(letters: Path, tmp_path: Path) -> None:
    """Every letter has its record in review; a script notices all the same."""
    out = tmp_path / "out.jsonl"
    with ScriptedEndpoint(status(401, "bad key")) as endpoint:
        asked = ("--proposer", "llm", "--model", "m", "--base-url", endpoint.url, "--no-cache")
        done = imr("extract", letters, "--out", out, *asked)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "endpoint_failed 3" in done.stderr
    assert "--retry review" in done.stderr
    records = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [record["status"] for record in records] == ["review"] * 3


def test_a_run_with_some_replies_exits_0(letters: Path, tmp_path: Path) -> None:
    """One lost reply is told, and is no failure of the run."""
    text = (letters / "a.txt").read_text("utf-8")
    reply = reply_of(Extractor().extract_text(text), NumberedLines(Text.of(text)))
    script = [says(reply.model_dump_json()), status(401), status(401)]
    with ScriptedEndpoint(script) as endpoint:
        asked = ("--proposer", "llm", "--model", "m", "--base-url", endpoint.url, "--no-cache")
        alone = ("--concurrency", "1", "--out", tmp_path / "out.jsonl", "--repairs", "0")
        done = imr("extract", letters, *asked, *alone)
    assert done.exit_code == 0
    assert "endpoint_failed 2" in done.stderr
