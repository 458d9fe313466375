"""The baseline: where each arm stood when it was last accepted, case by case, in one JSON file."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from evals.errors import EvalError
from evals.gate.floors import Floors, floors_json, read_floors
from evals.results import DETERMINISTIC, ArmResults, Letter, read_json
from evals.scoring.letters import VERIFIED
from evals.scoring.marks import Counts

SCHEMA = "imr-eval-baseline/2"
_WITHOUT_MODEL = DETERMINISTIC | {"records"}
_LABELS = 16
_INDENT = 1

Rows = Mapping[str, Counts]


@dataclass(frozen=True)
class Case:
    """What one arm made of one golden case, its repeats added up.

    Attributes:
        split: ``dev`` or ``test``.
        statuses: How many of its records had which status.
        perfect: Records with nothing to be said against them.
        escaped: Errors in records that call themselves verified.
        misled: Records with such an error.
        needless: Records that are right and yet ask for a person.
        labels: A hash of the letter and its labels; None of an arm without a model, whose counts
            tell by themselves.
        fields: Counts per field.
        codes: Counts per finding code.
    """

    split: str | None = None
    statuses: Mapping[str, int] = field(default_factory=dict)
    perfect: int = 0
    escaped: int = 0
    misled: int = 0
    needless: int = 0
    labels: str | None = None
    fields: Rows = field(default_factory=dict)
    codes: Rows = field(default_factory=dict)

    @property
    def records(self) -> int:
        """How often it was read."""
        return sum(self.statuses.values())

    @property
    def verified(self) -> int:
        """How many of its records call themselves verified."""
        return self.statuses.get(VERIFIED, 0)

    @property
    def rows(self) -> Rows:
        """Counts per field and per finding code; no name is both."""
        return {**self.fields, **self.codes}

    @property
    def scored(self) -> int:
        """How many comparisons said something."""
        return sum(counts.scored for counts in self.rows.values())


Cases = Mapping[str, Case]


@dataclass(frozen=True)
class Standing:
    """Where one arm stands: its golden cases by name, and the floors it must keep.

    Attributes:
        proposer: Who proposed.
        cases: What it made of each golden case.
        model: The language model, where one was asked; of records, those that they name.
        prompt: The prompt, where a model was asked.
        repeats: How often each letter was read.
        floors: What it must reach, whatever the cases say.
    """

    proposer: str
    cases: Cases
    model: str | None = None
    prompt: str | None = None
    repeats: int = 1
    floors: Floors = field(default_factory=dict)

    @property
    def by_chance(self) -> bool:
        """Whether the same letter may give another record: a language model had its say."""
        return self.model is not None or self.proposer not in _WITHOUT_MODEL

    @cached_property
    def rows(self) -> dict[str, Counts]:
        """Counts per field and finding code, all cases added up."""
        return _added(case.rows for case in self.cases.values())

    @property
    def scored(self) -> int:
        """How many comparisons said something."""
        return sum(case.scored for case in self.cases.values())

    def of_split(self, split: str | None) -> "Standing":
        """Return the standing on one split's cases; on all where *split* is None."""
        kept = {name: c for name, c in self.cases.items() if split in {None, c.split}}
        return replace(self, cases=kept)


def standing(results: ArmResults) -> Standing:
    """Return where an arm stands by its results; floors are the baseline's to name."""
    arm, letters = results.arm, results.letters
    bare = Standing(arm.proposer, {}, arm.model or _models(letters), arm.prompt)
    by_case: dict[str, list[Letter]] = {}
    for letter in letters:
        by_case.setdefault(letter.case, []).append(letter)
    cases = {
        name: _case(repeats, hashed=bare.by_chance) for name, repeats in sorted(by_case.items())
    }
    return replace(
        bare, cases=cases, repeats=max((case.records for case in cases.values()), default=1)
    )


def _models(letters: Sequence[Letter]) -> str | None:
    named = {str(model) for letter in letters if (model := letter.provenance.get("model"))}
    return ", ".join(sorted(named)) or None


def _case(letters: Sequence[Letter], *, hashed: bool) -> Case:
    scores = [letter.score for letter in letters]
    return Case(
        split=letters[0].split,
        statuses=dict(sorted(Counter(score.status or "no record" for score in scores).items())),
        perfect=sum(score.perfect for score in scores),
        escaped=sum(score.escaped for score in scores),
        misled=sum(score.escaped > 0 for score in scores),
        needless=sum(score.needless for score in scores),
        labels=_hash(letters[0]) if hashed else None,
        fields=_added(score.fields for score in scores),
        codes=_added(score.codes for score in scores),
    )


def _hash(letter: Letter) -> str:
    said = json.dumps([letter.source_sha256, letter.expected], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:_LABELS]


def _added(repeats: Iterable[Rows]) -> dict[str, Counts]:
    found: dict[str, Counts] = {}
    for rows in repeats:
        for name, counts in rows.items():
            found.setdefault(name, Counts()).include(counts)
    return found


# --- the file -------------------------------------------------------------------------------------


def read_baseline(path: Path) -> dict[str, Standing]:
    """Read the arms of a baseline, by name.

    Raises:
        EvalError: There is none, it is of another schema, or a part of it cannot be read.
    """
    if not path.exists():
        raise EvalError(f"There is no baseline {path}; `imr-eval accept` writes one.")
    data = read_json(path)
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        message = f"{path} is no baseline of schema {SCHEMA}; move it away and `imr-eval accept`."
        raise EvalError(message)
    try:
        return {name: _standing(arm) for name, arm in data["arms"].items()}
    except (KeyError, TypeError, AttributeError, ValueError):
        message = f"{path} is broken: a part of a baseline is missing or no count."
        raise EvalError(f"{message} Mend it, or move it away and `imr-eval accept`.") from None


def _standing(data: Mapping[str, Any]) -> Standing:
    named = {name: data[name] for name in ("proposer", "model", "prompt", "repeats")}
    cases = {name: _read_case(case) for name, case in data["cases"].items()}
    return Standing(**named, cases=cases, floors=read_floors(data["floors"]))


def _read_case(data: Mapping[str, Any]) -> Case:
    letter = {name: _count(data["letter"][name]) for name in _LETTER}
    return Case(
        split=data["split"],
        labels=data.get("labels"),
        statuses={name: _count(count) for name, count in data["statuses"].items()},
        fields=_read_rows(data["fields"]),
        codes=_read_rows(data["codes"]),
        **letter,
    )


_LETTER = ("perfect", "escaped", "misled", "needless")


def _read_rows(data: Mapping[str, Mapping[str, Any]]) -> Rows:
    return {
        name: Counts(**{kind: _count(count) for kind, count in row.items()})
        for name, row in data.items()
    }


def _count(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise ValueError


def write_baseline(path: Path, arms: Mapping[str, Standing]) -> None:
    """Write a baseline, one line per field, so that a diff of it can be read."""
    data = {"schema": SCHEMA, "arms": {name: _arm_json(arm) for name, arm in sorted(arms.items())}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(_written(data)) + "\n", encoding="utf-8")


def _arm_json(arm: Standing) -> dict[str, Any]:
    return {
        "proposer": arm.proposer,
        "model": arm.model,
        "prompt": arm.prompt,
        "repeats": arm.repeats,
        "floors": floors_json(arm.floors),
        "cases": {name: _case_json(case) for name, case in sorted(arm.cases.items())},
    }


def _case_json(case: Case) -> dict[str, Any]:
    return {
        "split": case.split,
        **({} if case.labels is None else {"labels": case.labels}),
        "statuses": dict(case.statuses),
        "letter": {name: getattr(case, name) for name in _LETTER},
        "fields": _rows_json(case.fields),
        "codes": _rows_json(case.codes),
    }


def _rows_json(rows: Rows) -> dict[str, dict[str, int]]:
    """Return rows as JSON, without those of which neither labels nor records say anything."""
    told = {name: counts.to_json() for name, counts in rows.items()}
    return {name: row for name, row in told.items() if row.keys() != {"unscored"}}


def _written(value: Any, depth: int = 0) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Yield *value* as JSON; an object that holds no other object stands on one line."""
    if not isinstance(value, dict) or not value:
        yield json.dumps(value, ensure_ascii=False)
    elif not any(isinstance(each, dict) for each in value.values()):
        yield f"{{ {json.dumps(value, ensure_ascii=False)[1:-1]} }}"
    else:
        for number, (name, each) in enumerate(value.items()):
            yield f"{',' if number else '{'}\n{' ' * _INDENT * (depth + 1)}"
            yield f"{json.dumps(name, ensure_ascii=False)}: "
            yield from _written(each, depth + 1)
        yield f"\n{' ' * _INDENT * depth}}}"
