"""What is done about data that is wrong, instead of refusing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

ExifPolicy = Literal["error", "apply", "strip"]


@dataclass(frozen=True, slots=True)
class Policies:
    """What may be changed on the way into a record; the user's files never are. All that was changed is counted."""

    clip_boxes: bool = False
    """Cut boxes that leave the image at its border."""
    drop_invalid: bool = False
    """Leave out every object, and every image, that has an error which nothing else mends."""
    exif: ExifPolicy = "error"
    """A picture that EXIF turns: refuse it, turn its pixels (``apply``), or leave them as stored (``strip``)."""
    repair_images: bool = False
    """Encode images again that can't be trained on as they are: other formats, damaged, CMYK, 16 bits, transparent."""
    repair_sizes: bool = False
    """Take the image's own size where the annotation states none."""

    def __post_init__(self) -> None:
        if self.exif not in get_args(ExifPolicy):
            raise ValueError(f"exif must be one of {', '.join(get_args(ExifPolicy))}, but got {self.exif!r}")
