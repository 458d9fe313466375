"""What an arm cost: tokens, dollars and seconds, each with the number of letters it is known of."""

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any, NamedTuple

from evals.results import Letter


class Costs(NamedTuple):
    """What reading some letters cost.

    Attributes:
        letters: How many readings there are.
        asked: Of how many of them the record tells its tokens.
        tokens: Tokens by kind, over those.
        priced: Of how many the price is known.
        usd: US dollars, over those.
        cached: How many were answered from the cache; their seconds say nothing of the model.
        timed: How many of the others were timed.
        seconds: The median of those; None without any.
    """

    letters: int
    asked: int
    tokens: dict[str, int]
    priced: int
    usd: float
    cached: int
    timed: int
    seconds: float | None

    def to_json(self) -> dict[str, Any]:
        """Return what is the same in every run; the seconds stand elsewhere."""
        told = self._asdict()
        return {name: told[name] for name in told if name not in {"timed", "seconds"}}


def costs(letters: Sequence[Letter]) -> Costs:
    """Add up what *letters* cost, every repeat counted."""
    used = [letter.usage for letter in letters if letter.usage]
    prices = [letter.cost_usd for letter in letters if letter.cost_usd is not None]
    cached = sum(_is_cached(letter) for letter in letters)
    times = [each.seconds for each in letters if each.seconds is not None and not _is_cached(each)]
    tokens = Counter[str]()
    for usage in used:
        tokens.update({name: count for name, count in usage.items() if count})
    return Costs(
        letters=len(letters),
        asked=len(used),
        tokens=dict(sorted(tokens.items())),
        priced=len(prices),
        usd=sum(prices),
        cached=cached,
        timed=len(times),
        seconds=median(times) if times else None,
    )


def _is_cached(letter: Letter) -> bool:
    return letter.provenance.get("cached") is True
