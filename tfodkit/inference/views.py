"""Other views of a picture, as test-time augmentation takes them: flipped, and larger or smaller."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tfodkit.annotations.detections import Detections


@dataclass(frozen=True, slots=True)
class View:
    """One way to show a picture to a model: mirrored from left to right or not, its sides by ``scale``."""

    is_flipped: bool = False
    scale: float = 1.0

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise ValueError(f"scale must be above 0, but got {self.scale}")

    def show(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The view of ``[height, width, 3]``.

        A smaller one lies in the corner of a black picture of the same size, and of a larger one every part is shown
        by :mod:`tfodkit.inference.tiles`: a model scales whatever it gets to one size, and would undo it otherwise.
        """
        turned = np.ascontiguousarray(pixels[:, ::-1]) if self.is_flipped else pixels
        if self.scale == 1:
            return turned
        height, width = (max(1, round(side * self.scale)) for side in pixels.shape[:2])
        scaled = np.asarray(Image.fromarray(turned).resize((width, height), Image.Resampling.BILINEAR))
        if self.scale > 1:
            return scaled
        padded = np.zeros_like(pixels)
        padded[:height, :width] = scaled
        return padded

    def undo(self, detections: Detections, *, width: int, height: int) -> Detections:
        """What was found in the view, in the pixels of the picture of ``width`` by ``height``."""
        sides = np.array([max(1, round(side * self.scale)) / side for side in (width, height)] * 2)
        boxes = detections.boxes_xyxy / sides
        if self.is_flipped:
            boxes = np.stack([width - boxes[:, 2], boxes[:, 1], width - boxes[:, 0], boxes[:, 3]], axis=1)
        boxes = np.clip(boxes, 0, [width, height, width, height])
        return Detections(boxes.astype(np.float32), detections.scores, detections.class_ids)
