"""What an input is: named, placed, and read."""

import os
from dataclasses import dataclass
from typing import Literal, Self, TypeAlias

from extractor.findings import Code, Finding
from extractor.text import Text

StrPath: TypeAlias = str | os.PathLike[str]

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an input may be."""

    max_bytes: int = 20 * 1024 * 1024
    max_pages: int = 500


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    r"""One input's text, and where it came from.

    Attributes:
        id: The input's name in records: ``/`` between folders, with suffix.
        path: The file, or the one that holds the letter among others; None for standard input and
            given text.
        text: A text file's content as decoded, its byte order mark apart, no newline translated;
            of a PDF what ``extractor.pdf`` describes.
        sha256: Hex digest of the file's bytes; of given text, of its UTF-8 bytes.
        media_type: ``text/plain`` or ``application/pdf``.
        encoding: Python's name of the text file's encoding; None for PDFs and given text.
        reader: ``text``, or the PDF library and its version.
        pages: How many pages; None where the text has none.
        findings: What is doubtful about the text; an error among them asks for a person.
    """

    id: str
    path: str | None
    text: str
    sha256: str
    media_type: Literal["text/plain", "application/pdf"] = "text/plain"
    encoding: str | None = None
    reader: str = "text"
    pages: int | None = None
    findings: tuple[Finding, ...] = ()

    def as_text(self) -> Text:
        """Return the text, normalized; a PDF's has pages even when it is one."""
        return Text.of(self.text, paged=self.pages is not None)


@dataclass(frozen=True, slots=True)
class Container:
    """A file that holds many letters; the inputs in it share this object.

    Attributes:
        path: The file, or its address.
        kind: What it is.
        stamp: By what it is known to be unchanged: size and time.
        id_key: The key, or the column, of a letter's id.
        text_key: The key, or the column, of its text.
    """

    path: str
    kind: Literal["zip", "tar", "jsonl", "parquet"]
    stamp: str = ""
    id_key: str = "id"
    text_key: str = "text"

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Be pickled in a third of the time: a run pickles each of its inputs, often twice."""
        return type(self), (self.path, self.kind, self.stamp, self.id_key, self.text_key)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a container a letter stands.

    Attributes:
        within: The container.
        at: Of a zip the offset of the member's header in the file; of a tar or of JSON lines the
            offset of its bytes, unpacked; of Parquet the row. All from 0.
        size: How many bytes it has, unpacked; 0 of a row.
        packed: Of a zip: how many bytes it has as packed.
        method: Of a zip: how it is packed, by the number that zip gives it.
        checksum: Of a zip: its CRC-32.
    """

    within: Container
    at: int
    size: int = 0
    packed: int = 0
    method: int = 0
    checksum: int = 0

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Be pickled fast, as a container."""
        standing = (self.at, self.size, self.packed, self.method, self.checksum)
        return type(self), (self.within, *standing)


@dataclass(frozen=True, slots=True)
class Input:
    """An input that was named: a file, one among many in a file, or standard input.

    Small and picklable: it says where the letter is and holds nothing of it.

    Attributes:
        id: Its name in records.
        path: The file, or its address; None is standard input.
        error: Why it cannot be read as it stands; it still is an input, and gets its row.
        place: Where in the file it stands; None where it is the whole of it.
        stamp: By what a file behind an address is known to be unchanged; empty for local ones.
    """

    id: str
    path: str | None
    error: Finding | None = None
    place: Place | None = None
    stamp: str = ""

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """Be pickled fast, as a container."""
        return type(self), (self.id, self.path, self.error, self.place, self.stamp)


def unusable(name: str, path: str, code: Code, message: str) -> Input:
    """Return an input that cannot be read, for the reason in *message*."""
    return Input(written(name), path, Finding.of(code, message))


def written(name: str) -> str:
    r"""Return a name as a record can hold it: bytes that are no UTF-8 become ``\udcxx``."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")
