"""Which check, and which rule of it, a corruption is caught by."""

import re
from collections.abc import Sequence

from evals.escape.letters import Letter
from evals.escape.made import Made, judge
from extractor.findings import Finding
from extractor.validate import CHECKS

_INDEX = re.compile(r"/\d+")


def rule(finding: Finding) -> str:
    """Name the rule that a finding is of: its code and its path, whichever item it is in.

    >>> from extractor.findings import Code
    >>> rule(Finding.of(Code.WRONG_PLACE, "", "/items/3/request"))
    'wrong_place /items/#/request'
    """
    return f"{finding.code.value} {_INDEX.sub('/#', finding.path)}"


def sole_check(letter: Letter, made: Made) -> str | None:
    """Return the check without which *made* escapes; None where no single one matters.

    Checks are left out by halves: where something still catches it, none of that half is the only
    one.
    """
    names: Sequence[str] = list(CHECKS)
    while len(names) > 1:
        halves = names[: len(names) // 2], names[len(names) // 2 :]
        left = [half for half in halves if judge(letter, made, half).passes]
        if not left:
            return None
        names = left[0]
    return names[0] if judge(letter, made, names).passes else None
