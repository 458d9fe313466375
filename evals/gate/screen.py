"""The gate's verdict and what is accepted, on one screen."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from evals.gate.accepting import Acceptance
from evals.gate.losses import worst_first
from evals.gate.paired import say_letters
from evals.gate.verdict import Reason, Rule, Verdict
from evals.terminal import SCREEN
from extractor.cli.output import plain

_BESIDE = 6


def verdict(verdicts: Sequence[Verdict]) -> RenderableType:
    """Return the gate's one screen: what fails first, and of passing arms what moved."""
    failing_first = sorted(verdicts, key=lambda verdict: verdict.passed)
    room = max(1, SCREEN // max(1, len(verdicts)))
    return Group(*(_arm(each, room) for each in failing_first))


def heading(verdict: Verdict) -> str:
    """Say in one line which arm, on what, and whether it passed."""
    letters = f"{len(verdict.now.cases)} {verdict.split or 'golden'} letters"
    held = "" if verdict.against == verdict.arm else f" against {verdict.against}"
    if verdict.passed:
        fine = "no significant loss" if verdict.by_chance else "nothing is worse than the baseline"
        return f"Gate passed: {verdict.arm}{held}, {letters}: {fine}."
    return f"Gate failed: {verdict.arm}{held}, {letters}: {_failing(verdict.reasons)}."


def _failing(reasons: Sequence[Reason]) -> str:
    """Count what fails, by rule.

    >>> _failing([Reason(Rule.LOSS, "a", ""), Reason(Rule.LOSS, "b", "")])
    'loss (2)'
    """
    counts = dict.fromkeys(reason.rule for reason in reasons)
    found = {rule: sum(reason.rule is rule for reason in reasons) for rule in counts}
    return ", ".join(f"{rule.value.replace('_', ' ')} ({count})" for rule, count in found.items())


def _arm(verdict: Verdict, room: int) -> RenderableType:
    style = "green" if verdict.passed else "red"
    parts: list[RenderableType] = [Text(plain(heading(verdict)), style=style)]
    if not verdict.passed:
        parts.append(_listed("reasons", reason_lines(verdict), room))
    if verdict.by_chance:
        if not any(reason.rule is Rule.LETTERS for reason in verdict.reasons):
            parts.append(Text(f"  {letters_tested(verdict)}"))
        title = "letters that lost (baseline → now)"
        parts.append(_listed(title, _letters_that_lost(verdict), min(_BESIDE, room)))
    return Group(*parts)


def _letters_that_lost(verdict: Verdict) -> list[str]:
    """Return a line per letter that is less perfect, or has more errors escaped or is gone."""
    lost: dict[str, list[str]] = {}
    for loss in worst_first(verdict.losses):
        if not loss.field:
            lost.setdefault(loss.case, []).append(f"{loss.kind} {loss.was} → {loss.now}")
    return [f"{case}: {', '.join(each)}" for case, each in lost.items()]


def letters_tested(verdict: Verdict) -> str:
    """Say what the paired test finds of the perfect letters."""
    if verdict.tests is None:
        return "No letter is in both the run and the baseline."
    return say_letters(verdict.tests.perfect)


def reason_lines(verdict: Verdict) -> list[str]:
    """Return the reasons to fail in words; of losses the worst first."""
    losses = [str(loss) for loss in worst_first(verdict.losses)] if not verdict.by_chance else []
    others = [reason.text for reason in verdict.reasons if reason.rule is not Rule.LOSS]
    nothing = any(reason.rule is Rule.NOTHING for reason in verdict.reasons)
    return others if nothing else [*others, *losses]


def _listed(title: str, lines: Iterable[str], room: int = SCREEN) -> RenderableType:
    """Return the first *room* lines under a title, and how many more there are."""
    found = list(lines)
    if not found:
        return Text(f"No {title}.")
    more = [f"… and {len(found) - room} more"] if len(found) > room else []
    shown = [f"  {plain(line)}" for line in (*found[:room], *more)]
    return Text("\n".join([f"{title}: {len(found)}", *shown]), overflow="fold")


def accepted(acceptances: Sequence[Acceptance]) -> RenderableType:
    """Return what a new baseline accepts: gains, losses, floors, and what it still fails."""
    return Group(*(_accepted(each) for each in acceptances))


def _accepted(acceptance: Acceptance) -> RenderableType:
    verdict = acceptance.verdict
    proposed = [f"--floor {name}={floor:g}" for name, floor in acceptance.proposed.items()]
    parts = [
        Text(plain(acceptance.heading), style="bold"),
        _listed("gains", map(str, verdict.gains)),
        _listed("losses", map(str, worst_first(verdict.losses))),
    ]
    if acceptance.floor_changes:
        parts.append(_listed("floors", acceptance.floor_changes))
    if proposed:
        title = "floors proposed (lower 95 % ends; --floors sets them)"
        parts.append(_listed(title, proposed))
    if acceptance.still_broken:
        parts.append(_listed("floors that the gate still fails", acceptance.still_broken))
    return Group(*parts)
