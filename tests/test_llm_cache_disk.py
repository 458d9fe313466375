"""What no disk, no other process and no hostile row may do to the cache of replies."""

import asyncio
import logging
import multiprocessing
import os
import pickle
import random
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from cached import SETTINGS, Recording, Verdict, ask, question, rows, run

from extractor.errors import SettingsError
from extractor.propose.llm.cache import CachedReplies
from extractor.propose.llm.store import Store

CHANCE = random.Random(6)  # noqa: S311 - no secret
ROOT = Path(__file__).parent.parent
needs_root = pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs root")


class TestHostileRows:
    """Whoever can write the database can run nothing."""

    def test_a_pickled_value_is_not_read(self, tmp_path: Path) -> None:
        """A row that says it is a pickle is a miss, and is replaced."""
        inner = Recording()
        run(tmp_path, inner, question())
        bomb = pickle.dumps(_Bomb(tmp_path / "ran"))
        rows(tmp_path, "UPDATE Cache SET mode = 4, value = ?", bomb)
        assert run(tmp_path, inner, question(), question()) == [False, True]
        assert not (tmp_path / "ran").exists()

    def test_a_pickled_key_is_not_read(self, tmp_path: Path) -> None:
        """Listing refuses it too."""
        run(tmp_path, Recording(), question())
        bomb = pickle.dumps(_Bomb(tmp_path / "ran"))
        rows(tmp_path, "UPDATE Cache SET raw = 0, key = ?", bomb)
        assert list(Store(tmp_path)) == []
        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize("mode", [2, 3, 4])
    def test_a_row_reads_and_removes_no_file(self, tmp_path: Path, mode: int) -> None:
        """A file that a row names is neither opened nor deleted."""
        inner, mine = Recording(), tmp_path / "mine.txt"
        mine.write_bytes(pickle.dumps(_Bomb(tmp_path / "ran")))
        run(tmp_path, inner, question())
        rows(tmp_path, "UPDATE Cache SET mode = ?, filename = '../mine.txt', value = NULL", mode)
        assert run(tmp_path, inner, question(), question()) == [False, True]
        assert mine.exists()
        assert not (tmp_path / "ran").exists()


class _Bomb:
    """Makes a file when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.file),)


@pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX")
class TestWhoseFolder:
    """Whoever can write replies decides records."""

    def test_the_folder_is_private(self, tmp_path: Path) -> None:
        """The folder that is made, and the database's in any case, are the user's alone."""
        run(tmp_path / "new", Recording(), question())
        modes = {stat.S_IMODE((tmp_path / part).stat().st_mode) for part in ("new", "new/db")}
        assert modes == {0o700}

    @pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
    def test_a_folder_that_others_may_write_is_refused(self, tmp_path: Path, mode: int) -> None:
        """Up front."""
        tmp_path.chmod(mode)
        with pytest.raises(SettingsError):
            CachedReplies(None, SETTINGS, tmp_path)

    @needs_root
    def test_somebody_elses_folder_is_refused(self, tmp_path: Path) -> None:
        """Up front."""
        os.chown(tmp_path, 65534, -1)
        with pytest.raises(SettingsError):
            CachedReplies(None, SETTINGS, tmp_path)

    def test_a_file_is_no_folder(self, tmp_path: Path) -> None:
        """Up front."""
        (tmp_path / "file").touch()
        with pytest.raises(SettingsError):
            CachedReplies(None, SETTINGS, tmp_path / "file")


def _garbage(database: Path) -> None:
    database.write_bytes(CHANCE.randbytes(20_000))


def _truncated(database: Path) -> None:
    os.truncate(database, database.stat().st_size // 2)


def _half_a_page(database: Path) -> None:
    os.truncate(database, 4096 + 100)


def _zeroed_pages(database: Path) -> None:
    size = database.stat().st_size
    with database.open("r+b") as file:
        file.seek(4096)
        file.write(bytes(size - 4096))


def _another_database(database: Path) -> None:
    database.unlink()
    with closing(sqlite3.connect(database)) as other, other:
        other.execute("CREATE TABLE Cache (key TEXT)")


def _strange_settings(database: Path) -> None:
    with closing(sqlite3.connect(database)) as other, other:
        other.execute("INSERT INTO Settings VALUES ('disk_nonsense', 1)")


DAMAGE = (_garbage, _truncated, _half_a_page, _zeroed_pages, _another_database, _strange_settings)


@contextmanager
def _unwritable(folder: Path) -> Iterator[None]:
    """Make *folder* unwritable for whoever runs the test; root becomes another user meanwhile."""
    paths, me = [folder, *folder.rglob("*")], os.geteuid()
    above = [each for each in folder.parents if each.stat().st_uid == me and "pytest" in str(each)]
    for each in paths:
        each.chmod(0o500 if each.is_dir() else 0o400)
    if me == 0:
        for each in above:
            each.chmod(0o755)
        for each in paths:
            os.chown(each, 65534, -1)
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(me)
        for each in paths:
            os.chown(each, me, -1)
            each.chmod(0o700 if each.is_dir() else 0o600)


class TestDamage:
    """A cache that cannot be read, or written, costs calls and nothing else."""

    @pytest.mark.parametrize("damage", DAMAGE)
    def test_a_damaged_database_is_set_aside(
        self, tmp_path: Path, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
    ) -> None:
        """Under another name, with one warning that has no letter in it; a new one is begun."""
        questions = [question(f"letter {n}") for n in range(40)]
        run(tmp_path, Recording(), *questions)
        damage(tmp_path / "db" / "cache.db")
        caplog.clear()
        run(tmp_path, Recording(), *questions)
        assert run(tmp_path, Recording(), *questions) == [True] * 40
        assert len(Store(tmp_path).broken()) == 1
        (warning,) = [each.getMessage() for each in caplog.records if each.levelno >= 30]
        assert "letter" not in warning.replace(str(tmp_path), "")

    @pytest.mark.parametrize("name", ["cache.db-wal", "cache.db-shm"])
    def test_a_spoilt_journal_is_survived(self, tmp_path: Path, name: str) -> None:
        """Whatever a journal holds, replies are right or asked again."""
        run(tmp_path, Recording(), question())
        (tmp_path / "db" / name).write_bytes(CHANCE.randbytes(9_000))
        run(tmp_path, Recording(), question())
        assert run(tmp_path, Recording(), question()) == [True]

    def test_a_database_damaged_while_it_is_open(self, tmp_path: Path) -> None:
        """Is set aside too, and the run goes on."""
        inner = Recording()

        async def spoilt() -> int:
            replies = CachedReplies(inner, SETTINGS, tmp_path)
            for n in range(5):
                await replies.ask(question(str(n)), Verdict)
            for file in (tmp_path / "db").iterdir():
                _garbage(file) if file.name == "cache.db" else file.unlink()
            for n in range(5, 10):
                await replies.ask(question(str(n)), Verdict)
            await replies.aclose()
            return len(inner.asked)

        assert asyncio.run(spoilt()) == 10

    def test_a_folder_that_cannot_be_made(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The run goes on without a cache, and says so once."""
        (tmp_path / "file").touch()
        asked = [question(str(n)) for n in range(9)]
        assert run(tmp_path / "file" / "sub", Recording(), *asked) == [False] * 9
        assert sum(each.levelno == logging.WARNING for each in caplog.records) == 1

    def test_a_cache_that_is_locked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Another process that does not let go costs a few waits, not one for every letter."""
        monkeypatch.setattr("extractor.propose.llm.store._LOCK_SECONDS", 0.05)
        run(tmp_path, Recording(), question())
        with closing(sqlite3.connect(tmp_path / "db" / "cache.db", isolation_level=None)) as other:
            inner = Recording()

            async def locked() -> None:
                replies = CachedReplies(inner, SETTINGS, tmp_path)
                await replies.ask(question(), Verdict)
                other.execute("BEGIN IMMEDIATE")
                for n in range(20):
                    await replies.ask(question(str(n)), Verdict)
                other.execute("ROLLBACK")
                await replies.aclose()

            asyncio.run(locked())
        assert len(inner.asked) == 20
        assert sum(each.levelno == logging.WARNING for each in caplog.records) == 1
        assert Store(tmp_path).broken() == []

    def test_a_folder_that_cannot_be_written(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The run goes on, says so once, and sets nothing aside."""
        folder = tmp_path / "cache"
        run(folder, Recording(), question())
        with _unwritable(folder):
            asked = [question(str(n)) for n in range(9)]
            assert run(folder, Recording(), *asked) == [False] * 9
        assert sum(each.levelno == logging.WARNING for each in caplog.records) == 1
        assert [each.name for each in folder.iterdir()] == ["db"]
        assert run(folder, Recording(), question()) == [True]

    @pytest.mark.parametrize("limit", [0, 5_000, 60_000, 200_000])
    def test_a_full_disk(self, tmp_path: Path, limit: int) -> None:
        """The run goes on, and the cache is sound when there is room again."""
        done = _bounded(tmp_path, limit)
        assert (done.returncode, done.stdout.strip()) == (0, "40"), done.stderr
        assert done.stderr.count("cannot be used") == 1
        run(tmp_path, Recording(), *(question(str(n)) for n in range(40)))
        assert all(run(tmp_path, Recording(), *(question(str(n)) for n in range(40))))


_MANY = """
import asyncio, sys
from pathlib import Path
from cached import Recording, ask, question
inner = Recording('{"decision": "' + "upheld " * 1500 + '"}')
asyncio.run(ask(Path(sys.argv[1]), inner, *(question(str(n)) for n in range(40))))
print(len(inner.asked))
"""
_WRITING = """
import asyncio, sys
from pathlib import Path
from cached import Recording, ask, question
inner = Recording('{"decision": "' + "upheld " * 500 + '"}')
print("on", flush=True)
for n in range(10_000):
    first = int(sys.argv[2]) * 10_000 + n * 20
    asyncio.run(ask(Path(sys.argv[1]), inner, *(question(str(first + k)) for k in range(20))))
    print(first, flush=True)
"""


def _bounded(folder: Path, limit: int) -> subprocess.CompletedProcess[str]:
    """Ask 40 questions in a process that can make no file larger than *limit* bytes."""
    return subprocess.run(
        [sys.executable, "-B", "-c", _MANY, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=_environment(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}


class TestSeveralProcesses:
    """Processes share a cache, and die."""

    def test_killed_at_any_moment(self, tmp_path: Path) -> None:
        """Two writers killed at random moments leave a cache that is sound and was not set aside.

        A reply that was answered before the kill is there.
        """
        ends = time.monotonic() + 4
        rounds = 0
        while time.monotonic() < ends:
            writers = [_writer(tmp_path, 2 * rounds + n) for n in range(2)]
            for writer in writers:
                assert writer.stdout is not None
                writer.stdout.readline()
            time.sleep(CHANCE.uniform(0, 0.15))
            for writer in writers:
                writer.send_signal(signal.SIGKILL)
            said = [writer.communicate()[0].split() for writer in writers]
            done = [question(str(int(n) + k)) for each in said for n in each for k in range(20)]
            assert all(run(tmp_path, None, *done, only=True))
            rounds += 1
        assert rounds >= 2
        assert Store(tmp_path).broken() == []

    def test_two_share_one(self, tmp_path: Path) -> None:
        """Processes that begin at the same moment all find and keep replies."""
        context = multiprocessing.get_context("spawn")
        with context.Pool(3) as pool:
            pool.map(_fill, [(str(tmp_path), part) for part in range(3)], chunksize=1)
        kept = [question(f"{part}-{n}") for part in range(3) for n in range(50)]
        assert run(tmp_path, None, *kept, only=True) == [True] * 150
        assert Store(tmp_path).broken() == []


def _writer(folder: Path, number: int) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-B", "-c", _WRITING, str(folder), str(number)],
        stdout=subprocess.PIPE,
        text=True,
        env=_environment(),
    )


def _fill(given: tuple[str, int]) -> None:
    folder, part = given
    asyncio.run(ask(Path(folder), Recording(), *(question(f"{part}-{n}") for n in range(50))))
