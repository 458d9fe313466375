"""The components of a citation: title, edition, year, chapter, sections, pages, tables, address."""

import re
from dataclasses import dataclass
from functools import lru_cache

from extractor.text import Span, collapse

# Source: the MTUS documents that guideline fields of 2014-2017 name (Title 8, California Code of
# Regulations, sections 9792.22 to 9792.24.4), as the letters print them.
_DOCUMENTS = (
    r"(?:Neck\s+and\s+Upper\s+Back|Shoulder|Elbow|Forearm,?\s+Wrist,?\s+and\s+Hand|Low\s+Back|Knee|"
    r"Ankle\s+and\s+Foot|Eye)\s+Complaints"
    r"|General\s+Approaches|Stress[\s-]+Related\s+Conditions"
    r"|Acupuncture(?:\s+Medical)?\s+Treatment(?:\s+Guidelines)?"
    r"|Post-?\s?surgical(?:\s+Physical\s+Medicine)?\s+Treatment(?:\s+Guidelines)?"
    r"|Chronic\s+Pain(?:\s+Medical)?\s+Treatment(?:\s+Guidelines)?"
    r"|Opioids?\s+Treatment(?:\s+Guidelines)?"
)
_DATED = re.compile(rf"(?P<title>{_DOCUMENTS})\s+(?P<year>(?:19|20)\d\d)(?!\d)")
_UNDATED = re.compile(
    rf"ACOEM(?=[\s,]+(?:Chapter|{_DOCUMENTS}|Page|$)|\s*$)|(?:{_DOCUMENTS})(?=[\s,.]|$)(?!\s+(?:19|20)\d\d)",
)
_CHAPTER_BEFORE = re.compile(r"Chapter\s+\d+,?\s*$")

_TITLE = re.compile(
    rf"(?:{_DOCUMENTS})(?=\s|,|$)"
    r"|Official\s+Disability\s+Guidelines?(?:\s*\(ODG\))?|ODG(?:\s+(?:Treatment\s+(?:in\s+Workers'?\s+Comp\w*|Integrated\s+Treatment/Disability\s+Duration\s+Guidelines)"
    r"|Guidelines?)\b)?"
    r"|American\s+College\s+of\s+Occupational\s+and\s+Environmental\s+Medicine(?:\s*\(ACOEM\))?(?:\s+Practice\s+Guidelines)?"
    r"|ACOEM(?:\s+(?:Occupational\s+Medicine\s+)?(?:Practice\s+)?Guidelines)?"
    r"|APG\s+1\s+Plus",
    re.IGNORECASE,
)
_EDITION = re.compile(
    r"\b(?:\d+\s?(?:st|nd|rd|th)|First|Second|Third)\s+(?:Annual\s+)?(?:Edition|ed\b\.?)"
    r"|\bOnline\s+(?:Version|Edition)|(?<=\()updated\s+[\d/.-]+(?=\))",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\(?(?<![\d/.-])(?P<year>(?:19|20)\d\d)(?![\d/-])\)?")
_CHAPTER = re.compile(r"\bCh(?:apter|\.)\s*(?P<number>\d{1,2})\b", re.IGNORECASE)
_SECTIONS = re.compile(r",?\s*Section\(?s?\)?\s*:\s*")
_PAGES = re.compile(
    r"[,(]?\s*\b(?:Page\(?s?\)?|pgs?\.?|pp?\.)\s*:?\s*(?P<list>(?:Table|\d)[^)]*)", re.IGNORECASE
)
_TABLE = re.compile(r"Table\s+(\d+(?:[-.]\d+)?)", re.IGNORECASE)
_PAGE = re.compile(r"\d+(?:\s*-\s*\d+)?")
_URL = re.compile(r"(?:https?://|www\.)\S+(?:\s(?=[\w/%?=&#.-]*[/.=?&#-])\S+)*", re.IGNORECASE)
_HELD_TOGETHER = re.compile(r"Forearm,\s*Wrist,?(?=\s*(?:and|&)\s*Hand)", re.IGNORECASE)
_ACOEM = re.compile(r"ACOEM|Occupational\s+and\s+Environmental\s+Medicine")
_ADOPTED_YEARS = {2004, 2007}
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")
_COMMA = "\0"
# What is looked for only where one of its seeds occurs.
_SEARCHED = (
    ("url", _URL, ("http", "www.", "HTTP", "WWW.", "Http", "Www.")),
    (
        "edition",
        _EDITION,
        ("dition", "DITION", "ed.", "Ed.", "ed,", "Version", "VERSION", "pdated"),
    ),
)
_AFTER = {"url": ").,;", "edition": ",;"}
_EMPTY = re.compile(r"\(\s*\)")
# Headings of the guidelines that hold a comma of their own go on after one of these.
_GOES_ON = {"NSAIDs", "Opioids"}


@dataclass(frozen=True)
class Components:
    """The parts of a citation, as printed, white space collapsed."""

    title: str | None = None
    edition: str | None = None
    year: int | None = None
    chapter: str | None = None
    sections: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    url: str | None = None


def is_adopted(parts: Components) -> bool:
    """Say whether *parts* name a chapter of the ACOEM Practice Guidelines that the MTUS adopts.

    These are the chapters of the second edition (2004; the elbow's of 2007).
    """
    if not parts.title or not _ACOEM.search(parts.title):
        return False
    if parts.edition:
        return parts.edition.startswith("2") or parts.edition.lower().startswith("second")
    return parts.year in _ADOPTED_YEARS or (parts.year is None and parts.chapter is not None)


def dated_documents(norm: str, body: Span) -> list[int]:
    """Return where the MTUS documents named in a clause begin, the first of them first.

    After a list of sections a new document begins only where a known name and a year follow.
    """
    dated = [match.start() for match in _DATED.finditer(norm, *body)]
    if dated:
        return dated
    return [
        match.start()
        for match in _UNDATED.finditer(norm, *body)
        if not _CHAPTER_BEFORE.search(norm, body.start, match.start())
    ]


@lru_cache(maxsize=4096)
def components_of(words: str) -> Components:
    """Take a citation apart; every part is printed in it.

    The same few thousand citations stand in most letters, so what they come to is remembered.

    >>> components_of("ACOEM Chapter 12 Low Back Complaints Page(s): 30").sections
    ('Low Back Complaints',)
    """
    rest = words
    found: dict[str, str] = {}
    for name, pattern, seeds in _SEARCHED:
        if any(seed in rest for seed in seeds) and (match := pattern.search(rest)):
            found[name] = collapse(match.group()).rstrip(_AFTER[name])
            rest = _cut(rest, match)
    tables: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    if match := _PAGES.search(rest):
        tables, pages = _page_list(match["list"])
        rest = _cut(rest, match)
    year = _year(rest)
    sections: tuple[str, ...] = ()
    if match := _SECTIONS.search(rest):
        sections = split_sections(rest[match.end() :])
        rest = rest[: match.start()]
    title, chapter, left = _title(rest)
    return Components(
        title=title,
        edition=found.get("edition"),
        year=year,
        chapter=chapter,
        sections=sections or split_sections(left),
        pages=pages,
        tables=tables,
        url=_joined(found.get("url")),
    )


def _cut(words: str, match: re.Match[str]) -> str:
    return words[: match.start()] + " " + words[match.end() :]


def _joined(url: str | None) -> str | None:
    return "".join(url.split()) if url else None


def _year(words: str) -> int | None:
    match = _YEAR.search(words)
    return int(match["year"]) if match else None


def _page_list(words: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    words = words.translate(_DASHES)
    tables = tuple(_TABLE.findall(words))
    left = _TABLE.sub(" ", words)
    return tables, tuple("".join(page.split()) for page in _PAGE.findall(left))


def _title(words: str) -> tuple[str | None, str | None, str]:
    """Return the document's title, its chapter number, and the words after both."""
    chapter = _CHAPTER.search(words)
    number = chapter["number"] if chapter else None
    known = _TITLE.match(words.lstrip())
    if known:
        left = words.lstrip()[known.end() :]
        title = known.group()
    else:
        title, _, left = words.partition(",")
    if chapter:
        left = _CHAPTER.sub(" ", left)
        title = _CHAPTER.sub(" ", title)
    left = _YEAR.sub(" ", left)
    title = _YEAR.sub(" ", title) if known is None else title
    return collapse(title).strip(" ,.:;-") or None, number, left


def split_sections(words: str) -> tuple[str, ...]:
    """Split a list of section titles at commas; a title goes on after a comma of its own.

    >>> split_sections("TENS, chronic pain (transcutaneous), NSAIDs, GI symptoms, Special Studies")
    ('TENS, chronic pain (transcutaneous)', 'NSAIDs, GI symptoms', 'Special Studies')
    """
    sections: list[str] = []
    whole = collapse(_EMPTY.sub(" ", words) if "(" in words else words)
    if "," in whole:
        whole = _HELD_TOGETHER.sub(lambda name: name.group().replace(",", _COMMA), whole)
    for held in _outside_parentheses(whole):
        piece = held.replace(_COMMA, ",")
        title = (
            piece.strip(" ,.:;-()")
            if piece.count("(") != piece.count(")")
            else piece.strip(" ,.:;-")
        )
        if not title or title == "()":
            continue
        if sections and (title[0].islower() or sections[-1] in _GOES_ON):
            sections[-1] += f", {title}"
        else:
            sections.append(title)
    return tuple(sections)


def _outside_parentheses(words: str) -> list[str]:
    if "(" not in words:
        return words.split(",")
    pieces, depth, at = [], 0, 0
    for index, character in enumerate(words):
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character == "," and not depth:
            pieces.append(words[at:index])
            at = index + 1
    return [*pieces, words[at:]]
