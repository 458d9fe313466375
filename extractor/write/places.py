"""Where an output may come to stand, and by what its files are known again."""

import contextlib
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from extractor.errors import OutputError
from extractor.write import FULL, MAKE_ROOM

if sys.platform != "win32":
    import fcntl


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


def stamps(files: Mapping[Path, Path]) -> dict[str, Stamp]:
    """Return the stamps of *files*, by the names of the outputs they are for."""
    found = {out.name: Stamp.of(file) for out, file in files.items()}
    return {name: stamp for name, stamp in found.items() if stamp is not None}


def check_place(out: Path) -> None:
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
def locked(folder: Path, out: Path) -> Iterator[None]:
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


@contextlib.contextmanager
def needing_room() -> Iterator[None]:
    """Turn want of room for the block's temporary files into an ``OutputError``."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if getattr(error, "errno", None) not in FULL and not _is_full(error):
            raise
        message = (
            f"The disk of temporary files is full ({tempfile.gettempdir()}, or what SQLITE_TMPDIR "
            f"names): name another with TMPDIR, or {MAKE_ROOM}."
        )
        raise OutputError(message) from error


def _is_full(error: Exception) -> bool:
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_FULL


def has_content(path: Path) -> bool:
    """Say whether there is a file at *path* with anything in it."""
    return path.exists() and path.stat().st_size > 0


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file or folder."""
    if sys.platform == "win32":  # which syncs no file that is open for reading, and no folder
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
