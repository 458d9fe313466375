"""What ``imr search`` and ``imr similar`` print alike: letters' names, passages, rows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from extractor.cli import output

if TYPE_CHECKING:
    from rich.text import Text

    from extractor.precedents import Hit, Passage, Precedent

NOTHING = 1
SCHEMA_SEARCH = "imr-search/1"
SCHEMA_SIMILAR = "imr-similar/1"
_COLOURS = {"verified": "green", "review": "yellow", "upheld": "red", "overturned": "green"}


class Form(StrEnum):
    """How what was found is printed."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


@contextmanager
def asked() -> Iterator[None]:
    """Add to the refusal of a value which ones there are that are near it."""
    from extractor.cli.hints import near_to
    from extractor.errors import ImrError, QueryError

    try:
        yield
    except QueryError as error:
        near = near_to(error.value, error.known) if error.value else ""
        message = f"{str(error).rstrip('.')}{near}."
        raise ImrError(message) from None


def printed(
    form: Form, document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> str:
    """Return *document* as JSON, or its *rows* as JSON lines or as CSV with the columns *names*."""
    if form is Form.JSON:
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if form is Form.JSONL:
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return _csv(rows, names)


def _csv(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    import csv
    from io import StringIO

    from extractor.write.csv import cell_of

    page = StringIO()
    table = csv.writer(page)
    table.writerow(names)
    for row in rows:
        table.writerow(cell_of(_plain(row[name])) for name in names)
    return page.getvalue()


def _plain(value: Any) -> Any:  # noqa: ANN401 - a cell of any kind
    if isinstance(value, (tuple, list)):
        return tuple("-".join(map(str, e)) if isinstance(e, (tuple, list)) else e for e in value)
    return value


def head(found: "Hit | Precedent") -> "Text":
    """Return the line that names a letter: case number, id, item, decision, date, status."""
    from rich.text import Text

    name = " ".join(filter(None, (found.case_number, output.plain(found.id))))
    line = Text(output.plain(name), style="bold")
    line.append(f"  item {found.item}  ", style="default")
    line.append(output.plain(found.decision), style=_COLOURS.get(found.decision, ""))
    line.append(f"  {output.plain(found.decision_date or '')}".rstrip(), style="default")
    return line.append(f"  {output.plain(found.status)}", style=_COLOURS.get(found.status, ""))


def marked(passage: "Passage") -> "Text":
    """Return a passage's words, those that were searched for marked where colours can be."""
    from rich.text import Text

    words = Text(output.disarmed(passage.words.replace("\n", " ").replace("\t", " ")))
    for start, end in passage.marks:
        words.stylize("bold yellow", start, end)
    return words


def place(passage: "Passage") -> str:
    """Return where a passage stands: "rationale 812-934, p. 2"."""
    name = passage.field.replace("_", " ")
    if passage.start is None or passage.end is None:
        return name
    page = f", p. {passage.page}" if passage.page else ""
    where = f"{passage.start}-{passage.end}{page}"
    return f"{name} {where}" if passage.exact else f"within the {name}, {where}"


def notes(found: "Hit | Precedent") -> str:
    """Return what else one must know of a letter: its observations, its copies."""
    copies = f"; also in {found.copies} more with the same bytes" if found.copies else ""
    odd = f"; {', '.join(found.observations)}" if found.observations else ""
    return f"{odd}{copies}"
