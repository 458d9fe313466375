"""What pointers save: the tokens of faultless replies, over those of replies that copy values."""

from collections.abc import Iterator
from pathlib import Path

from evals.bench.measures import Measure, Target
from evals.dataset import Dataset
from evals.replies import reply_of
from extractor.golden import Case
from extractor.pipeline import Extractor
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.tokens import counter
from extractor.source import read

TARGET = Target(0.25, at_least=False)
PUBLISHED = "published"


def reply_tokens(golden: Path) -> Iterator[Measure]:
    """Measure the tokens of replies on the published letters among the golden ones, summed."""
    cases = [case for case in Dataset.load(golden).cases if case.origin == PUBLISHED]
    counts = [_counts(case) for case in cases]
    pointing, copying = (sum(each) for each in zip(*counts, strict=True)) if counts else (0, 0)
    if copying:
        of = f"{len(cases)} published letters, {pointing} tokens over {copying}, {counter().name}"
        yield Measure.of_rounds(
            "reply: pointers over copies", "times", [pointing / copying], of, TARGET
        )


def _counts(case: Case) -> tuple[int, int]:
    """Return the tokens of a reply that points into the letter, and of one that copies it."""
    source = read(case.source, case.name)
    lines, record = NumberedLines(source.as_text()), Extractor().extract_source(source)
    replies = (reply_of(record, lines, brief=brief) for brief in (True, False))
    pointing, copying = (counter().count(reply.model_dump_json()) for reply in replies)
    return pointing, copying
