"""What a letter of unknown layout has of the layouts there are, and what it lacks."""

import re
from collections.abc import Iterable
from functools import cache

from pydantic import BaseModel, ConfigDict

from extractor.layout import LayoutRule
from extractor.layout.rules import compiled, phrase
from extractor.survey.headings import phrases_of

_FEWEST = 2  # headings that make a layout near, where not one of its marks is there


class Near(BaseModel):
    """The layout that comes nearest to a letter that has none.

    Attributes:
        layout: Its name.
        has: The layout's marks and headings that the letter has.
        in_other_capitals: Those that it has, but in other capitals.
        lacks: The marks that keep the layout from fitting.
    """

    model_config = ConfigDict(frozen=True)

    layout: str
    has: tuple[str, ...] = ()
    in_other_capitals: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


def nearest(norm: str, rules: Iterable[LayoutRule]) -> Near | None:
    """Return which of *rules* comes nearest to fitting *norm*; None where none comes near."""
    weighed = [(_weight(rule, near), near) for rule in rules if (near := _near(norm, rule))]
    return max(weighed, key=lambda pair: pair[0])[1] if weighed else None


def _near(norm: str, rule: LayoutRule) -> Near | None:
    """Return what *norm* has of *rule*; None where that is too little."""
    marks = rule.detect_all
    wanted = dict.fromkeys((*marks, *phrases_of(rule)))
    has = tuple(words for words in wanted if compiled(words).search(norm))
    other = tuple(words for words in wanted if words not in has and _anyhow(words).search(norm))
    if not {*has, *other} & {*marks} and len(has) + len(other) < _FEWEST:
        return None
    lacks = [words for words in marks if words not in has and words not in other]
    if rule.detect_any and not any(compiled(words).search(norm) for words in rule.detect_any):
        lacks.append(" | ".join(rule.detect_any))
    return Near(layout=rule.name, has=has, in_other_capitals=other, lacks=tuple(lacks))


def _weight(rule: LayoutRule, near: Near) -> tuple[int, int]:
    """Return how near it is: by the marks it has, then by everything it has."""
    found = {*near.has, *near.in_other_capitals}
    return len(found & {*rule.detect_all}), len(found)


@cache
def _anyhow(words: str) -> re.Pattern[str]:
    """Return what finds *words* in any capitals where a line begins with them, no sentence."""
    no_sentence = r"(?![^\S\n]+(?-i:[a-z]))"
    return re.compile(rf"^[^\S\n]*{phrase(words)}{no_sentence}", re.IGNORECASE | re.MULTILINE)
