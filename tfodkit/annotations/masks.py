"""Instance masks: which pixels of its image belong to an object. The values; ``mask_pixels.py`` makes pixels of them.

A data set has hundreds of thousands of them, so numbers are packed: 8 bytes a coordinate, 4 bytes a run, where a tuple
takes five times as much.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from tfodkit.boxes import Box

MAX_COORDINATE = 1e7
"""Pixels; of a polygon's corners, on either side of 0."""
MAX_OUTLINE = 1e6
"""Pixels; of a mask's polygons together. Filling one takes 40 bytes for each pixel of its outline."""
MAX_PIXELS = (1 << 32) - 1
"""Of run lengths: 4 bytes hold any count."""
LAST_INSTANCE = 254
"""255 is the border between instances."""

_CORNERS = 3
_COORDINATE, _RUN = "d", "I"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class PolygonMask:
    """The inside of one or more polygons, as COCO has masks of single objects."""

    _packed: tuple[bytes, ...]

    def __init__(self, polygons: Sequence[Sequence[float]]) -> None:
        """Of ``polygons``, each ``(x1, y1, x2, y2, …)`` in pixels or in shares of the image.

        ``ValueError`` unless there is one, and each has three corners or more, finite and within
        :data:`MAX_COORDINATE`, and their outline is not longer than :data:`MAX_OUTLINE`.
        """
        if not polygons:
            raise ValueError("a mask must have a polygon, but has none")
        object.__setattr__(self, "_packed", tuple(map(_packed_polygon, polygons)))
        if _is_too_long(polygons):
            raise ValueError(f"the outline of a mask must be shorter than {MAX_OUTLINE:.0f} pixels, but is longer")

    @property
    def polygons(self) -> tuple[tuple[float, ...], ...]:
        """Each ``(x1, y1, x2, y2, …)``, three corners or more."""
        return tuple(tuple(array(_COORDINATE, packed)) for packed in self._packed)

    def __repr__(self) -> str:
        return f"PolygonMask({self.polygons})"


@dataclass(frozen=True, slots=True, init=False, repr=False)
class RunLengthMask:
    """COCO's run lengths: pixels column by column, first the count of those outside, then inside, and so on."""

    width: int
    height: int
    _packed: bytes

    def __init__(self, width: int, height: int, counts: Sequence[int]) -> None:
        """``ValueError`` unless ``counts`` are 0 or more and add up to the pixels of ``width`` by ``height``."""
        if width < 1 or height < 1:
            raise ValueError(f"a mask's size must be at least 1 x 1, but is {width} x {height}")
        if width * height > MAX_PIXELS:
            raise ValueError(f"a mask must have at most {MAX_PIXELS} pixels, but is {width} x {height}")
        if counts and min(counts) < 0:
            raise ValueError(f"run lengths must be 0 or more, but one is {min(counts)}")
        if sum(counts) != width * height:
            raise ValueError(f"run lengths of a {width} x {height} mask must cover it, but cover {sum(counts)} pixels")
        for name, value in (("width", width), ("height", height), ("_packed", array(_RUN, counts).tobytes())):
            object.__setattr__(self, name, value)

    @property
    def counts(self) -> tuple[int, ...]:
        return tuple(array(_RUN, self._packed))

    def __repr__(self) -> str:
        return f"RunLengthMask({self.width}, {self.height}, {self.counts})"


@dataclass(frozen=True, slots=True)
class InstanceMask:
    """The pixels of one value in a palette PNG, as Pascal VOC's ``SegmentationObject`` has them."""

    path: Path
    instance: int
    """From 1 to 254."""

    def __post_init__(self) -> None:
        if not 1 <= self.instance <= LAST_INSTANCE:
            raise ValueError(f"an instance must be 1 to {LAST_INSTANCE}, but got {self.instance}")


Mask: TypeAlias = PolygonMask | RunLengthMask | InstanceMask


def box_of(mask: PolygonMask | RunLengthMask) -> Box:
    """The smallest box round the mask: of a polygon's corners, of the pixels inside; empty where there are none.

    >>> box_of(PolygonMask([(1, 2, 5.5, 2, 5.5, 9)])).xyxy
    (1.0, 2.0, 5.5, 9.0)
    >>> box_of(RunLengthMask(4, 3, (4, 2, 6))).xyxy
    (1.0, 1.0, 2.0, 3.0)
    """
    if isinstance(mask, PolygonMask):
        across = [x for polygon in mask.polygons for x in polygon[::2]]
        down = [y for polygon in mask.polygons for y in polygon[1::2]]
        return Box(min(across), min(down), max(across), max(down))
    return _box_of_runs(mask)


def _box_of_runs(mask: RunLengthMask) -> Box:
    xmin, ymin, xmax, ymax = mask.width, mask.height, 0, 0
    start = 0
    for place, count in enumerate(mask.counts):
        if place % 2 and count:
            (first, top), (last, bottom) = divmod(start, mask.height), divmod(start + count - 1, mask.height)
            if first < last:  # reaches the foot of one column and the head of the next
                top, bottom = 0, mask.height - 1
            xmin, ymin, xmax, ymax = min(xmin, first), min(ymin, top), max(xmax, last + 1), max(ymax, bottom + 1)
        start += count
    return Box(*map(float, (xmin, ymin, xmax, ymax))) if xmax else Box(0.0, 0.0, 0.0, 0.0)


def _packed_polygon(polygon: Sequence[float]) -> bytes:
    if len(polygon) < 2 * _CORNERS or len(polygon) % 2:
        raise ValueError(f"a polygon must be pairs of numbers, {_CORNERS} or more, but has {len(polygon)} numbers")
    if not all(map(math.isfinite, polygon)):
        raise ValueError("a polygon must be finite, but is not")
    farthest = max(polygon, key=abs)
    if abs(farthest) > MAX_COORDINATE:
        raise ValueError(f"a polygon must lie within {MAX_COORDINATE:.0f} pixels, but reaches {farthest:g}")
    return array(_COORDINATE, polygon).tobytes()


def _is_too_long(polygons: Sequence[Sequence[float]]) -> bool:
    """True where the outlines are longer than :data:`MAX_OUTLINE`; measured only where they can be."""
    longest = sum(len(polygon) * max(map(abs, polygon)) for polygon in polygons)
    return longest > MAX_OUTLINE and sum(map(_outline, polygons)) > MAX_OUTLINE


def _outline(polygon: Sequence[float]) -> float:
    """The longer of a side's two extents, of all sides: so many pixels are drawn for it."""
    across, down = polygon[::2], polygon[1::2]
    ends = zip(across, down, (*across[1:], across[0]), (*down[1:], down[0]), strict=True)
    return sum(max(abs(x2 - x1), abs(y2 - y1)) for x1, y1, x2, y2 in ends)
