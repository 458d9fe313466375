"""Options of ``imr extract`` that build on what was made before, or make a part."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from extractor.cli import output

if TYPE_CHECKING:
    from extractor.pipeline import Extractor
    from extractor.run import Revision, Shard, Summary

_TOLD = {
    "duplicates": "share the record of a letter with the same bytes",
    "reused": "kept their record",
    "retried": "were taken anew",
    "dropped": "are gone and were dropped",
}


class Retry(StrEnum):
    """Which letters are taken anew."""

    FAILED = "failed"
    REVIEW = "review"


def revision_of(out: Path | None, retry: Retry | None, *, update: bool) -> "Revision | None":
    """Return how the output that stands there is used.

    Raises:
        typer.BadParameter: There is no output, or both are asked for.
    """
    from extractor.run import Revision

    if retry is None and not update:
        return None
    option = "--retry" if retry else "--update"
    if out is None:
        raise typer.BadParameter("needs --out FILE", param_hint=option)
    if retry and update:
        raise typer.BadParameter("update first, then retry", param_hint=option)
    return Revision(retry.value) if retry else Revision.UPDATE


def shard_of(out: Path | None, shard: str | None, *, into_folder: bool = False) -> "Shard | None":
    """Return the part of the letters that is meant; *into_folder* says that Ray writes it.

    Raises:
        typer.BadParameter: It is none, or there is no output to merge later.
    """
    from extractor.run import Shard

    if shard is None:
        return None
    if out is None or (out.suffix.lower() != ".jsonl" and not into_folder):
        raise typer.BadParameter("needs --out FILE.jsonl, to be merged", param_hint="--shard")
    try:
        return Shard.parse(shard)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--shard") from None


def check_corrections(extractor: "Extractor") -> None:
    """Read what people corrected; say so where the last of it was never wholly written.

    Raises:
        ImrError: There is no log, or it cannot be read.
    """
    if extractor.corrected.torn and extractor.corrections:
        output.say(
            f"{extractor.corrections.name}: no newline ends its last line, which was never wholly "
            "written and is left out."
        )


def tell(came_to: "Summary") -> None:
    """Say what became of letters that were not simply extracted, or that nothing was to be done."""
    said = [f"{count} {what}" for name, what in _TOLD.items() if (count := getattr(came_to, name))]
    if came_to.out is not None and came_to.resumed == came_to.inputs:
        letters = "1 letter" if came_to.inputs == 1 else f"{came_to.inputs} letters"
        output.say(f"Nothing to do: {came_to.out} is finished ({letters}).")
    elif said:
        output.say(f"Of the letters {', '.join(said)}.")
    if came_to.corrected is not None:
        output.say(f"{_corrected(came_to)}.")


def _corrected(came_to: "Summary") -> str:
    """Return how many letters corrections met, and how many met none."""
    some = "1 letter has" if came_to.corrected == 1 else f"{came_to.corrected} letters have"
    lost = came_to.unmatched
    which = "1 correction is" if lost == 1 else f"{lost} corrections are"
    return f"{some} corrections" + (f"; {which} of letters that are not here" if lost else "")
