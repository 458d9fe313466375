"""The reviewer's credentials and the injured worker: invented, moved, dropped, somebody else's."""

import re
from random import Random

from evals.escape.letters import Letter, pick
from evals.escape.operators.requests import extended, shortened
from evals.escape.tree import Path, Tree, drop, put, splice
from extractor.values import AGE, parse_age, parse_sex

_GROUPS = ("specialties", "subspecialties", "licensed_in")
_SPECIALTIES = ("Neurological Surgery", "Anesthesiology", "Internal Medicine", "Pain Medicine")
_STATES = ("Texas", "New York", "California", "Hawaii", "West Virginia")
_NOUN = re.compile(r"\b(?:male|female|man|woman|gentleman|lady|boy|girl)\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)\d{1,3}(?:\.\d{1,2})?(?!\w)")


def _names(letter: Letter) -> list[Path]:
    expert = letter.tree["expert"]
    return [("expert", group, n) for group in _GROUPS for n in range(len(expert[group]))]


def name_invented(letter: Letter, chance: Random) -> Tree | None:
    """A specialty or a state is invented, with its words or with the place of some others."""
    group = chance.choice(_GROUPS)
    listed = letter.at("expert", group)
    place = chance.choice(letter.words(0, len(letter.source)))
    made = letter.read(*place)
    name = chance.choice(_STATES if group == "licensed_in" else _SPECIALTIES)
    quote = chance.choice([{}, {"value": name}, {"value": name, "quote": name}])
    path: Path = ("expert", group, chance.randrange(len(listed) + 1))
    return splice(letter.tree, path, {**made, **quote}) if made else None


def name_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A specialty, a subspecialty or a state is left out."""
    path = pick(chance, _names(letter))
    return drop(letter.tree, path) if path else None


def name_doubled(letter: Letter, chance: Random) -> Tree | None:
    """A specialty, a subspecialty or a state stands twice."""
    path = pick(chance, _names(letter))
    return splice(letter.tree, path, letter.at(*path)) if path else None


def name_in_other_group(letter: Letter, chance: Random) -> Tree | None:
    """A specialty is a subspecialty, or a state, or the other way round; or it is both."""
    if (path := pick(chance, _names(letter))) is None:
        return None
    group = chance.choice([group for group in _GROUPS if group != path[1]])
    tree = chance.choice([letter.tree, drop(letter.tree, path)])
    return put(tree, ("expert", group), [*letter.at("expert", group), letter.at(*path)])


def name_cut(letter: Letter, chance: Random) -> Tree | None:
    """A specialty or a state has lost words, or reaches over words beside it."""
    if (path := pick(chance, _names(letter))) is None:
        return None
    change = chance.choice([shortened, extended])
    cut = change(letter, chance, letter.at(*path))
    return letter.put(path, cut) if cut else None


def names_joined(letter: Letter, chance: Random) -> Tree | None:
    """Two names of a list are one, or one of several words is two."""
    if (path := pick(chance, _names(letter))) is None:
        return None
    name = letter.at(*path)
    after = letter.at(*path[:-1])[int(path[-1]) + 1 :]
    if after:
        return splice(letter.tree, path, letter.read(name["start"], after[0]["end"]), taking=2)
    cut = pick(chance, letter.words(name["start"], name["end"])[1:])
    if cut is None:
        return None
    halves = letter.read(name["start"], cut[0]), letter.read(cut[0], name["end"])
    return splice(letter.tree, path, *halves, taking=1)


def names_reordered(letter: Letter, chance: Random) -> Tree | None:
    """A list of names runs in another order than the letter's."""
    groups = [group for group in _GROUPS if len(letter.at("expert", group)) > 1]
    if (group := pick(chance, groups)) is None:
        return None
    listed = list(letter.at("expert", group))
    chance.shuffle(listed)
    return letter.put(("expert", group), listed)


def credentials_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A whole list of names is empty."""
    groups = [group for group in _GROUPS if letter.at("expert", group)]
    group = pick(chance, groups)
    return letter.put(("expert", group), []) if group else None


def age_changed(letter: Letter, chance: Random) -> Tree | None:
    """The age is another number, another age that the letter prints, or null."""
    value = letter.at("patient", "age")
    places = [*letter.found(AGE), *letter.found(_NUMBER)]
    place = pick(chance, places)
    options: list[Tree | None] = []
    if value:
        options += [None, {**value, "value": value["value"] + chance.choice([-10, -1, 1, 10])}]
    if place:
        words = letter.text.quote(*place)
        options.append(letter.read(*place, parse_age(words) or int(float(words))))
    return letter.put(("patient", "age"), chance.choice(options)) if options else None


def sex_changed(letter: Letter, chance: Random) -> Tree | None:
    """The sex is the other one, that of another noun of the letter, or null."""
    value = letter.at("patient", "sex")
    options: list[Tree | None] = []
    if value:
        other = {"male": "female", "female": "male"}[value["value"]]
        options += [None, {**value, "value": other}]
    for place in letter.found(_NOUN):
        said = parse_sex(letter.text.quote(*place))
        options.append(letter.read(*place, said) if said else None)
    return letter.put(("patient", "sex"), chance.choice(options)) if options else None


def code_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A diagnosis code is left out."""
    codes = letter.at("patient", "diagnosis_codes")
    if not codes:
        return None
    return drop(letter.tree, ("patient", "diagnosis_codes", chance.randrange(len(codes))))


def code_invented(letter: Letter, chance: Random) -> Tree | None:
    """A number or a word of the summary is listed as a diagnosis code, or a code is twice."""
    summary = letter.at("clinical_summary")
    if summary is None:
        return None
    codes = letter.at("patient", "diagnosis_codes")
    numbers = list(letter.found(_NUMBER, summary))
    places = [chance.choice(letter.words(summary["start"], summary["end"])), *numbers]
    made = chance.choice([*codes, letter.read(*chance.choice(places))])
    place = chance.randrange(len(codes) + 1)
    return splice(letter.tree, ("patient", "diagnosis_codes", place), made)


def codes_changed(letter: Letter, chance: Random) -> Tree | None:
    """A diagnosis code is cut short, or two of them are in each other's place."""
    codes = letter.at("patient", "diagnosis_codes")
    if not codes:
        return None
    n = chance.randrange(len(codes))
    if len(codes) > 1 and chance.random() < 0.5:  # noqa: PLR2004 - half
        return letter.put(("patient", "diagnosis_codes"), codes[::-1])
    cut = letter.read(codes[n]["start"], codes[n]["end"] - chance.choice([1, 2]))
    return letter.put(("patient", "diagnosis_codes", n), cut) if cut else None
