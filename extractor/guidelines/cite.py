"""A citation as the record holds it: its components, and the characters it was read from."""

from extractor.guidelines.grammar import Cited
from extractor.record import Citation, Words
from extractor.text import Span, Text


def citation_of(cited: Cited, text: Text) -> Citation:
    """Return *cited* with its place in the source of *text*."""
    start, end = text.to_source(cited.span)
    return Citation(
        labelled=cited.labelled,
        authority=cited.authority,
        **vars(cited.components),
        quote=text.quote(start, end),
        start=start,
        end=end,
        page=text.page(start),
        excerpt=_excerpt(cited.excerpt, text) if cited.excerpt else None,
    )


def _excerpt(span: Span, text: Text) -> Words | None:
    span = text.trim(*span)
    if span.start >= span.end:
        return None
    place = text.place(span)
    return Words(value=text.words(span), **place.model_dump())
