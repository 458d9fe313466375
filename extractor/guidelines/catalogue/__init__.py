"""The catalogue of guidelines: data files beside this one, each entry with its source.

An entry is a document (``mtus/chronic-pain/2016``, ``odg``) or a part of one
(``mtus/acoem/12``, ``odg/low-back``). Parts of documents outside the MTUS are known by their names
only inside a citation of the document: "Low Back" alone is no guideline.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, NoReturn, get_args

from extractor.errors import CatalogueError
from extractor.phrases import Phrases, tokens_of
from extractor.record import Authority

UNKNOWN = "unknown"
Words = tuple[str, ...]
_LEADS = frozenset({"acoem", "mtus"})
_KINDS_OF_PART = frozenset({"chapter", "section", "guideline"})


@dataclass(frozen=True, slots=True)
class Guideline:
    """One entry.

    Attributes:
        id: The stable id that citations carry.
        title: As its publisher prints it.
        authority: Whether the MTUS holds it.
        names: What letters print for it: abbreviations, variants, misspellings.
        year: The year that letters print with the name.
        chapter: Its number in the document it is a part of.
        part_of: The id of that document.
        regulation: The section of the regulation that adopted it; MTUS only.
        in_force_from: First day on which the MTUS held it; None where that is not known.
        in_force_until: Last such day; None where it is in force, or that is not known.
        sections: Titles of its sections.
        open: The name leaves open whether the MTUS holds it: one edition it does, one it does not.
        work: Its names are a work's own, which nothing else that its publisher does is called.
        source: Where the entry is from.
    """

    id: str
    title: str
    authority: Authority
    source: str
    names: Words = ()
    year: int | None = None
    chapter: str | None = None
    part_of: str | None = None
    regulation: str | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    sections: Words = ()
    open: bool = False
    work: bool = False

    @property
    def all_names(self) -> Words:
        """The title and the names, the longest first."""
        return tuple(sorted({self.title, *self.names}, key=len, reverse=True))


@dataclass(frozen=True)
class Catalogue:
    """All entries, and the names they are found by.

    Attributes:
        entries: By id, in the order of the files.
        documents: Names that need no other beside them; each stands for the ids that bear it.
        parts: For a document's id, the names of its parts and their ids.
        regulations: For a section of the regulation ("9792.24.2"), the ids that it adopted.
    """

    entries: Mapping[str, Guideline]
    documents: Phrases[Words]
    parts: Mapping[str, Phrases[Words]]
    regulations: Mapping[str, Words]
    _titles: frozenset[Words]

    def chapter(self, document: str, number: str) -> str | None:
        """Return the id of the chapter that *document* gives *number*."""
        entry = self.entries.get(f"{document}/{number}")
        return entry.id if entry and entry.chapter == number else None

    def part_named(self, document: str, words: str) -> Words:
        """Return the ids of the parts of *document* whose name *words* begin with."""
        phrases = self.parts.get(document)
        found = phrases.longest(tokens_of(words), 0) if phrases else None
        return found[0] if found else ()

    def is_section(self, words: str) -> bool:
        """Say whether *words* are the title of a section of some entry, or a part's name."""
        return title_key(words) in self._titles


def title_key(words: str) -> Words:
    """Return what is compared of a title: its folded words, without marks or what parentheses add.

    >>> title_key("NSAIDs, GI symptoms & risk"), title_key("MRIs (magnetic resonance imaging)")
    (('nsaid', 'gi', 'symptom', 'and', 'risk'), ('mri',))
    """
    depth, kept = 0, []
    for token in tokens_of(words):
        if token.word in {"(", "["}:
            depth += 1
        elif token.word in {")", "]"}:
            depth = max(0, depth - 1)
        elif not depth and token.word[0].isalnum():
            kept.append(token.word)
    while len(kept) > 1 and kept[-1] in _KINDS_OF_PART:
        kept.pop()
    return tuple(kept)


@cache
def catalogue() -> Catalogue:
    """Return the catalogue; read once.

    Raises:
        CatalogueError: An entry of its files is none, or that of another.
    """
    entries = read_entries(resources.files(__name__))
    inside = {entry.part_of for entry in entries.values() if entry.part_of}
    parts = {
        document: _named(entry for entry in entries.values() if entry.part_of == document)
        for document in inside
    }
    return Catalogue(
        entries=entries,
        documents=_phrases(_alone(entries, parts)),
        parts={document: _phrases(named) for document, named in parts.items()},
        regulations=_regulations(entries.values()),
        _titles=frozenset(
            title_key(title)
            for entry in entries.values()
            for title in (*entry.sections, *(entry.all_names if entry.part_of else ()))
        ),
    )


def _regulations(entries: Iterable[Guideline]) -> dict[str, Words]:
    found: dict[str, Words] = {}
    for entry in entries:
        number = (entry.regulation or "").removeprefix("8 CCR ")
        if number and number.replace(".", "").isdigit():
            found[number] = (*found.get(number, ()), entry.id)
    return found


_Key = tuple[str, ...]
_Named = dict[_Key, tuple[str, dict[str, None]]]


def _named(entries: Iterable[Guideline]) -> _Named:
    """Return the names of *entries*, folded, each as printed and with the ids that bear it."""
    named: _Named = {}
    for entry in entries:
        for name in entry.all_names:
            named.setdefault(_key(name), (name, {}))[1][entry.id] = None
    return named


def _key(name: str) -> _Key:
    return tuple(token.word for token in tokens_of(name))


def _alone(entries: Mapping[str, Guideline], parts: Mapping[str, _Named]) -> _Named:
    """Return the names that stand alone: of documents, and of what the MTUS holds.

    A name that is also that of another document's part ("Neck and Upper Back") does not, unless it
    is the title; nor does one that begins with its document's ("ACOEM Low Back Complaints"), which
    the grammar puts together.
    """
    outside = {
        key
        for document, named in parts.items()
        if entries[document].authority != "mtus"
        for key in named
    }
    outside -= {_key(entry.title) for entry in entries.values() if entry.authority == "mtus"}
    documents = (
        entry
        for entry in entries.values()
        if entry.part_of is None or entry.authority == "mtus" or entry.id in parts
    )
    return {
        key: named
        for key, named in _named(documents).items()
        if key not in outside and not (key[0] in _LEADS and _is_chapter(entries, named[1]))
    }


def _is_chapter(entries: Mapping[str, Guideline], ids: Iterable[str]) -> bool:
    return all(entries[each].chapter is not None for each in ids)


def _phrases(named: _Named) -> Phrases[Words]:
    return Phrases((name, tuple(ids)) for name, ids in named.values())


# --- the files ----------------------------------------------------------------------------------

_TYPES: Mapping[str, tuple[type, str]] = {
    "open": (bool, "true"),
    "work": (bool, "true"),
    "names": (list, "a list of texts"),
    "sections": (list, "a list of texts"),
    "year": (int, "a whole number"),
    "in_force_from": (date, "a day (2017-12-01, without quotation marks)"),
    "in_force_until": (date, "a day (2017-12-01, without quotation marks)"),
}
_KEYS = {field.name for field in fields(Guideline)}
_NEEDED = sorted(field.name for field in fields(Guideline) if field.default is MISSING)
_HELP = "CONTRIBUTING.md lists the keys of an entry"


def read_entries(folder: Traversable) -> dict[str, Guideline]:
    """Return the entries of the ``*.toml`` files of *folder* by id, file by file.

    Raises:
        CatalogueError: A file is no TOML, or an entry has an unknown key, lacks one, holds what is
            not of its type, has the id of another, or is a part of what is not there.
    """
    entries: dict[str, Guideline] = {}
    places: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        for number, values in enumerate(_tables(file), start=1):
            where = f"{file.name}, entry {number}"
            entry = _entry(values, where)
            if entry.id in entries:
                what = f'{where}, has the id "{entry.id}" of {places[entry.id]}'
                _refuse(what, "give it another")
            entries[entry.id], places[entry.id] = entry, where
    for entry in entries.values():
        if entry.part_of is not None and entry.part_of not in entries:
            what = f'{places[entry.id]}, "{entry.id}", is part_of "{entry.part_of}"'
            _refuse(what, "no entry has that id: correct it, or add the document")
    return entries


def _refuse(what: str, next_step: str) -> NoReturn:
    message = f"{what}: {next_step}."
    raise CatalogueError(message)


def _tables(file: Traversable) -> list[dict[str, Any]]:
    """Return the tables ``[[guideline]]`` of a file."""
    try:
        content = tomllib.loads(file.read_text("utf-8"))
    except ValueError as error:
        _refuse(f"{file.name} is no TOML", f"correct it ({error})")
    tables = content.pop("guideline", [])
    if content or not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        other = ", ".join(content) or "guideline"
        _refuse(f"{file.name} holds {other}", "each entry begins with [[guideline]]")
    return tables


def _entry(values: Mapping[str, Any], where: str) -> Guideline:
    """Return the entry of a table; *where* names it in errors."""
    if isinstance(name := values.get("id"), str):
        where = f'{where}, "{name}",'
    if unknown := sorted(values.keys() - _KEYS):
        _refuse(f"{where} has the unknown key {', '.join(unknown)}", _HELP)
    if missing := [key for key in _NEEDED if key not in values]:
        _refuse(f"{where} lacks {', '.join(missing)}", f"add it; {_HELP}")
    for key, value in values.items():
        kind, words = _TYPES.get(key, (str, "text in quotation marks"))
        texts = value if kind is list and isinstance(value, list) else ()
        if type(value) is not kind or not all(isinstance(each, str) for each in texts):
            _refuse(f"{where} has a {key} of another type", f"give {words}")
    if values["authority"] not in get_args(Authority):
        _refuse(f"{where} has another authority", f"it is {' or '.join(get_args(Authority))}")
    lists = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Guideline(**{**values, **lists})
