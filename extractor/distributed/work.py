"""What a worker does: a shard's letters into its file. Nothing is raised: Ray would print it."""

import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from extractor.distributed.plan import Letter
from extractor.errors import ImrError, OutputError, SettingsError
from extractor.pipeline import Extractor
from extractor.run.content import Content
from extractor.run.crew import apart, in_order
from extractor.run.known import renamed
from extractor.run.made import program
from extractor.run.making import Copy, Done, Given, confirmed, done
from extractor.run.shards import Manifest, Row, write_shard
from extractor.source import Input


class Job(NamedTuple):
    """What all shards have in common.

    Attributes:
        extract: What makes the records.
        folder: The folder that relative paths start from.
    """

    extract: Extractor
    folder: str


class Task(NamedTuple):
    """One shard to be made.

    Attributes:
        file: Where.
        letters: Of what, in the inputs' order.
        manifest: What it says of itself.
        careful: Whether its letters are read in a process apart, because workers died of it.
    """

    file: str
    letters: tuple[Letter, ...]
    manifest: Manifest
    careful: bool = False


class Refusal(NamedTuple):
    """Why a shard cannot be made by any worker: an error for the one who gave the command."""

    kind: type[ImrError]
    message: str


def make(job: Job, task: Task) -> Refusal | None:
    """Make a shard; return why not, where no letter is to blame for it."""
    try:
        os.chdir(job.folder)
        if _program() != task.manifest.made_of.version:
            message = "A worker has another imr-extractor: install the same one on every machine."
            return Refusal(ImrError, message)
        write_shard(Path(task.file), _rows(job.extract, task), task.manifest)
    except SettingsError as error:
        return Refusal(SettingsError, str(error))
    except ImrError as error:
        return Refusal(ImrError, str(error))
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = (
            f"A worker cannot write {Path(task.file).name} or go to {job.folder}: {why}. "
            "All machines must have both under the same path."
        )
        return Refusal(OutputError, message)
    return None


@lru_cache(maxsize=1)
def _program() -> str:
    return program()


def _rows(extract: Extractor, task: Task) -> Iterator[Row]:
    """Yield the rows of a shard, in the inputs' order."""
    letters = task.letters
    shared = {letter.content for letter in letters if letter.duplicate}
    lines: dict[Content, bytes] = {}
    given: list[Given] = [
        Copy(letter.given, letter.content) if letter.duplicate else letter.given
        for letter in letters
    ]
    came = apart(given, extract) if task.careful else in_order(given, extract, 1)
    for letter, each in zip(letters, came, strict=True):
        name, content = letter.given.id, letter.content
        if isinstance(each, Copy):
            made = renamed(lines[content], each) if content and content in lines else None
            own = made or _anew(extract, letter.given, careful=task.careful)
            yield Row(letter.position, name, own, duplicate=True, shared=made is not None)
            continue
        if content and content in shared and confirmed(each, content):
            lines[content] = f"{each.line}\n".encode()
        yield Row(letter.position, name, each)


def _anew(extract: Extractor, given: Input, *, careful: bool) -> Done:
    """Return the record of a letter that turned out to be no duplicate."""
    if careful:
        (came,) = apart([given], extract)
        assert isinstance(came, Done), "no copy was given"
        return came
    return done(extract, given)
