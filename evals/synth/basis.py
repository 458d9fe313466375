"""Guideline fields: what a side says that it rests on, trap by trap."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from evals.synth import citing
from evals.synth.asked import Asked
from evals.synth.chance import chance
from evals.synth.marks import Mark, Part, Piece, filled, joined, marked
from evals.synth.plan import Plan
from evals.synth.vocabulary import load

CLAIMS, EXPERT = "Claims Administrator", "Expert Reviewer"
_BETWEEN = "  "
_CONTRADICTED = "basis_contradicts_citations"


@dataclass
class Field:
    """A guideline field: its words, the basis that they make, the finding that it deserves."""

    piece: Piece
    basis: dict[str, Any]
    finding: str = ""


@dataclass
class Draft:
    """A field in the making.

    Attributes:
        plan: The letter's plan.
        asked: What the item asks for.
        side: Who speaks.
        finding: The code that the field deserves; "" for none.
    """

    plan: Plan
    asked: Asked
    side: str
    finding: str = ""

    @property
    def is_new(self) -> bool:
        """Whether the field is of the form of 2016."""
        return self.plan.layout == "dwc-2016"

    def mtus(self) -> Piece:
        """Return an MTUS document on the request."""
        write = citing.mtus_2016 if self.is_new else citing.mtus_2014
        return write(self.asked, self.plan.rng)

    def odg(self, *, misspelled: bool = False) -> Piece:
        """Return an ODG citation on the request."""
        year = self.plan.frame.decided.year
        return citing.odg(self.asked, self.plan.rng, year=year, misspelled=misspelled)

    def statement(self, name: str, documents: Piece | str = "", end: str = ".") -> Piece:
        """Return one of the form's statements."""
        template = load("form")["basis"][name]
        said = filled(template, {"side": self.side, "documents": documents})
        return joined(said, end) if documents else said

    @property
    def outside_statement(self) -> Piece:
        """Return the statement that the side did not rest on the MTUS."""
        return self.statement("outside" if self.is_new else "not_mtus")


def _whole(*pieces: Piece) -> Piece:
    parts: list[Part] = [pieces[0]]
    for piece in pieces[1:]:
        parts += [_BETWEEN, piece]
    return joined(*parts)


def _finished(piece: Piece) -> Field:
    labels = {mark.parts["labelled"] for mark in citing.cited(piece)}
    cites = "both" if len(labels) > 1 else next(iter(labels), "none")
    text = Mark()
    citations = citing.cited(piece)
    return Field(marked(text, piece), {"cites": cites, "text": text, "citations": citations})


# --- fields without a trap ------------------------------------------------------------------------


def _plain(draft: Draft) -> Piece:
    if chance(draft.plan.rng, 0.7):
        return draft.statement("mtus", draft.mtus())
    return _outside_mtus(draft)


# --- fields with one ------------------------------------------------------------------------------


def _no_evidence(draft: Draft) -> Piece:
    draft.side = CLAIMS
    return draft.statement("none")


def _outside_mtus(draft: Draft) -> Piece:
    return _whole(draft.outside_statement, draft.statement("non_mtus", draft.odg()))


def _both(draft: Draft) -> Piece:
    return _whole(draft.statement("mtus", draft.mtus()), draft.statement("non_mtus", draft.odg()))


def _several(draft: Draft) -> Piece:
    rng = draft.plan.rng
    first = citing.acoem_2016(citing.chapter_of(draft.asked, rng), ["Initial Care"])
    second = citing.document("chronic-pain-2016", ["Physical medicine"])
    third: list[Part] = [", and ", citing.document("acupuncture")] if chance(rng, 0.5) else []
    return draft.statement("mtus", joined(first, ", and ", second, *third))


def _commas(draft: Draft) -> Piece:
    rng = draft.plan.rng
    titles = load("guidelines")["sections"]["with_commas"]
    sections = rng.sample(titles, rng.randrange(1, 3))
    return draft.statement("mtus", citing.document("chronic-pain-2016", sections))


def _ends_in_comma(draft: Draft) -> Piece:
    return _whole(draft.outside_statement, draft.statement("non_mtus", draft.odg(), end=","))


def _excerpt(draft: Draft, end: str) -> Piece:
    """Return a field that quotes the guideline; *end* is put in the place of its last stop."""
    rng, data = draft.plan.rng, load("guidelines")["excerpts"]
    chapter, entry = citing.odg_parts(draft.asked)
    title = "Official Disability Guidelines (ODG)"
    sections = [chapter, *([entry] if entry else [])]
    parted = f"{title}{',' if draft.is_new else ''} {', '.join(sections)}"
    cite = citing.cite(
        parted,
        title,
        labelled=citing.NON_MTUS,
        guideline=citing.odg_id(chapter),
        sections=sections,
    )
    words = f"{rng.choice(data['said'])}  {rng.choice(data['papers'])}"
    if chance(rng, 0.6):
        words += f"\n\n{rng.choice(data['more'])}"
    if end:
        words = f"{words}  {end}"
    [mark] = citing.cited(cite)
    excerpt = mark.parts["excerpt"] = Mark()
    said = joined(cite, " has the following:  ", marked(excerpt, words))
    said = draft.statement("non_mtus", said)
    return _whole(draft.outside_statement, Piece(said.text[:-1], said.marks))


def _quotes(draft: Draft) -> Piece:
    return _excerpt(draft, "")


def _table(draft: Draft) -> Piece:
    return _excerpt(draft, draft.plan.rng.choice(load("guidelines")["excerpts"]["tables"]))


def _ends_mid_sentence(draft: Draft) -> Piece:
    return _excerpt(draft, "A second one is rarely of use unless the")


def _web(draft: Draft) -> Piece:
    address = citing.web_address(draft.plan.rng)
    draft.finding = "unknown_guideline"
    return _whole(draft.outside_statement, draft.statement("non_mtus", address, end=""))


def _typos(draft: Draft) -> Piece:
    cite = draft.odg(misspelled=True)
    return _whole(draft.statement("mtus", draft.mtus()), draft.statement("typo", cite))


def _contradicted(draft: Draft) -> Piece:
    """Return a field whose statement and citation cannot both be right."""
    draft.finding = _CONTRADICTED
    if chance(draft.plan.rng, 0.5):
        return _whole(draft.statement("none"), draft.statement("mtus", draft.mtus()))
    cite = draft.odg()
    [mark] = citing.cited(cite)
    mark.parts["labelled"] = citing.MTUS
    return draft.statement("mtus", cite)


def _tables(draft: Draft) -> Piece:
    rng = draft.plan.rng
    number = citing.chapter_of(draft.asked, rng)
    return draft.statement("mtus", citing.acoem_2014(number, rng, table=True))


def _glued(draft: Draft) -> Piece:
    acoem = citing.cite("ACOEM", "ACOEM", labelled=citing.MTUS, guideline="mtus/acoem")
    pain = "Chronic Pain Treatment Guidelines"
    other = citing.cite(pain, pain, labelled=citing.MTUS, guideline="mtus/chronic-pain")
    return draft.statement("mtus", joined(acoem, ",", other))


def _called_non_mtus(draft: Draft) -> Piece:
    rng = draft.plan.rng
    number = citing.chapter_of(draft.asked, rng)
    title = load("guidelines")["chapters"][str(number)]["title"]
    shouted = title.upper()
    name = "ACOEM PRACTICE GUIDELINES"
    cite = citing.cite(
        f"{name} 2ND EDITION, CHAPTER {number}, {shouted}",
        name,
        labelled=citing.NON_MTUS,
        authority=citing.MTUS,
        guideline=f"mtus/acoem/{number}",
        edition="2ND EDITION",
        chapter=str(number),
        sections=[shouted],
    )
    draft.finding = _CONTRADICTED
    return draft.statement("non_mtus", joined("MTUS: ", cite), end=",")


def _others(draft: Draft) -> Piece:
    cite, unknown = citing.outside(draft.plan.rng)
    draft.finding = "unknown_guideline" if unknown else ""
    return _whole(draft.outside_statement, draft.statement("non_mtus", cite))


def _mismatch(draft: Draft) -> Piece:
    chapters = list(load("guidelines")["chapters"])
    number, other = draft.plan.rng.sample(chapters, 2)
    title = load("guidelines")["chapters"][other]["title"]
    cite = citing.cite(
        f"ACOEM Chapter {number} {title}",
        "ACOEM",
        labelled=citing.MTUS,
        guideline=f"mtus/acoem/{number}",
        chapter=number,
        sections=[title],
    )
    draft.finding = "chapter_title_mismatch"
    return draft.statement("mtus", cite)


def _not_in_force(draft: Draft) -> Piece:
    section = citing.section_of(draft.asked)
    draft.finding = "guideline_not_in_force"
    cite = citing.document("chronic-pain-2009", [section] if section else [])
    return draft.statement("mtus", cite)


_TRAPS: dict[str, Callable[[Draft], Piece]] = {
    "no-evidence": _no_evidence,
    "outside-mtus": _outside_mtus,
    "both-bases": _both,
    "several-documents": _several,
    "section-commas": _commas,
    "field-ends-in-comma": _ends_in_comma,
    "field-ends-mid-sentence": _ends_mid_sentence,
    "guideline-excerpt": _quotes,
    "quoted-table": _table,
    "web-address": _web,
    "typos": _typos,
    "basis-contradicts-citations": _contradicted,
    "tables-and-pages": _tables,
    "glued-documents": _glued,
    "mtus-called-non-mtus": _called_non_mtus,
    "outside-documents": _others,
    "chapter-title-mismatch": _mismatch,
    "guideline-not-in-force": _not_in_force,
}


def field(plan: Plan, asked: Asked, side: str, traps: frozenset[str]) -> Field:
    """Return the guideline field of *side*."""
    draft = Draft(plan, asked, side)
    write = next((_TRAPS[name] for name in sorted(traps) if name in _TRAPS), _plain)
    finished = _finished(write(draft))
    finished.finding = draft.finding
    return finished


def in_sentence(plan: Plan, asked: Asked, lead: str) -> Field:
    """Return a field of the layouts that cite in a sentence; *lead* goes before the document."""
    cite, inside = citing.in_prose(asked, plan.rng)
    part = "part" if inside else "not part"
    return _finished(joined(lead, cite, f", which is {part} of the MTUS."))
