"""The gate's verdict on an arm: why it fails, if it does, and what moved.

An arm without a model fails by any loss. One that a model had its say in fails by a significant
loss, and by more escaped errors than are allowed. Both fail under a floor, and over nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from evals.comparison.paired import PairedTests
from evals.errors import EvalError
from evals.gate import paired
from evals.gate.baseline import Standing, standing
from evals.gate.floors import ESCAPED, broken, measured, say_floor
from evals.gate.losses import GONE, PERFECT, RISING, Loss, gains, losses
from evals.results import ArmResults, Letter, Results


class Rule(StrEnum):
    """Why a gate fails."""

    NOTHING = "nothing_scored"  # no letter, or none of which the labels say anything
    LOSS = "loss"  # something got worse in an arm that no chance explains
    GONE = "case_gone"  # a golden case of the baseline was not scored
    RELABELLED = "case_relabelled"  # its labels changed, so it cannot be paired
    LETTERS = "perfect_letters"  # significantly fewer
    FIELD = "field"  # significantly more errors in one
    FLOOR = "floor"  # under it
    ESCAPED = "escaped"  # over the ceiling, or more than were accepted


class Reason(NamedTuple):
    """One reason to fail: by which rule, of which case, field or floor ("" for all), in words."""

    rule: Rule
    subject: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What the gate finds in one arm.

    Attributes:
        arm: The arm's name.
        against: The arm of the baseline that it is held against.
        split: The split that is gated; None for both.
        was: Where the baseline stands, on that split.
        now: Where the arm stands.
        letters: The arm's letters.
    """

    arm: str
    against: str
    split: str | None
    was: Standing
    now: Standing
    letters: tuple[Letter, ...] = ()

    @property
    def by_chance(self) -> bool:
        """Whether paired tests decide, for a model had its say."""
        return self.was.by_chance or self.now.by_chance

    @property
    def passed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons

    @cached_property
    def losses(self) -> list[Loss]:
        """Everything that got worse, significantly or not."""
        return losses(self.was.cases, self.now.cases)

    @cached_property
    def gains(self) -> list[Loss]:
        """Everything that got better."""
        return gains(self.was.cases, self.now.cases)

    @cached_property
    def tests(self) -> PairedTests | None:
        """The paired tests of what changed; None where no letter is in both."""
        return paired.tests(self.was.cases, self.now.cases)

    @cached_property
    def reasons(self) -> list[Reason]:
        """Why it fails; empty where it passes."""
        if not self.now.scored:
            return [Reason(Rule.NOTHING, "", "nothing was scored, so nothing is guarded")]
        return [*(self._chance() if self.by_chance else self._strict()), *self._floors()]

    @cached_property
    def failing(self) -> dict[str, list[str]]:
        """The cases that fail it, each with what it lost in words."""
        found: dict[str, list[str]] = {}
        for loss in self.losses:
            if not self.by_chance or self._weighs(loss):
                found.setdefault(loss.case, []).append(str(loss))
        for reason in self.reasons:
            if reason.rule is Rule.RELABELLED:
                found.setdefault(reason.subject, []).append(reason.text)
        return found

    def _weighs(self, loss: Loss) -> bool:
        """Whether a loss is part of a reason to fail an arm that a model had its say in."""
        why = {(reason.rule, reason.subject) for reason in self.reasons}
        if loss.field:
            return loss.kind in RISING and (Rule.FIELD, loss.field) in why
        rule = {GONE: Rule.GONE, PERFECT: Rule.LETTERS, "escaped": Rule.ESCAPED}.get(loss.kind)
        return any(rule is each for each, _ in why)

    @property
    def of_the_whole(self) -> list[Reason]:
        """The reasons that are of no single case."""
        of_cases = {Rule.LOSS, Rule.GONE, Rule.RELABELLED}
        return [reason for reason in self.reasons if reason.rule not in of_cases]

    def _strict(self) -> list[Reason]:
        return [Reason(Rule.LOSS, loss.case, str(loss)) for loss in self.losses]

    def _chance(self) -> list[Reason]:
        gone = [loss for loss in self.losses if loss.kind == GONE]
        other = paired.relabelled(self.was.cases, self.now.cases)
        changed = "its letter or labels changed; accept it anew"
        return [
            *(Reason(Rule.GONE, loss.case, str(loss)) for loss in gone),
            *(Reason(Rule.RELABELLED, name, f"{name}: {changed}") for name in other),
            *self._significant(),
            *self._more_escaped(),
        ]

    def _significant(self) -> Iterator[Reason]:
        if self.tests is None:
            return
        if paired.letters_lost(self.tests.perfect):
            yield Reason(Rule.LETTERS, "", paired.say_letters(self.tests.perfect))
        for test in self.tests.fields:
            if test.worse:
                yield Reason(Rule.FIELD, test.field, paired.say_field(test))

    def _more_escaped(self) -> list[Reason]:
        """Fail by more escaped errors than were accepted, where no ceiling is named."""
        (was, _), (now, n) = measured(self.was, ESCAPED), measured(self.now, ESCAPED)
        if ESCAPED in self.was.floors or (now or 0) <= (was or 0):
            return []
        text = f"escaped errors {was} → {now}, in {n} verified records"
        return [Reason(Rule.ESCAPED, "", text)]

    def _floors(self) -> list[Reason]:
        floors = self.was.floors
        return [
            Reason(
                Rule.ESCAPED if name == ESCAPED else Rule.FLOOR,
                name,
                say_floor(self.now, name, floors[name]),
            )
            for name in broken(self.now, floors)
        ]


def judge(
    results: Results, baseline: Mapping[str, Standing], against: str | None = None
) -> list[Verdict]:
    """Hold every arm of *results* against the baseline, on the split that was scored.

    Args:
        results: The run.
        baseline: The accepted arms, by name.
        against: Which of them to hold every arm against; else the one of the arm's own name.

    Raises:
        EvalError: The baseline has no such arm, or it was accepted with another number of repeats.
    """
    if not results.arms:
        raise EvalError("The run has no arm, so there is nothing to gate.")
    return [_judged(arm, results.golden.split, baseline, against) for arm in results.arms]


def _judged(
    results: ArmResults, split: str | None, baseline: Mapping[str, Standing], against: str | None
) -> Verdict:
    name = against or results.arm.name
    if name not in baseline:
        there = f"it has {', '.join(baseline)}" if baseline else "it has none"
        hint = "add it with `imr-eval accept`, or name another with --against"
        raise EvalError(f"The baseline has no arm {name!r}; {there}. To gate, {hint}.")
    was, now = baseline[name].of_split(split), standing(results)
    if now.cases and was.cases and was.repeats != now.repeats:
        message = f"{name} was accepted with {was.repeats} repeats, and the run has {now.repeats}"
        raise EvalError(f"{message}; run it with as many, or `imr-eval accept` it.")
    return Verdict(results.arm.name, name, split, was, now, results.letters)


def all_passed(verdicts: Sequence[Verdict]) -> bool:
    """Whether every arm passed; no arm at all passes nothing."""
    return bool(verdicts) and all(verdict.passed for verdict in verdicts)
