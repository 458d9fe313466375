"""One row per disputed item, as Parquet: typed columns, each with its meaning as metadata.

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
SCHEMA = pa.schema(
    [
        pa.field(column.name, _TYPES[column.kind], metadata={"meaning": column.meaning})
        for column in COLUMNS
    ],
)


def write(records: Iterable[Record], target: Path) -> None:
    """Write the rows of *records* to *target*, in row groups of ``ROWS_PER_GROUP``."""
    rows = chain.from_iterable(map(rows_of, records))
    with pq.ParquetWriter(target, SCHEMA, compression="zstd") as file:
        for group in _groups(rows):
            file.write_batch(_batch(group))


def _groups(rows: Iterator[list[Cell]]) -> Iterator[list[list[Cell]]]:
    """Yield *rows* in groups; none is empty."""
    while group := list(islice(rows, ROWS_PER_GROUP)):
        yield group


def _batch(group: list[list[Cell]]) -> pa.RecordBatch:
    """Return *group* column by column."""
    arrays = [
        pa.array(_typed(column, cells), type=_TYPES[column.kind])
        for column, cells in zip(COLUMNS, zip(*group, strict=True), strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _typed(column: Column, cells: tuple[Cell, ...]) -> Iterable[Cell | date]:
    """Return *cells* as pyarrow wants them: only dates are not yet."""
    return map(_day, cells) if column.kind == "date" else cells


def _day(iso: Cell) -> date | None:
    """Return an ISO date as one; None for a day that no calendar has."""
    try:
        return date.fromisoformat(str(iso)) if iso else None
    except ValueError:
        return None
