"""A folder of shards, as a run on several machines leaves it: records in Parquet, a state beside.

- ``part-000000.parquet`` and so on: a record in each row (``COLUMNS``), in the order of the inputs
  but for duplicates, which stand in the shard of the letter that they share the record of. What a
  shard is made of stands in its own metadata, and it appears by renaming: whole, or not at all.
- ``_run.json``: what all of them are made of and, once they are whole, what they came to.
"""

import contextlib
import importlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import OutputError
from extractor.record import Provenance
from extractor.run.making import Done
from extractor.write import refusing
from extractor.write.places import locked, stamps, sync
from extractor.write.state import MadeOf, State

STATE = "_run.json"
PARTS = "part-*.parquet"
COLUMNS = (
    "position",
    "id",
    "status",
    "items",
    "findings",
    "asked",
    "duplicate",
    "shared",
    "record",
)
_COUNTED = ("status", "items", "findings", "asked", "shared")
_MANIFEST = b"imr-shard"
_GROUP = 256  # rows that are held at once


class Row(NamedTuple):
    """A letter's record in a shard.

    Attributes:
        position: The letter's place among all inputs, from 0.
        id: Its id.
        done: Its record, and what is counted of it.
        duplicate: Whether it stands here because an earlier letter here has the same bytes.
        shared: Whether its record was taken over from that letter.
    """

    position: int
    id: str
    done: Done
    duplicate: bool = False
    shared: bool = False


class Manifest(BaseModel):
    """What a shard is made of.

    Attributes:
        made_of: What the whole run is made of.
        letters: Digest of the places of its letters among all inputs, in order.
    """

    model_config = ConfigDict(frozen=True)

    made_of: MadeOf
    letters: str


class ShardsState(State):
    """What ``_run.json`` holds; ``size`` is how many different letters a shard has."""

    size: int


class Shards:
    """The folder of a run; entering it begins the run or takes it up again.

    Attributes:
        out: The folder, symbolic links followed.
        size: How many different letters a shard has; of a run that is taken up, as it began.
        finished: Once entered: the summary of the run, where nothing is left to do; else None.
    """

    def __init__(self, out: Path, made_of: MadeOf, size: int, *, overwrite: bool = False) -> None:
        """Name the folder; nothing is touched yet."""
        with refusing(out):
            self.out = out.resolve()
        self.size = size
        self.finished: dict[str, Any] | None = None
        self.made_of = made_of
        self._overwrite = overwrite
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Begin the run, or take it up.

        Raises:
            OutputError: The folder cannot be written, holds something else, or was made otherwise,
                or another process is writing it; or pyarrow is not installed.
        """
        _arrow()
        with contextlib.ExitStack() as stack, refusing(self.out):
            if self.out.exists() and not self.out.is_dir():
                message = f"{self.out.name} is no folder: name one for the shards."
                raise OutputError(message)
            self.out.mkdir(exist_ok=True)
            stack.enter_context(locked(self.out, self.out))
            self._begin()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the folder; what is in it stays."""
        self._stack.close()

    def file(self, number: int) -> Path:
        """Return where the shard of this *number* stands, from 0."""
        return self.out / f"part-{number:06}.parquet"

    def holds(self, number: int, manifest: Manifest) -> bool:
        """Say whether the shard of this *number* stands there, made as *manifest* says."""
        return manifest_of(self.file(number)) == manifest

    def publish(self, summary: dict[str, Any], count: int) -> None:
        """Mark the run, of *count* shards, as whole; shards of another plan are removed."""
        with refusing(self.out):
            wanted = {self.file(number) for number in range(count)}
            for file in {*self.out.glob(PARTS)} - wanted:
                file.unlink()
            sync(self.out)
            self._save(summary, stamps({file: file for file in wanted}))

    def _begin(self) -> None:
        state = state_of(self.out)
        if state is None:
            self._refuse_foreign()
        elif state.made_of != self.made_of and not self._overwrite:
            parts = state.made_of.differences(self.made_of)
            message = (
                f"{self.out.name} was made otherwise ({parts} differ): "
                "name another folder, or add --overwrite."
            )
            raise OutputError(message)
        elif state.made_of != self.made_of or (self._overwrite and state.summary):
            self._clear(*self.out.glob(PARTS))
        else:
            self.size = state.size
            self._take_up(state)
        self._clear(*self.out.glob(f".{PARTS}.*.new"))
        if self.finished is None:
            self._save({}, {})

    def _take_up(self, state: ShardsState) -> None:
        """Go on with what stands there; a shard that was changed since is made again."""
        standing = stamps({file: file for file in self.out.glob(PARTS)})
        if state.summary and standing == state.published:
            self.finished = state.summary
            return
        known = state.published if state.summary else standing
        self._clear(*(self.out / name for name in standing if standing[name] != known.get(name)))

    def _refuse_foreign(self) -> None:
        if any(self.out.iterdir()):
            message = f"{self.out.name} holds something else already: name a new folder."
            raise OutputError(message)

    @staticmethod
    def _clear(*files: Path) -> None:
        for file in files:
            file.unlink(missing_ok=True)

    def _save(self, summary: dict[str, Any], published: dict[str, Any]) -> None:
        state = ShardsState(
            made_of=self.made_of, size=self.size, summary=summary, published=published
        )
        fresh = self.out / f".{STATE}.new"
        fresh.write_text(state.model_dump_json(), "utf-8")
        fresh.replace(self.out / STATE)


def state_of(folder: Path) -> ShardsState | None:
    """Return what a folder of shards says of itself; None where it is none."""
    try:
        return ShardsState.model_validate_json((folder / STATE).read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def write_shard(target: Path, rows: Iterable[Row], manifest: Manifest) -> None:
    """Write *rows* to *target*, whole or not at all; who else writes it writes the same.

    Raises:
        OSError: It cannot be written.
    """
    arrow, parquet = _arrow()
    schema = _schema(arrow).with_metadata({_MANIFEST: manifest.model_dump_json()})
    fresh = target.with_name(f".{target.name}.{os.getpid()}-{secrets.token_hex(4)}.new")
    rest = iter(rows)
    try:
        with parquet.ParquetWriter(fresh, schema, compression="zstd") as file:
            while group := list(islice(rest, _GROUP)):
                cells = [_cells(row) for row in group]
                file.write_batch(arrow.RecordBatch.from_pylist(cells, schema=schema))
        sync(fresh)
        fresh.replace(target)
    finally:
        fresh.unlink(missing_ok=True)


def manifest_of(file: Path) -> Manifest | None:
    """Return what a shard is made of; None where it is none, or not whole."""
    arrow, parquet = _arrow()
    try:
        metadata = parquet.read_metadata(file).metadata or {}
        return Manifest.model_validate_json(metadata.get(_MANIFEST, b""))
    except (OSError, arrow.ArrowException, ValidationError):
        return None


def counted(file: Path) -> Iterator[tuple[Done, bool]]:
    """Yield what is counted of each record of a shard, its line left out, and if it is shared.

    Raises:
        OutputError: It is no shard, or not whole.
    """
    for cells in _read(file, _COUNTED):
        asked = Provenance.model_validate_json(cells["asked"]) if cells["asked"] else None
        done = Done("", cells["status"], cells["items"], tuple(cells["findings"]), asked)
        yield done, cells["shared"]


def placed(folder: Path) -> Iterator[tuple[int, bytes]]:
    r"""Yield the places of a folder's records among all inputs, in order, and their lines.

    Each line ends in ``\n``.

    Raises:
        OutputError: A shard is none, or not whole.
    """
    with contextlib.closing(sqlite3.connect("", isolation_level=None)) as later:
        later.execute("CREATE TABLE line (position INTEGER PRIMARY KEY, line BLOB)")
        later.execute("BEGIN")
        for file in sorted(folder.glob(PARTS)):
            for cells in _read(file, ("position", "duplicate", "record")):
                position, line = cells["position"], cells["record"].encode() + b"\n"
                if cells["duplicate"]:
                    later.execute("INSERT OR REPLACE INTO line VALUES (?, ?)", (position, line))
                    continue
                yield from _due(later, position)
                yield position, line
        yield from _due(later, None)


def _due(later: sqlite3.Connection, before: int | None) -> Iterator[tuple[int, bytes]]:
    """Yield, and forget, what was put off and stands *before* a place; None is the end."""
    query = "SELECT position, line FROM line WHERE ? IS NULL OR position < ? ORDER BY position"
    while row := later.execute(f"{query} LIMIT 1", (before, before)).fetchone():
        later.execute("DELETE FROM line WHERE position = ?", row[:1])
        yield row


def _read(file: Path, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    arrow, parquet = _arrow()
    try:
        with parquet.ParquetFile(file) as table:
            for batch in table.iter_batches(_GROUP, columns=list(columns)):
                yield from batch.to_pylist()
    except (OSError, arrow.ArrowException) as error:
        message = f"{file.name} cannot be read: have the run make it again."
        raise OutputError(message) from error


def _cells(row: Row) -> dict[str, object]:
    done = row.done
    return {
        "position": row.position,
        "id": row.id.encode("utf-8", "replace").decode(),
        "status": done.status,
        "items": done.items,
        "findings": list(done.codes),
        "asked": done.provenance.model_dump_json() if done.provenance else None,
        "duplicate": row.duplicate,
        "shared": row.shared,
        "record": done.line,
    }


def _schema(arrow: Any) -> Any:  # noqa: ANN401 - pyarrow ships no types
    text: Callable[[], Any] = arrow.string
    kinds = (arrow.int64(), text(), text(), arrow.int32(), arrow.list_(text()), text())
    return arrow.schema(zip(COLUMNS, (*kinds, arrow.bool_(), arrow.bool_(), text()), strict=True))


def _arrow() -> tuple[Any, Any]:
    """Return pyarrow and its Parquet; raises ``OutputError`` where it is not installed."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        message = "Shards are Parquet, which needs pyarrow: pip install 'imr-extractor[parquet]'."
        raise OutputError(message) from error
