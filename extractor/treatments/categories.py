"""Of what kind a treatment is, in the words of the DWC's own list.

A lexicon of terms says what each word or phrase stands for; a few rules say which of several is
the thing asked for. The words fall into chunks at commas, "and" and prepositions. A chunk that
says a purpose ("for …"), a means ("with …") or the past ("status post …") is context; of the
others the first with a term decides, and in it the last term, as in any English compound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from extractor.phrases import Hit
from extractor.treatments.category_terms import (
    PHARMACEUTICALS,
    VISCOSUPPLEMENT,
    Hits,
    Kind,
    Role,
    Term,
    as_shot,
    lexicon,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractor.treatments.drugs import DrugFound
    from extractor.treatments.found import Found
    from extractor.treatments.request import Request

_MEDICAL, _SURGERY = "Evaluation & Management", "Surgery"
_CONSULT = (_SURGERY, "Surgical Consult")
# What an examination may be of, or a visit with: then that is the thing asked for.
_SEEN_IN_VISITS = {"Rehabilitation", "Psych Services", "Programs", "Home Health"}
_SEEN_WITH = _SEEN_IN_VISITS | {_MEDICAL}
_ON_SKIN, _COMPOUND = "Topical Analgesics", "Topical Compounds"
_EXAMINERS = frozenset({_MEDICAL, "Psych Services"})
_SPINE = re.compile(
    r"\b(?:[CTL][1-9]|S1\b|(?i:spin(?:e|al)\b|lumb(?:ar|o)|cervical|thoracic|inter-?body|vertebra))"
)
_LIMB = re.compile(
    r"\b(?:shoulder|elbow|wrist|hand|finger|thumb|hip|knee|ankle|foot|toe|heel|leg|arm|radi|uln"
    r"|median|peroneal|tibia|peripheral|occipital|nerve|subtalar|metatars|phalan|[dp]ip|m[ct]p|cmc)",
    re.IGNORECASE,
)


class CategoryFound(NamedTuple):
    """A category of the DWC's list, and the half-open span of the words that decide it."""

    name: str
    subcategory: str | None
    start: int
    end: int


@dataclass(slots=True)
class _Chunk:
    """Words between two cues: the cue before them, whether they are context, their terms."""

    cue: Role
    main: bool
    start: int = 0
    hits: Hits = field(default_factory=list)

    @property
    def head(self) -> Hit[Term] | None:
        """The last of the strongest terms."""
        best = None
        for hit in self.hits:
            if best is None or hit.value.role >= best.value.role:
                best = hit
        return best

    def first(self, role: Role, name: str = "") -> Hit[Term] | None:
        """Return the first term of that role, of a category if one is given."""
        for hit in self.hits:
            if hit.value.role is role and name in {"", hit.value.name}:
                return hit
        return None


def category_in(
    request: Request, drugs: Sequence[DrugFound], visits: Found[int] | None
) -> CategoryFound | None:
    """Return the category of what *request* asks for; None where its words do not decide.

    *drugs* and *visits* are what `drugs_in` and `visits_in` found in the same request.

    >>> from extractor.treatments.request import Request
    >>> category_in(Request("Pre-op labs: CBC"), (), None)
    CategoryFound(name='Diagnostic Testing', subcategory='Lab & Pathology', start=13, end=16)
    """
    hits = lexicon().find(request.tokens)
    if drugs:
        hits = _with_drugs(hits, drugs)
    chunks = _chunks(request.words, hits)
    chosen = _choose(chunks)
    if chosen is None:
        return None
    at, head = chosen
    decided = _special(request.words, chunks, at, head) or head
    name, subcategory = _kind_of(decided, request.words, chunks, in_visits=visits is not None)
    if name in _EXAMINERS:
        decided = _with_exam(request.words, chunks[at], decided)
    if subcategory == _ON_SKIN and drugs and drugs[0].drug_class == _COMPOUND:
        return CategoryFound(name, _COMPOUND, drugs[0].name.start, drugs[0].name.end)
    return CategoryFound(name, subcategory, decided.start, decided.end) if name else None


def _kind_of(decided: Hit[Term], words: str, chunks: list[_Chunk], *, in_visits: bool) -> Kind:
    """Return what a term stands for in these words; those of its part of the list come first."""
    term = decided.value
    if in_visits and term.in_visits:
        return term.in_visits
    if term.at_spine or term.at_limb:
        for start, end in (_bounds(chunks, decided, len(words)), (0, len(words))):
            if _SPINE.search(words, start, end):
                return term.at_spine or (term.name, term.subcategory)
            if _LIMB.search(words, start, end):
                return term.at_limb or (term.name, term.subcategory)
    return term.name, term.subcategory


def _bounds(chunks: list[_Chunk], decided: Hit[Term], end: int) -> tuple[int, int]:
    """Return where the part of the list that holds *decided* begins and ends."""
    start = 0
    for chunk in chunks:
        if chunk.start > decided.start and chunk.cue is Role.JOIN:
            return start, chunk.start
        if chunk.cue is Role.JOIN:
            start = chunk.start
    return start, end


def _with_exam(words: str, chunk: _Chunk, decided: Hit[Term]) -> Hit[Term]:
    """Return a specialty with the examination named right after it: "orthopedic consult"."""
    for hit in chunk.hits:
        if hit.start > decided.end:
            beside = words[decided.end : hit.start].isspace()
            named = beside and hit.value.role in {Role.EXAM, Role.VISIT}
            return decided._replace(end=hit.end) if named else decided
    return decided


# --- which of several -------------------------------------------------------------------------


def _chunks(words: str, hits: Hits) -> list[_Chunk]:
    current = _Chunk(Role.JOIN, main=True)
    chunks, named = [current], False
    outer: list[_Chunk] = []
    for hit in hits:
        role = hit.value.role
        if role is Role.SKIP:
            continue
        if role >= Role.LAST:
            if current.hits and _are_parted(words, current.hits[-1].end, hit.start):
                current = _Chunk(Role.JOIN, current.main, hit.start)
                chunks.append(current)
            current.hits.append(hit)
            named = named or current.main
        elif role is Role.CLOSE:
            current = outer.pop() if outer else current
        else:
            named = named and role is not Role.COLON
            is_main = _is_main(words[hit.start], current, named=named, cue=role)
            if role is Role.OPEN:
                outer.append(current)
            elif outer and not words[hit.start].isalpha():
                is_main = False
            current = _Chunk(role, is_main, hit.start)
            chunks.append(current)
    if any(chunk.cue is Role.COLON for chunk in chunks):
        _set_labels_aside(chunks)
    return chunks


def _are_parted(words: str, end: int, start: int) -> bool:
    """Say whether a slash or a dash between spaces parts two terms: "brace/sling"."""
    return "/" in words[end:start] or " - " in words[end:start]


def _is_main(mark: str, before: _Chunk, *, named: bool, cue: Role) -> bool:
    if cue is Role.COLON or mark in ",;":
        return True
    if cue in {Role.PAST, Role.OPEN}:
        return False
    return before.main and not (named and cue in {Role.FOR, Role.WITH})


def _set_labels_aside(chunks: list[_Chunk]) -> None:
    """Make context of what stands before a colon that a treatment follows."""
    named = False
    for at in range(len(chunks) - 1, 0, -1):
        named = named or any(hit.value.role >= Role.GENERIC for hit in chunks[at].hits)
        if chunks[at].cue is Role.COLON and named:
            _set_aside(chunks, at - 1)


def _set_aside(chunks: list[_Chunk], at: int) -> None:
    while at >= 0:
        chunks[at].main = False
        if chunks[at].cue in {Role.JOIN, Role.COLON}:
            return
        at -= 1


def _choose(chunks: list[_Chunk]) -> tuple[int, Hit[Term]] | None:
    """Return the term that decides, and the number of its chunk."""
    heads = [(at, head) for at, chunk in enumerate(chunks) if (head := chunk.head)]
    if len(heads) <= 1:
        return heads[0] if heads else None
    heads.sort(key=lambda found: _distance(chunks[found[0]]))
    first = heads[0]
    role, name = first[1].value.role, first[1].value.name
    if role > Role.SHOT:
        return first
    for at, head in heads[1:]:
        if chunks[at].cue is not Role.PAST and _is_nearer(head.value, role, name):
            return at, head
    return first


def _distance(chunk: _Chunk) -> int:
    return 0 if chunk.main else 2 if chunk.cue is Role.PAST else 1


def _is_nearer(term: Term, role: Role, name: str) -> bool:
    """Say whether a later term says what a general one only announced."""
    if role is Role.LAST:
        return term.role > Role.LAST
    return term.role is Role.THING and term.name == name


def _special(words: str, chunks: list[_Chunk], at: int, head: Hit[Term]) -> Hit[Term] | None:
    """Return what decides in place of *head*, where one of the special rules holds."""
    role = head.value.role
    if role in {Role.EXAM, Role.VISIT}:
        return _seen(words, chunks, at, head)
    if role is Role.SURGEON:
        return chunks[at].first(Role.VISIT)
    if role is Role.SHOT or head.value.as_shot:
        return _shot(chunks, at, head)
    if head.value[1:3] == (_SURGERY, "Non-arthroscopic"):
        return _arthroscopic(words, chunks, at)
    return None


def _seen(words: str, chunks: list[_Chunk], at: int, head: Hit[Term]) -> Hit[Term] | None:
    """Return whom an examination or a visit is with, or what it is of."""
    is_exam = head.value.role is Role.EXAM
    if is_exam and (surgery := chunks[at].first(Role.GENERIC, _SURGERY)):
        return _joined(surgery, head, _CONSULT)
    if label := _label(chunks, at, is_exam=is_exam):
        return label
    is_referral = words.startswith(("refer", "Refer", "REFER"), head.start)
    for chunk in chunks[at + 1 :]:
        other = chunk.head
        if other is None or chunk.cue is Role.PAST:
            continue
        if chunk.cue is Role.JOIN:
            return other if is_exam and other.value.name == "Rehabilitation" else None
        if other.value.role is Role.GENERIC and is_exam and chunk.cue is Role.WITH:
            return other if other.value.name != _SURGERY else _consult(other)
        if _is_seen(other.value, chunk.cue, is_exam=is_exam, is_referral=is_referral):
            return other
    return None


def _label(chunks: list[_Chunk], at: int, *, is_exam: bool) -> Hit[Term] | None:
    """Return the specialty before the colon: "Pain psychology: initial evaluation"."""
    label = chunks[at - 1].head if at and chunks[at].cue is Role.COLON else None
    if label is None:
        return None
    role, name, subcategory, *_ = label.value
    if role is Role.SURGEON:
        return label if is_exam else None
    seen = role is Role.THING and name in _SEEN_WITH
    return _joined(label, label, (name, subcategory)) if seen else None


def _is_seen(term: Term, cue: Role, *, is_exam: bool, is_referral: bool) -> bool:
    if term.role is Role.SURGEON:
        return is_exam and cue is not Role.FOR
    if term.role is not Role.THING:
        return False
    if is_referral:
        return True
    return term.name in (_SEEN_IN_VISITS if cue is Role.FOR else _SEEN_WITH)


def _consult(surgery: Hit[Term]) -> Hit[Term]:
    return _joined(surgery, surgery, _CONSULT)


def _shot(chunks: list[_Chunk], at: int, head: Hit[Term]) -> Hit[Term] | None:
    """Return drug and injection as one, where *head* is one of them and the other is beside it."""
    beside = [chunks[at]]
    if at + 1 < len(chunks) and chunks[at + 1].cue in {Role.OF, Role.WITH, Role.OPEN}:
        beside.append(chunks[at + 1])
    hits = [hit for chunk in beside for hit in chunk.hits]
    drug = head if head.value.as_shot else next((hit for hit in hits if hit.value.as_shot), None)
    shot = next((hit for hit in hits if hit.value.role is Role.SHOT), None)
    if drug and shot and drug.value.as_shot:
        return _joined(drug, shot, drug.value.as_shot)
    viscous = (hit for hit in hits if hit.value.subcategory == VISCOSUPPLEMENT)
    return next(viscous, None) if head.value.role is Role.SHOT else None


def _arthroscopic(words: str, chunks: list[_Chunk], at: int) -> Hit[Term] | None:
    """Return the term that says how an operation is done: "repair, arthroscopic"."""
    for hit in chunks[at].hits:
        if hit.value.subcategory == "Arthroscopic":
            return hit
    for chunk in chunks[at + 1 :]:
        head = chunk.head
        if head and words[head.start : head.end].lower() in {"arthroscopic", "arthroscopically"}:
            return head
    return None


def _joined(one: Hit[Term], other: Hit[Term], kind: Kind) -> Hit[Term]:
    term = Term(Role.THING, *kind)
    return Hit(term, min(one.start, other.start), max(one.end, other.end))


# --- drugs among the terms --------------------------------------------------------------------


def _with_drugs(hits: Hits, drugs: Sequence[DrugFound]) -> Hits:
    """Return the hits with the drugs among them; a term that holds a drug's name is no drug."""
    merged: Hits = []
    at = 0
    for drug in drugs:
        name = drug.name
        while at < len(hits) and hits[at].end <= name.start:
            merged.append(hits[at])
            at += 1
        after = at
        while after < len(hits) and hits[after].start < name.end:
            after += 1
        if not any(_outweighs(hit, name.start, name.end) for hit in hits[at:after]):
            merged.append(Hit(_drug_term(name.value, drug.drug_class), name.start, name.end))
            at = after
    return merged + hits[at:]


def _outweighs(hit: Hit[Term], start: int, end: int) -> bool:
    if hit.end - hit.start > end - start:
        return hit.value.role >= Role.LAST
    covers = hit.start <= start and end <= hit.end
    return covers and hit.value.role is Role.THING and hit.value.name != PHARMACEUTICALS


def _drug_term(name: str, drug_class: str | None) -> Term:
    return Term(Role.THING, PHARMACEUTICALS, drug_class, as_shot=as_shot(name, drug_class))
