"""Coordinates, masks and keypoints of a record's objects, out of the features that the Object Detection API reads."""

from __future__ import annotations

import io
import math
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.mask_pixels import from_bitmap
from tfodkit.annotations.masks import RunLengthMask
from tfodkit.errors import RecordError
from tfodkit.records.features import Features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST_ROUNDED = 3
"""Digits behind the point of a coordinate in pixels that are looked for."""

_FLOAT = struct.Struct("<f")
_VISIBLE = 2
_MASK = "image/object/mask"
_MASK_WEIGHT = f"{_MASK}/weight"
"""0 for an object without a mask, in a data set with masks: as make-records writes it, and CenterNet reads it."""
_REMEDY = "Write the records anew."


def pixels(share: float, size: int) -> float:
    """The coordinate that was recorded as this 32-bit ``share`` of ``size`` pixels: the shortest number that gives it.

    >>> pixels(0.3333333432674408, 300)
    100.0
    """
    value = share * size
    if not math.isfinite(value):
        return value
    for digits in range(LARGEST_ROUNDED + 1):
        short = round(value, digits)
        if _FLOAT.unpack(_FLOAT.pack(short / size))[0] == share:
            return short
    return value


def count_masks(features: Features, width: int, height: int) -> int:
    """How many masks a record has, but for those of weight 0; not decoded, so that empty ones of others count."""
    without = sum(weight == 0 for weight in features.floats(_MASK_WEIGHT))
    if features.kind(_MASK) == "float_list":
        return max(features.count(_MASK, "float_list") // (width * height) - without, 0)
    return max(features.count(_MASK, "bytes_list") - without, 0)


def read_masks(
    features: Features, count: int, width: int, height: int, *, where: str
) -> Sequence[RunLengthMask | None]:
    """The masks of ``count`` objects, PNG or one number a pixel; None for one without a pixel.

    Empty where the record has none.

    Raises:
        RecordError: a mask is no PNG, or of another size than the image, or there are not as many as objects.
    """
    if features.kind(_MASK) == "float_list":
        return _numeric_masks(features.floats(_MASK), count, width, height, where=where)
    encoded = features.texts(_MASK)
    if encoded and len(encoded) != count:
        raise RecordError(where, f"{count} boxes, but {len(encoded)} masks", _REMEDY)
    return [
        _mask(png, width, height, where=f"{where}: mask of object {number}") for number, png in enumerate(encoded, 1)
    ]


def read_keypoints(
    features: Features, count: int, width: int, height: int, *, where: str
) -> Sequence[tuple[Keypoint, ...]]:
    """The keypoints of ``count`` objects in pixels; an object of which none is labelled has none.

    Every object has as many. Names are those of the record, else numbers from 1. Empty where the record has none.

    Raises:
        RecordError: lists of unequal lengths, or not as many for every object.
    """
    xs, ys = features.floats("image/object/keypoint/x"), features.floats("image/object/keypoint/y")
    if not xs and not ys:
        return ()
    if len(xs) != len(ys) or not count or len(xs) % count:
        what = f"{len(xs)} x and {len(ys)} y of keypoints for {count} objects"
        raise RecordError(where, what, _REMEDY)
    each = len(xs) // count
    names = _names(features, each, len(xs))
    seen = features.ints("image/object/keypoint/visibility")
    seen = seen if len(seen) == len(xs) else [_VISIBLE] * len(xs)
    points = [_keypoint(*parts, width, height) for parts in zip(names, xs, ys, seen, strict=True)]
    objects = [tuple(points[start : start + each]) for start in range(0, len(points), each)]
    return [found if any(point.visibility for point in found) else () for found in objects]


def _names(features: Features, each: int, total: int) -> list[str]:
    texts = [text.decode(errors="replace") for text in features.texts("image/object/keypoint/text")]
    if len(texts) == total:
        return texts
    one = texts if len(texts) == each else [str(number) for number in range(1, each + 1)]
    return one * (total // each)


def _keypoint(name: str, x: float, y: float, visibility: int, width: int, height: int) -> Keypoint:
    """One without a place is not labelled, whatever else is said of it; so upstream takes it."""
    if not (math.isfinite(x) and math.isfinite(y)) or visibility not in (1, _VISIBLE):
        return Keypoint(name, 0.0, 0.0, 0)
    return Keypoint(name, pixels(x, width), pixels(y, height), visibility)


def _mask(png: bytes, width: int, height: int, *, where: str) -> RunLengthMask | None:
    import numpy as np
    from PIL import Image

    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            size = image.size
            inside = np.asarray(image.convert("L")) > 0 if size == (width, height) else None
    except Exception as error:  # Pillow raises whatever its parsers meet
        raise RecordError(where, "it is no PNG, or damaged", _REMEDY) from error
    if inside is None:
        raise RecordError(where, f"{size[0]} x {size[1]} pixels in an image of {width} x {height}", _REMEDY)
    return _run_lengths(inside)


def _numeric_masks(
    values: Sequence[float], count: int, width: int, height: int, *, where: str
) -> list[RunLengthMask | None]:
    import numpy as np

    if len(values) != count * width * height:
        what = f"{len(values)} mask pixels for {count} objects in an image of {width} x {height}"
        raise RecordError(where, what, _REMEDY)
    masks = np.asarray(values).reshape(count, height, width) > 0
    return [_run_lengths(mask) for mask in masks]


def _run_lengths(inside: NDArray[np.bool_]) -> RunLengthMask | None:
    """``inside`` is ``[height, width]``."""
    return from_bitmap(inside) if inside.any() else None
