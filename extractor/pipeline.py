"""From one letter to its record: the steps, in order."""

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cached_property
from importlib import metadata
from pathlib import Path

from extractor.assemble import assemble
from extractor.errors import InputError
from extractor.findings import Finding
from extractor.layout import Layout, LayoutRule, lay_out, load_rules
from extractor.propose import Proposal
from extractor.propose.rules import propose as propose_by_rules
from extractor.record import Document, Provenance, Record, status_of
from extractor.source import Input, Limits, Source, from_text, read, read_bytes
from extractor.text import Text
from extractor.validate import known_families, validate
from extractor.validate.families import Family

PROPOSERS: dict[str, Callable[[Text, Layout], Proposal]] = {"rules": propose_by_rules}


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
        proposer: Who proposes the values; ``rules`` is offline.
        layouts: A folder of layout files of your own, tried before the built-in ones.
        encoding: The encoding of text files; None finds it out.
        limits: The largest input that is read.

    Raises:
        LayoutError: a file in *layouts* is no layout (when the first letter is extracted).
    """

    proposer: str = "rules"
    layouts: Path | None = None
    encoding: str | None = None
    limits: Limits = field(default_factory=Limits)

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
        if path is None:
            msg = "extract() needs a path or text=."
            raise TypeError(msg)
        path = Path(path)
        return self.extract_input(Input(id=id or path.name, path=str(path), error=None))

    def extract_text(self, text: str, *, id: str = "text") -> Record:  # noqa: A002 - as above
        """Extract a letter from its text, with offsets that count *text*."""
        try:
            return self.extract_source(from_text(text, id, limits=self.limits))
        except InputError as error:
            return self._failed(
                Input(id=id, path=None, error=None), Finding.of(error.code, str(error))
            )

    def extract_input(self, found: Input) -> Record:
        """Extract an input as ``extractor.source.find`` yields it; a bad letter never raises."""
        if found.error is not None:
            return self._failed(found, found.error)
        try:
            source = self._read(found)
        except InputError as error:
            return self._failed(found, Finding.of(error.code, str(error)))
        return self.extract_source(source)

    def _read(self, found: Input) -> Source:
        if found.path is None:
            data = sys.stdin.buffer.read(self.limits.max_bytes + 1)
            return read_bytes(data, found.id, limits=self.limits, encoding=self.encoding)
        return read(found.path, found.id, self.limits, self.encoding)

    def extract_source(self, source: Source) -> Record:
        """Take a source through every step: text, layout, proposal, grounding, validation."""
        text = source.as_text()
        layout = lay_out(text, self._rules)
        proposal = PROPOSERS[self.proposer](text, layout)
        record, refused = assemble(
            proposal, text, _document(source, text, layout), self._provenance
        )
        findings = (*source.findings, *refused, *validate(record, text, self._families))
        return record.model_copy(
            update={"findings": findings, "status": status_of(findings, has_text=True)},
        )

    @property
    def configuration(self) -> dict[str, object]:
        """Everything that changes what is extracted, as JSON can hold it."""
        own = sorted(self.layouts.glob("*.toml")) if self.layouts else []
        return {
            "proposer": self.proposer,
            "layouts": {path.name: path.read_text("utf-8") for path in own},
            "encoding": self.encoding,
            "limits": asdict(self.limits),
        }

    @cached_property
    def _rules(self) -> tuple[LayoutRule, ...]:
        return load_rules(self.layouts)

    @cached_property
    def _families(self) -> tuple[Family, ...]:
        return known_families(self.layouts)

    @cached_property
    def _provenance(self) -> Provenance:
        return Provenance(proposer=self.proposer, version=version())

    def _failed(self, found: Input, error: Finding | None) -> Record:
        return Record(
            document=Document(id=found.id, path=found.path),
            status="failed",
            findings=(error,) if error else (),
            provenance=self._provenance,
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
