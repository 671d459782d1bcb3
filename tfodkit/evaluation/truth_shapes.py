"""The masks and the areas of labelled objects, as COCO takes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tfodkit.annotations.coco_rle import Rle, rle_area, to_rle
from tfodkit.annotations.masks import PolygonMask
from tfodkit.evaluation.ground_truth import GroundTruth


def masks_of_truth(
    ground_truth: Sequence[GroundTruth], boxes: NDArray[np.float64], is_crowd: NDArray[np.bool_]
) -> tuple[Rle, ...] | None:
    """The masks of all objects, in their order, where every object but crowds has one; else ``None``.

    A crowd without a mask has that of its box, as COCO would have it in both forms.
    """
    masks = [mask for image in ground_truth for mask in image.masks or [None] * len(image.class_ids)]
    if not any(masks) or any(mask is None for mask, is_one in zip(masks, is_crowd, strict=True) if not is_one):
        return None
    sizes = [(image.width, image.height) for image in ground_truth for _ in image.class_ids]
    return tuple(
        _box_mask(box, *size) if mask is None else mask for mask, box, size in zip(masks, boxes, sizes, strict=True)
    )


def _box_mask(box: NDArray[np.float64], width: int, height: int) -> Rle:
    xmin, ymin, xmax, ymax = map(float, box)
    return to_rle(PolygonMask([(xmin, ymin, xmax, ymin, xmax, ymax, xmin, ymax)]), width=width, height=height)


def areas_of_truth(
    ground_truth: Sequence[GroundTruth], boxes: NDArray[np.float64], masks: tuple[Rle, ...] | None
) -> NDArray[np.float64]:
    """Float64 ``[objects]``, in square pixels: as stated, else of the masks, else of the boxes."""
    sides = boxes[:, 2:] - boxes[:, :2]
    areas = sides[:, 0] * sides[:, 1] if masks is None else np.array([rle_area(mask) for mask in masks], np.float64)
    start = 0
    for image in ground_truth:
        end = start + len(image.class_ids)
        if image.areas is not None:
            areas[start:end] = image.areas
        start = end
    return areas
