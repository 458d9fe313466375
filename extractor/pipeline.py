"""From one letter to its record: the steps, in order."""

import asyncio
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from extractor.assemble import assemble, settled
from extractor.corrections import Corrections, live, revise
from extractor.errors import InputError, SettingsError
from extractor.findings import Finding
from extractor.layout import Layout, LayoutRule, lay_out, load_rules
from extractor.propose import Proposal
from extractor.propose.llm.background import begin
from extractor.propose.llm.options import IN_LINE, ModelOptions
from extractor.propose.rules import propose as propose_by_rules
from extractor.record import Document, Provenance, Record, status_of
from extractor.source import Input, Limits, Source, find, from_text, load, read_bytes
from extractor.text import Text
from extractor.validate import known_families, validate
from extractor.validate.families import Family

if TYPE_CHECKING:
    from extractor.propose.llm.model import Model

PROPOSERS = ("rules", "llm", "auto", "both")


class _Letter(NamedTuple):
    """A letter that has been read: its text, its layout, and what is known of the document."""

    source: Source
    text: Text
    layout: Layout
    document: Document


def version() -> str:
    """Return the installed version of imr-extractor."""
    try:
        return metadata.version("imr-extractor")
    except metadata.PackageNotFoundError:
        return "0+unknown"


@dataclass(frozen=True)
class Extractor:
    """Extracts letters with one configuration; cheap to make, safe to send to another process.

    Attributes:
        proposer: Who proposes the values: ``rules`` is offline, ``llm`` a language model, ``auto``
            the model only where the rules' record is not verified, ``both`` compares the two.
        layouts: A folder of layout files of your own, tried before the built-in ones.
        encoding: The encoding of text files; None finds it out.
        limits: The largest input that is read.
        model: The language model's name at its endpoint, or ``provider/model``.
        base_url: The endpoint; None is OpenAI's own.
        prompt: A folder with a prompt of your own.
        repeat: Which of several independent readings by a model this is, from 0.
        options: How the model is asked, and within which bounds.
        corrections: The log of what people corrected; it is applied to every record.

    Raises:
        CorrectionError: there is no log, or it cannot be read (when the first letter is extracted).
        LayoutError: a file in *layouts* is no layout (when the first letter is extracted).
        SettingsError: a model is to be asked and cannot be, as the settings stand (the same).
    """

    proposer: str = "rules"
    layouts: Path | None = None
    encoding: str | None = None
    limits: Limits = field(default_factory=Limits)
    model: str | None = None
    base_url: str | None = None
    prompt: Path | None = None
    repeat: int = 0
    options: ModelOptions = field(default_factory=ModelOptions)
    corrections: Path | None = None

    def __post_init__(self) -> None:
        """Refuse a proposer that there is none of."""
        if self.proposer not in PROPOSERS:
            message = f"There is no proposer {self.proposer!r}; there is {', '.join(PROPOSERS)}."
            raise SettingsError(message)

    def __getstate__(self) -> dict[str, object]:
        """Leave the model's connections out of what is sent to another process."""
        return {name: part for name, part in self.__dict__.items() if name != "_consulted"}

    def __enter__(self) -> Self:
        """Return the extractor, to be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections to a model; where there are none nothing happens."""
        if "_consulted" in self.__dict__:
            begin(self.__dict__.pop("_consulted").aclose()).result()

    async def aextract(
        self,
        path: str | Path | None = None,
        *,
        text: str | None = None,
        id: str | None = None,  # noqa: A002 - the record's own name for it
    ) -> Record:
        """Extract one letter as ``extract`` does, without blocking the caller's event loop."""
        return await asyncio.wrap_future(begin(self._extract(path, text=text, id=id)))

    async def stream(
        self,
        paths: Iterable[str | Path] = (),
        *,
        files_from: str | Path | None = None,
        id_key: str = "id",
        text_key: str = "text",
    ) -> AsyncIterator[Record]:
        """Extract letters side by side and yield their records in input order.

        Args:
            paths: Files, folders, globs, archives and tables, as ``extractor.source.find`` takes
                them; no more than ``options.concurrency`` are under way, and a few times as many
                wait to be taken.
            files_from: A list of more of them.
            id_key: The key, or the column, of an id in JSON lines and Parquet.
            text_key: The key, or the column, of a text in them.
        """
        inputs = find(
            paths, files_from=files_from, id_key=id_key, text_key=text_key, limits=self.limits
        )
        line: deque[asyncio.Future[Record]] = deque()
        room = asyncio.Semaphore(max(1, self.concurrency))
        for given in inputs:
            await room.acquire()
            line.append(asyncio.wrap_future(self.submit(given)))
            line[-1].add_done_callback(lambda _: room.release())
            while line and (line[0].done() or len(line) >= max(1, IN_LINE * self.concurrency)):
                yield await line.popleft()
        while line:
            yield await line.popleft()

    @property
    def concurrency(self) -> int:
        """How many letters may wait for a model at once; 0 where none is asked."""
        return 0 if self.proposer == "rules" else self.options.concurrency

    def submit(self, found: Input) -> Future[Record]:
        """Begin to extract *found* beside the program."""
        return begin(self._extract_input(found))

    def extract(
        self,
        path: str | Path | None = None,
        *,
        text: str | None = None,
        id: str | None = None,  # noqa: A002 - the record's own name for it
    ) -> Record:
        """Extract one letter: the file at *path*, or *text* as it stands.

        A letter that cannot be read gives a record too: ``failed``, its findings say why.
        """
        if text is not None:
            return self.extract_text(text, id=id or "text")
        return self.extract_input(_input(path, id))

    def extract_text(self, text: str, *, id: str = "text") -> Record:  # noqa: A002 - as above
        """Extract a letter from its text, with offsets that count *text*."""
        read = self._source_of(text, id)
        return read if isinstance(read, Record) else self.extract_source(read)

    def extract_input(self, found: Input) -> Record:
        """Extract an input as ``extractor.source.find`` yields it; a bad letter never raises."""
        read = self._read(found)
        return read if isinstance(read, Record) else self.extract_source(read)

    def extract_source(self, source: Source) -> Record:
        """Take a source through every step: text, layout, proposal, grounding, validation."""
        letter = self._letter(source)
        if self.proposer == "rules":
            return self._revised(self._by_rules(letter), letter)
        return self._revised(begin(self._consult(letter)).result(), letter)

    async def _extract(
        self,
        path: str | Path | None,
        *,
        text: str | None,
        id: str | None,  # noqa: A002 - as above
    ) -> Record:
        if text is None:
            return await self._extract_input(_input(path, id))
        return await self._extract_read(self._source_of(text, id or "text"))

    async def _extract_input(self, found: Input) -> Record:
        return await self._extract_read(self._read(found))

    async def _extract_read(self, read: Source | Record) -> Record:
        if isinstance(read, Record):
            return read
        letter = self._letter(read)
        rules = self.proposer == "rules"
        record = self._by_rules(letter) if rules else await self._consult(letter)
        return self._revised(record, letter)

    def _source_of(self, text: str, id: str) -> Source | Record:  # noqa: A002 - as above
        try:
            return from_text(text, id, limits=self.limits)
        except InputError as error:
            found = Input(id=id, path=None, error=None)
            return self._failed(found, Finding.of(error.code, str(error)))

    def _read(self, found: Input) -> Source | Record:
        """Return what an input holds, or the record of one that cannot be read."""
        if found.error is not None:
            return self._failed(found, found.error)
        try:
            if found.path is None:
                data = sys.stdin.buffer.read(self.limits.max_bytes + 1)
                return read_bytes(data, found.id, limits=self.limits, encoding=self.encoding)
            return load(found, self.limits, self.encoding)
        except InputError as error:
            return self._failed(found, Finding.of(error.code, str(error)))

    def _letter(self, source: Source) -> _Letter:
        text = source.as_text()
        layout = lay_out(text, self._rules)
        return _Letter(source, text, layout, _document(source, text, layout))

    def _by_rules(self, letter: _Letter) -> Record:
        proposal = propose_by_rules(letter.text, letter.layout)
        return self._check(proposal, letter, self._rules_made_it)[0]

    def _check(
        self, proposal: Proposal, letter: _Letter, provenance: Provenance
    ) -> tuple[Record, list[Finding], tuple[Finding, ...]]:
        """Ground and validate a proposal; return its record, and what either finds wrong."""
        record, refused = assemble(proposal, letter.text, letter.document, provenance)
        found = validate(record, letter.text, self._families)
        settle = settled(refused, record) if refused else ()
        findings = (*letter.source.findings, *settle, *found)
        status = status_of(findings, has_text=True)
        checked = record.model_copy(update={"findings": findings, "status": status})
        return checked, refused, found

    async def _consult(self, letter: _Letter) -> Record:
        """Have a model read the letter, alone or beside the rules."""
        from extractor import consult  # noqa: PLC0415 - loads what only a model needs

        def check(proposal: Proposal, provenance: Provenance) -> consult.Checked:
            return consult.Checked(*self._check(proposal, letter, provenance))

        if self.proposer == "llm":
            return await consult.by_model(letter.text, check, self._consulted, self.repeat)
        beside = consult.by_both if self.proposer == "both" else consult.by_rules_first
        rules = self._by_rules(letter)
        return await beside(letter.text, rules, check, self._consulted, self.repeat)

    def _revised(self, record: Record, letter: _Letter) -> Record:
        """Return *record* as people corrected it."""
        made = live(self.corrected.of(letter.document.sha256))

        def check(revised: Record) -> tuple[Finding, ...]:
            return validate(revised, letter.text, self._families)

        return revise(record, made, letter.text, check) if made else record

    @cached_property
    def corrected(self) -> Corrections:
        """What people corrected, as the log says when it is first needed."""
        return Corrections.load(self.corrections) if self.corrections else Corrections()

    @property
    def configuration(self) -> dict[str, object]:
        """Everything that changes what is extracted, as JSON can hold it."""
        own = sorted(self.layouts.glob("*.toml")) if self.layouts else []
        return {
            "proposer": self.proposer,
            "layouts": {path.name: path.read_text("utf-8") for path in own},
            "encoding": self.encoding,
            "limits": asdict(self.limits),
            **({"corrections": self.corrected.sha256} if self.corrections else {}),
            **({} if self.proposer == "rules" else self._asking),
        }

    @property
    def _asking(self) -> dict[str, object]:
        """What changes a model's replies."""
        return {
            "model": self.model,
            "base_url": self.base_url,
            "prompt": self._consulted.prompt.hash,
            "repeat": self.repeat,
            **self.options.changing_replies(),
        }

    @cached_property
    def _consulted(self) -> "Model":
        from extractor.propose.llm.model import Model  # noqa: PLC0415 - as above

        return Model(self.model, self.base_url, self.prompt, self.options, version())

    @cached_property
    def _rules(self) -> tuple[LayoutRule, ...]:
        return load_rules(self.layouts)

    @cached_property
    def _families(self) -> tuple[Family, ...]:
        return known_families(self.layouts)

    @cached_property
    def _rules_made_it(self) -> Provenance:
        return Provenance(proposer="rules", version=version())

    def _failed(self, found: Input, error: Finding | None) -> Record:
        return Record(
            document=Document(id=found.id, path=found.path),
            status="failed",
            findings=(error,) if error else (),
            provenance=Provenance(proposer=self.proposer, version=version()),
        )


def _document(source: Source, text: Text, layout: Layout) -> Document:
    return Document(
        id=source.id,
        path=source.path,
        sha256=source.sha256,
        text_sha256=text.sha256,
        media_type=source.media_type,
        encoding=source.encoding,
        reader=source.reader,
        pages=source.pages,
        characters=len(source.text),
        layout=layout.name,
    )


def _input(path: str | Path | None, id: str | None) -> Input:  # noqa: A002 - as above
    if path is None:
        msg = "extract() needs a path or text=."
        raise TypeError(msg)
    path = Path(path)
    return Input(id=id or path.name, path=str(path), error=None)
