"""What the DWC published, and the same counted of the letters at hand."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import NamedTuple

from extractor.tabulate.letters import Disputed, Letter
from extractor.tabulate.tables import SCOPES, Scope

_FILE = "published.toml"


@dataclass(frozen=True)
class Source:
    """Where a figure was read; ``quoted`` where this quotes the DWC's report."""

    title: str
    publisher: str
    year: int
    url: str
    quoted: bool = False


@dataclass(frozen=True)
class Figure:
    """One published figure.

    Attributes:
        year: The year that it describes.
        says: What it says.
        value: Per cent where there is a *part*, else letters.
        source: Where it was read.
        part: Which items the share counts, by decision, category or drug class.
        whole: Of which items; empty where of all.
    """

    year: int
    says: str
    value: float
    source: Source
    part: Mapping[str, str] = field(default_factory=dict)
    whole: Mapping[str, str] = field(default_factory=dict)


class Share(NamedTuple):
    """A count of the letters at hand: *part* of *whole* items, or *part* letters."""

    part: int
    whole: int


@dataclass(frozen=True)
class Beside:
    """A published figure, and the same of the letters decided in its year."""

    figure: Figure
    counted: Mapping[Scope, Share]


class Comparing:
    """The same figures while letters are counted."""

    def __init__(self, figures: Iterable[Figure] | None = None) -> None:
        """Begin with nothing, beside what is published."""
        self._figures = tuple(published() if figures is None else figures)
        self._counts = [{scope: [0, 0] for scope in SCOPES} for _ in self._figures]
        self._years = {str(figure.year) for figure in self._figures}

    def add(self, letter: Letter, scopes: Iterable[Scope]) -> None:
        """Count *letter* for the figures of its year."""
        year = (letter.decided_on or "")[:4]
        if year not in self._years:
            return
        for figure, counts in zip(self._figures, self._counts, strict=True):
            if str(figure.year) == year:
                part, whole = _share(figure, letter)
                for scope in scopes:
                    counts[scope][0] += part
                    counts[scope][1] += whole

    def beside(self) -> list[Beside]:
        """Return each figure and what was counted."""
        return [
            Beside(figure, {scope: Share(*counts[scope]) for scope in SCOPES})
            for figure, counts in zip(self._figures, self._counts, strict=True)
        ]


def _share(figure: Figure, letter: Letter) -> Share:
    if not figure.part:
        return Share(1, 1)
    whole = [item for item in letter.items if _is(item, figure.whole)]
    return Share(sum(_is(item, figure.part) for item in whole), len(whole))


def _is(item: Disputed, asked: Mapping[str, str]) -> bool:
    said = {
        "decision": item.decision,
        "category": item.category,
        "drug_class": item.drug_class,
    }
    return all(said[name] == value for name, value in asked.items())


def published() -> list[Figure]:
    """Return the published figures, in the order of their file."""
    data = tomllib.loads((resources.files(__package__) / _FILE).read_text("utf-8"))
    sources = {key: Source(**source) for key, source in data["sources"].items()}
    return [Figure(**{**figure, "source": sources[figure["source"]]}) for figure in data["figures"]]
