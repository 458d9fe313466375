"""``imr survey``: what a corpus holds, before anything is extracted."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import output
from extractor.cli.options import (
    MEGABYTES_20,
    EncodingOption,
    LayoutsOption,
    MaxBytesOption,
    MaxPagesOption,
    extractor_of,
    refusals,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.survey import Group, Survey
    from extractor.survey.near import Near

_MOST = 20  # groups on a terminal
_MOST_NEAR = 3
_WORDS = 60


def survey(  # noqa: PLR0913, PLR0917 - one parameter per option
    paths: Annotated[
        list[str],
        typer.Argument(metavar="PATH", help="Letters, folders, globs; - is standard input."),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="All groups, as one JSON document.")] = (
        False
    ),
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes that read.")] = 1,
    examples: Annotated[
        int, typer.Option(min=0, metavar="K", help="Name so many letters of each group.")
    ] = 1,
    layouts: LayoutsOption = None,
    encoding: EncodingOption = None,
    max_bytes: MaxBytesOption = MEGABYTES_20,
    max_pages: MaxPagesOption = 500,
) -> None:
    """Group letters by layout and headings, and show what no layout covers; extract nothing.

    Years are those of the decision dates in the headers, else of each letter's latest date.
    """
    from extractor.source import check_paths, find
    from extractor.survey import Sketcher
    from extractor.survey import survey as survey_of

    with refusals():
        known = extractor_of(layouts, encoding, max_bytes, max_pages)
        check_paths(paths)
        sketcher = Sketcher(layouts=layouts, encoding=encoding, limits=known.limits)
        found = survey_of(find(paths), sketcher, jobs=jobs, examples=examples)
    if as_json:
        output.write(found.model_dump_json(indent=2, by_alias=True) + "\n")
    else:
        output.render(_shown(found))


def _shown(found: "Survey") -> "RenderableType":
    """Return the groups, unknown layouts first, and the counts."""
    from rich.console import Group as Stack

    parts: list[RenderableType] = []
    for number, group in enumerate(found.groups[:_MOST], start=1):
        parts += _group(number, group)
    parts.append(_counts(found))
    return Stack(*parts)


def _group(number: int, group: "Group") -> "Iterator[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    colour = "yellow" if group.layout == "unknown" else "green"
    title = Text(f"{number}  ", style="bold").append(output.plain(group.layout), style=colour)
    letters = _number(group.letters, "letter")
    title.append(f"  {letters}  {group.share:.1%}", style="bold")
    yield title
    yield Padding(_facts(group), (0, 0, 1, 3))


def _facts(group: "Group") -> "RenderableType":
    """Return what a group is known by, as name and value."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, words in _named_facts(group):
        table.add_row(name, Text(output.plain(words)))
    return table


def _named_facts(group: "Group") -> Iterator[tuple[str, str]]:
    heads = " > ".join(_short(words) for words in group.headings)
    yield "Headings", heads or "none that recurs"
    yield "Years", _listed(group.years)
    lengths = [f"{_range(group.characters)} characters"] if group.characters else []
    lengths += (
        ["1 page" if group.pages == (1, 1) else f"{_range(group.pages)} pages"]
        if group.pages
        else []
    )
    if lengths:
        yield "Length", ", ".join(lengths)
    for near in group.near[:_MOST_NEAR]:
        yield "Nearly", f"{near.layout} ({near.letters:,}): {_near(near)}"
    for example in group.examples:
        there = example.path and Path(example.path).is_file()
        yield "Example", f"imr show {shlex.quote(str(example.path))}" if there else example.id


def _near(near: "Near") -> str:
    """Return what there is of a layout and what keeps it from fitting, as a sentence."""
    parts = [f"has {_quoted(near.has)}"] if near.has else []
    if near.in_other_capitals:
        parts.append(f"in other capitals {_quoted(near.in_other_capitals)}")
    if near.lacks:
        parts.append(f"not {_quoted(near.lacks)}")
    return "; ".join(parts)


def _counts(found: "Survey") -> "RenderableType":
    """Return the last lines: letters by layout, failures by code, groups that are not shown."""
    from rich.text import Text

    letters, groups = _number(found.letters, "letter"), _number(len(found.groups), "group")
    lines = [f"{letters} in {groups}: {_listed(found.layouts) or 'none read'}."]
    if found.failed:
        failed = sum(found.failed.values())
        lines.append(f"{failed:,} cannot be read: {_listed(found.failed)}.")
    if rest := found.groups[_MOST:]:
        further = _number(sum(group.letters for group in rest), "letter")
        more = _number(len(rest), "more group")
        lines.append(f"{more}, {further}: --json names them all.")
    if found.ungrouped:
        lines.append(f"{found.ungrouped:,} letters of still other groups are only counted.")
    return Text("\n".join(map(output.disarmed, lines)), style="bold")


def _number(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in counts.items())


def _range(reach: tuple[int, int]) -> str:
    least, most = reach
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _quoted(phrases: tuple[str, ...]) -> str:
    return ", ".join(f"'{_short(words)}'" for words in phrases)


def _short(words: str) -> str:
    return words if len(words) <= _WORDS else words[: _WORDS - 1].rstrip() + "…"
