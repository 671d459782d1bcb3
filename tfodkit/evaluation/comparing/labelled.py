"""What one annotator, or one model, says about a set of images: boxes with labels, perhaps turned, perhaps scored."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from tfodkit.annotations.values import UNSPECIFIED
from tfodkit.boxes import Box, OrientedBox


@dataclass(frozen=True, slots=True)
class LabelledObject:
    """One object; its box has an area. ``score`` is 0 to 1, of a detection alone; the rest is Pascal VOC's."""

    label: str
    box: Box | OrientedBox
    score: float | None = None
    difficult: bool = False
    truncated: bool = False
    pose: str = UNSPECIFIED
    is_crowd: bool = False

    @property
    def enclosing(self) -> Box:
        """The box itself where it is upright, else the upright one around it."""
        return self.box if isinstance(self.box, Box) else self.box.enclosing


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One image under the name that its set has for it; ``size`` is ``(width, height)``, ``None`` where unknown."""

    name: str
    size: tuple[int, int] | None
    objects: tuple[LabelledObject, ...]
    source: Path


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """The images of a set, each name once, sorted; ``place`` is where it was read, as messages name it."""

    place: str
    images: tuple[LabelledImage, ...]
    left_out: int = 0
    """Boxes of zero size."""

    @property
    def has_scores(self) -> bool:
        """True for detections."""
        return any(found.score is not None for image in self.images for found in image.objects)

    def above(self, threshold: float) -> LabelledSet:
        """With the detections of at least that score; what has no score stays."""
        images = (
            replace(image, objects=tuple(found for found in image.objects if (found.score or 0) >= threshold))
            for image in self.images
        )
        return replace(self, images=tuple(images)) if self.has_scores else self
