"""The offline rules engine: reads a letter by its layout, without a model or a network."""

import re

from extractor.layout import ItemPlace, Layout
from extractor.propose import Claim, Proposal, ProposedItem
from extractor.propose.header import read_header
from extractor.propose.people import read_expert, read_patient
from extractor.text import Span, Text
from extractor.values import conclusions


def propose(text: Text, layout: Layout) -> Proposal:
    """Propose every field that the layout's sections hold; an empty proposal for no layout."""
    proposal = Proposal()
    if layout.rule is None:
        return proposal
    if header := layout.sections.get("header"):
        proposal.case = read_header(text, header)
    if credentials := layout.sections.get("qualifications"):
        proposal.expert = read_expert(text, credentials)
    if (summary := layout.sections.get("summary")) and summary.start < summary.end:
        proposal.clinical_summary = Claim(summary)
        denial = proposal.case.get("ur_denial_date")
        proposal.patient, proposal.diagnosis_codes = read_patient(
            text, summary, str(denial.value) if denial else None
        )
    proposal.items = [_item(text, place) for place in layout.items]
    return proposal


def _item(text: Text, place: ItemPlace) -> ProposedItem:
    partial = _partial_approval(text, place.request)
    return ProposedItem(
        request=Claim(place.request),
        treatment=partial[2] if partial else Claim(place.request),
        decision=Claim(place.decision, place.verdict),
        partial_approval=partial,
        claims_administrator=_claim(place.claims_administrator),
        reviewer=_claim(place.reviewer),
        rationale=_claim(place.rationale),
        conclusion=_conclusion(text, place.rationale),
    )


def _claim(span: Span | None) -> Claim | None:
    return Claim(span) if span and span.start < span.end else None


def _conclusion(text: Text, rationale: Span | None) -> Claim | None:
    found = conclusions(text.norm, rationale) if rationale else ()
    return Claim(found[-1].sentence, found[-1].polarity) if found else None


# "X was the original request. Y was authorized by the Claims Administrator. The remaining IMR
# eligible portion of the original request, Z is", in all wordings seen: the verb may be "were",
# the comma and the "is" may be missing, and the authorized part may be named by the sentence
# "The Claims Administrator authorized Y, leaving the original request IMR eligible. The original
# request, Z is".
_PARTIAL = re.compile(
    r"(?P<original>.+?)\s+(?:was|were|is)\s+the\s+original\s+request\s*[.;,]?\s+"
    r"(?:(?:The\s+)?Claims\s+Administrator\s+(?:has\s+)?(?:authorized|approved|certified)\s+(?P<first>.+?),?"
    r"\s+leaving\s+the\s+original\s+request\s+(?:as\s+)?IMR[\s-]+eligible"
    r"|(?P<second>.+?)\s+(?:was|were)\s+(?:authorized|approved|certified)\s+by\s+the\s+Claims\s+Administrator)"
    r"\s*[.;,]?\s+(?:The\s+)?(?:remaining\s+)?(?:IMR[\s-]+eligible\s+portion\s+of\s+the\s+)?"
    r"original\s+request\s*,?\s*(?:is\s*:\s+|is\s+for\s+|is\s+)?(?P<remaining>.+)",
    re.DOTALL | re.IGNORECASE,
)


_LONGEST_PARTIAL = 3000


def _partial_approval(text: Text, request: Span) -> tuple[Claim, Claim, Claim] | None:
    words = text.norm[request.start : request.end]
    if "original" not in words or len(words) > _LONGEST_PARTIAL:
        return None
    match = _PARTIAL.fullmatch(text.norm, *request)
    if match is None:
        return None
    authorized = "first" if match["first"] else "second"
    original, part, remaining = (
        Claim(text.trim(*match.span(name))) for name in ("original", authorized, "remaining")
    )
    return original, part, remaining
