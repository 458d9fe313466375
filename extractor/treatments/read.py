"""What a request asks for, as the record holds it."""

import re
from functools import lru_cache
from typing import Any, NamedTuple

from extractor.record import BodyRegion, Category, Day, Drug, Number, V, Words
from extractor.text import M, Span, Text
from extractor.treatments.categories import CategoryFound, category_in
from extractor.treatments.dates import retrospective_in, service_dates_in
from extractor.treatments.drugs import DrugFound, drugs_in
from extractor.treatments.found import Found
from extractor.treatments.regions import RegionFound, body_regions_in
from extractor.treatments.request import Request
from extractor.treatments.visits import visits_in

_UNEVEN = re.compile(r"[^\S ]|\s\s")


class Treatment(NamedTuple):
    """The fields of an item that say what was asked for."""

    category: Category | None = None
    drug: Drug | None = None
    visits: Number | None = None
    body_regions: tuple[BodyRegion, ...] = ()
    retrospective: V[bool] | None = None
    dates_of_service: tuple[Day, ...] = ()


class _Part:
    """A span of the text, and what its words name."""

    def __init__(self, text: Text, span: Span) -> None:
        self._text, self._start = text, span.start
        printed = text.norm[span.start : span.end]
        # Readers ending lines in a space, and page breaks, leave white space of any width.
        self._origin = _kept(printed) if _UNEVEN.search(printed) else None
        self.request = Request(_evened(printed, self._origin))
        drugs, visits = drugs_in(self.request), visits_in(self.request)
        self.visits = self.found(Number, visits)
        self.category = self._category(category_in(self.request, drugs, visits))
        self.drug = self._drug(drugs[0]) if drugs else None
        self.regions = tuple(map(self._region, body_regions_in(self.request)))

    def value(self, kind: type[M], value: object, start: int, end: int) -> M:
        """Return *value*, or the words themselves, with the characters *start:end* of this part."""
        if self._origin is not None:
            start, end = self._origin[start], self._origin[end - 1] + 1
        return self._text.value(kind, Span(self._start + start, self._start + end), value)

    def found(self, kind: type[M], found: Found[Any] | None) -> M | None:
        """Return what was found, if anything, as a value of *kind*."""
        return self.value(kind, *found) if found else None

    def _category(self, found: CategoryFound | None) -> Category | None:
        if found is None:
            return None
        return Category(
            name=found.name,
            subcategory=found.subcategory,
            evidence=self.value(Words, None, found.start, found.end),
            source="lexicon",
        )

    def _drug(self, found: DrugFound) -> Drug:
        return Drug.model_validate(
            {
                "name": self.value(Words, *found.name),
                "class": found.drug_class,
                "strength": self.found(Words, found.strength),
                "quantity": self.found(Words, found.quantity),
            }
        )

    def _region(self, found: RegionFound) -> BodyRegion:
        return BodyRegion(
            region=found.region,
            side=found.side,
            levels=found.levels,
            evidence=self.value(Words, None, found.start, found.end),
        )


def _kept(printed: str) -> list[int]:
    """Return where the characters stand that are not white space after white space."""
    blank = [mark.isspace() for mark in printed]
    return [at for at, is_blank in enumerate(blank) if not (is_blank and at and blank[at - 1])]


def _evened(printed: str, kept: list[int] | None) -> str:
    """Return the words with every run of white space as one space."""
    if kept is None:
        return printed
    return "".join(" " if printed[at].isspace() else printed[at] for at in kept)


@lru_cache(maxsize=128)
def read_treatment(text: Text, request: Span, treatment: Span) -> Treatment:
    """Read what is asked for; the last ones are remembered.

    Args:
        text: The letter.
        request: The whole request.
        treatment: What of it is decided; where that names no treatment (the remaining portion is
            "6 sessions"), the whole request is asked.
    """
    decided = _Part(text, treatment)
    whole = decided if treatment == request else _Part(text, request)
    dates = service_dates_in(whole.request)
    return Treatment(
        category=decided.category or whole.category,
        drug=decided.drug or whole.drug,
        visits=decided.visits,
        body_regions=decided.regions or whole.regions,
        retrospective=whole.found(V[bool], retrospective_in(whole.request)),
        dates_of_service=tuple(whole.value(Day, *date) for date in dates),
    )
