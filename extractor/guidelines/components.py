"""The components of a citation: title, edition, year, chapter, sections, pages, tables, address."""

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from extractor.guidelines.catalogue import UNKNOWN, Words, catalogue
from extractor.guidelines.identify import (
    ACOEM,
    Named,
    Printed,
    elsewhere,
    identify,
    of_regulation,
)
from extractor.guidelines.names import longest_document
from extractor.guidelines.sections import split_sections
from extractor.phrases import Token, tokens_of
from extractor.record import Authority
from extractor.text import collapse

_MONTHS = tuple(calendar.month_name)[1:]
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_UPDATED = (
    r"(?:last\s+)?(?:updated|revised|effective)"
    rf"\s+(?:(?=(?:19|20)\d\d\b(?![/-]))|\d[\d/.-]+|{_MONTH}(?:\s+\d{{1,2}})?(?=,?\s*(?:19|20)\d\d\b))"
)
_EDITION = re.compile(
    r"\b(?:\d+\s?(?:st|nd|rd|th)|First|Second|Third)\s+(?:Annual\s+)?(?:Edition|ed\b\.?)(?:\s*\(web\))?"
    rf"|\b(?:Online\s+(?:Version|Edition)|Web(?:-based)?\s+Edition)(?:,?\s+{_UPDATED})?|\b{_UPDATED}",
    re.IGNORECASE,
)
# Of "(July 28, 2016)" only the year is kept.
_DAY = re.compile(rf"{_MONTH}(?:\s+\d{{1,2}})?,?\s+\Z")
_LONGEST_DAY = len("September 30, ")
_OF_ACOEM = re.compile(rf"(?<=\()ACOEM(?=\s+{_MONTH}\b)")
_YEAR = re.compile(r"(?P<open>\()?(?<![\d/.-])(?P<year>(?:19|20)\d\d)(?![\w/-])(?(open)\))")
_YEAR_OF_VOLUME = re.compile(r"\b(?P<year>(?:19|20)\d\d)(?=[\s\w.]{0,12};)")
_CHAPTER = re.compile(
    r",?\s*(?P<open>\()?\bCh(?:apter|\.)?\s*(?P<number>\d{1,2})\b(?(open)\))", re.IGNORECASE
)
_SECTIONS = re.compile(r",?\s*\bSection\(?s?\)?\s*(?::\s*|\Z)")
_DASH = "[-\u2010-\u2014\u2212]"
# Not "8 C.C.R. 9792.20", which is a regulation.
_LISTED = (
    rf"(?:Table\s+\d+(?:[-.]\d+)?|\d+(?:\s*{_DASH}\s*\d+)?(?:\s+of\s+\d+)?)"
    r"(?![\w]|[.-]\d|\s*C\.?\s?C\.?\s?R\b)"
)
_PAGES = re.compile(
    r",?\s*(?P<open>\()?\b(?:Page\(?s?\)?|pg\(?s?\)?\.?|pp?\.?)\s*:?\s*"
    rf"(?P<list>{_LISTED}(?:(?:\s*[,;&]\s*(?:and\s+)?|\s+and\s+|\s+){_LISTED})*)(?(open)\s*\))",
    re.IGNORECASE,
)
_PAGES_OF_NONE = re.compile(r"\bPage\(?s?\)?\s*:", re.IGNORECASE)
_PAGE_SEEDS = ("age", "AGE", "pg", "Pg", "PG", "p.", "P.", "pp", " p ", " P ")
_EMPTY = re.compile(r"\([\s,]*\)")
_TABLE = re.compile(r"Table\s+(\d+(?:[-.]\d+)?)", re.IGNORECASE)
_PAGE = re.compile(r"\d+(?:\s*-\s*\d+)?(?:\s+of\s+\d+)?", re.IGNORECASE)
_AROUND_DASH = re.compile(r"\s*-\s*")
_URL = re.compile(
    r"(?:https?://|www\.)\S+"
    r"(?:\s(?=[\w/%?=&#.-]*[/.=?&#-])\S+|(?<=[-_=&?%/])\s+(?-i:[a-z\d])\S*)*",
    re.IGNORECASE,
)
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
# What is looked for only where one of its seeds occurs.
_SEARCHED = (
    ("url", _URL, ("http", "www.", "HTTP", "WWW.", "Http", "Www.")),
    ("edition", _EDITION, ("dition", "DITION", " ed", " Ed", "ersion", "dated", "vised", "ective")),
    ("edition", _OF_ACOEM, ("(ACOEM ",)),
)
_AFTER = {"url": ").,;", "edition": ",;"}
# What goes on with a document's name: its abbreviation, and what kind of work it is.
REST_OF_TITLE = re.compile(
    r"(?:\s*\((?-i:[A-Z]{2})[A-Z-]{0,8}\))?"
    r"(?:\s+(?:(?:Occupational|Medicine|Medical|Clinical|Practice|Treatment)\s+){0,4}Guidelines?\b)?"
    r"(?:\s*\((?-i:[A-Z]{2})[A-Z-]{0,8}\))?",
    re.IGNORECASE,
)
_REST_OF_JOURNAL = re.compile(r"[^,.;:(\d]*")
_REST_OF_NUMBER = re.compile(r"(?<=\d)[.\d]*(?:\(\w{1,4}\))*")
REST_OF_PART = re.compile(
    r"(?:\s*\((?:acute|chronic|thoracic|lumbar|,|and|&|\s)+\))?"
    r"(?:\s+(?:Chapters?|Sections?|Disorders|Guidelines?|Procedures?|Treatments?|Summary)\b)*",
    re.IGNORECASE,
)
# A work outside the catalogue by how it is cited: volume and page, or the year before a volume.
_REFERENCE = re.compile(
    r"\bet\s+al\b|\bVol(?:ume)?\.?\s*\d|\d\s*\(\d{1,4}\)\s*:\s*[A-Za-z]?\d"
    r"|\(\d{1,4}\)\s*\d*\s*:\s*\d|\d\d\d\d(?:\s+[A-Z][a-z]{2,8}\.?)?(?:\s+\d{1,2})?\s*;\s*\d|\bdoi\b|\bPMID\b",
)
_BEFORE = frozenset({"the", "california", "ca", "state", "of", "in", "from"})
_ARTICLE = re.compile(r"(?:of|in|from)\s+(?:the\s+)?|the\s+")
# "ACOEM's Low Back Disorders".
_GENITIVE = re.compile(r"\A((?:[Tt]he\s+)?[A-Z]{3,8})'s\b")
_BEFORE_PREFACE = re.compile(r"\s*/\s*(?=Preface\b)", re.IGNORECASE)
_CLOSING = re.compile(r"\s*\)")
_ACOEM_IDS = frozenset(ACOEM)
_OF_THE_MTUS = re.compile(r"\bMTUS\b|\bUtili[sz]ation\s+Schedule\b", re.IGNORECASE)
_ACCESS = re.compile(r"\s*(?:last\s+)?(?:accessed|retrieved|available|downloaded)\b", re.IGNORECASE)
# Parts of ODG that only list what its chapters say.
_INDEXES = frozenset({"odg/treatment-index", "odg/procedure-index"})
# What a section of the regulation is named in, or alone.
_OF_REGULATION = ((), ("mtus",), ("ccr8",))
_EDGES = " ,.:;-\u2013\u2014"


@dataclass(frozen=True)
class Components:
    """The parts of a citation, as printed, white space collapsed; and the guideline they name."""

    guideline: str = UNKNOWN
    title: str | None = None
    edition: str | None = None
    year: int | None = None
    chapter: str | None = None
    sections: Words = ()
    pages: Words = ()
    tables: Words = ()
    url: str | None = None


class _Head(NamedTuple):
    """What a citation begins with: its title, the part of the document, the words after both."""

    title: str
    part: str | None
    left: str
    named: Named


@lru_cache(maxsize=4096)
def components_of(
    words: str, labelled: Authority | None = None, within: str | None = None
) -> Components:
    """Take a citation apart; every part is printed in it.

    The same few thousand citations stand in most letters, so what they come to is remembered.

    >>> components_of("ACOEM Chapter 12 Low Back Complaints Page(s): 30").sections
    ('Low Back Complaints',)

    Args:
        words: The citation, from the document's name to its last section or page.
        labelled: What the letter calls it: an "ACOEM" said to be of the MTUS is its edition.
        within: The document that was named before, if *words* name only a part of it.
    """
    rest = _GENITIVE.sub(r"\1", words) if "'s" in words else words
    found: dict[str, str] = {}
    for name, pattern, seeds in _SEARCHED:
        if (
            name not in found
            and any(seed in rest for seed in seeds)
            and (match := pattern.search(rest))
        ):
            found[name] = collapse(match.group()).rstrip(_AFTER[name])
            rest = _EMPTY.sub(" ", _cut(rest, match))
    edition, url = found.get("edition"), _joined(found.get("url"))
    whole = rest
    rest, tables, pages = _page_list(rest)
    rest, listed = _list_of_sections(rest)
    rest, chapter = _taken(_CHAPTER, rest)
    rest, year = _year(rest)
    rest = _EMPTY.sub(" ", rest)
    head = _known_head(rest, labelled, within)
    if head is None:
        if _REFERENCE.search(whole):
            return _reference(whole, url)
        head = _unknown_head(rest, words)
    left = _BEFORE_PREFACE.sub(", ", head.left) if "reface" in head.left else head.left
    sections = split_sections(f"{left},{listed}" if listed else left, is_section)
    year_ = int(year) if year else None
    named, labelled = _named(head, words, year_, labelled)
    if _INDEXES.issuperset(named.parts):
        named = _part_among(named, sections)
    named = _of_preface(named, sections)
    printed = Printed(year_, edition, chapter, labelled)
    return Components(
        guideline=identify(named, printed),
        title=head.title or None,
        edition=edition,
        year=printed.year,
        chapter=chapter,
        sections=(head.part, *sections) if head.part else sections,
        pages=pages,
        tables=tables,
        url=url,
    )


def is_section(words: str) -> bool:
    """Say whether the catalogue knows *words* as a section's title."""
    return catalogue().is_section(words)


def names_document(words: str) -> bool:
    """Say whether *words* begin with the name of a document of the catalogue."""
    return _known_head(words) is not None


def _cut(words: str, match: re.Match[str]) -> str:
    return words[: match.start()] + " " + words[match.end() :]


def _taken(pattern: re.Pattern[str], words: str) -> tuple[str, str | None]:
    """Return *words* without what *pattern* finds first, and what its group holds."""
    match = pattern.search(words)
    return (_cut(words, match), match[match.lastgroup or 0]) if match else (words, None)


def _year(words: str) -> tuple[str, str | None]:
    """Return *words* without the first year, and the month and day before it, and the year."""
    match = _YEAR.search(words)
    if match is None:
        return words, None
    day = _DAY.search(words, max(0, match.start() - _LONGEST_DAY), match.start())
    start = day.start() if day else match.start()
    return f"{words[:start]} {words[match.end() :]}", match["year"]


def _joined(url: str | None) -> str | None:
    return "".join(url.split()) if url else None


def _page_list(words: str) -> tuple[str, Words, Words]:
    """Return *words* without their list of pages, and the tables and pages that it names."""
    pages: list[str] = []
    tables: list[str] = []
    if any(seed in words for seed in _PAGE_SEEDS):
        for match in _PAGES.finditer(words):
            listed = match["list"].translate(_DASHES)
            tables += _TABLE.findall(listed)
            pages += [
                _AROUND_DASH.sub("-", page) for page in _PAGE.findall(_TABLE.sub(" ", listed))
            ]
        words = _PAGES_OF_NONE.sub(" ", collapse(_PAGES.sub(" ", words)))
    if not tables and ("able" in words or "ABLE" in words) and (table := _TABLE.search(words)):
        tables, words = [table[1]], _cut(words, table)
    return words, tuple(tables), tuple(pages)


def _list_of_sections(words: str) -> tuple[str, str]:
    """Return the words before "Section(s):" and those after it."""
    match = _SECTIONS.search(words)
    return (words[: match.start()], words[match.end() :]) if match else (words, "")


def _reference(words: str, url: str | None) -> Components:
    """Return a journal's article or the like: all of it one title."""
    words, year = _taken(_YEAR_OF_VOLUME if _YEAR_OF_VOLUME.search(words) else _YEAR, words)
    title = collapse(words).strip(" ,;:.-")
    year_ = int(year) if year else None
    return Components(guideline="journal", title=title or None, year=year_, url=url)


def _named(
    head: _Head, words: str, year: int | None, labelled: Authority | None
) -> tuple[Named, Authority | None]:
    """Return the ids that a citation names, and whether it says itself that they are the MTUS's."""
    named = head.named
    if "9792." in words and named.documents in _OF_REGULATION and not named.parts:
        return Named(of_regulation(words, year) or named.documents), labelled
    if named.documents == ("mtus",) and named.parts:
        return named._replace(documents=("acoem",)), "mtus"
    if not _ACOEM_IDS.isdisjoint(named.documents) and _OF_THE_MTUS.search(head.title):
        return named, "mtus"
    return named, labelled


def _of_preface(named: Named, sections: Words) -> Named:
    """Return ODG's preface for its guidelines on physical therapy, which stand in it."""
    if named.parts == ("odg/physical-therapy",) and any("reface" in each for each in sections):
        return named._replace(parts=("odg/preface",))
    return named


def _known_head(
    words: str, labelled: Authority | None = None, within: str | None = None
) -> _Head | None:
    """Return the document of the catalogue that *words* begin with, and the part of it."""
    tokens = tokens_of(words)
    first = next((n for n, token in enumerate(tokens) if token.word not in _BEFORE), 0)
    found = longest_document(tokens, first)
    if found is None and labelled == "mtus":
        found = catalogue().parts["mtus"].longest(tokens, first)
    if found is None:
        return _part_alone(words, tokens, within) if within else None
    documents, after = found
    end = _end_of_title(words, tokens[after - 1].end, documents)
    title = collapse(words[:end]).replace(" ,", ",").replace(" )", ")").strip(_EDGES)
    title = _without_article(title)
    start, stop, parts = _part(words, tokens, end, documents)
    part = collapse(words[start:stop]) or None
    return _Head(title, part, words[stop:], Named(documents, parts))


def _part_alone(words: str, tokens: list[Token], document: str) -> _Head | None:
    """Return the part of *document* that *words* begin with, the document named before."""
    start, stop, parts = _part(words, tokens, 0, (document,))
    return (
        _Head(words[start:stop].strip(_EDGES), None, words[stop:], Named(parts)) if parts else None
    )


def _without_article(title: str) -> str:
    article = _ARTICLE.match(title)
    return title[article.end() :] if article else title


def _end_of_title(words: str, end: int, documents: Words) -> int:
    rests = (_REST_OF_JOURNAL,) if "journal" in documents else (REST_OF_TITLE, _REST_OF_NUMBER)
    for pattern in rests:
        if rest := pattern.match(words, end):
            end = rest.end()
    is_open = words.count("(", 0, end) > words.count(")", 0, end)
    if is_open and (close := _CLOSING.match(words, end)):
        return close.end()
    return end + (words.startswith('"', end) and words.count('"', 0, end) % 2)


def _part(words: str, tokens: list[Token], end: int, documents: Words) -> tuple[int, int, Words]:
    """Return where the part of a document stands that follows its title, and the ids it may be."""
    first = next(
        (n for n, each in enumerate(tokens) if each.start >= end and each.word[0].isalnum()), None
    )
    if first is None:
        return end, end, ()
    best: dict[int, Words] = {}
    for document in _wanted(documents):
        phrases = catalogue().parts.get(document)
        if phrases and (found := phrases.longest(tokens, first)):
            best[found[1]] = best.get(found[1], ()) + found[0]
    if not best:
        return end, end, ()
    after = max(best)
    stop = tokens[after - 1].end
    rest = REST_OF_PART.match(words, stop)
    return tokens[first].start, rest.end() if rest else stop, best[after]


def _part_among(named: Named, sections: Words) -> Named:
    """Return the part that the sections name, if they name just one: "MRI Elbow"."""
    parts: Words = ()
    for document in _wanted(named.documents):
        if phrases := catalogue().parts.get(document):
            hits = [hit for each in sections for hit in phrases.find(tokens_of(each))]
            found = {hit.value for hit in hits}
            if len(found) > 1:
                return named
            parts += found.pop() if found else ()
    return named._replace(parts=parts) if parts else named


def _wanted(documents: Words) -> Words:
    """Return the ids whose parts a citation of *documents* may name."""
    if documents == ("mtus",):
        return ("mtus", *ACOEM)
    return ACOEM if any(each in ACOEM for each in documents) else documents


def _unknown_head(words: str, whole: str) -> _Head:
    """Return a head that the catalogue does not know: up to the first comma."""
    title, _, left = words.partition(",")
    if _ACCESS.match(left):
        title, left = words, ""
    return _Head(collapse(title).strip(_EDGES), None, left, Named(elsewhere(whole)))
