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
from typing import TypeAlias

Corners: TypeAlias = tuple[tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]]
"""Four points ``(x, y)`` in pixels, clockwise as one sees them, y pointing down."""

_TURNED_BACK = {6: 8, 8: 6}
"""EXIF orientations that another one undoes; every other undoes itself."""
_FLIPS_X = frozenset({2, 3, 6, 7})
_FLIPS_Y = frozenset({3, 4, 7, 8})
_SIDEWAYS = frozenset({5, 6, 7, 8})


def turn_point(point: tuple[float, float], orientation: int, *, width: float, height: float) -> tuple[float, float]:
    """Where a point ``(x, y)`` of a picture lies once EXIF's ``orientation``, 1 to 8, has turned it upright.

    ``width`` and ``height`` are those of the picture as it is stored, before it is turned (CIPA DC-008, tag 274).
    """
    x, y = point
    if orientation in _SIDEWAYS:
        x, y, width, height = y, x, height, width
    return (width - x if orientation in _FLIPS_X else x, height - y if orientation in _FLIPS_Y else y)


def turn_point_back(
    point: tuple[float, float], orientation: int, *, width: float, height: float
) -> tuple[float, float]:
    """The inverse of :func:`turn_point`; ``width`` and ``height`` are those of the stored picture here too."""
    if orientation in _SIDEWAYS:
        width, height = height, width
    return turn_point(point, _TURNED_BACK.get(orientation, orientation), width=width, height=height)


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
    def corners(self) -> Corners:
        """From the upper left one on."""
        return ((self.xmin, self.ymin), (self.xmax, self.ymin), (self.xmax, self.ymax), (self.xmin, self.ymax))

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

    def turned(self, orientation: int, *, width: float, height: float) -> Box:
        """This box of a stored picture, in the frame of the picture that EXIF's ``orientation`` has turned upright.

        As :func:`turn_point`; an inverted box stays inverted.
        """
        return self._between(
            turn_point((self.xmin, self.ymin), orientation, width=width, height=height),
            turn_point((self.xmax, self.ymax), orientation, width=width, height=height),
            orientation,
        )

    def turned_back(self, orientation: int, *, width: float, height: float) -> Box:
        """The inverse of :meth:`turned`: this box of the upright picture, in the frame of the stored one.

        ``width`` and ``height`` are those of the stored picture here too.
        """
        if orientation in _SIDEWAYS:
            width, height = height, width
        return self.turned(_TURNED_BACK.get(orientation, orientation), width=width, height=height)

    @staticmethod
    def _between(first: tuple[float, float], second: tuple[float, float], orientation: int) -> Box:
        """What was the left end of a side that was flipped is its right end."""
        (x1, y1), (x2, y2) = first, second
        left, right = (x2, x1) if orientation in _FLIPS_X else (x1, x2)
        top, bottom = (y2, y1) if orientation in _FLIPS_Y else (y1, y2)
        return Box(left, top, right, bottom)

    def to_yxyx_norm(self, *, width: float, height: float) -> tuple[float, float, float, float]:
        """``(ymin, xmin, ymax, xmax)`` as shares of the image's height and width."""
        return (self.ymin / height, self.xmin / width, self.ymax / height, self.xmax / width)

    @classmethod
    def from_yxyx_norm(cls, yxyx_norm: tuple[float, float, float, float], *, width: float, height: float) -> Box:
        """The pixel box of ``(ymin, xmin, ymax, xmax)`` shares in an image of ``width`` by ``height`` pixels."""
        ymin, xmin, ymax, xmax = yxyx_norm
        return cls(xmin * width, ymin * height, xmax * width, ymax * height)


@dataclass(frozen=True, slots=True)
class OrientedBox:
    """A turned rectangle in pixels, as roLabelImg has it: its centre, its sides and an angle in radians. Finite.

    ``angle`` turns the rectangle about its centre, clockwise as one sees it; at 0 its ``width`` lies along x. No side
    is negative; a side of 0 makes it empty.

    >>> OrientedBox(20, 30, 16, 8, math.pi / 2).enclosing.xyxy
    (16.0, 22.0, 24.0, 38.0)
    """

    cx: float
    cy: float
    width: float
    height: float
    angle: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.cx, self.cy, self.width, self.height, self.angle))):
            raise ValueError(f"an oriented box must be finite, but got {self}")
        if self.width < 0 or self.height < 0:
            raise ValueError(f"an oriented box must not have a negative side, but got {self}")

    @property
    def is_empty(self) -> bool:
        """True where it has no area."""
        return self.area == 0

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height

    @property
    def corners(self) -> Corners:
        """From the one on that is the upper left at an angle of 0."""
        across = (math.cos(self.angle) * self.width / 2, math.sin(self.angle) * self.width / 2)
        down = (-math.sin(self.angle) * self.height / 2, math.cos(self.angle) * self.height / 2)
        return (
            (self.cx - across[0] - down[0], self.cy - across[1] - down[1]),
            (self.cx + across[0] - down[0], self.cy + across[1] - down[1]),
            (self.cx + across[0] + down[0], self.cy + across[1] + down[1]),
            (self.cx - across[0] + down[0], self.cy - across[1] + down[1]),
        )

    @property
    def enclosing(self) -> Box:
        """The smallest box with upright sides around it."""
        xs, ys = zip(*self.corners, strict=True)
        return Box(min(xs), min(ys), max(xs), max(ys))
