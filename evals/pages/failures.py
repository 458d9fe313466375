"""The letters that an arm did not get right, worst first, and how much of them a page shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.pages.arms import Entry
from evals.pages.differences import Difference, differences
from evals.pages.passages import Sources
from evals.results import Letter

SHOWN = 1000  # differences on a page, so that it stays below 2 MB
PER_LETTER = 25
LETTERS_BESIDE = 100


@dataclass(frozen=True)
class Failure:
    """A letter that an arm did not get right.

    Attributes:
        anchor: The id of its place on the page.
        letter: The reading.
        badges: What to know at a glance.
        codes: The produced record's finding codes, and how often each.
        differences: The first of its differences.
        rest: How many more there are.
        missing: How many values are missing where there is no record at all.
    """

    anchor: str
    letter: Letter
    badges: Sequence[tuple[str, str]]
    codes: Sequence[tuple[str, int]]
    differences: Sequence[Difference]
    rest: int
    missing: int


@dataclass(frozen=True)
class Failures:
    """An arm's failures: those shown, and how many more there are."""

    entry: Entry
    shown: Sequence[Failure]
    rest: int


def failures(arms: Sequence[Entry], sources: Sources, room: int = SHOWN) -> list[Failures]:
    """Return each arm's failures.

    Args:
        arms: The arms, of which each gets an even part of the room.
        sources: The letters' texts.
        room: How many differences are shown at most.
    """
    return [_failures(entry, sources, room // max(1, len(arms))) for entry in arms]


def _failures(entry: Entry, sources: Sources, room: int) -> Failures:
    failed = sorted((each for each in entry.letters if not each.score.perfect), key=_badness)
    shown: list[Failure] = []
    for letter in failed:
        if room <= 0:
            break
        shown.append(_failure(entry, letter, sources, min(room, PER_LETTER), len(shown)))
        room -= max(1, len(shown[-1].differences))
    return Failures(entry, shown, len(failed) - len(shown))


def _badness(letter: Letter) -> tuple[int, bool, int, str, int]:
    """Order letters: escaped errors, then no record, then most errors, then by name."""
    errors = sum(mark.is_error for mark in letter.score.differences)
    return (-letter.score.escaped, letter.record is not None, -errors, letter.case, letter.repeat)


def _failure(entry: Entry, letter: Letter, sources: Sources, room: int, number: int) -> Failure:
    found = differences(letter, sources.text(letter.case, letter.source_sha256))
    return Failure(
        anchor=f"arm-{entry.rank}-letter-{number + 1}",
        letter=letter,
        badges=badges(letter),
        codes=_codes(letter),
        differences=found[:room],
        rest=max(0, len(found) - room),
        missing=len(letter.score.differences) if letter.record is None else 0,
    )


def badges(letter: Letter) -> list[tuple[str, str]]:
    """Return what to know of a letter at a glance: a kind, and words for it."""
    score = letter.score
    errors = sum(mark.is_error for mark in score.differences)
    told = [
        ("bad", "no record", score.status is None),
        ("bad", f"{score.escaped} escaped", score.escaped > 0),
        ("warn", _plural(errors, "error"), errors > 0 and not score.escaped and score.status),
        ("warn", "needless review", score.needless),
        ("info", "spans only", not errors and not score.needless),
        ("info", "test split", letter.split == "test"),
        ("info", f"repeat {letter.repeat + 1}", letter.repeat > 0),
    ]
    return [(kind, words) for kind, words, applies in told if applies]


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _codes(letter: Letter) -> list[tuple[str, int]]:
    findings = (letter.record or {}).get("findings") or ()
    codes = [str(finding["code"]) for finding in findings]
    return [(code, codes.count(code)) for code in dict.fromkeys(codes)]


def opened(arms: Sequence[Failures]) -> str | None:
    """Return the anchor of the failure to show open: the first of a letter to develop on.

    Letters of the test split are looked at by their score; nobody is shown one unasked.
    """
    shown = (failure for arm in arms for failure in arm.shown)
    return next((each.anchor for each in shown if each.letter.split != "test"), None)


@dataclass(frozen=True)
class Beside:
    """A letter that some arm did not get right: what each arm made of it, and where that is."""

    case: str
    cells: Sequence[tuple[str, str, str | None]]


def beside(arms: Sequence[Failures]) -> tuple[list[Beside], int]:
    """Return the letters that any arm failed, each arm's result beside the others', and the rest.

    Of a letter read several times the worst reading is told.
    """
    cases = sorted({each.case for arm in arms for each in arm.entry.letters})
    worst = [_worst(arm) for arm in arms]
    failed = [case for case in cases if any(_failed(letters.get(case)) for letters in worst)]
    anchors = [_anchors(arm) for arm in arms]
    rows = [
        Beside(case, [_cell(case, *each) for each in zip(worst, anchors, strict=True)])
        for case in failed[:LETTERS_BESIDE]
    ]
    return rows, len(failed) - len(rows)


def _worst(arm: Failures) -> dict[str, Letter]:
    ordered = sorted(arm.entry.letters, key=lambda each: (each.score.perfect, _badness(each)))
    return {letter.case: letter for letter in reversed(ordered)}


def _failed(letter: Letter | None) -> bool:
    return letter is not None and not letter.score.perfect


def _anchors(arm: Failures) -> dict[str, str]:
    return {each.letter.case: each.anchor for each in reversed(arm.shown)}


def _cell(
    case: str, worst: dict[str, Letter], anchors: dict[str, str]
) -> tuple[str, str, str | None]:
    """Return a kind, words, and an anchor where there is more to see."""
    letter = worst.get(case)
    if letter is None:
        return "none", "not read", None
    if letter.score.perfect:
        return "good", "perfect", None
    kind, words = badges(letter)[0]
    return kind, words, anchors.get(case)
