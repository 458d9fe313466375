"""Invented letters, built from their parts, as different PDF readers write them.

An expected span stands marked inside its own text, "It is ⟦upheld⟧."; ``marked`` takes the marks
out and says where they stood.
"""

import re
import textwrap
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from extractor.pipeline import Extractor
from extractor.record import Citation, Item, Record, V
from extractor.text import Span, Text, collapse
from extractor.validate import validate

SHAPES = ("spaced", "empty", "doubled", "crlf", "spaced_crlf")
ENGINE = Extractor()
_MARK = re.compile("[⟦⟧]")
_WIDTH = 92

MADE = "HOW THE IMR FINAL DETERMINATION WAS MADE"
SUMMARY = "CLINICAL CASE SUMMARY"
ISSUES = "IMR ISSUES, DECISIONS AND RATIONALES"
SUMMARY_LEAD = (
    "The expert reviewer developed the following clinical case summary based on a review of the "
    "case file, including all medical records:"
)
ISSUES_LEAD = (
    "The Final Determination was based on decisions for the disputed items/services "
    "set forth below:"
)
HEADER = (
    "Case Number: CM16-0291846\n"
    "Date Assigned: 11/09/2016 Date of Injury:  02/20/2015\n"
    "Decision Date: 12/07/2016 UR Denial Date:  10/19/2016\n"
    "Priority:  Standard Application\n"
    "Received:\n"
    "10/31/2016"
)
CREDENTIALS = (
    "The Expert Reviewer has the following credentials:\n"
    "State(s) of Licensure: California, Oregon\n"
    "Certification(s)/Specialty: Occupational Medicine, Neurology"
)
PROSE_CREDENTIALS = (
    "The expert reviewer is Board Certified in Neurology, has a subspecialty in Headache Medicine, "
    "and is licensed to practice in California. He/she is familiar with governing laws."
)
STORY = (
    "The injured worker is a 52-year-old female baker with a date of injury of 02/20/2015, when "
    "she slipped on flour. The diagnosis is lumbar strain (847.2). On 10/19/2016 utilization "
    "review denied the request."
)
NO_EVIDENCE = "The Claims Administrator did not cite any medical evidence for its decision."
LOW_BACK = "Decision based on MTUS Low Back Complaints 2004, Section(s): Initial Care."
RATIONALE = (
    "The pain began last winter and has not changed since. No examination of the hip is on record. "
    "The request is not medically necessary."
)


@dataclass(frozen=True)
class Issue:
    """One disputed item as a letter prints it; ``joint`` stands between request and decision."""

    request: str = "Lumbar brace, purchase"
    decision: str = "Upheld"
    claims: str = NO_EVIDENCE
    reviewer: str = LOW_BACK
    rationale: str = RATIONALE
    joint: str = ":  "

    def paragraphs(self) -> list[str]:
        """Return the item's paragraphs."""
        return [
            f"{self.request}{self.joint}{self.decision}",
            f"Claims Administrator guideline: {self.claims}",
            f"MAXIMUS guideline: {self.reviewer}",
            f"Decision rationale: {self.rationale}",
        ]


@dataclass(frozen=True)
class Letter:
    """A Final Determination; without a header it is of the layout of 2014."""

    issues: tuple[Issue, ...] = (Issue(),)
    header: str = HEADER
    credentials: str = CREDENTIALS
    summary: str = STORY
    after: tuple[str, ...] = field(default=())

    def paragraphs(self) -> list[str]:
        """Return the letter's paragraphs, in order."""
        opening = [
            self.header,
            f"{MADE}\nMAXIMUS Federal Services sent the complete case file to an expert reviewer.",
            self.credentials,
            f"{SUMMARY}\n{SUMMARY_LEAD}",
            self.summary,
            f"{ISSUES}\n{ISSUES_LEAD}",
        ]
        items = [paragraph for issue in self.issues for paragraph in issue.paragraphs()]
        return [paragraph for paragraph in [*opening, *items, *self.after] if paragraph]

    def write(self, shape: str = "spaced", width: int = _WIDTH) -> str:
        """Return the letter's text in the shape of one reader; ``bare`` has no paragraph breaks."""
        return written(self.paragraphs(), shape, width)


def written(paragraphs: list[str], shape: str = "spaced", width: int = _WIDTH) -> str:
    """Write paragraphs as a reader does: lines wrapped, the breaks between them in *shape*."""
    wrap = partial(textwrap.wrap, width=width, break_on_hyphens=False, break_long_words=False)
    blocks = [[row for line in text.split("\n") for row in wrap(line)] for text in paragraphs]
    if shape in {"spaced", "doubled", "spaced_crlf"}:
        source = " \n".join("".join(f"{row} \n" for row in block) for block in blocks)
    elif shape == "bare":
        source = "".join(f"{row}\n" for block in blocks for row in block)
    else:
        source = "\n".join("".join(f"{row}\n" for row in block) for block in blocks)
    if shape == "doubled":
        return source.replace("\n", "\n\n")
    return source.replace("\n", "\r\n") if shape.endswith("crlf") else source


def marked(source: str) -> tuple[str, list[Span]]:
    """Return *source* without its marks ⟦ ⟧, and the spans that they enclosed."""
    edges = [match.start() - n for n, match in enumerate(_MARK.finditer(source))]
    return _MARK.sub("", source), [
        Span(*pair) for pair in zip(edges[::2], edges[1::2], strict=True)
    ]


def read(source: str) -> tuple[Record, list[str]]:
    """Extract *source*, marks taken out; return the record and the words that were marked."""
    plain, spans = marked(source)
    return ENGINE.extract_text(plain), [plain[slice(*span)] for span in spans]


def codes(record: Record) -> list[str]:
    """Return the codes of a record's errors, in order."""
    return [f.code.value for f in record.findings if f.severity.value == "error"]


def places(value: Any) -> list[tuple[int, int]]:  # noqa: ANN401 - a value, or a group of them
    """Return the spans of a value or of a group of values."""
    group = value if isinstance(value, tuple) else (value,)
    return [(each.start, each.end) for each in group]


def values(part: Any) -> list[V[Any] | Citation]:  # noqa: ANN401 - any part of a record
    """Return every value and citation within a record, or a part of one."""
    if isinstance(part, tuple):
        return [value for member in part for value in values(member)]
    if isinstance(part, V):
        return [part]
    own: list[V[Any] | Citation] = [part] if isinstance(part, Citation) else []
    fields = getattr(type(part), "model_fields", {})
    return own + [value for name in fields for value in values(getattr(part, name))]


def reads_its_quotes(record: Record, source: str) -> bool:
    """Say whether every value of *record* is cut from *source* where it says."""
    return all(
        value.quote != "" and collapse(source[value.start : value.end]) == value.quote
        for value in values(record)
    )


def item(record: Record) -> Item:
    """Return the one item of *record*."""
    [only] = record.items
    return only


# --- records that are wrong in one thing ----------------------------------------------------------


def value(source: str, words: str, said: object = None, nth: int = 0) -> dict[str, Any]:
    """Return the value that the *nth* occurrence of *words* gives; *said* is what it says."""
    start = -1
    for _ in range(nth + 1):
        start = source.index(words, start + 1)
    quote = collapse(words)
    page = source.count("\f", 0, start) + 1 if "\f" in source else None
    return {
        "value": quote if said is None else said,
        "quote": quote,
        "start": start,
        "end": start + len(words),
        "page": page,
    }


def changed(record: Record, path: str, to: object) -> Record:
    """Return *record* with the part at JSON Pointer *path* replaced by *to*."""
    data = record.model_dump(by_alias=True, mode="json")
    *way, last = path.strip("/").split("/")
    part: Any = data
    for step in way:
        part = part[int(step)] if isinstance(part, list) else part[step]
    part[int(last) if isinstance(part, list) else last] = to
    return Record.model_validate(data)


def refused(record: Record, source: str) -> list[tuple[str, str]]:
    """Return code and path of every error that the validator finds in *record*."""
    found = validate(record, Text.of(source))
    return [(f.code.value, f.path) for f in found if f.severity.value == "error"]
