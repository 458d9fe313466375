"""The gate: what got worse than the committed baseline, letter by letter, count by count.

A gain in one letter or field does not pay for a loss in another. What cannot be compared (a golden
case that is gone, nothing scored at all) is a loss too: a gate that cannot fail guards nothing.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evals.errors import EvalError
from evals.scoring.letters import LetterScore

SCHEMA = "imr-eval-baseline/1"
FALLING = ("correct", "exact")
RISING = ("wrong", "missing", "extra", "misplaced", "unscored")
_KINDS = ("fields", "codes")
_SILENT = {"unscored"}

Baseline = Mapping[str, Any]
_INNERMOST = re.compile(r"\{[^{}]*\}")


class Loss(NamedTuple):
    """One thing that is worse: in which golden case, what, the baseline's number and now's."""

    case: str
    what: str
    was: int
    now: int

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.case}: {self.what} {self.was} → {self.now}"


def snapshot(letters: Iterable[LetterScore], proposer: str) -> dict[str, Any]:
    """Return the baseline that *letters* make: the counts of every case that can be lost.

    A field that neither the golden letter nor the record says anything about is left out.
    """
    cases = {letter.name: _case(letter) for letter in letters}
    for case in cases.values():
        for kind in _KINDS:
            case[kind] = {name: row for name, row in case[kind].items() if row.keys() != _SILENT}
    return {"schema": SCHEMA, "proposer": proposer, "cases": cases}


def _case(letter: LetterScore) -> dict[str, Any]:
    return {
        "status": letter.status,
        "perfect": int(letter.perfect),
        "escaped": letter.escaped,
        "needless": int(letter.needless),
        "fields": {name: counts.to_json() for name, counts in letter.fields.items()},
        "codes": {name: counts.to_json() for name, counts in letter.codes.items()},
    }


def losses(baseline: Baseline, letters: Iterable[LetterScore]) -> list[Loss]:
    """Return everything that *letters* do worse than *baseline*.

    A case that the baseline does not know yet loses nothing while it is perfect; any other must
    be accepted first. A field that it does not know (one scored only since) has zero errors to
    beat, but may be unscored.
    """
    now = {letter.name: _case(letter) for letter in letters}
    before: Mapping[str, Any] = baseline["cases"]
    if not now:
        return [Loss("golden", "cases scored", len(before), 0)]
    found = [Loss(name, "golden case scored", 1, 0) for name in before if name not in now]
    for name, case in now.items():
        if name in before:
            found += _case_losses(name, before[name], case)
        elif not case["perfect"]:
            found.append(Loss(name, "new case, perfect letters", 1, 0))
    return found


def _case_losses(name: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Loss]:
    if now["perfect"] < before["perfect"]:
        yield Loss(name, "perfect letters", before["perfect"], now["perfect"])
    for what in ("escaped", "needless"):
        if now[what] > before[what]:
            yield Loss(name, what, before[what], now[what])
    for kind in _KINDS:
        for field in sorted(before[kind].keys() | now[kind].keys()):
            was, is_now = before[kind].get(field), now[kind].get(field, {})
            for loss in _count_losses(was, is_now):
                yield Loss(name, f"{field} {loss.what}", loss.was, loss.now)


def _count_losses(was: Mapping[str, int] | None, now: Mapping[str, int]) -> Iterator[Loss]:
    """Compare one field's counts; *was* is None where the baseline does not know the field."""
    rising = RISING if was is not None else RISING[:-1]
    was = was or {}
    for count in FALLING:
        if now.get(count, 0) < was.get(count, 0):
            yield Loss("", count, was.get(count, 0), now.get(count, 0))
    for count in rising:
        if now.get(count, 0) > was.get(count, 0):
            yield Loss("", count, was.get(count, 0), now.get(count, 0))


def gains(baseline: Baseline, letters: Iterable[LetterScore]) -> list[Loss]:
    """Return everything that *letters* do better: the losses read the other way round.

    Cases new to the baseline are gains of a case, whatever is in them.
    """
    listed = list(letters)
    before: Mapping[str, Any] = baseline["cases"]
    found = [
        Loss(letter.name, "golden case scored", 0, 1)
        for letter in listed
        if letter.name not in before
    ]
    for letter in listed:
        if letter.name in before:
            back = _case_losses(letter.name, _case(letter), before[letter.name])
            found += [loss._replace(was=loss.now, now=loss.was) for loss in back]
    return found


def read_baseline(path: Path) -> dict[str, Any]:
    """Read a baseline; raises ``EvalError`` when there is none or it is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"There is no baseline {path}; `imr-eval accept` writes one."
        raise EvalError(message) from None
    except (OSError, ValueError) as error:
        raise EvalError(f"The baseline {path} cannot be read: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise EvalError(f"{path} is not a baseline of schema {SCHEMA}.")
    return data


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline with one line per field, so that a diff of it can be read."""
    text = _INNERMOST.sub(
        lambda match: " ".join(match.group().split()), json.dumps(baseline, indent=1)
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")
