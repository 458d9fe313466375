"""JSON lines: an object on each, with a letter's id and its text."""

import io
import json
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

from extractor.errors import InputError
from extractor.findings import Code
from extractor.source.kinds import (
    DEFAULT_LIMITS,
    Container,
    Input,
    Limits,
    Place,
    unusable,
    written,
)
from extractor.source.opening import Unpacked
from extractor.source.reading import refuse_large

_BUFFER = 1024 * 1024
_MARK = b"\xef\xbb\xbf"


def letters(container: Container, name: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[Input]:
    """Yield the letter of each line, blank lines apart; *name* is the file's own id.

    A line that is none, or is longer than a letter within *limits* can be, gets the id
    ``name:number``.

    Raises:
        OSError: The file breaks off.
    """
    with io.BufferedReader(Unpacked(container.path), _BUFFER) as file:
        at, number, most = 0, 0, _most(limits)
        while line := file.readline(most):
            number += 1
            size, whole = len(line), len(line) < most or line.endswith(b"\n")
            while not whole:
                piece = file.readline(_BUFFER)
                size += len(piece)
                whole = not piece or piece.endswith(b"\n")
            if size > most:
                yield _refused(container, f"{name}:{number}", f"Line {number} is too long.")
            elif line.removeprefix(_MARK).strip():
                place = Place(container, at, size)
                yield _named(_parsed(line), container, place, f"{name}:{number}")
            at += size


def lacking(container: Container, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """Return the key that the first line's object lacks; None where it lacks none, or is none.

    Raises:
        OSError: The file cannot be read.
    """
    with io.BufferedReader(Unpacked(container.path), _BUFFER) as file:
        while line := file.readline(_most(limits)):
            if line.removeprefix(_MARK).strip():
                parsed = _parsed(line)
                keys = (container.id_key, container.text_key) if isinstance(parsed, dict) else ()
                return next((key for key in keys if key not in parsed), None)
    return None


def _most(limits: Limits) -> int:
    """Return how long a line may be: its text may be escaped, but not all of it."""
    return 2 * limits.max_bytes + 64 * 1024


def _refused(container: Container, name: str, message: str) -> Input:
    return unusable(name, container.path, Code.TOO_LARGE, message)


def _parsed(line: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return what a line says; None where it is no JSON."""
    line = line.removeprefix(_MARK)
    try:
        return from_json(line)
    except ValueError:  # or it is more than the faster parser takes: half a character, UTF-16
        pass
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _named(parsed: Any, container: Container, place: Place, name: str) -> Input:  # noqa: ANN401
    """Return the input that a line is."""
    own = parsed.get(container.id_key) if isinstance(parsed, dict) else None
    text = parsed.get(container.text_key) if isinstance(parsed, dict) else None
    if isinstance(own, bool) or not isinstance(own, str | int) or own == "":
        what = f"an id under {container.id_key!r}"
    elif not isinstance(text, str):
        what = f"a text under {container.text_key!r}"
    else:
        return Input(written(str(own)), container.path, place=place)
    message = f"The line is no JSON object with {what}; --id-key and --text-key name others."
    return unusable(name, container.path, Code.NOT_TEXT, message)


class Reader:
    """Reads lines' texts where their places say."""

    def __init__(self, container: Container) -> None:
        """Open the file."""
        self._key = container.text_key
        self._file = io.BufferedReader(Unpacked(container.path), _BUFFER)

    def read(self, place: Place, limits: Limits) -> str:
        """Return the text of a line."""
        if place.size > _most(limits):
            refuse_large(place.size, limits)
        self._file.seek(place.at)
        parsed = _parsed(self._file.read(place.size))
        text = parsed.get(self._key) if isinstance(parsed, dict) else None
        if not isinstance(text, str):
            raise InputError(Code.NOT_TEXT, "The line has changed since it was found.")
        return text

    def close(self) -> None:
        """Close the file."""
        self._file.close()
