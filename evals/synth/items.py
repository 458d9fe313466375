"""The disputed items of a letter: request, decision, the two sides, the rationale."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evals.synth import asked as requests
from evals.synth.asked import Asked
from evals.synth.basis import CLAIMS, EXPERT, Field, field, in_sentence
from evals.synth.chance import chance
from evals.synth.marks import Mark, Part, Piece, filled, joined, marked, shouted
from evals.synth.plan import MISSING, Plan
from evals.synth.rationale import OVERTURNED, UPHELD, Rationale, rationale
from evals.synth.vocabulary import load

_DENIED = 0.7

Write = Callable[[int], Piece]


@dataclass
class Item:
    """A disputed item, ready to be printed.

    Attributes:
        heading: The words of the request as printed, marked; with the joint before a decision.
        request: The request's words alone, unmarked.
        decision: ``upheld`` or ``overturned``.
        verdict: The mark for the words that decide it.
        claims: The claims administrator's field; None where the layout has none.
        reviewer: The reviewer's field.
        rationale: Why.
        record: The item of the record.
        traps: The traps that it sets.
    """

    heading: Piece
    request: str
    decision: str
    verdict: Mark
    claims: Field | None
    reviewer: Field
    rationale: Rationale
    record: dict[str, Any]
    traps: frozenset[str]


def items_of(plan: Plan, told_of: Mark | None) -> list[Item]:
    """Return the items of a letter; *told_of* is the summary's passage on the latest MRI."""
    shared = plan.rng.choice((UPHELD, OVERTURNED)) if "same-sentences" in plan.traps else None
    numbered = enumerate(plan.items, 1)
    return [_item(plan, number, traps, shared, told_of) for number, traps in numbered]


def _item(
    plan: Plan, number: int, traps: frozenset[str], shared: str | None, told_of: Mark | None
) -> Item:
    asked = _asked(plan, traps)
    decision = shared or (UPHELD if chance(plan.rng, _DENIED) else OVERTURNED)
    verdict, request = Mark(decision), Mark()
    heading, partial = _heading(plan, asked, traps, request)
    why = rationale(plan, asked, decision, traps)
    claims, reviewer = _sides(plan, asked, traps, f"/items/{number - 1}")
    record = {
        "number": number,
        "request": request,
        "treatment": partial["remaining"] if partial else request,
        "decision": verdict,
        "partial_approval": partial,
        **asked.fields,
        "claims_administrator": claims.basis if claims else None,
        "reviewer": reviewer.basis,
        **why.fields,
        "reasons": [],
    }
    _note(plan, record, why, told_of)
    return Item(heading, heading.text, decision, verdict, claims, reviewer, why, record, traps)


def _note(plan: Plan, record: dict[str, Any], why: Rationale, told_of: Mark | None) -> None:
    """Note what a rationale deserves, each finding with the passage that it is held against."""
    path = f"/items/{record['number'] - 1}"
    for code, said in why.findings:
        other = record["request"]
        if code == MISSING:
            plan.deserves(code, f"{path}/conclusion", said)
            continue
        if code == "conclusion_contradicts_decision":
            other = record["decision"]
        elif code == "duration_contradicts_dates" and told_of is not None:
            other = told_of
        plan.deserves(code, path, other, said)


# --- the request ----------------------------------------------------------------------------------


def _asked(plan: Plan, traps: frozenset[str]) -> Asked:
    """Return a request that suits the item's traps."""
    if "duration-contradicts-dates" in traps:
        return _mri(plan, plan.region)
    if "body-region-mismatch" in traps:
        return _mri(plan, plan.rng.choice(("neck", "low-back", "shoulder", "knee", "ankle")))
    if traps & {"tapering-notice", "conclusion-names-other-treatment"}:
        return requests.drug(plan.rng)
    if traps & {"partial-remaining", "partial-eligible"}:
        return Asked(Piece(""), requests.nothing(), "request")
    return requests.request(plan, traps)


def _mri(plan: Plan, key: str) -> Asked:
    entry, evidence = load("treatments")["mri"], Mark()
    words, named = requests.region_words(key, plan.rng, first=True)
    fields = requests.nothing()
    fields["category"] = requests.category(entry["category"], entry["subcategory"], evidence)
    fields["body_regions"] = [named]
    piece = joined(marked(evidence, "MRI"), " of the ", words)
    return Asked(piece, fields, "MRI", region=key, about=entry)


def _heading(
    plan: Plan, asked: Asked, traps: frozenset[str], request: Mark
) -> tuple[Piece, dict[str, Any] | None]:
    """Return the request as printed up to its decision, and its partial approval."""
    if not asked.piece.text:
        kind = "remaining" if "partial-remaining" in traps else "eligible"
        return _partial(plan, asked, kind, request)
    piece = shouted(asked.piece) if "request-in-capitals" in traps else asked.piece
    return marked(request, piece), None


_COUNTED = (
    ("Acupuncture", "needles"), ("Massage therapy", "massage"), ("Psychotherapy", "talk"),
    ("Biofeedback", "talk"),
)  # fmt: skip


def _partial(
    plan: Plan, asked: Asked, kind: str, request: Mark
) -> tuple[Piece, dict[str, Any] | None]:
    """Return a partial approval; the fields of *asked* become those of what is decided."""
    rng = plan.rng
    whole = rng.randrange(6, 13) * 10
    given = whole - rng.randrange(2, 5) * 10
    write = _drug_amounts(plan, asked) if chance(rng, 0.6) else _visit_amounts(plan, asked)
    left = whole - given if kind == "remaining" else whole
    amounts = {name: Mark() for name in ("original", "authorized", "remaining")}
    slots: dict[str, Part] = {
        "original": marked(amounts["original"], write(whole).text),
        "authorized": marked(amounts["authorized"], write(given).text),
        "remaining": marked(amounts["remaining"], write(left)),
    }
    form = filled(rng.choice(load("form")["partial"][kind]), slots)
    length = len(form.text)
    for tail in (" is", ","):
        if form.text[:length].endswith(tail):
            length -= len(tail)
    head = Piece(form.text[:length], tuple(m for m in form.marks if m[2] <= length))
    return joined(marked(request, head), form.text[length:]), amounts


def _drug_amounts(plan: Plan, asked: Asked) -> Write:
    entry = plan.rng.choice([each for each in load("drugs")["drug"] if "kind" not in each])
    dose = plan.rng.choice(entry["strengths"])
    words = plan.rng.choice((entry.get("brand"), None)) or entry["generic"].capitalize()
    name, evidence, strength, count = Mark(entry["generic"]), Mark(), Mark(), Mark()
    strength.value = requests.plain_dose(dose)
    asked.fields["category"] = requests.category("Pharmaceuticals", entry["class"], evidence)
    asked.fields["drug"] = requests.drug_field(entry, name, strength, count)
    asked.thing, asked.about = entry["generic"], entry

    def write(amount: int) -> Piece:
        count.value = str(amount)
        named = marked(evidence, marked(name, words))
        return joined(named, " ", marked(strength, dose), " ", marked(count, f"#{amount}"))

    return write


def _visit_amounts(plan: Plan, asked: Asked) -> Write:
    words, key = plan.rng.choice(_COUNTED)
    entry, evidence, visits = load("treatments")[key], Mark(), Mark()
    asked.fields["category"] = requests.category(entry["category"], entry["subcategory"], evidence)
    asked.fields["visits"] = visits
    asked.thing, asked.about = entry["thing"], entry

    def write(amount: int) -> Piece:
        visits.value = amount // 10
        return joined(marked(evidence, words), ", ", marked(visits, f"{amount // 10} sessions"))

    return write


# --- the two sides --------------------------------------------------------------------------------

_CLAIMS_LEAD = "The Claims Administrator based its decision on the "
_BY_SENTENCE = {
    "letter-2013": (_CLAIMS_LEAD, "The Expert Reviewer relied on the "),
    "letter-2014": (_CLAIMS_LEAD, "The Physician Reviewer based his/her decision on the "),
}


def _sides(
    plan: Plan, asked: Asked, traps: frozenset[str], path: str
) -> tuple[Field | None, Field]:
    """Return the two guideline fields of the item at *path*; what they deserve is noted."""
    if leads := _BY_SENTENCE.get(plan.layout):
        claims, reviewer = (in_sentence(plan, asked, lead) for lead in leads)
        return claims, reviewer
    if plan.layout == "professional-review":
        return None, in_sentence(plan, asked, plan.rng.choice(("The ", "")))
    at_claims = "no-evidence" in traps or chance(plan.rng, 0.5)
    none: frozenset[str] = frozenset()
    claims = field(plan, asked, CLAIMS, traps if at_claims else none)
    reviewer = field(plan, asked, EXPERT, none if at_claims else traps)
    for each in (claims, reviewer):
        if each.finding:
            plan.deserves(each.finding, path, *each.basis["citations"][:1])
    return claims, reviewer
