"""Every exception that imr-extractor raises itself.

    ImrError
    ├── InputError             an input cannot be read; carries its finding code
    ├── LayoutError            a layout file is not one
    ├── CatalogueError         an entry of the catalogue of guidelines is not one
    ├── OutputError            an output cannot be written, or was made otherwise
    ├── GoldenError            a golden case is incomplete or its spans do not read
    └── QuoteError             a quote cannot be located
        ├── MissingQuote       its words do not stand there
        └── AmbiguousQuote     its words stand there more than once

Letters never raise: what is wrong with one letter is a finding in its record.
"""

from extractor.findings import Code


class ImrError(Exception):
    """Anything imr-extractor refuses to do; the message says what to do next."""


class InputError(ImrError):
    """An input gives no text; ``code`` is the finding that its record carries."""

    def __init__(self, code: Code, message: str) -> None:
        """Keep the finding *code* beside the message."""
        super().__init__(message)
        self.code = code


class LayoutError(ImrError):
    """A layout file is missing a part or has one that is not known."""


class CatalogueError(ImrError):
    """A file of the catalogue of guidelines has an entry that is none, or that another has too."""


class OutputError(ImrError):
    """An output cannot be written, or stands there already and was made otherwise."""


class GoldenError(ImrError):
    """A golden case lacks a half, or a span of it does not read its quote."""


class QuoteError(ImrError):
    """A quote cannot be located in the letter."""


class MissingQuote(QuoteError):
    """The words of a quote do not stand in the place it names."""


class AmbiguousQuote(QuoteError):
    """The words of a quote stand more than once in the place it names."""
