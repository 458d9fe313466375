"""``imr-eval run``: score, and hold the score against the baseline."""

from pathlib import Path
from typing import TYPE_CHECKING

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
    ProposerOption,
    RecordsOption,
    SplitOption,
    refusals,
)

if TYPE_CHECKING:
    from evals.results import Results


def run(  # noqa: PLR0913, PLR0917 - one parameter per option
    proposer: ProposerOption = "rules",
    golden: GoldenOption = GOLDEN,
    records: RecordsOption = None,
    out: OutOption = None,
    split: SplitOption = None,
    gate: GateOption = False,
    baseline: BaselineOption = BASELINE,
    against: AgainstOption = None,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
) -> None:
    """Score a proposer, or a file of records, on the golden letters."""
    from evals import terminal

    asked = Gate(gate, baseline, against, junit, markdown)
    with refusals():
        results = _results(golden, proposer, records, asked.split(split))
        terminal.console().print(terminal.report(results))
        if out is not None:
            results.save(out)
        hold(results, asked)


def _results(golden: Path, proposer: str, records: Path | None, split: str | None) -> "Results":
    from evals.dataset import Dataset
    from evals.running import run as run_arms

    return run_arms(Dataset.load(golden, split), proposer, records=records, split=split)
