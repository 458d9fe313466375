"""A letter read by a model: ask, have the reply judged, send back what was refused.

The model never has the last word: a judge (grounding and the validator) holds every reply to the
letter, and what it refuses goes back as findings, the failing parts alone.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from extractor.errors import MalformedReply, ModelError
from extractor.findings import Code, Finding
from extractor.propose import Proposal
from extractor.propose.llm.asking import Asks, Message, Question, Usage
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.parts import part_of
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.proposal import proposal_of
from extractor.propose.llm.reply import ItemPlaces, Reply, said
from extractor.text import Text

Judge = Callable[[Proposal], Sequence[Finding]]
"""Says what of a proposal the letter does not bear out; paths count items as it does."""


@dataclass
class Reading:
    """What reading a letter came to.

    Attributes:
        proposal: What the last reply claims, parts that were not refused kept from earlier ones;
            None where there was no reply.
        error: Why the model gave no reply, or no more of them.
        usage: Tokens of all replies.
        attempts: How often the model was asked.
        cached: Whether every reply came from the cache.
    """

    proposal: Proposal | None = None
    error: ModelError | None = None
    usage: Usage = field(default_factory=Usage)
    attempts: int = 0
    cached: bool = True


class Reader:
    """Reads letters with one model and one prompt."""

    def __init__(self, asks: Asks, prompt: Prompt, repairs: int = 2) -> None:
        """Ask *asks* with *prompt*, and send what is refused back at most *repairs* times."""
        self.asks = asks
        self.prompt = prompt
        self.repairs = repairs

    async def read(self, text: Text, judge: Judge, repeat: int = 0) -> Reading:
        """Read the letter *text*; a ``ModelError`` is kept, not raised.

        Args:
            text: The letter.
            judge: Says what of a proposal the letter does not bear out.
            repeat: Which of several independent readings it is.
        """
        chat = _Chat(text, NumberedLines(text), self.prompt, repeat)
        for _ in range(1 + self.repairs):
            if not await chat.turn(self.asks, judge):
                break
        return chat.reading


class _Chat:
    """One letter's messages, the reply so far, and what of it was refused."""

    def __init__(self, text: Text, lines: NumberedLines, prompt: Prompt, repeat: int) -> None:
        self.letter, self.lines, self.prompt, self.repeat = text.sha256, lines, prompt, repeat
        self.messages: list[Message] = [*prompt.messages(lines)]
        self.reading = Reading()
        self.reply: Reply | None = None
        self.refused: Sequence[Finding] = ()

    async def turn(self, asks: Asks, judge: Judge) -> bool:
        """Ask once; return whether there is something to send back."""
        self.reading.attempts += 1
        try:
            answer = await asks.ask(self._question(), Reply)
        except MalformedReply as error:
            self._malformed(error)
            return True
        except ModelError as error:
            self._count(error.usage, cached=False)
            self.reading.error = error
            return False
        self._count(answer.usage, cached=answer.cached)
        self.reading.error = None
        self.reply = mended(self.reply, answer.reply, self.refused)
        self.reading.proposal = proposal_of(self.reply, self.lines)
        self.refused = judge(self.reading.proposal)
        self._send_back(self.refused, answer.raw)
        return bool(self.refused)

    def _question(self) -> Question:
        return Question(
            messages=tuple(self.messages),
            letter=self.letter,
            prompt=self.prompt.hash,
            last_line=len(self.lines),
            repeat=self.repeat,
        )

    def _malformed(self, error: MalformedReply) -> None:
        self._count(error.usage, cached=error.cached)
        self.reading.error = error
        faults = error.faults or (str(error),)
        told = [Finding.of(error.code, fault) for fault in faults]
        self._send_back([*told, *self.refused], error.raw)

    def _send_back(self, refused: Sequence[Finding], raw: str) -> None:
        if refused:
            # Some endpoints refuse a message that says nothing.
            before = [{"role": "assistant", "content": raw}] if raw else []
            self.messages += [*before, self.prompt.repair(refused, self.lines)]

    def _count(self, usage: tuple[int, ...], *, cached: bool) -> None:
        self.reading.usage = self.reading.usage.plus(Usage(*usage))
        self.reading.cached = self.reading.cached and cached


# Which items there are is wrong, not one of them.
_OF_ALL_ITEMS = frozenset({Code.MISSING_ITEM, Code.EXTRA_ITEM, Code.DUPLICATE_ITEM})


def mended(before: Reply | None, after: Reply, refused: Sequence[Finding]) -> Reply:
    """Return the reply *before* with the refused parts of it as *after* has them.

    A reply that was refused as a whole is replaced as a whole.
    """
    parts = {part_of(finding.path).partition(",")[0] for finding in refused}
    if any(finding.code in _OF_ALL_ITEMS for finding in refused):
        parts.add("items")
    if before is None or not parts or "the reply" in parts:
        return after
    summary = after if "clinical_summary" in parts else before
    return Reply(
        last_line=after.last_line,
        facts=[
            *(fact for fact in before.facts if said(fact)[0] not in parts),
            *(fact for fact in after.facts if said(fact)[0] in parts),
        ],
        clinical_summary=summary.clinical_summary,
        items=_mended_items(before, after, parts),
    )


def _mended_items(before: Reply, after: Reply, parts: Collection[str]) -> list[ItemPlaces]:
    if "items" in parts:
        return after.items
    again = {item.number: item for item in after.items if f"item {item.number}" in parts}
    return [again.get(item.number, item) for item in before.items]
