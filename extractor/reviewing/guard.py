"""Who may ask, and how: this machine, this page, and whoever holds the printed address.

Any page in the same browser can send requests to 127.0.0.1, and a name can be made to mean that
address. So the host must be our own, what changes anything must come from our own page, and every
request needs the cookie that the printed address gives.
"""

import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extractor.errors import ReviewError

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The policy of everything that is no page."""
FRAMED = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""What the page's own policy, in its head, cannot say, and what it says too."""
HEADERS: Mapping[str, str] = {
    "cache-control": "no-store",
    "content-security-policy": NOTHING,
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_OWN_HEADER = "x-imr-review"
_READS = {"GET", "HEAD"}
_LONGEST_NAME = 80
_MOST_SESSIONS = 1000


class Session:
    """A browser that was let in, and the name that its reviewer gave."""

    def __init__(self, name: str | None = None) -> None:
        """Begin without a name, or with the only one that there is."""
        self.name = name


class Refusal(NamedTuple):
    """Why a request is refused."""

    status: int
    code: str
    message: str

    def response(self) -> Response:
        """Return it as an answer."""
        said = {"code": self.code, "message": self.message}
        return JSONResponse(said, self.status)


_HOST = Refusal(403, "host", "This server answers to 127.0.0.1 and localhost only.")
_ORIGIN = Refusal(403, "origin", "Only the review page itself may ask this.")
_COOKIE = Refusal(401, "cookie", "Open the address that `imr review` printed.")
_TOKEN = Refusal(401, "token", "This address is no longer good: open the one printed last.")


class Sessions:
    """The browsers that were let in.

    Attributes:
        token: What the printed address holds.
        reviewers: The names that may be given; any where there are none.
    """

    def __init__(self, reviewers: Sequence[str] = ()) -> None:
        """Begin with no session, and a token of 256 random bits."""
        self.token = secrets.token_urlsafe(32)
        self.reviewers = tuple(reviewers)
        self._of: dict[bytes, Session] = {}

    def admit(self, token: str) -> str | None:
        """Return the value of a new session's cookie; None where *token* is not ours."""
        if not self.lets_in(token):
            return None
        while len(self._of) >= _MOST_SESSIONS:
            del self._of[next(iter(self._of))]
        value = secrets.token_urlsafe(32)
        alone = self.reviewers[0] if len(self.reviewers) == 1 else None
        self._of[_digest(value)] = Session(alone)
        return value

    def lets_in(self, token: str) -> bool:
        """Say whether *token* is ours, in a time that tells nothing of it."""
        return secrets.compare_digest(token.encode(), self.token.encode())

    def of(self, value: str | None) -> Session | None:
        """Return the session of a cookie; looked up by digest, so that time tells nothing."""
        return self._of.get(_digest(value)) if value else None

    def name(self, session: Session, name: str) -> None:
        """Have the reviewer of *session* be called *name*.

        Raises:
            ReviewError: ``name``: it is none, or none of the reviewers'.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
            raise ReviewError("name", f"Give a name of 1 to {_LONGEST_NAME} plain characters.")
        if self.reviewers and name not in self.reviewers:
            raise ReviewError("name", f"The reviewers here are {', '.join(self.reviewers)}.")
        session.name = name


def _digest(value: str) -> bytes:
    return sha256(value.encode("utf-8", "surrogateescape")).digest()


class Guard:
    """An ASGI application that lets through to another one what may be asked of it."""

    def __init__(self, app: ASGIApp, sessions: Sessions, port: int) -> None:
        """Stand before *app*, which is served at *port*."""
        self._app, self._sessions = app, sessions
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._cookie = f"imr_review_{port}"  # cookies are shared by all ports

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._answer(scope)
        await (answer or self._app)(scope, receive, _with_headers(send))

    def _answer(self, scope: Scope) -> Response | None:
        """Return what is said instead of the answer to a request; None where it may be asked."""
        headers = Headers(scope=scope)
        if refusal := self._refused(scope, headers):
            return refusal.response()
        value = cookie_parser(headers.get("cookie", "")).get(self._cookie)
        session = self._sessions.of(value)
        if scope["path"] == "/" and scope["query_string"]:
            return self._visit(scope, session)
        if session is None:
            return _said(scope, _COOKIE)
        scope["session_of_review"] = session
        return None

    def _refused(self, scope: Scope, headers: Headers) -> Refusal | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or hosts[0].lower() not in self._hosts:
            return _HOST
        site = headers.get("sec-fetch-site", "same-origin")
        if scope["method"] in _READS:
            visit = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"
            return None if visit or site in {"same-origin", "none"} else _ORIGIN
        own = headers.getlist("origin") == [f"http://{hosts[0].lower()}"]
        asked = headers.get(_OWN_HEADER) == "1"
        return None if own and asked and site == "same-origin" else _ORIGIN

    def _visit(self, scope: Scope, session: Session | None) -> Response:
        """Turn the token of the printed address into a cookie, where there is none yet."""
        token = _token(scope["query_string"])
        if not self._sessions.lets_in(token):
            return _said(scope, _TOKEN)
        answer = RedirectResponse("/", 303)
        if session is None and (value := self._sessions.admit(token)):
            answer.set_cookie(self._cookie, value, httponly=True, samesite="strict")
        return answer


def _token(query: bytes) -> str:
    try:
        return parse_qs(query.decode("latin-1"), max_num_fields=8).get("token", [""])[0]
    except ValueError:
        return ""


def _said(scope: Scope, refusal: Refusal) -> Response:
    """Return a refusal as whoever asked can read it: a person, or a page."""
    if scope["path"] == "/":
        return PlainTextResponse(f"{refusal.message}\n", refusal.status)
    return refusal.response()


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
