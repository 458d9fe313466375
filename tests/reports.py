"""Results to report on: one invented letter, its right record, and records with planted errors."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from evals.results import Arm, ArmResults, Golden, Letter, Results
from extractor import extract

LETTER = """\
HOW THE IMR FINAL DETERMINATION WAS MADE
State(s) of Licensure: Nevada
Certification(s)/Specialty: Neurology

CLINICAL CASE SUMMARY
The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:

The worker is a 40 year old woman.

IMR ISSUES, DECISIONS AND RATIONALES
The Final Determination was based on decisions for the disputed items/services set forth below:

Left elbow arthroscopy: Upheld

Claims Administrator guideline: Decision based on MTUS Elbow Complaints 2007.

MAXIMUS guideline: Decision based on MTUS Elbow Complaints 2007, and Acupuncture Treatment 2007.

Decision rationale: The arthroscopy is not medically necessary.

Wrist brace, right: Overturned

Claims Administrator guideline: The Claims Administrator did not cite any medical evidence for
its decision.

MAXIMUS guideline: Decision based on MTUS Forearm, Wrist, and Hand Complaints 2004.

Decision rationale: The brace is medically necessary.
"""
HASH = sha256(LETTER.encode()).hexdigest()
VERSIONS = {"imr-extractor": "1"}
Data = dict[str, Any]
Edit = Callable[[Data], object]


@cache
def _extracted() -> str:
    return extract(text=LETTER).to_json()


def right() -> Data:
    """Return the record that the letter deserves."""
    record: Data = json.loads(_extracted())
    assert record["status"] == "verified"
    return record


def labels() -> Data:
    """Return the letter's labels: the right record's content."""
    record = right()
    for name in ("provenance", "schema"):
        del record[name]
    record["document"] = {"layout": record["document"]["layout"]}
    return record


def letter(case: str, *edits: Edit, **told: Any) -> Letter:  # noqa: ANN401 - any of its fields
    """Return a reading of the letter: the right record after *edits*; other fields as *told*."""
    record = right()
    for edit in edits:
        edit(record)
    given: Data = {"expected": labels(), "record": record, "split": "dev", "origin": "invented"}
    return Letter(case=case, id=f"{case}/source.txt", **{**given, "source_sha256": HASH, **told})


def arm(name: str, *letters: Letter, proposer: str = "llm") -> ArmResults:
    """Return an arm that read *letters*."""
    return ArmResults(Arm(name, proposer), letters)


def results(*arms: ArmResults, sha256: str = "a" * 64) -> Results:
    """Return results of *arms*."""
    return Results(Golden(len(arms[0].letters), sha256), arms, VERSIONS)


def golden(folder: Path, *cases: str) -> Path:
    """Write the letter as golden cases, without labels: a report needs the words alone."""
    for case in cases:
        (folder / case).mkdir(parents=True)
        (folder / case / "source.txt").write_text(LETTER, "utf-8")
    return folder


def costing(dollars: float | None, **usage: int) -> Edit:
    """Return an edit that says what a record cost."""
    return lambda record: record["provenance"].update(cost_usd=dollars, usage=usage)


def overturned(record: Data) -> None:
    """Say that the first item was overturned."""
    record["items"][0]["decision"]["value"] = "overturned"


def dropped(record: Data) -> None:
    """Leave the first item out."""
    del record["items"][0]


def doubled(record: Data) -> None:
    """Add an item that the letter does not have."""
    extra = deepcopy(record["items"][1])
    words = {"value": "Walker", "quote": "Walker", "start": 3, "end": 9, "page": None}
    record["items"].append({**extra, "request": words, "treatment": words})


def slipped(record: Data) -> None:
    """Read the second treatment from one character less."""
    record["items"][1]["treatment"]["end"] -= 1


def under_review(record: Data) -> None:
    """Ask for a person, by a finding."""
    record["status"] = "review"
    record["findings"] = [finding("ungrounded", "/items/0/request", "It does not stand there.")]


def finding(code: str, path: str, message: str) -> Data:
    """Return a finding."""
    return {"code": code, "severity": "error", "path": path, "message": message, "related": []}


SCRIPT = '</style></title><script>window.__x=1;alert(1)</script><img src=x onerror="alert(2)">'
LONG = "w" * 3000
HOSTILE = f"{SCRIPT}\u202e\x00' onclick='alert(3)' {{{{ 7 * 7 }}}} {LONG} \ud800 $\\frac$ ]]>"


def hostile(record: Data) -> None:
    """Put markup, controls and a word without end wherever a record holds words."""
    record["items"][0]["request"] |= {"value": HOSTILE, "quote": HOSTILE}
    record["items"][1]["category"]["name"] = HOSTILE
    record["findings"] = [finding("ungrounded", "/items/0/request", HOSTILE)]
    record["findings"].append(finding(HOSTILE, HOSTILE, HOSTILE))
    record["provenance"] |= {"cost_usd": 0.01, "usage": {HOSTILE: 5}}


def hostile_results() -> Results:
    """Return results whose every name is hostile too."""
    told: Data = {"split": HOSTILE, "origin": HOSTILE, "seconds": 1.5}
    letters = (letter(HOSTILE, hostile, **told), letter("b", costing(0.02), overturned))
    arms = (
        ArmResults(Arm(HOSTILE, "llm", HOSTILE, HOSTILE), letters),
        arm("rules", letter("b", seconds=0.1), proposer="rules"),
    )
    golden_ = Golden(2, HOSTILE, HOSTILE, (HOSTILE,), (HOSTILE,))
    return Results(golden_, arms, {HOSTILE: HOSTILE})
