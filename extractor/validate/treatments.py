"""Is what a record says of the treatment what the request says?

The request is read a second time, by the grammar that the rules proposer reads it by; so each value
is held to its own words too, and to the plain words of the request (`treatment_words`).
"""

import re
from collections.abc import Iterator
from typing import Any

from extractor.findings import Code, Finding
from extractor.numbers import number_of
from extractor.record import BodyRegion, Category, Drug, Item, Record, V
from extractor.text import Text, collapse
from extractor.treatments.read import read_treatment
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS
from extractor.validate.spans import passage, span_of
from extractor.validate.treatment_words import check_words
from extractor.values import parse_date

_READ = ("category", "drug", "visits", "body_regions", "retrospective", "dates_of_service")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_WORD = re.compile(r"\d+|[^\W\d_]+(?:-[^\W\d_]+)?")
_VERTEBRA = re.compile(r"\d+|[CTLS](?=-?\d)")
_ONCE = {"once": 1, "twice": 2, "thrice": 3, "other": 2}
_SIDES = {
    "left": re.compile(r"\b(?:left|lt?|ll?e|lue)\b", re.IGNORECASE),
    "right": re.compile(r"\b(?:right|rt?|rl?e|rue)\b", re.IGNORECASE),
    "bilateral": re.compile(
        r"\b(?:bi-?lat\w*|both|b\s?/?\s?l|b[lu]e|(?:left|lt?)\b.{0,60}\b(?:right|rt?)"
        r"|(?:right|rt?)\b.{0,60}\b(?:left|lt?))\b",
        re.IGNORECASE,
    ),
}


def check_treatments(record: Record, text: Text) -> Iterator[Finding]:
    """Check category, drug, visits, regions, dates of service and whether a request looks back."""
    for n, item in enumerate(record.items):
        request, treatment = span_of(text, item.request), span_of(text, item.treatment)
        again = read_treatment(text, request, treatment)
        for name in _READ:
            ours, theirs = getattr(item, name), getattr(again, name)
            if ours is not theirs and ours != theirs:
                message = "The request reads otherwise."
                where = text.place(treatment)
                yield Finding.of(Code.DISAGREEMENT, message, f"/items/{n}/{name}", where)
        for path, value in _values(item):
            if not request.holds(span_of(text, value)):
                message = "It stands outside the request."
                where = passage(text, value)
                yield Finding.of(Code.WRONG_PLACE, message, f"/items/{n}/{path}", where)
        for path, value, message in _unlike(item, text):
            where = passage(text, value)
            yield Finding.of(Code.VALUE_MISMATCH, message, f"/items/{n}/{path}", where)
        yield from check_words(item, n, text)


def _values(item: Item) -> Iterator[tuple[str, V[Any]]]:
    """Yield every value that is read from the request."""
    if item.category:
        yield "category/evidence", item.category.evidence
    if item.drug:
        for name in ("name", "strength", "quantity"):
            if value := getattr(item.drug, name):
                yield f"drug/{name}", value
    for name in ("visits", "retrospective"):
        if value := getattr(item, name):
            yield name, value
    for n, region in enumerate(item.body_regions):
        yield f"body_regions/{n}/evidence", region.evidence
    for n, day in enumerate(item.dates_of_service):
        yield f"dates_of_service/{n}", day


def _said(value: V[Any], text: Text) -> str:
    """Return the words of *value* in the normalized text: plain dashes, nothing unseen."""
    return collapse(text.norm[slice(*span_of(text, value))])


def _unlike(item: Item, text: Text) -> Iterator[tuple[str, V[Any], str]]:
    """Yield what says something else than its own words, or is of no closed list."""
    if item.category:
        yield from _unlike_category(item.category)
    if item.drug:
        yield from _unlike_drug(item.drug, text)
    if item.visits and not _says_number(_said(item.visits, text), item.visits.value):
        yield "visits", item.visits, "The words come to another number."
    when = item.retrospective
    if when and when.value != _looks_back(_said(when, text)):
        yield "retrospective", when, "The word says otherwise."
    for n, region in enumerate(item.body_regions):
        if message := _unlike_region(region, text):
            yield f"body_regions/{n}", region.evidence, message
    for n, day in enumerate(item.dates_of_service):
        if parse_date(_said(day, text)) != day.value:
            yield f"dates_of_service/{n}", day, "The date reads otherwise."


def _unlike_category(category: Category) -> Iterator[tuple[str, V[Any], str]]:
    listed = CATEGORIES.get(category.name)
    if listed is None or category.subcategory not in {None, *listed}:
        yield "category", category.evidence, "The list of the DWC has no such category."
    if category.source == "model":
        yield "category/source", category.evidence, "A model decided it, not the lexicon."


def _unlike_drug(drug: Drug, text: Text) -> Iterator[tuple[str, V[Any], str]]:
    if drug.drug_class not in {None, *DRUG_CLASSES}:
        yield "drug/class", drug.name, "The list of the DWC has no such class."
    for name, value in (("strength", drug.strength), ("quantity", drug.quantity)):
        if value and _numbers(value.value) != _numbers(_said(value, text)):
            yield f"drug/{name}", value, "The words give another number."


def _numbers(words: str) -> list[float]:
    """Return the numbers of *words*, once each: "thirty (30)" is 30."""
    said = [float(digits) for digits in _DIGITS.findall(words)]
    if not said:
        said = [float(n) for word in _WORD.findall(words) if (n := number_of(word))]
    return said


def _says_number(words: str, value: int) -> bool:
    """Say whether *value* is a number of *words*, or what two of them come to.

    "2x6" is 12, "every other week for 8 weeks" 4.
    """
    said = _WORD.findall(words.lower())
    numbers = [n for word in said if (n := _ONCE.get(word) or number_of(word))]
    pairs = [(a, b) for i, a in enumerate(numbers) for b in numbers[i + 1 :]]
    if value in numbers or any(a * b == value for a, b in pairs):
        return True
    return "every" in said and any(a * value == b for a, b in pairs)


def _looks_back(words: str) -> bool:
    return words.lower().startswith("retro")


def _unlike_region(region: BodyRegion, text: Text) -> str | None:
    if region.region not in REGIONS:
        return "The codebook has no such region."
    words = _said(region.evidence, text)
    if region.side and not _SIDES[region.side].search(words):
        return "Its words name no such side."
    printed = set(_VERTEBRA.findall(words.upper()))
    if not printed.issuperset(_VERTEBRA.findall("".join(region.levels))):
        return "Its words name no such level."
    return None
