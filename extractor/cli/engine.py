"""``imr extract --engine``: where letters are extracted."""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from extractor.cli.options import refusal

if TYPE_CHECKING:
    from extractor.pipeline import Extractor
    from extractor.run import Done, Summary
    from extractor.source import Input


class Engine(StrEnum):
    """What extracts."""

    LOCAL = "local"
    RAY = "ray"


def check_engine(out: Path | None, options: Mapping[str, object]) -> None:
    """Refuse what Ray cannot do.

    Args:
        out: The output.
        options: Those that it does not take, by their names, and what they are set to.

    Raises:
        typer.BadParameter: One of them is set.
        typer.Exit: The output is no folder.
    """
    from extractor.write import FORMATS

    if out is None or out.suffix.lower() in FORMATS:
        raise refusal(
            "Ray writes a folder of shards: give --out DIR, then `imr merge DIR --out FILE`."
        )
    for name, value in options.items():
        if value:
            why = "is of the local engine: leave it out with --engine ray"
            raise typer.BadParameter(why, param_hint=name)


def distributed(  # noqa: PLR0913, PLR0917 - as ``distribute`` has them
    inputs: "Iterable[Input]",
    extractor: "Extractor",
    out: Path,
    address: str | None,
    watch: "Callable[[Done], object] | None",
    overwrite: bool,
) -> "Summary":
    """Extract on Ray's workers."""
    from extractor.distributed import distribute

    return distribute(inputs, extractor, out, address=address, overwrite=overwrite, watch=watch)
