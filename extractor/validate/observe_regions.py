"""An observation: the request names one region of the body, the rationale speaks of another."""

import re
from collections.abc import Iterator

from extractor.findings import Code, Finding
from extractor.record import Item, Record
from extractor.text import Span, Text
from extractor.validate.regions import Named, named_regions, requested_regions, standing_for
from extractor.validate.spans import span_of
from extractor.values import sentence_around

_FACT = re.compile(
    r"\b(?:patient(?!-)|worker|claimant|applicant|employee|he|she|his|her|request(?:s|ed)?)\b",
    re.IGNORECASE,
)
# Guideline prose names its authority, cites papers, speaks of many patients or of any case.
_PROSE = re.compile(
    r"guideline|criteria|\b(?:mtus|acoem|odg|patients|workers|studies|when|where|if|unless|should|may)\b"
    r"|\([^()]{1,60},\s+\d{4}\)",
    re.IGNORECASE,
)


def body_region_mismatch(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per item whose rationale tells facts of another region than requested.

    Nothing is found where the rationale, its guideline prose included, names the requested
    region or one near it anywhere, or names none; nor where the request leaves it open.
    """
    for index, item in enumerate(record.items):
        if (elsewhere := _elsewhere(item, text)) is None or item.rationale is None:
            continue
        sentence = text.place(
            sentence_around(text.norm, span_of(text, item.rationale), *elsewhere.span)
        )
        yield Finding.of(
            Code.BODY_REGION_MISMATCH,
            "The rationale speaks of another region of the body than the request names.",
            f"/items/{index}/rationale",
            sentence,
            (text.place(span_of(text, item.request)), sentence),
        )


def _elsewhere(item: Item, text: Text) -> Named | None:
    """Return the first fact of *item*'s rationale on a region far from the requested ones."""
    regions = requested_regions(text.norm, span_of(text, item.request))
    if not regions or item.rationale is None:
        return None
    rationale = span_of(text, item.rationale)
    near = standing_for(regions)
    far: list[Named] = []
    for named in named_regions(text.norm, rationale):
        if named.region in near:
            return None
        far.append(named)
    return next((named for named in far if _is_fact(text.norm, rationale, named)), None)


def _is_fact(norm: str, rationale: Span, named: Named) -> bool:
    """Say whether the sentence that names the region tells of this patient or this request."""
    sentence = sentence_around(norm, rationale, *named.span)
    return bool(_FACT.search(norm, *sentence)) and not _PROSE.search(norm, *sentence)
