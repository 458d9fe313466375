"""Many letters: in input order, on several processes, resumable, counted.

A letter never ends a run. One on which the extractor itself fails, or that takes its process down
with it, becomes a ``failed`` record like one that cannot be read.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from extractor.pipeline import version
from extractor.record import Record
from extractor.run.crew import Done, Extracts, each, extracted
from extractor.run.summary import Summary, Tally, Threshold
from extractor.source import Input
from extractor.write.journal import Journal, MadeOf

__all__ = ["Done", "Extracts", "Summary", "Threshold", "extract_inputs", "run"]


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
    sink: Callable[[str], object] = print,
    watch: Callable[[Done], object] | None = None,
) -> Summary:
    """Extract *inputs*, write one record each in input order, and say what it came to.

    With *out*, a run that was killed is resumed by the same call, and one that is finished is not
    done again: its summary is returned. ``extractor.write.journal`` says how. Standard input cannot
    be known again, so a run that reads it is never resumed.

    Args:
        inputs: What to read; with *out* they are all named before any is read.
        extract: What makes records of them.
        out: The output; its suffix names the format.
        jobs: How many processes extract; 1 is this process.
        overwrite: Whether an output made otherwise may be replaced.
        sink: Takes each record as a line of JSON, without a newline, where there is no *out*.
        watch: Is told of each letter that is done, in input order, resumed ones too.

    Raises:
        OutputError: *out* cannot be written or was made otherwise (known before any work), or there
            is no room (what was done is kept for the next run).
        ImrError: The processes cannot start.
    """
    tally = Tally(watch)
    if out is None:
        for done in each(inputs, extract, jobs):
            sink(done.line)
            tally.add(done)
        return tally.summary(None)
    named = list(inputs)
    with Journal(out, _made_of(named, extract), overwrite=overwrite) as journal:
        if journal.finished is not None:
            return tally.repeated(journal.finished)
        for record in journal.recover():
            tally.add(Done.of(record))
        tally.resumed = tally.inputs
        for done in each(named[tally.resumed :], extract, jobs):
            journal.append(done.line)
            tally.add(done)
        summary = tally.summary(out)
        journal.publish(summary.model_dump())
    return summary


def _made_of(inputs: Iterable[Input], extract: Extracts) -> MadeOf:
    """Return what a run over *inputs* is made of."""
    configuration = json.dumps(extract.configuration, sort_keys=True)
    return MadeOf(
        inputs=_digest(map(_identity, inputs)),
        configuration=_digest([configuration]),
        version=f"{version()} {_digest(_code())}",
    )


def _identity(given: Input) -> str:
    """Return by what an input is known again while it is unchanged."""
    if given.path is None:
        return secrets.token_hex()
    try:
        status = Path(given.path).stat()
    except (OSError, ValueError):
        return json.dumps((given.id, given.path))
    return json.dumps((given.id, given.path, status.st_size, status.st_mtime_ns))


def _code() -> Iterator[str]:
    """Yield this program's own files: changed code is another version, whatever its number."""
    house = Path(__file__).parent.parent
    for path in sorted(house.rglob("*")):
        if path.suffix in (".py", ".toml"):
            yield path.relative_to(house).as_posix()
            yield path.read_text("utf-8")


def _digest(texts: Iterable[str]) -> str:
    """Return one SHA-256 over *texts*."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(f"{len(text)}:{text}".encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
