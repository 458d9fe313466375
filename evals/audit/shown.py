"""Numbers as an audit prints them: a share never without what it is sure of."""

from extractor.intervals import Interval

_SMALL = 0.1


def percent(share: float) -> str:
    """Return a share in per cent, two digits where it is small.

    >>> percent(0.00934), percent(0.123)
    ('0.93%', '12.3%')
    """
    return f"{share:.2%}" if share < _SMALL else f"{share:.1%}"


def bounded(share: float, bound: float) -> str:
    """Return a share with its one-sided upper bound."""
    return f"{percent(share)} ≤ {percent(bound)}"


def ranged(share: float, interval: Interval | None) -> str:
    """Return a share with its interval."""
    if interval is None:
        return percent(share)
    return f"{percent(share)} ({percent(interval.low)} to {percent(interval.high)})"
