"""What a corpus holds, before anything is extracted: letters by layout and heading sequence.

A survey reads every letter once, on several processes, and shows which letters no layout covers,
and how those look: their headings, years, lengths, an example, and the layout that comes nearest.
"""

from collections.abc import Iterable

from extractor.pipeline import version
from extractor.run.crew import each
from extractor.source import Input
from extractor.survey.groups import Example, Group, Survey, surveyed
from extractor.survey.near import Near
from extractor.survey.sketch import Sketch, Sketcher

__all__ = ["Example", "Group", "Near", "Sketch", "Sketcher", "Survey", "survey"]


def survey(
    inputs: Iterable[Input], sketcher: Sketcher | None = None, *, jobs: int = 1, examples: int = 1
) -> Survey:
    """Group *inputs* by layout and heading sequence.

    A heading counts where a layout names it, or where it recurs among the letters of its layout:
    in at least two, and in 1 % of them where it stands in capitals, else in 5 %. So neither
    requests nor names part a group.

    Args:
        inputs: What to read, as ``extractor.source.find`` yields it; taken as it is needed.
        sketcher: Reads the letters; layouts of one's own, limits and encoding are its options.
        jobs: How many processes read; 1 is this process.
        examples: How many letters of each group are named.

    Returns:
        The counts; the same whatever *jobs* is. An input that gives no text is counted by code.
    """
    return surveyed(each(inputs, sketcher or Sketcher(), jobs), examples, version())
