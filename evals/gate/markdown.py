"""The verdict as Markdown, for a comment on a pull request.

Whatever comes from a letter or a name stands in ``<code>`` with every sign that Markdown or HTML
could obey as a character reference: no table is broken, nothing is linked, nobody is mentioned.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from evals.gate.baseline import Standing
from evals.gate.losses import Loss
from evals.gate.screen import heading, letters_tested
from evals.gate.verdict import Rule, Verdict, all_passed
from evals.scoring.marks import Mark
from evals.terminal import SCREEN
from extractor.cli.output import plain
from extractor.intervals import Interval, clustered, wilson
from extractor.text import collapse

MARKER = "<!-- imr-eval gate -->"
LONG = 10  # more rows than this are folded away
MOST = 50_000  # characters of rows; GitHub takes 65,536 in a comment
_ACTIVE = re.compile(r"[^\w\s,;'\"%()=\u0080-\U0010ffff]|_")
_WORDS = 120
_COUNTED = (
    ("perfect letters", "perfect", "records"),
    ("verified records with an escaped error", "misled", "verified"),
    ("needless reviews", "needless", "records"),
)


def write(path: Path, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts to *path*, its folder made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document(verdicts), encoding="utf-8", newline="\n")


def document(verdicts: Sequence[Verdict]) -> str:
    """Return the comment: the verdict, and for each arm its table, losses and gains."""
    passed = "passed" if all_passed(verdicts) else "failed"
    room = MOST // max(1, 2 * len(verdicts))
    arms = [block for verdict in verdicts for block in _arm(verdict, room)]
    return "\n\n".join([MARKER, f"### imr-eval: gate {passed}", *arms]) + "\n"


def _arm(verdict: Verdict, room: int) -> Iterator[str]:
    yield f"{'✅' if verdict.passed else '❌'} {escaped(heading(verdict))}"
    yield _table(verdict)
    reasons = [reason.text for reason in verdict.reasons if reason.rule is not Rule.LOSS]
    more = [f"… and {len(reasons) - SCREEN} more"] if len(reasons) > SCREEN else []
    tested = [f"tested: {letters_tested(verdict)}"] if verdict.by_chance else []
    if listed := [*reasons[:SCREEN], *more, *tested]:
        yield "\n".join(f"- {escaped(reason)}" for reason in listed)
    for title, moved in (("losses", verdict.losses), ("gains", verdict.gains)):
        if moved:
            yield _moved(title, moved, verdict, room)


# --- the counts -----------------------------------------------------------------------------------


def _table(verdict: Verdict) -> str:
    rows = [
        [title, _share(verdict.was, part, whole), _share(verdict.now, part, whole)]
        for title, part, whole in _COUNTED
    ]
    errors = [
        str(sum(case.escaped for case in arm.cases.values())) for arm in (verdict.was, verdict.now)
    ]
    return _rows(["", "baseline", "now"], [*rows, ["escaped errors", *errors]])


def _share(arm: Standing, part: str, whole: str) -> str:
    """Say a share of an arm's records with its n and interval, letters drawn whole."""
    parts = [getattr(case, part) for case in arm.cases.values()]
    wholes = [getattr(case, whole) for case in arm.cases.values()]
    k, n = sum(parts), sum(wholes)
    interval = wilson(k, n) if max(wholes, default=0) <= 1 else clustered(parts, wholes)
    return f"{k} of {n}{_said(k, n, interval)}"


def _said(k: int, n: int, interval: Interval | None) -> str:
    if interval is None:
        return ""
    low, high = (f"{100 * end:.1f}" for end in interval)
    return f" ({100 * k / n:.1f} %; 95 % interval {low} to {high})"


# --- what moved -----------------------------------------------------------------------------------


def _moved(title: str, moved: Sequence[Loss], verdict: Verdict, room: int) -> str:
    groups = [list(group) for _, group in groupby(sorted(moved, key=_place), key=_place)]
    cells = [_cells(group, _values(group, verdict, gained=title == "gains")) for group in groups]
    fitting = list(_fitting(cells, room))
    header = ["letter", "field", "baseline → now", "expected", "produced"]
    body = _rows(header, fitting)
    if len(fitting) < len(cells):
        body += f"\n\n… and {len(cells) - len(fitting)} more."
    said = f"{title} in {len(groups)} fields of {len({loss.case for loss in moved})} letters"
    if len(cells) <= LONG:
        return f"**{said}**\n\n{body}"
    return f"<details><summary>{said}</summary>\n\n{body}\n\n</details>"


def _place(loss: Loss) -> tuple[str, str]:
    return loss.case, loss.field


def _cells(group: Sequence[Loss], values: tuple[str, str]) -> list[str]:
    counts = ", ".join(f"{loss.kind} {loss.was} → {loss.now}" for loss in group)
    return [code(group[0].case), code(group[0].field or "the letter"), counts, *map(code, values)]


def _values(group: Sequence[Loss], verdict: Verdict, *, gained: bool) -> tuple[str, str]:
    """Return what is expected and produced in a field that moved: of losses the first difference.

    Of gains the value that is right now, where the letter has only one; the baseline does not
    know which of several was wrong.
    """
    case, field = group[0][:2]
    marks = list(_marks(verdict, case, field))
    chosen = marks if gained and len(marks) == 1 else []
    if not gained:
        chosen = [mark for mark in marks if not mark.is_flawless]
    if not chosen:
        return "", ""
    expected, produced = chosen[0].expected, chosen[0].produced
    return _words(expected), _words(produced)


def _words(value: object) -> str:
    r"""Return a scored value in words, on one line and cut; nothing where there is none.

    >>> _words({"request": {"value": "MRI of the\nlumbar spine", "quote": ""}}), _words(None)
    ('MRI of the lumbar spine', '')
    """
    while isinstance(value, Mapping):
        value = value.get("value", value.get("quote", value.get("request", "")))
    words = "" if value is None else collapse(str(value))
    return words if len(words) <= _WORDS else f"{words[:_WORDS]}…"


def _marks(verdict: Verdict, case: str, field: str) -> Iterator[Mark]:
    for letter in verdict.letters:
        if letter.case == case and field:
            marks = (*letter.score.marks, *letter.score.code_marks)
            yield from (mark for mark in marks if mark.field == field)


def _fitting(rows: Iterable[list[str]], room: int) -> Iterator[list[str]]:
    for row in rows:
        room -= sum(map(len, row))
        if room < 0:
            return
        yield row


# --- Markdown -------------------------------------------------------------------------------------


def _rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def code(words: str) -> str:
    r"""Return *words* as they are, for a cell; nothing where there are none.

    >>> code("a|b`<i>\n@x")
    '<code>a&#124;b&#96;&#60;i&#62; &#64;x</code>'
    """
    return f"<code>{escaped(words)}</code>" if words else ""


def escaped(words: str) -> str:
    """Return *words* on one line, each sign that could mean something as a character reference."""
    return _ACTIVE.sub(lambda sign: f"&#{ord(sign.group())};", plain(words))
