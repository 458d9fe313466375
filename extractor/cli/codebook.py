"""``imr codebook``: the codebook as Markdown, JSON or CSV."""

from enum import StrEnum

from extractor.cli import output


class Format(StrEnum):
    """How the codebook is printed."""

    MARKDOWN = "markdown"
    JSON = "json"
    CSV = "csv"


def show(form: Format) -> None:
    """Print the whole codebook in *form*."""
    from extractor.write.codebook import FORMATS, entries

    output.write(FORMATS[form](entries()))
