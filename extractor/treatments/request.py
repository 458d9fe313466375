"""The words of a request, taken apart once for all that read them."""

from extractor.phrases import tokens_of


class Request:
    """The words of a request; all offsets in this package are half-open and count ``words``.

    Attributes:
        words: The request.
        tokens: Its words and marks in order, folded for comparison.
        said: The same words without order: most readers need but one of theirs to begin.
    """

    __slots__ = ("said", "tokens", "words")

    def __init__(self, words: str) -> None:
        """Take *words* apart."""
        self.words = words
        self.tokens = tokens_of(words)
        self.said = frozenset([token.word for token in self.tokens])
