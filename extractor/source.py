"""Inputs to text: which files are meant, and what each of them says.

``find`` names the inputs, ``read`` makes one of them a ``Source``. Letters are hostile input: a
file is read up to its limit and no further, and messages never quote it.
"""

import codecs
import glob
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import Literal, TypeAlias

from extractor.errors import InputError
from extractor.findings import Code, Finding
from extractor.text import Text

StrPath: TypeAlias = str | os.PathLike[str]

STDIN = "-"

_SUFFIXES = (".txt", ".pdf")
_HEADER_WITHIN = 1024  # bytes; PDF readers allow as many before "%PDF-"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = bytes([*range(9), *range(14, 32)])
_BINARY_SHARE = 0.05
_FALLBACK = "cp1252"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large an input may be."""

    max_bytes: int = 20 * 1024 * 1024
    max_pages: int = 500


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Source:
    r"""One input's text, and where it came from.

    Attributes:
        id: The input's name in records: ``/`` between folders, with suffix.
        path: The file; None for standard input and given text.
        text: A text file's content as decoded, its byte order mark apart, no newline translated;
            of a PDF what ``extractor.pdf`` describes.
        sha256: Hex digest of the file's bytes; of given text, of its UTF-8 bytes.
        media_type: ``text/plain`` or ``application/pdf``.
        encoding: Python's name of the text file's encoding; None for PDFs and given text.
        reader: ``text``, or the PDF library and its version.
        pages: How many pages; None where the text has none.
        findings: What is doubtful about the text; an error among them asks for a person.
    """

    id: str
    path: str | None
    text: str
    sha256: str
    media_type: Literal["text/plain", "application/pdf"] = "text/plain"
    encoding: str | None = None
    reader: str = "text"
    pages: int | None = None
    findings: tuple[Finding, ...] = ()

    def as_text(self) -> Text:
        """Return the text, normalized; a PDF's has pages even when it is one."""
        return Text.of(self.text, paged=self.pages is not None)


@dataclass(frozen=True, slots=True)
class Input:
    """An input that was named: a file, or standard input where ``path`` is None.

    ``error`` says why it cannot be read as it stands; it still is an input, and gets its row.
    """

    id: str
    path: str | None
    error: Finding | None = None


# --- which files --------------------------------------------------------------------------------


def find(paths: StrPath | Iterable[StrPath]) -> Iterator[Input]:
    """Yield the inputs that *paths* name, in their order; within folders and globs sorted.

    A folder stands for its ``*.txt`` and ``*.pdf`` files, whatever the suffixes' case, at any
    depth; hidden ones are left out and links to folders not followed. An ``id`` is the path
    relative to the folder, or to a glob's last folder without wildcards; a file's own is its name.
    ``-`` is standard input.

    Every path yields something: ``missing_path`` where it names nothing. The second of two inputs
    with one id is yielded with ``duplicate_id``.
    """
    taken: set[str] = set()
    for path in [paths] if isinstance(paths, str | os.PathLike) else paths:
        for named in _expand(os.fspath(path)):
            if named.error is None and named.id in taken:
                yield replace(named, error=_duplicate())
            else:
                yield named
            taken.add(named.id)


def _duplicate() -> Finding:
    message = "Another input has this id; name the folder above both, so that their ids differ."
    return Finding.of(Code.DUPLICATE_ID, message)


def _expand(given: str) -> Iterator[Input]:
    """Yield the inputs that one path stands for; at least one."""
    path = Path(given)
    if given == STDIN:
        yield Input(STDIN, None)
    elif given and _is(path.is_dir):
        yield from _some(_below(path, path), given, "The folder holds no letters.")
    elif given and _is(path.exists):
        yield _input(path, path.parent)
    elif glob.has_magic(given):
        yield from _some(_matching(given), given, "Nothing matches the pattern.")
    else:
        yield _missing(given, path.name or given, "There is no such file or folder.")


def _is(asked: Callable[[], bool]) -> bool:
    """Ask the file system; what it refuses to answer is no."""
    try:
        return asked()
    except (OSError, ValueError):
        return False


def _some(found: Iterator[Input], given: str, message: str) -> Iterator[Input]:
    """Yield what was *found*, or that it was nothing."""
    first = next(found, None)
    yield _missing(given, given, message) if first is None else first
    yield from found


def _below(folder: Path, root: Path) -> Iterator[Input]:
    """Yield the letters in *folder*, at any depth, in the order of their paths' parts."""
    pending: list[str | os.DirEntry[str]] = [str(folder)]
    while pending:
        entry = pending.pop()
        if isinstance(entry, str) or entry.is_dir(follow_symlinks=False):
            try:
                pending += _visible(entry)
            except OSError:
                path = Path(entry)
                name = path.relative_to(root).as_posix()
                yield _missing(str(path), name, "The folder cannot be read.")
        elif entry.name.lower().endswith(_SUFFIXES) and not entry.is_dir():
            yield _input(Path(entry), root)


def _visible(folder: str | os.DirEntry[str]) -> list[os.DirEntry[str]]:
    """Return what stands in *folder*, the last name first."""
    with os.scandir(folder) as entries:
        shown = [entry for entry in entries if not entry.name.startswith(".")]
    return sorted(shown, key=lambda entry: entry.name, reverse=True)


def _matching(pattern: str) -> Iterator[Input]:
    """Yield what matches *pattern*: files whatever their suffix, folders as ``_below`` does."""
    parts = Path(pattern).parts
    fixed = list(takewhile(lambda part: not glob.has_magic(part), parts))
    root = Path(*fixed)
    seen: set[str] = set()
    for path in sorted(_matches(root, parts[len(fixed) :])):
        for each in _below(path, root) if path.is_dir() else [_input(path, root)]:
            if each.id not in seen:
                seen.add(each.id)
                yield each


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
    return Input(_written(path.relative_to(root).as_posix()), str(path))


def _missing(given: str, name: str, message: str) -> Input:
    return Input(_written(name), given, Finding.of(Code.MISSING_PATH, message))


def _written(name: str) -> str:
    r"""Return a file name as a record can hold it: bytes that are no UTF-8 become ``\udcxx``."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


# --- what a file says ---------------------------------------------------------------------------


def read(
    path: StrPath,
    id: str,  # noqa: A002 - what records call it
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
) -> Source:
    """Read the file at *path*; a PDF is known by its content.

    Args:
        path: A regular file.
        id: What its record will be called.
        limits: A file beyond them is not read.
        encoding: A text file's, by Python's name; without it UTF-8, a byte order mark's, or at
            last Windows-1252, which leaves the finding ``bad_encoding``.

    Raises:
        InputError: ``missing_path``, ``empty_input``, ``not_text``, ``bad_encoding``,
            ``encrypted``, ``no_text_layer``, ``too_large`` or ``too_many_pages``.
    """
    file = Path(path)
    source = read_bytes(_content(file, limits), id, limits, encoding)
    if file.suffix.lower() == ".pdf" and source.media_type != "application/pdf":
        raise InputError(Code.NOT_TEXT, "The file is named .pdf and is no PDF.")
    return replace(source, path=_written(str(file)))


def read_bytes(
    data: bytes,
    id: str,  # noqa: A002 - what records call it
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
) -> Source:
    """Read a file's content, as standard input gives it; like ``read`` without a path."""
    _refuse_large(len(data), limits)
    if not data.strip():
        raise InputError(Code.EMPTY_INPUT, "The input is empty.")
    if b"%PDF-" in data[:_HEADER_WITHIN]:
        return _from_pdf(data, id, limits)
    text, used, findings = _decoded(data, encoding)
    source = _from_text(text, id, sha256(data).hexdigest(), limits)
    return replace(source, encoding=used, findings=findings)


def from_text(
    text: str,
    id: str = "text",  # noqa: A002 - what records call it
    limits: Limits = DEFAULT_LIMITS,
) -> Source:
    r"""Take *text* as an input of its own.

    >>> from_text("The denial is upheld.\f").pages
    1

    Raises:
        InputError: ``empty_input``, ``not_text``, ``bad_encoding``, ``too_large`` or
            ``too_many_pages``.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise InputError(Code.BAD_ENCODING, "The text holds half a character.") from error
    _refuse_large(len(data), limits)
    return _from_text(text, id, sha256(data).hexdigest(), limits)


def _content(file: Path, limits: Limits) -> bytes:
    """Return the file's bytes, of a growing file as many as the limit and one."""
    try:
        if not file.is_file():
            message = "There is no such file; standard input is given as -."
            raise InputError(Code.MISSING_PATH, message)
        _refuse_large(file.stat().st_size, limits)
        with file.open("rb") as opened:
            return opened.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        raise InputError(Code.MISSING_PATH, "The file cannot be read.") from error


def _refuse_large(size: int, limits: Limits) -> None:
    if size > limits.max_bytes:
        message = f"The input has more than {limits.max_bytes:,} bytes."
        raise InputError(Code.TOO_LARGE, message)


def _from_pdf(data: bytes, name: str, limits: Limits) -> Source:
    from extractor.pdf import READER, read_pdf  # noqa: PLC0415 - text files do without PDFium

    pdf = read_pdf(data, limits.max_pages)
    return Source(
        id=name,
        path=None,
        text=pdf.text,
        sha256=sha256(data).hexdigest(),
        media_type="application/pdf",
        reader=READER,
        pages=pdf.pages,
        findings=tuple(map(_picture, pdf.pictures)),
    )


def _picture(page: int) -> Finding:
    """Say that a page shows a picture and has no text, so that part of the letter is missing."""
    code = Code.NO_TEXT_LAYER
    message = f"Page {page} is a picture without a text layer; run OCR on it first."
    return Finding(code=code, severity=code.severity, message=message, page=page)


def _from_text(text: str, name: str, digest: str, limits: Limits) -> Source:
    if not text.strip():
        raise InputError(Code.EMPTY_INPUT, "The input is empty.")
    if "\0" in text:
        raise InputError(Code.NOT_TEXT, "The input is no text: it holds NUL characters.")
    pages = text.rstrip().count("\f") + 1 if "\f" in text else None
    if pages is not None and pages > limits.max_pages:
        message = f"The text has {pages} pages; the limit is {limits.max_pages}."
        raise InputError(Code.TOO_MANY_PAGES, message)
    return Source(id=name, path=None, text=text, sha256=digest, pages=pages)


# --- bytes to text ------------------------------------------------------------------------------


def _decoded(data: bytes, encoding: str | None) -> tuple[str, str, tuple[Finding, ...]]:
    """Return the text, the encoding's name, and what is doubtful about it."""
    known = encoding or next((name for bom, name in _BOMS if data.startswith(bom)), None)
    if known is not None:
        return _decode(data, known).removeprefix("\ufeff"), known, ()
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if b"\0" in data or controls > _BINARY_SHARE * len(data):
        message = "The input is no text; UTF-16 without a byte order mark needs --encoding."
        raise InputError(Code.NOT_TEXT, message)
    try:
        return data.decode("utf-8"), "utf-8", ()
    except UnicodeDecodeError:
        message = "Not UTF-8 and read as Windows-1252; name its encoding with --encoding."
        doubt = Finding.of(Code.BAD_ENCODING, message, "/document/encoding")
        return _decode(data, _FALLBACK), _FALLBACK, (doubt,)


def _decode(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
        text.encode()
    except LookupError as error:
        raise InputError(Code.BAD_ENCODING, "There is no such text encoding.") from error
    except ValueError as error:
        message = f"The input is not in the encoding {encoding}; name it with --encoding."
        raise InputError(Code.BAD_ENCODING, message) from error
    return text
