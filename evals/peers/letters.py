"""Letters, and the quotes in them that a reply could give."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from evals.dataset import Dataset
from evals.errors import EvalError
from extractor.errors import InputError
from extractor.golden import spans
from extractor.pipeline import Extractor
from extractor.record import Record
from extractor.source import find, read
from extractor.text import Text, collapse

FEWEST_WORDS, MOST_WORDS = 3, 40
_SENTENCE = re.compile(r"\S.*?(?:[.!?](?=\s)|\Z)", re.DOTALL)

_NOT_AFTER, _NOT_BEFORE = r"(?<!\w)(?<!\d[.,/](?=\d))", r"(?!\w)(?!(?<=\d)[.,/]\d)"


class Quote(NamedTuple):
    """A true quote: the half-open range of the source, its words, and the item it belongs to."""

    start: int
    end: int
    words: str
    item: int | None = None


@dataclass(frozen=True, eq=False)
class Letter:
    """A letter with its quotes, in order and apart; ``items`` are where each item's text lies."""

    text: Text
    quotes: tuple[Quote, ...]
    items: tuple[range, ...] = ()

    def stands(self, words: str) -> Iterator[range]:
        """Yield where *words* stand in the source, exactly but for white space.

        They are whole words, and numbers are whole: "5 mg" does not stand in "2.5 mg".
        """
        spaced = r"\s+".join(map(re.escape, words.split()))
        for match in re.finditer(rf"{_NOT_AFTER}{spaced}{_NOT_BEFORE}", self.text.source):
            yield range(*match.span())


def golden_letters(folder: Path) -> Iterator[Letter]:
    """Read the golden letters; the quotes are those of their labels."""
    for case in Dataset.load(folder).cases:
        yield letter_of(read(case.source, case.name).as_text(), case.expected)


def folder_letters(folder: Path) -> Iterator[Letter]:
    """Read the letters below *folder*; the quotes are those that the offline rules read.

    Raises:
        EvalError: There is no letter, or one cannot be read.
    """
    extractor = Extractor()
    for each in find(folder):
        if each.path is None or each.error is not None:
            raise EvalError(f"{folder} has no letters to read.")
        try:
            source = read(each.path, each.id)
        except InputError as error:
            raise EvalError(f"A letter cannot be read: {error}") from None
        yield letter_of(source.as_text(), extractor.extract_source(source))


def letter_of(text: Text, record: Record) -> Letter:
    """Return the letter with the quotes of *record*: short values whole, prose by its sentences.

    Of quotes that overlap the shortest is taken.
    """
    taken: list[Quote] = []
    for quote in sorted(_quotes(text, record), key=lambda q: (q.end - q.start, q.start)):
        if all(quote.end <= other.start or other.end <= quote.start for other in taken):
            taken.append(quote)
    starts = [item.request.start for item in record.items]
    items = map(range, starts, [*starts[1:], len(text.source)])
    return Letter(text, tuple(sorted(taken)), tuple(items))


def _quotes(text: Text, record: Record) -> Iterator[Quote]:
    for path, value in spans(record):
        if path.startswith("/findings/"):
            continue
        item = int(path.split("/")[2]) if path.startswith("/items/") else None
        for match in _SENTENCE.finditer(text.source, value.start, value.end):
            words = collapse(match.group())
            if FEWEST_WORDS <= len(words.split()) <= MOST_WORDS:
                yield Quote(match.start(), match.start() + len(match.group().rstrip()), words, item)
