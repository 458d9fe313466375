"""The inputs of a run, all named before any is read: on disk, so that any number fits."""

import contextlib
import hashlib
import os
import pickle
import re
import secrets
import tempfile
import weakref
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Self

from extractor.source import Input
from extractor.write.places import needing_room


@dataclass(frozen=True, slots=True)
class Shard:
    """One of several disjoint parts of any inputs, which together are all of them.

    To which part an input belongs follows from its id alone.
    """

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "2/5": the second of five.

        >>> Shard.parse("2/5")
        Shard(index=2, count=5)

        Raises:
            ValueError: It is none.
        """
        match = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text.strip(), re.ASCII)
        if match and int(match[1]) <= int(match[2]):
            return cls(int(match[1]), int(match[2]))
        message = f"{text!r} is no shard; the second of five is 2/5"
        raise ValueError(message)

    def holds(self, id: str) -> bool:  # noqa: A002 - the record's own name for it
        """Say whether the input called *id* belongs to it."""
        digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.count == self.index - 1

    def __str__(self) -> str:
        """Return it as it is given."""
        return f"{self.index}/{self.count}"


class Named:
    """Inputs that can be gone through again and again, and counted; they are kept on disk.

    Attributes:
        total: How many were named, those of other shards included.
        inputs: Digest of ids, sizes and times of change of all of them, in order.
        names: Digest of their ids, in order.
        shard: Which of them these are; None for all.
    """

    def __init__(self, inputs: Iterable[Input], shard: Shard | None = None) -> None:
        """Name all *inputs*; those of *shard* are kept.

        Raises:
            OutputError: There is no room for temporary files.
        """
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it ends with self
        weakref.finalize(self, _close, self._file)
        self._length = self.total = 0
        self.shard = shard
        identities, names = Digest(), Digest()
        for given in inputs:
            identities.add(_identity(given))
            names.add(given.id)
            if shard is None or shard.holds(given.id):
                self._keep(given)
            self.total += 1
        with needing_room():
            self._file.flush()
        self.inputs, self.names = str(identities), str(names)

    def __len__(self) -> int:
        """Return how many were kept."""
        return self._length

    def __iter__(self) -> Iterator[Input]:
        """Yield those that were kept, in order."""
        return (given for _, given in self._stored())

    def positions(self) -> Iterator[int]:
        """Yield their places among all inputs, from 0."""
        return (position for position, _ in self._stored())

    def _keep(self, given: Input) -> None:
        with needing_room():
            pickle.dump((self.total, given), self._file)
        self._length += 1

    def _stored(self) -> Iterator[tuple[int, Input]]:
        place = 0
        for _ in range(self._length):
            self._file.seek(place)
            stored: tuple[int, Input] = pickle.load(self._file)  # noqa: S301 - written above
            place = self._file.tell()
            yield stored


def _close(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):  # on a full disk it still has something to write
        file.close()


class Digest:
    """One SHA-256 over texts, of which none can be taken for part of another."""

    def __init__(self) -> None:
        """Begin with no text."""
        self._digest = hashlib.sha256()

    def add(self, text: str) -> None:
        """Take one more *text*."""
        self._digest.update(f"{len(text)}:{text}".encode("utf-8", "surrogatepass"))

    def __str__(self) -> str:
        """Return the digest in hex."""
        return self._digest.hexdigest()


def _identity(given: Input) -> str:
    """Return by what an input is known again while it is unchanged."""
    if given.path is None:
        return secrets.token_hex()
    if (place := given.place) is not None:
        within = (place.within.path, place.within.stamp, place.within.text_key)
        return repr((given.id, *within, place.at, place.size, place.packed, place.checksum))
    if given.stamp:
        return repr((given.id, given.path, given.stamp))
    try:
        status = os.stat(given.path)  # noqa: PTH116 - a Path for each would take as long
    except (OSError, ValueError):
        return repr((given.id, given.path))
    return repr((given.id, given.path, status.st_size, status.st_mtime_ns))
