"""The grammar of guideline fields: what each clause rests on, and the citations in it.

A first grammar: the forms of 2014 ("MTUS ACOEM Chapter 12 … Page(s): 30"), those of 2016
("Low Back Complaints 2004, Section(s): …, and …"), and one citation for each "Non-MTUS Citation".
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from extractor.guidelines.components import Components, components_of, dated_documents, is_adopted
from extractor.record import Authority, Cites
from extractor.text import Span, Text

# What opens a statement; each alternative begins with a letter, so that the search skips to those.
_OPENING = re.compile(
    r"(?:Decision\s+based\s+on"
    r"|The(?:\s+[\w-]+){1,3}?(?=\s+(?:did\s+not\s+(?:cite|base)|based\s+(?:their|its|his|her)|cited|relied|used)\b)"
    r"|Claims\s+Administrator|Expert\s+Reviewer|Physician\s+Reviewer|Professional\s+Reviewer|Medical\s+Reviewer)\b",
)
_WHOSE = r"(?:their|its|his/her|his|her)"
# What may follow; the first alternative that matches names the clause.
_PREDICATES = {
    "non_mtus": r"(?<=on)\s+Non\s*-\s*MTUS\s+Citations?\b\s*:?",
    "mtus": r"(?<=on)\s+(?:the\s+)?MTUS\b(?:\s+Guidelines?)?",
    "none": r"\s+did\s+not\s+cite\s+any\s+(?:medical\s+)?evidence\s+(?:for|in\s+support\s+of)"
    rf"\s+{_WHOSE}\s+decision",
    "not_mtus": rf"\s+did\s+not\s+base\s+{_WHOSE}\s+decision\s+on\s+(?:the\s+)?MTUS",
    "outside": rf"\s+based\s+{_WHOSE}\s+decision\s+on\s+recommendation\(s\)\s+outside\s+of\s+the"
    r"\s+MTUS(?:\s+Guidelines)?",
    "based": rf"\s+(?:based\s+{_WHOSE}\s+decision\s+on|(?:cited|relied\s+on|relied\s+upon|used))"
    r"\s+(?:the\s+)?",
}
_PREDICATE = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _PREDICATES.items()))
_MEMBERSHIP = re.compile(
    r",?\s*which\s+(?:is|are)\s+(?P<no>not\s+)?(?:a\s+)?part\s+of\s+the\s+(?:California\s+)?"
    r"(?:Medical\s+Treatment\s+Utilization\s+Schedule\s*(?:\(MTUS\))?|MTUS)",
)
_LEAD_OF_EXCERPT = re.compile(
    r"[\s,.;]*\b(?:(?:which|that)\s+)?(?:has|states?|notes?|says?|indicates?|recommends?|reads?)\s*(?:as\s+)?(?:the\s+following|that|as\s+follows)?\s*:\s*",
)
_SENTENCE = re.compile(r"\.\s+(?=[A-Z\"])")
_PROSE = re.compile(
    r"\b(?:is|are|was|were|be|been|should|may|must|can|has|have|does|do|not|recommended|indicated)\b",
)
_ARTICLE = re.compile(r"[Tt]he\s+")
_COLON = re.compile(r":\s+(?=[A-Z])")
_EDGES = " \t\r\n\f.,;"


class Clause(NamedTuple):
    """A part of a field: what kind of statement opens it, and the span of what follows."""

    kind: str
    body: Span
    end: int


class Cited(NamedTuple):
    """One citation: its span, its excerpt's, and its components; spans of the normalized text."""

    span: Span
    labelled: Authority | None
    authority: Authority | None
    components: Components
    excerpt: Span | None = None


@dataclass(frozen=True)
class Reading:
    """What a guideline field says: what it rests on, and its citations in order."""

    cites: Cites
    citations: tuple[Cited, ...]


@lru_cache(maxsize=128)
def read_field(text: Text, field: Span) -> Reading:
    """Read a guideline field; the last ones are remembered.

    >>> text = Text.of("Decision based on MTUS ACOEM Chapter 12 Low Back Complaints Page(s): 30.")
    >>> [cited] = read_field(text, text.whole).citations
    >>> text.norm[slice(*cited.span)], cited.components.chapter, cited.components.pages
    ('ACOEM Chapter 12 Low Back Complaints Page(s): 30', '12', ('30',))
    """
    clauses = _clauses(text, field)
    citations = tuple(cited for clause in clauses for cited in _citations(text, clause))
    kinds = {clause.kind for clause in clauses}
    return Reading(_cites(kinds, {cited.labelled for cited in citations}), citations)


def _cites(kinds: set[str], labels: set[Authority | None]) -> Cites:
    if labels >= {"mtus", "non_mtus"}:
        return "both"
    if "mtus" in labels:
        return "mtus"
    if "non_mtus" in labels or "outside" in kinds:
        return "non_mtus"
    return "none" if "none" in kinds else "unclear"


def _clauses(text: Text, field: Span) -> list[Clause]:
    """Split a field at its statements; words before the first statement are a clause too."""
    marks = [
        (predicate.lastgroup or "", opening.start(), predicate.end())
        for opening in _OPENING.finditer(text.norm, *field)
        if (predicate := _PREDICATE.match(text.norm, opening.end(), field.end))
    ]
    starts = [("", field.start, field.start), *marks]
    ends = [start for _, start, _ in marks] + [field.end]
    return [
        Clause(kind, _trim(text.norm, begin, end), end)
        for (kind, _, begin), end in zip(starts, ends, strict=True)
    ]


def _trim(norm: str, start: int, end: int) -> Span:
    """Return the range without white space and punctuation that belongs to no citation."""
    if start >= end:
        return Span(start, end)
    words = norm[start:end].lstrip(_EDGES + ":-)")
    start = end - len(words)
    return Span(start, start + len(words.rstrip(_EDGES)))


def _citations(text: Text, clause: Clause) -> list[Cited]:
    body = clause.body
    if body.start >= body.end or clause.kind in {"none", "not_mtus", "outside"}:
        return []
    if clause.kind == "mtus":
        return [
            Cited(span, "mtus", "mtus", components_of(text.words(span)))
            for span in _pieces(text, body)
        ]
    if clause.kind == "based" or not clause.kind:
        return _by_membership(text, body)
    span, excerpt = _without_excerpt(text, body, clause.end)
    spans = _documents(text.norm, span)
    excerpts = [*[None] * (len(spans) - 1), excerpt]
    return [
        _outside(text, one, "non_mtus", quoted) for one, quoted in zip(spans, excerpts, strict=True)
    ]


# Where one clause goes on to another document: "…; ODG Elbow", "… and Other Medical Treatment
# Guidelines www…", "…, ACOEM Hip and Groin Disorders".
_NEXT_DOCUMENT = re.compile(
    r"[\s,;]+(?:and\s+)?Other\s+Medical\s+Treatment\s+Guidelines?\s*:?\s*"
    r"|[\s,;]+(?:and\s+)?(?=(?:ODG|Official\s+Disability\s+Guidelines?|ACOEM"
    r"|American\s+College\s+of\s+Occupational)\b)"
    r"|\s*[;,]\s+(?:and\s+)?(?=(?:UpToDate|Cochrane)\b)",
)


_NAMES_OF_NEXT = ("Other", "ODG", "Official", "ACOEM", "American", "UpToDate", "Cochrane")


def _documents(norm: str, span: Span) -> list[Span]:
    """Split a clause at the documents it names, parentheses left whole."""
    if all(norm.find(name, span.start + 1, span.end) < 0 for name in _NAMES_OF_NEXT):
        return [span]
    spans, at = [], span.start
    for joint in _NEXT_DOCUMENT.finditer(norm, *span):
        before = norm[at : joint.start()]
        if (
            before.rstrip(":") != "MTUS"
            and before.strip()
            and before.count("(") == before.count(")")
        ):
            spans.append(_trim(norm, at, joint.start()))
            at = joint.end()
    spans.append(_trim(norm, at, span.end))
    return [one for one in spans if one.start < one.end] or [span]


def _outside(text: Text, span: Span, labelled: Authority | None, excerpt: Span | None) -> Cited:
    """Return a citation from outside the MTUS, or so the letter says."""
    names_mtus = text.norm.startswith("MTUS", span.start)
    if names_mtus:
        span = _trim(text.norm, span.start + len("MTUS"), span.end)
    components = components_of(text.words(span))
    authority = "mtus" if names_mtus or is_adopted(components) else labelled
    return Cited(span, labelled, authority, components, excerpt)


def _pieces(text: Text, body: Span) -> list[Span]:
    """Return the documents of an MTUS clause, each from its name to its last section or page."""
    starts = dated_documents(text.norm, body) or [body.start]
    if starts[0] != body.start:
        starts = [body.start, *starts]
    ends = [*starts[1:], body.end]
    return [_without_and(text.norm, start, end) for start, end in zip(starts, ends, strict=True)]


_AND = re.compile(r",?\s+and\s*$")


def _without_and(norm: str, start: int, end: int) -> Span:
    joint = _AND.search(norm, max(start, end - 12), end)
    return _trim(norm, start, joint.start() if joint else end)


def _by_membership(text: Text, body: Span) -> list[Cited]:
    """Return the citation of a clause that says itself whether it names a part of the MTUS."""
    member = _MEMBERSHIP.search(text.norm, *body)
    if member is None:
        return []
    labelled: Authority = "non_mtus" if member["no"] else "mtus"
    article = _ARTICLE.match(text.norm, *body)
    span = _trim(text.norm, article.end() if article else body.start, member.start())
    return (
        [Cited(span, labelled, labelled, components_of(text.words(span)))]
        if span.start < span.end
        else []
    )


def _without_excerpt(text: Text, body: Span, end: int) -> tuple[Span, Span | None]:
    """Separate a citation from the guideline text that the field quotes after it."""
    has_colon = text.norm.find(":", *body) >= 0
    if has_colon and (lead := _LEAD_OF_EXCERPT.search(text.norm, *body)):
        return _trim(text.norm, body.start, lead.start()), text.trim(lead.end(), end)
    for stop in _SENTENCE.finditer(text.norm, *body):
        if _PROSE.search(text.norm, stop.end(), body.end):
            lead = _COLON.search(text.norm, body.start, stop.start())
            cut = lead or stop
            return _trim(text.norm, body.start, cut.start()), text.trim(cut.end(), end)
    return body, None
