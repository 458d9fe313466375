"""A letter as a survey sees it: layout, headings, year; nothing is extracted."""

from dataclasses import dataclass
from datetime import UTC, datetime

from extractor.layout import Layout, LayoutRule
from extractor.pipeline import Extractor, version
from extractor.propose.header import read_header
from extractor.record import Provenance, Record
from extractor.source import Source
from extractor.survey.headings import Heading, header_of, headings_of
from extractor.survey.near import Near, nearest
from extractor.text import Text
from extractor.values import DATE, parse_date

_FIRST_YEAR = 2013  # no Independent Medical Review is older


class Sketch(Record):
    """A letter's record without values, so that it travels as records do.

    Attributes:
        headings: What looks like a heading, in order.
        year: The year of the decision; None where no date tells it.
        dated: Whether the case header says so, or else the latest plausible date.
        near: The layout that comes nearest, of a letter of unknown layout.
    """

    headings: tuple[Heading, ...] = ()
    year: int | None = None
    dated: bool = False
    near: Near | None = None


@dataclass(frozen=True)
class Sketcher(Extractor):
    """Reads letters as an extractor does, and sketches them."""

    def extract_source(self, source: Source) -> Sketch:
        """Return the sketch of *source*."""
        letter = self._letter(source)
        rules = self._rules
        dated, year = _year(letter.text, letter.layout, rules)
        return Sketch(
            document=letter.document,
            status="review" if source.findings else "verified",
            findings=source.findings,
            provenance=Provenance(proposer="survey", version=version()),
            headings=headings_of(letter.text, letter.layout, rules),
            year=year,
            dated=dated,
            near=None if letter.layout.rule else nearest(letter.text.norm, rules),
        )


def _year(text: Text, layout: Layout, rules: tuple[LayoutRule, ...]) -> tuple[bool, int | None]:
    """Return whether the header dates the decision, and its year, or the latest plausible one."""
    claim = read_header(text, header_of(text, layout, rules)).get("decision_date")
    if claim and claim.value:
        return True, int(str(claim.value)[:4])
    days = (parse_date(match[0]) for match in DATE.finditer(text.norm))
    years = {int(day[:4]) for day in days if day}
    last = datetime.now(UTC).year
    return False, max((year for year in years if _FIRST_YEAR <= year <= last), default=None)
