"""Which guideline a citation names: from the names, numbers and years it prints to a stable id."""

import re
from typing import NamedTuple

from extractor.guidelines.catalogue import UNKNOWN, Words, catalogue
from extractor.phrases import tokens_of
from extractor.record import Authority

_SECOND, _THIRD, _ANY = "mtus/acoem", "acoem/3", "acoem"
ACOEM = (_SECOND, _THIRD, _ANY)
# Chapters of the second edition are of 2004, the elbow's of 2007; the third edition came after.
_LAST_OF_SECOND = 2007
_EDITIONS = {
    ("2nd", "second"): _SECOND,
    ("3rd", "third"): _THIRD,
    ("4th", "fourth"): "acoem/4",
}


# Chapters of the second edition and the topics of the third that replaced them.
_TOPICS = {
    "3": "initial-approaches",
    "8": "cervical-thoracic-spine",
    "9": "shoulder",
    "10": "elbow",
    "11": "hand-wrist-forearm",
    "12": "low-back",
    "13": "knee",
    "14": "ankle-foot",
    "15": "mental-health",
    "16": "eye",
}
_SAME_TOPIC = {
    **{f"{_SECOND}/{chapter}": f"{_THIRD}/{topic}" for chapter, topic in _TOPICS.items()},
    **{f"{_THIRD}/{topic}": f"{_SECOND}/{chapter}" for chapter, topic in _TOPICS.items()},
}
# The sections of the regulation that are the MTUS, or adopt its documents.
_REGULATION = re.compile(r"\b9792\.2\d*(?:\.\d+)*")


class Named(NamedTuple):
    """The ids that bear the names a citation prints: its document's, and its part's."""

    documents: Words = ()
    parts: Words = ()


class Printed(NamedTuple):
    """What else a citation prints that tells editions and chapters apart."""

    year: int | None = None
    edition: str | None = None
    chapter: str | None = None
    labelled: Authority | None = None


def identify(named: Named, printed: Printed) -> str:
    """Return the id of the guideline, the most precise one that the citation proves.

    >>> identify(Named(("mtus/acoem", "acoem")), Printed(chapter="12"))
    'mtus/acoem/12'
    """
    if not named.documents:
        return UNKNOWN
    document = of_year(named.documents, printed.year)
    if document == _ANY or (document == _THIRD and len(named.documents) > 1):
        document = _edition(named, printed)
    if printed.chapter and (numbered := catalogue().chapter(document, printed.chapter)):
        return numbered
    if named.parts:
        document = of_year(_inside(document, named.parts), printed.year)
    return _version(_adopted(document) if printed.labelled == "mtus" else document, printed.year)


def _adopted(guideline: str) -> str:
    """Return the document of the MTUS that is a topic of ACOEM's third edition."""
    topic = guideline.removeprefix(f"{_THIRD}/")
    adopted = f"mtus/{topic}"
    return adopted if topic != guideline and adopted in catalogue().entries else guideline


def _version(guideline: str, year: int | None) -> str:
    version = f"{guideline}/{year}"
    return version if version in catalogue().entries else guideline


def authority_of(guideline: str, labelled: Authority | None) -> Authority | None:
    """Return whether the MTUS holds a guideline; what nobody knows is what the letter calls it."""
    entry = catalogue().entries.get(guideline)
    return labelled if entry is None or entry.open else entry.authority


def of_regulation(words: str, year: int | None) -> Words:
    """Return the ids of what the first section of the MTUS regulation in *words* adopted.

    A section that adopted one chapter after another names the MTUS only, unless *year* tells.

    >>> "mtus/chronic-pain" in of_regulation("8 CCR § 9792.24.2", None)
    True
    """
    number = _REGULATION.search(words)
    if number is None:
        return ()
    ids = catalogue().regulations.get(number[0], ("mtus",))
    found = of_year(ids, year)
    is_one = len({each.rpartition("/")[0] if each[-1].isdigit() else each for each in ids}) == 1
    return ids if is_one or catalogue().entries[found].year == year is not None else ("mtus",)


def _inside(document: str, parts: Words) -> Words:
    entries = catalogue().entries
    same = (_SAME_TOPIC.get(part, part) for part in parts)
    return (
        tuple(part for part in parts if entries[part].part_of == document)
        or tuple(part for part in same if entries[part].part_of == document)
        or (document,)
    )


def of_year(ids: Words, year: int | None) -> str:
    """Return which of several editions bears *year*; one without a year stands for all."""
    entries = catalogue().entries
    for wanted in (year, None):
        for each in ids:
            if entries[each].year == wanted:
                return each
    return ids[0]


def _edition(named: Named, printed: Printed) -> str:
    """Return which ACOEM guidelines are meant: those of the MTUS, the third edition, or any."""
    entries = catalogue().entries
    edition = (printed.edition or "").lower()
    for begins, meant in _EDITIONS.items():
        if edition.startswith(begins):
            return meant
    if printed.year is not None:
        return _SECOND if printed.year <= _LAST_OF_SECOND else _THIRD
    within = {entries[part].part_of for part in named.parts}
    if {_SECOND, _THIRD} <= within and printed.labelled != "mtus" and not printed.chapter:
        return _ANY
    if printed.chapter or _SECOND in within:
        return _SECOND
    if printed.labelled == "mtus" and not within:
        return _SECOND
    return _THIRD if _THIRD in within else _ANY


def elsewhere(words: str) -> Words:
    """Return the ids of the one document that *words* name, wherever; none if they name several."""
    hits = catalogue().documents.find(tokens_of(words))
    found = {hit.value for hit in hits}
    return found.pop() if len(found) == 1 else ()
