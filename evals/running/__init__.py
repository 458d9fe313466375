"""A run: arms over golden letters, and the results."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from evals.dataset import Dataset, document_id, dumped, file_hash, labelled
from evals.errors import EvalError
from evals.results import ArmResults, Golden, Letter, Results
from evals.running.abreast import in_order
from evals.running.arms import (
    RECORDS,
    RULES,
    MakesReader,
    Reads,
    Setup,
    arm_of,
    make_extractor,
    names,
    options,
)
from evals.running.examples import shown
from evals.running.progress import Watch
from evals.running.records import check_sources, read_records, record_files
from extractor.errors import ImrError, InputError, ModelError
from extractor.findings import Code, Finding
from extractor.golden import Case
from extractor.pipeline import version
from extractor.record import Document, Provenance, Record
from extractor.source import Input

ABREAST = 16


def run(  # noqa: PLR0913 - each is an option of its own
    dataset: Dataset,
    arms: str | Sequence[Setup] = RULES,
    *,
    records: str | Path | None = None,
    repeat: int = 1,
    concurrency: int | None = None,
    extractor: MakesReader = make_extractor,
    watch: Watch | None = None,
) -> Results:
    """Score arms on golden letters.

    A letter never ends a run: one on which the extractor itself fails has a ``failed`` record.
    Letters that a prompt shows as examples are left out, for every arm.

    Args:
        dataset: The golden letters.
        arms: How each arm makes its records, as ``grid`` gives them; or a proposer's name.
        records: A JSONL file of records to score instead of *arms*.
        repeat: How often each letter is read; of files of records, how often there are files.
        concurrency: How many letters are read at a time; None is 1 for the rules and 16 where a
            model is asked. The results do not depend on it.
        extractor: What makes records; called with an arm's options, once per repeat.
        watch: Is told of each arm's letters as they are read, in order.

    Raises:
        EvalError: The records or prompts cannot be used.
        SettingsError: There is no such proposer, or its model cannot be asked as it stands.
    """
    setups = [Setup(arms)] if isinstance(arms, str) else list(arms)
    if records is not None:
        setups = [Setup(RECORDS, records=Path(records))]
    scored = dataset.without(shown(setup.prompt for setup in setups if setup.prompt))
    started = _now()
    runs = [
        _Run(scored, setup, name, repeat, concurrency, extractor)
        for setup, name in zip(setups, names(setups), strict=True)
    ]
    found = tuple(ArmResults(each.arm, tuple(_watched(each, watch))) for each in runs)
    return Results(_golden(scored), found, started=started, finished=_now())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _golden(scored: Dataset) -> Golden:
    return Golden(
        letters=len(scored.cases),
        sha256=scored.sha256,
        split=scored.split,
        unreviewed=scored.unreviewed,
        examples=scored.examples,
    )


class _Run:
    """One arm over the letters; what cannot work is refused before any arm has read one."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a run is made of
        self,
        dataset: Dataset,
        setup: Setup,
        name: str,
        repeat: int,
        concurrency: int | None,
        extractor: MakesReader,
    ) -> None:
        self._cases = dataset.cases
        self._threads = concurrency or (ABREAST if setup.asks_a_model else 1)
        self._files: list[dict[str, Record]] = []
        self._readers: list[Reads] = []
        if setup.records is not None:
            self._files = [_usable(path, dataset) for path in record_files(setup.records)]
        else:
            self._readers = [
                extractor(**options(setup, number, self._threads)) for number in range(repeat)
            ]
        self.arm = arm_of(setup, name, len(self._files) or repeat)

    def letters(self) -> Iterator[Letter]:
        """Yield the letters as the arm reads them, repeat by repeat."""
        for number, records in enumerate(self._files):
            for case in self._cases:
                record = records.get(document_id(case))
                yield replace(letter_of(case, record), repeat=number)
        tasks = [
            (number, reader, case)
            for number, reader in enumerate(self._readers)
            for case in self._cases
        ]
        try:
            yield from in_order(_read, tasks, self._threads)
        finally:
            for reader in self._readers:
                reader.close()


def _usable(path: Path, dataset: Dataset) -> dict[str, Record]:
    records = read_records(path)
    check_sources(records, dataset)
    return records


def _watched(each: _Run, watch: Watch | None) -> Iterator[Letter]:
    for letter in each.letters():
        if watch is not None:
            watch(each.arm, letter)
        yield letter


def _read(task: tuple[int, Reads, Case]) -> Letter:
    repeat, reader, case = task
    start = time.perf_counter()
    record = _record(reader, case)
    return replace(letter_of(case, record, time.perf_counter() - start), repeat=repeat)


def _record(reader: Reads, case: Case) -> Record:
    """Return the record of a case; only what makes every letter impossible is raised."""
    given = Input(id=document_id(case), path=str(case.source), error=None)
    try:
        return reader.extract_input(given)
    except (InputError, ModelError) as error:
        return _failed(given.id, Finding.of(error.code, str(error)))
    except ImrError:
        raise
    except Exception as error:  # its own message may hold the letter's text
        message = f"The extractor failed on it: {type(error).__name__}."
        return _failed(given.id, Finding.of(Code.NOT_TEXT, message))


def _failed(id_: str, finding: Finding) -> Record:
    return Record(
        document=Document(id=id_),
        status="failed",
        findings=(finding,),
        provenance=Provenance(proposer="none", version=version()),
    )


def letter_of(case: Case, record: Record | None, seconds: float | None = None) -> Letter:
    """Return the letter of a golden case with the record that was made of it."""
    return Letter(
        case=case.name,
        id=document_id(case),
        expected=labelled(case.expected),
        record=None if record is None else dumped(record),
        split=case.split,
        origin=case.origin,
        source_sha256=file_hash(case.source),
        seconds=seconds,
    )


def letters_without_labels(path: Path) -> Iterator[Letter]:
    """Yield a JSONL file's records as letters that nothing is known of."""
    records = read_records(path)
    if not records:
        raise EvalError(f"{path} holds no record.")
    for id_, record in records.items():
        yield Letter(case=id_, id=id_, expected=None, record=dumped(record))
