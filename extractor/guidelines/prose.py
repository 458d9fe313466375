"""Citations in running text: a rationale, a brief, a whole letter."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from extractor.guidelines.catalogue import catalogue
from extractor.guidelines.cite import citation_of
from extractor.guidelines.components import REST_OF_PART, REST_OF_TITLE, components_of, is_section
from extractor.guidelines.grammar import STATEMENT, Cited, read_field
from extractor.guidelines.identify import ACOEM, authority_of
from extractor.phrases import first_word, tokens_of
from extractor.record import Citation
from extractor.text import Span, Text, collapse

# Where a guideline field ends that is read out of running text.
_NEXT_LABEL = re.compile(
    r"(?:MAXIMUS|Claims\s+Administrator)\s+guideline\s*:|Decision\s+rationale\s*:"
)
# "Non-MTUS"; and the statements of a field, which cite nothing.
_OUTSIDE = re.compile(r"\b(?:[Nn]on\s?-?|outside\s+of\s+the|decision\s+on\s+the)\s*\Z")
_BEFORE = re.compile(
    r"\b(?:\d(?:nd|rd|th)|[Ss]econd|[Tt]hird)\s+[Ee]dition\s+(?:of\s+(?:the\s+)?)?\Z|\b(?:19|20)\d\d\s+\Z"
    r"|\b[Cc]h(?:apter|\.)\s+\d{1,2}\s+(?:of|in)\s+(?:the\s+)?\Z"
    r"|\b(?:[Pp]ages?|pgs?\.|pp?\.)\s*\d{1,4}(?:\s*(?:-|,|and|&|to)\s*\d{1,4}){0,6}"
    r"\s+(?:of|in|from)\s+(?:the\s+)?\Z"
)
# With what each of those ends, "the" apart.
_LINKS = ("of", "in", "from", "dition", *"0123456789")
_WHAT_IT_IS = re.compile(
    r"(?!\.\s)\W{1,3}(?:[\w-]+\s+){0,3}?(?:[Gg]uidelines?|[Cc]riteria|[Rr]ecommendations?|[Bb]ulletin|[Pp]olicy|"
    r"[Rr]eviews?|[Pp]osition\s+[Ss]tatement)\b"
)
# What goes on with a citation in a sentence: edition, year, chapter, pages, table.
_MORE = re.compile(
    r"[\s,]*\(?(?:"
    r"(?:\d(?:nd|rd|th)|[Ss]econd|[Tt]hird)\s+[Ee]d(?:ition\b|\.)"
    r"|(?:[Ee]ffective\s+|[Rr]evised\s+|[Uu]pdated\s+)?(?:(?:January|February|March|April|May|June|July|August|September|"
    r"October|November|December)(?:\s+\d{1,2})?,?\s+)?(?:19|20)\d\d\b(?![/-])"
    r"|(?<=\()(?:updated|revised|effective)\s+\d[\d/.-]{3,9}(?=\))"
    r"|[Cc]h(?:apter|\.)\s*\d{1,2}\b"
    r"|(?:[Pp]ages?|pgs?\.?|pp?\.)\(?s?\)?:?\s*\d+(?:\s*(?:-|,|and|&|to)\s*\d+)*\b"
    r"|[Tt]able\s+\d+-\d+"
    r"|(?:-\s*)?(?:8\s+C\.?\s?C\.?\s?R\.?,?\s*)?(?:section\s+)?\u00a7{0,2}\s*9792\.\d[\d.]*(?:\(\w\))*"
    r"(?:\s*-\s*9792\.\d[\d.]*)?"
    r"|[Ss]ections?\s+\d{1,2}(?:\.\d{1,2}){1,3}\b"
    r")\)?"
)
# "Opioids Treatment Guidelines MTUS", "… (MTUS 2016)": whose the document is.
_OF_MTUS = re.compile(r"\s*[(/-]?\s*(?:(?:CA|California)\s+)?MTUS\b(?:\s+[Gg]uidelines?\b)?")
# Sections of the regulation that adopt guidelines; 9792.20 defines words.
_REGULATION = (
    r"(?:[Tt]itle\s+)?8,?\s+(?:CCR|C\.\s?C\.\s?R\.),?\s+(?:[Ss]ections?\s+|\u00a7+\s*)?9792\.2[2-5][\d.]*\d"
    r"|(?:[Ss]ections?\s+|\u00a7+\s*)9792\.2[2-5][\d.]*\d"
)
_SECTION_OF_PART = re.compile(r",\s+([^,.;:()]{2,80}(?:\([^()]{1,80}\))?)(?=[.,;:)]|\s*\Z)")
_FURTHER_PART = re.compile(r"(?:,|;|,?\s+(?:and|&))\s+(?:the\s+)?|\s*[/&]\s*")
_BEFORE_PART = frozenset(" \n\r,;/&")
# "(Author, 2002)" refers to a list; it names no guideline.
_REFERRED_TO = re.compile(r",\s+(?:19|20)\d\d[a-z]?[);]")
_QUOTE = re.compile(r'"[^"]*\Z')
_YEAR = re.compile(r"\s(?:19|20)\d\d\b")
_UPDATED = re.compile(r"\((?:updated|revised|effective)\b[^()]{1,40}\)\Z")
_GAP = re.compile(r"(?:'s)?[\s/,:(-]{1,3}")
_GAP_OR_IN = re.compile(r"\s+(?:in|of|from)\s+(?:the\s+)?|[\s/,:(-]{1,3}\"?")
# The MTUS adopts the ACOEM chapters, and ODG stands beside it: their names alone are citations; but
# "Low Back Complaints" may be a heading of anything.
_STRONG = frozenset({"mtus", "acoem", "odg"})
_HEADING = re.compile(
    r"\b(?:Complaints|Disorders|Conditions|Approaches|Treatment)\Z", re.IGNORECASE
)
# "CDC Guideline for Prescribing …", "InterQual Criteria": names that say what kind of work it is.
_KIND_OF_WORK = re.compile(
    r"\s(?:Guidelines?|Bulletins?|Criteria|Polic(?:y|ies)|Manual|Parameters)\b"
)
_PART_WORD = re.compile(r"\s+(?:[Cc]hapters?|[Ss]ections?|[Gg]uidelines?)\b")
_CHAPTER_WORD = re.compile(r"\b(?:Chapters?|Complaints|Disorders|Guidelines?)\Z", re.IGNORECASE)
_IN_SMALL_LETTERS = ("disability guideline", "treatment guideline", "practice guideline")
# Parts of these are named after any of them.
_WITH_MTUS = dict.fromkeys((*ACOEM, "mtus"), (*ACOEM, "mtus"))
_LONGEST_NAME = 160
_LONGEST = 400
_LONGEST_BEFORE = 48
_LONGEST_LINK = 12


def find_citations(text: str | Text) -> list[Citation]:
    """Find the guidelines that *text* cites, in order.

    Works on any text. A guideline field ("Decision based on MTUS …") is read by the grammar of
    fields, all else by names: the MTUS and its documents, ACOEM, ODG, and others where a word such
    as "guidelines" follows.

    >>> [cited] = find_citations("As the ODG low back chapter says, rest is not advised.")
    >>> cited.quote, cited.guideline, cited.start
    ('ODG low back chapter', 'odg/low-back', 7)

    Args:
        text: A letter, a rationale, a brief; offsets count its code points.
    """
    text = text if isinstance(text, Text) else Text.of(text)
    return [citation_of(cited, text) for cited in _all(text)]


def _all(text: Text) -> Iterator[Cited]:
    at = 0
    for opening in STATEMENT.finditer(text.norm):
        if opening.start() < at:
            continue
        yield from cited_in(text, Span(at, opening.start()))
        at = _end_of_field(text, opening.end())
        yield from read_field(text, text.trim(opening.start(), at)).citations
    yield from cited_in(text, Span(at, len(text.norm)))


def _end_of_field(text: Text, start: int) -> int:
    """Return where the guideline field ends: at the next label, or where its paragraph does."""
    label = _NEXT_LABEL.search(text.norm, start)
    end = label.start() if label else len(text.norm)
    return next((gap.end for gap in text.gaps_between(start, end) if gap.proven), end)


@lru_cache(maxsize=128)
def cited_in(text: Text, span: Span) -> tuple[Cited, ...]:
    """Return the citations that the sentences of *span* make by name; the last ones are kept."""
    cited: list[Cited] = []
    for found in _mentions(text.norm, span):
        cited.append(_cited(text, text.trim(*found)))
        if text.norm[found.end : found.end + 1] in _BEFORE_PART:
            further = _further_parts(text.norm, found, span.end)
            cited += [_cited(text, part, "odg") for part in further]
    return tuple(cited)


def _cited(text: Text, span: Span, within: str | None = None) -> Cited:
    components = components_of(collapse(text.norm[span.start : span.end]), None, within)
    return Cited(span, None, authority_of(components.guideline, None), components)


def _mentions(norm: str, span: Span) -> Iterator[Span]:
    at = floor = span.start
    # Names in small letters are rare, and looking for them doubles the time.
    lower = any(norm.find(words, *span) >= 0 for words in _IN_SMALL_LETTERS)
    names = _names(lower=lower, numbers=norm.find("9792.2", *span) >= 0)
    while head := names.search(norm, at, span.end):
        at = head.end()
        if _is_name(norm, head.start(), head.end()):
            end = _extended(norm, head.start(), head.end(), span.end)
            yield Span(_before(norm, max(span.start, floor), head.start()), end)
            at = floor = max(at, end)


def _before(norm: str, floor: int, start: int) -> int:
    """Return where the edition, the chapter or the pages begin that stand before a name."""
    while _is_linked(norm[max(floor, start - _LONGEST_LINK) : start]) and (
        before := _BEFORE.search(norm, max(floor, start - _LONGEST_BEFORE), start)
    ):
        start = before.start()
    return start


def _is_linked(lead: str) -> bool:
    """Say whether an edition, a chapter or pages may end here; dearer to search for than this."""
    return lead.rstrip().removesuffix("the").rstrip().endswith(_LINKS)


def _further_parts(norm: str, found: Span, stop: int) -> Iterator[Span]:
    """Return the chapters that go on a citation of one of ODG: "ODG Low Back and Knee chapters"."""
    at = found.end
    if not _FURTHER_PART.match(norm, at, stop) or _document(norm[slice(*found)]) != "odg":
        return
    while (gap := _FURTHER_PART.match(norm, at, stop)) and (
        end := _end_of_part(norm, "odg", gap.end(), stop)
    ):
        if not _PART_WORD.search(norm, gap.end(), end):
            return
        yield Span(gap.end(), end)
        at = end


def _is_name(norm: str, start: int, end: int) -> bool:
    """Say whether a name is one here: a whole one, and of a guideline, not of its publisher."""
    if norm[start - 1 : start].isalnum() or norm[end : end + 1].isalnum():
        return False
    if _OUTSIDE.search(norm, max(0, start - 20), start):
        return False
    name = norm[start:end]
    if (
        norm.startswith(",", end)
        and _REFERRED_TO.match(norm, end)
        and _document(name).partition("/")[0] not in _STRONG
    ):
        return False
    return (
        _is_strong(name)
        or bool(_WHAT_IT_IS.match(norm, end))
        or (bool(_YEAR.match(norm, end)) and _document(name).startswith("mtus"))
    )


@lru_cache(maxsize=1024)
def _is_strong(name: str) -> bool:
    if "9792.2" in name:
        return True
    document = _document(name)
    if document.partition("/")[0] in _STRONG:
        return not _HEADING.search(name)
    entry = catalogue().entries.get(document)
    return (entry is not None and entry.work) or bool(_KIND_OF_WORK.search(name))


@lru_cache(maxsize=1024)
def _document(name: str) -> str:
    found = catalogue().documents.longest(tokens_of(name), 0)
    return found[0][0] if found else ""


def _extended(norm: str, start: int, end: int, stop: int) -> int:
    """Return where the citation ends that begins with the name *start:end*."""
    stop = min(stop, end + _LONGEST)
    end = _after(REST_OF_TITLE, norm, end, stop)
    while True:
        further = _further(norm, start, end, stop)
        if further <= end:
            is_quoted = norm.startswith('"', end) and bool(_QUOTE.search(norm, start, end))
            return end + is_quoted
        end = further


def _further(norm: str, start: int, end: int, stop: int) -> int:
    if more := _more(norm, start, end, stop):
        return more
    document = _document(norm[start:end])
    if document.startswith(("mtus/", "acoem")) and (whose := _OF_MTUS.match(norm, end, stop)):
        return whose.end()
    gap = (_GAP_OR_IN if document == "mtus" else _GAP).match(norm, end, stop)
    if gap is None:
        return end
    if document == "mtus" and (name := _names(lower=True).match(norm, gap.end(), stop)):
        within = "mtus/" if "," in gap.group() else ("mtus", "acoem")
        if _document(name.group()).startswith(within):
            return _after(REST_OF_TITLE, norm, name.end(), stop)
    part = _end_of_part(norm, document, gap.end(), stop)
    if part and document == "mtus" and "," in gap.group():
        return part if _CHAPTER_WORD.search(norm, gap.end(), part) else end
    return part or end


def _more(norm: str, start: int, end: int, stop: int) -> int | None:
    """Return where the edition, year, pages or the like end that follow; brackets stay paired."""
    if more := _MORE.match(norm, end, stop):
        is_closed = more.group().count("(") < more.group().count(")")
        return more.end() - (is_closed and not _is_open(norm, start, end))
    if norm.startswith(")", end) and _is_open(norm, start, end):
        return end + 1
    return _section(norm, start, end, stop) if norm[end - 1] == ")" else None


def _is_open(norm: str, start: int, end: int) -> bool:
    return norm.count("(", start, end) > norm.count(")", start, end)


def _section(norm: str, start: int, end: int, stop: int) -> int | None:
    """Return where the section ends that follows a chapter of ODG and the day of its update."""
    if _document(norm[start:end]) != "odg" or not _UPDATED.search(norm, start, end):
        return None
    section = _SECTION_OF_PART.match(norm, end, stop)
    return section.end() if section and is_section(section[1]) else None


def _end_of_part(norm: str, document: str, at: int, stop: int) -> int | None:
    """Return where the name of a chapter ends that stands at *at*: a title, or called a chapter."""
    words = norm[at : min(stop, at + _LONGEST_NAME)]
    first = first_word(words)
    known = (catalogue().parts.get(each) for each in _WITH_MTUS.get(document, (document,)))
    parts = [phrases for phrases in known if phrases and phrases.may_begin(first)]
    if not parts or not (words[:1].isupper() or _PART_WORD.search(words)):
        return None
    tokens = tokens_of(words)
    for phrases in parts:
        if found := phrases.longest(tokens, 0):
            end = at + tokens[found[1] - 1].end
            if (
                words[0].isupper()
                or _PART_WORD.search(norm, at, end)
                or _PART_WORD.match(norm, end)
            ):
                return _after(REST_OF_PART, norm, end, stop)
    return None


def _after(pattern: re.Pattern[str], norm: str, at: int, stop: int) -> int:
    match = pattern.match(norm, at, stop)
    return match.end() if match else at


@cache
def _names(*, lower: bool, numbers: bool = False) -> re.Pattern[str]:
    """Return the pattern of all names that stand alone, by their first letters."""
    tree: dict[str, Any] = {}
    for name in _printed(lower=lower):
        node = tree
        for character in " ".join(name.split()):
            node = node.setdefault(character, {})
        node[""] = {}
    return re.compile(f"{_REGULATION}|{_pattern(tree)}" if numbers else _pattern(tree))


def _printed(*, lower: bool) -> Iterator[str]:
    for entry in catalogue().entries.values():
        if entry.part_of is None or entry.authority == "mtus":
            for name in entry.all_names:
                if not _document(name):
                    continue
                if name[0].isupper():
                    yield name
                    if "uidelines" in name:
                        yield name.replace("uidelines", "uideline")
                if lower and "uideline" in name:
                    yield name.lower()


def _pattern(node: dict[str, Any]) -> str:
    branches = [
        (r"\s+" if character == " " else re.escape(character)) + _pattern(below)
        for character, below in node.items()
        if character
    ]
    if not branches:
        return ""
    inner = "|".join(branches)
    if "" in node:
        return f"(?:{inner})?"
    return inner if len(branches) == 1 else f"(?:{inner})"
