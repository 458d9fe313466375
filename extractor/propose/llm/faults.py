"""What went wrong with a request, told apart, in words that hold nothing of a letter or a key."""

import json
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

from extractor.errors import (
    BadRequest,
    ContentFiltered,
    EndpointFailed,
    ModelError,
    PromptTruncated,
    QuotaExhausted,
    RateLimited,
    Unauthorized,
    UnknownModel,
)
from extractor.propose.llm.settings import OWN_KEY

_READ = 1000
_TOO_MANY = 429
_NOT_FOUND = 404
_TOO_LARGE = 413
_SERVER = 500
_PASSING = frozenset({408, 409, 425, _TOO_MANY})
_DENIED = frozenset({401, 403})
_SPENT = frozenset({"insufficient_quota", "billing_hard_limit_reached"})
_HELD_BACK = frozenset({"content_filter", "content_policy_violation"})
_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|context (?:length|size|window)", re.IGNORECASE
)
_NO_MODEL = re.compile(r"\bmodel\b", re.IGNORECASE)
_TOKEN = re.compile(r"[\w.\-\[\]]{1,60}")
FIX_CONTEXT = (
    "give the model a context that holds the whole letter (Ollama: OLLAMA_CONTEXT_LENGTH=16384, or "
    "num_ctx in a Modelfile; llama.cpp: --ctx-size; vLLM: --max-model-len), or take another model"
)


class Fault(NamedTuple):
    """What went wrong with one request.

    ``error`` is what is raised where nothing helps, ``passing`` whether asking again may, ``wait``
    the seconds that the endpoint asks to wait, ``crowded`` whether it says that there are too many
    calls, ``named`` what a refusal of the request itself says, to be looked up in and not shown.
    """

    error: ModelError
    passing: bool = False
    wait: float | None = None
    crowded: bool = False
    named: str = ""


class Failed(Exception):
    """A request failed; carries its fault, and nothing of the request."""

    def __init__(self, fault: Fault) -> None:
        """Keep the *fault*."""
        super().__init__(str(fault.error))
        self.fault = fault


def fault_of(error: Exception, host: str) -> Fault:
    """Say what *error* of a client means, in words of our own: neither its text nor its cause."""
    status = _status(error)
    if isinstance(status, int):
        return _fault_of_status(status, error, host)
    name = type(error).__name__
    if isinstance(error, TimeoutError) or "Timeout" in name:
        return Fault(EndpointFailed(f"{host} did not answer in time; raise the timeout."), True)
    if "Connect" in name and _is_refused(error):
        return Fault(EndpointFailed(f"Nothing answers at {host}: start the server there."), True)
    if isinstance(error, json.JSONDecodeError) or _is_of_the_wire(error):
        return Fault(EndpointFailed(f"The connection to {host} broke off."), True)
    if "authentication" in str(error):
        return Fault(Unauthorized(f"There is no key for {host}."))
    return Fault(EndpointFailed(f"The client of {host} failed ({name})."))


def _status(error: Exception) -> object:
    """Return the HTTP status that *error* tells of, as the clients of several providers name it."""
    for name in ("status_code", "code", "status", "http_status"):
        if isinstance(status := getattr(error, name, None), int):
            return status
    return None


def _is_refused(error: BaseException | None) -> bool:
    while error is not None:
        if type(error).__name__ == "ConnectError":
            return True
        error = error.__cause__
    return False


def _is_of_the_wire(error: Exception) -> bool:
    """Say whether *error* comes from a connection: also those that no client wraps."""
    modules = {kind.__module__.partition(".")[0] for kind in type(error).__mro__}
    wire = {"httpx", "httpx2", "httpcore", "httpcore2", "anyio", "aiohttp"}
    return (
        bool(modules & wire) or isinstance(error, OSError) or "Connection" in type(error).__name__
    )


def _fault_of_status(status: int, error: Exception, host: str) -> Fault:
    told = _told(error)
    said = " ".join(str(told.get(name) or "") for name in ("code", "type", "param", "message"))
    if (final := _for_good(status, told, said[:_READ], host)) is not None:
        return Fault(final)
    if status == _TOO_MANY:
        return Fault(RateLimited(crowded(host)), True, named_wait(error), crowded=True)
    if status in _PASSING or status >= _SERVER:
        message = f"{host} has an error of its own ({status}); try again later."
        return Fault(EndpointFailed(message), True, named_wait(error))
    return Fault(BadRequest(_not_taken(host, status, told)), named=said[:_READ])


def _for_good(status: int, told: dict[str, Any], said: str, host: str) -> ModelError | None:
    """Return what no other request would change; None where one might."""
    codes = {str(told.get("code")), str(told.get("type"))}
    if codes & _SPENT:
        return QuotaExhausted(f"The account at {host} has nothing left: top it up there.")
    if codes & _HELD_BACK:
        return ContentFiltered(f"{host} held the request back by a filter of its own.")
    if status in _DENIED:
        return Unauthorized(f"{host} does not take the key ({status}): set {OWN_KEY}.")
    if status == _NOT_FOUND:
        return UnknownModel(_not_there(host, said))
    if status == _TOO_LARGE or (status < _SERVER and _TOO_LONG.search(said)):
        return PromptTruncated(f"The letter is longer than the model reads: {FIX_CONTEXT}.")
    return None


def _told(error: Exception) -> dict[str, Any]:
    """Return what the body of an error says, however deep the server puts it."""
    body = getattr(error, "body", None)
    if isinstance(body, dict):
        inner = body.get("error")
        return inner if isinstance(inner, dict) else {"message": str(inner or body), **body}
    return {"message": str(body or "")}


def crowded(host: str) -> str:
    """Return the sentence for an endpoint that turned everything away until the end."""
    return f"{host} still says that there are too many calls: lower the concurrency."


def _not_there(host: str, said: str) -> str:
    if _NO_MODEL.search(said):
        return f"{host} has no model of that name: `imr check` lists some that it has."
    return f"Nothing is found at that address of {host}: most base URLs end in /v1."


def _not_taken(host: str, status: int, told: dict[str, Any]) -> str:
    """Say what a refusal names: its code and its parameter, never its prose."""
    names = [told.get("code"), told.get("param")]
    tokens = [name for name in names if isinstance(name, str) and _TOKEN.fullmatch(name)]
    what = ", ".join([str(status), *tokens])
    return f"{host} does not take the request ({what}); --trace DIR keeps what it says."


def named_wait(error: Exception) -> float | None:
    """Return the seconds that ``Retry-After`` names, itself or by a date; None without one."""
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    given = headers.get("retry-after")
    return None if given is None else _after(given)


def _after(given: str) -> float | None:
    """Read a value of ``Retry-After``.

    >>> _after("7"), _after("Wed, 21 Oct 2015 07:28:00 GMT"), _after("soon")
    (7.0, 0.0, None)
    """
    if (seconds := _seconds(given)) is not None:
        return seconds
    try:
        date = parsedate_to_datetime(given)
    except ValueError:
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)


def _seconds(given: str | None) -> float | None:
    try:
        seconds = float(given or "")
    except ValueError:
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
