"""Files behind addresses (``s3://``, ``memory://``, ``https://``, …), as fsspec reaches them."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from extractor.source.kinds import Input, written
from extractor.source.local import LETTERS, missing
from extractor.source.opening import UNREACHED, as_os_error, file_system, stamp_from


def files(given: str) -> Iterator[Input]:
    """Yield the files that an address stands for, as ``local.files`` does for a path.

    A folder and a pattern are listed as a whole before the first is yielded.

    Raises:
        ImrError: fsspec, or what it needs for this kind of address, is not installed.
    """
    system, root = file_system(given)
    try:
        with as_os_error():
            found = _found(system, root, given)
    except OSError:
        found = iter([_unreached(given)])
    first = next(found, None)
    yield _unreached(given) if first is None else first
    yield from found


def _found(system: Any, root: str, given: str) -> Iterator[Input]:  # noqa: ANN401 - fsspec's
    """Return the files, sorted."""
    if _is_pattern(root):
        matched: dict[str, Any] = system.glob(root, detail=True)
        fixed = _fixed(root)
        kept = {path: info for path, info in matched.items() if info["type"] == "file"}
        return iter([_input(path, info, fixed, given) for path, info in sorted(kept.items())])
    if system.isfile(root):
        parent = root.rpartition("/")[0]
        return iter([_input(root, system.info(root), parent, given)])
    below = {
        path: info
        for path, info in system.find(root, detail=True).items()
        if path.lower().endswith(LETTERS) and not _is_hidden(path, root)
    }
    return iter([_input(path, info, root, given) for path, info in sorted(below.items(), key=_key)])


def _is_pattern(root: str) -> bool:
    """Say whether it has wildcards; a query's question mark is none."""
    return "*" in root or ("[" in root and "://" not in root)


def _key(pair: tuple[str, Any]) -> list[str]:
    return pair[0].split("/")


def _is_hidden(path: str, root: str) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(_below(path, root)).parts)


def _fixed(root: str) -> str:
    """Return the last folder of a pattern without wildcards."""
    return root.partition("*")[0].rpartition("/")[0]


def _below(path: str, root: str) -> str:
    return path.removeprefix(root.rstrip("/")).lstrip("/")


def _unreached(address: str) -> Input:
    """Return the input that is not there, or not now: a letter's keeps its id, to be retried."""
    name = PurePosixPath(address.partition("::")[0]).name
    if name.lower().endswith(LETTERS) and not _is_pattern(name):
        return missing(address, name, UNREACHED)
    return missing(address, address, "There is no letter at the address, or it cannot be read.")


def _input(path: str, info: Any, root: str, given: str) -> Input:  # noqa: ANN401 - fsspec's
    first, *chain = given.split("::")
    protocol = first.partition("://")[0]
    own = path if "://" in path else f"{protocol}://{path.lstrip('/') if chain else path}"
    name = _below(path, root) or PurePosixPath(path).name
    return Input(written(name), "::".join([own, *chain]), stamp=stamp_from(info))
