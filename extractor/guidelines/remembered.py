"""What the grammar remembers between letters, and how to make it forget."""

from extractor.guidelines.components import components_of
from extractor.guidelines.documents import mtus_documents, other_documents
from extractor.guidelines.grammar import read_field
from extractor.guidelines.prose import cited_in


def forget_citations() -> None:
    """Forget every citation read so far; for measurements, which are of the work itself."""
    for remembered in (read_field, cited_in, components_of, mtus_documents, other_documents):
        remembered.cache_clear()
