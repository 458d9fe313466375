"""Chance, as the generator takes it."""

from random import Random


def chance(rng: Random, share: float) -> bool:
    """Say yes in *share* of all cases, 0 to 1."""
    return rng.random() < share
