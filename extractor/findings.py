"""What can be wrong with a letter or its record: a closed list of codes.

A code is stable: programs branch on it, the tests assert it, and its message may change.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Severity(StrEnum):
    """How much a finding weighs: an ``error`` keeps a record from being verified."""

    ERROR = "error"
    OBSERVATION = "observation"


class Code(StrEnum):
    """Every finding code, in the order a letter meets them."""

    # input: the file
    MISSING_PATH = "missing_path"
    EMPTY_INPUT = "empty_input"
    NOT_TEXT = "not_text"
    BAD_ENCODING = "bad_encoding"
    ENCRYPTED = "encrypted"
    NO_TEXT_LAYER = "no_text_layer"
    TOO_LARGE = "too_large"
    TOO_MANY_PAGES = "too_many_pages"
    DUPLICATE_ID = "duplicate_id"
    SOURCE_MISMATCH = "source_mismatch"
    # grounding: a value and its words
    UNGROUNDED = "ungrounded"
    WRONG_PLACE = "wrong_place"
    AMBIGUOUS = "ambiguous"
    VALUE_MISMATCH = "value_mismatch"
    ALTERED_QUOTE = "altered_quote"
    # completeness: what was left out
    MISSING_ITEM = "missing_item"
    EXTRA_ITEM = "extra_item"
    DUPLICATE_ITEM = "duplicate_item"
    MISSING_FIELD = "missing_field"
    UNCOVERED_TEXT = "uncovered_text"
    UNCITED_TEXT = "uncited_text"
    UNCERTAIN_BOUNDARY = "uncertain_boundary"
    UNKNOWN_LAYOUT = "unknown_layout"
    DISAGREEMENT = "disagreement"
    # review: what a person made of it
    CORRECTION_CONFLICT = "correction_conflict"
    CORRECTION_UNAPPLIED = "correction_unapplied"
    REJECTED = "rejected"
    # model: the proposer's endpoint
    REFUSED = "refused"
    TRUNCATED_REPLY = "truncated_reply"
    CONTENT_FILTERED = "content_filtered"
    PROMPT_TRUNCATED = "prompt_truncated"
    ENDPOINT_FAILED = "endpoint_failed"
    BUDGET_EXHAUSTED = "budget_exhausted"
    # observations: the extraction is right, the letter is odd
    CONCLUSION_CONTRADICTS_DECISION = "conclusion_contradicts_decision"
    CONCLUSION_NAMES_OTHER_TREATMENT = "conclusion_names_other_treatment"
    BODY_REGION_MISMATCH = "body_region_mismatch"
    HEADER_CONTRADICTS_BODY = "header_contradicts_body"
    DATES_OUT_OF_ORDER = "dates_out_of_order"
    DURATION_CONTRADICTS_DATES = "duration_contradicts_dates"
    SEX_CONTRADICTION = "sex_contradiction"
    AGE_IMPLAUSIBLE = "age_implausible"
    UNKNOWN_GUIDELINE = "unknown_guideline"
    CHAPTER_TITLE_MISMATCH = "chapter_title_mismatch"
    GUIDELINE_NOT_IN_FORCE = "guideline_not_in_force"
    BASIS_CONTRADICTS_CITATIONS = "basis_contradicts_citations"

    @property
    def severity(self) -> Severity:
        """``observation`` for the last group, ``error`` for every other code."""
        return Severity.OBSERVATION if self in OBSERVATIONS else Severity.ERROR


OBSERVATIONS = frozenset(
    list(Code)[list(Code).index(Code.CONCLUSION_CONTRADICTS_DECISION) :],
)
MODEL_CODES = frozenset(
    list(Code)[
        list(Code).index(Code.REFUSED) : list(Code).index(Code.CONCLUSION_CONTRADICTS_DECISION)
    ]
)
INPUT_CODES = frozenset(list(Code)[: list(Code).index(Code.UNGROUNDED)])

Offset = Annotated[int, Field(ge=0)]


class Passage(BaseModel):
    """A half-open span of the document's text, in Unicode code points, and its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: Offset
    end: Offset
    page: int | None = None
    quote: str = ""


class Dismissal(BaseModel):
    """Who looked at a finding and let it stand, when (ISO 8601, UTC), and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: str
    at: str
    reason: str


class Finding(BaseModel):
    """One thing found wrong, or odd, with a letter or its record.

    Attributes:
        code: What it is, from the closed list.
        severity: ``error`` or ``observation``; follows from the code.
        path: JSON Pointer (RFC 6901) into the record; "" is the whole record.
        message: A sentence for people; never contains a key or more of the letter than needed.
        start: Where it stands, a half-open span of the document's text in code points; None
            where the finding has no place (an input that could not be read).
        end: The span's end, exclusive.
        page: The page of ``start``, from 1; None where the text has no pages.
        related: The passages an observation compares.
        dismissed: Who dismissed it; it then keeps no record from being verified. None where no
            person did.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=False)

    code: Code
    severity: Literal[Severity.ERROR, Severity.OBSERVATION]
    path: str = ""
    message: str
    start: Offset | None = None
    end: Offset | None = None
    page: int | None = None
    related: tuple[Passage, ...] = ()
    dismissed: Dismissal | None = None

    @property
    def stands(self) -> bool:
        """Whether no person has dismissed it."""
        return self.dismissed is None

    @classmethod
    def of(
        cls,
        code: Code,
        message: str,
        path: str = "",
        place: Passage | None = None,
        related: tuple[Passage, ...] = (),
    ) -> "Finding":
        """Make a finding of *code*, with the severity that the code carries.

        >>> Finding.of(Code.EMPTY_INPUT, "The file is empty.").severity.value
        'error'
        """
        where = {} if place is None else place.model_dump(exclude={"quote"})
        return cls(
            code=code,
            severity=code.severity,
            path=path,
            message=message,
            related=related,
            **where,
        )
