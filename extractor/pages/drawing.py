"""Drawings by matplotlib, without a screen, for a page: the same figures give the same drawing."""

import warnings
from collections.abc import Callable
from io import StringIO
from typing import TYPE_CHECKING, Any

from extractor.pages.svg import ROLES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, FAINT, SERIES = ROLES
"""The colours of a drawing; a page's theme takes their place."""
MISSING = "The chart needs matplotlib: pip install 'imr-extractor[charts]'."
_DOTS = 72  # in an inch, so that the drawing's units are points
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "imr",
    "text.usetex": False,
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
}
_METADATA = ("Creator", "Date", "Format", "Type")


def drawn(size: tuple[float, float], draw: Callable[["Figure"], object]) -> str | None:
    """Return as SVG what *draw* puts on a figure; None where matplotlib is not installed.

    Args:
        size: Width and height in inches.
        draw: Is given the empty figure.
    """
    try:
        import matplotlib as mpl  # noqa: PLC0415 - an extra; slow to import
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError:
        return None
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()  # a user's own style would give another drawing of the same figures
        mpl.rcParams.update(_STYLE)
        warnings.simplefilter("ignore")  # of letters that its own fonts lack; the page's are used
        figure = Figure(figsize=size, dpi=_DOTS, layout="constrained")
        draw(figure)
        page = StringIO()
        figure.savefig(page, format="svg", transparent=True, metadata=dict.fromkeys(_METADATA))
    return page.getvalue()
