"""The three libraries behind one question: which of these quotes are grounded?

The peers are loaded by name, and only when a comparison runs: nothing else needs them.
"""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from itertools import groupby
from typing import Any, NamedTuple, Protocol

from evals.errors import EvalError
from evals.peers.letters import Letter, Quote
from extractor.errors import QuoteError
from extractor.ground import locate
from extractor.record import Document, Expert, Provenance, Record, Words
from extractor.validate.spans import check_spans

PEERS = ("instructor", "langextract")


class Said(NamedTuple):
    """What a reply quotes: its words, the quote they should be, and the range it was read in."""

    words: str
    quote: Quote
    chunk: range


class Tool(Protocol):
    """Something that checks quotes."""

    name: str

    def kept(self, letter: Letter, reply: Sequence[Said]) -> list[bool]:
        """Say of each quote of *reply* whether it is grounded."""
        ...


class Grounding:
    """Ours: the words are looked for in the chunk they were read in."""

    name = "ours, chunk"

    def kept(self, letter: Letter, reply: Sequence[Said]) -> list[bool]:
        """Say of each quote whether it is found there once."""
        scopes = (self._scope(letter, said) for said in reply)
        return [
            self.place(letter, said.words, scope) is not None
            for said, scope in zip(reply, scopes, strict=True)
        ]

    def place(self, letter: Letter, words: str, within: range) -> int | None:
        """Return where *words* start in the source."""
        scope = letter.text.from_source(within.start, within.stop)
        try:
            return letter.text.to_source(locate(words, scope, letter.text))[0]
        except QuoteError:
            return None

    def _scope(self, _: Letter, said: Said) -> range:
        return said.chunk


class GroundingInLines(Grounding):
    """Ours: the words are looked for in the lines they were read in."""

    name = "ours, lines"

    def _scope(self, letter: Letter, said: Said) -> range:
        source, (start, end, *_) = letter.text.source, said.quote
        after = source.find("\n", end)
        return range(source.rfind("\n", 0, start) + 1, after if after >= 0 else len(source))


class Validation:
    """Ours: the quotes stand in a record that comes in from elsewhere."""

    name = "ours, validator"

    def kept(self, letter: Letter, reply: Sequence[Said]) -> list[bool]:
        """Say of each quote whether its span reads it."""
        text = letter.text
        values = [
            Words(value=words, quote=words, start=q.start, end=q.end, page=text.page(q.start))
            for words, q, _ in reply
        ]
        record = Record(
            document=Document(id=""),
            status="review",
            expert=Expert(specialties=tuple(values)),
            provenance=Provenance(proposer="reply", version=""),
        )
        refused = {finding.path for finding in check_spans(record, text)}
        return [f"/expert/specialties/{n}" not in refused for n in range(len(reply))]


class Instructor:
    """instructor's citation helper, with the whole letter as its context."""

    name = "instructor"

    def __init__(self) -> None:
        """Load it."""
        self._reply: Any = import_module("instructor").CitationMixin

    def kept(self, letter: Letter, reply: Sequence[Said]) -> list[bool]:
        """Say of each quote whether it is still there after validation."""
        context = {"context": letter.text.source}
        checked = (
            self._reply.model_validate({"substring_quotes": [said.words]}, context=context)
            for said in reply
        )
        return [any(each.substring_quotes) for each in checked]

    def place(self, letter: Letter, words: str) -> int | None:
        """Return where the words that it would put in their place start."""
        spans = self._reply(substring_quotes=[words]).get_spans(letter.text.source)
        return next((start for start, _ in spans), None)


class LangExtract:
    """langextract's alignment, of the quotes of one chunk at a time."""

    name = "langextract"
    settings: dict[str, bool] = {}  # noqa: RUF012 - overridden whole, never changed

    def __init__(self) -> None:
        """Load it."""
        self._data = import_module("langextract.data")
        self._resolver = import_module("langextract.resolver").Resolver()

    def kept(self, letter: Letter, reply: Sequence[Said]) -> list[bool]:
        """Say of each quote whether it is aligned with its chunk."""
        kept: list[bool] = []
        for chunk, group in groupby(reply, key=lambda said: said.chunk):
            aligned = self.align(letter, [said.words for said in group], chunk)
            kept += map(self._counts, aligned)
        return kept

    def align(self, letter: Letter, quotes: Iterable[str], chunk: range) -> list[Any]:
        """Return langextract's extractions for *quotes*, aligned with the *chunk* of the letter."""
        wanted = [self._data.Extraction("quote", words) for words in quotes]
        source = letter.text.source[chunk.start : chunk.stop]
        list(self._resolver.align(wanted, source, 0, chunk.start, **self.settings))
        return wanted

    def place(self, letter: Letter, quotes: Sequence[str], chunk: range) -> int | None:
        """Return where the last of *quotes*, aligned together, starts."""
        last = self.align(letter, quotes, chunk)[-1]
        return last.char_interval.start_pos if self._counts(last) else None

    def _counts(self, extraction: Any) -> bool:  # noqa: ANN401 - a peer's own type
        return extraction.char_interval is not None


class ExactLangExtract(LangExtract):
    """The same, asked for exact matches only."""

    name = "langextract, exact"
    settings = {"enable_fuzzy_alignment": False, "accept_match_lesser": False}  # noqa: RUF012

    def _counts(self, extraction: Any) -> bool:  # noqa: ANN401 - a peer's own type
        return extraction.alignment_status is self._data.AlignmentStatus.MATCH_EXACT


def chunks(source: str) -> Iterator[range]:
    """Yield the ranges of *source* that langextract, by default, gives a model one at a time."""
    extract = import_module("langextract.extraction").extract
    size = inspect.signature(extract).parameters["max_char_buffer"].default
    tokenizer = import_module("langextract.tokenizer").RegexTokenizer()
    for chunk in import_module("langextract.chunking").ChunkIterator(source, size, tokenizer):
        yield range(chunk.char_interval.start_pos, chunk.char_interval.end_pos)


def all_tools() -> tuple[Tool, ...]:
    """Return the tools to compare.

    Raises:
        EvalError: A peer is not installed.
    """
    if missing := [name for name in PEERS if not _installed(name)]:
        names = " and ".join(missing)
        raise EvalError(f"Not installed: {names}. pip install 'imr-extractor[peers]' brings them.")
    ours = (GroundingInLines(), Grounding(), Validation())
    return (*ours, LangExtract(), ExactLangExtract(), Instructor())


def _installed(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True
