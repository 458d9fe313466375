"""A run to compare: what ``imr-eval run --out`` wrote, or records as JSONL."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.dataset import record_of
from evals.errors import EvalError
from evals.report import SCHEMA
from extractor.record import Record


@dataclass(frozen=True)
class Letter:
    """One letter of a run: its record, and its labels where the run was scored."""

    record: Record | None
    labels: Record | None = None


@dataclass(frozen=True)
class Run:
    """A run's letters by document id."""

    name: str
    letters: Mapping[str, Letter]


def load(path: Path) -> Run:
    """Read a run: results of ``imr-eval run --out``, or records as JSONL.

    Raises:
        EvalError: The file cannot be read or is neither, or one letter is in it twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise EvalError(f"{path} is not UTF-8.") from None
    results = _results(text)
    letters = _of_records(path, text) if results is None else _of_results(path, results)
    return Run(str(path), letters)


def _results(text: str) -> dict[str, Any] | None:
    """Return the results that *text* is; None where it is something else."""
    try:
        data = json.loads(text)
    except ValueError:
        return None
    return data if isinstance(data, dict) and data.get("schema") == SCHEMA else None


def _of_results(path: Path, results: Mapping[str, Any]) -> dict[str, Letter]:
    try:
        return {each["id"]: _scored_letter(each) for each in results["letters"]}
    except (KeyError, TypeError, ValidationError):
        message = f"{path} lacks the records and labels that `imr-eval run --out` writes now."
        raise EvalError(message) from None


def _scored_letter(letter: Mapping[str, Any]) -> Letter:
    record = letter["record"]
    made = None if record is None else Record.model_validate(record)
    return Letter(made, Record.model_validate(letter["expected"]))


def _of_records(path: Path, text: str) -> dict[str, Letter]:
    letters: dict[str, Letter] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        record = record_of(line, path, number)
        if record.document.id in letters:
            raise EvalError(f"{path}, line {number}: a second record of {record.document.id}.")
        letters[record.document.id] = Letter(record)
    if not letters:
        raise EvalError(f"{path} holds no record.")
    return letters
