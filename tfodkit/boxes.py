"""Boxes: the only place that knows the order of coordinates.

Two conventions, named in every function that takes or gives one:

``xyxy``
    ``(xmin, ymin, xmax, ymax)`` in pixels, floats, half-open: a box over the pixel columns 3 and 4 has
    ``xmin=3, xmax=5``. The frame is the decoded, upright image.
``yxyx_norm``
    ``(ymin, xmin, ymax, xmax)`` divided by the image's height and width, as the Object Detection API has them.

>>> Box(10, 20, 30, 60).to_yxyx_norm(width=100, height=200)
(0.1, 0.1, 0.3, 0.3)
>>> Box.from_yxyx_norm((0.1, 0.1, 0.3, 0.3), width=100, height=200).xyxy
(10.0, 20.0, 30.0, 60.0)
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, ``xyxy``, half-open. Finite; may be empty or inverted, which ``is_empty`` tells."""

    xmin: float
    ymin: float
    xmax: float
    ymax: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.xyxy)):
            raise ValueError(f"a box must be finite, but got {self.xyxy}")

    @property
    def xyxy(self) -> tuple[float, float, float, float]:
        return (self.xmin, self.ymin, self.xmax, self.ymax)

    @property
    def xywh(self) -> tuple[float, float, float, float]:
        """``(xmin, ymin, width, height)`` in pixels, as COCO's JSON has boxes."""
        return (self.xmin, self.ymin, self.width, self.height)

    @property
    def width(self) -> float:
        return self.xmax - self.xmin

    @property
    def height(self) -> float:
        return self.ymax - self.ymin

    @property
    def is_empty(self) -> bool:
        """True where no area is left: zero or negative width or height."""
        return self.width <= 0 or self.height <= 0

    @property
    def area(self) -> float:
        """Square pixels; 0 for an empty box."""
        return 0.0 if self.is_empty else self.width * self.height

    def clip(self, *, width: float, height: float) -> Box:
        """The part inside an image of ``width`` by ``height`` pixels; empty where nothing is inside."""
        return Box(
            min(max(self.xmin, 0.0), width),
            min(max(self.ymin, 0.0), height),
            min(max(self.xmax, 0.0), width),
            min(max(self.ymax, 0.0), height),
        )

    def iou(self, other: Box) -> float:
        """Intersection over union, 0 to 1; 0 where either box is empty."""
        across = min(self.xmax, other.xmax) - max(self.xmin, other.xmin)
        down = min(self.ymax, other.ymax) - max(self.ymin, other.ymin)
        if across <= 0 or down <= 0 or self.is_empty or other.is_empty:
            return 0.0
        shared = across * down
        return shared / (self.area + other.area - shared)

    def to_yxyx_norm(self, *, width: float, height: float) -> tuple[float, float, float, float]:
        """``(ymin, xmin, ymax, xmax)`` as shares of the image's height and width."""
        return (self.ymin / height, self.xmin / width, self.ymax / height, self.xmax / width)

    @classmethod
    def from_yxyx_norm(cls, yxyx_norm: tuple[float, float, float, float], *, width: float, height: float) -> Box:
        """The pixel box of ``(ymin, xmin, ymax, xmax)`` shares in an image of ``width`` by ``height`` pixels."""
        ymin, xmin, ymax, xmax = yxyx_norm
        return cls(xmin * width, ymin * height, xmax * width, ymax * height)
