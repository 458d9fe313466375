"""The terms that say of what kind a treatment is, and what each does: read from the lexicon files.

How the files are written, and what they decide, stands at the head of lexicon/categories.toml.
"""

from __future__ import annotations

import tomllib
from enum import IntEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from extractor.phrases import Hit, Phrases, Token, fold, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PHARMACEUTICALS = "Pharmaceuticals"
VISCOSUPPLEMENT = "Viscosupplementation"
_INJECTION = "Injection"
_LEXICON = Path(__file__).parent / "lexicon"
_ANY_SHOT = (PHARMACEUTICALS, _INJECTION)
_SITE_SHOT = (_INJECTION, _INJECTION)
# Given by shot as a rule; the shot tells nothing that the class does not.
OWN_SHOTS = frozenset(
    (
        "Viscosupplementation, TNF modifiers, Antidiabetics, Anti-coagulant, Antimigraine Agent, "
        "Bisphosphonates, Hormones, Androgens & Anabolic Steroids"
    ).split(", ")
)
# Steroids, local anaesthetics and toxins are what an injection as such is made of.
_INJECTED_AT_A_SITE = (
    "triamcinolone methylprednisolone betamethasone dexamethasone cortisone hydrocortisone "
    "lidocaine bupivacaine ropivacaine onabotulinumtoxina abobotulinumtoxina incobotulinumtoxina "
    "collagenase"
).split()


class Role(IntEnum):
    """What a term does; from LAST on the greater decides."""

    SKIP = 0
    JOIN = 1
    OF = 2
    FOR = 3
    WITH = 4
    PAST = 5
    COLON = 6
    OPEN = 7
    CLOSE = 8
    LAST = 10
    GENERIC = 11
    SHOT = 12
    VISIT = 13
    EXAM = 14
    SURGEON = 15
    THING = 16


_CUES = {"join": Role.JOIN, "of": Role.OF, "for": Role.FOR, "with": Role.WITH,
         "past": Role.PAST, "skip": Role.SKIP}  # fmt: skip
_MARKS = {",": Role.JOIN, ";": Role.JOIN, "+": Role.JOIN, ":": Role.COLON,
          "(": Role.OPEN, ")": Role.CLOSE, "[": Role.OPEN, "]": Role.CLOSE}  # fmt: skip
_LISTS = {"things": Role.THING, "exams": Role.EXAM, "visits": Role.VISIT,
          "surgeons": Role.SURGEON, "shots": Role.SHOT, "generic": Role.GENERIC,
          "last": Role.LAST}  # fmt: skip


Kind = tuple[str, str | None]


class Term(NamedTuple):
    """What a phrase does, the category it stands for, and what it is instead under conditions."""

    role: Role
    name: str = ""
    subcategory: str | None = None
    in_visits: Kind | None = None
    at_spine: Kind | None = None
    at_limb: Kind | None = None
    as_shot: Kind | None = None


Hits = list[Hit[Term]]


class Lexicon:
    """The phrases of the lexicon files, and the spellings they are known by."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Read the lexicon *files*; one of them holds the cues and the spellings."""
        tables = [tomllib.loads(path.read_text("utf-8")) for path in files]
        groups = [group for table in tables for group in table.get("group", ())]
        cues = next(table["cues"] for table in tables if "cues" in table)
        spelling = next(table["spelling"] for table in tables if "spelling" in table)
        self._spelling = {
            token.word: fold(right)
            for right, wrong in spelling.items()
            for phrase in _listed(wrong)
            for token in tokens_of(phrase)
            if token.word != fold(right)
        }
        visits, spine, limb = (
            self._elsewhere(groups, key) for key in ("sessions", "at_spine", "at_limb")
        )
        conditional = visits.keys() | spine.keys() | limb.keys()
        entries = ((self._spelt(phrase), term) for phrase, term in _entries(cues, groups))
        self._phrases = Phrases(
            (
                phrase,
                term._replace(
                    in_visits=visits.get(phrase),
                    at_spine=spine.get(phrase),
                    at_limb=limb.get(phrase),
                )
                if phrase in conditional
                else term,
            )
            for phrase, term in entries
        )

    def _elsewhere(self, groups: Sequence[dict[str, str]], key: str) -> dict[str, Kind]:
        """Return the terms of other groups that are, under a condition, those of *groups*."""
        return {
            self._spelt(phrase): _kind(group)
            for group in groups
            for phrase in _listed(group.get(key, ""))
        }

    def find(self, tokens: Sequence[Token]) -> Hits:
        """Return the terms and cues among *tokens*, in order, none over another."""
        spelling = self._spelling
        if not spelling.keys().isdisjoint([token.word for token in tokens]):
            tokens = [
                token._replace(word=spelling[token.word]) if token.word in spelling else token
                for token in tokens
            ]
        return self._phrases.find(tokens)

    def _spelt(self, phrase: str) -> str:
        spelling = self._spelling
        words = phrase.split()
        if not any(fold(word) in spelling for word in words):
            return phrase
        return " ".join(spelling.get(fold(word), word) for word in words)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lexicon this package ships, read once."""
    return Lexicon(sorted(_LEXICON.glob("categories*.toml")))


def _entries(cues: dict[str, str], groups: Sequence[dict[str, str]]) -> Iterator[tuple[str, Term]]:
    yield from ((mark, Term(role)) for mark, role in _MARKS.items())
    for cue, phrases in cues.items():
        yield from ((phrase, Term(_CUES[cue])) for phrase in _listed(phrases))
    for group in groups:
        yield from _of_group(group)


def _of_group(group: dict[str, str]) -> Iterator[tuple[str, Term]]:
    kind = _kind(group)
    shot = as_shot("", kind[1]) if kind[0] == PHARMACEUTICALS else None
    for key, role in _LISTS.items():
        term = Term(role, *kind, as_shot=shot)
        yield from ((phrase, term) for phrase in _listed(group.get(key, "")))


def _kind(group: dict[str, str]) -> Kind:
    return group["name"], group.get("subcategory")


def _listed(phrases: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in phrases.split(",") if phrase.strip()]


def as_shot(name: str, drug_class: str | None) -> Kind | None:
    """Return what a shot of a drug counts as."""
    if drug_class in OWN_SHOTS:
        return None
    at_a_site = drug_class == "Adrenal Cortical Steroids" or any(
        drug in name for drug in _INJECTED_AT_A_SITE
    )
    return _SITE_SHOT if at_a_site else _ANY_SHOT
