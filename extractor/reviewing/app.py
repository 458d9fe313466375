"""What can be asked of the server, as an ASGI application.

Every answer but the page and the pictures is JSON. What is refused says why: ``code`` for
programs, ``message`` for people; nothing of a letter.
"""

import sys
from collections.abc import Awaitable, Callable

from pydantic import Field
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from extractor.errors import CorrectionError, ImrError, ReviewError
from extractor.pages.review.letter import Json, choices
from extractor.record import Model
from extractor.reviewing.asked import Decision, read
from extractor.reviewing.desk import Changed, Desk
from extractor.reviewing.guard import FRAMED, Guard, Session, Sessions

MOST_BYTES = 256 * 1024
_MOST_PLACES = 100_000
_DIGITS = 9
_STATUS = {"no_letter": 404, "no_page": 404, "changed": 409, "too_large": 413, "not_json": 415}
_UNKNOWN = 404

Handler = Callable[[Request], Awaitable[Response]]


class Name(Model):
    """What a browser says once: who sits before it."""

    name: str = Field(max_length=1000)


class Places(Model):
    """Letters by their places in the queue."""

    places: list[int] = Field(max_length=_MOST_PLACES)


class Wanted(Model):
    """Which letters are to be dealt from, in their order; all that need a person where None."""

    places: list[int] | None = Field(default=None, max_length=_MOST_PLACES)


def application(desk: Desk, page: str, sessions: Sessions, port: int) -> ASGIApp:
    """Return the server's application: *desk* behind the HTML of *page*, at *port*."""
    asks = _Asks(desk, page, sessions)
    routes = [
        Route("/", asks.page),
        Route("/api/queue", asks.queue),
        Route("/api/choices", asks.choices),
        Route("/api/letters/{place}", asks.letter),
        Route("/api/letters/{place}/pages/{number}.png", asks.picture),
        Route("/api/letters/{place}/corrections", asks.corrections, methods=["POST"]),
        Route("/api/letters/{place}/undo", asks.undo, methods=["POST"]),
        Route("/api/letters/{place}/redo", asks.redo, methods=["POST"]),
        Route("/api/next", asks.next, methods=["POST"]),
        Route("/api/reviewer", asks.reviewer, methods=["POST"]),
        Route("/api/export", asks.export, methods=["POST"]),
    ]
    handlers = {HTTPException: _no_such, ImrError: _refused, Exception: _broken}
    app = Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]
    app.router.redirect_slashes = False
    return Guard(_Contained(app), sessions, port)


class _Asks:
    """A method for each thing that can be asked."""

    def __init__(self, desk: Desk, page: str, sessions: Sessions) -> None:
        self._desk, self._page, self._sessions = desk, page, sessions

    async def page(self, _: Request) -> Response:
        return HTMLResponse(self._page, headers={"content-security-policy": FRAMED})

    async def queue(self, request: Request) -> Response:
        said = await run_in_threadpool(self._desk.queue, _session(request).name)
        return Response(said.encode("utf-8", "replace"), media_type="application/json")

    async def choices(self, _: Request) -> Response:
        return JSONResponse(choices())

    async def letter(self, request: Request) -> Response:
        name = _session(request).name
        return JSONResponse(await run_in_threadpool(self._desk.letter, _place(request), name))

    async def picture(self, request: Request) -> Response:
        number = _number(request, "number")
        png = await run_in_threadpool(self._desk.picture, _place(request), number)
        return Response(png, media_type="image/png")

    async def corrections(self, request: Request) -> Response:
        decision = read(Decision, await _body(request))
        place, name = _place(request), _reviewer(request)
        return JSONResponse(await run_in_threadpool(self._desk.decide, place, decision, name))

    async def undo(self, request: Request) -> Response:
        return await self._back(request, redo=False)

    async def redo(self, request: Request) -> Response:
        return await self._back(request, redo=True)

    async def _back(self, request: Request, *, redo: bool) -> Response:
        place, name = _place(request), _reviewer(request)
        return JSONResponse(await run_in_threadpool(self._desk.undo, place, name, redo=redo))

    async def next(self, request: Request) -> Response:
        wanted = read(Wanted, await _body(request) or b"{}")
        name = _reviewer(request)
        place = await run_in_threadpool(self._desk.next, name, wanted.places)
        return JSONResponse({"place": place})

    async def reviewer(self, request: Request) -> Response:
        given = read(Name, await _body(request))
        session = _session(request)
        self._sessions.name(session, given.name)
        return JSONResponse({"reviewer": session.name})

    async def export(self, request: Request) -> Response:
        given = read(Places, await _body(request))
        return JSONResponse(await run_in_threadpool(self._desk.export, given.places))


def _session(request: Request) -> Session:
    session = request.scope["session_of_review"]
    assert isinstance(session, Session)
    return session


def _reviewer(request: Request) -> str:
    if name := _session(request).name:
        return name
    raise ReviewError("reviewer_wanted", "Say first who you are.")


def _place(request: Request) -> int:
    return _number(request, "place")


def _number(request: Request, name: str) -> int:
    digits = request.path_params[name]
    if digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS:
        return int(digits)
    raise HTTPException(_UNKNOWN)


async def _body(request: Request) -> bytes:
    """Return a request's body, no more of it than is ever needed."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > MOST_BYTES:
            raise ReviewError("too_large", f"A request holds {MOST_BYTES} bytes at most.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if data and kind != "application/json":
        raise ReviewError("not_json", "A request must be JSON.")
    return data


def _said(code: str, message: str, status: int, **more: Json) -> Response:
    return JSONResponse({"code": code, "message": message, **more}, status)


async def _no_such(_: Request, error: HTTPException) -> Response:
    return _said("unknown", "There is no such address here.", error.status_code)


async def _refused(_: Request, error: ImrError) -> Response:
    if isinstance(error, Changed):
        return _said(error.code, str(error), 409, letter=error.letter)
    if isinstance(error, ReviewError):
        return _said(error.code, str(error), _STATUS.get(error.code, 422))
    if isinstance(error, CorrectionError):
        return _said("not_kept", str(error), 500)
    return _said("refused", str(error), 422)


async def _broken(_: Request, __: Exception) -> Response:
    return _said("internal", "The server failed on this: nothing was decided.", 500)


class _Contained:
    """Keeps what goes wrong in an application out of the server's log: it may hold a letter."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except ClientDisconnect:
            pass
        except Exception as error:
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else ""
            print(f"imr: the server failed: {type(error).__name__} at {place}", file=sys.stderr)
