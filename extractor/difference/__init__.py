"""What two runs over the same letters say differently: after an upgrade, with other settings.

``differences`` yields one ``Change`` after the other, a ``Tally`` counts them by field and version.
"""

from extractor.difference.changes import Change, What
from extractor.difference.counts import Differences, Tally
from extractor.difference.fields import FIELDS, fields_under
from extractor.difference.pairs import Letters, differences

__all__ = [
    "FIELDS",
    "Change",
    "Differences",
    "Letters",
    "Tally",
    "What",
    "differences",
    "fields_under",
]
