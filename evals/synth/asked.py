"""Requests: what is asked for, in the words of requests, with the fields that follow from them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from evals.synth.chance import chance
from evals.synth.marks import Mark, Part, Piece, capitalized, filled, joined, marked
from evals.synth.plan import Plan, printed_date
from evals.synth.vocabulary import load

_SPELLED = {4: "Four", 6: "Six", 8: "Eight", 10: "Ten", 12: "Twelve"}
_DRUG_SHARE = 0.35


@dataclass
class Asked:
    """What an item asks for.

    Attributes:
        piece: The request's words, with the marks of its fields.
        fields: The fields of the item that follow from the request.
        thing: What a conclusion calls it.
        plural: Whether *thing* is more than one.
        region: The region it names, of ``regions.toml``; "" for none.
        about: Its entry in ``treatments.toml`` or ``drugs.toml``.
    """

    piece: Piece
    fields: dict[str, Any]
    thing: str
    plural: bool = False
    region: str = ""
    about: dict[str, Any] = field(default_factory=dict)


def nothing() -> dict[str, Any]:
    """Return the fields of a request that names nothing."""
    return {
        "retrospective": None,
        "dates_of_service": [],
        "category": None,
        "drug": None,
        "visits": None,
        "body_regions": [],
    }


def category(name: str, subcategory: str | None, evidence: Mark) -> dict[str, Any]:
    """Return the record's category."""
    return {"name": name, "subcategory": subcategory, "evidence": evidence, "source": "lexicon"}


# --- regions ------------------------------------------------------------------------------------


def region_words(key: str, rng: Random, *, first: bool = False) -> tuple[Piece, dict[str, Any]]:
    """Return words that name the region *key*, with a side where it has sides, and its field.

    *first* asks for the first of its names, else any is taken.
    """
    entry = load("regions")[key]
    word = entry["words"][0] if first else rng.choice(entry["words"])
    side = rng.choice(("left", "right", "bilateral")) if entry.get("sided") else None
    mark = Mark()
    named = {"region": entry["region"], "side": side, "levels": [], "evidence": mark}
    return marked(mark, f"{side} {word}" if side else word), named


def _levels(key: str, rng: Random) -> tuple[str, list[str]]:
    """Return one level of the spine, or two, and as they are listed."""
    known = load("regions")[key]["levels"]
    first = rng.randrange(len(known))
    if first + 1 < len(known) and chance(rng, 0.3):
        pair = known[first : first + 2]
        return " and ".join(pair), pair
    return known[first], [known[first]]


# --- visits -------------------------------------------------------------------------------------


def visits_words(rng: Random) -> tuple[Piece, Mark]:
    """Return words that say how many visits, and the mark on them."""
    times, weeks = rng.randrange(2, 4), rng.randrange(2, 7)
    number = rng.choice((4, 6, 8, 10, 12))
    whole, mark = times * weeks, Mark()
    mark.value = whole
    week = f"{weeks} weeks"
    ways: tuple[tuple[int, Callable[[], Piece]], ...] = (
        (number, lambda: marked(mark, f"{_SPELLED[number]} ({number}) sessions")),
        (number, lambda: marked(mark, f"{number} visits")),
        (number, lambda: marked(mark, f"{number} sessions")),
        (number, lambda: joined(marked(mark, f"{number} additional sessions"))),
        (whole, lambda: marked(mark, f"{times} times a week for {week}")),
        (whole, lambda: marked(mark, f"{times}x{weeks}")),
        (whole, lambda: marked(mark, f"{times} x {weeks}")),
        (whole, lambda: marked(mark, f"{times}x/week x {week}")),
        (whole, lambda: marked(mark, f"{times} times {weeks}")),
        (2 * weeks, lambda: marked(mark, f"twice a week for {week}")),
        (whole, lambda: _counted(times, week, marked(mark, f"{whole} sessions"))),
    )
    mark.value, write = rng.choice(ways)
    return write(), mark


def _counted(times: int, week: str, count: Piece) -> Piece:
    return joined(f"{times} times a week for {week} (", count, ")")


# --- treatments ---------------------------------------------------------------------------------


def treatment(key: str, rng: Random, visits: Piece | None = None) -> Asked:
    """Return a request for the treatment *key* of ``treatments.toml``."""
    entry = load("treatments")[key]
    return _treated(entry, rng.choice(entry["forms"]), rng, visits)


def _treated(entry: dict[str, Any], form: str, rng: Random, visits: Piece | None) -> Asked:
    evidence, spot = Mark(), Mark()
    fields = nothing()
    fields["category"] = category(entry["category"], entry.get("subcategory"), evidence)
    key = rng.choice(entry["regions"]) if entry.get("regions") else ""
    slots: dict[str, Part] = {}
    if "{region}" in form:
        words, named = region_words(key, rng)
        slots["region"] = capitalized(words) if form.startswith("{region}") else words
        fields["body_regions"] = [named]
    elif "[" in form:
        fields["body_regions"] = [_at_levels(key, form, spot, slots, rng)]
    else:
        key = ""
    if "{visits}" in form:
        if visits is None:
            visits, fields["visits"] = visits_words(rng)
        slots["visits"] = visits
    piece = filled(form, slots, {"<": evidence, "[": spot})
    return Asked(piece, fields, entry["thing"], bool(entry.get("plural")), key, entry)


def _at_levels(
    key: str, form: str, spot: Mark, slots: dict[str, Part], rng: Random
) -> dict[str, Any]:
    entry = load("regions")[key]
    slots["Adjective"] = entry["adjective"].capitalize()
    slots["level"], levels = _levels(key, rng)
    side = "bilateral" if "[Bilateral" in form else None
    return {"region": entry["region"], "side": side, "levels": levels, "evidence": spot}


# --- drugs --------------------------------------------------------------------------------------


def drug(rng: Random, amount: int | None = None, entry: dict[str, Any] | None = None) -> Asked:
    """Return a request for a drug: *amount* of it, or any; of *entry* in ``drugs.toml``, or any."""
    entry = entry or rng.choice(load("drugs")["drug"])
    name, evidence, strength = Mark(entry["generic"]), Mark(), Mark()
    brand = entry.get("brand")
    words = brand if brand and chance(rng, 0.5) else entry["generic"].capitalize()
    dose = rng.choice(entry["strengths"])
    strength.value = plain_dose(dose)
    quantity, count = _quantity(entry.get("kind", ""), rng, amount)
    piece = joined(
        marked(evidence, marked(name, words)),
        f" ({entry['generic']})" if words == brand and chance(rng, 0.2) else "",
        " ",
        marked(strength, dose),
        f" {entry['kind']}" if "kind" in entry else "",
        rng.choice((" ", ", ", " ")),
        quantity,
    )
    fields = nothing()
    fields["category"] = category("Pharmaceuticals", entry["class"], evidence)
    fields["drug"] = drug_field(entry, name, strength, count)
    return Asked(piece, fields, words.lower() if words != brand else words, about=entry)


def drug_field(entry: dict[str, Any], name: Mark, strength: Mark, quantity: Mark) -> dict[str, Any]:
    """Return the record's drug; the strength's value is set by its words."""
    return {"name": name, "class": entry["class"], "strength": strength, "quantity": quantity}


def plain_dose(dose: str) -> str:
    """Return a printed strength as the record's value has it.

    >>> plain_dose("10-325 mg")
    '10/325mg'
    """
    return dose.replace(" ", "").replace("-", "/").lower()


def _quantity(kind: str, rng: Random, amount: int | None) -> tuple[Piece, Mark]:
    if kind in {"gel", "ointment"}:
        words = f"{amount or rng.choice((60, 100, 120))}{rng.choice(('gm', 'grams'))}"
        mark = Mark(words)
        return marked(mark, words), mark
    number = amount or rng.choice((20, 30, 45, 60, 90, 120))
    mark = Mark(str(number))
    ways = [f"#{number}", f"#{number}", f"qty: {number}", f"quantity {number}"]
    if not kind:
        ways.append(f"{number} tablets")
    return marked(mark, rng.choice(ways)), mark


def any_request(plan: Plan) -> Asked:
    """Return a request without a trap."""
    rng = plan.rng
    if chance(rng, _DRUG_SHARE):
        return drug(rng)
    return treatment(rng.choice(list(load("treatments"))), rng)


# --- requests that set traps --------------------------------------------------------------------


def _colons(plan: Plan) -> Asked:
    """Return a request that holds a colon of its own."""
    rng = plan.rng
    if chance(rng, 0.5):
        asked = drug(rng)
        asked.piece = joined(asked.piece, f", day supply: {rng.choice((15, 30, 60))}")
        return asked
    return _composed(rng.choice(load("wordings")["colons"]))


def _composed(entry: dict[str, str]) -> Asked:
    """Return the request of an entry of ``wordings.toml``."""
    evidence, fields = Mark(), nothing()
    fields["category"] = category(entry["category"], entry["subcategory"], evidence)
    return Asked(filled(entry["form"], {}, {"<": evidence}), fields, entry["thing"])


def _long(plan: Plan) -> Asked:
    """Return a request of three lines or more."""
    asked = any_request(plan)
    asked.piece = joined(asked.piece, plan.rng.choice(load("wordings")["tails"]))
    return asked


def _several_regions(plan: Plan) -> Asked:
    """Return a request for pictures of two regions; one side may hold for both."""
    rng = plan.rng
    entry, evidence = load("treatments")["mri"], Mark()
    fields = nothing()
    fields["category"] = category(entry["category"], entry["subcategory"], evidence)
    if chance(rng, 0.5):
        side = rng.choice(("left", "right"))
        first, second = rng.sample(("hip", "knee", "ankle"), 2)
        near, far = Mark(), Mark()
        where = marked(far, marked(near, f"{side} {first}"), f" and {second}")
        named = [_region(first, side, near), _region(second, side, far)]
    else:
        keys = ["neck", rng.choice(("shoulder", "hand", "wrist"))]
        found = [region_words(key, rng) for key in keys]
        where, named = joined(found[0][0], " and ", found[1][0]), [each for _, each in found]
    fields["body_regions"] = named
    return Asked(joined(marked(evidence, "MRI"), " of the ", where), fields, "MRI", about=entry)


def _region(name: str, side: str, evidence: Mark) -> dict[str, Any]:
    return {"region": name, "side": side, "levels": [], "evidence": evidence}


def _context(plan: Plan) -> Asked:
    """Return a request that says first what the thing goes with."""
    return _composed(plan.rng.choice(load("wordings")["contexts"]))


def _retrospective(plan: Plan) -> Asked:
    """Return a request for what was done already, with the dates of service."""
    rng = plan.rng
    asked, past = any_request(plan), Mark(value=True)
    day = plan.frame.denied - timedelta(rng.randrange(20, 90))
    served = Mark(day.isoformat())
    words = marked(served, printed_date(day, rng))
    where = rng.choice(load("wordings")["served"])
    asked.fields |= {"retrospective": past, "dates_of_service": [served]}
    head = joined(marked(past, "Retrospective"), " request for ")
    asked.piece = joined(head, asked.piece, filled(where, {"day": words}))
    return asked


def _prospective(plan: Plan) -> Asked:
    """Return a request that is called prospective."""
    asked, future = any_request(plan), Mark(value=False)
    asked.fields["retrospective"] = future
    asked.piece = joined(marked(future, "Prospective"), " request for ", asked.piece)
    return asked


def _compound(plan: Plan) -> Asked:
    """Return a request for a compound of two drugs; the first names it."""
    rng, entry = plan.rng, {"class": "Topical Compounds"}
    first, second = rng.sample(load("wordings")["compounded"], 2)
    name, evidence, strength = Mark(first), Mark(), Mark()
    dose = f"{rng.choice((2, 5, 10))}%"
    quantity, count = _quantity("gel", rng, None)
    piece = joined(
        marked(evidence, marked(name, first.capitalize())),
        " ",
        marked(strength, dose),
        f"/{second.capitalize()} {rng.choice((4, 6))}%, ",
        quantity,
    )
    strength.value = dose
    fields = nothing()
    fields["category"] = category("Pharmaceuticals", entry["class"], evidence)
    fields["drug"] = drug_field(entry, name, strength, count)
    return Asked(piece, fields, "compound", about=entry)


def _unclear_visits(plan: Plan) -> Asked:
    """Return a request for visits whose number is a range."""
    low = plan.rng.randrange(1, 3)
    words = f"{low} to {low + 1} times per week for {plan.rng.randrange(3, 7)} weeks"
    return treatment("therapy", plan.rng, Piece(words))


_TRAPS: dict[str, Callable[[Plan], Asked]] = {
    "request-colons": _colons,
    "request-long": _long,
    "request-over-page": _long,
    "several-regions": _several_regions,
    "context-first": _context,
    "retrospective": _retrospective,
    "prospective": _prospective,
    "compound": _compound,
    "visits-unclear": _unclear_visits,
}


def request(plan: Plan, traps: frozenset[str]) -> Asked:
    """Return the request of an item that sets *traps*."""
    write = next((_TRAPS[name] for name in sorted(traps) if name in _TRAPS), any_request)
    return write(plan)
