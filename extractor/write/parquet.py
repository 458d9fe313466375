"""One row per disputed item, or per citation, as Parquet: typed columns, each with its meaning.

Dates are ``date32``, whole numbers ``int64``, lists are lists of strings. Importing this module
needs pyarrow, the extra ``parquet``.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from extractor.record import Record
from extractor.write.cited import CITED_COLUMNS, CitedColumn, cited_rows_of
from extractor.write.columns import Cell, Column
from extractor.write.rows import COLUMNS, rows_of

ROWS_PER_GROUP = 2_000
_TYPES = {
    "text": pa.string(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "list": pa.list_(pa.string()),
}


def _schema(columns: Iterable[Column | CitedColumn]) -> pa.Schema:
    """Return the schema of *columns*."""
    fields = [
        pa.field(column.name, _TYPES[column.kind], metadata={"meaning": column.meaning})
        for column in columns
    ]
    return pa.schema(fields)


SCHEMA = _schema(COLUMNS)
CITED_SCHEMA = _schema(CITED_COLUMNS)


def write(records: Iterable[Record], target: Path) -> None:
    """Write the rows of *records* to *target*, in row groups of ``ROWS_PER_GROUP``."""
    _write(SCHEMA, chain.from_iterable(map(rows_of, records)), target)


def write_citations(records: Iterable[Record], target: Path) -> None:
    """Write a row per citation of *records* to *target*, in row groups as ``write``."""
    _write(CITED_SCHEMA, chain.from_iterable(map(cited_rows_of, records)), target)


def _write(schema: pa.Schema, rows: Iterator[list[Cell]], target: Path) -> None:
    with pq.ParquetWriter(target, schema, compression="zstd") as file:
        for group in _groups(rows):
            file.write_batch(_batch(schema, group))


def _groups(rows: Iterator[list[Cell]]) -> Iterator[list[list[Cell]]]:
    """Yield *rows* in groups; none is empty."""
    while group := list(islice(rows, ROWS_PER_GROUP)):
        yield group


def _batch(schema: pa.Schema, group: list[list[Cell]]) -> pa.RecordBatch:
    """Return *group* column by column."""
    arrays = [
        pa.array(_typed(field.type, cells), type=field.type)
        for field, cells in zip(schema, zip(*group, strict=True), strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _typed(kind: pa.DataType, cells: tuple[Cell, ...]) -> Iterable[Cell | date]:
    """Return *cells* as pyarrow wants them: only dates are not yet."""
    return map(_day, cells) if kind == _TYPES["date"] else cells


def _day(iso: Cell) -> date | None:
    """Return an ISO date as one."""
    return date.fromisoformat(str(iso)) if iso else None
