"""Letters that stand among others: lists, JSON lines, Parquet, archives."""

import gzip
import json
import pickle
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from packed import LETTERS, NAMES, PACKINGS, codes, jsonl, letter, refusal, tarred, zipped
from terminal import imr

from extractor.errors import ImrError, InputError
from extractor.findings import Code
from extractor.source import Limits, check_keys, find, load


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


def test_json_lines_are_all_that_json_is(tmp_path: Path) -> None:
    """Deep values, half a character, equal keys: a faster parser loses nothing of them."""
    deep = f'{{"id": "deep", "more": {"[" * 300}{"]" * 300}, "text": "One"}}'
    half = r'{"id": "half", "more": "\ud800", "text": "Two"}'
    twice = '{"id": "first", "id": "last", "text": "Three"}'
    wide = {"id": str(10**40), "text": "Four"}
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join((deep, half, twice, json.dumps(wide))))
    read = [(each.id, load(each).text) for each in find(path)]
    assert read == [("deep", "One"), ("half", "Two"), ("last", "Three"), (str(10**40), "Four")]


def test_a_folder_may_be_the_one_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids and paths of ``.`` say no dot, and of what is below it neither."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("One")
    monkeypatch.chdir(tmp_path)
    given = {path: [(each.id, each.path) for each in find(path)] for path in (".", "./in", "*")}
    assert given == {
        ".": [("in/a.txt", "in/a.txt")], "./in": [("a.txt", "in/a.txt")],
        "*": [("in/a.txt", "in/a.txt")],
    }  # fmt: skip


def test_an_archive_that_is_named_again_is_taken_once(archive: Path) -> None:
    """Each of its letters stands in one place."""
    assert list(find([archive, archive])) == list(find(archive))


def test_a_line_of_another_file_with_the_same_id_is_another_letter(tmp_path: Path) -> None:
    """And so is another line of the same file."""
    paths = [tmp_path / name for name in ("one.jsonl", "two.jsonl")]
    for path in paths:
        path.write_bytes(jsonl(*[("a", "x"), ("a", "x")]))
    found = [each.error and each.error.code for each in find([*paths, paths[0]])]
    assert found == [None, *[Code.DUPLICATE_ID] * 4]


@pytest.mark.parametrize("name", ["some.jsonl", "some.jsonl.gz", "some.parquet"])
@pytest.mark.parametrize(
    ("row", "lacks"),
    [
        ({"case": "a", "text": "x"}, True),
        ({"id": "a", "body": "x"}, True),
        ({"id": "a", "text": "x", "more": 1}, False),
        ({"id": None, "text": None}, False),
    ],
)
def test_a_file_without_the_keys_is_refused_before_anything_is_made(
    tmp_path: Path, name: str, row: dict[str, object], lacks: bool
) -> None:
    """It would be a failed record for each row; what is wrong with one row alone is its own."""
    path = tmp_path / name
    if name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist([row]), path)
    else:
        line = f"\n{json.dumps(row)}\nnonsense\n".encode()
        path.write_bytes(gzip.compress(line) if name.endswith(".gz") else line)
    done = imr("extract", path, "--out", tmp_path / "out.jsonl", "--max-failed", "2")
    assert (done.exit_code, (tmp_path / "out.jsonl").exists()) == (
        (2, False) if lacks else (0, True)
    )
    if lacks:
        with pytest.raises(InputError) as refused:
            check_keys([path], "id", "text")
        assert refused.value.code is Code.NOT_TEXT
        id_key, text_key = row
        keys = ("--id-key", id_key, "--text-key", text_key)
        named = imr("extract", path, "--out", tmp_path / "out.jsonl", "--max-failed", "2", *keys)
        assert named.exit_code == 0


@pytest.mark.parametrize("content", [b"", b"\n", b"nonsense\n", b"[1]\n", b"\xff\xfe\n"])
@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".parquet"])
def test_a_damaged_file_is_a_row_and_no_refusal(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    """That it lacks a key cannot be said of what cannot be read."""
    path = tmp_path / f"some{suffix}"
    path.write_bytes(content)
    check_keys([path, tmp_path / f"none{suffix}", tmp_path], "id", "text")
    assert {code for _, code in codes(path)} <= {"not_text", "missing_path"}
