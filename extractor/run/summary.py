"""What a run came to, and how much of it may fail."""

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, Self, get_args

from pydantic import BaseModel, ConfigDict

from extractor.corrections import Corrections, live
from extractor.pipeline import version
from extractor.record import Provenance, Status
from extractor.run.making import Done

_STATUSES = get_args(Status)
_SHA256 = re.compile('"sha256":"([0-9a-f]{64})"')  # in a record the first is its document's


class ModelUse(BaseModel):
    """What a run asked of a language model.

    Attributes:
        letters: Letters that it was asked about.
        saved: Letters that it was not asked about.
        cached: Letters whose replies all came from the cache.
        attempts: Replies asked for, repairs included.
        input_tokens: Tokens read, those of cached replies included.
        output_tokens: Tokens written, the same.
        cost_usd: What all that costs in US dollars, cached replies left out; None where a price
            is not known.
    """

    model_config = ConfigDict(frozen=True)

    letters: int = 0
    saved: int = 0
    cached: int = 0
    attempts: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0

    def plus(self, made: Provenance) -> Self:
        """Return the sum with one more letter's."""
        usage = made.usage or {}
        price = 0.0 if made.cached else made.cost_usd
        return self.model_copy(
            update={
                "letters": self.letters + 1,
                "cached": self.cached + bool(made.cached),
                "attempts": self.attempts + (made.attempts or 0),
                "input_tokens": self.input_tokens + usage.get("input_tokens", 0),
                "output_tokens": self.output_tokens + usage.get("output_tokens", 0),
                "cost_usd": None
                if price is None or self.cost_usd is None
                else self.cost_usd + price,
            }
        )


class Summary(BaseModel):
    """What a run came to.

    Attributes:
        inputs: Letters given; as many records were made.
        verified: Records without an error.
        review: Records that a person must look at.
        failed: Inputs that gave no text.
        items: Disputed items in all records.
        findings: How often each finding code occurs, the most frequent first.
        findings_of: The same among the letters of each status.
        resumed: Records that an earlier run of the same command had made already.
        duplicates: Inputs with the very bytes of an earlier one, whose record they share.
        reused: Records taken over from the output that was updated, or retried in part.
        retried: Letters taken anew by a retry.
        dropped: Letters of the output that was updated which are no longer among the inputs.
        corrected: Letters that people's corrections are about; None where there are none.
        unmatched: Corrections that are about no letter among the inputs, those undone left out;
            None where there are none, or the inputs are a shard.
        seconds: What this run took, by the clock.
        version: The version of imr-extractor.
        out: The output; None where nothing was written.
        model: What was asked of a language model; None where nothing was.
    """

    model_config = ConfigDict(frozen=True)

    inputs: int
    verified: int
    review: int
    failed: int
    items: int
    findings: dict[str, int]
    findings_of: dict[str, dict[str, int]] = {}
    resumed: int
    duplicates: int = 0
    reused: int = 0
    retried: int = 0
    dropped: int = 0
    corrected: int | None = None
    unmatched: int | None = None
    seconds: float
    version: str
    out: str | None
    model: ModelUse | None = None


class Threshold(NamedTuple):
    """How many letters may fail, or need review: a number, or a share of all."""

    limit: Fraction
    is_share: bool

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "5" (letters) or "2.5%" (of the letters given).

        >>> Threshold.parse("2%").exceeded_by(3, of=100)
        True

        Raises:
            ValueError: *text* is neither, or more than 100%.
        """
        match = re.fullmatch(r"(\d+)|(\d+(?:\.\d+)?)%", text.strip(), re.ASCII)
        if match and match[1]:
            return cls(Fraction(match[1]), is_share=False)
        if match and (share := Fraction(match[2]) / 100) <= 1:
            return cls(share, is_share=True)
        message = f"{text!r} is neither a number of letters nor a percentage"
        raise ValueError(message)

    def exceeded_by(self, count: int, of: int) -> bool:
        """Say whether *count* letters *of* so many are more than allowed."""
        return count > self.limit * (of if self.is_share else 1)


class Matches:
    """Counts the corrections that are about one of the letters, and those that are not."""

    def __init__(self, corrected: Corrections) -> None:
        """Take those that are not undone."""
        found = {sha256: len(live(made)) for sha256, made in corrected.of_letters.items()}
        self._live = {sha256: count for sha256, count in found.items() if count}
        self._met: set[str] = set()
        self._letters = 0

    def add(self, done: Done) -> None:
        """Count a letter."""
        if self._live and (match := _SHA256.search(done.line)) and match[1] in self._live:
            self._met.add(match[1])
            self._letters += 1

    @property
    def letters(self) -> int | None:
        """How many letters there are corrections of; None where there are no corrections."""
        return self._letters if self._live else None

    @property
    def unmatched(self) -> int | None:
        """How many corrections are about none of the letters; None where there are none."""
        left = self._live.keys() - self._met
        return sum(self._live[sha256] for sha256 in left) if self._live else None


class Tally:
    """Counts letters as they are done.

    Attributes:
        inputs: Letters counted so far.
        resumed: How many of them an earlier run had done.
        duplicates: How many share the record of an earlier one.
        reused: How many kept the record of the output that is revised.
        retried: How many were taken anew.
        dropped: How many letters of that output are gone.
    """

    def __init__(
        self,
        watch: Callable[[Done], object] | None = None,
        corrected: Corrections = Corrections(),  # noqa: B008 - frozen
    ) -> None:
        """Begin to count; *watch* is told of each letter, *corrected* are what people corrected."""
        self.inputs = 0
        self.resumed = self.duplicates = self.reused = self.retried = self.dropped = 0
        self._items = 0
        self._statuses: Counter[str] = Counter()
        self._codes: dict[str, Counter[str]] = {status: Counter() for status in _STATUSES}
        self._matches = Matches(corrected)
        self._watch = watch
        self._model: ModelUse | None = None
        self._began = time.perf_counter()

    def add(self, done: Done) -> None:
        """Count a letter."""
        self.inputs += 1
        self._items += done.items
        self._statuses[done.status] += 1
        self._codes[done.status].update(done.codes)
        self._matches.add(done)
        if done.provenance:
            self._model = (self._model or ModelUse()).plus(done.provenance)
        if self._watch:
            self._watch(done)

    def summary(self, out: Path | None, *, part: bool = False) -> Summary:
        """Return what was counted so far, of all letters or a *part* of them."""
        codes = sum(self._codes.values(), Counter[str]())
        return Summary(
            inputs=self.inputs,
            verified=self._statuses["verified"],
            review=self._statuses["review"],
            failed=self._statuses["failed"],
            items=self._items,
            findings=dict(codes.most_common()),
            findings_of={name: dict(each.most_common()) for name, each in self._codes.items()},
            resumed=self.resumed,
            duplicates=self.duplicates,
            reused=self.reused,
            retried=self.retried,
            dropped=self.dropped,
            corrected=self._matches.letters,
            unmatched=None if part else self._matches.unmatched,
            seconds=self._seconds(),
            version=version(),
            out=str(out).encode("utf-8", "backslashreplace").decode() if out else None,
            model=self._asked(),
        )

    def _asked(self) -> ModelUse | None:
        if self._model is None:
            return None
        return self._model.model_copy(update={"saved": self.inputs - self._model.letters})

    def repeated(self, earlier: Mapping[str, Any]) -> Summary:
        """Return the summary of an earlier run that left nothing to do."""
        now = {"resumed": earlier["inputs"], "seconds": self._seconds()}
        return Summary.model_validate({**earlier, **now})

    def _seconds(self) -> float:
        return round(time.perf_counter() - self._began, 3)
