"""What a request asks for, as the record holds it."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

from extractor.record import BodyRegion, Category, Day, Drug, Number, V, Words
from extractor.text import Span, Text
from extractor.treatments.categories import category_in
from extractor.treatments.dates import retrospective_in, service_dates_in
from extractor.treatments.drugs import DrugFound, drugs_in
from extractor.treatments.found import Found
from extractor.treatments.regions import body_regions_in
from extractor.treatments.request import Request
from extractor.treatments.visits import visits_in

M = TypeVar("M", bound=V[Any])
_UNEVEN = re.compile(r"[^\S ]|\s\s")


class Treatment(NamedTuple):
    """The fields of an item that say what was asked for."""

    category: Category | None = None
    drug: Drug | None = None
    visits: Number | None = None
    body_regions: tuple[BodyRegion, ...] = ()
    retrospective: V[bool] | None = None
    dates_of_service: tuple[Day, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A span of the text, its words taken apart, and what they name."""

    text: Text
    span: Span

    @cached_property
    def origin(self) -> list[int] | None:
        """Where each character of the words stands in the span; None where all stand in place.

        Readers ending lines in a space, and page breaks, leave white space of any width.
        """
        printed = self.text.norm[self.span.start : self.span.end]
        return _kept(printed) if _UNEVEN.search(printed) else None

    @cached_property
    def request(self) -> Request:
        """The words with every run of white space as one space."""
        printed = self.text.norm[self.span.start : self.span.end]
        if self.origin is None:
            return Request(printed)
        kept = [printed[at] for at in self.origin]
        return Request("".join(" " if mark.isspace() else mark for mark in kept))

    @cached_property
    def drugs(self) -> tuple[DrugFound, ...]:
        return drugs_in(self.request)

    @cached_property
    def visits(self) -> Found[int] | None:
        return visits_in(self.request)

    def value(self, kind: type[M], value: object, start: int, end: int) -> M:
        """Return *value*, or the words themselves, with the characters *start:end* of this part."""
        if self.origin is not None:
            start, end = self.origin[start], self.origin[end - 1] + 1
        span = Span(self.span.start + start, self.span.start + end)
        said = self.text.words(span) if value is None else value
        return kind(value=said, **self.text.place(span).model_dump())

    def found(self, kind: type[M], found: Found[Any] | None) -> M | None:
        return self.value(kind, *found) if found else None


def _kept(printed: str) -> list[int]:
    """Return where the characters stand that are not white space after white space."""
    blank = [mark.isspace() for mark in printed]
    return [at for at, is_blank in enumerate(blank) if not (is_blank and at and blank[at - 1])]


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
        category=_category(decided) or _category(whole),
        drug=_drug(decided) or _drug(whole),
        visits=decided.found(Number, decided.visits),
        body_regions=_regions(decided) or _regions(whole),
        retrospective=whole.found(V[bool], retrospective_in(whole.request)),
        dates_of_service=tuple(whole.value(Day, *date) for date in dates),
    )


def _category(part: _Part) -> Category | None:
    found = category_in(part.request, part.drugs, part.visits)
    if found is None:
        return None
    return Category(
        name=found.name,
        subcategory=found.subcategory,
        evidence=part.value(Words, None, found.start, found.end),
        source="lexicon",
    )


def _drug(part: _Part) -> Drug | None:
    if not part.drugs:
        return None
    first = part.drugs[0]
    return Drug.model_validate(
        {
            "name": part.value(Words, *first.name),
            "class": first.drug_class,
            "strength": part.found(Words, first.strength),
            "quantity": part.found(Words, first.quantity),
        }
    )


def _regions(part: _Part) -> tuple[BodyRegion, ...]:
    return tuple(
        BodyRegion(
            region=found.region,
            side=found.side,
            levels=found.levels,
            evidence=part.value(Words, None, found.start, found.end),
        )
        for found in body_regions_in(part.request)
    )
