"""One digit changed: in the value, in the quote, or in both alike."""

from collections.abc import Callable
from random import Random
from typing import Any

from evals.escape.letters import Letter, pick
from evals.escape.tree import Path, Tree

_DATES = frozenset(
    "date_assigned date_of_injury decision_date ur_denial_date application_received ur_date".split()
)


def another_digit(words: str, chance: Random) -> str | None:
    """Return *words* with one digit changed; None where they have none."""
    places = [n for n, character in enumerate(words) if character.isdecimal()]
    if (n := pick(chance, places)) is None:
        return None
    other = chance.choice([digit for digit in "0123456789" if digit != words[n]])
    return words[:n] + other + words[n + 1 :]


def _in_value(letter: Letter, chance: Random, of: Callable[[Path], bool]) -> Tree | None:
    """Change a digit of a value that *of* says the kind of: in it, in its quote, or in both."""
    chosen = pick(chance, [each for each in letter.values if of(each[0])])
    if chosen is None:
        return None
    path, value = chosen
    changed = _changed(value, chance)
    return letter.put(path, changed) if changed else None


def _changed(value: Tree, chance: Random) -> Tree | None:
    where = chance.choice(("value", "quote", "both"))
    said = _another(value["value"], chance)
    quote = another_digit(value["quote"], chance)
    if where == "both" and value["value"] == value["quote"]:
        said = quote
    parts = {"value": {"value": said}, "quote": {"quote": quote}}
    new = parts.get(where, {"value": said, "quote": quote})
    return {**value, **new} if None not in new.values() else None


def _another(value: Any, chance: Random) -> Any:  # noqa: ANN401 - a value of any field
    changed = another_digit(str(value), chance)
    return int(changed) if changed and type(value) is int else changed


def _in_component(letter: Letter, chance: Random, *names: str) -> Tree | None:
    """Change a digit of a citation's component, of its quote, or of both alike."""
    options = [
        (path, name) for path in letter.citations for name in names if letter.at(*path)[name]
    ]
    chosen = pick(chance, options)
    if chosen is None:
        return None
    path, name = chosen
    citation = letter.at(*path)
    listed = citation[name]
    old = chance.choice(listed) if isinstance(listed, list) else listed
    new = _another(old, chance)
    quote = citation["quote"].replace(str(old), str(new), 1)
    if new is None:
        return None
    changed = [new if part == old else part for part in listed] if listed is not old else new
    where = chance.choice(("component", "quote", "both"))
    citation = {**citation, **({name: changed} if where != "quote" else {})}
    return letter.put(path, {**citation, **({"quote": quote} if where != "component" else {})})


def digit_of_page(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a cited page or table."""
    return _in_component(letter, chance, "pages", "tables")


def digit_of_year(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a cited document's year."""
    return _in_component(letter, chance, "year")


def digit_of_chapter(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a cited chapter or edition."""
    return _in_component(letter, chance, "chapter", "edition")


def digit_of_section(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a cited section, title or address."""
    return _in_component(letter, chance, "sections", "title", "url")


def digit_of_date(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a date: the header's, the summary's, of a service."""
    return _in_value(letter, chance, lambda path: path[-1] in _DATES or "dates_of_service" in path)


def digit_of_age(letter: Letter, chance: Random) -> Tree | None:
    """A digit of the age."""
    return _in_value(letter, chance, lambda path: path[-1] == "age")


def digit_of_dose(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a drug's strength."""
    return _in_value(letter, chance, lambda path: path[-1] == "strength")


def digit_of_quantity(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a drug's quantity or of a number of visits."""
    return _in_value(letter, chance, lambda path: path[-1] in {"quantity", "visits"})


def digit_of_number(letter: Letter, chance: Random) -> Tree | None:
    """A digit of the case number or of a diagnosis code."""
    return _in_value(
        letter, chance, lambda path: path[-1] == "case_number" or "diagnosis_codes" in path
    )


def digit_of_prose(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a request, a rationale, a guideline field, a conclusion, the summary."""
    prose = {"request", "treatment", "rationale", "text", "clinical_summary", "evidence"}
    return _in_value(letter, chance, lambda path: path[-1] in prose)


def digit_of_level(letter: Letter, chance: Random) -> Tree | None:
    """A digit of a vertebral level."""
    levels = [
        (n, m, k)
        for n, item in enumerate(letter.items)
        for m, region in enumerate(item["body_regions"])
        for k in range(len(region["levels"]))
    ]
    if (chosen := pick(chance, levels)) is None:
        return None
    n, m, k = chosen
    path: Path = ("items", n, "body_regions", m, "levels", k)
    return letter.put(path, another_digit(letter.at(*path), chance))
