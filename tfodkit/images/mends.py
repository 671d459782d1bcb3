"""Image files made fit for training: turned upright, freed of EXIF's turn, or encoded again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ImageMend:
    """What is done to an image file's bytes before they go into a record."""

    exif: Literal["apply", "strip"] | None = None
    """``apply`` turns the pixels upright; ``strip`` leaves them as they are stored and takes away the tag."""
    encode_again: bool = False
    """Decode what can be decoded, and write it as a JPEG or PNG that any program reads."""
