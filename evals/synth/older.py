"""The layouts of 2013 and 2014 that decide by sentences, or in a heading."""

from typing import Any

from evals.synth import credentials
from evals.synth.chance import chance
from evals.synth.items import Item, items_of
from evals.synth.marks import Mark, Piece, filled, joined, marked
from evals.synth.plan import Plan, printed_date
from evals.synth.printing import Block
from evals.synth.rationale import UPHELD
from evals.synth.story import Story, story
from evals.synth.vocabulary import load

_NOTHING = ("case_number", "date_assigned", "date_of_injury", "decision_date", "ur_denial_date",
            "priority", "application_received")  # fmt: skip
_RELIED_UPON = "MEDICAL TREATMENT GUIDELINE(S) RELIED UPON BY PROFESSIONAL REVIEWER AND WHY:"
_RECORDS = "Application, records and the denial letter."
_COMPANY = "MAXIMUS FEDERAL SERVICES, INC."
_DETERMINED = "MAXIMUS Federal Services, Inc. has determined the request for "


def write(plan: Plan) -> tuple[list[Block], dict[str, Any]]:
    """Return the paragraphs of a letter, and the content of its record."""
    told = story(plan)
    items = items_of(plan, None)
    blocks, case, expert = _LAYOUTS[plan.layout](plan, told, items)
    content: dict[str, Any] = {"case": case, "expert": expert, "patient": told.patient}
    content |= {"clinical_summary": told.summary, "items": [item.record for item in items]}
    return blocks, content


def _article(plan: Plan) -> str:
    return "the " if chance(plan.rng, 0.2) else ""


def _titled(heading: str, *parts: Piece | str) -> Block:
    return Block(joined(heading, "\n", *parts), len(heading))


def _documents(plan: Plan, heading: str) -> Block:
    form = load("form")
    entries = plan.rng.choice(form["documents"]["lists"])
    return _titled(heading, "\n".join([form["leads"]["documents"], *(f"- {e}" for e in entries)]))


# --- letter-2013 ----------------------------------------------------------------------------------

Written = tuple[list[Block], dict[str, Any], dict[str, Any]]


def _letter_2013(plan: Plan, told: Story, items: list[Item]) -> Written:
    dated, form = Mark(plan.frame.decided.isoformat()), load("form")
    day = f"{plan.frame.decided.month}/{plan.frame.decided.day}/{plan.frame.decided.year}"
    head = joined(
        f"{_COMPANY}\nNotice of Independent Medical Review Determination\nDated: ",
        marked(dated, day),
    )
    slots = {
        "received": printed_date(plan.frame.received, plan.rng),
        "denied": printed_date(plan.frame.denied, plan.rng),
    }
    numbered = [(n, item, _article(plan)) for n, item in enumerate(items, 1)]
    filed = filled(form["leads"]["filed"], slots)
    qualified, expert = credentials.in_prose(plan, "certified_2013")
    made = form["made"]
    blocks = [
        Block(head, len(_COMPANY)),
        *(Block(_listed(*each, marks=False)) for each in numbered),
        _titled("INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE", filed),
        *(Block(_listed(*each, marks=True)) for each in numbered),
        _titled("Medical Qualifications of the Expert Reviewer:",
                f"{made['independent']} ", qualified, f" {made['practice']}"),
        _titled("Case Summary:", told.piece),
        _documents(plan, "Documents Reviewed for Determination:"),
        *(block for each in numbered for block in _passage(*each)),
    ]  # fmt: skip
    case: dict[str, Any] = {
        "case_number": None, "date_assigned": None, "date_of_injury": None, "decision_date": dated,
        "priority": None,
    }  # fmt: skip
    return blocks, case, expert


def _deciding(item: Item) -> str:
    glue = "" if "glued-negation" in item.traps else " "
    no = f"not{glue}" if item.decision == UPHELD else ""
    return f"is {no}medically necessary and appropriate"


def _listed(number: int, item: Item, article: str, *, marks: bool) -> Piece:
    """Return an entry of the numbered list; the second list's carries the marks."""
    words = _deciding(item)
    request = item.heading if marks else item.request
    decision = marked(item.verdict, words) if marks else words
    return joined(f"{number}) {_DETERMINED}{article}", request, " ", decision, ".")


def _passage(number: int, item: Item, article: str) -> list[Block]:
    """Return the paragraphs on one request."""
    head = f"{number}) Regarding the request for {article}{item.request}:"
    assert item.claims is not None, "this layout has both fields"
    return [
        Block(Piece(head), len(head), whole=True),
        Block(item.claims.piece),
        Block(item.reviewer.piece),
        _titled("Rationale for the Decision:", item.rationale.piece),
    ]


# --- letter-2014 ----------------------------------------------------------------------------------


def _letter_2014(plan: Plan, told: Story, items: list[Item]) -> Written:
    denied, form = Mark(plan.frame.denied.isoformat()), load("form")
    day = f"{plan.frame.denied.month:02d}/{plan.frame.denied.day:02d}/{plan.frame.denied.year}"
    qualified, expert = credentials.in_prose(plan, "certified")
    made, heads = form["made"], form["headings"]
    blocks = [
        Block(Piece(f"{_COMPANY}\nIndependent Medical Review"), len(_COMPANY)),
        Block(joined("UR Denial Date: ", marked(denied, day))),
        _titled(
            heads["made"], f"{made['sent']} ", qualified, f" {made['practice']} {made['laws']}"
        ),
        _documents(plan, "DOCUMENTS REVIEWED"),
        _titled(heads["summary"], form["leads"]["summary"]),
        Block(told.piece, prose=True),
        _titled(heads["issues_2014"], form["leads"]["issues"]),
        *(block for n, item in enumerate(items, 1) for block in _sentence_item(plan, n, item)),
    ]
    return blocks, dict.fromkeys(_NOTHING) | {"ur_denial_date": denied}, expert


def _sentence_item(plan: Plan, number: int, item: Item) -> list[Block]:
    decision = marked(item.verdict, _deciding(item))
    head = joined(f"{number}. The request for {_article(plan)}", item.heading, " ", decision, ".")
    assert item.claims is not None, "this layout has both fields"
    return [
        Block(head, whole=True),
        Block(item.claims.piece),
        Block(item.reviewer.piece),
        _titled("The Physician Reviewer's decision rationale:", item.rationale.piece),
    ]


# --- professional-review --------------------------------------------------------------------------


def _professional(plan: Plan, told: Story, items: list[Item]) -> Written:
    [item] = items
    qualified, expert = credentials.in_prose(plan, "certified_review")
    verb, no = plan.rng.choice(("IS", "WAS")), "NOT " if item.decision == UPHELD else ""
    decision = marked(item.verdict, f"{verb} {no}MEDICALLY NECESSARY")
    why = "RATIONALE FOR WHY THE REQUESTED TREATMENT/SERVICE "
    blocks = [
        Block(Piece("MEDICAL PROFESSIONAL REVIEW"), 27),
        _titled("ISSUE AT DISPUTE:", item.heading),
        _titled("CASE SUMMARY:", told.piece),
        _titled("DOCUMENTS REVIEWED FOR DETERMINATION:", _RECORDS),
        _titled(_RELIED_UPON, item.reviewer.piece),
        Block(joined(why, decision, ":\n", item.rationale.piece), len(why)),
        _titled("MEDICAL REVIEWER QUALIFICATIONS:", qualified),
    ]  # fmt: skip
    return blocks, dict.fromkeys(_NOTHING), expert


_LAYOUTS = {
    "letter-2013": _letter_2013,
    "letter-2014": _letter_2014,
    "professional-review": _professional,
}
