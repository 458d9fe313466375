"""A batch job's folder: what was sent, and all that it takes to go on from there.

- ``job.json``: the job, written anew before and after each step that cannot be taken back;
- ``requests-R-N.jsonl``: file N of the requests of round R, the letters' text among them;
- ``output-R-N.jsonl``, ``errors-R-N.jsonl``: what came back.

The folder is its owner's alone. No key is in it.
"""

import contextlib
import hashlib
import json
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from extractor.errors import OutputError
from extractor.propose.llm.asking import Question
from extractor.propose.llm.wire import Wording

if sys.platform != "win32":
    import fcntl

FORMAT = "imr-batch/1"
_OTHERS = 0o077
_OWN_FILE = 0o600
_OWN_FOLDER = 0o700
_HALF = 24


class FileLimits(NamedTuple):
    """What one file of requests may hold: so many requests, so many bytes."""

    requests: int = 50_000
    size: int = 200_000_000


@dataclass
class Part:
    """One file of requests, and what became of it.

    Attributes:
        name: Its round and its number in that, as "0-3".
        asked: The ids of its requests.
        begun: Whether it may have reached the endpoint.
        file: The endpoint's id of the file, once it is there.
        batch: The endpoint's id of its batch, once there is one.
        status: How the batch ended, once it has and what it came to is in the folder.
        codes: Why the endpoint refused the batch as a whole.
    """

    name: str
    asked: list[str]
    begun: bool = False
    file: str | None = None
    batch: str | None = None
    status: str | None = None
    codes: list[str] = field(default_factory=list)


@dataclass
class Round:
    """Requests that were sent together: all of them, or those that had failed.

    Attributes:
        wording: How they are worded.
        limit: The longest reply, in tokens.
        parts: Their files.
    """

    wording: Wording
    limit: int
    parts: list[Part]


class Given(NamedTuple):
    """An input as it was named, its path as given; ``error`` is a code and a sentence."""

    id: str
    path: str | None
    error: tuple[str, str] | None = None


@dataclass
class Job:
    """Everything about a job but its letters.

    Attributes:
        settings: What was asked for; JSON can hold it, and a job is known again by it.
        inputs: The letters, in order.
        rounds: What was sent.
        id: By which its batches are known at the endpoint.
        created: When it was made, in seconds since 1970.
        cwd: The folder that the inputs' paths are relative to.
    """

    settings: dict[str, Any]
    inputs: list[Given]
    rounds: list[Round]
    id: str = field(default_factory=lambda: secrets.token_hex(12))
    created: int = field(default_factory=lambda: int(time.time()))
    cwd: str = field(default_factory=os.getcwd)

    @property
    def parts(self) -> list[Part]:
        """The files of all rounds, in order."""
        return [part for each in self.rounds for part in each.parts]

    @property
    def unsent(self) -> list[Part]:
        """The files that have no batch yet."""
        return [part for part in self.parts if part.batch is None]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Job":
        """Return the job that *kept* describes; raises ``LookupError`` and the like else."""
        rounds = [
            Round(
                Wording(**each["wording"]), each["limit"], [Part(**part) for part in each["parts"]]
            )
            for each in kept["rounds"]
        ]
        inputs = [Given(name, path, error and tuple(error)) for name, path, error in kept["inputs"]]
        return cls(dict(kept["settings"]), inputs, rounds, kept["id"], kept["created"], kept["cwd"])

    def as_kept(self) -> dict[str, Any]:
        """Return the job as ``job.json`` has it."""
        rounds = [asdict(each) | {"wording": each.wording._asdict()} for each in self.rounds]
        return {"format": FORMAT, **asdict(self), "rounds": rounds}


class JobFolder:
    """The folder of one job."""

    def __init__(self, path: Path) -> None:
        """Take the folder at *path*, which need not be there yet."""
        self.path = path

    @property
    def _file(self) -> Path:
        return self.path / "job.json"

    def make(self) -> None:
        """Make the folder, or take it where it is a job's and nobody else may look into it.

        Raises:
            OutputError: It cannot be made, holds other things, or others may look into it.
        """
        with _refusing(self.path):
            self.path.mkdir(_OWN_FOLDER, parents=True, exist_ok=True)
            mode = self.path.stat().st_mode
            strange = any(not _is_ours(each.name) for each in self.path.iterdir())
        if os.name == "posix" and mode & _OTHERS:
            message = f"Others may look into {self.path}: give a new folder, or `chmod 700` it."
            raise OutputError(message)
        if strange:
            raise OutputError(f"{self.path} holds other things: give a new folder as --job.")

    def load(self) -> Job | None:
        """Return the job; None where it was not prepared to its end, or never.

        Raises:
            OutputError: ``job.json`` cannot be read.
        """
        try:
            kept = json.loads(self._file.read_text("utf-8"))
            if kept["format"] == FORMAT:
                return Job.of(kept)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            pass
        raise OutputError(f"{self._file} is no batch job of this version: give another --job.")

    def existing(self) -> Job:
        """Return the job.

        Raises:
            OutputError: There is none.
        """
        if (job := self.load()) is None:
            message = f"There is no batch job in {self.path}: `imr batch submit --job` makes one."
            raise OutputError(message)
        return job

    def save(self, job: Job) -> None:
        """Keep *job*, whole or not at all.

        Raises:
            OutputError: There is no room, or the like.
        """
        with self.fresh("job.json") as target:
            target.write(json.dumps(job.as_kept()).encode())

    @contextlib.contextmanager
    def fresh(self, name: str) -> Iterator[Any]:
        """Give a binary file that appears as *name* when the block ends well, on the disk.

        Raises:
            OutputError: It cannot be written.
        """
        part = self.path / f".{name}.part"
        with _refusing(self.path / name):
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWN_FILE)
            with os.fdopen(handle, "wb") as target:
                yield target
                target.flush()
                os.fsync(target.fileno())
            part.replace(self.path / name)

    def requests(self, part: Part) -> Path:
        """Return the file of a part's requests."""
        return self.path / f"requests-{part.name}.jsonl"

    def replies(self, part: Part) -> tuple[Path, Path]:
        """Return the files of what came back for a part: of its output, and of its errors."""
        return self.path / f"output-{part.name}.jsonl", self.path / f"errors-{part.name}.jsonl"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out; the lock ends with the process, however that ends.

        Raises:
            OutputError: Another one is at the job.
        """
        if sys.platform == "win32":
            yield
            return
        with _refusing(self.path):
            handle = os.open(self.path, os.O_RDONLY)
        try:
            _lock(handle, self.path)
            yield
        finally:
            os.close(handle)

    def write_parts(
        self, number: int, requests: Iterable[tuple[str, bytes]], limits: FileLimits
    ) -> list[Part]:
        """Write the *requests* of round *number*, to as many files as it takes.

        Args:
            number: The round's number, from 0.
            requests: Ids and lines; an id that was there already is left out.
            limits: What one file may hold.
        """
        parts: list[Part] = []
        fresh = _once_each(requests)
        held = next(fresh, None)
        while held is not None:
            part = Part(f"{number}-{len(parts)}", [])
            with self.fresh(self.requests(part).name) as target:
                while held is not None and _fits(part, target.tell() + len(held[1]), limits):
                    target.write(held[1])
                    part.asked.append(held[0])
                    held = next(fresh, None)
            parts.append(part)
        return parts


def _once_each(requests: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    for name, line in requests:
        if name not in seen:
            seen.add(name)
            yield name, line


def _fits(part: Part, size: int, limits: FileLimits) -> bool:
    """Say whether a file of that *size* will do; one request is sent whatever its size."""
    return not part.asked or (len(part.asked) < limits.requests and size <= limits.size)


def _is_ours(name: str) -> bool:
    return name.lstrip(".").startswith(("job.json", "requests-", "output-", "errors-"))


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OutputError(f"Another process is at the job in {path}: wait for it.") from None


@contextlib.contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path} cannot be used: {error.strerror or error}.") from None


def request_id(question: Question) -> str:
    """Return by what a question's reply is known: its letter, and all that is asked about it.

    Letters of one text have one id. No reply to another letter, another prompt or other lines can
    be taken for this question's.
    """
    asked = hashlib.sha256(_messages(question.messages)).hexdigest()
    return f"{question.letter[:_HALF]}-{asked[:_HALF]}"


def _messages(messages: Sequence[Mapping[str, str]]) -> bytes:
    return json.dumps([dict(each) for each in messages], sort_keys=True).encode()


def request_line(name: str, body: Mapping[str, Any]) -> bytes:
    """Return the line of a file of requests that asks *body* under the id *name*."""
    request = {"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body}
    return json.dumps(request, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
