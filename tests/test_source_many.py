"""Letters that stand among others: lists, JSON lines, Parquet, archives, addresses."""

import bz2
import gzip
import importlib
import io
import json
import lzma
import pickle
import stat
import struct
import subprocess
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pytest_httpserver import HTTPServer
from reportlab.pdfgen.canvas import Canvas
from terminal import IMR, LETTER, imr, records

from extractor.api import extract_many
from extractor.errors import ImrError, InputError
from extractor.findings import Code
from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.run import run
from extractor.source import Input, Limits, find, load

fsspec = importlib.import_module("fsspec")  # which ships no types
NAMES = ("b.txt", "in/a.txt", "in/deep/c.TXT")
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def letter(name: str) -> str:
    """Return a letter that can be verified, another for each name."""
    return LETTER.replace("{request}", f"Walker, kind {len(name)}")


def tarred(*members: tuple[str, bytes | None], kind: bytes = tarfile.SYMTYPE) -> bytes:
    """Return a tar archive of names and contents; what has none is of another *kind*."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content or b"")
            if content is None:
                info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info, io.BytesIO(content or b""))
    return file.getvalue()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of names and contents."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return file.getvalue()


def jsonl(*pairs: tuple[str, str]) -> bytes:
    """Return ids and texts as JSON lines."""
    return b"".join(json.dumps({"id": i, "text": t}).encode() + b"\n" for i, t in pairs)


LETTERS = [(name, letter(name).encode()) for name in NAMES]


def codes(given: Path | str, **options: str) -> list[tuple[str, str | None]]:
    """Return the id of each input at *given*, and the code of what is wrong with it."""
    found = find(str(given), **options)  # type: ignore[arg-type] # mypy mixes the options up
    return [(each.id, each.error.code.value if each.error else None) for each in found]


def refusal(given: Input, limits: Limits | None = None) -> Code:
    """Return the code with which an input is not read."""
    with pytest.raises(InputError) as refused:
        load(given, limits or Limits())
    return refused.value.code


# --- every kind of file ---------------------------------------------------------------------------


@pytest.fixture(params=["zip", "stored.zip", "bzip2.zip", *(f"tar{p}" for p in PACKINGS), "tgz"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An archive of each kind, with three letters and what is none."""
    name: str = request.param
    others = [("read.me", b"no letter"), (".hidden.txt", b"x"), ("__MACOSX/a.txt", b"x")]
    path = tmp_path / f"some.{name}"
    if name.endswith("zip"):
        method = {"stored.zip": zipfile.ZIP_STORED, "bzip2.zip": zipfile.ZIP_BZIP2}.get(name)
        method = zipfile.ZIP_DEFLATED if method is None else method
        path.write_bytes(zipped(*LETTERS, *others, method=method))
    else:
        pack = PACKINGS[".gz" if name == "tgz" else name.removeprefix("tar")]
        path.write_bytes(pack(tarred(*LETTERS, *others)))
    return path


def test_an_archive_stands_for_its_letters(archive: Path) -> None:
    """They come in its order, as they would from a folder, with its name before theirs."""
    found = list(find(archive))
    assert [each.id for each in found] == [f"{archive.name}/{name}" for name in NAMES]
    sources = [load(each) for each in found]
    assert [source.text for source in sources] == [letter(name) for name in NAMES]
    assert {source.path for source in sources} == {str(archive)}


def test_members_are_read_in_any_order_by_any_process(archive: Path) -> None:
    """An input says where its letter is, holds nothing of it, and outlives pickling."""
    found = list(find(archive))
    sent = pickle.dumps(found)
    assert len(sent) < 1500
    for each in reversed(pickle.loads(sent)):  # noqa: S301 - our own bytes
        assert load(each).text == letter(each.id.removeprefix(f"{archive.name}/"))


@pytest.mark.parametrize("packing", PACKINGS)
def test_json_lines_give_ids_and_texts(tmp_path: Path, packing: str) -> None:
    """Each line is a letter; offsets count its text; blank lines and a byte order mark are none."""
    path = tmp_path / f"some.jsonl{packing}"
    lines = b"\xef\xbb\xbf" + jsonl(("x/é", "One.\nTwo"), ("7", "Three")) + b"\n \n"
    path.write_bytes(PACKINGS[packing](lines + b'{"id": 8, "text": "Four", "more": [1]}'))
    found = list(find(path))
    assert [(each.id, load(each).text) for each in found] == [
        ("x/é", "One.\nTwo"), ("7", "Three"), ("8", "Four"),
    ]  # fmt: skip


def test_keys_can_have_other_names(tmp_path: Path) -> None:
    """JSON lines and Parquet alike name their ids and texts as they please."""
    rows = [{"case": "a", "body": "One", "id": 1, "text": 2}]
    (tmp_path / "a.ndjson").write_text(json.dumps(rows[0]))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.pq")
    for name in ("a.ndjson", "a.pq"):
        (each,) = find(tmp_path / name, id_key="case", text_key="body")
        assert (each.id, load(each).text) == ("a", "One")


def test_lines_that_are_no_letters_have_rows(tmp_path: Path) -> None:
    """The file's name and the line's number say which; the others are read."""
    path = tmp_path / "a.jsonl"
    bad = [b"{", b"[]", b'{"text": "x"}', b'{"id": "a"}', b'{"id": true, "text": "x"}', b"\xff"]
    path.write_bytes(b"\n".join(bad) + b"\n" + b"[" * 90_000 + b"\n" + jsonl(("a", "x"), ("a", "")))
    refused = [(f"a.jsonl:{n}", "not_text") for n in range(1, 8)]
    assert codes(path) == [*refused, ("a", None), ("a", "duplicate_id")]


def test_a_line_beyond_every_limit_is_not_held(tmp_path: Path) -> None:
    """It gets its row, and the next line is read; of a shorter one the text is measured."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl(("long", "x" * 3_000_000), ("mid", "x" * 2_000), ("b", "y")))
    limits = Limits(max_bytes=1_000)
    first, second, third = find(path, limits=limits)
    assert (first.id, first.error and first.error.code) == ("a.jsonl:1", Code.TOO_LARGE)
    assert refusal(second, limits) is Code.TOO_LARGE
    assert load(third, limits).text == "y"


def test_parquet_rows_are_letters(tmp_path: Path) -> None:
    """In the table's order, whatever its row groups; any row can be read by itself."""
    path = tmp_path / "a.parquet"
    rows = [{"id": str(n), "text": f"Letter {n}"} for n in range(100)]
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=33)
    found = list(find(path))
    assert [(each.id, load(each).text) for each in found] == [(r["id"], r["text"]) for r in rows]
    for n in (99, 0, 50, 32, 33, 20, 21):
        assert load(found[n]).text == f"Letter {n}"


def test_parquet_without_letters_says_so(tmp_path: Path) -> None:
    """Missing ids, texts and columns each have their row, and so has what is no table."""
    rows = [{"id": None, "text": "x"}, {"id": "a", "text": None}, {"id": "b", "text": "y" * 50}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    assert codes(tmp_path / "a.parquet")[0] == ("a.parquet:1", "not_text")
    _, none, long = find(tmp_path / "a.parquet")
    assert refusal(none) is Code.EMPTY_INPUT
    assert refusal(long, Limits(max_bytes=49)) is Code.TOO_LARGE
    assert codes(tmp_path / "a.parquet", text_key="body") == [("a.parquet", "not_text")]
    pq.write_table(pa.table({"id": ["a"], "text": [1]}), tmp_path / "n.parquet")
    assert refusal(next(find(tmp_path / "n.parquet"))) is Code.NOT_TEXT
    (tmp_path / "b.parquet").write_bytes(b"PAR1, and nothing else")
    assert codes(tmp_path / "b.parquet") == [("b.parquet", "not_text")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\0"])
def test_a_list_names_files(letters: Path, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One path a line, or NUL-separated; a file's id is its path as written there."""
    monkeypatch.chdir(letters.parent)
    (letters / "with\nnewline.txt").write_text("x")
    names = ["letters/b.txt", "letters/sub", "", "gone.txt", "./letters/a.txt"]
    names += ["letters/with\nnewline.txt"] if end == "\0" else []
    Path("list").write_text(end.join(names), newline="")
    found = list(find(files_from="list"))
    ids = ["letters/b.txt", "c.txt", "gone.txt", "letters/a.txt"]
    assert [each.id for each in found][:4] == ids
    assert [each.id for each in found if each.error] == ["gone.txt"]
    assert len(found) == len([name for name in names if name])


def test_a_list_can_be_long_and_need_not_be_one(tmp_path: Path) -> None:
    """It is read piece by piece; what has no lines of a path's length is refused."""
    listed = tmp_path / "list"
    listed.write_text("\n".join(f"letter-{n}.txt" for n in range(20_000)))
    assert [each.id for each in find(files_from=listed)][-1] == "letter-19999.txt"
    listed.write_bytes(b"x" * 300_000)
    with pytest.raises(ImrError):
        list(find(files_from=listed))
    with pytest.raises(ImrError):
        list(find(files_from=tmp_path / "none"))


def test_globs_match_archives_and_folders_leave_them_out(tmp_path: Path) -> None:
    """What a folder stands for stays its text files and PDFs."""
    (tmp_path / "a.zip").write_bytes(zipped(("x.txt", b"x")))
    (tmp_path / "y.txt").write_text("y")
    assert [name for name, _ in codes(tmp_path / "*")] == ["a.zip/x.txt", "y.txt"]
    assert codes(tmp_path) == [("y.txt", None)]


# --- hostile archives -----------------------------------------------------------------------------


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


# --- addresses ------------------------------------------------------------------------------------


@pytest.fixture
def bucket() -> Iterator[str]:
    """An address in memory that stands for a bucket, with letters and an archive."""
    system = fsspec.filesystem("memory")
    for name, content in LETTERS:
        system.pipe(f"/bucket/{name}", content)
    system.pipe("/bucket/.x/d.txt", b"hidden")
    system.pipe("/bucket/all.zip", zipped(*LETTERS))
    system.pipe("/bucket/all.tar.gz", gzip.compress(tarred(*LETTERS)))
    system.pipe("/bucket/all.jsonl", jsonl(("a", "One")))
    yield "memory://bucket"
    system.rm("/bucket", recursive=True)


def test_addresses_are_folders_files_and_globs(bucket: str) -> None:
    """Ids are what they would be on a disk."""
    assert codes(bucket) == [(name, None) for name in NAMES]
    assert codes(f"{bucket}/in/a.txt") == [("a.txt", None)]
    assert codes(f"{bucket}/in/*.txt") == [("a.txt", None)]
    assert [load(each).text for each in find(bucket)] == [letter(name) for name in NAMES]
    assert [code for _, code in codes(f"{bucket}/none.txt")] == ["missing_path"]
    gone = next(find(f"{bucket}/b.txt"))
    fsspec.filesystem("memory").rm("/bucket/b.txt")
    assert refusal(gone) is Code.MISSING_PATH


@pytest.mark.parametrize("name", ["all.zip", "all.tar.gz"])
def test_archives_behind_addresses_are_read_there(bucket: str, name: str) -> None:
    """Members are read where they are."""
    found = list(find(f"{bucket}/{name}"))
    assert [each.id for each in found] == [f"{name}/{each}" for each in NAMES]
    assert [load(each).text for each in found] == [letter(each) for each in NAMES]
    assert [load(each).text for each in find(f"{bucket}/all.jsonl")] == ["One"]


def test_chained_and_local_addresses_are_read(tmp_path: Path) -> None:
    """``file://`` is a path, ``zip::`` a folder in an archive."""
    (tmp_path / "b.txt").write_text("One")
    (tmp_path / "a.zip").write_bytes(zipped(*LETTERS))
    assert [load(each).text for each in find(f"file://{tmp_path}/b.txt")] == ["One"]
    found = list(find(f"zip://in::file://{tmp_path}/a.zip"))
    assert [(each.id, load(each).text) for each in found] == [
        ("a.txt", letter("in/a.txt")), ("deep/c.TXT", letter("in/deep/c.TXT")),
    ]  # fmt: skip


def test_letters_are_read_from_a_server(httpserver: HTTPServer) -> None:
    """An address of a server is a file like any other; what it refuses has its row."""
    httpserver.expect_request("/b.txt").respond_with_data(letter("b"), content_type="text/plain")
    httpserver.expect_request("/a.jsonl").respond_with_data(jsonl(("a", "One")))
    (each,) = find(httpserver.url_for("/b.txt"))
    assert (each.id, load(each).text) == ("b.txt", letter("b"))
    (each,) = find(httpserver.url_for("/a.jsonl"))
    assert load(each).text == "One"
    assert [code for _, code in codes(httpserver.url_for("/none.txt"))] == ["missing_path"]


def test_an_address_of_no_kind_is_refused() -> None:
    """The run does not begin."""
    with pytest.raises(ImrError):
        list(find("nowhere://a.txt"))


# --- runs -----------------------------------------------------------------------------------------


@pytest.fixture
def everything(tmp_path: Path) -> list[str]:
    """The same letters in every kind of file."""
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "z.zip").write_bytes(zipped(*LETTERS, ("../x.txt", b"x")))
    (folder / "t.tar.gz").write_bytes(gzip.compress(tarred(*LETTERS)))
    (folder / "l.jsonl").write_bytes(jsonl(*((f"l{n}", letter(str(n))) for n in range(20))))
    rows = [{"id": f"p{n}", "text": letter(str(n))} for n in range(20)]
    pq.write_table(pa.Table.from_pylist(rows), folder / "p.parquet")
    return [str(folder / name) for name in ("z.zip", "t.tar.gz", "l.jsonl", "p.parquet")]


def test_runs_over_containers_do_not_depend_on_jobs(everything: list[str], tmp_path: Path) -> None:
    """One record an input, in order, byte for byte the same from one process and from two."""
    for jobs in (1, 2):
        done = imr("extract", *everything, "--out", tmp_path / f"{jobs}.jsonl", "--jobs", str(jobs))
        assert done.exit_code == 1  # one member is refused
    lines = (tmp_path / "1.jsonl").read_bytes()
    assert lines == (tmp_path / "2.jsonl").read_bytes()
    made = [Record.from_json(line) for line in lines.splitlines()]
    assert [record.document.id for record in made] == [each.id for each in find(everything)]
    assert [record.status for record in made].count("verified") == len(made) - 1 == 46


def test_the_library_takes_what_the_command_takes(everything: list[str], tmp_path: Path) -> None:
    """``extract_many`` and the command give the same records."""
    (tmp_path / "list").write_text("\n".join(everything))
    told = records(imr("extract", "--from", tmp_path / "list").stdout)
    made = list(extract_many(files_from=tmp_path / "list"))
    assert [record.document.id for record in made] == [each["document"]["id"] for each in told]
    assert imr("extract").exit_code == 2


def test_a_list_comes_from_standard_input(letters: Path) -> None:
    """``--from -`` reads what another command found."""
    done = subprocess.run(
        [*IMR, "extract", "--from", "-"],
        input=f"{letters}/a.txt\0",
        capture_output=True,
        text=True,
        check=True,
    )
    assert [each["document"]["id"] for each in records(done.stdout)] == [f"{letters}/a.txt"]


def test_the_records_of_an_archive_can_be_checked(everything: list[str], tmp_path: Path) -> None:
    """``imr validate`` finds each letter in its archive again."""
    for given in everything[1:]:
        imr("extract", given, "--out", tmp_path / "a.jsonl", "--overwrite")
        assert imr("validate", tmp_path / "a.jsonl", "--source", given).exit_code == 0


def test_a_run_over_an_archive_is_resumed_unless_it_changed(tmp_path: Path) -> None:
    """Its size and time, and where each member stands, belong to what a run is made of."""
    path, out = tmp_path / "a.zip", tmp_path / "out.jsonl"
    path.write_bytes(zipped(*LETTERS))
    assert run(find(path), Extractor(), out).resumed == 0
    assert run(find(path), Extractor(), out).resumed == 3
    path.write_bytes(zipped(*LETTERS, ("d.txt", b"more")))
    with pytest.raises(ImrError):
        run(find(path), Extractor(), out)


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz"])
def test_a_killed_run_over_an_archive_goes_on(tmp_path: Path, name: str) -> None:
    """After kill -9 the same command ends with what an unbroken run writes."""
    members = [(f"{n}.txt", letter(str(n)).encode()) for n in range(150)]
    path, out = tmp_path / name, tmp_path / "out.jsonl"
    path.write_bytes(zipped(*members) if name == "a.zip" else gzip.compress(tarred(*members)))
    command = [*IMR, "extract", str(path), "--out", str(out), "--jobs", "2"]
    lines = tmp_path / ".out.jsonl.journal" / "records.jsonl"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not (lines.exists() and lines.stat().st_size > 20_000):
            pass
        process.kill()
    summary = run(find(path), Extractor(), out)
    assert (summary.inputs, summary.failed) == (150, 0)
    assert summary.resumed > 0
    run(find(path), Extractor(), tmp_path / "unbroken.jsonl")
    assert out.read_bytes() == (tmp_path / "unbroken.jsonl").read_bytes()


@pytest.mark.parametrize("kind", ["jsonl", "tar", "zip", "parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    """Of 30 MB of letters, finding and reading them holds a few at a time."""
    text = "The request is not medically necessary. " * 750
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        rows = {"id": [str(n) for n in range(1000)], "text": [f"{n} {text}" for n in range(1000)]}
        pq.write_table(pa.table(rows), path)
    elif kind == "jsonl":
        path.write_bytes(jsonl(*((str(n), text) for n in range(1000))))
    else:
        pack = tarred if kind == "tar" else zipped
        path.write_bytes(pack(*((f"{n}.txt", text.encode()) for n in range(1000))))
    tracemalloc.start()
    characters = sum(len(load(each).text) for each in find(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert characters >= 30_000_000
    assert peak < 6_000_000
