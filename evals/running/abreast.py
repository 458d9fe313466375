"""Work done by several threads, its results in the order given."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")


def in_order(
    do: Callable[[Given], Result], given: Iterable[Given], threads: int
) -> Iterator[Result]:
    """Yield what *do* returns for each of *given*, in their order.

    What *do* raises is raised where its result would stand. Where the consumer stops, nothing
    more is begun, and what is under way neither ends in a result nor keeps the program alive.

    Args:
        do: The work.
        given: What it is done to.
        threads: How many are at work at a time; with 1 it is the caller's own.
    """
    if threads <= 1:
        yield from map(do, given)
        return
    todo: SimpleQueue[tuple[Future[Result], Given]] = SimpleQueue()
    futures: list[Future[Result]] = []
    for each in given:
        futures.append(Future())
        todo.put((futures[-1], each))
    for _ in range(min(threads, len(futures))):
        Thread(target=_work, args=(do, todo), daemon=True).start()
    try:
        for future in futures:
            yield future.result()
    finally:
        with suppress(Empty):
            while True:
                todo.get_nowait()


def _work(do: Callable[[Given], Result], todo: "SimpleQueue[tuple[Future[Result], Given]]") -> None:
    with suppress(Empty):
        while True:
            future, each = todo.get_nowait()
            try:
                future.set_result(do(each))
            except BaseException as error:
                future.set_exception(error)
