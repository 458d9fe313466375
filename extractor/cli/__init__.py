"""The command ``imr``: what a terminal needs, and nothing that extracts.

``imr --help`` answers at once because whatever takes long to import is imported by the command
that needs it. Records go to standard output and nothing else does; what a user can mend is one
sentence on standard error and exit code 2.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import output
from extractor.cli.codebook import Format
from extractor.cli.codebook import show as show_codebook
from extractor.cli.findings import Form
from extractor.cli.findings import show as show_findings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from extractor.pipeline import Extractor
    from extractor.run import Summary, Threshold

EXCEEDED = 1
_MEGABYTES_20 = 20 * 1024 * 1024

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Independent Medical Review letters in, verified records out.",
)

LetterArgument = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, metavar="FILE", help="A letter: text or PDF."),
]
LayoutsOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        metavar="DIR",
        help="Layout files of your own, tried before the built-in ones.",
    ),
]
EncodingOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The text files' encoding; else found out.")
]
MaxBytesOption = Annotated[int, typer.Option(min=1, metavar="N", help="Read no larger input.")]
MaxPagesOption = Annotated[int, typer.Option(min=1, metavar="N", help="Read no longer input.")]


def main() -> None:
    """Run ``imr``; does not return."""
    try:
        app(prog_name="imr")
    except OSError as error:
        output.say(f"{error.strerror or 'The system refuses'}.")
        raise SystemExit(output.USAGE) from None
    finally:
        output.flush()


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the house refuses into a sentence on standard error and exit code 2."""
    from extractor.errors import ImrError

    try:
        yield
    except ImrError as error:
        raise _refusal(str(error)) from None


@contextmanager
def _interruptible(out: Path | None) -> Iterator[None]:
    """Say, where the block is interrupted, that nothing of *out* is lost."""
    try:
        yield
    except KeyboardInterrupt:
        if out is not None:
            output.say("Interrupted; the same command goes on where this one stopped.")
        raise


def _refusal(sentence: str) -> typer.Exit:
    """Say why not, on standard error; the exit that follows from it is returned."""
    output.say(sentence)
    return typer.Exit(output.USAGE)


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


@app.command()
def extract(  # noqa: PLR0913, PLR0917 - one parameter per option
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Letters, folders, globs; - is standard input."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="FILE.jsonl, .csv, .parquet or .db; else JSONL here."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes that extract.")] = 1,
    max_failed: Annotated[
        str, typer.Option(metavar="N|P%", help="Exit 1 when more letters fail.")
    ] = "0",
    max_review: Annotated[
        str, typer.Option(metavar="N|P%", help="Exit 1 when more letters need a person.")
    ] = "100%",
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what the run came to, as JSON.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an output that was made otherwise.")
    ] = False,
    layouts: LayoutsOption = None,
    encoding: EncodingOption = None,
    max_bytes: MaxBytesOption = _MEGABYTES_20,
    max_pages: MaxPagesOption = 500,
) -> None:
    """Extract letters into records, one for each input, in input order.

    The same command goes on where a killed run stopped.

    Exit code 1: more letters failed, or need a person, than allowed.
    """
    from extractor.cli.progress import watching
    from extractor.run import run
    from extractor.source import find

    limits = {
        "failed": _threshold("--max-failed", max_failed),
        "review": _threshold("--max-review", max_review),
    }
    with _refusals(), _interruptible(out):
        extractor = _extractor(layouts, encoding, max_bytes, max_pages)
        if summary is not None:
            output.check_place(summary, other=out)
        inputs = list(find(paths))
        with watching(len(inputs), beside_records=out is None) as watch:
            came_to = run(
                inputs,
                extractor,
                out,
                jobs=jobs,
                overwrite=overwrite,
                sink=output.write_line,
                watch=watch,
            )
        if summary is not None:
            output.write_file(summary, came_to.model_dump_json(indent=2) + "\n")
    _hold(came_to, limits)


def _threshold(option: str, text: str) -> "Threshold":
    from extractor.run import Threshold

    try:
        return Threshold.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _extractor(
    layouts: Path | None,
    encoding: str | None,
    max_bytes: int = _MEGABYTES_20,
    max_pages: int = 500,
) -> "Extractor":
    """Return the extractor that the options name, its layouts and encoding known to be good."""
    from extractor.layout import load_rules
    from extractor.pipeline import Extractor
    from extractor.source import Limits

    load_rules(layouts)
    _check_encoding(encoding)
    return Extractor(layouts=layouts, encoding=encoding, limits=Limits(max_bytes, max_pages))


def _check_encoding(encoding: str | None) -> None:
    try:
        b" ".decode(encoding or "utf-8", "replace")
    except (LookupError, ValueError):
        raise typer.BadParameter("no such text encoding", param_hint="--encoding") from None


def _hold(came_to: "Summary", limits: "dict[str, Threshold]") -> None:
    """Exit 1, and say why, where more letters failed or need a person than allowed."""
    exceeded = False
    for status, limit in limits.items():
        count = getattr(came_to, status)
        if limit.exceeded_by(count, came_to.inputs):
            exceeded = True
            need = "need review" if status == "review" else status
            why = _named(came_to.findings)
            output.say(f"{count} of {came_to.inputs} letters {need}: more than allowed ({why}).")
    if exceeded:
        raise typer.Exit(EXCEEDED)


def _named(findings: "Mapping[str, int]") -> str:
    """Return the codes of findings with their counts, observations left out."""
    from extractor.findings import OBSERVATIONS

    errors = {code: count for code, count in findings.items() if code not in OBSERVATIONS}
    return ", ".join(f"{code} {count}" for code, count in errors.items())


@app.command()
def show(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, metavar="FILE", help="A letter, or records as JSONL."
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
    from extractor.cli.check import is_records, read_all
    from extractor.cli.show import shown
    from extractor.source import find

    with _refusals():
        if is_records(file):
            records = read_all(file)
        else:
            extractor = _extractor(layouts, encoding)
            records = [extractor.extract_input(given) for given in find([file])]
        chosen = [record for record in records if id in (None, record.document.id)]
        if not chosen:
            raise _refusal("There is no such record." if records else "There are no records.")
        output.render(shown(chosen, prose=prose))


@app.command()
def text(
    file: LetterArgument,
    encoding: EncodingOption = None,
    max_bytes: MaxBytesOption = _MEGABYTES_20,
    max_pages: MaxPagesOption = 500,
) -> None:
    """Print a letter's text, exactly: what the offsets of its record count.

    To a terminal, characters that could act on it are printed as U+FFFD instead.
    """
    from extractor.errors import InputError
    from extractor.source import Limits, read

    _check_encoding(encoding)
    try:
        source = read(file, file.name, Limits(max_bytes, max_pages), encoding)
    except InputError as error:
        output.say(f"{error.code.value}: {error}")
        raise typer.Exit(EXCEEDED) from None
    output.write(source.text, exact=True)


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
    from extractor.cli.citations import lines, table
    from extractor.errors import InputError
    from extractor.guidelines import find_citations
    from extractor.source import Limits, read

    _check_encoding(encoding)
    try:
        source = read(file, file.name, Limits(), encoding)
    except InputError as error:
        output.say(f"{error.code.value}: {error}")
        raise typer.Exit(EXCEEDED) from None
    found = find_citations(source.as_text())
    if as_json:
        for line in lines(found):
            output.write(line + "\n")
    else:
        output.render(table(found))


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

    with _refusals():
        _check_encoding(encoding)
        load_rules(layouts)
        if check(records, source, layouts, encoding):
            raise typer.Exit(EXCEEDED)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    import json

    from extractor.record import Record

    output.write(json.dumps(Record.json_schema(), indent=2) + "\n")


@app.command()
def codebook(
    form: Annotated[
        Format, typer.Option("--format", help="For people, or for programs.")
    ] = Format.MARKDOWN,
) -> None:
    """Print what every column of every output means, holds, and is derived from."""
    show_codebook(form)


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
    with _refusals():
        show_findings(code, form)
