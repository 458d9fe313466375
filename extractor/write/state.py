"""What ``run.json`` holds: what a run is made of, and what came of it."""

import struct
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.write.places import Stamp


class Revision(StrEnum):
    """In which way an output that stands there is the basis of the new one.

    ``update``: letters whose content is known keep their record. ``failed`` and ``review``: all
    letters but those with this status do.
    """

    UPDATE = "update"
    FAILED = "failed"
    REVIEW = "review"


class MadeOf(BaseModel):
    """What a run is made of; two runs that agree in it make the same output.

    Attributes:
        inputs: Digest of the inputs' ids, sizes and times of change, in order.
        configuration: Digest of everything else that changes what is extracted.
        version: The version of imr-extractor.
        names: Digest of the inputs' ids, in order.
        total: How many inputs there are, in all shards.
        shard: Which part of the inputs it is, as ``2/5``; empty where it is all of them.
        corrections: Digest of the log of what people corrected; empty without.
        retry: What was retried with another configuration than the rest; empty where nothing was.
    """

    model_config = ConfigDict(frozen=True)

    inputs: str
    configuration: str
    version: str
    names: str = ""
    total: int = 0
    shard: str = ""
    corrections: str = ""
    retry: str = ""

    def differences(self, other: "MadeOf") -> str:
        """Return in which parts *other* differs, joined by a comma."""
        names = ("inputs", "configuration", "version", "shard", "corrections", "retry")
        return ", ".join(name for name in names if getattr(self, name) != getattr(other, name))

    def drops_corrections_of(self, other: "MadeOf") -> bool:
        """Say whether *other* was made with people's corrections, and this without any."""
        return bool(other.corrections) and not self.corrections

    def allows(self, revised: "MadeOf", revision: Revision) -> bool:
        """Say whether an output made of this can be the basis of one made of *revised*."""
        if revised.version != self.version or revised.shard != self.shard:
            return False
        if revision is not Revision.UPDATE:
            return revised.names == self.names
        return revised.configuration == self.configuration and not self.retry

    def revising(self, base: "MadeOf | None", revision: Revision | None) -> "MadeOf":
        """Return what a run is made of that revises an output made of *base*."""
        if base is None or revision in {None, Revision.UPDATE}:
            return self
        same = (base.configuration, base.corrections) == (self.configuration, self.corrections)
        if same and not base.retry:
            return self
        before = f"{base.configuration}{base.corrections}"
        return self.model_copy(update={"retry": f"{revision}:{before}:{base.retry}"})


class State(BaseModel):
    """What ``run.json`` holds.

    Attributes:
        made_of: What the run is made of.
        published: The stamps of its files, by their names; empty until they are whole.
        summary: What it came to.
        base: The state of the output that it revises.
        kept: The stamp of the records that are kept beside an output of another format.
    """

    made_of: MadeOf
    published: dict[str, Stamp] = {}
    summary: dict[str, Any] = {}
    base: "State | None" = None
    kept: Stamp | None = None

    def alone(self) -> "State":
        """Return the state without what it is based on."""
        return self.model_copy(update={"base": None})


_POSITION = struct.Struct("<Q")


def folder_of(out: Path) -> Path:
    """Return where the journal of the output *out* stands."""
    return out.with_name(f".{out.name}.journal")


def load(folder: Path) -> State | None:
    """Return what ``run.json`` in the journal *folder* says; None where there is none to read."""
    try:
        return State.model_validate_json((folder / "run.json").read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def write_positions(folder: Path, positions: Iterable[int]) -> None:
    """Keep the places of a shard's records among all inputs, whole or not at all."""
    fresh = folder / "positions.new"
    with fresh.open("wb") as file:
        file.writelines(map(_POSITION.pack, positions))
    fresh.replace(folder / "positions")


def read_positions(folder: Path) -> Iterator[int]:
    """Yield what ``write_positions`` kept; nothing where it kept none."""
    try:
        with (folder / "positions").open("rb") as file:
            while len(read := file.read(_POSITION.size)) == _POSITION.size:
                yield int(_POSITION.unpack(read)[0])
    except FileNotFoundError:
        return
