"""The log as it grows: what others add to it is read when it is next looked at."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from extractor.corrections.correction import Correction
from extractor.corrections.log import append, read_lines
from extractor.errors import CorrectionError


class Log:
    """The log at a path: read once, then only what was added since."""

    def __init__(self, path: Path) -> None:
        """Follow the log at *path*; nothing is read yet.

        Args:
            path: The log; where there is none it is empty, and begun by what is added.
        """
        self.path = path
        self._of: dict[str, list[Correction]] = {}
        self._end, self._lines = 0, 0
        self._stamp: tuple[int, ...] = ()

    def of(self, sha256: str | None) -> Sequence[Correction]:
        """Return all corrections of a letter, in order, as of the last look."""
        return self._of.get(sha256 or "", ())

    def look(self) -> set[str]:
        """Read what was added; return the SHA-256 of each letter that this changes.

        Raises:
            CorrectionError: The log cannot be read, or a line of it is no correction.
        """
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return set()
        gone: set[str] = set()
        if self._is_another(stamp):
            gone = set(self._of)
            self._of, self._end, self._lines = {}, 0, 0
        changed = gone | self._read_on()
        self._stamp = stamp
        return changed

    def add(self, corrections: Iterable[Correction]) -> bool:
        """Add *corrections*; they are on disk when this returns.

        Returns:
            False, and nothing added, where others added to the log since the last look.

        Raises:
            CorrectionError: They cannot be written.
        """
        return append(self.path, corrections, self._end)

    def _stamp_now(self) -> tuple[int, ...]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise CorrectionError(f"{self.path.name} cannot be read.") from error
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _is_another(self, stamp: tuple[int, ...]) -> bool:
        """Say whether the log is not the one that was read, with more at its end."""
        if not stamp or not self._stamp:
            return True
        return stamp[0] != self._stamp[0] or stamp[1] < self._end or stamp[1] == self._stamp[1]

    def _read_on(self) -> set[str]:
        try:
            with self.path.open("rb") as file:
                file.seek(self._end, os.SEEK_SET)
                data = file.read()
        except FileNotFoundError:
            return set()
        except OSError as error:
            raise CorrectionError(f"{self.path.name} cannot be read.") from error
        data = data[: data.rfind(b"\n") + 1]
        made = list(read_lines(data, self.path.name, self._lines))
        for each in made:
            self._of.setdefault(each.sha256, []).append(each)
        self._end += len(data)
        self._lines += data.count(b"\n")
        return {each.sha256 for each in made}
