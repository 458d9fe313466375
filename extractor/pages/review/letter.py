"""What a review page shows of a letter, as JSON holds it: pure, for the file and for the server.

Offsets are those of the record: half-open, in code points of the letter's text.
"""

from collections.abc import Callable, Iterator
from typing import Any, get_args

from extractor.corrections import content_of, is_dismissible
from extractor.findings import Finding, Severity
from extractor.record import REASONS, BodyRegion, Cites, DecisionWord, Polarity, Record
from extractor.source import Input, Source, is_address
from extractor.treatments.vocabulary import CATEGORIES, DRUG_CLASSES, REGIONS

Json = dict[str, Any]


def letter_of(
    record: Record,
    source: Source | Finding,
    pdf: bytes | None = None,
    picture: Callable[[int], str] | None = None,
    *,
    place: int = 0,
) -> Json:
    """Return one letter with its record, as the page reads it.

    Args:
        record: The record, corrected as it stands.
        source: The letter that it was made of, or why there is none to show.
        pdf: The file, where *source* is a PDF and its pages shall be shown.
        picture: Says where the picture of a page, from 1, is to be had; None puts each into the
            letter itself.
        place: The letter's place in the queue.

    Returns:
        ``place``, ``record``, ``text`` ("" without a letter), ``media_type``, ``pages`` and
        ``boxes`` (None without a PDF), ``dismissible`` (of each finding), ``content`` (the digest
        of what the record says) and ``problem`` (None, or ``code`` and ``message``).

    Raises:
        InputError: *pdf* cannot be opened.
    """
    letter = source if isinstance(source, Source) else None
    return {
        "place": place,
        "record": record.model_dump(mode="json", by_alias=True),
        "text": letter.text if letter else "",
        "media_type": letter.media_type if letter else None,
        **_shown(record, letter, pdf, picture),
        "dismissible": [is_dismissible(each) for each in record.findings],
        "content": content_of(record),
        "problem": _said(source) if isinstance(source, Finding) else None,
    }


def _shown(
    record: Record,
    source: Source | None,
    pdf: bytes | None,
    picture: Callable[[int], str] | None,
) -> Json:
    """Return the pages of a PDF, and where on them the record's words stand."""
    if source is None or pdf is None:
        return {"pages": None, "boxes": None}
    from extractor.pages.review import sheets  # noqa: PLC0415 - text files do without PDFium

    drawn = sheets.sheets(pdf, source.text, spans_of(record))
    pages = []
    for number, (width, height) in enumerate(drawn.sizes, start=1):
        where = picture(number) if picture else sheets.data_uri(sheets.picture(pdf, number))
        pages.append({"width": width, "height": height, "image": where})
    boxes = {f"{start}-{end}": list(map(list, of)) for (start, end), of in drawn.boxes.items()}
    return {"pages": pages, "boxes": boxes}


def _said(problem: Finding) -> Json:
    return {"code": problem.code.value, "message": problem.message}


def named_by(record: Record) -> Input | None:
    """Return the file of this machine that *record* says it was made of; None where there is none.

    Records come from anyone: they name a file by its SHA-256 too, else any could be shown, and
    nothing is asked of another machine.
    """
    document = record.document
    if not (document.path and document.sha256) or _is_elsewhere(document.path):
        return None
    return Input(document.id, document.path)


def _is_elsewhere(path: str) -> bool:
    """Say whether *path* leads to another machine: an address, or a share of Windows."""
    return is_address(path) or path.startswith(("\\\\", "//"))


def spans_of(record: Record) -> set[tuple[int, int]]:
    """Return every span that the record names: of values, citations, findings, passages."""
    return set(_spans(record.model_dump(mode="json", exclude={"document", "provenance"})))


def _spans(part: object) -> Iterator[tuple[int, int]]:
    if isinstance(part, dict):
        start, end = part.get("start"), part.get("end")
        if isinstance(start, int) and isinstance(end, int):
            yield start, end
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from _spans(each)


def queue_row(place: int, record: Record) -> Json:
    """Return what the queue says of a letter: standing errors and observations by their code."""
    found = [each for each in record.findings if each.stands]
    number = record.case.case_number
    return {
        "place": place,
        "id": record.document.id,
        "case_number": number.value if number else None,
        "status": record.status,
        "outcome": record.outcome,
        "items": len(record.items),
        "codes": _codes(found, Severity.ERROR),
        "observations": _codes(found, Severity.OBSERVATION),
        "reviewed": record.provenance.reviewed,
        "verdict": None,
        "dealt": None,
    }


def _codes(found: list[Finding], severity: Severity) -> list[str]:
    return list(dict.fromkeys(each.code.value for each in found if each.severity is severity))


def choices() -> Json:
    """Return the closed lists that a person chooses from, each in its own order."""
    sides = BodyRegion.model_fields["side"].annotation
    return {
        "decision": list(get_args(DecisionWord)),
        "conclusion": list(get_args(Polarity)),
        "priority": ["standard", "expedited"],
        "sex": ["male", "female"],
        "cites": list(get_args(Cites)),
        "categories": {name: list(parts) for name, parts in CATEGORIES.items()},
        "drug_classes": list(DRUG_CLASSES),
        "regions": list(REGIONS),
        "sides": [side for union in get_args(sides) for side in get_args(union)],
        "reasons": list(REASONS),
    }
