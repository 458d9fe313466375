"""Standard output, standard error and small files: every byte that ``imr`` writes by itself."""

import contextlib
import os
import sys
import unicodedata
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from extractor.errors import OutputError

# Controls, invisible and direction-changing characters, lone surrogates.
_HOSTILE = {"Cc", "Cf", "Cs"}
_HARMLESS = "\n\t"
USAGE = 2


def disarmed(text: str) -> str:
    r"""Return *text* with every character that could act on a terminal as U+FFFD.

    Lines and tabs stay; the length stays, so that offsets do.

    >>> disarmed("Norco\x1b[2J #60\n(upheld)")
    'Norco\ufffd[2J #60\n(upheld)'
    """
    return "".join(
        "\ufffd" if unicodedata.category(c) in _HOSTILE and c not in _HARMLESS else c for c in text
    )


def plain(words: object) -> str:
    r"""Return *words* disarmed and on one line.

    >>> plain("Norco\x1b[2J #60\n(upheld)")
    'Norco\ufffd[2J #60 (upheld)'
    """
    return disarmed(" ".join(str(words).split()))


def say(sentence: str) -> None:
    """Print *sentence* to standard error, if there is one."""
    if sys.stderr is not None:
        print(f"imr: {plain(sentence)}", file=sys.stderr)


def write_line(line: str) -> None:
    """Print *line* to standard output, as UTF-8 whatever the locale."""
    write(f"{line}\n")


def write(text: str, *, exact: bool = False) -> None:
    """Print *text* to standard output, as UTF-8 whatever the locale.

    Args:
        text: What to print.
        exact: Whether it is a letter's text, which only a terminal gets disarmed.

    Raises:
        SystemExit: 0 where the reader has read enough; 2 where there is no room, or no output.
    """
    if sys.stdout is None:
        raise _lost("it is closed")
    if exact and sys.stdout.isatty():
        text = disarmed(text)
    try:
        sys.stdout.buffer.write(text.encode())
    except OSError as error:
        raise _lost(error) from None


def flush() -> None:
    """Hand on what is still kept back of standard output; raises as ``write`` does."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        raise _lost(error) from None


def _lost(why: OSError | str) -> SystemExit:
    """Let go of standard output, so that nothing more is tried; return the exit that follows."""
    if isinstance(why, OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if isinstance(why, BrokenPipeError):
        return SystemExit(0)
    reason = why if isinstance(why, str) else why.strerror
    say(f"Standard output cannot be written: {reason}.")
    return SystemExit(USAGE)


def render(shown: "RenderableType") -> None:
    """Print what Rich can render to standard output, coloured if that is a terminal."""
    from rich.console import Console

    terminal = sys.stdout is not None and sys.stdout.isatty()
    page = StringIO()
    Console(file=page, force_terminal=terminal or None, highlight=False).print(shown)
    write(page.getvalue())


def check_place(file: Path, *, others: Iterable[Path]) -> None:
    """Make sure that *file* can be written later, and is none of the *others*.

    Raises:
        OutputError: It cannot.
    """
    if file.resolve() in {other.resolve() for other in others}:
        raise _refusal(file, "it is the output")
    if file.is_dir() or not os.access(file.parent, os.W_OK | os.X_OK):
        raise _refusal(file, "there is no such place, or it is not yours")


def write_file(file: Path, text: str) -> None:
    """Write a small *file*, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    fresh = file.with_name(f".{file.name}.new")
    try:
        fresh.write_text(text, "utf-8", newline="\n")
        fresh.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise _refusal(file, error.strerror or "the system refuses") from error


def _refusal(file: Path, why: str) -> "OutputError":
    from extractor.errors import OutputError

    return OutputError(f"{file} cannot be written: {why}.")
