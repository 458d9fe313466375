"""``imr report``: what a corpus says, tabulated, as a page or as Markdown."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import output
from extractor.cli.options import refusals, there

if TYPE_CHECKING:
    from extractor.tabulate import Letter, Tabulation


class Format(StrEnum):
    """How the report is written."""

    HTML = "html"
    MARKDOWN = "md"


_FORMATS = {
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
}


def report(  # noqa: PLR0913, PLR0917 - one parameter per option
    records: Annotated[
        Path,
        typer.Argument(
            callback=there,
            dir_okay=False,
            metavar="RECORDS",
            help="Records as JSONL, or letters.db, as `imr extract --out` writes them; - is "
            "standard input.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(dir_okay=False, metavar="FILE", help="Where to; else standard output."),
    ] = None,
    form: Annotated[
        Format | None,
        typer.Option(
            "--format", help="A page, or Markdown; else as FILE's name says, md without one."
        ),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            file_okay=False, metavar="DIR", help="Write the figures of each table there too."
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            metavar="DIR",
            help="The letters, to link those that contradict themselves.",
        ),
    ] = None,
    letters: Annotated[
        int, typer.Option(min=0, metavar="N", help="Name so many observations of each code.")
    ] = 100,
) -> None:
    """Tabulate decisions by treatment, drug, guideline, specialty and time, as one page.

    Verified letters and all letters are counted apart, each content once; overturn rates have
    95 % intervals that draw letters whole. Observations link to letters; figures that the DWC
    published stand beside those of the same year.
    """
    from extractor.tabulate import tabulate

    with refusals():
        if out is not None:
            output.check_place(out, others=(records,))
        written_as = form or _format_of(out)
        made = tabulate(_letters(records), letters)
        if csv is not None:
            _write_csv(made, csv)
        text = _text(made, written_as, source, out)
        if out is None:
            output.write(text)
        else:
            output.write_file(out, text)


def _format_of(out: Path | None) -> Format:
    """Return the format that the name says; Markdown for standard output.

    Raises:
        OutputError: It says none.
    """
    from extractor.errors import OutputError

    if out is None:
        return Format.MARKDOWN
    if (form := _FORMATS.get(out.suffix.lower())) is None:
        message = f"{out} names no format: let it end in .html or .md, or add --format."
        raise OutputError(message)
    return form


def _text(made: "Tabulation", form: Format, source: Path | None, out: Path | None) -> str:
    from extractor.pages.report import Linker, to_html, to_markdown

    if form is Format.MARKDOWN:
        return to_markdown(made)
    return to_html(made, Linker(source, out))


def _letters(records: Path) -> "Iterator[Letter]":
    """Yield the letters in a database, or in records a line each."""
    from extractor.cli.given import refuse_table
    from extractor.tabulate import letters_in_database
    from extractor.write import FORMATS

    if str(records) == "-":
        yield from _parsed(sys.stdin.buffer, "standard input")
    elif FORMATS.get(records.suffix.lower()) == "sqlite":
        yield from letters_in_database(records)
    else:
        refuse_table(records)
        with records.open("rb") as lines:
            yield from _parsed(lines, records.name)


def _parsed(lines: Iterable[bytes], name: str) -> "Iterator[Letter]":
    from extractor.cli.parsing import Unreadable, parsed
    from extractor.errors import ImrError
    from extractor.tabulate import letter_of

    for number, record in parsed(lines):
        if isinstance(record, Unreadable):
            message = (
                f"{name}, line {number} is no record: {record.where}{record.fault}. "
                "Give what `imr extract LETTERS --out letters.jsonl` writes."
            )
            raise ImrError(message)
        yield letter_of(record)


def _write_csv(made: "Tabulation", folder: Path) -> None:
    """Write a file of figures for each table."""
    from extractor.pages.report import sheets, to_csv
    from extractor.write import refusing

    with refusing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    for sheet in sheets(made):
        output.write_file(folder / f"{sheet.name}.csv", to_csv(sheet))
