"""``imr-eval compare``, ``same`` and ``labels``: records against other records, or labels."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.given import WORSE, OutOption, refusals


def compare(
    first: Annotated[
        str,
        typer.Argument(
            help="Results of `run --out`, FILE or FILE:ARM, or records (JSONL).", show_default=False
        ),
    ],
    second: Annotated[
        str | None,
        typer.Argument(help="The same of a later run; without it two arms of the first."),
    ] = None,
    arm: Annotated[
        list[str] | None,
        typer.Option("--arm", help="The arm of both runs; given twice, of one and the other."),
    ] = None,
    out: OutOption = None,
) -> None:
    """Show what the second run gained and lost, letter by letter; a report, so it exits 0.

    Scored by the labels that either run carries, and tested: is the difference more than chance,
    and could so many letters have shown one? Without labels, values in one run only are shown.
    """
    from evals.comparison.compare import compare as compared
    from evals.comparison.report import lines, to_json
    from evals.results import write_json

    with refusals():
        found = compared(first, second, arm=_arms(arm or []))
        for line in lines(found):
            typer.echo(line)
        if out is not None:
            write_json(out, to_json(found))


def _arms(names: list[str]) -> "str | tuple[str, str] | None":
    """Return what ``--arm`` names: nothing, one arm of both runs, or one of each."""
    from evals.errors import EvalError

    match names:
        case []:
            return None
        case [both]:
            return both
        case [one, other]:
            return one, other
    raise EvalError(f"Two runs are compared, not {len(names)} arms; name --arm at most twice.")


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
