"""``imr search``: letters that say something, from a database of letters."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli import output
from extractor.cli.found import (
    NOTHING,
    SCHEMA_SEARCH,
    Form,
    asked,
    head,
    marked,
    notes,
    place,
    printed,
)
from extractor.cli.options import refusals

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.precedents import Hit, Hits

FILTERS = "Which items"


class Decision(StrEnum):
    """What was decided."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"


class Where(StrEnum):
    """Where words are looked for."""

    REQUEST = "request"
    RATIONALE = "rationale"
    SUMMARY = "clinical_summary"


class Cites(StrEnum):
    """What a side rests on."""

    MTUS = "mtus"
    NON_MTUS = "non_mtus"
    BOTH = "both"
    NONE = "none"
    UNCLEAR = "unclear"


def _filter(help: str, metavar: str | None = None, *names: str) -> Any:  # noqa: ANN401, A002
    return typer.Option(*names, metavar=metavar, help=help, rich_help_panel=FILTERS)


DatabaseArgument = Annotated[
    Path,
    typer.Argument(
        exists=True,
        dir_okay=False,
        metavar="letters.db",
        help="What imr extract --out letters.db wrote.",
    ),
]
DecisionOption = Annotated[Decision | None, _filter("Only items so decided.")]
CategoryOption = Annotated[
    str | None, _filter("A treatment category, a subcategory, or both: 'A / B'.", "NAME")
]
GuidelineOption = Annotated[
    str | None, _filter("A guideline that anyone cites, or a part of it at any depth.", "ID")
]
ObservationOption = Annotated[
    str | None, _filter("What is odd about the item or letter: a finding code.", "CODE")
]
DrugOption = Annotated[str | None, _filter("A drug by any of its names, or a class.", "NAME")]
RegionOption = Annotated[str | None, _filter("A body region that the request names.", "NAME")]
SpecialtyOption = Annotated[str | None, _filter("Words of the reviewer's specialties.", "WORDS")]
ClaimsOption = Annotated[
    Cites | None, _filter("What the claims administrator rests on.", None, "--claims-cites")
]
ReviewerOption = Annotated[
    Cites | None, _filter("What the reviewer rests on.", None, "--reviewer-cites")
]
YearOption = Annotated[int | None, _filter("Decided in this year.", "YYYY")]
SinceOption = Annotated[str | None, _filter("Decided on this day or later.", "DATE")]
UntilOption = Annotated[str | None, _filter("Decided on this day or before.", "DATE")]
VerifiedOption = Annotated[
    bool, typer.Option("--verified", help="Only verified letters.", rich_help_panel=FILTERS)
]
FormOption = Annotated[Form, typer.Option("--format", help="For people, or for programs.")]


def search(  # noqa: PLR0913, PLR0917 - one parameter per option
    database: DatabaseArgument,
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="[WORDS]",
            help='Words, "a phrase", begin*, OR, NOT; else whatever the filters let through.',
        ),
    ] = None,
    within: Annotated[
        list[Where] | None,
        typer.Option("--in", help="Look for words only here; may be repeated."),
    ] = None,
    decision: DecisionOption = None,
    category: CategoryOption = None,
    guideline: GuidelineOption = None,
    observation: ObservationOption = None,
    drug: DrugOption = None,
    region: RegionOption = None,
    specialty: SpecialtyOption = None,
    claims_cites: ClaimsOption = None,
    reviewer_cites: ReviewerOption = None,
    year: YearOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    verified: VerifiedOption = False,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Show so many; count all.")] = 20,
    source: Annotated[
        Path | None,
        typer.Option(
            exists=True, metavar="DIR", help="The letters, to say exactly where the words stand."
        ),
    ] = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Find disputed items by words of their request, rationale or their letter's summary.

    All filters must hold. Letters with the same bytes are shown once. Cite from verified ones.

    Exit code 1: nothing was found.
    """
    from extractor.precedents import FIELDS, Filters, decided_in
    from extractor.precedents import search as find

    with refusals(), asked():
        filters = Filters(
            decision, category, guideline, observation, drug, region, specialty,
            claims_cites, reviewer_cites, *decided_in(year, since, until), verified,
        )  # fmt: skip
        fields = tuple(each.value for each in within) if within else FIELDS
        found = find(database, query, filters, fields=fields, limit=limit, source=source)
    rows = [_row(hit) for hit in found.hits]
    document = {"schema": SCHEMA_SEARCH, "query": query, "total": found.total, "hits": rows}
    if form is Form.TEXT:
        output.render(_shown(found))
    else:
        output.write(printed(form, document, rows, NAMES), exact=True)
    if not found.hits:
        output.say("Nothing was found: use fewer words or filters.")
        raise typer.Exit(NOTHING)


NAMES = (
    *("id", "path", "case_number", "decision_date", "status", "item", "decision"),
    *("category", "subcategory", "request", "field", "words", "start", "end", "page", "exact"),
    *("marks", "observations", "copies"),
)


def _row(hit: "Hit") -> dict[str, Any]:
    """Return a hit as programs get it."""
    from dataclasses import asdict

    flat = asdict(hit)
    return {name: value for name, value in {**flat, **flat.pop("passage")}.items() if name in NAMES}


def _shown(found: "Hits") -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    parts = [part for hit in found.hits for part in (*_hit(hit), Text())]
    items = "item" if found.total == 1 else "items"
    return Group(*parts, Text(f"{len(found.hits)} of {found.total:,} {items}.", style="bold"))


def _hit(hit: "Hit") -> "Iterator[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    yield head(hit)
    if hit.passage.field != "request":
        yield Padding(Text(output.plain(hit.request)), (0, 0, 0, 2), expand=False)
    yield Padding(marked(hit.passage), (0, 0, 0, 2), expand=False)
    yield Padding(
        Text(f"{place(hit.passage)}{notes(hit)}", style="dim"), (0, 0, 0, 2), expand=False
    )
