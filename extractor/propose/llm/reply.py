"""What a model replies: pointers into the numbered lines, hardly a word of the letter itself.

These models are made for the model, not for the record: their JSON Schema goes with every call,
and each description is part of what the model reads. A place is one short string, because an
object costs three times the tokens.
"""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, NamedTuple, get_args

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypeAliasType

from extractor.record import REASONS, DecisionWord, Polarity

ELLIPSIS = "…"
_PLACE = re.compile(
    r"(\d{1,7})(?:\s*-\s*(\d{1,7}))?(?:(?:\s*#\s*(\d{1,3}))?\s*:\s*(.*\S))?\s*", re.DOTALL
)


class FactName(StrEnum):
    """The short facts of a letter, by the part of the letter that states them."""

    CASE_NUMBER = "header.case_number"
    DATE_ASSIGNED = "header.date_assigned"
    HEADER_INJURY = "header.date_of_injury"
    DECISION_DATE = "header.decision_date"
    UR_DENIAL_DATE = "header.ur_denial_date"
    PRIORITY = "header.priority"
    APPLICATION_RECEIVED = "header.application_received"
    SPECIALTY = "reviewer.specialty"
    SUBSPECIALTY = "reviewer.subspecialty"
    LICENSED_IN = "reviewer.licensed_in"
    AGE = "patient.age"
    SEX = "patient.sex"
    PATIENT_INJURY = "patient.date_of_injury"
    UR_DATE = "patient.ur_date"
    DIAGNOSIS_CODE = "patient.diagnosis_code"


_RANGE = "[0-9]+(-[0-9]+)?"
_AT = f"{_RANGE}(#[0-9]+)?"
_WORDS = (
    "Where words stand and which: the line's number, a colon, the words exactly as printed, as in "
    "'12: Upheld'. Over several lines '12-13: words'. Of more than four words give only the first "
    "and the last of them with … between: '12-14: MRI … contrast'; both must stand there only "
    "once. Of words that stand there more than once say which: '12#2: Norco 5 mg' is the second."
)
_LINES = (
    "The lines of a long passage, first and last: '31-44'. Its label does not belong to it and is "
    "cut off. Where the passage begins or ends within a line, its first and last words too: "
    "'31-44: This patient … for denial.'"
)
Words = TypeAliasType("Words", Annotated[str, Field(pattern=rf"^{_AT}: .+$", description=_WORDS)])
Lines = TypeAliasType(
    "Lines", Annotated[str, Field(pattern=rf"^{_RANGE}((#[0-9]+)?: .+)?$", description=_LINES)]
)


def _said(words: Iterable[str]) -> str:
    """Return the pattern of a word of a closed list, a blank, and where the letter says so."""
    return rf"^({'|'.join(word.replace('.', '[.]') for word in words)}) {_AT}: .+$"


Fact = Annotated[
    str,
    Field(
        pattern=_said(FactName),
        description="Which fact, and where it stands: 'patient.age 16: 48 year old'.",
    ),
]
Decided = Annotated[
    str,
    Field(
        pattern=_said(get_args(DecisionWord)),
        description="What was decided of the denial, and the words that say so: "
        "'upheld 25: Upheld'.",
    ),
]
Concluded = Annotated[
    str,
    Field(
        pattern=_said(get_args(Polarity)),
        description="What the last sentence of the rationale that decides this request says of the "
        "medical necessity, and that sentence: 'not_necessary 39-40: Therefore … necessary.'",
    ),
]
Reason = Annotated[
    str,
    Field(
        pattern=_said(REASONS),
        description="A reason that the rationale gives, and its words there: "
        "'no_red_flags 33: no … flags'.",
    ),
]


class Part(BaseModel):
    """A part of a reply; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PartialApprovalPlaces(Part):
    """A request of which a part was authorized already."""

    original: Words = Field(description="What was asked for first.")
    authorized: Words = Field(description="What of it the claims administrator authorized.")
    remaining: Words = Field(description="What is left to be decided here.")


class BasisPlaces(Part):
    """What one side based its decision on."""

    text: Lines = Field(description="All of the field after its label.")
    citations: list[Words] = Field(
        description="Each guideline, chapter or article that the field cites, from the first word "
        "of the document's name to its last section, page or year."
    )


class ItemPlaces(Part):
    """One disputed treatment and its decision."""

    number: int = Field(description="1 for the first disputed item of the letter, and so on.")
    request: Words = Field(
        description="The disputed treatment as its heading prints it, without the colon or the "
        "decision after it."
    )
    decision: Decided
    partial_approval: PartialApprovalPlaces | None = Field(
        description="Only where the request itself says that a part of it was authorized."
    )
    claims_administrator: BasisPlaces | None = Field(
        description="The claims administrator's guideline field."
    )
    reviewer: BasisPlaces | None = Field(description="The reviewer's guideline field.")
    rationale: Lines | None = Field(description="The decision rationale after its label.")
    conclusion: Concluded | None
    reasons: list[Reason] = Field(
        description="Why the treatment is or is not necessary, as the rationale says; may be empty."
    )


class Reply(Part):
    """Everything that a model reads out of one letter."""

    last_line: int = Field(description="The number of the last line that you were shown.")
    facts: list[Fact] = Field(
        description="Every short fact that the letter states, names and states of licensure one by "
        "one; what it does not state is left out."
    )
    clinical_summary: Lines | None = Field(
        description="The clinical case summary without its heading and its introductory sentence."
    )
    items: list[ItemPlaces] = Field(
        description="Every disputed item in the order of the letter, none left out."
    )


def said(given: str) -> tuple[str, str]:
    """Return the word of a closed list that *given* begins with, and the place after it.

    >>> said("patient.age 16: 48 year old")
    ('patient.age', '16: 48 year old')
    """
    word, _, at = given.partition(" ")
    return word, at


class Place(NamedTuple):
    """A place as the model gives it.

    ``first`` and ``last`` are line numbers; ``words`` what stands there, None for the whole lines;
    ``nth`` which of several times, None where they must stand there but once.
    """

    first: int
    last: int
    words: str | None
    nth: int | None = None


def place_of(given: str) -> Place | None:
    """Read a place; None where *given* is none.

    >>> place_of("12-13: MRI of … contrast")
    Place(first=12, last=13, words='MRI of … contrast', nth=None)
    >>> place_of("12#2: Norco #60")
    Place(first=12, last=12, words='Norco #60', nth=2)
    """
    match = _PLACE.fullmatch(given.strip())
    if match is None:
        return None
    first = int(match[1])
    nth = int(match[3]) if match[3] else None
    return Place(first, int(match[2] or first), match[4], nth)
