"""What every command takes, and how a refusal ends it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

WORSE, USAGE = 1, 2

GoldenOption = Annotated[Path, typer.Option("--golden", help="Folder of golden cases.")]
BaselineOption = Annotated[Path, typer.Option("--baseline", help="What the gate compares with.")]
ProposerOption = Annotated[str, typer.Option("--proposer", help="Who proposes: rules.")]
RecordsOption = Annotated[
    Path | None,
    typer.Option("--records", help="Score these records (JSONL, any tool's) instead."),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the results as JSON.")]
SplitOption = Annotated[
    str | None, typer.Option("--split", help="Score this split only: dev or test.")
]
GOLDEN, BASELINE = Path("golden"), Path("evals/baseline.json")


@contextmanager
def refusals() -> Iterator[None]:
    """Turn what the house refuses into one line on standard error and exit code 2."""
    from extractor.errors import ImrError

    try:
        yield
    except ImrError as error:
        typer.echo(f"imr-eval: {error}", err=True)
        raise typer.Exit(USAGE) from None
