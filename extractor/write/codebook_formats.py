"""The codebook in words: Markdown, JSON, CSV; all of it, or some of its entries."""

import csv
import json
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from extractor.treatments.vocabulary import CATEGORIES
from extractor.write.codebook import TABLES, Entry, entries, nulls

SCHEMA = "imr-codebook/1"
TYPES: Mapping[str, str] = {
    "list": 'a JSON array in SQLite, a list of strings in Parquet, joined by "; " in CSV',
    "date": "ISO text (2016-12-09) in SQLite and CSV, date32 in Parquet",
    "boolean": "0 or 1 in SQLite, true or false in CSV, bool in Parquet",
    "integer": "a whole number, int64 in Parquet",
}


def as_json(book: Iterable[Entry]) -> str:
    """Return the codebook as JSON."""
    data = {
        "schema": SCHEMA,
        "types": dict(TYPES),
        "golden": {name: nulls()[name] for name in ("letters", "items")},
        "tables": dict(TABLES),
        "categories": {name: list(several) for name, several in CATEGORIES.items()},
        "entries": [_plain(entry) for entry in book],
    }
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _plain(entry: Entry) -> dict[str, Any]:
    null, labelled = entry.nulls or (None, None)
    return {
        "table": entry.table,
        "name": entry.name,
        "meaning": entry.meaning,
        "type": entry.type,
        "values": list(entry.values),
        "derived": entry.derived,
        "golden_null": null,
        "golden_labelled": labelled,
    }


def as_csv(book: Iterable[Entry]) -> str:
    """Return the codebook as comma-separated values, closed lists joined by "; "."""
    text = StringIO()
    rows = [{**_plain(entry), "values": "; ".join(entry.values)} for entry in book]
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def as_markdown(book: Iterable[Entry]) -> str:
    """Return the codebook as Markdown, a section per table; a part of it without its head."""
    book = list(book)
    if len(book) < len(entries()):
        return "\n".join(map(_alone, book))
    sections: dict[str, list[Entry]] = {}
    for entry in book:
        sections.setdefault(entry.table, []).append(entry)
    types = (f"- {name}: {words}" for name, words in TYPES.items())
    head = "\n".join(["# Codebook\n", f"The last column {_counted()}\n", "Types:\n", *types, ""])
    return "\n".join([head, *map(_section, sections, sections.values()), _categories()])


def _counted() -> str:
    """Return what the counts of nulls are counts of."""
    of = f"the {nulls()['letters']} golden letters ({nulls()['items']} items) of this project"
    return (
        f"says how often the field is null or empty in the labels of {of}, not in your letters; "
        "- where no label says."
    )


def _alone(entry: Entry) -> str:
    """Return an entry as a passage of its own."""
    kind = f"{entry.type} ({TYPES[entry.type]})" if entry.type in TYPES else entry.type
    lines = [f"## {entry.table}.{entry.name}\n", f"{entry.meaning}\n", f"- type: {kind}"]
    if entry.values:
        lines.append(f"- values: {'; '.join(entry.values)}")
    lines.append(f"- derived: {entry.derived}")
    if entry.nulls:
        lines.append("- null in golden: {} of {} in this project's labels".format(*entry.nulls))
    return "\n".join([*lines, ""])


def _section(table: str, listed: Iterable[Entry]) -> str:
    title = TABLES.get(table, "JSON, as `imr extract` prints it; `imr schema` is its JSON Schema.")
    names = "| column | meaning | type | values | derived | null in golden |"
    head = f"{names}\n|---|---|---|---|---|---|"
    return "\n".join([f"## {table}\n", f"{title}\n", head, *map(_line, listed), ""])


def _line(entry: Entry) -> str:
    null = "{} of {}".format(*entry.nulls) if entry.nulls else "-"
    cells = (entry.meaning, entry.type, "; ".join(entry.values), entry.derived, null)
    return "| " + " | ".join([f"`{entry.name}`", *(c.replace("|", "\\|") for c in cells)]) + " |"


def _categories() -> str:
    rows = (f"| {name} | {'; '.join(several)} |" for name, several in CATEGORIES.items())
    head = "| category | subcategories |\n|---|---|"
    return "\n".join(["## Treatment categories of the DWC\n", head, *rows, ""])


FORMATS = {"markdown": as_markdown, "json": as_json, "csv": as_csv}
