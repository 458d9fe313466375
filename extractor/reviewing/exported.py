"""Accepted letters as golden cases: the letter, and the record that people made of it."""

import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

from extractor import golden
from extractor.errors import GoldenError
from extractor.record import Record, status_of

_UNSAFE = re.compile(r"[^a-z0-9]+")
_TAKEN = re.compile(r"con|prn|aux|nul|(?:com|lpt)\d")  # by Windows
_LONGEST = 60
_NOTE = "Exported from a review."


def export(root: Path, record: Record, data: bytes) -> str:
    """Write the case of *record* below *root*; return its name.

    A case of the same letter is written anew; any other stays as it is.

    Args:
        root: The folder of golden cases; made where there is none.
        record: An accepted record.
        data: The bytes of its letter.

    Raises:
        GoldenError: It cannot be written.
    """
    source = f"source.{'pdf' if record.document.media_type == 'application/pdf' else 'txt'}"
    try:
        folder = _folder(root, name_of(record.document.id), source, data)
        text = golden.content(
            _labels(record, f"{folder.name}/{source}"),
            split="dev",
            origin="published",
            reviewed=True,
            note=_NOTE,
        )
        _write(folder, source, data, text)
    except OSError as error:
        raise GoldenError(f"{root.name} cannot be written ({error.strerror}).") from error
    return folder.name


def name_of(id: str) -> str:  # noqa: A002 - the record's own name for it
    """Return a folder's name for the letter *id*: plain, short, and no way out of its parent.

    >>> name_of("../2016/CM16-0213037 (copy).pdf")
    '2016-cm16-0213037-copy'
    >>> name_of("CON.txt")
    'letter-con'
    """
    stem = id.rpartition(".")[0] or id
    name = _UNSAFE.sub("-", stem.lower()).strip("-")[-_LONGEST:].strip("-") or "letter"
    return f"letter-{name}" if _TAKEN.fullmatch(name) else name


def _folder(root: Path, name: str, source: str, data: bytes) -> Path:
    """Return the folder of this letter's case, or else one that is not there yet."""
    root.mkdir(parents=True, exist_ok=True)
    digest = sha256(data).digest()
    number = 1
    while True:
        folder = root / (name if number == 1 else f"{name}-{number}")
        if not (folder.exists() or folder.is_symlink()):
            return folder
        held = folder / source
        known = held.is_file() and not folder.is_symlink()
        if known and sha256(held.read_bytes()).digest() == digest:
            return folder
        number += 1


def _write(folder: Path, source: str, data: bytes, text: str) -> None:
    """Write a whole case, or only its labels where the letter is there already."""
    if folder.exists():
        golden.save(folder, text)
        return
    fresh = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    (fresh / source).write_bytes(data)
    golden.save(fresh, text)
    fresh.rename(folder)


def _labels(record: Record, id: str) -> dict[str, Any]:  # noqa: A002 - as above
    """Return what a golden case holds of *record*; what a person dismissed is not deserved."""
    kept = tuple(each for each in record.findings if each.stands)
    labels = record.model_dump(
        mode="json", by_alias=True, exclude={"schema_", "document", "findings", "provenance"}
    )
    return {
        "document": {"id": id, "layout": record.document.layout},
        **labels,
        "status": status_of(kept, has_text=True),
        "findings": [
            each.model_dump(mode="json", include={"code", "path", "related"}) for each in kept
        ],
    }
