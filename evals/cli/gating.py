"""The gate's options of ``imr-eval run``, and ``accept``, which makes a run the baseline."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from evals.cli.given import (
    BASELINE,
    GOLDEN,
    WORSE,
    BaselineOption,
    GoldenOption,
    ProposerOption,
    RecordsOption,
    refusals,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evals.gate.verdict import Verdict
    from evals.results import Results

GATED = "test"

GateOption = Annotated[
    bool,
    typer.Option("--gate", help="Exit 1 when worse than the baseline, on --split test by default."),
]
AgainstOption = Annotated[
    str | None,
    typer.Option("--against", help="The baseline's arm to gate against, if of another name."),
]
JunitOption = Annotated[
    Path | None, typer.Option("--junit", help="Write what the gate finds as JUnit XML.")
]
MarkdownOption = Annotated[
    Path | None,
    typer.Option("--markdown", help="Write what the gate finds as a pull-request comment."),
]


class Gate(NamedTuple):
    """What ``run`` was asked of the gate."""

    wanted: bool
    baseline: Path
    against: str | None = None
    junit: Path | None = None
    markdown: Path | None = None

    def split(self, named: str | None) -> str | None:
        """Return the split to score: the one named, else the gated one where there is a gate."""
        return named or (GATED if self.wanted else None)


def hold(results: "Results", gate: Gate) -> None:
    """Hold *results* against the baseline if the gate or a file of it is wanted.

    Raises:
        typer.Exit: With 1, where the gate is wanted and an arm fails.
    """
    if not (gate.wanted or gate.junit or gate.markdown):
        return
    from evals import terminal
    from evals.gate import screen, verdict
    from evals.gate.baseline import read_baseline

    verdicts = verdict.judge(results, read_baseline(gate.baseline), gate.against)
    _write(gate, verdicts)
    terminal.console().print(screen.verdict(verdicts))
    if gate.wanted and not verdict.all_passed(verdicts):
        raise typer.Exit(WORSE)


def _write(gate: Gate, verdicts: "Sequence[Verdict]") -> None:
    from evals.gate import junit, markdown

    if gate.junit:
        with writing(gate.junit):
            junit.write(gate.junit, verdicts)
    if gate.markdown:
        with writing(gate.markdown):
            markdown.write(gate.markdown, verdicts)


@contextmanager
def writing(path: Path) -> "Iterator[None]":
    """Refuse, in one line, a *path* that cannot be written."""
    from evals.errors import EvalError

    try:
        yield
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}; name another file."
        raise EvalError(message) from None


def accept(  # noqa: PLR0913, PLR0917 - one parameter per option
    results: Annotated[
        Path | None, typer.Argument(help="Results of `run --out`; else the proposer is run now.")
    ] = None,
    proposer: ProposerOption = "rules",
    golden: GoldenOption = GOLDEN,
    records: RecordsOption = None,
    baseline: BaselineOption = BASELINE,
    arm: Annotated[
        list[str] | None, typer.Option(help="Accept this arm of the run only; may be repeated.")
    ] = None,
    floor: Annotated[
        list[str] | None,
        typer.Option(
            help="Set a floor: items.decision.recall=0.99, perfect=0.9, escaped=0, …=none."
        ),
    ] = None,
    floors: Annotated[
        bool, typer.Option("--floors", help="Set each proposed floor that the arm does not have.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show it, write nothing.")] = False,
) -> None:
    """Make a run the baseline, and show the gains, losses and floors that this accepts.

    Other arms of the baseline stay, and so do floors; a run of one split leaves the other's cases.
    """
    from evals import terminal
    from evals.gate import accepting, screen
    from evals.gate.baseline import read_baseline, write_baseline
    from evals.gate.floors import given_floors

    with refusals():
        run = _results(results, proposer, golden, records)
        old = read_baseline(baseline) if baseline.exists() else {}
        asked = given_floors(floor or ())
        found = accepting.accept(run, old, asked, arms=arm or (), propose=floors)
        terminal.console().print(screen.accepted(found))
        if not dry_run:
            with writing(baseline):
                write_baseline(baseline, {**old, **{each.arm: each.accepted for each in found}})
    typer.echo(f"{baseline} is as it was (--dry-run)." if dry_run else f"{baseline} is written.")


def _results(results: Path | None, proposer: str, golden: Path, records: Path | None) -> "Results":
    """Read results, or make them now, of both splits."""
    from evals.dataset import Dataset
    from evals.results import Results
    from evals.running import run

    if results is not None:
        return Results.load(results)
    return run(Dataset.load(golden), proposer, records=records)
