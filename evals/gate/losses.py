"""What got worse than the baseline, letter by letter, count by count.

A gain in one letter or field does not pay for a loss in another. What cannot be compared (a golden
case that is gone) is a loss too: a gate that cannot fail guards nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple

from evals.gate.baseline import Case, Cases
from evals.scoring.marks import Counts

FALLING = ("correct", "exact")
RISING = ("wrong", "missing", "extra", "misplaced", "unscored")
RISING_LETTER = ("escaped", "needless")
PERFECT, GONE, NEW = "perfect letters", "golden case scored", "new case, perfect letters"
_WORST = ("escaped", GONE, NEW, PERFECT)


class Loss(NamedTuple):
    """One thing that is worse (or, among gains, better).

    Attributes:
        case: The golden case.
        field: The field or finding code; "" where it is the whole letter.
        kind: What of it.
        was: The baseline's number.
        now: The present one.
    """

    case: str
    field: str
    kind: str
    was: int
    now: int

    @property
    def what(self) -> str:
        """The field with its count."""
        return f"{self.field} {self.kind}".strip()

    def __str__(self) -> str:
        """Say it in one line."""
        return f"{self.case}: {self.what} {self.was} → {self.now}"


def losses(before: Cases, now: Cases) -> list[Loss]:
    """Return everything that *now* does worse than *before*.

    A case that *before* does not know yet loses nothing while it is perfect; any other must be
    accepted first. A field that it does not know (one scored only since) has zero errors to beat,
    but may be unscored.
    """
    found = [Loss(name, "", GONE, 1, 0) for name in before if name not in now]
    for name, case in now.items():
        if name in before:
            found += _case_losses(name, before[name], case)
        elif case.perfect < case.records:
            found.append(Loss(name, "", NEW, case.records, case.perfect))
    return found


def gains(before: Cases, now: Cases) -> list[Loss]:
    """Return everything that *now* does better: the losses read the other way round.

    Cases new to *before* are gains of a case, whatever is in them.
    """
    found = [Loss(name, "", GONE, 0, 1) for name in now if name not in before]
    for name in sorted(now.keys() & before.keys()):
        back = _case_losses(name, now[name], before[name])
        found += [loss._replace(was=loss.now, now=loss.was) for loss in back]
    return found


def worst_first(lost: list[Loss]) -> list[Loss]:
    """Return losses with those first that mislead a user unseen, then whole letters."""
    return sorted(lost, key=lambda loss: _WORST.index(loss.kind) if loss.kind in _WORST else 9)


def _case_losses(name: str, before: Case, now: Case) -> Iterator[Loss]:
    if now.perfect < before.perfect:
        yield Loss(name, "", PERFECT, before.perfect, now.perfect)
    for what in RISING_LETTER:
        if getattr(now, what) > getattr(before, what):
            yield Loss(name, "", what, getattr(before, what), getattr(now, what))
    for rows, others in ((before.fields, now.fields), (before.codes, now.codes)):
        for field in sorted(rows.keys() | others.keys()):
            for count, was, is_now in _count_losses(rows.get(field), others.get(field, Counts())):
                yield Loss(name, field, count, was, is_now)


def _count_losses(was: Counts | None, now: Counts) -> Iterator[tuple[str, int, int]]:
    """Compare one field's counts; *was* is None where the baseline does not know the field."""
    rising = RISING if was is not None else RISING[:-1]
    pairs = [
        (count, getattr(was or Counts(), count), getattr(now, count)) for count in Counts.__slots__
    ]
    for count, before, after in pairs:
        if (count in FALLING and after < before) or (count in rising and after > before):
            yield count, before, after
