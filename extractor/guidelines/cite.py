"""A citation as the record holds it: its components, and the characters it was read from."""

from extractor.guidelines.grammar import Cited
from extractor.record import Citation, Words
from extractor.text import Span, Text


def citation_of(cited: Cited, text: Text) -> Citation:
    """Return *cited* with its place in the source of *text*."""
    start, end = text.to_source(cited.span)
    quote, page = text.read(start, end)
    parts = vars(cited.components) | {
        "labelled": cited.labelled,
        "authority": cited.authority,
        "quote": quote,
        "start": start,
        "end": end,
        "page": page,
        "excerpt": _excerpt(cited.excerpt, text) if cited.excerpt else None,
    }
    made: Citation = Citation.__pydantic_validator__.validate_python(parts)  # as Citation(**parts)
    return made


def _excerpt(span: Span, text: Text) -> Words | None:
    span = text.trim(*span)
    return text.value(Words, span) if span.start < span.end else None
