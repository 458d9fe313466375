"""One letter's record, whatever the letter does to the extractor; and what stands in for one."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import PurePath
from traceback import extract_tb
from typing import NamedTuple, Protocol, Self, TypeAlias, runtime_checkable

from extractor.corrections import Corrections
from extractor.errors import SettingsError
from extractor.findings import Code, Finding
from extractor.pipeline import version
from extractor.record import Document, Provenance, Record, Status
from extractor.run.content import Content
from extractor.source import Input


class Extracts(Protocol):
    """What makes a record of an input; with more than one process it must survive pickling."""

    @property
    def configuration(self) -> Mapping[str, object]:
        """Everything that changes what is extracted, as JSON can hold it."""

    def extract_input(self, found: Input, /) -> Record:
        """Return the record of one input; what is wrong with it is a finding."""


@runtime_checkable
class Submits(Extracts, Protocol):
    """What can have several letters under way in one process, waiting for answers."""

    @property
    def concurrency(self) -> int:
        """How many; 0 for what only computes, and is given processes instead."""

    def submit(self, found: Input, /) -> "Future[Record]":
        """Begin to make the record of one input."""


@runtime_checkable
class Corrects(Extracts, Protocol):
    """What applies people's corrections to its records."""

    @property
    def corrected(self) -> Corrections:
        """What they corrected."""


def corrections_of(extract: Extracts) -> Corrections:
    """Return what people corrected, as *extract* applies it; nothing where it applies none."""
    return extract.corrected if isinstance(extract, Corrects) else Corrections()


class Done(NamedTuple):
    """A letter's record as a line of JSON, and what is counted of it.

    ``provenance`` tells what a model's part in it cost.
    """

    line: str
    status: Status
    items: int
    codes: tuple[str, ...]
    provenance: Provenance | None = None

    @classmethod
    def of(cls, record: Record) -> Self:
        """Serialize *record*."""
        codes = tuple(finding.code.value for finding in record.findings)
        told = record.provenance if record.provenance.attempts else None
        return cls(record.to_json(), record.status, len(record.items), codes, told)


class Copy(NamedTuple):
    """A letter whose record is not made but taken over, once it is its turn.

    Attributes:
        given: The letter.
        content: What it holds; None where it is not asked for.
        line: The record itself; None where *content* says which it is.
    """

    given: Input
    content: Content | None = None
    line: bytes | None = None


Given: TypeAlias = Input | Copy
Came: TypeAlias = Done | Copy


def extracted(extract: Extracts, given: Input) -> Record:
    """Return the record of *given*, whatever its letter does to the extractor."""
    return _attempted(given, lambda: extract.extract_input(given))


def _attempted(given: Input, make: Callable[[], Record]) -> Record:
    try:
        return make()
    except SettingsError:
        raise
    except Exception as error:
        return failed(given, f"The extractor failed on it: {_place_of(error)}.")


def _place_of(error: Exception) -> str:
    """Return an error's type and line; its own message may hold the letter's text."""
    last = extract_tb(error.__traceback__)[-1]
    file = "/".join(PurePath(last.filename).parts[-2:])
    return f"{type(error).__name__} at {file}:{last.lineno}"


def done(extract: Extracts, given: Input) -> Done:
    """Return the record of *given* as JSON; half a surrogate pair makes it a failed one."""
    return made(given, lambda: extract.extract_input(given))


def made(given: Input, make: Callable[[], Record]) -> Done:
    """Return what *make* makes of *given*, as JSON; a failed record where it cannot."""
    try:
        return Done.of(_attempted(given, make))
    except ValueError:
        return Done.of(failed(given, "Its text or name holds what UTF-8 cannot."))


def failed(given: Input, message: str) -> Record:
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


def confirmed(made: Done, content: Content | None) -> bytes | None:
    """Return the content's key if the record is of it: files change under way."""
    if content is None:
        return None
    said = f'"sha256":"{content.digest}"' in made.line or '"sha256":null' in made.line
    return content.key if said else None
