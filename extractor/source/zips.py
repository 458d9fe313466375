"""Zip archives: their directory, read a member at a time, and the bytes of each.

The standard library's reader keeps an archive's whole directory; this one keeps nothing, so that
an archive of a million letters needs no more memory than one of ten, in any process.
"""

import bz2
import io
import stat
import struct
import zlib
from collections.abc import Iterator
from typing import IO, Any, NamedTuple

from extractor.errors import InputError
from extractor.findings import Code
from extractor.source.kinds import Container, Input, Limits, Place
from extractor.source.members import MAX_MEMBERS, Member, admitted, whole
from extractor.source.opening import open_binary
from extractor.source.reading import refuse_large

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_WIDE = 0xFFFFFFFF  # the value that says: it stands in the 64-bit extension
_ENCRYPTED, _UTF8 = 0x1, 0x800
_UNIX = 3
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12
_SLACK = 64 * 1024


class NoZip(ValueError):
    """What a file that should be a zip archive has instead; the message is for people."""


class _Directory(NamedTuple):
    """Where an archive's directory stands: its offset, its size, how many entries, what to add."""

    at: int
    size: int
    entries: int
    shift: int


class _Entry(NamedTuple):
    name: str
    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    at: int
    mode: int


def letters(container: Container, name: str) -> Iterator[Input]:
    """Yield the letters of an archive, in its directory's order; *name* is the archive's own id.

    Raises:
        OSError: It cannot be read.
    """
    with open_binary(container.path) as file:
        try:
            directory = _directory(file)
            _refuse_overlaps(file, directory)
            for number, entry in enumerate(_entries(file, directory), start=1):
                place = Place(
                    container,
                    entry.at + directory.shift,
                    entry.size,
                    entry.packed,
                    entry.method,
                    entry.checksum,
                )
                found = admitted(_member(entry, number), name, place)
                if found is not None:
                    yield found
        except (NoZip, struct.error) as error:
            reason = str(error) if isinstance(error, NoZip) else "Its directory breaks off."
            yield whole(container, name, f"The zip archive is refused: {reason}")


def _member(entry: _Entry, number: int) -> Member:
    kind = stat.S_IFMT(entry.mode)
    return Member(
        entry.name,
        number,
        entry.size,
        plain=kind in {0, stat.S_IFREG},
        encrypted=bool(entry.flags & _ENCRYPTED),
        ratio=entry.size / max(entry.packed, 1),
    )


def _directory(file: IO[bytes]) -> _Directory:
    """Find the directory from the archive's end."""
    length = file.seek(0, io.SEEK_END)
    start = max(0, length - _END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    found = tail.rfind(b"PK\5\6")
    if found < 0:
        raise NoZip("It is none, or its end is missing.")
    _, disk, _, _, entries, size, at, _ = _END.unpack_from(tail, found)
    end = start + found
    if disk not in {0, 0xFFFF}:
        raise NoZip("It is one part of several.")
    if (wide := _wide_end(file, end)) is not None:
        entries, size, at, end = wide
    shift = end - size - at
    if shift < 0 or entries > MAX_MEMBERS or entries * _ENTRY.size > size:
        raise NoZip("Its directory is larger than itself, or has too many members.")
    return _Directory(at + shift, size, entries, shift)


def _wide_end(file: IO[bytes], end: int) -> tuple[int, int, int, int] | None:
    """Return entries, size and offset as the 64-bit end of a directory says them, and its place.

    It stands before the other at *end*, even where that could say the same. What says its place
    does not count what may stand before the archive, so it is looked for where it should end too.
    """
    before = end - _LOCATOR.size
    mark, _, said, _ = _LOCATOR.unpack(_at(file, before, _LOCATOR.size))
    if mark != b"PK\6\7":
        return None
    for place in (before - _END_64.size, said):
        fields = _END_64.unpack(_at(file, place if place < before else 0, _END_64.size))
        if fields[0] == b"PK\6\6":
            return fields[7], fields[8], fields[9], place
    raise NoZip("The end of its directory is missing.")


def _at(file: IO[bytes], place: int, size: int) -> bytes:
    """Return what stands at a place, zeros where that is not in the file."""
    file.seek(max(0, place))
    return file.read(size).ljust(size, b"\0")


def _entries(file: IO[bytes], directory: _Directory) -> Iterator[_Entry]:
    """Yield the directory's entries; the file may be read elsewhere between two of them."""
    at = directory.at
    for _ in range(directory.entries):
        file.seek(at)
        fields = _ENTRY.unpack(file.read(_ENTRY.size))
        if fields[0] != b"PK\1\2":
            raise NoZip("Its directory is damaged.")
        name_size, extra_size, comment_size = fields[10:13]
        name, extra = file.read(name_size), file.read(extra_size)
        yield _entry(fields, name, extra)
        at += _ENTRY.size + name_size + extra_size + comment_size


def _entry(fields: tuple[Any, ...], name: bytes, extra: bytes) -> _Entry:
    _, made, _, flags, method, _, _, checksum, packed, size, *_, attributes, at = fields
    size, packed, at = _widened((size, packed, at), extra)
    decoded = name.decode("utf-8" if flags & _UTF8 else "cp437", "backslashreplace")
    mode = attributes >> 16 if made >> 8 == _UNIX else 0
    return _Entry(decoded, flags, method, checksum, packed, size, at, mode)


def _widened(narrow: tuple[int, int, int], extra: bytes) -> tuple[int, int, int]:
    """Return size, packed size and offset, from the 64-bit extension where it has them."""
    while len(extra) >= 4:  # noqa: PLR2004 - two bytes of kind, two of length
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1:
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra, 4))
            size, packed, at = (next(wide, n) if n == _WIDE else n for n in narrow)
            return size, packed, at
        extra = extra[4 + length :]
    return narrow


def _refuse_overlaps(file: IO[bytes], directory: _Directory) -> None:
    """Raise ``NoZip`` where the members claim more bytes than there are: they share some."""
    claimed = 0
    for entry in _entries(file, directory):
        claimed += entry.packed + _LOCAL.size
        if claimed > directory.at or entry.at + directory.shift >= directory.at:
            raise NoZip("Its members overlap, as in a bomb.")


class Reader:
    """Reads members where their places say, in any order."""

    def __init__(self, container: Container) -> None:
        """Open the archive."""
        self._file = open_binary(container.path)

    def read(self, place: Place, limits: Limits) -> bytes:
        """Return a member's bytes; never more than the limit and one are unpacked."""
        refuse_large(max(place.size, place.packed - _SLACK), limits)
        self._file.seek(place.at)
        header = self._file.read(_LOCAL.size)
        if len(header) < _LOCAL.size or not header.startswith(b"PK\3\4"):
            raise InputError(Code.NOT_TEXT, "The archive is damaged where the letter should be.")
        self._file.seek(sum(_LOCAL.unpack(header)[-2:]), io.SEEK_CUR)
        data = _unpacked(self._file.read(place.packed), place)
        if len(data) != place.size or zlib.crc32(data) != place.checksum:
            raise InputError(Code.NOT_TEXT, "The letter is damaged in its archive; pack it anew.")
        return data

    def close(self) -> None:
        """Close the archive."""
        self._file.close()


def _unpacked(packed: bytes, place: Place) -> bytes:
    """Unpack a member, to one byte more than it says at most."""
    try:
        if place.method == _STORED:
            return packed
        if place.method == _DEFLATED:
            return zlib.decompressobj(-15).decompress(packed, place.size + 1)
        if place.method == _BZIP2:
            return bz2.BZ2Decompressor().decompress(packed, place.size + 1)
    except (OSError, ValueError, zlib.error) as error:
        message = "The letter is damaged in its archive; pack it anew."
        raise InputError(Code.NOT_TEXT, message) from error
    message = "The letter is packed in a way that is not read; pack it anew with deflate."
    raise InputError(Code.NOT_TEXT, message)
