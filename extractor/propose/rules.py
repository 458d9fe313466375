"""The offline rules engine: reads a letter by its layout, without a model or a network."""

from extractor.layout import ItemPlace, Layout
from extractor.polarity import conclusions
from extractor.propose import Claim, Proposal, ProposedItem
from extractor.propose.header import read_header
from extractor.propose.partial import partial_approval
from extractor.propose.people import read_expert, read_patient
from extractor.text import Span, Text


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
    partial = partial_approval(text, place.request)
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
