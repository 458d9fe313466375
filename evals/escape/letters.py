"""The letters that are corrupted: each with the right record, and what operators ask of both."""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from random import Random
from typing import Any, TypeVar

from evals.escape.reply import reply_of
from evals.escape.same import Right
from evals.escape.tree import Path, Tree, at, placed, put
from evals.replies import reply_of as faultless_reply
from extractor.layout import Layout, lay_out
from extractor.propose import Proposal
from extractor.propose.llm.lines import NumberedLines
from extractor.record import Record
from extractor.text import Span, Text

T = TypeVar("T")
_SENTENCE = re.compile(r"\S.*?[.!?](?=\s+[A-Z(\"]|\s*\Z)", re.DOTALL)
_WORD = re.compile(r"\S+")
_CITING = ("claims_administrator", "reviewer")


def pick(chance: Random, options: Sequence[T]) -> T | None:
    """Return one of *options*; None where there is none."""
    return options[chance.randrange(len(options))] if options else None


class Letter:
    """A letter, the right record of it, and another letter to take words from.

    Attributes:
        id: The letter's name in reports.
        text: Its text.
        tree: The right record, as JSON.
        others: Every letter of the run.
    """

    def __init__(self, record: Record, text: Text) -> None:
        """Take *record* for the right record of *text*."""
        self.id, self.text, self.record = record.document.id, text, record
        self.tree: Tree = json.loads(record.to_json())
        self.right = Right(self.tree, text)
        self.others: Sequence[Letter] = ()

    def __repr__(self) -> str:
        """Name the letter."""
        return f"Letter({self.id!r})"

    @property
    def items(self) -> list[Tree]:
        """The items of the right record."""
        items: list[Tree] = self.tree["items"]
        return items

    @property
    def source(self) -> str:
        """The letter's characters; offsets of the record count them."""
        return self.text.source

    @cached_property
    def layout(self) -> Layout:
        """What the built-in layouts make of the letter."""
        return lay_out(self.text)

    @cached_property
    def reply(self) -> Proposal:
        """The right record as a model would propose it: lines and quotes."""
        return reply_of(self.record, self.text)

    @cached_property
    def lines(self) -> NumberedLines:
        """The letter's lines as a model is shown them."""
        return NumberedLines(self.text)

    @cached_property
    def faultless(self) -> Tree:
        """The reply that a faultless model would give, as JSON."""
        return faultless_reply(self.record, self.lines).model_dump(mode="json")

    @cached_property
    def placed(self) -> list[tuple[Path, Tree]]:
        """Every value and citation of the record with its path."""
        return list(placed(self.tree))

    @cached_property
    def values(self) -> list[tuple[Path, Tree]]:
        """Every value of the record with its path, citations left out."""
        return [(path, part) for path, part in self.placed if "value" in part]

    @cached_property
    def citations(self) -> list[Path]:
        """The paths of all citations."""
        return [path for path, part in self.placed if "labelled" in part]

    @cached_property
    def citation_lists(self) -> list[Path]:
        """The paths of the lists that hold citations, empty ones too."""
        lists: list[Path] = []
        for n, item in enumerate(self.items):
            lists += [("items", n, side, "citations") for side in _CITING if item[side]]
            lists += [("items", n, "rationale_citations")] if item["rationale"] else []
        return lists

    def at(self, *path: str | int) -> Any:  # noqa: ANN401 - any part of a record
        """Return what the right record has at *path*."""
        return at(self.tree, path)

    def put(self, path: Path, new: Any) -> Tree:  # noqa: ANN401 - any part of a record
        """Return a copy of the right record with *new* at *path*."""
        return put(self.tree, path, new)

    def with_item(self, n: int, **parts: Any) -> Tree:  # noqa: ANN401 - any part of a record
        """Return a copy of the right record with *parts* of item *n* replaced."""
        return put(self.tree, ("items", n), {**self.items[n], **parts})

    def any_item(self, chance: Random, *having: str) -> tuple[int, Tree] | None:
        """Return an item, and its index, that has all of the parts *having*."""
        able = [(n, it) for n, it in enumerate(self.items) if all(it[name] for name in having)]
        return pick(chance, able)

    def two_items(self, chance: Random, *having: str) -> tuple[int, int] | None:
        """Return the indices of two items that have all of the parts *having*."""
        able = [n for n, it in enumerate(self.items) if all(it[name] for name in having)]
        if len(able) < 2:  # noqa: PLR2004 - two items
            return None
        one, other = chance.sample(able, 2)
        return one, other

    def read(self, start: int, end: int, value: Any = None) -> Tree | None:  # noqa: ANN401 - as above
        """Return what stands at *start:end*, trimmed, as a value; None where nothing does.

        The value is the words where none is given.
        """
        start, end = max(0, start), min(len(self.source), end)
        words = self.source[start:end]
        start += len(words) - len(words.lstrip())
        end -= len(words) - len(words.rstrip())
        if start >= end:
            return None
        quote = self.text.quote(start, end)
        if value is None:
            value = self.text.words(self.text.from_source(start, end))
        page = self.text.page(start)
        return {"value": value, "quote": quote, "start": start, "end": end, "page": page}

    def words(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the ranges of the words within *start:end*."""
        return [match.span() for match in _WORD.finditer(self.source, max(0, start), end)]

    def sentences(self, part: Tree) -> list[tuple[int, int]]:
        """Return the ranges of the sentences of a value, by their full stops."""
        return [m.span() for m in _SENTENCE.finditer(self.source, part["start"], part["end"])]

    def found(
        self, pattern: re.Pattern[str], part: Tree | None = None
    ) -> Iterator[tuple[int, int]]:
        """Yield where *pattern* stands in the normalized text, in *part* or anywhere."""
        place = (part["start"], part["end"]) if part else (0, len(self.source))
        for match in pattern.finditer(self.text.norm, *self.text.from_source(*place)):
            yield self.text.to_source(Span(*match.span()))

    def another(self, chance: Random) -> "Letter | None":
        """Return another letter of the run."""
        other = pick(chance, self.others)
        return None if other is self else other
