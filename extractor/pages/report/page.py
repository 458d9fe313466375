"""The report as one page that needs nothing else, from the network or anywhere."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from extractor.pages import frame
from extractor.pages.drawing import MISSING
from extractor.pages.report import blocks, words
from extractor.pages.report.charts import charts, scope_of
from extractor.pages.report.links import Linker
from extractor.pages.report.sheets import sheets, to_csv
from extractor.pages.visible import shortened
from extractor.tabulate import Table, Tabulation

_TEMPLATES = Path(__file__).parent / "templates"
_NAME, _QUOTE = 120, 240
_MOST_CSV = 400_000  # characters; a longer one is written by --csv only
SECTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "treatments": ("Treatments", ("category", "subcategory", "drug_class", "partial")),
    "guidelines": (
        "Guidelines: claims administrator against reviewer",
        ("cites", "cites_of_both", "shared", "document", "guideline"),
    ),
    "reviewers": ("Reviewers", ("specialty",)),
    "time": ("Time", ("year", "month")),
    "letters": ("Letters", ("items_per_letter",)),
}


@dataclass(frozen=True)
class Part:
    """A table of the page with its views and its drawing."""

    table: Table
    views: list[blocks.View]
    chart: Markup | None


def to_html(made: Tabulation, linker: Linker | None = None) -> str:
    """Return *made* as one page of HTML.

    Args:
        made: The counts.
        linker: Links observations to their letters; without one their ids stand alone.
    """
    return _environment().get_template("report.html").render(_view(made, linker or Linker()))


def _view(made: Tabulation, linker: Linker) -> dict[str, Any]:
    """Return everything that the template prints."""
    style, drawings = frame.style(_TEMPLATES / "corpus.css"), charts(made)
    decided = made.decisions["all"].decided
    return {
        "style": style,
        "style_allowed": frame.allowed(style),
        "made": made,
        "scopes": ["all"] if made.same else ["verified", "all"],
        "drawn": scope_of(made),
        "sections": {
            anchor: (title, [_part(made, name, drawings) for name in names])
            for anchor, (title, names) in SECTIONS.items()
        },
        "no_chart": MISSING if decided and not drawings and not _can_draw() else None,
        "downloads": {sheet.name: _download(to_csv(sheet)) for sheet in sheets(made)},
        "years": _years(made),
        "decided": {row.key[0] for row in made.table("year").rows if len(row.key) == 1},
        "link": linker.of,
        "sources": list(dict.fromkeys(_sources(made))),
    }


def _part(made: Tabulation, name: str, drawings: Mapping[str, Markup]) -> Part:
    table = made.table(name)
    return Part(table, blocks.views(table, made), drawings.get(name))


def _can_draw() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("matplotlib") is not None


def _download(text: str) -> Markup | None:
    """Return a CSV as an address within the page; None where it is too long for one."""
    if len(text) > _MOST_CSV:
        return None
    data = b64encode(text.encode()).decode()
    return Markup(f"data:text/csv;charset=utf-8;base64,{data}")  # noqa: S704 - base64


def _years(made: Tabulation) -> str:
    """Return the span of the decision dates, by month."""
    months = [row.key[0] for row in made.table("month").rows if len(row.key) == 1]
    if not months:
        return "none read"
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def _sources(made: Tabulation) -> list[Any]:
    return [beside.figure.source for beside in made.beside]


def _environment() -> Environment:
    environment = frame.environment(_TEMPLATES)
    environment.filters |= {
        name: getattr(words, name)
        for name in ("count", "percent", "ends", "many", "heading", "repeated")
    }
    environment.filters |= {
        "brief": lambda name: shortened(str(name), _NAME),
        "short": lambda quote: shortened(str(quote), _QUOTE),
    }
    environment.globals |= {
        "bar": blocks.bar,
        "scope_words": words.SCOPES,
        "outcome_words": words.OUTCOMES,
    }
    return environment
