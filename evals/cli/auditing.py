"""``imr-eval audit``: how right the records of unlabelled letters are, by a labelled sample."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.given import refusals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evals.audit.plan import Plan

BY = ("category",)
LEAST = 2


def audit(  # noqa: PLR0913, PLR0917 - one parameter per option
    records: Annotated[Path, typer.Argument(help="Records (JSONL), as `imr extract` writes them.")],
    n: Annotated[
        int | None, typer.Option("--n", min=LEAST, help="Draw so many letters into a new folder.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed draws the same letters; 1 if not given.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", help="The folder of the sheets: new to draw, filled to read.")
    ] = Path("audit"),
    source: Annotated[
        Path | None, typer.Option(help="The folder of the letters, for the sheets to name them.")
    ] = None,
    fields: Annotated[
        str | None,
        typer.Option(help="Label these only, commas between: request,decision; or all."),
    ] = None,
    by: Annotated[str | None, typer.Option(help="Overturn rates by this too: category.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write the estimates here.")] = None,
) -> None:
    """Say how right the records of your letters are, by a sample that a person labels.

    With --n into a new folder it draws letters and writes empty sheets; once these are filled, the
    same command without --n reads them back and prints errors with bounds, corrected overturn
    rates, and a paragraph for the methods section.
    """
    from evals.audit.plan import PLAN

    drawing = {"--n": n, "--seed": seed, "--source": source, "--fields": fields}
    reading = {"--by": by, "--json": json}
    with refusals():
        if (out / PLAN).exists():
            _without(drawing, f"{out} holds a sample, which is read without")
            _read(records, out, by, json)
        else:
            _without(reading, f"{out} holds no sample to read yet; draw it without")
            _draw(records, out, n, 1 if seed is None else seed, fields, source)


def _without(others: "Mapping[str, object]", why: str) -> None:
    from evals.errors import EvalError

    if given := [name for name, value in others.items() if value is not None]:
        raise EvalError(f"{why} {', '.join(given)}; or name another folder by --out.")


def _draw(  # noqa: PLR0913, PLR0917 - what a draw is made of
    records: Path, out: Path, n: int | None, seed: int, fields: str | None, source: Path | None
) -> None:
    from evals.audit import columns, sheets
    from evals.audit.plan import draw
    from evals.errors import EvalError

    if n is None:
        raise EvalError(
            f"{out} holds no sample; draw one with --n 400, or name its folder by --out."
        )
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise EvalError(f"{out} holds something else; name a new folder by --out.")
    plan = draw(records, n, seed, columns.chosen(fields), source)
    try:
        out.mkdir(parents=True, exist_ok=True)
        sheets.write(plan, out)
        plan.save(out)
    except OSError as error:
        raise EvalError(f"{out} cannot be written to: {error.strerror}.") from None
    _tell(plan, n, out)


def _tell(plan: "Plan", n: int, out: Path) -> None:
    for status, each in plan.strata.items():
        typer.echo(f"{status}: {each.drawn} of {each.letters} letters drawn")
    if plan.n < n:
        typer.echo(f"There are no more than {plan.n} letters with text; all of them were drawn.")
    typer.echo(
        f"Fill {out}/letters.csv as {out}/README.txt says, then run the command without --n."
    )


def _read(records: Path, out: Path, by: str | None, json: Path | None) -> None:
    from evals import terminal
    from evals.audit import reading, report
    from evals.errors import EvalError
    from evals.results import write_json

    if by is not None and by not in BY:
        raise EvalError(f"There is no {by!r} to tell rates by; there is {', '.join(BY)}.")
    found = reading.read(records, out)
    terminal.console().print(report.shown(found, by))
    if json is not None:
        write_json(json, report.to_json(found, by))
