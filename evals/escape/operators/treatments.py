"""What is read from a request: category, drug, visits, regions, dates of service, looking back."""

import re
from random import Random
from typing import Any

from evals.escape.letters import Letter, pick
from evals.escape.tree import Path, Tree, drop, put, splice
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS
from extractor.values import DATE, parse_date

_SIDES = ("left", "right", "bilateral", None)
_NUMBER = re.compile(r"#?\d+")
_READ = ("category", "drug", "visits", "body_regions", "retrospective", "dates_of_service")


def _run_of_words(letter: Letter, chance: Random, n: int) -> Tree | None:
    """Return a run of one to three words of item *n*'s request."""
    request = letter.items[n]["request"]
    words = letter.words(request["start"], request["end"])
    first = chance.randrange(len(words))
    last = min(len(words) - 1, first + chance.randrange(3))
    return letter.read(words[first][0], words[last][1])


def category_changed(letter: Letter, chance: Random) -> Tree | None:
    """A category or a subcategory is another of the list, or of none."""
    if (chosen := letter.any_item(chance, "category")) is None:
        return None
    n, item = chosen
    name = chance.choice(sorted(CATEGORIES))
    listed = [*CATEGORIES[name], *CATEGORIES.get(item["category"]["name"], ()), None]
    options: list[Tree] = [
        {"name": name, "subcategory": pick(chance, CATEGORIES[name])},
        {"subcategory": chance.choice(listed)},
        {"name": "Miracles"},
        {"source": "model"},
    ]
    return letter.with_item(n, category={**item["category"], **chance.choice(options)})


def category_invented(letter: Letter, chance: Random) -> Tree | None:
    """A category rests on other words of the request, or is one where the request shows none."""
    n = chance.randrange(len(letter.items))
    name = chance.choice(sorted(CATEGORIES))
    made = {"name": name, "subcategory": pick(chance, CATEGORIES[name]), "source": "lexicon"}
    old = letter.items[n]["category"] or made
    evidence = _run_of_words(letter, chance, n)
    return letter.with_item(n, category={**old, "evidence": evidence}) if evidence else None


def drug_changed(letter: Letter, chance: Random) -> Tree | None:
    """A drug is another by name or class, or its words are others of the request."""
    if (chosen := letter.any_item(chance, "drug")) is None:
        return None
    n, item = chosen
    drug = item["drug"]
    words = _run_of_words(letter, chance, n)
    options: list[Tree] = [
        {"name": {**drug["name"], "value": chance.choice(["ibuprofen", "heroin", "tramadol"])}},
        {"class": chance.choice([*DRUG_CLASSES, None])},
        {"name": words and {**words, "value": drug["name"]["value"]}},
    ]
    return letter.with_item(n, drug={**drug, **chance.choice(options)})


def drug_invented(letter: Letter, chance: Random) -> Tree | None:
    """A request without a drug has one, or a drug has a strength or quantity that it lacks."""
    n = chance.randrange(len(letter.items))
    words, more = _run_of_words(letter, chance, n), _run_of_words(letter, chance, n)
    if words is None or more is None:
        return None
    none = {"class": chance.choice(DRUG_CLASSES), "strength": None, "quantity": None}
    drug = letter.items[n]["drug"] or {"name": words, **none}
    name = chance.choice(("strength", "quantity"))
    return letter.with_item(n, drug={**drug, name: more})


def amount_changed(letter: Letter, chance: Random) -> Tree | None:
    """Strength and quantity are exchanged, dropped, doubled or another number of the request."""
    if (chosen := letter.any_item(chance, "drug")) is None:
        return None
    n, item = chosen
    drug = item["drug"]
    strength, quantity = drug["strength"], drug["quantity"]
    place = pick(chance, list(letter.found(_NUMBER, item["request"])))
    options = [
        {"strength": quantity, "quantity": strength},
        {"strength": None},
        {"quantity": None},
        {"quantity": place and letter.read(*place)},
        {"strength": place and letter.read(*place)},
    ]
    return letter.with_item(n, drug={**drug, **chance.choice(options)})


def visits_changed(letter: Letter, chance: Random) -> Tree | None:
    """The visits are another number, or read from another number of the request."""
    n = chance.randrange(len(letter.items))
    item = letter.items[n]
    options: list[Any] = []
    if item["visits"]:
        value = item["visits"]["value"]
        options += [{**item["visits"], "value": v} for v in (value + 1, value * 2, value - 1)]
    for place in letter.found(_NUMBER, item["request"]):
        number = int(letter.text.quote(*place).lstrip("#"))
        options.append(letter.read(*place, number))
    return letter.with_item(n, visits=chance.choice(options)) if options else None


def _region(letter: Letter, chance: Random) -> Path | None:
    regions: list[Path] = [
        ("items", n, "body_regions", m)
        for n, item in enumerate(letter.items)
        for m in range(len(item["body_regions"]))
    ]
    return pick(chance, regions)


def region_changed(letter: Letter, chance: Random) -> Tree | None:
    """A region of the body is another."""
    path = _region(letter, chance)
    return letter.put((*path, "region"), chance.choice(REGIONS)) if path else None


def side_changed(letter: Letter, chance: Random) -> Tree | None:
    """A region is of another side, or of none."""
    path = _region(letter, chance)
    return letter.put((*path, "side"), chance.choice(_SIDES)) if path else None


def levels_changed(letter: Letter, chance: Random) -> Tree | None:
    """A region's levels are others, in another order, one more or one fewer."""
    if (path := _region(letter, chance)) is None:
        return None
    levels = letter.at(*path, "levels")
    options = [levels[1:], levels[:-1], levels[::-1], [*levels, "L4-5"], [*levels, *levels[:1]]]
    return letter.put((*path, "levels"), chance.choice(options))


def region_dropped(letter: Letter, chance: Random) -> Tree | None:
    """A region that the request names is left out."""
    path = _region(letter, chance)
    return drop(letter.tree, path) if path else None


def region_invented(letter: Letter, chance: Random) -> Tree | None:
    """A region is added that the request does not name, or one stands twice."""
    n = chance.randrange(len(letter.items))
    evidence = _run_of_words(letter, chance, n)
    made: Tree = {"region": chance.choice(REGIONS), "side": chance.choice(_SIDES), "levels": []}
    regions = letter.items[n]["body_regions"]
    options = [*regions, {**made, "evidence": evidence}] if evidence else regions
    new = pick(chance, options)
    place: Path = ("items", n, "body_regions", chance.randrange(len(regions) + 1))
    return splice(letter.tree, place, new) if new else None


def evidence_moved(letter: Letter, chance: Random) -> Tree | None:
    """A region rests on other words of the request."""
    if (path := _region(letter, chance)) is None:
        return None
    evidence = _run_of_words(letter, chance, int(path[1]))
    return letter.put((*path, "evidence"), evidence) if evidence else None


def service_date_changed(letter: Letter, chance: Random) -> Tree | None:
    """A date of service is left out, stands twice, or another date is listed as one."""
    n = chance.randrange(len(letter.items))
    dates = letter.items[n]["dates_of_service"]
    printed = list(letter.found(DATE, letter.items[n]["request"])) + list(letter.found(DATE))
    options: list[list[Tree]] = [dates[1:], dates[:-1], dates[::-1], dates + dates[:1]]
    days = [(place, parse_date(letter.text.quote(*place))) for place in printed[:6]]
    options += [[*dates, letter.read(*place, day) or {}] for place, day in days if day]
    return letter.with_item(n, dates_of_service=chance.choice(options))


def looking_back_changed(letter: Letter, chance: Random) -> Tree | None:
    """A request is said to look back or not to, against its words or without any."""
    n = chance.randrange(len(letter.items))
    old = letter.items[n]["retrospective"]
    words = _run_of_words(letter, chance, n)
    options: list[Tree | None] = [None] if old else []
    options += [{**old, "value": not old["value"]}] if old else []
    options += [{**words, "value": chance.random() < 0.5}] if words else []  # noqa: PLR2004 - half
    return letter.with_item(n, retrospective=chance.choice(options)) if options else None


def reading_dropped(letter: Letter, chance: Random) -> Tree | None:
    """What the request says of category, drug, visits, regions or dates is left out."""
    name = chance.choice(_READ)
    if (chosen := letter.any_item(chance, name)) is None:
        return None
    n, item = chosen
    return letter.with_item(n, **{name: [] if isinstance(item[name], list) else None})


def readings_exchanged(letter: Letter, chance: Random) -> Tree | None:
    """Two items have each other's category, drug, visits, regions or dates."""
    name = chance.choice(_READ)
    if (pair := letter.two_items(chance)) is None:
        return None
    one, other = pair
    tree = letter.put(("items", one, name), letter.items[other][name])
    return put(tree, ("items", other, name), letter.items[one][name])


def reason_invented(letter: Letter, chance: Random) -> Tree | None:
    """An item has a reason, which nothing holds to the letter yet."""
    n = chance.randrange(len(letter.items))
    words = _run_of_words(letter, chance, n)
    reasons = [{"kind": "no_documentation", "evidence": words}]
    return letter.with_item(n, reasons=reasons) if words else None
