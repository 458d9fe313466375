"""Rationales: invented reasons, a conclusion, and what misleads about them."""

from dataclasses import dataclass, field
from typing import Any

from evals.synth import citing
from evals.synth.asked import Asked, plain_dose, region_words
from evals.synth.chance import chance
from evals.synth.marks import Mark, Piece, filled, joined, listed, marked
from evals.synth.plan import MISSING, Plan
from evals.synth.vocabulary import load

UPHELD, OVERTURNED = "upheld", "overturned"
_POLARITY = {UPHELD: "not_necessary", OVERTURNED: "necessary"}
_OF_DECISIONS = ("medically necessary", "Overturned")
# Of two regions this far apart neither is spoken of in the other's stead.
FAR = {
    "neck": "knee", "upper-back": "knee", "low-back": "elbow", "shoulder": "ankle",
    "elbow": "ankle", "wrist": "knee", "hand": "knee", "hip": "wrist", "knee": "shoulder",
    "ankle": "wrist", "foot": "wrist",
}  # fmt: skip


@dataclass
class Rationale:
    """A rationale: its words, the fields of the item that follow, and what it deserves.

    Attributes:
        piece: Its words, marked.
        fields: ``rationale``, ``conclusion`` and ``rationale_citations`` of the item.
        findings: Codes, each with the sentence that it is about.
    """

    piece: Piece
    fields: dict[str, Any]
    findings: list[tuple[str, Mark]] = field(default_factory=list)


class _Draft:
    """A rationale in the making."""

    def __init__(self, plan: Plan, asked: Asked, decision: str, traps: frozenset[str]) -> None:
        self.plan, self.asked, self.decision, self.traps = plan, asked, decision, traps
        self.rng = plan.rng
        self.data = load("rationale")
        self.findings: list[tuple[str, Mark]] = []
        self.citations: list[Mark] = []

    @property
    def polarity(self) -> str:
        """What the conclusion says."""
        if "conclusion-contradicts-decision" in self.traps:
            return _POLARITY[OVERTURNED if self.decision == UPHELD else UPHELD]
        return _POLARITY[self.decision]

    def reasons(self) -> list[Piece]:
        """Return the sentences before the conclusion."""
        kind = "against" if self.polarity == "not_necessary" else "in_favor"
        chosen = [
            *self.rng.sample(self.data["neutral"], self.rng.randrange(3)),
            *self.rng.sample(self.data[kind], self.rng.randrange(2, 5)),
        ]
        pieces = [Piece(sentence) for sentence in chosen]
        for sentence in self.misleading():
            pieces.insert(self.rng.randrange(len(pieces) + 1), sentence)
        return pieces

    def misleading(self) -> list[Piece]:
        """Return the sentences that the traps put among the reasons."""
        found = []
        if "quoted-guideline" in self.traps:
            found.append(Piece(self.rng.choice(self.data["quoted"])))
        if "provider-pronouns" in self.traps:
            found.append(Piece(self.rng.choice(self.data["pronouns"])))
        if "injected-instructions" in self.plan.traps and chance(self.rng, 0.5):
            found.append(self.aside(self.rng.choice(self.data["injected"])))
        if "redaction-gaps" in self.plan.traps and chance(self.rng, 0.5):
            found.append(Piece(self.rng.choice(self.data["redacted"])))
        if "guideline-in-rationale" in self.traps:
            found.append(self.cited())
        if "body-region-mismatch" in self.traps:
            found.append(self.elsewhere())
        if "duration-contradicts-dates" in self.traps:
            found.append(self.aged())
        return found

    def aside(self, words: str) -> Piece:
        """Return a sentence that decides nothing.

        Where nothing else decides and it has the words of a decision, a person must look at it.
        """
        decides = any(word in words for word in _OF_DECISIONS)
        if "conclusion-missing" in self.traps and decides:
            return self.compared(MISSING, Piece(words))
        return Piece(words)

    def cited(self) -> Piece:
        """Return a sentence that cites ACOEM by chapter and page."""
        number = citing.chapter_of(self.asked, self.rng)
        page = str(self.rng.randrange(*load("guidelines")["chapters"][str(number)]["pages"]))
        cite = citing.cite(
            f"ACOEM Chapter {number}, page {page}",
            "ACOEM",
            labelled=None,
            authority=citing.MTUS,
            guideline=f"mtus/acoem/{number}",
            chapter=str(number),
            pages=[page],
        )
        self.citations += citing.cited(cite)
        return joined("The provider points to ", cite, ".")

    def elsewhere(self) -> Piece:
        """Return a fact about a region far from the one that is asked about."""
        words, _ = region_words(FAR[self.asked.region], self.rng)
        template = self.rng.choice(self.data["elsewhere"])
        return self.compared("body_region_mismatch", filled(template, {"region": words.text}))

    def aged(self) -> Piece:
        """Return a claim of an age that the summary's date rules out."""
        sentence = Piece(self.rng.choice(self.data["aged"]))
        return self.compared("duration_contradicts_dates", sentence)

    def compared(self, code: str, sentence: Piece) -> Piece:
        """Return *sentence* with a mark for the finding *code*."""
        said = Mark()
        self.findings.append((code, said))
        return marked(said, sentence)

    # --- the conclusion -----------------------------------------------------------------------

    def conclusion(self) -> tuple[Piece, Mark | None]:
        """Return the sentence that decides, and the mark on it; nothing where there is none."""
        if "conclusion-missing" in self.traps:
            return Piece(""), None
        sentence, mark = self.sentence(), Mark(self.polarity)
        piece = marked(mark, sentence)
        if "conclusion-contradicts-decision" in self.traps:
            piece = self.compared("conclusion_contradicts_decision", piece)
        return piece, mark

    def sentence(self) -> Piece:
        """Return the deciding sentence."""
        if "conclusion-names-other-treatment" in self.traps:
            return self.other_treatment()
        kind = "denied" if self.polarity == "not_necessary" else "granted"
        if "conclusion-unusual" in self.traps:
            kind += "_unusual"
        verb = "are" if self.asked.plural else "is"
        slots = {"thing": self.asked.thing, "is": verb}
        return filled(self.rng.choice(self.data[kind]), slots)

    def other_treatment(self) -> Piece:
        """Return a deciding sentence that names another strength than the request."""
        about = self.asked.about
        asked_for = self.asked.fields["drug"]["strength"].value
        others = [dose for dose in about["strengths"] if plain_dose(dose) != asked_for]
        dose = self.rng.choice(others or ["75mg"])
        necessary = "not medically" if self.polarity == "not_necessary" else "medically"
        words = f"The request for {about['generic']} {dose} is {necessary} necessary."
        return self.compared("conclusion_names_other_treatment", Piece(words))


def rationale(plan: Plan, asked: Asked, decision: str, traps: frozenset[str]) -> Rationale:
    """Return the rationale of an item that is decided so and sets *traps*."""
    draft = _Draft(plan, asked, decision, traps)
    if "same-sentences" in plan.traps:
        return _shared(plan, decision)
    sentences = draft.reasons()
    concluded, mark = draft.conclusion()
    if mark is not None:
        sentences.append(concluded)
    if "tapering-notice" in traps:
        sentences.append(draft.aside(draft.rng.choice(draft.data["notices"])))
    return _finished(sentences, mark, draft)


def _finished(sentences: list[Piece], conclusion: Mark | None, draft: _Draft) -> Rationale:
    whole = Mark()
    fields = {
        "rationale": whole,
        "conclusion": conclusion,
        "rationale_citations": list(draft.citations),
    }
    return Rationale(marked(whole, listed(sentences, " ")), fields, draft.findings)


def _shared(plan: Plan, decision: str) -> Rationale:
    """Return a rationale whose sentences are the same in every item decided so."""
    data = load("rationale")
    denied = decision == UPHELD
    reasons = data["against" if denied else "in_favor"]
    at = plan.frame.decided.day % (len(reasons) - 2)
    mark, whole = Mark(_POLARITY[decision]), Mark()
    words = f"The request is {'not ' if denied else ''}medically necessary."
    sentences = [*(Piece(reason) for reason in reasons[at : at + 3]), marked(mark, words)]
    fields = {"rationale": whole, "conclusion": mark, "rationale_citations": []}
    return Rationale(marked(whole, listed(sentences, " ")), fields)
