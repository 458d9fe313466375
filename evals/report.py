"""What a run prints and writes: a table for people, JSON for programs."""

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.dataset import Dataset, Scored, document_id, dumped, file_hash, golden_hash, labelled
from evals.gate import Loss
from evals.marks import Counts, Mark
from evals.score import Totals, total
from extractor.findings import Code
from extractor.text import collapse

SCHEMA = "imr-eval/1"
PACKAGES = ("imr-extractor", "pydantic", "pypdfium2")
SCREEN = 20
_WIDTH = 132
_WORDS = 40
_WORST = frozenset({"escaped", "golden case scored"})
_CODES = frozenset(code.value for code in Code)
_COUNTS = ("correct", "wrong", "missing", "extra", "unscored")


def console() -> Console:
    """Return standard output; as wide as the table where it is no terminal."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=_WIDTH)


def results(
    dataset: Dataset, scored: Sequence[Scored], proposer: str, records: Path | None
) -> dict[str, Any]:
    """Return the whole run as JSON: versions, hashes, totals, and of every letter its counts.

    Record and labels are there too, so that another run can be compared with this one by value.
    """
    return {
        "schema": SCHEMA,
        "versions": versions(),
        "proposer": proposer,
        "records": None if records is None else {"sha256": file_hash(records)},
        "golden": {
            "letters": len(dataset.cases),
            "unreviewed": list(dataset.unreviewed),
            "sha256": golden_hash(dataset.cases),
        },
        "totals": totals_json(total(each.score for each in scored)),
        "letters": [_letter_json(each) for each in scored],
    }


def versions() -> dict[str, str]:
    """Return the versions that a result depends on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def totals_json(totals: Totals) -> dict[str, Any]:
    """Return *totals* as JSON; every ratio stands beside the counts that it is of."""
    return {
        "letters": totals.letters,
        "perfect": totals.perfect,
        "escaped_letters": totals.escaped_letters,
        "escaped_errors": totals.escaped_errors,
        "needless": totals.needless,
        "statuses": dict(totals.statuses),
        "fields": {name: _counts_json(counts) for name, counts in totals.fields.items()},
        "codes": {name: _counts_json(counts) for name, counts in totals.codes.items()},
    }


def _counts_json(counts: Counts) -> dict[str, Any]:
    ratios = {"precision": counts.precision, "recall": counts.recall, "f1": counts.f1}
    of = {"expected": counts.expected, "produced": counts.produced}
    return counts.to_json() | of | ratios


def _letter_json(scored: Scored) -> dict[str, Any]:
    score, case = scored.score, scored.case
    return {
        "name": score.name,
        "id": document_id(case),
        "split": case.split,
        "source_sha256": file_hash(case.source),
        "status": score.status,
        "expected_status": score.expected_status,
        "perfect": score.perfect,
        "escaped": score.escaped,
        "needless": score.needless,
        "seconds": scored.seconds,
        "fields": {name: counts.to_json() for name, counts in score.fields.items()},
        "codes": {name: counts.to_json() for name, counts in score.codes.items()},
        "differences": [mark._asdict() for mark in score.differences],
        "expected": labelled(case.expected),
        "record": dumped(scored.record),
    }


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write *data* to *path*, its folder made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(data, indent=1, ensure_ascii=False)
    path.write_text(content + "\n", encoding="utf-8")


def report(scored: Sequence[Scored], unreviewed: Sequence[str]) -> RenderableType:
    """Return what a run shows: fields, finding codes, letters, and the first differences."""
    totals = total(each.score for each in scored)
    differences = [(each.score.name, mark) for each in scored for mark in each.score.differences]
    return Group(
        counts_table("field", totals.fields),
        counts_table("finding code", totals.codes),
        Text(summary(totals, len(unreviewed))),
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


def verdict(lost: Sequence[Loss]) -> RenderableType:
    """Return the gate's one screen."""
    if not lost:
        return Text("Gate: nothing is worse than the baseline.", style="green")
    heading = f"losses in {len({loss.case for loss in lost})} golden cases (baseline → now)"
    worst_first = sorted(lost, key=lambda loss: loss.what not in _WORST)
    return Group(
        Text("Gate: worse than the baseline.", style="red"),
        screenful(heading, [str(loss) for loss in worst_first]),
    )


def accepted(gained: Sequence[Loss], lost: Sequence[Loss]) -> RenderableType:
    """Return what a new baseline accepts."""
    return Group(
        screenful("gains", [str(gain) for gain in gained]),
        screenful("losses", [str(loss) for loss in lost]),
    )
