"""Guidelines: which ones a letter cites, by one grammar and a catalogue with its sources.

>>> from extractor.guidelines import find_citations
>>> [citation.guideline for citation in find_citations("ACOEM Chapter 12, page 303, and the ODG")]
['mtus/acoem/12', 'odg']
"""

from extractor.guidelines.catalogue import UNKNOWN, Guideline, catalogue
from extractor.guidelines.cite import citation_of
from extractor.guidelines.grammar import Cited, Reading, cited_at, read_field
from extractor.guidelines.prose import cited_in, find_citations
from extractor.guidelines.remembered import forget_citations

__all__ = [
    "UNKNOWN",
    "Cited",
    "Guideline",
    "Reading",
    "catalogue",
    "citation_of",
    "cited_at",
    "cited_in",
    "find_citations",
    "forget_citations",
    "read_field",
]
