"""``imr batch``: letters read by a model in batches that take up to a day and cost less."""

import json
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from extractor.cli import output
from extractor.cli.options import (
    MEGABYTES_20,
    BaseUrlOption,
    EncodingOption,
    LayoutsOption,
    MaxBytesOption,
    MaxPagesOption,
    ModelOption,
    PromptOption,
    check_encoding,
    refusal,
    refusals,
)

if TYPE_CHECKING:
    from extractor.propose.llm.batch import State
    from extractor.run import Done

INCOMPLETE = 1
RUNNING = 3
_NO_REPLY = frozenset(
    {
        "refused",
        "truncated_reply",
        "content_filtered",
        "prompt_truncated",
        "endpoint_failed",
        "source_mismatch",
    }
)

app = typer.Typer(
    no_args_is_help=True,
    help="Have a model read letters in batches: within a day, and at OpenAI for half the price.",
)


class Mode(StrEnum):
    """How a model is held to the schema of its reply."""

    JSON_SCHEMA = "json_schema"
    TOOLS = "tools"


JobOption = Annotated[
    Path,
    typer.Option(
        metavar="DIR", help="The job's folder, for you alone: it holds the letters' text, no key."
    ),
]


@app.command()
def submit(  # noqa: PLR0913, PLR0917 - one parameter per option
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Letters, folders, globs; files only.")
    ],
    job: JobOption,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    prompt: PromptOption = None,
    mode: Annotated[
        Mode, typer.Option(help="How a model is held to the reply's schema.")
    ] = Mode.JSON_SCHEMA,
    max_output_tokens: Annotated[
        int, typer.Option(min=1, metavar="N", help="The longest reply.")
    ] = 4096,
    encoding: EncodingOption = None,
    max_bytes: MaxBytesOption = MEGABYTES_20,
    max_pages: MaxPagesOption = 500,
) -> None:
    """Submit letters to the endpoint's Files and Batches API; letters of one text are sent once.

    The same command goes on where a killed one stopped, and submits nothing twice.
    """
    check_encoding(encoding)
    with refusals():
        from extractor import batch
        from extractor.source import Limits

        asked = batch.Submission(
            model,
            base_url,
            prompt,
            mode.value,
            max_output_tokens,
            encoding,
            Limits(max_bytes, max_pages),
        )
        made = batch.submit(paths, asked, job)
    requests = sum(len(part.asked) for part in made.parts)
    output.write_line(
        f"{len(made.inputs)} letters, {requests} requests, {len(made.parts)} batches: "
        f"see `imr batch status --job {output.plain(job)}`."
    )


@app.command()
def status(job: JobOption) -> None:
    """Say how far a job's batches are.

    Exit code 3: a batch is not done; 0: all are, also those that failed or expired.
    """
    with refusals():
        from extractor import batch

        states = batch.states(job)
    for line in _counted(states):
        output.write_line(line)
    if any(state.running for state in states):
        raise typer.Exit(RUNNING)


@app.command()
def collect(  # noqa: PLR0913, PLR0917 - one parameter per option
    job: JobOption,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="FILE.jsonl, .csv, .parquet or .db, as of imr extract."),
    ] = None,
    repairs: Annotated[
        int, typer.Option(min=0, metavar="N", help="Send refused parts back so often, live.")
    ] = 0,
    partial: Annotated[
        bool, typer.Option("--partial", help="Take what is there while a batch runs.")
    ] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Submit again what has no reply that counts.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an output that was made otherwise.")
    ] = False,
    layouts: LayoutsOption = None,
) -> None:
    """Make records of a job's replies, one for each letter, in input order; or ask again.

    Replies are held to the letter as those that come at once. Letters without one are listed.

    Costs are not in the records: what a batch costs is the endpoint's to say.

    Exit code 1: a letter has no reply, or gives no text; 3: a batch is not done.
    """
    if retry == (out is not None):
        raise refusal("Give either --out FILE, for records, or --retry, to ask again.")
    from extractor.errors import BatchRunning

    with refusals():
        try:
            missing = (
                _retried(job)
                if out is None
                else _collected(job, out, repairs, layouts, partial=partial, overwrite=overwrite)
            )
        except BatchRunning as error:
            output.say(str(error))
            raise typer.Exit(RUNNING) from None
    if missing:
        raise typer.Exit(INCOMPLETE)


def _retried(job: Path) -> bool:
    from extractor import batch

    count = batch.retry(job)
    output.write_line(f"{count} requests were submitted again." if count else "Nothing is missing.")
    return False


def _collected(  # noqa: PLR0913 - as the command
    job: Path, out: Path, repairs: int, layouts: Path | None, *, partial: bool, overwrite: bool
) -> bool:
    """Write the records, list the letters without a reply, and say whether there are any."""
    from extractor import batch

    missing: list[str] = []

    def watch(done: "Done") -> None:
        if codes := sorted(_NO_REPLY.intersection(done.codes)):
            missing.append(f"{json.loads(done.line)['document']['id']}: {', '.join(codes)}")

    came_to = batch.collect(
        job,
        out,
        repairs=repairs,
        layouts=layouts,
        partial=partial,
        overwrite=overwrite,
        watch=watch,
    )
    for each in missing:
        output.say(each)
    lacking = bool(_NO_REPLY.intersection(came_to.findings))
    if lacking:
        output.say("Letters without a reply are in review; --retry asks for them again.")
    return lacking or came_to.failed > 0


def _counted(states: "list[State]") -> list[str]:
    """Return a line for each state that a batch is in."""
    batches = Counter(state.status for state in states)
    lines = []
    for name, count in batches.items():
        these = [state for state in states if state.status == name]
        total, completed, failed = (
            sum(getattr(state, part) for state in these)
            for part in ("total", "completed", "failed")
        )
        codes = sorted({code for state in these for code in state.codes})
        why = f" ({', '.join(map(output.plain, codes))})" if codes else ""
        lines.append(
            f"{name}: {count} batches, {total} requests, {completed} done, {failed} failed{why}"
        )
    return lines
