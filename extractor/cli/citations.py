"""The guidelines that a text cites, as a table or as lines of JSON."""

from collections.abc import Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from extractor.cli import output
from extractor.cli.output import plain
from extractor.guidelines import find_citations
from extractor.record import Citation
from extractor.text import Text as Letter

_COLUMNS = ("Where", "Guideline", "As printed", "Components")
_COMPONENTS = ("edition", "year", "chapter", "sections", "pages", "tables", "url")


def show(text: Letter, *, as_json: bool) -> None:
    """Print the guidelines that *text* cites; where there are none, say so on standard error."""
    found = find_citations(text)
    if not found:
        output.say("No citations.")
    elif as_json:
        output.write("".join(f"{line}\n" for line in lines(found)))
    else:
        output.render(table(found))


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
