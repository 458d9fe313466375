"""What passes is waited out, what stays is said at once: exact call counts over a real socket."""

import asyncio
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from asking import GOOD, KEY, QUICK, Seen, answer, failure, put, question, settings_for

from evals.endpoint import (
    Received,
    ScriptedEndpoint,
    Sent,
    Step,
    breaks_off,
    drops,
    late,
    page,
    says,
    status,
)
from extractor.errors import (
    EndpointFailed,
    ModelError,
    QuotaExhausted,
    RateLimited,
    Unauthorized,
    UnknownModel,
)
from extractor.propose.llm.asking import Answer, ModelSettings
from extractor.propose.llm.endpoint import Endpoint
from extractor.propose.llm.transport import Pace, Waits

BROKEN = page('{"choices": [', "application/json")
RELAYED = page('{"error": {"code": 503, "message": "upstream is away"}}', "application/json")


@pytest.mark.parametrize(
    "step",
    [
        status(408),
        status(409),
        status(429),
        status(500),
        status(502),
        status(503, retry_after="0.01"),
        drops(),
        breaks_off(says(GOOD)),
        breaks_off(status(500), after=5),
        BROKEN,
        RELAYED,
    ],
    ids="408 409 429 500 502 503 dropped reset reset-error half-json relayed".split(),
)
def test_what_may_pass_is_asked_again(step: Step) -> None:
    """Two failures and a reply are three calls and an answer."""
    with ScriptedEndpoint([step, step, says(GOOD)]) as endpoint:
        assert answer(endpoint).calls == 3
    assert len(endpoint.calls) == 3


@pytest.mark.parametrize(
    "step",
    [status(500), drops(), breaks_off(says(GOOD)), BROKEN, RELAYED],
    ids="burst dropped reset half-json relayed".split(),
)
def test_what_does_not_pass_is_given_up(step: Step) -> None:
    """An endpoint is tried as often as the waits allow, and no more."""
    error, calls = failure(step)
    assert type(error) is EndpointFailed
    assert calls == QUICK.attempts


def test_an_endpoint_that_is_down_is_tried_once_a_question_until_it_answers() -> None:
    """After three questions in vain a fourth costs one call, and so on; an answer ends that."""
    down = [drops()] * (3 * QUICK.attempts + 2)
    script = [*down, says(GOOD), *[drops()] * QUICK.attempts]
    calls = []
    with ScriptedEndpoint(script) as endpoint:

        async def ask() -> None:
            ours = Endpoint(settings_for(endpoint), KEY, waits=QUICK)
            try:
                for _ in range(7):
                    with suppress(EndpointFailed):
                        await ours.ask(question(), Seen)
                    calls.append(len(endpoint.calls))
            finally:
                await ours.aclose()

        asyncio.run(ask())
    per_question = [now - before for before, now in pairwise([0, *calls])]
    assert per_question == [3, 3, 3, 1, 1, 1, 3]


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (status(401), Unauthorized),
        (status(403), Unauthorized),
        (status(404, 'model "tiny" not found'), UnknownModel),
        (status(404), UnknownModel),
        (status(429, "You exceeded your quota", error="insufficient_quota"), QuotaExhausted),
    ],
    ids=["401", "403", "404 model", "404", "quota"],
)
def test_what_waiting_does_not_mend_is_asked_once(step: Step, kind: type[ModelError]) -> None:
    """A wrong key, a missing model and an empty account are said at once."""
    error, calls = failure(step)
    assert type(error) is kind
    assert calls == 1


def test_a_missing_model_and_a_wrong_address_are_told_apart() -> None:
    """Both are 404; the message says which of the two is to be mended."""
    model, _ = failure(status(404, 'model "tiny" not found'))
    address, _ = failure(status(404, "page not found"))
    assert "/v1" in str(address)
    assert "/v1" not in str(model)


@pytest.mark.parametrize("form", ["seconds", "date", "milliseconds"])
def test_retry_after_is_honoured(form: str) -> None:
    """The next request starts no sooner than the endpoint says, in seconds or by a date."""
    # A date counts whole seconds: of two from now at least one is left.
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    name, value, least = {
        "seconds": ("Retry-After", "0.3", 0.3),
        "date": ("Retry-After", date, 0.5),
        "milliseconds": ("retry-after-ms", "300", 0.3),
    }[form]
    crowded: Step = lambda _: Sent(429, b"{}", {name: value})  # noqa: E731
    with ScriptedEndpoint([crowded, says(GOOD)]) as endpoint:
        assert answer(endpoint).calls == 2
    first, second = endpoint.calls
    assert second.at - first.at >= least


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    """An endpoint that wants an hour is given up at once."""
    before = time.monotonic()
    error, calls = failure(status(429, retry_after="3600"), deadline=5.0)
    assert type(error) is RateLimited
    assert calls == 1
    assert time.monotonic() - before < 4


def test_too_many_is_waited_out_until_the_deadline() -> None:
    """An endpoint that says "too many" is tried beyond the attempts that others get."""
    error, calls = failure(status(429, retry_after="0.2"), deadline=1.1)
    assert type(error) is RateLimited
    assert calls > QUICK.attempts


def test_a_slow_endpoint_is_asked_again_and_then_given_up() -> None:
    """Each request may take its time, and no longer."""
    error, calls = failure(late(5.0, says(GOOD)), timeout=0.1, waits=Waits(2, 0.01))
    assert type(error) is EndpointFailed
    assert calls == 2


def test_the_deadline_ends_a_request_under_way() -> None:
    """All of a question is over at its deadline, whatever one request may take."""
    before = time.monotonic()
    error, calls = failure(late(30.0, says(GOOD)), timeout=30.0, deadline=0.2)
    assert type(error) is EndpointFailed
    assert calls == 1
    assert time.monotonic() - before < 10


def test_a_deadline_does_not_run_while_a_question_waits_for_its_turn() -> None:
    """Questions behind others have as much time as those."""
    with ScriptedEndpoint(late(0.15, says(GOOD))) as endpoint:
        came = asyncio.run(put(endpoint, times=6, concurrency=1, deadline=0.6))
    assert all(isinstance(each, Answer) for each in came)
    assert len(endpoint.calls) == 6


def test_an_unreachable_port_is_said_to_be_one() -> None:
    """Where nothing listens the message says so, after the attempts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    async def ask() -> ModelError:
        settings = ModelSettings("tiny", base_url=f"http://127.0.0.1:{port}/v1")
        ours = Endpoint(settings, waits=QUICK)
        try:
            await ours.ask(question(), Seen)
        except ModelError as error:
            return error
        finally:
            await ours.aclose()
        raise AssertionError

    error = asyncio.run(ask())
    assert type(error) is EndpointFailed
    assert error.calls == QUICK.attempts
    assert "Nothing answers" in str(error)


def test_one_429_slows_every_worker() -> None:
    """Once one request is turned away, no other starts before the time that was named."""
    turned_away: list[float] = []

    def step(request: Received) -> Sent:
        if len(turned_away) == 0 and request.at > endpoint.calls[0].at + 0.05:
            turned_away.append(time.monotonic())
            return status(429, retry_after="0.5")(request)
        return late(0.01, says(GOOD))(request)

    with ScriptedEndpoint(step) as endpoint:
        came = asyncio.run(put(endpoint, times=120, concurrency=8))
    assert all(isinstance(each, Answer) for each in came)
    assert len(endpoint.calls) == 121
    meanwhile = [call for call in endpoint.calls if 0 < call.at - turned_away[0] < 0.45]
    assert len(meanwhile) <= 7


def test_a_cancelled_question_leaves_its_place_to_others() -> None:
    """Cancelling in a request, or in a wait, neither blocks nor breaks the endpoint."""
    with ScriptedEndpoint(
        [late(30.0, says(GOOD)), status(503, retry_after="30"), says(GOOD)]
    ) as server:

        async def ask() -> int:
            ours = Endpoint(settings_for(server, concurrency=1), waits=QUICK)
            for calls in (1, 2):
                task = asyncio.ensure_future(ours.ask(question(), Seen))
                while len(server.calls) < calls:
                    await asyncio.sleep(0.01)
                await asyncio.sleep(0.05)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            came = await ours.ask(question(), Seen)
            await ours.aclose()
            return came.calls

        assert asyncio.run(ask()) == 1
    assert len(server.calls) == 3


def starts(pace: Pace, count: int) -> list[float]:
    """Return when *count* requests start that come at once."""

    async def all_at_once() -> list[float]:
        clock = asyncio.get_running_loop().time

        async def one() -> float:
            await pace.turn()
            return clock()

        pace.crowd(clock(), clock(), clock() + 0.05)
        return sorted(await asyncio.gather(*(one() for _ in range(count))))

    return asyncio.run(all_at_once())


def test_after_a_429_requests_start_at_half_their_rate_and_recover() -> None:
    """The gap between starts doubles with each crowding and closes with successes."""
    pace = Pace()
    pace._starts.extend(n / 100 for n in range(10))
    times = starts(pace, 4)
    assert min(b - a for a, b in pairwise(times)) >= 0.015
    for _ in range(60):
        pace.ease()
    assert pace._gap == 0.0


def test_a_burst_of_429s_slows_once() -> None:
    """Requests that were turned away together are one sign of crowding, not many."""
    pace = Pace()
    pace._starts.extend([0.0, 0.01])
    for _ in range(10):
        pace.crowd(started=1.0, now=2.0, until=2.0)
    assert pace._gap == pytest.approx(0.02)
    pace.crowd(started=3.0, now=4.0, until=4.0)
    assert pace._gap == pytest.approx(0.04)
