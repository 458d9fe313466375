"""A model as an extractor holds it: endpoint, cache, budget and prompt, put together."""

from functools import cached_property
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from extractor.errors import SettingsError
from extractor.propose.llm.asking import Asks, ModelSettings, Usage
from extractor.propose.llm.budget import Budget, Budgeted
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.prices import Prices
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.reader import Judge, Reader, Reading
from extractor.propose.llm.settings import access, addressed
from extractor.propose.llm.trace import Trace
from extractor.record import Provenance
from extractor.text import Text


class Model:
    """One language model with one prompt; asks nothing before the first letter is read."""

    def __init__(
        self,
        name: str | None,
        base_url: str | None,
        prompt: Path | None,
        options: ModelOptions,
        version: str,
    ) -> None:
        """Put a model together.

        Args:
            name: The model's name at its endpoint.
            base_url: The endpoint; None is OpenAI's own.
            prompt: A folder with a prompt; None is the built-in one.
            options: How it is asked.
            version: Of imr-extractor, for provenance.

        Raises:
            SettingsError: No model is named, or the prompt is none.
        """
        if not name:
            message = "Name a model: --model or IMR_MODEL; for a server of your own --base-url too."
            raise SettingsError(message)
        self.name, self.base_url, self.options, self.version = name, base_url, options, version
        self.prompt = Prompt.load(prompt)
        self._open: list[_Closes] = []

    @cached_property
    def settings(self) -> ModelSettings:
        """How the endpoint is asked."""
        given = self.options
        wanted = ModelSettings(
            model=self.name,
            base_url=self.base_url,
            mode=given.mode,
            temperature=given.temperature,
            max_output_tokens=given.max_output_tokens,
            seed=given.seed,
            timeout=given.timeout,
            deadline=given.deadline,
            concurrency=given.concurrency,
        )
        return addressed(wanted)

    async def read(self, text: Text, judge: Judge, repeat: int = 0) -> Reading:
        """Return what reading the letter came to."""
        return await self._reader.read(text, judge, repeat)

    def provenance(self, reading: Reading) -> Provenance:
        """Return who read the letter, with which prompt, at what cost."""
        return Provenance(
            proposer="llm",
            version=self.version,
            model=self.name,
            prompt=f"{self.prompt.name}@{self.prompt.hash[:12]}",
            usage=reading.usage._asdict(),
            cost_usd=self._cost(reading.usage) if reading.attempts else None,
            attempts=reading.attempts,
            cached=reading.cached if reading.attempts else None,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        for part in self._open:
            await part.aclose()

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._asks, self.prompt, self.options.repairs)

    @cached_property
    def _asks(self) -> Asks:
        """What answers: the cache, then the endpoint within the run's budget."""
        options = self.options
        if options.cache_only:
            return self._kept(None, self.settings)
        settings, key = access(self.settings)
        endpoint = self._endpoint(settings, key)
        budget = Budget(options.max_cost, options.max_run_tokens)
        asks = Budgeted(endpoint, budget, self._cost) if budget.limited else endpoint
        return asks if options.no_cache else self._kept(asks, settings)

    def _kept(self, asks: Asks | None, settings: ModelSettings) -> Asks:
        from extractor.propose.llm.cache import CachedReplies  # noqa: PLC0415 - loads diskcache

        only = self.options.cache_only
        kept = CachedReplies(asks, settings, self.options.cache, only=only)
        self._open.append(kept)
        return kept

    def _endpoint(self, settings: ModelSettings, key: SecretStr | None) -> Asks:
        from extractor.propose.llm.endpoint import Endpoint  # noqa: PLC0415 - loads openai

        trace = Trace(self.options.trace, key) if self.options.trace else None
        endpoint = Endpoint(settings, key, trace=trace)
        self._open.append(endpoint)
        return endpoint

    @cached_property
    def _prices(self) -> Prices:
        return Prices.load(self.options.prices)

    def _cost(self, usage: Usage) -> float | None:
        return self._prices.cost(self.name, self.settings.base_url, usage)


class _Closes(Protocol):
    async def aclose(self) -> None: ...
