"""Numbers as a page prints them: counts first, and no share without what it is of."""

from collections.abc import Sequence
from math import ceil
from statistics import median
from typing import NamedTuple

_TAIL = 0.95
_MILLI = 1000
_MINUTE = 60.0


class Times(NamedTuple):
    """How long letters took: half of them at most *median* seconds, 95 of 100 at most *p95*."""

    n: int
    median: float
    p95: float


def times(seconds: Sequence[float]) -> Times | None:
    """Return the median and the 95th percentile (nearest rank); None without any.

    >>> times([1.0, 2.0, 9.0])
    Times(n=3, median=2.0, p95=9.0)
    """
    if not seconds:
        return None
    ordered = sorted(seconds)
    return Times(len(ordered), median(ordered), ordered[ceil(_TAIL * len(ordered)) - 1])


def percent(ratio: float | None) -> str:
    """Print a ratio in per cent; what is not all or nothing is not rounded to it.

    >>> percent(0.975), percent(1.0), percent(1999.5 / 2000), percent(None)
    ('97.5 %', '100 %', '>99.9 %', '·')
    """
    if ratio is None:
        return "·"
    if ratio in {0.0, 1.0}:
        return f"{ratio:.0%}".replace("%", " %")
    rounded = f"{100 * ratio:.1f}"
    return {"100.0": ">99.9", "0.0": "<0.1"}.get(rounded, rounded) + " %"


def ends(interval: tuple[float, float] | None) -> str:
    r"""Print an interval in per cent.

    >>> ends((0.9155, 1.0)) == "91.5\u2013100 %", ends(None)
    (True, '')
    """
    if interval is None:
        return ""
    low, high = (f"{100 * end:.1f}".removesuffix(".0") for end in interval)
    return f"{low}\u2013{high} %"


def count(number: int) -> str:
    """Print a count, thousands apart.

    >>> count(1234567)
    '1,234,567'
    """
    return f"{number:,}"


def usd(amount: float) -> str:
    """Print US dollars: cents, or two digits of an amount below a dollar.

    >>> usd(12.5), usd(0.0834), usd(0.00034), usd(0)
    ('$12.50', '$0.083', '$0.00034', '$0')
    """
    if amount == 0:
        return "$0"
    if amount >= 1:
        return f"${amount:,.2f}"
    return f"${amount:.2g}"


def duration(seconds: float) -> str:
    """Print a time: milliseconds, seconds or minutes.

    >>> duration(0.01234), duration(2.5), duration(75)
    ('12.3 ms', '2.5 s', '1 min 15 s')
    """
    if seconds < 1:
        return f"{seconds * _MILLI:.3g} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{seconds // _MINUTE:.0f} min {seconds % _MINUTE:.0f} s"
