"""Which letters the given paths name."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from extractor.findings import Code, Finding
from extractor.source import lines, lists, local, remote, rows, tars, zips
from extractor.source.kinds import DEFAULT_LIMITS, STDIN, Container, Input, Limits, StrPath
from extractor.source.members import whole
from extractor.source.opening import BROKEN, Bomb, is_address, kind_of, stamp_of


def find(
    paths: StrPath | Iterable[StrPath] = (),
    *,
    files_from: StrPath | None = None,
    id_key: str = "id",
    text_key: str = "text",
    limits: Limits = DEFAULT_LIMITS,
) -> Iterator[Input]:
    """Yield the inputs that *paths* name, in their order; within folders and globs sorted.

    A folder stands for its ``*.txt`` and ``*.pdf`` files, whatever the suffixes' case, at any
    depth; hidden ones are left out and links to folders not followed. An ``id`` is the path
    relative to the folder, or to a glob's last folder without wildcards; a file's own is its name.
    ``-`` is standard input. Addresses (``s3://…``) are files and folders too.

    A file that holds many letters stands for them, where it is named or matched:

    - ``.zip``, ``.tar`` and packed tars: the members that would be letters in a folder, in the
      archive's order; ``id`` is ``archive.zip/inner/path.txt``. A member that is refused has the id
      ``archive.zip#number`` and says why, and so has, under its own name, a whole archive.
    - ``.jsonl`` and ``.ndjson``, packed or not: each line's object; ``.parquet``: each row. ``id``
      is the one given there.

    Every path yields something: ``missing_path`` where it names nothing. The second of two inputs
    with one id is yielded with ``duplicate_id``; one that is named again under the same id is not.

    Args:
        paths: Files, folders, globs, addresses.
        files_from: A list of more of them, one a line or NUL-separated; ``-`` is standard input.
            The id of a file that it lists is the path as written there.
        id_key: The key, or the column, of an id in JSON lines and Parquet.
        text_key: The key, or the column, of a text in them.
        limits: A line of JSON that can only be beyond them is not held.

    Raises:
        ImrError: The list cannot be read, or a library that an input needs is not installed.
    """
    keys = Container("", "jsonl", "", id_key, text_key)
    given = [paths] if isinstance(paths, str | os.PathLike) else paths
    named = chain.from_iterable(_expand(os.fspath(path)) for path in given)
    more = lists.listed(files_from) if files_from is not None else ()
    listed = chain.from_iterable(_expand(path, listed=True) for path in more)
    taken: dict[str, int | None] = {}
    for file in chain(named, listed):
        for each in _letters(file, keys, limits):
            where = _where(each)
            if each.error is not None or each.id not in taken:
                yield each
            elif where is None or taken[each.id] != where:
                yield replace(each, error=_duplicate())
            taken.setdefault(each.id, where)


def _where(given: Input) -> int | None:
    """Return by what an input's place is told from others; None of what is never the same twice."""
    if given.path is None or given.error is not None:
        return None
    file = given.path if is_address(given.path) else os.path.abspath(given.path)  # noqa: PTH100
    return hash((file, given.place and given.place.at))


def _duplicate() -> Finding:
    message = "Another input has this id; name the folder above both, so that their ids differ."
    return Finding.of(Code.DUPLICATE_ID, message)


def _expand(given: str, *, listed: bool = False) -> Iterator[Input]:
    """Yield the files that one path stands for; at least one."""
    if given == STDIN:
        yield Input(STDIN, None)
    elif is_address(given):
        yield from remote.files(given)
    else:
        yield from local.files(given, listed=listed)


def _letters(file: Input, keys: Container, limits: Limits) -> Iterator[Input]:
    """Yield the letters in *file*, or itself where it is one."""
    kind = kind_of((file.path or "").partition("::")[0])
    if kind is None or file.path is None or file.error is not None:
        yield file
        return
    container = replace(keys, path=file.path, kind=kind)
    try:
        container = replace(container, stamp=stamp_of(file.path))
        yield from local.some(_within(container, file.id, limits), file.path, "It is empty.")
    except Bomb:
        message = "The file unpacks to far more than letters do: a bomb; the rest is not read."
        yield whole(container, file.id, message, Code.TOO_LARGE)
    except BROKEN:
        message = (
            "The file cannot be read, or not to its end: it is damaged or not what it is named."
        )
        yield whole(container, file.id, message)


def _within(container: Container, name: str, limits: Limits) -> Iterator[Input]:
    """Return the letters of a container whose own id is *name*."""
    if container.kind == "jsonl":
        return lines.letters(container, name, limits)
    room = {"zip": zips, "tar": tars, "parquet": rows}[container.kind]
    found: Iterator[Input] = room.letters(container, name)
    return found
