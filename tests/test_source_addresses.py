"""Letters behind addresses, as fsspec reaches them."""

import gzip
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packed import LETTERS, NAMES, codes, jsonl, letter, refusal, tarred, zipped
from pytest_httpserver import HTTPServer

from extractor.errors import ImrError
from extractor.findings import Code
from extractor.source import find, load

fsspec = importlib.import_module("fsspec")  # which ships no types


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
