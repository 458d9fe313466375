"""Everything that is counted, in one pass over the letters."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from extractor.tabulate.counted import Counted
from extractor.tabulate.flow import Flow, Flowing
from extractor.tabulate.groups import GROUPINGS
from extractor.tabulate.letters import Letter
from extractor.tabulate.odd import Observed, Observing
from extractor.tabulate.published import Beside, Comparing
from extractor.tabulate.tables import SCOPES, Growing, Scope, Table

EXAMPLES = 100
_MOST_VERSIONS = 20


@dataclass(frozen=True)
class Tabulation:
    """What a corpus says.

    Attributes:
        flow: From inputs to items.
        decisions: All items, each once, by the letters that count.
        outcomes: Letters by the outcome of all of their items: upheld, mixed or overturned; those
            without items have none.
        tables: The tables.
        observed: Letters that contradict themselves, by finding code.
        odd: How many letters have an observation, by the letters that count.
        beside: Published figures and their counterparts here.
        versions: The versions of imr-extractor that read the letters.
        fingerprint: What the letters were, as one SHA-256.
    """

    flow: Flow
    decisions: Mapping[Scope, Counted]
    outcomes: Mapping[Scope, Mapping[str, int]]
    tables: Sequence[Table]
    observed: Sequence[Observed]
    odd: Mapping[Scope, int]
    beside: Sequence[Beside]
    versions: Sequence[str]
    fingerprint: str

    @property
    def same(self) -> bool:
        """Whether all letters with items are verified, so that both ways to count agree."""
        return self.decisions["verified"] == self.decisions["all"]

    def median_items(self, scope: Scope) -> int | None:
        """Return the number of items that half of the letters with items do not exceed."""
        rows = self.table("items_per_letter").rows
        half, so_far = self.decisions[scope].letters / 2, 0
        for row in rows:
            so_far += row.of(scope).letters
            if so_far and so_far >= half:
                return int(row.key[0])
        return None

    def table(self, name: str) -> Table:
        """Return the table of that name."""
        return next(table for table in self.tables if table.grouping.name == name)


def tabulate(letters: Iterable[Letter], examples: int = EXAMPLES) -> Tabulation:
    """Count *letters*, each content once.

    Args:
        letters: Taken one after the other; none is kept.
        examples: How many observations of each code are kept with their letter.

    Returns:
        The counts. A letter with the bytes of an earlier one is counted in the flow alone.
    """
    flow, counting = Flowing(), _Counting(examples)
    for letter in letters:
        if flow.is_new(letter):
            counting.add(letter)
    return counting.done(flow)


class _Counting:
    """Every table while letters are counted."""

    def __init__(self, examples: int) -> None:
        self._tables = [Growing(grouping) for grouping in GROUPINGS]
        self._decisions: dict[Scope, Counted] = {scope: Counted() for scope in SCOPES}
        self._outcomes: dict[Scope, dict[str, int]] = {scope: {} for scope in SCOPES}
        self._odd: dict[Scope, int] = dict.fromkeys(SCOPES, 0)
        self._observing, self._comparing = Observing(examples), Comparing()
        self._versions: set[str] = set()

    def add(self, letter: Letter) -> None:
        """Count a letter whose content is new."""
        scopes: tuple[Scope, ...] = SCOPES if letter.status == "verified" else ("all",)
        for table in self._tables:
            table.add(letter, scopes)
        self._comparing.add(letter, scopes)
        self._observing.add(letter)
        for scope in scopes:
            self._odd[scope] += bool(letter.odd)
            if letter.items:
                self._decided(scope, letter)
        if letter.version and len(self._versions) < _MOST_VERSIONS:
            self._versions.add(letter.version)

    def _decided(self, scope: Scope, letter: Letter) -> None:
        self._decisions[scope].add(letter.items)
        outcomes, outcome = self._outcomes[scope], _outcome(letter)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    def done(self, flow: Flowing) -> Tabulation:
        """Return what was counted."""
        return Tabulation(
            flow=flow.flow(),
            decisions=self._decisions,
            outcomes=self._outcomes,
            tables=[table.table(self._decisions) for table in self._tables],
            observed=self._observing.observed(),
            odd=self._odd,
            beside=self._comparing.beside(),
            versions=sorted(self._versions),
            fingerprint=flow.fingerprint,
        )


def _outcome(letter: Letter) -> str:
    """Return the outcome over all items; "" where one has no decision."""
    words = {item.decision or "" for item in letter.items}
    return "mixed" if len(words) > 1 else words.pop()
