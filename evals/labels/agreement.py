"""Score records against labels of letters that are not in the project.

A labels file is CSV: case number, item number, and what a reader says of the treatment; no word of
the letter. An empty cell says that there is none; ``open`` marks an item of which a reader may say
two things with equal right.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from evals.errors import EvalError
from extractor.record import BodyRegion, Item, Record

LABELS = Path(__file__).parent / "treatments.csv"
FIELDS = ("category", "subcategory", "visits", "retrospective", "regions")


class Difference(NamedTuple):
    """What a label says and what the record."""

    case: str
    item: int
    field: str
    label: str
    said: str
    is_open: bool


class Agreement(NamedTuple):
    """How records agree with labels: items compared, right per field, what differs."""

    items: int
    assigned: int
    right: Counter[str]
    differences: list[Difference]
    missing: int


def read_labels(path: Path = LABELS) -> dict[tuple[str, int], dict[str, str]]:
    """Return the labels by case number and item number.

    Raises:
        EvalError: the file is no labels file.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        labels = {(row["case"], int(row["item"])): row for row in rows}
    except (OSError, KeyError, ValueError) as error:
        raise EvalError(f"{path} is no file of labels: {error}.") from None
    if not labels:
        raise EvalError(f"{path} holds no labels.")
    return labels


def agreement(
    records: Iterable[Record], labels: dict[tuple[str, int], dict[str, str]]
) -> Agreement:
    """Compare the treatments of *records* with *labels*, item by item."""
    right: Counter[str] = Counter()
    differences: list[Difference] = []
    seen = assigned = 0
    for case, item in _items(records):
        row = labels.get((case, item.number))
        if row is None:
            continue
        seen += 1
        assigned += item.category is not None
        said = _said(item)
        for field in FIELDS:
            if _set(said[field]) == _set(row[field]):
                right[field] += 1
            else:
                is_open = bool(row["open"])
                differences.append(
                    Difference(case, item.number, field, row[field], said[field], is_open)
                )
    return Agreement(seen, assigned, right, differences, len(labels) - seen)


def _set(said: str) -> set[str]:
    """Return what a cell lists; the order of regions says nothing."""
    return set(said.split(";"))


def _items(records: Iterable[Record]) -> Iterator[tuple[str, Item]]:
    for record in records:
        if record.case.case_number:
            for item in record.items:
                yield record.case.case_number.value, item


def _said(item: Item) -> dict[str, str]:
    category = item.category
    return {
        "category": category.name if category else "",
        "subcategory": (category.subcategory or "") if category else "",
        "visits": str(item.visits.value) if item.visits else "",
        "retrospective": str(item.retrospective.value).lower() if item.retrospective else "",
        "regions": ";".join(sorted(map(_region, item.body_regions))),
    }


def _region(region: BodyRegion) -> str:
    parts = [region.region, region.side or "", ",".join(region.levels)]
    return ":".join(parts).rstrip(":")


def lines(found: Agreement) -> Iterator[str]:
    """Yield the report: counts first, then what differs, case by case."""
    yield f"{found.items} items compared, {found.missing} labels without a record"
    yield f"category assigned: {found.assigned} of {found.items}"
    for field in FIELDS:
        yield f"{field} right: {found.right[field]} of {found.items}"
    for each in found.differences:
        note = " (open)" if each.is_open else ""
        yield (
            f"{each.case} item {each.item} {each.field}: "
            f"label {each.label or '-'}, record {each.said or '-'}{note}"
        )
