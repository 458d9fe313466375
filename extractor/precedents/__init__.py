"""Precedents: letters that say something, and letters that are like one.

Both read the database that ``imr extract LETTERS --out letters.db`` writes, and change nothing.
"""

from extractor.precedents.filters import Filters, decided_in
from extractor.precedents.likeness import Likeness
from extractor.precedents.passages import Passage
from extractor.precedents.search import FIELDS, Hit, Hits, search
from extractor.precedents.similar import Precedent, Precedents, similar

__all__ = [
    "FIELDS",
    "Filters",
    "Hit",
    "Hits",
    "Likeness",
    "Passage",
    "Precedent",
    "Precedents",
    "decided_in",
    "search",
    "similar",
]
