"""``imr extract --estimate``: what a run would cost, without a call and without a record."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extractor.cli import output
from extractor.errors import InputError
from extractor.pipeline import Extractor, version
from extractor.propose.llm.asking import Question
from extractor.propose.llm.cache import CachedReplies
from extractor.propose.llm.estimate import Estimate, estimate
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.model import Model
from extractor.propose.llm.prices import Prices
from extractor.propose.llm.reply import Reply
from extractor.source import Input, Source, load, read_bytes

if TYPE_CHECKING:
    from rich.console import RenderableType


class _Run:
    """A run that is only reckoned: which letters would be asked about, and which would not."""

    def __init__(self, extractor: Extractor, inputs: Sequence[Input]) -> None:
        given, options = extractor, extractor.options
        self.model = Model(given.model, given.base_url, given.prompt, options, version())
        self.prices = Prices.load(options.prices)
        self.replies = (
            None
            if options.no_cache
            else CachedReplies(None, self.model.settings, options.cache, only=True)
        )
        self.extractor, self.inputs = extractor, inputs
        self.rules = replace(extractor, proposer="rules")
        self.failed = self.by_rules = self.cached = 0

    def estimate(self) -> Estimate:
        """Return what it would come to."""
        try:
            return estimate(
                self._asked(), self.model.name, self.model.settings.base_url, self.prices
            )
        finally:
            if self.replies is not None:
                self.replies.store.close()

    def _asked(self) -> Iterator[Question]:
        for found in self.inputs:
            source = self._source(found)
            if source is None:
                self.failed += 1
            elif self._is_verified(source):
                self.by_rules += 1
            elif self._is_kept(question := self._question(source)):
                self.cached += 1
            else:
                yield question

    def _source(self, found: Input) -> Source | None:
        limits, encoding = self.extractor.limits, self.extractor.encoding
        if found.error is not None:
            return None
        try:
            if found.path is None:
                data = sys.stdin.buffer.read(limits.max_bytes + 1)
                return read_bytes(data, found.id, limits=limits, encoding=encoding)
            return load(found, limits, encoding)
        except InputError:
            return None

    def _is_verified(self, source: Source) -> bool:
        """Say whether the rules alone are enough, as ``auto`` has it."""
        if self.extractor.proposer != "auto":
            return self.extractor.proposer == "rules"
        return self.rules.extract_source(source).status == "verified"

    def _is_kept(self, question: Question) -> bool:
        return self.replies is not None and self.replies.holds(question, Reply)

    def _question(self, source: Source) -> Question:
        text = source.as_text()
        lines, prompt = NumberedLines(text), self.model.prompt
        messages = tuple(prompt.messages(lines))
        return Question(messages, text.sha256, prompt.hash, len(lines), self.extractor.repeat)


def show(extractor: Extractor, inputs: Sequence[Input]) -> None:
    """Print what extracting *inputs* would cost.

    Raises:
        SettingsError: No model is named, or the prices or the cache are none.
    """
    run = _Run(extractor, inputs)
    output.render(_table(run, run.estimate()))


def _table(run: _Run, made: Estimate) -> "RenderableType":
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    rows = Table(box=None, pad_edge=False, show_header=False)
    for style in ("dim", ""):
        rows.add_column(style=style)
    for name, value in _told(run, made).items():
        rows.add_row(name, value)
    return Group(rows, Text(), *(Text(f"- {each}") for each in made.assumptions))


def _told(run: _Run, made: Estimate) -> dict[str, str]:
    unknown = "not known: give it with --prices FILE"
    by_rules = {"  verified by the rules": f"{run.by_rules:,}"}
    return {
        "letters": f"{len(run.inputs):,}",
        "  that fail": f"{run.failed:,}",
        **(by_rules if run.extractor.proposer == "auto" else {}),
        "  in the cache": f"{run.cached:,}",
        "  to be asked about": f"{made.letters:,}",
        "tokens in": f"{made.usage.input_tokens:,}",
        "tokens out": f"{made.usage.output_tokens:,}",
        "US dollars": unknown if made.cost is None else f"{made.cost:,.4f}",
    }
