"""Are a field's citations all of it: in order, under the right statement, nothing left uncited?"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from operator import attrgetter, itemgetter

from extractor.findings import Code, Finding
from extractor.guidelines import UNKNOWN, Cited, Guideline, catalogue, cited_in, read_field
from extractor.guidelines.grammar import NO_GUIDELINE
from extractor.guidelines.identify import authority_of
from extractor.record import Basis, Citation, Item, Record
from extractor.text import Span, Text
from extractor.validate.spans import passage, span_of

# Letters stand before each name, so that the search skips to those.
_STATEMENT = re.compile(
    r"Decision\s+based\s+on\s+"
    r"(?:(?P<non_mtus>Non\s*-\s*MTUS\s+Citations?)|(?P<mtus>(?:the\s+)?MTUS\b))"
    r"|did\s+not\s+(?:(?P<uncited>cite\s+any\s+(?:medical\s+)?evidence)"
    r"|(?P<elsewhere>base\s+\S+\s+decision\s+on\s+(?:the\s+)?MTUS))"
    r"|recommendation\(s\)\s+(?P<outside>outside\s+of\s+the\s+MTUS)",
)
_OUTSIDE_PART = re.compile(r"\W*which\s+(?:is|are)\s+not\s+(?:a\s+)?part\s+of\s+the")
_INSIDE_PART = re.compile(r"\W*which\s+(?:is|are)\s+(?:a\s+)?part\s+of\s+the")
# What a field says besides its citations, word for word or nearly: statements, joints, leads.
_BOILERPLATE = re.compile(
    r"(?:The(?:\s+[\w-]+){1,3}?|Claims\s+Administrator|(?:Expert|Physician|Professional|Medical)\s+Reviewer)"
    r"(?:\s+(?:did\s+not\s+cite\s+any\s+(?:medical\s+)?evidence\s+(?:for|in\s+support\s+of)\s+\S+\s+decision"
    r"|did\s+not\s+base\s+\S+\s+decision\s+on\s+(?:the\s+)?MTUS"
    r"|based\s+\S+\s+decision\s+on(?:\s+recommendation\(s\)\s+outside\s+of\s+the\s+MTUS(?:\s+Guidelines)?)?"
    r"|(?:cited|relied\s+on|relied\s+upon|used)))(?:\s+the(?=\s))?"
    r"|Decision\s+based\s+on\s+(?:Non\s*-\s*MTUS\s+Citations?[\s:]*)+"
    r"|Decision\s+based\s+on\s+(?:the\s+)?MTUS(?:\s+Guidelines?)?\b(?!\s*-)"
    r"|which\s+(?:is|are)\s+(?:not\s+)?(?:a\s+)?part\s+of\s+the\s+(?:California\s+)?(?:Medical\s+Treatment\s+Utilization\s+Schedule|MTUS)"
    r"|(?:and\s+)?Other\s+Medical\s+Treatment\s+Guidelines?(?:\s+or\s+Medical\s+Evidence)?"
    r"|found\s+that\s+no\s+section\s+of\s+the\s+MTUS\s+was\s+applicable(?:\s+and\s+relevant)?"
    r"(?:\s+to\s+the\s+issue\s+at\s+dispute)?"
    r"|[Pp]er\s+the\s+Strength\s+of\s+Evidence\s+hierarchy(?:\s+established\s+by[^.,]{0,160})?"
    r"|found\s+the\s+(?:referenced\s+section\s+of\s+the\s+MTUS|guidelines)\s+used\s+by\s+the\s+Claims"
    r"\s+Administrator\s+relevant(?:\s+and\s+appropriate)?[^.,]{0,80}"
    r"|\(?MTUS\)?\s*:?"
    r"|(?:(?:which|that)\s+)?(?:has|states?|notes?|says?|indicates?|recommends?|reads?)\s*(?:as\s+)?(?:the\s+following|that|as\s+follows)?(?=\s*:)"
    r"|\band\b|\b[Tt]he(?=\s*\Z)",
)
_WORD = re.compile(r"\w+")
_NAMED = 8
_EDGES = " \t\r\n\f.,;:"
_SIDES = ("claims_administrator", "reviewer")
_LABELS = frozenset({"mtus", "non_mtus"})


def check_citations(record: Record, text: Text) -> Iterator[Finding]:
    """Check the citations of both guideline fields of every item.

    They are read a second time, by the grammar; and held to rules of this module's own, since a
    rules proposer's citations come from that grammar too.
    """
    for n, item in enumerate(record.items):
        for side in _SIDES:
            basis: Basis | None = getattr(item, side)
            if basis is not None:
                yield from _check_basis(basis, text, f"/items/{n}/{side}")
        yield from _check_rationale(item, text, f"/items/{n}/rationale_citations")


def _check_rationale(item: Item, text: Text, path: str) -> Iterator[Finding]:
    """Hold the citations of a rationale to those that the grammar reads in it."""
    if item.rationale is None:
        if item.rationale_citations:
            yield Finding.of(Code.WRONG_PLACE, "There is no rationale.", path)
        return
    rationale = span_of(text, item.rationale)
    ours = cited_in(text, rationale)
    if not _agree(item.rationale_citations, ours, text):
        yield Finding.of(Code.DISAGREEMENT, _reads(ours, text), path, text.place(rationale))
    for n, citation in enumerate(item.rationale_citations):
        yield from _check_parts(citation, span_of(text, citation), text, f"{path}/{n}")


def _check_basis(basis: Basis, text: Text, path: str) -> Iterator[Finding]:
    field = span_of(text, basis.text)
    ours = read_field(text, field).citations
    if not _agree(basis.citations, ours, text):
        message = _reads(ours, text)
        yield Finding.of(Code.DISAGREEMENT, message, f"{path}/citations", text.place(field))
    marks = [
        (match.lastgroup or "", match.end()) for match in _STATEMENT.finditer(text.norm, *field)
    ]
    at = field.start
    covered: list[Span] = []
    for n, citation in enumerate(basis.citations):
        where = f"{path}/citations/{n}"
        span = span_of(text, citation)
        if not field.holds(span) or span.start < at:
            message = "It stands outside its field, or over the citation before it."
            yield Finding.of(Code.WRONG_PLACE, message, where, passage(text, citation))
            continue
        yield from _check_label(citation, span, marks, text, where)
        yield from _check_parts(citation, span, text, where)
        if any(_is_no_section(section) for section in citation.sections) or _is_doubtful(
            text.norm[slice(*span)], citation.title, citation.url, citation.guideline
        ):
            message = "It may be more than one document, or none."
            yield Finding.of(Code.AMBIGUOUS, message, where, passage(text, citation))
        covered.append(span)
        at = span.end
        if citation.excerpt is not None:
            excerpt = span_of(text, citation.excerpt)
            if not field.holds(excerpt) or excerpt.start < at:
                message = "The excerpt does not follow its citation."
                yield Finding.of(
                    Code.WRONG_PLACE, message, f"{where}/excerpt", passage(text, citation)
                )
                continue
            covered.append(excerpt)
            at = excerpt.end
    if left := _uncited(text, field, covered):
        message = "Words of the field belong to no citation, excerpt or statement."
        yield Finding.of(Code.UNCITED_TEXT, message, path, text.place(left))
    if basis.cites == "unclear" and not marks:
        message = "Nothing in the field says on what it rests."
        yield Finding.of(Code.AMBIGUOUS, message, f"{path}/cites", text.place(field))
    if basis.cites != (due := _cites(basis, marks)):
        message = f"The field's statements make it {due!r}."
        yield Finding.of(Code.VALUE_MISMATCH, message, f"{path}/cites", text.place(field))


def _check_parts(citation: Citation, span: Span, text: Text, where: str) -> Iterator[Finding]:
    """Hold a citation to its own words, and its id to the catalogue."""
    for message in (_unlike_words(citation, text.words(span)), _unlike_entry(citation)):
        if message:
            yield Finding.of(Code.VALUE_MISMATCH, message, where, passage(text, citation))


def _unlike_entry(citation: Citation) -> str | None:
    """Hold the id to the catalogue: its authority, chapter and year are the citation's."""
    if citation.guideline == UNKNOWN:
        same = citation.authority == citation.labelled
        return None if same else "Nobody knows what an unknown guideline is but the letter."
    entry = catalogue().entries.get(citation.guideline)
    if entry is None:
        return "The catalogue has no such guideline."
    if citation.authority != authority_of(entry.id, citation.labelled):
        return "The catalogue says otherwise whether the MTUS holds it."
    if citation.chapter and entry.chapter and citation.chapter != entry.chapter:
        return f"The guideline is chapter {entry.chapter}."
    edition = _edition_of(entry, citation.year) if citation.year else None
    if edition in {None, entry.id}:
        return None
    return f"The guideline of {citation.year} is {edition!r}."


def _edition_of(entry: Guideline, year: int) -> str | None:
    """Return the id of the edition of *year*; None where the catalogue has none."""
    edition = f"{entry.id.removesuffix(f'/{entry.year}')}/{year}"
    return edition if edition in catalogue().entries else None


_parts = attrgetter(
    "guideline", "title", "edition", "year", "chapter", "sections", "pages", "tables", "url"
)


def _reads(citations: Sequence[Cited], text: Text) -> str:
    """Return what the grammar reads, by ids and offsets: no words of the letter."""
    places = [(cited.components.guideline, text.to_source(cited.span)) for cited in citations]
    named = ", ".join(f"{name} at {start}-{end}" for name, (start, end) in places[:_NAMED])
    more = f" and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return f"The grammar reads other citations here: {named or 'none'}{more}."


def _agree(citations: Sequence[Citation], read: Sequence[Cited], text: Text) -> bool:
    """Say whether the record's citations are those that the grammar reads."""
    return len(citations) == len(read) and all(
        span_of(text, ours) == theirs.span
        and ours.labelled == theirs.labelled
        and ours.authority == theirs.authority
        and _parts(ours) == _parts(theirs.components)
        and (ours.excerpt and span_of(text, ours.excerpt)) == theirs.excerpt
        for ours, theirs in zip(citations, read, strict=True)
    )


_IN_PARENTHESES = re.compile(r"\([^()]*\)")
# References: authors, a title and a publisher, each a sentence of its own.
_KINDS_OF_WORK = frozenset({"journal", "textbook"})
_DOCUMENT = re.compile(
    r"\b(?:ODG|Official\s+Disability|ACOEM|American\s+College\s+of\s+Occup|UpToDate|Cochrane)\b"
)
_NO_DOCUMENT = re.compile(r"(?:none|n/?a|not\s+applicable|unknown|but\s+not)\b", re.IGNORECASE)
_MONTHS = frozenset(
    "January February March April May June July August September October November December".split()
)
# The day and month before a year, which is all that the components keep of a date.
_DAY = re.compile(rf"\b(?:{'|'.join(sorted(_MONTHS))})\b(?:\s+\d{{1,2}})?(?=,?\s+(?:19|20)\d\d\b)")
# "…; Labor Code 4610", an address with words after it, a sentence's end.
_TWO_DOCUMENTS = re.compile(
    r"[;,]\s+(?:and\s+)?(?:Title\s+\d+\s+)?(?:CCR|Labor\s+Code)\b|(?:https?://|www\.)\S{1,300}\s+[A-Z]"
    r"|(?<!\bed)[.!?]\s+[A-Z]\w+\s+(?:\w+\s+)?(?:for|is|are)\b",
)


def _is_no_section(section: str) -> bool:
    """Say whether a section is only a month, or begins with a mark."""
    return section in _MONTHS or not (section[0].isalnum() or section[0] in "(\"'§")


@lru_cache(maxsize=4096)
def _is_doubtful(words: str, title: str | None, url: str | None, guideline: str) -> bool:
    """Say whether a citation names two documents, or none; remembered, as citations recur."""
    bare = _IN_PARENTHESES.sub("", words)
    named = _DOCUMENT.findall(bare)
    if len(named) > 1 or '"' in bare:
        return True
    if guideline not in _KINDS_OF_WORK and _TWO_DOCUMENTS.search(bare):
        return True
    if title is None:
        return url is None
    return "//" in title or _NO_DOCUMENT.match(title) is not None


def _check_label(
    citation: Citation,
    span: Span,
    marks: list[tuple[str, int]],
    text: Text,
    where: str,
) -> Iterator[Finding]:
    """Hold ``labelled`` to the statement that introduces the citation."""
    before = bisect_right(marks, span.start, key=_end_of)
    named = (marks[n][0] for n in range(before - 1, -1, -1))
    due = next((name for name in named if name in _LABELS), None)
    if due is None and _OUTSIDE_PART.match(text.norm, span.end):
        due = "non_mtus"
    elif due is None and _INSIDE_PART.match(text.norm, span.end):
        due = "mtus"
    if citation.labelled != due:
        message = "The statement before it labels it otherwise."
        yield Finding.of(Code.VALUE_MISMATCH, message, f"{where}/labelled", passage(text, citation))
    if bisect_right(marks, span.end, key=_end_of) > before:
        message = "It runs over the statement of another citation."
        yield Finding.of(Code.WRONG_PLACE, message, where, passage(text, citation))


_end_of = itemgetter(1)


def _unlike_words(citation: Citation, quote: str) -> str | None:
    """Demand that each word of the quote is a component's, once, and the other way round."""
    year = str(citation.year) if citation.year is not None else None
    parts = (citation.title, citation.edition, citation.chapter, year)
    said = filter(None, (*parts, *citation.sections, *citation.pages, *citation.tables))
    return _disagree(quote, tuple(said), citation.url or "")


@lru_cache(maxsize=4096)
def _disagree(quote: str, parts: tuple[str, ...], url: str) -> str | None:
    """Say which word only the quote or only the components have; remembered, as citations recur."""
    left = Counter(_WORD.findall(quote))
    days = [word for day in _DAY.findall(quote) for word in _WORD.findall(day)]
    for part in parts:
        for word in _WORD.findall(part):
            if not left[word]:
                return f"A component says {part!r}, which its quote does not print."
            left[word] -= 1
    glued = "".join(left.elements())
    for word, times in Counter(_WORD.findall(url)).items():
        if not left[word] and word not in glued:
            return f"The address {url!r} is not printed in the quote."
        left[word] = max(0, left[word] - times)
    for word in days:
        left[word] = max(0, left[word] - 1)
    strays = [word for word in +left if word.lower() not in _JOINTS and word not in url]
    return f"No component accounts for {' '.join(strays[:8])!r}." if strays else None


_JOINTS = {
    "section", "sections", "s", "page", "pages", "pg", "pgs", "p", "pp", "table", "tables",
    "chapter", "ch",
    "and", "the", "of", "in", "on", "from", "mtus",
}  # fmt: skip


def _uncited(text: Text, field: Span, covered: list[Span]) -> Span | None:
    """Return the first words of *field* that nothing accounts for."""
    at = field.start
    for span in [*covered, Span(field.end, field.end)]:
        stray = _first_stray(text.norm[at : span.start])
        if stray is not None:
            return Span(at + stray, span.start)
        at = span.end
    return None


@lru_cache(maxsize=1024)
def _first_stray(piece: str) -> int | None:
    """Return where the first word stands that is no boilerplate; the same statements recur."""
    rest = _BOILERPLATE.sub(lambda match: " " * len(match.group()), piece)
    if NO_GUIDELINE.fullmatch(rest.strip(_EDGES)):
        return None
    word = _WORD.search(rest)
    return word.start() if word else None


def _cites(basis: Basis, marks: list[tuple[str, int]]) -> str:
    names = {name for name, _ in marks}
    names |= {citation.labelled for citation in basis.citations if citation.labelled}
    inside = "mtus" in names
    outside = "non_mtus" in names
    if inside and outside:
        return "both"
    if inside:
        return "mtus"
    if outside or "outside" in names:
        return "non_mtus"
    return "none" if "uncited" in names else "unclear"
