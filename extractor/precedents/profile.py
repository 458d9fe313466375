"""What an item is compared by: its treatment, its body regions, its guidelines, its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from extractor.precedents.database import listed, number, said, words
from extractor.record import Item, Record
from extractor.treatments.vocabulary import REGIONS
from extractor.write.rows import ITEM_COLUMNS

_SIDES = ("left", "right", "bilateral")
_GUIDELINES = (
    "claims_administrator_guidelines",
    "reviewer_guidelines",
    "rationale_guidelines",
)
_REGIONS_LONGEST_FIRST = sorted(REGIONS, key=len, reverse=True)


class Region(NamedTuple):
    """A body region with its side and spinal levels."""

    region: str
    side: str | None
    levels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Profile:
    """What an item is compared by; None and empty where the letter does not say."""

    number: int
    request: str
    category: str | None
    subcategory: str | None
    drug: str | None
    drug_class: str | None
    regions: tuple[Region, ...]
    guidelines: frozenset[str]
    rationale: str = ""

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> "Profile":
        """Return the profile of a row of ``items``."""
        return cls(
            number=number(row["item_number"]) or 0,
            request=words(row["request"]),
            category=said(row["request_category"]),
            subcategory=said(row["request_subcategory"]),
            drug=said(row["drug_name"]),
            drug_class=said(row["drug_class"]),
            regions=tuple(map(region_in, listed(row["body_regions"]))),
            guidelines=_known(tuple(row[name] for name in _GUIDELINES)),
            rationale=words(row["rationale"]),
        )

    @classmethod
    def of(cls, record: Record, item: Item) -> "Profile":
        """Return the profile of an item of *record*."""
        return cls.of_row({column.name: column.get(record, item) for column in ITEM_COLUMNS})


@lru_cache(maxsize=1 << 14)
def _known(cells: tuple[object, ...]) -> frozenset[str]:
    """Return the ids in the cells of several columns, without those that are unknown."""
    return frozenset(each for cell in cells for each in listed(cell)) - {"unknown"}


@lru_cache(maxsize=1 << 12)
def region_in(printed: str) -> Region:
    """Return the region that a cell of ``body_regions`` names.

    >>> region_in("lumbar spine L4-L5")
    Region(region='lumbar spine', side=None, levels=frozenset({'L4-L5'}))
    """
    side = next((each for each in _SIDES if printed.startswith(f"{each} ")), None)
    rest = printed.removeprefix(f"{side} ") if side else printed
    named = (each for each in _REGIONS_LONGEST_FIRST if f"{rest} ".startswith(f"{each} "))
    region = next(named, rest)
    return Region(region, side, frozenset(rest.removeprefix(region).split()))
