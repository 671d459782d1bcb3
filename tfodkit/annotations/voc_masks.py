"""Instance masks of Pascal VOC's devkits: which instance in ``SegmentationObject/<stem>.png`` is which object.

A pixel of such a PNG is 0 for background, the number of an instance, or 255 for the border round instances, which also
hides objects that are difficult (VOC2012 development kit, 2.6 Segmentation Ground Truth). The numbers are as a rule
those of the XML's objects, but objects without a mask and edited XML upset that. So an instance goes to the object
whose box its pixels fit best; where two fit alike, to the one of its own number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfodkit.annotations.mask_pixels import read_instances
from tfodkit.annotations.masks import LAST_INSTANCE, InstanceMask
from tfodkit.annotations.rules import MASK_INVALID
from tfodkit.boxes import Box
from tfodkit.findings import Finding

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_IOU = 0.2
"""Of an instance's box and its object's: the border takes pixels off both sides of thin instances."""

Xyxy = tuple[float, float, float, float]


def instance_masks(
    png: Path, boxes: Sequence[Xyxy], *, size: tuple[int, int] | None = None
) -> tuple[tuple[InstanceMask | None, ...], tuple[Finding, ...]]:
    """The masks of an image's objects, one for each of ``boxes``, in pixels; None for an object without one.

    ``size`` is ``(width, height)`` as the annotation states it, where it states one. Findings name a PNG that can't be
    read or is of another size, when no object has a mask; and instances that fit no box, which are left out.
    """
    try:
        instances = _boxes_of_instances(read_instances(png, size))
    except ValueError as error:
        return (None,) * len(boxes), (Finding(MASK_INVALID, png, str(error)),)
    matches = _matches(instances, boxes)
    masks: list[InstanceMask | None] = [None] * len(boxes)
    for instance, place in matches.items():
        masks[place] = InstanceMask(png, instance)
    lost = (instance for instance in instances if instance not in matches)
    return tuple(masks), tuple(_without_box(png, instance, instances[instance]) for instance in lost)


def _boxes_of_instances(values: NDArray[np.uint8]) -> dict[int, Box]:
    """The box round the pixels of each instance that occurs."""
    import numpy as np

    boxes = {}
    for instance in np.unique(values).tolist():
        if 1 <= instance <= LAST_INSTANCE:
            inside = values == instance
            down, across = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
            boxes[instance] = Box(*map(float, (across[0], down[0], across[-1] + 1, down[-1] + 1)))
    return boxes


def _matches(instances: dict[int, Box], boxes: Sequence[Xyxy]) -> dict[int, int]:
    """The place in ``boxes`` for each instance that fits one; the best fit first, each place once."""
    fits = [
        (-iou, place + 1 != instance, instance, place)
        for instance, found in instances.items()
        for place, xyxy in enumerate(boxes)
        if all(map(math.isfinite, xyxy)) and (iou := found.iou(Box(*xyxy))) >= LEAST_IOU
    ]
    matches: dict[int, int] = {}
    for *_, instance, place in sorted(fits):
        if instance not in matches and place not in matches.values():
            matches[instance] = place
    return matches


def _without_box(png: Path, instance: int, box: Box) -> Finding:
    sides = ", ".join(f"{side:g}" for side in box.xyxy)
    return Finding(
        MASK_INVALID, png, f"no box fits its pixels, which reach ({sides})", None, f"instance {instance}"
    ).left_out()
