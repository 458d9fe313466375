"""``imr extract``: letters in, records out."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from extractor.cli import output
from extractor.cli.engine import Engine, check_engine, distributed
from extractor.cli.options import (
    MEGABYTES_20,
    MODEL,
    BaseUrlOption,
    EncodingOption,
    LayoutsOption,
    MaxBytesOption,
    MaxPagesOption,
    Mode,
    ModelOption,
    ModeOption,
    PromptOption,
    Proposer,
    extractor_of,
    interruptible,
    refusal,
    refusals,
)
from extractor.cli.revising import Retry, check_corrections, revision_of, shard_of, tell


def extract(  # noqa: PLR0913, PLR0917 - one parameter per option
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Letters, folders, globs, .zip, .tar.gz, .jsonl, .parquet, addresses; "
            "- is standard input.",
        ),
    ] = None,
    files_from: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help="A list of more of them, one a line or NUL-separated."
        ),
    ] = None,
    id_key: Annotated[
        str, typer.Option(metavar="NAME", help="An id's key in JSON lines, or column in Parquet.")
    ] = "id",
    text_key: Annotated[str, typer.Option(metavar="NAME", help="A text's key or column.")] = "text",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="FILE.jsonl, .csv, .parquet or .db; else JSONL here. "
            "Beside .csv and .parquet FILE.citations.* has a row per citation.",
        ),
    ] = None,
    engine: Annotated[
        Engine,
        typer.Option(
            help="What extracts: processes here, or the workers of a Ray cluster; "
            "ray writes a folder of Parquet shards, --out DIR, for `imr merge`."
        ),
    ] = Engine.LOCAL,
    ray_address: Annotated[
        str | None,
        typer.Option(
            envvar="RAY_ADDRESS",
            metavar="HOST:PORT",
            help="A Ray cluster that is there; else one is started here.",
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, metavar="N", help="Processes that extract.")] = 1,
    max_failed: Annotated[
        str, typer.Option(metavar="N|P%", help="Exit 1 when more letters fail.")
    ] = "0",
    max_review: Annotated[
        str, typer.Option(metavar="N|P%", help="Exit 1 when more letters need a person.")
    ] = "100%",
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what the run came to, as JSON.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an output that was made otherwise.")
    ] = False,
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help="Keep the records of unchanged letters; add, redo and drop the others. "
            "Of tables it also keeps the records, hidden beside them.",
        ),
    ] = False,
    retry: Annotated[
        Retry | None,
        typer.Option(help="Take only these letters of a finished output anew; the rest stays."),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(metavar="I/N", help="Only this part of the letters; see `imr merge`."),
    ] = None,
    corrections: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False,
            metavar="FILE",
            help="What people corrected (`imr review --serve`): applied to every record.",
        ),
    ] = None,
    layouts: LayoutsOption = None,
    encoding: EncodingOption = None,
    max_bytes: MaxBytesOption = MEGABYTES_20,
    max_pages: MaxPagesOption = 500,
    proposer: Annotated[
        Proposer,
        typer.Option(
            help="Who proposes: the offline rules, a model, or both.", rich_help_panel=MODEL
        ),
    ] = Proposer.RULES,
    model: ModelOption = None,
    base_url: BaseUrlOption = None,
    prompt: PromptOption = None,
    mode: ModeOption = Mode.AUTO,
    repairs: Annotated[
        int,
        typer.Option(
            min=0, metavar="N", help="Send refused parts back so often.", rich_help_panel=MODEL
        ),
    ] = 2,
    concurrency: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="Calls to a model under way at once.", rich_help_panel=MODEL
        ),
    ] = 16,
    max_output_tokens: Annotated[
        int,
        typer.Option(
            min=1, metavar="N", help="The longest reply of a model.", rich_help_panel=MODEL
        ),
    ] = 4096,
    no_cache: Annotated[
        bool,
        typer.Option(
            "--no-cache", help="Neither look replies up nor keep them.", rich_help_panel=MODEL
        ),
    ] = False,
    cache_only: Annotated[
        bool,
        typer.Option(
            "--cache-only",
            help="Ask nothing but the cache; no key is needed.",
            rich_help_panel=MODEL,
        ),
    ] = False,
    max_cost: Annotated[
        float | None,
        typer.Option(min=0, metavar="USD", help="Spend no more on a model.", rich_help_panel=MODEL),
    ] = None,
    max_run_tokens: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Use no more tokens of a model.", rich_help_panel=MODEL
        ),
    ] = None,
    prices: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="FILE",
            help="Prices of your own.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    estimate: Annotated[
        bool,
        typer.Option(
            "--estimate",
            help="Print what a model would cost; ask and write nothing.",
            rich_help_panel=MODEL,
        ),
    ] = False,
    trace: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep requests and replies here.", rich_help_panel=MODEL),
    ] = None,
) -> None:
    """Extract letters into records, one for each input, in input order.

    The same command goes on where a killed run stopped.

    Exit code 1: more letters failed, or need a person, than allowed; or a model never replied.
    """
    from extractor.cli.allowed import hold, hold_model, threshold
    from extractor.cli.progress import watching
    from extractor.propose.llm.options import ModelOptions
    from extractor.run import Named, run
    from extractor.source import check_keys, check_paths, find
    from extractor.write import outputs_of

    if not paths and files_from is None:
        raise refusal("No letters are named: give paths, or a list of them with --from FILE.")
    on_ray = engine is Engine.RAY
    if on_ray:
        check_engine(out, {"--update": update, "--retry": retry, "--jobs": jobs > 1})
    revision = revision_of(out, retry, update=update)
    part = shard_of(out, shard, into_folder=on_ray)
    limits = {
        "failed": threshold("--max-failed", max_failed),
        "review": threshold("--max-review", max_review),
    }
    asking = ModelOptions(
        mode=mode.value,
        repairs=repairs,
        concurrency=concurrency,
        max_output_tokens=max_output_tokens,
        no_cache=no_cache,
        cache_only=cache_only,
        max_cost=max_cost,
        max_run_tokens=max_run_tokens,
        prices=prices,
        trace=trace,
    )
    with refusals(), interruptible(out):
        extractor = replace(
            extractor_of(layouts, encoding, max_bytes, max_pages),
            proposer=proposer.value,
            model=model,
            base_url=base_url,
            prompt=prompt,
            options=asking,
            corrections=corrections,
        )
        check_corrections(extractor)
        check_paths(paths or ())
        check_keys(paths or (), id_key, text_key, extractor.limits)
        if summary is not None:
            output.check_place(summary, others=outputs_of(out) if out else ())
        found = find(
            paths or (),
            files_from=files_from,
            id_key=id_key,
            text_key=text_key,
            limits=extractor.limits,
        )
        if estimate:
            from extractor.cli.estimate import show as show_estimate

            show_estimate(extractor, list(found))
            return
        inputs = found if out is None else Named(found, part)
        total = len(inputs) if isinstance(inputs, Named) else None
        with extractor, watching(total, beside_records=out is None) as watch:
            if on_ray and out is not None:
                came_to = distributed(inputs, extractor, out, ray_address, watch, overwrite)
            else:
                came_to = run(
                    inputs,
                    extractor,
                    out,
                    jobs=jobs,
                    overwrite=overwrite,
                    revision=revision,
                    sink=output.write_line,
                    watch=watch,
                )
        if summary is not None:
            output.write_file(summary, came_to.model_dump_json(indent=2) + "\n")
    tell(came_to)
    hold(came_to, limits)
    hold_model(came_to)
