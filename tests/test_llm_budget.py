"""Budgets: what is booked, when no call is made any more, and by how much a limit can be passed."""

import asyncio
import threading

import pytest
from cached import SETTINGS, USAGE, Recording, Verdict, question

from extractor.errors import BudgetExhausted, EndpointFailed, SettingsError
from extractor.propose.llm.asking import Answer, Question, R, Usage
from extractor.propose.llm.budget import Budget, Budgeted
from extractor.propose.llm.cache import CachedReplies


def a_cent_a_token(usage: Usage) -> float:
    """Return a price."""
    return usage.total / 100


def unknown(_: Usage) -> None:
    """Know no price."""


def ask_many(asks: Budgeted | CachedReplies, count: int, *, at_once: bool = False) -> list[object]:
    """Ask different questions; return answers and errors."""

    async def all_of_them() -> list[object]:
        asked = [asks.ask(question(str(n)), Verdict) for n in range(count)]
        if at_once:
            return [*await asyncio.gather(*asked, return_exceptions=True)]
        return [(await asyncio.gather(each, return_exceptions=True))[0] for each in asked]

    return asyncio.run(all_of_them())


def refused(came: list[object]) -> int:
    """Return how many were refused for the budget."""
    return sum(isinstance(each, BudgetExhausted) for each in came)


def test_everything_is_booked() -> None:
    """Calls, tokens and dollars add up."""
    budget = Budget()
    ask_many(Budgeted(Recording(), budget, a_cent_a_token), 3)
    assert (budget.calls, budget.usage) == (3, Usage(300, 60, 180, 15))
    assert budget.cost == pytest.approx(3.6)


def test_failed_calls_are_booked() -> None:
    """An error's tokens were spent as well."""
    error = EndpointFailed("Down.")
    error.usage, error.calls = USAGE, 1
    budget = Budget()
    ask_many(Budgeted(Recording(error=error), budget, a_cent_a_token), 2)
    assert (budget.calls, budget.usage.total) == (2, 240)
    assert budget.cost == pytest.approx(2.4)


@pytest.mark.parametrize("budget", [Budget(max_cost=5.0), Budget(max_tokens=500)])
def test_one_after_the_other_never_exceeds(budget: Budget) -> None:
    """Of calls of one size as many are made as fit: four of 120 tokens, or $1.20, into 500, or $5.

    The rest are refused without a call.
    """
    inner = Recording()
    came = ask_many(Budgeted(inner, budget, a_cent_a_token), 10)
    assert (len(inner.asked), refused(came), budget.usage.total) == (4, 6, 480)


@pytest.mark.parametrize("budget", [Budget(max_cost=0.0), Budget(max_tokens=0)])
def test_nothing_may_be_spent(budget: Budget) -> None:
    """A limit of nothing allows no call."""
    inner = Recording()
    assert refused(ask_many(Budgeted(inner, budget, a_cent_a_token), 3)) == 3
    assert inner.asked == []


class Growing(Recording):
    """Counts how many questions are under way at once."""

    most = 0
    now = 0

    async def ask(self, question: Question, kind: type[R]) -> Answer[R]:
        """Return the answer a little later."""
        self.now += 1
        self.most = max(self.most, self.now)
        for _ in range(3):
            await asyncio.sleep(0)
        self.now -= 1
        return await super().ask(question, kind)


def test_side_by_side_it_is_passed_by_calls_under_way_at_most() -> None:
    """After the first reply, calls under way are reckoned with; before it, they all begin."""
    budget, inner = Budget(max_tokens=1200), Growing()
    budgeted = Budgeted(inner, budget, unknown)

    async def five_abreast() -> None:
        gate = asyncio.Semaphore(5)

        async def one(n: int) -> None:
            async with gate:
                await asyncio.gather(
                    budgeted.ask(question(str(n)), Verdict), return_exceptions=True
                )

        await asyncio.gather(*map(one, range(60)))

    asyncio.run(five_abreast())
    assert inner.most == 5
    assert budget.usage.total == 1200


def test_before_the_first_reply_all_may_begin() -> None:
    """Then the limit is passed by the calls that were under way, and by no other."""
    budget, inner = Budget(max_tokens=200), Recording()
    budgeted = Budgeted(inner, budget, unknown)
    assert refused(ask_many(budgeted, 8, at_once=True)) in range(8)
    before = len(inner.asked)
    assert refused(ask_many(budgeted, 8)) == 8
    assert len(inner.asked) == before


def test_a_cancelled_call_is_no_longer_under_way() -> None:
    """It leaves room for others."""
    inner = Recording()
    budget = Budget(max_tokens=240)
    budgeted = Budgeted(inner, budget, unknown)

    async def cancelled() -> None:
        await budgeted.ask(question("first"), Verdict)
        inner.go.clear()
        task = asyncio.create_task(budgeted.ask(question("gone"), Verdict))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        inner.go.set()
        await budgeted.ask(question("last"), Verdict)

    asyncio.run(cancelled())
    assert (budget.calls, budget.usage.total) == (2, 240)


def test_a_limit_in_dollars_needs_a_price() -> None:
    """Up front; a limit in tokens does not."""
    with pytest.raises(SettingsError):
        Budgeted(Recording(), Budget(max_cost=1.0), unknown)
    budget = Budget(max_tokens=1000)
    ask_many(Budgeted(Recording(), budget, unknown), 1)
    assert (budget.cost, budget.usage.total) == (None, 120)


def test_replies_from_the_cache_are_free(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A second run over the same letters spends nothing, whatever its budget."""
    folder = tmp_path_factory.mktemp("cache")
    for budget in (Budget(), Budget(max_tokens=0)):
        cached = CachedReplies(Budgeted(Recording(), budget, unknown), SETTINGS, folder)
        assert refused(ask_many(cached, 5)) == 0
    assert (budget.calls, budget.usage.total) == (0, 0)


def test_threads_share_a_budget() -> None:
    """No booking is lost."""
    budget = Budget()

    def spend() -> None:
        for _ in range(5_000):
            budget.begin()
            budget.end(1, Usage(1, 1), 0.5)

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (budget.calls, budget.usage.total, budget.cost) == (20_000, 40_000, 10_000)
