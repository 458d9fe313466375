"""The commands of ``imr-eval``; the work is done elsewhere.

What takes long to import is imported by the command that needs it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evals.dataset import Dataset, Scored

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Score records against golden letters, guard against losses, measure speed.",
)

WORSE, USAGE = 1, 2

GoldenOption = Annotated[Path, typer.Option("--golden", help="Folder of golden cases.")]
BaselineOption = Annotated[Path, typer.Option("--baseline", help="What the gate compares with.")]
ProposerOption = Annotated[str, typer.Option("--proposer", help="Who proposes: rules.")]
RecordsOption = Annotated[
    Path | None,
    typer.Option("--records", help="Score these records (JSONL, any tool's) instead."),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the results as JSON.")]
GOLDEN, BASELINE = Path("golden"), Path("evals/baseline.json")
NULLS = Path("extractor/write/nulls.json")


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the house refuses into one line on standard error and exit code 2."""
    from extractor.errors import ImrError  # noqa: PLC0415 - keeps --help fast

    try:
        yield
    except ImrError as error:
        typer.echo(f"imr-eval: {error}", err=True)
        raise typer.Exit(USAGE) from None


@app.command()
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
    from evals import report  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        dataset, scored = _scored(golden, proposer, records)
        report.console().print(report.report(scored, dataset.unreviewed))
        if out is not None:
            results = report.results(dataset, scored, _made_by(proposer, records), records)
            report.write_json(out, results)
        if gate:
            _gate(scored, baseline)


@app.command()
def same(
    first: Annotated[Path, typer.Argument(help="Records (JSONL) of one run.")],
    second: Annotated[Path, typer.Argument(help="Records of the same letters, read otherwise.")],
) -> None:
    """Compare the values of two runs over the same letters; exit 1 when any differs."""
    from evals.same import compare, lines, load  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        found = compare(load(first), load(second))
    for line in lines(found):
        typer.echo(line)
    if found.differing or found.only_in_one or not found.letters:
        raise typer.Exit(WORSE)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(help="Results of `run --out`, or records (JSONL).")],
    second: Annotated[Path, typer.Argument(help="The same of a later run.")],
    out: OutOption = None,
) -> None:
    """Show what the second run gained and lost, letter by letter; a report, so it exits 0.

    Scored by the labels that either run carries; without any, values in one run only are shown.
    """
    from evals import compare as comparing  # noqa: PLC0415 - keeps --help fast
    from evals import report, runs  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        found = comparing.compare(runs.load(first), runs.load(second))
        for line in comparing.lines(found):
            typer.echo(line)
        if out is not None:
            report.write_json(out, comparing.to_json(found))


@app.command()
def nulls(
    golden: GoldenOption = GOLDEN,
    out: Annotated[Path, typer.Option("--out", help="Write the counts here, as JSON.")] = NULLS,
) -> None:
    """Count how often each field is null in the golden labels, for `imr codebook`."""
    from evals.dataset import Dataset  # noqa: PLC0415 - keeps --help fast
    from evals.nulls import count, to_text  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        counts = count(Dataset.load(golden).cases)
    out.write_text(to_text(counts), encoding="utf-8")


@app.command()
def labels(
    records: Annotated[Path, typer.Argument(help="Records (JSONL) of the labelled letters.")],
    file: Annotated[
        Path | None, typer.Option("--labels", help="Labels (CSV); else those of evals/labels.")
    ] = None,
) -> None:
    """Score the treatments of records against labels by case and item number."""
    from evals.labelled import LABELS, agreement, lines, read_labels  # noqa: PLC0415 - keeps --help fast
    from evals.same import load  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        found = agreement(load(records).values(), read_labels(file or LABELS))
    for line in lines(found):
        typer.echo(line)


def _made_by(proposer: str, records: Path | None) -> str:
    return proposer if records is None else "records"


def _scored(golden: Path, proposer: str, records: Path | None) -> "tuple[Dataset, list[Scored]]":
    from evals import dataset as data  # noqa: PLC0415 - keeps --help fast

    dataset = data.Dataset.load(golden)
    if records is None:
        return dataset, list(data.run(dataset, proposer))
    return dataset, list(data.score_records(dataset, data.read_records(records, dataset)))


def _gate(scored: "list[Scored]", baseline: Path) -> None:
    from evals import gate, report  # noqa: PLC0415 - keeps --help fast

    lost = gate.losses(gate.read_baseline(baseline), [each.score for each in scored])
    report.console().print(report.verdict(lost))
    if lost:
        raise typer.Exit(WORSE)


@app.command()
def accept(
    proposer: ProposerOption = "rules",
    golden: GoldenOption = GOLDEN,
    records: RecordsOption = None,
    baseline: BaselineOption = BASELINE,
) -> None:
    """Make the present result the baseline, and show the gains and losses this accepts."""
    from evals import gate, report  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        scores = [each.score for each in _scored(golden, proposer, records)[1]]
        if not scores:
            typer.echo("imr-eval: no reviewed golden case; nothing to accept.", err=True)
            raise typer.Exit(USAGE)
        new = gate.snapshot(scores, _made_by(proposer, records))
        old = gate.read_baseline(baseline) if baseline.exists() else {"cases": {}}
        gained, lost = gate.gains(old, scores), gate.losses(old, scores)
        report.console().print(report.accepted(gained, lost))
        gate.write_baseline(baseline, new)


@app.command()
def bench(
    letters: Annotated[
        int, typer.Option(min=20, help="Letters of the larger memory run.")
    ] = 20_000,
    golden: GoldenOption = GOLDEN,
    corpus: Annotated[
        Path | None, typer.Option(help="A folder of letters (.txt, .pdf) to measure on too.")
    ] = None,
    only: Annotated[
        str | None,
        typer.Option(
            help="text, steps, fields, validation, growth, pdf, start or memory: to profile it."
        ),
    ] = None,
    out: OutOption = None,
) -> None:
    """Measure speed and memory; exit 0 whatever the numbers are."""
    from evals import bench as benchmark  # noqa: PLC0415 - keeps --help fast
    from evals import report  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        measured = list(benchmark.measure(golden, corpus, letters, only))
        report.console().print(benchmark.table(measured))
        if out is not None:
            report.write_json(out, benchmark.to_json(measured))


@app.command()
def synth(  # noqa: PLR0913, PLR0917 - one parameter per option
    letters: Annotated[int, typer.Option(min=1, help="How many letters.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same letters.")] = 1,
    out: Annotated[Path, typer.Option(help="A new folder for the golden cases.")] = Path("synth"),
    trap: Annotated[
        list[str] | None, typer.Option(help="Set traps of this name only; may be repeated.")
    ] = None,
    layout: Annotated[
        list[str] | None, typer.Option(help="Write letters of this layout only; may be repeated.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="text or pdf; else each letter is written as both.")
    ] = None,
    list_traps: Annotated[
        bool, typer.Option("--list-traps", help="Name every trap, write nothing.")
    ] = False,
) -> None:
    """Write invented letters, each with the record that it deserves, as golden cases."""
    from evals.synth import generate, traps  # noqa: PLC0415 - keeps --help fast

    if list_traps:
        for each in traps.all_traps().values():
            typer.echo(f"{each.name:32} {each.says}")
        return
    with _refusals():
        chosen = generate.sheets(
            letters,
            seed,
            traps=trap or (),
            layouts=layout or traps.LAYOUTS,
            formats=[only] if only else traps.FORMATS,
        )
        typer.echo(f"{generate.write(chosen, out)} cases written to {out}.")


@app.command()
def escape(  # noqa: PLR0913, PLR0917 - one parameter per option
    n: Annotated[int, typer.Option("--n", min=1, help="How many corruptions.")] = 85_000,
    harmless: Annotated[int, typer.Option(min=0, help="How many harmless changes.")] = 10_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    golden: GoldenOption = GOLDEN,
    synthetic: Annotated[int, typer.Option(min=0, help="How many letters to write.")] = 1000,
    letters: Annotated[
        list[Path] | None, typer.Option(help="A folder of letters; may be repeated.")
    ] = None,
    ablate: Annotated[
        bool, typer.Option("--ablate", help="Say of each check what would escape without it.")
    ] = False,
    processes: Annotated[int, typer.Option(min=1, help="How many share the work.")] = 1,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 on any escape or false alarm.")
    ] = False,
    out: OutOption = None,
) -> None:
    """Corrupt correct records and count what the validator lets through."""
    from evals import report  # noqa: PLC0415 - keeps --help fast
    from evals.escape import pool, progress  # noqa: PLC0415 - as above
    from evals.escape import report as reporting  # noqa: PLC0415 - as above
    from evals.escape import run as escaping  # noqa: PLC0415 - as above

    with _refusals():
        chosen = pool.gather(golden, synthetic, letters or (), seed)
        with progress.shown(n + harmless) as show:
            found = escaping.run(
                chosen.letters,
                n,
                harmless,
                seed,
                ablate=ablate,
                processes=processes,
                progress=show,
            )
        report.console().print(reporting.table(found, chosen))
        if out is not None:
            report.write_json(out, reporting.to_json(found, chosen))
    if gate and (found.escapes or found.false_alarms):
        raise typer.Exit(WORSE)


@app.command()
def peers(
    n: Annotated[int, typer.Option("--n", min=1, help="How many corrupted quotes.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same corruptions.")] = 1,
    golden: GoldenOption = GOLDEN,
    letters: Annotated[
        Path | None, typer.Option(help="A folder of letters (.txt, .pdf) to quote from too.")
    ] = None,
) -> None:
    """Compare how langextract, instructor and this library check the same corrupted quotes.

    Needs the extra `peers`; the tables are shares and times, and it exits 0 whatever they say.
    """
    from evals import report  # noqa: PLC0415 - keeps --help fast
    from evals.peers import compare as comparing  # noqa: PLC0415 - keeps --help fast

    with _refusals():
        found = comparing.compare(golden, letters, n, seed)
        report.console().print(comparing.report(found))
