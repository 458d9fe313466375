"""How long 1,000 letters take to score, and their results to be read back, on one core."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.bench.measures import Measure, Target, turns
from evals.dataset import Dataset
from evals.results import ArmResults, Letter, Results
from evals.running import run
from evals.scoring.letters import score_letter, total

LETTERS = 1000
SCORING_TARGET = Target(334, at_least=True)  # 1,000 letters in 3 s


def scoring(golden: Path, rounds: int) -> Iterator[Measure]:
    """Measure scoring alone, and reading results, in letters a second.

    The golden letters over and over, with the records that the rules make of them: nothing is kept
    from one letter to the next.
    """
    results = run(Dataset.load(golden))
    letters = list(islice(cycle(results.arms[0].letters), LETTERS))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "results.json"
        _many(results, letters).save(path)
        tasks = {"score": lambda: _score(letters), "results read": lambda: Results.load(path)}
        taken = turns(tasks, rounds)
    for name, target in (("score", SCORING_TARGET), ("results read", None)):
        rates = [LETTERS / seconds for seconds in taken[name]]
        of = f"{LETTERS} letters"
        yield Measure.of_rounds(f"golden: {name}", "letters/s", rates, of, target)


def _many(results: Results, letters: list[Letter]) -> Results:
    named = (replace(letter, case=f"{letter.case}-{n}") for n, letter in enumerate(letters))
    return replace(results, arms=(ArmResults(results.arms[0].arm, tuple(named)),))


def _score(letters: list[Letter]) -> None:
    total(score_letter(each.case, each.expected or {}, each.record) for each in letters)
