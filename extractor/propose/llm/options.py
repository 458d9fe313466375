"""How letters are read by a model: everything that a user may set besides the model itself."""

from dataclasses import dataclass
from pathlib import Path

IN_LINE = 8
"""How many letters of a run may be done or under way, for each that a model may be at.

Records come in input order: so many letters later is one that takes long waited for.
"""
MODES = ("auto", "json_schema", "tools")


@dataclass(frozen=True)
class ModelOptions:
    """How a model is asked, and within which bounds.

    Attributes:
        mode: ``json_schema``, ``tools``, or ``auto``: the first, and the second where the endpoint
            refuses it.
        repairs: How often what was refused is sent back.
        concurrency: How many requests may be under way at once.
        temperature: None leaves it to the endpoint.
        max_output_tokens: The longest reply; raised once where it does not suffice.
        seed: Sent along where it is set.
        timeout: Seconds for one request.
        deadline: Seconds for one question, waits between its requests included.
        cache: The cache's folder; None is the user's own.
        no_cache: Whether replies are neither looked up nor kept.
        cache_only: Whether nothing but the cache may be asked.
        max_cost: What a run may spend, in US dollars.
        max_run_tokens: How many tokens a run may use, in and out.
        prices: A file of prices of your own.
        trace: A folder that keeps requests and replies.
    """

    mode: str = "auto"
    repairs: int = 2
    concurrency: int = 16
    temperature: float | None = 0.0
    max_output_tokens: int = 4096
    seed: int | None = None
    timeout: float = 120.0
    deadline: float = 600.0
    cache: Path | None = None
    no_cache: bool = False
    cache_only: bool = False
    max_cost: float | None = None
    max_run_tokens: int | None = None
    prices: Path | None = None
    trace: Path | None = None

    def changing_replies(self) -> dict[str, object]:
        """Return what changes replies, for a run to be known again by."""
        names = ("mode", "repairs", "temperature", "max_output_tokens", "seed")
        return {name: getattr(self, name) for name in names}
