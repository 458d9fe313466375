"""``imr codebook``: the codebook, or one column's part of it, as Markdown, JSON or CSV."""

from enum import StrEnum

from extractor.cli import output
from extractor.cli.hints import near_to


class Format(StrEnum):
    """How the codebook is printed."""

    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


def show(column: str | None, form: Format) -> None:
    """Print in *form* what the codebook says of *column*, or all of it.

    Raises:
        ImrError: There is no such column.
    """
    from extractor.errors import ImrError
    from extractor.write.codebook import entries, entries_of
    from extractor.write.codebook_formats import FORMATS

    chosen = entries() if column is None else entries_of(column)
    if not chosen:
        near = near_to(column or "", (entry.name for entry in entries()))
        message = f"There is no such column{near}; `imr codebook` lists them."
        raise ImrError(message)
    output.write(FORMATS[form](chosen))
