"""From one letter to its record: the steps, in order."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from extractor.errors import InputError
from extractor.findings import Finding
from extractor.ground import Grounder
from extractor.guidelines import citation_of, cited_in, read_field
from extractor.layout import Layout, LayoutRule, lay_out, load_rules
from extractor.propose import Claim, Proposal, ProposedItem
from extractor.propose.rules import propose as propose_by_rules
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
    Record,
    Sex,
    V,
    Words,
    outcome_of,
    status_of,
)
from extractor.source import Input, Limits, Source, from_text, read, read_bytes
from extractor.text import Span, Text
from extractor.treatments import read_treatment
from extractor.validate import known_families, validate
from extractor.validate.families import Family

PROPOSERS: dict[str, Callable[[Text, Layout], Proposal]] = {"rules": propose_by_rules}


def version() -> str:
    """Return the installed version of imr-extractor."""
    try:
        return metadata.version("imr-extractor")
    except metadata.PackageNotFoundError:
        return "0+unknown"


@dataclass(frozen=True)
class Extractor:
    """Extracts letters with one configuration; cheap to make, safe to send to another process.

    Attributes:
        proposer: Who proposes the values; ``rules`` is offline.
        layouts: A folder of layout files of your own, tried before the built-in ones.
        encoding: The encoding of text files; None finds it out.
        limits: The largest input that is read.

    Raises:
        LayoutError: a file in *layouts* is no layout (when the first letter is extracted).
    """

    proposer: str = "rules"
    layouts: Path | None = None
    encoding: str | None = None
    limits: Limits = field(default_factory=Limits)

    def extract(
        self,
        path: str | Path | None = None,
        *,
        text: str | None = None,
        id: str | None = None,  # noqa: A002 - the record's own name for it
    ) -> Record:
        """Extract one letter: the file at *path*, or *text* as it stands.

        A letter that cannot be read gives a record too: ``failed``, its findings say why.
        """
        if text is not None:
            return self.extract_text(text, id=id or "text")
        if path is None:
            msg = "extract() needs a path or text=."
            raise TypeError(msg)
        path = Path(path)
        return self.extract_input(Input(id=id or path.name, path=str(path), error=None))

    def extract_text(self, text: str, *, id: str = "text") -> Record:  # noqa: A002 - as above
        """Extract a letter from its text, with offsets that count *text*."""
        try:
            return self.extract_source(from_text(text, id, limits=self.limits))
        except InputError as error:
            return self._failed(
                Input(id=id, path=None, error=None), Finding.of(error.code, str(error))
            )

    def extract_input(self, found: Input) -> Record:
        """Extract an input as ``extractor.source.find`` yields it; a bad letter never raises."""
        if found.error is not None:
            return self._failed(found, found.error)
        try:
            source = self._read(found)
        except InputError as error:
            return self._failed(found, Finding.of(error.code, str(error)))
        return self.extract_source(source)

    def _read(self, found: Input) -> Source:
        if found.path is None:
            data = sys.stdin.buffer.read(self.limits.max_bytes + 1)
            return read_bytes(data, found.id, limits=self.limits, encoding=self.encoding)
        return read(found.path, found.id, self.limits, self.encoding)

    def extract_source(self, source: Source) -> Record:
        """Take a source through every step: text, layout, proposal, grounding, validation."""
        text = source.as_text()
        layout = lay_out(text, self._rules)
        proposal = PROPOSERS[self.proposer](text, layout)
        record, refused = assemble(
            proposal, text, _document(source, text, layout), self._provenance
        )
        findings = (*source.findings, *refused, *validate(record, text, self._families))
        return record.model_copy(
            update={"findings": findings, "status": status_of(findings, has_text=True)},
        )

    @property
    def configuration(self) -> dict[str, object]:
        """Everything that changes what is extracted, as JSON can hold it."""
        own = sorted(self.layouts.glob("*.toml")) if self.layouts else []
        return {
            "proposer": self.proposer,
            "layouts": {path.name: path.read_text("utf-8") for path in own},
            "encoding": self.encoding,
            "limits": asdict(self.limits),
        }

    @cached_property
    def _rules(self) -> tuple[LayoutRule, ...]:
        return load_rules(self.layouts)

    @cached_property
    def _families(self) -> tuple[Family, ...]:
        return known_families(self.layouts)

    @cached_property
    def _provenance(self) -> Provenance:
        return Provenance(proposer=self.proposer, version=version())

    def _failed(self, found: Input, error: Finding | None) -> Record:
        return Record(
            document=Document(id=found.id, path=found.path),
            status="failed",
            findings=(error,) if error else (),
            provenance=self._provenance,
        )


def _document(source: Source, text: Text, layout: Layout) -> Document:
    return Document(
        id=source.id,
        path=source.path,
        sha256=source.sha256,
        text_sha256=text.sha256,
        media_type=source.media_type,
        encoding=source.encoding,
        reader=source.reader,
        pages=source.pages,
        characters=len(source.text),
        layout=layout.name,
    )


# --- from claims to a record --------------------------------------------------------------------

_CASE_KINDS: Mapping[str, type[V[Any]]] = {"case_number": Words, "priority": Priority}
_PATIENT_KINDS: Mapping[str, type[V[Any]]] = {
    "age": Number,
    "sex": Sex,
    "date_of_injury": Day,
    "ur_date": Day,
}


def assemble(
    proposal: Proposal,
    text: Text,
    document: Document,
    provenance: Provenance,
) -> tuple[Record, list[Finding]]:
    """Ground every claim; return the record, not yet validated, and what was refused."""
    ground = Grounder(text)
    items = tuple(
        item
        for n, proposed in enumerate(proposal.items)
        if (item := _item(n, proposed, text, ground)) is not None
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


def _item(n: int, proposed: ProposedItem, text: Text, ground: Grounder) -> Item | None:
    """Return the item, or None, with findings, where a part that every item has is not grounded."""
    path = f"/items/{n}"
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
            proposed.claims_administrator, text, ground, f"{path}/claims_administrator"
        ),
        reviewer=_basis(proposed.reviewer, text, ground, f"{path}/reviewer"),
        rationale=rationale,
        conclusion=ground.value(Conclusion, proposed.conclusion, f"{path}/conclusion"),
        rationale_citations=_cited(rationale, text),
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


def _basis(claim: Claim | None, text: Text, ground: Grounder, path: str) -> Basis | None:
    words = ground.value(Words, claim, f"{path}/text")
    if words is None:
        return None
    reading = read_field(text, _span(words, text))
    citations = tuple(citation_of(cited, text) for cited in reading.citations)
    return Basis(cites=reading.cites, text=words, citations=citations)
