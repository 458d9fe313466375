"""Parquet: a letter in each row, its id and its text in two columns."""

import importlib
from collections.abc import Iterator
from itertools import pairwise
from typing import IO, Any

from extractor.errors import ImrError, InputError
from extractor.findings import Code
from extractor.source.kinds import Container, Input, Limits, Place, unusable, written
from extractor.source.members import whole
from extractor.source.opening import open_binary
from extractor.source.reading import refuse_large

_BUFFER = 1024 * 1024
_IDS_AT_ONCE = 1024
_TEXTS_AT_ONCE = 16


def letters(container: Container, name: str) -> Iterator[Input]:
    """Yield the letter of each row; *name* is the file's own id.

    A row without an id gets ``name:number``, from 1.

    Raises:
        OSError: The file cannot be read.
        ImrError: pyarrow is not installed.
    """
    with open_binary(container.path) as file:
        table = _table(file)
        if table is None:
            yield whole(container, name, "It is no Parquet.")
            return
        if (key := _lacking(table, container)) is not None:
            lacks = f"It has no column {key!r}; name the columns with --id-key and --text-key."
            yield whole(container, name, lacks)
            return
        row = 0
        for batch in table.iter_batches(_IDS_AT_ONCE, columns=[container.id_key]):
            for own in batch.column(0).to_pylist():
                yield _named(own, Place(container, row), f"{name}:{row + 1}")
                row += 1


def lacking(container: Container) -> str | None:
    """Return the column that a table lacks; None where it lacks none, or is none.

    Raises:
        OSError: The file cannot be read.
        ImrError: pyarrow is not installed.
    """
    with open_binary(container.path) as file:
        table = _table(file)
        return None if table is None else _lacking(table, container)


def _lacking(table: Any, container: Container) -> str | None:  # noqa: ANN401 - pyarrow's
    keys = (container.id_key, container.text_key)
    return next((key for key in keys if key not in table.schema_arrow.names), None)


def _named(own: object, place: Place, name: str) -> Input:
    if isinstance(own, bool) or not isinstance(own, str | int) or own == "":
        message = f"The row has no id in the column {place.within.id_key!r}."
        return unusable(name, place.within.path, Code.NOT_TEXT, message)
    return Input(written(str(own)), place.within.path, place=place)


def _table(file: IO[bytes]) -> Any:  # noqa: ANN401 - pyarrow ships no types
    """Return the opened table; None where the file is none."""
    try:
        arrow = importlib.import_module("pyarrow")
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        message = "Reading Parquet needs pyarrow: pip install 'imr-extractor[parquet]'."
        raise ImrError(message) from error
    try:
        return parquet.ParquetFile(file, buffer_size=_BUFFER)
    except arrow.ArrowException:
        return None


class Reader:
    """Reads rows' texts, a few ahead; best in the table's order."""

    def __init__(self, container: Container) -> None:
        """Open the file."""
        self._column = container.text_key
        self._file = open_binary(container.path)
        self._table = _table(self._file)
        sizes = [] if self._table is None else self._sizes()
        self._groups = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
        self._group = -1
        self._batches: Iterator[Any] = iter(())
        self._texts: Any = ()
        self._first = 0

    def _sizes(self) -> list[int]:
        metadata = self._table.metadata
        return [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]

    def read(self, place: Place, limits: Limits) -> str:
        """Return the text of a row."""
        try:
            self._go(place.at)
            found = self._texts[place.at - self._first]
        except (IndexError, StopIteration) as error:
            message = "The row is not there any more."
            raise InputError(Code.NOT_TEXT, message) from error
        if not found.is_valid:
            raise InputError(Code.EMPTY_INPUT, "The row has no text.")
        if not hasattr(found, "as_buffer"):
            raise InputError(Code.NOT_TEXT, f"The column {self._column!r} holds no text.")
        refuse_large(found.as_buffer().size, limits)
        text = found.as_py()
        if not isinstance(text, str):
            raise InputError(Code.NOT_TEXT, f"The column {self._column!r} holds no text.")
        return text

    def _go(self, row: int) -> None:
        """Read on until *row* is among the texts."""
        spans = enumerate(pairwise(self._groups))
        group = next(n for n, (first, end) in spans if first <= row < end)
        if group != self._group or row < self._first:
            self._group, self._first, self._texts = group, self._groups[group], ()
            self._batches = self._table.iter_batches(
                _TEXTS_AT_ONCE, row_groups=[group], columns=[self._column]
            )
        while row >= self._first + len(self._texts):
            self._first += len(self._texts)
            self._texts = next(self._batches).column(0)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
