"""The Python API: one letter, or many."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypedDict, Unpack

from extractor.pipeline import Extractor
from extractor.propose.llm.options import ModelOptions
from extractor.record import Record
from extractor.source import Limits


class Options(TypedDict, total=False):
    """How letters are extracted; as ``Extractor`` explains."""

    proposer: str
    layouts: Path | None
    encoding: str | None
    limits: Limits
    model: str | None
    base_url: str | None
    prompt: Path | None
    repeat: int
    options: ModelOptions


def extract(
    path: str | Path | None = None, *, text: str | None = None, **options: Unpack[Options]
) -> Record:
    """Extract one letter and return its record.

    Args:
        path: A text file or a PDF.
        text: The letter itself, instead of a path; offsets then count this text.
        **options: As ``Extractor`` takes them: ``proposer``, ``model``, ``layouts``, ….

    Returns:
        The record; ``failed`` with its reason among the findings where the input gives no text.
    """
    with Extractor(**options) as extractor:
        return extractor.extract(path, text=text)


def extract_many(
    paths: Iterable[str | Path],
    *,
    jobs: int = 1,
    **options: Unpack[Options],
) -> Iterator[Record]:
    """Extract the letters at *paths* (files, folders, globs) and yield records in input order.

    Args:
        paths: As the command line takes them; a folder yields its ``*.txt`` and ``*.pdf``.
        jobs: How many processes extract; the order does not depend on it.
        **options: As ``Extractor`` takes them.
    """
    from extractor.run import extract_inputs  # noqa: PLC0415 - processes are only needed here
    from extractor.source import find  # noqa: PLC0415

    with Extractor(**options) as extractor:
        yield from extract_inputs(list(find(paths)), extractor, jobs=jobs)
