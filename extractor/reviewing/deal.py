"""Who looks at which letter: each reviewer is dealt letters that no other one holds."""

import time
from collections.abc import Callable, Iterable

LEASE = 30 * 60.0
"""Seconds for which a letter stays with whom it was dealt to, from when they last touched it."""
_HELD = 3  # letters at once: the one that is looked at, the one before, one more in another tab


class Deal:
    """Which letters are with whom; known to this server alone, and forgotten when it ends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with every letter free; *clock* tells seconds."""
        self._clock = clock
        self._held: dict[int, tuple[str, float]] = {}

    def holder(self, place: int) -> str | None:
        """Return who holds a letter; None where it is free."""
        name, until = self._held.get(place, ("", 0.0))
        if not name:
            return None
        if until <= self._clock():
            del self._held[place]
            return None
        return name

    def take(self, place: int, reviewer: str) -> bool:
        """Give a letter to *reviewer*, or let them keep it; False where another one holds it.

        Who takes many gives back those touched longest ago.
        """
        if self.holder(place) not in (None, reviewer):
            return False
        self._held.pop(place, None)
        self._held[place] = (reviewer, self._clock() + LEASE)
        own = [each for each, (name, _) in self._held.items() if name == reviewer]
        for each in own[:-_HELD]:
            del self._held[each]
        return True

    def first(self, places: Iterable[int], reviewer: str) -> int | None:
        """Take the first of *places* that is free or *reviewer*'s own; None where there is none."""
        return next((place for place in places if self.take(place, reviewer)), None)

    def give_back(self, place: int, reviewer: str) -> None:
        """Free a letter, if *reviewer* holds it."""
        if self.holder(place) == reviewer:
            del self._held[place]
