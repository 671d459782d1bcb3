"""Instance masks: which pixels of its image belong to an object."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class PolygonMask:
    """The inside of one or more polygons, as COCO has masks of single objects."""

    polygons: tuple[tuple[float, ...], ...]
    """Each ``(x1, y1, x2, y2, …)`` in pixels, three points or more."""


@dataclass(frozen=True, slots=True)
class RunLengthMask:
    """COCO's run lengths: pixels column by column, first the count of those outside, then inside, and so on."""

    width: int
    height: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class InstanceMask:
    """The pixels of one value in a palette PNG, as Pascal VOC's ``SegmentationObject`` has them."""

    path: Path
    instance: int


Mask: TypeAlias = PolygonMask | RunLengthMask | InstanceMask
