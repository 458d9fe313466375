"""Zip archives whose counts, sizes or offsets are too large for their first format: zip64."""

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from packed import LETTERS, NAMES, letter, zipped

from extractor.source import find, load


def test_an_archive_has_more_members_than_two_bytes_count(tmp_path: Path) -> None:
    """Beyond 65,535 members the count stands elsewhere; none is lost, and the order stays."""
    path, names = tmp_path / "many.zip", [f"{number}.txt" for number in range(66_000)]
    path.write_bytes(zipped(*((name, name.encode()) for name in names), method=zipfile.ZIP_STORED))
    found = list(find(path))
    assert [each.id for each in found] == [f"many.zip/{name}" for name in names]
    assert [load(found[at]).text for at in (0, 65_535, -1)] == ["0.txt", "65535.txt", "65999.txt"]


def test_exactly_as_many_as_two_bytes_count(tmp_path: Path) -> None:
    """65,535 members need no zip64, and the number that would announce it is then a number."""
    path, count = tmp_path / "many.zip", 0xFFFF
    members = ((f"{number}.txt", b"x") for number in range(count))
    path.write_bytes(zipped(*members, method=zipfile.ZIP_STORED))
    assert sum(1 for _ in find(path)) == count


@pytest.mark.parametrize("before", [b"", b"#!/bin/sh\nexit\n" * 20], ids=["", "behind a program"])
def test_sizes_and_offsets_of_eight_bytes_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes
) -> None:
    """An archive written as if it were beyond 4 GB, also where something stands before it."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    path = tmp_path / "wide.zip"
    path.write_bytes(before + zipped(*LETTERS))
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == list(NAMES)
        assert {info.extra[:2] for info in archive.infolist()} == {b"\1\0"}
    assert [load(each).text for each in find(path)] == [letter(name) for name in NAMES]


def test_an_archive_that_was_streamed_is_read(tmp_path: Path) -> None:
    """What cannot go back says a member's sizes behind it, and in the directory."""

    class Pipe(io.RawIOBase):
        content = b""

        def writable(self) -> bool:
            return True

        def write(self, data: bytes, /) -> int:  # type: ignore[override] # zipfile gives bytes
            self.content += data
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in LETTERS:
            with archive.open(name, "w", force_zip64=True) as member:
                member.write(content)
    (tmp_path / "streamed.zip").write_bytes(pipe.content)
    found = find(tmp_path / "streamed.zip")
    assert [load(each).text for each in found] == [letter(name) for name in NAMES]


def test_another_program_writes_zip64_too(tmp_path: Path) -> None:
    """Info-ZIP's, which says sizes in eight bytes when it is told to, and streams."""
    program = shutil.which("zip")
    if program is None:
        pytest.skip("there is no Info-ZIP here")
    for name, content in LETTERS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    subprocess.run([program, "-q", "-fz", "told.zip", *NAMES], cwd=tmp_path, check=True)
    piped = [program, "-q", "-", *NAMES]
    streamed = subprocess.run(piped, cwd=tmp_path, check=True, stdout=subprocess.PIPE).stdout
    (tmp_path / "piped.zip").write_bytes(streamed)
    for path in (tmp_path / "told.zip", tmp_path / "piped.zip"):
        assert [load(each).text for each in find(path)] == [letter(name) for name in NAMES]


@pytest.mark.parametrize("place", [0, 2**40, 2**64 - 1])
def test_a_directory_that_stands_nowhere_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    """The place of the wide directory's end is the archive's word, and may be anything."""
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    content = zipped(*LETTERS)
    at = content.rindex(b"PK\6\7")
    damaged = content[: at + 8] + place.to_bytes(8, "little") + content[at + 16 :]
    (tmp_path / "a.zip").write_bytes(damaged.replace(b"PK\6\6", b"PK\6\0"))
    (each,) = find(tmp_path / "a.zip")
    assert each.error is not None
    assert (each.id, each.error.code) == ("a.zip", "not_text")
