"""Where the documents of one clause begin and end; ranges count the clause's own words."""

import re
from bisect import bisect
from functools import cache, lru_cache

from extractor.guidelines.catalogue import Words, catalogue
from extractor.guidelines.identify import ACOEM
from extractor.phrases import Hit, Token, fold, tokens_of
from extractor.text import Span

# "2016", and as the regulation prints it "(ACOEM May 15, 2017)".
_YEAR = re.compile(r"\s+\(?(?:ACOEM\s+)?(?:[A-Z][a-z]{2,8}\s+\d{1,2},\s+)?(?:19|20)\d\d(?!\d)")
_CHAPTER = re.compile(r"\bChapter\s+\d+\s+(?=\W*[A-Z][a-z])")
_CHAPTER_BEFORE = re.compile(r"Chapter\s+\d+,?\s*\Z", re.IGNORECASE)
_PAGES_BEFORE = re.compile(r"\bpages?\(?s?\)?\W", re.IGNORECASE)
_JOINT = re.compile(r"[,;.]\s*(?:(?:and|&)\s+)?(?:the\s+)?\Z|(?:\band|&)\s+(?:the\s+)?\Z")
_STRONG_JOINT = re.compile(r";\s*(?:and\s+)?\Z|\band\s+\Z")
_AND = re.compile(r"[\s,;]+(?:and|&)(?:\s+the)?\s*\Z")
_OTHER = re.compile(
    r"[\s,;]*(?:\band\s+)?Other\s+Medical\s+Treatment\s+Guidelines?"
    r"(?:\s+or\s+Medical\s+Evidence)?\s*:?\s*"
)
# Documents that are cited over and over: their names begin a citation wherever they stand.
_STRONG = frozenset({"odg", *ACOEM})
# Kinds of work: their names are a part of one more often than they begin another.
_KINDS = frozenset({"journal", "textbook", "manufacturer"})
_ADDRESS = re.compile(r"https?://|(?<!/)\bwww\.", re.IGNORECASE)
# "Abel K, Baker L", "Abel K (Ed)", "Abel et al": who wrote the work named next.
_AUTHORS = re.compile(r"[A-Z][\w'-]+,?\s+(?:[A-Z]{1,3}\b[\s,.(]|et\s+al\b)")
_LEAD = re.compile(
    r"(?:(?:CA|California)[\s-]+)?(?:MTUS\W*(?:ACOEM\s+)?|ACOEM\s+)\Z", re.IGNORECASE
)
_WORD = re.compile(r"\w")
_WITHIN_ADDRESS = re.compile(r"(?:://|\bwww\.)\S*\Z", re.IGNORECASE)
_ODG = re.compile(r"\bODG\b|\bDisability\s+Guidelines?\b", re.IGNORECASE)
_LISTED = re.compile(r"[,;]\s*(?:and\s+)?([A-Za-z]+)")
_REST_OF_CHAPTER = re.compile(
    r"(?:\s*\([^()]{1,60}\))?(?:\s+(?:Chapter|Section|Disorders|Procedures?)\b)*"
    r"(?:\s*\([^()]{1,60}\))?[\s.]*",
    re.IGNORECASE,
)
# Parts of ODG that are no part of the body or condition: they go with any chapter.
_NO_CHAPTERS = frozenset(
    f"odg/{part}"
    for part in (
        "acupuncture", "chiropractic", "codes", "evaluation-management", "fitness-for-duty",
        "formulary", "physical-therapy", "preface", "procedure-index", "psychotherapy",
        "treatment-index",
    )
)  # fmt: skip
_NO_DOCUMENT = re.compile(r"[\s.,;:]*(?:MTUS[\s.,;:]*)?")
_LOOK_BACK = 24
_LONGEST_ADDRESS = 200
_EDGES = " \t\r\n\f.,;"


@lru_cache(maxsize=1024)
def mtus_documents(words: str) -> tuple[Span, ...]:
    """Return the documents of an MTUS clause, each from its name to its last section or page.

    After a list of sections a new document begins only where a known name and a year follow.

    >>> mtus_documents("Knee Complaints 2004, Section(s): Heat, and Low Back Complaints 2004")
    (Span(start=0, end=38), Span(start=44, end=68))
    """
    hits = _mtus_names(words)
    dated = [hit.start for hit in hits if _is_dated(words, hit)]
    starts = dated or _undated(words, hits)
    starts = sorted({*starts, *_further_chapters(words)})
    if starts and _LEAD.match(words[: starts[0]].lstrip(_EDGES)):
        starts = starts[1:]
    starts = [0, *(start for start in starts if start > 0)]
    ends = [*starts[1:], len(words)]
    return tuple(span for pair in zip(starts, ends, strict=True) if (span := _bare(words, *pair)))


def _mtus_names(words: str) -> list[Hit[Words]]:
    tokens = tokens_of(words)
    named = catalogue().documents.find(tokens)
    hits = [
        hit
        for hit in named
        if (hit.value[0].startswith("mtus") or hit.value[0] in ACOEM)
        and not words.startswith("(", hit.start - 1)
    ]
    if len(_YEAR.findall(words)) <= sum(_is_dated(words, hit) for hit in hits):
        return hits
    parts = catalogue().parts["mtus"].find(tokens)
    return hits + [part for part in parts if _YEAR.match(words, part.end)]


def _is_dated(words: str, hit: Hit[Words]) -> bool:
    """Say whether a year follows a name, or ends it."""
    return bool(_YEAR.match(words, hit.end) or _YEAR.match(words, hit.end - len(" 2016"), hit.end))


def _further_chapters(words: str) -> list[int]:
    """Return where a list goes on with another chapter: "ACOEM Chapter 9 …, Chapter 12 …"."""
    numbered = [match.start() for match in _CHAPTER.finditer(words)]
    return [at for at in numbered[1:] if _JOINT.search(words, max(0, at - _LOOK_BACK), at)]


def _undated(words: str, hits: list[Hit[Words]]) -> list[int]:
    """Return where names without a year begin a document: after a joint, as no chapter."""
    starts, before = [], None
    for hit in hits:
        lead = words[max(0, hit.start - _LOOK_BACK) : hit.start]
        is_chapter = _CHAPTER_BEFORE.search(lead) or (
            before
            and _is_part(hit, before)
            and not _PAGES_BEFORE.search(words, before.end, hit.start)
        )
        if not is_chapter and (hit.start == 0 or _JOINT.search(lead)):
            starts.append(hit.start)
            before = hit
    return starts


def _is_part(hit: Hit[Words], document: Hit[Words]) -> bool:
    entries = catalogue().entries
    whole = (*document.value, *ACOEM) if document.value[0] in ACOEM else document.value
    return any(entries[each].part_of in whole for each in hit.value)


@lru_cache(maxsize=1024)
def other_documents(words: str) -> tuple[Span, ...]:
    """Return the documents of a clause outside the MTUS; what stands in parentheses is not parted.

    >>> other_documents("ODG, Elbow (updated 1/2/17), Splints; ODG Knee")
    (Span(start=0, end=36), Span(start=38, end=46))
    """
    spans, at, counted, depth = [], 0, 0, 0
    for end, begin in _cuts(words):
        depth += words.count("(", counted, end) - words.count(")", counted, end)
        counted = end
        if end >= at and not depth and not _NO_DOCUMENT.fullmatch(words, at, end):
            spans.append(_bare(words, at, end))
            at = begin
        elif begin > end >= at and not depth:
            at = begin
    spans.append(_bare(words, at, len(words)))
    return tuple(span for span in spans if span)


def _cuts(words: str) -> list[tuple[int, int]]:
    """Return where a document may end and the next begin, in order.

    An address is of the document before it, unless that has one already.
    """
    others = [match.span() for match in _OTHER.finditer(words)]
    tokens = tokens_of(words)
    hits = catalogue().documents.find(tokens)
    others += [(at, at) for at in _further_chapters_of_odg(words, tokens, hits)]
    addresses = [match.start() for match in _ADDRESS.finditer(words)]
    named = _named(words, hits)
    starts = sorted({start for start, _ in named} | {0})
    before = dict(zip(addresses[1:], addresses, strict=False))
    further = [
        (at, at) for at, last in before.items() if starts[bisect(starts, at - 1) - 1] <= last
    ]
    return sorted({*others, *named, *further})


def _further_chapters_of_odg(words: str, tokens: list[Token], hits: list[Hit[Words]]) -> list[int]:
    """Return where a list goes on with another chapter of ODG: "ODG, Knee & Leg, Elbow"."""
    if _begins_of_chapters().isdisjoint(map(fold, _LISTED.findall(words))):
        return []
    named = {hit.start: hit for hit in hits}
    found: list[int] = []
    chapter: str | None = None
    is_odg = False
    for at in _starts_of_pieces(tokens):
        if hit := named.get(tokens[at].start):
            is_odg = hit.value[0] == "odg"
            chapter = _chapter(words, tokens, _after(tokens, at, hit.end)) if is_odg else None
        elif is_odg and (part := _chapter(words, tokens, at)):
            found += [tokens[at].start] if chapter and part != chapter else []
            chapter = part
    return found


@cache
def _begins_of_chapters() -> frozenset[str]:
    """Return the first words of the names of ODG's chapters; most lists hold none of them."""
    entries = catalogue().entries.values()
    names = [name for entry in entries if entry.part_of == "odg" for name in entry.all_names]
    return frozenset(tokens_of(name)[0].word for name in names)


def _starts_of_pieces(tokens: list[Token]) -> list[int]:
    """Return the first word after each comma and semicolon outside parentheses."""
    starts, depth, is_start = [], 0, True
    for at, (word, _, _) in enumerate(tokens):
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif word in {",", ";"}:
            is_start = is_start or depth <= 0
        elif is_start and word != "and":
            starts.append(at)
            is_start = False
    return starts


def _after(tokens: list[Token], at: int, end: int) -> int:
    while at < len(tokens) and (tokens[at].start < end or not tokens[at].word[0].isalnum()):
        at += 1
    return at


def _chapter(words: str, tokens: list[Token], at: int) -> str | None:
    """Return the chapter of ODG whose name is all that stands up to the next comma."""
    part = catalogue().parts["odg"].longest(tokens, at)
    if part is None or part[0][0] in _NO_CHAPTERS:
        return None
    rest = _REST_OF_CHAPTER.match(words, tokens[part[1] - 1].end)
    return part[0][0] if rest and words[rest.end() : rest.end() + 1] in {"", ",", ";"} else None


def names_odg(words: str) -> bool:
    """Say whether *words* name the ODG, wherever."""
    return _ODG.search(words) is not None


def is_chapter_of_odg(words: str) -> bool:
    """Say whether *words* begin with the whole name of a chapter of the ODG.

    >>> is_chapter_of_odg("Elbow, Splints"), is_chapter_of_odg("Elbow splints")
    (True, False)
    """
    return _chapter(words, tokens_of(words), 0) is not None


def _named(words: str, hits: list[Hit[Words]]) -> list[tuple[int, int]]:
    """Return where a document's name follows another's citation: the joint's range, twice empty."""
    found: list[tuple[int, int]] = []
    before: Hit[Words] | None = None
    for hit in hits:
        lead = words[max(0, hit.start - _LOOK_BACK) : hit.start]
        strong = hit.value[0] in _STRONG and not _ADDRESS.match(words, hit.start)
        same = before is not None and (before.value == hit.value or _is_part(hit, before))
        beside = same and before is not None and not _WORD.search(words, before.end, hit.start)
        if _in_address(words, hit.start):
            continue
        if before is None and _AUTHORS.match(words):
            pass
        elif hit.value[0] in _KINDS:
            if before and _STRONG_JOINT.search(lead):
                found.append((hit.start, hit.start))
        elif hit.start and not beside and (strong or (_JOINT.search(lead) and not same)):
            found.append((hit.start, hit.start))
        before = hit
    return found


def _in_address(words: str, at: int) -> bool:
    return bool(_WITHIN_ADDRESS.search(words, max(0, at - _LONGEST_ADDRESS), at))


def _bare(words: str, start: int, end: int) -> Span | None:
    """Return the range without the joint at its end, spaces and marks; None if that is all."""
    piece = words[start:end]
    if joint := _AND.search(piece, max(0, len(piece) - 12)):
        piece = piece[: joint.start()]
    bare = piece.lstrip(_EDGES + ":-)")
    start += len(piece) - len(bare)
    bare = bare.rstrip(_EDGES + ":")
    return Span(start, start + len(bare)) if bare else None
