"""The guide to the findings: what each code means, an example of it, and what to do.

Codes and severities are those of ``extractor.findings``; the words stand in ``findings.toml``, and
the tests run its examples.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from extractor.findings import Code

SCHEMA = "imr-findings/1"
_HEAD = """\
# Findings

What can be wrong with a letter or its record. An **error** keeps a record from being `verified`: it
is in `review`, and a person must look (`failed` where the file gave no text). An **observation**
does not.

Each finding of a record has a `code` from this list, a `path` (which part of the record, a JSON
Pointer; empty: all of it), a `message`, and `start`, `end` and `page` in the text that
`imr text FILE` prints. `imr show RECORDS.jsonl` shows them; CSV and Parquet have them as
`error_codes` and `observation_codes`, the database as the table `findings`.

Every example is invented and run by the tests; it shows only what is unusual in an otherwise
ordinary letter. `imr findings CODE` prints one entry, `imr findings` this page.
"""
_LABELS = {
    "claims": "Claims Administrator guideline: ",
    "reviewer": "MAXIMUS guideline: ",
    "rationale": "Decision rationale: ",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What the guide says of one code.

    Attributes:
        code: The code.
        group: The group that it belongs to.
        meaning: What is wrong or odd.
        record: What to do with a record that has it.
        terminal: What to do at a terminal.
        unraised: Why nothing raises it yet; None where something does.
        example: A letter or a record that gives it, as ``findings.toml`` describes; None where
            nothing raises it.
    """

    code: Code
    group: str
    meaning: str
    record: str
    terminal: str
    unraised: str | None = None
    example: Mapping[str, Any] | None = None


@cache
def _book() -> dict[str, Any]:
    return tomllib.loads(files("extractor.cli").joinpath("findings.toml").read_text("utf-8"))


def groups() -> dict[str, str]:
    """Return the groups of codes, in order, and what each is about."""
    return {name: group["about"] for name, group in _book().items()}


def entries() -> list[Entry]:
    """Return the guide's entries, group by group."""
    return [
        Entry(Code(name), group, **{**words, "example": _read(words.get("example"))})
        for group, several in _book().items()
        for name, words in several.items()
        if name != "about"
    ]


def _read(example: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return an example with the nulls that TOML cannot write."""
    if example is None or "record" not in example:
        return example
    said = {path: None if put == "null" else put for path, put in example["record"].items()}
    return {**example, "record": said}


def as_json(listed: Iterable[Entry]) -> str:
    """Return *listed* entries as JSON."""
    data = {"schema": SCHEMA, "groups": groups(), "findings": [_plain(each) for each in listed]}
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "code": entry.code.value,
        "severity": entry.code.severity.value,
        "group": entry.group,
        "raised": entry.unraised is None,
        "meaning": entry.meaning,
        "unraised": entry.unraised,
        "example": entry.example,
        "record": entry.record,
        "terminal": entry.terminal,
    }


def as_markdown(listed: Iterable[Entry]) -> str:
    """Return *listed* entries as Markdown; the whole guide with its head and groups."""
    chosen = list(listed)
    if len(chosen) < len(entries()):
        return "\n".join(map(_section, chosen))
    return "\n".join([_HEAD, _index(chosen), *_grouped(chosen)])


def _index(listed: Iterable[Entry]) -> str:
    rows = (
        f"| [`{each.code}`](#{each.code}) | {each.group} | {_weight(each)} |" for each in listed
    )
    return "\n".join(["| code | group | severity |\n|---|---|---|", *rows, ""])


def _grouped(listed: Iterable[Entry]) -> Iterator[str]:
    """Yield the sections, each group's title before its first."""
    titles = {name: f"## {name.capitalize()}\n\n{about}\n" for name, about in groups().items()}
    for each in listed:
        if title := titles.pop(each.group, None):
            yield title
        yield _section(each)


def _weight(entry: Entry) -> str:
    return f"{entry.code.severity}, not raised yet" if entry.unraised else f"{entry.code.severity}"


def _section(entry: Entry) -> str:
    """Return one code's section."""
    parts = [f"### {entry.code}", f"*{_weight(entry)}* · {entry.meaning}"]
    if entry.unraised:
        parts.append(f"Not raised yet. {entry.unraised}")
    else:
        parts += [
            *_example(entry),
            f"**With the record:** {entry.record}",
            f"**At a terminal:** {entry.terminal}",
        ]
    return "\n\n".join(parts) + "\n"


def _example(entry: Entry) -> Iterator[str]:
    """Yield the paragraphs of an example: the letter's words, the record's, what comes of them."""
    example = entry.example or {}
    if passage := list(_passage(example)):
        yield "```text\n" + "\n".join(passage) + "\n```"
    if wrong := example.get("record"):
        said = (f"`{path}` is {_said(value)}" for path, value in wrong.items())
        yield f"In the record, {', and '.join(said)}."
    yield _outcome(entry.code, example)


def _passage(example: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of an example that are a letter's, or tell of a file."""
    if file := example.get("file"):
        yield f"{file['name']}: {file.get('is') or _printed(file)}"
        yield f"$ {example['run']}"
    yield from (f"{label}: {printed}" for label, printed in example.get("header", {}).items())
    yield from example.get("letter", {}).values()
    for item in example.get("items", ()):
        request, decision = item.get("request"), item.get("decision", "Upheld")
        if request:
            yield f"{request}: {decision}"
        yield from (f"{label}{item[part]}" for part, label in _LABELS.items() if part in item)
    if "text" in example:
        yield example["text"]
    for correction in example.get("corrections", ()):
        yield f"corrections.jsonl: {json.dumps(correction)}"
    if "endpoint" in example:
        yield f"The endpoint {example['endpoint']}."


def _printed(file: Mapping[str, str]) -> str:
    encoding = f" in {file['encoding']}" if "encoding" in file else ""
    return json.dumps(file["text"], ensure_ascii=False) + encoding


def _said(value: object) -> str:
    """Return what a record says wrongly, in words."""
    match value:
        case {"like": path}:
            return f"`{path}` once more"
        case {"quote": quote}:
            return f'the letter\'s "{quote}"'
        case None:
            return "null"
        case str():
            return f'"{value}"'
        case []:
            return "empty"
    return str(value)


def _outcome(code: Code, example: Mapping[str, Any]) -> str:
    """Return the sentence that says what an example gives."""
    bare = " The text has no blank lines." if example.get("shape") == "bare" else ""
    at = f" at `{example['at']}`" if example.get("at") else ""
    also = (
        f", and {', '.join(f'`{each}`' for each in example['also'])}" if "also" in example else ""
    )
    quoted = " and ".join(f'"{each}"' for each in example.get("quotes", ()))
    compared = f" It quotes {quoted}." if quoted else ""
    return f"{bare} Gives `{code}`{at}{also}.{compared}".strip()


FORMATS = {"markdown": as_markdown, "json": as_json}
