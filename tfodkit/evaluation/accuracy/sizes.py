"""Bands of object areas: COCO's, and the thirds of a set's own objects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Band:
    """Areas from ``low`` to ``high`` square pixels, both of them included."""

    name: str
    low: float
    high: float

    def lacks(self, areas: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of ``areas`` lie outside."""
        outside: NDArray[np.bool_] = (areas < self.low) | (areas > self.high)
        return outside


_MOST = 1e5**2  # COCO looks at nothing larger
EVERY_SIZE = Band("all", 0.0, _MOST)
COCO_SIZES = (Band("small", 0.0, 32.0**2), Band("medium", 32.0**2, 96.0**2), Band("large", 96.0**2, _MOST))
"""An object of exactly 32 x 32 pixels is both small and medium, as it is to COCO."""


def thirds(areas: NDArray[np.float64]) -> tuple[Band, ...]:
    """Three bands with a third of ``areas`` each, as nearly as equal areas allow; no area lies on a border.

    Empty where fewer than three areas differ, or where most are equal so that a band would have none.
    """
    sizes, counts = np.unique(areas, return_counts=True)
    if len(sizes) <= 1:
        return ()
    below = np.cumsum(counts)[:-1]  # how many areas lie below each place where a border may be
    first, second = (int(np.abs(below - len(areas) * share).argmin()) for share in (1 / 3, 2 / 3))
    if first == second:
        return ()
    low, high = (float(sizes[place] + sizes[place + 1]) / 2 for place in (first, second))
    return Band("smallest third", 0.0, low), Band("middle third", low, high), Band("largest third", high, _MOST)
