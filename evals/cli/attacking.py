"""``imr-eval escape`` and ``peers``: what a validator lets through."""

from pathlib import Path
from typing import Annotated

import typer

from evals.cli.given import GOLDEN, WORSE, GoldenOption, OutOption, refusals


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
    replies: Annotated[
        bool,
        typer.Option("--replies", help="Make wrong replies of a language model instead."),
    ] = False,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit 1 on any escape or false alarm.")
    ] = False,
    out: OutOption = None,
) -> None:
    """Corrupt correct records and count what the validator lets through."""
    from evals import terminal
    from evals.escape import pool, progress
    from evals.escape import report as reporting
    from evals.escape import run as escaping
    from evals.escape.replying import of_replies
    from evals.results import write_json

    with refusals():
        chosen = pool.gather(golden, synthetic, letters or (), seed)
        with progress.shown(n + harmless) as show:
            found = (of_replies if replies else escaping.run)(
                chosen.letters,
                n,
                harmless,
                seed,
                ablate=ablate,
                processes=processes,
                progress=show,
            )
        terminal.console().print(reporting.table(found, chosen))
        if out is not None:
            write_json(out, reporting.to_json(found, chosen))
    if gate and (found.escapes or found.false_alarms):
        raise typer.Exit(WORSE)


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
    from evals import terminal
    from evals.peers import compare as comparing

    with refusals():
        found = comparing.compare(golden, letters, n, seed)
        terminal.console().print(comparing.report(found))
