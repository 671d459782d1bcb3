"""A large picture made of small ones, to see whether what is found in each alone is found in it, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tfodkit import read_annotations
from tfodkit.annotations.detections import Detections
from tfodkit.example import draw_example
from tfodkit.inference import DetectOptions, Detector
from tfodkit.inference.looking import look_as
from tfodkit.inference.overlaps import ious

ACROSS, DOWN, SIDE = 12, 8, 250
"""Pictures of so many pixels each way: 3000 x 2000 together."""
OVERLAP = 0.4
"""100 pixels: the example's objects are 70 to 105 wide here, and each should be whole in some tile."""
LEAST_IOU, LEAST_SCORE = 0.5, 0.5


@dataclass(frozen=True, slots=True)
class FoundShares:
    """Of the objects: how many there are, and how many are found in each picture alone, in the whole, and in tiles."""

    objects: int
    alone: int
    whole: int
    tiled: int
    tiled_detections: int
    """Of these, too many would show objects that were found twice."""


def compare_tiles(detector: Detector, folder: Path) -> FoundShares:
    """Draw 96 pictures of the example into ``folder``, paste them together, and look at them in all three ways."""
    draw_example(folder, images=ACROSS * DOWN, seed=77, size=(SIDE, SIDE))
    ids = {name: class_id for class_id, name in detector.class_names.items()}
    composite = np.zeros((DOWN * SIDE, ACROSS * SIDE, 3), np.uint8)
    boxes: list[NDArray[np.float64]] = []
    classes: list[int] = []
    alone = 0
    for number, annotation in enumerate(read_annotations(folder).annotations):
        row, column = divmod(number, ACROSS)
        with Image.open(folder / annotation.image.name) as image:
            pixels = np.asarray(image.convert("RGB"))
        composite[row * SIDE : (row + 1) * SIDE, column * SIDE : (column + 1) * SIDE] = pixels
        own = [np.array(each.box.xyxy) for each in annotation.objects]
        labels = [ids[each.label] for each in annotation.objects]
        alone += count_found(detector.detect(pixels), own, labels)
        boxes += [box + SIDE * np.array([column, row, column, row]) for box in own]
        classes += labels
    models: Mapping[str, Detector] = {"model": detector}
    (whole,) = look_as(DetectOptions(), models)([composite])
    (tiled,) = look_as(DetectOptions(tile=SIDE, overlap=OVERLAP), models)([composite])
    return FoundShares(
        len(classes),
        alone,
        count_found(whole, boxes, classes),
        count_found(tiled, boxes, classes),
        len(tiled.above(LEAST_SCORE)),
    )


def count_found(detections: Detections, boxes: Sequence[NDArray[np.float64]], class_ids: Sequence[int]) -> int:
    """How many of the objects have a detection of their own: of their class, of half the score and half the overlap."""
    found = detections.above(LEAST_SCORE)
    if not boxes or not len(found):
        return 0
    overlaps = np.where(np.array(class_ids)[:, None] == found.class_ids, ious(np.array(boxes), found.boxes_xyxy), 0.0)
    count = 0
    while overlaps.max() >= LEAST_IOU:
        row, column = np.unravel_index(np.argmax(overlaps), overlaps.shape)
        overlaps[row], overlaps[:, column] = 0.0, 0.0
        count += 1
    return count
