"""How labelled objects look in their pictures: how bright they are, and how they stand out from what is around them.

An object is what its box holds; its surroundings are a frame around the box, on each side a quarter of the box wide or
high, as far as the picture goes. Colours are means of light, as the eye has them from afar.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tfodkit.errors import DataError
from tfodkit.evaluation.columns import EvaluatedImage, EvaluationSet
from tfodkit.evaluation.mistakes.colour import LINEAR_OF_LEVEL, LUMA, colour_difference, lab_of_linear_rgb

Picture = NDArray[np.uint8]

FRAME = 0.25
"""How wide the surroundings are on each side, in widths or heights of the box."""
MOST_SAMPLES = 64
"""Rows and columns of pixels that are looked at, spread evenly: a mean needs no more, and no box takes longer."""


@dataclass(frozen=True, slots=True, eq=False)
class ImageLooks:
    """The looks of the objects of an evaluation set, a row each, nan where there is no picture.

    ``brightness`` is float64 ``[objects]``, the mean luma (ITU-R BT.601) inside the box, 0 to 255; ``contrast`` float64
    ``[objects]``, Delta E of 1976 between the mean colours in the box and around it: near 0 for an object of the colour
    of its surroundings, 100 for black on white. A box without pixels has neither, one that fills its picture has no
    contrast.
    """

    brightness: NDArray[np.float64]
    contrast: NDArray[np.float64]


def measure_looks(images: EvaluationSet, pictures: Iterable[tuple[int, Picture]]) -> ImageLooks:
    """Look at the objects of ``images`` in ``pictures``: places from 0, each with its upright RGB, uint8 ``[h, w, 3]``.

    Pictures may come in any order; those that are left out leave nan.

    Raises:
        DataError: a picture is not of the size that the truth is in.
    """
    truth = images.truth
    looks = np.full((2, len(truth)), np.nan)
    for place, picture in pictures:
        _check_size(images.images[place], picture)
        first, end = np.searchsorted(truth.image, (place, place + 1))
        for row in range(first, end):
            looks[:, row] = _looks(picture, truth.boxes_xyxy[row])
    return ImageLooks(brightness=looks[0], contrast=looks[1])


def _check_size(image: EvaluatedImage, picture: Picture) -> None:
    height, width = picture.shape[:2]
    if (width, height) != (image.width, image.height):
        raise DataError(
            image.name,
            f"the picture is {width} x {height} pixels, but its boxes are of one of {image.width} x {image.height}",
            "Give the pictures that were evaluated.",
        )


def _looks(picture: Picture, box_xyxy: NDArray[np.float64]) -> tuple[float, float]:
    """Brightness and contrast."""
    xmin, ymin, xmax, ymax = box_xyxy.tolist()
    columns, within_columns = _samples(xmin, xmax, picture.shape[1])
    rows, within_rows = _samples(ymin, ymax, picture.shape[0])
    pixels = picture[rows[:, None], columns]
    light = LINEAR_OF_LEVEL[pixels]
    inside = light[within_rows, within_columns]
    count, count_inside = pixels[..., 0].size, inside[..., 0].size
    if not count_inside:
        return np.nan, np.nan
    brightness = float(pixels[within_rows, within_columns].mean(axis=(0, 1)) @ LUMA)
    if count == count_inside:
        return brightness, np.nan
    sum_inside = inside.sum(axis=(0, 1))
    around = (light.sum(axis=(0, 1)) - sum_inside) / (count - count_inside)
    lab, lab_around = lab_of_linear_rgb(np.stack([sum_inside / count_inside, around]))
    return brightness, float(colour_difference(lab, lab_around))


def _samples(low: float, high: float, size: int) -> tuple[NDArray[np.int64], slice]:
    """Along one axis the pixels to look at, and those of them whose middle is in the box, from ``low`` to ``high``."""
    margin = FRAME * (high - low)
    first, end = max(math.floor(low - margin), 0), min(math.ceil(high + margin), size)
    count = min(max(end - first, 0), MOST_SAMPLES)
    pixels = first + np.arange(count) * (end - first) // max(count, 1)
    begins, ends = np.searchsorted(pixels + 0.5, (low, high)).tolist()
    return pixels, slice(begins, ends)
