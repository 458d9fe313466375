"""A run: arms over golden letters, and the results."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evals.dataset import Dataset, document_id, dumped, file_hash, labelled
from evals.errors import EvalError
from evals.records import check_sources, read_records
from evals.results import Arm, ArmResults, Golden, Letter, Results
from extractor.golden import Case
from extractor.record import Record

if TYPE_CHECKING:
    from extractor import Extractor

RULES = "rules"


def run(
    dataset: Dataset,
    proposer: str = RULES,
    *,
    records: str | Path | None = None,
    split: str | None = None,
) -> Results:
    """Score a proposer, or a file of records, on golden letters.

    Args:
        dataset: The golden letters.
        proposer: Who proposes the values.
        records: A JSONL file of records to score instead.
        split: What the dataset was loaded with, for the results to say.

    Raises:
        EvalError: There is no such proposer, or the records cannot be used.
    """
    arm = _of_records(dataset, Path(records)) if records else _of_proposer(dataset, proposer)
    golden = Golden(len(dataset.cases), dataset.sha256, split, dataset.unreviewed, dataset.examples)
    return Results(golden, (arm,))


def _of_proposer(dataset: Dataset, proposer: str) -> ArmResults:
    from extractor.pipeline import PROPOSERS, Extractor  # noqa: PLC0415 - not to score records

    if proposer not in PROPOSERS:
        raise EvalError(f"There is no proposer {proposer!r}; there is {', '.join(PROPOSERS)}.")
    extractor = Extractor(proposer=proposer)
    letters = tuple(_extracted(case, extractor) for case in dataset.cases)
    return ArmResults(Arm(proposer, proposer), letters)


def _extracted(case: Case, extractor: "Extractor") -> Letter:
    start = time.perf_counter()
    record = extractor.extract(case.source)
    return letter_of(case, record, time.perf_counter() - start)


def _of_records(dataset: Dataset, path: Path) -> ArmResults:
    records = read_records(path)
    check_sources(records, dataset)
    letters = (letter_of(case, records.get(document_id(case))) for case in dataset.cases)
    return ArmResults(Arm(path.stem, "records", records=file_hash(path)), tuple(letters))


def letter_of(case: Case, record: Record | None, seconds: float | None = None) -> Letter:
    """Return the letter of a golden case with the record that was made of it."""
    return Letter(
        case=case.name,
        id=document_id(case),
        expected=labelled(case.expected),
        record=None if record is None else dumped(record),
        split=case.split,
        origin=case.origin,
        source_sha256=file_hash(case.source),
        seconds=seconds,
    )


def letters_without_labels(path: Path) -> Iterator[Letter]:
    """Yield a JSONL file's records as letters that nothing is known of."""
    records = read_records(path)
    if not records:
        raise EvalError(f"{path} holds no record.")
    for id_, record in records.items():
        yield Letter(case=id_, id=id_, expected=None, record=dumped(record))
