"""Shards of one run into the output that the whole run would have made."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from extractor.errors import OutputError
from extractor.record import Record
from extractor.run.content import content_of_document
from extractor.run.making import Done
from extractor.run.named import Shard
from extractor.run.shards import placed, state_of
from extractor.run.summary import Summary, Tally
from extractor.write import refusing
from extractor.write.journal import Journal, MadeOf
from extractor.write.places import stamps
from extractor.write.state import State, folder_of, load, read_positions


class _Part(NamedTuple):
    """A shard: its file, and what it is made of."""

    file: Path
    state: State

    @property
    def shard(self) -> Shard:
        return Shard.parse(self.state.made_of.shard or "1/1")


def merge(
    shards: Sequence[Path],
    out: Path,
    *,
    overwrite: bool = False,
    watch: Callable[[Done], object] | None = None,
) -> Summary:
    """Write the records of all *shards* to *out*, in the order of the inputs.

    A merge that was killed is resumed by the same call.

    Args:
        shards: The outputs of runs over the same inputs, each one shard, as JSONL, with their
            journals beside them; or folders of shards; in any order.
        out: The output; its suffix names the format.
        overwrite: Whether an output made otherwise may be replaced.
        watch: Is told of each letter, in input order.

    Raises:
        OutputError: A shard is missing, given twice, incomplete or made otherwise than the others;
            or *out* cannot be written.
    """
    parts = [_part(path) for path in shards]
    _check_same(parts)
    _check_complete(parts)
    tally = Tally(watch)
    with Journal(out, _whole(parts), overwrite=overwrite) as journal:
        if journal.finished is not None:
            return tally.repeated(journal.finished)
        for record, _, _ in journal.recover():
            tally.add(Done.of(record))
        tally.resumed = tally.inputs
        with ExitStack() as stack:
            for line in islice(_ordered(parts, stack), tally.resumed, None):
                record = _record(line)
                journal.append(line.decode().removesuffix("\n"), _key(record))
                tally.add(Done.of(record))
        tally.duplicates = sum(part.state.summary.get("duplicates", 0) for part in parts)
        summary = tally.summary(out)
        journal.publish(summary.model_dump())
    return summary


def _part(path: Path) -> _Part:
    """Return the shard at *path*; raises ``OutputError`` where it is none, or not whole."""
    with refusing(path):
        file = path.resolve()
        if file.is_dir():
            return _folder(file)
        state = load(folder_of(file))
    if state is None or not state.published or not state.made_of.shard:
        message = (
            f"{path.name} is no finished shard: make it with --shard I/N, and keep the folder "
            f"{folder_of(file).name} beside it."
        )
        raise OutputError(message)
    (known,) = state.published.values()
    if not file.is_file() or file.stat().st_size != known.size:
        message = f"{path.name} is not the shard that was made: make it again, or copy it whole."
        raise OutputError(message)
    return _Part(file, state)


def _folder(folder: Path) -> _Part:
    """Return the folder of shards; raises ``OutputError`` where it is none, or not whole."""
    state = state_of(folder)
    if state is None or not state.summary:
        message = (
            f"{folder.name} is no finished folder of shards: "
            "make it with --engine ray --out DIR, to the end."
        )
        raise OutputError(message)
    standing = stamps({folder / name: folder / name for name in state.published})
    if {name: stamp.size for name, stamp in standing.items()} != {
        name: stamp.size for name, stamp in state.published.items()
    }:
        message = (
            f"{folder.name} does not hold the shards that were made: make it again, or copy it."
        )
        raise OutputError(message)
    return _Part(folder, state)


def _check_same(parts: Sequence[_Part]) -> None:
    """Raise ``OutputError`` where shards are made of different things."""
    for part in parts[1:]:
        one, other = parts[0].state.made_of, part.state.made_of
        names = ("configuration", "version", "retry", "names", "total")
        differ = [name for name in names if getattr(one, name) != getattr(other, name)]
        if differ or part.shard.count != parts[0].shard.count:
            what = ", ".join(differ) or "number of shards"
            message = (
                f"{part.file.name} was made otherwise than {parts[0].file.name} "
                f"({what} differ): make one of them again."
            )
            raise OutputError(message)


def _check_complete(parts: Sequence[_Part]) -> None:
    """Raise ``OutputError`` where a shard is missing, or given twice."""
    if not parts:
        message = "There is no shard: name them all."
        raise OutputError(message)
    given = sorted(part.shard.index for part in parts)
    count = parts[0].shard.count
    twice = sorted({index for index in given if given.count(index) > 1})
    missing = sorted(set(range(1, count + 1)) - set(given))
    for what, which in (("given twice", twice), ("missing", missing)):
        if which:
            named = ", ".join(f"{index}/{count}" for index in which[:5])
            message = f"Shards are {what}: {named}. Name each once."
            raise OutputError(message)


def _whole(parts: Sequence[_Part]) -> MadeOf:
    """Return what the whole is made of: what the run without shards would be."""
    return parts[0].state.made_of.model_copy(update={"shard": ""})


def _ordered(parts: Sequence[_Part], stack: ExitStack) -> Iterator[bytes]:
    """Yield the lines of all shards by their place among the inputs; every place occurs once."""
    lines = [_placed(part, stack) for part in parts]
    expected = 0
    for place, line in heapq.merge(*lines, key=lambda each: each[0]):
        if place != expected:
            raise _unlike(parts[0])
        yield line
        expected += 1
    if expected != parts[0].state.made_of.total:
        raise _unlike(parts[0])


def _placed(part: _Part, stack: ExitStack) -> Iterator[tuple[int, bytes]]:
    """Yield a shard's lines with their places."""
    if part.file.is_dir():
        yield from placed(part.file)
        return
    file = stack.enter_context(part.file.open("rb"))
    places = read_positions(folder_of(part.file))
    for place in places:
        line = file.readline()
        if not line.endswith(b"\n"):
            raise _unlike(part)
        yield place, line
    if file.read(1):
        raise _unlike(part)


def _record(line: bytes) -> Record:
    try:
        return Record.from_json(line)
    except ValidationError as error:
        message = "A line of a shard is no record: make the shard again."
        raise OutputError(message) from error


def _key(record: Record) -> bytes | None:
    """Return by what a letter is known again, so that the whole can be updated.

    One that a person reviewed is not: its corrections are not at hand.
    """
    content = None if record.provenance.reviewed else content_of_document(record.document)
    return content.key if content else None


def _unlike(part: _Part) -> OutputError:
    message = (
        f"The records of {part.file.name} and the other shards are not those of all inputs: "
        "make the shards again."
    )
    return OutputError(message)
