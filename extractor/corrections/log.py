"""The log of corrections: lines are added to its end, and none is ever changed."""

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from extractor.corrections.correction import Correction
from extractor.errors import CorrectionError

if sys.platform != "win32":
    import fcntl


@dataclass(frozen=True)
class Corrections:
    """The corrections of many letters, in the order they were made.

    Attributes:
        of_letters: They, by their letter's SHA-256.
        sha256: Digest of their log; empty where it holds none.
        torn: Whether the log's last line was left out, because no newline ends it.
    """

    of_letters: Mapping[str, Sequence[Correction]] = field(default_factory=dict)
    sha256: str = ""
    torn: bool = False

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the log at *path*.

        A last line without its newline was never wholly written, and is not there.

        Raises:
            CorrectionError: There is no log, or it cannot be read, or a line of it is no
                correction.
        """
        try:
            read = path.read_bytes()
        except FileNotFoundError as error:
            message = f"There is no file {path}: name the log that a review has kept."
            raise CorrectionError(message) from error
        except OSError as error:
            raise CorrectionError(f"{path.name} cannot be read.") from error
        data = read[: read.rfind(b"\n") + 1]
        found: dict[str, list[Correction]] = {}
        for made in read_lines(data, path.name):
            found.setdefault(made.sha256, []).append(made)
        digest = hashlib.sha256(data).hexdigest() if found else ""
        return cls(found, digest, torn=bool(read[len(data) :].strip()))

    def of(self, sha256: str | None) -> Sequence[Correction]:
        """Return all corrections of a letter, in order."""
        return self.of_letters.get(sha256 or "", ())

    def digest(self, sha256: str | None) -> str:
        """Return by what a letter's corrections are known again; empty where none is live."""
        ids = " ".join(each.id for each in live(self.of(sha256)))
        return hashlib.sha256(ids.encode()).hexdigest() if ids else ""


def read_lines(data: bytes, name: str, before: int = 0) -> Iterator[Correction]:
    """Yield the correction of each line of *data*; *before* lines of the log *name* come first.

    Raises:
        CorrectionError: A line is none.
    """
    for number, line in enumerate(data.split(b"\n"), start=before + 1):
        if line.strip():
            yield _read(line, f"{name}, line {number}")


def _read(line: bytes, where: str) -> Correction:
    try:
        return Correction.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        why = f"{place}: {first['msg']}" if place else first["msg"]
        message = f"{where} is no correction ({why}): mend or remove it."
        raise CorrectionError(message) from error


def live(corrections: Iterable[Correction]) -> list[Correction]:
    """Return those that are not undone, in order; an ``undo`` can be undone itself.

    What stands in the log twice, as in two logs that were put together, counts once.
    """
    made = list({each.id: each for each in reversed(list(corrections))}.values())[::-1]
    undone: set[str] = set()
    for each in reversed(made):
        if each.action == "undo" and each.id not in undone and each.undoes:
            undone.add(each.undoes)
    return [each for each in made if each.action != "undo" and each.id not in undone]


def append(path: Path, corrections: Iterable[Correction], after: int | None = None) -> bool:
    """Add *corrections* to the log at *path*; they are on disk when this returns, all or none.

    Several programs may add to one log.

    Args:
        path: The log; it is begun where there is none.
        corrections: What is added.
        after: How many bytes of whole lines the log must have; None where that is all one.

    Returns:
        Whether they were added: not where the log is no longer, or not yet, as long as *after*.

    Raises:
        CorrectionError: They cannot be written; the log is as it was.
    """
    lines = "".join(f"{each.to_json()}\n" for each in corrections).encode()
    try:
        file, begun = _opened(path)
        try:
            if sys.platform != "win32":
                fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
            added = _add(file, lines, after)
        finally:
            os.close(file)
        if begun:
            _keep_name(path)
    except OSError as error:
        message = f"{path.name} cannot be written ({error.strerror}): the correction is not kept."
        raise CorrectionError(message) from error
    return added


def _opened(path: Path) -> tuple[int, bool]:
    """Open the log; say whether it was begun now."""
    flags = os.O_RDWR | os.O_APPEND
    try:
        return os.open(path, flags), False
    except FileNotFoundError:
        return os.open(path, flags | os.O_CREAT, 0o600), True


def _keep_name(path: Path) -> None:
    """Have the name of a new file on disk as well."""
    if sys.platform != "win32":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _add(file: int, lines: bytes, after: int | None) -> bool:
    """Write *lines* after the last whole line; a failure leaves the log as it was."""
    size = os.fstat(file).st_size
    whole = _whole(file, size)
    if after not in (None, whole):
        return False
    if whole < size:
        os.ftruncate(file, whole)
    try:
        written = 0
        while written < len(lines):
            written += os.write(file, lines[written:])
        os.fsync(file)
    except OSError:
        os.ftruncate(file, whole)
        raise
    return True


def _whole(file: int, size: int) -> int:
    """Return where the last whole line ends."""
    if not size or os.pread(file, 1, size - 1) == b"\n":
        return size
    return os.pread(file, size, 0).rfind(b"\n") + 1
