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
    paths: Iterable[str | Path] = (),
    *,
    jobs: int = 1,
    files_from: str | Path | None = None,
    id_key: str = "id",
    text_key: str = "text",
    **options: Unpack[Options],
) -> Iterator[Record]:
    """Extract the letters at *paths* and yield their records in input order, as they are made.

    Args:
        paths: As the command line takes them: files, folders, which yield their ``*.txt`` and
            ``*.pdf``, globs, archives, JSON lines, Parquet, addresses.
        jobs: How many processes extract; the order does not depend on it.
        files_from: A list of more paths, one a line or NUL-separated.
        id_key: The key, or the column, of an id in JSON lines and Parquet.
        text_key: The key, or the column, of a text in them.
        **options: As ``Extractor`` takes them.
    """
    from extractor.run import extract_inputs  # noqa: PLC0415 - processes are only needed here
    from extractor.source import find  # noqa: PLC0415

    with Extractor(**options) as extractor:
        inputs = find(
            paths, files_from=files_from, id_key=id_key, text_key=text_key, limits=extractor.limits
        )
        yield from extract_inputs(inputs, extractor, jobs=jobs)
