"""``imr guidelines``: the catalogue of guidelines, or one of them with its parts."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING

from extractor.cli import output
from extractor.cli.hints import near_to

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.guidelines import Guideline

SCHEMA = "imr-guidelines/1"
_COLUMNS = ("Id", "Title", "Chapter", "Regulation", "In force")


class Form(StrEnum):
    """How the catalogue is printed."""

    TABLE = "table"
    JSON = "json"


def show(id: str | None, form: Form) -> None:  # noqa: A002 - the catalogue's own name for it
    """Print the catalogue, or the guideline of this id and its parts.

    Raises:
        ImrError: There is no such guideline.
    """
    from extractor.errors import ImrError
    from extractor.guidelines import catalogue

    entries = catalogue().entries
    if id is not None and id not in entries:
        message = f"There is no such guideline{near_to(id, entries)}; `imr guidelines` lists them."
        raise ImrError(message)
    listed = [each for each in entries.values() if id in (None, each.id, each.part_of)]
    if form is Form.JSON:
        output.write(_json(listed))
    else:
        output.render(_table(listed) if id is None else _one(entries[id], listed))


def _json(listed: Iterable["Guideline"]) -> str:
    data = {"schema": SCHEMA, "guidelines": [asdict(each) for each in listed]}
    return json.dumps(data, indent=1, ensure_ascii=False, default=str) + "\n"


def _table(listed: Iterable["Guideline"]) -> "RenderableType":
    from rich.table import Table
    from rich.text import Text

    rows = Table(box=None, pad_edge=False, header_style="dim")
    for name in _COLUMNS:
        rows.add_column(name, overflow="fold", no_wrap=False)
    for each in listed:
        cells = (each.id, each.title, each.chapter, each.regulation, _days(each))
        rows.add_row(*(Text(cell or "") for cell in cells))
    return rows


def _one(guideline: "Guideline", listed: Sequence["Guideline"]) -> "RenderableType":
    """Return all that the catalogue says of one guideline, and its parts."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, words in _facts(guideline):
        if words:
            facts.add_row(name, Text(words))
    parts = [each for each in listed if each.part_of == guideline.id]
    shown: list[RenderableType] = [Text(guideline.id, style="bold"), facts]
    return Group(*shown, *([Text(), _table(parts)] if parts else []))


def _facts(guideline: "Guideline") -> Iterator[tuple[str, str | None]]:
    yield "Title", guideline.title
    yield "Authority", guideline.authority
    yield "Year", str(guideline.year or "")
    yield "Chapter", guideline.chapter
    yield "Part of", guideline.part_of
    yield "Regulation", guideline.regulation
    yield "In force", _days(guideline)
    yield "Names", "; ".join(guideline.names)
    yield "Sections", "; ".join(guideline.sections)
    yield "Source", " ".join(guideline.source.split())


def _days(guideline: "Guideline") -> str:
    """Return the days in force; nothing where neither is known."""
    first, last = guideline.in_force_from, guideline.in_force_until
    return f"{first or '?'} to {last or '...'}" if first or last else ""
