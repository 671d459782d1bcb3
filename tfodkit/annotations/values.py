"""One image's truth: the values that every reader gives and every writer takes."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tfodkit.annotations.keypoints import Keypoint
from tfodkit.annotations.masks import Mask
from tfodkit.boxes import Box

UNSPECIFIED = "Unspecified"


@dataclass(frozen=True, slots=True)
class ObjectAnnotation:
    """One labelled object: a box in pixels, ``xyxy``, with an area, and VOC's flags."""

    label: str
    box: Box
    difficult: bool = False
    truncated: bool = False
    pose: str = UNSPECIFIED
    """The view that the object is seen from, such as ``Left``; labelImg always writes ``Unspecified``."""
    is_crowd: bool = False
    """COCO's: the box is round a group of objects, which evaluation passes over."""
    mask: Mask | None = None
    keypoints: tuple[Keypoint, ...] = ()
    line: int | None = field(default=None, compare=False)
    """Of the box in the file that it was read from."""

    def __post_init__(self) -> None:
        if problem := label_problem(self.label):
            raise ValueError(f"a label must be a name, but got {self.label!r}: {problem}")
        if problem := label_problem(self.pose):
            raise ValueError(f"a pose must be a name, but got {self.pose!r}: {problem}")
        if self.box.is_empty:
            raise ValueError(f"an object's box must have an area, but got {self.box.xyxy}")


@dataclass(frozen=True, slots=True)
class ImageAnnotation:
    """All that is known about one image. ``width`` and ``height`` are pixels, as the annotation states them."""

    image: Path
    width: int
    height: int
    objects: tuple[ObjectAnnotation, ...] = ()
    source: Path | None = None
    """The file that the annotation was read from."""
    subfolder: str = ""
    """Where the image lies below the folder of the images, with ``/``; blank right in it."""

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ValueError(f"an image's size must be at least 1 x 1, but got {self.width} x {self.height}")

    @property
    def name(self) -> str:
        """The path below the folder of the images: unique in a data set."""
        return f"{self.subfolder}/{self.image.name}" if self.subfolder else self.image.name

    @property
    def labels(self) -> frozenset[str]:
        """The classes that occur."""
        return frozenset(found.label for found in self.objects)


@lru_cache(maxsize=1024)  # a data set has few labels and many objects
def label_problem(label: str) -> str | None:
    """Why ``label`` can't be a name in a record, a label map and XML alike; None when it can."""
    if not label.strip():
        return "it is blank"
    if label != label.strip():
        return "it has white space at an end"
    if any(unicodedata.category(letter) in ("Cc", "Cs") or letter in "\ufffe\uffff" for letter in label):
        return "it has control characters"
    return None
