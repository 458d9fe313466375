"""One synthetic letter: planned, written, printed on each paper, with its golden record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from evals.synth import dwc, older
from evals.synth.artefacts import spoil
from evals.synth.golden import labels, materialized
from evals.synth.plan import MISSING, Plan, plan
from evals.synth.printing import PDF, Block, Paper, Printed, print_letter
from evals.synth.traps import Trap, draw

_PDFBOX = Paper()
_SHAPES = {
    "no-blank-lines": Paper(first="", line="\n", gap=""),
    "doubled-newlines": Paper(first=" ", line=" \n\n", gap=" \n\n", last="\n\n"),
    "crlf": Paper(first=" \r\n", line=" \r\n", gap=" \r\n", last="\r\n"),
    "empty-lines": Paper(first="", line="\n", gap="\n"),
    "pages": Paper(rows=44, last="\n \f"),
    "label-after-page": Paper(rows=90, last="\n \f", glued=True),
}
_DOUBTED = "no-blank-lines"
_LOOKED_AT = frozenset({MISSING, "uncertain_boundary"})


@dataclass(frozen=True)
class Sheet:
    """A letter in one format: its case's name, its source and its golden labels.

    Attributes:
        name: The name of the case's folder.
        printed: The letter as text.
        media: ``text`` or ``pdf``.
        expected: The content of ``expected.json``.
        traps: The traps that it sets.
    """

    name: str
    printed: Printed
    media: str
    expected: str
    traps: tuple[str, ...]


def letter(
    seed: int, number: int, pool: Sequence[Trap], layouts: Sequence[str], formats: Sequence[str]
) -> list[Sheet]:
    """Return letter *number* of *seed* in each of *formats*, always the same."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 - letters are no secret
    layout, traps = draw(number, pool, layouts, formats, rng)
    planned = plan(layout, traps, rng)
    write = dwc.write if planned.is_dwc else older.write
    blocks, content = write(planned)
    return [_sheet(seed, number, planned, traps, blocks, content, media) for media in formats]


def _sheet(  # noqa: PLR0913, PLR0917 - what a sheet is made of
    seed: int, number: int, planned: Plan, traps: Sequence[Trap], blocks: Sequence[Block],
    content: dict[str, Any], media: str,
) -> Sheet:  # fmt: skip
    kept = [trap for trap in traps if trap.name in planned.traps]
    set_here = tuple(trap.name for trap in kept if media in trap.formats)
    name = f"{number:06d}-{planned.layout}-{media}"
    printed = _printed(blocks, _paper(set_here, media), set_here, planned.rng)
    suffix = "txt" if media == "text" else "pdf"
    findings = [*planned.findings, *_doubts(set_here, planned)]
    record = {
        "document": {"id": f"{name}/source.{suffix}", "layout": planned.layout},
        "status": _status(findings),
        "outcome": _outcome(content["items"]),
        **content,
        "findings": findings,
    }
    note = f"Synthetic letter {number} of seed {seed}. Traps: {', '.join(set_here) or 'none'}."
    expected = labels(materialized(record, printed), note, "dev")
    return Sheet(name, printed, media, expected, set_here)


def _paper(traps: Sequence[str], media: str) -> Paper:
    """Return the paper that the traps ask for."""
    if media == "pdf":
        paper = PDF
    else:
        shapes = [paper for name, paper in _SHAPES.items() if name in traps]
        paper = shapes[0] if shapes else _PDFBOX
        if "request-over-page" in traps and not paper.rows:
            paper = replace(paper, rows=10**6)
    hyphens = "hyphen-line-ends" in traps or "reader-artefacts" in traps
    return replace(paper, hyphens=hyphens)


def _printed(blocks: Sequence[Block], paper: Paper, traps: Sequence[str], rng: Random) -> Printed:
    printed, prose = print_letter(blocks, paper)
    if "reader-artefacts" in traps:
        spoil(printed, prose, rng)
    return printed


def _doubts(traps: Sequence[str], planned: Plan) -> list[dict[str, Any]]:
    """Return the findings of a letter that leaves it open where its requests begin."""
    if _DOUBTED not in traps:
        return []
    later = range(1, len(planned.items))
    return [{"code": "uncertain_boundary", "path": f"/items/{n}", "related": []} for n in later]


def _status(findings: Sequence[dict[str, Any]]) -> str:
    is_doubted = any(finding["code"] in _LOOKED_AT for finding in findings)
    return "review" if is_doubted else "verified"


def _outcome(items: Sequence[dict[str, Any]]) -> str:
    decisions = {item["decision"].value for item in items}
    return decisions.pop() if len(decisions) == 1 else "mixed"
