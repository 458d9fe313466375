"""How long citations and treatments take of a letter's time: the grammars alone, on one core."""

import time
from collections.abc import Iterable, Iterator
from statistics import median
from typing import NamedTuple

from evals.bench.measures import Measure, Target
from extractor.guidelines import cited_in, forget_citations, read_field
from extractor.layout import lay_out
from extractor.propose import ProposedItem
from extractor.propose.rules import propose
from extractor.text import Text
from extractor.treatments import read_treatment

FIELDS_TARGET = Target(0.5, at_least=False)


class _Letter(NamedTuple):
    text: Text
    items: list[ProposedItem]


def field_times(name: str, texts: Iterable[str], rounds: int) -> Iterator[Measure]:
    """Measure the median milliseconds of a letter's citations and treatments.

    Each round forgets what the citations of the last one came to; within it, as in a run, a
    citation that was read in one letter is remembered for the next.
    """
    letters = [_letter(text) for text in texts]
    if not letters:
        return
    medians = [_round(letters) for _ in range(rounds + 1)][1:]
    of = f"{len(letters)} letters"
    label = f"{name}: citations and treatments of a letter"
    yield Measure.of_rounds(label, "ms", medians, of, FIELDS_TARGET)


def _letter(source: str) -> _Letter:
    text = Text.of(source)
    return _Letter(text, propose(text, lay_out(text)).items)


def _round(letters: Iterable[_Letter]) -> float:
    forget_citations()
    read_treatment.cache_clear()
    return median(_milliseconds(letter) for letter in letters)


def _milliseconds(letter: _Letter) -> float:
    start = time.process_time()
    for item in letter.items:
        for claim in (item.claims_administrator, item.reviewer):
            if claim:
                read_field(letter.text, claim.scope)
        if item.rationale:
            cited_in(letter.text, item.rationale.scope)
        read_treatment(letter.text, item.request.scope, item.treatment.scope)
    return (time.process_time() - start) * 1e3
