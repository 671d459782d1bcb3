"""How sure a figure is, and how one evaluation differs from another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its bootstrap interval over images (``uncertainty.py``); ``None``: no ground truth."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """The intervals of mAP and mAP@.50 and of each class's AP, ``level`` such as 0.95, from ``samples`` resamples."""

    level: float
    samples: int
    map: Interval
    map50: Interval
    per_class: dict[str, Interval]
