"""What one input says, wherever it stands."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from extractor.errors import InputError
from extractor.findings import Code
from extractor.source import lines, rows, tars, zips
from extractor.source.kinds import DEFAULT_LIMITS, Container, Input, Limits, Place, Source, written
from extractor.source.opening import (
    BROKEN,
    UNREACHED,
    Bomb,
    is_address,
    open_binary,
    stamp_of,
)
from extractor.source.reading import content, from_text, read, read_bytes

_KEPT_OPEN = 2


class _Reads(Protocol):
    """Reads the letters of one container."""

    def read(self, place: Place, limits: Limits, /) -> str | bytes: ...

    def close(self) -> None: ...


_READERS: dict[str, Callable[[Container], _Reads]] = {
    "zip": zips.Reader,
    "tar": tars.Reader,
    "jsonl": lines.Reader,
    "parquet": rows.Reader,
}


def load(found: Input, limits: Limits = DEFAULT_LIMITS, encoding: str | None = None) -> Source:
    """Read an input as ``find`` yields it; standard input is not read here.

    The containers that were read last stay open, so that letters in their order are read once.

    Raises:
        InputError: As ``read`` does, and with the code of ``found.error`` where it has one.
        ImrError: A library that the input needs is not installed.
    """
    if found.error is not None:
        raise InputError(found.error.code, found.error.message)
    if found.path is None:
        raise InputError(Code.MISSING_PATH, "Standard input can be read only once.")
    if found.place is None and not is_address(found.path):
        return read(found.path, found.id, limits, encoding)
    said = _OPEN.read(found.place, limits) if found.place else _behind(found.path, limits)
    if isinstance(said, str):
        source = from_text(said, found.id, limits)
    else:
        source = read_bytes(said, found.id, limits, encoding)
        if found.id.lower().endswith(".pdf") and source.media_type != "application/pdf":
            raise InputError(Code.NOT_TEXT, "The file is named .pdf and is no PDF.")
    return replace(source, path=written(found.path))


def raw(found: Input, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """Return an input's bytes as they stand in its file; of a given text, its UTF-8 bytes.

    Raises:
        InputError: As ``load`` does where the bytes cannot be had.
    """
    if found.path is None:
        raise InputError(Code.MISSING_PATH, "Standard input can be read only once.")
    if found.place is None:
        read_from = _behind if is_address(found.path) else content
        return read_from(found.path, limits)
    said = _OPEN.read(found.place, limits)
    return said.encode() if isinstance(said, str) else said


def _behind(address: str, limits: Limits) -> bytes:
    """Return a remote file's bytes, as many as the limit and one."""
    try:
        with open_binary(address) as file:
            return file.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        raise InputError(Code.MISSING_PATH, UNREACHED) from error


class OpenContainers:
    """The containers that are open, the one read last at the end."""

    def __init__(self) -> None:
        """Begin with none."""
        self._readers: OrderedDict[Container, _Reads] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, place: Place, limits: Limits) -> str | bytes:
        """Return what stands at *place*.

        Raises:
            InputError: It does not stand there any more, or is beyond the limits.
        """
        with self._lock:
            try:
                return self._reader(place.within).read(place, limits)
            except InputError:
                raise
            except Bomb as error:
                self._drop(place.within)
                raise InputError(Code.TOO_LARGE, "Its file unpacks to far too much.") from error
            except BROKEN as error:
                self._drop(place.within)
                if is_address(place.within.path) and isinstance(error, OSError):
                    raise InputError(Code.MISSING_PATH, UNREACHED) from error
                message = "The file that holds the letter is damaged or gone."
                raise InputError(Code.NOT_TEXT, message) from error

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            for container in list(self._readers):
                self._drop(container)

    def _reader(self, container: Container) -> _Reads:
        if container not in self._readers:
            if stamp_of(container.path) != container.stamp:
                message = "The file that holds the letter has changed since the run began."
                raise InputError(Code.SOURCE_MISMATCH, message)
            while len(self._readers) >= _KEPT_OPEN:
                self._readers.popitem(last=False)[1].close()
            self._readers[container] = _READERS[container.kind](container)
        self._readers.move_to_end(container)
        return self._readers[container]

    def _drop(self, container: Container) -> None:
        if (reader := self._readers.pop(container, None)) is not None:
            reader.close()


_OPEN = OpenContainers()
