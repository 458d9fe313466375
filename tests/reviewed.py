"""Letters and records for tests of the review page: the golden ones, and a hostile one."""

from functools import cache
from pathlib import Path
from typing import Any

from extractor import Extractor, extract
from extractor.findings import Code, Dismissal, Finding, Passage
from extractor.pages.review.letter import letter_of, queue_row
from extractor.pages.review.page import render
from extractor.record import Record
from extractor.source import from_text, read

GOLDEN = Path(__file__).parent.parent / "golden"
BAD = (
    "</script><script>window.__ran=1</script><img src=x onerror=window.__ran=1>"
    "<!-- {{7*7}} \u202e\u0007\u2028 \U0001f9b4 &lt;b&gt;"
)
HOSTILE = f"""\
HOW THE IMR FINAL DETERMINATION WAS MADE
State(s) of Licensure: Nevada {BAD}
Certification(s)/Specialty: Neurology

CLINICAL CASE SUMMARY
The expert reviewer developed the following clinical case summary based on a review of the
case file, including all medical records:

The worker is a 40 year old woman. {BAD}

IMR ISSUES, DECISIONS AND RATIONALES
The Final Determination was based on decisions for the disputed items/services set forth below:

Left elbow arthroscopy {BAD}: Upheld

Claims Administrator guideline: Decision based on MTUS Elbow Complaints 2007, {BAD}.

MAXIMUS guideline: Decision based on MTUS Elbow Complaints 2007.

Decision rationale: {BAD} The arthroscopy is not medically necessary.
"""


def folders(kind: str) -> list[Path]:
    """Return the golden letters that are text, or PDF."""
    return sorted(GOLDEN.glob(f"*/source.{kind}"))


@cache
def read_golden(path: Path) -> Record:
    """Return the record of a golden letter, named as its folder."""
    return Extractor().extract(path, id=path.parent.name)


def shown(path: Path, place: int = 0) -> dict[str, Any]:
    """Return a golden letter as a page shows it."""
    source = read(path, path.parent.name)
    pdf = path.read_bytes() if path.suffix == ".pdf" else None
    return letter_of(read_golden(path), source, pdf, place=place)


def hostile() -> Record:
    """Return a record that is hostile wherever words of others can stand in one."""
    record = extract(text=HOSTILE)
    at = HOSTILE.index("arthroscopy")
    passage = Passage(start=at, end=at + 11, quote=f"arthroscopy {BAD}")
    said = Dismissal(by=BAD, at=BAD, reason=BAD)
    findings = (
        Finding.of(Code.UNCITED_TEXT, BAD, f"/items/0/{BAD}", passage, (passage,)),
        Finding.of(Code.DISAGREEMENT, BAD, "/items/0/decision", passage).model_copy(
            update={"dismissed": said}
        ),
    )
    document = record.document.model_copy(update={"id": BAD, "layout": BAD})
    provenance = record.provenance.model_copy(update={"proposer": BAD, "version": BAD})
    changed = {"document": document, "findings": findings, "provenance": provenance}
    return record.model_copy(update=changed | {"status": "review"})


def page_of(paths: list[Path], note: str = "") -> str:
    """Return the static page of golden letters."""
    records = [read_golden(path) for path in paths]
    rows = [queue_row(place, each) for place, each in enumerate(records)]
    return render(rows, [shown(path, place) for place, path in enumerate(paths)], note)


def hostile_page() -> str:
    """Return the static page of the hostile record, beside a letter that is none."""
    record = hostile()
    rows = [queue_row(0, record), queue_row(1, extract(text="x"))]
    letters = [
        letter_of(record, from_text(HOSTILE)),
        letter_of(extract(text="x"), from_text("x"), place=1),
    ]
    return render(rows, letters, BAD)
