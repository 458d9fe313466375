"""The report as Markdown: tables that a terminal shows as well as a page does."""

import re
from collections.abc import Iterator, Sequence

from extractor.pages.report import blocks, words
from extractor.pages.report.page import SECTIONS
from extractor.pages.visible import shortened, visible
from extractor.tabulate import Counted, Table, Tabulation
from extractor.tabulate.tables import Scope
from extractor.text import collapse

_ACTING = re.compile(r"[\\`*_\[\]<>|]")
_NAME = 60
_MESSAGE = 160
_EXAMPLES = 5
Lines = Iterator[str]


def to_markdown(made: Tabulation) -> str:
    """Return *made* as Markdown; tables show their first rows, the CSV files hold all."""
    return "\n".join(_lines(made)) + "\n"


def _lines(made: Tabulation) -> Lines:
    yield "# Independent Medical Review, tabulated"
    yield from _flow(made)
    for title, names in SECTIONS.values():
        yield f"\n## {title}"
        for name in names:
            yield from _table(made.table(name), made)
    yield from _observations(made)
    yield from _published(made)
    yield "\nIntervals: 95 %, letters drawn whole. `--out report.html` says how to read this."


def _flow(made: Tabulation) -> Lines:
    flow = made.flow
    named = (
        ("Inputs", flow.inputs),
        ("Duplicates, left out", flow.duplicates),
        ("Different letters", flow.counted),
        ("Failed", flow.failed),
        ("In review", flow.review),
        ("Verified", flow.verified),
        ("Without an item", flow.empty),
        *((("Case number of an earlier letter", flow.repeated),) if flow.cases else ()),
    )
    yield "\n## Flow count\n"
    rows = [(name, words.count(step.letters), words.count(step.items)) for name, step in named]
    yield from grid(("step", "letters", "items"), rows)
    if flow.cases:
        yield f"\n{words.repeated(flow)}"
    yield "\n## Letters by outcome\n"
    yield from grid(("outcome", *_scopes(made)), list(_outcomes(made)))


def _scopes(made: Tabulation) -> list[str]:
    return ["letters"] if made.same else [words.SCOPES[each].lower() for each in _chosen(made)]


def _chosen(made: Tabulation) -> list[Scope]:
    return ["all"] if made.same else ["verified", "all"]


def _outcomes(made: Tabulation) -> Iterator[tuple[str, ...]]:
    for outcome, said in words.OUTCOMES.items():
        counts = [made.outcomes[scope].get(outcome, 0) for scope in _chosen(made)]
        if outcome or any(counts):
            yield (said, *map(words.count, counts))


def _table(table: Table, made: Tabulation) -> Lines:
    yield f"\n### {table.grouping.title}"
    for view in blocks.views(table, made):
        yield f"\n{view.caption}\n"
        lines = [view.total, *view.first]
        rows = [(_label(line.label), *_cells(line.counted)) for line in lines]
        yield from grid(("", *_header(view.blocks)), rows)
        if hidden := len(view.rest) + view.more:
            yield f"\n{words.many(hidden, 'row')} more: `--csv DIR` writes all."


def _label(label: words.Label) -> str:
    return f"{cell(label.name)} ({cell(label.more)})" if label.more else cell(label.name)


def _header(names: Sequence[str]) -> Iterator[str]:
    for name in names:
        lead = f"{name.lower()}: " if name else ""
        yield from (f"{lead}items", "letters", "overturned", "rate")


def _cells(counted: Sequence[Counted]) -> Iterator[str]:
    for each in counted:
        yield from map(words.count, (each.items, each.letters, each.overturned))
        yield f"{words.percent(each.rate)} ({words.ends(each.interval)})" if each.decided else "n/a"


def _observations(made: Tabulation) -> Lines:
    yield "\n## Observations: letters that contradict themselves\n"
    if not made.observed:
        yield "No letter has one."
    for observed in made.observed:
        count = words.many(observed.findings, "observation")
        letters = words.many(observed.letters, "letter")
        yield f"- {cell(observed.code)}: {count} in {letters}"
        shown = observed.examples[:_EXAMPLES]
        for each in shown:
            item = f", item {each.odd.item}" if each.odd.item else ""
            yield f"  - {cell(each.id)}{item}: {cell(each.odd.message, _MESSAGE)}"
        if more := observed.findings - len(shown):
            yield f"  - and {words.count(more)} more"


def _published(made: Tabulation) -> Lines:
    yield "\n## Published by the DWC, beside the letters here that were decided in that year\n"
    sources = list(dict.fromkeys(beside.figure.source for beside in made.beside))
    rows = []
    for beside in made.beside:
        figure = beside.figure
        value = f"{figure.value} %" if figure.part else words.count(int(figure.value))
        here = []
        for scope in _chosen(made):
            part, whole = beside.counted[scope]
            share = f"{words.percent(part / whole)} of {whole:,}" if whole else "none"
            here.append(share if figure.part else words.count(part))
        number = str(sources.index(figure.source) + 1)
        rows.append((str(figure.year), figure.says, value, *here, number))
    yield from grid(("year", "figure", "published by the DWC", *_scopes(made), "source"), rows)
    yield ""
    for place, source in enumerate(sources, 1):
        quoted = " It quotes the DWC's report." if source.quoted else ""
        yield f"{place}. {source.title}. {source.publisher}, {source.year}.{quoted} <{source.url}>"


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
    """Yield a table whose columns stand below each other; all but the first to the right."""
    widths = [max(len(row[at]) for row in (header, *rows)) for at in range(len(header))]
    yield _row(header, widths)
    yield "|".join(["", *(_rule(width, at) for at, width in enumerate(widths)), ""])
    yield from (_row(row, widths) for row in rows)


def _rule(width: int, at: int) -> str:
    return "-" * (width + 1) + (":" if at else "-")


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        text.rjust(width) if at else text.ljust(width)
        for at, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return f"| {' | '.join(cells)} |"


def cell(said: str, most: int = _NAME) -> str:
    r"""Return words of a letter on one line, nothing in them acting on Markdown or a terminal.

    >>> cell("a|b\n*c*\x1b[2J")
    'a\\|b \\*c\\*⟨U+001B⟩\\[2J'
    """
    plain = visible(shortened(collapse(said), most))
    return _ACTING.sub(lambda found: f"\\{found[0]}", plain)
