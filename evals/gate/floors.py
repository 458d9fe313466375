"""Floors: what an arm must reach on the letters that are gated, whatever the baseline was.

``perfect`` is a share of letters, ``FIELD.recall``, ``FIELD.precision`` and ``FIELD.f1`` ratios of
a field or finding code, ``escaped`` a ceiling: how many errors may stand in verified records.
"""

from collections.abc import Iterable, Mapping
from math import floor as rounded_down
from typing import TYPE_CHECKING, Any

from evals.errors import EvalError
from evals.scoring.marks import Counts

if TYPE_CHECKING:
    from evals.gate.baseline import Standing

PERFECT, ESCAPED = "perfect", "escaped"
RATIOS = ("recall", "precision", "f1")

Floors = Mapping[str, float]


def read_floors(data: Mapping[str, Any]) -> Floors:
    """Return the floors of a baseline's arm, by dotted name.

    >>> read_floors({"escaped": 0, "items.decision": {"recall": 0.99}})
    {'escaped': 0, 'items.decision.recall': 0.99}

    Raises:
        EvalError: One is no floor.
    """
    found: dict[str, float] = {}
    for name, given in data.items():
        ratios = given if isinstance(given, dict) else {"": given}
        for ratio, value in ratios.items():
            full = f"{name}.{ratio}" if ratio else name
            found[full] = _checked(full, value)
    return found


def floors_json(floors: Floors) -> dict[str, Any]:
    """Return floors as a baseline's arm holds them: a line per field.

    >>> floors_json({"escaped": 0, "items.decision.recall": 0.99})
    {'escaped': 0, 'items.decision': {'recall': 0.99}}
    """
    found: dict[str, Any] = {}
    for name in sorted(floors):
        field, _, ratio = name.rpartition(".")
        if field:
            found.setdefault(field, {})[ratio] = floors[name]
        else:
            found[name] = floors[name]
    return found


def given_floors(options: Iterable[str]) -> dict[str, float | None]:
    """Read ``NAME=NUMBER``; ``NAME=none`` takes a floor away.

    >>> given_floors(["perfect=0.9", "items.decision.recall=none"])
    {'perfect': 0.9, 'items.decision.recall': None}

    Raises:
        EvalError: One is no floor.
    """
    return dict(_given(option) for option in options)


def _given(option: str) -> tuple[str, float | None]:
    name, _, number = (part.strip() for part in option.partition("="))
    if number == "none":
        return name, None
    try:
        value = int(number) if name == ESCAPED else float(number)
    except ValueError:
        message = f"{option!r} is no floor; give NAME=NUMBER, such as items.decision.recall=0.99."
        raise EvalError(message) from None
    return name, _checked(name, value)


def _checked(name: str, value: object) -> float:
    """Return a floor that can be kept and broken; one of 0 would guard nothing."""
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else -1
    field, _, ratio = name.rpartition(".")
    if name == ESCAPED:
        if isinstance(number, int) and number >= 0:
            return number
        raise EvalError("The ceiling escaped is a whole number of errors, 0 or more.")
    if name != PERFECT and not (field and ratio in RATIOS):
        raise EvalError(f"{name!r} is no floor: perfect, escaped, or FIELD.{' or .'.join(RATIOS)}.")
    if 0 < number <= 1:
        return number
    raise EvalError(f"The floor {name} must be above 0 and at most 1.")


# --- held against a standing ----------------------------------------------------------------------


def measured(arm: "Standing", name: str) -> tuple[float | None, int]:
    """Return what *arm* has of the floor *name*, and of how many; None of nothing.

    ``perfect`` is of records (letters times repeats), recall of expected values, precision of
    produced ones, F1 of both; ``escaped`` is a number of errors, of verified records.
    """
    cases = arm.cases.values()
    if name == ESCAPED:
        return sum(case.escaped for case in cases), sum(case.verified for case in cases)
    if name == PERFECT:
        records = sum(case.records for case in cases)
        return (sum(case.perfect for case in cases) / records if records else None), records
    field, _, ratio = name.rpartition(".")
    counts = arm.rows.get(field, Counts())
    of = {"recall": counts.expected, "precision": counts.produced}
    return getattr(counts, ratio), of.get(ratio, counts.expected + counts.produced)


def broken(arm: "Standing", floors: Floors) -> list[str]:
    """Return the names of the floors that *arm* does not keep.

    A floor under which nothing lies is broken: what is not measured is not reached.
    """
    return [name for name, floor in sorted(floors.items()) if not _kept(arm, name, floor)]


def _kept(arm: "Standing", name: str, floor: float) -> bool:
    value, _ = measured(arm, name)
    if value is None:
        return False
    return value <= floor if name == ESCAPED else value >= floor


def say_floor(arm: "Standing", name: str, floor: float) -> str:
    """Say what *arm* has against the floor *name*, with its n."""
    value, n = measured(arm, name)
    if name == ESCAPED:
        return f"escaped errors {value} in {n} verified records, ceiling {floor}"
    if value is None:
        return f"{name}: nothing of it is scored, floor {floor:g}"
    return f"{name} {value:.3f} ({n}), floor {floor:g}"


def proposed(arm: "Standing") -> dict[str, float]:
    """Return the floors that *arm*'s own intervals name.

    The lower 95 % end of the perfect letters and of each field's recall and precision; of the two
    splits the lower one, for either may be gated. The ceiling of escaped errors is what there is.
    """
    splits = [arm.of_split(split) for split in {case.split for case in arm.cases.values()}]
    names = [f"{field}.{ratio}" for field in arm.rows for ratio in ("recall", "precision")]
    ends = {name: [_lower_end(split, name) for split in splits] for name in (PERFECT, *names)}
    low = {name: min(found) for name, found in ends.items()}
    ceiling = max((int(measured(split, ESCAPED)[0] or 0) for split in splits), default=0)
    return {ESCAPED: ceiling} | {name: end for name, end in low.items() if end > 0}


def _lower_end(arm: "Standing", name: str) -> float:
    """Return the lower end, rounded down to three digits; 0 where nothing is counted."""
    from extractor.intervals import clustered  # noqa: PLC0415 - scipy, which the rules' gate needs not

    found = clustered(*parts(arm, name))
    return rounded_down(found.low * 1000) / 1000 if found else 0.0


def parts(arm: "Standing", name: str) -> tuple[list[int], list[int]]:
    """Return per letter what counts for *name* (a share, recall or precision), and of how many."""
    cases = arm.cases.values()
    if name == PERFECT:
        return [case.perfect for case in cases], [case.records for case in cases]
    field, _, ratio = name.rpartition(".")
    rows = [case.rows.get(field, Counts()) for case in cases]
    of = "expected" if ratio == "recall" else "produced"
    return [row.correct for row in rows], [getattr(row, of) for row in rows]
