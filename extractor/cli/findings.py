"""``imr findings``: the guide to the finding codes as Markdown or JSON."""

from enum import StrEnum

from extractor.cli import output


class Form(StrEnum):
    """How the guide is printed."""

    MARKDOWN = "markdown"
    JSON = "json"


def show(code: str | None, form: Form) -> None:
    """Print what the guide says of *code*, or of every code.

    Raises:
        ImrError: There is no such code.
    """
    from extractor.cli.finding_guide import FORMATS, entries
    from extractor.errors import ImrError

    listed = [entry for entry in entries() if code in (None, entry.code.value)]
    if not listed:
        message = "There is no such finding code; `imr findings` lists them."
        raise ImrError(message)
    output.write(FORMATS[form](listed))
