"""Paths as a person types them: refused before any letter is named, where they can only be wrong.

A list or a folder is made by a program and may name what is gone by now: ``find`` gives each such
input its row. A mistyped path would make an output of one failed letter, and stand in the way of
the right one.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from extractor.errors import InputError
from extractor.findings import Code
from extractor.source import lines, local, rows
from extractor.source.kinds import DEFAULT_LIMITS, STDIN, Container, Limits, StrPath
from extractor.source.opening import BROKEN, is_address, kind_of


def check_paths(paths: Iterable[StrPath]) -> None:
    """Make sure that each of *paths* names something; addresses are not asked for.

    Raises:
        InputError: One is no file or folder, and as a pattern matches nothing: ``missing_path``.
    """
    for path in [os.fspath(path) for path in paths]:
        if path != STDIN and not is_address(path) and not local.is_there(path):
            message = f"There is no file or folder {path}: give the path of what is there."
            raise InputError(Code.MISSING_PATH, message)


def check_keys(
    paths: Iterable[StrPath], id_key: str, text_key: str, limits: Limits = DEFAULT_LIMITS
) -> None:
    """Make sure that letters in JSON lines and Parquet have the named keys, or columns.

    Of *paths* those are looked at that are such files, on this machine; of JSON lines the first
    object says it for all.

    Raises:
        InputError: One of them has no such key: ``not_text``.
        ImrError: pyarrow is not installed.
    """
    for path in [os.fspath(path) for path in paths]:
        kind = kind_of(path)
        if kind not in {"jsonl", "parquet"} or is_address(path) or not Path(path).is_file():
            continue
        lacking = _lacking(Container(path, kind, "", id_key, text_key), limits)
        if lacking is not None:
            where = "The first line" if kind == "jsonl" else "The table"
            message = f"{where} of {path} has no {lacking!r}: --id-key and --text-key name others."
            raise InputError(Code.NOT_TEXT, message)


def _lacking(container: Container, limits: Limits) -> str | None:
    """Return the key that is not there; None where both are, or the file is damaged."""
    try:
        if container.kind == "parquet":
            return rows.lacking(container)
        return lines.lacking(container, limits)
    except BROKEN:
        return None
