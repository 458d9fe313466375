"""imr-extractor: Independent Medical Review letters in, verified records out.

>>> from extractor import extract
>>> extract(text="Dear Sir, your parcel has arrived.").status
'review'
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractor.api import extract, extract_many
    from extractor.pipeline import Extractor
    from extractor.precedents import Filters, search, similar
    from extractor.record import Record

__all__ = ["Extractor", "Filters", "Record", "extract", "extract_many", "search", "similar"]

_HOMES = {
    "Extractor": "extractor.pipeline",
    "Filters": "extractor.precedents",
    "Record": "extractor.record",
    "extract": "extractor.api",
    "extract_many": "extractor.api",
    "search": "extractor.precedents",
    "similar": "extractor.precedents",
}


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import what is asked for, so that ``imr --help`` need not wait for the rest."""
    if name not in _HOMES:
        msg = f"module 'extractor' has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module  # noqa: PLC0415 - only when a name is asked for

    return getattr(import_module(_HOMES[name]), name)
