"""Charts of the report: the figures of a table, drawn; the same figures, the same drawing."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from extractor.pages.drawing import FAINT, INK, SERIES, drawn
from extractor.pages.report import words
from extractor.pages.svg import embedded
from extractor.pages.visible import head, visible
from extractor.tabulate import FURTHER, UNREAD, Counted, Row, Scope, Table, Tabulation
from extractor.text import collapse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST = 12
_NAME = 30
_WIDTH = 5.6  # inches
_MONTHS = 36
Named = Sequence[tuple[str, Counted]]


def scope_of(made: Tabulation) -> Scope:
    """Return which letters are drawn: the verified ones, unless there are none."""
    return "verified" if made.decisions["verified"].items else "all"


def charts(made: Tabulation) -> dict[str, Markup]:
    """Return drawings by the name of their table; none where matplotlib is not installed."""
    found: dict[str, Markup | None] = {
        "category": _rates(made, "category"),
        "drug_class": _rates(made, "drug_class"),
        "document": _sides(made),
        "items_per_letter": _letters(made),
        _time(made): _rates(made, _time(made), upright=True),
    }
    return {name: svg for name, svg in found.items() if svg is not None}


def _time(made: Tabulation) -> str:
    """Return by what time is drawn: months, unless there are too many of them."""
    return "month" if len(made.table("month").rows) <= _MONTHS else "year"


def _plain(table: Table) -> list[Row]:
    return [row for row in table.rows if row.key not in {UNREAD, FURTHER}]


def _named(table: Table, made: Tabulation, most: int) -> Named:
    """Return the first groups of a table that have a decision, by name."""
    scope = scope_of(made)
    rows = [(row, row.of(scope)) for row in _plain(table)]
    return [(_name(table, row), c) for row, c in rows if c.decided][:most]


def _name(table: Table, row: Row) -> str:
    return head(visible(collapse(words.label(table.grouping, row.key).name)), _NAME)


def _rates(made: Tabulation, name: str, *, upright: bool = False) -> Markup | None:
    """Draw overturn rates with their intervals: groups below each other, or time along."""
    table = made.table(name)
    named = _named(table, made, _MONTHS if upright else _MOST)
    if len(named) < 2:  # noqa: PLR2004 - one point is no chart
        return None
    size = (_WIDTH, 3.0) if upright else (_WIDTH, 0.9 + 0.29 * len(named))
    svg = drawn(size, lambda figure: (_along if upright else _below)(figure, named))
    told = "; ".join(
        f"{group}: {words.percent(c.rate)} of {c.decided} ({words.ends(c.interval)})"
        for group, c in named
    )
    return _made(svg, f"Overturn rate by {table.grouping.title.lower()}", told, name)


def _made(svg: str | None, title: str, told: str, name: str) -> Markup | None:
    return None if svg is None else embedded(svg, title, f"{title}. {told}.", f"chart-{name}")


def _below(figure: "Figure", named: Named) -> None:
    axes = figure.subplots()
    for place, (_, counted) in enumerate(named):
        _dot(axes, counted, place, flat=True)
    axes.set_yticks(range(len(named)), [f"{name}  ({c.decided:,})" for name, c in named])
    axes.set_ylim(len(named) - 0.5, -0.5)
    _share_axis(axes, [c for _, c in named], flat=True)
    _clean(axes, "x", {"bottom"})


def _along(figure: "Figure", named: Named) -> None:
    axes = figure.subplots()
    for place, (_, counted) in enumerate(named):
        _dot(axes, counted, place, flat=False)
    step = max(1, -(-len(named) // _MOST))
    places = range(0, len(named), step)
    axes.set_xticks(
        places, [f"{named[place][0]}\n({named[place][1].decided:,})" for place in places]
    )
    axes.set_xlim(-0.5, len(named) - 0.5)
    _share_axis(axes, [c for _, c in named], flat=False)
    _clean(axes, "y", {"left"})


def _dot(axes: "Axes", counted: Counted, place: int, *, flat: bool) -> None:
    """Draw one rate with its interval."""
    rate, interval = counted.rate, counted.interval
    if rate is None or interval is None:
        return
    reach = [[max(0.0, rate - interval.low)], [max(0.0, interval.high - rate)]]
    drawn_ = (
        axes.errorbar([rate], [place], xerr=reach, fmt="o", color=SERIES, markersize=5, lw=2)
        if flat
        else axes.errorbar([place], [rate], yerr=reach, fmt="o", color=SERIES, markersize=5, lw=2)
    )
    for part in drawn_.get_children():
        part.set_clip_on(False)


def _share_axis(axes: "Axes", counted: Sequence[Counted], *, flat: bool) -> None:
    """Let the axis of shares begin at zero and end where the farthest interval does."""
    far = min(1.0, max(c.interval.high for c in counted if c.interval) + 0.02)
    words_ = "overturned, 95 % interval (decided items)"
    axis = axes.xaxis if flat else axes.yaxis
    (axes.set_xlim if flat else axes.set_ylim)(-0.01 * far, far)
    axis.set_major_formatter(lambda share, _: f"{share:.0%}")
    if flat:
        axes.set_xlabel(words_, color=INK)
    else:
        axes.set_ylabel("overturned, 95 % interval", color=INK)


def _clean(axes: "Axes", grid: str, spines: set[str]) -> None:
    axes.minorticks_off()
    axes.tick_params(colors=INK, color=FAINT, length=0)
    axes.grid(visible=True, axis="x" if grid == "x" else "y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in spines)
        spine.set_color(FAINT)


def _sides(made: Tabulation) -> Markup | None:
    """Draw how many items each side cites a document for."""
    table, scope = made.table("document"), scope_of(made)
    rows = _plain(table)[:_MOST]
    if not rows:
        return None
    pairs = [tuple(row.of(scope, side).items for side in words.SIDES) for row in rows]
    names = [head(visible(row.key[0]), _NAME) for row in rows]  # ids: titles are too long
    svg = drawn((_WIDTH, 1.0 + 0.42 * len(rows)), lambda figure: _pairs(figure, names, pairs))
    told = "; ".join(
        f"{name}: claims administrator {pair[0]}, reviewer {pair[1]}"
        for name, pair in zip(names, pairs, strict=True)
    )
    return _made(svg, "Items for which a document is cited", told, "document")


def _pairs(figure: "Figure", names: list[str], pairs: list[tuple[int, ...]]) -> None:
    axes = figure.subplots()
    places = range(len(names))
    for number, who in enumerate(words.SIDES.values()):
        fill = SERIES if number else "none"
        axes.barh(
            [place - 0.19 + 0.38 * number for place in places],
            [pair[number] for pair in pairs],
            height=0.34,
            facecolor=fill,
            edgecolor=SERIES,
            label=who,
        )
    axes.set_yticks(places, names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlabel("items", color=INK)
    axes.legend(frameon=False, labelcolor=INK, loc="lower right")
    axes.xaxis.set_major_formatter(lambda items, _: f"{items:,.0f}")
    _clean(axes, "x", {"bottom"})


def _letters(made: Tabulation) -> Markup | None:
    """Draw how many letters have so many items."""
    table, scope = made.table("items_per_letter"), scope_of(made)
    named = [(row.key[0], row.of(scope)) for row in _plain(table)]
    named = [(name, c) for name, c in named if c.letters][:30]
    if len(named) < 2:  # noqa: PLR2004 - one bar is no chart
        return None
    svg = drawn((_WIDTH, 2.6), _columns(named))
    told = "; ".join(f"{name}: {words.many(c.letters, 'letter')}" for name, c in named)
    return _made(svg, "Letters by their number of items", told, table.grouping.name)


def _columns(named: Named) -> "Callable[[Figure], None]":
    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        places = range(len(named))
        bars = axes.bar(places, [c.letters for _, c in named], width=0.7, color=SERIES)
        axes.bar_label(bars, [f"{c.letters:,}" for _, c in named], color=INK, padding=2)
        axes.set_xticks(places, [name for name, _ in named])
        axes.set_xlabel("items in the letter", color=INK)
        axes.set_ylabel("letters", color=INK)
        axes.yaxis.set_major_formatter(lambda letters, _: f"{letters:,.0f}")
        axes.margins(y=0.12)
        _clean(axes, "y", {"bottom"})

    return draw
