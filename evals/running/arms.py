"""Arms before they run: how each makes its records, and what reports call it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from evals.dataset import file_hash
from evals.errors import EvalError
from evals.results import DETERMINISTIC, Arm
from evals.running.records import record_files
from extractor.record import Record
from extractor.source import Input

RULES, MODEL, RECORDS = "rules", "llm", "records"
_HASH = 12
_UNSAID: Sequence[None] = (None,)


@dataclass(frozen=True)
class Setup:
    """How one arm makes its records.

    Attributes:
        proposer: Who proposes the values.
        model: The language model to ask; None leaves the choice to the extractor.
        prompt: The prompt's folder; None as before.
        base_url: Where the model answers; None as before.
        cache_only: Whether only replies that are kept already may be used.
        records: A JSONL file to take the records from instead, or a folder of such files, which
            are repeats.
    """

    proposer: str = RULES
    model: str | None = None
    prompt: Path | None = None
    base_url: str | None = None
    cache_only: bool = False
    records: Path | None = None

    @property
    def asks_a_model(self) -> bool:
        """Whether a language model is asked."""
        return self.records is None and self.proposer not in DETERMINISTIC


class Reads(Protocol):
    """What makes a record of a letter; asked by several threads at a time."""

    def extract_input(self, found: Input, /) -> Record:
        """Return the record of one letter; what is wrong with it is a finding."""

    def close(self) -> None:
        """Close what was opened to read letters."""


class MakesReader(Protocol):
    """What makes a reader out of an arm's options; ``extractor.Extractor`` is one."""

    def __call__(self, **options: Any) -> Reads:  # noqa: ANN401 - each option has its own type
        """Return what reads the letters of one arm, or of one repeat of it."""


def make_extractor(**options: Any) -> Reads:  # noqa: ANN401 - as Extractor takes them
    """Make the extractor; what it cannot be asked for as it stands is refused at once."""
    from extractor.pipeline import Extractor  # noqa: PLC0415 - not to score records

    extractor = Extractor(**options)
    _ = extractor.configuration
    return extractor


def options(setup: Setup, repeat: int, abreast: int) -> dict[str, Any]:
    """Return the extractor's keyword arguments for one repeat of an arm.

    Args:
        setup: The arm.
        repeat: Which repeat, from 0.
        abreast: How many letters are read at a time.
    """
    if not setup.asks_a_model:
        return {"proposer": setup.proposer}
    from extractor.propose.llm.options import ModelOptions  # noqa: PLC0415 - not for the rules

    asked = {"model": setup.model, "prompt": setup.prompt, "base_url": setup.base_url}
    given = {name: value for name, value in asked.items() if value is not None}
    how = ModelOptions(concurrency=abreast, cache_only=setup.cache_only)
    return {"proposer": setup.proposer, **given, "repeat": repeat, "options": how}


def grid(  # noqa: PLR0913 - one parameter per option
    proposers: Sequence[str] = (),
    models: Sequence[str] = (),
    prompts: Sequence[Path] = (),
    records: Sequence[Path] = (),
    *,
    base_url: str | None = None,
    cache_only: bool = False,
) -> list[Setup]:
    """Return the arms that options ask for: each proposer with each model and each prompt.

    A proposer that asks no model makes one arm, a file of records another. Without a proposer a
    model or a prompt asks for ``llm``; without anything the rules are scored.

    Raises:
        EvalError: Models or prompts are given to proposers that ask no model.
    """
    asked = bool(models or prompts or base_url or cache_only)
    default = [MODEL] if asked else [] if records else [RULES]
    setups = [
        Setup(proposer, model, prompt, base_url, cache_only)
        if proposer not in DETERMINISTIC
        else Setup(proposer)
        for proposer in proposers or default
        for model in models or _UNSAID
        for prompt in prompts or _UNSAID
    ]
    if asked and not any(setup.asks_a_model for setup in setups):
        named = ", ".join(proposers)
        raise EvalError(f"No model is asked by {named}; `--proposer {MODEL}` asks one.")
    files = [Setup(RECORDS, records=path) for path in records]
    return list(dict.fromkeys([*setups, *files]))


def names(setups: Sequence[Setup]) -> list[str]:
    """Return a name for each arm: the short one, the whole path where two are alike, or a number.

    >>> names([Setup(), Setup("llm", "m", Path("a/terse")), Setup("llm", "m", Path("b/terse"))])
    ['rules', 'llm m a/terse', 'llm m b/terse']
    """
    short = [_name(setup, whole=False) for setup in setups]
    often, before = Counter(short), Counter[str]()
    named = []
    for name, setup in zip(short, setups, strict=True):
        unique = name if often[name] == 1 else _name(setup, whole=True)
        before[unique] += 1
        named.append(unique if before[unique] == 1 else f"{unique} ({before[unique]})")
    return named


def _name(setup: Setup, *, whole: bool) -> str:
    if setup.records is not None:
        return str(setup.records) if whole else setup.records.stem
    prompt = None if setup.prompt is None else setup.prompt if whole else setup.prompt.name
    return " ".join(str(part) for part in (setup.proposer, setup.model, prompt) if part)


def arm_of(setup: Setup, name: str, repeats: int) -> Arm:
    """Return what results say of an arm; a password in an address stays out of them."""
    return Arm(
        name=name,
        proposer=setup.proposer,
        model=setup.model,
        prompt=_prompt(setup.prompt) if setup.asks_a_model else None,
        records=None if setup.records is None else _hash(record_files(setup.records)),
        base_url=None if setup.base_url is None else _address(setup.base_url),
        cache_only=setup.cache_only,
        repeats=repeats,
    )


def _prompt(folder: Path | None) -> str:
    """Return a prompt's name and hash as records have them; None is the house's own."""
    from extractor.propose.llm.prompt import Prompt  # noqa: PLC0415 - not for the rules

    prompt = Prompt.load(folder)
    return f"{prompt.name}@{prompt.hash[:_HASH]}"


def _hash(files: Sequence[Path]) -> str:
    """Return a file's SHA-256; of several the SHA-256 of theirs."""
    digests = [file_hash(path) for path in files]
    return digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest()


def _address(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
