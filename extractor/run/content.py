"""By what letters are known again: their content, wherever they stand, and how it is read."""

import hashlib
import stat
from pathlib import Path
from typing import Literal, NamedTuple, Self, TypeAlias

from extractor.corrections import Corrections
from extractor.errors import ImrError
from extractor.record import Document
from extractor.source import DEFAULT_LIMITS, Input, OpenContainers, Place, is_address
from extractor.write.journal import KEY

_LARGEST = 64 * 1024 * 1024  # bytes; what is larger is no letter, and is not read to compare it
_SLACK = 64 * 1024  # bytes that a container may need for a letter beside its own
_PDF = ".pdf"

Kind: TypeAlias = Literal["", "pdf", "text"]


class Content(NamedTuple):
    """What a letter holds, as its record depends on it.

    Attributes:
        digest: Hex SHA-256 of its bytes; of a text that was given as one, of its UTF-8 bytes.
        kind: ``pdf`` where its name says so, ``text`` of a text in JSON lines and Parquet, which
            has no encoding; else empty.
        corrections: Digest of what people corrected of it; empty where they did nothing.
    """

    digest: str
    kind: Kind = ""
    corrections: str = ""

    @property
    def key(self) -> bytes:
        """Return by what it is known."""
        whole = f"{self.digest}{self.kind}{self.corrections}"
        return hashlib.blake2b(whole.encode(), digest_size=KEY).digest()

    def is_of(self, document: Document) -> bool:
        """Say whether a record's *document* may have this content."""
        return document.sha256 in {None, self.digest}


def content_of_document(document: Document) -> Content | None:
    """Return the content that a record is of; None where it was not read."""
    if document.sha256 is None:
        return None
    if document.media_type == "text/plain":
        return Content(document.sha256, "" if document.encoding else "text")
    names = (document.id, document.path or "")
    named = any(name.lower().endswith(_PDF) for name in names)
    return Content(document.sha256, "pdf" if named else "")


class Contents:
    """Reads letters in their order to compare them, apart from reading them to extract them.

    Letters behind addresses are not read twice, so they are not compared.
    """

    def __init__(self, corrected: Corrections = Corrections()) -> None:  # noqa: B008 - frozen
        """Begin with nothing open; *corrected* is part of what letters are known by."""
        self._containers = OpenContainers()
        self._corrected = corrected

    def __enter__(self) -> Self:
        """Return it, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the containers."""
        self._containers.close()

    def of(self, given: Input) -> Content | None:
        """Return what a letter holds; None where it cannot be read, or is not compared."""
        if given.path is None or given.error is not None or is_address(given.path):
            return None
        try:
            found = (
                _of_file(Path(given.path))
                if given.place is None
                else self._of_member(given, given.place)
            )
        except (OSError, ValueError, ImrError):
            return None
        return found and found._replace(corrections=self._corrected.digest(found.digest))

    def _of_member(self, given: Input, place: Place) -> Content | None:
        said = self._containers.read(place, DEFAULT_LIMITS)
        data = said.encode() if isinstance(said, str) else said
        if not _is_plain(place, len(data)):
            return None
        digest = hashlib.sha256(data).hexdigest()
        if isinstance(said, str):
            return Content(digest, "text")
        return Content(digest, "pdf" if given.id.lower().endswith(_PDF) else "")


def _of_file(path: Path) -> Content | None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        return None
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Content(digest, "pdf" if path.suffix.lower() == _PDF else "")


def _is_plain(place: Place, length: int) -> bool:
    """Say whether a letter of this *length* is too large only where its content is."""
    return place.packed <= length + _SLACK and place.size <= 2 * length + _SLACK
