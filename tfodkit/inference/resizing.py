"""A picture of any size on the input of a fixed size, exactly as the checkpoint's own graph brings it there.

The Object Detection API resizes by TensorFlow 1's bilinear rule, which takes the value of a pixel to lie at its upper
left corner, where Pillow and OpenCV take its middle, and which looks at two pixels a side however much it shrinks: the
same picture, resized by another library, is another picture to a model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Resizing:
    """How a picture comes to a model's input of ``height`` by ``width`` pixels.

    It is stretched; but with ``shorter``, it is scaled, its shape kept, until its shorter side has that many pixels or
    its longer side has the input's, lies in the upper left corner, and ``padding``, a value a channel, fills the rest.
    """

    height: int
    width: int
    shorter: int | None = None
    padding: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def place(self, height: int, width: int) -> tuple[int, int]:
        """The height and width that a picture takes of the input."""
        if self.shorter is None:
            return self.height, self.width
        wanted = (self.shorter, self.width) if height < width else (self.height, self.shorter)
        sides = np.array([height, width], np.float32)
        factor = np.min(np.array(wanted, np.float32) / sides)
        scaled_height, scaled_width = np.rint(factor * sides).astype(int)  # half to even, as TensorFlow does
        return int(scaled_height), int(scaled_width)

    def apply(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The input, float32 ``[height, width, 3]`` of 0 to 255, for ``uint8 [any, any, 3]``."""
        height, width = self.place(*picture.shape[:2])
        resized = resize_bilinear(picture, height, width)
        if (height, width) == (self.height, self.width):
            return resized
        padded = np.empty((self.height, self.width, 3), np.float32)
        padded[:] = self.padding
        padded[:height, :width] = resized
        return padded

    def undo(self, boxes_yxyx_norm: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
        """Boxes ``[n, 4]`` in shares of the input as shares of a picture of ``height`` by ``width``, clipped to it."""
        taken = np.array(self.place(height, width) * 2, np.float32)
        whole = np.array((self.height, self.width) * 2, np.float32)
        return np.clip(boxes_yxyx_norm * (whole / taken), 0, 1)


def resize_bilinear(picture: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float32]:
    """``uint8 [any, any, channels]`` in another size, by the rule of ``tf.compat.v1.image.resize_bilinear``."""
    above, below, down = _neighbours(picture.shape[0], height)
    left, right, across = _neighbours(picture.shape[1], width)
    down, across = down[:, np.newaxis, np.newaxis], across[np.newaxis, :, np.newaxis]
    upper, lower = picture[above].astype(np.float32), picture[below].astype(np.float32)
    upper = upper[:, left] + (upper[:, right] - upper[:, left]) * across
    lower = lower[:, left] + (lower[:, right] - lower[:, left]) * across
    resized: NDArray[np.float32] = upper + (lower - upper) * down
    return resized


def _neighbours(have: int, want: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """For each of ``want`` places the two pixels of ``have`` that it lies between, and how far it is from the first."""
    places = np.arange(want, dtype=np.float32) * (np.float32(have) / np.float32(want))
    first = np.floor(places)
    index = first.astype(np.int64)
    return np.minimum(index, have - 1), np.minimum(index + 1, have - 1), places - first
