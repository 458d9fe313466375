"""``imr similar``: letters like one, from a database of letters."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from extractor.cli import output
from extractor.cli.found import NOTHING, SCHEMA_SIMILAR, Form, asked, head, notes, place, printed
from extractor.cli.options import EncodingOption, LayoutsOption, extractor_of, refusals
from extractor.cli.search import (
    DecisionOption,
    FormOption,
    GuidelineOption,
    SinceOption,
    SpecialtyOption,
    UntilOption,
    VerifiedOption,
    YearOption,
)

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from extractor.precedents import Precedent, Precedents
    from extractor.record import Record


def similar(  # noqa: PLR0913, PLR0917 - one parameter per option
    letter: Annotated[
        str,
        typer.Argument(
            metavar="LETTER",
            help="A letter, or its record as JSONL, or an id or case number in the database.",
        ),
    ],
    database: Annotated[
        Path,
        typer.Option(
            "--db",
            exists=True,
            dir_okay=False,
            metavar="letters.db",
            help="What imr extract --out letters.db wrote.",
        ),
    ],
    item: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only this item of the letter.")
    ] = None,
    id: Annotated[  # noqa: A002 - the record's own name for it
        str | None, typer.Option(metavar="ID", help="Of several records, the one of this letter.")
    ] = None,
    decision: DecisionOption = None,
    guideline: GuidelineOption = None,
    specialty: SpecialtyOption = None,
    year: YearOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    verified: VerifiedOption = False,
    limit: Annotated[
        int, typer.Option(min=1, metavar="N", help="Show so many letters for each item.")
    ] = 5,
    lowest: Annotated[
        float,
        typer.Option("--score", min=0, max=1, metavar="S", help="Show none of a lower score."),
    ] = 0.25,
    layouts: LayoutsOption = None,
    encoding: EncodingOption = None,
    form: FormOption = Form.TEXT,
) -> None:
    """Find letters like one: by category, drug, body regions, guidelines and words.

    The score is the points had of those that can be had: same category 2, subcategory 2 more,
    drug 3 (its class 1), body regions 2, side or level 1, guidelines 2, distinctive words 3.

    The letter itself and its copies are left out. Exit code 1: no letter is near any item.
    """
    from extractor.precedents import Filters, decided_in
    from extractor.precedents import similar as find

    with refusals(), asked():
        filters = Filters(
            decision=decision, guideline=guideline, specialty=specialty, verified=verified,
            since=decided_in(year, since, until)[0], until=decided_in(year, since, until)[1],
        )  # fmt: skip
        given = _given(letter, id, layouts, encoding)
        found = find(database, given, filters, item=item, limit=limit, lowest=lowest)
    rows = [_row(each, one) for each in found for one in each.precedents]
    if form is Form.TEXT:
        output.render(_shown(found))
    else:
        document = {"schema": SCHEMA_SIMILAR, "items": [_item(each) for each in found]}
        output.write(printed(form, document, rows, NAMES), exact=True)
    if not rows:
        raise typer.Exit(NOTHING)


def _given(
    letter: str,
    id: str | None,  # noqa: A002
    layouts: Path | None,
    encoding: str | None,
) -> "Record | str":
    """Return the record of the letter in a file; what is no file is looked for in the database."""
    file = Path(letter)
    if letter != "-" and not file.is_file():
        return letter
    from extractor.cli.given import records_of
    from extractor.errors import QueryError

    records = records_of(file, extractor_of(layouts, encoding))
    chosen = [record for record in records if id in (None, record.document.id)]
    if len(chosen) == 1:
        return chosen[0]
    known = [record.document.id for record in records]
    message = "There are several records: choose one with --id" if chosen else "There is no record"
    raise QueryError(message, id or "", known)


NAMES = (
    *("for_item", "score", "id", "path", "case_number", "decision_date", "status", "item"),
    *("decision", "request", "category", "subcategory", "drug", "drug_class", "regions", "side"),
    *("guidelines", "text", "conclusion", "start", "end", "page", "observations", "copies"),
)


def _row(found: "Precedents", one: "Precedent") -> dict[str, Any]:
    """Return a precedent as programs get it."""
    sentence = one.conclusion
    flat = {**asdict(one), **asdict(one.likeness), "for_item": found.item}
    flat["conclusion"] = sentence.words if sentence else None
    for name in ("start", "end", "page"):
        flat[name] = getattr(sentence, name) if sentence else None
    return {name: flat[name] for name in NAMES}


def _item(found: "Precedents") -> dict[str, Any]:
    return {
        "item": found.item,
        "request": found.request,
        "compared": found.compared,
        "precedents": [_row(found, one) for one in found.precedents],
    }


def _shown(found: "tuple[Precedents, ...]") -> "RenderableType":
    from rich.console import Group

    return Group(*(part for each in found for part in _lines(each)))


def _lines(found: "Precedents") -> "Iterator[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    yield Text(f"{found.item}  {output.plain(found.request)}", style="bold")
    if not found.precedents:
        compared = f"{found.compared:,} items that share something were compared"
        yield Padding(Text(f"No letter is near enough: {compared}."), (0, 0, 1, 3), expand=False)
    for one in found.precedents:
        yield Padding(_precedent(one), (0, 0, 1, 3), expand=False)


def _precedent(one: "Precedent") -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    score = Text(f"{one.likeness.score:.2f}  ", style="cyan").append_text(head(one))
    return Group(score, *_body(one))


def _body(one: "Precedent") -> "Iterator[Text]":
    from rich.text import Text

    yield Text(output.plain(one.request))
    if one.conclusion is None:
        yield Text("No sentence was found that decides it.", style="dim")
    else:
        yield Text(f'"{output.plain(one.conclusion.words)}"')
    where = f"{place(one.conclusion)}; " if one.conclusion else ""
    yield Text(f"{where}{one.likeness}{notes(one)}", style="dim")
