"""What objects of a data set have beside boxes, masks and keypoints, and how one image's are recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.mask_pixels import bitmap_to_png, to_bitmaps
from tfodkit.annotations.values import ImageAnnotation


@dataclass(frozen=True, slots=True)
class Shapes:
    """Which shapes the records of a data set have.

    The OD API takes every record of a set to be alike: it stacks one mask for each object, and reshapes keypoints to as
    many for each object as the config says. An image that lacks what others have would fail in mid-training.
    """

    masks: bool = False
    """True where an object has a mask."""
    keypoints: tuple[str, ...] = ()
    """The names of all keypoints, in the order in which objects first show them."""

    @classmethod
    def of(cls, annotations: Iterable[ImageAnnotation]) -> Shapes:
        """Those that any object of ``annotations`` has."""
        has_masks = False
        names: dict[str, None] = {}
        for annotation in annotations:
            for found in annotation.objects:
                has_masks = has_masks or found.mask is not None
                names.update(dict.fromkeys(point.name for point in found.keypoints))
        return cls(has_masks, tuple(names))


@dataclass(frozen=True, slots=True)
class RecordedMask:
    """One object's mask."""

    png: bytes
    """As large as the image, one bit a pixel; all 0 for an object without a mask."""
    pixels: int
    """Inside the mask."""

    @property
    def weight(self) -> float:
        """1 where there is a mask to be learned."""
        return float(self.pixels > 0)


def recorded_masks(annotation: ImageAnnotation) -> Iterator[RecordedMask]:
    """One for each object, with or without a mask.

    Raises:
        DataError: the PNG of an instance can't be read, or is of another size than the image.
    """
    import numpy as np

    blank = np.zeros((annotation.height, annotation.width), np.bool_)
    masks = (found.mask for found in annotation.objects)
    for bitmap in to_bitmaps(masks, width=annotation.width, height=annotation.height):
        inside = blank if bitmap is None else bitmap
        yield RecordedMask(bitmap_to_png(inside), int(inside.sum()))


def recorded_keypoints(annotation: ImageAnnotation, names: Iterable[str]) -> list[Keypoint]:
    """Object by object a keypoint for each of ``names``; one that an object lacks is not labelled."""
    absent = [Keypoint(name, 0.0, 0.0, 0) for name in names]
    points = ({point.name: point for point in found.keypoints} for found in annotation.objects)
    return [by_name.get(none.name, none) for by_name in points for none in absent]
