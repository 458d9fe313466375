"""The comparison: the same replies through every tool, counted and timed."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from itertools import count
from math import sqrt
from pathlib import Path
from random import Random
from statistics import NormalDist, median
from typing import NamedTuple

from rich.console import Group
from rich.table import Table

from evals.errors import EvalError
from evals.peers.corruptions import OPERATORS
from evals.peers.letters import Letter, folder_letters, golden_letters
from evals.peers.tools import (
    PEERS,
    ExactLangExtract,
    Grounding,
    Instructor,
    Said,
    Tool,
    all_tools,
    chunks,
)

ONE_IN = 5
OWN, OTHER, NOWHERE = "in its own item", "in another item", "not placed"


class Reply(NamedTuple):
    """Quotes of one letter; ``edits`` names the operator of each, None for a true quote."""

    letter: Letter
    said: tuple[Said, ...]
    edits: tuple[str | None, ...]


@dataclass
class Tally:
    """What one tool did: per operator how many it let through, true quotes refused, times in ms."""

    through: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    true_ms: list[float] = field(default_factory=list)
    corrupted_ms: list[float] = field(default_factory=list)

    def add(self, reply: Reply, kept: Sequence[bool], seconds: float) -> None:
        """Count one reply that the tool checked."""
        corrupted = any(reply.edits)
        (self.corrupted_ms if corrupted else self.true_ms).append(1000 * seconds)
        if corrupted:
            pairs = zip(reply.edits, kept, strict=True)
            self.through.update(edit for edit, through in pairs if edit and through)
        else:
            self.refused += kept.count(False)


@dataclass
class Comparison:
    """The counts of all tools, and what they are counts of."""

    seed: int
    letters: int
    true_quotes: int
    left_out: int
    tried: Counter[str]
    tallies: Mapping[str, Tally]
    places: Mapping[str, Counter[str]]


def compare(golden: Path, folder: Path | None, n: int, seed: int) -> Comparison:
    """Run every tool over the same *n* corrupted quotes, and over the true ones.

    Args:
        golden: Folder of golden cases.
        folder: A folder of more letters, or None.
        n: How many corruptions, all distinct; fewer where the letters give no more.
        seed: The same seed gives the same corruptions.

    Raises:
        EvalError: The peers are not installed, or there are no letters.
    """
    tools = all_tools()
    letters = [*golden_letters(golden), *(folder_letters(folder) if folder else [])]
    replies = (true_reply(letter, chunks(letter.text.source)) for letter in letters)
    true = [reply for reply in replies if reply.said]
    corrupted = list(corrupted_replies(true, n, Random(seed)))  # noqa: S311 - no secret
    if not corrupted:
        raise EvalError("The letters have no quotes to corrupt.")
    tallies = {tool.name: _tally(tool, [*true, *corrupted]) for tool in tools}
    quotes = sum(len(reply.said) for reply in true)
    return Comparison(
        seed=seed,
        letters=len(true),
        true_quotes=quotes,
        left_out=sum(len(letter.quotes) for letter in letters) - quotes,
        tried=Counter(edit for reply in corrupted for edit in reply.edits if edit),
        tallies=tallies,
        places=placements(true),
    )


def _tally(tool: Tool, replies: Sequence[Reply]) -> Tally:
    tally = Tally()
    tool.kept(replies[0].letter, replies[0].said)  # what is made at first use is not timed
    for reply in replies:
        start = time.process_time()
        kept = tool.kept(reply.letter, reply.said)
        tally.add(reply, kept, time.process_time() - start)
    return tally


def true_reply(letter: Letter, ranges: Iterable[range]) -> Reply:
    """Return the letter's quotes, each with the one of *ranges* that holds it; the rest left out.

    A model that reads a chunk at a time cannot quote across its end.
    """
    places = list(ranges)
    said = tuple(
        Said(quote.words, quote, chunk)
        for quote in letter.quotes
        for chunk in places
        if chunk.start <= quote.start and quote.end <= chunk.stop
    )
    return Reply(letter, said, (None,) * len(said))


def corrupted_replies(true: Sequence[Reply], n: int, rng: Random) -> Iterator[Reply]:
    """Yield the replies with one quote in five corrupted, until *n* quotes are, or no more can be.

    No corruption is made twice, none stands in its letter; of the operators that fit a quote the
    one used least is taken.
    """
    making = _Corruptor(n, rng)
    shuffled = rng.sample(true, len(true))
    barren = 0
    for turn in count():
        before = making.made
        yield from (made for reply in shuffled if (made := making.corrupt(reply, turn % ONE_IN)))
        barren = 0 if making.made > before else barren + 1
        if making.made >= n or barren == ONE_IN:
            return


class _Corruptor:
    """Corrupts quotes until there are enough; remembers what it made."""

    def __init__(self, enough: int, rng: Random) -> None:
        self.enough, self.rng = enough, rng
        self.used: Counter[str] = Counter()
        self.seen: set[tuple[int, str]] = set()

    @property
    def made(self) -> int:
        return self.used.total()

    def corrupt(self, reply: Reply, first: int) -> Reply | None:
        """Return *reply* with every fifth quote from *first* corrupted; None where none can be."""
        said, edits = list(reply.said), list(reply.edits)
        for n in range(first, len(said), ONE_IN):
            edits[n], words = self._edit(reply, said[n].words)
            said[n] = said[n]._replace(words=words)
        return Reply(reply.letter, tuple(said), tuple(edits)) if any(edits) else None

    def _edit(self, reply: Reply, words: str) -> tuple[str | None, str]:
        """Return an operator and what it makes of *words*; None, and *words*, where none fits."""
        others = self.rng.choice(reply.said).words.split()
        untried = [] if self.made >= self.enough else OPERATORS
        for name in sorted(untried, key=lambda each: self.used[each]):
            edited = " ".join(OPERATORS[name](words.split(), others, self.rng) or ())
            key = (id(reply.letter), edited)
            if edited and key not in self.seen and not any(reply.letter.stands(edited)):
                self.seen.add(key)
                self.used[name] += 1
                return name, edited
        return None, words


def placements(true: Sequence[Reply]) -> dict[str, Counter[str]]:
    """Say where each tool places a quote of a later item whose words an earlier item holds too."""
    ours, exact, instructor = Grounding(), ExactLangExtract(), Instructor()
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for letter, said, items in repeated(true):
        own, words, whole = items[-1], said.words, range(len(letter.text.source))
        placed = {
            "ours, told the item": ours.place(letter, words, own),
            "ours, told nothing": ours.place(letter, words, whole),
            "langextract, in its chunk": exact.place(letter, [words], said.chunk),
            "langextract, in the letter": exact.place(letter, [words], whole),
            "the same, quoted for each item": exact.place(letter, [words] * len(items), whole),
            "instructor": instructor.place(letter, words),
        }
        for name, start in placed.items():
            found[name][NOWHERE if start is None else OWN if start in own else OTHER] += 1
    return found


def repeated(true: Sequence[Reply]) -> Iterator[tuple[Letter, Said, list[range]]]:
    """Yield each quote of a later item that earlier items hold too, and those items, its own last.

    The same words of the same item are yielded once.
    """
    for letter, reply, _ in true:
        seen: set[tuple[int, str]] = set()
        for said in reply:
            item = said.quote.item
            if item is None or (item, said.words) in seen:
                continue
            seen.add((item, said.words))
            places = list(letter.stands(said.words))
            holding = [
                each
                for each in letter.items[: item + 1]
                if any(place[0] in each and place[-1] in each for place in places)
            ]
            if len(holding) > 1:
                yield letter, said, holding


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, after Wilson (1927).

    >>> [round(100 * bound, 1) for bound in wilson(0, 100)]
    [0.0, 3.7]
    """
    z = NormalDist().inv_cdf(0.975)
    middle, spread = hits + z * z / 2, z * sqrt(hits * (of - hits) / of + z * z / 4)
    return max(0.0, (middle - spread) / (of + z * z)), min(1.0, (middle + spread) / (of + z * z))


# --- what is printed ----------------------------------------------------------------------------


def report(found: Comparison) -> Group:
    """Return the tables, after a line that says what they are counts of."""
    versions = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return Group(
        f"{found.letters} letters, seed {found.seed}; {versions}. "
        f"{found.true_quotes} true quotes; {found.left_out} more cross the end of a chunk.\n",
        _totals(found),
        "\nLet through, by what was done to the quote:\n",
        _by_operator(found),
        "\nA quote of a later item, whose words an earlier item holds too, is placed:\n",
        _placed(found),
    )


def _totals(found: Comparison) -> Table:
    tried = found.tried.total()
    columns = ("let through", "% (95 % interval)", "true refused", "% (95 % interval)")
    shown = _table("", *columns, "ms a letter, true", "one in five corrupted")
    for name, tally in found.tallies.items():
        shown.add_row(
            name,
            *_share(tally.through.total(), tried),
            *_share(tally.refused, found.true_quotes),
            f"{median(tally.true_ms):.2f}",
            f"{median(tally.corrupted_ms):.2f}",
        )
    return shown


def _by_operator(found: Comparison) -> Table:
    shown = _table("", "tried", *found.tallies)
    for operator in OPERATORS:
        through = (str(tally.through[operator]) for tally in found.tallies.values())
        shown.add_row(operator, str(found.tried[operator]), *through)
    return shown


def _placed(found: Comparison) -> Table:
    shown = _table("", "quotes", OWN, OTHER, NOWHERE)
    for name, places in found.places.items():
        shown.add_row(name, str(places.total()), *(str(places[p]) for p in (OWN, OTHER, NOWHERE)))
    return shown


def _share(hits: int, of: int) -> tuple[str, str]:
    low, high = wilson(hits, of)
    return f"{hits} of {of}", f"{100 * hits / of:.1f} ({100 * low:.1f}-{100 * high:.1f})"


def _table(*columns: str) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for n, name in enumerate(columns):
        shown.add_column(name, justify="right" if n else "left", no_wrap=True)
    return shown
