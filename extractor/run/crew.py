"""Letters extracted side by side, by processes that outlive the letters that kill them.

Each process is at one chunk of letters at a time. If it dies, a new one takes its place and has
the chunk's letters one by one; a letter that a process dies on alone gets a ``failed`` record. The
processes end with the one that started them, however that ends.
"""

import contextlib
import multiprocessing
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count, islice
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple, Protocol, Self, TypeAlias, cast

from extractor.errors import ImrError
from extractor.findings import Code, Finding
from extractor.pipeline import version
from extractor.record import Document, Provenance, Record, Status
from extractor.source import Input

_CHUNK = 8  # letters to a message between processes
_AHEAD = 4  # chunks per process that are done, or under way, before the consumer asks

_Pipe: TypeAlias = "Connection[Any, Any]"


class Extracts(Protocol):
    """What makes a record of an input; with more than one process it must survive pickling."""

    @property
    def configuration(self) -> Mapping[str, object]:
        """Everything that changes what is extracted, as JSON can hold it."""

    def extract_input(self, found: Input, /) -> Record:
        """Return the record of one input; what is wrong with it is a finding."""


class Done(NamedTuple):
    """A letter's record as a line of JSON, and what is counted of it."""

    line: str
    status: Status
    items: int
    codes: tuple[str, ...]

    @classmethod
    def of(cls, record: Record) -> Self:
        """Serialize *record*."""
        codes = tuple(finding.code.value for finding in record.findings)
        return cls(record.to_json(), record.status, len(record.items), codes)


def each(inputs: Iterable[Input], extract: Extracts, jobs: int) -> Iterator[Done]:
    """Yield what becomes of each input, in input order.

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
    first = list(islice(letters, jobs * _CHUNK))
    jobs = min(jobs, -(-len(first) // _CHUNK))
    letters = chain(first, letters)
    if jobs <= 1:
        yield from (_done(extract, given) for given in letters)
        return
    with _Crew(extract, jobs) as crew:
        yield from crew.work(letters)


def extracted(extract: Extracts, given: Input) -> Record:
    """Return the record of *given*, whatever its letter does to the extractor."""
    try:
        return extract.extract_input(given)
    except Exception as error:
        return _failed(given, f"The extractor failed on it: {type(error).__name__}.")


def _done(extract: Extracts, given: Input) -> Done:
    """Return the record of *given* as JSON; half a surrogate pair makes it a failed one."""
    try:
        return Done.of(extracted(extract, given))
    except ValueError:
        return Done.of(_failed(given, "Its text or name holds what UTF-8 cannot."))


def _failed(given: Input, message: str) -> Record:
    """Return the record of an input on which the extractor itself failed."""
    path = _utf8(given.path) if given.path else None
    return Record(
        document=Document(id=_utf8(given.id), path=path),
        status="failed",
        findings=(Finding.of(Code.NOT_TEXT, message),),
        provenance=Provenance(proposer="none", version=version()),
    )


def _utf8(text: str) -> str:
    """Return *text* with a question mark for what UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


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

    def work(self, letters: Iterator[Input]) -> Iterator[Done]:
        """Yield what becomes of each letter, in order, reading a few chunks ahead."""
        chunks = iter(lambda: list(islice(letters, _CHUNK)), [])
        ready: dict[int, list[Done]] = {}
        handed = 0
        for turn in count():
            while turn not in ready:
                handed = self._hand_out(chunks, handed, turn + self._ahead, ready)
                if handed == turn:
                    return
                ready.update(self._collect())
            yield from ready.pop(turn)

    def _hand_out(
        self,
        chunks: Iterator[list[Input]],
        handed: int,
        limit: int,
        ready: dict[int, list[Done]],
    ) -> int:
        """Give each idle process a chunk, up to chunk number *limit*; return the next number."""
        for worker in self._workers:
            ...
