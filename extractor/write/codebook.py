"""The codebook: every column of every output, what it means, what it holds, where it comes from.

The columns are those that the writers write and the fields those of the record's JSON Schema; the
words about them stand in ``codebook.toml``, the counts of nulls in ``nulls.json``.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from extractor.findings import Code, Finding
from extractor.layout import load_rules
from extractor.record import Record
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS
from extractor.write.cited import (
    CITED_COLUMNS,
    GUIDELINE_COLUMNS,
    OWN_COLUMNS,
    CitedColumn,
    GuidelineColumn,
)
from extractor.write.columns import CASE_OUTCOMES, Column
from extractor.write.rows import COLUMNS, ITEM_COLUMNS, LETTER_COLUMNS

NULLS_SCHEMA = "imr-nulls/1"
FLAT, CITED = "disputed_items", "cited"
TABLES: Mapping[str, str] = {
    FLAT: "A row per disputed item, one for a letter without: CSV, Parquet, a view in SQLite.",
    CITED: "A row per citation: *.citations.csv, *.citations.parquet, a view in SQLite.",
    "letters": "SQLite: a row per letter.",
    "items": "SQLite: a row per disputed item.",
    "citations": "SQLite: a row per citation.",
    "guidelines": "SQLite: a row per guideline of the catalogue, as `imr guidelines` lists them.",
    "findings": "SQLite: a row per finding.",
    "evidence": "SQLite: a row per value, with the characters it was read from.",
    "quoted": "SQLite: a view of evidence in which every row has its value.",
    "items_fts": "SQLite: the search index of the items.",
    "letters_fts": "SQLite: the search index of the letters.",
}
_RECORD = "record"
_CODES_OF = {"error_codes": "error", "observation_codes": "observation"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One column or field.

    Attributes:
        table: The table that it is a column of; ``record.Item`` for a field of the record's JSON.
        name: The column's or the field's name.
        meaning: What it holds.
        type: What a cell is: text, integer, boolean, date, list; of the record's JSON its type.
        values: The closed list of what it may hold; empty where there is none.
        derived: How it comes about.
        nulls: How often it is null or empty in the golden labels, and how many there are; None
            where no label says.
    """

    table: str
    name: str
    meaning: str
    type: str
    values: tuple[str, ...] = ()
    derived: str = ""
    nulls: tuple[int, int] | None = None


@cache
def _book() -> dict[str, Any]:
    return tomllib.loads(_data("codebook.toml"))


@cache
def nulls() -> dict[str, Any]:
    """Return the counts of nulls, as ``imr-eval nulls`` writes them."""
    counts: dict[str, Any] = json.loads(_data("nulls.json"))
    return counts


def _data(name: str) -> str:
    return files("extractor.write").joinpath(name).read_text("utf-8")


@cache
def _schema() -> dict[str, Any]:
    return Record.json_schema()


def field_of_column(name: str) -> str:
    """Return the dotted field of the record that a column of the flat row is made of.

    >>> field_of_column("drug_strength")
    'items.drug.strength'
    """
    path: str = _book()["columns"][name]
    return path


def closed_lists() -> dict[str, tuple[str, ...]]:
    """Return the closed lists that the record's JSON Schema does not hold, by name."""
    subcategories = (each for several in CATEGORIES.values() for each in several)
    return {
        "categories": tuple(CATEGORIES),
        "subcategories": tuple(dict.fromkeys(subcategories)),
        "drug_classes": DRUG_CLASSES,
        "regions": REGIONS,
        "layouts": tuple(rule.name for rule in load_rules()),
    }


def entries() -> list[Entry]:
    """Return the whole codebook: the tables' columns, then the fields of the record's JSON."""
    return [*_table_entries(), *_record_entries()]


def entries_of(column: str) -> list[Entry]:
    """Return the entries of a column, one for each place where it occurs; none where it does not.

    Args:
        column: Its name, ``page``, or its table's too, ``cited.page``.

    >>> [entry.table for entry in entries_of("chapter")]
    ['cited', 'citations', 'guidelines', 'record.Citation']
    """
    return [each for each in entries() if column in (each.name, f"{each.table}.{each.name}")]


def _table_entries() -> Iterator[Entry]:
    yield from (_flat(FLAT, column) for column in COLUMNS)
    yield from (_key(FLAT, name) for name in ("letter", "item"))
    yield from map(_cited, CITED_COLUMNS)
    yield from (_key(CITED, name) for name in ("letter", "item", "citation"))
    yield from (_key("letters", "letter"), *(_flat("letters", each) for each in LETTER_COLUMNS))
    yield from (_key("items", name) for name in ("item", "letter"))
    yield from (_flat("items", each) for each in ITEM_COLUMNS)
    yield from (_key("citations", name) for name in ("citation", "letter", "item"))
    yield from _own("citations")
    yield from (_own_citation("citations", each) for each in OWN_COLUMNS)
    yield from (_of_guideline("guidelines", each) for each in GUIDELINE_COLUMNS)
    yield from (_key("findings", name) for name in ("finding", "letter", "item"))
    yield from (_of_record("findings", f"Finding.{name}") for name in Finding.model_fields)
    for table in ("evidence", "quoted"):
        yield from (_key(table, name) for name in ("evidence", "letter", "item"))
        yield from _own(table)
        places = ("quote", "start", "end", "page")
        yield from (_of_record(table, f"V.{name}") for name in places)
    yield from (*_own("items_fts"), *_own("letters_fts"))


def _key(table: str, name: str) -> Entry:
    return Entry(table, name, type="integer", **_book()["keys"][name])


def _own(table: str) -> Iterator[Entry]:
    """Yield the columns of the database that only *table* has."""
    return (Entry(table, name, **words) for name, words in _book()["tables"][table].items())


def _flat(table: str, column: Column) -> Entry:
    """Return the entry of a column of the flat row."""
    path = field_of_column(column.name)
    field = resolved(path)
    return Entry(
        table,
        column.name,
        column.meaning,
        column.kind,
        _column_values(column.name, field),
        f"`{path}`: {_words(field)['derived']}",
        _count("columns", column.name),
    )


def _column_values(name: str, field: str) -> tuple[str, ...]:
    """Return the closed list of a column, where it is not simply that of its field."""
    if name == "regions":
        return REGIONS
    if name in _CODES_OF:
        return tuple(code.value for code in Code if code.severity.value == _CODES_OF[name])
    return tuple(CASE_OUTCOMES.get(each, each) for each in _values(field))


def _cited(column: Column | CitedColumn) -> Entry:
    if isinstance(column, Column):
        return _flat(CITED, column)
    return _own_citation(CITED, column)


def _of_guideline(table: str, column: GuidelineColumn) -> Entry:
    words = _book()["guideline"][column.name]
    values = _values("Citation.authority") if column.name == "authority" else ()
    return Entry(table, column.name, words["meaning"], column.kind, values, words["derived"])


def _own_citation(table: str, column: CitedColumn) -> Entry:
    """Return the entry of a column that only a citation has."""
    if column.name == "side":
        sides = ("claims_administrator", "reviewer", "rationale")
        return Entry(table, "side", column.meaning, column.kind, sides, "From the record.")
    if column.entry:
        derived = f"From the catalogue's entry of the guideline: its {column.entry}."
        return Entry(table, column.name, column.meaning, column.kind, derived=derived)
    return _of_record(table, f"Citation.{column.name}", column.kind)


def _record_entries() -> Iterator[Entry]:
    """Yield the fields of the record's JSON, object by object."""
    for name, fields in _book()[_RECORD].items():
        yield from (_of_record(f"{_RECORD}.{name}", f"{name}.{field}") for field in fields)


def _of_record(table: str, field: str, kind: str | None = None) -> Entry:
    """Return the entry of a field of the record, ``Citation.title``."""
    words = _words(field)
    name = field.partition(".")[2]
    kind = kind or type_of(property_of(field))
    derived, count = words["derived"], _count("fields", field)
    return Entry(table, name, words["meaning"], kind, _values(field), derived, count)


def _words(field: str) -> dict[str, str]:
    """Return what the codebook's file says of a field of the record."""
    model, _, name = field.partition(".")
    words: dict[str, str] = _book()[_RECORD][model][name]
    return words


def _count(kind: str, name: str) -> tuple[int, int] | None:
    found = nulls()[kind].get(name)
    return None if found is None else (found[0], found[1])


def _values(field: str) -> tuple[str, ...]:
    """Return the closed list of a field: of its own, or of the value that it holds."""
    if (name := _words(field).get("values")) is not None:
        return closed_lists()[name]
    return tuple(_enumerated(property_of(field)))


def _enumerated(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a JSON Schema allows, where that is a list of words."""
    for inner in _inner(schema):
        if "const" in inner:
            yield inner["const"]
        yield from inner.get("enum", ())
        if _name(inner) == "V":
            yield from _enumerated(inner["properties"]["value"])


def property_of(field: str) -> dict[str, Any]:
    """Return the JSON Schema of a field, ``Citation.title``."""
    model, _, name = field.partition(".")
    properties: dict[str, dict[str, Any]] = _objects()[model]["properties"]
    return properties[name]


@cache
def _objects() -> dict[str, dict[str, Any]]:
    """Return the JSON objects of a record by name; all that hold a value are one."""
    found = {_name(each): each for each in _schema()["$defs"].values() if "properties" in each}
    values = _schema()["$defs"]["V_str_"]
    return {"Record": _schema(), **found, "V": values}


def _name(schema: Mapping[str, Any]) -> str:
    return str(schema.get("title", "")).partition("[")[0]


def resolved(path: str) -> str:
    """Return the field that a dotted path from the record leads to.

    >>> resolved("items.reviewer.citations"), resolved("items.request.start")
    ('Basis.citations', 'V.start')
    """
    model, *rest = "Record", *path.split(".")
    for name in rest[:-1]:
        inner = _inner(property_of(f"{model}.{name}"))
        model = next(_name(each) for each in inner if "properties" in each)
    return f"{model}.{rest[-1]}"


def _inner(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what a schema stands for: its reference, alternatives, its list's entries."""
    if "$ref" in schema:
        yield _schema()["$defs"][schema["$ref"].rpartition("/")[2]]
    elif "anyOf" in schema:
        yield from (inner for each in schema["anyOf"] for inner in _inner(each))
    elif schema.get("type") == "array":
        yield from _inner(schema["items"])
    else:
        yield dict(schema)


def type_of(schema: Mapping[str, Any]) -> str:
    """Return the type of a JSON Schema in words.

    >>> type_of({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]})
    'list of text, or null'
    """
    if "anyOf" in schema:
        kinds = [type_of(each) for each in schema["anyOf"]]
        return " or ".join(kinds[:-1]) + f", or {kinds[-1]}"
    if schema.get("type") == "array":
        return f"list of {type_of(schema['items'])}"
    (inner,) = _inner(schema)
    if _name(inner) == "V":
        return f"V of {type_of(inner['properties']['value'])}"
    if "properties" in inner:
        return _name(inner)
    return "text" if inner.get("type") == "string" else str(inner.get("type", "any"))
