"""Models as arms: the real extractor asks a real socket, and the run says what came of it."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evals.endpoint import Received, ScriptedEndpoint, Sent, says
from extractor.propose.llm.prompt import DEFAULT

ROOT = Path(__file__).parent.parent
KEYS = {"IMR_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL"}
SHOWN = DEFAULT / "examples" / "header"
NUMBER, OTHER = "CM16-0345127", "CM16-0999127"
LETTER = (SHOWN / "letter.txt").read_text("utf-8").replace(NUMBER, OTHER)
RIGHT = (SHOWN / "reply.json").read_text("utf-8").replace(NUMBER, OTHER)
POOR = json.dumps({**json.loads(RIGHT), "facts": []})


def write_case(golden: Path, name: str, letter: str, number: str) -> None:
    """Write a golden case of which the status and the case number are labelled."""
    folder = golden / name
    folder.mkdir(parents=True)
    (folder / "source.txt").write_text(letter, "utf-8")
    start = letter.index(number)
    value = {"value": number, "quote": number, "start": start, "end": start + len(number)}
    record = {
        "document": {"id": f"{name}/source.txt"},
        "status": "verified",
        "case": {"case_number": value},
    }
    labels = {"split": "dev", "reviewed": True, "note": "", "record": record}
    (folder / "expected.json").write_text(json.dumps(labels), "utf-8")


def reply(request: Received) -> Sent:
    """Answer rightly where the good model is asked, and without any fact where the poor one is."""
    return says(RIGHT if request.body["model"] == "good" else POOR)(request)


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """Two golden letters, one of which the house's prompt shows."""
    write_case(tmp_path / "golden", "scored", LETTER, OTHER)
    write_case(tmp_path / "golden", "shown", LETTER.replace(OTHER, NUMBER), NUMBER)
    return tmp_path / "golden"


def imr_eval_run(golden: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run ``imr-eval run`` on the golden letters as a program: nothing kept before, and no key."""
    environment = {name: value for name, value in os.environ.items() if name not in KEYS}
    environment["XDG_CACHE_HOME"] = str(golden.parent / "cache")
    return subprocess.run(
        [sys.executable, "-m", "evals", "run", "--golden", golden, *more],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_models_are_arms_beside_the_rules(golden: Path) -> None:
    """Each is asked for each letter in each repeat, and its tokens stand beside its score.

    The poor model is asked three times a letter: once, and twice again for what was refused.
    """
    out = golden.parent / "results.json"
    with ScriptedEndpoint(reply) as endpoint:
        asked = ["--model", "good", "--model", "poor", "--base-url", endpoint.url]
        proposers = ["--proposer", "rules", "--proposer", "llm", "--repeat", "2"]
        done = imr_eval_run(golden, *proposers, *asked, "--out", str(out))
        calls = Counter(call.body["model"] for call in endpoint.calls)

    assert (done.returncode, done.stderr) == (0, "")
    data: dict[str, Any] = json.loads(out.read_text("utf-8"))
    arms = {arm["arm"]["name"]: arm for arm in data["arms"]}
    assert {name: arm["totals"]["perfect"] for name, arm in arms.items()} == {
        "rules": 2,
        "llm good": 2,
        "llm poor": 0,
    }
    assert calls == {"good": 2, "poor": 6}
    assert data["golden"]["examples"] == ["shown"]
    assert arms["llm good"]["costs"]["tokens"]["input_tokens"] > 0
    assert arms["llm poor"]["totals"]["escaped_errors"] == 0
    made_by = arms["llm good"]["letters"][0]["record"]["provenance"]
    assert arms["llm good"]["arm"]["prompt"] == made_by["prompt"]
    assert "1 left out as a prompt's examples: shown." in done.stdout


def test_a_model_without_a_name_is_refused(golden: Path) -> None:
    """Before anything is read, in one line."""
    refused = imr_eval_run(golden, "--proposer", "llm")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("imr-eval: ")
    assert len(refused.stderr.splitlines()) == 1
