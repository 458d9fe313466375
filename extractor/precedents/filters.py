"""Which items a search is for: filters that all must hold."""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import MAXYEAR, date

from extractor.errors import QueryError
from extractor.findings import OBSERVATIONS
from extractor.treatments.drug_lexicon import drug_lexicon
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS

DECISIONS = ("upheld", "overturned")
_FIRST_YEAR = 1000
CITES = ("mtus", "non_mtus", "both", "none", "unclear")
Clause = tuple[str, tuple[str | int, ...]]
_LISTED = {
    "category": "`imr codebook request_category` lists them, `imr codebook request_subcategory` "
    "the subcategories",
    "drug": "`imr codebook drug_class` lists the classes, and a drug goes by any of its names",
    "body region": "`imr codebook regions` lists them",
    "guideline": "`imr guidelines` lists them",
    "observation": "`imr findings` lists them",
}
# A guideline, its parts, their parts; UNION ends also where a foreign database goes in a circle.
_PARTS = """
    WITH RECURSIVE parts (id) AS (
        VALUES (?) UNION SELECT guidelines.id FROM guidelines JOIN parts ON part_of = parts.id)
    SELECT id FROM parts"""


@dataclass(frozen=True, slots=True)
class Filters:
    """What an item and its letter must be; None where anything will do.

    Attributes:
        decision: ``upheld`` or ``overturned``.
        category: A category of the DWC, a subcategory, or both as ``Category / Subcategory``.
        guideline: The stable id of a guideline that either side or the rationale cites, or of a
            document that it is a part of: of a chapter, a volume, a whole schedule.
        observation: The code of an observation about the item or its letter.
        drug: A drug by any of its names, or a class of drugs.
        region: A region of the body that the request names.
        specialty: Words of the reviewer's specialties.
        claims_cites: What the claims administrator rests on: ``none``, ``mtus``, ….
        reviewer_cites: What the reviewer rests on.
        since: The first day of decision, ISO.
        until: The last day of decision, ISO.
        verified: Only letters that are verified.
    """

    decision: str | None = None
    category: str | None = None
    guideline: str | None = None
    observation: str | None = None
    drug: str | None = None
    region: str | None = None
    specialty: str | None = None
    claims_cites: str | None = None
    reviewer_cites: str | None = None
    since: str | None = None
    until: str | None = None
    verified: bool = False

    @property
    def given(self) -> bool:
        """Whether any of them is set."""
        return any(getattr(self, each.name) for each in fields(self))

    def where(self, database: sqlite3.Connection) -> Clause:
        """Return the SQL condition over ``items`` and ``letters``, and its parameters.

        Raises:
            QueryError: A value is none of its closed list, a day is none, or no day is meant.
        """
        clauses = [("1", ()), *self._clauses(database)]
        parameters = tuple(each for _, several in clauses for each in several)
        return " AND ".join(clause for clause, _ in clauses), parameters

    def _clauses(self, database: sqlite3.Connection) -> Iterator[Clause]:
        for column, value, known in (
            ("request_decision", self.decision, DECISIONS),
            ("claims_administrator_cites", self.claims_cites, CITES),
            ("reviewer_cites", self.reviewer_cites, CITES),
        ):
            if value is not None:
                yield f"items.{column} = ?", (_known("value", value, known),)
        if self.category is not None:
            yield from _category(self.category)
        if self.drug is not None:
            yield _drug(self.drug)
        if self.region is not None:
            yield _holds("items.regions"), (_known("body region", self.region, REGIONS),)
        if self.guideline is not None:
            yield _guideline(self.guideline, database)
        if self.observation is not None:
            yield _observation(self.observation)
        yield from self._of_the_letter()

    def _of_the_letter(self) -> Iterator[Clause]:
        if self.specialty is not None:
            yield "instr(lower(letters.specialties), lower(?))", (self.specialty,)
        yield from _between(self.since, self.until)
        if self.verified:
            yield "letters.status = 'verified'", ()


def decided_in(
    year: int | None, since: str | None, until: str | None
) -> tuple[str | None, str | None]:
    """Return the first and the last day that are meant, ISO; a year is both of its own.

    >>> decided_in(2016, "2016-07-01", None)
    ('2016-07-01', '2016-12-31')

    Raises:
        QueryError: A day or a year is none.
    """
    if year is not None and not _FIRST_YEAR <= year <= MAXYEAR:
        message = "This is no year: give one as 2016."
        raise QueryError(message)
    first, last = (_day(each) if each else None for each in (since, until))
    if year is None:
        return first, last
    return max(first or "", f"{year:04}-01-01"), min(last or "9999-12-31", f"{year:04}-12-31")


def categories() -> dict[str, tuple[str | None, str | None]]:
    """Return every name that a category can be asked for by: its category and subcategory.

    >>> categories()["Rehabilitation / Acupuncture"], categories()["Acupuncture"]
    (('Rehabilitation', 'Acupuncture'), (None, 'Acupuncture'))
    """
    names: dict[str, tuple[str | None, str | None]] = {name: (name, None) for name in CATEGORIES}
    for category, subcategories in CATEGORIES.items():
        for each in subcategories:
            names[f"{category} / {each}"] = (category, each)
            names.setdefault(each, (None, each))
    return names


def _category(asked: str) -> Iterator[Clause]:
    names = categories()
    category, subcategory = names[_known("category", asked, names)]
    if category is not None:
        yield "items.request_category = ?", (category,)
    if subcategory is not None:
        yield "items.request_subcategory = ?", (subcategory,)


def _drug(asked: str) -> Clause:
    generics = {name: entry.generic for name, entry in drug_lexicon().names}
    names = {**generics, **{generic: generic for generic in generics.values()}}
    named = {name.casefold(): generic for name, generic in names.items()}
    found = _known("drug", asked, [*DRUG_CLASSES, *names])
    if found in DRUG_CLASSES:
        return "items.drug_class = ?", (found,)
    return "items.drug_name = ?", (named[found.casefold()],)


def _guideline(asked: str, database: sqlite3.Connection) -> Clause:
    ids = [str(each) for (each,) in database.execute("SELECT id FROM guidelines ORDER BY id")]
    found = _known("guideline", asked, [*ids, "unknown"])
    return f"items.item IN (SELECT item FROM citations WHERE guideline IN ({_PARTS}))", (found,)  # noqa: S608 - no value in it


def _observation(asked: str) -> Clause:
    code = _known("observation", asked, sorted(code.value for code in OBSERVATIONS))
    of_item = "SELECT item FROM findings WHERE code = ?"
    of_letter = "SELECT letter FROM findings WHERE code = ? AND item IS NULL"
    return f"(items.item IN ({of_item}) OR items.letter IN ({of_letter}))", (code, code)


def _holds(column: str) -> str:
    """Return the condition that a column's JSON array holds a value."""
    inside = f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value = ?)"  # noqa: S608 - no value
    return f"CASE WHEN json_valid({column}) THEN {inside} ELSE 0 END"


def _between(since: str | None, until: str | None) -> Iterator[Clause]:
    first, last = (None if each is None else _day(each) for each in (since, until))
    if first and last and first > last:
        message = f"No day is meant: the first, {first}, comes after the last, {last}."
        raise QueryError(message)
    for day, sign in ((first, ">="), (last, "<=")):
        if day is not None:
            yield f"letters.decision_date {sign} ?", (day,)


def _day(asked: str) -> str:
    try:
        return date.fromisoformat(asked).isoformat()
    except ValueError:
        message = "This is no day: give one as 2016-12-31."
        raise QueryError(message, asked) from None


def _known(what: str, asked: str, known: Iterable[str]) -> str:
    """Return the one of *known* that is meant, whatever its case.

    Raises:
        QueryError: There is no such one.
    """
    names = list(known)
    folded = " ".join(asked.split()).casefold()
    for name in names:
        if name.casefold() == folded:
            return name
    listed = f": {_LISTED[what]}" if what in _LISTED else ""
    message = f"There is no such {what}{listed}"
    raise QueryError(message, asked, names)
