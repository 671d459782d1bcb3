"""Are these pixels, and x, y, width and height? Numbers of another kind give figures near 0 that look like a bad model.

Both are told by all boxes together: a single one may be small, or lie outside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import DataError
from tfodkit.wording import counted

LARGEST_SHARE = 1.5
"""Shares end at 1, and a box may leave its picture a little."""
SMALLEST_PICTURE = 8
OUTSIDE = 0.05
"""Of a side: so far may a box leave its picture before it counts as outside."""
MOST = 0.5
TELLING = 0.1
"""With so many boxes outside, all of which fit when they are read as corners, they are corners."""
FEWEST = 3


def complain_of_coordinates(boxes_xyxy: NDArray[np.float64], sizes: NDArray[np.float64], where: str) -> None:
    """Raise :class:`DataError` where boxes ``[n, 4]`` are none of pictures of ``sizes``, ``[n, 2]`` width and height.

    ``boxes_xyxy`` are as they were read: x, y, x + width, y + height.
    """
    if not len(boxes_xyxy):
        return
    if boxes_xyxy.max() <= LARGEST_SHARE and sizes.min() >= SMALLEST_PICTURE:
        what = f"bbox must be pixels, but no number of {counted(len(boxes_xyxy), 'box')} is above {LARGEST_SHARE:g}"
        remedy = "They look like shares of the picture: multiply x and width by its width, y and height by its height."
        raise DataError(where, what, remedy)
    limits = np.concatenate([sizes, sizes], axis=1) * (1 + OUTSIDE)
    outside = (boxes_xyxy > limits).any(1) | (boxes_xyxy < limits * -OUTSIDE).any(1)
    as_corners = np.concatenate([boxes_xyxy[:, :2], boxes_xyxy[:, 2:] - boxes_xyxy[:, :2]], axis=1)
    fits = (as_corners <= limits).all(1) & (as_corners[:, 2:] > as_corners[:, :2]).all(1)
    what = f"{outside.sum():,} of {counted(len(boxes_xyxy), 'box')} leave their pictures, as x, y, width and height"
    if outside.mean() >= TELLING and fits.all() and outside.sum() >= FEWEST:
        remedy = "They fit as xmin, ymin, xmax, ymax: write [xmin, ymin, xmax - xmin, ymax - ymin]."
        raise DataError(where, what, remedy)
    if outside.mean() > MOST and outside.sum() >= FEWEST:
        remedy = "Write x, y, width and height in pixels of the picture as it is, not of one that was scaled."
        raise DataError(where, what, remedy)
