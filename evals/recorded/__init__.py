"""Replies that a language model gave to golden letters, kept as it wrote them.

``README.md`` says where they come from and what they are no evidence of. ``Recorded`` plays them
from an endpoint on this machine, so that the whole way through the client runs without a model.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from evals.endpoint import Received, Sent, Step, completion, status
from extractor.golden import Case
from extractor.propose.llm.lines import NumberedLines
from extractor.propose.llm.tokens import estimated
from extractor.source import read

REPLIES = Path(__file__).parent / "replies"


class Asked(NamedTuple):
    """Which letter a request asks about, and for which time: 1 first, then each repair."""

    case: str
    turn: int


def reply_to(case: str, turn: int = 1) -> str | None:
    r"""Return the reply to the golden letter *case*, byte for byte; None where none is kept.

    Args:
        case: The golden case's name.
        turn: 1 is the first reply, 2 the one after what was refused had been sent back.

    >>> reply_to("grocery-list")
    '{"last_line":10,"facts":[],"clinical_summary":null,"items":[]}\n'
    """
    path = REPLIES / (f"{case}.json" if turn == 1 else f"{case}.{turn}.json")
    return path.read_bytes().decode() if path.is_file() else None


def cases() -> list[str]:
    """Return the names of the golden cases that a reply is kept to."""
    names = (path.name.removesuffix(".json") for path in REPLIES.glob("*.json"))
    return sorted(name for name in names if "." not in name)


class Recorded:
    """The recorded replies as an endpoint gives them: it knows a letter by its numbered lines.

    Attributes:
        letters: Each letter as a prompt shows it, by the name of its golden case.
        instead: Replies to give in place of the recorded ones, by case.
    """

    def __init__(
        self, letters: Mapping[str, str], instead: Mapping[str, str] | None = None
    ) -> None:
        """Know *letters* again; where *instead* has a reply to one, give that."""
        self.letters = dict(letters)
        self.instead = dict(instead or {})

    @classmethod
    def of(cls, golden: Iterable[Case], instead: Mapping[str, str] | None = None) -> Self:
        """Know the letters of the cases *golden* again."""
        return cls({case.name: _shown(case) for case in golden}, instead)

    @cached_property
    def step(self) -> Step:
        """What a ``ScriptedEndpoint`` does with every request; 404 is for what nobody answered."""
        nothing = status(404, "No reply to this is recorded.", error="not_recorded")

        def step(request: Received) -> Sent:
            asked = self.asked(request)
            reply = self._reply(asked) if asked else None
            if reply is None:
                return nothing(request)
            body = completion(
                request,
                reply,
                prompt_tokens=estimated(request.prompt),
                completion_tokens=estimated(reply),
            )
            return Sent(body=body)

        return step

    def asked(self, request: Received) -> Asked | None:
        """Return what *request* asks about; None where that is none of the letters.

        The last message that holds a letter is the one that asks: examples come before it.
        """
        replies = 0
        for message in reversed(request.body.get("messages", [])):
            if message["role"] == "assistant":
                replies += 1
            elif case := self._case_in(str(message["content"])):
                return Asked(case, 1 + replies)
        return None

    def _case_in(self, content: str) -> str | None:
        held = (case for case, shown in self.letters.items() if f"\n{shown}\n" in content)
        return next(held, None)

    def _reply(self, asked: Asked) -> str | None:
        if asked.case in self.instead:
            return self.instead[asked.case]
        return reply_to(*asked)


def _shown(case: Case) -> str:
    return NumberedLines(read(case.source, case.name).as_text()).shown
