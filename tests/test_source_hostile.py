"""Archives that mean harm, and such as are damaged."""

import io
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from packed import LETTERS, PACKINGS, codes, jsonl, refusal, tarred, zipped
from reportlab.pdfgen.canvas import Canvas

from extractor.findings import Code
from extractor.source import Limits, find, load

ESCAPES = [
    "../a.txt",
    "in/../../a.txt",
    "/etc/a.txt",
    "..\\a.txt",
    "C:\\a.txt",
    "C:a.txt",
    "in//a.txt",
]


@pytest.mark.parametrize("name", [*ESCAPES, "a\x1b[2J.txt", "a\u202etxt.txt", "a\nb.txt"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str, kind: str) -> None:
    """Such a member has a row that names it by number; the others are read."""
    path = tmp_path / f"a.{kind}"
    pack = zipped if kind == "zip" else tarred
    path.write_bytes(pack((name, b"x"), ("./good.txt", b"y")))
    assert codes(path) == [(f"a.{kind}#1", "not_text"), (f"a.{kind}/good.txt", None)]
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    """A member that is no file says nothing, wherever it points."""
    (tmp_path / "a.tar").write_bytes(tarred(("l.txt", None), ("g.txt", b"y"), kind=kind))
    assert codes(tmp_path / "a.tar") == [("a.tar#1", "not_text"), ("a.tar/g.txt", None)]


def test_links_in_zips_are_refused(tmp_path: Path) -> None:
    """A zip made on Unix can hold a link; its content is no letter."""
    info = zipfile.ZipInfo("l.txt")
    info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert codes(tmp_path / "a.zip") == [("a.zip#1", "not_text")]


def test_archives_in_archives_are_not_opened(tmp_path: Path) -> None:
    """They have rows, so that the letters in them are not lost unseen."""
    members = [("in.zip", zipped(("a.txt", b"x"))), ("in.tar.gz", b"x"), ("b.txt", b"y")]
    (tmp_path / "a.zip").write_bytes(zipped(*members))
    assert codes(tmp_path / "a.zip") == [
        ("a.zip#1", "not_text"), ("a.zip#2", "not_text"), ("a.zip/b.txt", None),
    ]  # fmt: skip


def test_encrypted_members_are_told(tmp_path: Path) -> None:
    """Its flag says that a member needs a password."""
    data = bytearray(zipped(("a.txt", b"x")))
    data[data.index(b"PK\1\2") + 8] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    assert codes(tmp_path / "a.zip") == [("a.zip#1", "encrypted")]


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_the_second_of_two_names_is_told(tmp_path: Path, kind: str) -> None:
    """Which of them was meant nobody knows; the first is read."""
    pack = zipped if kind == "zip" else tarred
    (tmp_path / f"a.{kind}").write_bytes(pack(("a.txt", b"x"), ("./a.txt", b"y")))
    assert [code for _, code in codes(tmp_path / f"a.{kind}")] == [None, "duplicate_id"]


def test_a_member_that_swells_is_refused(tmp_path: Path) -> None:
    """More than 200 bytes of one, or more than the limit, are no letter's; the rest is read."""
    bomb, large = b"\0" * 5_000_000, b"word " * 400
    (tmp_path / "a.zip").write_bytes(zipped(("a.txt", bomb), ("b.txt", large), ("c.txt", b"y")))
    first, second, third = find(tmp_path / "a.zip")
    assert (first.id, first.error and first.error.code) == ("a.zip#1", Code.TOO_LARGE)
    assert refusal(second, Limits(max_bytes=1_999)) is Code.TOO_LARGE
    assert load(third, Limits(max_bytes=1_999)).text == "y"


def test_a_member_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """No more is unpacked than it says; what does not fit its checksum is damaged."""
    data = zipped(("a.txt", b"word " * 1_000))
    lie = data.replace(struct.pack("<L", 5_000), struct.pack("<L", 50))
    (tmp_path / "a.zip").write_bytes(lie)
    assert refusal(next(find(tmp_path / "a.zip"))) is Code.NOT_TEXT


def test_members_that_share_bytes_are_a_bomb(tmp_path: Path) -> None:
    """Where the directory names the same bytes again and again, the archive is refused whole."""
    data = zipped(("a.txt", zlib.compress(bytes(range(256)) * 20)), method=zipfile.ZIP_STORED)
    start = data.index(b"PK\1\2")
    entry, end = data[start : data.index(b"PK\5\6")], data.index(b"PK\5\6")
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 9, 9, 9 * len(entry), start, 0)
    assert end
    (tmp_path / "a.zip").write_bytes(data[:start] + entry * 9 + tail)
    assert codes(tmp_path / "a.zip") == [("a.zip", "not_text")]


@pytest.mark.parametrize("packing", [".gz", ".xz"])
@pytest.mark.parametrize("kind", ["tar", "jsonl"])
def test_a_packed_bomb_ends_where_it_swells(tmp_path: Path, packing: str, kind: str) -> None:
    """What unpacks to 200 times its size is not read on; the letters before it are."""
    zeros = b" " * 100_000_000
    good = jsonl(("g", "y")) if kind == "jsonl" else b""
    data = good + zeros if kind == "jsonl" else tarred(("g.txt", b"y"), ("b.txt", zeros))
    path = tmp_path / f"a.{kind}{packing}"
    path.write_bytes(PACKINGS[packing](data))
    tracemalloc.start()
    found = list(find(path, limits=Limits(max_bytes=1_000_000)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    last = found[-1]
    assert found[0].error is None
    assert (last.id, last.error and last.error.code) == (path.name, Code.TOO_LARGE)
    assert peak < 20_000_000


def test_a_header_longer_than_any_is_not_read(tmp_path: Path) -> None:
    """A tar's long names stand in headers of their own, whose size it chooses."""
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.XHDTYPE, 50_000_000
    path = tmp_path / "a.tar"
    path.write_bytes(tarred(("g.txt", b"y"))[:1024] + info.tobuf() + b"x" * 50_000_000)
    tracemalloc.start()
    found = codes(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [("a.tar/g.txt", None), ("a.tar", "not_text")]
    assert peak < 5_000_000


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.xz", "a.jsonl.gz"])
def test_what_is_no_archive_or_breaks_off_is_told(tmp_path: Path, name: str) -> None:
    """An archive that is cut short anywhere never passes for a whole one."""
    path = tmp_path / name
    if name.endswith("zip"):
        data = zipped(*LETTERS)
    else:
        plain = jsonl(("a", "x" * 500)) if "jsonl" in name else tarred(*LETTERS)[:-9000]
        data = PACKINGS[name.removeprefix("a.tar").removeprefix("a.jsonl")](plain)
    for cut in {0, 1, len(data) // 3, len(data) // 2, len(data) - 1}:
        path.write_bytes(data[:cut])
        assert codes(path)[-1][1] in {"not_text", "missing_path"}, cut
    path.write_bytes(b"no archive" * 200)
    assert codes(path) == [(name, "not_text")]


def test_an_archive_without_letters_says_so(tmp_path: Path) -> None:
    """As a folder without letters does."""
    (tmp_path / "a.zip").write_bytes(zipped(("read.me", b"x")))
    assert [code for _, code in codes(tmp_path / "a.zip")] == ["missing_path"]


def test_limits_hold_for_members(tmp_path: Path) -> None:
    """Pages are counted, and PDFs known, as in files of their own."""
    file = io.BytesIO()
    canvas = Canvas(file)
    for words in ("One", "Two"):
        canvas.drawString(72, 700, words)
        canvas.showPage()
    canvas.save()
    members = [("a.pdf", file.getvalue()), ("b.pdf", b"no PDF"), ("c.txt", b"1\f2\f3")]
    (tmp_path / "a.zip").write_bytes(zipped(*members))
    (tmp_path / "a.tar").write_bytes(tarred(*members))
    for name in ("a.zip", "a.tar"):
        pdf, fake, text = find(tmp_path / name)
        assert load(pdf).pages == 2
        assert refusal(pdf, Limits(max_pages=1)) is Code.TOO_MANY_PAGES
        assert refusal(fake) is Code.NOT_TEXT
        assert refusal(text, Limits(max_pages=2)) is Code.TOO_MANY_PAGES
        assert refusal(pdf, Limits(max_bytes=100)) is Code.TOO_LARGE


def test_a_container_that_changed_is_not_read(tmp_path: Path) -> None:
    """Offsets of another file are none of this one's."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl(("a", "One"), ("b", "Two")))
    found = list(find(path))
    path.write_bytes(jsonl(("other", "One, longer"), ("b", "Two")))
    assert refusal(found[1]) is Code.SOURCE_MISMATCH
    path.unlink()
    assert refusal(found[1]) is Code.NOT_TEXT
