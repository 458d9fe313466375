"""What the tests of batches share: six letters, a model that is right, and the commands."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from asking import KEY
from batch_server import BatchServer
from letters import Issue, Letter
from terminal import imr, records

from evals.endpoint import Received, Step, says
from evals.replies import reply_of
from extractor import Extractor, batch
from extractor.propose.llm.job import JobFolder
from extractor.propose.llm.lines import NumberedLines
from extractor.text import Text

RULES = Extractor()
TEXTS = [Letter((Issue(f"Massage therapy, {n} visits"),)).write() for n in range(2, 8)]
RUNNING = 3


def faultless(text: str) -> str:
    """Return the reply from which the rules' record of *text* follows."""
    return reply_of(RULES.extract_text(text), NumberedLines(Text.of(text))).model_dump_json()


def number_of(request: Received) -> int:
    """Return which of the letters a request asks about."""
    shown = str(request.body["messages"][-1]["content"])
    return next(n for n, text in enumerate(TEXTS) if NumberedLines(Text.of(text)).shown in shown)


def good(request: Received) -> Step:
    """Answer as a faultless model does."""
    return says(faultless(TEXTS[number_of(request)]))


def submit(server: BatchServer, *more: str | Path, letters: str = "letters") -> None:
    """Submit the letters as the job ``job``."""
    made = imr("batch", "submit", letters, "--model", "m", *at(server), *more)
    assert made.exit_code == 0, made.stderr


def at(server: BatchServer) -> tuple[str, ...]:
    """Return the options that name the endpoint and the job."""
    return "--base-url", server.url, "--job", "job"


def collect(*more: str, code: int = 0) -> list[dict[str, Any]]:
    """Collect the job's records."""
    made = imr("batch", "collect", "--job", "job", "--out", "out.jsonl", "--overwrite", *more)
    assert made.exit_code == code, made.stderr
    return records(Path("out.jsonl").read_text("utf-8"))


def codes_of(collected: Iterable[dict[str, Any]]) -> list[set[str]]:
    """Return the codes of the errors of each record."""
    return [
        {each["code"] for each in record["findings"] if each["severity"] == "error"}
        for record in collected
    ]


def job() -> batch.Job:
    """Return the job as it is kept."""
    return JobFolder(Path("job")).existing()


def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Go to a folder of our own, with a key, and return the one in it that holds six letters."""
    monkeypatch.setenv("IMR_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "letters"
    made.mkdir()
    for n, text in enumerate(TEXTS):
        (made / f"{n}.txt").write_text(text, "utf-8")
    return made
