"""Masks as COCO's compressed run lengths, which pycocotools compares without unpacking them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from tfodkit.annotations.mask_pixels import to_run_lengths
from tfodkit.annotations.masks import Mask, PolygonMask

Rle: TypeAlias = Mapping[str, Any]
"""``{"size": [height, width], "counts": bytes}``, as pycocotools has masks."""


def to_rle(mask: Mask, *, width: int, height: int) -> Rle:
    """The mask of an image of ``width`` by ``height`` pixels. What leaves the image is cut off.

    Raises:
        ValueError: the mask is of another size.
        DataError: the PNG of an instance can't be read, or is of another size.

    >>> to_rle(PolygonMask([(0, 0, 2, 0, 2, 2, 0, 2)]), width=3, height=2)
    {'size': [2, 3], 'counts': b'042'}
    """
    from pycocotools import mask as coco_mask

    if isinstance(mask, PolygonMask):
        merged: Rle = coco_mask.merge(coco_mask.frPyObjects(list(mask.polygons), height, width))
        return merged
    runs = to_run_lengths(mask, width=width, height=height)
    packed: Rle = coco_mask.frPyObjects({"size": [height, width], "counts": list(runs.counts)}, height, width)
    return packed


def rle_area(rle: Rle) -> float:
    """Pixels inside."""
    from pycocotools import mask as coco_mask

    return float(coco_mask.area(rle))
