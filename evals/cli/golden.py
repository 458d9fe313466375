"""``imr-eval lint``, ``label``, ``anchor``, ``agree``, ``nulls``, ``synth``: golden care."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.given import GOLDEN, WORSE, GoldenOption, OutOption, refusals

NULLS = Path("extractor/write/nulls.json")


def lint(
    golden: GoldenOption = GOLDEN,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON.")] = False,
) -> None:
    """Name what is wrong with the golden cases (exit 1), and what they do not cover."""
    import json

    from evals.care.lint import lint as look

    with refusals():
        found = look(golden)
    typer.echo(json.dumps(found.to_json(), indent=1) if as_json else "\n".join(found.lines()))
    if found.faults:
        raise typer.Exit(WORSE)


def label(
    file: Annotated[Path, typer.Argument(help="A letter: text or PDF.")],
    golden: GoldenOption = GOLDEN,
    out: Annotated[
        Path | None, typer.Option("--out", help="The case's new folder; else --golden/NAME.")
    ] = None,
    split: Annotated[str, typer.Option(help="dev or test.")] = "dev",
) -> None:
    """Draft a golden case from a letter by the rules, unreviewed, for a person to correct."""
    from evals.care.drafting import draft, name_for, told
    from extractor.cli.output import plain

    with refusals():
        for line in told(*draft(file, out or golden / name_for(file), split)):
            typer.echo(plain(line))


def anchor(
    cases: Annotated[list[Path], typer.Argument(help="Folders of golden cases.")],
) -> None:
    """Find the places of corrected quotes and values anew, and lint; exit 1 on faults."""
    from evals.care.anchoring import anchor as find
    from extractor.cli.output import plain

    wrong = False
    with refusals():
        for case in cases:
            found = find(case)
            wrong = wrong or bool(found.faults)
            for line in found.lines():
                typer.echo(plain(line))
    if wrong:
        raise typer.Exit(WORSE)


def agree(
    first: Annotated[Path, typer.Argument(help="One labeller's cases, or records (JSONL).")],
    second: Annotated[Path, typer.Argument(help="The other's, of the same letters.")],
    out: OutOption = None,
) -> None:
    """Show how two labellers agree, field by field, and where they do not; exits 0."""
    from evals.care.agreement import agreement, read_labels
    from evals.care.agreement_report import console, disagreements, report, to_json
    from evals.results import write_json

    with refusals():
        found = agreement(read_labels(first), read_labels(second))
        console().print(report(found))
        for line in disagreements(found):
            typer.echo(line)
        if out is not None:
            write_json(out, to_json(found))


def nulls(
    golden: GoldenOption = GOLDEN,
    out: Annotated[Path, typer.Option("--out", help="Write the counts here, as JSON.")] = NULLS,
) -> None:
    """Count how often each field is null in the golden labels, for `imr codebook`."""
    from evals.care.nulls import count, to_text
    from evals.dataset import Dataset

    with refusals():
        counts = count(Dataset.load(golden).cases)
    out.write_text(to_text(counts), encoding="utf-8")


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
    from evals.synth import generate, traps

    if list_traps:
        for each in traps.all_traps().values():
            typer.echo(f"{each.name:32} {each.says}")
        return
    with refusals():
        chosen = generate.sheets(
            letters,
            seed,
            traps=trap or (),
            layouts=layout or traps.LAYOUTS,
            formats=[only] if only else traps.FORMATS,
        )
        typer.echo(f"{generate.write(chosen, out)} cases written to {out}.")
