"""Letters extracted side by side, by processes that outlive the letters that kill them.

Each process is at one chunk of letters at a time. If it dies, a new one takes its place and has
the chunk's letters one by one; a letter that a process dies on alone gets a ``failed`` record. The
processes end with the one that started them, however that ends.
"""

import contextlib
import gc
import multiprocessing
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from threading import Semaphore
from typing import Any, Self, TypeAlias, cast

from extractor.errors import ImrError
from extractor.propose.llm.options import IN_LINE
from extractor.record import Record
from extractor.run.making import Came, Copy, Done, Extracts, Given, Submits, done, failed, made
from extractor.source import Input

_CHUNK = 8  # letters to a message between processes
_BETWEEN_COLLECTIONS = 20_000  # objects; Python's own 700 are a part of one letter's
_AHEAD = 4  # chunks per process that are done or under way before the consumer asks

_Pipe: TypeAlias = "Connection[Any, Any]"


def each(inputs: Iterable[Input], extract: Extracts, jobs: int) -> Iterator[Done]:
    """Yield what becomes of each input, in input order; arguments as ``in_order`` has them."""
    return (came for came in in_order(inputs, extract, jobs) if isinstance(came, Done))


def in_order(inputs: Iterable[Given], extract: Extracts, jobs: int) -> Iterator[Came]:
    """Yield what becomes of each input, in input order; copies are handed on as they are.

    Args:
        inputs: Taken as they are needed, a few chunks ahead of the consumer.
        extract: What makes records of them.
        jobs: How many processes extract; 1 is this one, and so few letters that one process
            suffices are this one's too.
    """
    if jobs < 1:
        message = f"jobs must be at least 1, not {jobs}"
        raise ValueError(message)
    letters = iter(inputs)
    if isinstance(extract, Submits) and extract.concurrency:
        yield from _side_by_side(extract, letters)
        return
    first = list(islice(letters, jobs * _CHUNK))
    jobs = min(jobs, -(-len(first) // _CHUNK))
    letters = chain(first, letters)
    if jobs <= 1:
        yield from (_now(extract, given) for given in letters)
        return
    with _Crew(extract, jobs) as crew:
        yield from crew.work(letters)


def apart(inputs: Iterable[Given], extract: Extracts) -> Iterator[Came]:
    """Yield what becomes of each input, in input order, extracted in one process that may die."""
    with _Crew(extract, 1) as crew:
        yield from crew.work(iter(inputs))


def _side_by_side(extract: Submits, letters: Iterator[Given]) -> Iterator[Came]:
    """Yield what becomes of each letter, in input order, as many under way as may be.

    A letter that takes long holds the others up only once so many have come after it.
    """
    line: deque[tuple[Given, Future[Record] | None]] = deque()
    room = Semaphore(2 * extract.concurrency)
    try:
        for given in letters:
            line.append((given, _begun(extract, given, room)))
            while line and (_is_done(line[0][1]) or len(line) >= IN_LINE * extract.concurrency):
                yield _waited(*line.popleft())
        while line:
            yield _waited(*line.popleft())
    finally:
        for _, future in line:
            if future is not None:
                future.cancel()


def _begun(extract: Submits, given: Given, room: Semaphore) -> "Future[Record] | None":
    """Begin with a letter when there is room; a copy needs none."""
    if isinstance(given, Copy):
        return None
    room.acquire()
    future = extract.submit(given)
    future.add_done_callback(lambda _: room.release())
    return future


def _is_done(future: "Future[Record] | None") -> bool:
    return future is None or future.done()


def _waited(given: Given, future: "Future[Record] | None") -> Came:
    if isinstance(given, Copy):
        return given
    assert future is not None, "what is no copy is extracted"
    return made(given, future.result)


def _now(extract: Extracts, given: Given) -> Came:
    return given if isinstance(given, Copy) else done(extract, given)


@dataclass
class _Chunk:
    """Some letters, copies among them, and what became of the others once it is known."""

    given: list[Given]
    done: list[Done] | None = None

    @property
    def letters(self) -> list[Input]:
        """Those that are extracted."""
        return [given for given in self.given if not isinstance(given, Copy)]

    def came(self) -> Iterator[Came]:
        """Yield what became of each of them, in order."""
        made = iter(self.done or ())
        for given in self.given:
            yield given if isinstance(given, Copy) else next(made)

    @property
    def reads_stdin(self) -> bool:
        """Whether one of them is standard input, which only the first process has."""
        return any(given.path is None for given in self.letters)


class _Crew:
    """Processes that extract chunks of letters side by side."""

    def __init__(self, extract: Extracts, jobs: int) -> None:
        self._extract = extract
        self._workers = [_Worker(extract) for _ in range(jobs)]
        self._ahead = _AHEAD * jobs

    def __enter__(self) -> Self:
        """Wait until every process is ready."""
        try:
            for worker in self._workers:
                worker.await_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes, whatever they are doing."""
        for worker in self._workers:
            worker.end()

    def work(self, letters: Iterator[Given]) -> Iterator[Came]:
        """Yield what becomes of each letter, in order, reading a few chunks ahead."""
        chunks = iter(lambda: _Chunk(list(islice(letters, _CHUNK))), _Chunk([]))
        line: deque[_Chunk] = deque()
        while True:
            self._hand_out(chunks, line)
            if not line:
                return
            if line[0].done is None:
                self._collect()
            else:
                yield from line.popleft().came()

    def _hand_out(self, chunks: Iterator[_Chunk], line: deque[_Chunk]) -> None:
        """Give each process that waits a chunk and put it in *line*, as long as that is short."""
        for worker in self._workers:
            if worker.chunk or len(line) >= self._ahead or not (chunk := next(chunks, None)):
                continue
            line.append(chunk)
            if chunk.reads_stdin or not chunk.letters:
                chunk.done = [done(self._extract, given) for given in chunk.letters]
            else:
                worker.give(chunk)

    def _collect(self) -> None:
        """Wait until a process is done with its chunk, and take what became of it."""
        busy = {worker.connection: worker for worker in self._workers if worker.chunk}
        for connection in wait(list(busy)):
            busy[cast("_Pipe", connection)].collect()


class _Worker:
    """A process that extracts one chunk at a time; it is started anew when it dies.

    Attributes:
        chunk: What it is at; None where it waits.
        connection: Becomes readable when that is done, or the process has died.
    """

    def __init__(self, extract: Extracts) -> None:
        self._extract = extract
        self.chunk: _Chunk | None = None
        self._start()

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self.connection, theirs = spawn.Pipe()
        arguments = (theirs, self._extract)
        self._process = spawn.Process(target=_serve, args=arguments, daemon=True)
        with _deaf_children():
            self._process.start()
        theirs.close()

    def await_ready(self) -> None:
        """Wait until the process takes letters; raises ``ImrError`` where it never will."""
        try:
            self.connection.recv()
        except (EOFError, OSError) as error:
            message = (
                "The processes could not start. A script that asks for more than one job must keep "
                'its own work under `if __name__ == "__main__":`.'
            )
            raise ImrError(message) from error

    def give(self, chunk: _Chunk) -> None:
        """Have the process extract *chunk*."""
        self.chunk = chunk
        with contextlib.suppress(OSError):  # it died while it waited; collect finds out
            self.connection.send(chunk.letters)

    def collect(self) -> None:
        """Take what became of the chunk; if the process died on it, have a new one try each."""
        assert self.chunk is not None, "nothing was given"
        try:
            self.chunk.done = self.connection.recv()
        except (EOFError, OSError):
            self._restart()
            self.chunk.done = [self._alone(given) for given in self.chunk.letters]
        self.chunk = None

    def _alone(self, given: Input) -> Done:
        """Extract one letter of a chunk that a process died on."""
        try:
            self.connection.send([given])
            done: list[Done] = self.connection.recv()
        except (EOFError, OSError):
            self._restart()
            return Done.of(failed(given, "The process that read it died of it."))
        return done[0]

    def _restart(self) -> None:
        self.end()
        self._start()
        self.await_ready()

    def end(self) -> None:
        """End the process."""
        self.connection.close()
        self._process.kill()
        self._process.join()


def _serve(connection: _Pipe, extract: Extracts) -> None:
    """Extract letters as they come, until the other end is gone; runs in a process of its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A record is a tree of small objects, none in a cycle: look for cycles less often.
    gc.set_threshold(_BETWEEN_COLLECTIONS)
    with contextlib.suppress(EOFError, OSError):
        connection.send("ready")
        while True:
            letters: list[Input] = connection.recv()
            connection.send([done(extract, given) for given in letters])


@contextlib.contextmanager
def _deaf_children() -> Iterator[None]:
    """Have processes started here not hear Ctrl-C: the one that starts them ends them."""
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # starting it unblocks the signal, so not in between
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
