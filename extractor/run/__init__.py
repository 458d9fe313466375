"""Many letters: in input order, on several processes, resumable, counted.

A letter never ends a run. One on which the extractor itself fails, or that takes its process down
with it, becomes a ``failed`` record like one that cannot be read.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from extractor.record import Record
from extractor.run.crew import each
from extractor.run.made import made_of
from extractor.run.making import Done, Extracts, corrections_of, extracted
from extractor.run.named import Named, Shard
from extractor.run.summary import Summary, Tally, Threshold
from extractor.run.work import Work
from extractor.source import Input
from extractor.write.journal import Journal, Revision

__all__ = [
    "Done",
    "Extracts",
    "Named",
    "Revision",
    "Shard",
    "Summary",
    "Threshold",
    "extract_inputs",
    "run",
]


def extract_inputs(
    inputs: Iterable[Input], extract: Extracts, *, jobs: int = 1
) -> Iterator[Record]:
    """Yield the record of each input, in input order; no more than a few dozen are held.

    Args:
        inputs: What to read; taken as it is needed.
        extract: What makes records of it; sent once to each process.
        jobs: How many processes extract; 1 is this process. A script that asks for more must keep
            its own work under ``if __name__ == "__main__":``.

    Raises:
        ImrError: The processes cannot start.
    """
    if jobs == 1:
        return (extracted(extract, given) for given in inputs)
    return (Record.from_json(done.line) for done in each(inputs, extract, jobs))


def run(  # noqa: PLR0913 - each is an option of its own
    inputs: Iterable[Input],
    extract: Extracts,
    out: Path | None = None,
    *,
    jobs: int = 1,
    overwrite: bool = False,
    revision: Revision | None = None,
    sink: Callable[[str], object] = print,
    watch: Callable[[Done], object] | None = None,
) -> Summary:
    """Extract *inputs*, write one record each in input order, and say what it came to.

    With *out*, a run that was killed is resumed by the same call, and one that is finished is not
    done again: its summary is returned. ``extractor.write.journal`` says how. Standard input cannot
    be known again, so a run that reads it is never resumed. Of several letters with the same
    bytes, in files and in local archives, or with the same text in local tables, one is extracted,
    and its record listed under the name of each.

    Args:
        inputs: What to read; with *out* they are all named before any is read. ``Named`` inputs
            may be a shard of them.
        extract: What makes records of them.
        out: The output; its suffix names the format.
        jobs: How many processes extract; 1 is this process.
        overwrite: Whether an output made otherwise may be replaced.
        revision: Whether the records of the output that stands there are kept, and which of them.
        sink: Takes each record as a line of JSON, without a newline, where there is no *out*.
        watch: Is told of each letter that is done, in input order, resumed ones too.

    Raises:
        OutputError: *out* cannot be written or was made otherwise (known before any work), or there
            is no room (what was done is kept for the next run).
        ImrError: The processes cannot start.
    """
    tally = Tally(watch, corrections_of(extract))
    if out is None:
        for done in each(inputs, extract, jobs):
            sink(done.line)
            tally.add(done)
        return tally.summary(None)
    named = inputs if isinstance(inputs, Named) else Named(inputs)
    made = made_of(named, extract.configuration)
    with Journal(out, made, overwrite=overwrite, revision=revision, updatable=True) as journal:
        if journal.finished is not None:
            return tally.repeated(journal.finished)
        with Work(journal, named, extract, tally, revision) as work:
            work.resume()
            work.go_on(jobs)
        summary = tally.summary(out, part=named.shard is not None)
        journal.publish(summary.model_dump(), named.positions() if named.shard else None)
    return summary
