"""One event loop in a thread of its own, on which every call of a process is made.

A client belongs to the loop that it was first used on. With one loop beside the program, letters
can be asked for from plain functions, from several threads and from anyone's own event loop.
"""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import lru_cache
from typing import Any, TypeVar

T = TypeVar("T")
_ONE = threading.Lock()


def _loop() -> asyncio.AbstractEventLoop:
    with _ONE:  # or two threads that come first at once would begin two loops
        return _started()


@lru_cache(maxsize=1)
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="imr-model", daemon=True).start()
    return loop


def begin(work: Coroutine[Any, Any, T]) -> Future[T]:
    """Begin *work* on the loop and return its future."""
    return asyncio.run_coroutine_threadsafe(work, _loop())
