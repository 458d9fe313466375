"""The record: what is known of one letter, every value with the characters it was read from.

Offsets are half-open and count Unicode code points of the document's text: of a text file its
content as decoded, of a PDF what ``imr text FILE`` prints. Pages count from 1; None where the
text has no pages. Dates are ISO 8601 in ``value`` and as printed in ``quote``.
"""

from datetime import date
from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from extractor.findings import Finding, Offset, Severity

SCHEMA: Literal["imr-record/1"] = "imr-record/1"

T = TypeVar("T")
Status = Literal["verified", "review", "failed"]
Outcome = Literal["upheld", "overturned", "mixed"]
DecisionWord = Literal["upheld", "overturned"]
Polarity = Literal["necessary", "not_necessary"]
Authority = Literal["mtus", "non_mtus"]
Cites = Literal["mtus", "non_mtus", "both", "none", "unclear"]


class Model(BaseModel):
    """A frozen part of the record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class V(Model, Generic[T]):
    """A value and the characters it was read from.

    Attributes:
        value: What the quote says: a word of a closed list, a number, an ISO date; for prose the
            quote itself, with a PDF reader's artefacts undone.
        quote: ``text[start:end]`` with runs of white space collapsed to one space.
        start: First character, from 0.
        end: One past the last character.
        page: Page of ``start``, from 1; None where the text has no pages.
    """

    value: T
    quote: str
    start: Offset
    end: Offset
    page: Annotated[int, Field(ge=1)] | None = None


def _real_day(day: str) -> str:
    return date.fromisoformat(day).isoformat()


IsoDate = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_real_day)]
Words = V[str]
Number = V[int]
Day = V[IsoDate]
Decision = V[DecisionWord]
Conclusion = V[Polarity]
Sex = V[Literal["male", "female"]]
Priority = V[Literal["standard", "expedited"]]


class Document(Model):
    """Which file the record was read from, and how.

    ``text_sha256`` is of the text's UTF-8 bytes and pins what the offsets count; ``reader`` names
    the PDF library and its version, or ``text``.
    """

    id: str
    path: str | None = None
    sha256: str | None = None
    text_sha256: str | None = None
    media_type: str | None = None
    encoding: str | None = None
    reader: str | None = None
    pages: int | None = None
    characters: int | None = None
    layout: str | None = None


class Case(Model):
    """The case header; read from the header only."""

    case_number: Words | None = None
    date_assigned: Day | None = None
    date_of_injury: Day | None = None
    decision_date: Day | None = None
    ur_denial_date: Day | None = None
    priority: Priority | None = None
    application_received: Day | None = None


class Expert(Model):
    """The reviewer's credentials."""

    specialties: tuple[Words, ...] = ()
    subspecialties: tuple[Words, ...] = ()
    licensed_in: tuple[Words, ...] = ()


class Patient(Model):
    """What the clinical summary says of the injured worker; from the summary only."""

    age: Number | None = None
    sex: Sex | None = None
    date_of_injury: Day | None = None
    ur_date: Day | None = None
    diagnosis_codes: tuple[Words, ...] = ()


class Citation(Model):
    """One guideline that a field cites.

    ``labelled`` is what the letter calls it, ``authority`` what it is. The components (title,
    edition, year, chapter, sections, pages, tables, url) are words of ``quote``.
    """

    labelled: Authority | None = None
    authority: Authority | None = None
    guideline: str = "unknown"
    title: str | None = None
    edition: str | None = None
    year: int | None = None
    chapter: str | None = None
    sections: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    url: str | None = None
    quote: str
    start: Offset
    end: Offset
    page: int | None = None
    excerpt: Words | None = None


class Basis(Model):
    """What one side based its decision on: the whole field, and the citations in it."""

    cites: Cites
    text: Words
    citations: tuple[Citation, ...] = ()


class PartialApproval(Model):
    """A request of which the claims administrator authorized a part."""

    original: Words
    authorized: Words
    remaining: Words


class Category(Model):
    """The DWC's treatment category, grounded in the words that decide it."""

    name: str
    subcategory: str | None = None
    evidence: Words
    source: Literal["lexicon", "model", "person"]


class Drug(Model):
    """A drug that the request names."""

    name: Words
    drug_class: str | None = Field(default=None, alias="class")
    strength: Words | None = None
    quantity: Words | None = None

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        serialize_by_alias=True,
    )


class BodyRegion(Model):
    """A part of the body that the request names."""

    region: str
    side: Literal["left", "right", "bilateral"] | None = None
    levels: tuple[str, ...] = ()
    evidence: Words


REASONS = (
    "no_red_flags",
    "no_functional_improvement",
    "conservative_care_not_tried",
    "guideline_does_not_recommend",
    "exceeds_guideline_limits",
    "documentation_missing",
    "meets_guideline_criteria",
    "other",
)


class Reason(Model):
    """Why the reviewer decided so; proposed by a model only, not counted in the status.

    ``kind`` is one of ``REASONS``; ``evidence`` are the words of the rationale.
    """

    kind: str
    evidence: Words


class Item(Model):
    """One disputed treatment and its decision."""

    number: Annotated[int, Field(ge=1)]
    request: Words
    treatment: Words
    decision: Decision
    partial_approval: PartialApproval | None = None
    retrospective: V[bool] | None = None
    dates_of_service: tuple[Day, ...] = ()
    category: Category | None = None
    drug: Drug | None = None
    visits: Number | None = None
    body_regions: tuple[BodyRegion, ...] = ()
    claims_administrator: Basis | None = None
    reviewer: Basis | None = None
    rationale: Words | None = None
    conclusion: Conclusion | None = None
    rationale_citations: tuple[Citation, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Provenance(Model):
    """Who proposed the values, with which version, model and prompt, at what cost.

    ``usage`` and ``cost_usd`` are those of the replies when they were made; where all of them came
    from the cache (``cached``) nothing was spent again. ``reviewed`` says that a person has looked:
    corrections were applied, or the record was accepted as it is.
    """

    proposer: str
    version: str
    model: str | None = None
    prompt: str | None = None
    usage: dict[str, int] | None = None
    cost_usd: float | None = None
    attempts: int | None = None
    cached: bool | None = None
    reviewed: bool = False


class Record(Model):
    """Everything known of one letter; ``status`` says whether a person must look.

    ``verified``: no finding of severity error that stands. ``review``: a person must look.
    ``failed``: the input gave no text.
    """

    schema_: Literal["imr-record/1"] = Field(default=SCHEMA, alias="schema")
    document: Document
    status: Status
    outcome: Outcome | None = None
    case: Case = Case()
    expert: Expert = Expert()
    patient: Patient = Patient()
    clinical_summary: Words | None = None
    items: tuple[Item, ...] = ()
    findings: tuple[Finding, ...] = ()
    provenance: Provenance

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_by_name=True,
        serialize_by_alias=True,
    )

    def to_json(self) -> str:
        """Return the record as one line of JSON, without a newline at its end."""
        return self.model_dump_json(by_alias=True)

    @classmethod
    def from_json(cls, line: str | bytes) -> "Record":
        """Read a record back; raises ``pydantic.ValidationError`` when it is none."""
        return cls.model_validate_json(line)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of the record, as ``imr schema`` prints it."""
        return cls.model_json_schema(by_alias=True)


def status_of(findings: tuple[Finding, ...], *, has_text: bool) -> Status:
    """Return the status that *findings* leave a record in."""
    if not has_text:
        return "failed"
    kept = any(f.severity is Severity.ERROR and f.stands for f in findings)
    return "review" if kept else "verified"


def outcome_of(items: tuple[Item, ...]) -> Outcome | None:
    """Return the outcome over all items; None without items."""
    words = {item.decision.value for item in items}
    if len(words) > 1:
        return "mixed"
    return words.pop() if words else None
