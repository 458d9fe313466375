"""Lists of paths: one on each line, or each ended by a NUL."""

import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO

from extractor.errors import ImrError
from extractor.source.kinds import STDIN, StrPath

_PIECE = 64 * 1024  # bytes; longer than any path


def listed(file: StrPath) -> Iterator[str]:
    """Yield the paths that *file* lists, a few at a time; ``-`` is standard input.

    Where a NUL stands among the first bytes, NULs end the paths (``find -print0``), else newlines.
    Empty lines are left out.

    Raises:
        ImrError: The file cannot be read, or is no list of paths.
    """
    try:
        with _opened(file) as opened:
            yield from _paths(opened, os.fspath(file))
    except OSError as error:
        message = f"{file} cannot be read: {error.strerror or error}."
        raise ImrError(message) from error


def _opened(file: StrPath) -> "IO[bytes] | nullcontext[IO[bytes]]":
    if os.fspath(file) == STDIN:
        return nullcontext(sys.stdin.buffer)
    return Path(file).open("rb")


def _paths(opened: IO[bytes], name: str) -> Iterator[str]:
    rest = opened.read(_PIECE)
    end = b"\0" if b"\0" in rest else b"\n"
    while rest:
        piece = opened.read(_PIECE)
        *whole, rest = (rest + piece).split(end)
        if not piece:
            whole, rest = [*whole, rest], b""
        if len(rest) > _PIECE:
            message = f"{name} is no list of paths, one on each line."
            raise ImrError(message)
        for each in whole:
            path = each.rstrip(b"\r") if end == b"\n" else each
            if path.strip():
                yield os.fsdecode(path)
