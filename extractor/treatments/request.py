"""The words of a request, taken apart once for all that read them."""

from dataclasses import dataclass
from functools import cached_property

from extractor.phrases import Token, tokens_of


@dataclass(frozen=True)
class Request:
    """The words of a request; all offsets in this package are half-open and count ``words``."""

    words: str

    @cached_property
    def tokens(self) -> list[Token]:
        """The words and marks in order, folded for comparison."""
        return tokens_of(self.words)
