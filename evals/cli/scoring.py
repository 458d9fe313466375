"""``imr-eval run`` and ``accept``: score, and hold the score against the baseline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evals.cli.given import (
    BASELINE,
    GOLDEN,
    USAGE,
    WORSE,
    BaselineOption,
    GoldenOption,
    OutOption,
    ProposerOption,
    RecordsOption,
    refusals,
)

if TYPE_CHECKING:
    from evals.results import Results


def run(  # noqa: PLR0913, PLR0917 - one parameter per option
    proposer: ProposerOption = "rules",
    golden: GoldenOption = GOLDEN,
    records: RecordsOption = None,
    out: OutOption = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 when anything is worse than the baseline.")
    ] = False,
    baseline: BaselineOption = BASELINE,
) -> None:
    """Score a proposer, or a file of records, on the golden letters."""
    from evals import terminal

    with refusals():
        results = _results(golden, proposer, records)
        terminal.console().print(terminal.report(results))
        if out is not None:
            results.save(out)
        if gate:
            _gate(results, baseline)


def _results(golden: Path, proposer: str, records: Path | None) -> "Results":
    from evals.dataset import Dataset
    from evals.running import run as run_arms

    return run_arms(Dataset.load(golden), proposer, records=records)


def _gate(results: "Results", baseline: Path) -> None:
    from evals import terminal
    from evals.gate.baseline import losses, read_baseline

    scores = [letter.score for letter in results.arms[0].letters]
    lost = losses(read_baseline(baseline), scores)
    terminal.console().print(terminal.verdict(lost))
    if lost:
        raise typer.Exit(WORSE)


def accept(
    proposer: ProposerOption = "rules",
    golden: GoldenOption = GOLDEN,
    records: RecordsOption = None,
    baseline: BaselineOption = BASELINE,
) -> None:
    """Make the present result the baseline, and show the gains and losses this accepts."""
    from evals import terminal
    from evals.gate.baseline import gains, losses, read_baseline, snapshot, write_baseline

    with refusals():
        arm = _results(golden, proposer, records).arms[0]
        scores = [letter.score for letter in arm.letters]
        if not scores:
            typer.echo("imr-eval: no reviewed golden case; nothing to accept.", err=True)
            raise typer.Exit(USAGE)
        old = read_baseline(baseline) if baseline.exists() else {"cases": {}}
        terminal.console().print(terminal.accepted(gains(old, scores), losses(old, scores)))
        write_baseline(baseline, snapshot(scores, arm.arm.proposer))
