"""What tokens cost: of listed models, of one's own, and of those nobody knows."""

import subprocess
import sys
from pathlib import Path

import pytest

from extractor.errors import SettingsError
from extractor.propose.llm.asking import Usage
from extractor.propose.llm.prices import Prices

MILLION = 1_000_000
USAGE = Usage(MILLION, MILLION, MILLION // 2, MILLION // 4)
OWN = '["mine"]\ninput = 2\ncached_input = 1\noutput = 10\n["plain"]\ninput = 2.5\noutput = 10\n'


def test_the_parts_of_a_listed_price_add_up() -> None:
    """Cached input is a part of the input and costs less; reasoning is a part of the output."""
    prices = Prices.load()

    def cost(*tokens: int) -> float:
        found = prices.cost("gpt-4o-mini", None, Usage(*tokens))
        assert found is not None
        return found

    whole = cost(MILLION, MILLION, MILLION // 2, MILLION // 4)
    assert 0 < cost(MILLION, 0, MILLION) < cost(MILLION, 0)
    assert whole == pytest.approx(
        (cost(MILLION) + cost(MILLION, 0, MILLION)) / 2 + cost(0, MILLION)
    )


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("gpt-4o-mini", None),
        ("gpt-4o-mini", "https://api.openai.com/v1"),
        ("gpt-4o-mini", "https://mine.openai.azure.com/openai/v1"),
        ("openai/gpt-4o-mini", "https://openrouter.ai/api/v1"),
        ("openai/gpt-4o-mini", None),
        ("anthropic/claude-sonnet-4-5", None),
    ],
)
def test_the_provider_is_known_by_address_or_name(model: str, base_url: str | None) -> None:
    """Addresses are those of providers; without one it is the name before the slash, or OpenAI."""
    assert (Prices.load().cost(model, base_url, USAGE) or 0) > 0


@pytest.mark.parametrize(
    ("model", "base_url"),
    [
        ("no-such-model", None),
        ("nobody/no-such-model", None),
        ("ollama/llama3.1", None),
        ("gpt-4o-mini", "http://localhost:11434/v1"),
        ("gpt-4o-mini", "http://127.0.0.3:8000/v1"),
        ("gpt-4o-mini", "http://[::1]:8000/v1"),
        ("gpt-4o-mini", "http://192.168.1.5/v1"),
        ("gpt-4o-mini", "http://ollama:11434/v1"),
        ("gpt-4o-mini", "http://gpu.lan/v1"),
        ("gpt-4o-mini", "https://models.example.org/v1"),
    ],
)
def test_an_unknown_price_is_none(model: str, base_url: str | None) -> None:
    """Neither of models nor of endpoints that are not listed is a price made up."""
    assert Prices.load().cost(model, base_url, USAGE) is None


def test_prices_of_ones_own(tmp_path: Path) -> None:
    """Are dollars per million tokens, and go before all others, whatever the endpoint."""
    file = tmp_path / "prices.toml"
    file.write_text(f'{OWN}["gpt-4o-mini"]\ninput = 0\noutput = 0\n')
    prices = Prices.load(file)
    assert prices.cost("mine", "http://127.0.0.1/v1", USAGE) == 0.5 * 2 + 0.5 * 1 + 10
    assert prices.cost("plain", None, USAGE) == 12.5
    assert prices.cost("gpt-4o-mini", None, USAGE) == 0
    assert prices.cost("other", "http://127.0.0.1/v1", USAGE) is None
    assert prices.cost("gpt-4o", None, USAGE) == Prices.load().cost("gpt-4o", None, USAGE)


def test_more_cached_than_sent_is_no_negative_price(tmp_path: Path) -> None:
    """An endpoint's odd counts are held to what can be."""
    file = tmp_path / "prices.toml"
    file.write_text(OWN)
    odd = Usage(10, 0, MILLION)
    assert Prices.load(file).cost("mine", None, odd) == pytest.approx(10 / MILLION)
    assert (Prices.load().cost("gpt-4o-mini", None, odd) or 0) > 0


@pytest.mark.parametrize(
    "text",
    [
        "input = 1",
        '["m"]\ninput = 1',
        '["m"]\ninput = -1\noutput = 1',
        '["m"]\ninput = "1"\noutput = 1',
        '["m"]\ninput = nan\noutput = 1',
        '["m"]\ninput = 1\noutput = 1\ncache = 1',
        "[m",
        "\udcff",
    ],
)
def test_a_file_of_prices_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """Rather than spent by."""
    file = tmp_path / "prices.toml"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError):
        Prices.load(file)


def test_a_missing_file_of_prices_is_refused(tmp_path: Path) -> None:
    """By name."""
    with pytest.raises(SettingsError):
        Prices.load(tmp_path / "none.toml")


_WATCHED = """
import sys
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
import threading
from extractor.propose.llm.asking import Usage
from extractor.propose.llm.prices import Prices
print(Prices.load().cost("gpt-4o-mini", None, Usage(1000, 1000)))
assert not [each for each in seen if each != "socket.__new__"], seen
assert threading.active_count() == 1
"""


def test_prices_are_never_fetched() -> None:
    """Reckoning a price opens no connection and starts no thread that could."""
    done = subprocess.run(
        [sys.executable, "-c", _WATCHED], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert float(done.stdout) > 0
