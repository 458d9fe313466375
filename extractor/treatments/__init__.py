"""Treatments: what a request asks for, in the words of the DWC's own list."""

from extractor.treatments.read import Treatment, read_treatment

__all__ = ["Treatment", "read_treatment"]
