"""The guidelines that a text cites, as a table or as lines of JSON."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from extractor.cli.output import plain
from extractor.record import Citation

_COLUMNS = ("Where", "Guideline", "As printed", "Components")
_COMPONENTS = ("edition", "year", "chapter", "sections", "pages", "tables", "url")


def table(citations: Iterable[Citation]) -> RenderableType:
    """Return one row for each citation: offsets, id, words, what else it names."""
    rows = Table(*_COLUMNS, box=None, pad_edge=False, header_style="dim")
    for citation in citations:
        page = f" p. {citation.page}" if citation.page else ""
        rows.add_row(
            f"{citation.start}-{citation.end}{page}",
            citation.guideline,
            Text(plain(citation.quote)),
            Text(plain("; ".join(_components(citation)))),
        )
    return rows


def lines(citations: Iterable[Citation]) -> Iterator[str]:
    """Yield each citation as a line of JSON."""
    return (citation.model_dump_json() for citation in citations)


def _components(citation: Citation) -> Iterator[str]:
    for name in _COMPONENTS:
        if value := getattr(citation, name):
            said = ", ".join(value) if isinstance(value, tuple) else str(value)
            yield f"{name} {said}"
