"""The lexicon of drugs: names, generic names, classes, combinations.

The data (``lexicon/drugs*.toml``) has one table per class of the DWC's list, ``generic = "other
names, separated by commas"``. ``[none]`` holds drugs of no such class; ``[also.CLASS]`` names of
a generic that are of another class than the generic itself; ``[not]`` things named after a drug.
A name that ends in ``?`` is a drug only beside a strength, a quantity or another drug.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from extractor.phrases import Hit, Phrases
from extractor.treatments.request import Request

COMPOUND = "Topical Compounds"
TOPICAL = "Topical Analgesics"
_OF_ACETAMINOPHEN = re.compile(r"/(?:300|325|400|500|650|660|750)(?:mg)?\Z")


class Entry(NamedTuple):
    """What a name in the lexicon stands for."""

    generic: str
    drug_class: str | None
    ingredients: frozenset[str]
    needs_dose: bool = False


NO_DRUG = Entry("", None, frozenset())


class Lexicon(NamedTuple):
    """The names of drugs, and the combinations by what is in them."""

    names: tuple[tuple[str, Entry], ...]
    phrases: Phrases[Entry]
    combinations: dict[frozenset[str], Entry]


@cache
def drug_lexicon() -> Lexicon:
    """Return the lexicon, read once from the package's data."""
    names: list[tuple[str, Entry]] = []
    others: list[str] = []
    combinations: dict[frozenset[str], Entry] = {}
    folder = files("extractor.treatments").joinpath("lexicon")
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if file.name.startswith("drugs") and file.name.endswith(".toml"):
            tables = tomllib.loads(file.read_text("utf-8"))
            others += _split(tables.pop("not", {}).get("things", ""))
            names += _entries(tables)
    for _, entry in names:
        if len(entry.ingredients) > 1 and entry.drug_class != COMPOUND:
            combinations.setdefault(entry.ingredients, entry)
    phrases = Phrases([*names, *((other, NO_DRUG) for other in others)])
    return Lexicon(tuple(names), phrases, combinations)


def _entries(tables: dict[str, dict[str, str]]) -> Iterator[tuple[str, Entry]]:
    others: dict[str, dict[str, str]] = tables.pop("also", {})  # type: ignore[assignment]
    for own, classes in ((True, tables), (False, others)):
        for name, drugs in classes.items():
            drug_class = None if name == "none" else name
            for generic, listed in drugs.items():
                yield from _names(generic, listed, drug_class, own=own)


def _names(
    generic: str, listed: str, drug_class: str | None, *, own: bool
) -> Iterator[tuple[str, Entry]]:
    entry = Entry(generic.lower(), drug_class, frozenset(generic.lower().split("/")))
    others = _split(listed)
    compounded = "/" in generic and drug_class in {TOPICAL, COMPOUND}
    if own and not compounded and f"{generic}?" not in others:
        yield generic, entry
    for name in others:
        yield name.removesuffix("?"), entry._replace(needs_dose=name.endswith("?"))


def _split(listed: str) -> list[str]:
    return [" ".join(name.split()) for name in listed.split(",") if name.strip()]


def with_acetaminophen(entry: Entry, strength: str) -> Entry:
    """Return the combination that a second strength of 300 or more tells: hydrocodone 10/325."""
    if len(entry.ingredients) > 1 or entry.drug_class != "Opioids" or "/" not in strength:
        return entry
    if _OF_ACETAMINOPHEN.search(strength) is None:
        return entry
    return drug_lexicon().combinations.get(entry.ingredients | {"acetaminophen"}, entry)


def drug_class_words(request: Request) -> list[Hit[str]]:
    """Return where *request* names a class of drugs rather than a drug, with the DWC's class.

    >>> [hit.value for hit in drug_class_words(Request("NSAIDs and a muscle relaxant"))]
    ['NSAID', 'Muscle Relaxant']
    """
    return _class_phrases().find(request.tokens)


@cache
def _class_phrases() -> Phrases[str]:
    file = files("extractor.treatments").joinpath("lexicon", "drug-classes.toml")
    tables: dict[str, str] = tomllib.loads(file.read_text("utf-8"))
    return Phrases(
        (word.strip(), name) for name, said in tables.items() for word in said.split(",")
    )
