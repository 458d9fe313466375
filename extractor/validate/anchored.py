"""What the anchors of a letter frame: its sections, and items with a place for every part."""

from dataclasses import dataclass, field

from extractor.record import DecisionWord
from extractor.text import Span, Text
from extractor.validate.families import Family

NOWHERE = Span(0, 0)


@dataclass
class Anchored:
    """One item as its anchors frame it; spans of the normalized text, trimmed.

    ``request_start`` is None where no paragraph break proves it: then ``floor`` is the earliest
    place it may begin. ``problems`` are what the anchors themselves lack, ``required`` the parts
    that the family's items have, and ``runs_on`` says that the next request follows the last part
    directly.
    """

    floor: int
    request_start: int | None
    request_end: int
    decision: Span
    verdict: DecisionWord | None
    parts: dict[str, Span] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    required: frozenset[str] = frozenset()
    runs_on: bool = False

    @property
    def rationale_start(self) -> int | None:
        """Where the rationale must begin; None without its label."""
        return self.parts["rationale"].start if "rationale" in self.parts else None


@dataclass
class Anchors:
    """A letter's anchors; without a family it is none that the validator knows."""

    family: Family | None
    header: Span = NOWHERE
    credentials: Span | None = None
    summary: Span | None = None
    issues: Span | None = None
    items: list[Anchored] = field(default_factory=list)
    parts: dict[str, Span] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def labels_in(family: Family, text: Text, region: Span) -> list[tuple[str, Span]]:
    """Return every label in *region*, with its part's name, in order."""
    found = [
        (part, Span(*match.span()))
        for part, pattern in family.labels.items()
        for match in pattern.finditer(text.norm, *region)
    ]
    return sorted(found, key=lambda label: label[1])


def opening(family: Family, part: str, label: Span) -> int:
    """Return where the text of *part* begins: at its label where that is a part of the text."""
    return label.start if part in family.label_is_text else label.end
