"""What a file says: bytes to text, and why some give none."""

import codecs
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from extractor.errors import InputError
from extractor.findings import Code, Finding
from extractor.source.kinds import DEFAULT_LIMITS, Limits, Source, StrPath, written

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
    source = read_bytes(content(file, limits), id, limits, encoding)
    if file.suffix.lower() == ".pdf" and source.media_type != "application/pdf":
        raise InputError(Code.NOT_TEXT, "The file is named .pdf and is no PDF.")
    return replace(source, path=written(str(file)))


def read_bytes(
    data: bytes,
    id: str,  # noqa: A002 - what records call it
    limits: Limits = DEFAULT_LIMITS,
    encoding: str | None = None,
) -> Source:
    """Read a file's content, as standard input gives it; like ``read`` without a path."""
    refuse_large(len(data), limits)
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
    refuse_large(len(data), limits)
    return _from_text(text, id, sha256(data).hexdigest(), limits)


def content(path: StrPath, limits: Limits) -> bytes:
    """Return the bytes of the file at *path*, of a growing file as many as the limit and one.

    Raises:
        InputError: ``missing_path`` or ``too_large``.
    """
    file = Path(path)
    try:
        if not file.is_file():
            message = "There is no such file; standard input is given as -."
            raise InputError(Code.MISSING_PATH, message)
        refuse_large(file.stat().st_size, limits)
        with file.open("rb") as opened:
            return opened.read(limits.max_bytes + 1)
    except (OSError, ValueError) as error:
        raise InputError(Code.MISSING_PATH, "The file cannot be read.") from error


def refuse_large(size: int, limits: Limits) -> None:
    """Raise ``InputError`` where an input of so many bytes is beyond *limits*."""
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
