"""What a comparison shows: lines for people, JSON for programs."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from evals.comparison.changes import CODES, Change, Said, Turn
from evals.comparison.compare import Comparison
from evals.comparison.paired import FieldTest, LetterTest, PairedTests
from evals.comparison.runs import Run
from extractor.cli.output import plain
from extractor.intervals import Interval
from extractor.text import collapse

SCHEMA = "imr-compare/2"
_WORDS = 60
_SMALL = 0.001


def to_json(comparison: Comparison) -> dict[str, Any]:
    """Return the comparison as JSON: counts by field, every change by letter, the tests."""
    tests = comparison.tests
    return {
        "schema": SCHEMA,
        "runs": [_run_json(run) for run in (comparison.first, comparison.second)],
        "letters": len(comparison.letters),
        "readings": len(comparison.pairs),
        "only_in_first": comparison.only_in_first,
        "only_in_second": comparison.only_in_second,
        "labels_differ": list(comparison.labels_differ),
        "counts": {name: dict(turns) for name, turns in comparison.counts.items()},
        "tests": None if tests is None else tests.to_json(),
        "changes": {
            name: [_change_json(change) for change in changes]
            for name, changes in comparison.changes.items()
        },
    }


def _run_json(run: Run) -> dict[str, Any]:
    return {"name": run.name, "letters": len(run.ids), "repeats": run.repeats}


def _change_json(change: Change) -> dict[str, Any]:
    sides = {name: getattr(change, name) for name in ("before", "after", "right")}
    said = {name: None if side is None else side._asdict() for name, side in sides.items()}
    return {**change._asdict(), **said}


def lines(comparison: Comparison) -> Iterator[str]:
    """Yield the report, a line each: letter by letter, the counts by field, the tests."""
    for pair in comparison.pairs:
        shown = [change for change in pair.changes if not change.part]
        if shown:
            yield plain(pair.name)
            yield from (f"  {plain(describe(change))}" for change in shown)
    for where, ids in (
        (comparison.first.name, comparison.only_in_first),
        (comparison.second.name, comparison.only_in_second),
    ):
        yield from (plain(f"{id_}: only in {where}") for id_ in ids)
    yield from _counted(comparison)
    yield plain(_summary(comparison))
    if comparison.tests is not None:
        yield from _tested(comparison.tests)


def _counted(comparison: Comparison) -> Iterator[str]:
    """Yield a table of the changes by field."""
    counts = comparison.counts
    if counts:
        yield "".join(f"{name:>9}" for name in (*Turn, "")) + "field"
    for name, turns in counts.items():
        yield "".join(f"{turns[turn] or '·':>9}" for turn in Turn) + f"{'':9}{name}"


def _summary(comparison: Comparison) -> str:
    changed = len({pair.id for pair in comparison.pairs if pair.changes})
    turns = sum(comparison.counts.values(), Counter())
    counts = ", ".join(f"{turns[turn]} {turn}" for turn in Turn)
    scored = len({pair.id for pair in comparison.pairs if pair.after is not None})
    parts = [
        f"{len(comparison.letters)} letters in both runs, {scored} of them with labels",
        f"{changed} read differently: {counts}",
        *_repeats(comparison),
    ]
    if comparison.labels_differ:
        parts.append(f"{len(comparison.labels_differ)} labelled otherwise since: new labels used")
    return "; ".join(parts) + "."


def _repeats(comparison: Comparison) -> Iterator[str]:
    """Say which repeats were compared, where there are any."""
    repeats = (comparison.first.repeats, comparison.second.repeats)
    if max(repeats) > 1:
        yield (
            f"read up to {repeats[0]} and {repeats[1]} times: changes are of the repeats in both, "
            "tests of each letter's average"
        )


def _tested(tests: PairedTests) -> Iterator[str]:
    """Yield what the paired tests say, and what they cannot see."""
    errors = " → ".join(map(_number, tests.escaped_errors))
    yield from _letters("Perfect letters", tests.perfect)
    yield from _letters("Letters with an escaped error", tests.escaped)
    yield f"Escaped errors in {tests.letters} letters: {errors}"
    yield from _fields(tests)
    yield str(tests.power)


def _letters(title: str, test: LetterTest) -> Iterator[str]:
    """Yield one test of letters: both shares; their difference, which letters made it, the p."""
    before = _share(test.before, test.letters, test.before_interval)
    after = _share(test.after, test.letters, test.after_interval)
    yield f"{title}: {before} → {after}"
    yield (
        f"  {_points(test.difference, test.interval)} in {test.letters} letters; "
        f"newly so {test.gained}, no longer {test.lost}; {_p(test.p)} ({test.method})"
    )


def _fields(tests: PairedTests) -> Iterator[str]:
    """Yield the fields whose change is more than chance, and how many others changed."""
    significant = tests.significant
    few = sum(bool(field.changed) for field in tests.fields) - tests.family
    yield (
        f"Fields that changed by more than chance: {len(significant)} of {tests.family} tested "
        f"(Holm); changed in too few letters to be tested: {few}"
    )
    yield from (f"  {plain(_field(field))}" for field in significant)


def _field(test: FieldTest) -> str:
    """Say one field's test.

    >>> from extractor.intervals import Interval
    >>> test = FieldTest("case.priority", 9, 9, 9, 2, 9, 7, 0, 7, Interval(-1, -0.3), 0.016, 0.03)
    >>> print(_field(test))
    case.priority: 9 of 9 right → 2 of 9 in 9 letters; -77.8 points (-100.0 to -30.0), p = 0.030
    """
    sides = (
        f"{_number(test.before)} of {_number(test.before_of)} right",
        f"{_number(test.after)} of {_number(test.after_of)}",
    )
    told = "" if test.difference is None else f"{_points(test.difference, test.interval)}, "
    return f"{test.field}: {' → '.join(sides)} in {test.letters} letters; {told}{_p(test.adjusted)}"


def _share(k: float, n: int, interval: Interval) -> str:
    """Say a share with what it is of.

    >>> _share(30, 42, Interval(0.564, 0.828))
    '30 of 42 (71.4 %, 56.4 to 82.8)'
    """
    low, high = (f"{end * 100:.1f}" for end in interval)
    return f"{_number(k)} of {n} ({k / n * 100:.1f} %, {low} to {high})"


def _points(difference: float, interval: Interval) -> str:
    low, high = map(_signed, interval)
    return f"{_signed(difference)} points ({low} to {high})"


def _signed(share: float) -> str:
    """Say a difference of shares in points."""
    return f"{share * 100:+.1f}"


def _number(count: float) -> str:
    """Say a count; an average over repeats with one decimal.

    >>> _number(30.0), _number(21.5)
    ('30', '21.5')
    """
    return f"{count:.1f}".removesuffix(".0")


def _p(value: float) -> str:
    return f"p = {value:.3f}" if value >= _SMALL else f"p < {_SMALL}"


def describe(change: Change) -> str:
    """Say one change in a line: what both runs say, and what is right where neither is.

    >>> before, after = Said("Surgery", "arthroscopy"), Said()
    >>> describe(Change(Turn.LOST, "items.category.name", "/items/0/category/name", before, after))
    "lost /items/0/category/name: 'Surgery' from 'arthroscopy' → nothing"
    """
    is_code = "." not in change.field and change.field in CODES
    head = " ".join(filter(None, [change.turn, change.pointer, change.field if is_code else ""]))
    right = change.right if change.turn is Turn.CHANGED else None
    told = f"; right is {_told(right)}" if right is not None else ""
    moved = ", read from other characters" if change.before == change.after else ""
    return f"{head}: {_told(change.before)} → {_told(change.after)}{moved}{told}"


def _told(said: Said) -> str:
    if said == Said():
        return "nothing"
    value, quote = (collapse(str(each)) for each in said)
    return _cut(value) + (f" from {_cut(quote)}" if said.quote and quote != value else "")


def _cut(words: str) -> str:
    return repr(words if len(words) <= _WORDS else words[:_WORDS] + "…")
