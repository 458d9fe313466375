"""The vocabulary of synthetic letters: data files, read once."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def load(name: str) -> dict[str, Any]:
    """Return the data file *name*, without its suffix; to be read only."""
    content = files("evals.synth").joinpath("data", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(content)


@cache
def semicolons(name: str, key: str) -> tuple[str, ...]:
    """Return the list that stands under *key* as one string, its entries parted by semicolons."""
    return tuple(" ".join(entry.split()) for entry in load(name)[key].split(";"))
