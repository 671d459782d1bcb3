"""Small objects of a large picture: lost when it is looked at as a whole, found in tiles.

The detector here sees as a network does, a small picture of whatever it is shown; it finds light spots. With the demo's
own network the same is asked in ``test_end_to_end.py``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.composites import count_found
from tfodkit.inference import DetectOptions, Detector
from tfodkit.inference.looking import look_as
from tfodkit.inference.runtime import ModelOutputs

INPUT, CELL = 100, 200
SMALLEST_SPOT = 5
"""Input pixels each way, below which the detector sees nothing."""


class SpotFinder:
    """A runtime that scales its picture to 100 x 100 and gives the light spots in it."""

    def run(self, images: NDArray[np.uint8]) -> list[ModelOutputs]:
        return [self._spots(image) for image in images]

    def _spots(self, image: NDArray[np.uint8]) -> ModelOutputs:
        import cv2

        small = np.asarray(Image.fromarray(image).convert("L").resize((INPUT, INPUT), Image.Resampling.BOX))
        _, _, stats, _ = cv2.connectedComponentsWithStats((small > 127).astype(np.uint8))
        left, top, width, height = stats[1:, :4].T
        chosen = (width >= SMALLEST_SPOT) & (height >= SMALLEST_SPOT)
        boxes = np.stack([top, left, top + height, left + width], axis=1)[chosen].astype(np.float32) / INPUT
        count = len(boxes)
        return ModelOutputs(boxes, np.full(count, 0.9, np.float32), np.ones(count, np.int64), limit=100)


def test_small_objects_of_a_large_picture_are_found_in_tiles_and_each_once() -> None:
    generator = np.random.default_rng(0)
    picture = np.zeros((2000, 3000, 3), np.uint8)
    boxes = []
    for top in range(0, 2000, CELL):
        for left in range(0, 3000, CELL):
            width, height = generator.integers(16, 40, 2)
            x, y = left + generator.integers(4, CELL - 44), top + generator.integers(4, CELL - 44)
            picture[y : y + height, x : x + width] = 255
            boxes.append(np.array([x, y, x + width, y + height], np.float64))
    detector = Detector(SpotFinder(), {1: "spot"}, format_name="saved_model")
    cells = [
        picture[top : top + CELL, left : left + CELL] for top in range(0, 2000, CELL) for left in range(0, 3000, CELL)
    ]
    alone = sum(len(detector.detect(cell)) for cell in cells)
    (whole,) = look_as(DetectOptions(), {"model": detector})([picture])
    (tiled,) = look_as(DetectOptions(tile=CELL, overlap=0.2), {"model": detector})([picture])
    assert alone == len(boxes) == 150
    assert count_found(whole, boxes, [1] * len(boxes)) < 10
    assert count_found(tiled, boxes, [1] * len(boxes)) >= 0.98 * alone
    assert len(tiled) <= 1.02 * alone, "objects on borders are counted twice"
