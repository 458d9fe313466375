"""The golden letters that are scored."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from evals.errors import EvalError
from extractor.golden import EXPECTED, SPLITS, Case, load_all
from extractor.record import Record
from extractor.source import read
from extractor.text import Text


@dataclass(frozen=True)
class Dataset:
    """Golden cases that count.

    Attributes:
        folder: Where they lie.
        cases: The cases that are scored, by name.
        split: ``dev`` or ``test`` where the others were left out; None for both.
        unreviewed: Names of cases that no person has reviewed; they never count.
        examples: Names of cases that a prompt shows as examples; they never count either.
    """

    folder: Path
    cases: tuple[Case, ...]
    split: str | None = None
    unreviewed: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()

    @classmethod
    def load(cls, folder: str | Path, split: str | None = None) -> "Dataset":
        """Read the cases in *folder*, those of *split* alone where one is named.

        Raises:
            GoldenError: One of them is not whole.
            EvalError: There is no such split.
        """
        if split not in {None, *SPLITS}:
            raise EvalError(f"There is no split {split!r}; there is {', '.join(SPLITS)}.")
        cases = [case for case in load_all(Path(folder)) if split in {None, case.split}]
        return cls(
            Path(folder),
            tuple(case for case in cases if case.reviewed),
            split,
            tuple(case.name for case in cases if not case.reviewed),
        )

    def without(self, letters: Collection[str]) -> "Dataset":
        """Return the cases whose text is none of *letters*: a prompt's examples are not scored.

        Texts are one letter's when they differ in white space and readers' artefacts only, so
        that an example copied from a PDF is known again.
        """
        shown = {_letters(text) for text in letters}
        if not shown:
            return self
        taken = {case.name for case in self.cases if _letters(_text(case)) in shown}
        kept = tuple(case for case in self.cases if case.name not in taken)
        return replace(self, cases=kept, examples=tuple(sorted({*self.examples, *taken})))

    @cached_property
    def sha256(self) -> str:
        """One SHA-256 over the sources and labels of the cases, in order."""
        files = (path for case in self.cases for path in (case.source, case.folder / EXPECTED))
        return hashlib.sha256("".join(map(file_hash, files)).encode()).hexdigest()


def _text(case: Case) -> str:
    return read(case.source, case.name).text


def _letters(text: str) -> str:
    return "".join(Text.of(text).norm.split())


def labelled(record: Record) -> dict[str, Any]:
    """Return the JSON of a golden record; what it does not label is left out."""
    return record.model_dump(mode="json", by_alias=True, exclude_unset=True)


def dumped(record: Record) -> Mapping[str, Any]:
    """Return a record's JSON as the scoring reads it."""
    return record.model_dump(mode="json", by_alias=True)


def document_id(case: Case) -> str:
    """Return the id that ``imr extract`` gives the case's letter under the golden folder."""
    return f"{case.name}/{case.source.name}"


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
