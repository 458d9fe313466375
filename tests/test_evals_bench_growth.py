"""What validation costs, and how the cost grows: that the measures measure what they say."""

from pathlib import Path

import pytest

from evals.bench import Effort, measure
from evals.bench.growth import GROWN, Reply, growing_letter, validation_times
from extractor.pipeline import Extractor
from extractor.record import status_of


@pytest.mark.parametrize("name", GROWN)
def test_a_grown_letter_is_verified(name: str) -> None:
    """What is timed goes the whole way: nothing ends at the first finding."""
    small, large = Reply.of(GROWN[name](1)).check(), Reply.of(GROWN[name](3)).check()
    assert status_of(small.findings, has_text=True) == "verified"
    assert status_of(large.findings, has_text=True) == "verified"


def test_a_letter_grows_by_what_it_is_asked_for() -> None:
    """So many items, and so many citations in each, are read from it."""
    record = Extractor().extract_text(growing_letter(sentences=0, items=3, citations=5))
    assert [len(item.reviewer.citations) for item in record.items if item.reviewer] == [5, 5, 5]


def test_a_reply_is_the_record_it_was_made_from() -> None:
    """Grounding a faultless reply gives back what the rules read."""
    source = growing_letter()
    record = Reply.of(source).check()
    assert record.items == Extractor().extract_text(source).items


def test_each_step_of_a_letter_is_measured() -> None:
    """Grounding, validation, and both, of which only both has a target."""
    alone = list(validation_times("mine", [growing_letter()], 1))
    assert [each.target is not None for each in alone] == [False, False, True]
    assert list(validation_times("none", [], 1)) == []


def test_the_parts_can_be_measured_alone(root: Path) -> None:
    """A part is measured when it is asked for, on golden and synthetic letters."""
    effort = Effort(rounds=1, letters=1, files=1)
    measured = list(measure(root / "golden", None, 20, "validation", effort))
    assert [each.name.partition(":")[0] for each in measured] == ["golden"] * 3 + ["synthetic"] * 3
