"""Draft a golden case from a letter, for a person to correct.

The rules propose the labels, so a draft agrees with them until someone has read the letter: it is
unreviewed, and unreviewed cases never count. What to look at first is said, what is absent too.
"""

import re
import shutil
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evals.dataset import dumped, labelled
from evals.errors import EvalError
from evals.scoring.fields import score_fields
from evals.scoring.marks import Kind
from extractor.cli.output import plain
from extractor.findings import Finding
from extractor.golden import EXPECTED, SOURCES, SPLITS, Case, record_of, write
from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.source import read
from extractor.text import Text

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST = 80
_SHOWN = 60
_TEXT, _PDF = SOURCES
_UNLABELLED = "reasons"


def draft(file: Path, out: Path, split: str) -> tuple[Case, Record]:
    """Write the letter *file* and what the rules make of it to the new folder *out*.

    Returns:
        The case, and the record with what was found.

    Raises:
        EvalError: The letter cannot be read, *out* is there or has no name for a case, a case
            beside it is this letter, or there is no such split.
    """
    _check(out, split)
    record = Extractor().extract(file)
    if record.status == "failed":
        raise EvalError(f"{file} cannot be read: {record.findings[0].message}")
    content = file.read_bytes()
    if twin := _twin(content, out.parent):
        raise EvalError(f"{twin} is this letter already.")
    source = out / (_PDF if record.document.media_type == "application/pdf" else _TEXT)
    labels = labels_of(record, f"{out.name}/{source.name}")
    note = f"Draft by the rules of {record.provenance.version}: to be corrected."
    case = Case(out.name, out, source, record_of(labels), split, False, note, "published")
    _write(case, content)
    return case, record


def name_for(file: Path) -> str:
    """Return the name of a case for the letter *file*: lower-case letters, digits and hyphens.

    >>> name_for(Path("CM16-0213037 (Müller).PDF"))
    'cm16-0213037-muller'

    Raises:
        EvalError: Nothing of the name is left.
    """
    ascii_ = unicodedata.normalize("NFKD", file.stem).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", ascii_)[:_LONGEST].strip("-")
    if not name:
        raise EvalError("The file's name makes no name for a case; give one with --out.")
    return name


def labels_of(record: Record, document_id: str) -> dict[str, Any]:
    """Return what a golden case holds of *record*: its content, pages only where there are any."""
    data = dict(dumped(record))
    del data["schema"], data["provenance"]
    data["document"] = {"id": document_id, "layout": record.document.layout}
    data["findings"] = [
        {name: finding[name] for name in ("code", "path", "related")}
        for finding in data["findings"]
    ]
    for item in data["items"]:
        del item[_UNLABELLED]
    labels: dict[str, Any] = _without_pages(data)
    return labels


def _without_pages(part: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(part, list):
        return [_without_pages(each) for each in part]
    if isinstance(part, dict):
        return {
            name: _without_pages(each)
            for name, each in part.items()
            if name != "page" or each is not None
        }
    return part


def _check(out: Path, split: str) -> None:
    if split not in SPLITS:
        raise EvalError(f"There is no split {split!r}; there is {', '.join(SPLITS)}.")
    if not _NAME.fullmatch(out.name):
        raise EvalError("A case's name is lower-case letters, digits and hyphens; see --out.")
    if out.exists() or out.is_symlink():
        raise EvalError(f"{out} is there already; labels are never overwritten.")


def _twin(content: bytes, root: Path) -> Path | None:
    """Return the case in *root* that holds the very same file."""
    files = (path for name in SOURCES for path in sorted(root.glob(f"*/{name}")))
    same = (path for path in files if path.stat().st_size == len(content))
    return next((path.parent for path in same if path.read_bytes() == content), None)


def _write(case: Case, content: bytes) -> None:
    """Write both halves, or leave nothing."""
    try:
        case.folder.mkdir(parents=True)
    except OSError as error:
        raise EvalError(f"{case.folder} cannot be made: {error.strerror}.") from None
    try:
        case.source.write_bytes(content)
        write(case)
    except OSError as error:
        shutil.rmtree(case.folder, ignore_errors=True)
        raise EvalError(f"{case.folder} cannot be written to: {error.strerror}.") from None


# --- what the labeller must look at ---------------------------------------------------------------


def told(case: Case, record: Record) -> Iterator[str]:
    """Yield what is said of a draft: where it lies, what is doubtful, what is absent, what next."""
    text = read(case.source, case.name).as_text()
    yield f"{case.folder / EXPECTED}: {len(record.items)} items drafted, not reviewed."
    yield from (f"look: {shown(finding, text)}" for finding in record.findings)
    yield from (f"absent: {line}" for line in absent(labelled(case.expected)))
    yield "Correct quotes and values, then `imr-eval anchor` that folder; it finds the places anew."
    yield 'Set "reviewed": true when you have read the letter and every label.'


def shown(finding: Finding, text: Text) -> str:
    """Say a finding on one line, with its place in the letter and the words there."""
    place = "" if finding.start is None else f", {where(finding.start, text)}"
    words = "" if finding.start is None else text.source[finding.start :][:_SHOWN]
    said = f"{finding.code} {finding.path}{place}: {finding.message}"
    return plain(f"{said} «{words}»" if words else said)


def where(offset: int, text: Text) -> str:
    """Say where a source offset is: its line, from 1, after its page where there are pages."""
    page = text.page(offset)
    start = text.source.rfind("\f", 0, offset) + 1 if page else 0
    line = text.source.count("\n", start, offset) + 1
    return f"page {page} line {line}" if page else f"line {line}"


def absent(labels: Mapping[str, Any]) -> list[str]:
    """Name the fields that are labelled as absent, a line for the letter and for each item.

    What a rule did not find is nowhere to be seen in a draft, so it is said. A citation's parts are
    left out: its quote shows them.
    """
    marks = list(score_fields(labels, labels))
    entries = {"/": labels} | {f"/items/{n}/": item for n, item in enumerate(labels["items"])}
    lines = []
    for head, entry in entries.items():
        empty = (mark.pointer for mark in marks if mark.kind is Kind.EMPTY)
        names = (_missing(at.removeprefix(head), entry) for at in empty if at.startswith(head))
        if found := [*dict.fromkeys(filter(None, names))]:
            lines.append(f"{head.rstrip('/')} {', '.join(found)}".strip())
    return lines


def _missing(path: str, entry: Mapping[str, Any]) -> str:
    """Return what of *path* is absent from *entry*, "" where another line says it."""
    first = path.partition("/")[0]
    if re.search(r"citations/\d|^items/", path):
        return ""
    return first if not entry.get(first) else path
