"""From claims to a record: each is grounded, each field read by the house's own grammars."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from extractor.findings import Code, Finding
from extractor.ground import Grounder
from extractor.guidelines import citation_of, cited_in, read_field
from extractor.propose import Claim, Proposal, ProposedItem, ProposedReason
from extractor.record import (
    Basis,
    Case,
    Citation,
    Conclusion,
    Day,
    Decision,
    Document,
    Expert,
    Item,
    Number,
    PartialApproval,
    Patient,
    Priority,
    Provenance,
    Reason,
    Record,
    Sex,
    V,
    Words,
    outcome_of,
)
from extractor.text import Span, Text
from extractor.treatments import read_treatment

_CASE_KINDS: Mapping[str, type[V[Any]]] = {"case_number": Words, "priority": Priority}
_PATIENT_KINDS: Mapping[str, type[V[Any]]] = {
    "age": Number,
    "sex": Sex,
    "date_of_injury": Day,
    "ur_date": Day,
}


_ITEM_PATH: Final = 2


def assemble(
    proposal: Proposal,
    text: Text,
    document: Document,
    provenance: Provenance,
) -> tuple[Record, list[Finding]]:
    """Ground every claim; return the record, not yet validated, and what was refused.

    What was refused counts items as the proposal does; ``settled`` makes paths of the record of it.
    """
    ground = Grounder(text)
    items = tuple(
        item
        for n, proposed in enumerate(proposal.items)
        if (item := _item(n, proposed, ground)) is not None
    )
    record = Record(
        document=document,
        status="review",
        outcome=outcome_of(items),
        case=Case(**_grounded(ground, proposal.case, _CASE_KINDS, "/case")),
        expert=_expert(ground, proposal.expert),
        patient=Patient(
            **_grounded(ground, proposal.patient, _PATIENT_KINDS, "/patient"),
            diagnosis_codes=ground.values(
                Words, proposal.diagnosis_codes, "/patient/diagnosis_codes"
            ),
        ),
        clinical_summary=ground.value(Words, proposal.clinical_summary, "/clinical_summary"),
        items=items,
        provenance=provenance,
    )
    return record, ground.findings


def _grounded(
    ground: Grounder, claims: dict[str, Claim], kinds: Mapping[str, type[V[Any]]], path: str
) -> dict[str, Any]:
    return {
        name: ground.value(kinds.get(name, Day), claim, f"{path}/{name}")
        for name, claim in claims.items()
    }


def _expert(ground: Grounder, claims: dict[str, list[Claim]]) -> Expert:
    return Expert(
        **{name: ground.values(Words, group, f"/expert/{name}") for name, group in claims.items()},
    )


def _item(n: int, proposed: ProposedItem, ground: Grounder) -> Item | None:
    """Return the item, or None, with findings, where a part that every item has is not grounded."""
    path, text = f"/items/{n}", ground.text
    request = ground.value(Words, proposed.request, f"{path}/request")
    treatment = request
    if request is None or proposed.treatment != proposed.request:
        treatment = ground.value(Words, proposed.treatment, f"{path}/treatment")
    decision = ground.value(Decision, proposed.decision, f"{path}/decision")
    if request is None or treatment is None or decision is None:
        return None
    rationale = ground.value(Words, proposed.rationale, f"{path}/rationale")
    asked = read_treatment(text, _span(request, text), _span(treatment, text))
    return Item(
        number=n + 1,
        request=request,
        treatment=treatment,
        decision=decision,
        partial_approval=_partial(proposed.partial_approval, ground, f"{path}/partial_approval"),
        claims_administrator=_basis(
            proposed.claims_administrator,
            proposed.claims_administrator_citations,
            ground,
            f"{path}/claims_administrator",
        ),
        reviewer=_basis(proposed.reviewer, proposed.reviewer_citations, ground, f"{path}/reviewer"),
        rationale=rationale,
        conclusion=ground.value(Conclusion, proposed.conclusion, f"{path}/conclusion"),
        rationale_citations=_cited(rationale, text),
        reasons=_reasons(proposed.reasons, ground, f"{path}/reasons"),
        **asked._asdict(),
    )


def _span(words: Words, text: Text) -> Span:
    return text.from_source(words.start, words.end)


def _cited(rationale: Words | None, text: Text) -> tuple[Citation, ...]:
    if rationale is None:
        return ()
    return tuple(citation_of(cited, text) for cited in cited_in(text, _span(rationale, text)))


def _partial(
    claims: tuple[Claim, Claim, Claim] | None,
    ground: Grounder,
    path: str,
) -> PartialApproval | None:
    if claims is None:
        return None
    names = ("original", "authorized", "remaining")
    values = [
        ground.value(Words, claim, f"{path}/{name}")
        for name, claim in zip(names, claims, strict=True)
    ]
    original, authorized, remaining = values
    if original is None or authorized is None or remaining is None:
        return None
    return PartialApproval(original=original, authorized=authorized, remaining=remaining)


def _reasons(proposed: Sequence[ProposedReason], ground: Grounder, path: str) -> tuple[Reason, ...]:
    grounded = (
        (reason.kind, ground.value(Words, reason.evidence, f"{path}/{n}/evidence"))
        for n, reason in enumerate(proposed)
    )
    return tuple(Reason(kind=kind, evidence=words) for kind, words in grounded if words)


def _basis(
    claim: Claim | None, claimed: Sequence[Claim] | None, ground: Grounder, path: str
) -> Basis | None:
    text = ground.text
    words = ground.value(Words, claim, f"{path}/text")
    if words is None:
        return None
    reading = read_field(text, _span(words, text))
    citations = tuple(citation_of(cited, text) for cited in reading.citations)
    if claimed is not None:
        _compare(claimed, citations, ground, f"{path}/citations")
    return Basis(cites=reading.cites, text=words, citations=citations)


def _compare(
    claimed: Sequence[Claim], read: Sequence[Citation], ground: Grounder, path: str
) -> None:
    """Hold the citations that a proposer read against those of the grammar.

    Where one of them begins or ends is the grammar's to say; that each side has read each of
    them is not.
    """
    theirs = ground.values(Words, claimed, path)
    for citation in read:
        if not any(_touch(citation, other) for other in theirs):
            message = "The citation grammar reads a citation here, the proposer none."
            _disagree(citation, message, ground, path)
    for other in theirs:
        if not any(_touch(citation, other) for citation in read):
            message = "The proposer reads a citation here, the citation grammar none."
            _disagree(other, message, ground, path)


def _touch(one: Citation | Words, other: Citation | Words) -> bool:
    return one.start < other.end and other.start < one.end


def _disagree(part: Citation | Words, message: str, ground: Grounder, path: str) -> None:
    where = ground.text.place(ground.text.from_source(part.start, part.end))
    ground.findings.append(Finding.of(Code.DISAGREEMENT, message, path, where))


def settled(refused: Sequence[Finding], record: Record) -> list[Finding]:
    """Return grounding's findings with paths into *record*, some items of which were refused.

    What concerns a refused item points at all items: it is none of those that are there.
    """
    places = {item.number - 1: n for n, item in enumerate(record.items)}
    return [_placed(finding, places) for finding in refused]


def _placed(finding: Finding, places: dict[int, int]) -> Finding:
    steps = finding.path.split("/")
    if len(steps) <= _ITEM_PATH or steps[1] != "items":
        return finding
    number = int(steps[2])
    path = "/items"
    if number in places:
        path = "/".join([*steps[:2], str(places[number]), *steps[3:]])
    return finding.model_copy(update={"path": path})
