"""Tables as people see them: the columns of a table in blocks, its first rows open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extractor.pages.report import words
from extractor.tabulate import FURTHER, UNREAD, Counted, Row, Scope, Table, Tabulation

SHOWN = 15
"""How many rows a table shows at once; those of what was not read come besides."""
MOST = 400


class Bar(NamedTuple):
    """An overturn rate and its interval as lengths of a bar of 100."""

    low: float
    width: float
    point: float


def bar(counted: Counted) -> Bar | None:
    """Return where the bar of a rate stands; None where nothing is decided."""
    rate, interval = counted.rate, counted.interval
    if rate is None or interval is None:
        return None
    low, high = (round(100 * end, 1) for end in interval)
    return Bar(low, round(high - low, 1), round(100 * rate, 1))


@dataclass(frozen=True)
class Line:
    """One row of a view.

    Attributes:
        label: What it is called.
        counted: What is counted in each block.
        shares: Its items of all items, in each block; none of the total.
        apart: Whether it stands at the foot: what was not read, or not told apart.
    """

    label: words.Label
    counted: Sequence[Counted]
    shares: Sequence[float | None]
    apart: bool = False


@dataclass(frozen=True)
class View:
    """One table of a page.

    Attributes:
        caption: Of how many, and how many lack the field.
        blocks: What the blocks of columns are called; one without a name is the only one.
        total: All items, in each block.
        first: The rows at once in sight.
        rest: Rows to open.
        more: How many rows stand in the CSV only.
    """

    caption: str
    blocks: Sequence[str]
    total: Line
    first: Sequence[Line]
    rest: Sequence[Line]
    more: int


def views(table: Table, made: Tabulation) -> list[View]:
    """Return *table* as it is seen: verified letters beside all, or both sides for each."""
    scopes: list[Scope] = ["all"] if made.same else ["verified", "all"]
    if table.grouping.sides == ("",):
        names = [""] if made.same else [words.SCOPES[scope] for scope in scopes]
        return [_view(table, [(scope, "") for scope in scopes], names)]
    sides = table.grouping.sides
    return [
        _view(table, [(scope, side) for side in sides], [words.SIDES[side] for side in sides])
        for scope in scopes
    ]


def _view(table: Table, cells: list[tuple[Scope, str]], names: list[str]) -> View:
    kept = [row for row in table.rows if any(row.of(*cell).items for cell in cells)]
    plain = [row for row in kept if row.key not in {UNREAD, FURTHER}]
    apart = [_line(table, row, cells) for row in kept if row.key in {UNREAD, FURTHER}]
    shown = len(plain) if table.grouping.by_key or len(plain) <= SHOWN + 3 else SHOWN
    lines = [_line(table, row, cells) for row in plain[:MOST]]
    return View(
        _caption(table, cells),
        names,
        Line(words.Label("All items"), [table.totals[scope] for scope, _ in cells], []),
        [*lines[:shown], *apart],
        lines[shown:],
        max(0, len(plain) - MOST),
    )


def _line(table: Table, row: Row, cells: list[tuple[Scope, str]]) -> Line:
    counted = [row.of(*cell) for cell in cells]
    apart = row.key in {UNREAD, FURTHER}
    return Line(
        words.label(table.grouping, row.key), counted, _shares(table, counted, cells), apart
    )


def _shares(
    table: Table, counted: list[Counted], cells: list[tuple[Scope, str]]
) -> list[float | None]:
    """Return the groups' items of all items that count."""
    wholes = [table.totals[scope].items for scope, _ in cells]
    pairs = zip(counted, wholes, strict=True)
    return [each.items / whole if whole else None for each, whole in pairs]


def _caption(table: Table, cells: list[tuple[Scope, str]]) -> str:
    """Say of how many items of how many letters a table is, and how many lack the field."""
    said = []
    for scope in dict.fromkeys(scope for scope, _ in cells):
        total = table.totals[scope]
        n = f"{words.many(total.items, 'item')} of {words.many(total.letters, 'letter')}"
        lacks = [_lacks(table, scope, side) for each, side in cells if each == scope]
        said.append(f"{words.SCOPES[scope]}: {n}; {', '.join(lacks)}.")
    return " ".join(said)


def _lacks(table: Table, scope: Scope, side: str) -> str:
    lacking = table.lacking(scope, side)
    who = f"{words.SIDES[side].lower()}: " if side else ""
    if not lacking.items:
        return f"{who}every item has one"
    items, letters = words.many(lacking.items, "item"), words.many(lacking.letters, "letter")
    return f"{who}{table.grouping.unread} in {items} of {letters}"
