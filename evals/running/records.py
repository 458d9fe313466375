"""Records that someone else's tool made, as JSONL."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import ValidationError

from evals.dataset import Dataset, document_id, file_hash
from evals.errors import EvalError
from extractor.golden import Case
from extractor.record import Record


def read_records(path: Path) -> dict[str, Record]:
    """Read a JSONL file of records, by document id.

    Raises:
        EvalError: It cannot be read, a line is no record, or two have one id.
    """
    records: dict[str, Record] = {}
    for number, record in _records(path):
        if record.document.id in records:
            raise EvalError(f"{path}, line {number}: a second record of {record.document.id}.")
        records[record.document.id] = record
    return records


def record_files(path: Path) -> list[Path]:
    """Return the JSONL files of an arm: the file itself, or those of a folder, each a repeat.

    Raises:
        EvalError: The folder holds none.
    """
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.jsonl"))
    if not files:
        raise EvalError(f"No file of records (*.jsonl) lies in {path}.")
    return files


def check_sources(records: Mapping[str, Record], dataset: Dataset) -> None:
    """Raise ``EvalError`` where a record was made from another file than its golden letter."""
    for case in dataset.cases:
        _check_source(case, records.get(document_id(case)))


def _records(path: Path) -> Iterator[tuple[int, Record]]:
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _record_of(line, path, number)
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise EvalError(f"{path} is not UTF-8.") from None


def _record_of(line: str, path: Path, number: int) -> Record:
    try:
        return Record.from_json(line)
    except ValidationError as error:
        where = "/".join(map(str, error.errors(include_input=False)[0]["loc"])) or "the line"
        raise EvalError(f"{path}, line {number} is no record: {where}.") from None


def _check_source(case: Case, record: Record | None) -> None:
    made_from = None if record is None else record.document.sha256
    if made_from is not None and made_from != file_hash(case.source):
        raise EvalError(f"The record of {document_id(case)} was made from another file.")
