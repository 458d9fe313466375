"""A run to compare: an arm of results, or records as JSONL."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evals.errors import EvalError
from evals.results import ArmResults, Letter, Results
from evals.running import letters_without_labels
from extractor.cli.output import plain

Source = Results | ArmResults | str | Path
Reading = tuple[str, int]


@dataclass(frozen=True)
class Run:
    """A run's letters by the document's id and the repeat, from 0."""

    name: str
    letters: Mapping[Reading, Letter]

    @cached_property
    def ids(self) -> dict[str, list[Letter]]:
        """Each letter's readings by its id, in the run's order."""
        found: dict[str, list[Letter]] = {}
        for letter in self.letters.values():
            found.setdefault(letter.id, []).append(letter)
        return found

    @property
    def repeats(self) -> int:
        """How often the letters were read, at most."""
        return max(map(len, self.ids.values()), default=0)


def run_of(source: Source, arm: str | None = None) -> Run:
    """Return the run that *source* holds.

    Args:
        source: Results or an arm of them; or a path to results of ``imr-eval run --out`` or to
            records (JSONL). An arm may be named behind the path: ``results.json:rules``.
        arm: The arm to take of results that hold several.

    Raises:
        EvalError: A file cannot be read or is neither; or it is not clear which arm is meant.
    """
    if isinstance(source, ArmResults):
        return _run(source.arm.name, source)
    if isinstance(source, Results):
        found = _arm(source, "The results", arm)
        return _run(found.arm.name, found)
    return _read(str(source), arm)


def two_arms(source: Source) -> tuple[str, str]:
    """Return the names of the two arms that *source* holds.

    Raises:
        EvalError: It holds one, or more than two.
    """
    results = source
    if isinstance(source, str | Path) and _is_results(_parted(str(source))[0]):
        results = Results.load(_parted(str(source))[0])
    held = [each.arm.name for each in results.arms] if isinstance(results, Results) else []
    if len(held) == 2:  # noqa: PLR2004 - one before, one after
        return held[0], held[1]
    named = ", ".join(map(repr, map(plain, held)))
    raise EvalError(
        "One run alone cannot be compared: name a second, or two of its arms"
        + (f" with --arm (it holds {named})." if held else ".")
    )


def _read(given: str, arm: str | None) -> Run:
    path, behind = _parted(given)
    if behind and arm:
        raise EvalError(f"{plain(given)} names an arm already; leave {plain(arm)!r} out.")
    arm = behind or arm
    if _is_results(path):
        found = _arm(Results.load(path), str(path), arm)
        return _run(f"{path}:{arm}" if arm else str(path), found)
    if arm:
        raise EvalError(f"{path} holds no results, so no arm {plain(arm)!r}; name the file alone.")
    return Run(str(path), {(each.id, 0): each for each in letters_without_labels(path)})


def _parted(given: str) -> tuple[Path, str | None]:
    """Part a path from the arm behind it; either may hold colons, and the file is there."""
    parts = given.split(":")
    for end in range(len(parts) - 1, 0, -1):
        path = Path(":".join(parts[:end]))
        if path.is_file() and not Path(given).exists():
            return path, ":".join(parts[end:]) or None
    return Path(given), None


def _arm(results: Results, where: str, name: str | None) -> ArmResults:
    """Return the arm called *name*, or the only one."""
    found = [each for each in results.arms if name in {None, each.arm.name}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(plain(each.arm.name) for each in results.arms) or "none"
    missing = f" none is called {plain(name)!r};" if name and not found else ""
    raise EvalError(f"{where} holds {len(results.arms)} arms ({names});{missing} name one of them.")


def _run(name: str, results: ArmResults) -> Run:
    return Run(name, {(each.id, each.repeat): each for each in results.letters})


def _is_results(path: Path) -> bool:
    """Say whether a file holds one JSON object over several lines, which JSONL never does."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            return next(lines, "").strip() == "{"
    except (OSError, UnicodeDecodeError):
        return False
