"""The one layer that asks an endpoint again: what passes is waited out, what stays is said at once.

An endpoint that says "too many" slows down every question that is put to it, not only the one that
was told so.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception

from extractor.errors import EndpointFailed, ImrError, RateLimited
from extractor.propose.llm.faults import Failed, Fault, crowded, fault_of

T = TypeVar("T")


class Waits(NamedTuple):
    """How failures that may pass are waited out.

    ``attempts`` is how often an endpoint that breaks off or errs is tried; one that says "too many"
    is tried until the question's deadline. ``first`` and ``longest`` are seconds: the mean wait
    before the second attempt, doubled before each further one, and its bound. Where ``down``
    questions in a row came to nothing, each further one is tried once, until one is answered.
    """

    attempts: int = 6
    first: float = 0.5
    longest: float = 30.0
    down: int = 3


class Pace:
    """When the next request may start, shared by all that go to one endpoint.

    Nothing holds them back until the endpoint says "too many". Then none starts before the time it
    names, and from there on they start half as fast as before; each success lets them start a
    little faster, until nothing holds them back again.
    """

    _SLOWEST = 2.0
    _RECOVERY = 0.8
    _UNNOTICED = 0.002

    def __init__(self) -> None:
        """Hold nothing back."""
        self._not_before = 0.0
        self._next = 0.0
        self._gap = 0.0
        self._slowed = 0.0
        self._starts: deque[float] = deque(maxlen=20)

    async def turn(self) -> None:
        """Wait until a request may start."""
        clock = asyncio.get_running_loop().time
        while True:
            start = max(clock(), self._not_before, self._next)
            self._next = start + self._gap
            if (wait := start - clock()) > 0:
                await asyncio.sleep(wait)
            if clock() >= self._not_before:
                break
        self._starts.append(clock())

    def opens(self) -> float:
        """Return the loop's time from which on requests may start."""
        return self._not_before

    def crowd(self, started: float, now: float, until: float) -> None:
        """Let none start before *until*, and then half as fast.

        Of several that were turned away at once only the first makes it slower.

        Args:
            started: When the request that was turned away started.
            now: The loop's time.
            until: When the endpoint lets requests in again.
        """
        self._not_before = max(self._not_before, until)
        if started >= self._slowed:
            self._slowed = now
            self._gap = min(2 * max(self._gap, self._mean_gap()), self._SLOWEST)
            self._starts.clear()

    def ease(self) -> None:
        """Let requests start a little faster: one succeeded."""
        self._gap *= self._RECOVERY
        if self._gap < self._UNNOTICED:
            self._gap = 0.0

    def _mean_gap(self) -> float:
        gaps = len(self._starts) - 1
        return (self._starts[-1] - self._starts[0]) / gaps if gaps > 0 else 0.0


class Transport:
    """Sends requests of one endpoint, and sends again what failed in passing."""

    def __init__(self, host: str, timeout: float, waits: Waits) -> None:
        """Set how many seconds one request to *host* may take, and how failures are waited out."""
        self.host = host
        self.timeout = timeout
        self.waits = waits
        self.pace = Pace()
        self._in_vain = 0

    async def send(
        self, once: Callable[[], Awaitable[T]], deadline: float, tell: Callable[[Fault], None]
    ) -> T:
        """Return what *once* returns, called as often as its failures may pass.

        Args:
            once: Sends the request, once.
            deadline: The loop's time at which everything must be over.
            tell: Is told of each request that failed.

        Raises:
            Failed: It did not help, or cannot.
        """
        retrying = AsyncRetrying(
            sleep=asyncio.sleep,
            stop=lambda state: self._is_over(state, deadline),
            wait=self._wait,
            retry=retry_if_exception(
                lambda error: isinstance(error, Failed) and error.fault.passing
            ),
            reraise=True,
        )
        try:
            result: T = await retrying(self._once, once, deadline, tell)
        except Failed as failed:
            silent = failed.fault.passing and not failed.fault.crowded
            self._in_vain = self._in_vain + 1 if silent else 0
            raise
        self._in_vain = 0
        return result

    async def _once(
        self, once: Callable[[], Awaitable[T]], deadline: float, tell: Callable[[Fault], None]
    ) -> T:
        clock = asyncio.get_running_loop().time
        await self._turn(deadline)
        started = clock()
        fault = None
        try:
            async with asyncio.timeout_at(min(started + self.timeout, deadline)):
                result = await once()
        except ImrError:
            raise
        except Failed as failed:
            fault = failed.fault
        except Exception as error:
            fault = fault_of(error, self.host)
        if fault is None:
            self.pace.ease()
            return result
        tell(fault)
        if fault.crowded:
            rest = min(fault.wait or self.waits.first, max(deadline - started, 0.0))
            self.pace.crowd(started, clock(), clock() + rest)
        raise Failed(fault)

    async def _turn(self, deadline: float) -> None:
        """Wait for the pace, but not where it lets nothing start before the *deadline*."""
        with suppress(TimeoutError):
            if self.pace.opens() < deadline:
                async with asyncio.timeout_at(deadline):
                    return await self.pace.turn()
        raise Failed(Fault(RateLimited(crowded(self.host))))

    def _is_over(self, state: RetryCallState, deadline: float) -> bool:
        if asyncio.get_running_loop().time() + state.upcoming_sleep >= deadline:
            return True
        attempts = 1 if self._in_vain >= self.waits.down else self.waits.attempts
        return not _fault(state).crowded and state.attempt_number >= attempts

    def _wait(self, state: RetryCallState) -> float:
        """Return the seconds to wait: as many as were named, or ever more of them, jittered."""
        if (named := _fault(state).wait) is not None:
            return named
        doubled = self.waits.first * 2.0 ** min(state.attempt_number - 1, 30)
        return min(doubled, self.waits.longest) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret


def _fault(state: RetryCallState) -> Fault:
    error = state.outcome.exception() if state.outcome else None
    return error.fault if isinstance(error, Failed) else Fault(EndpointFailed())
