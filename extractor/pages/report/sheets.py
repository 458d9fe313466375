"""The figures of every table as rows of cells: what the CSV files hold."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import StringIO

from extractor.tabulate import FURTHER, UNREAD, Counted, Table, Tabulation
from extractor.tabulate.tables import SCOPES
from extractor.write.csv import cell_of

Cell = str | int | float | None
_COUNTS = (
    "items",
    "share_of_items",
    "in_letters",
    "upheld",
    "overturned",
    "partly_authorized",
    "overturn_rate",
    "low",
    "high",
)
_MARK = "\ufeff"


@dataclass(frozen=True)
class Sheet:
    """One table of figures.

    Attributes:
        name: Its file is called so.
        header: The columns' names.
        rows: Its rows.
    """

    name: str
    header: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def to_csv(sheet: Sheet) -> str:
    """Return *sheet* as CSV (RFC 4180) that begins with a byte order mark; no cell is a formula.

    A cell that would be one has an apostrophe in front, as in ``letters.csv``.
    """
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.header)
    writer.writerows([_plain(cell) for cell in row] for row in sheet.rows)
    return _MARK + text.getvalue().encode("utf-8", "replace").decode()


def _plain(cell: Cell) -> str:
    return f"{cell:.4f}" if isinstance(cell, float) else cell_of(cell)


def sheets(made: Tabulation) -> Iterator[Sheet]:
    """Yield the figures of *made*, a sheet for each table of the page, in its order."""
    yield _flow(made)
    yield _outcomes(made)
    yield from map(sheet_of, made.tables)
    yield _observations(made)
    yield _published(made)


def sheet_of(table: Table) -> Sheet:
    """Return a table of counts as a sheet: the total, then each row.

    ``letters`` says which letters count, ``row`` whether a row is the total, a value, what was
    not read, or what came after the table was full.
    """
    grouping = table.grouping
    sided = grouping.sides != ("",)
    header = ("letters", *(("side",) if sided else ()), "row", *grouping.columns, *_COUNTS)
    return Sheet(grouping.name, header, list(_rows(table, sided=sided)))


def _rows(table: Table, *, sided: bool) -> Iterator[tuple[Cell, ...]]:
    width = len(table.grouping.columns)
    for scope in SCOPES:
        for side in table.grouping.sides:
            total = table.totals[scope].items
            lead: tuple[str, ...] = (scope, side) if sided else (scope,)
            yield (*lead, "total", *[None] * width, *figures(table.totals[scope], total))
            for row in table.rows:
                if row.key in {UNREAD, FURTHER}:
                    named: tuple[str | None, ...] = (
                        "not_read" if row.key == UNREAD else "further",
                        *[None] * width,
                    )
                else:
                    named = ("value", *row.key)
                yield (*lead, *named, *figures(row.of(scope, side), total))


def figures(counted: Counted, total: int) -> tuple[Cell, ...]:
    """Return a group's counts, overturn rate and the ends of its interval; *total*: all items."""
    low, high = counted.interval or (None, None)
    return (
        counted.items,
        _share(counted.items, total),
        counted.letters,
        counted.upheld,
        counted.overturned,
        counted.partial,
        counted.rate,
        low,
        high,
    )


def _flow(made: Tabulation) -> Sheet:
    flow = made.flow
    steps = (
        flow.inputs,
        flow.duplicates,
        flow.counted,
        flow.failed,
        flow.review,
        flow.verified,
        flow.empty,
        flow.unhashed,
        flow.repeated,
    )
    return Sheet("flow", ("step", "letters", "items"), steps)


def _outcomes(made: Tabulation) -> Sheet:
    rows = [
        (scope, outcome, made.outcomes[scope].get(outcome, 0))
        for scope in SCOPES
        for outcome in ("upheld", "mixed", "overturned", "")
        if outcome or made.outcomes[scope].get(outcome)
    ]
    return Sheet("outcome", ("letters", "outcome", "count"), rows)


def _observations(made: Tabulation) -> Sheet:
    header = ("code", "id", "case_number", "status", "item_number", "page", "message", "quotes")
    rows = [
        (
            observed.code,
            each.id,
            each.case_number,
            each.status,
            each.odd.item,
            each.odd.page,
            each.odd.message,
            " | ".join(each.odd.quotes),
        )
        for observed in made.observed
        for each in observed.examples
    ]
    return Sheet("observations", header, rows)


def _published(made: Tabulation) -> Sheet:
    header = ("year", "figure", "published", "letters", "part", "whole", "share", "source", "url")
    rows = [
        (
            beside.figure.year,
            beside.figure.says,
            beside.figure.value,
            scope,
            beside.counted[scope].part,
            beside.counted[scope].whole if beside.figure.part else None,
            _share(*beside.counted[scope]) if beside.figure.part else None,
            f"{beside.figure.source.title} ({beside.figure.source.publisher})",
            beside.figure.source.url,
        )
        for beside in made.beside
        for scope in SCOPES
    ]
    return Sheet("published", header, rows)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
