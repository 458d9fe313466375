"""What counting needs of a letter, wherever it was read from."""

from dataclasses import dataclass
from typing import Literal

from extractor.findings import Finding, Severity
from extractor.record import Basis, Item, Record
from extractor.write.columns import ids_of, value_of, values_of

Side = Literal["claims_administrator", "reviewer"]
_DIGITS = 10
SIDES: tuple[Side, ...] = ("claims_administrator", "reviewer")


@dataclass(frozen=True, slots=True)
class Cited:
    """What one side of a dispute rests on.

    Attributes:
        cites: mtus, non_mtus, both, none or unclear; None where the letter has no such field.
        guidelines: The stable ids of what it cites, each once; ``unknown`` where there is none.
    """

    cites: str | None = None
    guidelines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Disputed:
    """One disputed item.

    Attributes:
        decision: upheld or overturned.
        category: The DWC's treatment category; None where none was read.
        subcategory: Its subcategory.
        drug: Whether a drug was read.
        drug_class: The drug's class; None where it has none, or there is no drug.
        partial: Whether the claims administrator had authorized a part of the request.
        claims_administrator: What the claims administrator rests on.
        reviewer: What the reviewer rests on.
    """

    decision: str | None
    category: str | None = None
    subcategory: str | None = None
    drug: bool = False
    drug_class: str | None = None
    partial: bool = False
    claims_administrator: Cited = Cited()
    reviewer: Cited = Cited()

    def cited(self, side: Side) -> Cited:
        """Return what *side* rests on."""
        return self.reviewer if side == "reviewer" else self.claims_administrator


@dataclass(frozen=True, slots=True)
class Odd:
    """One observation: the extraction is right, the letter is odd.

    Attributes:
        code: Its finding code.
        message: The sentence that says what is odd.
        item: The item's place in the letter, from 1; None where it is of no item.
        page: The page where it stands, from 1.
        quotes: The passages that it compares.
    """

    code: str
    message: str
    item: int | None = None
    page: int | None = None
    quotes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as it is counted.

    Attributes:
        id: The document's id.
        status: verified, review or failed.
        content: The SHA-256 of its file; None where that is not known.
        case_number: Its case number.
        decided_on: The decision date, ISO; None where the letter has none.
        specialties: The reviewer's specialties, each once.
        items: Its disputed items.
        odd: Its observations.
        version: The version of imr-extractor that read it.
    """

    id: str
    status: str
    content: str | None = None
    case_number: str | None = None
    decided_on: str | None = None
    specialties: tuple[str, ...] = ()
    items: tuple[Disputed, ...] = ()
    odd: tuple[Odd, ...] = ()
    version: str | None = None


def letter_of(record: Record) -> Letter:
    """Return what is counted of *record*."""
    return Letter(
        id=record.document.id,
        status=record.status,
        content=record.document.sha256,
        case_number=value_of(record.case.case_number),
        decided_on=value_of(record.case.decision_date),
        specialties=tuple(dict.fromkeys(values_of(record.expert.specialties))),
        items=tuple(map(_disputed, record.items)),
        odd=tuple(_odd(f) for f in record.findings if f.severity is Severity.OBSERVATION),
        version=record.provenance.version,
    )


def _disputed(item: Item) -> Disputed:
    category = item.category
    return Disputed(
        decision=item.decision.value,
        category=category.name if category else None,
        subcategory=category.subcategory if category else None,
        drug=item.drug is not None,
        drug_class=item.drug.drug_class if item.drug else None,
        partial=item.partial_approval is not None,
        claims_administrator=_cited(item.claims_administrator),
        reviewer=_cited(item.reviewer),
    )


def _cited(basis: Basis | None) -> Cited:
    if basis is None:
        return Cited()
    return Cited(basis.cites, tuple(dict.fromkeys(ids_of(basis.citations))))


def _odd(finding: Finding) -> Odd:
    quotes = tuple(dict.fromkeys(passage.quote for passage in finding.related))
    code, message = finding.code.value, finding.message
    return Odd(code, message, item_at(finding.path), finding.page, quotes)


def item_at(path: str) -> int | None:
    """Return the place, from 1, of the item that a JSON Pointer points into.

    >>> item_at("/items/0/rationale"), item_at("/case/decision_date")
    (1, None)
    """
    number = path.partition("/items/")[2].partition("/")[0]
    known = path.startswith("/items/") and number.isdecimal() and len(number) < _DIGITS
    return int(number) + 1 if known else None
