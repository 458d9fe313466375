"""Results: what a run writes, and what the rest of the harness reads.

Each letter carries its labels and the record that was made of it, and is scored when it is asked
for: results written by an earlier version are scored by the rules of this one. The counts in the
file are for programs that have no scorer.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from evals.errors import EvalError
from evals.scoring.letters import LetterScore, Totals, score_letter, total

SCHEMA = "imr-eval/2"
PACKAGES = ("imr-extractor", "pydantic", "pypdfium2")
DETERMINISTIC = frozenset({"rules"})
_LEVELS = 4  # the run, its arms, an arm, its letters


@dataclass(frozen=True)
class Arm:
    """One way of making records that a run scores.

    Attributes:
        name: What reports call it; unique in a run.
        proposer: Who proposes, or ``records`` where a file gave them.
        model: The language model, where one was asked.
        prompt: The prompt's name and hash as its records have them, where a model was asked.
        records: SHA-256 of the file that gave the records (of the files' own, where several did).
        base_url: Where the model answered, where that was said.
        cache_only: Whether only kept replies were used.
        repeats: How often each letter was read.
    """

    name: str
    proposer: str
    model: str | None = None
    prompt: str | None = None
    records: str | None = None
    base_url: str | None = None
    cache_only: bool = False
    repeats: int = 1

    @property
    def deterministic(self) -> bool:
        """Whether the same letter gives the same record every time."""
        return self.proposer in DETERMINISTIC


@dataclass(frozen=True)
class Letter:
    """One letter, as one arm read it once.

    Attributes:
        case: The golden case; of records without labels their document's id.
        id: The document's id.
        expected: The labels' JSON; what they leave out is unscored. None without labels.
        record: The record's JSON; None where there is none.
        repeat: Which of an arm's repeats it is, from 0.
        split: ``dev`` or ``test``.
        origin: Where the letter comes from, as the golden case says.
        source_sha256: Of the letter's file.
        seconds: What reading it took by the clock; None where a file gave the record. Two letters
            are equal whatever it is.
    """

    case: str
    id: str
    expected: Mapping[str, Any] | None
    record: Mapping[str, Any] | None
    repeat: int = 0
    split: str | None = None
    origin: str | None = None
    source_sha256: str | None = None
    seconds: float | None = field(default=None, compare=False)

    @cached_property
    def score(self) -> LetterScore:
        """The letter's score; of a letter without labels nothing is scored."""
        return score_letter(self.case, self.expected or {}, self.record)

    @property
    def layout(self) -> str | None:
        """The layout that the labels name."""
        return ((self.expected or {}).get("document") or {}).get("layout")

    @property
    def items(self) -> int:
        """How many items the labels have."""
        return len((self.expected or {}).get("items") or ())

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Who made the record, at what cost; empty without a record."""
        return (self.record or {}).get("provenance") or {}

    @property
    def usage(self) -> Mapping[str, int]:
        """Tokens by kind; empty where no model was asked."""
        return self.provenance.get("usage") or {}

    @property
    def cost_usd(self) -> float | None:
        """What the model's calls cost, in US dollars; None where it is not known."""
        return self.provenance.get("cost_usd")


@dataclass(frozen=True)
class ArmResults:
    """What one arm made of every letter, repeat by repeat."""

    arm: Arm
    letters: tuple[Letter, ...]

    @cached_property
    def totals(self) -> Totals:
        """All letters added up, every repeat counted."""
        return total(letter.score for letter in self.letters)


@dataclass(frozen=True)
class Golden:
    """Which golden letters a run scored.

    Attributes:
        letters: How many.
        sha256: Of their sources and labels; None where a file of records was read without labels.
        split: ``dev`` or ``test``; None for both.
        unreviewed: Cases left out because no person has reviewed them.
        examples: Cases left out because a prompt shows them.
    """

    letters: int = 0
    sha256: str | None = None
    split: str | None = None
    unreviewed: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


@dataclass(frozen=True)
class Results:
    """A run: its arms over the same golden letters.

    Two are equal when they say the same, whenever and however fast they were made: ``started`` and
    ``finished`` (UTC) and the letters' seconds do not count.
    """

    golden: Golden
    arms: tuple[ArmResults, ...]
    versions: Mapping[str, str] = field(default_factory=versions)
    started: str | None = field(default=None, compare=False)
    finished: str | None = field(default=None, compare=False)

    def save(self, path: str | Path) -> None:
        """Write the results as JSON to *path*, a letter to a line, its folder made if need be.

        Raises:
            EvalError: There is no writing there.
        """
        write_json(Path(path), self.to_json(), levels=_LEVELS)

    def to_json(self) -> dict[str, Any]:
        """Return the results as JSON; every ratio stands beside the counts that it is of.

        All that the clock said stands under ``clock``: the rest is the same in every run that
        reads the same.
        """
        return {
            "schema": SCHEMA,
            "versions": dict(self.versions),
            "golden": asdict(self.golden),
            "arms": [_arm_json(arm) for arm in self.arms],
            "clock": {
                "started": self.started,
                "finished": self.finished,
                "seconds": {
                    arm.arm.name: [letter.seconds for letter in arm.letters] for arm in self.arms
                },
            },
        }

    @classmethod
    def load(cls, path: str | Path) -> "Results":
        """Read results back.

        Raises:
            EvalError: *path* cannot be read or holds no results of this schema.
        """
        data = read_json(Path(path))
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            message = f"{path} holds no results of schema {SCHEMA}, as `imr-eval run --out` writes."
            raise EvalError(message)
        try:
            return _results(data)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise EvalError(f"{path} lacks a part of results of schema {SCHEMA}.") from None


def _results(data: Mapping[str, Any]) -> Results:
    golden, clock = dict(data["golden"]), data.get("clock") or {}
    lists = {name: tuple(golden[name]) for name in ("unreviewed", "examples")}
    seconds = clock.get("seconds") or {}
    return Results(
        Golden(**{**golden, **lists}),
        tuple(_arm(each, seconds.get(each["arm"]["name"])) for each in data["arms"]),
        data["versions"],
        clock.get("started"),
        clock.get("finished"),
    )


def _arm(data: Mapping[str, Any], seconds: Sequence[float | None] | None) -> ArmResults:
    names = Letter.__dataclass_fields__
    letters = (
        Letter(**{name: letter[name] for name in names if name in letter})
        for letter in data["letters"]
    )
    if seconds is not None:
        timed = zip(letters, seconds, strict=True)
        letters = (replace(letter, seconds=taken) for letter, taken in timed)
    return ArmResults(Arm(**data["arm"]), tuple(letters))


def _arm_json(results: ArmResults) -> dict[str, Any]:
    from evals.metrics.numbers import arm_numbers  # noqa: PLC0415 - they are made of results

    return {
        "arm": asdict(results.arm),
        **arm_numbers(results),
        "letters": [_letter_json(letter) for letter in results.letters],
    }


def _letter_json(letter: Letter) -> dict[str, Any]:
    score = letter.score
    told = {
        "layout": letter.layout,
        "items": letter.items,
        "status": score.status,
        "expected_status": score.expected_status,
        "perfect": score.perfect,
        "escaped": score.escaped,
        "needless": score.needless,
        "usage": dict(letter.usage),
        "cost_usd": letter.cost_usd,
        "fields": {name: counts.to_json() for name, counts in score.fields.items()},
        "codes": {name: counts.to_json() for name, counts in score.codes.items()},
        "differences": [mark._asdict() for mark in score.differences],
    }
    own = {name: getattr(letter, name) for name in Letter.__dataclass_fields__}
    del own["seconds"]
    large = {name: own.pop(name) for name in ("expected", "record")}
    return own | told | large


def check_writable(path: Path) -> None:
    """Make the folder of *path*, before any work is done for it.

    Raises:
        EvalError: There is no writing there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error.strerror) from None
    if path.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise _unwritable(path, "it is a folder, or not yours")


def write_json(
    path: Path, data: Mapping[str, Any] | Sequence[Any], *, levels: int | None = None
) -> None:
    """Write *data* to *path*, its folder made if need be; whole, or not at all.

    Half a surrogate pair, which UTF-8 cannot hold, is written as JSON's own escape of it.

    Args:
        path: The file.
        data: What JSON can hold.
        levels: How many levels of it are laid out over lines; None for all.

    Raises:
        EvalError: There is no writing there.
    """
    check_writable(path)
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("w", encoding="utf-8", errors="backslashreplace") as out:
            out.write(_laid_out(data, levels) + "\n")
        fresh.replace(path)
    except OSError as error:
        raise _unwritable(path, error.strerror) from None


def _unwritable(path: Path, why: str | None) -> EvalError:
    return EvalError(f"{path} cannot be written: {why or 'the system refuses'}.")


def _laid_out(data: object, levels: int | None, indent: str = "") -> str:
    """Return *data* as JSON; what lies deeper than *levels* on one line, which takes less time."""
    if levels is None:
        return json.dumps(data, indent=1, ensure_ascii=False)
    if not levels or not data or not isinstance(data, Mapping | list):
        return json.dumps(data, ensure_ascii=False)
    inner = indent + " "
    if isinstance(data, list):
        lines = [_laid_out(each, levels - 1, inner) for each in data]
    else:
        lines = [
            f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(value, levels - 1, inner)}"
            for key, value in data.items()
        ]
    ends = "[]" if isinstance(data, list) else "{}"
    body = f",\n{inner}".join(lines)
    return f"{ends[0]}\n{inner}{body}\n{indent}{ends[1]}"


def read_json(path: Path) -> object:
    """Return the JSON in *path*; raises ``EvalError`` where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError:
        raise EvalError(f"{path} is no JSON.") from None
