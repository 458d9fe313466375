"""Files named one by one, in folders and behind patterns."""

import glob
import os
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path

from extractor.findings import Code
from extractor.source.kinds import Input, unusable, written

LETTERS = (".txt", ".pdf")
_HERE = f"{os.curdir}{os.sep}"


def files(given: str, *, listed: bool = False) -> Iterator[Input]:
    """Yield the files that one path stands for; at least one input.

    Args:
        given: A file, a folder or a pattern.
        listed: Whether it stands in a list, where a file's id is its path as written there.
    """
    path = Path(given)
    if given and _is(path.is_dir):
        yield from some(_below(path, path), given, "The folder holds no letters.")
    elif given and _is(path.exists):
        name = path.as_posix() if listed else path.name
        yield Input(written(name), str(path))
    elif glob.has_magic(given):
        yield from some(_matching(given), given, "Nothing matches the pattern.")
    else:
        yield missing(given, path.name or given, "There is no such file or folder.")


def is_there(given: str) -> bool:
    """Say whether a path names anything: a file, a folder, or as a pattern something at all."""
    path = Path(given)
    if given and _is(path.exists):
        return True
    if not glob.has_magic(given):
        return False
    root, wild = _parts(given)
    return next(_matches(root, wild), None) is not None


def _is(asked: Callable[[], bool]) -> bool:
    """Ask the file system; what it refuses to answer is no."""
    try:
        return asked()
    except (OSError, ValueError):
        return False


def some(found: Iterator[Input], given: str, message: str) -> Iterator[Input]:
    """Yield what was *found*, or that it was nothing."""
    first = next(found, None)
    yield missing(given, given, message) if first is None else first
    yield from found


def _below(folder: Path, root: Path) -> Iterator[Input]:
    """Yield the letters in *folder*, at any depth, in the order of their paths' parts."""
    pending: list[str | os.DirEntry[str]] = [str(folder)]
    above = os.path.join(root, "")  # noqa: PTH118 - a Path for each letter takes far longer
    while pending:
        entry = pending.pop()
        if isinstance(entry, str) or entry.is_dir(follow_symlinks=False):
            try:
                pending += _visible(entry)
            except OSError:
                refused = Path(entry)
                name = refused.relative_to(root).as_posix()
                yield missing(str(refused), name, "The folder cannot be read.")
        elif entry.name.lower().endswith(LETTERS) and not entry.is_dir():
            path = entry.path.removeprefix(_HERE)
            name = path.removeprefix(above).replace(os.sep, "/")
            yield Input(written(name), path)


def _visible(folder: str | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    """Return what stands in *folder*, the last name first."""
    with os.scandir(folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(shown, key=lambda entry: entry.name, reverse=True)


def _matching(pattern: str) -> Iterator[Input]:
    """Yield what matches *pattern*: files whatever their suffix, folders as ``_below`` does."""
    root, wild = _parts(pattern)
    seen: set[str] = set()
    for path in sorted(_matches(root, wild)):
        for each in _below(path, root) if path.is_dir() else [_input(path, root)]:
            if each.id not in seen:
                seen.add(each.id)
                yield each


def _parts(pattern: str) -> tuple[Path, tuple[str, ...]]:
    """Return a pattern's last folder without wildcards, and the parts below it."""
    parts = Path(pattern).parts
    fixed = list(takewhile(lambda part: not glob.has_magic(part), parts))
    return Path(*fixed), parts[len(fixed) :]


def _matches(root: Path, wild: tuple[str, ...]) -> Iterator[Path]:
    """Yield the paths below *root* that match; hidden ones only where the pattern names them."""
    hidden = any(part.startswith(".") for part in wild)
    # A last "**" is the folder before it: Python's versions differ on whether it matches files.
    wild = wild[:-1] if wild[-1] == "**" else wild
    try:
        for path in root.glob("/".join(wild)) if wild else [root]:
            if hidden or not any(part.startswith(".") for part in path.relative_to(root).parts):
                yield path
    except (OSError, ValueError):  # a pattern that pathlib refuses matches nothing
        return


def _input(path: Path, root: Path) -> Input:
    return Input(written(path.relative_to(root).as_posix()), str(path))


def missing(given: str, name: str, message: str) -> Input:
    """Return an input that is not there."""
    return unusable(name, given, Code.MISSING_PATH, message)
