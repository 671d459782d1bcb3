"""A sample of the boxes of a data set, small enough for the manifest: what sizes objects have, without the records.

Which boxes it holds is decided by a hash of the image's name and the object's place in it, and by nothing else: not by
the order of the images, not by the workers, not by a seed.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from typing import NamedTuple

from tfodkit.annotations.values import ImageAnnotation, ObjectAnnotation

MOST_BOXES = 2000
"""Of a split. A share of boxes is then known to about 2 % (95 of 100 times)."""
DIGITS = 5
"""Behind the point: 0.04 pixels in an image of 4,000."""


class SampledBox(NamedTuple):
    """One object: its box as shares of the image's width and height, its class, and the image's size in pixels."""

    xmin: float
    ymin: float
    width: float
    height: float
    class_id: int
    image_width: int
    image_height: int


def sample_boxes(
    annotations: Iterable[ImageAnnotation],
    side_of: Mapping[str, str],
    ids: Mapping[str, int],
    *,
    most: int = MOST_BOXES,
) -> dict[str, tuple[SampledBox, ...]]:
    """At most so many boxes of each split that has any: all of them, or a random choice that is always the same.

    They come in the order of their hashes, so that the first n are a sample themselves.

    Args:
        annotations: of the images, in any order, with unique names.
        side_of: the split of each image's name.
        ids: the id of each class.
        most: boxes of one split.
    """
    images: dict[str, list[ImageAnnotation]] = defaultdict(list)
    for annotation in annotations:
        images[side_of[annotation.name]].append(annotation)
    chosen = {side: nsmallest(most, _by_hash(found)) for side, found in sorted(images.items())}
    return {
        side: tuple(_sampled(image, image.objects[index], ids) for *_, index, image in rows)
        for side, rows in chosen.items()
        if rows
    }


def _by_hash(annotations: Iterable[ImageAnnotation]) -> Iterator[tuple[bytes, str, int, ImageAnnotation]]:
    for annotation in annotations:
        of_image = hashlib.blake2b(repr(annotation.name).encode(), digest_size=8)
        for index in range(len(annotation.objects)):
            digest = of_image.copy()
            digest.update(index.to_bytes(4))
            yield digest.digest(), annotation.name, index, annotation


def _sampled(image: ImageAnnotation, found: ObjectAnnotation, ids: Mapping[str, int]) -> SampledBox:
    ymin, xmin, ymax, xmax = found.box.to_yxyx_norm(width=image.width, height=image.height)
    return SampledBox(
        round(xmin, DIGITS),
        round(ymin, DIGITS),
        round(xmax - xmin, DIGITS),
        round(ymax - ymin, DIGITS),
        ids[found.label],
        image.width,
        image.height,
    )
