"""Qualities of the boxes themselves: how large, of what shape, and where in the image."""

from __future__ import annotations

from itertools import product

import numpy as np

from tfodkit.evaluation.columns import EvaluationSet
from tfodkit.evaluation.mistakes.qualities import Group, Quality, Values, by_borders, in_thirds

MORE_SMALL = "Add pictures taken from further away, or raise --image-size."
MORE_MIDDLING = "Add pictures of such objects; tfodkit config anchors tells whether the anchors reach them."
MORE_LARGE = "Add pictures taken from closer by, or pass --augment ssd_random_crop."
MORE_SHAPES = "Add pictures of such objects, or give their shape to --aspect-ratios."
MORE_PLACES = "Add pictures with objects there, or move them about with --augment ssd_random_crop."
MORE_CUT_OFF = "Add pictures with objects that are cut off, or pass --augment ssd_random_crop."

HIGH, HIGHER, WIDER, WIDE = 0.5, 0.8, 1.25, 2.0
"""Widths over heights where one shape goes over in the next."""
EDGE = 1.0
"""Pixels from the edge of the image that still touch it: annotators often stop just short of it."""


def box_size(images: EvaluationSet) -> list[Quality]:
    """In thirds, by the side of a square of the same area."""
    sides = np.sqrt(_areas(images))
    return in_thirds("box size", sides, rounded=np.round, groups=_sizes, written=lambda side: f"{side:.0f}")


def _sizes(low: str, high: str) -> tuple[Group, ...]:
    low, high = f"{low} x {low}", f"{high} x {high}"
    return (
        Group(f"below {low} pixels", f"objects below {low} pixels", MORE_SMALL),
        Group(f"{low} to {high}", f"objects of {low} to {high} pixels", MORE_MIDDLING),
        Group(f"from {high} on", f"objects of {high} pixels and more", MORE_LARGE),
    )


def share_of_image(images: EvaluationSet) -> list[Quality]:
    """In thirds, where images are of several sizes; where all are of one, the size in pixels says the same."""
    sizes = _image_sizes(images)
    if not len(sizes) or (sizes == sizes[0]).all():
        return []
    percent = 100 * _areas(images) / sizes.prod(axis=1)[images.truth.image]
    return in_thirds(
        "share of the image", percent, rounded=_two_digits, groups=_shares, written=lambda share: f"{share:g}%"
    )


def _shares(low: str, high: str) -> tuple[Group, ...]:
    return (
        Group(f"below {low}", f"objects that fill less than {low} of their image", MORE_SMALL),
        Group(f"{low} to {high}", f"objects that fill {low} to {high} of their image", MORE_MIDDLING),
        Group(f"from {high} on", f"objects that fill {high} of their image or more", MORE_LARGE),
    )


def _two_digits(values: Values) -> Values:
    return np.array([float(f"{value:.2g}") for value in values])


def aspect_ratio(images: EvaluationSet) -> list[Quality]:
    """By width over height; up to a quarter more of one than of the other is about square."""
    widths, heights = _sides(images).T
    ratios = np.divide(widths, heights, out=np.full(len(heights), np.nan), where=heights > 0)
    names = {
        "over twice as high as wide": "objects more than twice as high as wide",
        "higher than wide": "objects somewhat higher than wide",
        "about square": "objects about as high as wide",
        "wider than high": "objects somewhat wider than high",
        "over twice as wide as high": "objects more than twice as wide as high",
    }
    groups = tuple(Group(name, subject, MORE_SHAPES) for name, subject in names.items())
    return [Quality("aspect ratio", groups, by_borders(ratios, (HIGH, HIGHER, WIDER, WIDE)))]


def position(images: EvaluationSet) -> list[Quality]:
    """By the ninth of the image that holds the middle of the box."""
    boxes = images.truth.boxes_xyxy
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    thirds = np.floor(3 * middles / _image_sizes(images)[images.truth.image]).clip(0, 2).astype(np.int64)
    names = [_place(row, column) for row, column in product(range(3), repeat=2)]
    groups = tuple(Group(name, f"objects in the {name} of the image", MORE_PLACES) for name in names)
    return [Quality("position", groups, thirds[:, 1] * 3 + thirds[:, 0])]


def _place(row: int, column: int) -> str:
    """As in "in the top left of the image".

    >>> _place(0, 0), _place(1, 1), _place(1, 2), _place(2, 1)
    ('top left', 'middle', 'middle right', 'bottom middle')
    """
    words = (("top", "middle", "bottom")[row], ("left", "middle", "right")[column])
    return " ".join(dict.fromkeys(words))


def edge_of_image(images: EvaluationSet) -> list[Quality]:
    """By whether the box touches the edge of its image, where the object is likely cut off."""
    boxes, sizes = images.truth.boxes_xyxy, _image_sizes(images)[images.truth.image]
    touches = np.any((boxes[:, :2] <= EDGE) | (boxes[:, 2:] >= sizes - EDGE), axis=1)
    groups = (
        Group("away from the edge", "objects away from the edge of the image", MORE_PLACES),
        Group("touching the edge", "objects that touch the edge of the image", MORE_CUT_OFF),
    )
    return [Quality("edge of the image", groups, touches.astype(np.int64))]


def _image_sizes(images: EvaluationSet) -> Values:
    """Width and height of each image, ``[images, 2]``."""
    return np.array([(image.width, image.height) for image in images.images], np.float64).reshape(-1, 2)


def _sides(images: EvaluationSet) -> Values:
    """Width and height of each box, ``[objects, 2]``."""
    boxes = images.truth.boxes_xyxy
    sides: Values = np.maximum(boxes[:, 2:] - boxes[:, :2], 0)
    return sides


def _areas(images: EvaluationSet) -> Values:
    areas: Values = _sides(images).prod(axis=1)
    return areas
