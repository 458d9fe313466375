"""What reviewers did to one letter: their steps, which can be taken back and done again.

The corrections that are sent together are one step: their ids begin alike.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal
from uuid import uuid4

from extractor.corrections import Correction, live

Verdict = Literal["accept", "reject"]
_VERDICTS: tuple[Verdict, ...] = ("accept", "reject")
_CHANGES_NOTHING = ("dismiss", *_VERDICTS)


def step_ids(count: int) -> list[str]:
    """Return ids for the corrections of one step.

    >>> first, second = step_ids(2)
    >>> step_of(first) == step_of(second) != first
    True
    """
    step = uuid4().hex
    return [f"{step}.{number}" for number in range(count)]


def step_of(id: str) -> str:  # noqa: A002 - a correction's own name for it
    """Return which step the correction *id* is of."""
    return id.partition(".")[0]


class Steps:
    """The steps of one reviewer: what can be undone, and what redone, the next one last."""

    def __init__(self, corrections: Iterable[Correction], reviewer: str | None) -> None:
        """Walk through all *corrections* of a letter, in order, for those of *reviewer*."""
        self.done: list[str] = []
        self.undone: list[str] = []
        self._of: dict[str, list[str]] = {}  # of a step: its corrections
        self._by: dict[str, str] = {}  # of an undo: the correction it is about, in the end
        self._last: dict[str, dict[str, str]] = {}  # of a step: its corrections' last undos
        for each in corrections:
            self._walk(each, reviewer)

    def _walk(self, each: Correction, reviewer: str | None) -> None:
        step = step_of(each.id)
        if each.action != "undo":
            self._of.setdefault(step, []).append(each.id)
            if each.by == reviewer and step not in self.done:
                self.done.append(step)
                self.undone.clear()
            return
        about = self._by.get(each.undoes or "")
        again = about is not None
        about = about or each.undoes or ""
        self._by[each.id] = about
        taken, given = (self.undone, self.done) if again else (self.done, self.undone)
        if not again:
            self._last.setdefault(step_of(about), {})[about] = each.id
        if step_of(about) in taken:
            taken.remove(step_of(about))
            given.append(step_of(about))

    def to_undo(self) -> list[str]:
        """Return which corrections take the last step back, in order; none where there is none."""
        return self._of[self.done[-1]][::-1] if self.done else []

    def to_redo(self) -> list[str]:
        """Return which undos to undo, in order, so that the step last undone is done again."""
        if not self.undone:
            return []
        step = self.undone[-1]
        return [self._last[step][each] for each in self._of[step] if each in self._last[step]]


def history(corrections: Sequence[Correction]) -> list[dict[str, Any]]:
    """Return what happened to a letter, in order, as the page shows it."""
    standing = {each.id for each in live(corrections)}
    return [
        {
            "id": each.id,
            "action": each.action,
            "path": each.path,
            "by": each.by,
            "at": each.at,
            "reason": each.reason,
            "undone": each.id not in standing,
        }
        for each in corrections
        if each.action != "undo"
    ]


def verdict_of(standing: Iterable[Correction]) -> Verdict | None:
    """Return the last verdict on a record; one that accepts it falls when it is changed after."""
    verdict: Verdict | None = None
    for each in standing:
        if each.action in _VERDICTS:
            verdict = "accept" if each.action == "accept" else "reject"
        elif each.action not in _CHANGES_NOTHING and verdict == "accept":
            verdict = None
    return verdict
