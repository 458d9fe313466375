"""Accepting: a run becomes the baseline, and what that changes is said first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from evals.errors import EvalError
from evals.gate.baseline import Case, Standing, standing
from evals.gate.floors import Floors, broken, proposed, say_floor
from evals.gate.verdict import Verdict
from evals.results import ArmResults, Results
from extractor.golden import SPLITS


@dataclass(frozen=True)
class Acceptance:
    """What accepting one arm changes.

    Attributes:
        arm: Its name.
        verdict: What got better and worse; that it fails is no reason against accepting.
        accepted: Where it stands then.
        proposed: Floors that its own intervals name and that it does not have.
        kept: How many cases of the other split stay as the baseline had them.
    """

    arm: str
    verdict: Verdict
    accepted: Standing
    proposed: Floors
    kept: int = 0

    @property
    def heading(self) -> str:
        """Say in one line what is accepted."""
        cases = self.accepted.cases.values()
        splits = [f"{sum(case.split == split for case in cases)} {split}" for split in SPLITS]
        records = sum(case.records for case in cases)
        perfect = f"{sum(case.perfect for case in cases)} of {records} records perfect"
        kept = f"; {self.kept} not run now and kept" if self.kept else ""
        return f"{self.arm}: {len(cases)} letters ({', '.join(splits)}), {perfect}{kept}."

    @property
    def floor_changes(self) -> list[str]:
        """Say each floor that is set, moved or taken away."""
        was, now = self.verdict.was.floors, self.accepted.floors
        names = sorted(was.keys() | now.keys())
        return [
            f"{name} {_said(was.get(name))} → {_said(now.get(name))}"
            for name in names
            if was.get(name) != now.get(name)
        ]

    @property
    def still_broken(self) -> list[str]:
        """Say each floor that the accepted letters of a split do not keep."""
        arm = self.accepted
        return [
            f"{split}: {say_floor(arm.of_split(split), name, arm.floors[name])}"
            for split in SPLITS
            for name in broken(arm.of_split(split), arm.floors)
            if arm.of_split(split).cases
        ]


def _said(floor: float | None) -> str:
    return "none" if floor is None else f"{floor:g}"


def accept(
    results: Results,
    baseline: Mapping[str, Standing],
    floors: Mapping[str, float | None] | None = None,
    *,
    arms: Sequence[str] = (),
    propose: bool = False,
) -> list[Acceptance]:
    """Return what accepting *results* changes in *baseline*, arm by arm; nothing is written.

    Args:
        results: A run; one of a single split leaves the baseline's other split as it is.
        baseline: The accepted arms, by name.
        floors: Floors to set by name, None to take one away; all others stay.
        arms: Which arms of the run to accept; all where none is named.
        propose: Whether to set the floors that the arm's own intervals name, where it has none.

    Raises:
        EvalError: There is nothing to accept, or a floor names nothing that is scored.
    """
    there = {each.arm.name: each for each in results.arms}
    for name in arms:
        if name not in there:
            raise EvalError(f"The run has no arm {name!r}; it has {', '.join(there)}.")
    chosen = [there[name] for name in arms or there]
    split = results.golden.split
    return [_accepted(each, split, baseline, floors or {}, propose=propose) for each in chosen]


def _accepted(
    results: ArmResults,
    split: str | None,
    baseline: Mapping[str, Standing],
    floors: Mapping[str, float | None],
    *,
    propose: bool,
) -> Acceptance:
    name, now = results.arm.name, standing(results)
    if not now.scored:
        raise EvalError(f"{name}: nothing was scored, so there is nothing to accept.")
    old = baseline.get(name, replace(now, cases={}, floors={}))
    kept = _kept(name, old, now, split)
    arm = replace(now, cases=dict(sorted({**kept, **now.cases}.items())))
    wanted = proposed(arm) if arm.by_chance or propose else {}
    new = {each: floor for each, floor in wanted.items() if each not in {**old.floors, **floors}}
    set_now = _moved(arm, old.floors, {**floors, **(new if propose else {})})
    verdict = Verdict(name, name, split, old.of_split(split), now, results.letters)
    left = {} if propose else new
    return Acceptance(name, verdict, replace(arm, floors=set_now), left, len(kept))


def _kept(name: str, old: Standing, now: Standing, split: str | None) -> dict[str, Case]:
    """Return the cases of the other split, which this run did not read."""
    if split is None:
        return {}
    kept = {case: each for case, each in old.cases.items() if each.split != split}
    if kept and old.repeats != now.repeats:
        message = f"{name}: the other split was accepted with {old.repeats} repeats"
        raise EvalError(f"{message}, and this run has {now.repeats}; run both splits.")
    return kept


def _moved(arm: Standing, old: Floors, floors: Mapping[str, float | None]) -> dict[str, float]:
    for name, floor in floors.items():
        field = name.rpartition(".")[0]
        if floor is not None and field and field not in arm.rows:
            raise EvalError(f"The floor {name} names nothing that is scored in {arm.proposer}.")
    moved = {**old, **floors}
    return {name: floor for name, floor in sorted(moved.items()) if floor is not None}
