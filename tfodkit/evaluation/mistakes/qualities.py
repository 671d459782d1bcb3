"""A quality of objects, such as their size, as a few groups of objects that differ in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
NO_GROUP = -1
THIRDS = 3


@dataclass(frozen=True, slots=True)
class Group:
    """Objects of a kind: their name in a table and in a sentence, and what may help where they fare worst."""

    name: str
    subject: str
    advice: str


@dataclass(frozen=True, slots=True, eq=False)
class Quality:
    """Which of the ``groups`` each object belongs to: int64 ``[objects]``, ``NO_GROUP`` where that isn't known."""

    name: str
    groups: tuple[Group, ...]
    group_of: NDArray[np.int64]


def in_thirds(
    name: str,
    values: Values,
    *,
    rounded: Callable[[Values], Values],
    groups: Callable[[str, str], tuple[Group, ...]],
    written: Callable[[float], str],
) -> list[Quality]:
    """The third of the objects with the least of ``values``, that with the most, and the one between.

    The two borders are ``rounded`` before anything is sorted by them, so that they are true as they are ``written``.
    Nan belongs to no group. No quality is made of values too much alike for three groups.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return []
    borders = rounded(np.quantile(known, (1 / THIRDS, 2 / THIRDS)))
    group_of = by_borders(values, borders)
    if len(np.unique(group_of[group_of != NO_GROUP])) < THIRDS:
        return []
    low, high = map(written, borders.tolist())
    return [Quality(name, groups(low, high), group_of)]


def by_borders(values: Values, borders: Sequence[float] | Values) -> NDArray[np.int64]:
    """The number of borders that each value reaches, one on a border counting as above it; nan: ``NO_GROUP``."""
    reached = np.searchsorted(np.asarray(borders), values, side="right")
    return np.where(np.isnan(values), NO_GROUP, reached)
