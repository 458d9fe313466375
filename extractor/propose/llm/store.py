"""Texts kept on disk under a key while the disk is willing: nothing here ever fails a run.

diskcache unpickles what a row of its database says is a pickle (CVE-2025-69872), and reads, and
removes, whichever file a row names. Its rows here are plain text, in the database itself; any other
row is refused, whoever wrote it.
"""

import logging
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import platformdirs
from diskcache import Cache, Disk  # type: ignore[import-untyped]

from extractor.errors import SettingsError

log = logging.getLogger(__name__)
T = TypeVar("T")

FOLDER_VARIABLE = "IMR_CACHE_DIR"
_DATABASE, _BROKEN = "db", "db.broken-"
_LOCK_SECONDS = 10
_PRIVATE, _WRITABLE_BY_OTHERS = 0o700, stat.S_IWGRP | stat.S_IWOTH
_RAW_TEXT = 1
_PRIMARY = 0xFF
_MENDED_AT_MOST, _FAILED_AT_MOST = 3, 3
_BAD_FILE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_NO_TABLE = "no such"


def default_folder() -> Path:
    """Return where replies are kept unless told otherwise: ``$IMR_CACHE_DIR``, or the user's."""
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else Path(platformdirs.user_cache_dir("imr-extractor"), "replies")


class Unsafe(Exception):
    """A row, or a key, is not plain text."""


class PlainDisk(Disk):  # type: ignore[misc]
    """How rows become values: as plain text in the database, or not at all."""

    def put(self, key: object) -> tuple[str, bool]:
        """Return a key as its row has it."""
        return _plain(key), True

    def get(self, key: object, raw: object) -> str:
        """Return a row's key."""
        if not raw:
            raise Unsafe
        return _plain(key)

    def store(
        self,
        value: object,
        read: object,
        key: object = None,  # noqa: ARG002 - diskcache's signature
    ) -> tuple[int, int, None, str]:
        """Return a value as its row has it."""
        if read:
            raise Unsafe
        return 0, _RAW_TEXT, None, _plain(value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> str:
        """Return a row's value."""
        if mode != _RAW_TEXT or filename is not None or read:
            raise Unsafe
        return _plain(value)

    def remove(self, file_path: object) -> None:
        """Remove nothing: no row of ours has a file."""


def _plain(value: object) -> str:
    if type(value) is not str:
        raise Unsafe
    return value


class Kept(NamedTuple):
    """A text with its key."""

    key: str
    text: str


class Store:
    """Texts by key in one folder, which several processes may share.

    Not to be used by two threads at once. A database that is damaged is set aside under a new name
    and begun anew; where the folder cannot be written, or the disk is full, nothing is kept. Either
    is said once, as a warning.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """Keep texts in *folder*; nothing is opened yet.

        Raises:
            SettingsError: Others than the user could put replies there.
        """
        self.folder = folder or default_folder()
        _check_owner(self.folder)
        self._database = self.folder / _DATABASE
        self._cache: Any = None
        self._opened: os.stat_result | None = None
        self._mended = self._failed = self._failed_writes = 0
        self._warned: set[str] = set()

    def get(self, key: str) -> str | None:
        """Return the text of *key*; None where there is none, or none that can be read."""
        return self._tried(lambda cache: cache.get(key))

    def put(self, key: str, text: str) -> None:
        """Keep *text* under *key*, if that can be done."""
        if self._failed_writes < _FAILED_AT_MOST:
            kept = self._tried(lambda cache: cache.set(key, text))
            self._failed_writes = 0 if kept else self._failed_writes + 1

    def remove(self, key: str) -> None:
        """Forget the text of *key*."""
        self._tried(lambda cache: cache.delete(key))

    def __iter__(self) -> Iterator[Kept]:
        """Yield every text, as far as they can be read; none is made where there is no store."""
        if not self._database.is_dir():
            return
        for key in self._tried(self._keys) or ():
            if (text := self.get(key)) is not None:
                yield Kept(key, text)

    @staticmethod
    def _keys(cache: Any) -> list[str]:  # noqa: ANN401 - diskcache ships no types
        return list(cache)

    def size(self) -> int:
        """Return how many bytes the store takes, what was set aside included."""
        return sum(_size(path) for folder in self._folders() for path in folder.rglob("*"))

    def broken(self) -> list[Path]:
        """Return the databases that were set aside."""
        return sorted(self.folder.glob(f"{_BROKEN}*"))

    def clear(self) -> None:
        """Remove everything, what was set aside included; whoever has it open loses it.

        Raises:
            OSError: It cannot be removed.
        """
        self.close()
        if self._database.is_dir():
            self._database.replace(self._aside())
        for folder in self.broken():
            shutil.rmtree(folder)

    def close(self) -> None:
        """Close the database; it is opened again when it is needed."""
        cache, self._cache = self._cache, None
        if cache is not None:
            try:
                cache.close()
            except sqlite3.Error:
                log.debug("The cache of replies was not closed in order.")

    def _folders(self) -> list[Path]:
        return [self._database, *self.broken()]

    def _tried(self, work: Callable[[Any], T]) -> T | None:
        """Return what *work* comes to; None where the disk, or what is on it, does not allow it."""
        while self._mended < _MENDED_AT_MOST and self._failed < _FAILED_AT_MOST:
            try:
                came_to = work(self._open())
            except Unsafe:
                self._warn("unsafe", "A row of the cache of replies is no plain text; it is left.")
                return None
            except Exception as error:  # a damaged database raises anything
                if not self._is_damaged(error):
                    self._give_up(error)
                    return None
            else:
                self._failed = 0
                return came_to
            self._set_aside()
        return None

    def _open(self) -> Any:  # noqa: ANN401 - diskcache ships no types
        if self._cache is None:
            self.folder.mkdir(_PRIVATE, parents=True, exist_ok=True)
            _check_owner(self.folder)
            self._database.mkdir(_PRIVATE, exist_ok=True)
            self._opened = self._database.stat()
            if stat.S_IMODE(self._opened.st_mode) != _PRIVATE:
                self._database.chmod(_PRIVATE)
            self._cache = Cache(
                str(self._database),
                timeout=_LOCK_SECONDS,
                disk=PlainDisk,
                eviction_policy="none",
                sqlite_mmap_size=0,  # a mapped file that another process truncates kills this one
            )
        return self._cache

    def _is_damaged(self, error: Exception) -> bool:
        """Say whether the database is at fault, not the disk or another process."""
        if isinstance(error, SettingsError | OSError | MemoryError | UnicodeError):
            return False
        if not isinstance(error, sqlite3.Error):
            return type(error).__name__ != "Timeout"
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code == sqlite3.SQLITE_ERROR:
            return _NO_TABLE in str(error)
        return code & _PRIMARY in _BAD_FILE or code == sqlite3.SQLITE_IOERR_SHORT_READ

    def _set_aside(self) -> None:
        """Give the damaged database another name, unless another process has done so."""
        self.close()
        self._mended += 1
        try:
            there = self._database.stat()
            if self._opened is None or os.path.samestat(there, self._opened):
                aside = self._database.replace(self._aside())
                self._warn("damaged", f"The cache of replies was damaged; it now is {aside}.")
        except FileNotFoundError:
            return
        except OSError as error:
            self._mended = _MENDED_AT_MOST
            self._give_up(error)

    def _aside(self) -> Path:
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        return self.folder / f"{_BROKEN}{now}-{os.getpid()}"

    def _give_up(self, error: Exception) -> None:
        """Go on without what could not be done; a store that cannot be opened is not tried again.

        diskcache waits a whole minute to open a database that another process holds.
        """
        self._failed = _FAILED_AT_MOST if self._cache is None else self._failed + 1
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        self._warn("given up", f"The cache of replies in {self.folder} cannot be used: {why}.")

    def _warn(self, kind: str, sentence: str) -> None:
        if kind not in self._warned:
            self._warned.add(kind)
            log.warning(sentence)


def _check_owner(folder: Path) -> None:
    """Refuse a folder that others than the user can write."""
    try:
        found = folder.stat()
    except OSError:
        return
    if not stat.S_ISDIR(found.st_mode):
        raise SettingsError(f"{folder} is no folder: name another for the cache of replies.")
    if not hasattr(os, "geteuid"):
        return
    if found.st_uid != os.geteuid():
        message = f"The cache's folder {folder} is somebody else's: set {FOLDER_VARIABLE} to yours."
        raise SettingsError(message)
    if found.st_mode & _WRITABLE_BY_OTHERS:
        raise SettingsError(f"Others may write {folder}, the cache's folder: chmod 700 {folder}")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
