"""Dates of the header and the summary: exchanged, turned, taken from one another."""

from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.tree import Path, Tree, put
from extractor.values import DATE, parse_date

_OF_PATIENT = ("date_of_injury", "ur_date")
_OF_CASE = (
    "date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received",
)  # fmt: skip


def _dates(letter: Letter, part: str, names: tuple[str, ...]) -> list[Path]:
    return [(part, name) for name in names if letter.at(part, name)]


def _all_dates(letter: Letter) -> list[Path]:
    return _dates(letter, "case", _OF_CASE) + _dates(letter, "patient", _OF_PATIENT)


def header_dates_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """Two header dates have each other's value and place, or one has the other's."""
    return _exchanged(letter, chance, _dates(letter, "case", _OF_CASE))


def dates_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """Two dates of the letter have each other's value and place, or one has the other's."""
    return _exchanged(letter, chance, _all_dates(letter))


def _exchanged(letter: Letter, chance: Random, paths: list[Path]) -> Tree | None:
    if len(paths) < 2:  # noqa: PLR2004 - two dates
        return None
    one, other = chance.sample(paths, 2)
    tree = letter.put(one, letter.at(*other))
    if chance.random() < 0.5:  # noqa: PLR2004 - half
        tree = put(tree, other, letter.at(*one))
    return tree


def date_values_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """Two dates have each other's value, their places stay."""
    paths = _all_dates(letter)
    if len(paths) < 2:  # noqa: PLR2004 - two dates
        return None
    one, other = chance.sample(paths, 2)
    tree = letter.put((*one, "value"), letter.at(*other, "value"))
    return put(tree, (*other, "value"), letter.at(*one, "value"))


def day_and_month_swapped(letter: Letter, chance: Random) -> Tree | None:
    """A date's day and month are exchanged in its value."""
    paths = _all_dates(letter)
    paths += [p for p, _ in letter.values if len(p) > 1 and p[-2] == "dates_of_service"]
    path = pick(chance, paths)
    if path is None:
        return None
    year, month, day = letter.at(*path, "value").split("-")
    return letter.put((*path, "value"), f"{year}-{day}-{month}")


def date_from_elsewhere(letter: Letter, chance: Random) -> Tree | None:
    """A date is another that the letter prints, with its place."""
    paths = _all_dates(letter)
    paths += [("patient", name) for name in _OF_PATIENT] if letter.at("clinical_summary") else []
    path, place = pick(chance, paths), pick(chance, list(letter.found(DATE)))
    day = place and parse_date(letter.text.quote(*place))
    if path is None or place is None or day is None:
        return None
    return letter.put(path, letter.read(*place, day))


def date_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A date of header or summary is null."""
    path = pick(chance, _all_dates(letter))
    return letter.put(path, None) if path else None


def date_invented(letter: Letter, chance: Random) -> Tree | None:
    """A date is quoted from words that are no date."""
    path = pick(chance, _all_dates(letter))
    words = letter.words(0, len(letter.source))
    place = chance.choice(words)
    day = f"20{chance.randrange(10, 18)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return letter.put(path, letter.read(*place, day)) if path else None


def header_value_changed(letter: Letter, chance: Random) -> Tree | None:
    """The priority is the other one, or case number or priority are null or read elsewhere."""
    name = chance.choice(("case_number", "priority"))
    if (value := letter.at("case", name)) is None:
        return None
    other = {"standard": "expedited", "expedited": "standard"}.get(value["value"], value["value"])
    words = value["quote"].split()[0]
    again = letter.source.find(words, value["end"])
    moved = letter.read(again, again + len(words), value["value"]) if again >= 0 else None
    shorter = letter.read(value["start"], value["end"] - 1)
    return letter.put(
        ("case", name),
        chance.choice([None, {**value, "value": other}, moved, shorter]),
    )
