"""The rules on the project's own golden letters: the suite's gate, letter by letter."""

from pathlib import Path

import pytest

from evals.testing import GoldenCase, assert_case, golden_cases

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.mark.parametrize("case", golden_cases(GOLDEN, split="dev"))
def test_the_rules_read_every_letter_to_develop_on_as_labelled(case: GoldenCase) -> None:
    """Every value, span, status and finding of the dev split is as labelled."""
    assert_case(case)
