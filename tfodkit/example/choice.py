"""Random choices by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from numpy.random import Generator

T = TypeVar("T")


def happens(rng: Generator, chance: float) -> bool:
    """True with a probability of ``chance``, 0 to 1."""
    return bool(rng.random() < chance)


def pick(rng: Generator, options: Sequence[T]) -> T:
    """One of ``options``, each equally likely."""
    return options[int(rng.integers(len(options)))]
