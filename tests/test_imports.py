"""Who may import whom: the rooms of the house in order, each knowing only the ones before it."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = (
    ("findings",),
    ("intervals",),
    ("errors", "record"),
    ("text", "phrases", "numbers"),
    ("values", "polarity"),
    ("relatives",),
    ("windows",),
    ("paragraphs",),
    ("pdf",),
    ("source",),
    ("layout",),
    ("propose",),
    ("ground",),
    ("guidelines",),
    ("treatments",),
    ("assemble",),
    ("validate",),
    ("disagreement",),
    ("consult",),
    ("corrections",),
    ("pipeline",),
    ("golden",),
    ("write",),
    ("tabulate",),
    ("precedents",),
    ("pages",),
    ("run",),
    ("batch",),
    ("survey",),
    ("difference",),
    ("api",),
    ("reviewing",),
    ("distributed",),
    ("cli",),
)
ORDER = {room: place for place, rooms in enumerate(ROOMS) for room in rooms}
MODEL_LIBRARIES = {"diskcache", "instructor", "openai", "tenacity"}
HEAVY = MODEL_LIBRARIES | {"pyarrow", "pydantic", "pypdfium2", "scipy", "sqlite3"}


def modules(package: str) -> list[str]:
    """Return the source files of *package*, as paths from the repository's top."""
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py"))


def imports(source: str) -> Iterator[str]:
    """Yield the dotted name of everything that *source* imports, wherever it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def libraries(path: str) -> set[str]:
    """Return the top-level packages that the file at *path* imports."""
    return {name.partition(".")[0] for name in imports((ROOT / path).read_text("utf-8"))}


def room_of(path: str) -> str:
    """Return the room of a source file: the first name below ``extractor``."""
    return path.removeprefix("extractor/").removesuffix(".py").partition("/")[0]


def rooms_imported(source: str) -> set[str]:
    """Return the rooms that *source* imports; the package itself counts as ``__init__``."""
    names = [name.split(".") for name in imports(source)]
    inside = {parts[1] for parts in names if parts[0] == "extractor" and len(parts) > 1}
    return {name if name in ORDER else "__init__" for name in inside}


def against_the_order(room: str, source: str) -> set[str]:
    """Return the rooms that *source*, standing in *room*, imports and must not know."""
    others = rooms_imported(source) - {room}
    return {other for other in others if ORDER.get(other, len(ORDER)) >= ORDER[room]}


ROOM_FILES = [path for path in modules("extractor") if not path.startswith("extractor/__")]


@pytest.mark.parametrize("path", ROOM_FILES)
def test_rooms_import_from_earlier_rooms_only(path: str) -> None:
    """A file imports its own room and earlier ones; a new room must be given a place."""
    assert against_the_order(room_of(path), (ROOT / path).read_text("utf-8")) == set()


@pytest.mark.parametrize(
    ("room", "source", "refused"),
    [
        ("text", "from extractor.layout import Layout", {"layout"}),
        ("source", "def f():\n    import extractor.pipeline", {"pipeline"}),
        ("record", "from extractor import extract", {"__init__"}),
        ("write", "from extractor.record import Record", set()),
        ("propose", "import extractor.propose.rules", set()),
    ],
)
def test_an_import_against_the_order_is_seen(room: str, source: str, refused: set[str]) -> None:
    """Imports inside functions and of the package itself are no way around the order."""
    assert against_the_order(room, source) == refused


@pytest.mark.parametrize("path", [path for path in ROOM_FILES if room_of(path) == "validate"])
def test_the_validator_is_independent(path: str) -> None:
    """The validator does not know the layouts or the proposers whose work it judges."""
    known = rooms_imported((ROOT / path).read_text("utf-8"))
    assert known.isdisjoint({"layout", "propose"})


@pytest.mark.parametrize("path", modules("extractor"))
def test_the_extractor_does_not_know_its_evals(path: str) -> None:
    """Scoring depends on extraction, never the reverse."""
    assert "evals" not in libraries(path)


@pytest.mark.parametrize("path", modules("extractor") + modules("evals"))
def test_only_the_model_proposer_knows_model_libraries(path: str) -> None:
    """Everything else runs without a key, a client or a cache."""
    if not path.startswith("extractor/propose/llm"):
        assert libraries(path).isdisjoint(MODEL_LIBRARIES)


@pytest.mark.parametrize("module", ["extractor", "extractor.cli"])
def test_help_does_not_pay_for_extraction(module: str) -> None:
    """Importing the package or its commands loads none of the heavy libraries."""
    program = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert HEAVY.isdisjoint(done.stdout.split())
