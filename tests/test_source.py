"""Inputs: which files are meant, what their bytes say, and why some say nothing."""

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractor.errors import InputError
from extractor.findings import Code, Severity
from extractor.source import Input, Limits, Source, find, from_text, read, read_bytes

LETTER = "The denial is “upheld”.\r\n\r\n  Année 2014\n"


def pdf(*pages: str) -> bytes:
    """Return a PDF with one line on each page."""
    file = BytesIO()
    canvas = Canvas(file)
    for words in pages:
        canvas.drawString(72, 700, words)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def refusal(given: Callable[[], Source]) -> Code:
    """Return the code with which an input is refused."""
    with pytest.raises(InputError) as refused:
        given()
    return refused.value.code


# --- text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codec", "name"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-32", "utf-32")],
)
def test_a_text_is_its_content_as_decoded(tmp_path: Path, codec: str, name: str) -> None:
    """No newline is translated; a byte order mark names the encoding and is no part of the text."""
    file = tmp_path / "letter.txt"
    file.write_bytes(LETTER.encode(codec))
    source = read(file, "letter.txt")
    assert source == Source(
        id="letter.txt",
        path=str(file),
        text=LETTER,
        sha256=sha256(file.read_bytes()).hexdigest(),
        media_type="text/plain",
        encoding=name,
        reader="text",
        pages=None,
        findings=(),
    )


def test_a_big_endian_mark_is_read_too() -> None:
    """The mark says in which order the bytes stand."""
    assert read_bytes(b"\xfe\xff" + LETTER.encode("utf-16-be"), "x").text == LETTER


def test_what_is_not_utf_8_is_read_and_doubted() -> None:
    """Windows-1252 is a guess: the text is kept, and a person asked to name the encoding."""
    source = read_bytes(LETTER.encode("cp1252"), "x")
    assert (source.text, source.encoding) == (LETTER, "cp1252")
    assert [finding.code for finding in source.findings] == [Code.BAD_ENCODING]
    assert source.findings[0].severity is Severity.ERROR


@pytest.mark.parametrize("codec", ["cp1252", "utf-16-le", "mac-roman", "UTF-8"])
def test_a_named_encoding_is_not_doubted(codec: str) -> None:
    """Who names the encoding takes it on; a mark still is no part of the text."""
    source = read_bytes(LETTER.encode(codec), "x", encoding=codec)
    assert (source.text, source.encoding, source.findings) == (LETTER, codec, ())
    marked = read_bytes(("\ufeff" + LETTER).encode("utf-8"), "x", encoding="utf-8")
    assert marked.text == LETTER


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"not UTF-8, nor Windows-1252: \x81", None),
        (b"caf\xe9", "utf-8"),
        (b"caf\xe9", "ascii"),
        (b"\xff\xfea", None),
        (b"\\ud800", "unicode_escape"),
        (b"text", "no-such-encoding"),
        (b"text", "hex"),
        (b"text", "nul\0l"),
    ],
)
def test_what_cannot_be_decoded_is_refused(data: bytes, encoding: str | None) -> None:
    """Bytes that an encoding has no characters for, and encodings that are none."""
    assert refusal(lambda: read_bytes(data, "x", encoding=encoding)) is Code.BAD_ENCODING


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"PK\x03\x04 an archive\0", None),
        (b"\x01\x02\x03 ten percent controls", None),
        ("UTF-16, unmarked".encode("utf-16-le"), None),
        (b"a NUL\0 in ASCII", "ascii"),
    ],
)
def test_bytes_that_are_no_text_are_told(data: bytes, encoding: str | None) -> None:
    """NUL characters, or many other controls, make an input ``not_text``."""
    assert refusal(lambda: read_bytes(data, "x", encoding=encoding)) is Code.NOT_TEXT


def test_a_hyphen_that_a_reader_left_as_a_control_is_text() -> None:
    """A few controls are the traces of other PDF readers."""
    text = "a well\x02\nknown thing, and a page\f of it"
    assert read_bytes(text.encode(), "x").text == text


@pytest.mark.parametrize("data", [b"", b" \r\n\t\f", b"\xef\xbb\xbf", "\u2003\n".encode()])
def test_nothing_and_white_space_are_empty(data: bytes) -> None:
    """An input without words is ``empty_input``."""
    assert refusal(lambda: read_bytes(data, "x")) is Code.EMPTY_INPUT
    assert refusal(lambda: from_text(data.decode("utf-8-sig"))) is Code.EMPTY_INPUT


@pytest.mark.parametrize(("text", "pages"), [("a", None), ("a\f", 1), ("a\fb", 2), ("a\fb\f\n", 2)])
def test_a_form_feed_gives_a_text_pages(text: str, pages: int | None) -> None:
    """Each ends a page, also the last one of readers that write it there."""
    source = from_text(text)
    assert source.pages == pages
    assert source.as_text().page(0) == (pages and 1)


def test_given_text_is_pinned_by_its_utf_8_bytes() -> None:
    """Text from a program has no file, path or encoding."""
    source = from_text(LETTER)
    assert (source.id, source.path, source.encoding) == ("text", None, None)
    assert source.sha256 == sha256(LETTER.encode("utf-8")).hexdigest()


@pytest.mark.parametrize(
    ("text", "code"), [("half \ud800", Code.BAD_ENCODING), ("nul \0", Code.NOT_TEXT)]
)
def test_given_text_must_be_text(text: str, code: Code) -> None:
    """What no file could hold is refused as in a file."""
    assert refusal(lambda: from_text(text)) is code


# --- PDFs ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["letter.pdf", "letter.txt", "letter"])
def test_a_pdf_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    """Its suffix does not matter, nor what stands before its header; it has pages even as one."""
    file = tmp_path / name
    file.write_bytes(b"\r\n" + pdf("Upheld"))
    source = read(file, name)
    assert (source.text, source.media_type, source.pages) == ("Upheld\n", "application/pdf", 1)
    assert (source.encoding, source.reader.split()[0]) == (None, "pypdfium2")
    assert source.sha256 == sha256(file.read_bytes()).hexdigest()
    assert source.as_text().page(0) == 1


def test_what_is_only_named_pdf_is_not_text(tmp_path: Path) -> None:
    """An error page saved under a letter's name is no letter."""
    file = tmp_path / "letter.PDF"
    file.write_text("<html>Not found</html>")
    assert refusal(lambda: read(file, "x")) is Code.NOT_TEXT


def test_text_is_read_without_the_pdf_library() -> None:
    """Only a PDF loads PDFium."""
    program = (
        "import sys, extractor.source; extractor.source.read_bytes(b'Upheld', 'x');"
        "print('pypdfium2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"False"]


# --- limits and files ---------------------------------------------------------------------------


def test_a_limit_is_the_last_size_that_is_read(tmp_path: Path) -> None:
    """A byte more is ``too_large``, of a file, of bytes and of text."""
    file = tmp_path / "letter.txt"
    file.write_text("Upheld")
    assert read(file, "x", Limits(max_bytes=6)).text == "Upheld"
    tight = Limits(max_bytes=5)
    assert refusal(lambda: read(file, "x", tight)) is Code.TOO_LARGE
    assert refusal(lambda: read_bytes(b"Upheld", "x", tight)) is Code.TOO_LARGE
    assert refusal(lambda: from_text("Upheld", limits=tight)) is Code.TOO_LARGE


@pytest.mark.parametrize("data", [pdf("a", "b", "c"), b"a\fb\fc\f"])
def test_pages_have_a_limit(data: bytes) -> None:
    """A page more is ``too_many_pages``, of PDFs and of texts with form feeds."""
    assert read_bytes(data, "x", Limits(max_pages=3)).pages == 3
    assert refusal(lambda: read_bytes(data, "x", Limits(max_pages=2))) is Code.TOO_MANY_PAGES


def test_what_is_no_file_cannot_be_read(tmp_path: Path) -> None:
    """A folder, a dangling link, a pipe and a name that no file can have are ``missing_path``."""
    (tmp_path / "link.txt").symlink_to(tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    for name in ("", "link.txt", "pipe.txt", "nul\0", "x" * 5000):
        assert refusal(partial(read, tmp_path / name, "x")) is Code.MISSING_PATH


# --- which files --------------------------------------------------------------------------------


@pytest.fixture
def letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ``letters`` with letters and other files, below the working directory."""
    monkeypatch.chdir(tmp_path)
    names = (
        "b.txt",
        "a.PDF",
        "notes.md",
        ".hidden.txt",
        "2014/b.txt",
        "2014/deep/c.Txt",
        "2014/deep/c.json",
        ".cache/d.txt",
        "z[1].txt",
    )
    for name in names:
        file = tmp_path / "letters" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(pdf("Upheld") if name == "a.PDF" else b"Upheld")
    (tmp_path / "letters" / "folder.txt").mkdir()
    return tmp_path / "letters"


def ids(*paths: str | Path) -> list[str]:
    """Return the ids of what *paths* name; all of it must be there to read."""
    found = list(find(paths))
    assert [named.error for named in found] == [None] * len(found)
    assert all(read(named.path, named.id).text for named in found if named.path)
    return [named.id for named in found]


def codes(*paths: str | Path) -> list[tuple[str, str | None]]:
    """Return the ids of what *paths* name, with the codes of their errors."""
    return [(named.id, named.error.code.value if named.error else None) for named in find(paths)]


ALL = ["2014/b.txt", "2014/deep/c.Txt", "a.PDF", "b.txt", "z[1].txt"]


@pytest.mark.usefixtures("letters")
def test_a_folder_stands_for_its_letters() -> None:
    """Texts and PDFs at any depth, sorted, hidden ones apart; ids are relative to the folder."""
    assert ids("letters") == ids("letters/") == ids(Path("letters")) == ALL


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("letters/b.txt", ["b.txt"]),
        ("letters/notes.md", ["notes.md"]),
        ("letters/.hidden.txt", [".hidden.txt"]),
        ("letters/z[1].txt", ["z[1].txt"]),
        ("letters/*.txt", ["b.txt", "z[1].txt"]),
        ("letters/[ab].*", ["a.PDF", "b.txt"]),
        ("letters/*/*.txt", ["2014/b.txt"]),
        ("letters/**/*.txt", ["2014/b.txt", "b.txt", "z[1].txt"]),
        ("letters/20*", ["2014/b.txt", "2014/deep/c.Txt"]),
        ("letters/**", ALL),
        ("*/2014/?.txt", ["letters/2014/b.txt"]),
        ("letters/.h*", [".hidden.txt"]),
        ("-", ["-"]),
    ],
)
def test_ids_are_relative_to_what_is_fixed(path: str, expected: list[str]) -> None:
    """A file's id is its name; a glob's ids begin after its last folder without wildcards."""
    assert ids(path) == expected


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize(
    "path", ["gone.txt", "letters/*.doc", "gone/*", "letters/folder.txt", "", "a**b", "nul\0*"]
)
def test_a_path_that_names_nothing_is_an_input(path: str) -> None:
    """It is yielded with ``missing_path``, so that its row is not lost; so is an empty folder."""
    ((_, code),) = codes(path)
    assert code == "missing_path"


@pytest.mark.usefixtures("letters")
def test_the_second_input_of_one_id_is_an_error() -> None:
    """It is yielded all the same: as many rows as inputs."""
    assert codes("letters/b.txt", "letters/2014", "-", "-", "letters/2014/b.txt") == [
        ("b.txt", None),
        ("b.txt", "duplicate_id"),
        ("deep/c.Txt", None),
        ("-", None),
        ("-", "duplicate_id"),
        ("b.txt", "duplicate_id"),
    ]


@pytest.mark.parametrize("again", ["letters/b.txt", "./letters/../letters/b.txt", "letters/b.*"])
def test_a_letter_that_is_named_again_is_taken_once(letters: Path, again: str) -> None:
    """Beside its folder, or twice, however its path is written: one letter."""
    once = codes("letters")
    assert codes("letters", again) == codes("letters", letters.resolve(), again, again) == once
    assert codes(again, "letters")[0] == ("b.txt", None)
    assert sorted(codes(again, "letters")) == sorted(once)


def test_links_make_no_loop(letters: Path) -> None:
    """Links to folders are not followed below a folder; links to files are, also dangling ones."""
    (letters / "again").symlink_to(letters)
    (letters / "more.txt").symlink_to(letters / "notes.md")
    (letters / "gone.txt").symlink_to(letters / "nowhere")
    assert [named.id for named in find([letters])] == sorted([*ALL, "more.txt", "gone.txt"])
    assert len(list(find(["letters/**/*.txt"]))) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_no_text_can_be_written(letters: Path) -> None:
    """Bytes of a file name that are no UTF-8 are escaped in the id, not in the path to open."""
    odd = letters / os.fsdecode(b"caf\xe9.txt")
    (letters / "b.txt").rename(odd)
    (named,) = find([odd])
    assert named.id == "caf\\udce9.txt"
    assert named.path is not None
    source = read(named.path, named.id)
    assert source.path is not None
    assert source.path.encode().endswith(b"caf\\udce9.txt")


@pytest.mark.usefixtures("letters")
def test_one_path_may_stand_for_a_list_of_one() -> None:
    """A string is a path, not a row of letters."""
    assert list(find("letters/b.txt")) == [Input("b.txt", "letters/b.txt")]
