"""What a run would cost, reckoned without a call."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from extractor.propose.llm.asking import Question, Usage
from extractor.propose.llm.prices import Prices
from extractor.propose.llm.reply import Reply
from extractor.propose.llm.schema import strict_schema
from extractor.propose.llm.tokens import counter

# Of faultless replies to all golden letters, against the letters as a prompt shows them.
_REPLY_BY_LETTER = 0.45


@dataclass(frozen=True)
class Estimate:
    """What asking a model about some letters would come to, each of them once.

    Attributes:
        letters: How many would be asked about.
        usage: Tokens in and out.
        cost: US dollars; None where the model's price is not known.
        counted_by: The tokenizer, or ``estimate``.
    """

    letters: int
    usage: Usage
    cost: float | None
    counted_by: str

    @property
    def assumptions(self) -> list[str]:
        """What it rests on, a sentence each."""
        tokens = "estimated" if self.counted_by == "estimate" else f"counted by {self.counted_by}"
        return [
            f"Tokens are {tokens}; another model's tokenizer may differ by a quarter.",
            f"A reply has {_REPLY_BY_LETTER:.0%} of its letter's tokens; thinking comes on top.",
            "Each letter is asked about once; a reply that is sent back costs about as much again.",
            "Nothing is read from the provider's prompt cache, which makes input cheaper.",
        ]


def estimate(
    questions: Iterable[Question], model: str, base_url: str | None, prices: Prices
) -> Estimate:
    """Return what asking *questions*, the last message of each a letter, would come to.

    Args:
        questions: What would be asked.
        model: The model's name at its endpoint.
        base_url: The endpoint; None is OpenAI's own.
        prices: What tokens cost.
    """
    sizes, letters = _Sizes(), 0
    usage = Usage()
    for question in questions:
        letters += 1
        usage = usage.plus(sizes.of(question))
    cost = prices.cost(model, base_url, usage)
    return Estimate(letters, usage, cost, counter().name)


class _Sizes:
    """Counts tokens, those of what every question has in common once."""

    def __init__(self) -> None:
        self._schema = counter().count(json.dumps(strict_schema(Reply)))
        self._known: dict[str, int] = {}

    def of(self, question: Question) -> Usage:
        *stable, letter = (message["content"] for message in question.messages)
        of_letter = counter().count(letter)
        sent = self._schema + sum(map(self._of_stable, stable)) + of_letter
        return Usage(sent, round(_REPLY_BY_LETTER * of_letter))

    def _of_stable(self, content: str) -> int:
        if content not in self._known:
            self._known[content] = counter().count(content)
        return self._known[content]
