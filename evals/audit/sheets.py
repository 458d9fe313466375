"""The labelling sheets: written empty, read back tolerantly."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from evals.audit.cells import ABSENT, Unreadable, cites, unguarded
from evals.audit.columns import Column, of_items, of_letters
from evals.audit.instructions import ITEMS, LETTERS, instructions
from evals.audit.plan import Plan
from evals.errors import EvalError
from extractor.cli.output import plain
from extractor.write.csv import ENCODING, cell_of

README = "README.txt"
_SAME = "same"
_DELIMITERS = ",;\t"


class Row(NamedTuple):
    """A row of a sheet: its number as a spreadsheet counts, and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass
class Label:
    """What a person says of one letter.

    Attributes:
        letter: What the sheets call it.
        expected: The labels as a record's JSON; what was not checked is left out.
        items: How many disputed items it has; None where the labeller has not said.
        begun: Whether any cell of it is filled.
    """

    letter: str
    expected: dict[str, Any] = field(default_factory=dict)
    items: int | None = None
    begun: bool = False

    @property
    def done(self) -> bool:
        """Whether the letter is labelled: its items are counted, where they are asked for."""
        return self.items is not None


def write(plan: Plan, folder: Path) -> None:
    """Write the empty sheets and the labeller's instructions to *folder*."""
    columns = [column.name for column in of_letters(plan.fields)]
    has_items = bool(of_items(plan.fields))
    heading = ["letter", "id", "file", *columns, *(["items"] if has_items else ["done"]), "note"]
    _write(folder / LETTERS, heading, ([each.letter, each.id, each.file] for each in plan.letters))
    if has_items:
        heading = ["letter", "id", "item", *(c.name for c in of_items(plan.fields)), "note"]
        _write(folder / ITEMS, heading, ([each.letter, each.id] for each in plan.letters))
    text = instructions(plan)
    (folder / README).write_text(text, encoding="utf-8", newline="\r\n")


def _write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding=ENCODING, newline="") as file:
        table = csv.writer(file)
        table.writerow(heading)
        for row in rows:
            cells = [cell_of(plain(value)) for value in row]
            table.writerow([*cells, *[""] * (len(heading) - len(cells))])


def read(plan: Plan, folder: Path) -> dict[str, Label]:
    """Read the filled sheets back, by the letters' names.

    Raises:
        EvalError: A sheet is missing or a cell cannot be read; it names file, row and column.
    """
    faults: list[str] = []
    labels = {each.letter: Label(each.letter) for each in plan.letters}
    _read_letters(labels, plan, folder, faults)
    if asked := of_items(plan.fields):
        needed = ["letter", "item", *(column.name for column in asked)]
        _read_items(labels, _rows(folder / ITEMS, needed), asked, faults)
        faults += _miscounted(labels)
    _refuse(faults)
    return labels


def _read_letters(labels: Mapping[str, Label], plan: Plan, folder: Path, faults: list[str]) -> None:
    columns, count = of_letters(plan.fields), "items" if of_items(plan.fields) else "done"
    seen: set[str] = set()
    for row in _rows(folder / LETTERS, ["letter", *(c.name for c in columns), count]):
        label = _label_of(row, labels, LETTERS, faults)
        if label is not None and label.letter in seen:
            faults.append(_fault(LETTERS, row, "letter", f"{label.letter} has a row already"))
        elif label is not None:
            seen.add(label.letter)
            _read_letter(label, row, columns, count, faults)


def _read_letter(
    label: Label, row: Row, columns: Sequence[Column], count: str, faults: list[str]
) -> None:
    label.begun = any(row.cells[name] for name in (*(c.name for c in columns), count))
    _fill(label.expected, columns, row, LETTERS, faults)
    said = row.cells[count]
    if count == "done":
        label.items = None if said.lower() in {"", "no"} else 0
    elif said.isdecimal() or said.lower() in ABSENT:
        label.items = int(said) if said.isdecimal() else 0
    elif said:
        faults.append(_fault(LETTERS, row, count, "wanted is how many disputed items there are"))


def _read_items(
    labels: Mapping[str, Label], rows: Iterable[Row], columns: Sequence[Column], faults: list[str]
) -> None:
    """Add each row that says anything to its letter's items, in the order of their numbers."""
    found: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for row in rows:
        said = [row.cells[name] for name in ("item", *(column.name for column in columns))]
        if not any(said):
            continue
        label = _label_of(row, labels, ITEMS, faults)
        if label is None:
            continue
        items = found.setdefault(label.letter, [])
        items.append((_item_number(row, len(items) + 1, faults), _item(row, columns, faults)))
        numbers = [number for number, _ in items]
        if numbers.count(numbers[-1]) > 1:
            faults.append(_fault(ITEMS, row, "item", f"{label.letter} has such an item already"))
    for name, items in found.items():
        labels[name].begun = True
        labels[name].expected["items"] = [item for _, item in sorted(items, key=lambda i: i[0])]


def _item_number(row: Row, following: int, faults: list[str]) -> int:
    said = row.cells["item"]
    if said and not said.isdecimal():
        faults.append(_fault(ITEMS, row, "item", "wanted is the item's number, or nothing"))
    return int(said) if said.isdecimal() else following


def _item(row: Row, columns: Sequence[Column], faults: list[str]) -> dict[str, Any]:
    item: dict[str, Any] = {}
    _fill(item, columns, row, ITEMS, faults)
    if (item.get("treatment") or {}).get("value", "").lower() == _SAME:
        item["treatment"] = item.get("request")
        if item["treatment"] is None:
            faults.append(_fault(ITEMS, row, "treatment", "same as what? the request is blank"))
    return item


def _miscounted(labels: Mapping[str, Label]) -> Iterator[str]:
    """Yield a fault for each letter that says to have more or fewer items than it has rows."""
    for label in labels.values():
        rows = len(label.expected.get("items") or ())
        if label.items is not None and label.items != rows:
            yield f"{ITEMS}: {label.letter} has {rows} rows, {LETTERS} counts {label.items} items"
        elif label.items is not None:
            label.expected.setdefault("items", [])


def _fill(
    part: dict[str, Any], columns: Sequence[Column], row: Row, file: str, faults: list[str]
) -> None:
    """Put what a row says into *part*; a blank cell says nothing."""
    for column in columns:
        said = row.cells[column.name]
        if not said:
            continue
        try:
            value = _value(column, said)
        except Unreadable as wanted:
            faults.append(_fault(file, row, column.name, f"wanted is {wanted}, or none"))
        else:
            _put(part, column.path, value)


def _value(column: Column, said: str) -> object:
    is_absent = said.lower() in ABSENT and column.read is not cites
    return None if is_absent else column.read(said)


def _put(part: dict[str, Any], path: str, value: object) -> None:
    *way, last = path.split(".")
    for step in way:
        part = part.setdefault(step, {})
    part[last] = value


def _label_of(row: Row, labels: Mapping[str, Label], file: str, faults: list[str]) -> Label | None:
    found = labels.get(row.cells["letter"].upper())
    if found is None and any(row.cells.values()):
        faults.append(_fault(file, row, "letter", "wanted is a letter of the plan, as L001"))
    return found


def _fault(file: str, row: Row, column: str, what: str) -> str:
    said = plain(row.cells.get(column, ""))
    return f"{file}, row {row.number}, column {column}, {said[:40]!r}: {what}"


def _refuse(faults: Sequence[str]) -> None:
    if faults:
        more = f" ({len(faults) - 1} more cells like it)" if len(faults) > 1 else ""
        raise EvalError(f"{faults[0]}.{more} Correct the sheet and read it again.")


# --- files as spreadsheets save them -----------------------------------------------------------


def _rows(path: Path, needed: Sequence[str]) -> Iterator[Row]:
    """Yield a sheet's rows below its heading; columns that are not *needed* are left alone."""
    table = list(_parsed(path))
    heading = [_heading(cell) for cell in table[0]] if table else []
    for name in needed:
        if heading.count(name) != 1:
            what = "lacks the column" if name not in heading else "has more than one column"
            raise EvalError(f"{path} {what} {name!r}; its headings must be those it was made with.")
    for number, row in enumerate(table[1:], 2):
        padded = [*row, *[""] * (len(heading) - len(row))]
        cells = {name: unguarded(padded[heading.index(name)]) for name in needed}
        if any(cells.values()):
            yield Row(number, cells)


def _heading(cell: str) -> str:
    return "_".join(unguarded(cell).lower().split())


def _parsed(path: Path) -> Iterator[list[str]]:
    text = _decoded(path)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise EvalError(f"{path} is no table of comma-separated values: {error}.") from None


def _decoded(path: Path) -> str:
    """Return the text of a sheet, in whichever encoding a spreadsheet saved it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {error.strerror}.") from None
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    readers: list[Callable[[], str]] = [
        lambda: content.decode("utf-16" if is_wide else "utf-8-sig"),
        lambda: content.decode("cp1252"),
    ]
    for decoded in readers:
        try:
            return decoded()
        except UnicodeDecodeError:
            continue
    raise EvalError(f"{path} is no text; save the sheet as CSV, UTF-8.")
