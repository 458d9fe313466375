"""Runs killed at random moments, again and again, end with what an undisturbed run writes."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from evals.endpoint import ScriptedEndpoint, says
from extractor.write import outputs_of

SUFFIXES = (".jsonl", ".csv", ".parquet", ".db")

# One process that has everything imported forks the runs, so that a kill costs no start.
PROGRAM = """
import json
import os
import signal
import sys
import time
from pathlib import Path

import extractor.consult
import extractor.propose.llm.model
from extractor.errors import ImrError
from extractor.pipeline import Extractor
from extractor.propose.llm.options import ModelOptions
from extractor.run import Revision, run
from extractor.source import find


def extract(order):
    options = ModelOptions(repairs=0, concurrency=4, no_cache=True)
    asking = {"proposer": "llm", "model": "m", "base_url": order["url"], "options": options}
    extractor = Extractor(**(asking if order["url"] else {}))
    revision = Revision.UPDATE if order["update"] else None
    run(find(order["paths"]), extractor, Path(order["out"]), jobs=order["jobs"], revision=revision)


def child(order):
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = 1
    try:
        extract(order)
        code = 0
    except KeyboardInterrupt:
        code = 2
    except ImrError as error:
        print(error, file=sys.stderr)
    finally:
        os._exit(code)


def main():
    for line in sys.stdin:
        order = json.loads(line)
        process = os.fork()
        if not process:
            child(order)
        if order["after"] is not None:
            time.sleep(order["after"])
            os.kill(process, order["signal"])
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
"""


class Killer:
    """Runs the same command again and again and kills it."""

    def __init__(self, process: "subprocess.Popen[str]", paths: list[str]) -> None:
        """Give orders to *process*; every run is of *paths*."""
        self._process = process
        self._paths = paths

    def run(self, out: Path, after: float | None = None, **more: Any) -> int:  # noqa: ANN401
        """Start a run, kill it *after* so many seconds, and return its exit code."""
        order = {"jobs": 1, "url": None, "update": False, "signal": signal.SIGKILL, **more}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        place = {"out": str(out), "paths": self._paths, "after": after}
        self._process.stdin.write(json.dumps({**order, **place}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def torment(self, out: Path, kills: int, span: tuple[float, float], **more: Any) -> int:  # noqa: ANN401
        """Kill runs at random moments until so many were killed; return how many outputs came."""
        chance = random.Random(f"{out.name} {more.get('jobs')}")  # noqa: S311 - not a secret
        made = 0
        undisturbed = out.with_stem("undisturbed")
        assert self.run(undisturbed, **{**more, "jobs": 1}) == 0
        while kills:
            code = self.run(out, chance.uniform(*span), **more)
            assert code in {0, -signal.SIGKILL, 2}
            kills -= code != 0
            standing = [each.exists() for each in outputs_of(out)]
            if all(standing):
                assert self.run(out, **more) == 0
                assert content(out) == content(undisturbed)
                out, made = out.with_stem(f"{out.stem}-{made}"), made + 1
        assert self.run(out, **more) == 0
        assert content(out) == content(undisturbed)
        return made + 1


def content(out: Path) -> list[object]:
    """Return what an output and the files beside it hold, so that two can be compared."""
    if out.suffix == ".parquet":
        return [pq.read_table(each).to_pylist() for each in outputs_of(out)]
    if out.suffix == ".db":
        with closing(sqlite3.connect(out)) as database:
            return list(database.iterdump())
    return [each.read_bytes() for each in outputs_of(out)]


@pytest.fixture(scope="module")
def killer(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killer]:
    """Return a killer of runs over golden letters, three of which are given twice."""
    folder = tmp_path_factory.mktemp("killer")
    program = folder / "program.py"
    program.write_text(PROGRAM)
    letters = folder / "letters"
    letters.mkdir()
    chosen = sorted((root / "golden").glob("*/source.txt"))[:20]
    for number, letter in enumerate([*chosen, *chosen[:3]]):
        (letters / f"{number:02}.txt").write_bytes(letter.read_bytes())
    with subprocess.Popen(
        [sys.executable, program],
        env={**os.environ, "PYTHONPATH": str(root), "IMR_API_KEY": "k"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Killer(process, [str(letters)])
        assert process.stdin is not None
        process.stdin.close()


@pytest.mark.parametrize("update", [False, True], ids=["anew", "update"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_killed_at_random_moments(
    killer: Killer, tmp_path: Path, suffix: str, update: bool
) -> None:
    """However often a run is killed: no letter twice, none missing, none half written."""
    killer.torment(tmp_path / f"letters{suffix}", 6, (0.0, 0.2), update=update)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_killed_with_its_processes(killer: Killer, tmp_path: Path, suffix: str) -> None:
    """So it is with two processes."""
    killer.torment(tmp_path / f"letters{suffix}", 1, (0.3, 2.0), jobs=2)


def test_killed_while_a_model_is_asked(killer: Killer, tmp_path: Path) -> None:
    """So it is while several calls are under way."""
    with ScriptedEndpoint(says("{}")) as endpoint:
        killer.torment(tmp_path / "letters.jsonl", 3, (0.05, 0.5), url=endpoint.url)


def test_interrupted_at_random_moments(killer: Killer, tmp_path: Path) -> None:
    """So it is with Ctrl-C."""
    killer.torment(tmp_path / "letters.csv", 4, (0.05, 0.2), signal=signal.SIGINT)
