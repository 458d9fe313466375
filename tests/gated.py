"""Small runs for the gate: one invented letter's record over and over, with planted errors."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from evals.gate.baseline import Standing, standing
from evals.gate.verdict import Verdict, judge
from evals.results import Arm, ArmResults, Golden, Letter, Results

Data = dict[str, Any]

SPAN = {"quote": "44-year-old", "start": 2, "end": 13, "page": None}
RULES = Arm("rules", "rules")
MODEL = Arm("model", "llm", model="some-model")


def record() -> Data:
    """Return a small golden record with one value, one absent value, one set, one code."""
    return {
        "status": "verified",
        "outcome": "upheld",
        "patient": {"age": {"value": 44, **SPAN}, "sex": None},
        "expert": {"licensed_in": [{"value": "Oregon", "quote": "Oregon", "start": 40, "end": 46}]},
        "findings": [{"code": "dates_out_of_order", "path": ""}],
    }


def age(**change: object) -> Data:
    """Return a record's patient with the age changed."""
    return {"patient": {"age": {"value": 44, **SPAN, **change}, "sex": None}}


RIGHT: Data = {}
WRONG = age(value=45)


def letter(
    name: str,
    change: Data | None,
    *,
    expected: Data | None = None,
    split: str = "test",
    repeat: int = 0,
) -> Letter:
    """Return a letter whose record is the golden one with *change*; without one where None."""
    made = None if change is None else {**record(), **change}
    return Letter(
        case=name,
        id=f"{name}/source.txt",
        expected=deepcopy(expected if expected is not None else record()),
        record=made,
        repeat=repeat,
        split=split,
        source_sha256="0" * 64,
        seconds=0.25,
    )


def letters(*changes: Data | None, expected: Data | None = None) -> list[Letter]:
    """Return letters 00, 01, … with these changes."""
    return [letter(f"{n:02}", change, expected=expected) for n, change in enumerate(changes)]


def run(found: Sequence[Letter], arm: Arm = RULES, split: str | None = "test") -> Results:
    """Return the results of one arm on *split*."""
    return Results(Golden(len(found), split=split), (ArmResults(arm, tuple(found)),))


def accepted(found: Sequence[Letter], arm: Arm = RULES) -> dict[str, Standing]:
    """Return the baseline that these letters make."""
    return {arm.name: standing(ArmResults(arm, tuple(found)))}


def gate(before: Sequence[Letter], now: Sequence[Letter], arm: Arm = RULES) -> Verdict:
    """Hold letters against a baseline of others."""
    [verdict] = judge(run(now, arm), accepted(before, arm))
    return verdict


def rules(verdict: Verdict) -> list[tuple[str, str]]:
    """Return by which rules a verdict fails, each with its subject."""
    return [(reason.rule.value, reason.subject) for reason in verdict.reasons]
