"""Links from a page to the letters beside it; only to files that are there and are letters."""

import os
from pathlib import Path
from urllib.parse import quote

_LETTERS = {".pdf", ".txt"}


class Linker:
    """Finds the file of a letter by its id, below one folder and nowhere else."""

    def __init__(self, source: Path | None = None, page: Path | None = None) -> None:
        """Link from *page*, or a page in the working folder, to the letters in *source*."""
        self._source = source.resolve() if source else None
        self._from = (page or Path("page")).resolve().parent

    def of(self, id_: str) -> str | None:
        """Return the relative address of a letter's file; None where there is none to trust.

        An id is a letter's own word for itself: it must name a ``.txt`` or ``.pdf`` file that
        stands in the folder, also once symbolic links are followed.
        """
        if self._source is None or not _is_plain(id_):
            return None
        file = self._source / id_
        try:
            if not file.is_file() or not file.resolve().is_relative_to(self._source):
                return None
            relative = os.path.relpath(file, self._from)
        except (OSError, ValueError):
            return None
        return _address(relative)


def _is_plain(id_: str) -> bool:
    """Say whether an id is a relative path without steps upward, controls or backslashes."""
    parts = id_.split("/")
    return (
        id_.isprintable()
        and "\\" not in id_
        and not any(part in {"", ".", ".."} for part in parts)
        and Path(id_).suffix.lower() in _LETTERS
    )


def _address(relative: str) -> str:
    """Return a path as an address that no browser takes for one with a scheme."""
    quoted = quote(relative.replace(os.sep, "/"))
    return quoted if quoted.startswith("../") else f"./{quoted}"
