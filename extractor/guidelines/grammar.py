"""The grammar of guideline fields: what each clause rests on, and the citations in it.

The forms of 2014 ("MTUS ACOEM Chapter 12 … Page(s): 30"), those of 2016
("Low Back Complaints 2004, Section(s): …, and …"), and the documents of each "Non-MTUS Citation".
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from extractor.guidelines.catalogue import UNKNOWN
from extractor.guidelines.components import Components, components_of, names_document
from extractor.guidelines.documents import (
    is_chapter_of_odg,
    mtus_documents,
    names_odg,
    other_documents,
)
from extractor.guidelines.identify import authority_of
from extractor.record import Authority, Cites
from extractor.text import Span, Text, collapse

# What opens a statement; each alternative begins with a letter, so that the search skips to those.
_OPENING = re.compile(
    r"(?:Decision\s+based\s+on"
    r"|The(?:\s+[\w-]+){1,3}?(?=\s+(?:did\s+not\s+(?:cite|base)|based\s+(?:their|its|his|her)|cited|relied|used)\b)"
    r"|Claims\s+Administrator|Expert\s+Reviewer|Physician\s+Reviewer|Professional\s+Reviewer|Medical\s+Reviewer)\b",
)
STATEMENT = re.compile(r"Decision\s+based\s+on\s+(?:Non\s*-\s*)?MTUS\b")
_WHOSE = r"(?:their|its|his/her|his|her)"
# What may follow; the first alternative that matches names the clause.
_PREDICATES = {
    "non_mtus": r"(?<=on)\s+Non\s*-\s*MTUS\s+Citations?\b\s*:?(?:\s*Non\s*-\s*MTUS\b\s*:?)?",
    "mtus": r"(?<=on)\s+(?:the\s+)?MTUS\b(?:\s+Guidelines?\b(?!\s+for\b))?",
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
_LEAD_OF_MEMBER = re.compile(r"[\s,;.]*(?:and\s+)?(?:on\s+)?(?:[Tt]he\s+)?")
_COLON = re.compile(r":\s+(?=[A-Z])")
# How the ODG's entries begin.
_ADVICE = re.compile(r":\s+(?=(?:Not\s+)?(?i:recommended|indicated|under\s+study)\b)")
# How a field says that it rests on no guideline.
NO_GUIDELINE = re.compile(
    r"(?:none|n/?\s?a|not\s+applicable|not\s+(?:stated|provided|cited|specified|given|available)|nil"
    r"|no\s+(?:specific\s+|applicable\s+|other\s+)?(?:guidelines?|citations?|evidence)(?:\s+(?:cited|stated|provided|available|applicable|given))?"
    r"|(?:community\s+|medical\s+|the\s+)?standards?\s+of\s+(?:medical\s+)?(?:care|practice)"
    r"|(?:clinical|medical|professional|expert)\s+(?:judge?ment|opinion|experience))[\s.]*",
    re.IGNORECASE,
)
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
    labels: set[Authority | None] = {cited.labelled for cited in citations}
    labels.update(kind for kind in ("mtus", "non_mtus") if kind in kinds)
    return Reading(_cites(kinds, labels), citations)


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
        return [cited_at(text, span, "mtus") for span in _parted(text, body, mtus_documents)]
    if clause.kind == "based" or not clause.kind:
        return _by_membership(text, body)
    span, excerpt = _without_excerpt(text, body, clause.end)
    parted = _parted(text, span, other_documents)
    of_odg = names_odg(text.norm[slice(*body)])
    cited = [cited_at(text, one, "non_mtus", of_odg=of_odg) for one in parted]
    cited = [each for each in cited if not _is_none(text, each)]
    return [*cited[:-1], cited[-1]._replace(excerpt=excerpt)] if cited else []


def _parted(text: Text, span: Span, part: Callable[[str], tuple[Span, ...]]) -> list[Span]:
    return [
        Span(span.start + one.start, span.start + one.end)
        for one in part(text.norm[span.start : span.end])
    ]


def _is_none(text: Text, cited: Cited) -> bool:
    is_unknown = cited.components.guideline == UNKNOWN
    return is_unknown and NO_GUIDELINE.fullmatch(text.norm, *cited.span) is not None


def cited_at(text: Text, span: Span, labelled: Authority | None, *, of_odg: bool = False) -> Cited:
    """Return the citation at *span*; "MTUS" before another document's name is a label, no part."""
    if labelled == "non_mtus" and text.norm.startswith("MTUS", span.start):
        bare = _trim(text.norm, span.start + len("MTUS"), span.end)
        span = bare if bare.start < bare.end and names_document(text.words(bare)) else span
    words = collapse(text.norm[span.start : span.end])
    components = components_of(words, labelled)
    if components.guideline == UNKNOWN and of_odg and is_chapter_of_odg(words):
        components = components_of(words, labelled, "odg")
    return Cited(span, labelled, authority_of(components.guideline, labelled), components)


def _by_membership(text: Text, body: Span) -> list[Cited]:
    """Return the citation of a clause that says itself whether it names a part of the MTUS."""
    cited: list[Cited] = []
    at = body.start
    for member in _MEMBERSHIP.finditer(text.norm, *body):
        labelled: Authority = "non_mtus" if member["no"] else "mtus"
        lead = _LEAD_OF_MEMBER.match(text.norm, at, member.start())
        span = _trim(text.norm, lead.end() if lead else at, member.start())
        cited += [cited_at(text, span, labelled)] if span.start < span.end else []
        at = member.end()
    return cited


def _without_excerpt(text: Text, body: Span, end: int) -> tuple[Span, Span | None]:
    """Separate a citation from the guideline text that the field quotes after it."""
    has_colon = text.norm.find(":", *body) >= 0
    if has_colon and (lead := _LEAD_OF_EXCERPT.search(text.norm, *body)):
        return _trim(text.norm, body.start, lead.start()), text.trim(lead.end(), end)
    cut = _ADVICE.search(text.norm, *body) if has_colon else None
    stop = None if cut else _SENTENCE.search(text.norm, *body)
    if stop and _PROSE.search(text.norm, stop.end(), body.end):
        cut = _COLON.search(text.norm, body.start, stop.start()) or stop
    if cut is None:
        return body, None
    return _trim(text.norm, body.start, cut.start()), text.trim(cut.end(), end)
