"""The reviewer's credentials, in a sentence or in lists."""

from typing import Any

from evals.synth.chance import chance
from evals.synth.marks import Mark, Part, Piece, filled, joined, listed, marked
from evals.synth.plan import Plan
from evals.synth.vocabulary import load

_SOME = 0.3


def _names(names: list[str]) -> tuple[list[Part], list[Mark]]:
    marks = [Mark() for _ in names]
    return [marked(mark, name) for mark, name in zip(marks, names, strict=True)], marks


def _sample(plan: Plan, key: str, most: int) -> list[str]:
    return plan.rng.sample(load("people")[key], plan.rng.randrange(1, most + 1))


def in_prose(plan: Plan, form: str) -> tuple[Piece, dict[str, Any]]:
    """Return the sentence *form* of the form, with its names, and the record's ``expert``."""
    specialties, first = _names(_sample(plan, "specialties", 2))
    states, last = _names(_sample(plan, "states", 2))
    expert: dict[str, Any] = {"specialties": first, "subspecialties": [], "licensed_in": last}
    subspecialty: Part = ""
    if "subspecialty" in plan.traps or chance(plan.rng, _SOME):
        [name], expert["subspecialties"] = _names(_sample(plan, "subspecialties", 1))
        subspecialty = joined(", has a subspecialty in ", name)
    slots: dict[str, Part] = {
        "specialties": listed(specialties, " and "),
        "subspecialty": subspecialty,
        "states": listed(states, " and "),
    }
    return filled(load("form")["made"][form], slots), expert


def in_lists(plan: Plan) -> tuple[Piece, dict[str, Any]]:
    """Return the two lists of the newer form, and the record's ``expert``."""
    form = load("form")["made"]
    wraps = "credentials-wrap" in plan.traps
    states, last = _names(_sample(plan, "states", 9) if wraps else _sample(plan, "states", 3))
    specialties, first = _names(_sample(plan, "specialties", 6 if wraps else 2))
    piece = joined(
        f"{form['credentials']}\n{form['states']}",
        listed(states, plan.rng.choice((",", ", "))),
        f"\n{form['specialties']}",
        listed(specialties, ", "),
    )
    return piece, {"specialties": first, "subspecialties": [], "licensed_in": last}
