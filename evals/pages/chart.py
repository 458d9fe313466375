"""Accuracy against what it costs, or against the time it takes, as a drawing in the page.

Matplotlib draws it, without a screen; where it is not installed the page says so. The same
figures give the same drawing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from evals.metrics.rates import Rate
from evals.pages.board import Standing
from evals.pages.numbers import duration, percent, usd
from extractor.pages.drawing import FAINT, INK, SERIES, drawn
from extractor.pages.svg import embedded
from extractor.pages.visible import head, visible
from extractor.text import collapse

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZE = (5.6, 3.5)  # inches
_NAME = 24
_FAR = 20.0  # times; beyond it the axis is logarithmic
_TICKS = 5
_ABOVE = 13.0  # points between two labels
_LETTER = 5.8  # points; about the width of a letter
_TURN = 0.6  # of the axis; beyond it a label stands to the left of its point


class Point(NamedTuple):
    """One arm of a chart."""

    rank: int
    name: str
    x: float
    share: Rate


@dataclass(frozen=True)
class Chart:
    """A chart and the table of its figures.

    Attributes:
        title: What is drawn.
        unit: What stands on the horizontal axis.
        points: The arms that can be drawn, by rank.
        left_out: Names of those whose place is not known.
        printed: How a place on the horizontal axis is printed.
        svg: The drawing; None where it cannot be made.
    """

    title: str
    unit: str
    points: Sequence[Point]
    left_out: Sequence[str]
    printed: Callable[[float], str]
    svg: Markup | None


def charts(board: Sequence[Standing]) -> list[Chart]:
    """Return the chart against cost and the one against time, where they say anything.

    One arm alone is no comparison, and a cost that nobody has no axis.
    """
    costs = [_free_or_known(each) for each in board]
    seconds = [each.times.median if each.times else None for each in board]
    drawn = []
    if any(costs):
        drawn.append(_chart("cost", "US dollars per letter", board, costs, usd))
    if any(seconds):
        drawn.append(_chart("time", "median time per letter", board, seconds, duration))
    return [chart for chart in drawn if len(chart.points) > 1]


def _free_or_known(each: Standing) -> float | None:
    """Return dollars per letter; the rules ask no model and cost nothing."""
    free = 0.0 if each.entry.results.arm.deterministic else None
    return free if each.per_letter is None else each.per_letter


def _chart(
    what: str,
    unit: str,
    board: Sequence[Standing],
    places: Sequence[float | None],
    printed: Callable[[float], str],
) -> Chart:
    points = [
        Point(each.entry.rank, each.entry.name, place, each.perfect)
        for each, place in zip(board, places, strict=True)
        if place is not None and each.perfect.whole
    ]
    known = {point.rank for point in points}
    left_out = [each.entry.name for each in board if each.entry.rank not in known]
    title = f"Perfect letters against {what}"
    return Chart(title, unit, points, left_out, printed, _drawn(title, unit, points, what, printed))


def _drawn(
    title: str, unit: str, points: Sequence[Point], what: str, printed: Callable[[float], str]
) -> Markup | None:
    svg = plot(points, unit, printed) if len(points) > 1 else None
    told = "; ".join(
        f"{point.name}: {percent(point.share.value)} of {point.share.whole} at {printed(point.x)}"
        for point in points
    )
    if svg is None:
        return None
    return embedded(svg, title, visible(f"{unit} and share of perfect letters. {told}."), what)


def plot(points: Sequence[Point], unit: str, printed: Callable[[float], str]) -> str | None:
    """Draw *points* with their intervals; None where matplotlib is not installed."""

    def draw(figure: "Figure") -> None:
        axes = figure.subplots()
        _axes(axes, points, unit, printed)
        for point in points:
            _point(axes, point)
        figure.draw_without_rendering()  # places are known once the layout is
        _labels(axes, points)

    return drawn(_SIZE, draw)


def _axes(
    axes: "Axes", points: Sequence[Point], unit: str, printed: Callable[[float], str]
) -> None:
    _scale(axes, [point.x for point in points])
    lows = [point.share.interval[0] for point in points if point.share.interval]
    axes.set_ylim(max(0.0, min(lows, default=0.0) - 0.05), 1.02)
    axes.set_xlabel(unit, color=INK)
    axes.set_ylabel("perfect letters, 95 % interval", color=INK)
    axes.xaxis.set_major_formatter(lambda place, _: printed(place))
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.set_yticks([share for share in axes.get_yticks() if axes.get_ylim()[0] <= share <= 1])
    axes.minorticks_off()
    axes.tick_params(colors=INK, color=FAINT)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    for side, spine in axes.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(FAINT)


def _scale(axes: "Axes", places: Sequence[float]) -> None:
    """Choose the horizontal axis: logarithmic where places lie far apart, with room for zero."""
    above = [place for place in places if place > 0]
    low, high = min(above), max(above)
    if high / low <= _FAR:
        axes.set_xlim(0, high * 1.15)
        return
    free = len(above) < len(places)
    if free:
        axes.set_xscale("symlog", linthresh=low / 2, linscale=0.5)
    else:
        axes.set_xscale("log")
    axes.set_xlim(0 if free else low / 1.6, high * 1.6)
    axes.set_xticks([*([0] if free else []), *ticks(low / 1.5, high * 1.5)])


def ticks(low: float, high: float) -> list[float]:
    """Return round places between *low* and *high* for a logarithmic axis, few enough to be read.

    >>> ticks(0.004, 0.06), ticks(0.0009, 1200)
    ([0.005, 0.01, 0.02, 0.05], [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0])
    """
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    for steps in ((1, 2, 5), (1, 3), (1,)):
        places = [float(f"{step}e{power}") for power in powers for step in steps]
        found = [place for place in places if low <= place <= high]
        if len(found) <= _TICKS:
            break
    return found


def _point(axes: "Axes", point: Point) -> None:
    interval, ratio = point.share.interval, point.share.value
    if interval is None or ratio is None:
        return
    reach = [[ratio - interval[0]], [interval[1] - ratio]]
    drawn = axes.errorbar(
        [point.x], [ratio], yerr=reach, fmt="o", color=SERIES, markersize=7, capsize=4
    )
    for part in drawn.get_children():
        part.set_clip_on(False)


def _labels(axes: "Axes", points: Sequence[Point]) -> None:
    """Write each arm's name beside its point, one below another where points lie together."""
    taken: list[tuple[float, float, float]] = []
    for point in sorted(points, key=lambda each: (-(each.share.value or 0.0), each.rank)):
        name = f"{point.rank} {head(visible(collapse(point.name)), _NAME)}"
        place = (point.x, point.share.value or 0.0)
        x, y = axes.transData.transform(place)
        leftward = x > axes.bbox.x0 + _TURN * axes.bbox.width
        start = x - _LETTER * len(name) if leftward else x
        down = _room(start, start + _LETTER * len(name), y, taken)
        axes.annotate(
            name,
            place,
            xytext=(-9 if leftward else 9, -3.5 - down),
            textcoords="offset points",
            horizontalalignment="right" if leftward else "left",
            color=INK,
            parse_math=False,
            annotation_clip=False,
        )


def _room(start: float, end: float, y: float, taken: list[tuple[float, float, float]]) -> float:
    """Return how far below *y* a label from *start* to *end* meets none that is taken; take it."""
    down = 0.0
    while any(
        start < right and left < end and abs(y - down - low) < _ABOVE for left, right, low in taken
    ):
        down += _ABOVE
    taken.append((start, end, y - down))
    return down
