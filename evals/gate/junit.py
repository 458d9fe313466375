"""The verdict as JUnit XML: a suite per arm, a test case per golden letter.

By the schema of Apache Ant's JUnit task, the strictest that is about; those of Jenkins, GitLab and
pytest read it too.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from evals.gate.losses import GONE
from evals.gate.verdict import Verdict
from evals.results import Letter
from evals.terminal import describe
from extractor.cli.output import disarmed, plain

WHOLE = "the arm as a whole"
ESCAPED, LOST = "escaped", "lost"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SHOWN = 20


def write(path: Path, verdicts: Sequence[Verdict]) -> None:
    """Write the verdicts to *path*, its folder made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tree = ET.ElementTree(suites(verdicts))
    ET.indent(tree)
    tree.write(path, encoding="utf-8", xml_declaration=True)


def suites(verdicts: Sequence[Verdict]) -> ET.Element:
    """Return the verdicts as an element ``testsuites``.

    The time stamp is the moment of writing, in UTC; the host is not named.
    """
    root = ET.Element("testsuites")
    root.extend(_suite(verdict, number) for number, verdict in enumerate(verdicts))
    return root


def _suite(verdict: Verdict, number: int) -> ET.Element:
    cases = list(_cases(verdict))
    named = {
        "name": _line(verdict.arm),
        "package": "imr-eval",
        "id": str(number),
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "hostname": "localhost",
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": "0",
        "time": _seconds(verdict.letters),
    }
    suite = ET.Element("testsuite", named)
    ET.SubElement(suite, "properties")
    suite.extend(cases)
    for stream in ("system-out", "system-err"):
        ET.SubElement(suite, stream)
    return suite


def _cases(verdict: Verdict) -> Iterable[ET.Element]:
    letters: dict[str, list[Letter]] = {}
    for letter in verdict.letters:
        letters.setdefault(letter.case, []).append(letter)
    gone: dict[str, list[Letter]] = {loss.case: [] for loss in verdict.losses if loss.kind == GONE}
    for name, repeats in sorted({**letters, **gone}.items()):
        yield _case(verdict, name, repeats)
    whole = _element(verdict, WHOLE, ())
    reasons = verdict.of_the_whole
    if reasons:
        kind = ESCAPED if any(reason.rule == ESCAPED for reason in reasons) else reasons[0].rule
        _fail(whole, kind, [reason.text for reason in reasons], [])
    yield whole


def _case(verdict: Verdict, name: str, repeats: Sequence[Letter]) -> ET.Element:
    case, lost = _element(verdict, name, repeats), verdict.failing.get(name)
    if lost:
        escaped = any(letter.score.escaped for letter in repeats)
        marks = dict.fromkeys(
            describe(name, mark) for letter in repeats for mark in letter.score.differences
        )
        _fail(case, ESCAPED if escaped else LOST, lost, list(marks))
    return case


def _element(verdict: Verdict, name: str, repeats: Sequence[Letter]) -> ET.Element:
    named = {"name": _line(name), "classname": _line(f"imr-eval.{verdict.arm}")}
    return ET.Element("testcase", {**named, "time": _seconds(repeats)})


def _fail(case: ET.Element, kind: str, lost: Sequence[str], marks: Sequence[str]) -> None:
    """Mark *case* as failed; the first thing lost is the message, all of it the text."""
    more = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    message = f"{'escaped error: ' if kind == ESCAPED else ''}{lost[0]}{more}"
    failure = ET.SubElement(case, "failure", {"message": _line(message), "type": kind})
    left = [f"… and {len(marks) - _SHOWN} more"] if len(marks) > _SHOWN else []
    shown = ["differences from the labels:", *marks[:_SHOWN], *left] if marks else []
    failure.text = "\n".join(map(_line, [*lost, *shown]))


def _seconds(letters: Iterable[Letter]) -> str:
    return f"{sum(letter.seconds or 0 for letter in letters):.3f}"


def _line(words: str) -> str:
    r"""Return *words* on one line; what XML forbids or a terminal obeys is U+FFFD.

    >>> _line("a\x00b\x1b[2J\nc\uffff")
    'a\ufffdb\ufffd[2J c\ufffd'
    """
    return _FORBIDDEN.sub("\ufffd", plain(disarmed(words)))
