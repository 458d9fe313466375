"""Golden letters in a test suite of your own, in three lines.

    from evals.testing import assert_golden

    def test_golden() -> None:
        assert_golden("golden")

Or a test for each letter::

    from evals.testing import GoldenCase, assert_case, golden_cases

    @pytest.mark.parametrize("case", golden_cases("golden"))
    def test_case(case: GoldenCase) -> None:
        assert_case(case)
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evals.dataset import Dataset
from evals.results import Letter
from evals.running import run
from evals.running.arms import RULES, MakesReader, Setup, make_extractor
from evals.running.examples import shown
from evals.scoring.letters import LetterScore
from evals.scoring.marks import Mark
from extractor.cli.output import plain
from extractor.text import collapse

SCREEN = 6
_WORDS = 100


@dataclass(frozen=True)
class GoldenCase:
    """One golden letter of a parametrized test.

    Attributes:
        dataset: The letter alone.
        setup: How its record is made.
    """

    dataset: Dataset
    setup: Setup

    def __str__(self) -> str:
        """Name the golden case."""
        return self.dataset.cases[0].name


def assert_golden(  # noqa: PLR0913 - each is an option of its own
    golden: str | Path,
    *,
    split: str | None = None,
    proposer: str | Setup = RULES,
    records: str | Path | None = None,
    allow: Collection[str] = (),
    min_perfect: float = 1.0,
    extractor: MakesReader = make_extractor,
) -> None:
    """Assert that the letters in a golden folder are read as labelled.

    Args:
        golden: The folder of golden cases.
        split: ``dev`` or ``test``; None for both.
        proposer: Who proposes the values, by name or as a ``Setup``.
        records: A JSONL file of records to hold to the labels instead.
        allow: What may differ: names of cases, of fields, of finding codes, or ``case:field``. A
            field allows its parts too: ``items.reviewer`` allows ``items.reviewer.citations``.
        min_perfect: The share of letters that must be perfect but for what is allowed.
        extractor: What makes records, where it is not this project's extractor.

    Raises:
        AssertionError: Fewer letters are perfect, or there is none at all; the message shows which
            letter, which field, what was expected and what was produced.
        ImrError: The folder, the records or the proposer cannot be used.
    """
    __tracebackhide__ = True
    setup = proposer if isinstance(proposer, Setup) else Setup(proposer)
    dataset = Dataset.load(golden, split)
    results = run(dataset, [setup], records=records, extractor=extractor)
    letters = results.arms[0].letters
    if not letters:
        raise AssertionError(f"There is no reviewed golden letter in {golden} to hold anything to.")
    faults = {letter.case: found for letter in letters if (found := _faults(letter.score, allow))}
    if len(letters) - len(faults) < min_perfect * len(letters):
        raise AssertionError(_screen(faults, letters, min_perfect))


def golden_cases(
    golden: str | Path, *, split: str | None = None, proposer: str | Setup = RULES
) -> list[Any]:
    """Return the cases of a golden folder as parameters for pytest, under their names.

    Unreviewed cases and a prompt's examples never count, so they are none of them.

    Args:
        golden: The folder of golden cases.
        split: ``dev`` or ``test``; None for both.
        proposer: Who proposes the values, by name or as a ``Setup``.

    Raises:
        ImrError: The folder cannot be used.
    """
    import pytest  # noqa: PLC0415 - only who tests has it

    setup = proposer if isinstance(proposer, Setup) else Setup(proposer)
    dataset = Dataset.load(golden, split).without(shown([setup.prompt] if setup.prompt else []))
    return [
        pytest.param(GoldenCase(replace(dataset, cases=(case,)), setup), id=case.name)
        for case in dataset.cases
    ]


def assert_case(
    case: GoldenCase,
    *,
    allow: Collection[str] = (),
    extractor: MakesReader = make_extractor,
) -> None:
    """Assert that one golden letter is read as labelled.

    Args:
        case: As ``golden_cases`` gives it.
        allow: What may differ, as for ``assert_golden``.
        extractor: What makes records, where it is not this project's extractor.

    Raises:
        AssertionError: Something differs; the message shows what.
        ImrError: The proposer cannot be used.
    """
    __tracebackhide__ = True
    results = run(case.dataset, [case.setup], extractor=extractor)
    read = results.arms[0].letters
    faults = {each.case: found for each in read if (found := _faults(each.score, allow))}
    if faults:
        raise AssertionError(_screen(faults, read, 1.0))


def _faults(score: LetterScore, allow: Collection[str]) -> list[Mark | None]:
    """Return the differences that are not allowed; None stands for a letter without a record."""
    if score.status is None:
        return [] if score.name in allow else [None]
    return [mark for mark in score.outer_differences if not _allowed(score.name, mark, allow)]


def _allowed(case: str, mark: Mark, allow: Collection[str]) -> bool:
    parts = mark.field.split(".")
    fields = {".".join(parts[: n + 1]) for n in range(len(parts))}
    return not {case, *fields, *(f"{case}:{field}" for field in fields)}.isdisjoint(allow)


def _screen(
    faults: dict[str, list[Mark | None]], letters: Sequence[Letter], min_perfect: float
) -> str:
    """Return the failure's message: how many, and the first differences with both sides."""
    differences = [(case, mark) for case, marks in faults.items() for mark in marks]
    wanted = "" if min_perfect == 1 else f", and {min_perfect:g} of them must be perfect"
    head = f"{len(faults)} of {len(letters)} golden letters are not as labelled{wanted}."
    lines = [line for each in differences[:SCREEN] for line in _lines(*each)]
    more = len(differences) - SCREEN
    return "\n".join([head, *lines, *([f"… and {more} more differences"] if more > 0 else [])])


def _lines(case: str, mark: Mark | None) -> Iterator[str]:
    if mark is None:
        yield f"{plain(case)}: there is no record of it"
        return
    place = f", span {mark.place.value}" if mark.place else ""
    yield plain(f"{case}: {mark.field} {mark.kind.value}{place} {mark.pointer}")
    yield f"    expected  {_said(mark.expected)}"
    yield f"    produced  {_said(mark.produced)}"


def _said(side: object) -> str:
    """Say one side of a difference: its value, and where it stands."""
    if side is None:
        return "nothing"
    if not isinstance(side, dict):
        return repr(side)
    value = side.get("value", side.get("quote", side.get("request", side)))
    value = value.get("quote") if isinstance(value, dict) and "quote" in value else value
    words = collapse(value) if isinstance(value, str) else value
    said = repr(words)
    where = f" at {side['start']}:{side['end']}" if "start" in side else ""
    return (said if len(said) <= _WORDS else f"{said[:_WORDS]}…") + where
