"""Every number of an arm as JSON, for programs that have no scorer."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.metrics.costs import costs
from evals.metrics.rates import Rate, by_case, count_rates, letter_rates
from evals.metrics.repeats import flickers, passes
from evals.metrics.slices import sliced
from evals.results import ArmResults, Letter
from evals.scoring.letters import LetterScore, Totals, total
from evals.scoring.marks import Counts, added

Cases = Mapping[str, Sequence[LetterScore]]


def arm_numbers(arm: ArmResults) -> dict[str, Any]:
    """Return an arm's totals, slices and repeats; each ratio with its counts and interval."""
    cases = by_case(arm.letters)
    return {
        "totals": totals_json(arm.totals, cases),
        "costs": costs(arm.letters).to_json(),
        "slices": slices_json(arm.letters),
        "repeats": repeats_json(arm.letters, cases),
    }


def totals_json(totals: Totals, cases: Cases) -> dict[str, Any]:
    """Return *totals* as JSON, the proportions of letters under ``rates``."""
    return {
        **_letters_json(totals, cases),
        "statuses": dict(totals.statuses),
        **{name: _counts_json(getattr(totals, name), _each(cases, name)) for name in ADDED},
        "fields": _named(totals.fields, cases, "fields"),
        "codes": _named(totals.codes, cases, "codes"),
    }


ADDED = ("values", "observations", "error_codes")


def _letters_json(totals: Totals, cases: Cases) -> dict[str, Any]:
    return {
        "letters": totals.letters,
        "cases": len(cases),
        "perfect": totals.perfect,
        "escaped_letters": totals.escaped_letters,
        "escaped_errors": totals.escaped_errors,
        "needless": totals.needless,
        "rates": {name: rate.to_json() for name, rate in letter_rates(cases).items()},
    }


def _named(totals: Mapping[str, Counts], cases: Cases, kind: str) -> dict[str, Any]:
    return {name: _counts_json(totals[name], named_counts(cases, kind, name)) for name in totals}


def named_counts(cases: Cases, kind: str, name: str) -> list[Counts]:
    """Return the counts of one field (or code), case by case."""
    return [
        added(found[name] for score in scores if name in (found := getattr(score, kind)))
        for scores in cases.values()
    ]


def _each(cases: Cases, name: str) -> list[Counts]:
    return [added(getattr(score, name) for score in scores) for scores in cases.values()]


def _counts_json(counts: Counts, each: Sequence[Counts]) -> dict[str, Any]:
    of = {"expected": counts.expected, "produced": counts.produced}
    rates = count_rates(each)
    ratios = {name: rate.value for name, rate in rates.items()}
    return counts.to_json() | of | ratios | {"intervals": _intervals(rates)}


def _intervals(rates: Mapping[str, Rate]) -> dict[str, tuple[float, float] | None]:
    return {name: rate.interval for name, rate in rates.items()}


def slices_json(letters: Sequence[Letter]) -> list[dict[str, Any]]:
    """Return each slice's letters and values; a list, in the order that reports show."""
    rows = []
    for by, name, part in sliced(letters):
        cases, totals = by_case(part), total(letter.score for letter in part)
        values = _counts_json(totals.values, _each(cases, "values"))
        rows.append({"by": by, "name": name, **_letters_json(totals, cases), "values": values})
    return rows


def repeats_json(letters: Sequence[Letter], cases: Cases) -> dict[str, Any] | None:
    """Return pass@k, pass^k and what flickers; None where letters were read once."""
    repeats = max((len(scores) for scores in cases.values()), default=0)
    if repeats <= 1:
        return None
    found = passes(cases)
    return {
        "repeats": repeats,
        "letters": len(cases),
        "pass_at": {str(k): one.to_json() for k, (one, _) in found.items()},
        "pass_all": {str(k): every.to_json() for k, (_, every) in found.items()},
        "flickers": [row._asdict() for row in flickers(letters)],
    }
