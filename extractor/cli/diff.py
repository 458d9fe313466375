"""``imr diff``: what two files of records say differently."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import output
from extractor.cli.options import refusal, refusals

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.difference import Change, Differences
    from extractor.difference.changes import Made, Said
    from extractor.difference.counts import FieldDifferences

DIFFERENT = 1
_LONG = 160

RecordsArgument = Annotated[
    Path,
    typer.Argument(exists=True, dir_okay=False, metavar="RECORDS.jsonl", help="Records as JSONL."),
]


def diff(  # noqa: PLR0913, PLR0917 - one parameter per option
    old: RecordsArgument,
    new: RecordsArgument,
    field: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only this field, or those below it: drug, reviewer.citations."
        ),
    ] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Counts only, no examples.")] = False,
    examples: Annotated[
        int, typer.Option(min=0, metavar="K", help="Show so many differences of each field.")
    ] = 3,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="One line of JSON for each difference; with --summary one document of counts.",
        ),
    ] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit 1 where there is a difference.")
    ] = False,
) -> None:
    """Show what records say differently from older ones, by field and version.

    Letters are matched by id, those that are left by sha256.
    """
    from extractor.cli.given import refuse_table
    from extractor.difference import Letters, Tally, differences

    wanted = _wanted(field)
    letters, tally = Letters(), Tally(0 if summary else examples)
    different = False
    with refusals():
        for file in (old, new):
            refuse_table(file)
        for change in differences(old, new, letters):
            if wanted and change.field not in wanted:
                continue
            different = True
            tally.add(change)
            if as_json and not summary:
                output.write_line(change.model_dump_json(exclude_none=True))
    counted = tally.differences(letters)
    if not counted.both and counted.only_old and counted.only_new:
        output.say(
            "No letter is in both files: neither ids nor bytes agree, as of the same letters as "
            "PDF and as text. `imr-eval same` pairs records by their ids without suffixes."
        )
    if as_json and summary:
        output.write(counted.model_dump_json(indent=2, by_alias=True) + "\n")
    elif not as_json:
        output.render(_shown(counted))
    if exit_code and different:
        raise typer.Exit(DIFFERENT)


def _wanted(field: str | None) -> frozenset[str]:
    """Return the names of the fields that *field* stands for; none where all are wanted."""
    if field is None:
        return frozenset()
    from extractor.cli.hints import near_to
    from extractor.difference import FIELDS, fields_under

    if found := fields_under(field):
        return frozenset(found)
    raise refusal(f"There is no such field{near_to(field, FIELDS)}.")


def _shown(counted: "Differences") -> "RenderableType":
    """Return the counts of letters and statuses, then each field with its examples."""
    from rich.console import Group as Stack
    from rich.text import Text

    parts: list[RenderableType] = [Text("\n".join(_head(counted)), style="bold")]
    for each in counted.fields:
        parts += [Text(), *_field(each)]
    return Stack(*parts)


def _head(counted: "Differences") -> Iterator[str]:
    letters = f"{counted.both:,} letters in both, {counted.different:,} of them different"
    for number, words in (
        (counted.moved, "under another id"),
        (counted.only_old, "only in the old file"),
        (counted.only_new, "only in the new file"),
    ):
        letters += f", {number:,} {words}" if number else ""
    yield f"{letters}."
    if counted.statuses:
        yield f"Status: {_listed(counted.statuses)}."
    yield f"Differences: {_listed(counted.counts) or 'none'}."
    made = {(each.old, each.new) for each in counted.fields if each.old and each.new}
    if len(made) == 1:
        yield _versions(*made.pop())


def _field(found: "FieldDifferences") -> "Iterator[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    title = Text(found.field, style="bold cyan")
    title.append(f"  {_listed(found.counts)}", style="bold")
    title.append(f"  in {found.letters:,} {'letter' if found.letters == 1 else 'letters'}")
    title.append(f"  {_versions(found.old, found.new)}", style="dim")
    yield title
    for change in found.examples:
        yield Padding(_change(change), (0, 0, 0, 2))


def _change(change: "Change") -> "RenderableType":
    """Return a difference: whose it is, then the old and the new value with their places."""
    from rich.text import Text

    item = f", item {change.item}" if change.item else ""
    line = Text(output.plain(f"{change.id}{item}: {change.what}"), style="default")
    for sign, said, colour in (("-", change.old, "red"), ("+", change.new, "green")):
        if said is not None:
            line.append(f"\n  {sign} {_said(said)}", style=colour)
    return line


def _said(said: "Said") -> str:
    """Return a value, its words where these are others, and its place."""
    value = ", ".join(said.value) if isinstance(said.value, tuple) else str(said.value)
    words = f' "{_short(said.quote)}"' if said.quote and said.quote not in value else ""
    place = "" if said.start is None else f" [{said.start}:{said.end}]"
    page = f" p. {said.page}" if said.page else ""
    return f"{_short(value)}{words}{place}{page}"


def _short(words: str) -> str:
    line = output.plain(words)
    return line if len(line) <= _LONG else line[: _LONG - 1].rstrip() + "…"


def _versions(old: "Made | None", new: "Made | None") -> str:
    if old == new:
        return output.plain(f"by {old}")
    if old is None or new is None:
        return output.plain(f"by {old or new}")
    return output.plain(f"from {old} to {new}")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items())
