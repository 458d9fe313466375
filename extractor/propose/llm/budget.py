"""What a run may spend, and what it has spent."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from pydantic import BaseModel

from extractor.errors import BudgetExhausted, ModelError, SettingsError
from extractor.propose.llm.asking import Answer, Asks, Question, Usage

R = TypeVar("R", bound=BaseModel)
Price = Callable[[Usage], float | None]


@dataclass
class Budget:
    """What a run may spend, what it has, and how many calls are under way.

    A call begins only where what was spent, what the calls under way will come to, and the call
    itself fit the limit, each reckoned at the mean of the calls so far. Before the first reply
    nothing is known of a call's size, and no call is held back. So a run can exceed its limit by
    what the calls under way cost beyond that mean, and never by a call begun after the limit was
    reached.

    Attributes:
        max_cost: US dollars; None is no limit.
        max_tokens: Tokens in and out; None is no limit.
        calls: How many requests were made.
        usage: Their tokens, those of failed calls included.
        cost: US dollars; None where the model's price is not known, 0 before the first call.
    """

    max_cost: float | None = None
    max_tokens: int | None = None
    calls: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0
    _under_way: int = 0
    _sized: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def limited(self) -> bool:
        """Whether there is any limit."""
        return self.max_cost is not None or self.max_tokens is not None

    def begin(self) -> None:
        """Count a call as under way.

        Raises:
            BudgetExhausted: It might not fit.
        """
        with self._lock:
            if not self._fits(self.cost or 0.0, self.max_cost):
                raise BudgetExhausted(
                    "The run has spent what --max-cost allows: raise it to go on."
                )
            if not self._fits(self.usage.total, self.max_tokens):
                raise BudgetExhausted("The run has used what --max-run-tokens allows: raise it.")
            self._under_way += 1

    def end(self, calls: int = 0, usage: Usage | None = None, cost: float | None = 0.0) -> None:
        """Count a call as done, which took *calls* requests."""
        with self._lock:
            self._under_way -= 1
            self.calls += calls
            if usage is None:
                return
            self._sized += usage.total > 0
            self.usage = self.usage.plus(usage)
            self.cost = None if cost is None or self.cost is None else self.cost + cost

    def _fits(self, spent: float, limit: float | None) -> bool:
        if limit is None:
            return True
        mean = spent / self._sized if self._sized else 0.0
        return spent < limit and spent + mean * (self._under_way + 1) <= limit


class Budgeted:
    """Asks as long as the budget allows; stands behind the cache, whose replies are free."""

    def __init__(self, asks: Asks, budget: Budget, price: Price) -> None:
        """Put a budget before *asks*.

        Args:
            asks: What is asked.
            budget: What may be spent; several may share one.
            price: Says what usage costs; None where that is not known.

        Raises:
            SettingsError: A cost is the limit, and no cost is known.
        """
        if budget.max_cost is not None and price(Usage(1, 1)) is None:
            message = (
                "The model's price is not known, so --max-cost cannot be held: "
                "give it with --prices FILE, or limit --max-run-tokens instead."
            )
            raise SettingsError(message)
        self.asks, self.budget, self.price = asks, budget, price

    async def ask(self, question: Question, kind: type[R]) -> Answer[R]:
        """Return what is answered, and book it.

        Raises:
            BudgetExhausted: The call might not fit; none was made.
            ModelError: As *asks* has it; its usage is booked too.
        """
        self.budget.begin()
        try:
            answer = await self.asks.ask(question, kind)
        except ModelError as error:
            self._end(error.calls, Usage(*error.usage))
            raise
        except BaseException:
            self.budget.end()
            raise
        if answer.cached:
            self.budget.end()
        else:
            self._end(answer.calls, answer.usage)
        return answer

    def _end(self, calls: int, usage: Usage) -> None:
        self.budget.end(calls, usage, self.price(usage))
