"""What several commands of ``imr`` take, and how a refusal ends them."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import output

if TYPE_CHECKING:
    from extractor.pipeline import Extractor

MODEL = "A language model"
MEGABYTES_20 = 20 * 1024 * 1024


def there(file: Path) -> Path:
    """Return *file* where there is one, or standard input is meant."""
    if str(file) != "-" and not file.exists():
        message = f"file '{output.plain(file)}' does not exist."
        raise typer.BadParameter(message)
    return file


LetterArgument = Annotated[
    Path,
    typer.Argument(
        callback=there,
        dir_okay=False,
        metavar="FILE",
        help="A letter: text or PDF; - is standard input.",
    ),
]
LayoutsOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        metavar="DIR",
        help="Layout files of your own, tried before the built-in ones.",
    ),
]
EncodingOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="The text files' encoding; else found out.")
]
MaxBytesOption = Annotated[int, typer.Option(min=1, metavar="N", help="Read no larger input.")]
MaxPagesOption = Annotated[int, typer.Option(min=1, metavar="N", help="Read no longer input.")]


class Proposer(StrEnum):
    """Who proposes values."""

    RULES = "rules"
    LLM = "llm"
    AUTO = "auto"
    BOTH = "both"


class Mode(StrEnum):
    """How a model is held to the schema of its reply."""

    AUTO = "auto"
    JSON_SCHEMA = "json_schema"
    TOOLS = "tools"


ModelOption = Annotated[
    str | None,
    typer.Option(
        envvar="IMR_MODEL",
        metavar="NAME",
        help="The model at its endpoint, or provider/model.",
        rich_help_panel=MODEL,
    ),
]
BaseUrlOption = Annotated[
    str | None,
    typer.Option(
        envvar="IMR_BASE_URL",
        metavar="URL",
        help="An OpenAI-compatible endpoint of your own; it needs no key.",
        rich_help_panel=MODEL,
    ),
]
PromptOption = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        metavar="DIR",
        help="A prompt of your own, as in prompts/.",
        rich_help_panel=MODEL,
    ),
]
ModeOption = Annotated[
    Mode, typer.Option(help="How a model is held to the reply's schema.", rich_help_panel=MODEL)
]


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the house refuses into a sentence on standard error and exit code 2."""
    from extractor.errors import ImrError

    try:
        yield
    except ImrError as error:
        raise refusal(str(error)) from None


@contextmanager
def interruptible(out: Path | None) -> Iterator[None]:
    """Say, where the block is interrupted, that nothing of *out* is lost."""
    try:
        yield
    except KeyboardInterrupt:
        if out is not None:
            output.say("Interrupted; the same command goes on where this one stopped.")
        raise


def refusal(sentence: str) -> typer.Exit:
    """Say why not, on standard error; the exit that follows from it is returned."""
    output.say(sentence)
    return typer.Exit(output.USAGE)


def extractor_of(
    layouts: Path | None,
    encoding: str | None,
    max_bytes: int = MEGABYTES_20,
    max_pages: int = 500,
) -> "Extractor":
    """Return the extractor that the options name; layouts, encoding, catalogue known to be good."""
    from extractor.guidelines import catalogue
    from extractor.layout import load_rules
    from extractor.pipeline import Extractor
    from extractor.source import Limits

    load_rules(layouts)
    catalogue()
    check_encoding(encoding)
    return Extractor(layouts=layouts, encoding=encoding, limits=Limits(max_bytes, max_pages))


def check_encoding(encoding: str | None) -> None:
    """Refuse an encoding that there is none of."""
    try:
        b" ".decode(encoding or "utf-8", "replace")
    except (LookupError, ValueError):
        raise typer.BadParameter("no such text encoding", param_hint="--encoding") from None
