"""Proposers suggest values; nothing here is believed before it is grounded and validated."""

from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.text import Span


class Claim(NamedTuple):
    """A value a proposer claims to have read, and where it says the words stand.

    ``scope`` is a span of the normalized text. With a ``quote`` its words must stand exactly once
    in the scope, or at least ``nth`` times, and that one of them is meant, counted from 1; without
    a quote the scope itself is the quote. With ``until`` the quote is but the first words, and
    ``until`` the last ones, which must stand exactly once after them. ``value`` None means prose:
    the value is the quote.
    """

    scope: Span
    value: str | int | None = None
    quote: str | None = None
    until: str | None = None
    nth: int | None = None


class ProposedReason(NamedTuple):
    """Why the reviewer decided so: a kind of a closed list, and where the rationale says it."""

    kind: str
    evidence: Claim


@dataclass
class ProposedItem:
    """The claims about one disputed item.

    The citations are those that a proposer read itself, to be compared with what the citation
    grammar reads in the same field; None where it read none.
    """

    request: Claim
    treatment: Claim
    decision: Claim
    partial_approval: tuple[Claim, Claim, Claim] | None = None
    claims_administrator: Claim | None = None
    claims_administrator_citations: list[Claim] | None = None
    reviewer: Claim | None = None
    reviewer_citations: list[Claim] | None = None
    rationale: Claim | None = None
    conclusion: Claim | None = None
    reasons: list[ProposedReason] = field(default_factory=list)


@dataclass
class Proposal:
    """Everything that a proposer claims about a letter; the names are the record's."""

    case: dict[str, Claim] = field(default_factory=dict)
    expert: dict[str, list[Claim]] = field(default_factory=dict)
    patient: dict[str, Claim] = field(default_factory=dict)
    diagnosis_codes: list[Claim] = field(default_factory=list)
    clinical_summary: Claim | None = None
    items: list[ProposedItem] = field(default_factory=list)
