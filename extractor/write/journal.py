"""The journal: what a run has done so far, beside its output; and how the output appears.

The journal of ``letters.db`` is the folder ``.letters.db.journal``:

- ``run.json``: what the run is made of (inputs, configuration, version) and, once they are made,
  size and time of its files, by which they are known again;
- ``records.jsonl``: the records so far, in the order of the inputs, each written before the next
  letter is read;
- while they are made, the output itself and what stands beside it (the citations of a table of
  items: ``letters.citations.csv``), under other names.

They appear by renaming, whole, the output last: where it stands, so does what belongs beside it. A
run that was killed goes on where its last whole line ends.
In the end ``run.json`` alone remains; without it the output is taken for somebody else's.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from io import FileIO
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import OutputError
from extractor.record import Record
from extractor.write import FORMATS, outputs_of, refusing, writer_for

if sys.platform != "win32":
    import fcntl


class MadeOf(BaseModel):
    """What a run is made of; two runs that agree in it make the same output.

    Attributes:
        inputs: Digest of the inputs' ids, sizes and times of change, in order.
        configuration: Digest of everything else that changes what is extracted.
        version: The version of imr-extractor.
    """

    model_config = ConfigDict(frozen=True)

    inputs: str
    configuration: str
    version: str

    def differences(self, other: "MadeOf") -> str:
        """Return in which parts *other* differs, joined by a comma."""
        names = type(self).model_fields
        return ", ".join(name for name in names if getattr(self, name) != getattr(other, name))


class Stamp(BaseModel):
    """Size in bytes and time of change in ns, by which a file is known again."""

    model_config = ConfigDict(frozen=True)

    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> "Stamp | None":
        """Return the stamp of the file at *path*; None where there is none."""
        try:
            status = path.stat()
        except FileNotFoundError:
            return None
        return cls(size=status.st_size, changed=status.st_mtime_ns)


class _State(BaseModel):
    """What ``run.json`` holds."""

    made_of: MadeOf
    published: dict[str, Stamp] = {}
    summary: dict[str, Any] = {}


class Journal:
    """The journal of one output; entering it begins the run or takes it up again.

    Attributes:
        out: The output, symbolic links followed.
        finished: Once entered: the summary of the run that made the output standing there, if it
            was made of the same and nothing is left to do; else None.
    """

    def __init__(self, out: Path, made_of: MadeOf, *, overwrite: bool = False) -> None:
        """Name the output; nothing is touched yet.

        Args:
            out: The output; its suffix names the format.
            made_of: What this run is made of.
            overwrite: Whether an output, or an unfinished run, made otherwise may be replaced, and
                a finished one be made anew. An unfinished run made of the same is taken up.

        Raises:
            OutputError: No format has this suffix, or a library of the format is not installed.
        """
        writer_for(out)
        with refusing(out):
            self.out = out.resolve()
        self._outputs = outputs_of(self.out)
        self.finished: dict[str, Any] | None = None
        self._made_of = made_of
        self._overwrite = overwrite
        self._folder = self.out.with_name(f".{self.out.name}.journal")
        self._lines = self._folder / "records.jsonl"
        self._file: FileIO | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        """Begin the run, or take it up.

        Raises:
            OutputError: The output cannot be written, or stands there and was made otherwise, or
                another process is writing it.
        """
        with contextlib.ExitStack() as stack, refusing(self.out):
            for each in self._outputs:
                _check_place(each)
            self._folder.mkdir(exist_ok=True)
            stack.callback(self._leave)
            stack.enter_context(_locked(self._folder, self.out))
            self.finished = self._begin()
            if self.finished is None:
                self._file = stack.enter_context(self._lines.open("ab", buffering=0))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the journal; what is in it stays."""
        self._stack.close()

    def recover(self) -> Iterator[Record]:
        """Yield the records already there; what a kill tore off at the end is dropped."""
        good = 0
        with self._lines.open("rb") as lines:
            for line in lines:
                record = _whole(line)
                if record is None:
                    break
                good += len(line)
                yield record
        with refusing(self.out):
            os.truncate(self._lines, good)

    def append(self, line: str) -> None:
        """Add a record, as ``Record.to_json`` gives it; it outlives a kill of the process.

        Raises:
            OutputError: There is no room; the records before it stay.
        """
        assert self._file is not None, "a finished run has nothing to append"
        rest = memoryview(f"{line}\n".encode())
        with refusing(self.out):
            while rest:
                rest = rest[self._file.write(rest) :]

    def publish(self, summary: dict[str, Any]) -> None:
        """Make the output, and what stands beside it, and let them appear under their names.

        Args:
            summary: What ``finished`` gives when the same run is asked for again.

        Raises:
            OutputError: There is no room; the journal stays, and the outputs as they were.
        """
        if self._file is not None:
            self._file.close()
        with refusing(self.out):
            staged = {each: self._stage(each) for each in self._outputs}
            for file in staged.values():
                _sync(file)
            stamps = _stamps(staged)
            self._save(_State(made_of=self._made_of, published=stamps, summary=summary))
            for each, file in staged.items():
                file.replace(each)
            _sync(self.out.parent)
            self._lines.unlink(missing_ok=True)

    def _begin(self) -> dict[str, Any] | None:
        """Take up what stands there, or refuse it; None where there is work left."""
        state, standing = self._state(), _stamps({each: each for each in self._outputs})
        same = state is not None and state.made_of == self._made_of
        whole = len(standing) == len(self._outputs)
        if state and same and whole and standing == state.published and not self._overwrite:
            self._lines.unlink(missing_ok=True)
            return state.summary
        if not self._overwrite:
            self._refuse_foreign(standing, state)
        if same and self._lines.exists():
            return None
        if _has_content(self._lines) and not self._overwrite:
            raise OutputError(self._refusal(self.out.name, "has an unfinished run", state))
        self._lines.unlink(missing_ok=True)
        kept = state.published if state and same and not self._overwrite else {}
        self._save(_State(made_of=self._made_of, published=kept))
        return None

    def _refuse_foreign(self, standing: Mapping[str, Stamp], state: _State | None) -> None:
        """Raise ``OutputError`` where a file stands that this run has not made."""
        for name, stamp in standing.items():
            known = state if state and state.published.get(name) == stamp else None
            if known is None or known.made_of != self._made_of:
                raise OutputError(self._refusal(name, "stands there already", known))

    def _refusal(self, name: str, what: str, state: _State | None) -> str:
        """Return why the output is refused, and what to do."""
        parts = self._made_of.differences(state.made_of) if state else ""
        why = f"made otherwise ({parts} differ)" if parts else "and was not made by this command"
        return f"{name} {what}, {why}: name another output, or add --overwrite."

    def _stage(self, out: Path) -> Path:
        """Return the whole content of *out*, not yet under its name."""
        if FORMATS[out.suffix.lower()] == "jsonl":
            return self._lines
        staged = self._folder / f"output{''.join(out.suffixes[-2:])}"
        staged.unlink(missing_ok=True)
        with self._lines.open("rb") as lines:
            writer_for(out)(map(Record.from_json, lines), staged)
        return staged

    def _state(self) -> _State | None:
        """Return what ``run.json`` says; None where there is none that can be read."""
        try:
            return _State.model_validate_json((self._folder / "run.json").read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def _save(self, state: _State) -> None:
        """Write ``run.json``, whole or not at all."""
        fresh = self._folder / "run.json.new"
        fresh.write_text(state.model_dump_json(), "utf-8")
        fresh.replace(self._folder / "run.json")

    def _leave(self) -> None:
        """Remove the journal's folder if nothing came into it."""
        with contextlib.suppress(OSError):
            self._folder.rmdir()


def _stamps(files: Mapping[Path, Path]) -> dict[str, Stamp]:
    """Return the stamps of *files*, by the names of the outputs they are for."""
    found = {out.name: Stamp.of(file) for out, file in files.items()}
    return {name: stamp for name, stamp in found.items() if stamp is not None}


def _check_place(out: Path) -> None:
    """Raise ``OutputError`` where no file can come to stand at *out*."""
    if out.is_dir():
        message = f"{out} is a folder."
    elif out.exists() and not out.is_file():
        message = f"{out} is no ordinary file."
    elif not out.parent.is_dir():
        message = f"{out.parent} is no folder."
    elif not os.access(out.parent, os.W_OK | os.X_OK):
        message = f"{out.parent} is not writable."
    else:
        return
    raise OutputError(message)


@contextlib.contextmanager
def _locked(folder: Path, out: Path) -> Iterator[None]:
    """Keep other processes out of *folder*; the lock ends with the process, however it ends."""
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, out)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, out: Path) -> None:
    """Lock the open folder, or refuse."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"{out.name} is being written by another process."
        raise OutputError(message) from error


def _whole(line: bytes) -> Record | None:
    """Return the record of a whole line; None for a torn one."""
    try:
        return Record.from_json(line) if line.endswith(b"\n") else None
    except ValidationError:
        return None


def _has_content(path: Path) -> bool:
    """Say whether there is a file at *path* with anything in it."""
    return path.exists() and path.stat().st_size > 0


def _sync(path: Path) -> None:
    """Have the disk hold what was written to a file or folder."""
    if sys.platform == "win32":  # which syncs no file that is open for reading, and no folder
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
