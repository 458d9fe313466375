"""Citations of guidelines: one grammar for the fields of both sides."""

from extractor.guidelines.grammar import Cited, Reading, read_field

__all__ = ["Cited", "Reading", "read_field"]
