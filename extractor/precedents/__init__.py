"""Precedents: letters that say something, and letters that are like one.

Both read the database that ``imr extract LETTERS --out letters.db`` writes, and change nothing.
"""

from extractor.precedents.filters import Filters
from extractor.precedents.likeness import Likeness
from extractor.precedents.passages import Passage
from extractor.precedents.search import Hit, Hits, search
from extractor.precedents.similar import Precedent, Precedents, similar

__all__ = [
    "Filters",
    "Hit",
    "Hits",
    "Likeness",
    "Passage",
    "Precedent",
    "Precedents",
    "search",
    "similar",
]
