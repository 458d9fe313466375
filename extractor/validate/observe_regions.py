"""An observation: the request names one region of the body, the rationale speaks of another."""

import re
from collections.abc import Iterator
from itertools import groupby

from extractor.findings import Code, Finding
from extractor.record import Item, Record
from extractor.text import Span, Text
from extractor.validate.regions import named_regions, requested_regions, standing_for
from extractor.validate.sentences import sentences
from extractor.validate.spans import span_of

_FACT = re.compile(
    r"\b(?:patient(?!-)|worker|claimant|applicant|employee|he|she|his|her|request(?:s|ed)?)\b",
    re.IGNORECASE,
)
# Guideline prose names its authority, cites papers, speaks of many patients or of any case.
_PROSE = re.compile(
    r"guideline|criteria|\b(?:mtus|acoem|odg|patients|workers|studies)\b"
    r"|\b(?:when|where|if|unless|should|may)\b|\([^()]{1,60},\s+\d{4}\)",
    re.IGNORECASE,
)


def body_region_mismatch(record: Record, text: Text) -> Iterator[Finding]:
    """Yield a finding per item whose rationale tells facts of another region than requested.

    Nothing is found where the rationale, its guideline prose included, names the requested
    region or one near it anywhere, or names none; nor where the request leaves it open.
    """
    for index, item in enumerate(record.items):
        if (fact := _fact_elsewhere(item, text)) is not None:
            request, sentence = text.place(span_of(text, item.request)), text.place(fact)
            yield Finding.of(
                Code.BODY_REGION_MISMATCH,
                "The rationale speaks of another region of the body than the request names.",
                f"/items/{index}/rationale",
                sentence,
                (request, sentence),
            )


def _fact_elsewhere(item: Item, text: Text) -> Span | None:
    """Return the first sentence of *item*'s rationale with a fact far from the request."""
    regions = requested_regions(text.norm, span_of(text, item.request))
    if not regions or item.rationale is None:
        return None
    rationale, near = span_of(text, item.rationale), standing_for(regions)
    far: list[Span] = []
    for region, span in named_regions(text.norm, rationale):
        if region in near:
            return None
        far.append(span)
    found = groupby(sentences(text.norm, rationale, far))
    return next((sentence for sentence, _ in found if _is_fact(text.norm, sentence)), None)


def _is_fact(norm: str, sentence: Span) -> bool:
    """Say whether *sentence* tells of this patient or this request."""
    return bool(_FACT.search(norm, *sentence)) and not _PROSE.search(norm, *sentence)
