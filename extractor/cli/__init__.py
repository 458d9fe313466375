"""The command ``imr``: what a terminal needs, and nothing that extracts.

``imr --help`` answers at once because whatever takes long to import is imported by the command
that needs it. Records go to standard output and nothing else does; what a user can mend is one
sentence on standard error and exit code 2.
"""

from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import batch as batching
from extractor.cli import cache as caching
from extractor.cli import diff as differing
from extractor.cli import extract as extracting
from extractor.cli import merge as merging
from extractor.cli import output
from extractor.cli import report as reporting
from extractor.cli import review as reviewing
from extractor.cli import search as searching
from extractor.cli import similar as comparing
from extractor.cli import survey as surveying
from extractor.cli.codebook import Format
from extractor.cli.codebook import show as show_codebook
from extractor.cli.findings import Form
from extractor.cli.findings import show as show_findings
from extractor.cli.guidelines import Form as GuidelinesForm
from extractor.cli.guidelines import show as show_guidelines
from extractor.cli.options import (
    MEGABYTES_20,
    BaseUrlOption,
    EncodingOption,
    LayoutsOption,
    LetterArgument,
    MaxBytesOption,
    MaxPagesOption,
    Mode,
    ModelOption,
    ModeOption,
    check_encoding,
    extractor_of,
    refusal,
    refusals,
    there,
)

EXCEEDED = 1

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Independent Medical Review letters in, verified records out.",
)


def main() -> None:
    """Run ``imr``; does not return."""
    try:
        app(prog_name="imr")
    except OSError as error:
        output.say(f"{error.strerror or 'The system refuses'}.")
        raise SystemExit(output.USAGE) from None
    finally:
        output.flush()


def _print_version(wanted: bool) -> None:
    if wanted:
        output.write(f"imr {installed_version('imr-extractor')}\n")
        raise typer.Exit


@app.callback()
def _imr(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    """Independent Medical Review letters in, verified records out."""


app.command()(extracting.extract)
app.command()(surveying.survey)
app.command()(differing.diff)
app.command()(merging.merge)
app.command()(reporting.report)
app.command()(searching.search)
app.command()(comparing.similar)
app.command()(reviewing.review)
app.add_typer(caching.app, name="cache")
app.add_typer(batching.app, name="batch")


@app.command()
def show(
    file: Annotated[
        Path,
        typer.Argument(
            callback=there,
            dir_okay=False,
            metavar="FILE",
            help="A letter, or records as JSONL; - is standard input.",
        ),
    ],
    id: Annotated[  # noqa: A002 - the record's own name for it
        str | None, typer.Option(metavar="ID", help="Show only the record of this letter.")
    ] = None,
    prose: Annotated[
        bool, typer.Option("--full", help="Of one letter, show summary and rationales too.")
    ] = False,
    layouts: LayoutsOption = None,
    encoding: EncodingOption = None,
) -> None:
    """Show a letter, or records, readably: items, decisions, citations, findings.

    One record is shown by itself, several as a table.
    """
    from extractor.cli.given import records_of
    from extractor.cli.hints import near_to
    from extractor.cli.show import shown

    with refusals():
        records = records_of(file, extractor_of(layouts, encoding))
        chosen = [record for record in records if id in (None, record.document.id)]
        if not records:
            raise refusal("There are no records.")
        if not chosen:
            near = near_to(id or "", (record.document.id for record in records))
            raise refusal(f"There is no such record{near}.")
        output.render(shown(chosen, prose=prose))


@app.command()
def text(
    file: LetterArgument,
    encoding: EncodingOption = None,
    max_bytes: MaxBytesOption = MEGABYTES_20,
    max_pages: MaxPagesOption = 500,
) -> None:
    """Print a letter's text, exactly: what the offsets of its record count.

    To a terminal, characters that could act on it are printed as U+FFFD instead.
    """
    from extractor.cli.given import source_of
    from extractor.source import Limits

    check_encoding(encoding)
    output.write(source_of(file, Limits(max_bytes, max_pages), encoding).text, exact=True)


@app.command()
def citations(
    file: LetterArgument,
    as_json: Annotated[
        bool, typer.Option("--json", help="One line of JSON for each citation.")
    ] = False,
    encoding: EncodingOption = None,
) -> None:
    """Print the guidelines that any text cites, with their offsets: a letter, a brief.

    Offsets count what ``imr text`` prints.
    """
    from extractor.cli.citations import show as show_citations
    from extractor.cli.given import source_of
    from extractor.source import Limits

    check_encoding(encoding)
    source = source_of(file, Limits(), encoding)
    with refusals():
        show_citations(source.as_text(), as_json=as_json)


@app.command()
def prompt(
    file: LetterArgument,
    folder: Annotated[
        Path | None,
        typer.Option("--prompt", metavar="DIR", help="Prompt files of your own; else ours."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
    encoding: EncodingOption = None,
) -> None:
    """Print what a model would be asked about a letter: messages, schema, tokens; none is asked."""
    from extractor.cli.given import source_of
    from extractor.cli.prompt import show as show_prompt
    from extractor.propose.llm.prompt import Prompt
    from extractor.source import Limits

    check_encoding(encoding)
    with refusals():
        chosen = Prompt.load(folder)
        show_prompt(source_of(file, Limits(), encoding).as_text(), chosen, as_json=as_json)


@app.command()
def validate(
    records: Annotated[
        str, typer.Argument(metavar="RECORDS.jsonl", help="Records; - is standard input.")
    ],
    source: Annotated[
        Path,
        typer.Option(exists=True, metavar="DIR", help="The letters that the records describe."),
    ],
    layouts: LayoutsOption = None,
    encoding: EncodingOption = None,
) -> None:
    """Check records that anyone made against their letters; exit 1 on any error.

    Letters are matched by id and known by their sha256; the records' status is ignored.

    A letter's own faults (no text, unknown layout) are errors unless the record names them.

    A line that is no record is an error.
    """
    from extractor.cli.check import check
    from extractor.layout import load_rules

    with refusals():
        check_encoding(encoding)
        load_rules(layouts)
        if check(records, source, layouts, encoding):
            raise typer.Exit(EXCEEDED)


@app.command()
def check(
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    mode: ModeOption = Mode.AUTO,
) -> None:
    """Check with one small call that a model can be asked, and say what to change.

    The text that is sent is filler, no letter. Keys come from IMR_API_KEY or OPENAI_API_KEY.

    Exit code 1: letters could not be read with it.
    """
    from extractor.cli.endpoint import show as show_endpoint

    with refusals():
        if not show_endpoint(model, base_url, mode.value):
            raise typer.Exit(EXCEEDED)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    import json

    from extractor.record import Record

    output.write(json.dumps(Record.json_schema(), indent=2) + "\n")


@app.command()
def codebook(
    column: Annotated[
        str | None,
        typer.Argument(metavar="COLUMN", help="One column, wherever it occurs; else all of them."),
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", help="For people, or for programs.")
    ] = Format.MARKDOWN,
) -> None:
    """Print what every column of every output means, holds, and is derived from."""
    with refusals():
        show_codebook(column, form)


@app.command()
def guidelines(
    id: Annotated[  # noqa: A002 - the catalogue's own name for it
        str | None,
        typer.Argument(metavar="ID", help="One guideline and its parts; else all of them."),
    ] = None,
    form: Annotated[
        GuidelinesForm, typer.Option("--format", help="For people, or for programs.")
    ] = GuidelinesForm.TABLE,
) -> None:
    """Print the catalogue of guidelines: titles, chapters, regulations, days in force."""
    with refusals():
        show_guidelines(id, form)


@app.command()
def findings(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="One finding code; else all of them.")
    ] = None,
    form: Annotated[
        Form, typer.Option("--format", help="For people, or for programs.")
    ] = Form.MARKDOWN,
) -> None:
    """Print what a finding means, an example of it, and what to do about it."""
    with refusals():
        show_findings(code, form)
