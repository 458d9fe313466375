r"""One row per disputed item, or per citation, as comma-separated values (RFC 4180).

UTF-8 with a byte order mark, without which Excel takes it for another encoding; pandas, polars,
DuckDB and R's readr skip the mark, Python's own ``csv`` wants ``encoding="utf-8-sig"``. Lists are
joined by "; ", truth is ``true`` or ``false``, a cell without value is empty.

A letter is hostile input, so no cell is a formula: one that begins with ``= + - @`` (or the full
width forms of them), also after white space, or with a tab or a line end, gets an apostrophe in
front. Remove it to have the value: a cell that begins with an apostrophe and such a character was
guarded here. A NUL, which no reader takes, becomes U+FFFD.
"""

import csv
import re
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from extractor.record import Record
from extractor.write.cited import CITED_COLUMNS, cited_rows_of
from extractor.write.columns import Cell
from extractor.write.rows import COLUMNS, rows_of

ENCODING = "utf-8-sig"
_FORMULA = re.compile(
    r"[\t\r\n]|[\s\x00-\x1f\u00ad\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]"
)


def write(records: Iterable[Record], target: Path) -> None:
    """Write the rows of *records* to *target*, under a row of column names."""
    _write((column.name for column in COLUMNS), chain.from_iterable(map(rows_of, records)), target)


def write_citations(records: Iterable[Record], target: Path) -> None:
    """Write a row per citation of *records* to *target*, under a row of column names."""
    rows = chain.from_iterable(map(cited_rows_of, records))
    _write((column.name for column in CITED_COLUMNS), rows, target)


def _write(names: Iterable[str], rows: Iterable[list[Cell]], target: Path) -> None:
    with target.open("w", encoding=ENCODING, newline="") as file:
        table = csv.writer(file)
        table.writerow(names)
        table.writerows([cell_of(value) for value in row] for row in rows)


def cell_of(value: Cell) -> str:
    """Return *value* as the text of a cell that no spreadsheet computes.

    >>> cell_of("=HYPERLINK(...)"), cell_of(("L4", "L5")), cell_of(True), cell_of(None)
    ("'=HYPERLINK(...)", 'L4; L5', 'true', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = "; ".join(value) if isinstance(value, tuple) else str(value)
    text = text.replace("\x00", "\ufffd")
    # Most cells begin with a letter or a digit, as no formula does.
    return f"'{text}" if not text[:1].isalnum() and _FORMULA.match(text) else text
