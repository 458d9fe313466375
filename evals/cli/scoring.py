"""``imr-eval run``: score, and hold the score against the baseline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.gating import (
    AgainstOption,
    Gate,
    GateOption,
    JunitOption,
    MarkdownOption,
    hold,
)
from evals.cli.given import (
    BASELINE,
    GOLDEN,
    BaselineOption,
    GoldenOption,
    OutOption,
    SplitOption,
    refusals,
)

if TYPE_CHECKING:
    from evals.dataset import Dataset
    from evals.results import Results
    from evals.running.arms import Setup

STOPPED = 130


def run(  # noqa: PLR0913, PLR0917 - one parameter per option
    proposer: Annotated[
        list[str] | None,
        typer.Option(help="Who proposes: rules, or one that asks a model; may be repeated."),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="A language model to ask; may be repeated.")
    ] = None,
    prompt: Annotated[
        list[Path] | None, typer.Option(help="A prompt's folder; may be repeated.")
    ] = None,
    records: Annotated[
        list[Path] | None,
        typer.Option(
            help="Score these records (JSONL, any tool's; of a folder each file is a repeat);"
            " may be repeated."
        ),
    ] = None,
    golden: GoldenOption = GOLDEN,
    split: SplitOption = None,
    repeat: Annotated[int, typer.Option(min=1, help="Read each letter so many times.")] = 1,
    cache_only: Annotated[
        bool, typer.Option("--cache-only", help="Ask no model; use replies that were kept.")
    ] = False,
    base_url: Annotated[str | None, typer.Option(help="Where the model answers.")] = None,
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, help="Letters at a time; else 1 for the rules, 16 for a model."),
    ] = None,
    slices: Annotated[
        bool, typer.Option("--slices", help="Show layouts, origins, splits and sizes apart.")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Show each of several arms in full.")
    ] = False,
    out: OutOption = None,
    gate: GateOption = False,
    baseline: BaselineOption = BASELINE,
    against: AgainstOption = None,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
) -> None:
    """Score proposers, models with prompts, or files of records, on the golden letters."""
    from evals import terminal
    from evals.dataset import Dataset
    from evals.results import check_writable
    from evals.running.arms import grid

    asked = Gate(gate, baseline, against, junit, markdown)
    with refusals():
        if out is not None:
            check_writable(out)
        setups = grid(
            proposer or (),
            model or (),
            prompt or (),
            records or (),
            base_url=base_url,
            cache_only=cache_only,
        )
        results = _read(Dataset.load(golden, asked.split(split)), setups, repeat, concurrency)
        terminal.console().print(terminal.report(results, slices=slices, full=full))
        if out is not None:
            results.save(out)
        hold(results, asked)


def _read(
    dataset: "Dataset", setups: "list[Setup]", repeat: int, concurrency: int | None
) -> "Results":
    """Run the arms with a bar; Ctrl-C ends it in a line."""
    from evals.running import run as run_arms
    from evals.running.progress import shown
    from evals.running.records import record_files

    readings = sum(len(record_files(each.records)) if each.records else repeat for each in setups)
    try:
        with shown(readings * len(dataset.cases)) as watch:
            return run_arms(dataset, setups, repeat=repeat, concurrency=concurrency, watch=watch)
    except KeyboardInterrupt:
        typer.echo("imr-eval: Stopped; nothing was written.", err=True)
        raise typer.Exit(STOPPED) from None
