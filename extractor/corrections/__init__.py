"""What people correct: a log that only grows, applied to the record of each letter anew.

A correction is a span of the letter, so it is grounded as any value is; what the machine reads
never takes its place. ``Corrections`` reads the log, ``append`` adds to it, ``revise`` applies it.
"""

from extractor.corrections.correction import ACTIONS, Correction, Dismissed, Standing, content_of
from extractor.corrections.following import Log
from extractor.corrections.log import Corrections, append, live
from extractor.corrections.revise import dismissed_in, is_dismissible, revise
from extractor.corrections.values import standing_at

__all__ = [
    "ACTIONS",
    "Correction",
    "Corrections",
    "Dismissed",
    "Log",
    "Standing",
    "append",
    "content_of",
    "dismissed_in",
    "is_dismissible",
    "live",
    "revise",
    "standing_at",
]
