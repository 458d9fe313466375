"""What tokens cost, in US dollars.

The prices are those that the installed version of genai-prices was released with (0.2.3 has those
of November 2026); they are never fetched. A file of prices of your own goes before them::

    ["qwen3-32b"]          # a model by its name
    input = 0.10           # dollars per million tokens
    cached_input = 0.05    # of the input, read from the provider's prompt cache; else as input
    output = 0.40
"""

import ipaddress
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from extractor.errors import SettingsError
from extractor.propose.llm.asking import Usage

_MILLION = 1_000_000
_OPENAI = "openai"
_LOCAL_ENDS = (".localhost", ".local", ".internal", ".lan")
# Providers as instructor calls them, where genai-prices has another name.
_PROVIDERS = {"azure_openai": "azure", "bedrock": "aws", "vertexai": "google", "xai": "x-ai"}
_AT_HOME = frozenset({"ollama"})

_Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Price(BaseModel):
    """Dollars per million tokens."""

    model_config = ConfigDict(extra="forbid", strict=True)

    input: _Dollars
    output: _Dollars
    cached_input: _Dollars | None = None

    def of(self, usage: Usage) -> float:
        """Return what *usage* costs.

        >>> Price(input=2, output=10, cached_input=1).of(Usage(1_000_000, 100_000, 500_000))
        2.5
        """
        cached = min(usage.cached_tokens, usage.input_tokens)
        again = self.input if self.cached_input is None else self.cached_input
        dollars = (usage.input_tokens - cached) * self.input + cached * again
        return (dollars + usage.output_tokens * self.output) / _MILLION


class Prices:
    """What models cost: a file of one's own first, then the table that is installed."""

    def __init__(self, own: Mapping[str, Price] | None = None) -> None:
        """Go by the prices *own*, by model, before all others."""
        self.own = dict(own or {})

    @classmethod
    def load(cls, file: Path | None = None) -> "Prices":
        """Read a file of prices.

        Raises:
            SettingsError: It is none.
        """
        if file is None:
            return cls()
        try:
            return cls(_TABLE.validate_python(tomllib.loads(file.read_text("utf-8"))))
        except OSError as error:
            raise SettingsError(f"The prices {file} cannot be read: {error.strerror}.") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f"The prices {file} are no TOML: {error}.") from None
        except ValidationError as error:
            raise SettingsError(f"The prices {file} are none: {_first(error)}.") from None

    def cost(self, model: str, base_url: str | None, usage: Usage) -> float | None:
        """Return what *usage* costs in US dollars; None where the model's price is not known.

        What runs on a machine of one's own has no price unless the file names it.
        """
        if model in self.own:
            return self.own[model].of(usage)
        found = _listed(model, base_url)
        return None if found is None else _by_table(*found, usage)


_TABLE = TypeAdapter(dict[str, Price])


def _first(error: ValidationError) -> str:
    fault = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"


def is_local(base_url: str) -> bool:
    """Say whether an endpoint is on this machine, or in a private network.

    >>> is_local("http://127.0.0.1:11434/v1"), is_local("https://api.openai.com/v1")
    (True, False)
    """
    host = urlsplit(base_url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_LOCAL_ENDS)


def _listed(model: str, base_url: str | None) -> tuple[str, str] | None:
    """Return the provider's id or address, and the model's name there; None for one at home."""
    if base_url is not None:
        return None if is_local(base_url) else (base_url, model)
    provider, slash, name = model.partition("/")
    if not slash:
        return _OPENAI, model
    return None if provider in _AT_HOME else (_PROVIDERS.get(provider, provider), name)


def _by_table(provider: str, model: str, usage: Usage) -> float | None:
    from genai_prices import Usage as Tokens  # noqa: PLC0415 - half a second, for whoever pays

    where = "provider_api_url" if "://" in provider else "provider_id"
    cached = min(usage.cached_tokens, usage.input_tokens)
    tokens = Tokens(
        input_tokens=usage.input_tokens,
        cache_read_tokens=cached,
        output_tokens=usage.output_tokens,
    )
    given: dict[str, Any] = {"provider_id": None, "provider_api_url": None, where: provider}
    try:
        found = _installed().calc(tokens, model, genai_request_timestamp=None, **given)
    except (LookupError, ValueError):
        return None
    return float(found.total_price)


@cache
def _installed() -> Any:  # noqa: ANN401 - genai_prices is imported late
    """Return the installed table itself: what another library may have fetched does not count."""
    from genai_prices.data import providers  # noqa: PLC0415 - as above
    from genai_prices.data_snapshot import DataSnapshot  # noqa: PLC0415

    return DataSnapshot(providers=providers, from_auto_update=False)
