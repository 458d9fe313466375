"""The journal: what a run has done so far, beside its output; and how the output appears.

The journal of ``letters.db`` is the folder ``.letters.db.journal``:

- ``run.json``: what the run is made of (inputs, configuration, version) and, once they are made,
  size and time of its files, by which they are known again;
- ``records.jsonl``: the records so far, in the order of the inputs, each written before the next
  letter is read, and ``keys``: 16 bytes each, by which their letters' contents are known again;
- while they are made, the output itself and what stands beside it (the citations of a table of
  items: ``letters.citations.csv``), under other names.

They appear by renaming, whole, the output last: where it stands, so does what belongs beside it. A
run that was killed goes on where its last whole line ends.
In the end ``run.json`` remains, without which the output is taken for somebody else's, and the
keys, named after the stamp of the records they belong to. Those records are a JSONL output itself;
of the other formats an update keeps them, as ``kept.jsonl``.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from extractor.errors import OutputError
from extractor.record import Record
from extractor.write import FORMATS, outputs_of, refusing, writer_for
from extractor.write.places import Stamp, check_place, has_content, locked, stamps, sync
from extractor.write.state import MadeOf, Revision, State, folder_of, load, write_positions

__all__ = ["KEY", "Journal", "MadeOf", "Revision"]

KEY = 16  # bytes of a letter's key
_NO_KEY = bytes(KEY)


class Journal:
    """The journal of one output; entering it begins the run or takes it up again.

    Attributes:
        out: The output, symbolic links followed.
        lines: The records so far.
        finished: Once entered: the summary of the run that made the output standing there, if it
            was made of the same and nothing is left to do; else None.
        base: Once entered: the records of the output that is revised, if there are any.
    """

    def __init__(
        self,
        out: Path,
        made_of: MadeOf,
        *,
        overwrite: bool = False,
        revision: Revision | None = None,
        updatable: bool = False,
    ) -> None:
        """Name the output; nothing is touched yet.

        Args:
            out: The output; its suffix names the format.
            made_of: What this run is made of.
            overwrite: Whether an output, or an unfinished run, made otherwise may be replaced, and
                a finished one be made anew. An unfinished run made of the same is taken up.
            revision: In which way an output that stands there is the basis of the new one.
            updatable: Whether the caller can be asked to update instead, where that would do.

        Raises:
            OutputError: No format has this suffix, or a library of the format is not installed.
        """
        writer_for(out)
        with refusing(out):
            self.out = out.resolve()
        self._outputs = outputs_of(self.out)
        self.finished: dict[str, Any] | None = None
        self.base: Path | None = None
        self._made_of = made_of
        self._overwrite = overwrite
        self._revision = revision
        self._updatable = updatable and revision is None
        self._folder = folder_of(self.out)
        self.lines = self._folder / "records.jsonl"
        self._keys = self._folder / "keys"
        self._kept = self._folder / "kept.jsonl"
        self._keeps = revision is not None
        self._base: State | None = None
        self._file: FileIO | None = None
        self._key_file: FileIO | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Begin the run, or take it up.

        Raises:
            OutputError: The output cannot be written, or stands there and was made otherwise, or
                another process is writing it, or it is to be revised and cannot be.
        """
        with contextlib.ExitStack() as stack, refusing(self.out):
            for each in self._outputs:
                check_place(each)
            self._folder.mkdir(exist_ok=True)
            stack.callback(self._leave)
            stack.enter_context(locked(self._folder, self.out))
            self.finished = self._begin()
            if self.finished is None:
                self._file = stack.enter_context(self.lines.open("ab", buffering=0))
                self._key_file = stack.enter_context(self._keys.open("ab", buffering=0))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the journal; what is in it stays."""
        self._stack.close()

    def recover(self) -> Iterator[tuple[Record, bytes | None, int]]:
        """Yield the records already there, their keys, and where in ``lines`` they begin.

        What a kill tore off at the end is dropped.
        """
        good = count = 0
        with self.lines.open("rb") as lines, self._keys.open("rb") as keys:
            for line in lines:
                record = _whole(line)
                if record is None:
                    break
                yield record, _key(keys.read(KEY)), good
                good += len(line)
                count += 1
        with refusing(self.out):
            os.truncate(self.lines, good)
            os.truncate(self._keys, count * KEY)  # where keys are missing, this adds zeros

    def append(self, line: str, key: bytes | None = None) -> int:
        """Add a record, as ``Record.to_json`` gives it; it outlives a kill of the process.

        Args:
            line: The record.
            key: By what the letter's content is known again; None where by nothing.

        Returns:
            Where in ``lines`` it begins.

        Raises:
            OutputError: There is no room; the records before it stay.
        """
        assert self._file is not None, "a finished run has nothing to append"
        assert self._key_file is not None, "both are open or none is"
        with refusing(self.out):
            begins = self._file.seek(0, os.SEEK_END)
            _write(self._file, f"{line}\n".encode())
            _write(self._key_file, key or _NO_KEY)
        return begins

    def earlier(self) -> Iterator[tuple[Path, Path]]:
        """Yield the files of records that this run may take over, with the files of their keys."""
        for lines in (self.base, *sorted(self._folder.glob("earlier-*.jsonl"))):
            if lines is not None and (keys := self._keys_of(lines)).exists():
                yield lines, keys

    def publish(self, summary: dict[str, Any], positions: Iterable[int] | None = None) -> None:
        """Make the output, and what stands beside it, and let them appear under their names.

        Args:
            summary: What ``finished`` gives when the same run is asked for again.
            positions: Of a shard: the places of its records among all inputs, from 0.

        Raises:
            OutputError: There is no room; the journal stays, and the outputs as they were.
        """
        self._close()
        with refusing(self.out):
            staged = {each: self._stage(each) for each in self._outputs}
            for file in staged.values():
                sync(file)
            if positions is not None:
                write_positions(self._folder, positions)
            self._save(
                State(
                    made_of=self._made_of,
                    published=stamps(staged),
                    summary=summary,
                    base=self._base,
                    kept=Stamp.of(self.lines) if self._keeps else None,
                )
            )
            self._name_keys(self.lines)
            for each, file in staged.items():
                file.replace(each)
            sync(self.out.parent)
            self._clear()

    def _close(self) -> None:
        for file in (self._file, self._key_file):
            if file is not None:
                file.close()

    def _begin(self) -> dict[str, Any] | None:
        """Take up what stands there, or refuse it; None where there is work left."""
        state, standing = load(self._folder), stamps({each: each for each in self._outputs})
        self._base = self._based_on(state)
        self.base = self._base_records()
        based_on = self._base.made_of if self._base else None
        self._made_of = self._made_of.revising(based_on, self._revision)
        same = state is not None and state.made_of == self._made_of
        if state and same and self._is_done(state, standing):
            self._clear()
            return state.summary
        if not self._overwrite:
            self._refuse_foreign(standing, state)
            self._refuse_uncorrected()
        self._require_base()
        if same and self.lines.exists():
            return None
        self._put_aside(state)
        kept = state.published if state and same and not self._overwrite else {}
        self._save(State(made_of=self._made_of, published=kept, base=self._base))
        return None

    def _is_done(self, state: State, standing: Mapping[str, Stamp]) -> bool:
        """Say whether nothing is left to do; a finished retry can be asked for again."""
        whole = len(standing) == len(self._outputs) and standing == state.published
        again = self._overwrite or (self._retries and not self.lines.exists())
        return whole and not again

    @property
    def _retries(self) -> bool:
        return self._revision not in {None, Revision.UPDATE}

    def _based_on(self, state: State | None) -> State | None:
        """Return the state of the finished output that is to be revised, if there is one."""
        if self._revision is None or state is None:
            return None
        if self.lines.exists() and state.base is not None:
            found: State | None = state.base
        else:
            found = state.alone() if state.published else None
        allowed = found is not None and found.made_of.allows(self._made_of, self._revision)
        return found if allowed else None

    def _base_records(self) -> Path | None:
        """Return the records of the output that is revised; None where they are gone."""
        if self._base is None:
            return None
        if self._is_jsonl(self.out):
            known = self._base.published.get(self.out.name)
            return self.out if known and Stamp.of(self.out) == known else None
        known = self._base.kept
        return self._kept if known and Stamp.of(self._kept) == known else None

    def _require_base(self) -> None:
        """Raise ``OutputError`` where letters are to be retried and the others are not there."""
        if not self._retries or self.base is not None:
            return
        if self._base is None:
            why = "is no finished output of these letters by this version"
            what = "extract them first, with --update where letters were added"
        else:
            why = "has no records to go with it"
            what = "make it anew with --update, which keeps them, or as .jsonl"
        message = f"{self.out.name} {why}: {what}."
        raise OutputError(message)

    def _refuse_foreign(self, standing: Mapping[str, Stamp], state: State | None) -> None:
        """Raise ``OutputError`` where a file stands that this run has not made."""
        for name, stamp in standing.items():
            if self._base and self._base.published.get(name) == stamp:
                continue
            known = state if state and state.published.get(name) == stamp else None
            if known is None or known.made_of != self._made_of:
                raise OutputError(self._refusal(name, "stands there already", known))

    def _refusal(self, name: str, what: str, state: State | None) -> str:
        """Return why the output is refused, and what to do."""
        parts = self._made_of.differences(state.made_of) if state else ""
        why = f"made otherwise ({parts} differ)" if parts else "and was not made by this command"
        return f"{name} {what}, {why}: {self._way_out(state)}."

    def _way_out(self, state: State | None) -> str:
        """Return what to do about an output, or an unfinished run, in the way."""
        if state is not None and self._made_of.drops_corrections_of(state.made_of):
            return "give --corrections, name another output, or add --overwrite"
        fits = state is not None and state.made_of.allows(self._made_of, Revision.UPDATE)
        if fits and self._updatable:
            return "add --update to keep what is unchanged, name another output, or add --overwrite"
        return "name another output, or add --overwrite"

    def _refuse_uncorrected(self) -> None:
        """Raise ``OutputError`` where a revision would undo what people corrected."""
        if self._base and self._made_of.drops_corrections_of(self._base.made_of):
            message = (
                f"{self.out.name} was made with corrections: give --corrections, "
                "or add --overwrite to do without them."
            )
            raise OutputError(message)

    def _put_aside(self, state: State | None) -> None:
        """Make room for new records; an update keeps those of a run over other inputs."""
        update = self._revision is Revision.UPDATE and not self._overwrite
        fits = state is not None and state.made_of.allows(self._made_of, Revision.UPDATE)
        if has_content(self.lines) and update and fits:
            number = len(list(self._folder.glob("earlier-*.jsonl")))
            self._name_keys(self.lines)
            self.lines.replace(self._folder / f"earlier-{number:06}.jsonl")
        elif has_content(self.lines) and not self._overwrite:
            raise OutputError(self._refusal(self.out.name, "has an unfinished run", state))
        self.lines.unlink(missing_ok=True)
        self._keys.unlink(missing_ok=True)

    def _stage(self, out: Path) -> Path:
        """Return the whole content of *out*, not yet under its name."""
        if self._is_jsonl(out):
            return self.lines
        staged = self._folder / f"output{''.join(out.suffixes[-2:])}"
        staged.unlink(missing_ok=True)
        try:
            with self.lines.open("rb") as lines:
                writer_for(out)(map(Record.from_json, lines), staged)
        except (OSError, OutputError):
            staged.unlink(missing_ok=True)  # half of it would only take up room
            raise
        return staged

    @staticmethod
    def _is_jsonl(out: Path) -> bool:
        return FORMATS[out.suffix.lower()] == "jsonl"

    def _keys_of(self, lines: Path) -> Path:
        """Return where the keys of records that are no longer written stand."""
        stamp = Stamp.of(lines)
        name = f"{stamp.size}-{stamp.changed}.keys" if stamp else "none.keys"
        return self._folder / name

    def _name_keys(self, lines: Path) -> None:
        """Put the keys where they are found by the records they belong to."""
        if self._keys.exists():
            self._keys.replace(self._keys_of(lines))

    def _clear(self) -> None:
        """Leave of the journal what a finished run needs; the outputs stand."""
        if self.lines.exists() and self._keeps and not self._is_jsonl(self.out):
            self.lines.replace(self._kept)
        elif self.lines.exists():
            self._kept.unlink(missing_ok=True)
        self.lines.unlink(missing_ok=True)
        self._keys.unlink(missing_ok=True)
        for each in self._folder.glob("earlier-*.jsonl"):
            each.unlink()
        records = self.out if self._is_jsonl(self.out) else self._kept
        for each in self._folder.glob("*.keys"):
            if each != self._keys_of(records):
                each.unlink()

    def _save(self, state: State) -> None:
        """Write ``run.json``, whole or not at all."""
        fresh = self._folder / "run.json.new"
        fresh.write_text(state.model_dump_json(), "utf-8")
        fresh.replace(self._folder / "run.json")

    def _leave(self) -> None:
        """Remove the journal's folder if nothing came into it."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def _write(file: FileIO, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def _key(read: bytes) -> bytes | None:
    """Return a key as it was given; None where it was none, or was lost."""
    return read if len(read) == KEY and read != _NO_KEY else None


def _whole(line: bytes) -> Record | None:
    """Return the record of a whole line; None for a torn one."""
    try:
        return Record.from_json(line) if line.endswith(b"\n") else None
    except ValidationError:
        return None
