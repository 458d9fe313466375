"""Letters with one content, wherever they stand: extracted once, and listed under every id."""

import codecs
import gzip
import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from packed import jsonl, letter, tarred, zipped

from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.run import Named, Revision, Shard, extract_inputs, run
from extractor.run.merge import merge
from extractor.source import Input, Limits, find

PLAIN = letter("a")
FILES = {
    "plain.txt": PLAIN.encode(),
    "marked.txt": codecs.BOM_UTF8 + PLAIN.encode(),
    "accented.txt": PLAIN.replace("Walker", "Trépied").encode("cp1252"),
    "wide.txt": PLAIN.encode("utf-16"),
    "empty.txt": b"",
    "blank.txt": b" \n",
    "noise.txt": bytes(range(256)) * 8,
    "no.pdf": PLAIN.encode(),
    "broken.pdf": b"%PDF-1.7 broken",
}
TEXTS = {"one": PLAIN, "none": "", "nul": "a\0b", "two": letter("bb"), "three": "Tea\n\f\nand cake"}
TEXTUAL = (".jsonl", ".jsonl.gz", ".parquet")
KINDS = ("folder", ".zip", ".tar", ".tar.gz", *TEXTUAL)


@dataclass(frozen=True)
class Counting(Extractor):
    """An extractor that counts how many letters it is given."""

    read: Counter[str] = field(default_factory=Counter)

    def extract_input(self, found: Input, /) -> Record:
        """Count a letter and extract it."""
        self.read[found.id] += 1
        return super().extract_input(found)


@pytest.fixture
def files(root: Path) -> dict[str, bytes]:
    """Return names and contents of files, two PDFs among them that can be read."""
    pdf = (root / "golden" / "pdf-two-items" / "source.pdf").read_bytes()
    return {**FILES, "good.pdf": pdf, "good.txt": pdf}


def put(kind: str, path: Path, files: dict[str, bytes]) -> Path:
    """Write letters as a file, or a folder, of *kind*; ids begin with its name."""
    texts = [(f"{path.name} {name}", text) for name, text in TEXTS.items()]
    if kind == "folder":
        (path / path.name).mkdir(parents=True)
        for name, content in files.items():
            (path / path.name / name).write_bytes(content)
    elif kind == ".parquet":
        ids, bodies = zip(*texts, strict=True)
        pq.write_table(pa.table({"id": ids, "text": bodies}), path)
    else:
        pack = {".zip": lambda: zipped(*files.items()), ".tar": lambda: tarred(*files.items())}
        content = pack.get(kind.removesuffix(".gz"), lambda: jsonl(*texts))()
        path.write_bytes(gzip.compress(content) if kind.endswith(".gz") else content)
    return path


def each_by_itself(given: list[Path], extractor: Extractor) -> bytes:
    """Return the JSONL of letters of which each is extracted."""
    records = extract_inputs(find(given), extractor)
    return "".join(f"{record.to_json()}\n" for record in records).encode()


@pytest.mark.parametrize(("one", "other"), [*product(KINDS, KINDS)])
def test_records_say_nothing_of_duplicates(
    tmp_path: Path, files: dict[str, bytes], one: str, other: str
) -> None:
    """Between any two kinds, a shared record is what extracting the letter gives, to the byte."""
    given = [put(one, tmp_path / f"one{one}", files), put(other, tmp_path / f"other{other}", files)]
    counting = Counting()
    summary = run(find(given), counting, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == each_by_itself(given, Extractor())
    shared = (one in TEXTUAL) == (other in TEXTUAL)
    assert summary.duplicates == (summary.inputs // 2 if shared else 0)
    assert counting.read.total() == summary.inputs - summary.duplicates


@pytest.mark.parametrize("jobs", [1, 2])
def test_duplicates_do_not_depend_on_jobs(
    tmp_path: Path, files: dict[str, bytes], jobs: int
) -> None:
    """All kinds at once, in one process or two."""
    given = [put(kind, tmp_path / f"all{kind}", files) for kind in KINDS]
    summary = run(find(given), Extractor(), tmp_path / "out.jsonl", jobs=jobs)
    assert (tmp_path / "out.jsonl").read_bytes() == each_by_itself(given, Extractor())
    assert summary.duplicates == 3 * len(files) + 2 * len(TEXTS)


@pytest.mark.parametrize("limit", [1_000, 20_000, 2_000_000])
def test_limits_hold_for_duplicates(tmp_path: Path, limit: int) -> None:
    """What is too large because of its packing alone is no copy of what is not."""
    text = "Two loaves of bread, and six eggs. " * 10
    rows = [{"id": str(n), "text": text, "more": "x" * n * 100_000} for n in range(30)]
    (tmp_path / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    extractor = Extractor(limits=Limits(max_bytes=limit))
    run(find([tmp_path / "a.jsonl"]), extractor, tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == each_by_itself(
        [tmp_path / "a.jsonl"], extractor
    )


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_knows_letters_that_moved_into_an_archive(
    tmp_path: Path, files: dict[str, bytes], kind: str
) -> None:
    """What was extracted stays known by its content, whatever holds it now."""
    start, out = "folder" if kind not in TEXTUAL else ".jsonl", tmp_path / "out.jsonl"
    run(find(put(start, tmp_path / f"old{start}", files)), Extractor(), out)
    moved, counting = put(kind, tmp_path / f"new{kind}", files), Counting()
    summary = run(find(moved), counting, out, revision=Revision.UPDATE)
    assert (summary.reused, counting.read.total()) == (summary.inputs, 0)
    assert out.read_bytes() == each_by_itself([moved], Extractor())


def test_merged_shards_are_known_by_content(tmp_path: Path, files: dict[str, bytes]) -> None:
    """An update of what was merged takes over every record that was read."""
    given = [put(kind, tmp_path / f"all{kind}", files) for kind in KINDS]
    shards = [tmp_path / f"{n}.jsonl" for n in (1, 2)]
    for n, shard in enumerate(shards, start=1):
        run(Named(find(given), Shard(n, 2)), Extractor(), shard)
    out, counting = tmp_path / "out.jsonl", Counting()
    merge(shards, out)
    put(".jsonl", more := tmp_path / "more.jsonl", files)
    run(find([*given, more]), counting, out, revision=Revision.UPDATE)
    failed = [
        each
        for each in map(Record.from_json, out.read_bytes().splitlines())
        if each.status == "failed"
    ]
    assert set(counting.read) <= {each.document.id for each in failed}
    assert out.read_bytes() == each_by_itself([*given, more], Extractor())
