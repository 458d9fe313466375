"""Small invented records to be tabulated, and a page read as a browser does."""

from collections.abc import Iterable
from hashlib import sha256
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import Any

from extractor.findings import Code, Finding, Passage
from extractor.record import (
    Basis,
    Case,
    Category,
    Citation,
    Day,
    Decision,
    Document,
    Drug,
    Expert,
    Item,
    PartialApproval,
    Provenance,
    Record,
    Words,
)
from extractor.tabulate import Counted, Scope, Tabulation, letter_of, tabulate

_NUMBERS = count()
VOID = {"meta", "br"}


def words(said: str) -> Words:
    """Return words that stand somewhere."""
    return Words(value=said, quote=said, start=0, end=len(said))


def cited(*guidelines: str, cites: Any = "mtus") -> Basis:  # noqa: ANN401 - one of a closed list
    """Return a side's field that cites *guidelines*."""
    citations = tuple(
        Citation(guideline=each, quote=each, start=0, end=len(each)) for each in guidelines
    )
    return Basis(cites=cites, text=words("Field"), citations=citations)


def item(  # noqa: PLR0913 - one parameter per thing that is counted
    decision: Any = "upheld",  # noqa: ANN401 - one of a closed list
    category: str | None = "Rehabilitation",
    subcategory: str | None = None,
    drug_class: str | None = None,
    *,
    drug: bool = False,
    partial: bool = False,
    claims_administrator: Basis | None = None,
    reviewer: Basis | None = None,
) -> Item:
    """Return a disputed item."""
    named = words("Zorbadol")
    return Item(
        number=1,
        request=named,
        treatment=named,
        decision=Decision(value=decision, quote=decision, start=0, end=6),
        category=None
        if category is None
        else Category(name=category, subcategory=subcategory, evidence=named, source="lexicon"),
        drug=Drug.model_validate({"name": named, "class": drug_class})
        if drug or drug_class
        else None,
        partial_approval=PartialApproval(original=named, authorized=named, remaining=named)
        if partial
        else None,
        claims_administrator=claims_administrator,
        reviewer=reviewer,
    )


def odd(
    code: Code = Code.BODY_REGION_MISMATCH, path: str = "/items/0/rationale", said: str = "Two."
) -> Finding:
    """Return an observation."""
    related = (Passage(start=0, end=4, quote="left"), Passage(start=5, end=10, quote="right"))
    return Finding.of(code, said, path, related[0], related)


def record(
    *items: Item,
    name: str | None = None,
    content: str | None = None,
    decided: str | None = "2024-03-05",
    specialties: Iterable[str] = ("Internal Medicine",),
    **other: Any,  # noqa: ANN401 - any field of a record
) -> Record:
    """Return the record of a letter that has *items*; its content is its own unless given."""
    name = name or f"{next(_NUMBERS)}.txt"
    return Record(
        **{
            "document": Document(id=name, sha256=sha256((content or name).encode()).hexdigest()),
            "status": "verified",
            "case": Case(
                case_number=words("CM24-0000001"),
                decision_date=Day(value=decided, quote=decided, start=0, end=10)
                if decided
                else None,
            ),
            "expert": Expert(specialties=tuple(map(words, specialties))),
            "items": items,
            "provenance": Provenance(proposer="rules", version="1.2.3"),
            **other,
        }
    )


def failed(**other: Any) -> Record:  # noqa: ANN401 - as of a record
    """Return the record of an input that gave no text."""
    found = Finding.of(Code.EMPTY_INPUT, "The file is empty.")
    return record(status="failed", findings=(found,), **other)


def tabulated(*records: Record, **options: Any) -> Tabulation:  # noqa: ANN401 - as tabulate takes
    """Return what *records* come to."""
    return tabulate(map(letter_of, records), **options)


def figures(counted: Counted) -> tuple[int, int, int, int]:
    """Return items, letters, upheld and overturned."""
    return counted.items, counted.letters, counted.upheld, counted.overturned


def counts_of(
    made: Tabulation,
    table: str,
    scope: Scope = "all",
    side: str = "",
) -> dict[tuple[str, ...], tuple[int, int, int, int]]:
    """Return the figures of a table's rows, in their order."""
    return {row.key: figures(row.of(scope, side)) for row in made.table(table).rows}


def written(records: Iterable[Record], file: Path) -> Path:
    """Write *records* as JSON lines."""
    file.write_text("".join(f"{each.to_json()}\n" for each in records), "utf-8")
    return file


class Read(HTMLParser):
    """A page read as a browser does: its elements with their attributes, and its words."""

    def __init__(self, page: str) -> None:
        """Read *page*."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.words = ""
        self.style = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element that closes itself."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        """Hold the page to its own order."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.words += data

    def links(self) -> list[str]:
        """Return where the page's links lead."""
        return [attributes["href"] for tag, attributes in self.elements if tag == "a"]


SCRIPT = '</style></title><script>window.__x=1;alert(1)</script><img src=x onerror="alert(2)">'
HOSTILE = f"{SCRIPT}\u202e\x00' onclick='alert(3)' {{{{ 7 * 7 }}}} {'w' * 3000} $\\frac$ ]]>"
FORMULA = '=HYPERLINK("http://127.0.0.1:9/","x")'


def hostile() -> list[Record]:
    """Return records with markup, controls and words without end wherever words are free."""
    cites = cited(HOSTILE, FORMULA)
    bad = item("overturned", HOSTILE, HOSTILE, HOSTILE, claims_administrator=cites, reviewer=cites)
    formula = item("upheld", FORMULA, FORMULA, FORMULA, reviewer=cites)
    case = Case(case_number=words(HOSTILE))
    made = Provenance(proposer=HOSTILE, version=HOSTILE)
    passages = (Passage(start=0, end=1, quote=HOSTILE),)
    finding = Finding.of(
        Code.SEX_CONTRADICTION, HOSTILE, f"/items/{HOSTILE}", passages[0], passages
    )
    return [
        record(
            bad,
            formula,
            name=HOSTILE,
            case=case,
            specialties=[HOSTILE, FORMULA],
            findings=(finding, odd(said=HOSTILE)),
            provenance=made,
        ),
        record(item(), item("overturned", "Surgery"), decided="2024-02-29"),
        record(item("overturned", None), decided=None, status="review", specialties=[]),
    ]
