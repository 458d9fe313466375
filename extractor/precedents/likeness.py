"""How alike two items are: points for each thing they share, of the points that can be had."""

from dataclasses import dataclass

from extractor.precedents.profile import Profile, Region

CATEGORY = 2.0
SUBCATEGORY = 2.0
DRUG = 3.0
DRUG_CLASS = 1.0
REGION = 2.0
SIDE_OR_LEVEL = 1.0
GUIDELINES = 2.0
TEXT = 3.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """What another item shares with one.

    Attributes:
        score: The points had of those that can be had, from 0 to 1.
        category: Whether the category is the same.
        subcategory: Whether the subcategory is the same too.
        drug: Whether the drug is the same.
        drug_class: Whether the drug's class is the same.
        regions: The body regions that both name.
        side: Whether a region is of the same side in both, or of a same spinal level.
        guidelines: The guidelines that both cite.
        text: How much of the item's distinctive words the other has, from 0 to 1.
    """

    score: float
    category: bool = False
    subcategory: bool = False
    drug: bool = False
    drug_class: bool = False
    regions: tuple[str, ...] = ()
    side: bool = False
    guidelines: tuple[str, ...] = ()
    text: float = 0.0

    def __str__(self) -> str:
        """Return what is shared, in words: "same category, same drug, 2 guidelines, text 0.41"."""
        parts = [
            (self.category and not self.subcategory, "same category"),
            (self.subcategory, "same subcategory"),
            (self.drug, "same drug"),
            (self.drug_class and not self.drug, "same drug class"),
            (self.regions, ", ".join(self.regions)),
            (self.side, "same side or level"),
            (self.guidelines, _counted(len(self.guidelines))),
        ]
        return ", ".join([*(words for is_so, words in parts if is_so), f"text {self.text:.2f}"])


def _counted(guidelines: int) -> str:
    return "1 guideline" if guidelines == 1 else f"{guidelines} guidelines"


def likeness(one: Profile, other: Profile, text: float) -> Likeness:
    """Return what *other* shares with *one*, whose words it has to the degree *text*.

    Same category: 2 points, same subcategory 2 more; same drug 3, else same class of drugs 1;
    body regions 2 times those shared of all that either names, 1 more for a same side or spinal
    level; guidelines 2 times the part of *one*'s that *other* cites; words 3 times *text*. What
    *one* has none of can earn no points and is not counted among those that can be had.
    """
    category = one.category is not None and one.category == other.category
    subcategory = category and one.subcategory == other.subcategory
    drug = one.drug is not None and one.drug == other.drug
    of_class = one.drug_class is not None and one.drug_class == other.drug_class
    regions, share, side = _regions(one.regions, other.regions)
    guidelines = tuple(sorted(one.guidelines & other.guidelines))
    points = CATEGORY * category + SUBCATEGORY * subcategory
    points += DRUG if drug else DRUG_CLASS * of_class
    points += REGION * share + SIDE_OR_LEVEL * side + TEXT * text
    points += GUIDELINES * len(guidelines) / max(1, len(one.guidelines))
    score = points / attainable(one)
    return Likeness(score, category, subcategory, drug, of_class, regions, side, guidelines, text)


def attainable(one: Profile) -> float:
    """Return the points that can be had by an item in every way like *one*."""
    sided = any(each.side or each.levels for each in one.regions)
    return (
        TEXT
        + (CATEGORY + SUBCATEGORY if one.category else 0)
        + (DRUG if one.drug else DRUG_CLASS if one.drug_class else 0)
        + (REGION if one.regions else 0)
        + (SIDE_OR_LEVEL if sided else 0)
        + (GUIDELINES if one.guidelines else 0)
    )


def _regions(
    one: tuple[Region, ...], other: tuple[Region, ...]
) -> tuple[tuple[str, ...], float, bool]:
    """Return the regions in both, their share of all, and whether one agrees in side or level."""
    ours, theirs = {each.region for each in one}, {each.region for each in other}
    both = tuple(sorted(ours & theirs))
    if not both:
        return (), 0.0, False
    near = any(_is_beside(a, b) for a in one for b in other if a.region == b.region)
    return both, len(both) / len(ours | theirs), near


def _is_beside(one: Region, other: Region) -> bool:
    return (one.side is not None and one.side == other.side) or bool(one.levels & other.levels)
