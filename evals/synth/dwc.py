"""The two layouts that decide by a word before the claims administrator's label."""

from typing import Any

from evals.synth import credentials
from evals.synth.items import Item, items_of
from evals.synth.marks import Mark, Part, Piece, filled, joined, marked
from evals.synth.plan import Plan, form_date
from evals.synth.printing import Block
from evals.synth.story import Story, story
from evals.synth.vocabulary import load

_DAYS = (
    "date_assigned",
    "date_of_injury",
    "decision_date",
    "ur_denial_date",
    "application_received",
)


def write(plan: Plan) -> tuple[list[Block], dict[str, Any]]:
    """Return the paragraphs of a letter, and the content of its record."""
    headed = plan.layout == "dwc-2016"
    header, case = _header(plan) if headed else ([], _no_header())
    made, expert = _made(plan)
    told = story(plan)
    items = items_of(plan, told.study)
    blocks = [
        *header,
        *made,
        *_summary(told),
        *_issues(),
        *(b for i in items for b in _item(plan, i)),
    ]
    _note_dates(plan, case, told)
    content: dict[str, Any] = {"case": case, "expert": expert, "patient": told.patient}
    content |= {"clinical_summary": told.summary, "items": [item.record for item in items]}
    return blocks, content


# --- the header -----------------------------------------------------------------------------------


def _no_header() -> dict[str, Any]:
    return dict.fromkeys(("case_number", "priority", *_DAYS))


def _header(plan: Plan) -> tuple[list[Block], dict[str, Any]]:
    """Return the header's paragraphs, and the record's ``case``."""
    frame, number = plan.frame, plan.rng.randrange(10**6, 10**7)
    decided, assigned = frame.decided, frame.assigned
    if "dates-out-of-order" in plan.traps:
        decided, assigned = assigned, decided
    priority = "expedited" if "expedited" in plan.traps else "standard"
    case: dict[str, Any] = {"case_number": Mark(), "priority": Mark(priority)}
    words = {"case_number": f"CM{frame.received:%y}-{number}", "priority": priority.capitalize()}
    days = (assigned, frame.injury, decided, frame.denied, frame.received)
    for name, day in zip(_DAYS, days, strict=True):
        case[name], words[name] = Mark(day.isoformat()), form_date(day)
    slots = {name: marked(case[name], words[name]) for name in words}
    return [Block(filled(form, slots)) for form in _header_forms(plan)], case


def _header_forms(plan: Plan) -> list[str]:
    shapes = load("form")["header"]
    named = [name for name in ("header-columns", "header-columns-torn") if name in plan.traps]
    forms: list[str] = shapes[named[0] if named else "lines"]
    return forms


def _note_dates(plan: Plan, case: dict[str, Any], told: Story) -> None:
    """Note what the header's dates deserve."""
    if "dates-out-of-order" in plan.traps:
        days = (case["date_assigned"], case["decision_date"])
        plan.deserves("dates_out_of_order", "/case", *days)
    if "header-contradicts-body" in plan.traps and told.injury is not None:
        days = (case["date_of_injury"], told.injury)
        plan.deserves("header_contradicts_body", "/case/date_of_injury", *days)


# --- the sections ---------------------------------------------------------------------------------


def _made(plan: Plan) -> tuple[list[Block], dict[str, Any]]:
    """Return how the determination was made, and the reviewer's credentials."""
    form = load("form")
    heading, made = form["headings"]["made"], form["made"]
    if plan.layout == "dwc-2016" and "credentials-in-prose" not in plan.traps:
        piece, expert = credentials.in_lists(plan)
        practice = made["practice"].replace("items/services", "items/Service")
        first = Piece(f"{heading}\n{made['sent']} {practice} {made['laws']}")
        return [Block(first, len(heading), whole=True), Block(piece, whole=True)], expert
    piece, expert = credentials.in_prose(plan, "certified")
    first = joined(f"{heading}\n{made['sent']} ", piece, f" {made['practice']} {made['laws']}")
    return [Block(first, len(heading), whole=True)], expert


def _summary(told: Story) -> list[Block]:
    form = load("form")
    heading = form["headings"]["summary"]
    lead = Piece(f"{heading}\n{form['leads']['summary']}")
    return [Block(lead, len(heading), whole=True), Block(told.piece, prose=True)]


def _issues() -> list[Block]:
    form = load("form")
    heading = form["headings"]["issues"]
    return [Block(Piece(f"{heading}\n{form['leads']['issues']}"), len(heading), whole=True)]


def _item(plan: Plan, item: Item) -> list[Block]:
    form = load("form")["labels"]
    word = marked(item.verdict, item.decision.capitalize())
    joint: Part = ":\n" if "decision-alone" in item.traps else plan.rng.choice((":  ", ": "))
    head = joined(item.heading, joint, word)
    over = "request-over-page" in item.traps
    turn = "before" if "label-after-page" in plan.traps else ""
    assert item.claims is not None, "these layouts have both fields"
    return [
        Block(head, len(head.text), turn="inside" if over else "", whole=not over, prose=True),
        _labelled(form["claims"], item.claims.piece),
        _labelled(form["reviewer"], item.reviewer.piece, "before" if turn else ""),
        _labelled(form["rationale"], item.rationale.piece, prose=True),
    ]


def _labelled(label: str, piece: Piece, turn: Any = "", *, prose: bool = False) -> Block:  # noqa: ANN401
    return Block(joined(label, piece), len(label) - 1, turn=turn, prose=prose)
