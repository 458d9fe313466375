"""Golden cases: letters labelled by reading, in the one format that is read and written here.

A case is a folder with ``source.txt`` or ``source.pdf`` and ``expected.json``::

    {"split": "dev" | "test", "origin": "published" | "invented" | "synthetic",
     "reviewed": true, "note": "what the case tests", "record": {...}}

``record`` is a record as ``Record.to_json`` writes it, its content only: no schema, no
provenance, of the document its id and layout, of a finding its code, path and related passages.
What a record leaves out is not scored; what it gives as null or as an empty list must be absent.
``model_fields_set`` of the loaded models tells the two apart.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import GoldenError
from extractor.findings import Code, Finding, Passage
from extractor.record import Citation, Provenance, Record, V, Words, outcome_of, status_of
from extractor.source import read
from extractor.text import Text, collapse

EXPECTED = "expected.json"
SOURCES = ("source.txt", "source.pdf")
SPLITS = ("dev", "test")
ORIGINS = ("published", "invented", "synthetic")

_LABELLED = Provenance(proposer="golden", version="1")


@dataclass(frozen=True)
class Case:
    """One golden letter and the record that it deserves.

    Attributes:
        name: The folder's name.
        folder: Where the case lies.
        source: The letter, ``source.txt`` or ``source.pdf``.
        expected: The labels; fields not in ``model_fields_set`` are not scored.
        split: ``dev`` to develop on, ``test`` to be looked at only by its score.
        reviewed: Whether a person read the letter and these labels.
        note: What the case tests.
        origin: ``published`` by the DWC, ``invented`` for a trap, or ``synthetic``.
    """

    name: str
    folder: Path
    source: Path
    expected: Record
    split: str
    reviewed: bool
    note: str = ""
    origin: str = "invented"


class _Labels(BaseModel):
    """What ``expected.json`` holds."""

    model_config = ConfigDict(extra="forbid", strict=True)

    split: str
    reviewed: bool
    note: str = ""
    origin: str = "invented"
    record: dict[str, Any]


def load(folder: Path) -> Case:
    """Read the golden case in *folder*.

    Raises:
        GoldenError: A half is missing, there are two sources, or the labels are no record.
    """
    source, content = _source(folder), _content(folder)
    try:
        labels = _Labels.model_validate_json(content)
        expected = _record(labels.record)
    except (ValidationError, TypeError, ValueError, KeyError) as error:
        message = f"{folder.name}: {EXPECTED} holds no labels of a record: {_where(error)}"
        raise GoldenError(message) from None
    return Case(
        name=folder.name,
        folder=folder,
        source=source,
        expected=expected,
        split=labels.split,
        reviewed=labels.reviewed,
        note=labels.note,
        origin=labels.origin,
    )


def load_all(root: Path) -> list[Case]:
    """Read every folder under *root* as a case, sorted by name.

    Raises:
        GoldenError: There is no folder, or one of them is incomplete.
    """
    folders = sorted(path for path in root.glob("*") if path.is_dir())
    if not folders:
        raise GoldenError(f"no golden case lies in {root.name or root}")
    return [load(folder) for folder in folders]


def write(case: Case) -> None:
    """Write *case*'s ``expected.json`` beside its source; fields never set stay left out."""
    record = case.expected.model_dump(
        mode="json",
        by_alias=True,
        exclude_unset=True,
        exclude={"provenance": True, "findings": {"__all__": {"severity", "message"}}},
    )
    labels = {
        "split": case.split,
        "origin": case.origin,
        "reviewed": case.reviewed,
        "note": case.note,
        "record": record,
    }
    content = json.dumps(labels, ensure_ascii=False, indent=1) + "\n"
    (case.folder / EXPECTED).write_text(content, encoding="utf-8", newline="\n")


def lint(case: Case) -> list[str]:
    """Say what is wrong with *case*, a sentence each; nothing is wrong with a clean one.

    Every span must read its quote in the source, without white space at its ends; prose must be
    its quote with the readers' artefacts undone; a citation's components must be words of it; the
    id must be the case's own, the items numbered, the outcome and the status those that the items
    and findings make; a finding's path must lead somewhere.
    """
    text = read(case.source, case.expected.document.id).as_text()
    record = case.expected
    return [
        *_frame_faults(case),
        *(fault for path, span in spans(record) for fault in _span_faults(path, span, text)),
        *(fault for path, cite in _models(record, Citation) for fault in _word_faults(path, cite)),
        *(fault for finding in record.findings for fault in _finding_faults(finding, record)),
    ]


def spans(record: Record) -> Iterator[tuple[str, V[Any] | Citation | Passage]]:
    """Yield every value, citation and related passage of *record* with its JSON Pointer."""
    for kind in (V, Citation, Passage):
        yield from _models(record, kind)


def _source(folder: Path) -> Path:
    found = [folder / name for name in SOURCES if (folder / name).is_file()]
    if len(found) != 1:
        raise GoldenError(f"{folder.name}: one of {' or '.join(SOURCES)} is wanted")
    return found[0]


def _content(folder: Path) -> bytes:
    try:
        return (folder / EXPECTED).read_bytes()
    except OSError:
        raise GoldenError(f"{folder.name}: {EXPECTED} is wanted") from None


def _record(labels: dict[str, Any]) -> Record:
    findings = tuple(_finding(given) for given in labels.get("findings", ()))
    return Record.model_validate({**labels, "findings": findings, "provenance": _LABELLED})


def _finding(given: dict[str, Any]) -> Finding:
    severity = Code(given["code"]).severity
    return Finding.model_validate({"message": "", **given, "severity": severity})


def _where(error: Exception) -> str:
    """Name the places of *error*, never the letter's words."""
    if isinstance(error, ValidationError):
        return ", ".join("/".join(map(str, each["loc"])) for each in error.errors())
    return type(error).__name__


def _models(part: object, kind: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every model of *kind* inside *part*, with its JSON Pointer, in order."""
    if isinstance(part, kind):
        yield path, part
    if isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from _models(getattr(part, name), kind, f"{path}/{name}")
    elif isinstance(part, tuple):
        for number, each in enumerate(part):
            yield from _models(each, kind, f"{path}/{number}")


def _frame_faults(case: Case) -> Iterator[str]:
    record = case.expected
    if case.split not in SPLITS:
        yield f"split is {case.split!r}, not one of {', '.join(SPLITS)}"
    if case.origin not in ORIGINS:
        yield f"origin is {case.origin!r}, not one of {', '.join(ORIGINS)}"
    if record.document.id != f"{case.name}/{case.source.name}":
        yield f"/document/id is not {case.name}/{case.source.name}"
    if [item.number for item in record.items] != [*range(1, len(record.items) + 1)]:
        yield "/items are not numbered from 1"
    if record.outcome != outcome_of(record.items):
        yield f"/outcome is not {outcome_of(record.items)!r}"
    if record.status != (status := status_of(record.findings, has_text=True)):
        yield f"/status is not {status!r}, which the findings make it"


def _span_faults(path: str, span: V[Any] | Citation | Passage, text: Text) -> Iterator[str]:
    words = text.source[span.start : span.end]
    if not words or words != words.strip():
        yield f"{path} is empty or has white space at an end"
    if collapse(words) != span.quote:
        yield f"{path} does not read its quote at {span.start}:{span.end}"
    if span.page != text.page(span.start):
        yield f"{path} is not on page {span.page}"
    if type(span) is not Words or "/drug/" in path:
        return
    if span.value != text.words(text.from_source(span.start, span.end)):
        yield f"{path} has a value that is not its quote"


def _word_faults(path: str, cite: Citation) -> Iterator[str]:
    """Compare without white space, so that a web address may be broken over lines."""
    quote = "".join(cite.quote.split())
    single = (cite.title, cite.edition, cite.year, cite.chapter, cite.url)
    for word in (*single, *cite.sections, *cite.pages, *cite.tables):
        if word is not None and "".join(str(word).split()) not in quote:
            yield f"{path} names a component that its quote lacks"


def _finding_faults(finding: Finding, record: Record) -> Iterator[str]:
    part: Any = record.model_dump(mode="json", by_alias=True)
    for step in finding.path.split("/")[1:]:
        inside = dict(enumerate(part)) if isinstance(part, list) else part
        key = int(step) if isinstance(part, list) and step.isdigit() else step
        if not isinstance(inside, dict) or key not in inside:
            yield f"the path of {finding.code} leads nowhere: {finding.path}"
            return
        part = inside[key]
