"""A model as an extractor holds it: endpoint, cache, budget and prompt, put together."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from extractor.errors import SettingsError
from extractor.propose.llm.asking import Asks, ModelSettings, Usage
from extractor.propose.llm.options import ModelOptions
from extractor.propose.llm.prompt import Prompt
from extractor.propose.llm.reader import Judge, Reader, Reading
from extractor.propose.llm.settings import access
from extractor.propose.llm.trace import Trace
from extractor.record import Provenance
from extractor.text import Text

if TYPE_CHECKING:
    from extractor.propose.llm.endpoint import Endpoint


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
            message = "A model is needed: --model NAME, and --base-url URL for one of your own."
            raise SettingsError(message)
        self.name, self.base_url, self.options, self.version = name, base_url, options, version
        self.prompt = Prompt.load(prompt)
        self._open: Endpoint | None = None

    @cached_property
    def settings(self) -> ModelSettings:
        """How the endpoint is asked."""
        given = self.options
        return ModelSettings(
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
            cost_usd=self._cost(reading.usage),
            attempts=reading.attempts,
            cached=reading.cached if reading.attempts else None,
        )

    async def aclose(self) -> None:
        """Close the connections."""
        if self._open is not None:
            await self._open.aclose()

    @cached_property
    def _reader(self) -> Reader:
        return Reader(self._asks, self.prompt, self.options.repairs)

    @cached_property
    def _asks(self) -> Asks:
        return self._endpoint()

    def _endpoint(self) -> "Endpoint":
        from extractor.propose.llm.endpoint import Endpoint  # noqa: PLC0415 - loads openai

        settings, key = access(self.settings)
        trace = Trace(self.options.trace, key) if self.options.trace else None
        self._open = Endpoint(settings, key, trace=trace)
        return self._open

    def _cost(self, usage: Usage) -> float | None:
        del usage
        return None
