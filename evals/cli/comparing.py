"""``imr-eval compare``, ``same`` and ``labels``: records against other records, or labels."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.given import WORSE, OutOption, refusals


def compare(
    first: Annotated[Path, typer.Argument(help="Results of `run --out`, or records (JSONL).")],
    second: Annotated[Path, typer.Argument(help="The same of a later run.")],
    out: OutOption = None,
) -> None:
    """Show what the second run gained and lost, letter by letter; a report, so it exits 0.

    Scored by the labels that either run carries; without any, values in one run only are shown.
    """
    from evals.comparison import changes as comparing
    from evals.results import write_json

    with refusals():
        found = comparing.compare(comparing.load(first), comparing.load(second))
        for line in comparing.lines(found):
            typer.echo(line)
        if out is not None:
            write_json(out, comparing.to_json(found))


def same(
    first: Annotated[Path, typer.Argument(help="Records (JSONL) of one run.")],
    second: Annotated[Path, typer.Argument(help="Records of the same letters, read otherwise.")],
) -> None:
    """Compare the values of two runs over the same letters; exit 1 when any differs."""
    from evals.comparison.same import compare, lines, load

    with refusals():
        found = compare(load(first), load(second))
    for line in lines(found):
        typer.echo(line)
    if found.differing or found.only_in_one or not found.letters:
        raise typer.Exit(WORSE)


def labels(
    records: Annotated[Path, typer.Argument(help="Records (JSONL) of the labelled letters.")],
    file: Annotated[
        Path | None, typer.Option("--labels", help="Labels (CSV); else those of evals/labels.")
    ] = None,
) -> None:
    """Score the treatments of records against labels by case and item number."""
    from evals.comparison.same import load
    from evals.labels.agreement import LABELS, agreement, lines, read_labels

    with refusals():
        found = agreement(load(records).values(), read_labels(file or LABELS))
    for line in lines(found):
        typer.echo(line)
