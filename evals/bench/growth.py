"""What grounding and validation cost: of a letter, and of letters a hundred times as large.

Grounding starts from the claims that a faultless model's reply would make: short values quoted and
searched for in their lines. Growth is a ratio of times within one run, over letters made here.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import median
from typing import NamedTuple

from evals.bench.measures import Measure, Target, turns
from evals.escape.reply import reply_of
from extractor.assemble import assemble
from extractor.findings import Finding
from extractor.guidelines import forget_citations
from extractor.pipeline import Extractor
from extractor.propose import Proposal
from extractor.record import Document, Provenance, Record
from extractor.text import Text
from extractor.treatments import read_treatment
from extractor.validate import validate

VALIDATION_TARGET = Target(1, at_least=False)
GROWTH_TARGET = Target(120, at_least=False)
TIMES = 100
_STEPS = ("grounding", "validation", "grounding and validation")
_MADE_BY = Provenance(proposer="rules", version="")

_OPENING = """\
Case Number: CM15-0481516
Date Assigned: 11/09/2015 Date of Injury: 02/20/2014
Decision Date: 12/07/2015 UR Denial Date: 10/19/2015
Priority: Standard Application
Received: 10/31/2015

HOW THE IMR FINAL DETERMINATION WAS MADE
MAXIMUS Federal Services sent the complete case file to an expert reviewer.

The Expert Reviewer has the following credentials:
State(s) of Licensure: California, Oregon
Certification(s)/Specialty: Occupational Medicine, Neurology

CLINICAL CASE SUMMARY
The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:

The injured worker is a 52-year-old female baker with a date of injury of 02/20/2014, when she
slipped on flour. The diagnosis is lumbar strain (847.2).{story}

IMR ISSUES, DECISIONS AND RATIONALES
The Final Determination was based on decisions for the disputed items/services set forth below:
"""
_ITEM = """
Lumbar brace number {n}, purchase: Upheld

Claims Administrator guideline: The Claims Administrator did not cite any medical evidence for its
decision.

MAXIMUS guideline: {field}

Decision rationale: The pain began last winter.{story} The request is not medically necessary.
"""
_SENTENCE = " On visit {n} she lifted trays of rolls, and the ache in her back was as it had been."
_CITATION = "Decision based on MTUS Low Back Complaints 2004, Section(s): Part {n}."


def growing_letter(sentences: int = 10, items: int = 2, citations: int = 2) -> str:
    """Return an invented letter.

    Args:
        sentences: How many the summary has, and each rationale, besides those that every letter
            has.
        items: How many treatments are in dispute.
        citations: How many each reviewer's field holds.
    """
    story = "".join(_SENTENCE.format(n=n) for n in range(sentences))
    field = "\n".join(_CITATION.format(n=n) for n in range(citations))
    issues = (_ITEM.format(n=n + 1, field=field, story=story) for n in range(items))
    return _OPENING.format(story=story) + "".join(issues)


GROWN: Mapping[str, Callable[[int], str]] = {
    "length": lambda times: growing_letter(sentences=50 * times),
    "items": lambda times: growing_letter(items=10 * times),
    "citations": lambda times: growing_letter(citations=20 * times),
}
"""What a letter has more of, and the letter that has so many times as much of it."""


class Reply(NamedTuple):
    """A letter, what a faultless reply proposes for it, and which document it is."""

    text: Text
    proposal: Proposal
    document: Document

    @classmethod
    def of(cls, source: str) -> "Reply":
        """Make the reply from the record that the rules read."""
        record = Extractor().extract_text(source)
        text = Text.of(source)
        return cls(text, reply_of(record, text), record.document)

    def ground(self) -> tuple[Record, list[Finding]]:
        """Return the record, and what was refused."""
        return assemble(self.proposal, self.text, self.document, _MADE_BY)

    def check(self) -> Record:
        """Ground and validate the reply."""
        record, refused = self.ground()
        findings = (*refused, *validate(record, self.text))
        return record.model_copy(update={"findings": findings})

    def afresh(self) -> "Reply":
        """Return the reply with a text of which nothing is remembered."""
        return self._replace(text=Text.of(self.text.source))


def validation_times(name: str, texts: Iterable[str], rounds: int) -> Iterator[Measure]:
    """Measure the median milliseconds that grounding, validation and both take of a letter."""
    replies = [Reply.of(text) for text in texts]
    if not replies:
        return
    taken = zip(*([_round(replies) for _ in range(rounds + 1)][1:]), strict=True)
    of = f"{len(replies)} letters"
    for step, medians in zip(_STEPS, taken, strict=True):
        target = VALIDATION_TARGET if step == _STEPS[-1] else None
        yield Measure.of_rounds(f"{name}: {step} of a letter", "ms", medians, of, target)


def _round(replies: Iterable[Reply]) -> list[float]:
    """Return the median milliseconds of each step."""
    _forget()
    times = [_milliseconds(reply.afresh()) for reply in replies]
    return [median(step) for step in zip(*times, strict=True)]


def _milliseconds(reply: Reply) -> tuple[float, float, float]:
    start = time.process_time()
    record, _ = reply.ground()
    grounded = time.process_time()
    validate(record, reply.text)
    end = time.process_time()
    return (grounded - start) * 1e3, (end - grounded) * 1e3, (end - start) * 1e3


def _forget() -> None:
    forget_citations()
    read_treatment.cache_clear()


def growth(rounds: int) -> Iterator[Measure]:
    """Measure how many times as long a letter takes that has a hundred times as much of a thing."""
    for name, grown in GROWN.items():
        yield _growth(name, Reply.of(grown(1)), Reply.of(grown(TIMES)), rounds)


def _growth(name: str, small: Reply, large: Reply, rounds: int) -> Measure:
    """Compare the time of *large* with that of *small*, which is done a hundred times."""
    taken = turns(
        {"small": lambda: _checked(small, TIMES), "large": lambda: _checked(large, 1)}, rounds
    )
    ratios = [TIMES * many / one for many, one in zip(taken["large"], taken["small"], strict=True)]
    of = f"{len(large.text.source):,} characters over {len(small.text.source):,}"
    return Measure.of_rounds(f"{TIMES} times the {name}", "times", ratios, of, GROWTH_TARGET)


def _checked(reply: Reply, times: int) -> None:
    for _ in range(times):
        _forget()
        reply.afresh().check()
