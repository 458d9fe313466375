"""The golden letters, and the records to score against them."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from evals.errors import EvalError
from evals.score import LetterScore, score_letter
from extractor.golden import EXPECTED, Case, load_all
from extractor.record import Record

if TYPE_CHECKING:
    from extractor import Extractor

RULES = "rules"


@dataclass(frozen=True)
class Dataset:
    """Golden cases that a person has reviewed; ``unreviewed`` names those that do not count."""

    folder: Path
    cases: tuple[Case, ...]
    unreviewed: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> "Dataset":
        """Read every case in *folder*; raises ``GoldenError`` when one is not whole."""
        cases = load_all(folder)
        return cls(
            folder,
            tuple(case for case in cases if case.reviewed),
            tuple(case.name for case in cases if not case.reviewed),
        )


@dataclass(frozen=True)
class Scored:
    """One golden case, the record that was made of it, and its score.

    ``record`` is None where none was given; ``seconds`` None where a file gave it.
    """

    case: Case
    record: Record | None
    score: LetterScore
    seconds: float | None = None


def run(dataset: Dataset, proposer: str = RULES) -> Iterator[Scored]:
    """Extract every golden letter with *proposer* and score it, in order.

    Raises:
        EvalError: There is no such proposer.
    """
    from extractor.pipeline import PROPOSERS, Extractor  # noqa: PLC0415 - not to score records

    if proposer not in PROPOSERS:
        raise EvalError(f"There is no proposer {proposer!r}; there is {', '.join(PROPOSERS)}.")
    extractor = Extractor(proposer=proposer)
    return (_extracted(case, extractor) for case in dataset.cases)


def _extracted(case: Case, extractor: "Extractor") -> Scored:
    start = time.perf_counter()
    record = extractor.extract(case.source)
    seconds = time.perf_counter() - start
    return Scored(case, record, score(case, record), seconds)


def score_records(dataset: Dataset, records: Mapping[str, Record]) -> Iterator[Scored]:
    """Score *records*, by document id (``<case>/source.txt``), in the order of the cases."""
    for case in dataset.cases:
        record = records.get(document_id(case))
        yield Scored(case, record, score(case, record))


def score(case: Case, record: Record | None) -> LetterScore:
    """Score one record against its golden case."""
    return score_letter(case.name, labelled(case.expected), dumped(record))


def labelled(record: Record) -> dict[str, Any]:
    """Return the JSON of a golden record; what it does not label is left out."""
    return record.model_dump(mode="json", by_alias=True, exclude_unset=True)


def dumped(record: Record | None) -> dict[str, Any] | None:
    """Return a record's JSON as the scoring reads it."""
    return None if record is None else record.model_dump(mode="json", by_alias=True)


def document_id(case: Case) -> str:
    """Return the id that ``imr extract`` gives the case's letter under the golden folder."""
    return f"{case.name}/{case.source.name}"


def read_records(path: Path, dataset: Dataset) -> dict[str, Record]:
    """Read a JSONL file of records, by document id.

    Raises:
        EvalError: It cannot be read, a line is no record, two records have one id, or a record
            was made from another file than the golden letter of its id.
    """
    records: dict[str, Record] = {}
    for number, record in _records(path):
        if record.document.id in records:
            raise EvalError(f"{path}, line {number}: a second record of {record.document.id}.")
        records[record.document.id] = record
    for case in dataset.cases:
        _check_source(case, records.get(document_id(case)))
    return records


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, record_of(line, path, number)
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}.") from None


def record_of(line: str, path: Path, number: int) -> Record:
    """Return the record in line *number* of *path*; raises ``EvalError`` when it is none."""
    try:
        return Record.from_json(line)
    except ValidationError as error:
        where = "/".join(map(str, error.errors(include_input=False)[0]["loc"])) or "the line"
        raise EvalError(f"{path}, line {number} is no record: {where}.") from None


def _check_source(case: Case, record: Record | None) -> None:
    made_from = None if record is None else record.document.sha256
    if made_from is not None and made_from != file_hash(case.source):
        raise EvalError(f"The record of {document_id(case)} was made from another file.")


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def golden_hash(cases: Iterable[Case]) -> str:
    """Return one SHA-256 over the sources and labels of *cases*, in order."""
    files = (path for case in cases for path in (case.source, case.folder / EXPECTED))
    return hashlib.sha256("".join(map(file_hash, files)).encode()).hexdigest()
