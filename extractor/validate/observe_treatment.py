"""Does the deciding sentence decide what was asked for: the same drug, dose, side, level?"""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from extractor.findings import Code, Finding
from extractor.record import Drug, Item, Record
from extractor.text import Text
from extractor.treatments.drugs import DrugFound, drugs_in
from extractor.treatments.regions import body_regions_in
from extractor.treatments.request import Request
from extractor.treatments.vocabulary import PHARMACEUTICALS
from extractor.validate.spans import span_of

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LEVEL = re.compile(r"([CTLS])?(\d{1,2})")
_OPPOSITES = (({"left"}, {"right"}), ({"right"}, {"left"}))
# Most sentences name nothing, and need no reading.
_NAMES_NOTHING = re.compile(
    r"(?:(?:[Tt]herefore|[Tt]hus|[Hh]ence|[Aa]ccordingly|[Aa]s\s+such|[Bb]ased\s+on\s+the\s+"
    r"(?:above|foregoing))\W+)?(?:[Tt]he|[Tt]his)\s+(?:current\s+)?request\s+is\s+"
    r"(?:not\s+)?medically\s+necessary\W*"
)
# One class of letters first, so that the search skips to those.
_SIDE_OR_LEVEL = re.compile(
    r"[LlRrCcTtSs](?<!\w.)(?i:(?<=l)e?ft\b|(?<=r)i?gh?t\b|(?<=[lr])[lu]?e\b|(?<=[ctls])-?\d)"
)
# A drug is decided where the sentence speaks of the request for it, or calls it necessary.
_REQUEST_BEFORE = re.compile(
    r"\brequest(?:s|ed)?\b(?:(?!\b(?:is|are|was|were|as|because|since|given|due|taken|used|along)\b)[^.;]){0,80}\Z",
    re.IGNORECASE,
)
_NECESSARY_AFTER = re.compile(
    r"(?:(?!\b(?:request|has|have|had|this|that|these|it|the|for|with|to|as|because)\b)[^.;,]){0,60}"
    r"\b(?:is|are|was|were)\b(?:(?!\b(?:request|as|and)\b)[^.;,]){0,40}\bnecess",
    re.IGNORECASE,
)
_FAR_ENOUGH = 100
_OF_OTHERS = re.compile(
    r"\b(?:as|because|since|given|while|although|whereas|if|with|without|use\s+of|trial\s+of"
    r"|failure\s+of|failed|taking|on|using|than|and|or)\s+(?:\w+\s+){0,2}\Z",
    re.IGNORECASE,
)


class _Placed(Protocol):
    """Something named, and its half-open span of the words."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


class _Region(Protocol):
    """A region as the record or the grammar has it."""

    @property
    def region(self) -> str: ...
    @property
    def side(self) -> str | None: ...
    @property
    def levels(self) -> tuple[str, ...]: ...


def conclusion_names_other_treatment(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per item whose deciding sentence names another treatment than the request.

    Another drug, strength, quantity, side or spinal level: of what both name, nothing is shared.
    """
    for n, item in enumerate(record.items):
        if item.conclusion is None or item.conclusion.quote is None:
            continue
        if other := _other(item, text):
            said, asked = (text.place(span_of(text, v)) for v in (item.conclusion, item.request))
            message = f"The deciding sentence names another {other} than the request."
            path = f"/items/{n}/conclusion"
            yield Finding.of(
                Code.CONCLUSION_NAMES_OTHER_TREATMENT, message, path, said, (said, asked)
            )


def _other(item: Item, text: Text) -> str | None:
    """Say what the conclusion names otherwise."""
    is_placed = any(region.side or region.levels for region in item.body_regions)
    is_drug = item.drug and item.category and item.category.name == PHARMACEUTICALS
    if item.conclusion is None or not (is_drug or is_placed):
        return None
    said = text.words(span_of(text, item.conclusion))
    if _NAMES_NOTHING.fullmatch(said):
        return None
    if is_drug and (other := _dose(said, item, text)):
        return other
    if not is_placed or not _SIDE_OR_LEVEL.search(said):
        return None
    asked: Iterable[_Region] = item.body_regions
    if item.partial_approval:
        asked = body_regions_in(Request(_words_asked(item, text)))
    named = body_regions_in(Request(said))
    return _side_or_level([each for each in named if _is_decided(said, each)], asked)


def _words_asked(item: Item, text: Text) -> str:
    return text.words(span_of(text, item.request))


def _dose(said: str, item: Item, text: Text) -> str | None:
    """Say what of the drug is decided otherwise; one dose or name that agrees is enough."""
    decided = [drug for drug in drugs_in(Request(said)) if _is_decided(said, drug.name, _OF_OTHERS)]
    if not decided or item.drug is None:
        return None
    if any(_is_the_same(drug, item.drug) for drug in decided):
        return None
    words = _words_asked(item, text)
    asked = drugs_in(Request(words))
    wanted = {part for drug in asked for part in _ingredients(drug)}
    same = [drug for drug in decided if wanted & _ingredients(drug)]
    if not same:
        return "drug" if wanted else None
    for name, other in (("strength", "quantity"), ("quantity", "strength")):
        ours, theirs = _amounts(asked, name), _amounts(same, name)
        rest = _numbers(words).difference(*_amounts(asked, other))
        ours += [rest] if ours and rest else []
        if ours and theirs and not any(a <= b or b <= a for a in ours for b in theirs):
            return name
    return None


def _amounts(drugs: Iterable[DrugFound], name: str) -> list[set[float]]:
    """Return the numbers of each drug's strength, or of its quantity, as *name* says."""
    return [_numbers(value.value) for drug in drugs if (value := getattr(drug, name))]


def _is_the_same(said: DrugFound, asked: Drug) -> bool:
    """Say whether a drug is what was asked for in all that is said of it."""
    return said.name.value == asked.name.value and all(
        value is None or (wanted is not None and value.value == wanted.value)
        for value, wanted in ((said.strength, asked.strength), (said.quantity, asked.quantity))
    )


def _ingredients(drug: DrugFound) -> set[str]:
    return set(drug.name.value.split("/"))


def _is_decided(words: str, named: _Placed, of_others: re.Pattern[str] | None = None) -> bool:
    floor = max(0, named.start - _FAR_ENOUGH)
    if _REQUEST_BEFORE.search(words, floor, named.start):
        return True
    if _NECESSARY_AFTER.match(words, named.end) is None:
        return False
    return of_others is None or of_others.search(words, floor, named.start) is None


def _numbers(words: str) -> set[float]:
    return set(map(float, _NUMBER.findall(words)))


def _side_or_level(said: Iterable[_Region], asked: Iterable[_Region]) -> str | None:
    for region in {each.region for each in asked}:
        ours = [each for each in asked if each.region == region]
        theirs = [each for each in said if each.region == region]
        sides, other = ({each.side for each in group} for group in (ours, theirs))
        if (sides, other) in _OPPOSITES:
            return "side"
        levels, named = (
            {vertebra for each in group for level in each.levels for vertebra in _vertebrae(level)}
            for group in (ours, theirs)
        )
        if levels and named and levels.isdisjoint(named):
            return "level"
    return None


def _vertebrae(level: str) -> Iterator[str]:
    """Yield the vertebrae that a level names: "L4-5" is L4 and L5, "L5-S1" L5 and S1."""
    letter = ""
    for match in _LEVEL.finditer(level):
        letter = match[1] or letter
        yield f"{letter}{match[2]}"
