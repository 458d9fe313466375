"""``imr-eval nulls`` and ``synth``: what is done with golden cases besides scoring them."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.given import GOLDEN, GoldenOption, refusals

NULLS = Path("extractor/write/nulls.json")


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
