"""Files that hold many letters, built in memory."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from terminal import LETTER

from extractor.errors import InputError
from extractor.findings import Code
from extractor.source import Input, Limits, find, load

NAMES = ("b.txt", "in/a.txt", "in/deep/c.TXT")
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def letter(name: str) -> str:
    """Return a letter that can be verified, another for each name."""
    return LETTER.replace("{request}", f"Walker, kind {len(name)}")


def tarred(*members: tuple[str, bytes | None], kind: bytes = tarfile.SYMTYPE) -> bytes:
    """Return a tar archive of names and contents; what has none is of another *kind*."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content or b"")
            if content is None:
                info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info, io.BytesIO(content or b""))
    return file.getvalue()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of names and contents."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def jsonl(*pairs: tuple[str, str]) -> bytes:
    """Return ids and texts as JSON lines."""
    return b"".join(json.dumps({"id": i, "text": t}).encode() + b"\n" for i, t in pairs)


LETTERS = [(name, letter(name).encode()) for name in NAMES]


def codes(given: Path | str, **options: str) -> list[tuple[str, str | None]]:
    """Return the id of each input at *given*, and the code of what is wrong with it."""
    found = find(str(given), **options)  # type: ignore[arg-type] # mypy mixes the options up
    return [(each.id, each.error.code.value if each.error else None) for each in found]


def refusal(given: Input, limits: Limits | None = None) -> Code:
    """Return the code with which an input is not read."""
    with pytest.raises(InputError) as refused:
        load(given, limits or Limits())
    return refused.value.code
