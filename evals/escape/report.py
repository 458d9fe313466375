"""What an escape run found: a table for people, JSON for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.escape.pool import Pool
from evals.escape.run import Run, Tally
from evals.results import versions
from extractor.validate import CHECKS

SCHEMA = "imr-escape/1"
_MAIN_CODES = 3
_SHOWN = 20
_WORDS = 60


def table(found: Run, pool: Pool) -> RenderableType:
    """Return the run as tables: operators, totals, what got through and, if known, the checks."""
    parts: list[RenderableType] = [_operators(found.tallies), Text(totals(found, pool))]
    examples = [example for tally in found.tallies for example in tally.examples]
    parts += [Text(_line(example)) for example in examples[:_SHOWN]]
    if len(examples) > _SHOWN:
        parts.append(Text(f"... and {len(examples) - _SHOWN} more; --out writes all of them."))
    if found.ablated:
        parts.append(_checks(found))
    return Group(*parts)


def _operators(tallies: Iterable[Tally]) -> Table:
    grid = Table(title="Corruptions and harmless changes, by operator", title_justify="left")
    grid.add_column("operator")
    for name in ("tried", "right", "wrong"):
        grid.add_column(name, justify="right")
    grid.add_column("codes")
    for tally in tallies:
        style = "bold red" if tally.failed else None
        counts = (tally.tried, tally.right, tally.failed)
        grid.add_row(tally.name, *map(str, counts), _codes(tally), style=style)
    return grid


def _codes(tally: Tally) -> str:
    return ", ".join(f"{code} {n}" for code, n in tally.codes.most_common(_MAIN_CODES))


def totals(found: Run, pool: Pool) -> str:
    """Return the run's totals, as sentences."""
    tried = {
        side: sum(t.tried for t in found.tallies if t.harmless is side) for side in (False, True)
    }
    left = ", ".join(f"{count} of {name}" for name, count in pool.left_out.items() if count)
    return (
        f"{found.letters} letters{f' ({left} left out)' if left else ''}, seed {found.seed}. "
        f"{found.escapes} escapes of {tried[False]} corruptions. "
        f"{found.false_alarms} false alarms of {tried[True]} harmless changes."
    )


def _line(example: Mapping[str, Any]) -> str:
    places = ", ".join(change["pointer"] or "text" for change in example["changes"][:_MAIN_CODES])
    codes = example["raised"] or ", ".join(example["codes"]) or "verified"
    return f"{example['operator']}: {example['letter']}: {places[:_WORDS]}: {codes}"


def _checks(found: Run) -> Table:
    title = "Without one check: how many corruptions would escape"
    grid = Table(title=title, title_justify="left")
    grid.add_column("check")
    grid.add_column("escapes", justify="right")
    for name in CHECKS:
        count = found.sole_checks[name]
        grid.add_row(name, str(count) if count else "dead", style=None if count else "bold red")
    return grid


def to_json(found: Run, pool: Pool) -> dict[str, Any]:
    """Return the run as JSON: counts by operator, every example, rules and checks."""
    return {
        "schema": SCHEMA,
        "versions": versions(),
        "seed": found.seed,
        "letters": found.letters,
        "left_out": pool.left_out,
        "escapes": found.escapes,
        "false_alarms": found.false_alarms,
        "operators": [_tally(tally) for tally in found.tallies],
        "rules": {
            name: {"caught": count, "alone": found.sole_rules[name]}
            for name, count in sorted(found.rules.items())
        },
        "checks": {name: found.sole_checks[name] for name in CHECKS} if found.ablated else None,
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "operator": tally.name,
        "says": tally.says,
        "harmless": tally.harmless,
        "attempts": tally.attempts,
        "tried": tally.tried,
        "wrong": tally.failed,
        "codes": dict(sorted(tally.codes.items())),
        "examples": tally.examples,
    }
