"""How often each field is null in the golden labels: what ``imr codebook`` tells of it.

The golden letters are in no wheel, so the counts are kept in a data file beside the codebook:
``imr-eval nulls`` writes it anew, and a test holds it to the labels.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from evals.dataset import labelled
from evals.scoring.fields import look
from extractor.golden import Case
from extractor.record import Item, Record
from extractor.write.codebook import NULLS_SCHEMA, field_of_column
from extractor.write.columns import Column
from extractor.write.rows import COLUMNS

Counts = dict[str, tuple[int, int]]
_OURS = frozenset({("Record", "provenance"), ("Finding", "severity"), ("Finding", "message")})
_INNERMOST = re.compile(r"\[[^\[\]]*\]")
_ITEMS, _NO_LABEL = "items.", "provenance."


def count(cases: Sequence[Case]) -> dict[str, Any]:
    """Count, by column of the flat row and by field of the record, nulls and labels.

    Each count is ``[null or empty, labelled]``; what no golden letter labels is left out. A column
    of the letter is counted once a letter, one of an item once an item.
    """
    records = [case.expected for case in cases]
    return {
        "schema": NULLS_SCHEMA,
        "letters": len(records),
        "items": sum(len(record.items) for record in records),
        "columns": _columns(records),
        "fields": _tally(pair for record in records for pair in _fields(record)),
    }


def to_text(counts: Mapping[str, Any]) -> str:
    """Return *counts* as JSON, a line each, so that a diff of it can be read."""
    text = json.dumps(counts, indent=1)
    return _INNERMOST.sub(lambda match: " ".join(match.group().split()), text) + "\n"


def _columns(records: Sequence[Record]) -> Counts:
    labels = [(record, labelled(record)) for record in records]
    return _tally(
        (column.name, cell)
        for column in COLUMNS
        for pair in labels
        for cell in _cells(column, *pair)
    )


def _cells(column: Column, record: Record, labels: Mapping[str, Any]) -> Iterator[object]:
    """Yield the cells of *column* that a golden letter labels."""
    path = field_of_column(column.name)
    if path.startswith(_NO_LABEL):
        return
    entries: list[tuple[Item | None, Mapping[str, Any]]] = [(None, labels)]
    if column.level == "item":
        entries = [*zip(record.items, labels.get("items") or (), strict=True)]
    for item, entry in entries:
        if look(entry, path.removeprefix(_ITEMS))[0]:
            yield column.get(record, item)


def _fields(part: object) -> Iterator[tuple[str, object]]:
    """Yield each labelled field of a model and of what is in it, as ``Citation.title``."""
    if isinstance(part, tuple):
        for each in part:
            yield from _fields(each)
    if isinstance(part, BaseModel):
        name = type(part).__name__.partition("[")[0]
        for field, info in type(part).model_fields.items():
            if field in part.model_fields_set and (name, field) not in _OURS:
                value = getattr(part, field)
                yield f"{name}.{info.alias or field}", value
                yield from _fields(value)


def _tally(found: Iterable[tuple[str, object]]) -> Counts:
    counts: Counts = {}
    for name, value in found:
        nulls, of = counts.get(name, (0, 0))
        counts[name] = nulls + (value is None or value == ()), of + 1
    return dict(sorted(counts.items()))
