"""The report: results as one page that needs nothing else, from the network or anywhere.

The page has no script, and its policy would run none: the only style it allows is its own, by
its hash. Letters' words reach it escaped by the template and disarmed by ``visible``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment

from evals.errors import EvalError
from evals.pages import board, numbers
from evals.pages.arms import Entry, Files, entries
from evals.pages.chart import Chart, charts
from evals.pages.decisions import confusion
from evals.pages.failures import beside, failures, opened
from evals.pages.fields import codes, fields, side_by_side
from evals.pages.passages import Sources
from evals.pages.slices import slices
from evals.results import Results
from extractor.cli.output import write_file
from extractor.pages import frame
from extractor.pages.drawing import MISSING
from extractor.pages.visible import shortened

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = 120


@dataclass(frozen=True)
class GoldenSet:
    """A golden set that files of results were scored on."""

    files: Sequence[str]
    results: Results


def write_report(results: Results | Files, path: str | Path, golden: Path | None = None) -> None:
    """Write the report of *results* to *path*, its folder made if need be.

    Args:
        results: A run's results, or several runs' by a name that tells them apart.
        path: Where to.
        golden: The golden folder, for the letter's words around what differs.

    Raises:
        EvalError: There is no arm in the results.
        OutputError: *path* cannot be written.
    """
    page = render_report(results, golden)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_file(Path(path), page)


def render_report(results: Results | Files, golden: Path | None = None) -> str:
    """Return the report as HTML; as ``write_report``."""
    files = {"results": results} if isinstance(results, Results) else results
    arms = entries(files)
    if not arms:
        raise EvalError("There is no arm in the results; `imr-eval run --out` writes some.")
    return _environment().get_template("report.html").render(_view(files, arms, Sources(golden)))


def _view(files: Files, arms: Sequence[Entry], sources: Sources) -> dict[str, Any]:
    """Return everything that the template prints."""
    standings = [board.standing(entry) for entry in arms]
    failed = failures(arms, sources)
    tables = [fields(entry) for entry in arms]
    style = frame.style(_TEMPLATES / "report.css")
    drawn = charts(standings)
    return {
        "style": style,
        "style_allowed": frame.allowed(style),
        "golden_sets": golden_sets(files),
        "arms": arms,
        "board": standings,
        "floor": board.floor_of([each.perfect for each in standings]),
        "charts": drawn,
        "no_chart": _no_chart(standings, drawn),
        "tables": list(zip(arms, tables, [codes(entry) for entry in arms], strict=True)),
        "beside": side_by_side(tables),
        "confusions": [(entry, confusion(entry.letters)) for entry in arms],
        "slices": slices(arms),
        "failures": failed,
        "failed_letters": beside(failed),
        "open": opened(failed),
        "with_text": sources.known,
    }


def golden_sets(files: Files) -> list[GoldenSet]:
    """Return the golden sets that *files* were scored on, the same one once."""
    found: dict[object, GoldenSet] = {}
    for label, results in files.items():
        golden = results.golden
        key = (golden.sha256, golden.letters, golden.split, tuple(sorted(results.versions.items())))
        known = found.get(key, GoldenSet((), results))
        found[key] = GoldenSet((*known.files, label), results)
    return list(found.values())


def _no_chart(standings: Sequence[board.Standing], drawn: Sequence[Chart]) -> str | None:
    """Say why there is no drawing, or none against cost; None where there is."""
    if any(chart.svg is None for chart in drawn):
        return MISSING
    if not any(each.costs.usd for each in standings):
        return "No arm has a cost: no model was asked, or the records do not say what it cost."
    return None if drawn else "There is one arm with a cost; a chart compares several."


def _environment() -> Environment:
    environment = frame.environment(_TEMPLATES)
    environment.filters |= {
        name: getattr(numbers, name) for name in ("percent", "ends", "count", "usd", "duration")
    }
    environment.filters["brief"] = _brief
    environment.globals |= {"bar": board.bar}
    return environment


def _brief(name: object) -> str:
    """Return a name as a page prints it: long enough for any that is meant to be read."""
    return shortened(str(name), _NAME)
