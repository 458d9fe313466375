"""What ``imr-eval agree`` prints and writes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.care.agreement import Agreement, Field
from evals.care.kappa import Kappa
from evals.scoring.marks import Kind, Place
from extractor.cli.output import plain
from extractor.intervals import Interval

SCHEMA = "imr-eval-agree/1"
_LONGEST = 160
_WIDTH = 150
_KEY = (
    "agreement: equal, of the values that A or B gave; absent: both say that there is none, which "
    "kappa alone counts.\nspans: exact/overlapping/apart. kappa: over letters, items or citations "
    "that both found. Intervals: letters drawn whole."
)
_COUNTS = ("agree", "differ", "only A", "only B", "absent")
_SPANS = (Place.EXACT, Place.OVERLAP, Place.APART)
_SIDES = {Kind.MISSING: "only A", Kind.EXTRA: "only B", Kind.WRONG: "differ"}


def console() -> Console:
    """Return standard output; as wide as the tables where it is no terminal."""
    plain_output = Console()
    return plain_output if plain_output.is_terminal else Console(width=_WIDTH)


def report(found: Agreement) -> RenderableType:
    """Return the tables: fields, then observations; counts before ratios."""
    return Group(
        Text("\n".join(_letters(found))),
        _table("field", found.fields),
        _table("finding code", found.observations),
        Text(_KEY, style="dim"),
    )


def _letters(found: Agreement) -> Iterator[str]:
    yield f"{len(found.letters)} letters labelled by both, A and B."
    for side, only in (("A", found.only_first), ("B", found.only_second)):
        if only:
            yield plain(f"{len(only)} by {side} alone: {', '.join(only)}")
    for side, drafts in zip("AB", found.unreviewed, strict=True):
        if drafts:
            yield plain(f"{len(drafts)} unreviewed of {side} left out: {', '.join(drafts)}")


def _table(title: str, fields: Sequence[Field]) -> RenderableType:
    """Return a table of what was compared; a field's parts are indented under it."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title, overflow="fold")
    for name in (*_COUNTS, "agreement (n) [95 %]", "spans e/o/a", "kappa (n) [95 %]"):
        table.add_column(name, justify="right", no_wrap=True)
    names = {field.name for field in fields}
    for field in fields:
        if field.compared or field.kappa:
            table.add_row(_indented(field.name, names), *_cells(field))
    return table if table.row_count else Text(f"No {title} occurs.")


def _indented(name: str, names: Collection[str]) -> str:
    parent, _, part = name.rpartition(".")
    return f"  .{part}" if parent in names and parent.count(".") else name


def _cells(field: Field) -> Iterator[str]:
    counts = (field.agree, field.differ, field.only_first, field.only_second, field.absent)
    yield from (str(count or "·") for count in counts)
    share = f"{field.agree / field.compared:.3f} ({field.compared})" if field.compared else "·"
    yield share + _interval(field.interval)
    yield "/".join(str(field.places.get(place, 0)) for place in _SPANS) if field.places else "·"
    yield "·" if field.kappa is None else kappa_words(field.kappa)


def kappa_words(kappa: Kappa) -> str:
    """Say kappa with its number of pairs and its interval, or why there is none.

    >>> kappa_words(Kappa(7, None, None, 1))
    'undefined: one category (7)'
    """
    if kappa.value is None:
        return f"undefined: one category ({kappa.n})" if kappa.n else "undefined: no pair (0)"
    return f"{kappa.value:.3f} ({kappa.n}){_interval(kappa.interval)}"


def _interval(interval: Interval | None) -> str:
    return f" [{interval.low:.2f}, {interval.high:.2f}]" if interval else ""


# --- disagreements --------------------------------------------------------------------------------


def disagreements(found: Agreement) -> Iterator[str]:
    """Yield every disagreement on one line: what A says and what B, with their words and places.

    The pointer is into A's labels, into B's where B alone has the value.
    """
    for letter, mark, words in found.disagreements:
        kind = _SIDES.get(mark.kind, f"spans {mark.place.value}" if mark.place else "")
        sides = (("A", mark.expected), ("B", mark.produced))
        given = [(side, value) for side, value in sides if value is not None]
        values = [f"{side} {said(value)}" for side, value in given]
        if words and not any(isinstance(value, Mapping) for _, value in given):
            values.append(f"of «{_short(words)}»")
        head = f"{letter} {mark.pointer} {mark.field}: {kind}"
        yield plain("; ".join([head, *values]))


def said(value: object) -> str:
    """Say a label: its value, its words where they are not the value, and its place.

    >>> said({"value": "upheld", "quote": "Upheld", "start": 3, "end": 9})
    "'upheld' «Upheld» [3:9]"
    """
    if not isinstance(value, Mapping):
        return repr(_short(value))
    entry: Mapping[str, Any] = value.get("request", value)
    quote = entry.get("quote")
    meaning = entry.get("value", entry.get("region", quote))
    words = f" «{_short(quote)}»" if quote not in {None, meaning} else ""
    place = f" [{entry['start']}:{entry['end']}]" if "start" in entry else ""
    return f"{_short(meaning)!r}{words}{place}"


def _short(value: object) -> object:
    """Return a long text's two ends: where labellers differ is mostly there."""
    if not isinstance(value, str) or len(value) <= _LONGEST:
        return value
    half = _LONGEST // 2
    return f"{value[:half]} … {value[-half:]}"


# --- JSON -----------------------------------------------------------------------------------------


def to_json(found: Agreement) -> dict[str, Any]:
    """Return what was found as JSON; every ratio stands beside the counts that it is of."""
    return {
        "schema": SCHEMA,
        "letters": list(found.letters),
        "only_first": list(found.only_first),
        "only_second": list(found.only_second),
        "unreviewed": [list(names) for names in found.unreviewed],
        "fields": {field.name: _field(field) for field in found.fields},
        "findings": {field.name: _field(field) for field in found.observations},
        "disagreements": [
            {"letter": letter, **mark._asdict(), "words": words}
            for letter, mark, words in found.disagreements
        ],
    }


def _field(field: Field) -> dict[str, Any]:
    told = field._asdict() | {"compared": field.compared, "places": dict(field.places)}
    return told | {"kappa": None if field.kappa is None else field.kappa._asdict()}
