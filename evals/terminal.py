"""What a run prints: tables for people."""

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.results import ArmResults, Results
from evals.scoring.letters import Totals
from evals.scoring.marks import Counts, Mark
from extractor.findings import Code
from extractor.text import collapse

SCREEN = 20
_WIDTH = 132
_WORDS = 40
_CODES = frozenset(code.value for code in Code)
_COUNTS = ("correct", "wrong", "missing", "extra", "unscored")


def console() -> Console:
    """Return standard output; as wide as the table where it is no terminal."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=_WIDTH)


def report(results: Results) -> RenderableType:
    """Return what a run shows of every arm."""
    return Group(*(_arm(arm, results) for arm in results.arms))


def _arm(arm: ArmResults, results: Results) -> RenderableType:
    """Return an arm's fields, finding codes, letters, and its first differences."""
    totals = arm.totals
    scores = [letter.score for letter in arm.letters]
    differences = [(score.name, mark) for score in scores for mark in score.differences]
    return Group(
        counts_table("field", totals.fields),
        counts_table("finding code", totals.codes),
        Text(summary(totals, len(results.golden.unreviewed))),
        screenful("differences", [describe(name, mark) for name, mark in differences]),
    )


def counts_table(title: str, rows: Mapping[str, Counts]) -> RenderableType:
    """Return a table of counts; a field's parts are indented under it.

    Rows of which nothing was expected or produced are left out; those that no letter labels are
    named below the table.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title)
    for name in (*_COUNTS, "precision", "recall", "F1", "exact spans"):
        table.add_column(name, justify="right", no_wrap=True)
    for name, counts in rows.items():
        if counts.expected or counts.produced:
            table.add_row(_indented(name, rows), *_cells(counts))
    never = [name for name, counts in rows.items() if counts.unscored and not counts.scored]
    below = Text(f"Not labelled in any letter: {', '.join(never)}." if never else "", style="dim")
    return Group(table, below) if table.row_count else Text(f"No {title} occurs.")


def _indented(name: str, rows: Mapping[str, Counts]) -> str:
    parent, _, part = name.rpartition(".")
    return f"  .{part}" if parent in rows and parent.count(".") else name


def _cells(counts: Counts) -> Iterable[str]:
    for name in _COUNTS:
        yield str(getattr(counts, name) or "·")
    yield _of(counts.correct, counts.produced)
    yield _of(counts.correct, counts.expected)
    yield "·" if counts.f1 is None else f"{counts.f1:.3f}"
    yield _of(counts.exact, counts.located)


def _of(part: int, whole: int) -> str:
    """Say a proportion with what it is of.

    >>> _of(59, 60), _of(0, 0)
    ('0.983 (60)', '·')
    """
    return f"{part / whole:.3f} ({whole})" if whole else "·"


def summary(totals: Totals, unreviewed: int) -> str:
    """Return the letters' line."""
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(totals.statuses.items()))
    verified = totals.statuses["verified"]
    parts = [
        f"{totals.letters} golden letters ({statuses})",
        f"{totals.perfect} perfect",
        f"{totals.escaped_errors} escaped errors ({totals.escaped_letters} of {verified} verified)",
        f"{totals.needless} needless reviews",
    ]
    if unreviewed:
        parts.append(f"{unreviewed} unreviewed cases left out")
    return "; ".join(parts) + "."


def describe(name: str, mark: Mark) -> str:
    """Say one difference in one line, long words cut; a finding code is named too."""
    what = mark.field if mark.field in _CODES else ""
    place = "" if mark.place is None else f", span {mark.place.value}"
    values = [
        f"{side} {_shown(value)}"
        for side, value in (("expected", mark.expected), ("produced", mark.produced))
        if value is not None
    ]
    head = " ".join(filter(None, [name, mark.pointer, what]))
    return "; ".join([f"{head}: {mark.kind.value}{place}", *values])


def _shown(value: object) -> str:
    place = ""
    if isinstance(value, Mapping):
        place = f" [{value['start']}:{value['end']}]" if "start" in value else ""
        value = value.get("value", value.get("quote", value.get("request", "")))
        value = value.get("quote", "") if isinstance(value, Mapping) else value
    words = collapse(str(value))
    return repr(words if len(words) <= _WORDS else words[:_WORDS] + "…") + place


def screenful(title: str, lines: Sequence[str]) -> RenderableType:
    """Return the first lines under a title, and how many more there are."""
    if not lines:
        return Text(f"No {title}.")
    more = [f"… and {len(lines) - SCREEN} more"] if len(lines) > SCREEN else []
    shown = [f"  {line}" for line in (*lines[:SCREEN], *more)]
    return Text("\n".join([f"{title}: {len(lines)}", *shown]), overflow="fold")
