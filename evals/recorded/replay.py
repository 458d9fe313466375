"""Golden letters read again from recorded replies, and from one that was changed in one word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.dataset import Dataset, document_id, dumped, labelled
from evals.endpoint import ScriptedEndpoint
from evals.errors import EvalError
from evals.recorded import Recorded, cases, reply_to
from evals.scoring.letters import LetterScore, score_letter, total
from evals.terminal.tables import table
from extractor.cli.output import plain
from extractor.findings import Severity
from extractor.golden import Case
from extractor.pipeline import Extractor
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.reply import Reply
from extractor.record import Record
from extractor.source import Input

MODEL = "recorded-replies"
SHOWN = "seed-000"
_OTHER = {"upheld": "overturned", "overturned": "upheld"}


@dataclass(frozen=True)
class Change:
    """One place of a reply, changed: the letter, which place, and what it says now.

    ``reply`` is the whole reply with the change in it.
    """

    case: str
    place: str
    was: str
    now: str
    reply: str


@dataclass(frozen=True)
class Replay:
    """What came of reading golden letters from recorded replies.

    Attributes:
        url: Where the replies were served.
        letters: The golden cases, with what was read of each.
        calls: How many requests reached the endpoint.
    """

    url: str
    letters: Sequence[tuple[Case, Record]]
    calls: int

    @cached_property
    def scores(self) -> list[LetterScore]:
        """Each letter's score against its golden record."""
        return [
            score_letter(case.name, labelled(case.expected), dumped(record))
            for case, record in self.letters
        ]

    def tokens(self, name: str) -> int:
        """Return the sum of one kind of token over all letters."""
        return sum((record.provenance.usage or {}).get(name, 0) for _, record in self.letters)


def letters(golden: Path) -> tuple[Case, ...]:
    """Return the golden cases in *golden* that replies are recorded to.

    Raises:
        EvalError: There is none.
    """
    known = frozenset(cases())
    found = tuple(case for case in Dataset.load(golden).cases if case.name in known)
    if not found:
        raise EvalError(f"No reply is recorded to a letter in {golden}.")
    return found


def changeable(chosen: Sequence[Case]) -> str:
    """Return the name of a case among *chosen* whose reply holds an item.

    Raises:
        EvalError: There is none.
    """
    named = sorted((case.name for case in chosen), key=lambda name: (name != SHOWN, name))
    for name in named:
        if Reply.model_validate_json(reply_to(name) or "").items:
            return name
    raise EvalError("No recorded reply holds an item that could be changed.")


def replay(
    chosen: Sequence[Case], instead: Mapping[str, str] | None = None, *, repairs: int = 2
) -> Replay:
    """Read *chosen* as a model that gives the recorded replies reads them.

    The replies come over a socket of this machine, through the client that asks every model; no
    cache is read or written.

    Args:
        chosen: The golden cases.
        instead: Replies to give in place of recorded ones, by case.
        repairs: How often what is refused is sent back.
    """
    asking = ModelOptions(no_cache=True, repairs=repairs)
    with (
        ScriptedEndpoint(Recorded.of(chosen, instead).step) as endpoint,
        Extractor("llm", model=MODEL, base_url=endpoint.url, options=asking) as extractor,
    ):
        under_way = [extractor.submit(_input(case)) for case in chosen]
        records = [each.result() for each in under_way]
        pairs = tuple(zip(chosen, records, strict=True))
        return Replay(endpoint.url, pairs, len(endpoint.calls))


def turned(case: str) -> Change:
    """Return the recorded reply to *case* with its first decision turned into the other one.

    The words that it points at are left: the letter prints them, and they say what it decided.
    """
    reply = Reply.model_validate_json(reply_to(case) or "")
    first = reply.items[0]
    word, at = first.decision.split(" ", 1)
    now = f"{_OTHER[word]} {at}"
    item = first.model_copy(update={"decision": now})
    whole = reply.model_copy(update={"items": [item, *reply.items[1:]]})
    return Change(case, "/items/0/decision", first.decision, now, whole.model_dump_json())


def report(found: Replay) -> RenderableType:
    """Return what a replay came to, as a table."""
    totals = total(found.scores)
    names = ("letters", "as labelled", "verified", "wrong and verified", "calls")
    grid = table([], [*names, "tokens in", "out"])
    numbers = (totals.letters, totals.perfect, totals.statuses["verified"], totals.escaped_letters)
    tokens = (found.tokens("input_tokens"), found.tokens("output_tokens"))
    grid.add_row(*(f"{number:,}" for number in (*numbers, found.calls, *tokens)))
    said = f"Recorded replies of a language model, served at {found.url}; no model is asked."
    return Group(Text(said), "", grid)


def refusal(change: Change, record: Record) -> RenderableType:
    """Return what was changed in a reply, and the errors in the record that came of it."""
    grid = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 2))
    grid.add_row("recorded", Text(change.was))
    grid.add_row("changed", Text(change.now, style="red"))
    grid.add_row(record.status, Text("\n".join(_errors(record)) or "no error", style="yellow"))
    return Group(Text(f"One word changed in the reply to {change.case}, at {change.place}:"), grid)


def _errors(record: Record) -> list[str]:
    errors = (each for each in record.findings if each.severity is Severity.ERROR)
    return [plain(f"{each.code.value}: {each.message}") for each in errors]


def _input(case: Case) -> Input:
    return Input(id=document_id(case), path=str(case.source), error=None)
