"""Proposers suggest values; nothing here is believed before it is grounded and validated."""

from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.text import Span


class Claim(NamedTuple):
    """A value a proposer claims to have read, and where it says the words stand.

    ``scope`` is a span of the normalized text. With a ``quote`` its words must stand exactly once
    in the scope; without one the scope itself is the quote. ``value`` None means prose: the value
    is the quote.
    """

    scope: Span
    value: str | int | None = None
    quote: str | None = None


@dataclass
class ProposedItem:
    """The claims about one disputed item."""

    request: Claim
    treatment: Claim
    decision: Claim
    partial_approval: tuple[Claim, Claim, Claim] | None = None
    claims_administrator: Claim | None = None
    reviewer: Claim | None = None
    rationale: Claim | None = None
    conclusion: Claim | None = None


@dataclass
class Proposal:
    """Everything that a proposer claims about a letter; the names are the record's."""

    case: dict[str, Claim] = field(default_factory=dict)
    expert: dict[str, list[Claim]] = field(default_factory=dict)
    patient: dict[str, Claim] = field(default_factory=dict)
    diagnosis_codes: list[Claim] = field(default_factory=list)
    clinical_summary: Claim | None = None
    items: list[ProposedItem] = field(default_factory=list)
