"""Records into files: JSONL, CSV, Parquet, SQLite.

The format follows from the file's name: ``letters.csv`` holds a row per disputed item,
``letters.citations.csv`` one per citation, and Parquet likewise. A run that writes the first writes
the second beside it. A file appears under its name whole or not at all.
"""

import contextlib
import errno
import importlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from extractor.errors import OutputError
from extractor.record import Record

Write = Callable[[Iterable[Record], Path], None]

FORMATS = {
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
    ".db": "sqlite",
    ".sqlite": "sqlite",
}
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
MAKE_ROOM = "make room and do the same again; a run goes on where it stopped"
CITATIONS = ".citations"
_WITH_CITATIONS = frozenset({"csv", "parquet"})


def writer_for(path: Path) -> Write:
    """Return what writes records in the format that the suffix of *path* names.

    Its libraries are imported here, so that a missing one is known before any work.

    >>> writer_for(Path("letters.csv")).__module__
    'extractor.write.csv'

    Returns:
        A function of the records, read once and in order, and the file to make of them.

    Raises:
        OutputError: No format has this suffix, or a library of the format is not installed.
    """
    name = FORMATS.get(path.suffix.lower())
    if name is None:
        message = f"{path.name}: the name must end in one of {', '.join(FORMATS)}."
        raise OutputError(message)
    try:
        module = importlib.import_module(f"extractor.write.{name}")
    except ImportError as error:
        message = f"{path.name}: {_missing(name)}."
        raise OutputError(message) from error
    if name == "sqlite":
        module.require_search()
    write: Write = module.write_citations if _of_citations(path) else module.write
    return write


def outputs_of(out: Path) -> tuple[Path, ...]:
    """Return the files that a run with the output *out* writes, in the order they appear.

    Where the rows of *out* are disputed items, those of the citations stand beside it.

    >>> [path.name for path in outputs_of(Path("letters.csv"))]
    ['letters.citations.csv', 'letters.csv']
    >>> [path.name for path in outputs_of(Path("letters.db"))]
    ['letters.db']
    """
    if FORMATS.get(out.suffix.lower()) not in _WITH_CITATIONS or _of_citations(out):
        return (out,)
    return out.with_suffix(f"{CITATIONS}{out.suffix}"), out


def _of_citations(path: Path) -> bool:
    """Say whether a file of this name holds a row per citation.

    >>> [_of_citations(Path(name)) for name in ("a.citations.csv", "citations.csv", "a.csv")]
    [True, False, False]
    """
    *_, inner, outer = ("", "", *(suffix.lower() for suffix in path.suffixes))
    return inner == CITATIONS and FORMATS.get(outer) in _WITH_CITATIONS


def write_records(records: Iterable[Record], out: Path, *, overwrite: bool = False) -> None:
    """Write *records* to *out* alone, in the format that its suffix names.

    Args:
        records: Read once, in order; need not fit into memory.
        out: Appears when it is whole.
        overwrite: Whether a file that stands there may be replaced.

    Raises:
        OutputError: The file cannot be written, or stands there already.
    """
    write = writer_for(out)
    if out.exists() and not overwrite:
        message = f"{out.name} stands there already: name another output, or add --overwrite."
        raise OutputError(message)
    staged = out.with_name(f".{out.name}.part")
    with refusing(out):
        staged.unlink(missing_ok=True)
        try:
            write(records, staged)
            staged.replace(out)
        finally:
            staged.unlink(missing_ok=True)


@contextlib.contextmanager
def refusing(out: Path) -> Iterator[None]:
    """Turn an ``OSError`` of the block into an ``OutputError`` that names *out*."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            message = f"{out} cannot be written, the disk is full: {MAKE_ROOM}."
        else:
            message = f"{out} cannot be written: {error.strerror or error}."
        raise OutputError(message) from error


def _missing(name: str) -> str:
    """Return what to do where a format's library cannot be imported."""
    if name == "parquet":
        return "Parquet needs pyarrow: pip install 'imr-extractor[parquet]'"
    return f"this Python cannot write {name}"
