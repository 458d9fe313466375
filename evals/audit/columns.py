"""The columns of the labelling sheets: what each asks, and which part of the record it checks."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from evals.audit import cells
from evals.errors import EvalError
from evals.scoring.align import citation_likeness
from evals.scoring.equal import same_quote
from evals.scoring.fields import ITEM, LETTER, Rule, listed, one
from extractor.treatments.vocabulary import CATEGORIES, REGIONS
from extractor.write.codebook import closed_lists


class Column(NamedTuple):
    """A column that a labeller fills.

    Attributes:
        name: Its heading, where possible that of the exported tables.
        path: The part of the record it checks, dotted; below an item for a column of items.
        read: Reads a cell that says something; raises ``cells.Unreadable``.
        asks: What the labeller is to write.
        usual: Whether it is asked for where no ``--fields`` is given.
    """

    name: str
    path: str
    read: Callable[[str], object]
    asks: str
    usual: bool = True


_PRINTED = "as printed; copy it, do not type it"
_DATE = "a date, 2016-11-18 or as printed"
_PROSE = 'its first words ... its last words, joined by " ... "; or the whole passage'
_SIDE = "mtus, non_mtus, both, unclear; no evidence (it says that it cites none); absent (no field)"
_CITED = 'each citation as printed, its pages included, "|" between two'


def _prose_rule(expected: Mapping[str, str], produced: Mapping[str, str]) -> bool:
    """Prose is right when it begins and ends with the words that the label does.

    What goes wrong with a passage is where it begins and ends; nobody retypes a rationale.
    """
    return cells.same_ends(expected["value"], produced["value"])


def _category(name: str) -> str:
    """Return a category with its subcategories, by which it is told from the others."""
    held = ", ".join(CATEGORIES[name])
    return f"{name} ({held})" if held else name


PROSE_RULE: Rule = one(_prose_rule)
CITED_RULE: Rule = listed(citation_likeness, same_quote, {})

OF_LETTERS = (
    Column("case_number", "case.case_number", cells.words, "as printed: CM16-0123456"),
    Column("date_assigned", "case.date_assigned", cells.day, f"{_DATE}; of the header"),
    Column("date_of_injury", "case.date_of_injury", cells.day, f"{_DATE}; of the header"),
    Column("decision_date", "case.decision_date", cells.day, f"{_DATE}; of the header"),
    Column("ur_denial_date", "case.ur_denial_date", cells.day, f"{_DATE}; of the header"),
    Column(
        "priority",
        "case.priority",
        cells.closed("standard", "expedited"),
        "standard or expedited; of the header",
    ),
    Column(
        "application_received", "case.application_received", cells.day, f"{_DATE}; of the header"
    ),
    Column("specialties", "expert.specialties", cells.names, 'each as printed, "; " between two'),
    Column(
        "subspecialties",
        "expert.subspecialties",
        cells.names,
        'each as printed, "; " between two',
    ),
    Column("licensed_in", "expert.licensed_in", cells.names, 'each state, "; " between two'),
    Column("age", "patient.age", cells.number, "in years, from the clinical summary"),
    Column(
        "sex",
        "patient.sex",
        cells.closed("male", "female"),
        "male or female, from a noun (man, woman, female ...) of the clinical summary, "
        "not from he or she",
    ),
    Column(
        "patient_date_of_injury",
        "patient.date_of_injury",
        cells.day,
        f"{_DATE}; the full date that the clinical summary gives for the injury",
    ),
    Column(
        "patient_ur_date",
        "patient.ur_date",
        cells.day,
        f"{_DATE}; the full date that the clinical summary gives for the utilization review",
    ),
    Column(
        "diagnosis_codes",
        "patient.diagnosis_codes",
        cells.names,
        'ICD codes printed in the clinical summary, "; " between two',
    ),
    Column("clinical_summary", "clinical_summary", cells.words, _PROSE, usual=False),
)
OF_ITEMS = (
    Column(
        "request",
        "request",
        cells.words,
        f"the heading up to its colon, {_PRINTED}; without a final comma or a final \"is\"; where "
        'the letter decides by a sentence, the words after "the request for"',
    ),
    Column("decision", "decision", cells.closed("upheld", "overturned"), "upheld or overturned"),
    Column(
        "treatment",
        "treatment",
        cells.words,
        'same (as the request); of a partial approval the portion that is decided here, as printed',
    ),
    Column(
        "partial_authorized",
        "partial_approval.authorized",
        cells.words,
        f"of a partial approval what was authorized before, {_PRINTED}; else none",
    ),
    Column(
        "retrospective",
        "retrospective",
        cells.when,
        "retrospective or prospective, where the request has that word; else none",
    ),
    Column(
        "dates_of_service",
        "dates_of_service",
        cells.days,
        'the dates of service that the request gives, "; " between two',
    ),
    Column(
        "category",
        "category.name",
        cells.closed_bare(*CATEGORIES),
        "the DWC's category of the treatment, known by what it holds: "
        + "; ".join(map(_category, CATEGORIES)),
    ),
    Column(
        "subcategory",
        "category.subcategory",
        cells.closed_bare(*closed_lists()["subcategories"]),
        "the DWC's subcategory, one of those in brackets above; of a drug its class",
    ),
    Column("drug_name", "drug.name", cells.lower, "the generic name (of Norco: "
           "hydrocodone/acetaminophen); none for a class of drugs"),
    Column("drug_strength", "drug.strength", cells.words, "as printed: 10/325mg"),
    Column("drug_quantity", "drug.quantity", cells.words, "as printed, without # : 60"),
    Column(
        "visits",
        "visits",
        cells.number,
        'how many visits in all ("3 times a week for 2 weeks" is 6); none where that is no one '
        "number, and of hours, days, drugs",
    ),
    Column(
        "body_regions",
        "body_regions",
        cells.regions,
        'side, region, levels of each region that the request names, "; " between two: left knee; '
        f"lumbar spine L4-5 L5-S1. Sides: left, right, bilateral, where printed. Regions: "
        f"{', '.join(REGIONS)}",
    ),
    Column(
        "claims_administrator_cites", "claims_administrator.cites", cells.cites,
        f"what its guideline field says that it rests on: {_SIDE}",
    ),
    Column(
        "reviewer_cites", "reviewer.cites", cells.cites,
        f"the same of the reviewer's (MAXIMUS) guideline field: {_SIDE}",
    ),
    Column(
        "conclusion",
        "conclusion",
        cells.closed("necessary", "not_necessary"),
        "necessary or not necessary: what the rationale's last deciding sentence says of this "
        "request, whatever the heading says; none where no sentence decides",
    ),
    Column("claims_administrator_text", "claims_administrator.text", cells.words, _PROSE,
           usual=False),
    Column("claims_administrator_citations", "claims_administrator.citations", cells.citations,
           _CITED, usual=False),
    Column("reviewer_text", "reviewer.text", cells.words, _PROSE, usual=False),
    Column("reviewer_citations", "reviewer.citations", cells.citations, _CITED, usual=False),
    Column("rationale", "rationale", cells.words, _PROSE, usual=False),
)  # fmt: skip
_BY_NAME = {column.name: column for column in (*OF_LETTERS, *OF_ITEMS)}


def rule_of(column: Column) -> Rule:
    """Return the rule that scores a column: the harness's own, but for what nobody retypes."""
    if column.asks == _PROSE:
        return PROSE_RULE
    if column.asks == _CITED:
        return CITED_RULE
    return (ITEM if column in OF_ITEMS else LETTER)[column.path]


def chosen(fields: str | None) -> tuple[str, ...]:
    """Return the names of the columns that *fields* asks for, in the order of the sheets.

    Args:
        fields: Names with commas between, ``all``, or None for the usual ones.

    Raises:
        EvalError: There is no such column.
    """
    if fields is None:
        return tuple(column.name for column in _BY_NAME.values() if column.usual)
    names = [name.strip().lower() for name in fields.split(",") if name.strip()]
    if names == ["all"]:
        return tuple(_BY_NAME)
    for name in names:
        if name not in _BY_NAME:
            raise EvalError(f"There is no field {name!r} to check; there is {', '.join(_BY_NAME)}.")
    if not names:
        raise EvalError("No field is named; leave out --fields to check the usual ones.")
    return tuple(name for name in _BY_NAME if name in names)


def of_letters(names: Sequence[str]) -> list[Column]:
    """Return those of *names* that are asked once a letter."""
    return [column for column in OF_LETTERS if column.name in names]


def of_items(names: Sequence[str]) -> list[Column]:
    """Return those of *names* that are asked of every item."""
    return [column for column in OF_ITEMS if column.name in names]
