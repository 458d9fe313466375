"""``imr-eval bench``: speed and memory."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.given import GOLDEN, GoldenOption, OutOption, refusals


def bench(  # noqa: PLR0913, PLR0917 - one parameter per option
    letters: Annotated[int, typer.Option(min=20, help="Letters of the largest run.")] = 20_000,
    golden: GoldenOption = GOLDEN,
    corpus: Annotated[
        Path | None, typer.Option(help="A folder of letters (.txt, .pdf) to measure on too.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            help="Only this part: text, steps, fields, validation, scoring, growth, pdf, start, "
            "runs, output, memory, replies or model."
        ),
    ] = None,
    llm: Annotated[
        bool,
        typer.Option("--llm", help="Measure what asking a model costs, over a local endpoint."),
    ] = False,
    out: OutOption = None,
) -> None:
    """Measure speed and memory; exit 0 whatever the numbers are."""
    from evals import bench as benchmark
    from evals import terminal
    from evals.results import write_json

    load = benchmark.load()
    with refusals():
        measured = list(
            benchmark.measure(golden, corpus, letters, benchmark.MODEL if llm else only)
        )
        terminal.console().print(benchmark.table(measured))
        if out is not None:
            write_json(out, benchmark.to_json(measured, load))
