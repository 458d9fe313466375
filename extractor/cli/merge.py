"""``imr merge``: the shards of a run into one output."""

from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import output
from extractor.cli.options import interruptible, refusals


def merge(
    shards: Annotated[
        list[Path],
        typer.Argument(
            metavar="SHARD",
            help="All shards, as JSONL, their hidden journals beside; or folders that Ray wrote.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="FILE.jsonl, .csv, .parquet or .db.")],
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what it came to, as JSON.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an output that was made otherwise.")
    ] = False,
) -> None:
    """Merge what ``--shard I/N`` or ``--engine ray`` wrote into what one run would have written.

    Refused where a shard is missing, given twice, incomplete, or made otherwise.
    """
    from extractor.run.merge import merge as merged
    from extractor.write import outputs_of

    with refusals(), interruptible(out):
        if summary is not None:
            output.check_place(summary, others=(*outputs_of(out), *shards))
        came_to = merged(shards, out, overwrite=overwrite)
        if summary is not None:
            output.write_file(summary, came_to.model_dump_json(indent=2) + "\n")
