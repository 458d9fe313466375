"""What a layout file must say; anything else in it is refused by name."""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from extractor.record import Case, DecisionWord

Phrase = Annotated[str, Field(min_length=1, pattern=r"\S")]
Part = Literal["claims_administrator", "reviewer", "rationale"]
_PARTS = ("claims_administrator", "reviewer", "rationale")
_SLOT = re.compile(r"\{(\w*)\}")
_SLOTS = {"number", "request", "decision"}


class Strict(BaseModel):
    """A table of a layout file: no other keys, no other types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Detect(Strict):
    """The phrases a letter is known by: all of the first list, one of the second if it has any."""

    all: Annotated[list[Phrase], Field(min_length=1)]
    any: list[Phrase] = []


class Section(Strict):
    """A section: its heading, and the sentence that leads into it; the first needs neither."""

    name: Phrase
    heading: str = ""
    lead: str = ""


class Keep(Strict):
    """Labels that are themselves a part of the text they introduce."""

    labels: list[Part] = []


class Items(Strict):
    """How the disputed items are printed."""

    style: Literal["heading", "sentence", "list", "single"]
    heading: str = ""
    passage: str = ""
    decisions: Annotated[dict[Phrase, DecisionWord], Field(min_length=1)]
    labels: dict[Part, Phrase] = {}
    keep: Keep = Keep()


class Require(Strict):
    """Fields whose absence is ``missing_field``."""

    case: list[str] = []
    record: list[Literal["clinical_summary"]] = []
    item: list[Part] = []


class LayoutFile(Strict):
    """A whole layout file."""

    name: Phrase
    description: str = ""
    detect: Detect
    sections: Annotated[list[Section], Field(min_length=1)]
    items: Items
    require: Require = Require()

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> "list[str]":
        """Return what is wrong with the parts taken together, the first thing first."""
        sections = {section.name: section for section in self.sections}
        items = self.items
        wanted = "request" if items.style == "single" else "issues"
        problems = []
        if len(sections) < len(self.sections):
            problems.append("two sections have one name")
        if wanted not in sections or not sections[wanted].heading:
            problems.append(f"there is no section {wanted!r} with a heading")
        if items.style != "single" and set(items.labels) != set(_PARTS):
            problems.append("items.labels needs claims_administrator, reviewer and rationale")
        if items.style in {"sentence", "list"} and not _has(items.heading, "request", "decision"):
            problems.append("items.heading needs {request} and {decision}")
        if items.style == "list" and not _has(items.passage, "request"):
            problems.append("items.passage needs {request}")
        phrases = [items.heading, items.passage, *(section.heading for section in self.sections)]
        unknown = {slot for phrase in phrases for slot in _SLOT.findall(phrase)} - _SLOTS
        problems += [f"{{{slot}}} is no placeholder" for slot in sorted(unknown)]
        fields = set(self.require.case) - set(Case.model_fields)
        problems += [f"require.case: {name!r} is no field of the header" for name in sorted(fields)]
        return problems


def _has(phrase: str, *slots: str) -> bool:
    return set(slots) <= set(_SLOT.findall(phrase))
