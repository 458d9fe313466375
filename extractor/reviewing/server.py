"""The server itself: a socket of this machine, and what answers on it."""

import socket
from collections.abc import Callable, Sequence

import uvicorn

from extractor.errors import ReviewError
from extractor.reviewing.app import application
from extractor.reviewing.desk import Desk
from extractor.reviewing.guard import Sessions

HOST = "127.0.0.1"
_GOODBYE = 3  # seconds for what is being answered when the server is stopped


def serve(
    desk: Desk,
    page: str,
    *,
    port: int = 0,
    reviewers: Sequence[str] = (),
    tell: Callable[[str], object] = print,
) -> None:
    """Serve *desk* to this machine until interrupted.

    Args:
        desk: The records under review.
        page: The page that shows them, as HTML.
        port: Where; 0 takes a free one.
        reviewers: The names that may be given; any where there are none.
        tell: Is told the address to open, which holds the secret that lets a browser in.

    Raises:
        ReviewError: ``port``: it is taken, or not ours to take.
    """
    with _listening(port) as listening:
        port = listening.getsockname()[1]
        sessions = Sessions(reviewers)
        server = uvicorn.Server(_settings(application(desk, page, sessions, port)))
        tell(f"http://{HOST}:{port}/?token={sessions.token}")
        server.run(sockets=[listening])


def _listening(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        message = f"Port {port} cannot be used ({error.strerror}): give another --port, or none."
        raise ReviewError("port", message) from error
    return listening


def _settings(app: object) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        timeout_graceful_shutdown=_GOODBYE,
    )
