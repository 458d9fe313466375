"""What a run prints: tables for people."""

from collections.abc import Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.metrics.costs import costs
from evals.metrics.rates import by_case, count_rates, letter_rates
from evals.metrics.repeats import flickers, passes
from evals.results import ArmResults, Golden, Results
from evals.scoring.letters import LetterScore
from evals.scoring.marks import Counts, Mark, added
from evals.terminal.tables import (
    NONE,
    codes_tables,
    fields_table,
    flickers_table,
    leaderboard,
    money,
    of,
    passes_table,
    seconds,
    slices_table,
)
from extractor.cli.output import plain
from extractor.findings import Code
from extractor.text import collapse

SCREEN = 20
_WIDTH = 132
_WORDS = 40
_CODES = frozenset(code.value for code in Code)


def console() -> Console:
    """Return standard output; as wide as the table where it is no terminal."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=_WIDTH)


def report(results: Results, *, slices: bool = False, full: bool = False) -> RenderableType:
    """Return what a run shows: an arm in full, or a leaderboard of several.

    Args:
        results: The run.
        slices: Whether each arm that is shown in full has its slices.
        full: Whether every arm is shown in full under the leaderboard.
    """
    parts: list[RenderableType] = [Text(_golden(results.golden)), ""]
    if len(results.arms) > 1:
        parts += [leaderboard(results.arms), ""]
    if full or len(results.arms) == 1:
        parts += [_arm(arm, slices=slices) for arm in results.arms]
    else:
        parts.append(Text("Each arm's fields and differences: --full."))
    return Group(*parts)


def _golden(golden: Golden) -> str:
    """Say which letters were scored, and which were left out by name."""
    split = f" of the {golden.split} split" if golden.split else ""
    left_out = [
        f" {len(names)} {why}: {plain(', '.join(names[:SCREEN]))}{', …' * (len(names) > SCREEN)}."
        for names, why in (
            (golden.unreviewed, "left out as unreviewed"),
            (golden.examples, "left out as a prompt's examples"),
        )
        if names
    ]
    return f"{golden.letters} golden letters{split}.{''.join(left_out)}"


def _arm(arm: ArmResults, *, slices: bool) -> RenderableType:
    """Return an arm's summary, its fields and finding codes, and its first differences.

    Of an item or citation that is missing or extra, what is in it is no difference of its own.
    """
    scores = sorted((letter.score for letter in arm.letters), key=_harm)
    differences = [(each.name, mark) for each in scores for mark in each.outer_differences]
    parts: list[RenderableType] = [summary(arm), "", fields_table(arm)]
    for table in codes_tables(arm):
        parts += ["", table]
    if slices:
        parts += ["", slices_table(arm.letters)]
    parts += [*_repeats(arm), "", _failures(arm)]
    first = [describe(name, mark) for name, mark in differences[:SCREEN]]
    parts.append(screenful("differences", first, len(differences)))
    return Group(*parts)


def _harm(score: LetterScore) -> int:
    """Order letters by harm: errors that nobody is asked to look at first, lost letters last."""
    return len(score.differences) if score.status is None else -score.escaped


def summary(arm: ArmResults) -> Table:
    """Return what an arm comes to: each number with what it is of, and how sure it is (95 %)."""
    made = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    made.add_row(Text(plain(arm.arm.name), style="bold"), Text(_statuses(arm)))
    for name, line in _lines(arm).items():
        made.add_row(name, Text(line))
    return made


def _statuses(arm: ArmResults) -> str:
    totals = arm.totals
    statuses = ", ".join(f"{count} {status}" for status, count in sorted(totals.statuses.items()))
    read = f"{totals.letters} letters"
    if arm.arm.repeats > 1:
        read = f"{len({letter.case for letter in arm.letters})} letters, {arm.arm.repeats} times"
    return f"{read}: {statuses or 'none'}"


def _lines(arm: ArmResults) -> dict[str, str]:
    """Return the summary's lines by name; those with nothing to say are left out."""
    cases, totals = by_case(arm.letters), arm.totals
    rates, spent = letter_rates(cases), costs(arm.letters)
    escaped = of(*rates["escaped"])
    where = f"in verified letters: {escaped}" if escaped != NONE else "no letter is verified"
    lines = {
        "perfect letters": of(*rates["perfect"]),
        "escaped errors": f"{totals.escaped_errors:,}, {where}",
        "needless reviews": of(*rates["needless"]),
        "values": _both(cases, "values"),
        "spans": _spans(totals.values),
        "observations": _both(cases, "observations"),
        "error codes": _both(cases, "error_codes"),
        "cost": money(spent),
        "tokens": ", ".join(f"{count:,} {kind}" for kind, count in spent.tokens.items()),
        "from the cache": of(spent.cached, spent.letters) if spent.cached else NONE,
        "median seconds": seconds(spent),
    }
    return {name: line for name, line in lines.items() if line not in {"", NONE}}


def _both(cases: Mapping[str, Sequence[LetterScore]], name: str) -> str:
    """Say precision and recall of what an arm's letters hold under *name*."""
    each = [added(getattr(score, name) for score in scores) for scores in cases.values()]
    rates = count_rates(each)
    if not (rates["precision"].whole or rates["recall"].whole):
        return NONE
    return "; ".join(f"{ratio} {of(*rates[ratio])}" for ratio in ("precision", "recall"))


def _spans(values: Counts) -> str:
    if not values.located:
        return NONE
    places = f"{values.exact:,} exact, {values.overlap:,} overlapping, {values.apart:,} apart"
    return f"{places}, of {values.located:,}"


def _repeats(arm: ArmResults) -> list[RenderableType]:
    """Return the section that only repeats have."""
    found = passes(by_case(arm.letters))
    if not found:
        return []
    rows, letters = flickers(arm.letters), len({letter.case for letter in arm.letters})
    flickering = flickers_table(rows, letters) if rows else Text("No field flickers.")
    return ["", passes_table(found), "", flickering]


def _failures(arm: ArmResults) -> RenderableType:
    """Return the letters that gave no record, and why."""
    lines = [
        plain(f"{letter.case}: {finding['message']}")
        for letter in arm.letters
        for finding in (letter.record or {}).get("findings") or ()
        if (letter.record or {}).get("status") == "failed"
    ]
    return screenful("letters that failed", lines) if lines else Group()


def describe(name: str, mark: Mark) -> str:
    """Say one difference in one line, long words cut; a finding code is named too."""
    what = mark.field if mark.field in _CODES else ""
    place = "" if mark.place is None else f", span {mark.place.value}"
    values = [
        f"{side} {_shown(value)}"
        for side, value in (("expected", mark.expected), ("produced", mark.produced))
        if value is not None
    ]
    head = plain(" ".join(filter(None, [name, mark.pointer, what])))
    return "; ".join([f"{head}: {mark.kind.value}{place}", *values])


def _shown(value: object) -> str:
    place = ""
    if isinstance(value, Mapping):
        place = f" [{value['start']}:{value['end']}]" if "start" in value else ""
        value = value.get("value", value.get("quote", value.get("request", "")))
        value = value.get("quote", "") if isinstance(value, Mapping) else value
    words = collapse(str(value))
    return repr(words if len(words) <= _WORDS else words[:_WORDS] + "…") + place


def screenful(title: str, lines: Sequence[str], count: int | None = None) -> RenderableType:
    """Return the first lines under a title, and how many more there are.

    Args:
        title: What they are.
        lines: The lines, or the first of them.
        count: How many there are, where not all are given.
    """
    count = len(lines) if count is None else count
    if not count:
        return Text(f"No {title}.")
    more = [f"… and {count - SCREEN:,} more"] if count > SCREEN else []
    shown = [f"  {line}" for line in (*lines[:SCREEN], *more)]
    return Text("\n".join([f"{title}: {count:,}", *shown]), overflow="fold")
