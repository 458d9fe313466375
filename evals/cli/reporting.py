"""``imr-eval report``: results as a page for people."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.given import GOLDEN, refusals


def report(
    results: Annotated[list[Path], typer.Argument(help="Results of `run --out`, one or several.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the page.")] = Path(
        "report.html"
    ),
    golden: Annotated[
        Path | None,
        typer.Option("--golden", help="Golden cases, to show the letters' words; else golden."),
    ] = None,
) -> None:
    """Write one self-contained page that shows results: no network, no script."""
    from evals.errors import EvalError
    from evals.pages import write_report
    from evals.pages.arms import labels
    from evals.results import Results

    with refusals():
        if golden is not None and not golden.is_dir():
            raise EvalError(f"{golden} is no folder of golden cases.")
        loaded = [Results.load(path) for path in results]
        files = dict(zip(labels(results), loaded, strict=True))
        write_report(files, out, golden or GOLDEN)
    arms = sum(len(each.arms) for each in loaded)
    typer.echo(f"Report of {arms} {'arm' if arms == 1 else 'arms'} written to {out}.")
