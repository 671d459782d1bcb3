"""Masks as pixels: bitmaps, PNG, run lengths. pycocotools fills polygons, so that a mask is the same as COCO's."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tfodkit.annotations.masks import InstanceMask, Mask, PolygonMask, RunLengthMask
from tfodkit.annotations.run_lengths import decode_run_lengths
from tfodkit.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

MAX_PIXELS = 1 << 26
"""Of a PNG of masks, as of an image."""
BORDER = 255
"""The value of pixels between instances, in Pascal VOC's ``SegmentationObject``."""


def to_bitmap(mask: Mask, *, width: int, height: int) -> NDArray[np.bool_]:
    """``[height, width]``, true inside; of an image of ``width`` by ``height`` pixels. What leaves it is cut off.

    Raises:
        ValueError: the mask is of another size.
        DataError: the PNG of an instance can't be read, or is of another size.
    """
    (bitmap,) = to_bitmaps([mask], width=width, height=height)
    if bitmap is None:
        raise TypeError("a mask must be one, but got None")
    return bitmap


def to_bitmaps(masks: Iterable[Mask | None], *, width: int, height: int) -> Iterator[NDArray[np.bool_] | None]:
    """As :func:`to_bitmap`, of each mask of an image; a PNG that many of them are in is read once."""
    path, values = None, None
    for mask in masks:
        if isinstance(mask, InstanceMask):
            if values is None or path != mask.path:
                path, values = mask.path, _read_sound(mask.path, width, height)
            yield values == mask.instance
        elif isinstance(mask, RunLengthMask):
            yield _bitmap_of_runs(_fitting(mask, width, height))
        else:
            yield None if mask is None else _bitmap_of_runs(_filled(mask, width, height))


def to_run_lengths(mask: Mask, *, width: int, height: int) -> RunLengthMask:
    """As :func:`to_bitmap`, in COCO's run lengths."""
    if isinstance(mask, PolygonMask):
        return _filled(mask, width, height)
    if isinstance(mask, RunLengthMask):
        return _fitting(mask, width, height)
    return from_bitmap(to_bitmap(mask, width=width, height=height))


def from_bitmap(bitmap: NDArray[np.bool_]) -> RunLengthMask:
    """The mask of a bitmap ``[height, width]``, true inside."""
    import numpy as np

    height, width = bitmap.shape
    column_by_column = bitmap.ravel(order="F")
    starts = np.flatnonzero(column_by_column[1:] != column_by_column[:-1]) + 1
    counts = np.diff([0, *starts.tolist(), column_by_column.size]).tolist()
    return RunLengthMask(width, height, [0, *counts] if column_by_column[0] else counts)


def to_png(mask: Mask, *, width: int, height: int) -> bytes:
    """As :func:`to_bitmap`, in a PNG of one bit a pixel: 1 inside."""
    return bitmap_to_png(to_bitmap(mask, width=width, height=height))


def bitmap_to_png(bitmap: NDArray[np.bool_]) -> bytes:
    """A PNG of one bit a pixel: 1 where the bitmap ``[height, width]`` is true."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(bitmap).save(file, "PNG")
    return file.getvalue()


def read_instances(png: Path, size: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """The values ``[height, width]`` of a PNG with a palette, or in the colours of Pascal VOC's palette.

    Raises:
        ValueError: it can't be read, is damaged, has other pixels, or is not of ``size``, ``(width, height)``.
    """
    from PIL import Image

    try:
        with Image.open(png, formats=("PNG",)) as image:
            return _values(image, size or image.size)
    except FileNotFoundError as error:
        raise ValueError("the mask is not there") from error
    except ValueError:
        raise
    except Exception as error:  # Pillow raises whatever its parsers meet
        raise ValueError("the mask is no PNG, or damaged") from error


def _values(image: Image.Image, size: tuple[int, int]) -> NDArray[np.uint8]:
    import numpy as np

    if image.size != size:
        what = f"the mask has {image.width} x {image.height} pixels, but the image {size[0]} x {size[1]}"
        raise ValueError(what)
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(f"{image.width} x {image.height} pixels are too many for a mask")
    if image.mode in ("P", "L"):
        return np.asarray(image)
    if image.mode in ("RGB", "RGBA"):
        return _values_of_colours(np.asarray(image.convert("RGB")))
    raise ValueError(f"the mask must be a PNG with a palette, but its pixels are {image.mode}")


def _values_of_colours(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The places in VOC's palette: bit 0, 3, 6 … of a place is red's bit 7, 6, 5 …; of green the next, then blue's."""
    import numpy as np

    values = np.zeros(rgb.shape[:2], np.uint32)
    for bit in range(24):
        channel, depth = bit % 3, bit // 3
        values |= ((rgb[..., channel].astype(np.uint32) >> (7 - depth)) & 1) << bit
    if values.max(initial=0) > BORDER:
        raise ValueError("the mask has colours that Pascal VOC's palette lacks")
    return values.astype(np.uint8)


def _read_sound(png: Path, width: int, height: int) -> NDArray[np.uint8]:
    try:
        return read_instances(png, (width, height))
    except ValueError as error:
        raise DataError(str(png), str(error), "Replace the mask, or remove it.") from error


def _fitting(mask: RunLengthMask, width: int, height: int) -> RunLengthMask:
    if (mask.width, mask.height) != (width, height):
        raise ValueError(f"the mask has {mask.width} x {mask.height} pixels, but the image {width} x {height}")
    return mask


def _filled(mask: PolygonMask, width: int, height: int) -> RunLengthMask:
    from pycocotools import mask as coco_mask

    filled = coco_mask.frPyObjects(list(mask.polygons), height, width)
    counts = coco_mask.merge(filled)["counts"]
    return RunLengthMask(width, height, decode_run_lengths(counts.decode()))


def _bitmap_of_runs(mask: RunLengthMask) -> NDArray[np.bool_]:
    import numpy as np

    counts = mask.counts
    inside = np.arange(len(counts)) % 2 == 1
    return np.repeat(inside, counts).reshape(mask.width, mask.height).T
