"""Bytes of files, local or behind an address, unpacked as they are read."""

import bz2
import gzip
import importlib
import io
import lzma
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias, cast

from extractor.errors import ImrError

Kind: TypeAlias = Literal["zip", "tar", "jsonl", "parquet"]

MAX_RATIO = 200  # bytes unpacked to one packed
_WORTH_A_LOOK = 64 * 1024 * 1024  # bytes unpacked, below which no ratio does harm
_STEP = 1024 * 1024
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+(://|::.*://)", re.DOTALL)
_KINDS: dict[str, Kind] = {
    ".zip": "zip",
    ".tar": "tar",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_SHORT = {".tgz": ".tar.gz", ".tbz2": ".tar.bz2", ".txz": ".tar.xz", ".tzst": ".tar.zst"}
_PACKED = (".gz", ".bz2", ".xz", ".zst")
_CONTAINERS = (*_KINDS, *_SHORT, *_PACKED)
_STAMPS = ("size", "mtime", "LastModified", "last_modified", "ETag", "etag", "created", "updated")
# What goes wrong with a file that is damaged, or is none of its kind.
BROKEN = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)


UNREACHED = (
    "The address cannot be read; once it is right, and the connection is back, --retry failed "
    "takes the letter anew."
)


class Bomb(ValueError):
    """A file that unpacks to far more than any file of letters does."""


def is_address(given: str) -> bool:
    r"""Say whether *given* is an address for fsspec, no local path.

    >>> [is_address(given) for given in ("s3://letters/a.txt", "zip::file:///a.zip", "C:\\a.txt")]
    [True, True, False]
    """
    return _ADDRESS.match(given) is not None


def kind_of(name: str) -> Kind | None:
    """Return which container a file of this name is; None where it is a letter or anything else.

    >>> [kind_of(name) for name in ("a.zip", "a.TGZ", "a.jsonl.gz", "a.txt", "a.txt.gz")]
    ['zip', 'tar', 'jsonl', None, None]
    """
    if not name.lower().endswith(_CONTAINERS):
        return None
    stem, packing = _split(name)
    kind = _KINDS.get(Path(stem).suffix)
    return None if packing and kind in {"zip", "parquet"} else kind


def _split(name: str) -> tuple[str, str]:
    """Return a name without its packing's suffix, and that suffix; both in lower case."""
    name = name.lower()
    for short, long in _SHORT.items():
        if name.endswith(short):
            name = name.removesuffix(short) + long
    suffix = Path(name).suffix
    return (name.removesuffix(suffix), suffix) if suffix in _PACKED else (name, "")


def file_system(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for *address*, and the path in it.

    Raises:
        ImrError: fsspec, or what it needs for this kind of address, is not installed.
    """
    try:
        core = importlib.import_module("fsspec.core")
    except ImportError as error:
        message = "Addresses need fsspec: pip install 'imr-extractor[fsspec]'."
        raise ImrError(message) from error
    protocol = re.split("::|:", address, maxsplit=1)[0]
    try:
        return cast("tuple[Any, str]", core.url_to_fs(address))
    except ImportError as error:
        message = f"Addresses of {protocol} need a package that fsspec lacks here: {error}."
        raise ImrError(message) from error
    except ValueError as error:
        message = f"There are no addresses of the kind {protocol}."
        raise ImrError(message) from error


def open_binary(path: str) -> IO[bytes]:
    """Open a file to be read, local or behind an address.

    Raises:
        OSError: It cannot be; whatever a remote file system raises is one too.
        ImrError: A library for the address is missing.
    """
    if not is_address(path):
        return Path(path).open("rb")
    with as_os_error():
        system, inner = file_system(path)
        return io.BufferedReader(_Remote(system, inner), _STEP)


def stamp_of(path: str) -> str:
    """Return by what a file is known to be unchanged: size and time of change.

    Raises:
        OSError: There is none.
    """
    if not is_address(path):
        status = Path(path).stat()
        return f"{status.st_size} {status.st_mtime_ns}"
    with as_os_error():
        system, inner = file_system(path)
        return stamp_from(system.info(inner))


def stamp_from(info: dict[str, Any]) -> str:
    """Return the stamp of a file that a remote file system describes."""
    return " ".join(str(info[key]) for key in _STAMPS if info.get(key) is not None)


@contextmanager
def as_os_error() -> Iterator[None]:
    """Make an ``OSError`` of whatever a remote file system raises, its words left out."""
    try:
        yield
    except (ImrError, OSError):
        raise
    except Exception as error:
        raise OSError(type(error).__name__) from error


class _Remote(io.RawIOBase):
    """A file behind an address; its file system, which may close it, lives as long."""

    def __init__(self, system: Any, path: str) -> None:  # noqa: ANN401 - fsspec ships no types
        self._system = system
        self._file: IO[bytes] = system.open(path, "rb")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - anything with room for bytes
        with as_os_error():
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


class Unpacked(io.RawIOBase):
    """A file's bytes, unpacked where its name says that it is packed.

    Reading on and seeking forward hold a megabyte at most; backward, a packed file is read anew.
    """

    def __init__(self, path: str) -> None:
        """Open the file at *path*.

        Raises:
            OSError: It cannot be.
            ImrError: This Python, or this installation, cannot unpack or reach it.
        """
        unpack = _unpacker(_split(path)[1])
        self._raw = open_binary(path)
        self._file = unpack(self._raw) if unpack else self._raw
        self._packed = unpack is not None

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - anything with room for bytes
        """Read what comes next; raises ``Bomb`` where that is far too much."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        if self._packed:
            self._weigh()
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to *offset*, forward in steps; raises ``Bomb`` as reading does."""
        if whence == io.SEEK_CUR:
            offset += self._file.tell()
        elif whence == io.SEEK_END or not self._packed:
            return self._file.seek(offset, whence)
        while offset - self._file.tell() > _STEP:
            before = self._file.tell()
            if self._file.seek(before + _STEP) <= before:
                break
            self._weigh()
        return self._file.seek(offset)

    def tell(self) -> int:
        """Return where it stands."""
        return self._file.tell()

    def close(self) -> None:
        """Close the file, packed and unpacked."""
        if not self.closed:
            self._file.close()
            self._raw.close()
        super().close()

    def _weigh(self) -> None:
        unpacked = self._file.tell()
        if unpacked > _WORTH_A_LOOK and unpacked > MAX_RATIO * self._raw.tell():
            message = f"it unpacks to more than {MAX_RATIO} times its size"
            raise Bomb(message)


def _unpacker(suffix: str) -> Callable[[IO[bytes]], IO[bytes]] | None:
    """Return what unpacks files of this suffix; None where they are not packed."""
    if suffix == ".zst":
        try:
            zstd = importlib.import_module("compression.zstd")
        except ImportError as error:
            message = "Files packed with zstd need Python 3.14 or later; unpack them first."
            raise ImrError(message) from error
        return cast("Callable[[IO[bytes]], IO[bytes]]", zstd.ZstdFile)
    known: dict[str, Any] = {".gz": _gunzip, ".bz2": bz2.BZ2File, ".xz": lzma.LZMAFile}
    return known.get(suffix)


def _gunzip(file: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))
