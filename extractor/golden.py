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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from extractor.errors import GoldenError, InputError
from extractor.findings import Code, Passage
from extractor.record import (
    Citation,
    Day,
    Decision,
    DecisionWord,
    Priority,
    Provenance,
    Record,
    Sex,
    V,
    Words,
    outcome_of,
    status_of,
)
from extractor.source import read
from extractor.text import Text, collapse
from extractor.values import parse_age, parse_date, parse_priority, parse_sex

EXPECTED = "expected.json"
SOURCES = ("source.txt", "source.pdf")
SPLITS = ("dev", "test")
ORIGINS = ("published", "invented", "synthetic")

_LABELLED = Provenance(proposer="golden", version="1")
_READINGS: dict[Any, Callable[[str], object]] = {
    Day: parse_date,
    Sex: parse_sex,
    Priority: parse_priority,
}


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


class Fault(NamedTuple):
    """One thing wrong with a golden case.

    Attributes:
        path: JSON Pointer into the record; else a member of ``expected.json``, or a file's name.
        what: What is wrong there; none of the letter's words.
    """

    path: str
    what: str


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
    case, faults = _loaded(folder)
    if case is None:
        wrong = "; ".join(": ".join(filter(None, fault)) for fault in faults)
        raise GoldenError(f"{folder.name}: {wrong}")
    return case


def load_all(root: Path) -> list[Case]:
    """Read every folder under *root* as a case, sorted by name.

    Raises:
        GoldenError: There is no folder, or one of them is incomplete.
    """
    return [load(folder) for folder in folders(root)]


def folders(root: Path) -> list[Path]:
    """Return the folders under *root*, each a case, sorted by name.

    Raises:
        GoldenError: There is none.
    """
    if found := sorted(path for path in root.glob("*") if path.is_dir()):
        return found
    raise GoldenError(f"no golden case lies in {root.name or root}")


def examine(folder: Path) -> tuple[Case | None, list[Fault]]:
    """Return the case in *folder* with all that is wrong with it; None where it cannot be read."""
    case, faults = _loaded(folder)
    if case is None:
        return None, faults
    try:
        raw(folder)
    except GoldenError as error:
        faults = [Fault(EXPECTED, str(error))]
    return case, [*faults, *lint(case)]


# --- writing ------------------------------------------------------------------------------------


def write(case: Case) -> None:
    """Write *case*'s ``expected.json`` beside its source; fields never set stay left out."""
    record = case.expected.model_dump(
        mode="json",
        by_alias=True,
        exclude_unset=True,
        exclude={"provenance": True, "findings": {"__all__": {"severity", "message", "dismissed"}}},
    )
    frame = {name: getattr(case, name) for name in ("split", "origin", "reviewed", "note")}
    save(case.folder, content(record, **frame))


def content(  # noqa: PLR0913 - what the file holds
    record: Mapping[str, Any],
    *,
    split: str,
    origin: str,
    reviewed: bool,
    note: str,
    on_one_line: bool = False,
) -> str:
    """Return what ``expected.json`` says of a letter whose record is *record*."""
    frame = {"split": split, "origin": origin, "reviewed": reviewed, "note": note}
    return as_json(frame | {"record": record}, on_one_line=on_one_line)


def as_json(labels: Mapping[str, Any], *, on_one_line: bool = False) -> str:
    """Return *labels* as ``expected.json`` holds them, in the order they have."""
    return json.dumps(labels, ensure_ascii=False, indent=None if on_one_line else 1) + "\n"


def save(folder: Path, text: str) -> None:
    """Make *text* the ``expected.json`` of the case in *folder*, whole or not at all."""
    fresh = folder / f".{EXPECTED}.new"
    fresh.write_text(text, encoding="utf-8", newline="\n")
    fresh.replace(folder / EXPECTED)


def record_of(labels: Mapping[str, Any]) -> Record:
    """Return the record that *labels*, the ``record`` of ``expected.json``, make.

    Raises:
        ValidationError: They make none.
    """
    given = labels.get("findings", ())
    findings = [*map(_finding, given)] if isinstance(given, list) else given
    return Record.model_validate({**labels, "findings": findings, "provenance": _LABELLED})


# --- what is wrong with a case --------------------------------------------------------------------


def lint(case: Case) -> list[Fault]:
    """Say what is wrong with *case*; nothing is wrong with a clean one.

    Every span must read its quote in the source, without white space at its ends; prose must be
    its quote with the readers' artefacts undone; a date, an age, a sex and a priority must be what
    their quote says; a citation's components must be words of it; the id must be the case's own,
    the items numbered, the outcome and the status those that the items and findings make; a
    finding's path must lead somewhere.
    """
    record = case.expected
    faults = [*_frame_faults(case), *_finding_faults(record)]
    for path, cite in _models(record, Citation):
        faults += _word_faults(path, cite)
    try:
        text = read(case.source, record.document.id).as_text()
    except InputError as error:
        return [*faults, Fault(case.source.name, str(error))]
    return faults + [
        fault for path, span in spans(record) for fault in _span_faults(path, span, text)
    ]


def spans(record: Record) -> Iterator[tuple[str, V[Any] | Citation | Passage]]:
    """Yield every value, citation and related passage of *record* with its JSON Pointer."""
    for kind in (V, Citation, Passage):
        yield from _models(record, kind)


def source_of(folder: Path) -> Path:
    """Return the letter of the case in *folder*.

    Raises:
        GoldenError: There is none, or there are two.
    """
    found = [folder / name for name in SOURCES if (folder / name).is_file()]
    if len(found) != 1:
        raise GoldenError(f"one of {' or '.join(SOURCES)} is wanted")
    return found[0]


def labels_of(folder: Path) -> bytes:
    """Return the content of the labels of the case in *folder*.

    Raises:
        GoldenError: There are none.
    """
    try:
        return (folder / EXPECTED).read_bytes()
    except OSError:
        raise GoldenError(f"{EXPECTED} is wanted") from None


def _loaded(folder: Path) -> tuple[Case | None, list[Fault]]:
    """Return the case in *folder*, or None and why there is none."""
    try:
        return _case(folder, source_of(folder), labels_of(folder)), []
    except GoldenError as error:
        return None, [Fault("", str(error))]
    except ValidationError as error:
        return None, list(_schema_faults(error))


def _case(folder: Path, source: Path, content: bytes) -> Case:
    labels = _Labels.model_validate_json(content)
    frame = labels.model_dump(exclude={"record"})
    return Case(folder.name, folder, source, record_of(labels.record), **frame)


def _finding(given: object) -> object:
    """Return a labelled finding with the severity of its code."""
    if not isinstance(given, dict):
        return given
    code = given.get("code")
    severity = Code(code).severity if code in list(Code) else None
    return {"message": "", **given, "severity": severity}


def _schema_faults(error: ValidationError) -> Iterator[Fault]:
    """Name the places of *error*, never the letter's words."""
    for each in error.errors(include_input=False, include_url=False):
        # The message of a value error quotes the value.
        what = "is no such value" if each["type"] == "value_error" else each["msg"]
        yield Fault("/".join(["", *map(str, each["loc"])]) if each["loc"] else EXPECTED, what)


def raw(folder: Path) -> dict[str, Any]:
    """Return the labels in *folder* as they stand, whether or not they make a record.

    Raises:
        GoldenError: They are no JSON object, or one object of them gives a key twice: JSON readers
            keep the last.
    """
    twice: set[str] = set()

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        twice.update(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return dict(pairs)

    try:
        labels = json.loads(labels_of(folder), object_pairs_hook=once)
    except (ValueError, RecursionError):
        raise GoldenError("is no JSON") from None
    if twice:
        raise GoldenError(f"an object gives {', '.join(sorted(map(repr, twice)))} twice")
    if not (isinstance(labels, dict) and isinstance(labels.get("record"), dict)):
        raise GoldenError("holds no record")
    return labels


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


def _frame_faults(case: Case) -> Iterator[Fault]:
    record = case.expected
    numbers = [item.number for item in record.items]
    status = status_of(record.findings, has_text=True)
    if case.split not in SPLITS:
        yield Fault("split", f"is {case.split!r}, not one of {', '.join(SPLITS)}")
    if case.origin not in ORIGINS:
        yield Fault("origin", f"is {case.origin!r}, not one of {', '.join(ORIGINS)}")
    if record.document.id != f"{case.name}/{case.source.name}":
        yield Fault("/document/id", f"is not {case.name}/{case.source.name}")
    if numbers != [*range(1, len(numbers) + 1)]:
        yield Fault("/items", "are not numbered from 1")
    if record.outcome != outcome_of(record.items):
        yield Fault("/outcome", f"is not {outcome_of(record.items)!r}, as the items make it")
    if record.status != status:
        yield Fault("/status", f"is not {status!r}, as the findings make it")


def _span_faults(path: str, span: V[Any] | Citation | Passage, text: Text) -> Iterator[Fault]:
    place = span.start, span.end
    words = text.source[slice(*place)]
    if not words or words != words.strip():
        yield Fault(path, "is empty or has white space at an end")
    if collapse(words) != span.quote:
        yield Fault(path, f"does not read its quote at {span.start}:{span.end}")
    if span.page != text.page(span.start):
        yield Fault(path, f"is on page {text.page(span.start)}, not {span.page}")
    if isinstance(span, V) and not _is_said(path, span, text.words(text.from_source(*place))):
        yield Fault(path, "has a value that its quote does not say")


def _is_said(path: str, said: V[Any], words: str) -> bool:
    """Say whether a value is what *words* say, by the house's own reading of them."""
    if type(said) is Words:
        return not is_prose(path) or said.value == words
    if type(said) is Decision and words.lower() in get_args(DecisionWord):
        return words.lower() == str(said.value)
    reading = parse_age if path == "/patient/age" else _READINGS.get(type(said))
    return reading is None or bool(reading(words) == said.value)


def is_prose(path: str) -> bool:
    """Say whether words at *path* are their own value; a drug's name is its generic one."""
    return "/drug/" not in path


def _word_faults(path: str, cite: Citation) -> Iterator[Fault]:
    """Compare without white space, so that a web address may be broken over lines."""
    quote = "".join(cite.quote.split())
    single = (cite.title, cite.edition, cite.year, cite.chapter, cite.url)
    for word in (*single, *cite.sections, *cite.pages, *cite.tables):
        if word is not None and "".join(str(word).split()) not in quote:
            yield Fault(path, "names a component that its quote lacks")


def _finding_faults(record: Record) -> Iterator[Fault]:
    whole = record.model_dump(mode="json", by_alias=True)
    for finding in record.findings:
        if not _leads_somewhere(finding.path, whole):
            yield Fault(finding.path, f"is where {finding.code} points, and leads nowhere")


def _leads_somewhere(pointer: str, part: Any) -> bool:  # noqa: ANN401 - any JSON
    for step in pointer.split("/")[1:]:
        inside = dict(enumerate(part)) if isinstance(part, list) else part
        key = int(step) if isinstance(part, list) and step.isdecimal() else step
        if not isinstance(inside, dict) or key not in inside:
            return False
        part = inside[key]
    return True
