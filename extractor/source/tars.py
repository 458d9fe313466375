"""Tar archives, packed or not: their members, in order, and the bytes of each."""

import tarfile
from collections.abc import Iterator

from extractor.errors import InputError
from extractor.findings import Code
from extractor.source.kinds import Container, Input, Limits, Place
from extractor.source.members import MAX_MEMBERS, Member, admitted, whole
from extractor.source.opening import Unpacked
from extractor.source.reading import refuse_large

_LONGEST_HEADER = 1024 * 1024  # bytes; long names and such


class _Headers(Unpacked):
    """An archive of which only headers are read: none of a size that no header has.

    Attributes:
        last: What was read last; where an archive is whole, it ends in a block of zeros.
    """

    last = b""

    def read(self, size: int = -1, /) -> bytes:
        if not 0 <= size <= _LONGEST_HEADER:
            message = "a header is too long"
            raise tarfile.ReadError(message)
        data = b""
        while len(data) < size and (piece := super().read(size - len(data))):
            data += piece
        self.last = data
        return data


def letters(container: Container, name: str) -> Iterator[Input]:
    """Yield the letters of an archive, in its order; *name* is the archive's own id.

    The archive is read once, from front to back; its directory is not kept.

    Raises:
        OSError: It breaks off.
    """
    with _Headers(container.path) as file:
        try:
            yield from _members(file, container, name)
        except tarfile.TarError:
            message = "The archive, or what is left of it, is no tar archive; pack it anew."
            yield whole(container, name, message)


def _members(file: _Headers, container: Container, name: str) -> Iterator[Input]:
    with tarfile.TarFile(fileobj=file, mode="r", errorlevel=2) as archive:
        number = 0
        while (info := archive.next()) is not None:
            number += 1
            archive.members = []  # type: ignore[attr-defined] # it would keep them all
            if number > MAX_MEMBERS:
                yield whole(container, name, "The archive has too many members; split it.")
                return
            if info.isdir():
                continue
            plain = info.isreg() and info.sparse is None
            member = Member(info.name, number, info.size, plain=plain)
            place = Place(container, info.offset_data, info.size)
            if (found := admitted(member, name, place)) is not None:
                yield found
    if file.last != bytes(tarfile.BLOCKSIZE):
        raise tarfile.ReadError("it breaks off")


class Reader:
    """Reads members where their places say; of a packed archive best in the archive's order."""

    def __init__(self, container: Container) -> None:
        """Open the archive."""
        self._file = Unpacked(container.path)

    def read(self, place: Place, limits: Limits) -> bytes:
        """Return a member's bytes."""
        refuse_large(place.size, limits)
        self._file.seek(place.at)
        data = b""
        while len(data) < place.size and (piece := self._file.read(place.size - len(data))):
            data += piece
        if len(data) < place.size:
            raise InputError(Code.NOT_TEXT, "The archive ends within the letter.")
        return data

    def close(self) -> None:
        """Close the archive."""
        self._file.close()
