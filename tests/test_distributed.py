"""Runs on a real Ray cluster of this machine: the records are those of the local engine."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fatal import Fatal
from letters import Issue, Letter
from terminal import IMR, imr

from evals.bench.serving import right_reply
from evals.endpoint import Received, ScriptedEndpoint, Sent, completion
from extractor.distributed import distribute
from extractor.distributed.cluster import cluster
from extractor.distributed.hands import shares
from extractor.distributed.work import Job
from extractor.errors import ImrError, OutputError, SettingsError
from extractor.pipeline import Extractor
from extractor.propose.llm.options import ModelOptions
from extractor.record import Record
from extractor.run import Named, Shard, Summary, run
from extractor.run.merge import merge
from extractor.source import find

pytestmark = pytest.mark.skipif(find_spec("ray") is None, reason="needs Ray: imr-extractor[ray]")
SIZE = 4
LATE = 0.8  # seconds to an answer: long enough for every worker to have begun


@pytest.fixture(scope="module", autouse=True)
def address(root: Path) -> Iterator[str]:
    """Return the address of a cluster that lasts as long as these tests do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(root), str(root / "tests")]))
        patch.delenv("RAY_ADDRESS", raising=False)
        with cluster() as ray:
            yield ray.get_runtime_context().gcs_address


@pytest.fixture
def folder(tmp_path: Path, root: Path) -> Path:
    """Return a folder of letters: twelve that differ, duplicates, what cannot be read."""
    folder = tmp_path / "letters"
    (folder / "sub").mkdir(parents=True)
    letters = sorted((root / "golden").glob("*/source.txt"))[:12]
    for number, letter in enumerate(letters):
        shutil.copy(letter, folder / f"{number:02}.txt")
    for number, name in ((0, "z.txt"), (0, "sub/a.txt"), (3, "03b.TXT"), (11, "00a.txt")):
        shutil.copy(letters[number], folder / name)
    (folder / "empty.txt").touch()
    (folder / "empty-too.txt").touch()
    (folder / "noise.txt").write_bytes(bytes(range(256)) * 8)
    (folder / "no.pdf").write_bytes(letters[0].read_bytes())
    return folder


@pytest.fixture
def many(tmp_path: Path, folder: Path) -> list[str]:
    """Return letters in every kind of input, some of them in several."""
    texts = {each.stem: each.read_text("utf-8") for each in sorted(folder.glob("0?.txt"))}
    jsonl, table, archive = (tmp_path / f"more.{suffix}" for suffix in ("jsonl", "parquet", "zip"))
    lines = [json.dumps({"id": f"line-{name}", "text": text}) for name, text in texts.items()]
    jsonl.write_text("\n".join([*lines, "no JSON", lines[0]]) + "\n")
    rows = [{"id": f"row-{name}", "text": text} for name, text in texts.items()]
    pq.write_table(pa.Table.from_pylist([*rows, {"id": "none", "text": None}]), table)
    with ZipFile(archive, "w") as file:
        for name, text in texts.items():
            file.writestr(f"{name}.txt", text)
    return [str(each) for each in (folder, jsonl, table, archive, tmp_path / "gone.txt")]


def locally(paths: list[str], out: Path, extract: Extractor | None = None) -> Summary:
    """Run the local engine, with processes that letters may kill."""
    return run(find(paths), extract or Extractor(), out, jobs=2)


def lines_of(folder: Path) -> list[str]:
    """Return the records in a folder of shards, in the order of the inputs."""
    rows = [
        row for part in folder.glob("part-*.parquet") for row in pq.read_table(part).to_pylist()
    ]
    places = [row["position"] for row in rows]
    assert sorted(places) == [*range(len(places))]
    return [row["record"] for row in sorted(rows, key=lambda row: int(row["position"]))]


def same(one: Summary, other: Summary) -> bool:
    """Say whether two runs came to the same, apart from where, when and in how many goes."""
    apart = {"out", "seconds", "resumed"}
    return one.model_dump(exclude=apart) == other.model_dump(exclude=apart)


def test_the_records_are_those_of_the_local_engine(many: list[str], tmp_path: Path) -> None:
    """Whatever kind of input: byte for byte, duplicates and unreadable ones among them."""
    out, local = tmp_path / "shards", tmp_path / "local.jsonl"
    came_to = distribute(find(many), Extractor(), out, size=SIZE)
    assert same(came_to, locally(many, local))
    assert came_to.duplicates > 5
    assert lines_of(out) == local.read_text("utf-8").splitlines()
    for suffix in (".jsonl", ".csv", ".db"):
        merged, straight = tmp_path / f"merged{suffix}", tmp_path / f"straight{suffix}"
        assert same(merge([out], merged), came_to)
        locally(many, straight)
        if suffix != ".db":
            assert merged.read_bytes() == straight.read_bytes()


def test_duplicates_are_extracted_once(folder: Path, tmp_path: Path) -> None:
    """Wherever the same bytes stand, they are read for the first of their names."""
    log = tmp_path / "log"
    came_to = distribute(find([folder]), Fatal(log=log), tmp_path / "out", size=SIZE)
    read = Counter(line.split()[1] for line in log.read_text().splitlines())
    assert set(read.values()) == {1}
    assert len(read) == came_to.inputs - came_to.duplicates


def test_a_shard_in_columns(folder: Path, tmp_path: Path) -> None:
    """Status, items and findings can be counted without reading the records."""
    out = tmp_path / "out"
    distribute(find([folder]), Extractor(), out, size=SIZE)
    for row in pq.read_table(out, columns=None).to_pylist():
        record = Record.from_json(row["record"])
        codes = [finding.code.value for finding in record.findings]
        told = (record.document.id, record.status, len(record.items), codes)
        assert told == (row["id"], row["status"], row["items"], row["findings"])


def test_letters_that_kill_their_workers(folder: Path, tmp_path: Path) -> None:
    """They are failed records, as is one that breaks the extractor; the rest goes on."""
    fatal = Fatal(deadly=("02.txt", "noise.txt"), breaking=("05.txt",))
    out, local = tmp_path / "out", tmp_path / "local.jsonl"
    came_to = distribute(find([folder]), fatal, out, size=20)
    assert same(came_to, locally([str(folder)], local, fatal))
    assert came_to.failed >= 3
    assert lines_of(out) == local.read_text("utf-8").splitlines()


def test_a_killed_worker(folder: Path, tmp_path: Path) -> None:
    """Its shard is made again; no record is lost or changed."""
    log, out, local = tmp_path / "log", tmp_path / "out", tmp_path / "local.jsonl"
    slow = Fatal(log=log, pause=0.1)
    killed: list[int] = []

    def kill() -> None:
        wait_for(log, 4)
        killed.append(int(log.read_text().split()[0]))
        os.kill(killed[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    came_to = distribute(find([folder]), slow, out, size=8)
    killer.join()
    assert same(came_to, locally([str(folder)], local))
    assert lines_of(out) == local.read_text("utf-8").splitlines()
    read = [line.split() for line in log.read_text().splitlines()]
    again = Counter(name for _, name in read)
    assert {name for pid, name in read if int(pid) == killed[0]} & {
        n for n in again if again[n] > 1
    }


def wait_for(log: Path, count: int) -> None:
    """Wait until so many letters have been begun."""
    until = time.monotonic() + 60
    while not log.exists() or len(log.read_text().splitlines()) < count:
        assert time.monotonic() < until
        time.sleep(0.02)


PROGRAM = """
import sys
from pathlib import Path
from fatal import Fatal
from extractor.distributed import distribute
from extractor.source import find
folder, log, out, address = sys.argv[1:]
slow = Fatal(log=Path(log), pause=0.15)
distribute(find([folder]), slow, Path(out), size=3, address=address)
"""


def test_a_killed_driver(address: str, folder: Path, root: Path, tmp_path: Path) -> None:
    """The same command makes the shards that are missing, and no other."""
    log, out, local = tmp_path / "log", tmp_path / "out", tmp_path / "local.jsonl"
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    paths = os.pathsep.join([str(root), str(root / "tests")])
    with subprocess.Popen(
        [sys.executable, program, folder, log, out, address],
        env={**os.environ, "PYTHONPATH": paths},
        stderr=subprocess.DEVNULL,
    ) as driver:
        wait_for(log, 1)
        while not list(out.glob("part-*.parquet")):
            time.sleep(0.02)
        driver.kill()
    standing = {part: part.stat().st_mtime_ns for part in out.glob("part-*.parquet")}
    assert 0 < len(standing) < 5
    came_to = distribute(find([folder]), Fatal(), out, size=7)
    assert 0 < came_to.resumed < came_to.inputs
    assert {part: part.stat().st_mtime_ns for part in standing} == standing
    assert same(came_to, locally([str(folder)], local))
    assert lines_of(out) == local.read_text("utf-8").splitlines()


def test_resuming_by_shard(folder: Path, tmp_path: Path) -> None:
    """A finished run is not done again; a shard that is missing, torn or foreign is."""
    log, out = tmp_path / "log", tmp_path / "out"
    first = distribute(find([folder]), Fatal(log=log), out, size=SIZE)
    lines, read = lines_of(out), len(log.read_text().splitlines())
    again = distribute(find([folder]), Fatal(log=log), out, size=SIZE)
    assert (again.resumed, len(log.read_text().splitlines())) == (first.inputs, read)
    parts = sorted(out.glob("part-*.parquet"))
    parts[0].unlink()
    parts[1].write_bytes(parts[1].read_bytes()[:-100])
    parts[2].write_bytes(parts[3].read_bytes())
    mended = distribute(find([folder]), Fatal(log=log), out, size=SIZE)
    assert len(log.read_text().splitlines()) == read + 3 * SIZE
    assert same(first, mended)
    assert lines_of(out) == lines


def test_a_folder_made_otherwise_is_refused(folder: Path, tmp_path: Path) -> None:
    """Other inputs or another configuration need --overwrite; somebody else's files are kept."""
    out, other = tmp_path / "out", tmp_path / "other"
    distribute(find([folder]), Extractor(), out, size=SIZE)
    stood = lines_of(out)
    (folder / "noise.txt").unlink()
    for extract in (Extractor(), Extractor(encoding="latin-1")):
        with pytest.raises(OutputError):
            distribute(find([folder]), extract, out, size=SIZE)
    assert lines_of(out) == stood
    came_to = distribute(find([folder]), Extractor(), out, size=50, overwrite=True)
    assert len(lines_of(out)) == came_to.inputs == len(stood) - 1
    other.mkdir()
    (other / "mine.parquet").touch()
    with pytest.raises(OutputError):
        distribute(find([folder]), Extractor(), other, overwrite=True)
    assert [each.name for each in other.iterdir()] == ["mine.parquet"]


def test_parts_for_any_scheduler(folder: Path, tmp_path: Path) -> None:
    """Shards of the inputs, each made by Ray, merge into what one run writes; so they must be."""
    outs = [tmp_path / f"out-{n}" for n in (1, 2)]
    for number, out in enumerate(outs, start=1):
        distribute(Named(find([folder]), Shard(number, 2)), Extractor(), out, size=SIZE)
    merged, local = tmp_path / "merged.jsonl", tmp_path / "local.jsonl"
    locally([str(folder)], local)
    with pytest.raises(OutputError):
        merge(outs[:1], merged)
    merge(outs, merged)
    assert merged.read_bytes() == local.read_bytes()
    next(outs[0].glob("part-*.parquet")).unlink()
    with pytest.raises(OutputError):
        merge(outs, tmp_path / "again.jsonl")


def overlap(calls: list[Received], seconds: float) -> int:
    """Return how many of *calls* were under way at once, each for so long at least."""
    return max(sum(0 <= call.at - other.at < seconds for other in calls) for call in calls)


def test_models_are_asked_within_one_limit(tmp_path: Path) -> None:
    """All workers together have no more calls under way than one process would."""
    texts = {
        f"Massage therapy, {n} visits": Letter((Issue(f"Massage therapy, {n} visits"),)).write()
        for n in range(2, 14)
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    replies = {name: right_reply(text) for name, text in texts.items()}

    def answer(request: Received) -> Sent:
        letter = request.body["messages"][-1]["content"]
        name = next(name for name in replies if name in letter)
        return Sent(body=completion(request, replies[name]), late=LATE)

    options = ModelOptions(no_cache=True, concurrency=3, repairs=0)
    with ExitStack() as stack:
        endpoint = stack.enter_context(ScriptedEndpoint(answer))
        extractor = Extractor("llm", model="m", base_url=endpoint.url, options=options)
        stack.enter_context(extractor)
        came_to = distribute(find([tmp_path]), extractor, tmp_path / "out", size=SIZE)
        asked = [*endpoint.calls]
        local = run(find([tmp_path]), extractor, tmp_path / "local.jsonl")
    assert 1 < overlap(asked, LATE) <= options.concurrency
    assert len(asked) == local.inputs == 12
    assert same(came_to, local)
    assert lines_of(tmp_path / "out") == (tmp_path / "local.jsonl").read_text().splitlines()


@pytest.mark.parametrize(("concurrency", "each"), [(5, [2, 2, 1]), (3, [1, 1, 1]), (2, [1, 1])])
def test_what_may_be_asked_is_divided(concurrency: int, each: list[int]) -> None:
    """The workers' shares add up to what one process may ask; nobody stands by without one."""
    options = ModelOptions(concurrency=concurrency)
    jobs = shares(Job(Extractor("llm", model="m", options=options), "."), workers=3)
    assert [job.extract.concurrency for job in jobs] == each


def test_a_budget_is_refused(tmp_path: Path) -> None:
    """What a run may spend cannot be held by workers that do not know of each other."""
    options = ModelOptions(max_run_tokens=1)
    with pytest.raises(SettingsError):
        distribute([], Extractor("llm", model="m", options=options), tmp_path / "out")


def test_the_command(folder: Path, tmp_path: Path) -> None:
    """``--engine ray`` writes a folder, ``imr merge`` makes of it what the local engine writes."""
    out, merged, local = tmp_path / "out", tmp_path / "merged.jsonl", tmp_path / "local.jsonl"
    summary = tmp_path / "summary.json"
    given = ("extract", folder, "--max-failed", "100%")
    done = imr(*given, "--engine", "ray", "--out", out, "--summary", summary)
    assert done.exit_code == 0, done.output
    assert json.loads(summary.read_text())["inputs"] == len(lines_of(out))
    assert imr("merge", out, "--out", merged).exit_code == 0
    assert imr(*given, "--out", local).exit_code == 0
    assert merged.read_bytes() == local.read_bytes()
    assert imr("extract", folder, "--engine", "ray", "--out", out).exit_code == 1


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--out", "letters.jsonl"),
        ("--out", "out", "--update"),
        ("--out", "out", "--retry", "failed"),
        ("--out", "out", "--jobs", "2"),
    ],
)
def test_what_ray_does_not_take(folder: Path, options: tuple[str, ...]) -> None:
    """An option of the local engine is refused before any work."""
    assert imr("extract", folder, "--engine", "ray", *options).exit_code == 2
    assert not Path("out").exists()


def test_standard_input_is_refused(tmp_path: Path) -> None:
    """No other machine has it."""
    with pytest.raises(ImrError):
        distribute(find(["-"]), Extractor(), tmp_path / "out")


WITHOUT_RAY = """
import sys
from pathlib import Path
sys.modules["ray"] = None
from extractor.cli import main
main()
"""


def test_without_ray(folder: Path, root: Path, tmp_path: Path) -> None:
    """Where Ray is not installed the command says what to install."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_RAY, "extract", folder, "--engine", "ray", "--out", "out"],
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "imr-extractor[ray]" in done.stderr


def test_no_cluster_there(folder: Path, root: Path, tmp_path: Path) -> None:
    """An address at which no Ray is gives a sentence, and leaves what can be gone on with."""
    command = [*IMR, "extract", str(folder), "--engine", "ray", "--out", str(tmp_path / "out")]
    done = subprocess.run(
        [*command, "--ray-address", "127.0.0.1:1"],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "imr: No Ray at 127.0.0.1:1" in done.stderr
