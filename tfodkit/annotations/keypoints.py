"""Keypoints: named points of an object, as COCO has them."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keypoint:
    """One point of an object, in pixels of the upright image."""

    name: str
    """Such as ``left_eye``."""
    x: float
    y: float
    visibility: int
    """COCO's: 0 not labelled (``x`` and ``y`` mean nothing), 1 labelled but hidden, 2 visible."""

    def __post_init__(self) -> None:
        if self.visibility not in (0, 1, 2):
            raise ValueError(f"a keypoint's visibility must be 0, 1 or 2, but got {self.visibility}")
        if not (math.isfinite(self.x) and math.isfinite(self.y)):
            raise ValueError(f"a keypoint must be finite, but got ({self.x}, {self.y})")
