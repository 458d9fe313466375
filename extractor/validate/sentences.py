"""Which sentence holds a range of the text, for many ranges in one reading."""

from collections.abc import Iterable, Iterator

from extractor.polarity import sentence_around
from extractor.text import Span


def sentences(norm: str, scope: Span, spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the sentence of *scope* that holds each of *spans*; these come in order.

    What was read once is not read again, however many ranges there are.

    >>> words = "It hurts. It hurts again. It stopped."
    >>> [words[slice(*s)] for s in sentences(words, Span(0, 37), [Span(3, 8), Span(29, 36)])]
    ['It hurts.', 'It stopped.']
    """
    sentence = Span(scope.start, scope.start)
    for span in spans:
        if span.start >= sentence.end:
            sentence = sentence_around(norm, Span(sentence.end, scope.end), *span)
        yield sentence
