"""The draw: which letters are audited, with what chance, and of which records."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import ceil
from pathlib import Path
from typing import Any

from evals.audit.records import FAILED, REVIEW, SAMPLED, VERIFIED, digest, ranked, stream
from evals.errors import EvalError
from evals.results import read_json, versions, write_json
from extractor.cli.output import plain
from extractor.record import Record

SCHEMA = "imr-audit/1"
PLAN = "plan.json"
LEAST = 0.2
"""The share of the sample that a stratum gets at least, as far as it has letters.

Of the verified letters the audit must see enough to bound rare errors, of the others enough to say
anything: 2,500 of 50,000 would get 20 of 400 letters by proportion, and an error rate there within
22 points. A fifth gives 80 and 11 points, and costs the bound on the verified an eighth (0.93 %
instead of 0.79 % when no error is found). It is also about the share that Neyman's allocation
gives a stratum of a twentieth of the letters that is five times as variable.
"""


@dataclass(frozen=True)
class Letter:
    """One letter of the sample.

    Attributes:
        letter: What the sheets call it; says nothing of its stratum.
        id: Its record's document id.
        file: Where the labeller finds it; empty where that is not known.
    """

    letter: str
    id: str
    file: str


@dataclass(frozen=True)
class Drawn:
    """A stratum: how many letters it has, and how many of them were drawn."""

    letters: int
    drawn: int

    @property
    def inclusion(self) -> float:
        """The chance of each of its letters to be drawn."""
        return self.drawn / self.letters if self.letters else 0.0


@dataclass(frozen=True)
class Plan:
    """A sample of a file of records.

    Attributes:
        records: The file's name.
        sha256: Its hash; estimates are refused for any other file.
        seed: Of the draw.
        day: When it was drawn, ISO 8601, UTC.
        fields: The columns that are labelled.
        strata: By status.
        made_by: Who made the records: proposer, version, model; with the number of records.
        letters: The sample, in the sheets' order.
        versions: Of the programs that drew it.
    """

    records: str
    sha256: str
    seed: int
    day: str
    fields: tuple[str, ...]
    strata: Mapping[str, Drawn]
    made_by: Mapping[str, int]
    letters: tuple[Letter, ...]
    versions: Mapping[str, str]

    @property
    def n(self) -> int:
        """How many letters were drawn."""
        return len(self.letters)

    def save(self, folder: Path) -> None:
        """Write the plan to *folder*."""
        data = asdict(self)
        data["strata"] = {
            status: {**asdict(drawn), "inclusion": drawn.inclusion}
            for status, drawn in self.strata.items()
        }
        write_json(folder / PLAN, {"schema": SCHEMA, **data})

    @classmethod
    def load(cls, folder: Path) -> "Plan":
        """Read the plan in *folder*; raises ``EvalError`` where there is none."""
        data = read_json(folder / PLAN)
        if not isinstance(data, dict) or data.pop("schema", None) != SCHEMA:
            raise EvalError(f"{folder / PLAN} is no plan of schema {SCHEMA}; draw a new sample.")
        try:
            return _plan(data)
        except (KeyError, TypeError, AttributeError):
            raise EvalError(f"{folder / PLAN} lacks a part of a plan; draw a new sample.") from None


def _plan(data: dict[str, Any]) -> Plan:
    strata = {
        status: Drawn(each["letters"], each["drawn"]) for status, each in data["strata"].items()
    }
    letters = tuple(Letter(**each) for each in data["letters"])
    return Plan(**{**data, "strata": strata, "letters": letters, "fields": tuple(data["fields"])})


def draw(
    path: Path, n: int, seed: int, fields: tuple[str, ...], source: Path | None = None
) -> Plan:
    """Draw a sample of the records in *path*, reading them once and keeping *n* of each stratum.

    Args:
        path: Records, JSONL.
        n: How many letters; all where there are no more.
        seed: The same seed draws the same letters, whatever their order in the file.
        fields: The columns to label.
        source: The folder that the records' ids are relative to.

    Raises:
        EvalError: The records cannot be read, none has text, or *source* lacks a drawn letter.
    """
    sizes, made_by, lots = _lots(stream(path), n, seed)
    if not any(sizes[status] for status in SAMPLED):
        raise EvalError(f"{path} holds no record of a letter with text; there is nothing to audit.")
    shares = allocation(sizes, n)
    chosen = [lot for status in SAMPLED for lot in sorted(lots[status])[: shares[status]]]
    return Plan(
        records=path.name,
        sha256=digest(path),
        seed=seed,
        day=datetime.now(UTC).date().isoformat(),
        fields=fields,
        strata={status: Drawn(sizes[status], shares[status]) for status in (*SAMPLED, FAILED)},
        made_by=dict(made_by.most_common()),
        letters=_named(chosen, seed, source),
        versions=versions(),
    )


Lot = tuple[bytes, str, str]


def _lots(
    records: Iterable[Record], n: int, seed: int
) -> tuple[Counter[str], Counter[str], dict[str, list[Lot]]]:
    """Count the strata, and keep the *n* letters of each that come first in the seed's order."""
    sizes: Counter[str] = Counter()
    made_by: Counter[str] = Counter()
    heaps: dict[str, list[tuple[int, Lot]]] = {status: [] for status in SAMPLED}
    for record in records:
        sizes[record.status] += 1
        made_by[_maker(record)] += 1
        if record.status != FAILED:
            _keep(heaps[record.status], _lot(record, seed), n)
    return sizes, made_by, {status: [lot for _, lot in heap] for status, heap in heaps.items()}


def _lot(record: Record, seed: int) -> Lot:
    document = record.document
    return ranked(seed, document.id), document.id, document.path or ""


def _keep(heap: list[tuple[int, Lot]], lot: Lot, n: int) -> None:
    entry = (-int.from_bytes(lot[0]), lot)
    if len(heap) < n:
        heapq.heappush(heap, entry)
    else:
        heapq.heappushpop(heap, entry)


def _maker(record: Record) -> str:
    made = record.provenance
    parts = (made.proposer, made.version, made.model and f"with {made.model}")
    return plain(" ".join(filter(None, parts)))


def allocation(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """Share *n* letters out over the strata in proportion to their sizes, none under ``LEAST``.

    >>> allocation({"verified": 47_500, "review": 2_500, "failed": 9}, 400)
    {'verified': 320, 'review': 80, 'failed': 0}
    >>> allocation({"verified": 30, "review": 4}, 400)
    {'verified': 30, 'review': 4, 'failed': 0}
    """
    verified, review = (sizes.get(status, 0) for status in SAMPLED)
    n = min(n, verified + review)
    least = ceil(LEAST * n)
    wanted = round(n * review / (verified + review)) if n else 0
    low = max(min(review, least), n - verified)
    high = min(review, n - min(verified, least))
    taken = min(max(wanted, low), high)
    return {VERIFIED: n - taken, REVIEW: taken, FAILED: 0}


def _named(lots: Iterable[Lot], seed: int, source: Path | None) -> tuple[Letter, ...]:
    """Name the letters in another random order, so that their place says nothing either."""
    shuffled = sorted(lots, key=lambda lot: ranked(seed, lot[1], "order"))
    width = len(str(len(shuffled)))
    return tuple(
        Letter(f"L{number:0{width}d}", id_, _file(id_, path, source))
        for number, (_, id_, path) in enumerate(shuffled, 1)
    )


def _file(id_: str, path: str, source: Path | None) -> str:
    if source is None:
        return path
    if not (source / id_).is_file():
        raise EvalError(f"{source} lacks {id_!r}; name the folder that `imr extract` was given.")
    return str(source / id_)
