"""What the documents promise is run: doctests, README blocks, the help of every command."""

import doctest
import importlib
import inspect
import os
import pkgutil
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.main import get_command

import evals
import evals.cli
import extractor
import extractor.cli
from extractor.write import write_records

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)
README = (ROOT / "README.md").read_text("utf-8")
# What the shell blocks may start; other commands are for people to run.
OURS = {"imr", "imr-eval", "python"}
PROGRAMS = {"imr": "extractor.cli", "imr-eval": "evals"}


def modules() -> list[str]:
    """Return the dotted name of every module that a user can import."""
    return [
        name
        for package in (extractor, evals)
        for _, name, _ in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not name.endswith("__main__")
    ]


def blocks(language: str) -> list[str]:
    """Return the README's code blocks in *language*, in order."""
    found = BLOCK.finditer(README)
    return [match["body"] for match in found if match["language"] == language]


def commands() -> list[tuple[str, ...]]:
    """Return every command line that has a help: the two programs and their commands."""
    found = []
    for program, module in (("imr", extractor.cli), ("imr-eval", evals.cli)):
        names = getattr(get_command(module.app), "commands", {})
        found += [(program,), *((program, name) for name in names)]
    return found


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the golden letters in it, as the README's commands expect."""
    shutil.copytree(ROOT / "golden", tmp_path / "golden")
    shutil.copytree(ROOT / "evals", tmp_path / "evals", ignore=shutil.ignore_patterns("*.py"))
    return tmp_path


@pytest.mark.parametrize("name", ["extractor", "evals", *modules()])
def test_doctests_hold(name: str) -> None:
    """An example in a docstring gives what it says."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_has_a_help(command: tuple[str, ...]) -> None:
    """``--help`` of each command works and describes each of its options."""
    program, *rest = command
    done = subprocess.run(
        [sys.executable, "-m", PROGRAMS[program], *rest, "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "--help" in done.stdout
    assert not done.stderr


@pytest.mark.parametrize("module", [extractor.cli, evals.cli], ids=["imr", "imr-eval"])
def test_every_option_is_described(module: object) -> None:
    """No command and no option leaves a user to guess."""
    program = get_command(module.app)  # type: ignore[attr-defined]
    for command in getattr(program, "commands", {}).values():
        assert command.help
        assert [p.name for p in command.params if not getattr(p, "help", None)] == []


@pytest.mark.parametrize("name", extractor.__all__)
def test_exported_names_are_there_and_documented(name: str) -> None:
    """What ``from extractor import …`` offers exists and says what it does."""
    assert inspect.getdoc(getattr(extractor, name))


def test_python_examples_of_the_readme_run(desk: Path) -> None:
    """The README's Python blocks run in order, each going on from the one before."""
    program = "\n".join(blocks("python"))
    assert program
    subprocess.run([sys.executable, "-c", program], cwd=desk, check=True, timeout=120)


def test_sessions_of_the_readme_give_what_they_show(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's interactive Python sessions print what stands there."""
    monkeypatch.chdir(desk)
    session = doctest.DocTestParser().get_doctest("\n".join(blocks("pycon")), {}, "README", None, 0)
    assert doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(session).failed == 0


BOARD_LETTER = """\
BOARD REVIEW

SUMMARY

A 30 year old woman with a sprained wrist.

ISSUES AND DECISIONS

Wrist brace, left: Reversed

Payer guideline: The payer did not cite any medical evidence for its decision.

Board guideline: Decision based on MTUS Forearm, Wrist, and Hand Complaints 2004.

Reasons: The sprain is documented. The brace is medically necessary.
"""


def test_the_layout_of_the_contributing_guide_works(tmp_path: Path) -> None:
    """The guide's example layout reads a letter that has its headings, labels and words."""
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (layout,) = (m["body"] for m in BLOCK.finditer(guide) if m["language"] == "toml")
    (tmp_path / "board-letter.toml").write_text(layout, "utf-8")
    record = extractor.extract(text=BOARD_LETTER, layouts=tmp_path)
    assert record.document.layout == "board-letter"
    assert [(i.request.value, i.decision.value) for i in record.items] == [
        ("Wrist brace, left", "overturned")
    ]
    assert record.status == "verified"


def test_queries_of_the_readme_find_rows(desk: Path) -> None:
    """The README's SQL runs on a database of the golden letters and answers with something."""
    database = desk / "letters.db"
    inputs = extractor.extract_many([desk / "golden"])
    write_records(inputs, database)
    queries = [each for block in blocks("sql") for each in block.split(";") if each.strip()]
    assert queries
    with closing(sqlite3.connect(database)) as opened:
        for query in queries:
            assert opened.execute(query).fetchall(), query


def test_commands_of_the_readme_run(desk: Path) -> None:
    """The README's shell blocks run in order: every line that starts a program of ours."""
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    ours = [line for line in lines if line.partition(" ")[0] in OURS]
    assert ours
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line in ours:
        done = subprocess.run(
            ["sh", "-c", line],  # noqa: S607 - the shell that a reader would use
            cwd=desk,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (line, done.returncode, done.stderr) == (line, 0, "")
